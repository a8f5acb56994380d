"""Grams a use by hand, break-even against a plain count, and `never` with its reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reuse_rows import BOARD, POOL, PP, book, happened

import leafmark.parcels.reuse.grams as grams
from leafmark.parcels.decision import packaging_co2e_mg
from leafmark.parcels.reuse import (
    NEVER,
    BreakEven,
    Pool,
    as_carton_columns,
    break_even,
    content,
    expected_use_count,
    grams_per_use,
)
from leafmark.parcels.tables import CARTON_KINDS, CARTONS_SCHEMA

D = Decimal
PP_KG, BOARD_KG = D("2.57757172"), D("1.19972542")  # DESNZ 2025, as their publisher prints them
VAN_TKM = D("0.6313") + D("0.15095")
GRID_KWH = D("0.177") + D("0.0459") + D("0.01853") + D("0.00397")
WATER_M3 = D("0.1913") + D("0.17088")
LANDFILL_PP, LANDFILL_BOARD = D("0.00898311"), D("1.1644894")


def pool(**changes: Any) -> Pool:
    found = book([POOL | {"return_rate": 0.9} | changes], gwp="AR5")
    assert found.refused.num_rows == 0, found.refused.to_pylist()
    return found.pools[0]


def near(found_g: float, kg: Decimal, lines: int) -> None:
    """Each line is rounded once to a microgram."""
    assert abs(found_g - float(kg * 1000)) <= (lines + 1) * 1e-6, (found_g, kg)


def test_grams_of_a_use_by_hand() -> None:
    """Arithmetic of the test's own: Decimal, the publisher's figures."""
    uses = (1 - D("0.9") ** 50) / (1 - D("0.9"))
    each = D("0.8") * 30 / 1000 * VAN_TKM + D("0.02") * GRID_KWH
    near(grams_per_use(pool()), D("0.8") * PP_KG / uses + each, 3)
    near(grams_per_use(pool(), 1), D("0.8") * PP_KG + each, 3)
    near(pool().single_use_ug / 1e6, D("0.3") * BOARD_KG, 1)


def test_all_parts_of_a_use_by_hand() -> None:
    found = pool(
        water_l=3, repair_kg=0.05, repairs_per_use=0.1, use_cap=20,
        end_of_life_key="waste.landfill.plastic_pp", single_use_end_of_life_key="waste.landfill.corrugated_board",
    )  # fmt: skip
    uses = (1 - D("0.9") ** 20) / (1 - D("0.9"))
    once = D("0.8") * (PP_KG + LANDFILL_PP)
    each = (
        D("0.8") * 30 / 1000 * VAN_TKM + D("0.02") * GRID_KWH + D("0.003") * WATER_M3 + D("0.05") * D("0.1") * PP_KG
    )  # fmt: skip
    near(grams_per_use(found), once / uses + each, 7)
    near(found.single_use_ug / 1e6, D("0.3") * (BOARD_KG + LANDFILL_BOARD), 2)
    assert len(found.lines) == 9
    by_events = book(
        [POOL | {"repair_kg": 0.05}], happened("0 buy, 1 issue, 2 return, 2 repair, 3 clean, 4 issue"), gwp="AR5"
    ).pools[0]
    repair = next(line for line in by_events.lines if line.name == "repair")
    assert repair.amount == pytest.approx(0.05 / 2), "one repair in two uses"


WHOLE = st.integers(0, 2_000)


@given(WHOLE, WHOLE, WHOLE, st.one_of(st.none(), st.integers(1, 60)), st.one_of(st.none(), st.floats(0, 0.99)))
def test_break_even_is_what_a_plain_count_finds(
    making: int, each: int, single: int, cap: int | None, rate: float | None
) -> None:
    found = break_even(making, each, single, cap, rate)
    counted = next((n for n in range(1, 2_100) if making + each * n <= single * n), None)
    assert found.use_count == counted
    uses = None if rate is None else expected_use_count(rate, cap)
    pays = counted is not None and (cap is None or counted <= cap)
    if uses is not None and pays:
        least = making - uses * (single - each)
        if abs(least) > 1e-6:
            pays = least <= 0
            assert (found.never is None) == pays
    elif uses is None:
        assert (found.never is None) == pays


@given(st.integers(1, 10**12), st.integers(0, 10**12), st.integers(1, 10**12))
def test_it_is_the_least_such_number(making: int, each: int, single: int) -> None:
    found = break_even(making, each, single)
    if found.use_count is None:
        assert single <= each
    else:
        n = found.use_count
        assert making + each * n <= single * n
        assert n == 1 or making + each * (n - 1) > single * (n - 1)


@pytest.mark.parametrize(
    ("making", "each", "single", "cap", "rate", "never", "count"),
    [
        (1000, 100, 100, None, None, "marginal_not_below", None),
        (1000, 120, 100, 50, 0.99, "marginal_not_below", None),
        (1000, 50, 100, 19, 0.99, "past_cap", 20),
        (1000, 50, 100, 50, 0.9, "past_reach", 20),
        (1000, 50, 100, 20, 0.97, "past_expected", 20),
        (1000, 50, 100, 20, 1.0, None, 20),
        (1000, 50, 100, None, 0.95, None, 20),
        (0, 100, 100, 1, 0.0, None, 1),
    ],
)
def test_never_has_its_reason(
    making: float, each: float, single: float, cap: int | None, rate: float | None, never: str | None, count: int | None
) -> None:  # fmt: skip
    found = break_even(making, each, single, cap, rate)
    assert (found.never, found.use_count) == (never, count)
    assert never is None or never in NEVER


def test_a_seeded_fault_in_break_even_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounded down instead of up, the number found would not be enough."""
    monkeypatch.setattr(grams.math, "ceil", lambda value: int(value))
    found: BreakEven = grams.break_even(1000, 50, 130)
    assert found.use_count == 12
    assert 1000 + 50 * 12 > 130 * 12


