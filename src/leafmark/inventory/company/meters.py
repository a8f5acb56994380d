"""Meters: readings that overlap, meters behind meters, and months without a reading.

A reading covers the days `[date, until)`; of a meter read by month the whole month where `until` is empty. A reading is one 64-bit integer
(meter, first day, day after), so all of them are checked by one sort: if any two of a meter overlap, two neighbours do.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafmark.inventory.company import alike, rows
from leafmark.inventory.company.fetched import fetched
from leafmark.inventory.company.flags import flag
from leafmark.inventory.company.organisation import after_months
from leafmark.inventory.company.places import Places, unique
from leafmark.inventory.company.rows import Reading

METERS_SCHEMA: Final = pa.schema([
    pa.field("meter_no", pa.int64(), nullable=False),
    pa.field("meter_id", pa.string(), nullable=False),
    pa.field("site_id", pa.string(), nullable=False),
    pa.field("monthly", pa.bool_(), nullable=False),
])  # fmt: skip
_DAY_BITS: Final = 10
"""A year has at most 366 days and a day after."""
_DAYS: Final = (1 << _DAY_BITS) - 1


@dataclasses.dataclass(frozen=True)
class Meters:
    """The company's meters. `expected` is of how many months each is read; `behind` (meter, the meter it hangs behind)."""

    table: pa.Table
    expected: dict[str, int]
    behind: list[tuple[str, str]]
    where: dict[str, tuple[str, int]]
    flags: list[dict[str, Any]]


def read_meters(table: Iterable[Mapping[str, Any]], found: Places) -> Meters:
    """The meters that stand: at a place of the company, each id once."""
    flags: list[dict[str, Any]] = []
    sites = set(found.places.column("place_id").to_pylist())
    kept = []
    for row in unique(table, "meter_id", flags, set()):
        if row["site_id"] in sites:
            kept.append(row)
        else:
            flags.append(
                flag(
                    "unknown_site", row["_file"], row["_row"], "site_id", row["site_id"], "a site or fleet that stands"
                )
            )
    known = {row["meter_id"] for row in kept}
    for row in kept:
        if row["behind"] and (row["behind"] not in known or row["behind"] == row["meter_id"]):
            flags.append(
                flag(
                    "unknown_meter",
                    row["_file"],
                    row["_row"],
                    "behind",
                    row["behind"],
                    "another meter_id of meters",
                    "doubted",
                )
            )
    rows_ = [
        {
            "meter_no": number,
            "meter_id": row["meter_id"],
            "site_id": row["site_id"],
            "monthly": row["expected_months"] is not None,
        }
        for number, row in enumerate(kept)
    ]
    return Meters(
        pa.Table.from_pylist(rows_, schema=METERS_SCHEMA),
        {row["meter_id"]: int(row["expected_months"]) for row in kept if row["expected_months"] is not None},
        [
            (row["meter_id"], row["behind"])
            for row in kept
            if row["behind"] in known and row["behind"] != row["meter_id"]
        ],
        {row["meter_id"]: (row["_file"], row["_row"]) for row in kept},
        flags,
    )


def check_readings(
    connection: duckdb.DuckDBPyConnection, reading: Reading, meters: Meters
) -> tuple[pa.Table | None, list[dict[str, Any]]]:
    """Marks of readings that overlap one before them or one of the meter they hang behind; and doubts for months without a reading."""
    packed = _packed(connection, reading)
    overlapping = _overlapping(connection, reading, packed, meters)
    return overlapping, _missing(reading, packed, meters)


def _soundly_within(reading: Reading) -> str:
    """Rows with a meter whose period is whole and inside the year: others are refused for that already."""
    first, after = rows.day(reading.first), rows.day(reading.after)
    ended = rows.end(reading)
    return f"m.meter_no IS NOT NULL AND i.date >= {first} AND {ended} <= {after} AND {ended} > i.date AND m.site_id = i.site_id"


def _stands(reading: Reading) -> str:
    """Readings that no rule of their own refuses: one that is in no figure takes no days from another."""
    return f"{_soundly_within(reading)} AND {rows.fault(reading)} = 0"


def _packed(connection: duckdb.DuckDBPyConnection, reading: Reading) -> NDArray[np.int64]:
    """Readings as sorted integers: meter, first day of the year's days, day after."""
    first = rows.day(reading.first)
    sql = f"""
        SELECT (m.meter_no << {2 * _DAY_BITS}) + ((i.date - {first}) << {_DAY_BITS}) + (({rows.end(reading)}) - {first}) AS r
        FROM input AS i INNER JOIN meters AS m ON m.meter_id = i.meter_id WHERE {_soundly_within(reading)}"""
    found = np.array(fetched(connection, sql).column("r").to_numpy())
    found.sort()
    return found


