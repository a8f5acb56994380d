"""The rules of a pack that look across rows: overlapping times, units of one key, outliers. Each is O(n log n)."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from statistics import median
from typing import Any

from leafmark.factors import units
from leafmark.factors.fault import Fault

OUTLIER_RATIO = 30.0
Row = dict[str, Any]
NumberedRow = tuple[int, Row]
_END_OF_TIME = datetime.date.max


def _groups(rows: list[NumberedRow], names: tuple[str, ...]) -> dict[tuple[Any, ...], list[NumberedRow]]:
    """Group rows by columns; a row with a missing cell there has a fault of its own already and is left out."""
    groups: dict[tuple[Any, ...], list[NumberedRow]] = defaultdict(list)
    for number, row in rows:
        identity = tuple(row[name] for name in names)
        if None not in identity:
            groups[identity].append((number, row))
    return groups


def overlaps(file: str, rows: list[NumberedRow]) -> Iterator[Fault]:
    """Find rows of one (key, region, boundary, GWP set) that overlap in both valid and knowledge time.

    A row is a rectangle of two half-open intervals. A line sweeps over valid time; the rows it cuts are disjoint in
    knowledge time as long as no fault was found, so they are kept sorted and a new row is compared with its two
    neighbours only. A row that overlaps is reported and not kept: one fault per row to mend.
    """
    for group in _groups(rows, ("key", "region", "boundary", "gwp_set")).values():
        if len(group) > 1:
            yield from _sweep(file, group)


def _sweep(file: str, group: list[NumberedRow]) -> Iterator[Fault]:
    events: list[tuple[datetime.date, int, int]] = []
    spans: dict[int, tuple[datetime.date, datetime.date]] = {}
    named = dict(group)
    for number, row in group:
        start, known = row["valid_from"], row["published_on"]
        end, superseded = row["valid_to"] or _END_OF_TIME, row["superseded_on"] or _END_OF_TIME
        if start and known and start < end and known < superseded:
            spans[number] = (known, superseded)
            events += [(start, 1, number), (end, 0, number)]
    cut: list[tuple[datetime.date, datetime.date, int]] = []
    for _, opens, number in sorted(events):
        entry = (*spans[number], number)
        at = bisect_left(cut, entry)
        if not opens:
            if at < len(cut) and cut[at] == entry:
                del cut[at]
        elif at > 0 and cut[at - 1][1] > entry[0]:
            yield _overlap(file, number, named[number], cut[at - 1][2], named)
        elif at < len(cut) and cut[at][0] < entry[1]:
            yield _overlap(file, number, named[number], cut[at][2], named)
        else:
            cut.insert(at, entry)


def _overlap(file: str, number: int, row: Row, other_number: int, named: dict[int, Row]) -> Fault:
    other = named[other_number]
    found = f"valid {_span(row, 'valid_from', 'valid_to')}, known {_span(row, 'published_on', 'superseded_on')}"
    expected = (
        f"no overlap with row {other_number} ({other['factor_id']}): valid {_span(other, 'valid_from', 'valid_to')}, "
        f"known {_span(other, 'published_on', 'superseded_on')}"
    )
    hint = "end the older release with superseded_on, or give another key"
    return Fault(file, number, "valid_from", found, expected, hint)


def _span(row: Row, start: str, end: str) -> str:
    return f"[{row[start]}, {row[end] or 'open'})"


def consistent_units(file: str, rows: list[NumberedRow]) -> Iterator[Fault]:
    """Find rows whose unit does not convert to that of the other rows of their key and boundary."""
    for (key, boundary), group in _groups(rows, ("key", "boundary")).items():
        measured = [(number, row, units.dimension(row["unit"])) for number, row in group if _known_unit(row)]
        counts = Counter(dimension for _, _, dimension in measured)
        if len(counts) < 2:
            continue
        usual, _ = counts.most_common(1)[0]
        for number, row, dimension in measured:
            if dimension != usual:
                expected = f"a unit of {usual}, as in the other rows of {key} {boundary}"
                hint = "another quantity is another key"
                yield Fault(file, number, "unit", f"{row['unit']} ({dimension})", expected, hint)


def _known_unit(row: Row) -> bool:
    return row["unit"] is not None and units.known(row["unit"])


def outliers(file: str, rows: list[NumberedRow]) -> Iterator[Fault]:
    """Find zeros, and values outside 1/30 to 30 x the median of their key's non-zero regions, that give no reason.

    Values are brought to one unit per key and boundary; a region with many rows counts once, by its own median. A lost
    decimal point is a factor of 10 to 1,000, a wrong unit prefix one of 1,000.
    """
    for (key, boundary), group in _groups(rows, ("key", "boundary")).items():
        by_region: dict[Any, list[float]] = defaultdict(list)
        values: list[tuple[int, Row, float]] = []
        unit_to = next((row["unit"] for _, row in group if _known_unit(row)), None)
        for number, row in group:
            if row["co2e_kg"] == 0:
                if not row["outlier_reason"]:
                    hint = "zero is a value, not a missing one: say why in outlier_reason, or remove the row"
                    yield Fault(file, number, "co2e_kg", "0", "a value above zero", hint)
            elif row["co2e_kg"] is not None and unit_to is not None and _converts(row["unit"], unit_to):
                value = row["co2e_kg"] / units.factor_between(row["unit"], unit_to)
                values.append((number, row, value))
                by_region[row["region"]].append(value)
        if not values:
            continue
        middle = median(median(of_region) for of_region in by_region.values())
        for number, row, value in values:
            if not middle / OUTLIER_RATIO <= value <= middle * OUTLIER_RATIO and not row["outlier_reason"]:
                found = f"{value:.6g} kg per {unit_to}, {value / middle:.3g} x the median of {key} {boundary}"
                expected = f"{middle / OUTLIER_RATIO:.3g} to {middle * OUTLIER_RATIO:.3g}"
                hint = "a lost decimal point or another unit? If it is right, say why in outlier_reason"
                yield Fault(file, number, "co2e_kg", found, expected, hint)


def _converts(unit: str | None, unit_to: str) -> bool:
    return unit is not None and units.known(unit) and units.dimension(unit) == units.dimension(unit_to)
