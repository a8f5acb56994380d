"""Random inputs of several methods on DuckDB and on Spark: equal to the microgram, refused for the same reasons."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_rows import BILL, bill, factor, line, pack
from same import equal

from leafmark.engine.order_lines import orders
from leafmark.engine.run import run
from leafmark.engine.schema import STAGES
from leafmark.engine.settings import Settings
from leafmark.factors.model import builtin
from leafmark.methods import method

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")]
KNOWN_ON = dt.date(2026, 9, 1)
Engine = Callable[[Path], Any]
BILL_REASONS = {
    "above_bound", "date_out_of_reach", "duplicate_id", "missing_value", "negative_amount", "unit_mismatch",
    "unknown_product", "unknown_stage", "unknown_unit", "unreadable",
}  # fmt: skip
"""What the bill below has of each; the kinds of the other methods are counted in their own tests."""


def test_bills_with_parts_credits_levels_periods_and_faults(tmp_path: Path, spark: Engine) -> None:
    chance = random.Random(11)
    years = [(dt.date(y, 1, 1), dt.date(y + 1, 1, 1)) for y in (2021, 2022, 2023)]
    factors = [
        factor(key, region=region, co2e_kg=chance.uniform(0.1, 30), gsd=chance.choice((1.1, 1.5, 2.5)), valid_from=a,
               valid_to=b, published_on=dt.date(2023, 6, 1))
        for key in ("material.board", "material.steel", "material.glass") for region in ("WORLD", "CN", "CN-GD", "DE")
        for a, b in years if region != "CN-GD" or a.year == 2022
    ]  # fmt: skip
    edges = [
        dt.date(2022, 1, 1),
        dt.date(2021, 12, 31),
        dt.date(2022, 12, 31),
        dt.date(2024, 1, 1),
        dt.date(2060, 1, 1),
    ]
    lines = []
    for n in range(1500):
        row = line(
            chance.randrange(200), stage=chance.choice((*STAGES, "elsewhere") if n % 90 == 0 else STAGES),
            key=chance.choice(("material.board", "material.steel", "material.glass")), activity_id=f"a{n % 1490}",
            amount=chance.choice((0.0, 1e-9, chance.uniform(0, 9), chance.lognormvariate(0, 4))),
            unit=chance.choice(("kg", "g", "t", "lb") if n % 80 else ("kWh", "stone's throw")),
            region=chance.choice(("CN-GD", "CN-HE", "CN", "DE", "FR", None)), primary=chance.random() < 0.2,
            date=chance.choice((None, *edges, dt.date(2021, 1, 1) + dt.timedelta(chance.randrange(1500)))),
            amount_gsd=chance.choice((None, 1.0, 1.4)),
        )  # fmt: skip
        if n % 40 == 3:
            row |= {"kind": "credit", "amount": -row["amount"]}
        if n % 50 == 7:
            row |= {"amount": chance.choice((float("nan"), float("inf"), -5.0, 1e300, None))}
        if n % 60 == 11:
            row |= {"component_id": 200 + n % 7, "key": None, "unit": "item", "amount": float(1 + n % 3)}
        lines.append(row)
    lines += [line(200 + n, region="DE", date=dt.date(2022, 5, 5), amount=n + 0.37) for n in range(6)]
    lines += [line(200, component_id=203, key=None, unit="item", amount=2.0)]
    pq.write_table(bill(lines), tmp_path / "bill.parquet")
    settings, packs = Settings(known_on=KNOWN_ON, gwp="AR5"), [pack(*factors)]
    here = run(BILL, tmp_path / "bill.parquet", packs, tmp_path / "duckdb", settings)
    there = run(BILL, tmp_path / "bill.parquet", packs, tmp_path / "spark", settings, engine=spark)
    assert set(here.record["rejected_by_reason"]) == BILL_REASONS
    equal(here, there, "products", "entries")


def test_order_lines_of_every_tier(tmp_path: Path, spark: Engine) -> None:
    chance = random.Random(12)
    texts = ("product_id", "category", "region", "mass_key", "count_key", "count_unit", "spend_key", "currency")
    shelf = [
        {"product_id": f"p{n}", "category": f"c{n % 5}", "region": "US", "currency": "USD",
         "mass_kg": chance.uniform(0.1, 3) if n % 3 == 0 else None, "mass_key": "food.milk" if n % 3 == 0 else None,
         "count_amount": 0.4 if n % 3 == 1 else None, "count_unit": "kg" if n % 3 == 1 else None,
         "count_key": "food.beef_herd" if n % 3 == 1 else None, "spend_key": "spend.naics_311511" if n % 7 else None}
        for n in range(60)
    ]  # fmt: skip
    schema = pa.schema([(n, pa.string()) for n in texts] + [(n, pa.float64()) for n in ("mass_kg", "count_amount")])
    pq.write_table(pa.Table.from_pylist(shelf, schema=schema), tmp_path / "catalogue.parquet")
    bought = [
        {"order_id": n // 3, "product_id": f"p{chance.randrange(62)}", "pieces": chance.choice((0.0, 1.0, 2.0, None, -1.0)),
         "spend": chance.choice((round(chance.uniform(0, 40), 2), None)),
         "date": dt.date(2017, 1, 1) + dt.timedelta(n // 8)}
        for n in range(3000)
    ]  # fmt: skip
    columns = pa.schema([("order_id", pa.int64()), ("product_id", pa.string()), ("pieces", pa.float64()),
                         ("spend", pa.float64()), ("date", pa.date32())])  # fmt: skip
    pq.write_table(pa.Table.from_pylist(bought, schema=columns), tmp_path / "lines.parquet")
    given = (tmp_path / "lines.parquet", tmp_path / "catalogue.parquet", [builtin()])
    here = orders(*given, tmp_path / "duckdb", Settings(known_on=KNOWN_ON))
    there = orders(*given, tmp_path / "spark", Settings(known_on=KNOWN_ON), engine=spark)
    assert set(here.record["rejected_by_reason"]) == {"unknown_product", "no_tier", "below_bound"}
    assert set(here.record["totals"]["by_tier"]) == {"mass", "count", "spend"}
    equal(here, there, "orders", "entries")
    for name in ("days", "categories", "intensity"):
        assert here.table(name).to_pylist() == there.table(name).to_pylist(), name


def _inputs(name: str, count: int, chance: random.Random) -> list[dict[str, Any]]:
    """Lines of a method, most of them sound; every tenth has one cell that is missing or past its bounds."""
    regions = ("GB", "DE", "CN-GD", "US-CA", None, "FR")
    modes = ("freight.hgv.artic.average_laden", "freight.rail", "freight.sea.container.average", "no.such.mode")
    made = []
    for n in range(count):
        row: dict[str, Any] = {}
        for column in method(name).columns:
            if column.name.endswith("_share"):
                row[column.name] = 1 / 6
            elif column.name == "phase_gsd":
                row[column.name] = chance.choice((None, 1.2, 1.9))
            elif column.type == "float":
                row[column.name] = chance.uniform(max(column.low or 0, 0.01), min(column.high or 90, 90))
            elif column.type == "date":
                row[column.name] = dt.date(2019, 1, 1) + dt.timedelta(chance.randrange(2300))
            elif column.name == "region":
                row[column.name] = chance.choice(regions)
            elif column.name == "mode":
                row[column.name] = chance.choice(modes)
            elif column.type == "id":
                row[column.name] = f"{column.name}-{n % 60 if column.name != 'activity_id' else n}"
        if n % 10 == 4:
            column = chance.choice([column for column in method(name).columns if column.type == "float"])
            row[column.name] = chance.choice((None, float("nan"), -1.0, 1e12))
        made.append(row)
    return made


@pytest.mark.parametrize(
    "name",
    ["electricity.location@1", "electricity.location@2", "appliance.use", "freight.tonne_km", "product.declared@1",
     "product.declared@2"],
)  # fmt: skip
def test_methods_of_parts_of_a_use_stage_and_of_shares(name: str, tmp_path: Path, spark: Engine) -> None:
    chosen = method(name)
    table = pa.Table.from_pylist(_inputs(name, 400, random.Random(13)))
    pq.write_table(table, tmp_path / "input.parquet")
    settings = Settings(known_on=KNOWN_ON)
    here = run(chosen, tmp_path / "input.parquet", [builtin()], tmp_path / "duckdb", settings)
    there = run(chosen, tmp_path / "input.parquet", [builtin()], tmp_path / "spark", settings, engine=spark)
    assert here.record["lines_rejected"] >= 20
    assert len(here.record["rejected_by_reason"]) >= 3
    equal(here, there, "products", "entries")
