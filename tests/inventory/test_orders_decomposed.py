"""Why the service row changed: volume, mix, efficiency and grid add up exactly, whatever appears, vanishes or is 0."""

from __future__ import annotations

import datetime as dt
import decimal
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_cases import DAY, Row, entry, measured, only, order, shared

from leafmark.inventory.book import InventoryError
from leafmark.inventory.orders import decompose as module
from leafmark.inventory.orders.compare import Change, compare, select
from leafmark.inventory.orders.decompose import EFFECTS, Ints, Side, decompose

LAST_YEAR = DAY - dt.timedelta(days=365)
YEAR = dt.timedelta(days=200)


def side(*terms: tuple[int, int, int], orders: int | None = None) -> Side:
    """Terms (orders of the cell, amount, micrograms), each in a cell of its own unless `orders` says otherwise."""
    table = np.array(terms, np.int64).reshape(-1, 3)
    return Side(int(table[:, 0].sum()) if orders is None else orders, table[:, 0], table[:, 1], table[:, 2])


def parts(before: Side, after: Side, separated: bool = True) -> dict[str, int]:
    effects = decompose(before, after, np.full(len(before.ug), separated))
    assert (effects.sum(axis=1) == after.ug - before.ug).all()
    return {name: int(effects[:, at].sum()) for at, name in enumerate(EFFECTS)}


def test_two_cells_by_hand() -> None:
    """The form of Ang's guides: activity 50 -> 80, the two sectors' amounts 30 -> 40 and 20 -> 16, on a constant factor (kg).

    L1 = 10 / ln(40/30) = 34.761, L2 = -4 / ln(16/20) = 17.926; volume = (L1 + L2) ln(80/50) = 24.763, mix = L1 ln(.5/.2) + L2 ln(.5/.8) =
    23.426, efficiency = L1 ln(1/3) + L2 ln(.4/.5) = -42.188; they add up to 6.
    """
    kg = 10**9
    before, after = side((10, 30, 30 * kg), (40, 20, 20 * kg)), side((40, 40, 40 * kg), (40, 16, 16 * kg))
    found = parts(before, after)
    assert sum(found.values()) == 6 * kg
    expected = {"volume": 24.763, "mix": 23.426, "efficiency": -42.188, "grid": 0.0, "unseparated": 0.0}
    assert {name: round(value / kg, 3) for name, value in found.items()} == expected


COUNTS = st.integers(0, 10**9)
TERM = st.tuples(
    COUNTS, st.one_of(st.just(0), st.integers(0, 10**15)), st.one_of(st.just(0), st.integers(-(10**9), 10**17))
)


@st.composite
def two_sides(draw: st.DrawFn) -> tuple[Side, Side, Any]:
    """Up to six terms; a cell without orders has no grams."""
    count = draw(st.integers(1, 6))
    sides = []
    for _ in range(2):
        terms = [draw(TERM) for _ in range(count)]
        sides.append(side(*((n, a if n else 0, ug if n else 0) for n, a, ug in terms)))
    return sides[0], sides[1], np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)))


@given(two_sides(), st.booleans())
def test_effects_add_up_term_by_term_whatever_is_0(drawn: tuple[Side, Side, Any], by_order: bool) -> None:
    before, after, separated = drawn
    effects = decompose(before, after, separated, by_order)
    assert (effects.sum(axis=1) == after.ug - before.ug).all()
    assert not by_order or not effects[:, 0].any()


@given(two_sides())
def test_back_is_the_way_there_with_the_other_sign(drawn: tuple[Side, Side, Any]) -> None:
    """LMDI's time reversal; what rounding leaves may stand in another effect."""
    before, after, separated = drawn
    there, back = decompose(before, after, separated), decompose(after, before, separated)
    size = np.abs(before.ug).astype(float) + np.abs(after.ug)
    assert (np.abs(there + back) <= 4 + size[:, None] * 1e-12).all()


def slowly(before: list[Fraction], after: list[Fraction]) -> list[float]:
    """LMDI-I of one term from its factors (orders, share, activity, factor), as the papers write it, to 60 digits."""
    with decimal.localcontext(prec=60):
        logs = [
            (Decimal(b.numerator) * a.denominator / b.denominator / a.numerator).ln()
            for a, b in zip(before, after, strict=True)
        ]
        one, two = (Decimal(p.numerator) / p.denominator for p in (math.prod(before), math.prod(after)))
        mean = one if one == two else (two - one) / (two / one).ln()
        return [float(mean * log) for log in logs]


POSITIVE = st.tuples(st.integers(1, 10**6), st.integers(1, 10**9), st.integers(1, 10**15))


