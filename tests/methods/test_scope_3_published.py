"""Every category against the publishers' own tables: each factor is read here from the publisher's file, and the sum is by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from engine_rows import Row, rejected
from guidance_rows import by_boundary, by_place, run_rows
from publishers_tables import AR5_METHANE, AR5_NITROUS_OXIDE, hub, spend, uk, uk_gases

from leafmark.factors.model import builtin

GB, US = {"region": "GB"}, {"region": "US"}
IN_2024 = dt.date(2024, 6, 1)
USD = "USD_2021_purchaser"
NEAR = 1e-9
"""Relative: rounding a line to whole micrograms is all that may differ."""


def near(kg: float) -> object:
    return pytest.approx(kg, rel=NEAR, abs=2e-9)


FLIGHT = ("Flights", "Long-haul, to/from UK", "Economy class")
AIR, WTT_AIR = "Business travel- air", "WTT- business travel- air"


def flight(rf: str) -> dict[str, float]:
    wtt = uk(WTT_AIR, f"WTT- {FLIGHT[0].lower()}", *FLIGHT[1:], rf, unit="passenger.km")
    return {"ttw": uk(AIR, *FLIGHT, rf, unit="passenger.km"), "wtt": wtt}


def test_district_heat_is_scope_2_and_category_3(tmp_path: Path) -> None:
    made = run_rows(tmp_path, "heat.purchased", [{"key": "heat.district", "amount": 1_000.0, "unit": "kWh", **GB}])
    name = ("Heat and steam", "District heat and steam")
    direct = uk("Heat and steam", *name, "kWh", unit="kWh")
    upstream = uk("WTT- heat and steam", "WTT- heat and steam", *name[1:], "kWh", unit="kWh")
    assert by_boundary(made)["direct"] == near(1_000 * direct)
    assert by_boundary(made)["upstream"] == near(1_000 * upstream)
    assert by_place(made).keys() == {(2, None), (3, 3)}


def test_us_steam_by_the_million_btu_has_no_upstream(tmp_path: Path) -> None:
    co2, methane_g, nitrous_g = hub("Steam and Heat", "Table 7")[:3]
    row = {"key": "heat.steam", "amount": 10.0, "unit": "mmBtu", "date": IN_2024, **US}
    kg = 10 * (co2 + methane_g / 1000 * AR5_METHANE + nitrous_g / 1000 * AR5_NITROUS_OXIDE)
    assert by_place(run_rows(tmp_path, "heat.purchased", [row])) == {(2, None): pytest.approx(kg, rel=1e-6)}


def test_heat_in_china_is_the_guidelines_default(tmp_path: Path) -> None:
    """0.11 t CO2 per GJ; 1 MWh is 3.6 GJ."""
    rows = [
        {"key": key, "amount": 1_000.0, "unit": "kWh", "region": "CN-ZJ"} for key in ("heat.steam", "heat.district")
    ]
    assert by_place(run_rows(tmp_path, "heat.purchased", rows)) == {(2, None): near(2 * 3.6 * 110)}


# Standard atomic weights: a tonne of the carbonate holds 44.01 / molar mass of CO2 for each carbonate group.
CARBON, OXYGEN = 12.011, 15.999
CARBONATES = {"calcite": (40.078, 1), "magnesite": (24.305, 1), "dolomite": (40.078 + 24.305, 2), "siderite": (55.845, 1),
              "rhodochrosite": (54.938, 1), "sodium_carbonate": (2 * 22.990, 1)}  # fmt: skip


@pytest.mark.parametrize("mineral", CARBONATES)
def test_a_carbonate_gives_off_what_its_formula_holds(tmp_path: Path, mineral: str) -> None:
    metal, groups = CARBONATES[mineral]
    """IPCC prints sodium carbonate with 0.41492, of a molar mass of 106.07 (it is 105.99): a thousandth less than its formula."""
    share = groups * (CARBON + 2 * OXYGEN) / (metal + groups * (CARBON + 3 * OXYGEN))
    row = {"key": f"process.{mineral}", "amount": 10.0, "unit": "t", "fraction": 0.96}
    found = by_place(run_rows(tmp_path, "process.direct", [row]))
    assert found == {
        (1, None): pytest.approx(10_000 * share * 0.96, rel=1e-3 if mineral == "sodium_carbonate" else 2e-4)
    }


# GWP100 of CH4 (fossil), N2O, CF4 and SF6: IPCC AR4 table 2.14, AR5 table 8.A.1 without feedbacks, AR6 WG I table 7.SM.7.
PROCESS_GASES = {"AR4": (25, 298, 7_390, 22_800), "AR5": (28, 265, 6_630, 23_500), "AR6": (29.8, 273, 7_380)}


@pytest.mark.parametrize("gwp", PROCESS_GASES)
def test_a_gas_by_its_mass_weighs_what_the_report_chosen_says(tmp_path: Path, gwp: str) -> None:
    for key, weight in zip(("methane", "nitrous_oxide", "pfc_14", "sf6"), PROCESS_GASES[gwp], strict=False):
        row = {"key": f"refrigerant.{key}", "amount": 2.0, "unit": "kg"}
        made = run_rows(tmp_path / key, "process.direct", [row], gwp=gwp)
        assert by_place(made) == {(1, None): pytest.approx(2.0 * weight, rel=1e-6)}, key


def test_paper_by_mass_and_software_by_spend(tmp_path: Path) -> None:
    paper = uk("Material use", "Paper", "Paper and board: paper", "", "Primary material production", unit="tonnes")
    rows = [
        {"key": "material.paper", "amount": 2_500.0, "unit": "kg", **GB},
        {"key": "spend.naics_541511", "amount": 80_000.0, "unit": USD, **US},
    ]
    expected = 2.5 * paper + 80_000 * spend("541511")
    assert by_place(run_rows(tmp_path, "purchase.goods", rows, gwp="AR4")) == {(3, 1): near(expected)}


def test_capital_goods_by_spend_all_in_their_year(tmp_path: Path) -> None:
    row = {"key": "spend.naics_334111", "amount": 1e6, "unit": USD, **US}
    assert by_place(run_rows(tmp_path, "purchase.capital", [row], gwp="AR4")) == {(3, 2): near(1e6 * spend("334111"))}


LORRY = ("HGV (all diesel)", "All HGVs", "", "Average laden")


@pytest.mark.parametrize(("name", "category"), [("freight.upstream", 4), ("freight.downstream", 9)])
def test_a_lorry_well_to_wheel_as_the_chain_counts_it(tmp_path: Path, name: str, category: int) -> None:
    """1.2 t over 350 km: the figure of `freight.transport` for the same leg, in its two parts."""
    leg = {"mode": "freight.hgv.average_laden", "mass_kg": 1_200.0, "distance_km": 350.0, **GB}
    ttw = uk("Freighting goods", *LORRY, unit="tonne.km")
    wtt = uk("WTT- delivery vehs & freight", f"WTT- {LORRY[0]}", *LORRY[1:], unit="tonne.km")
    made = run_rows(tmp_path / "leg", name, [leg])
    assert by_boundary(made) == {"ttw": near(420 * ttw), "wtt": near(420 * wtt)}
    assert by_place(made).keys() == {(3, category)}
    typed = {**leg, "distance_type": "actual", "intensity_distance_type": "sfd", "actual_over_planned": 1.05}
    detour = {**typed, "distance_km": 367.5}
    chain = run_rows(tmp_path / "chain", "freight.transport", [{**detour, "chain_id": "own"}])
    assert (
        by_boundary(run_rows(tmp_path / "detour", name, [detour]))
        == by_boundary(chain)
        == {"ttw": near(420 * ttw), "wtt": near(420 * wtt)}
    )


def test_a_factor_without_its_well_to_tank_carries_no_freight(tmp_path: Path) -> None:
    """US EPA's rail is combustion alone; and a type of distance without the other is refused."""
    rail = {"mode": "freight.rail", "mass_kg": 1.0, "distance_km": 1.0, "date": IN_2024, **US}
    rows: list[Row] = [rail, {**rail, **GB, "distance_type": "gcd", "intensity_distance_type": "sfd"}]
    made = run_rows(
        tmp_path, "freight.upstream", [*rows, {**rail, **GB, "distance_type": "sfd", "intensity_distance_type": None}]
    )
    assert [row["reason"] for row in rejected(made)] == ["no_factor", "unit_mismatch", "missing_value"]


