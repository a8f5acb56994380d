"""A company of one year with every scope and category, whose inventory is known by construction.

Every factor is a round number of a pack made for it, every amount a round number, so each row's kilograms are a product that anyone can
do in the head; they stand beside it, never computed by the code under test. Amounts grow by `times` where many rows are wanted.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leafmark.factors.model import Pack

YEAR = 2024
Kg = dict[tuple[int, int | None], float]


@dataclass(frozen=True)
class Act:
    """A row of an activity file and the kg CO2e it leads to, by scope and category; Scope 2 by location."""

    template: str
    cells: dict[str, Any]
    kg: Kg
    site: str = "office"
    origin: str = "invoiced"
    more: dict[str, Any] = field(default_factory=dict)


_FACTORS: tuple[tuple[str, str, str, str, float], ...] = (
    # key, boundary, unit, theme, kg CO2e per unit
    ("fuel.diesel", "direct", "L", "fuel", 2.5), ("fuel.diesel", "wtt", "L", "fuel", 0.5),
    ("refrigerant.hfc_134a", "direct", "kg", "refrigerant", 1300.0), ("process.lime", "direct", "t", "fuel", 800.0),
    ("electricity.grid", "direct", "kWh", "grid", 0.4), ("electricity.grid", "upstream", "kWh", "grid", 0.1),
    ("electricity.grid", "td_loss", "kWh", "grid", 0.05), ("electricity.grid", "td_loss_upstream", "kWh", "grid", 0.01),
    ("heat.district", "direct", "kWh", "grid", 0.2), ("heat.district", "td_loss", "kWh", "grid", 0.02),
    ("material.board", "cradle_to_gate", "kg", "material", 1.25), ("spend.machines", "supply_chain", "USD_2021_purchaser", "spend", 0.5),
    ("freight.hgv", "ttw", "t_km", "freight", 0.1), ("freight.hgv", "wtt", "t_km", "freight", 0.02),
    ("waste.paper", "end_of_life", "t", "waste", 20.0), ("travel.air", "ttw", "passenger_km", "travel", 0.2),
    ("travel.air", "wtt", "passenger_km", "travel", 0.03), ("travel.bus", "ttw", "passenger_km", "travel", 0.1),
    ("declared.co2e", "unit", "kg", "declared", 1.0), ("declared.co2e.unstated", "unit", "kg", "declared", 1.0),
)  # fmt: skip

ACTS: tuple[Act, ...] = (
    Act("fuel", {"fuel": "fuel.diesel", "amount": 1000, "unit": "L"}, {(1, None): 2500, (3, 3): 500}, origin="measured"),
    Act("refrigerants", {"gas": "refrigerant.hfc_134a", "mass_kg": 2}, {(1, None): 2600}),
    Act("process", {"key": "process.lime", "amount": 3, "unit": "t"}, {(1, None): 2400}),
    Act("electricity", {"kwh": 10_000}, {(2, None): 4000, (3, 3): 1600}, origin="measured"),
    Act("heat", {"key": "heat.district", "amount": 5000, "unit": "kWh"}, {(2, None): 1000, (3, 3): 100}),
    Act("purchases", {"key": "material.board", "amount": 400, "unit": "kg"}, {(3, 1): 500}, origin="calculated"),
    Act("purchases", {"amount": 100, "unit": "item", "supplier_kg_per_unit": 3}, {(3, 1): 300}, origin="supplier"),
    Act("capital_goods", {"amount": 2, "unit": "item", "supplier_kg_per_unit": 350}, {(3, 2): 700}, origin="supplier"),
    Act("freight", {"mode": "freight.hgv", "mass_kg": 20_000, "distance_km": 500}, {(3, 4): 1200}),
    Act("waste", {"key": "waste.paper", "amount": 5, "unit": "t"}, {(3, 5): 100}),
    Act("travel", {"key": "travel.air", "amount": 2000, "unit": "passenger_km", "travellers": 3}, {(3, 6): 1380}),
    Act("commuting", {"key": "travel.bus", "amount": 10, "unit": "passenger_km", "employees": 5, "days": 200}, {(3, 7): 1000}, origin="estimated"),
    Act("leased_in", {"key": "electricity.grid", "amount": 1000, "unit": "kWh"}, {(3, 8): 560}),
    Act("freight_out", {"mode": "freight.hgv", "mass_kg": 10_000, "distance_km": 100}, {(3, 9): 120}),
    Act("processing", {"key": "electricity.grid", "amount": 2, "unit": "kWh", "units_sold": 500}, {(3, 10): 560}, origin="proxy"),
    Act("products_sold", {"units_sold": 100, "key": "electricity.grid", "amount": 10, "unit": "kWh", "uses": 3}, {(3, 11): 1680}),
    Act("products_discarded", {"units_sold": 1000, "key": "waste.paper", "mass_kg": 2}, {(3, 12): 40}),
    Act("leased_out", {"key": "fuel.diesel", "amount": 100, "unit": "L"}, {(3, 13): 300}),
    Act("franchises", {"key": "electricity.grid", "amount": 3000, "unit": "kWh"}, {(3, 14): 1680}),
    Act("investments", {"investee_kg": 10_000, "attribution": 0.3, "attribution_basis": "enterprise_value"}, {(3, 15): 3000}),
)  # fmt: skip
"""One row or more of every template."""


SOURCE = {
    "source_id": "test", "publisher": "test", "title": "by construction", "year": YEAR, "licence": "CC0", "licence_class": "open",
}  # fmt: skip
PACK_FIELDS = {"id": "round", "version": "1", "title": "round", "licence_note": "CC0", "gwp_note": "as published"}


def pack() -> Pack:
    """The round factors, with a spread of 1.1 each, of the gas CO2 alone where they are burnt."""
    rows = [
        {
            "factor_id": f"{key}@WORLD:{boundary}:{YEAR}", "key": key, "theme": theme, "name_en": key, "region": "WORLD", "boundary": boundary,
            "unit": unit, "co2e_kg": kg, "co2_kg": kg if boundary == "direct" and theme == "fuel" else None, "gwp_set": "AR5",
            "data_year": YEAR, "valid_from": dt.date(YEAR, 1, 1), "valid_to": dt.date(YEAR + 1, 1, 1), "published_on": dt.date(YEAR, 1, 1),
            "gsd": 1.1, "gsd_basis": "published", "source_id": "test", "locator": "by construction",
        }
        for key, boundary, unit, theme, kg in _FACTORS
    ]  # fmt: skip
    return Pack.from_rows(PACK_FIELDS, rows, [SOURCE])


def expected_kg(acts: Sequence[Act] = ACTS, share: dict[str, float] | None = None) -> Kg:
    """Kilograms by scope and category, each act times the share of its site."""
    total: Kg = {}
    for act in acts:
        for place, kg in act.kg.items():
            total[place] = total.get(place, 0) + kg * (share or {}).get(act.site, 1)
    return total


def write_company(
    folder: Path, acts: Sequence[Act] = ACTS, tables: dict[str, list[dict[str, Any]]] | None = None, approach: str = "operational_control",
    year: int = YEAR,
) -> Path:  # fmt: skip
    """The company's folder: one entity with an office unless `tables` says more; every act on the first of June."""
    (folder / "activities").mkdir(parents=True)
    (folder / "company.toml").write_text(
        f'[organisation]\nid = "own"\nname = "Own Company"\n[year]\nfirst_day = {year}-01-01\nmonths = 12\n'
        f'[inventory]\napproach = "{approach}"\ngwp = "AR5"\ncurrency = "USD"\nknown_on = {year + 1}-06-01\n',
        encoding="utf-8",
    )
    plain = {
        "entities": [{"entity_id": "own", "name": "Own Company", "region": "GB"}],
        "sites": [{"site_id": "office", "entity_id": "own", "name": "Office", "region": "GB"}],
    }
    for name, rows in (plain | (tables or {})).items():
        write_rows(folder / f"{name}.csv", rows)
    for template in dict.fromkeys(act.template for act in acts):
        rows = [
            {"site_id": act.site, "date": dt.date(year, 6, 1), "origin": act.origin, **act.cells, **act.more}
            for act in acts
            if act.template == template
        ]
        write_rows(folder / "activities" / f"{template}.csv", rows)
    return folder


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """A CSV file with every column that some row has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
