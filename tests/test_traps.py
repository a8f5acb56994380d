"""Traps that real projects fell into (shared data README), by number, all thirteen; tests/factors
holds more of those that one pack file shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path

import pytest
from engine_rows import bill, line, products, run_bill

from leafmark.demo.sizes import mass_kg, parse_size
from leafmark.factors import units
from leafmark.factors.columns import BOUNDARIES
from leafmark.factors.gwp import gases
from leafmark.factors.model import Pack, PackError, builtin


@pytest.fixture(scope="module")
def facts() -> Pack:
    return builtin()


def test_trap_1_and_2_each_year_has_its_own_grid_factor(facts: Pack) -> None:
    assert facts.factor("electricity.grid@GB:direct:2021").co2e_kg == 0.21233
    assert facts.factor("electricity.grid@GB:direct:2021").valid_to == dt.date(2022, 1, 1)
    years = {year: facts.factor(f"electricity.grid@CN:direct:{year}").co2e_kg for year in (2021, 2022, 2023)}
    assert years == {2021: 0.5568, 2022: 0.5366, 2023: 0.5306}


def test_trap_3_direct_is_not_life_cycle(facts: Pack) -> None:
    assert facts.factor("electricity.grid@CN:life_cycle:2022").co2e_kg == 0.58675
    assert facts.factor("electricity.grid@CN:direct:2022").co2e_kg == 0.5366


def test_trap_4_net_and_gross_do_not_convert(facts: Pack) -> None:
    assert facts.factor("fuel.natural_gas.energy_net@GB:direct:2023").co2e_kg == 0.20267
    assert facts.factor("fuel.natural_gas.energy_gross@GB:direct:2023").co2e_kg == 0.18293
    with pytest.raises(units.UnitError, match="calorific"):
        units.factor_between("kWh_net", "kWh_gross")


def test_trap_5_a_lost_decimal_point_is_a_fault(facts: Pack, tmp_path: Path) -> None:
    """Every grid of the pack is within 30 times of the others, or says why; a German `000402` is refused by name."""
    grids = [row for row in facts.factors.to_pylist() if row["key"] == "electricity.grid"]
    germany = next(row for row in grids if row["region"] == "DE" and row["boundary"] == "life_cycle")
    rows = [row | {"co2e_kg": 402.0} if row["factor_id"] == germany["factor_id"] else row for row in grids]
    named = {row["source_id"] for row in rows}
    sources = [asdict(source) for source in facts.sources.values() if source.source_id in named]
    fields = {"id": "lost", "version": "1", "title": "lost", "licence_note": "open", "gwp_note": "as published"}
    Pack.from_rows(fields, rows, sources).write(tmp_path / "lost")
    with pytest.raises(PackError) as told:
        Pack.load(tmp_path / "lost")
    faults = [fault for fault in told.value.faults if fault.field == "co2e_kg"]
    assert [fault.file for fault in faults] == ["factors.csv"]
    assert faults[0].found.startswith("402 kg per kWh")
    assert "decimal point" in faults[0].hint


def test_trap_6_a_bad_release_is_superseded_not_kept(facts: Pack) -> None:
    """EPA's hub of February 2024 gave 0.1752 kg a passenger-car mile; it was replaced in June."""
    hub = [row for row in facts.factors.to_pylist() if row["source_id"] == "epa-hub-2024"]
    assert hub
    assert not [row["factor_id"] for row in hub if row["key"].startswith("travel.car")]


@pytest.mark.parametrize(("known_on", "kg"), [(dt.date(2025, 1, 1), 0.38598), (dt.date(2026, 6, 1), 0.41039)])
def test_trap_7_a_revision_changes_only_what_is_asked_later(
    tmp_path: Path, facts: Pack, known_on: dt.date, kg: float
) -> None:
    use = line(key="electricity.grid", amount=1.0, unit="kWh", region="US", stage="use", date=dt.date(2022, 5, 1))
    made = run_bill(tmp_path / "run", bill([use]), facts, known_on=known_on)
    assert products(made)[1]["co2e_ug"] == round(kg * 10**9)


def test_trap_8_money_needs_year_and_basis() -> None:
    for vague in ("USD", "USD_2021"):
        with pytest.raises(units.UnitError, match="price year and price basis"):
            units.canonical(vague)


def test_trap_9_a_series_keeps_each_rows_gwp_set(facts: Pack) -> None:
    sets = [facts.factor(f"electricity.grid@GB:direct:{year}").gwp_set for year in (2022, 2023)]
    assert sets == ["AR4", "AR5"]


def test_trap_11_zero_is_a_value_and_missing_is_none(tmp_path: Path) -> None:
    found = products(run_bill(tmp_path / "run", bill([line(amount=0.0), line(2, amount=None)])))
    assert (found[1]["co2e_ug"], found[2]["co2e_ug"]) == (0, None)


def test_trap_13_package_sizes() -> None:
    assert (parse_size("12 PK/12 OZ").units, parse_size("12 PK/12 OZ").each) == (12, 12.0)
    assert (parse_size("10/6.75 OZ").units, parse_size("10/6.75 OZ").each) == (10, 6.75)
    assert parse_size("1 DZ").units == 12
    assert parse_size("GAL").kind == "volume"
    assert mass_kg(parse_size("83710413 OZ"), "weight")[0] is None


def test_trap_10_an_avoided_burden_is_not_in_a_footprint_and_not_added_twice(facts: Pack) -> None:
    """No waste factor of the pack is net of what recycling avoids, and no boundary for that exists to be added."""
    waste = [row for row in facts.factors.to_pylist() if row["theme"] == "waste"]
    assert len(waste) > 300
    assert {row["boundary"] for row in waste} == {"end_of_life"}
    assert min(row["co2e_kg"] for row in waste) > 0  # a credit inside one would show as a negative
    assert not any("avoid" in name for name in BOUNDARIES)


def test_trap_12_three_gases_do_not_make_the_total_of_spend_factors(facts: Pack) -> None:
    spend = [row for row in facts.factors.to_pylist() if row["theme"] == "spend"]
    more = [row for row in spend if row["other_co2e_kg"]]
    assert len(more) > 0.8 * len(spend) > 0, "EPA: 1,877 of 2,032 rows carry F-gases"
    ar4 = gases("AR4")
    for row in more:
        three = (row["co2_kg"] or 0) + (row["ch4_fossil_kg"] or 0) * ar4["CH4"] + (row["n2o_kg"] or 0) * ar4["N2O"]
        assert three < row["co2e_kg"], row["factor_id"]
