"""What-ifs by hand, with shared errors that cancel, and able to show that a change makes it worse."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.engine.schema import Z95
from leafmark.factors.model import builtin
from leafmark.inventory.cloud_planning import (
    Leak,
    Load,
    PlanningError,
    Quantity,
    compare,
    consolidation,
    fact,
    facts,
    loads,
    read_what_ifs,
    shifting,
    storage,
)  # fmt: skip
from leafmark.inventory.cloud_planning.quantities import DRAWS, Kind

KNOWN_ON = dt.date(2026, 9, 30)


def q(name: str, value: float, low: float | None = None, high: float | None = None, kind: Kind = "plain") -> Quantity:
    return Quantity(
        name, value, value if low is None else low, value if high is None else high, "", "a test", kind=kind
    )


def load(g: float, pue: float = 1.5, name: str = "g") -> Load:
    return Load(q("it", 1000), q("pue", pue), q(f"{name} {g}", g))


def test_another_region_by_hand() -> None:
    found = loads("move", load(400), load(50))
    assert found.row("energy").before == found.row("energy").after == 1500
    assert (found.row("total").before, found.row("total").after, found.row("total").difference) == (600, 75, -525)
    assert found.row("total").relation == "lower"
    assert loads("move", load(50), load(400)).row("total").relation == "higher"
    assert loads("stay", load(50), load(50)).row("total").relation == "same"


def test_what_both_sides_share_is_drawn_once() -> None:
    unsure = q("it", 1000, 500, 2000)
    now, then = (Load(unsure, q("pue", 1.5), q(f"g {g}", g)) for g in (400.0, 399.0))
    row = loads("a little", now, then).row("total")
    assert row.lower_share == 1.0  # two independent draws would tell nothing apart
    assert row.low < -1.5 < row.high < 0
    apart = loads("apart", now, Load(q("it there", 1000, 500, 2000), q("pue", 1.5), q("g", 399.0))).row("total")
    assert apart.relation == "not told apart"


def test_a_range_is_the_95_per_cent_range_of_a_lognormal_whose_mean_is_the_value() -> None:
    sigma = math.log(4) / (2 * Z95)
    row = compare("x", lambda draw: {"x, kg": (np.zeros(()), draw(q("x", 10, 5, 20)))}).rows[0]
    assert row.low == pytest.approx(10 * math.exp(-(sigma**2) / 2 - Z95 * sigma), rel=0.03)
    assert row.high == pytest.approx(10 * math.exp(-(sigma**2) / 2 + Z95 * sigma), rel=0.03)


@given(st.sampled_from(["above_one", "below_one"]), st.floats(0.01, 0.9), st.floats(0, 0.5))
def test_a_pue_stays_above_one_and_an_efficiency_between_nothing_and_one(
    kind: Kind, part: float, spread: float
) -> None:
    ends = sorted(
        1 + each if kind == "above_one" else 1 - min(each, 1) for each in (part * (1 - spread), part * (1 + spread))
    )
    value = 1 + part if kind == "above_one" else 1 - part
    drawn = q("x", value, min(ends[0], value), max(ends[1], value), kind).drawn(
        np.random.RandomState(1).standard_normal(DRAWS)
    )
    assert (drawn >= 1).all() if kind == "above_one" else ((drawn >= 0) & (drawn <= 1)).all()


def test_liquid_cooling_counts_fans_water_and_refrigerant_apart() -> None:
    gas = Leak(q("charge", 100), q("leak", 0.03), q("gwp", 2000))
    air = Load(q("it", 1000), q("pue", 1.4), q("g", 500), q("wue air", 1.8), gas)
    liquid = Load(
        air.it_kwh, air.pue, air.g_per_kwh, q("wue liquid", 0.2), Leak(q("charge 2", 10), q("leak", 0.03), q("gwp", 2000)),
        fact("cooling.liquid_it_ratio"), fact("cooling.liquid_pue_ratio"),
    )  # fmt: skip
    found = loads("liquid", air, liquid)
    assert found.row("energy").after / found.row("energy").before == pytest.approx(
        0.898, rel=1e-4
    )  # published: 10.2 % less power in all
    assert (found.row("refrigerant").before, found.row("refrigerant").after) == (6000, 600)
    assert found.row("water").before == 1800
    assert found.row("water").after == pytest.approx(1000 * 0.9286 * 0.2)
    assert found.row("total").after == pytest.approx(found.row("electricity").after + 600)
    unknown = loads("liquid", Load(air.it_kwh, air.pue, air.g_per_kwh), liquid)
    assert {row.measure for row in unknown.rows} == {"energy", "electricity", "total"}
    assert any("not known" in note for note in unknown.notes)


def battery(charged: float, displaced: float, years: float = 10, embodied: float = 80) -> dict[str, float]:
    found = storage(
        q("kwh", 100),
        q("n", 300),
        q("eff", 0.8, kind="below_one"),
        q("e", embodied),
        q("a", years),
        q("c", charged),
        q("d", displaced),
    )
    return {row.measure: row.difference for row in found.rows} | {
        "after": found.row("total").after,
        "before": found.row("total").before,
    }


def test_a_battery_can_be_worse_than_none_and_its_break_even_is_in_closed_form() -> None:
    good = battery(charged=12, displaced=400)
    assert good["before"] == 100 * 300 * 400 / 1000
    assert good["after"] == pytest.approx(100 * 300 / 0.8 * 12 / 1000 + 100 * 80 / 10)
    assert good["total"] < 0
    assert good["energy"] == pytest.approx(30_000 / 0.8 - 30_000)  # the loss is energy too
    assert (
        battery(charged=350, displaced=400)["total"] > 0
    )  # charged from nearly the same grid: the loss and the making outweigh it
    even = 12 / 0.8 + 80 / 10 / 300 * 1000
    assert battery(charged=12, displaced=even)["total"] == pytest.approx(0, abs=1e-9)
    assert battery(charged=12, displaced=even - 1)["total"] > 0 > battery(charged=12, displaced=even + 1)["total"]


def machines(given_up: int, remaining: int = 50, share: float = 0.3) -> dict[str, tuple[float, float]]:
    found = consolidation(
        100,
        remaining,
        given_up,
        q("u", share),
        q("idle", 100),
        q("full", 300),
        q("pue", 1.2),
        q("g", 500),
        q("e", 1200),
        q("a", 4),
    )
    return {row.measure: (row.before, row.after) for row in found.rows}


def test_half_the_machines_by_the_linear_power_model() -> None:
    found = machines(given_up=50)
    # 100 at 30 %: 100 + 0.3 x 200 = 160 W; 50 at 60 %: 220 W; a year of 8,760 h at PUE 1.2
    assert found["energy"] == (pytest.approx(100 * 160 * 8.76 * 1.2), pytest.approx(50 * 220 * 8.76 * 1.2))
    assert found["embodied"] == (100 * 300, 50 * 300)
    assert machines(given_up=0)["embodied"] == (30_000, 30_000)  # what is only switched off was made all the same
    with pytest.raises(PlanningError, match=r"would run at 120%.*at least 34 machines"):
        machines(given_up=0, remaining=25)
    with pytest.raises(PlanningError, match="given_up"):
        machines(given_up=51)


def test_shifting_keeps_the_energy_and_shares_the_error_of_the_intensities() -> None:
    found = shifting(8_000_000, 6_000_000, 24_000, q("off", 1, 0.8, 1.25))
    assert found.row("energy").relation == "same"
    assert found.row("total").difference == -2000
    assert found.row("total").relation == "lower"


def test_every_fact_has_a_range_a_source_and_a_licence_class() -> None:
    assert len(facts()) >= 8
    for each in facts().values():
        assert each.low <= each.value <= each.high
        assert len(each.source) > 40
        assert each.licence_class in ("open", "cite-only")
    assert fact("battery.round_trip_efficiency").licence_class == "open"
    with pytest.raises(PlanningError, match="expected one of"):
        fact("battery.magic")


FILE = """\
[now]
it_kwh = {value = 1000000, low = 950000, high = 1050000, source = "meter"}
pue = 1.4
g_per_kwh = {value = 400, low = 360, high = 440, source = "grid operator"}
refrigerant = {gas = "refrigerant.r410a", charge_kg = 200, leak_per_year = {fact = "refrigerant.leak_per_year"}}

