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
from leafmark.factors.check import check
from leafmark.factors.fault import Fault
from leafmark.factors.gwp import gases
from leafmark.factors.model import Pack, PackError, builtin
from leafmark.methods import LIBRARY


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


# A tonne of aluminium cans recycled, with what its metal spares taken off: net below zero, as EPA's WARM prints it.
AVOIDED_KG = -9_130.0


def trial_pack(tmp_path: Path, facts: Pack, *more: dict[str, object]) -> list[Fault]:
    """The pack's recycling of aluminium cans and other rows beside it, written and checked."""
    cans = next(
        row for row in facts.factors.to_pylist() if row["key"] == RECYCLING and row["source_id"] == "epa-hub-2024"
    )
    rows = [cans, *({**cans, **cells} for cells in more)]
    fields = {"id": "trial", "version": "1", "title": "trial", "licence_note": "open", "gwp_note": "AR4"}
    pack = Pack.from_rows(fields, rows, [asdict(facts.sources[cans["source_id"]])])
    pack.write(tmp_path / "trial")
    return check(tmp_path / "trial")


RECYCLING = "waste.recycling.aluminium_cans"


def test_trap_10_an_avoided_burden_finds_no_way_into_a_factor_or_beside_it(tmp_path: Path, facts: Pack) -> None:
    """As a net factor it is below zero; as a part of its own it has no boundary; as a second row it overlaps."""
    assert trial_pack(tmp_path / "plain", facts) == []
    net = {"co2e_kg": AVOIDED_KG, "factor_id": f"{RECYCLING}@US:end_of_life:2024~net"}
    apart = {"boundary": "avoided", "factor_id": f"{RECYCLING}@US:avoided:2024", "co2e_kg": -AVOIDED_KG}
    twice = {"co2e_kg": 20.0, "factor_id": f"{RECYCLING}@US:end_of_life:2024~again"}
    for cells, field, expected in ((net, "co2e_kg", "from 0"), (apart, "boundary", "one of direct"),
                                   (twice, "valid_from", "no overlap")):  # fmt: skip
        faults = trial_pack(tmp_path / field, facts, cells)
        assert any(fault.field == field and expected in fault.expected for fault in faults), faults


def test_trap_10_no_method_adds_anything_to_an_end_of_life_and_a_bare_minus_is_refused(
    tmp_path: Path, facts: Pack
) -> None:
    recipes = [recipe for method in LIBRARY for part in method.parts for recipe in part.recipes]
    assert ("end_of_life",) in recipes
    assert not [recipe for recipe in recipes if "end_of_life" in recipe and len(recipe) > 1]
    lines = [
        line(key=RECYCLING, amount=1.0, unit="short_ton", region="US", stage="end_of_life", date=dt.date(2024, 5, 1)),
        line(key="material.aluminium", amount=-1.0, unit="t", region="GB", stage="end_of_life",
             date=dt.date(2023, 5, 1)),
    ]  # fmt: skip
    made = run_bill(tmp_path / "run", bill(lines), facts, known_on=dt.date(2026, 6, 1))
    assert [(row["row"], row["reason"]) for row in made.table("rejected").to_pylist()] == [(2, "negative_amount")]
    found = products(made)[1]
    assert (found["status"], found["co2e_ug"]) == ("unknown", 60 * 10**9)  # EPA: 0.06 t a short ton, nothing taken off


def test_trap_10_the_waste_factors_of_the_pack_are_gross(facts: Pack) -> None:
    waste = [row for row in facts.factors.to_pylist() if row["theme"] == "waste"]
    assert len(waste) > 300
    assert {row["boundary"] for row in waste} == {"end_of_life"}
    assert min(row["co2e_kg"] for row in waste) > 0


def test_trap_12_three_gases_do_not_make_the_total_of_spend_factors(facts: Pack) -> None:
    spend = [row for row in facts.factors.to_pylist() if row["theme"] == "spend"]
    more = [row for row in spend if row["other_co2e_kg"]]
    assert len(more) > 0.8 * len(spend) > 0, "EPA: 1,877 of 2,032 rows carry F-gases"
    ar4 = gases("AR4")
    for row in more:
        three = (row["co2_kg"] or 0) + (row["ch4_fossil_kg"] or 0) * ar4["CH4"] + (row["n2o_kg"] or 0) * ar4["N2O"]
        assert three < row["co2e_kg"], row["factor_id"]
