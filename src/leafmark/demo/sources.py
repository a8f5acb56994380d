"""Whose figures the demo's runs really used: each source with its licence, vintage and share, from the factors met."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc

from leafmark.demo.by_factor import Parts
from leafmark.engine.line_factors import LineFactors
from leafmark.engine.pinned import open_pinned
from leafmark.engine.run import Run

THEMES = {"food": "food", "material": "materials", "spend": "spend", "grid": "electricity"}
"""The packs' themes that the demo meets, in a reader's words."""


def used(parts: Parts, runs: dict[str, Run]) -> list[dict[str, Any]]:
    """One row per theme and source: factors, data years, vintage gap, and its share of the order lines' CO2e.

    `gap_years` is [least, most] whole years between the activity and the factor's valid period; `share` is None for a
    source that only the other runs met.
    """
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    whole = sum(part.co2e_ug for part in parts.parts)
    for part in parts.parts:
        for each in parts.used(part.factor_id):
            row = _row(rows, each)
            row["co2e_ug"] += part.co2e_ug
            row["gap_years"].add(part.gap_years)
            row["runs"].add("orders")
    for name in ("products", "televisions", "declared"):
        pinned = open_pinned(runs[name])
        factors = LineFactors(pinned.packs, pinned.method, pinned.settings)
        pairs = runs[name].table("products").group_by(["factor_id", "vintage_gap_years"]).aggregate([])
        for pair in pairs.filter(pc.is_valid(pairs.column("factor_id"))).to_pylist():
            for each in (factors.used(factor_id) for factor_id in pair["factor_id"].split(" + ")):
                row = _row(rows, each)
                row["gap_years"].add(pair["vintage_gap_years"])
                row["runs"].add(name)
    found = [
        row | {
            "factors": len(row["factors"]), "runs": sorted(row["runs"]),
            "share": row["co2e_ug"] / whole if row["co2e_ug"] else None,
            "data_years": [min(row["data_years"]), max(row["data_years"])],
            "gap_years": [min(row["gap_years"]), max(row["gap_years"])],
        }
        for row in rows.values()
    ]  # fmt: skip
    return sorted(found, key=lambda row: (-row["co2e_ug"], row["source_id"]))


def _row(rows: dict[tuple[str, str], dict[str, Any]], each: Any) -> dict[str, Any]:
    factor, source = each.factor, each.source
    theme = THEMES.get(factor.theme, factor.theme)
    row = rows.setdefault((theme, source.source_id), {
        "theme": theme, "pack_theme": factor.theme, "source_id": source.source_id, "publisher": source.publisher, "short": short(source.publisher), "title": source.title,
        "year": source.year, "url": source.url, "licence": source.licence, "note": source.note,
        "co2e_ug": 0, "factors": set(), "data_years": set(), "gap_years": set(), "runs": set(),
    })  # fmt: skip
    row["factors"].add(factor.factor_id)
    row["data_years"].add(factor.data_year)
    return row


def short(publisher: str) -> str:
    """A publisher in a word or two: `Poore & Nemecek`, `US EPA`."""
    for mark in (";", " (", ","):
        publisher = publisher.split(mark)[0]
    return publisher
