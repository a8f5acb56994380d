"""IPCC 2006 Guidelines, volume 2, chapter 1: CO2 of fuels worked out here from the printed tables, nothing of the build.

Table 1.2: net calorific value, TJ/Gg (the same number is GJ/t). Table 1.3: carbon content, kg/GJ. Table 1.4: default CO2
emission factor, kg/TJ, which the guidelines print rounded to three figures.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
from engine_rows import run_bill

from leafmark.factors.model import Pack, builtin
from leafmark.methods import method

CO2_PER_CARBON = 44 / 12
# key, NCV (table 1.2), carbon (table 1.3), kg CO2/TJ (table 1.4)
FUELS = [
    ("fuel.petrol", 44.3, 18.9, 69_300),
    ("fuel.diesel", 43.0, 20.2, 74_100),
    ("fuel.residual_oil", 40.4, 21.1, 77_400),
    ("fuel.jet_kerosene", 44.1, 19.5, 71_500),
    ("fuel.kerosene", 43.8, 19.6, 71_900),
    ("fuel.lpg", 47.3, 17.2, 63_100),
    ("fuel.natural_gas", 48.0, 15.3, 56_100),
    ("fuel.crude_oil", 42.3, 20.0, 73_300),
    ("fuel.petroleum_coke", 32.5, 26.6, 97_500),
    ("fuel.coal_anthracite", 26.7, 26.8, 98_300),
    ("fuel.coal_bituminous", 25.8, 25.8, 94_600),
    ("fuel.coal_sub_bituminous", 18.9, 26.2, 96_100),
    ("fuel.coal_lignite", 11.9, 27.6, 101_000),
    ("fuel.peat", 9.76, 28.9, 106_000),
]


@pytest.fixture(scope="module")
def facts() -> Pack:
    return builtin()


@pytest.mark.parametrize(("key", "ncv_gj_per_t", "carbon_kg_per_gj", "printed_kg_per_tj"), FUELS)
def test_a_kilogram_and_a_gigajoule_of_each_fuel(
    tmp_path: Path, facts: Pack, key: str, ncv_gj_per_t: float, carbon_kg_per_gj: float, printed_kg_per_tj: float
) -> None:
    day = dt.date(2012, 6, 1)
    rows = [
        {"site_id": "mass", "fuel": f"{key}.mass", "amount": 1.0, "unit": "kg", "date": day},
        {"site_id": "energy", "fuel": f"{key}.energy_net", "amount": 1.0, "unit": "GJ_net", "date": day},
    ]
    made = run_bill(tmp_path / "run", pa.Table.from_pylist(rows), facts, chosen=method("combustion.direct"),
                    known_on=dt.date(2026, 6, 1))  # fmt: skip
    kg = {row["product_id"]: row["co2e_ug"] / 1e9 for row in made.table("products").to_pylist()}
    kg_per_gj = carbon_kg_per_gj * CO2_PER_CARBON
    assert kg["energy"] == pytest.approx(kg_per_gj, rel=1e-7)
    assert kg["mass"] == pytest.approx(kg_per_gj * ncv_gj_per_t / 1000, rel=1e-6)
    assert float(f"{kg['energy'] * 1000:.3g}") == printed_kg_per_tj
