"""NaN, infinity and wild spreads in Parquet that is read where it lies: refused line by line, and the run goes on.

Parquet's statistics leave NaN out, and DuckDB skips a comparison that they decide: `x <= 100` alone let NaN pass.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_rows import bill, factor, line, pack, run_bill

from leafmark.engine.run import Run, run
from leafmark.engine.settings import Settings
from leafmark.factors.model import builtin
from leafmark.methods import method

NAN, INFINITY = float("nan"), float("inf")


def refused(made: Run) -> dict[int, tuple[str, str]]:
    """Row -> (field, reason)."""
    return {row["row"]: (row["field"], row["reason"]) for row in made.table("rejected").to_pylist()}


@pytest.mark.parametrize(
    ("gsd", "reason"), [(NAN, "unreadable"), (INFINITY, "unreadable"), (0.0, "below_bound"), (-1.0, "below_bound"),
                        (1e300, "above_bound")]
)  # fmt: skip
def test_a_spread_that_is_none_refuses_its_line_alone(gsd: float, reason: str, tmp_path: Path) -> None:
    lines = [line(1, amount_gsd=1.2), line(2, amount_gsd=gsd), line(3, amount_gsd=None)]
    pq.write_table(bill(lines), tmp_path / "bill.parquet")
    made = run_bill(tmp_path / "run", tmp_path / "bill.parquet")
    assert refused(made) == {2: ("amount_gsd", reason)}
    assert [row["co2e_ug"] for row in made.table("products").sort_by("product_id").to_pylist()] == [
        6 * 10**9,
        None,
        6 * 10**9,
    ]


@pytest.mark.parametrize("amount", [NAN, INFINITY, -INFINITY])
def test_an_amount_that_is_no_number_refuses_its_line_alone(amount: float, tmp_path: Path) -> None:
    pq.write_table(bill([line(1), line(2, amount=amount), line(3)]), tmp_path / "bill.parquet")
    made = run_bill(tmp_path / "run", tmp_path / "bill.parquet")
    assert refused(made) == {2: ("amount", "unreadable")}


def test_a_line_whose_spread_leaves_int64_is_too_large(tmp_path: Path) -> None:
    """900,000 t with a GSD of 30: a standard deviation of 290 Mt."""
    lines = [line(1), line(2, amount=4.5e5, unit="t", amount_gsd=30.0), line(3, amount=4.5e5, unit="t", key="wild")]
    pq.write_table(bill(lines), tmp_path / "bill.parquet")
    made = run_bill(tmp_path / "run", tmp_path / "bill.parquet", pack(factor(), factor("wild", gsd=30.0)))
    assert refused(made) == {2: ("amount", "too_large"), 3: ("amount", "too_large")}
    assert made.record["totals"]["co2e_ug"] == 6 * 10**9


@pytest.mark.parametrize("column", ["kwh_per_year", "on_w", "lifetime_years"])
def test_products_and_rejections_say_the_same_of_a_nan(column: str, tmp_path: Path) -> None:
    """A NaN in a cell the formula does not need used to count in `products` and to be refused in `rejected`."""
    sound = {"kwh_per_year": 30.0, "on_w": 40.0, "standby_w": 1.0, "on_hours": 3.0, "lifetime_years": 5.0,
             "region": "GB", "date": dt.date(2023, 5, 5)}  # fmt: skip
    table = pa.Table.from_pylist([{"product_id": 1, **sound}, {"product_id": 2, **sound, column: NAN}])
    pq.write_table(table, tmp_path / "use.parquet")
    made = run(method("appliance.use"), tmp_path / "use.parquet", [builtin()], tmp_path / "run",
               Settings(known_on=dt.date(2026, 9, 1)))  # fmt: skip
    assert refused(made) == {2: (column, "unreadable")}
    assert {row["product_id"]: row["rejected_lines"] for row in made.table("products").to_pylist()} == {1: 0, 2: 1}
