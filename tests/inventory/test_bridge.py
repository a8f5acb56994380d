"""A bridge's parts add up to the microgram, turn their sign with the years, and are Shapley's: held to an oracle in fractions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_inventory import lines, made

from leafmark.inventory.book import Inventory, InventoryError, sums
from leafmark.inventory.time import PARTS, bridge
from leafmark.inventory.time import bridge as bridge_room

G = 10**6


@dataclass(frozen=True)
class Held(Inventory):
    """An inventory in memory."""

    held: pa.Table = None

    def table(self, name: str) -> pa.Table:
        return self.held


def held(rows: list[dict[str, Any]], year: int = 2022, **record: Any) -> Held:
    return Held(
        Path(f"made-{year}"), {"year": year, "gwp": "AR5", "approach": "operational_control", **record}, lines(rows)
    )


def parts(before: Inventory, after: Inventory, **more: Any) -> dict[str, int]:
    return {name: ug for name, ug in bridge(before, after, "location", **more).total.parts.named().items() if ug}


AMOUNTS = st.one_of(st.none(), st.just(0.0), st.floats(1e-6, 1e9), st.integers(1, 1000).map(float))
ROWS = st.lists(
    st.fixed_dictionaries({
        "entity_id": st.sampled_from(["own", "other"]), "site_id": st.sampled_from("abc"), "key": st.sampled_from(["diesel", "petrol"]),
        "unit": st.sampled_from(["L", "L", "kWh", None]), "amount": AMOUNTS, "co2e_ug": st.integers(-(10**13), 10**17),
        "factor_id": st.sampled_from(["f1", "f2", "f@GB:ttw:2022", "f@GB:wtt:2022"]), "method_version": st.sampled_from([1, 1, 1, 2]), "activities": st.integers(1, 5),
        "scope": st.sampled_from([1, 2]), "statement": st.sampled_from(["both", "location", "market"]),
    }),
    max_size=12,
)  # fmt: skip


def adds_up_and_turns_its_sign(old: list[Any], new: list[Any], by: Any) -> None:
    before, after = held(old, 2022), held(new, 2023)
    there, back = (bridge(*pair, by, ("scope", "site_id")) for pair in ((before, after), (after, before)))
    for step in (there.total, *there.steps):
        assert step.before_ug + sum(step.parts.named().values()) == step.after_ug
    for end, table in ((there.total.before_ug, before.held), (there.total.after_ug, after.held)):
        found = sums(table, (), by)
        assert end == (found[()].co2e_ug if found else 0)
    assert {name: -ug for name, ug in back.total.parts.named().items()} == there.total.parts.named()
    assert {step.key: step.parts.named() for step in there.steps} == {
        step.key: {name: -ug for name, ug in step.parts.named().items()} for step in back.steps
    }
    for row in there.lines.to_pylist():
        assert row["before_ug"] + sum(row[f"{name}_ug"] for name in PARTS) == row["after_ug"]


@settings(max_examples=12)
@given(ROWS, ROWS, st.sampled_from(["location", "market"]))
def test_parts_of_any_two_inventories_add_up_and_turn_their_sign(old: list[Any], new: list[Any], by: Any) -> None:
    adds_up_and_turns_its_sign(old, new, by)


@pytest.mark.stress
@settings(max_examples=settings().max_examples * 3 // 2)
@given(ROWS, ROWS, st.sampled_from(["location", "market"]))
def test_parts_of_many_inventories_add_up_and_turn_their_sign(old: list[Any], new: list[Any], by: Any) -> None:
    adds_up_and_turns_its_sign(old, new, by)


CELLS = st.dictionaries(
    st.sampled_from("abcd"),
    st.tuples(st.integers(1, 10**6), st.integers(1, 10**12), st.sampled_from(["f1", "f2"])),
    max_size=4,
)


def by_orders(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Fraction]:
    """Shapley's value by its definition: the mean over all six orders in which amount, share and factor may move."""
    total = [Fraction(sum(cell[0] for cell in side.values())) for side in (before, after)]
    found: dict[str, Fraction] = defaultdict(Fraction)
    for site in {*before, *after}:
        ends = []
        for n, side in enumerate((before, after)):
            amount, ug, _ = side.get(site, (0, 0, ""))
            other = (after, before)[n].get(site)
            share = Fraction(amount) / total[n] if total[n] else None
            ends.append(
                [
                    total[n],
                    share,
                    Fraction(ug, amount) if amount else Fraction(other[1], other[0]) if other else Fraction(0),
                ]
            )
        for n in (0, 1):  # a group that is not there has the other year's shares
            if ends[n][1] is None:
                ends[n][1] = ends[1 - n][1]
        for order in permutations(range(3)):
            state = list(ends[0])
            for moved in order:
                was = state[0] * state[1] * state[2]
                state[moved] = ends[1][moved]
                found[("activity", "mix", "factor")[moved]] += (state[0] * state[1] * state[2] - was) / 6
    return found


