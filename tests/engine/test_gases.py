"""The gases of entries, totals and statements: published per-gas figures, and parts that add up."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from engine_rows import KNOWN_ON, bill, factor, line, pack
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leafmark.engine.gases import GASES_TYPE
from leafmark.engine.order_lines import orders
from leafmark.engine.run import Run, run
from leafmark.engine.settings import Settings
from leafmark.engine.statement import statement
from leafmark.factors.gwp import GASES
from leafmark.factors.model import builtin
from leafmark.methods import method

UK_2023_KG = {"co2": 204.96, "ch4_fossil": 0.896, "n2o": 1.2183}
"""DESNZ 2023, UK electricity, 1,000 kWh: kg CO2e of CO2, CH4, N2O as the flat file lists them by gas (0.20496, 0.0009 and
0.00122 kg CO2e per kWh; the last two from the gas masses behind them)."""


def add_up(made: Run) -> list[dict[str, Any]]:
    rows = made.table("entries").to_pylist()
    assert rows
    for row in rows:
        assert sum(row["gases"].values()) == row["co2e_ug"]
    by_gas = made.record["totals"]["by_gas_ug"]
    assert sum(by_gas.values()) == made.record["totals"]["co2e_ug"]
    return rows


@pytest.mark.parametrize("lines", [False, True])
def test_uk_electricity_has_the_gases_that_its_publisher_lists(tmp_path: Path, lines: bool) -> None:
    table = pa.table({"site_id": ["hq"], "kwh": [1000.0], "region": ["GB"], "date": [dt.date(2023, 6, 1)]})
    choice = Settings(dt.date(2023, 12, 1), "AR5", lines=lines)
    made = run(method("electricity.location"), table, [builtin()], tmp_path / "run", choice)
    scope_2 = next(row["gases"] for row in add_up(made) if row["scope"] == 2)
    found = {gas: scope_2[f"{gas}_ug"] / 1e9 for gas in UK_2023_KG}
    assert found == pytest.approx(UK_2023_KG, abs=0.01)
    told = statement(made)
    assert {row["scope"]: sum(row["gases"].values()) for row in told["rows"]} == {
        row["scope"]: row["co2e_ug"] for row in told["rows"]
    }
    assert sum(told["gases"].values()) == told["total"]["co2e_ug"]


def test_a_total_without_gases_is_unsplit_and_a_refrigerant_is_f_gas(tmp_path: Path) -> None:
    facts = pack(
        factor("material.board", co2e_kg=2.0), factor("gas.leak", co2e_kg=1300.0, f_gases="HFC134a=1.0"),
        factor("fuel.split", co2e_kg=2.5 + 0.01 * 28, co2_kg=2.5, ch4_fossil_kg=0.01),
    )  # fmt: skip
    source = bill([line(1, amount=1.0), line(2, key="gas.leak", amount=1.0), line(3, key="fuel.split", amount=1.0)])
    made = run(method("product.bill"), source, [facts], tmp_path / "run", Settings(KNOWN_ON, "AR5"))
    by_product = {row["subject_id"]: {k: v for k, v in row["gases"].items() if v} for row in add_up(made)}
    assert by_product == {
        "1": {"unsplit_ug": 2_000_000_000},
        "2": {"f_gases_ug": 1_300_000_000_000},
        "3": {"co2_ug": 2_500_000_000, "ch4_fossil_ug": 280_000_000},
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.lists(st.floats(0.0, 1e4), min_size=1, max_size=8),
    shares=st.tuples(st.floats(0, 1), st.floats(0, 0.1), st.floats(0, 0.01)),
)
def test_gases_add_up_whatever_is_rounded(
    tmp_path_factory: pytest.TempPathFactory, amounts: list[float], shares: tuple[float, float, float]
) -> None:
    co2, ch4, n2o = shares
    facts = pack(
        factor("a", co2e_kg=co2 + 28 * ch4 + 265 * n2o, co2_kg=co2, ch4_biogenic_kg=ch4, n2o_kg=n2o),
        factor("b", co2e_kg=0.3),
    )
    rows = [line(n % 2, key=key, amount=amount) for n, amount in enumerate(amounts) for key in ("a", "b")]
    made = run(
        method("product.bill"), bill(rows), [facts], tmp_path_factory.mktemp("r") / "run", Settings(KNOWN_ON, "AR5")
    )
    add_up(made)


def test_order_lines_carry_gases_too(tmp_path: Path) -> None:
    facts = pack(factor("a", co2e_kg=1.0 + 0.1 * 28, co2_kg=1.0, ch4_fossil_kg=0.1))
    shelf = pa.table({"product_id": ["p"], "category": ["c"], "mass_kg": [1.0], "mass_key": ["a"]})
    bought = pa.table({"order_id": [1], "product_id": ["p"], "pieces": [2.0], "date": [dt.date(2024, 3, 1)]})
    made = orders(bought, shelf, [facts], tmp_path / "run", Settings(KNOWN_ON, "AR5"))
    (row,) = add_up(made)
    assert {k: v for k, v in row["gases"].items() if v} == {"co2_ug": 2_000_000_000, "ch4_fossil_ug": 5_600_000_000}


def test_the_type_names_every_gas() -> None:
    assert [field.name for field in GASES_TYPE] == [f"{gas}_ug" for gas in GASES]
