"""Published GWP100, blends by composition, and restating that marks what it cannot restate."""

from __future__ import annotations

import csv
from importlib import resources

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.factors.gwp import (
    GWP_SETS,
    GwpError,
    blend,
    gwp,
    native_part,
    parse_f_gases,
    restate,
    total_from_gases,
)

COLUMNS = (
    "co2e_kg", "co2_kg", "ch4_fossil_kg", "ch4_biogenic_kg", "n2o_kg", "f_gases", "other_co2e_kg", "gwp_set",
)  # fmt: skip
TEXTS = ("f_gases", "gwp_set")


def table(*rows: dict[str, object]) -> pa.Table:
    schema = pa.schema([(name, pa.string() if name in TEXTS else pa.float64()) for name in COLUMNS])
    return pa.Table.from_pylist([{name: row.get(name) for name in COLUMNS} for row in rows], schema=schema)


@pytest.mark.parametrize(
    ("gwp_set", "gas", "value"),
    [
        ("AR6", "CH4_fossil", 29.8),  # IPCC AR6 WG I table 7.15
        ("AR6", "CH4_biogenic", 27.0),
        ("AR6", "N2O", 273.0),
        ("AR5", "CH4_fossil", 28.0),
        ("AR5", "CH4_biogenic", 28.0),
        ("AR5", "N2O", 265.0),
        ("AR4", "CH4_fossil", 25.0),
        ("AR4", "N2O", 298.0),
        ("SAR", "CH4_biogenic", 21.0),
        ("SAR", "N2O", 310.0),
        ("AR4", "SF6", 22800.0),
        ("AR6", "HFC134a", 1530.0),
        ("AR6", "CO2", 1.0),
    ],
)
def test_gwp100_as_ipcc_publishes_it(gwp_set: str, gas: str, value: float) -> None:
    assert gwp(gwp_set, gas) == value


def test_ar5_fossil_methane_is_30_only_where_the_publisher_says_so() -> None:
    assert gwp("AR5", "CH4_fossil", fossil_distinguished=True) == 30.0
    assert gwp("AR5", "CH4_biogenic", fossil_distinguished=True) == 28.0
    assert gwp("AR6", "CH4_fossil", fossil_distinguished=True) == 29.8


# UK DESNZ conversion factors, sheet Refrigerant & other, totals including non-Kyoto products: 2022 (AR4), 2023 (AR5).
DESNZ_BLENDS = {
    "R401A": (1182, 1130),
    "R402A": (2788, 2571),
    "R403A": (3124, 3100),
    "R404A": (3922, 3943),
    "R407A": (2107, 1923),
    "R407C": (1774, 1624),
    "R407F": (1825, 1674),
    "R408A": (3152, 3257),
    "R409A": (1585, 1485),
    "R410A": (2088, 1924),
    "R413A": (2053, 1945),
    "R417A": (2346, 2127),
    "R422A": (3143, 2847),
    "R422D": (2729, 2473),
    "R423A": (2280, 2274),
    "R424A": (2440, 2212),
    "R427A": (2138, 2024),
    "R434A": (3245, 3075),
    "R438A": (2264, 2059),
    "R442A": (1888, 1754),
    "R502": (4657, 4786),
    "R507A": (3985, 3985),
    "R508A": (13214, 11607),
    "R508B": (13396, 11698),
}


@pytest.mark.parametrize("name", DESNZ_BLENDS)
def test_blends_weigh_what_desnz_publishes(name: str) -> None:
    for gwp_set, value in zip(("AR4", "AR5"), DESNZ_BLENDS[name], strict=True):
        assert gwp(gwp_set, name) == pytest.approx(value, abs=0.51)


@pytest.mark.parametrize(
    ("name", "value"),
    [("R-404A", 4728), ("R-407C", 1908), ("R-452A", 2292), ("R-449A", 1504), ("R-448A", 1494), ("R-454B", 531)],
)
def test_blends_with_olefins_weigh_what_the_trade_publishes_for_ar6(name: str, value: int) -> None:
    """ATMOsphere, Refrigerants: Real GWP and PFAS, fact sheet 2, version 1, from IPCC AR6."""
    assert gwp("AR6", name) == pytest.approx(value, abs=1.0)


def test_blends_are_whole_and_of_known_gases() -> None:
    text = (resources.files("leafmark.factors") / "blends.csv").read_text(encoding="utf-8")
    names = {row["blend"] for row in csv.DictReader(text.splitlines())}
    assert len(names) >= 15
    for name in names:
        assert sum(blend(name).values()) == pytest.approx(1.0, abs=1e-12)
        assert gwp("AR6", name) > 0
    assert blend("R 410a") == {"HFC32": 0.5, "HFC125": 0.5}


def test_unknown_sets_gases_and_blends_are_errors() -> None:
    with pytest.raises(GwpError, match="AR7"):
        gwp("AR7", "CH4_fossil")
    with pytest.raises(GwpError, match="HFC999"):
        gwp("AR6", "HFC999")
    with pytest.raises(GwpError, match="HFC1234yf"):
        gwp("AR4", "R-513A")  # nobody had assessed it
    with pytest.raises(GwpError, match="R-999"):
        blend("R-999")


