"""A company whose people write Chinese, with every kind of thing a report speaks of: whatever English stands in its Chinese report is ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from synthetic_company import ACTS, PACK_FIELDS, SOURCE, pack, write_company, write_rows

from leafmark.factors.model import Pack
from leafmark.inventory.accounting.running import run_inventory
from leafmark.inventory.book import Inventory
from leafmark.inventory.seal import seal
from leafmark.inventory.time import History, read_change, recalculate

YEAR = 2024
KEPT = (
    "fuel",
    "refrigerants",
    "electricity",
    "heat",
    "purchases",
    "waste",
    "travel",
    "commuting",
    "processing",
    "products_discarded",
)
"""Templates with sound rows: each is a run of the engine, and takes a while."""
BAD: dict[str, list[dict[str, Any]]] = {
    "fuel": [
        {"fuel": "fuel.deisel", "amount": 1, "unit": "L", "date": "2024-03-01"},  # unknown_key, with a proposal
        {"fuel": "fuel.diesel", "amount": -5, "unit": "L", "date": "2024-03-01"},  # negative_amount
        {"fuel": "fuel.diesel", "amount": 1e12, "unit": "L", "date": "2024-03-01"},  # above_bound
        {"fuel": "fuel.diesel", "amount": "12,5", "unit": "L", "date": "2024-03-01"},  # unreadable
        {"fuel": "fuel.diesel", "amount": 1, "unit": "gallon", "date": "2024-03-01"},  # unknown_unit
        {"fuel": "fuel.diesel", "amount": 1, "unit": "t_km", "date": "2024-03-01"},  # unit_mismatch
        {"fuel": "fuel.diesel", "amount": 1, "unit": "L", "date": "2023-03-01"},  # outside_year
        {"fuel": "fuel.diesel", "amount": 1, "unit": "L", "date": "2023-12-01", "until": "2024-02-01"},  # across_years
        {
            "fuel": "fuel.diesel",
            "amount": 1,
            "unit": "L",
            "date": "2024-05-01",
            "until": "2024-04-01",
        },  # period_backwards
        {"fuel": "fuel.diesel", "amount": 1, "unit": "L", "until": "2024-04-01"},  # missing_value
        {"fuel": "fuel.diesel", "amount": 1, "unit": "L", "date": "2024-03-01", "origin": "guessed"},  # unknown_word
        {"fuel": "fuel.diesel", "amount": 1, "unit": "L", "date": "2024-03-01", "site_id": "nowhere"},  # unknown_site
        {"fuel": "fuel.diesel", "amount": 1, "unit": "L", "date": "2024-03-01", "site_id": "afar"},  # outside_boundary
        {"fuel": "", "amount": 1, "unit": "L", "date": "2024-03-01"},  # missing_value of the engine
        {"fuel": "waste.paper", "amount": 1, "unit": "L", "date": "2024-03-01"},  # a key of another method
        {"fuel": "fuel.diesel", "amount": 1, "unit": "L", "date": "2024-03-01", "region": "Germany"},  # unknown_region
        {"fuel": "fuel.diesel", "amount": 3, "unit": "L", "date": "2024-03-01", "activity_id": "a1"},
        {"fuel": "fuel.diesel", "amount": 3, "unit": "L", "date": "2024-03-01", "activity_id": "a1"},  # duplicate_id
    ],
    "purchases": [
        {"key": "material.board", "amount": 1, "unit": "kg", "date": "2024-03-01", "origin": ""},  # origin_not_told
        {"key": "碳信用", "amount": 1, "unit": "kg", "date": "2024-03-01"},  # offset_in_inventory
        {"key": "material.board", "amount": 1, "unit": "EUR", "date": "2024-03-01"},  # no_rate
    ],
    "electricity": [
        {"kwh": 100, "meter_id": "m1", "date": "2024-01-01"},  # missing_months
        {"kwh": 90, "meter_id": "m1", "date": "2024-01-15"},  # overlapping_meters
        {"kwh": 90, "meter_id": "m9", "date": "2024-02-15"},  # unknown_meter
        {"kwh": 5000, "date": "2024-02-15", "site_id": "depot"},  # share_changes of none
    ],
}
TABLES: dict[str, list[dict[str, Any]]] = {
    "entities": [
        {"entity_id": "own", "name": "自家公司", "region": "CN"},
        {"entity_id": "sub", "name": "子公司", "region": "CN"},
        {"entity_id": "half", "name": "合资公司", "region": "CN"},
        {"entity_id": "other", "name": "別家", "region": "CN"},
    ],
    "ownership": [
        {"owner_id": "own", "entity_id": "sub", "share_percent": 80, "financial_control": "true", "operational_control": "true", "accounted_as": "associate"},
        {"owner_id": "other", "entity_id": "sub", "share_percent": 40, "financial_control": "false", "operational_control": "false", "accounted_as": "associate"},
        {"owner_id": "own", "entity_id": "half", "share_percent": 10, "financial_control": "false", "operational_control": "true"},
        {"owner_id": "sub", "entity_id": "own", "share_percent": 10, "financial_control": "false", "operational_control": "false"},
        {"owner_id": "own", "entity_id": "nobody", "share_percent": 10, "financial_control": "false", "operational_control": "false"},
        {"owner_id": "own", "entity_id": "other", "share_percent": 101, "financial_control": "false", "operational_control": "false"},
    ],
    "sites": [
        {"site_id": "office", "entity_id": "own", "name": "办公室", "region": "CN"},
        {"site_id": "depot", "entity_id": "sub", "name": "仓库", "region": "CN-ZJ"},
        {"site_id": "afar", "entity_id": "other", "name": "别处", "region": "CN"},
        {"site_id": "office", "entity_id": "own", "name": "办公室", "region": "CN"},
        {"site_id": "shop", "entity_id": "own", "name": "店", "region": "CN", "held": "lent"},
        {"site_id": "barn", "entity_id": "own", "name": "库", "region": "CN", "valid_from": "2024-05-01", "valid_to": "2024-01-01"},
    ],
    "meters": [
        {"meter_id": "m1", "site_id": "office", "carrier": "electricity", "unit": "kWh", "expected_months": 12, "behind": ""},
        {"meter_id": "m2", "site_id": "nowhere", "carrier": "electricity", "unit": "kWh", "expected_months": "", "behind": ""},
        {"meter_id": "m3", "site_id": "office", "carrier": "electricity", "unit": "kWh", "expected_months": "", "behind": "m7"},
        {"meter_id": "m4", "site_id": "office", "carrier": "electricity", "unit": "kWh", "expected_months": 13, "behind": ""},
    ],
    "rates": [
        {"currency": "EUR", "per_usd": 0.9, "valid_from": "2020-01-01", "valid_to": "2021-01-01", "source": "央行"},
        {"currency": "EUR", "per_usd": 0.9, "valid_from": "2020-05-01", "valid_to": "2021-05-01", "source": "央行"},
        {"currency": "GBP", "per_usd": 0.8, "valid_from": "2021-01-01", "valid_to": "2020-01-01", "source": "央行"},
    ],
    "contracts": [
        {"contract_id": name, "kind": kind, "region": region, "valid_from": first, "valid_to": last, "kwh": kwh, "kg_per_kwh": kg, "technology": technology,
         "registry": registry, "serial": serial, "retired_on": retired, "site_id": "", "source": source}
        for name, kind, region, first, last, kwh, kg, technology, registry, serial, retired, source in (
            ("w1", "certificate", "CN", "2024-01-01", "2025-01-01", 4000, 0, "wind", "GEC", "1-4", "2025-01-15", ""),
            ("w2", "certificate", "CN", "2024-01-01", "2025-01-01", 4000, 0, "wind", "GEC", "3-6", "2025-01-15", ""),
            ("w3", "certificate", "CN", "2024-01-01", "2025-01-01", 4000, 0, "wind", "GEC", "1-4", "2025-01-15", ""),
            ("w4", "certificate", "DE", "2024-01-01", "2025-01-01", 4000, 0, "wind", "GEC", "20-23", "2025-01-15", ""),
            ("w5", "certificate", "CN", "2022-01-01", "2023-01-01", 4000, 0, "wind", "GEC", "30-33", "2023-01-15", ""),
            ("w6", "certificate", "CN", "2024-01-01", "2025-01-01", 4000, 0, "wind", "GEC", "40-43", "", ""),
            ("w7", "certificate", "CN", "2024-01-01", "2025-01-01", 4000, 0, "wind", "GEC", "50-53", "2028-01-01", ""),
            ("w8", "certificate", "CN", "2024-01-01", "2025-01-01", 400, 0, "biomass", "", "", "2025-01-01", ""),
            ("p1", "ppa", "CN", "2024-01-01", "2025-01-01", 500, 0.01, "solar", "", "", "", ""),
            ("s1", "supplier", "CN", "2024-01-01", "2025-01-01", 900, 0.1, "", "", "", "", "合同第七页"),
            ("r1", "residual", "CN", "2024-01-01", "2025-01-01", "", 0.5, "", "", "", "", ""),
            ("w9", "certificate", "CN", "2024-01-01", "2025-01-01", 99000, 0, "wind", "GEC", "100-198", "2025-01-15", ""),
            ("x1", "token", "CN", "2024-01-01", "2025-01-01", 1, 0, "", "", "", "", ""),
            ("x2", "certificate", "CN", "2024-01-01", "2025-01-01", "", 0, "", "", "", "", ""),
            ("x3", "certificate", "Atlantis", "2024-01-01", "2025-01-01", 1, 0, "", "", "", "", ""),
            ("x4", "certificate", "CN", "2024-01-01", "2023-01-01", 1, 0, "", "", "", "", ""),
            ("x5", "certificate", "CN", "2024-01-01", "2025-01-01", 1, 4, "", "", "", "", ""),
            ("x5", "certificate", "CN", "2024-01-01", "2025-01-01", 1, 0, "", "", "", "", ""),
        )
    ],
    "exclusions": [
        {"scope": 3, "category": 6, "entity_id": "own", "what": "出租车", "why": "占该类别不足 0.1 %; 没有发票", "share_percent": 0.1},
        {"scope": 3, "category": 14, "entity_id": "", "what": "没有特许经营", "why": "公司没有加盟店", "share_percent": 0},
        {"scope": 3, "category": 9, "entity_id": "", "what": "顾客自取", "why": "没有数据", "share_percent": ""},
    ],
}  # fmt: skip
STATEMENTS = """\
scope2_tracking = "market"
contact = "carbon@example.org"
targets = "2030 年减半"
"""


def chinese_pack() -> Pack:
    """The round factors with a Chinese name, publisher and row."""
    made = pack()
    rows = [{**row, "name_zh": "因子", "locator": "第 1 行"} for row in made.factors.to_pylist()]
    return Pack.from_rows(PACK_FIELDS, rows, [{**SOURCE, "publisher": "测试社", "title": "自编"}])


def chinese_company(folder: Path) -> tuple[Inventory, Path]:
    """An inventory by the company's own run, with removals and statements beside it; and its history with a recalculation."""
    kept = tuple(act for act in ACTS if act.template in KEPT)
    company = write_company(folder / "company", kept, TABLES)
    toml = company / "company.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("Own Company", "自家公司"), encoding="utf-8")
    for template, rows in BAD.items():
        plain = {"site_id": "office", "origin": "measured"}
        write_rows(company / "activities" / f"{template}-2.csv", [{**plain, **row} for row in rows])
    (company / "activities" / "waste-2.csv").write_bytes((company / "activities" / "waste.csv").read_bytes())
    (company / "activities" / "travel-2.csv").write_text("site_id\noffice\n", encoding="utf-8")
    (company / "activities" / "notes.csv").write_text("x\n1\n", encoding="utf-8")
    (company / "activities" / "heat-2.xlsx").write_text("no workbook", encoding="utf-8")
    inventory = run_inventory(company, folder / "inventory", packs=[chinese_pack()])
    pq.write_table(
        pa.table({"kind": ["offset"], "what": ["森林"], "co2e_t": [12.5], "registry": ["GEC"]}),
        inventory.path / "removals.parquet",
    )
    (inventory.path / "report.toml").write_text(STATEMENTS, encoding="utf-8")
    seal(inventory.path)
    inventory = Inventory.open(inventory.path)
    return inventory, history_of(folder, inventory)


def history_of(folder: Path, inventory: Inventory) -> Path:
    """A history whose base year is this inventory's, and was recalculated for an error and a sale."""
    history = folder / "history"
    history.mkdir()
    (history / "base_year.toml").write_text(
        'years = [2024]\nreason = "首个完整年度"\nthreshold_percent = 1\n', encoding="utf-8"
    )
    History.open(history).file(inventory)
    for name, kind, gone in (("e", "error", 'site_id = "depot"'), ("d", "divestment", 'template = "fuel"')):
        change = folder / f"{name}.toml"
        change.write_text(
            f'id = "{name}"\nkind = "{kind}"\ndate = 2024-01-01\nreason = "理由{name}"\nsource = "契约"\nentity_id = "sub"\n[remove]\n{gone}\n',
            encoding="utf-8",
        )
        recalculate(History.open(history), read_change(change))
    return history
