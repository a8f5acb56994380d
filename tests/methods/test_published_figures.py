"""Figures that others published, from activity to grams through the engine."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from engine_rows import BILL, Row, bill, factor, line, pack, products, run_bill, shared_data

from leafmark.factors.gsd import defaults, gsd_of_deviation, gsd_of_part
from leafmark.factors.importers import read
from leafmark.factors.model import Pack, builtin
from leafmark.methods import Part, Vintage, method

BUILTIN_ON = dt.date(2026, 6, 1)
IN_2023 = dt.date(2023, 7, 1)
DIRECT_ONLY = dataclasses.replace(BILL, parts=(Part("combustion", (("direct",),), 1),), vintage=Vintage("nearest", 20))


@pytest.fixture(scope="module")
def facts() -> Pack:
    return builtin()


def kg(ug: int) -> float:
    return ug / 1e9


def run_rows(out: Path, facts: Pack, name: str, *rows: Row, **options: Any) -> Any:
    options = {"known_on": BUILTIN_ON, "chosen": method(name)} | options
    return run_bill(out / "run", pa.Table.from_pylist(list(rows)), facts, **options)


def test_ipcc_petrol_per_tonne_from_its_energy_content(tmp_path: Path, facts: Pack) -> None:
    """18.9 kgC/GJ x 44/12 = 69.3 kgCO2/GJ; x 44.3 GJ/t = 3,069.99 kg/t (IPCC 2006, vol. 2, tables 1.2 and 1.3)."""
    tonne = line(key="fuel.petrol.energy_net", amount=44.3, unit="GJ_net", stage="use", date=dt.date(2010, 1, 1))
    made = run_bill(tmp_path / "run", bill([tonne]), facts, chosen=DIRECT_ONLY, known_on=BUILTIN_ON)
    assert kg(products(made)[1]["co2e_ug"]) == 3069.99
    assert pytest.approx(3069.99) == 18.9 * 44 / 12 * 44.3


@pytest.mark.parametrize(("year", "kg_per_kwh"), [(2021, 0.5568), (2022, 0.5366), (2023, 0.5306)])
def test_china_grid_of_each_year(tmp_path: Path, facts: Pack, year: int, kg_per_kwh: float) -> None:
    """MEE announcements 2024 no. 12, 2024 no. 33 and 2025: national averages, CO2 at the stack."""
    made = run_rows(tmp_path, facts, "electricity.location",
                    {"site_id": "mill", "kwh": 1000.0, "region": "CN", "date": dt.date(year, 12, 31)})  # fmt: skip
    assert made.record["totals"]["by_scope_ug"]["scope 2"] == round(kg_per_kwh * 1000 * 10**9)


def test_uk_2023_a_megawatt_hour_in_an_inventory(tmp_path: Path, facts: Pack) -> None:
    """UK DESNZ 2023: generation 0.207074; T&D loss 0.01792; WTT of generation 0.0459, of losses 0.00397."""
    row = {"site_id": "shop", "kwh": 1000.0, "region": "GB", "date": IN_2023}
    made = run_rows(tmp_path, facts, "electricity.location", row)
    entries = {entry["factor_id"].split(":")[1]: entry for entry in made.table("entries").to_pylist()}
    assert {name: round(kg(entry["co2e_ug"]), 2) for name, entry in entries.items()} == {
        "direct": 207.07, "td_loss": 17.92, "upstream": 45.90, "td_loss_upstream": 3.97
    }  # fmt: skip
    assert {name: (entry["scope"], entry["category"]) for name, entry in entries.items()} == {
        "direct": (2, None), "td_loss": (3, 3), "upstream": (3, 3), "td_loss_upstream": (3, 3)
    }  # fmt: skip


def test_uk_2023_a_megawatt_hour_in_a_use_stage(tmp_path: Path, facts: Pack) -> None:
    kettle = {"product_id": "kettle", "kwh_per_year": 100.0, "lifetime_years": 10.0, "region": "GB", "date": IN_2023}
    made = run_rows(tmp_path, facts, "appliance.use", kettle)
    assert round(kg(products(made)["kettle"]["use_ug"]), 2) == 274.86
    lines = line(key="electricity.grid", amount=1.0, unit="MWh", region="GB", date=IN_2023, stage="use")
    assert (
        products(run_bill(tmp_path / "bill", bill([lines]), facts, known_on=BUILTIN_ON))[1]["use_ug"]
        == products(made)["kettle"]["use_ug"]
    )


def test_duty_cycle_gives_the_yearly_energy(tmp_path: Path, facts: Pack) -> None:
    """(100 W x 4 h + 0.5 W x 20 h) x 365.25 / 1000 = 149.7525 kWh a year."""
    place = {"lifetime_years": 8.0, "region": "GB", "date": IN_2023}
    television = {"product_id": "tv", "on_w": 100.0, "standby_w": 0.5, "on_hours": 4.0, "kwh_per_year": None} | place
    declared = {"product_id": "declared", "on_w": None, "standby_w": None, "on_hours": None, "kwh_per_year": 149.7525}
    found = products(run_rows(tmp_path, facts, "appliance.use", television, declared | place))
    assert found["tv"]["use_ug"] == found["declared"]["use_ug"] == round(149.7525 * 8 * 0.274864 * 10**9)


def test_uk_2023_average_laden_hgv(tmp_path: Path, facts: Pack) -> None:
    """1.2 t x 350 km; UK DESNZ 2023, all HGVs, average laden: TTW 0.09696, WTT 0.02346 kg per tonne-km."""
    parcel = {"shipment_id": "s", "mode": "freight.hgv.average_laden", "mass_kg": 1200.0, "distance_km": 350.0,
              "region": "GB", "date": IN_2023}  # fmt: skip
    made = run_rows(tmp_path, facts, "freight.tonne_km", parcel)
    parts = {entry["factor_id"].split(":")[1]: kg(entry["co2e_ug"]) for entry in made.table("entries").to_pylist()}
    assert parts == {"ttw": 40.7232, "wtt": 9.8532}
    assert kg(products(made)["s"]["co2e_ug"]) == 50.5764


def test_a_desnz_row_end_to_end(tmp_path: Path) -> None:
    """From the publisher's spreadsheet through importer and engine: natural gas 2023, 0.18293 kg per gross kWh."""
    imported = read(shared_data("publishers", "desnz-2023-flat-file.xlsx"))
    days = ("valid_from", "valid_to", "published_on", "superseded_on")

    def typed(row: Any) -> Row:
        return dict(row) | {day: dt.date.fromisoformat(str(row[day])) if row[day] else None for day in days}

    rows = [typed(row) | {"gsd": row["gsd"] or 1.0} for row in imported.rows]
    gas = pack(*rows)
    heat = line(key="fuel.natural_gas.energy_gross", amount=12_000.0, unit="kWh_gross", region="GB", stage="use",
                date=IN_2023)  # fmt: skip
    made = run_bill(tmp_path / "run", bill([heat]), gas, chosen=DIRECT_ONLY)
    assert kg(products(made)[1]["co2e_ug"]) == 2195.16
    found = gas.factor(products(made)[1]["factor_id"])
    assert "ID 1_100_1004_6_1 (row 83)" in found.locator
    assert imported.sources[0]["file_sha256"]


