"""Runs of every kind for the tests of `leafmark verify`, and how their tables are changed."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from engine_rows import BILL, KNOWN_ON, bill, factor, line, pack

from leafmark.engine import tables
from leafmark.engine.order_lines import orders
from leafmark.engine.run import run
from leafmark.engine.schema import STAGES
from leafmark.engine.settings import Settings
from leafmark.factors.model import Pack, builtin
from leafmark.methods import method

Cells = dict[str, Any]
DAYS = [dt.date(year, month, 5) for year in (2023, 2024) for month in (1, 2, 3)]


@cache
def facts() -> Pack:
    """A pack with a split by gas, one that stands as published, and spreads."""
    gases = {"co2_kg": 1.5, "ch4_fossil_kg": 0.1 / 28, "n2o_kg": 0.4 / 265}
    rows = (factor(gsd=1.3, **gases), factor("material.steel", co2e_kg=1.9, gsd=1.6, gwp_set="AR4"),
            factor("material.glass", region="FR", gsd=1.1))  # fmt: skip
    return pack(*(row | {"valid_from": dt.date(2023, 1, 1)} for row in rows))


def make_bill(folder: Path, chunk_lines: int | None = None, **choice: Any) -> None:
    """Products with stages, credits, spreads, components, and lines that are refused; one product is refused whole."""
    chance = random.Random(11)
    keys = ("material.board", "material.steel", "material.glass", "material.unobtainium")
    rows = [
        line(chance.randrange(60), stage=chance.choice(STAGES), key=chance.choices(keys, (9, 9, 2, 1))[0],
             amount=chance.uniform(0, 9), region=chance.choice(("FR", "DE", None)), activity_id=f"a{n}",
             amount_gsd=chance.choice((None, 1.4)), primary=chance.choice((None, True)))
        for n in range(900)
    ]  # fmt: skip
    rows += [line(n, amount=-1.0, kind="credit", activity_id=f"c{n}") for n in range(5)]
    rows += [line(100 + n, key=None, component_id=n, unit="item", amount=2.0, activity_id=f"k{n}") for n in range(5)]
    rows += [line(200, key="material.unobtainium", activity_id="u"), line(201, unit="furlong", activity_id="v")]
    pq.write_table(bill(rows), folder / "bill.parquet")
    run(
        BILL,
        folder / "bill.parquet",
        [facts()],
        folder / "run",
        Settings(KNOWN_ON, "AR5", **choice),
        chunk_lines=chunk_lines,
    )


def make_folder_of_bills(folder: Path) -> None:
    """Lines without an id in two files stand by their row, and the rows of the two are the same."""
    (folder / "bills").mkdir()
    for name in ("a", "b"):
        pq.write_table(bill([line(1), line(1, stage="use"), line(2)]), folder / "bills" / f"{name}.parquet")
    run(BILL, folder / "bills", [facts()], folder / "run", Settings(KNOWN_ON, "AR5", lines=True))


def make_orders(folder: Path, **choice: Any) -> None:
    chance = random.Random(12)
    shelf = [
        {"product_id": "board", "category": "paper", "mass_kg": 0.5, "mass_key": "material.board"},
        {"product_id": "nail", "category": "iron", "mass_kg": 0.01, "mass_key": "material.steel"},
        {"product_id": "loose", "category": None, "mass_kg": 2.0, "mass_key": "material.board"},
        {"product_id": "bare", "category": "paper", "mass_kg": None, "mass_key": None},
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(shelf), folder / "products.parquet")
    rows = [
        {"order_id": n // 3, "product_id": chance.choice(("board", "nail", "loose", "bare", "nosuch")),
         "pieces": float(chance.randrange(1, 5)), "spend": chance.uniform(1, 9), "date": DAYS[n // 3 % len(DAYS)]}
        for n in range(300)
    ]  # fmt: skip
    rows += [{"order_id": 900, "product_id": "nosuch", "pieces": 1.0, "spend": None, "date": DAYS[0]}]
    pq.write_table(pa.Table.from_pylist(rows), folder / "lines.parquet")
    orders(folder / "lines.parquet", folder / "products.parquet", [facts()], folder / "run", Settings(KNOWN_ON, "AR5", **choice),
           chunk_lines=120)  # fmt: skip


def make_site(folder: Path) -> None:
    """Four parts to a line, three of them of one scope and category."""
    rows = [{"site_id": site, "kwh": 1000.0, "region": "GB", "date": dt.date(2023, 7, 1)} for site in ("mill", "shop")]
    pq.write_table(pa.Table.from_pylist(rows), folder / "sites.parquet")
    run(
        method("electricity.location"),
        folder / "sites.parquet",
        [builtin()],
        folder / "run",
        Settings(dt.date(2026, 6, 1)),
    )


KINDS: dict[str, Callable[[Path], None]] = {
    "bill": make_bill,
    "bill in chunks": lambda folder: make_bill(folder, chunk_lines=200),
    "bill with --lines": lambda folder: make_bill(folder, lines=True),
    "bill --no-entries": lambda folder: make_bill(folder, no_entries=True),
    "folder of bills": make_folder_of_bills,
    "orders": make_orders,
    "orders --no-entries": lambda folder: make_orders(folder, no_entries=True),
    "sites": make_site,
}


def harmed(made: Path, tmp_path: Path) -> Path:
    """A copy of a sound run, to be harmed."""
    return Path(shutil.copytree(made / "run", tmp_path / "run"))


def change_rows(table: Path, change: Callable[[list[Cells]], Any]) -> None:
    """Read a table (its first part), let `change` change its rows, write it back."""
    part = tables.parts(table)[0]
    with pq.ParquetFile(part) as opened:
        read = opened.read()
    schema = pa.schema([(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type) for f in read.schema])
    rows = read.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), part)
