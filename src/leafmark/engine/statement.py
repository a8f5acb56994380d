"""A statement: one run's grams by scope and category, with coverage. Books are never summed.

A run has one book (`product`, `inventory` or `impact`); a table of entries that holds two is refused, not added up.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from leafmark.engine.run import Run, RunError, open_run
from leafmark.engine.wording import between, grams_exact, mass, percent

SCHEMA = "leafmark.statement/1"
_GROUP = ("book", "scope", "category")

# GHG Protocol Corporate Value Chain (Scope 3) Standard (2011), table 5.3.
CATEGORIES = {
    1: "Purchased goods and services", 2: "Capital goods", 3: "Fuel- and energy-related activities",
    4: "Upstream transportation and distribution", 5: "Waste generated in operations", 6: "Business travel",
    7: "Employee commuting", 8: "Upstream leased assets", 9: "Downstream transportation and distribution",
    10: "Processing of sold products", 11: "Use of sold products", 12: "End-of-life treatment of sold products",
    13: "Downstream leased assets", 14: "Franchises", 15: "Investments",
}  # fmt: skip
SCOPES = {1: "Direct emissions", 2: "Purchased energy", 3: "Value chain"}


class MixedBooksError(RunError):
    """Entries of more than one book: their sum has no meaning."""


def statement(run: Run | str | Path) -> dict[str, Any]:
    """Grams by scope and category of one run.

    Returns
    -------
    `schema, run_id, book, rows: [{scope, category, name, co2e_ug, entries}], total (with range), coverage_lines,
    lines_in, lines_rejected, gwp_native_share`; int64 micrograms CO2e.

    Raises
    ------
    MixedBooksError : the entries are of more than one book.
    """
    finished = run if isinstance(run, Run) else open_run(run)
    entries = pq.read_table(finished.path / "entries.parquet", columns=[*_GROUP, "co2e_ug"])
    books = sorted(pc.unique(entries.column("book")).to_pylist())
    if len(books) > 1:
        raise MixedBooksError(
            f"{finished.path}: its entries are of {' and '.join(books)}; books are never summed: make a statement of each"
        )
    sums = entries.group_by(list(_GROUP)).aggregate([("co2e_ug", "sum"), ("co2e_ug", "count")]).to_pylist()
    sums.sort(key=lambda row: (row["scope"] or 0, row["category"] or 0))
    record = finished.record
    totals = record["totals"]
    found = sum(row["co2e_ug_sum"] or 0 for row in sums)
    if found != totals["co2e_ug"]:
        raise AssertionError(f"{finished.path}: entries add up to {found}, but the run's total is {totals['co2e_ug']}")
    return {
        "schema": SCHEMA,
        "run_id": finished.id,
        "book": books[0] if books else record["method"]["book"],
        "method": f"{record['method']['id']}@{record['method']['version']}",
        "gwp": record["gwp"],
        "known_on": record["known_on"],
        "rows": [
            {"scope": row["scope"], "category": row["category"], "name": _name(row["scope"], row["category"]),
             "co2e_ug": row["co2e_ug_sum"], "entries": row["co2e_ug_count"]}
            for row in sums
        ],
        "total": {name: totals[name] for name in ("co2e_ug", "low_ug", "high_ug")},
        "lines_in": record["lines_in"],
        "lines_rejected": record["lines_rejected"],
        "coverage_lines": record["coverage_lines"],
        "gwp_native_share": totals.get("gwp_native_share"),
    }  # fmt: skip


def _name(scope: int | None, category: int | None) -> str:
    if category is not None:
        return CATEGORIES.get(category, "")
    return SCOPES.get(scope, "") if scope is not None else "Products' footprints"


def rows(content: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """(scope, category, grams, name) of each line for a terminal."""
    yield "scope", "category", "CO2e", ""
    for row in content["rows"]:
        scope, category = (str(row[name]) if row[name] is not None else "-" for name in ("scope", "category"))
        yield scope, category, grams_exact(row["co2e_ug"]), row["name"]
    yield "total", "", grams_exact(content["total"]["co2e_ug"]), mass(content["total"]["co2e_ug"])


def remarks(content: dict[str, Any]) -> Iterator[str]:
    """What a reader must know beside the sums."""
    total = content["total"]
    yield f"book {content['book']}; 95 % range {between(total['low_ug'], total['high_ug'])}; GWP {content['gwp']}"
    yield f"coverage: {percent(content['coverage_lines'])} of {content['lines_in']:,} lines; {content['lines_rejected']:,} rejected"
    if content["gwp_native_share"]:
        yield f"{percent(content['gwp_native_share'])} of the total stands as published, not restated to {content['gwp']}"