@pytest.mark.parametrize(
    ("keys", "low_kg", "high_kg"),
    [([f"material.m{n}" for n in range(10)], 6.0084, 15.6765), (["material.m0"] * 10, 2.02145, 30.5970)],
    ids=["distinct factors", "one shared factor"],
)
def test_ten_lines_of_mean_1_and_gsd_2(tmp_path: Path, keys: list[str], low_kg: float, high_kg: float) -> None:
    """95 % range by moment matching: distinct factors average out, one shared factor does not."""
    facts = pack(*(factor(key, co2e_kg=1.0, gsd=2.0) for key in dict.fromkeys(keys)))
    made = run_bill(tmp_path / "run", bill(line(key=key, amount=1.0) for key in keys), facts)
    product, totals = products(made)[1], made.record["totals"]
    for figures in (product, totals, made.table("entries").to_pylist()[0]):
        assert figures["co2e_ug"] == 10 * 10**9
        assert kg(figures["low_ug"]) == pytest.approx(low_kg, abs=5e-5)
        assert kg(figures["high_ug"]) == pytest.approx(high_kg, abs=5e-5)


def test_one_shared_factor_is_shared_across_products_and_chunks_of_a_run(tmp_path: Path) -> None:
    facts = pack(factor(co2e_kg=1.0, gsd=2.0))
    made = run_bill(tmp_path / "run", bill(line(n, amount=1.0) for n in range(10)), facts, chunk_lines=2)
    assert kg(made.record["totals"]["low_ug"]) == pytest.approx(2.02145, abs=1e-6)
    assert kg(made.record["totals"]["high_ug"]) == pytest.approx(30.5970, abs=5e-5)


