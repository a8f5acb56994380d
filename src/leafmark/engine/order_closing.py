"""The end of a run of order lines: its record, and the small tables of days, categories and months."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine import closing, gases, tables
from leafmark.engine.backends import told
from leafmark.engine.catalogue import Names
from leafmark.engine.order_plan import MICRO
from leafmark.methods.retail import TIERS

NO_CATEGORY = ""
"""What `by_category` calls products whose catalogue row names none."""
COMPARABLE_DAYS = 0.9
"""Share of the longer year's days that the shorter must cover before a change between the two is told; our own choice."""


@told()
def close(out: Path, names: Names, rows: int, chunks: int, kept: tuple[str, ...]) -> dict[str, Any]:
    """The run's tables and the record of what it found."""
    record: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    totals, shares = (
        _spread(closing.chunk_tables(out, "totals", chunks), names),
        closing.chunk_tables(out, "shares", chunks),
    )
    for table in kept:
        closing.keep(out, table, chunks)
    days = closing.chunk_tables(out, "days", chunks).sort_by("date")
    for name, table in small_tables(days, shares, names).items():
        closing.write_table(table, out / f"{name}.parquet")
    rejected, reasons = closing.keep_rejected(out, chunks)
    total = closing.range_of(totals)
    accepted = sum(shares.column("lines").to_pylist())
    if accepted + rejected != rows:
        raise AssertionError(f"{rows} lines in, {accepted} accepted, {rejected} rejected: a line vanished")
    years = _groups(shares, totals, "year")
    for group in years.values():
        group["ug_per_money"] = group["co2e_ug"] / group["spend"] if group["spend"] else 0.0
    change = _change({year: group["ug_per_money"] for year, group in years.items()}, _days_of_years(days))
    gaps = totals.group_by(["factor_no"], use_threads=False).aggregate([("gap_years", "max")]).sort_by("factor_no")
    record.update({
        "status": "done", "lines_in": rows, "lines_accepted": accepted, "lines_rejected": rejected,
        "rejected_by_reason": reasons, "orders": tables.rows(out / "orders.parquet"),
        "totals": {**total, "by_tier": _groups(shares, totals, "tier", TIERS),
                   "by_category": _groups(shares, None, "category_no", names.categories), "by_year": years,
                   "intensity_change": change, "by_scope_ug": {"scope 3 category 1": total["co2e_ug"]} if accepted else {},
                   "by_gas_ug": gases.totals(zip(totals.column("factor_no").to_pylist(), closing.ints(totals.column("ug")), strict=True), names.gases),
                   "gwp_native_share": closing.share(sum(closing.ints(totals.column("native"))), total["co2e_ug"])},
        "vintage_gap_years_by_factor": {
            names.factors[number]: gap or 0
            for number, gap in zip(gaps.column("factor_no").to_pylist(), gaps.column("gap_years_max").to_pylist(), strict=True)
        },
        "coverage_lines": accepted / rows if rows else None,
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    })  # fmt: skip
    return record


def _spread(chunks: pa.Table, names: Names) -> pa.Table:
    """The totals with the standard deviation, share not restated and gap of each factor, rounded once for the whole run."""
    totals = closing.summed(chunks, ["year", "period_no", "tier", "factor_no"], ["ug"])
    ugs = closing.ints(totals.column("ug"))
    places = zip(totals.column("period_no").to_pylist(), totals.column("factor_no").to_pylist(), strict=True)
    spread = [names.spread[place] for place in places]
    whole = pa.decimal128(38, 0)
    return totals.append_column(
        "sd", pa.array([round(ug * rel_sd) for ug, (rel_sd, _, _) in zip(ugs, spread, strict=True)], whole)
    ).append_column(
        "native", pa.array([round(ug * native) for ug, (_, native, _) in zip(ugs, spread, strict=True)], whole)
    ).append_column("gap_years", pa.array([gap for _, _, gap in spread], pa.int16()))  # fmt: skip


def _change(ug_per_money: dict[str, float], days: dict[str, int]) -> dict[str, float]:
    """Change of grams per unit of money against the year before, as a share: -0.1 is a tenth less.

    Only between years of which the shorter has lines on at least `COMPARABLE_DAYS` of the other's number of days: one
    day does not tell of a year.
    """
    return {
        later: ug_per_money[later] / ug_per_money[sooner] - 1
        for sooner, later in itertools.pairwise(sorted(ug_per_money))
        if ug_per_money[sooner] and min(days[sooner], days[later]) >= COMPARABLE_DAYS * max(days[sooner], days[later])
    }


