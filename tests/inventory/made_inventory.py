"""Inventories made by hand for tests: lines given as a few columns, the rest filled in plainly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from leafmark.inventory.book import Inventory
from leafmark.inventory.tables import COMPLETENESS_SCHEMA, FLAGS_SCHEMA, LINES_SCHEMA

_PLAIN = {
    "entity_id": "own", "site_id": "office", "template": "fuel", "month": None, "origin": "invoiced", "scope": 1, "category": None,
    "statement": "both", "outside": None, "run_id": "run", "method_id": "combustion.direct", "method_version": 2, "key": "fuel.diesel",
    "factor_id": "fuel.diesel@GB:direct:2023", "unit": "L", "amount": None, "activities": 1, "co2e_ug": 0, "sd_ug": 0,
}  # fmt: skip


def lines(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Lines of `LINES_SCHEMA`; ranges without width and no gases unless given."""
    full = []
    for row in rows:
        line = {**_PLAIN, **row}
        full.append({"low_ug": line["co2e_ug"], "high_ug": line["co2e_ug"], "gases": None, **line})
    return pa.Table.from_pylist(full, schema=LINES_SCHEMA)


def made(
    path: Path,
    rows: Iterable[Mapping[str, Any]],
    year: int = 2023,
    more: Mapping[str, pa.Table] | None = None,
    **record: Any,
) -> Inventory:
    """An inventory folder of these lines."""
    plain = {
        "organisation": {"id": "own", "name": "Own Company"}, "year": year, "from": f"{year}-01-01", "until": f"{year + 1}-01-01",
        "approach": "operational_control", "gwp": "AR5", "currency": "USD", "known_on": f"{year + 1}-12-31", "methods": [], "packs": [],
        "runs": [], "leafmark": "0", "finished": f"{year + 1}-12-31T00:00:00+00:00",
    }  # fmt: skip
    tables = {
        "lines": lines(rows), "flags": FLAGS_SCHEMA.empty_table(), "completeness": COMPLETENESS_SCHEMA.empty_table(), **(more or {}),
    }  # fmt: skip
    return Inventory.write(path, {**plain, **record}, tables)