def test_a_store_takes_generation_upstream_and_losses_apart(tmp_path: Path) -> None:
    """A fifth of a UK warehouse's 10,000 kWh."""
    row = {"key": "electricity.grid", "amount": 10_000.0, "unit": "kWh", "taken": 200.0, "throughput": 1_000.0, **GB}
    found = by_boundary(run_rows(tmp_path, "logistics.upstream", [row]))
    grid = uk("UK electricity", "Electricity generated", "Electricity: UK", "kWh", unit="kWh")
    loss = uk("Transmission and distribution", "T&D- UK electricity", "Electricity: UK", "kWh", unit="kWh")
    assert found["direct"] == pytest.approx(2_000 * grid, rel=3e-5), "the pack holds the grid with a sixth decimal"
    assert found["td_loss"] == near(2_000 * loss)
    assert found.keys() == {"direct", "upstream", "td_loss", "td_loss_upstream"}


WASTE = "Waste disposal"


def test_waste_of_an_office_by_its_routes(tmp_path: Path) -> None:
    refuse, paper = ("Refuse", "Commercial and industrial waste"), ("Paper", "Paper and board: paper")
    rows = [("waste.landfill.commercial_and_industrial", 3.0, refuse, "Landfill"), ("waste.energy_recovery.commercial_and_industrial", 2.0, refuse, "Combustion"),
            ("waste.recycling_closed_loop.paper", 5.0, paper, "Closed-loop"), ("waste.landfill.paper", 0.5, paper, "Landfill")]  # fmt: skip
    expected = sum(tonnes * uk(WASTE, *name, "", route, unit="tonnes") for _, tonnes, name, route in rows)
    given = [{"key": key, "amount": tonnes, "unit": "t", **GB} for key, tonnes, *_ in rows]
    given.append({"key": "water.treatment", "amount": 40.0, "unit": "m3", **GB})
    expected += 40 * uk("Water treatment", "Water treatment", "Water treatment", unit="cubic metres")
    assert by_place(run_rows(tmp_path, "waste.operations", given)) == {(3, 5): near(expected)}