def test_an_amounts_own_spread_is_the_lines_own(tmp_path: Path) -> None:
    """Ten amounts of GSD 2 on one exact factor average out like ten distinct factors do."""
    facts = pack(factor(co2e_kg=1.0))
    made = run_bill(tmp_path / "run", bill(line(amount=1.0, amount_gsd=2.0) for _ in range(10)), facts)
    assert kg(products(made)[1]["low_ug"]) == pytest.approx(6.0084, abs=5e-5)
    assert kg(products(made)[1]["high_ug"]) == pytest.approx(15.6765, abs=5e-5)


def test_credits_lower_the_total_and_widen_its_range(tmp_path: Path) -> None:
    facts = pack(factor(co2e_kg=1.0, gsd=1.5), factor("material.scrap", co2e_kg=1.0, gsd=1.5))
    lines = [line(amount=10.0), line(key="material.scrap", amount=-4.0, kind="credit", stage="end_of_life")]
    product = products(run_bill(tmp_path / "run", bill(lines), facts))[1]
    alone = products(run_bill(tmp_path / "alone", bill(lines[:1]), facts))[1]
    assert product["co2e_ug"] == 6 * 10**9
    assert product["end_of_life_ug"] == -4 * 10**9
    assert product["high_ug"] - product["co2e_ug"] > alone["high_ug"] - alone["co2e_ug"]


def test_a_life_cycle_factor_in_scope_2_has_nothing_upstream_added(tmp_path: Path, facts: Pack) -> None:
    """Germany has a life-cycle factor only: it stands in Scope 2 as a proxy, and is not topped up."""
    row = {"site_id": "werk", "kwh": 1000.0, "region": "DE", "date": IN_2023}
    made = run_rows(tmp_path, facts, "electricity.location", row)
    assert made.record["totals"]["by_scope_ug"] == {"scope 2": round(0.36292 * 1000 * 10**9)}


def declared_row(product_id: str, **cells: Any) -> Row:
    shares = {"manufacturing_share": 0.75, "use_share": 0.20, "transport_share": 0.05}
    return {"product_id": product_id, "total_kg": 200.0} | shares | cells


@pytest.mark.parametrize("name", ["product.declared@1", "product.declared@2"])
def test_a_declared_total_is_split_by_its_shares(tmp_path: Path, facts: Pack, name: str) -> None:
    rows = [declared_row("laptop"), declared_row("odd", use_share=0.75), declared_row("nil", total_kg=0.0)]
    made = run_rows(tmp_path, facts, name, *rows)
    laptop = products(made)["laptop"]
    stages = {name: laptop[f"{name}_ug"] for name in ("manufacturing", "use", "transport", "packaging")}
    assert stages == {"manufacturing": 150 * 10**9, "use": 40 * 10**9, "transport": 10 * 10**9, "packaging": None}
    assert [(row["row"], row["reason"]) for row in made.table("rejected").to_pylist()] == [
        (2, "inconsistent_shares"), (3, "not_positive")
    ]  # fmt: skip


def lognormal_range_kg(mean_kg: float, gsd: float) -> tuple[float, float]:
    """Central 95 % of a lognormal with that arithmetic mean: mean x exp(-s^2 / 2 -+ 1.96 s), s = ln GSD."""
    s = math.log(gsd)
    return tuple(mean_kg * math.exp(-s * s / 2 + sign * 1.959964 * s) for sign in (-1, 1))  # type: ignore[return-value]


def test_a_declared_figure_without_a_stated_range_carries_the_default_spread(tmp_path: Path, facts: Pack) -> None:
    made = run_rows(tmp_path, facts, "product.declared", declared_row("laptop"))
    laptop = products(made)["laptop"]
    low_kg, high_kg = lognormal_range_kg(200.0, defaults()["declared_unstated"].gsd)
    assert (kg(laptop["low_ug"]), kg(laptop["high_ug"])) == pytest.approx((low_kg, high_kg), rel=1e-6)
    used = facts.factor(made.table("entries").to_pylist()[0]["factor_id"])
    assert (used.co2e_kg, used.gsd_basis) == (1.0, "default:declared_unstated")


