"""The corporate inventory in the operator's console: totals, what they are made of down to a run's lines, and its files.

Inventories are folders below `inventories/` of the workspace, put there by `leafmark inventory run`; the console changes none of them.
"""
