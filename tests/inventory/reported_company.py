"""A small company with every kind of thing a report speaks of: real engine runs, lines made of their entries by plain Python."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from made_inventory import made

from leafmark import engine
from leafmark.engine.run import Run
from leafmark.inventory.book import Inventory
from leafmark.inventory.tables import COMPLETENESS_SCHEMA, FLAGS_SCHEMA, SCOPE_ROWS

KNOWN_ON = dt.date(2026, 9, 30)
FUEL = """\
activity_id,site_id,fuel,amount,unit,region,date
f1,depot · 2023-02 · invoiced,fuel.diesel,1200,L,GB,2023-02-03
f2,depot · 2023-06 · estimated,fuel.diesel,800,L,GB,2023-06-03
f3,office · 2023-01 · measured,fuel.natural_gas.energy_gross,15000,kWh_gross,GB,2023-01-31
f4,office · 2023-01 · measured,fuel.nothing,1,kWh_gross,GB,2023-01-31
"""
POWER = """\
activity_id,site_id,kwh,region,date
p1,office · 2023-01 · invoiced,40000,GB,2023-01-31
p2,depot · 2023-05 · supplier,9000,CN-ZJ,2023-05-31
"""
KWH = {"office · 2023-01 · invoiced": 40_000.0, "depot · 2023-05 · supplier": 9_000.0}
ENTITY = {"office": "own", "depot": "logistics"}
EVIL = '=HYPERLINK("http://example.org","x")'


def ran(folder: Path, template: str, method: str, content: str) -> Run:
    """A run of a method over a file of activities, in `runs/TEMPLATE` of an inventory; the file lies beside the inventory."""
    folder.mkdir(parents=True, exist_ok=True)
    given = folder.parent / f"{template}.csv"
    given.write_text(content, encoding="utf-8")
    return engine.footprint(given, out=folder / "runs" / template, method=method, known_on=KNOWN_ON, lines=True)


def group(template: str, group_id: str) -> dict[str, Any]:
    """A group of activities by its readable id."""
    site, month, origin = group_id.split(" · ")
    return {
        "group_id": group_id,
        "template": template,
        "entity_id": ENTITY[site],
        "site_id": site,
        "month": dt.date.fromisoformat(f"{month}-01"),
        "origin": origin,
    }


def _lines_of(run: Run, template: str) -> Iterator[dict[str, Any]]:
    for entry in run.table("entries").to_pylist():
        width = max(entry["co2e_ug"] - entry["low_ug"], 0) // 2
        of = group(template, entry["subject_id"])
        yield {
            **{name: value for name, value in of.items() if name != "group_id"},
            "scope": entry["scope"], "category": entry["category"], "statement": "both", "run_id": run.id,
            "method_id": entry["method_id"], "method_version": entry["method_version"], "key": entry["factor_id"].split("@")[0],
            "factor_id": entry["factor_id"], "unit": "kWh", "amount": KWH.get(entry["subject_id"]), "co2e_ug": entry["co2e_ug"], "sd_ug": width,
            "low_ug": entry["low_ug"], "high_ug": entry["high_ug"], "gases": entry["gases"],
        }  # fmt: skip


def company(path: Path, **record: Any) -> Inventory:
    """An inventory folder: fuel and electricity by real runs, a market statement, a contract, biogenic CO2, flags, exclusions, an offset."""
    fuel = ran(path, "fuel", "combustion.direct", FUEL)
    power = ran(path, "electricity", "electricity.location", POWER)
    rows = [*_lines_of(fuel, "fuel"), *_lines_of(power, "electricity")]
    for row in rows:
        if row["scope"] == 2:
            row["statement"] = "location"
    market = [{**row, "statement": "market", "factor_id": "contract:wind-1", "co2e_ug": 0, "sd_ug": 0, "low_ug": 0, "high_ug": 0, "gases": None, "amount": 9000.0}
              for row in rows if row["scope"] == 2]  # fmt: skip
    beside = {**rows[0], "scope": None, "category": None, "outside": "biogenic_co2", "co2e_ug": 7_000_000_000, "low_ug": 7_000_000_000,
              "high_ug": 7_000_000_000, "sd_ug": 0, "gases": None}  # fmt: skip
    bought = {"scope": 3, "category": 1, "template": "purchases", "origin": "proxy", "entity_id": EVIL, "site_id": "@site", "co2e_ug": 123_456_789_012_345, "factor_id": "spend.x@WORLD",
              "sd_ug": 4 * 10**13, "low_ug": 6 * 10**13, "high_ug": 2 * 10**14, "run_id": "elsewhere", "unit": "USD", "amount": 5e5}  # fmt: skip
    credit = {
        "scope": 3,
        "category": 5,
        "template": "waste",
        "co2e_ug": -1_000_000_007,
        "low_ug": -2_000_000_000,
        "high_ug": -500_000_000,
        "factor_id": "waste.x@GB",
    }
    more = {
        "flags": pa.Table.from_pylist([
            {"file": "fuel.csv", "row": 4, "activity_id": "f4", "template": "fuel", "field": "fuel", "reason": "unknown_key", "found": "fuel.nothing", "expected": "fuel.diesel", "effect": "refused"},
            {"file": EVIL, "row": 1, "activity_id": "+1", "template": "electricity", "field": "-x", "reason": "no_residual_mix", "found": "@y", "expected": None, "effect": "doubted"},
        ], schema=FLAGS_SCHEMA),
        "completeness": completeness(),
        "instruments": pa.table({"contract_id": ["wind-1"], "kind": ["ppa"], "region": ["GB"], "contracted_wh": [60_000_000], "used_wh": [49_000_000]}),
        "criteria": pa.table({"contract_id": ["wind-1"] * 2, "criterion": [1, 2], "status": ["met", "not_shown"]}),
        "groups": pa.Table.from_pylist([group(template, each) for template, run in (("fuel", fuel), ("electricity", power))
                                        for each in sorted(set(run.table("entries")["subject_id"].to_pylist()))]),
        "removals": pa.table({"kind": ["offset"], "what": ["forest <script>alert(1)</script>"], "co2e_t": [12.5], "registry": ["=1+1"]}),
    }  # fmt: skip
    runs = [
        {"template": name, "run_id": run.id, "folder": f"runs/{name}"}
        for name, run in (("fuel", fuel), ("electricity", power))
    ]
    pinned = {(pack["id"], pack["sha256"]): pack for run in (fuel, power) for pack in run.record["packs"]}
    methods = [{name: run.record["method"][name] for name in ("id", "version", "hash")} for run in (fuel, power)]
    return made(
        path,
        [*rows, *market, beside, bought, credit],
        more=more,
        runs=runs,
        packs=list(pinned.values()),
        methods=methods,
        **record,
    )


def completeness() -> pa.Table:
    """Fuel, power, purchases, waste in; the rest not applicable; business travel excluded with its reason."""
    there = {(1, None), (2, None), (3, 1), (3, 3), (3, 5)}
    rows = [
        {"scope": scope, "category": category, "status": "included" if (scope, category) in there else "not_applicable",
         "what": "all sites", "why": None if (scope, category) in there else "no such activity", "activities": 3, "refused": 0,
         "estimated_share": 0.2 if (scope, category) in there else None, "months": 12}
        for scope, category in SCOPE_ROWS if (scope, category) != (3, 6)
    ]  # fmt: skip
    rows.append({"scope": 3, "category": 6, "status": "excluded", "what": "taxis", "why": "under 0.1 % of the category",
                 "activities": 0, "refused": 0, "estimated_share": None, "months": None})  # fmt: skip
    return pa.Table.from_pylist(rows, schema=COMPLETENESS_SCHEMA)


STATEMENTS = """\
scope2_tracking = "market"
contact = "carbon@example.org"
assurance = "limited, by an independent auditor"
description = "one office, one depot"
allocation = "none needed"
targets = "half by 2030"
[base_year]
year = 2020
why = "first year with meters"
policy = "recalculated past the threshold"
threshold_percent = 5
changes = ["2022: a depot was sold, 12 t"]
scope2_method = "both"
scope2_proxy = false
[[base_year.profile]]
year = 2020
co2e_t = 200.5
restated_t = 188.5
[[base_year.scope3]]
category = 1
co2e_t = 150.25
"""


def sha256(path: Path) -> str:
    """A file's hash."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load_json(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))