def _overlapping(
    connection: duckdb.DuckDBPyConnection, reading: Reading, packed: NDArray[np.int64], meters: Meters
) -> pa.Table | None:
    meter, start, end = packed >> (2 * _DAY_BITS), (packed >> _DAY_BITS) & _DAYS, packed & _DAYS
    again = (meter[1:] == meter[:-1]) & (start[1:] < end[:-1])
    suspects = set(np.unique(meter[1:][again]).tolist())
    found = []
    if suspects:
        connection.register("suspects", pa.table({"meter_no": pa.array(sorted(suspects), pa.int64())}))
        found.append(alike.marks(connection, _own_overlaps(reading), "overlapping_meters", others=True))
    if meters.behind:
        connection.register(
            "behind",
            pa.table(
                {"meter_id": [inner for inner, _ in meters.behind], "outer_id": [outer for _, outer in meters.behind]}
            ),
        )
        found.append(alike.marks(connection, _inner_overlaps(reading), "overlapping_meters", others=True))
    return pa.concat_tables(found) if found else None


def _own_overlaps(reading: Reading) -> str:
    """Readings that begin before one of the same meter, earlier by day and then by row, has ended; and of those the one that ends last."""
    earlier = (
        "PARTITION BY m.meter_no ORDER BY i.date, i.file_no, i.row_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
    )
    return f"""
        SELECT file_no, row_no, other.file_no AS other_file, other.row_no AS other_row FROM (
          SELECT i.file_no, i.row_no, i.date, MAX({rows.end(reading)}) OVER ({earlier}) AS ended,
            ARG_MAX({{'file_no': i.file_no, 'row_no': i.row_no}}, {rows.end(reading)}) OVER ({earlier}) AS other
          {rows.joins(reading)} SEMI JOIN suspects ON suspects.meter_no = m.meter_no
          WHERE {_stands(reading)}) WHERE date < ended"""


def _inner_overlaps(reading: Reading) -> str:
    """Readings of a meter on days that the meter it hangs behind was read for as well; and of those of that meter the first by row."""
    return f"""
        WITH r AS (SELECT i.file_no, i.row_no, i.meter_id, i.date AS first, {rows.end(reading)} AS after
          {rows.joins(reading)}
          WHERE i.meter_id IN (SELECT meter_id FROM behind UNION SELECT outer_id FROM behind) AND {_stands(reading)})
        SELECT file_no, row_no, other.file_no AS other_file, other.row_no AS other_row FROM (
          SELECT inner_r.file_no, inner_r.row_no, MIN({{'file_no': outer_r.file_no, 'row_no': outer_r.row_no}}) AS other
          FROM r AS inner_r INNER JOIN behind AS b ON b.meter_id = inner_r.meter_id
          INNER JOIN r AS outer_r ON outer_r.meter_id = b.outer_id AND inner_r.first < outer_r.after AND outer_r.first < inner_r.after
          GROUP BY inner_r.file_no, inner_r.row_no)"""


def _missing(reading: Reading, packed: NDArray[np.int64], meters: Meters) -> list[dict[str, Any]]:
    """A doubt for each meter read by month in this template that has readings of fewer months than expected."""
    if not meters.expected or not len(packed):
        return []
    ids = meters.table.column("meter_id").to_pylist()
    months = _months(reading)
    month_of = np.zeros((reading.after - reading.first).days + 1, np.int64)
    for number, (start, _) in enumerate(months):
        month_of[max((start - reading.first).days, 0) :] = number
    last_day = (packed & _DAYS) - 1
    spans = np.unique(
        ((packed >> (2 * _DAY_BITS)) << 8) + (month_of[(packed >> _DAY_BITS) & _DAYS] << 4) + month_of[last_day]
    )
    covered: dict[str, set[int]] = {}
    for span in spans.tolist():
        covered.setdefault(ids[span >> 8], set()).update(range((span >> 4) & 15, (span & 15) + 1))
    flags = []
    for meter, has in sorted(covered.items()):
        expected = meters.expected.get(meter)
        if expected is not None and len(has) < expected:
            file, row = meters.where[meter]
            lacking = ", ".join(name for number, (_, name) in enumerate(months) if number not in has)
            flags.append(
                flag("missing_months", file, row, "meter_id", f"{meter}: {len(has)} {'month' if len(has) == 1 else 'months'}, none of {lacking}", f"readings of {expected} months",
                     "doubted", reading.template)
            )  # fmt: skip
    return flags


def _months(reading: Reading) -> list[tuple[dt.date, str]]:
    start, found = reading.first.replace(day=1), []
    while start < reading.after:
        found.append((start, start.strftime("%Y-%m")))
        start = after_months(start, 1)
    return found