[[what_if]]
kind = "load"
name = "liquid"
it_ratio = {fact = "cooling.liquid_it_ratio"}
pue_ratio = {fact = "cooling.liquid_pue_ratio"}
refrigerant = {gas = "refrigerant.hfc_134a", charge_kg = 20, leak_per_year = 0.03}
"""


def test_a_file_is_read_and_the_gas_comes_from_the_pack(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(FILE, encoding="utf-8")
    (found,) = read_what_ifs(file, [builtin()], KNOWN_ON, "AR5")
    assert found.row("refrigerant").before == pytest.approx(200 * 0.03 * 1924)  # UK DESNZ 2023, AR5: R410A 1,924
    assert found.row("refrigerant").after == pytest.approx(20 * 0.03 * 1300)
    assert {"now.pue", "refrigerant.r410a", "cooling.liquid_it_ratio"} <= {each.name for each in found.assumed}
    assert sum(each.name == "now.g_per_kwh" for each in found.assumed) == 1
    for wrong, said in (
        ("pue = 1.4", "pue = 0.9"), ("pue = 1.4", "pua = 1.4"), ("[[what_if]]", "[[if]]"), ("r410a", "r999"), ('"load"', '"loud"'),
        ('"refrigerant.leak_per_year"}', '"leak"}'),
    ):  # fmt: skip
        file.write_text(FILE.replace(wrong, said), encoding="utf-8")
        with pytest.raises(PlanningError, match=r"plan\.toml"):
            read_what_ifs(file, [builtin()], KNOWN_ON)