@given(st.lists(st.tuples(POSITIVE, POSITIVE), min_size=1, max_size=5))
def test_the_papers_formula_agrees(terms: list[tuple[tuple[int, int, int], tuple[int, int, int]]]) -> None:
    before, after = side(*(one for one, _ in terms)), side(*(two for _, two in terms))
    effects = decompose(before, after, np.ones(len(terms), bool))
    for at, pair in enumerate(terms):
        factors = [
            [Fraction(each.orders), Fraction(n, each.orders), Fraction(a, n), Fraction(ug, a)]
            for each, (n, a, ug) in zip((before, after), pair, strict=True)
        ]
        expected = slowly(*factors)
        tolerance = 4 + 1e-12 * max(*map(abs, expected), *map(float, pair[0]), *map(float, pair[1]))
        assert all(abs(int(found) - value) <= tolerance for found, value in zip(effects[at], expected, strict=False))


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ((0, 0, 0), (10, 5, 100), "mix"),  # a warehouse opens; the other cell is as it was
        ((10, 5, 100), (0, 0, 0), "mix"),
        ((10, 0, 0), (10, 5, 100), "efficiency"),  # packing where there was none
        ((10, 5, 0), (10, 5, 100), "grid"),  # power of 0 g no more
        ((10, 5, 100), (10, 5, 0), "grid"),
        ((10, 5, -50), (10, 5, 100), "grid"),  # a credit that becomes a burden
        ((10, 0, 50), (10, 5, 100), "unseparated"),  # grams of no amount
    ],
)
def test_what_appears_or_vanishes_is_of_the_factor_that_was_0(
    before: tuple[int, int, int], after: tuple[int, int, int], effect: str
) -> None:
    """All orders are as many in both years, so nothing is volume."""
    found = parts(side(before, orders=100), side(after, orders=100))
    assert {name: value for name, value in found.items() if value} == {effect: after[2] - before[2]}


def test_an_effect_past_what_is_counted_is_refused() -> None:
    with pytest.raises(InventoryError, match="smaller parts"):
        parts(side((1, 1, 10**18)), side((10**9, 10**9, 10**18)))


def test_a_first_year_is_volume() -> None:
    assert parts(side((0, 0, 0)), side((10, 5, 100)))["volume"] == 100


def festival(
    day: dt.date, orders: int, kwh: float, grid: float, tonne_km: float, lorry: float, board_kg: float
) -> tuple[list[Row], ...]:
    """A festival of equal orders from one warehouse: amounts per order, kg CO2e per kWh, tonne-km and (1 kg/kg) board."""
    names = [f"{day.year}-{at:04}" for at in range(orders)]
    methods = (("cloud.compute", kwh, grid), ("freight.tonne_km", tonne_km, lorry), ("parcel.packaging", board_kg, 1.0))
    placed = [order(name, day=day, festival="11.11") for name in names]
    entries = [
        entry(name, round(amount * rate * 1e9), method_id=method) for name in names for method, amount, rate in methods
    ]
    amounts = [
        {"order_id": name, "method_id": method, "amount": amount} for name in names for method, amount, _ in methods
    ]
    return placed, entries, amounts


def years(*festivals: tuple[list[Row], ...]) -> Change:
    orders, entries, amounts = ([row for each in festivals for row in each[at]] for at in range(3))
    cells = measured(orders, entries, amounts=amounts)
    return compare(select(cells, until=DAY - YEAR), select(cells, first=DAY - YEAR))


def test_the_festival_whose_orders_were_18_percent_lighter() -> None:
    """By construction, kg an order: before 1 kWh x 0.1 + 2 t-km x 0.15 + 0.1 kg x 1 = 0.5; after 0.8 x 0.1 + 1.6 x 0.15 + 0.09 = 0.41.

    All of it is efficiency; half as many orders again came, and that is volume; neither mix nor grid moved.
    """
    change = years(festival(LAST_YEAR, 100, 1.0, 0.1, 2.0, 0.15, 0.1), festival(DAY, 150, 0.8, 0.1, 1.6, 0.15, 0.09))
    assert (change.before_ug, change.after_ug) == (50 * 10**9, round(61.5 * 10**9))
    assert change.per_order == pytest.approx(-0.18, abs=1e-12)
    assert change.per_million == {
        "before": 500_000 * 10**9, "after": 410_000 * 10**9, "mix": 0, "efficiency": -90_000 * 10**9, "grid": 0, "unseparated": 0,
    }  # fmt: skip
    assert sum(change.parts.values()) == change.after_ug - change.before_ug
    assert change.parts["mix"] == change.parts["grid"] == change.parts["unseparated"] == 0
    assert change.parts["volume"] > 0 > change.parts["efficiency"]
    assert change.assessed == (1.0, 1.0)