def test_a_sheets_own_range_is_the_labels_range_whatever_its_phases(tmp_path: Path, facts: Pack) -> None:
    """Dell C1422H: 442 kg, +- 22.4 % as one standard deviation: a lognormal of that mean and deviation."""
    gsd = gsd_of_deviation(0.224)
    assert math.expm1(math.log(gsd) ** 2) == pytest.approx(0.224**2)
    splits = {"one": (1.0, 0.0, 0.0), "even": (0.4, 0.3, 0.3), "skewed": (0.9, 0.08, 0.02)}
    rows = [
        declared_row(name, total_kg=442.0, manufacturing_share=a, use_share=b, transport_share=c,
                     phase_gsd=gsd_of_part(gsd, (a, b, c)))
        for name, (a, b, c) in splits.items()
    ]  # fmt: skip
    made = products(run_rows(tmp_path, facts, "product.declared", *rows, declared_row("unstated", phase_gsd=None)))
    for name in splits:
        low_kg, high_kg = lognormal_range_kg(442.0, gsd)
        assert (kg(made[name]["low_ug"]), kg(made[name]["high_ug"])) == pytest.approx((low_kg, high_kg), rel=1e-6)
    assert made["unstated"]["high_ug"] / made["unstated"]["co2e_ug"] > made["one"]["high_ug"] / made["one"]["co2e_ug"]


def test_a_part_has_the_totals_spread_where_it_is_the_whole() -> None:
    assert gsd_of_part(1.3, [1.0]) == pytest.approx(1.3)
    assert gsd_of_part(1.3, [0.5, 0.5]) > 1.3
    with pytest.raises(ValueError, match="at least one above 0"):
        gsd_of_part(1.3, [0.0, 0.0])


VAN = {"shipment_id": "s", "mode": "freight.van.average.battery_electric", "mass_kg": 1000.0, "distance_km": 100.0,
       "region": "GB", "date": IN_2023}  # fmt: skip


def test_uk_2023_a_battery_electric_van_bears_the_losses_of_the_grid(tmp_path: Path, facts: Pack) -> None:
    """UK DESNZ 2023, battery electric van, average: TTW 0.26342 + WTT 0.05844 = 0.32186, T&D 0.02097 kg a tonne-km."""
    made = run_rows(tmp_path, facts, "freight.tonne_km", VAN)
    parts = {entry["factor_id"].split(":")[1]: kg(entry["co2e_ug"]) for entry in made.table("entries").to_pylist()}
    assert parts == {"ttw": 26.342, "wtt": 5.844, "td_loss": 2.097}
    assert kg(products(made)["s"]["co2e_ug"]) == pytest.approx(32.186 + 2.097)
    before = products(run_rows(tmp_path / "v1", facts, "freight.tonne_km@1", VAN))
    assert kg(before["s"]["co2e_ug"]) == pytest.approx(32.186)


@pytest.mark.parametrize(
    ("name", "key", "per_tonne_km"),
    [("product.bill", VAN["mode"], 0.34283), ("product.bill@1", VAN["mode"], 0.32186),
     ("product.bill", "freight.hgv.average_laden", 0.12042), ("product.bill@1", "freight.hgv.average_laden", 0.12042)],
)  # fmt: skip
def test_a_bill_bears_them_too(tmp_path: Path, facts: Pack, name: str, key: str, per_tonne_km: float) -> None:
    haul = line(key=key, amount=100.0, unit="t_km", region="GB", stage="transport", date=IN_2023)
    made = run_bill(tmp_path / "run", bill([haul]), facts, known_on=BUILTIN_ON, chosen=method(name))
    assert kg(products(made)[1]["co2e_ug"]) == pytest.approx(100 * per_tonne_km)


def test_a_lifetime_of_zero_is_refused_and_not_a_footprint_of_zero(tmp_path: Path, facts: Pack) -> None:
    kettle = {"product_id": "kettle", "kwh_per_year": 100.0, "lifetime_years": 0.0, "region": "GB", "date": IN_2023}
    made = run_rows(tmp_path, facts, "appliance.use", kettle, kettle | {"product_id": "short", "lifetime_years": 0.1})
    assert [(row["reason"], row["field"]) for row in made.table("rejected").to_pylist()] == [
        ("below_bound", "lifetime_years")
    ]
    assert products(made)["kettle"]["co2e_ug"] is None
    assert products(made)["short"]["co2e_ug"] > 0


def test_the_newest_use_stage_cites_the_clause_on_electricity() -> None:
    assert "6.4.9.4 (electricity)" in method("appliance.use").reference
    assert method("appliance.use").version == 2
