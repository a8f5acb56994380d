"""Runs for a shopper's pages: estimates of categories, and televisions with a reference and a record in a register."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from leafmark import engine
from leafmark.products import get_scheme
from leafmark.web.shelf.channel import SCHEME
from leafmark.web.shelf.fill import fill

DAY = dt.date(2026, 11, 1)
WHY = {"en": "the middle one of 31 <models>", "zh-Hant": "31 款中居中的一款", "zh-Hans": "31 款中居中的一款"}
KINDS = (
    # category, how many, factor, boundary, purpose, sector, kg of each
    ("milk", 30, "food.milk", "cradle_to_retail", "milk_to_drink", "food", 1.0),
    ("oats & <soy>", 31, "food.soy_milk", "cradle_to_retail", "milk_to_drink", "food", 0.5),
    ("rare milk", 29, "food.milk", "cradle_to_retail", "milk_to_drink", "food", 1.0),
    ("milk to the plate", 30, "food.milk", "cradle_to_plate", "milk_to_drink", "food", 1.0),
    ("milk of another sector", 30, "food.milk", "cradle_to_retail", "milk_to_drink", "home", 1.0),
    ("beef", 30, "food.beef_herd", "cradle_to_retail", "meat_or_fish_to_cook", "food", 1.0),
    ("of no purpose", 30, "food.milk", "cradle_to_retail", None, "food", 1.0),
    ("of an unknown purpose", 30, "food.milk", "cradle_to_retail", "<b>", "food", 1.0),
    ("of no mass", 30, "food.milk", "cradle_to_retail", "milk_to_drink", "food", None),
)


def products() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Lines of bills and rows of a catalogue."""
    found = []
    for category, count, key, boundary, purpose, sector, kg in KINDS:
        for number in range(count):
            name = f"{category} {number}"
            line = {"product_id": name, "stage": "materials", "key": key, "amount": kg or 1.0, "unit": "kg", "region": "US",
                    "date": dt.date(2017, 7, 1)}  # fmt: skip
            about = {"product_id": name, "name": name, "brand": "Dairy", "category": category, "sector": sector, "mass_kg": kg,
                     "boundary": boundary, "category_estimate": True, "purpose": purpose, "declared_unit": "pack"}  # fmt: skip
            found.append((line, about))
    return found


def write_estimates(folder: Path) -> Path:
    """A run of estimates, with its catalogue, in a folder."""
    lines, about = zip(*products(), strict=True)
    pq.write_table(pa.Table.from_pylist(list(lines)), folder / "bill.parquet")
    pq.write_table(pa.Table.from_pylist(list(about)), folder / "catalogue.parquet")
    engine.footprint(folder / "bill.parquet", out=folder / "run", method="product.bill", known_on=DAY)
    return folder


def fill_estimates(folder: Path) -> None:
    """Publish them."""
    fill(folder / "run", folder / "catalogue.parquet", DAY, workspace=folder)


def fill_televisions(runs: Path, folder: Path, **more: Any) -> None:
    """Publish the televisions of `conftest.runs`. TV-2 has a record in Australia's register, and its kilowatt-hours in the catalogue."""
    rows = [{**row, "kwh_per_year": 50.0 if row["product_id"] == "TV-2" else None, "screen_area_cm2": 1572.0}
            for row in pq.read_table(runs / "use.catalogue.parquet").to_pylist()]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), folder / "shelf.parquet")
    piece = {"requirement": "registry_record", "scheme_id": SCHEME, "scheme_version": get_scheme(SCHEME).version, "document": "x",
             "url": None, "issued_by": "", "independent_of": [], "expires_on": "2027-01-01"}  # fmt: skip
    fill(runs / "use", folder / "shelf.parquet", DAY, workspace=runs, evidence={"TV-2": [piece]}, **more)