def test_the_same_18_percent_by_a_cleaner_grid_alone() -> None:
    """0.5 kg of power, 0.5 of transport: power at 64 % of its rate makes the order 18 % lighter."""
    change = years(festival(LAST_YEAR, 10, 1.0, 0.5, 2.0, 0.25, 0.0), festival(DAY, 10, 1.0, 0.32, 2.0, 0.25, 0.0))
    assert change.per_order == pytest.approx(-0.18)
    assert {name: value for name, value in change.parts.items() if value} == {"grid": -round(1.8e9)}


def test_a_shift_between_warehouses_is_mix() -> None:
    def year(day: dt.date, far: int) -> tuple[list[Row], ...]:
        names = [(f"{day.year}-{at}", "far" if at < far else "near") for at in range(100)]
        rate = {"far": 2.0, "near": 1.0}
        return (
            [order(name, day=day, warehouse=place) for name, place in names],
            [entry(name, round(rate[place] * 10**6)) for name, place in names],
            [{"order_id": name, "method_id": "freight.tonne_km", "amount": rate[place]} for name, place in names],
        )

    change = years(year(LAST_YEAR, 80), year(DAY, 20))
    assert change.parts == {"volume": 0, "mix": -60 * 10**6, "efficiency": 0, "grid": 0, "unseparated": 0}


def test_without_amounts_efficiency_and_grid_are_not_told_apart() -> None:
    cells = measured([order("1", day=LAST_YEAR), order("2")], [entry("1", 100), entry("2", 82)])
    change = compare(select(cells, until=DAY), select(cells, first=DAY))
    assert change.parts == {"volume": 0, "mix": 0, "efficiency": 0, "grid": 0, "unseparated": -18}
    assert change.per_order == pytest.approx(-0.18)


@pytest.mark.parametrize("lacking", [None, "absent"])
def test_amounts_of_some_entries_alone_tell_nothing_apart(lacking: str | None) -> None:
    """Four equal orders; of one the amount is not told: that is no order of half the kWh on a grid twice as dirty."""
    placed = [order(name, day=LAST_YEAR if name in "12" else DAY) for name in "1234"]
    told: list[Row] = [{"order_id": name, "method_id": "freight.tonne_km", "amount": 1.0} for name in "123"]
    if lacking is None:
        told.append({"order_id": "4", "method_id": "freight.tonne_km", "amount": None})
    cells = measured(placed, [entry(name, 1000) for name in "123"] + [entry("4", 1100)], amounts=told)
    change = compare(select(cells, until=DAY), select(cells, first=DAY))
    assert change.parts == {"volume": 0, "mix": 0, "efficiency": 0, "grid": 0, "unseparated": 100}
    flag = only(cells.flags)
    assert (flag["reason"], flag["activity_id"], flag["effect"]) == ("missing_value", "4", "doubted")
    nothing = measured(placed, [entry(name, 1000) for name in "123"] + [entry("4", 0)], amounts=told)
    assert not nothing.flags.num_rows  # 0 g need no amount


def test_shared_grams_without_their_amount_beside_others_with_it() -> None:
    placed = [order("1", day=LAST_YEAR), order("2"), order("3", day=DAY + dt.timedelta(days=1))]
    power = [
        shared("a", 100, day=LAST_YEAR, amount=1.0),
        shared("b", 100, amount=1.0),
        shared("c", 100, day=DAY + dt.timedelta(days=1)),
    ]
    cells = measured(placed, [], power)
    change = compare(select(cells, until=DAY), select(cells, first=DAY))
    assert (change.parts["efficiency"], change.parts["grid"], sum(change.parts.values())) == (0, 0, 100)
    assert [flag["activity_id"] for flag in cells.flags.to_pylist()] == ["c"]


def test_a_span_without_orders_says_so() -> None:
    cells = measured([order()], [entry()])
    with pytest.raises(InventoryError, match=r"no orders \(festival 618\)"):
        select(cells, festival="618")


def test_the_sum_sees_effects_that_are_only_rounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutant: what rounding leaves over is nobody's."""
    before, after = side((3, 7, 1000), (5, 11, 2001)), side((4, 9, 1777), (9, 5, 1501))
    parts(before, after)
    seen = []

    def only_rounded(effects: Any, change: Ints) -> Ints:
        seen.append(change)
        return np.floor(effects).astype(np.int64)

    monkeypatch.setattr(module, "_rounded", only_rounded)
    with pytest.raises(AssertionError):
        parts(before, after)
    assert seen
