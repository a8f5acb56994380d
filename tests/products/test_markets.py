"""Markets of sale, and what a use would emit on another market's grid."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from leafmark import engine
from leafmark.factors import regions
from leafmark.products.claims.rulebook import MARKETS
from leafmark.products.grids import Grid, grids_of_run, what_if
from leafmark.products.markets import markets, of_grid, of_mark
from leafmark.products.schemes import shipped_schemes

DAY = dt.date(2026, 11, 1)


def test_every_official_class_is_one_market_s_mark() -> None:
    official = {each.id for each in shipped_schemes().values() if each.kind == "official_class"}
    listed = [mark for market in markets().values() for mark in market.marks]
    assert sorted(listed) == sorted(official)
    assert all(of_mark(each) is not None for each in official)


def test_rules_and_grids_are_ones_we_have() -> None:
    for market in markets().values():
        assert set(market.claims) <= set(MARKETS), market.code
        assert not market.grid or regions.known(market.grid)
        assert market.sources
    assert of_grid("AU") == markets()["au"]
    assert of_grid("") is None
    assert of_mark("leafmark.declared") is None


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100 kWh a year for 7 years: in Australia, and the same lines in each of the other markets."""
    folder = tmp_path_factory.mktemp("grids")
    for region in ("AU", "GB", "US", "CN", "HK", "TW"):
        (folder / f"{region}.csv").write_text(
            f"product_id,kwh_per_year,lifetime_years,region,date\nTV,100,7,{region},\n"
        )
        engine.footprint(folder / f"{region}.csv", out=folder / region, method="appliance.use", known_on=DAY)
    (folder / "bill.csv").write_text(
        "product_id,stage,key,amount,unit,region,date\nM,materials,food.milk,1,kg,US,2017-07-01\n"
    )
    engine.footprint(folder / "bill.csv", out=folder / "bill", method="product.bill", known_on=DAY)
    return folder


@pytest.mark.parametrize("region", ["AU", "GB", "US", "CN", "HK", "TW"])
def test_a_what_if_is_what_a_run_there_would_say(runs: Path, region: str) -> None:
    """To the microgram but for one rounding a factor; the range too."""
    grid = grids_of_run(runs / "AU", [region])[region]
    found = what_if(grid, 100, 7)
    there = engine.run.open_run(runs / region).table("products").to_pylist()[0]
    assert found.co2e_ug == pytest.approx(there["co2e_ug"], abs=4)
    assert found.low_ug == pytest.approx(there["low_ug"], rel=1e-6)
    assert found.high_ug == pytest.approx(there["high_ug"], rel=1e-6)


def test_a_place_without_a_grid_of_its_own_gets_no_other_s(runs: Path) -> None:
    assert grids_of_run(runs / "AU", ["EU", "XX"]) == {}


def test_a_run_of_another_method_has_no_use_to_move(runs: Path) -> None:
    assert grids_of_run(runs / "bill", ["GB"]) == {}


@pytest.mark.parametrize(("kwh", "years"), [(0, 7), (-1, 7), (100, 0), (float("nan"), 7), (100, float("inf"))])
def test_nonsense_is_refused(kwh: float, years: float) -> None:
    with pytest.raises(ValueError, match="expected a number above 0"):
        what_if(Grid("GB", 0.2, 0.1, "f", "2025"), kwh, years)
