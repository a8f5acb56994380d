"""Scope 1 of an inventory: fuels that are burnt, gases that escape; against figures that others published."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner
from engine_rows import Row, rejected, run_bill

from leafmark.cli import main
from leafmark.engine.run import Run
from leafmark.factors.model import Pack, builtin
from leafmark.methods import method

KNOWN_ON = dt.date(2026, 6, 1)


@pytest.fixture(scope="module")
def facts() -> Pack:
    return builtin()


def run_rows(out: Path, facts: Pack, name: str, *rows: Row, **options: Any) -> Run:
    table = pa.Table.from_pylist(list(rows))
    return run_bill(out / "run", table, facts, chosen=method(name), known_on=KNOWN_ON, **options)


def by_boundary(made: Run) -> dict[str, tuple[float, int, int | None]]:
    """Boundary -> (kg CO2e, scope, category)."""
    return {
        entry["factor_id"].split(":")[1]: (entry["co2e_ug"] / 1e9, entry["scope"], entry["category"])
        for entry in made.table("entries").to_pylist()
    }


def burnt(fuel: str, amount: float, unit: str, region: str | None, year: int = 2023) -> Row:
    row = {"site_id": "boiler", "fuel": fuel, "amount": amount, "unit": unit, "region": region}
    return row | {"date": dt.date(year, 6, 1)}


def test_a_tonne_of_petrol_by_ipcc_is_scope_1_alone(tmp_path: Path, facts: Pack) -> None:
    """IPCC 2006: 44.3 GJ/t x 18.9 kgC/GJ x 44/12 = 3,069.99 kg CO2 per tonne; IPCC has no upstream."""
    made = run_rows(tmp_path, facts, "combustion.direct", burnt("fuel.petrol.mass", 1000.0, "kg", None, 2012))
    assert by_boundary(made) == {"direct": (3069.99, 1, None)}


def test_uk_gas_of_2023_is_scope_1_with_its_upstream_in_category_3(tmp_path: Path, facts: Pack) -> None:
    """UK DESNZ 2023, natural gas per gross kWh: combustion 0.18293, well to tank 0.03021 kg CO2e."""
    made = run_rows(
        tmp_path, facts, "combustion.direct", burnt("fuel.natural_gas.energy_gross", 1000.0, "kWh_gross", "GB")
    )
    assert by_boundary(made) == {"direct": (182.93, 1, None), "wtt": (30.21, 3, 3)}


def test_us_fuels_have_a_method_at_last(tmp_path: Path, facts: Pack) -> None:
    """EPA hub 2024, table 1: natural gas 53.06 kg CO2, 1.0 g CH4, 0.10 g N2O per mmBtu (gross); AR5: 28 and 265."""
    row = burnt("fuel.natural_gas.energy_gross", 10.0, "mmBtu_gross", "US", 2024)
    found = by_boundary(run_rows(tmp_path, facts, "combustion.direct", row))
    assert found.keys() == {"direct"}
    assert found["direct"][0] == pytest.approx(10 * (53.06 + 0.001 * 28 + 0.0001 * 265), rel=1e-4)


def test_electricity_is_no_fuel_and_net_is_not_gross(tmp_path: Path, facts: Pack) -> None:
    made = run_rows(
        tmp_path, facts, "combustion.direct", burnt("electricity.grid", 1.0, "kWh", "GB"),
        burnt("refrigerant.r410a", 1.0, "kg", "GB"), burnt("fuel.natural_gas.energy_net", 1.0, "kWh_gross", "GB"),
    )  # fmt: skip
    assert [row["reason"] for row in rejected(made)] == ["unknown_key", "unknown_key", "unit_mismatch"]


# R-410A is half HFC-32 and half HFC-125 by mass (ASHRAE 34). GWP100 of AR4 (675, 3500), AR5 (677, 3170), AR6 (771, 3740).
@pytest.mark.parametrize(("gwp", "hfc_32", "hfc_125"), [("AR4", 675, 3500), ("AR5", 677, 3170), ("AR6", 771, 3740)])
def test_a_blend_that_leaks_weighs_what_its_gases_weigh(
    tmp_path: Path, facts: Pack, gwp: str, hfc_32: float, hfc_125: float
) -> None:
    leak = {"site_id": "shop", "gas": "refrigerant.r410a", "mass_kg": 3.0, "region": "CN", "date": dt.date(2019, 6, 1)}
    found = by_boundary(run_rows(tmp_path, facts, "refrigerant.leak", leak, gwp=gwp))
    assert found["direct"][1:] == (1, None)
    assert found["direct"][0] == pytest.approx(3.0 * (hfc_32 + hfc_125) / 2, rel=5e-4)


def test_a_leak_takes_refrigerants_alone_and_no_negative_mass(tmp_path: Path, facts: Pack) -> None:
    rows: list[Row] = [{"site_id": "shop", "gas": gas, "mass_kg": mass} for gas, mass in
                       (("fuel.lpg.mass", 1.0), ("refrigerant.r410a", -1.0))]  # fmt: skip
    made = run_rows(tmp_path, facts, "refrigerant.leak", *rows, run_date=dt.date(2024, 1, 1))
    assert [row["reason"] for row in rejected(made)] == ["unknown_key", "below_bound"]


@pytest.mark.parametrize(
    ("name", "text", "scope_1_kg"),
    [
        ("combustion.direct", "site_id,fuel,amount,unit,region,date\na,fuel.petrol.mass,1,t,,2012-06-01\n", 3069.99),
        ("refrigerant.leak", "site_id,gas,mass_kg,date\na,refrigerant.hfc_134a,2,2023-06-01\n", 2600.0),
    ],
)
def test_both_run_from_the_command_line(tmp_path: Path, name: str, text: str, scope_1_kg: float) -> None:
    (tmp_path / "use.csv").write_text(text, encoding="utf-8")
    args = ["footprint", str(tmp_path / "use.csv"), "--method", name, "--known-on", "2026-06-01", "--gwp", "AR5"]
    done = CliRunner().invoke(main, [*args, "--out", str(tmp_path / "run"), "--json"])
    assert done.exit_code == 0, done.stderr
    record = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert record["totals"]["by_scope_ug"] == {"scope 1": round(scope_1_kg * 10**9)}