def test_us_waste_by_the_short_ton(tmp_path: Path) -> None:
    """Table 9 is in tonnes CO2e per short ton; its glass is recycled at 0.05 and buried at 0.02."""
    recycled, buried = hub("Glass", "Table 9")[:2]
    rows = [
        {"key": f"waste.{route}.glass", "amount": 2.0, "unit": "short_ton", "date": IN_2024, **US}
        for route in ("recycling", "landfill")
    ]
    assert by_place(run_rows(tmp_path, "waste.operations", rows)) == {(3, 5): near(2_000 * (recycled + buried))}


def test_trap_10_no_waste_factor_has_an_avoided_burden_in_it() -> None:
    """WARM's recycling with the burden avoided is negative for every material; the hub's table, and ours, is the way and the plant alone."""
    waste = [row for row in builtin().factors.to_pylist() if row["theme"] == "waste"]
    assert len(waste) > 350
    assert all(row["co2e_kg"] > 0 for row in waste)
    assert all(row["removal_co2_kg"] in (None, 0.0) for row in waste)
    taken_over = [
        row["co2e_kg"]
        for row in waste
        if row["key"].startswith(("waste.recycling_", "waste.energy_recovery")) and row["region"] == "GB"
    ]
    assert max(taken_over) < 30, "what the next user counts is in no tonne handed over"


