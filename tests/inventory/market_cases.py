"""Consumption and contracts made by hand for tests, a pack with residual mixes, and a slow matcher that serves Wh by Wh's rule in plain Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
from engine_rows import factor, pack

from leafmark.factors.model import Pack
from leafmark.inventory.scope2 import Matched, match
from leafmark.inventory.scope2.tables import CONSUMPTION_SCHEMA

KNOWN_ON = dt.date(2026, 6, 1)
CHINA_2023 = 0.6096
"""MEE's factor of 2023 without market-traded non-fossil power, kg CO2/kWh."""
Row = dict[str, Any]
CONTRACT_TYPES = pa.schema([
    ("contract_id", pa.string()), ("kind", pa.string()), ("region", pa.string()), ("valid_from", pa.date32()),
    ("valid_to", pa.date32()), ("kwh", pa.float64()), ("kg_per_kwh", pa.float64()), ("technology", pa.string()),
    ("registry", pa.string()), ("serial", pa.string()), ("retired_on", pa.date32()), ("entity_id", pa.string()),
    ("site_id", pa.string()), ("source", pa.string()),
])  # fmt: skip


def day(text: str) -> dt.date:
    """2023-05 is its first day."""
    return dt.date.fromisoformat(text if len(text) > 7 else f"{text}-01")


def used(group: str = "a", kwh: float | None = 1000.0, **cells: Any) -> Row:
    """1,000 kWh of the office in Zhejiang in May 2023."""
    return {
        "group_id": group, "entity_id": "own", "site_id": "office", "region": "CN-ZJ", "month": day("2023-05"), "kwh": kwh
    } | cells  # fmt: skip


def certificate(name: str = "GEC-1", kwh: float | None = 1000.0, **cells: Any) -> Row:
    """A certificate of Chinese wind power of 2023, retired in time; the serial number is its name's."""
    return {
        "contract_id": name, "kind": "certificate", "region": "CN", "valid_from": day("2023-01"), "valid_to": day("2024-01"),
        "kwh": kwh, "kg_per_kwh": 0.0, "technology": "wind", "registry": "GEC", "serial": f"{name}-", "retired_on": day("2024-02"),
    } | cells  # fmt: skip


def residuals(**kg_by_region: float) -> Pack:
    """A pack with residual mixes of 2023 and grids of some countries."""
    common = {
        "theme": "grid", "boundary": "direct", "unit": "kWh", "data_year": 2023, "valid_from": day("2023-01"),
        "valid_to": day("2024-01"), "published_on": day("2025-12"), "gsd": 1.1024, "gsd_basis": "default:grid_modelled",
    }  # fmt: skip
    rates = {"CN": CHINA_2023} | kg_by_region
    rows = [factor("electricity.grid.residual", region=place, co2e_kg=rate, **common) for place, rate in rates.items()]
    grid = [
        factor("electricity.grid", region=place, co2e_kg=rate, **common)
        for place, rate in (("CN", 0.5306), ("GB", 0.2), ("WORLD", 0.5))
    ]
    return pack(*rows, *grid)


def matched(
    consumption: Iterable[Mapping[str, Any]],
    contracts: Iterable[Mapping[str, Any]],
    packs: Pack | None = None,
    **options: Any,
) -> Matched:
    """Match rows given as dictionaries."""
    return match(
        pa.Table.from_pylist(list(consumption), schema=CONSUMPTION_SCHEMA),
        pa.Table.from_pylist(list(contracts), schema=CONTRACT_TYPES),
        pack=packs or residuals(),
        known_on=KNOWN_ON,
        **options,
    )


def reasons(found: Matched) -> dict[str | None, set[str]]:
    """Reasons of flags by contract."""
    by: dict[str | None, set[str]] = {}
    for flag in found.flags.to_pylist():
        by.setdefault(flag["activity_id"], set()).add(flag["reason"])
    return by


def used_kwh(found: Matched) -> dict[str, float]:
    """kWh that each contract served, by its row of instruments."""
    return {row["contract_id"]: row["used_wh"] / 1000 for row in found.instruments.to_pylist()}


def by_key(found: Matched) -> dict[str, float]:
    """kWh by factor key."""
    total: dict[str, float] = {}
    for row in found.rows.to_pylist():
        total[row["key"]] = total.get(row["key"], 0) + row["kwh"]
    return total


def slowly(consumption: Iterable[Row], contracts: Iterable[Row], by_year: bool = True) -> dict[tuple[str, str], int]:
    """Wh by (contract, group): the order of the docs, group by group, on sound contracts in countries as markets."""
    rank = {"certificate": 0, "ppa": 0, "supplier": 2, "residual": 3}
    left = {row["group_id"]: round(row["kwh"] * 1000) for row in consumption}
    rows = sorted(consumption, key=lambda row: (row["month"], row["group_id"]))
    served: dict[tuple[str, str], int] = {}

    def order(c: Row) -> tuple[Any, ...]:
        return (
            rank[c["kind"]],
            0 if c.get("site_id") else 1 if c.get("entity_id") else 2,
            c["valid_to"],
            c["contract_id"],
        )

    for c in sorted(contracts, key=order):
        wh = None if c["kwh"] is None else round(c["kwh"] * 1000)
        last = c["valid_to"] - dt.timedelta(days=1)
        own = [row for row in rows if (c["valid_from"].year, c["valid_from"].month) <= (row["month"].year, row["month"].month)
               <= (last.year, last.month)]  # fmt: skip
        year = [row for row in rows if row not in own and c["valid_from"].year <= row["month"].year <= last.year]
        for row in own + (year if by_year and rank[c["kind"]] == 0 else []):
            if row["region"][:2] != c["region"][:2] or (c.get("entity_id") or row["entity_id"]) != row["entity_id"]:
                continue
            if (c.get("site_id") or row["site_id"]) != row["site_id"]:
                continue
            got = left[row["group_id"]] if wh is None else min(wh, left[row["group_id"]])
            left[row["group_id"]] -= got
            wh = None if wh is None else wh - got
            if got:
                served[c["contract_id"], row["group_id"]] = got
    return served
