"""The cloud: a bill of rented computing in, kilowatt-hours, grams and lines of the inventory out.

bill (FOCUS 1.0, 1.1, 1.2) -> usage by class -> energy and embodied share -> entries of `cloud.usage` -> lines, summary, SCI
"""
