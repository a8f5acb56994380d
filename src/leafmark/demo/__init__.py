"""The demo: a published household panel and a table of real electronics, made ready for the engine.

This room holds no carbon arithmetic. It reads what others published, finds out what one piece weighs, says which factor
it meets and why, and hands over tables in the formats of ``docs/formats.md``.
"""
