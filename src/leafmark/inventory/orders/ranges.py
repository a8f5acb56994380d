"""Ranges of order ids that bound memory: where orders and entries are both sorted by order, each range reads its own row groups only.

Where one of them is not, there is one range, and the database spills what does not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from leafmark.inventory.orders.sources import Given, files_of

ORDERS_AT_ONCE: Final = 2_000_000
"""Orders of a range: their ids and labels are what memory holds."""
Range = tuple[str | None, str | None]


def ranges(orders: Given, entries: Sequence[tuple[Given, str]]) -> list[Range]:
    """Ranges [low, high) of order ids that hold them all, None at the ends.

    Parameters
    ----------
    entries : what is met by order, each with its column of order ids.
    """
    groups = _sorted_groups(orders, "order_id")
    if groups is None or any(_sorted_groups(given, column) is None for given, column in entries):
        return [(None, None)]
    cuts: list[str] = []
    rows = 0
    for least, count in groups:
        if rows + count > ORDERS_AT_ONCE and rows and least not in cuts:
            cuts.append(least)
            rows = 0
        rows += count
    return list(pairwise([None, *cuts, None]))


def _sorted_groups(given: Given, column: str) -> list[tuple[str, int]] | None:
    """Least id and rows of each row group in order; None unless texts follow each other from group to group."""
    files = files_of(given)
    if files is None or any(file.suffix != ".parquet" for file in files):
        return None
    groups: list[tuple[str, int]] = []
    last: Any = None
    for file in files:
        found = _file_groups(file, column)
        if found is None:
            return None
        for least, most, rows in found:
            if not isinstance(least, str) or (last is not None and least < last):
                return None
            last = most
            groups.append((least, rows))
    return groups


def _file_groups(file: Path, column: str) -> list[tuple[Any, Any, int]] | None:
    metadata = pq.read_metadata(file)
    names = [metadata.schema.column(index).path for index in range(metadata.num_columns)]
    if column not in names:
        return None
    found = []
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        statistics = group.column(names.index(column)).statistics
        if statistics is None or not statistics.has_min_max:
            return None
        found.append((statistics.min, statistics.max, group.num_rows))
    return found
