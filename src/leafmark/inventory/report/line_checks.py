"""The book counted again without `book.sums`: pyarrow and whole numbers of Python, line by line what each line has to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leafmark.factors.gwp import GASES
from leafmark.inventory.report.findings import Check
from leafmark.inventory.tables import LINES_SCHEMA, ORIGINS, OUTSIDE, STATEMENTS

_BLOCK = 1 << 16
"""Lines that are added up in int64 at a time: a line is at most 1 Mt times the rows in it, so whole numbers of Python hold the rest."""


def total_ug(column: pa.ChunkedArray) -> int:
    """The exact sum of int64 micrograms, whatever its size."""
    high, low = pc.shift_right(column, 32), pc.bit_wise_and(column, 0xFFFFFFFF)
    found = 0
    for start in range(0, len(column), _BLOCK):
        parts = (pc.sum(each.slice(start, _BLOCK)).as_py() or 0 for each in (high, low))
        upper, lower = parts
        found += (int(upper) << 32) + int(lower)
    return found


def recount(lines: pa.Table) -> dict[str, Any]:
    """Totals by statement, by scope and category, and what stands outside by location, as the report shows it, in whole micrograms."""
    inside = lines.filter(pc.is_null(lines["outside"]))
    found: dict[str, Any] = {}
    for by in ("location", "market"):
        mine = inside.filter(pc.is_in(inside["statement"], pa.array(["both", by])))
        rows: dict[tuple[int, int | None], int] = {}
        for key in mine.group_by(["scope", "category"]).aggregate([]).to_pylist():
            part = mine.filter(_equal(mine, key))
            rows[key["scope"], key["category"]] = total_ug(part["co2e_ug"])
        ordered = sorted(rows, key=lambda row: (row[0] or 0, row[1] or 0))
        found[by] = {
            "co2e_ug": total_ug(mine["co2e_ug"]),
            "rows": [{"scope": row[0], "category": row[1], "co2e_ug": rows[row]} for row in ordered],
        }
    beside = lines.filter(pc.is_valid(lines["outside"]))
    beside = beside.filter(pc.is_in(beside["statement"], pa.array(["both", "location"])))
    names = sorted(set(beside["outside"].to_pylist()))
    found["outside"] = {name: total_ug(beside.filter(pc.equal(beside["outside"], name))["co2e_ug"]) for name in names}
    return found


def _equal(table: pa.Table, key: Mapping[str, int | None]) -> pa.ChunkedArray:
    masks = [
        pc.is_null(table[name]) if value is None else pc.fill_null(pc.equal(table[name], value), False)
        for name, value in key.items()
    ]
    return pc.and_(*masks)


def each_line(lines: pa.Table) -> Check:
    """Whether every line is one: closed words, a scope or a place outside it, an ordered range, gases that add up to it."""
    check = Check("lines", f"{lines.num_rows:,} lines")
    for field in LINES_SCHEMA:
        if field.name not in lines.column_names:
            check.faults.append(f"lines.parquet, column {field.name}: not there; expected {field.type}")
        elif lines.schema.field(field.name).type != field.type:
            check.faults.append(
                f"lines.parquet, column {field.name}: found {lines.schema.field(field.name).type}, expected {field.type}"
            )
    if check.faults:
        return check
    for name, words in (("origin", tuple(ORIGINS)), ("statement", STATEMENTS), ("outside", (*OUTSIDE, None))):
        _told(
            check,
            name,
            pc.invert(pc.is_in(lines[name], pa.array(words, pa.string()))),
            lines[name],
            f"one of {', '.join(map(str, words))}",
        )
    _told(check, "low_ug", pc.greater(lines["low_ug"], lines["co2e_ug"]), lines["low_ug"], "no more than co2e_ug")
    _told(check, "high_ug", pc.less(lines["high_ug"], lines["co2e_ug"]), lines["high_ug"], "no less than co2e_ug")
    _told(check, "sd_ug", pc.less(lines["sd_ug"], 0), lines["sd_ug"], "0 or more")
    scope, category = lines["scope"], lines["category"]
    inside = pc.is_null(lines["outside"])
    _told(
        check, "scope", pc.and_(inside, pc.invert(pc.is_in(scope, pa.array([1, 2, 3], pa.int8())))), scope, "1, 2 or 3"
    )
    third = pc.fill_null(pc.equal(scope, 3), False)
    wrong = pc.and_(third, pc.invert(pc.is_in(category, pa.array(range(1, 16), pa.int8()))))
    _told(check, "category", pc.and_(inside, wrong), category, "1 to 15, of Scope 3")
    second = pc.fill_null(pc.equal(scope, 2), False)
    split = pc.and_(pc.not_equal(lines["statement"], "both"), pc.and_(inside, pc.invert(second)))
    odd = pc.and_(split, pc.invert(pc.and_(third, pc.fill_null(pc.equal(category, 3), False))))
    _told(
        check,
        "statement",
        odd,
        lines["statement"],
        "both: only Scope 2, and its upstream in category 3, has two statements",
    )
    _gases(check, lines)
    return check


def _gases(check: Check, lines: pa.Table) -> None:
    """The engine's rule: an entry's gases add up to it (`engine.gases`)."""
    parts = lines["gases"].combine_chunks().flatten()
    whole = pc.fill_null(parts[0], 0)
    for part in parts[1 : len(GASES)]:
        whole = pc.add(whole, pc.fill_null(part, 0))
    differs = pc.and_(pc.is_valid(lines["gases"]), pc.not_equal(whole, lines["co2e_ug"]))
    _told(check, "gases", differs, whole, "gases that add up to co2e_ug")


def _told(check: Check, name: str, wrong: Any, found: Any, expected: str) -> None:
    places = pc.indices_nonzero(pc.fill_null(wrong, False))
    if len(places):
        first = places[0].as_py()
        count = f" and in {len(places) - 1:,} lines more" if len(places) > 1 else ""
        check.faults.append(
            f"lines.parquet, line {first + 1}{count}, {name}: found {found[first].as_py()!r}, expected {expected}"
        )
