"""A brand's console: files in, faults by row and field, matches confirmed, figures made, and published with two pairs of eyes.

    upload -> (job) preview + rejected rows -> matches confirmed -> (job) run and draft -> proposed -> another member -> published

Nothing reaches the shelf but by a draft that one member proposed and another published.
"""
