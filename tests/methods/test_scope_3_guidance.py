"""Every worked example of the GHG Protocol's Technical Guidance for Calculating Scope 3 Emissions (version 1.0, 2013) that a
method here can make, to its last digit. The guidance's figures are illustrative; its factors stand in a pack made for the test.

Read in a public transcription (GitHub, y-f-a/scope3chatbot, scope3_data), not in the publisher's file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from engine_rows import Row, pack, run_bill
from guidance_rows import IN_2023, KNOWN_ON, by_boundary, by_place, example, run_rows

from leafmark.methods import method

USD = "USD_2021_purchaser"


def test_1_1_goods_by_the_suppliers_own_figures(tmp_path: Path) -> None:
    kinds = {"cement": (200_000, 0.15), "plaster": (600_000, 0.10), "paint": (200_000, 0.10), "timber": (100_000, 0.25),
             "concrete": (50_000, 0.20)}  # fmt: skip
    rows = [{"amount": float(kg), "unit": "kg", "supplier_kg_per_unit": per_kg} for kg, per_kg in kinds.values()]
    made = run_rows(tmp_path, "purchase.goods", rows)
    assert by_place(made) == {(3, 1): 145_000.0}
    (product,) = made.table("products").to_pylist()
    assert product["primary_ug"] == product["co2e_ug"], "a supplier's own figures are primary data"


MASS = {"hard_drive": (400, 20), "integrated_circuits": (200, 10), "lcd": (500, 40), "semiconductors": (100, 70),
        "battery": (1_500, 3), "keyboard": (300, 3)}  # fmt: skip
SPEND = {"plastic_ps": (5_000, 0.3), "plastic_abs": (3_000, 0.3), "pet_film": (4_000, 0.3), "aluminium": (6_000, 0.5),
         "steel": (1_500, 0.2), "cyclohexane": (5_000, 0.2), "epoxy": (5_000, 0.3), "copper": (1_000, 0.3),
         "glass": (5_000, 0.4)}  # fmt: skip


@pytest.mark.parametrize(("name", "category"), [("purchase.goods", 1), ("purchase.capital", 2)])
def test_1_4_some_by_mass_and_some_by_spend(tmp_path: Path, name: str, category: int) -> None:
    """The guidance sums to 54,100 kg; capital goods are bought by the same arithmetic."""
    factors = [example(f"material.{kind}", "cradle_to_gate", "kg", per) for kind, (_, per) in MASS.items()]
    factors += [example(f"spend.{kind}", "supply_chain", USD, per, theme="spend") for kind, (_, per) in SPEND.items()]
    rows = [{"key": f"material.{kind}", "amount": float(kg), "unit": "kg"} for kind, (kg, _) in MASS.items()]
    rows += [{"key": f"spend.{kind}", "amount": float(usd), "unit": USD} for kind, (usd, _) in SPEND.items()]
    assert by_place(run_rows(tmp_path, name, rows, *factors)) == {(3, category): 54_100.0}


# country: (kWh, upstream, combustion, loss rate) of electricity; Canada's heat beside: 50,000 kWh, 0.05, 0.15, 5 %.
POWER = {"AU": (500_000, 0.12, 0.8, 0.10), "CA": (600_000, 0.10, 0.4, 0.13), "IN": (400_000, 0.15, 0.8, 0.15),
         "US": (5_500_000, 0.10, 0.5, 0.10), "TR": (200_000, 0.05, 0.4, 0.12)}  # fmt: skip


def power_pack() -> list[Row]:
    """The guidance's loss is generation's factor times the rate; the pack holds it as a factor per kWh used."""
    rows = []
    for region, (_, upstream, direct, rate) in POWER.items():
        for boundary, kg in (("upstream", upstream), ("direct", direct), ("td_loss", direct * rate)):
            rows.append(example("electricity.grid", boundary, "kWh", kg, region=region, theme="grid"))
    for boundary, kg in (("upstream", 0.05), ("direct", 0.15), ("td_loss", 0.15 * 0.05)):
        rows.append(example("heat.district", boundary, "kWh", kg, region="CA", theme="grid"))
    return rows


def test_3_1_upstream_and_losses_of_power_and_heat(tmp_path: Path) -> None:
    """740,000 kg upstream and 404,175 kg of losses (heat's in them), and 2,500 kg upstream of heat."""
    own = pack(*power_pack())
    kwh = [{"site_id": "own", "kwh": float(row[0]), "region": region, "date": IN_2023} for region, row in POWER.items()]
    heat = [
        {"site_id": "own", "key": "heat.district", "amount": 50_000.0, "unit": "kWh", "region": "CA", "date": IN_2023}
    ]
    sums = []
    for name, rows in (("electricity.location", kwh), ("heat.purchased", heat)):
        table = pa.Table.from_pylist(rows)
        sums.append(by_boundary(run_bill(tmp_path / name, table, own, chosen=method(name), known_on=KNOWN_ON)))
    power, warmth = sums
    assert power["upstream"] == 740_000.0
    assert power["td_loss"] + warmth["td_loss"] == pytest.approx(404_175.0, abs=1e-6)
    assert warmth["upstream"] == 2_500.0
    total = sum(sum(kg for name, kg in each.items() if name != "direct") for each in sums)
    assert total == pytest.approx(1_146_675.0, abs=1e-6)


LOGISTICS = [("logistics.upstream", 4), ("logistics.downstream", 9)]


@pytest.mark.parametrize(("name", "category"), LOGISTICS)
def test_4_1_transport_by_fuel_and_leaks(tmp_path: Path, name: str, category: int) -> None:
    factors = [example("fuel.lorry_diesel", "direct", "L", 3.0, theme="fuel"),
               example("refrigerant.lorry_r410a", "direct", "kg", 2_000.0, theme="refrigerant")]  # fmt: skip
    rows = [{"key": "fuel.lorry_diesel", "amount": amount, "unit": "L"} for amount in (50_000.0, 80_000.0, 90_000.0)]
    rows.append({"key": "refrigerant.lorry_r410a", "amount": 50.0, "unit": "kg"})
    assert by_place(run_rows(tmp_path, name, rows, *factors)) == {(3, category): 760_000.0}


def vehicle(key: str, wtw: float) -> list[Row]:
    """A well-to-wheel figure as two factors, a fifth of it before the tank."""
    return [
        example(f"freight.{key}", boundary, "t_km", wtw * part, theme="freight")
        for boundary, part in (("ttw", 0.8), ("wtt", 0.2))
    ]


def leg(key: str, tonnes: float, km: float) -> Row:
    return {"mode": f"freight.{key}", "mass_kg": tonnes * 1000, "distance_km": km}


def test_4_2_transport_by_tonne_kilometres(tmp_path: Path) -> None:
    """800 by road, 3,000 by air, 1,200 by sea."""
    factors = [*vehicle("truck", 0.2), *vehicle("plane", 1.0), *vehicle("ship", 0.05)]
    rows = [leg("truck", 2, 2_000), leg("plane", 1, 3_000), leg("ship", 6, 4_000)]
    made = run_rows(tmp_path, "freight.upstream", rows, *factors)
    assert by_place(made) == {(3, 4): 5_000.0}
    assert by_boundary(made) == {"ttw": 4_000.0, "wtt": 1_000.0}, "each part can be read alone"


def test_4_4_transport_by_spend(tmp_path: Path) -> None:
    kinds = {"truck": (20_000, 0.04), "plane": (30_000, 0.15), "ship": (40_000, 0.05)}
    factors = [example(f"spend.{kind}", "supply_chain", USD, kg, theme="spend") for kind, (_, kg) in kinds.items()]
    rows = [{"key": f"spend.{kind}", "amount": float(usd), "unit": USD} for kind, (usd, _) in kinds.items()]
    assert by_place(run_rows(tmp_path, "logistics.upstream", rows, *factors)) == {(3, 4): 7_300.0}


def energy(power: float, gas: float) -> list[Row]:
    return [
        example("electricity.store", "direct", "kWh", power, theme="grid"),
        example("fuel.store_gas", "direct", "kWh_net", gas, theme="fuel"),
    ]


@pytest.mark.parametrize(("name", "category"), LOGISTICS)
def test_4_5_stores_by_what_they_use(tmp_path: Path, name: str, category: int) -> None:
    """2,062.5 and 3,125 kg: a quarter of each store."""
    rows = [{"key": key, "amount": amount, "unit": unit, "taken": taken, "throughput": throughput}
            for power, gas, taken, throughput in ((10_000.0, 1_000.0, 100.0, 400.0), (15_000.0, 2_000.0, 200.0, 800.0))
            for key, amount, unit in (("electricity.store", power, "kWh"), ("fuel.store_gas", gas, "kWh_net"))]  # fmt: skip
    assert by_place(run_rows(tmp_path, name, rows, *energy(0.8, 0.25))) == {(3, category): 5_187.5}


def test_4_6_stores_by_cubic_metres_and_days(tmp_path: Path) -> None:
    factors = [
        example(f"storage.{kind}", "direct", "m3_day", kg, theme="freight")
        for kind, kg in (("centre", 0.01), ("shop", 0.02))
    ]
    rows = [{"key": f"storage.{kind}", "amount": 4_000.0 * 2, "unit": "m3_day"} for kind in ("centre", "shop")]
    assert by_place(run_rows(tmp_path, "logistics.upstream", rows, *factors)) == {(3, 4): 240.0}


def waste(route: str, kg: float, unit: str = "t") -> Row:
    key = route if route.startswith("water") else f"waste.{route}"
    return example(key, "end_of_life", unit, kg, theme="water" if route.startswith("water") else "waste")


def test_5_1_waste_by_type_and_treatment(tmp_path: Path) -> None:
    kinds = {"landfill.film": (2_000, 40.0), "energy_recovery.film": (5_000, 2.0), "recycling.film": (4_000, 10.0)}
    factors = [waste(route, kg) for route, (_, kg) in kinds.items()] + [waste("water.treatment.mill", 0.5, "m3")]
    rows = [{"key": f"waste.{route}", "amount": float(t), "unit": "t"} for route, (t, _) in kinds.items()]
    rows.append({"key": "water.treatment.mill", "amount": 5_000.0, "unit": "m3"})
    assert by_place(run_rows(tmp_path, "waste.operations", rows, *factors)) == {(3, 5): 132_500.0}


def test_5_2_waste_by_average_routes(tmp_path: Path) -> None:
    """40 t; what others' products take over is zero here, and zero is no missing factor."""
    routes = {"landfill.all": (0.25, 300.0), "energy_recovery.all": (0.05, 0.0), "recycling_a.all": (0.30, 0.0),
              "recycling_b.all": (0.20, 10.0), "composting.all": (0.20, 30.0)}  # fmt: skip
    factors = [waste(route, kg) for route, (_, kg) in routes.items()]
    rows = [
        {"key": f"waste.{route}", "amount": 40.0, "unit": "t", "fraction": part} for route, (part, _) in routes.items()
    ]
    assert by_place(run_rows(tmp_path, "waste.operations", rows, *factors)) == {(3, 5): 3_320.0}


def travel(key: str, unit: str, kg: float) -> Row:
    return example(f"travel.{key}", "ttw", unit, kg, theme="travel")


def test_6_1_travel_by_road_and_air(tmp_path: Path) -> None:
    """17,583.33 kg by road and 8,300,000 kg by air."""
    cars = {"hybrid": (10, 2, 50, 1), "saloon": (20, 2, 200, 2), "four_wheel": (100, 3, 100, 4)}
    flights = {"long": (10, 10_000, 5), "short": (20, 15_000, 6), "long_": (100, 12_000, 5)}
    factors = [travel(f"{kind}_car", "vehicle_km", float(kg)) for kind, (*_, kg) in cars.items()]
    factors += [travel("long_flight", "passenger_km", 5.0), travel("short_flight", "passenger_km", 6.0)]
    road = [{"key": f"travel.{kind}_car", "amount": float(km), "unit": "vehicle_km", "travellers": float(people), "sharing": float(each)}
            for kind, (people, each, km, _) in cars.items()]  # fmt: skip
    air = [{"key": f"travel.{kind.rstrip('_')}_flight", "amount": float(km), "unit": "passenger_km", "travellers": float(people)}
           for kind, (people, km, _) in flights.items()]  # fmt: skip
    assert by_place(run_rows(tmp_path / "road", "travel.business", road, *factors)) == {
        (3, 6): pytest.approx(17_583.33, abs=0.01)
    }
    assert by_place(run_rows(tmp_path / "air", "travel.business", air, *factors)) == {(3, 6): 8_300_000.0}


def commute(key: str, one_way_km: float, days: float, employees: float = 1.0) -> Row:
    unit = "vehicle_km" if key == "car" else "passenger_km"
    return {"key": f"travel.{key}", "amount": one_way_km * 2, "unit": unit, "employees": employees, "days": days}


WAYS = [travel("train", "passenger_km", 0.1), travel("car", "vehicle_km", 0.2), travel("bus", "passenger_km", 0.1)]


def test_7_1_ways_to_work_of_three_employees(tmp_path: Path) -> None:
    rows = [
        commute("train", 10, 5 * 48),
        commute("train", 10, 4 * 48),
        commute("car", 15, 1 * 48),
        commute("car", 20, 5 * 48),
    ]
    assert by_place(run_rows(tmp_path, "commuting.employee", rows, *WAYS)) == {(3, 7): 3_072.0}


def test_7_2_ways_to_work_by_national_averages(tmp_path: Path) -> None:
    """2,350,000 by rail, 4,230,000 by car, 117,500 by bus; those who walk burn no fuel."""
    rows = [commute("train", 10, 235, 5_000), commute("car", 15, 235, 3_000), commute("bus", 5, 235, 500)]
    assert by_place(run_rows(tmp_path, "commuting.employee", rows, *WAYS)) == {(3, 7): 6_697_500.0}


LEASED = [("leased.upstream", 8), ("leased.downstream", 13), ("franchise.operation", 14)]


@pytest.mark.parametrize(("name", "category"), LEASED)
def test_8_1_a_leased_floor_of_a_building_that_is_three_quarters_let(tmp_path: Path, name: str, category: int) -> None:
    """200 / (2,000 x 0.75) of 1,500 kWh gas, 3,000 kWh power and 5 kg of a gas. The guidance prints 1,325 kg, having rounded
    the third to 0.67 kg: 40 + 280 + 1,005; whole it is 1,000 and the sum 1,320."""
    factors = [*energy(0.7, 0.2), example("refrigerant.chiller", "direct", "kg", 1_500.0, theme="refrigerant")]
    part = {"leased_m2": 200.0, "building_m2": 2_000.0, "occupancy": 0.75}
    rows = [{"key": key, "amount": amount, "unit": unit, **part}
            for key, amount, unit in (("fuel.store_gas", 1_500.0, "kWh_net"), ("electricity.store", 3_000.0, "kWh"),
                                      ("refrigerant.chiller", 5.0, "kg"))]  # fmt: skip
    assert by_place(run_rows(tmp_path, name, rows, *factors)) == {(3, category): pytest.approx(1_320.0, abs=1e-6)}


def test_9_1_transport_after_the_sale(tmp_path: Path) -> None:
    made = run_rows(tmp_path, "freight.downstream", [leg("truck", 4, 2_000)], *vehicle("truck", 0.2))
    assert by_place(made) == {(3, 9): 1_600.0}


def test_10_1_processing_by_the_processors_own_energy_and_waste(tmp_path: Path) -> None:
    factors = [*energy(0.5, 0.2), waste("landfill.offcuts", 0.5, "kg")]
    rows = [{"key": key, "amount": amount, "unit": unit}
            for key, amount, unit in (("fuel.store_gas", 3_500.0, "kWh_net"), ("electricity.store", 2_000.0, "kWh"),
                                      ("waste.landfill.offcuts", 50.0, "kg"))]  # fmt: skip
    assert by_place(run_rows(tmp_path, "processing.sold", rows, *factors)) == {(3, 10): 1_725.0}


def test_10_2_processing_by_an_average(tmp_path: Path) -> None:
    rows = [{"key": "processing.candy", "amount": 1.0, "unit": "kg", "units_sold": 1_000.0}]
    made = run_rows(tmp_path, "processing.sold", rows, example("processing.candy", "direct", "kg", 1.5))
    assert by_place(made) == {(3, 10): 1_500.0}


def test_11_1_use_of_washing_machines_and_irons(tmp_path: Path) -> None:
    """7,475,000, 1,567,500 and 4,000,000 kg."""
    sold = {"X100": (1_000, 11_500, 1.3), "X200": (1_100, 1_900, 1.5), "Y123": (2_000, 20_000, 0.2)}
    rows = [{"product_id": name, "units_sold": float(units), "key": "electricity.store", "amount": kwh, "unit": "kWh", "uses": float(uses)}
            for name, (uses, units, kwh) in sold.items()]  # fmt: skip
    assert by_place(run_rows(tmp_path, "product.sold", rows, *energy(0.5, 0.2))) == {(3, 11): 13_042_500.0}


def test_12_1_paper_thrown_away(tmp_path: Path) -> None:
    """The example's text says 10,000 t, its table and its sum 10,000 kg."""
    routes = {"landfill.laminate": (0.9, 0.3), "incineration.laminate": (0.1, 1.0), "recycling.laminate": (0.0, 0.0)}
    factors = [waste(route, kg, "kg") for route, (_, kg) in routes.items()]
    rows = [
        {"units_sold": 10_000.0, "key": f"waste.{route}", "mass_kg": 1.0, "fraction": part}
        for route, (part, _) in routes.items()
    ]
    assert by_place(run_rows(tmp_path, "product.end_of_life", rows, *factors)) == {(3, 12): 3_700.0}


STATED = {"key": "declared.co2e.unstated", "unit": "kg"}


def test_13_1_a_factory_let_to_somebody_who_knows_two_together(tmp_path: Path) -> None:
    row = {**STATED, "amount": 9_000.0, "leased_m2": 5_000.0, "building_m2": 15_000.0}
    assert by_place(run_rows(tmp_path, "leased.downstream", [row])) == {(3, 13): 3_000.0}


def test_14_1_franchisees_that_know_their_own(tmp_path: Path) -> None:
    told = [100_000 + 20_000, 25_000 + 10_000, 30_000 + 10_000, 90_000 + 30_000, 30_000 + 10_000]
    rows = [{**STATED, "amount": float(kg)} for kg in told]
    assert by_place(run_rows(tmp_path, "franchise.operation", rows)) == {(3, 14): 355_000.0}


def held(basis: str, part: float, **row: Any) -> Row:
    return {"attribution": part, "attribution_basis": basis, **row}


def test_15_1_equity_by_the_investees_own_figures(tmp_path: Path) -> None:
    """493,000 t: 48,000 + 30,000 + 400,000 + 15,000."""
    rows = [held("equity_share", part, investee_kg=tonnes * 1000.0)
            for tonnes, part in ((120_000, 0.40), (200_000, 0.15), (1_600_000, 0.25), (60_000, 0.25))]  # fmt: skip
    assert by_place(run_rows(tmp_path, "investment.share", rows)) == {(3, 15): 493_000_000.0}


def test_15_2_equity_by_revenue(tmp_path: Path) -> None:
    """90,000 + 562,500 + 690,000 + 990,000 kg. The guidance prints 900,000 for the last, 2,242,500 for the sum and "tonnes"
    behind it; its own formula (5,500,000 x 0.6 x 2 + 5,500,000 x 0.4 x 1.5) x 0.10 is 990,000, in kg as its factors are."""
    sectors = {"telecom": 0.6, "pharma": 0.5, "power": 3.0, "food": 2.0, "apparel": 1.5}
    factors = [example(f"spend.{name}", "supply_chain", USD, kg, theme="spend") for name, kg in sectors.items()]
    revenue = (("telecom", 3_000_000, 0.05), ("pharma", 7_500_000, 0.15), ("power", 1_150_000, 0.20),
               ("food", 5_500_000 * 0.6, 0.10), ("apparel", 5_500_000 * 0.4, 0.10))  # fmt: skip
    rows = [held("equity_share", part, key=f"spend.{name}", amount=float(usd), unit=USD) for name, usd, part in revenue]
    assert by_place(run_rows(tmp_path, "investment.share", rows, *factors)) == {
        (3, 15): pytest.approx(2_332_500.0, abs=1e-6)
    }


def test_15_3_projects_by_their_own_figures(tmp_path: Path) -> None:
    """10,000 + 1,000 + 12,500 + 3,333 t; the guidance takes a ninth for 11.11 %."""
    projects = (
        (200_000, 1_000_000 / 20_000_000),
        (10_000, 5_000_000 / 50_000_000),
        (250_000, 3_000_000 / 60_000_000),
        (30_000, 0.1111),
    )
    rows = [held("project_share", part, investee_kg=tonnes * 1000.0) for tonnes, part in projects]
    assert by_place(run_rows(tmp_path, "investment.share", rows)) == {(3, 15): pytest.approx(26_833_000.0, abs=1e-3)}


def test_15_4_projects_by_cost_or_revenue(tmp_path: Path) -> None:
    """434 + 260 + 75 + 6,750 = 7,519 t; t per million is g per unit of money."""
    projects = (
        ("bridge", 20e6, 0.310, 0.07),
        ("hospital", 8e6, 0.325, 0.10),
        ("paper_mill", 3e6, 0.500, 0.05),
        ("coal_power", 15e6, 9.0, 0.05),
    )
    factors = [example(f"spend.{name}", "supply_chain", USD, kg, theme="spend") for name, _, kg, _ in projects]
    rows = [held("project_share", part, key=f"spend.{name}", amount=usd, unit=USD) for name, usd, _, part in projects]
    assert by_place(run_rows(tmp_path, "investment.share", rows, *factors)) == {
        (3, 15): pytest.approx(7_519_000.0, abs=1e-3)
    }