@settings(max_examples=12)
@given(CELLS, CELLS)
def test_the_split_is_shapleys(old: dict[str, Any], new: dict[str, Any]) -> None:
    def rows(cells: dict[str, Any]) -> list[dict[str, Any]]:
        given_rows = [
            {"site_id": site, "amount": float(amount), "co2e_ug": ug, "factor_id": factor, "activities": 0}
            for site, (amount, ug, factor) in cells.items()
        ]
        return [
            *given_rows,
            {"site_id": "still", "template": "heat", "co2e_ug": 1},
        ]  # so that the entity is there in both

    found = bridge(held(rows(old)), held(rows(new), 2023), "location").total
    expected = by_orders(old, new)
    size = max([1, *(ug for _, ug, _ in (*old.values(), *new.values()))])
    for name in ("activity", "mix", "factor"):
        assert getattr(found.parts, name) == pytest.approx(float(expected[name]), abs=10 + 1e-9 * size)


def test_one_fuel_by_hand() -> None:
    """100 L at 3 g become 120 L at 2.75 g: activity 20 x 2.875 = 57.5 g, factor 110 x -0.25 = -27.5 g."""
    before = held([{"amount": 100.0, "co2e_ug": 300 * G}])
    after = held([{"amount": 120.0, "co2e_ug": 330 * G, "factor_id": "fuel.diesel@GB:direct:2024"}], 2023)
    assert parts(before, after) == {"activity": 57_500_000, "factor": -27_500_000}
    assert bridge(before, after, "location").lines["cause"].to_pylist() == ["vintage"]


def test_a_shift_to_another_grid_is_mix() -> None:
    """100 kWh move from 900 g to 100 g: nothing more is used and no factor changed, so -800 x 100 g are mix."""
    rows = [
        {"site_id": "coal", "amount": 200.0, "co2e_ug": 180_000 * G},
        {"site_id": "hydro", "amount": 100.0, "co2e_ug": 10_000 * G},
    ]
    moved = [
        {"site_id": "coal", "amount": 100.0, "co2e_ug": 90_000 * G},
        {"site_id": "hydro", "amount": 200.0, "co2e_ug": 20_000 * G},
    ]
    assert parts(held(rows), held(moved, 2023)) == {"mix": -80_000 * G}


def test_method_factor_and_revision_are_told_apart() -> None:
    def one(**more: Any) -> Held:
        return held([{"amount": 10.0, "co2e_ug": 50 * G, **more}], 2023)

    before = held([{"amount": 10.0, "co2e_ug": 40 * G}])
    for more, part, cause in (
        ({"method_version": 3}, "method", "method"),
        ({"factor_id": "fuel.diesel@GB:direct:2024"}, "factor", "vintage"),
        ({}, "factor", "revised"),
        ({"method_version": 3, "factor_id": "fuel.diesel@GB:direct:2024"}, "method", "method"),
    ):
        found = bridge(before, one(**more), "location")
        assert {name: ug for name, ug in found.total.parts.named().items() if ug} == {part: 10 * G}
        assert found.lines["cause"].to_pylist() == [cause]