def _days_of_years(days: pa.Table) -> dict[str, int]:
    """Days with lines in each year; lines without a date are of no year."""
    return Counter(str(day.year) for day in days.column("date").to_pylist() if day is not None)


def _groups(
    shares: pa.Table, totals: pa.Table | None, key: str, names: Sequence[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Grams, money and lines by the values of one column; with their range, if `totals` has that column."""
    groups = closing.summed(shares, [key], ["ug", "spend", "lines"])
    columns = (closing.ints(groups.column(name)) for name in ("ug", "spend", "lines"))
    found = {}
    for value, ug, spend, lines in zip(groups.column(key).to_pylist(), *columns, strict=True):
        group: dict[str, Any] = {"co2e_ug": ug, "spend": spend / MICRO, "lines": lines}
        if totals is not None:
            group |= closing.range_of(totals.filter(pc.equal(totals.column(key), value)))
        found[str(value if names is None else names[value] if value < len(names) else NO_CATEGORY)] = group
    return found


def small_tables(days: pa.Table, shares: pa.Table, names: Names) -> dict[str, pa.Table]:
    """`days`, `categories` and `intensity` of a run, columns as docs/formats.md says; grams in int64 micrograms."""
    categories = pa.array([*names.categories, None], pa.string())
    by = closing.summed(shares, ["category_no", "year", "tier"], ["lines", "ug", "spend"])
    return {
        "days": pa.table({
            "date": days.column("date"),
            **{name: days.column(name) for name in ("orders", "lines", "rejected_lines")},
            "co2e_ug": days.column("co2e_ug").cast(pa.int64()),
            "spend": _money(days.column("spend")),
        }),
        "categories": pa.table({
            "category": categories.take(by.column("category_no")),
            "year": by.column("year").cast(pa.int32()),
            "tier": pa.array(TIERS).take(by.column("tier").cast(pa.int8())),
            "lines": by.column("lines"),
            "co2e_ug": by.column("ug").cast(pa.int64()),
            "spend": _money(by.column("spend")),
        }),
        "intensity": _intensity(days),
    }  # fmt: skip


def _money(micros: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.divide(micros.cast(pa.int64()).cast(pa.float64(), safe=False), float(MICRO))


def _intensity(days: pa.Table) -> pa.Table:
    """By month: grams per order and per unit of money, and the first one's change against the same month a year before."""
    sums: dict[tuple[int, int], list[int]] = {}
    told: set[tuple[int, int]] = set()
    values = [closing.ints(days.column(name)) for name in ("orders", "lines", "co2e_ug", "spend")]
    for day, *row in zip(days.column("date").to_pylist(), *values, strict=True):
        if day is not None:
            so_far = sums.get((day.year, day.month), [0, 0, 0, 0])
            sums[day.year, day.month] = [a + b for a, b in zip(so_far, row, strict=True)]
    for day, ug in zip(days.column("date").to_pylist(), days.column("co2e_ug").to_pylist(), strict=True):
        if day is not None and ug is not None:
            told.add((day.year, day.month))  # a month without an accepted line is unknown, not 0
    per_order = {month: ug / orders for month, (orders, _, ug, _) in sums.items() if month in told}
    rows = []
    for (year, month), (orders, lines, ug, spend) in sorted(sums.items()):
        now, before = per_order.get((year, month)), per_order.get((year - 1, month))
        rows.append({
            "year": year, "month": month, "orders": orders, "lines": lines, "co2e_ug": None if now is None else ug,
            "ug_per_order": now, "ug_per_money": ug / spend * MICRO if spend and now is not None else None,
            "change": now / before - 1 if before and now is not None else None,
        })  # fmt: skip
    kinds = (pa.int32(), pa.int8(), pa.int64(), pa.int64(), pa.int64(), pa.float64(), pa.float64(), pa.float64())
    columns = ("year", "month", "orders", "lines", "co2e_ug", "ug_per_order", "ug_per_money", "change")
    return pa.Table.from_pylist(rows, pa.schema(list(zip(columns, kinds, strict=True))))