@pytest.mark.parametrize(
    "text", ["HFC134a", "HFC134a=x", "HFC134a=-1", "HFC134a=nan", "NOGAS=1", "CH4=1", "SF6=1;SF6=2", "SF6=inf"]
)
def test_a_broken_list_of_f_gases_is_an_error(text: str) -> None:
    with pytest.raises(GwpError):
        parse_f_gases(text)


def test_trap_12_f_gases_count_in_the_total() -> None:
    """Three gases do not add up to the total of most spend factors: F-gases make the rest."""
    row = {"co2_kg": 0.10, "ch4_fossil_kg": 0.001, "n2o_kg": 0.0001}
    three = total_from_gases(row, "", "AR4")
    assert three == pytest.approx(0.10 + 0.025 + 0.0298)
    assert total_from_gases(row, "HFC134a=0.00002", "AR4") == pytest.approx(three + 0.0286)
    co2e_kg, native = restate(table(row | {"co2e_kg": 0.2, "f_gases": "HFC134a=0.00002", "gwp_set": "AR4"}), "AR6")
    assert co2e_kg[0] == pytest.approx(0.10 + 0.0298 + 0.0273 + 0.0306)
    assert not native[0]


def test_trap_9_a_series_that_changes_its_set_is_brought_to_one() -> None:
    before = {"co2e_kg": 1.0 + 0.025, "co2_kg": 1.0, "ch4_fossil_kg": 0.001, "gwp_set": "AR4"}
    after = {"co2e_kg": 1.0 + 0.028, "co2_kg": 1.0, "ch4_fossil_kg": 0.001, "gwp_set": "AR5"}
    co2e_kg, native = restate(table(before, after), "AR6")
    assert co2e_kg[0] == co2e_kg[1] == pytest.approx(1.0298)
    assert not native.any()


def test_a_total_only_factor_is_used_as_published_and_marked() -> None:
    rows = table(
        {"co2e_kg": 2.5, "gwp_set": "AR4"},
        {"co2e_kg": 2.5, "gwp_set": "AR6"},
        {"co2e_kg": 2.5, "gwp_set": "unstated"},
        {"co2e_kg": 0.5, "co2_kg": 0.5, "gwp_set": "unstated"},
    )
    co2e_kg, native = restate(rows, "AR6")
    assert co2e_kg.tolist() == [2.5, 2.5, 2.5, 0.5]
    assert native.tolist() == [True, False, True, False]
    assert native_part(rows, "AR6").tolist() == [2.5, 0.0, 2.5, 0.0]


def test_the_published_total_of_the_same_set_stays_to_the_digit() -> None:
    row = {"co2e_kg": 0.20707, "co2_kg": 0.2050, "ch4_fossil_kg": 3e-5, "n2o_kg": 5e-6, "gwp_set": "AR5"}
    assert restate(table(row), "AR5")[0][0] == 0.20707


def test_other_stays_native_and_a_gas_nobody_assessed_keeps_the_row_native() -> None:
    rows = table(
        {"co2e_kg": 1.3, "co2_kg": 1.0, "other_co2e_kg": 0.3, "gwp_set": "AR4"},
        {"co2e_kg": 17.2, "f_gases": "NF3=0.001", "gwp_set": "AR4"},
    )
    assert native_part(rows, "AR6").tolist() == [0.3, 0.0]
    co2e_kg, native = restate(rows, "SAR")  # SAR does not assess NF3
    assert native.tolist() == [False, True]
    assert co2e_kg[1] == 17.2


mass_kg = st.one_of(st.none(), st.floats(0, 1e3))


@given(
    st.lists(st.tuples(mass_kg, mass_kg, mass_kg, mass_kg, st.sampled_from(["", "SF6=0.5", "HFC32=1;CF4=2"]))),
    st.sampled_from(GWP_SETS),
    st.sampled_from(GWP_SETS),
)
def test_restating_a_table_equals_adding_up_each_row(
    gas_rows: list[tuple[float | None, float | None, float | None, float | None, str]], native_set: str, asked: str
) -> None:
    rows = [
        dict(zip(COLUMNS[1:6], masses, strict=True)) | {"co2e_kg": 7.0, "gwp_set": native_set} for masses in gas_rows
    ]
    co2e_kg, native = restate(table(*rows), asked)
    for row, found, is_native in zip(rows, co2e_kg, native, strict=True):
        gases = {name: row[name] for name in COLUMNS[1:5]}
        blank = not row["f_gases"] and all(value is None for value in gases.values())
        if native_set == asked or blank:
            assert found == 7.0
            assert is_native == (native_set != asked)
        else:
            assert found == pytest.approx(total_from_gases(gases, str(row["f_gases"]), asked), rel=1e-12)
    assert co2e_kg.dtype == np.float64