def test_boundaries_lie_over_the_same_amount_and_one_that_comes_is_no_activity() -> None:
    """10 L count tank to wheel (2 g) and well to tank (1 g). A second version of the method that adds the latter moved no litre."""
    ttw, wtt = (
        {"amount": 10.0, "co2e_ug": n * 10 * G, "factor_id": f"fuel@GB:{name}:2022"}
        for name, n in (("ttw", 2), ("wtt", 1))
    )
    assert parts(
        held([ttw, wtt]),
        held([ttw | {"amount": 20.0, "co2e_ug": 40 * G}, wtt | {"amount": 20.0, "co2e_ug": 20 * G}], 2023),
    ) == {"activity": 30 * G}
    newer = [row | {"method_version": 3} for row in (ttw, wtt)]
    assert parts(held([ttw]), held(newer, 2023)) == {"method": 10 * G}
    assert parts(held(newer), held([ttw], 2023)) == {"method": -10 * G}
    assert parts(held([ttw]), held([ttw, wtt], 2023)) == {"factor": 10 * G}
    assert bridge(held([ttw]), held([ttw, wtt], 2023), "location").of_state("boundary")["cause"].to_pylist() == [
        "boundary"
    ]


def test_rounding_of_activities_is_no_change_of_a_factor() -> None:
    """3 L at 1/3 g are 1,000,000 ug, and as three lines of 333,333 ug each 999,999: the factor is the same."""
    before = held([{"amount": 3.0, "co2e_ug": 1_000_000}])
    after = held([{"amount": 6.0, "co2e_ug": 1_999_998, "activities": 6}], 2023)
    assert parts(before, after) == {"activity": 999_998}


def test_an_entity_of_one_year_is_structure_and_is_named() -> None:
    before = held([{"amount": 1.0, "co2e_ug": 5 * G}, {"entity_id": "sold", "amount": 1.0, "co2e_ug": 7 * G}])
    after = held([{"amount": 1.0, "co2e_ug": 5 * G}, {"entity_id": "bought", "amount": 2.0, "co2e_ug": 9 * G}], 2023)
    found = bridge(before, after, "location", ("entity_id",))
    assert parts(before, after) == {"structure": 2 * G}
    assert (found.began, found.ended) == (("bought",), ("sold",))
    assert [(step.key, step.parts.structure) for step in found.steps] == [
        (("bought",), 9 * G),
        (("own",), 0),
        (("sold",), -7 * G),
    ]


def test_without_an_amount_in_one_unit_nothing_is_guessed() -> None:
    before = held([{"amount": None, "co2e_ug": 5 * G}, {"site_id": "b", "amount": 2.0, "co2e_ug": 4 * G}])
    after = held(
        [{"amount": None, "co2e_ug": 8 * G}, {"site_id": "b", "amount": 2.0, "unit": "kg", "co2e_ug": 5 * G}], 2023
    )
    assert parts(before, after) == {"unsplit": 4 * G}


def test_new_and_gone_lines_are_named_and_lie_in_activity_and_mix() -> None:
    before = held([{"amount": 10.0, "co2e_ug": 10 * G}, {"site_id": "old", "amount": 10.0, "co2e_ug": 30 * G}])
    after = held([{"amount": 10.0, "co2e_ug": 10 * G}, {"site_id": "young", "amount": 10.0, "co2e_ug": 20 * G}], 2023)
    found = bridge(before, after, "location")
    assert found.of_state("new")["site_id"].to_pylist() == ["young"]
    assert found.of_state("gone")["site_id"].to_pylist() == ["old"]
    assert parts(before, after) == {"mix": -10 * G}


def test_the_two_statements_of_scope_2_are_bridged_apart() -> None:
    def year(market: int) -> list[dict[str, Any]]:
        common = {"scope": 2, "template": "electricity", "amount": 10.0}
        return [
            {**common, "statement": "location", "co2e_ug": 8 * G},
            {**common, "statement": "market", "key": "contract", "co2e_ug": market},
        ]

    before, after = held(year(8 * G)), held(year(0), 2023)
    assert bridge(before, after, "location").total.parts.change_ug == 0
    assert bridge(before, after, "market").total.parts.change_ug == -8 * G
    with pytest.raises(InventoryError, match="compared apart"):
        bridge(before, after, "both")  # type: ignore[arg-type]