@pytest.mark.parametrize("rf", ["Without RF", "With RF"])
def test_a_flight_with_and_without_its_other_effects(tmp_path: Path, rf: str) -> None:
    """9,500 km there and back for three."""
    key = "travel.flight.long_haul.economy" + (".with_rf" if rf == "With RF" else "")
    row = {"key": key, "amount": 19_000.0, "unit": "passenger_km", "travellers": 3.0, **GB}
    expected = flight(rf)
    found = by_boundary(run_rows(tmp_path, "travel.business", [row]))
    assert found == {boundary: near(57_000 * kg) for boundary, kg in expected.items()}


def test_the_other_effects_of_a_flight_stand_in_a_column_of_their_own() -> None:
    rows = {row["factor_id"]: row for row in builtin().factors.to_pylist() if row["key"].startswith("travel.flight.")}
    plain = rows["travel.flight.long_haul.economy@GB:ttw:2023"]
    assert plain["aviation_non_co2_kg"] == pytest.approx(
        flight("With RF")["ttw"] - flight("Without RF")["ttw"], abs=1.1e-5
    )
    assert all(
        row["aviation_non_co2_kg"] is None
        for row in rows.values()
        if row["key"].endswith(".with_rf") or row["boundary"] == "wtt"
    )


# The sheet's split is in AR5: CH4 of 28 and N2O of 265 kg CO2e per kg. What they weigh in another report follows from their masses.
@pytest.mark.parametrize(("gwp", "methane", "nitrous"), [("AR4", 25, 298), ("AR5", 28, 265), ("AR6", 29.8, 273)])
def test_the_gases_of_a_flight_by_the_report_chosen(tmp_path: Path, gwp: str, methane: float, nitrous: float) -> None:
    row = {"key": "travel.flight.long_haul.economy", "amount": 1e6, "unit": "passenger_km", **GB}
    made = run_rows(tmp_path, "travel.business", [row], gwp=gwp)
    told = uk_gases(AIR, *FLIGHT, "Without RF", unit="passenger.km")
    (entry,) = (each for each in made.table("entries").to_pylist() if ":ttw:" in each["factor_id"])
    assert sum(entry["gases"].values()) == entry["co2e_ug"]
    found = {name: ug / 1e15 for name, ug in entry["gases"].items()}
    assert found["co2_ug"] == near(told["co2"])
    assert found["ch4_fossil_ug"] == pytest.approx(told["ch4"] / AR5_METHANE * methane, rel=1e-5)
    assert found["n2o_ug"] == pytest.approx(told["n2o"] / AR5_NITROUS_OXIDE * nitrous, rel=1e-5)


def test_us_travel_has_the_carriers_own_emissions_alone(tmp_path: Path) -> None:
    co2, methane_g, nitrous_g = hub("Air Travel - Long Haul (>= 2300 miles)", "Table 10")[:3]
    row = {"key": "travel.flight.over_2300_miles", "amount": 1_000.0, "unit": "passenger_mile", "date": IN_2024, **US}
    expected = 1_000 * co2 + methane_g * AR5_METHANE + nitrous_g * AR5_NITROUS_OXIDE
    found = by_boundary(run_rows(tmp_path, "travel.business", [row]))
    assert found == {"ttw": pytest.approx(expected, rel=1e-6)}, "no well to tank: not assessed, and not zero"


CAR = ("Cars (by size)", "Average car", "", "Petrol")


