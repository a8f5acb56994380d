"""Food to the plate is no food to the shop: only the versions that know the boundary meet it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
from engine_rows import factor, pack

from leafmark.engine.run import run
from leafmark.engine.settings import Settings
from leafmark.methods import method

SOUP = pack(
    factor("food.soup", co2e_kg=3.0, boundary="cradle_to_plate"),
    factor("food.milk", co2e_kg=2.0, boundary="cradle_to_retail"),
    factor("food.both", co2e_kg=5.0, boundary="cradle_to_plate"),
    factor("food.both", co2e_kg=4.0, boundary="cradle_to_retail"),
)


def footprints(version: str, out: Path) -> dict[str, int]:
    """Micrograms of 1 kg of each food by `product.bill@VERSION`."""
    bill = pa.Table.from_pylist([
        {"product_id": key, "stage": "materials", "key": f"food.{key}", "amount": 1.0, "unit": "kg"}
        for key in ("soup", "milk", "both")
    ])  # fmt: skip
    made = run(method(f"product.bill@{version}"), bill, [SOUP], out, Settings(dt.date(2026, 6, 1), "AR5"))
    return {row["product_id"]: row["co2e_ug"] for row in made.table("products").to_pylist()}


def test_the_first_version_still_meets_none_to_the_plate(tmp_path: Path) -> None:
    assert footprints("1", tmp_path / "run") == {"soup": None, "milk": 2 * 10**9, "both": 4 * 10**9}


def test_the_second_meets_it_where_no_factor_ends_at_the_shop(tmp_path: Path) -> None:
    assert footprints("2", tmp_path / "run") == {"soup": 3 * 10**9, "milk": 2 * 10**9, "both": 4 * 10**9}
