"""`python -m bench.inventory_lines FOLDER LINES`: an inventory for the bench of its reports, made in a process of its own."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from leafmark.engine.gases import GASES_TYPE
from leafmark.inventory.book import Inventory
from leafmark.inventory.tables import COMPLETENESS_SCHEMA, FLAGS_SCHEMA, LINES_SCHEMA, ORIGINS, SCOPE_ROWS, TEMPLATES

SEED: Final = 6
_MONTHS, _KEYS, _SITE_LINES, _ENTITY_LINES = 12, 3, 600, 15_000
"""Lines of one key, site and entity: as a year of a company with monthly readings has them."""


def made(folder: Path, count: int) -> Path:
    """An inventory of so many lines: sites x templates x keys x months, grams by a fixed seed."""
    place = np.arange(count)
    template = (place // (_MONTHS * _KEYS)) % len(TEMPLATES)
    key = place // _MONTHS % _KEYS
    grams = np.random.default_rng(SEED).lognormal(20, 2, count).astype(np.int64)
    names, rows, origins = [each.name for each in TEMPLATES], [each.rows[0] for each in TEMPLATES], list(ORIGINS)
    columns: dict[str, Any] = {
        "entity_id": [f"entity-{n}" for n in place // _ENTITY_LINES], "site_id": [f"site-{n}" for n in place // _SITE_LINES],
        "template": [names[n] for n in template], "month": [dt.date(2025, int(n), 1) for n in 1 + place % _MONTHS],
        "origin": [origins[n % len(origins)] for n in template], "scope": [rows[n][0] for n in template],
        "category": [rows[n][1] for n in template],
        "statement": [("location", "market")[k % 2] if rows[n][0] == 2 else "both" for n, k in zip(template, key, strict=True)],
        "outside": [None] * count, "run_id": ["bench"] * count, "method_id": ["bench"] * count, "method_version": [1] * count,
        "key": [f"{names[n]}.{k}" for n, k in zip(template, key, strict=True)],
        "factor_id": [f"{names[n]}.{k}@R{r}" for n, k, r in zip(template, key, place // _ENTITY_LINES % 10, strict=True)],
        "unit": ["kWh"] * count, "amount": grams / 3e8, "activities": [7] * count, "co2e_ug": grams, "sd_ug": grams // 5, "own_sd_ug": [None] * count,
        "low_ug": grams * 2 // 3, "high_ug": grams * 3 // 2,
        "gases": pa.StructArray.from_arrays(
            [pa.array(grams if n == 0 else np.zeros(count, np.int64)) for n in range(len(GASES_TYPE))], fields=list(GASES_TYPE)
        ),
    }  # fmt: skip
    lines = pa.table({name: pa.array(columns[name], LINES_SCHEMA.field(name).type) for name in LINES_SCHEMA.names})
    record = {
        "organisation": {"id": "bench", "name": "Bench"}, "year": 2025, "from": "2025-01-01", "until": "2026-01-01",
        "approach": "operational_control", "gwp": "AR6", "currency": "USD", "known_on": "2026-09-30", "methods": [], "packs": [], "runs": [],
        "leafmark": "bench", "finished": "2026-10-01T00:00:00+00:00",
    }  # fmt: skip
    complete = [
        {"scope": scope, "category": category, "status": "included", "what": "all", "why": None, "activities": 1, "refused": 0,
         "estimated_share": 0.1, "months": 12} for scope, category in SCOPE_ROWS
    ]  # fmt: skip
    tables = {
        "lines": lines,
        "flags": FLAGS_SCHEMA.empty_table(),
        "completeness": pa.Table.from_pylist(complete, schema=COMPLETENESS_SCHEMA),
    }
    return Inventory.write(folder, record, tables).path


if __name__ == "__main__":
    made(Path(sys.argv[1]), int(sys.argv[2]))