def test_another_gwp_set_is_refused_until_named_and_then_told_apart() -> None:
    """1 kg of fossil methane is 28 kg by AR5 and 29.8 by AR6: 1.8 kg of the change is the set's, nothing else moved."""
    gas = dict.fromkeys(
        ("co2_ug", "ch4_fossil_ug", "ch4_biogenic_ug", "n2o_ug", "f_gases_ug", "other_ug", "unsplit_ug"), 0
    )
    before = held([{"amount": 1.0, "co2e_ug": 28_000 * G, "gases": {**gas, "ch4_fossil_ug": 28_000 * G}}])
    after = held(
        [{"amount": 1.0, "co2e_ug": 29_800 * G, "gases": {**gas, "ch4_fossil_ug": 29_800 * G}}], 2023, gwp="AR6"
    )
    with pytest.raises(InventoryError, match=r"made-2022 has gwp AR5, made-2023 AR6"):
        bridge(before, after, "location")
    found = bridge(before, after, "location", across=("gwp",))
    assert found.total.parts.gwp == pytest.approx(1_800 * G, abs=2)
    assert found.total.parts.change_ug == 1_800 * G
    assert found.gwp_untold_ug == 0
    unknown = held(
        [{"amount": 1.0, "co2e_ug": 29_800 * G, "gases": {**gas, "unsplit_ug": 29_800 * G}}], 2023, gwp="AR6"
    )
    assert bridge(before, unknown, "location", across=("gwp",)).gwp_untold_ug == 29_800 * G


def test_another_approach_and_a_wrong_word_are_refused() -> None:
    one = held([{"co2e_ug": 1}])
    with pytest.raises(InventoryError, match="approach"):
        bridge(one, held([{"co2e_ug": 1}], 2023, approach="equity_share"), "location")
    with pytest.raises(InventoryError, match="cut: expected of scope"):
        bridge(one, one, "location", ("colour",))


def test_an_empty_year_is_bridged() -> None:
    assert parts(held([]), held([{"amount": 1.0, "co2e_ug": 3}], 2023)) == {"structure": 3}
    assert parts(held([]), held([], 2023)) == {}


def test_folders_are_compared_and_a_total_beyond_64_bits_adds_up(tmp_path: Path) -> None:
    big = 9 * 10**18
    before = made(tmp_path / "a", [{"site_id": s, "amount": 1.0, "co2e_ug": big} for s in "abc"], 2022)
    after = made(tmp_path / "b", [{"site_id": s, "amount": 2.0, "co2e_ug": big - 1} for s in "abc"], 2023)
    found = bridge(before, after, "location")
    assert found.total.before_ug == 3 * big
    assert found.total.before_ug + found.total.parts.change_ug == 3 * big - 3


UNEVEN = (
    held([{"site_id": str(n), "amount": 3.0 + n, "co2e_ug": 1_000_003 + 77 * n, "factor_id": "a"} for n in range(7)]),
    held(
        [
            {"site_id": str(n), "amount": 4.0 + 3 * n, "co2e_ug": 1_234_567 + 991 * n * n, "factor_id": "b"}
            for n in range(7)
        ],
        2023,
    ),
)
"""Two years in which every line leaves something to rounding."""


def mutated(monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    sql = bridge_room.__globals__["LINES_SQL"]
    assert old in sql
    monkeypatch.setitem(bridge_room.__globals__, "LINES_SQL", sql.replace(old, new))


def test_a_mutant_that_loses_what_rounding_leaves_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    bridge(*UNEVEN, "location")
    mutated(monkeypatch, "THEN left_ug ELSE 0 END", "THEN 0 ELSE 0 END")
    with pytest.raises(AssertionError, match="does not add up"):
        bridge(*UNEVEN, "location")


def test_a_mutant_that_takes_the_old_years_factors_does_not_turn_its_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    def turned() -> bool:
        there, back = (bridge(*pair, "location").total.parts.named() for pair in (UNEVEN, UNEVEN[::-1]))
        return {name: -ug for name, ug in back.items()} == there

    assert turned()
    mutated(monkeypatch, "(q1 - q0) * ((s1 * f1 + s0 * f0) / 3 + (s1 * f0 + s0 * f1) / 6)", "(q1 - q0) * s0 * f0")
    assert not turned()
