"""Electricity counted once: where a life-cycle factor serves, nothing upstream of it is added from a wider region.

DESIGN: "a life-cycle factor there is a flagged proxy and nothing upstream is added". The parts of
`electricity.location` fall back by themselves, so every region and year of the built-in pack is asked.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_rows import Row, factor, pack, run_bill

from leafmark.engine.explain import explain
from leafmark.factors import regions
from leafmark.factors.model import builtin
from leafmark.methods import method

KNOWN_ON = dt.date(2026, 6, 1)
YEARS = range(2017, 2028)
PARTS = ("direct", "td_loss", "td_loss_upstream", "upstream")


@cache
def grid_boundaries() -> dict[str, tuple[str, str]]:
    """(boundary, region) of every factor of the grid."""
    rows = builtin().factors.select(["factor_id", "key", "boundary", "region"]).to_pylist()
    return {row["factor_id"]: (row["boundary"], row["region"]) for row in rows if row["key"] == "electricity.grid"}


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[Row]]]:
    """By method, then `region@year`: the entries of 1,000 kWh in every listed region and year."""
    places = [(region, year) for region in regions.table() for year in YEARS]
    found: dict[str, dict[str, list[Row]]] = {}
    for name, subject, amount in (
        ("electricity.location", "site_id", {"kwh": 1000.0}),
        ("appliance.use", "product_id", {"kwh_per_year": 100.0, "lifetime_years": 10.0}),
    ):
        rows = [{subject: f"{r}@{y}", "region": r, "date": dt.date(y, 7, 1)} | amount for r, y in places]
        out = tmp_path_factory.mktemp("grid") / "run"
        made = run_bill(out, pa.Table.from_pylist(rows), builtin(), chosen=method(name), known_on=KNOWN_ON)
        found[name] = defaultdict(list)
        for entry in made.table("entries").to_pylist():
            found[name][entry["subject_id"]].append(entry)
    return found


def topped_up(entries: dict[str, list[Row]]) -> set[str]:
    """Regions with a life-cycle factor in Scope 2 and anything in Scope 3."""
    return {
        place.rpartition("@")[0]
        for place, parts in entries.items()
        if any(grid_boundaries()[part["factor_id"]][0] == "life_cycle" for part in parts) and len(parts) > 1
    }


def test_no_life_cycle_factor_in_scope_2_is_topped_up(met: dict[str, dict[str, list[Row]]]) -> None:
    entries = met["electricity.location"]
    life_cycle = {
        place.rpartition("@")[0]
        for place, parts in entries.items()
        if any(part["scope"] == 2 and grid_boundaries()[part["factor_id"]][0] == "life_cycle" for part in parts)
    }
    assert len(life_cycle) > 250, "countries, and the places that fall to them"
    assert {"DE", "FR", "AU", "US", "GB", "WORLD"} <= life_cycle
    assert topped_up(entries) == set()


def test_a_life_cycle_factor_is_not_topped_up_from_the_world(tmp_path: Path) -> None:
    def grid(region: str, boundary: str, kg: float) -> Row:
        return factor("electricity.grid", region=region, boundary=boundary, unit="kWh", co2e_kg=kg, theme="grid")

    facts = pack(grid("DE", "life_cycle", 0.4), grid("WORLD", "upstream", 0.05), grid("WORLD", "td_loss", 0.03))
    site = {"site_id": "werk", "kwh": 1000.0, "region": "DE", "date": dt.date(2024, 7, 1)}
    made = run_bill(tmp_path / "run", pa.Table.from_pylist([site]), facts, chosen=method("electricity.location"))
    assert made.record["totals"]["by_scope_ug"] == {"scope 2": 400 * 10**9}


@pytest.mark.parametrize(("name", "scopes"), [("electricity.location@1", {2, 3}), ("electricity.location@2", {2})])
def test_each_version_explains_a_life_cycle_site_as_it_counted_it(tmp_path: Path, name: str, scopes: set[int]) -> None:
    """Version 1 added Great Britain's upstream to London's life cycle; what it counted stays counted so."""
    site = {"site_id": "cloud", "kwh": 1000.0, "region": "gcp:europe-west2", "date": dt.date(2024, 7, 1)}
    pq.write_table(pa.Table.from_pylist([site]), tmp_path / "sites.parquet")
    made = run_bill(tmp_path / "run", tmp_path / "sites.parquet", builtin(), chosen=method(name), known_on=KNOWN_ON)
    entries = made.table("entries").to_pylist()
    assert {entry["scope"] for entry in entries} == scopes
    tree = explain(made.path, "cloud")
    shown = [part["co2e_ug"] for stage in tree["stages"] for part in stage["lines"]]
    assert sorted(shown) == sorted(entry["co2e_ug"] for entry in entries)
    assert tree["co2e_ug"] == made.record["totals"]["co2e_ug"] == sum(shown)


def test_scope_2_takes_one_factor_and_direct_where_there_is_one(met: dict[str, dict[str, list[Row]]]) -> None:
    for place, parts in met["electricity.location"].items():
        generation = [part for part in parts if part["scope"] == 2]
        assert len(generation) == 1, place
        others = {grid_boundaries()[part["factor_id"]][0] for part in parts if part["scope"] == 3}
        assert others in (set(), {"upstream", "td_loss", "td_loss_upstream"}), place


def test_a_use_stage_takes_life_cycle_or_all_four_parts_of_one_place(met: dict[str, dict[str, list[Row]]]) -> None:
    recipes = set()
    for place, parts in met["appliance.use"].items():
        assert len(parts) == 1, place
        taken = [grid_boundaries()[factor_id] for factor_id in parts[0]["factor_id"].split(" + ")]
        assert len({region for _, region in taken}) == 1, place
        recipes.add(tuple(sorted(boundary for boundary, _ in taken)))
    assert recipes == {("life_cycle",), PARTS}