def test_a_year_of_ways_to_work_and_of_work_at_home(tmp_path: Path) -> None:
    """40 employees, 30 km there and back on 180 days, two a car; and 40 days of eight hours at home."""
    rows: list[Row] = [
        {"key": "travel.car.average.petrol", "amount": 30.0, "unit": "vehicle_km", "employees": 40.0, "days": 180.0, "sharing": 2.0, **GB},
        {"key": "homeworking.total", "amount": 8.0, "unit": "fte_hour", "employees": 40.0, "days": 40.0, "sharing": None, **GB},
    ]  # fmt: skip
    ttw = uk("Business travel- land", *CAR, unit="km")
    wtt = uk("WTT- pass vehs & travel- land", f"WTT- {CAR[0].lower()}", *CAR[1:], unit="km")
    home = uk("Homeworking", "Homeworking (office equipment + heating)", unit="per FTE Working Hour")
    found = by_boundary(run_rows(tmp_path, "commuting.employee", rows))
    assert found["wtt"] == near(40 * 180 * 30 / 2 * wtt)
    made = by_place(run_rows(tmp_path / "whole", "commuting.employee", rows))
    assert made == {(3, 7): near(40 * 180 * 30 / 2 * (ttw + wtt) + 40 * 40 * 8 * home)}


@pytest.mark.parametrize(
    ("name", "category"),
    [("leased.upstream", 8), ("leased.downstream", 13), ("franchise.operation", 14), ("processing.sold", 10)],
)
def test_gas_that_others_burn_stands_in_its_category_with_its_upstream(
    tmp_path: Path, name: str, category: int
) -> None:
    row = {"key": "fuel.natural_gas.energy_gross", "amount": 5_000.0, "unit": "kWh_gross", **GB}
    found = run_rows(tmp_path, name, [row])
    direct = uk("Fuels", "Gaseous fuels", "Natural gas", unit="kWh (Gross CV)")
    upstream = uk("WTT- fuels", "Gaseous fuels", "Natural gas", unit="kWh (Gross CV)")
    assert by_boundary(found) == {"direct": near(5_000 * direct), "wtt": near(5_000 * upstream)}
    assert by_place(found).keys() == {(3, category)}


def test_a_boiler_sold_burns_its_gas_and_no_upstream_of_it(tmp_path: Path) -> None:
    """12,000 kWh a year for 15 years; the guidance: combustion alone of fuels."""
    row = {
        "units_sold": 10.0,
        "key": "fuel.natural_gas.energy_gross",
        "amount": 12_000.0,
        "unit": "kWh_gross",
        "uses": 15.0,
        **GB,
    }
    direct = uk("Fuels", "Gaseous fuels", "Natural gas", unit="kWh (Gross CV)")
    assert by_boundary(run_rows(tmp_path, "product.sold", [row])) == {"direct": near(10 * 12_000 * 15 * direct)}


def test_clothing_sold_is_thrown_away(tmp_path: Path) -> None:
    """10,000 pieces of 0.4 kg: seven in ten to the landfill, the rest to be worn and spun again."""
    name = ("Other", "Clothing")
    rows = [{"units_sold": 10_000.0, "key": f"waste.{route}.clothing", "mass_kg": 0.4, "fraction": part, **GB}
            for route, part in (("landfill", 0.7), ("recycling_closed_loop", 0.3))]  # fmt: skip
    buried, again = (uk(WASTE, *name, "", route, unit="tonnes") for route in ("Landfill", "Closed-loop"))
    assert by_place(run_rows(tmp_path, "product.end_of_life", rows)) == {
        (3, 12): near(4 * (0.7 * buried + 0.3 * again))
    }


def test_an_investee_by_its_revenue(tmp_path: Path) -> None:
    row = {
        "key": "spend.naics_493110",
        "amount": 5e6,
        "unit": USD,
        "attribution": 0.12,
        "attribution_basis": "equity_share",
        **US,
    }
    assert by_place(run_rows(tmp_path, "investment.share", [row], gwp="AR4")) == {
        (3, 15): near(5e6 * 0.12 * spend("493110"))
    }
