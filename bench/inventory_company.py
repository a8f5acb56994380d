"""A platform's activity lines of one year over every template, the same for one seed: the input of the inventory's bench.

Keys, regions and units are of the built-in pack; 200 sites of ten entities, two of them joint ventures, every day of 2023. A site knows what
it knows of a template in one of four ways (its origin), as a site does.
Templates are as uneven as a platform's: purchases, freight and electricity have most of the lines.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

YEAR: Final = 2023
SITES: Final = 200
ENTITIES: Final = 10
VENTURES: Final = 2
VENTURE_PERCENT: Final = 40
ORIGINS: Final = ("measured", "invoiced", "calculated", "estimated")
ROW_GROUP: Final = 1 << 18


@dataclass(frozen=True)
class Kind:
    """Lines of one template: weight of all, key column and keys, region, and columns of numbers with their bounds or a constant."""

    template: str
    weight: int
    key: str
    keys: tuple[str, ...]
    region: str
    unit: str
    numbers: dict[str, tuple[float, float]]
    more: tuple[tuple[str, str], ...] = ()


MATERIALS: Final = tuple(f"material.{name}" for name in (
    "corrugated_board", "paper", "plastic_pet", "plastic_pp", "plastic_hdpe", "aluminium", "glass", "wood", "clothing", "average_plastics",
))  # fmt: skip
TRUCKS: Final = tuple(f"freight.{name}" for name in (
    "hgv.average_laden", "hgv.rigid.average_laden", "hgv.artic.average_laden", "hgv.artic_over_33t.laden_50", "hgv.laden_50", "air.short_haul", "air.long_haul",
))  # fmt: skip
TRAVEL: Final = tuple(f"travel.{name}" for name in (
    "flight.short_haul.average", "flight.long_haul.economy", "flight.domestic.average", "bus.local_average", "coach", "ferry.foot_passenger",
))  # fmt: skip
WASTE: Final = tuple(f"waste.composting.{name}" for name in ("corrugated_board", "books", "food_and_drink", "garden"))

KINDS: Final[tuple[Kind, ...]] = (
    Kind("purchases", 27, "key", MATERIALS, "GB", "kg", {"amount": (1, 900)}),
    Kind("freight", 22, "mode", TRUCKS, "GB", "", {"mass_kg": (1, 20_000), "distance_km": (5, 900)}),
    Kind("electricity", 12, "", (), "GB", "", {"kwh": (1, 9_000)}),
    Kind("fuel", 8, "fuel", ("fuel.diesel", "fuel.petrol", "fuel.gas_oil"), "GB", "L", {"amount": (1, 400)}),
    Kind("freight_out", 6, "mode", TRUCKS, "GB", "", {"mass_kg": (1, 900), "distance_km": (5, 900)}),
    Kind("products_sold", 6, "key", ("electricity.grid",), "GB", "kWh", {"units_sold": (1, 90), "amount": (1, 900)}),
    Kind("travel", 5, "key", TRAVEL, "GB", "passenger_km", {"amount": (5, 9_000)}),
    Kind("commuting", 4, "key", TRAVEL[3:5], "GB", "passenger_km", {"amount": (1, 40), "days": (1, 200)}),
    Kind("waste", 3, "key", WASTE, "GB", "t", {"amount": (0, 9)}),
    Kind("products_discarded", 2, "key", WASTE[:2], "GB", "", {"units_sold": (1, 90), "mass_kg": (0, 9)}),
    Kind("capital_goods", 1, "", (), "", "item", {"amount": (1, 9), "supplier_kg_per_unit": (5, 900)}),
    Kind("leased_in", 1, "key", ("electricity.grid",), "GB", "kWh", {"amount": (1, 900)}),
    Kind("leased_out", 1, "key", ("electricity.grid",), "GB", "kWh", {"amount": (1, 900)}),
    Kind("franchises", 1, "key", ("electricity.grid",), "GB", "kWh", {"amount": (1, 900)}),
    Kind("processing", 1, "key", ("electricity.grid",), "GB", "kWh", {"amount": (1, 900)}),
    Kind("investments", 1, "", (), "", "", {"investee_kg": (1, 9_000), "attribution": (0, 1)}, (("attribution_basis", "equity_share"),)),
    Kind("refrigerants", 1, "gas", ("refrigerant.hfc_134a", "refrigerant.r410a"), "", "", {"mass_kg": (0, 3)}),
)  # fmt: skip


def write(folder: Path, lines: int, seed: int = 6) -> Path:
    """The company's folder with `lines` activity lines in all."""
    random = np.random.default_rng(seed)
    (folder / "activities").mkdir(parents=True)
    _company(folder)
    whole = sum(kind.weight for kind in KINDS)
    for number, kind in enumerate(KINDS):
        rows = (
            lines - sum(lines * each.weight // whole for each in KINDS[1:])
            if number == 0
            else lines * kind.weight // whole
        )
        if rows:
            table = _lines(kind, rows, random)
            pq.write_table(table, folder / "activities" / f"{kind.template}.parquet", row_group_size=ROW_GROUP)
    return folder


def _lines(kind: Kind, rows: int, random: np.random.Generator) -> pa.Table:
    def one_of(words: list[str]) -> pa.Array:
        places = pa.array(random.integers(0, len(words), rows, dtype=np.int32))
        return pa.DictionaryArray.from_arrays(places, pa.array(words)).cast(pa.string())

    sites = random.integers(0, SITES, rows, dtype=np.int32)
    first = np.datetime64(dt.date(YEAR, 1, 1))
    columns: dict[str, Any] = {
        "activity_id": pa.array(np.char.add(f"{kind.template}-", np.arange(rows).astype(str))),
        "site_id": pa.DictionaryArray.from_arrays(
            pa.array(sites), pa.array([f"site-{n:03}" for n in range(SITES)])
        ).cast(pa.string()),
        "date": pa.array(first + random.integers(0, 365, rows).astype("timedelta64[D]")),
        "origin": pa.DictionaryArray.from_arrays(
            pa.array((sites + len(kind.template)) % len(ORIGINS)), pa.array(ORIGINS)
        ).cast(pa.string()),
        **{name: pa.array(np.round(random.uniform(low, high, rows), 3)) for name, (low, high) in kind.numbers.items()},
    }
    if kind.key:
        columns[kind.key] = one_of(list(kind.keys))
    constants = [("unit", kind.unit), ("region", kind.region), *kind.more]
    columns |= {name: one_of([word]) for name, word in constants if word}
    return pa.table(columns)


def _company(folder: Path) -> None:
    """company.toml and its tables: the last entities are joint ventures, counted by equity share."""
    entities = [f"entity-{n}" for n in range(ENTITIES)]
    ventures = entities[-VENTURES:]
    (folder / "company.toml").write_text(
        f'[organisation]\nid = "{entities[0]}"\nname = "Platform"\n[year]\nfirst_day = {YEAR}-01-01\nmonths = 12\n'
        '[inventory]\napproach = "equity_share"\ngwp = "AR5"\ncurrency = "USD"\nknown_on = 2026-06-01\n',
        encoding="utf-8",
    )
    tables = {
        "entities": ["entity_id,name,region", *(f"{each},{each},GB" for each in entities)],
        "ownership": ["owner_id,entity_id,share_percent,financial_control,operational_control", *(
            f"{entities[0]},{each},{VENTURE_PERCENT if each in ventures else 100},{str(each not in ventures).lower()},"
            f"{str(each not in ventures).lower()}" for each in entities[1:]
        )],
        "sites": ["site_id,entity_id,name,region", *(f"site-{n:03},{entities[n % ENTITIES]},Site {n},GB" for n in range(SITES))],
    }  # fmt: skip
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