def test_a_pool_says_why_it_never_pays() -> None:
    far = pool(return_km=600.0)
    assert far.even.never == "marginal_not_below"
    assert (
        content(book([POOL | {"return_rate": 0.9, "return_km": 600.0}]))["pools"][0]["break_even"]["why_never"]
        == NEVER["marginal_not_below"]
    )
    assert pool(use_cap=5).even.never == "past_cap"
    assert pool(return_rate=0.7).even.never == "past_reach"
    assert pool(use_cap=7, return_rate=0.9).even.never == "past_expected"
    paying = pool()
    assert paying.even == BreakEven(7, paying.even.use_count_exact, None)
    assert paying.rate_needed is not None
    assert pool(return_rate=paying.rate_needed + 1e-6).even.never is None
    assert pool(return_rate=paying.rate_needed - 1e-3).even.never == "past_reach"


def test_ranges_hold_the_figure_and_a_shared_factor_is_drawn_once() -> None:
    found = pool()
    assert found.compared is not None
    for span in (found.compared.reusable, found.compared.single_use, found.compared.avoided):
        assert span.low_ug < span.co2e_ug < span.high_ug
    assert found.compared.verdict == "lower"
    assert found.compared.break_even_low is not None
    assert found.compared.break_even_low <= 7 <= (found.compared.break_even_high or 99)
    same = pool(material=BOARD, box_kg=0.9, single_use_kg=0.3, return_km=0.0, cleaning_kwh=0.0, return_rate=0.67)
    assert same.compared is not None
    assert same.compared.lower_share == 1.0, (
        "3.03 uses of threefold board: however far board's factor errs, it errs on both sides"
    )
    assert (same.compared.break_even_low, same.compared.break_even_high) == (3, 3)
    other = pool(
        material=PP,
        box_kg=0.9 * 1.19972542 / 2.57757172,
        single_use_kg=0.3,
        return_km=0.0,
        cleaning_kwh=0.0,
        return_rate=0.67,
    )
    assert other.compared is not None
    assert other.compared.verdict == "not_told_apart", "with factors of their own the same figures cannot be told apart"


def test_few_events_make_a_wide_range_of_uses() -> None:
    def life(n: int) -> list[dict[str, Any]]:
        rows = [row for k in range(n) for row in happened("0 buy, 1 issue, 4 return, 5 clean", f"b{k}")]
        return rows + [row for k in range(n // 4) for row in happened("0 buy, 1 issue, 40 loss", f"l{k}")]

    few, many = (book([POOL], life(n)).pool("totes") for n in (8, 800))
    assert few.use_count == pytest.approx(many.use_count)
    assert few.use_count_low is not None
    assert few.use_count_high is not None
    assert many.use_count_low is not None
    assert many.use_count_high is not None
    assert few.use_count_low < many.use_count_low < 5 < many.use_count_high < few.use_count_high
    assert few.compared is not None
    assert many.compared is not None
    assert (
        few.compared.reusable.high_ug - few.compared.reusable.low_ug
        > many.compared.reusable.high_ug - many.compared.reusable.low_ug
    )


def test_a_tote_of_the_cartons_table_costs_the_packer_what_a_use_costs_the_pool() -> None:
    for changes in ({}, {"water_l": 3, "repair_kg": 0.05, "repairs_per_use": 0.1},
                    {"end_of_life_key": "waste.landfill.plastic_pp", "single_use_end_of_life_key": "waste.landfill.corrugated_board"}):  # fmt: skip
        found = pool(**changes)
        columns = as_carton_columns(found)
        assert set(columns) <= set(CARTONS_SCHEMA.names)
        assert columns["kind"] in CARTON_KINDS
        assert columns["use_count"] == found.use_count
        decided = packaging_co2e_mg(columns["tare_g"], float(PP_KG), columns["use_count"], columns["return_co2e_mg"])
        assert decided == pytest.approx(grams_per_use(found) * 1000, abs=1)


def test_a_pool_nobody_has_watched_has_no_figure_and_is_no_zero() -> None:
    found = book([{name: value for name, value in POOL.items() if name != "use_cap"}]).pools[0]
    assert (found.use_count, found.compared, found.rate, found.measured) == (None, None, None, None)
    assert found.even.use_count == 7, "how many uses it takes does not hang on how many there are"
    plain = content(book([POOL]))["pools"][0]
    assert plain["grams_per_use"] is None
    assert plain["single_use"]["co2e_g"] > 0
    for wanted in (grams_per_use, as_carton_columns):
        with pytest.raises(ValueError, match="no expected uses"):
            wanted(found)


def test_a_zero_is_taken_as_it_stands() -> None:
    free = pool(return_km=0, cleaning_kwh=0)
    assert free.each_use_ug == 0
    assert [line.name for line in free.lines] == ["making of the box", "single use, making"]
