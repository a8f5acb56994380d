"""Expected uses from return rate and cap, and the return rate from a book in which boxes are still out."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from reuse_rows import POOL, book, happened

from leafmark.parcels.reuse import expected_use_count, measured_return_rate, rate_needed
from leafmark.parcels.reuse.uses import counted_return_rate, wilson

Columns = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]
RATES = st.floats(0, 1)
CAPS = st.integers(1, 400)


@given(RATES, CAPS)
def test_expected_uses_are_the_sum_of_the_chances_of_each_use(rate: float, cap: int) -> None:
    plain = math.fsum(rate**k for k in range(cap))
    assert expected_use_count(rate, cap) == pytest.approx(plain, rel=1e-9)


@example(0.75, 1)  # 1 - 1e-16 by the formula alone
@given(st.floats(0, 0.999), CAPS)
def test_a_cap_and_the_return_rate_bound_the_uses(rate: float, cap: int) -> None:
    found = expected_use_count(rate, cap)
    assert 1 <= found <= min(cap, expected_use_count(rate)) * (1 + 1e-12)
    assert found <= expected_use_count(rate, cap + 1) * (1 + 1e-12)


@given(st.floats(0, 0.98), st.floats(0, 0.98), CAPS)
def test_more_come_back_more_uses(one: float, other: float, cap: int) -> None:
    low, high = sorted((one, other))
    assert expected_use_count(low, cap) <= expected_use_count(high, cap) * (1 + 1e-12)


def test_uses_lived_through_are_the_formula() -> None:
    """Sixty thousand boxes drawn one use after the other."""
    drawn = random.Random(11)
    for rate, cap in ((0.75, None), (0.9, 20), (0.98, 50), (0.5, 2)):
        total = 0
        for _ in range(60_000):
            uses = 1
            while drawn.random() < rate and (cap is None or uses < cap):
                uses += 1
            total += uses
        assert total / 60_000 == pytest.approx(expected_use_count(rate, cap), rel=0.02)


def test_three_quarters_back_are_four_uses() -> None:
    """Published: with 75 % returned a bag is used for four outbound shipments on average (Returnity, packagingrevolution.net)."""
    assert expected_use_count(0.75) == 4
    assert expected_use_count(0.9) == pytest.approx(10)
    assert expected_use_count(1, 50) == 50
    assert expected_use_count(0, 50) == 1


@pytest.mark.parametrize(("rate", "cap"), [(1.0, None), (-0.1, 5), (1.1, 5), (float("nan"), 5), (0.5, 0)])
def test_what_has_no_answer_says_so(rate: float, cap: int | None) -> None:
    with pytest.raises(ValueError, match=r"return_rate|use_cap"):
        expected_use_count(rate, cap)


@given(st.floats(1.001, 300), CAPS)
def test_the_rate_needed_gives_the_uses_needed(uses: float, cap: int) -> None:
    found = rate_needed(uses, cap)
    if found is None:
        assert uses > cap
    else:
        assert expected_use_count(found, cap) == pytest.approx(uses, rel=1e-6)
    assert expected_use_count(rate_needed(uses) or 0.0) == pytest.approx(uses)


@pytest.mark.parametrize(
    ("seen", "number", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_range_is_the_published_one(seen: int, number: int, low: float, high: float) -> None:
    """Newcombe 1998 (Statistics in Medicine 17, 857), table I, method 3."""
    assert wilson(seen / number, number) == pytest.approx((low, high), abs=5e-5)


WEEKS = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def arrays(back: list[tuple[int, int]], out: list[int], lost: Sequence[tuple[int, int]] = ()) -> Columns:
    """(went out, came back, given up) from (day out, day back), days out, (day out, day given up)."""
    rows = [(a, b, -1) for a, b in back] + [(a, -1, -1) for a in out] + [(a, -1, b) for a, b in lost]
    table = np.asarray(rows, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def test_the_rate_is_kaplan_and_meiers_on_the_published_remission_times() -> None:
    """Freireich 1963, 6-MP group, as in every textbook: S(23) = 0.448, Greenwood's standard error 0.1346."""
    back = [(100 - w - 40, 100 - 40) for w in WEEKS]  # back after w, and known to this day
    out = [100 - w for w in CENSORED]  # still out, watched for w
    rate = measured_return_rate(*arrays(back, out), 100, 90)
    assert rate is not None
    assert 1 - rate.rate == pytest.approx(0.448, abs=5e-4)
    assert rate.worth == pytest.approx(0.448 * 0.552 / 0.1346**2, rel=5e-3)
    assert (rate.uses, rate.returned, rate.out, rate.watched_days) == (21, 9, 12, 35)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 9))
def test_where_nothing_is_censored_it_is_the_plain_share(back: int, lost: int, late: int) -> None:
    assume(back + lost + late)
    rows = arrays([(0, 5)] * back + [(0, 50)] * late, [], [(0, 3)] * lost)
    rate = measured_return_rate(*rows, 400, 30)
    assert rate is not None
    number = back + lost + late
    assert rate.rate == pytest.approx(back / number)
    assert rate.worth == pytest.approx(number)
    assert (rate.low, rate.high) == pytest.approx(wilson(back / number, number))
    assert (rate.returned, rate.lost, rate.late, rate.out) == (back, lost, late, 0)


def book_of(drawn: random.Random, uses: int, on_day: int) -> Columns:
    """Uses going out evenly up to a day; 80 % come back after 1 to 40 days, the others never, and nobody says so."""
    rows = []
    for _ in range(uses):
        day = drawn.randrange(on_day)
        back = day + 1 + drawn.randrange(40) if drawn.random() < 0.8 else -1
        rows.append((day, back if 0 <= back <= on_day else -1, -1))
    table = np.asarray(rows, np.int64)
    return table[:, 0], table[:, 1], table[:, 2]


def test_boxes_still_out_do_not_bend_the_rate_and_simpler_counts_do() -> None:
    """Sixty days of a growing pool, of which the last forty are open."""
    rates, all_out_lost, decided = [], [], []
    for seed in range(30):
        out, back, lost = book_of(random.Random(seed), 1_000, 60)
        found = measured_return_rate(out, back, lost, 60, 40)
        assert found is not None
        assert found.uses == found.returned + found.late + found.lost + found.out
        rates.append(found.rate)
        all_out_lost.append(found.returned / found.uses)
        decided.append(found.returned / (found.returned + found.lost))
    assert np.mean(rates) == pytest.approx(0.8, abs=0.01)
    assert np.mean(all_out_lost) < 0.65, "boxes out since yesterday are no losses"
    assert np.mean(decided) > 0.85, "of what went out lately only the quick ones are back"


def test_its_range_holds_the_truth_in_nineteen_of_twenty() -> None:
    held = 0
    for seed in range(200):
        found = measured_return_rate(*book_of(random.Random(1_000 + seed), 150, 60), 60, 40)
        assert found is not None
        held += found.low <= 0.8 <= found.high
    assert 180 <= held <= 200


def test_how_long_a_box_may_be_out_is_the_pools_own() -> None:
    rows = happened("0 buy, 1 issue, 21 return, 22 clean, 23 issue, 80 return")
    rate = {days: book([POOL | {"lost_after_days": days}], rows).pool("totes").rate for days in (10, 30, 60)}
    assert {days: (each.rate, each.late) for days, each in rate.items() if each} == {
        10: (0, 2),
        30: (0.5, 1),
        60: (1, 0),
    }


def test_counts_take_what_is_out_for_lost_and_say_so_in_the_range() -> None:
    rate = counted_return_rate(100, 80, 5, 90)
    assert rate is not None
    assert (rate.rate, rate.out) == (0.8, 15)
    assert rate.low < 0.8 < 0.95 < rate.high
    assert counted_return_rate(0, 0, 0, 90) is None


def test_boxes_taken_out_of_use_below_the_cap_are_uses_not_had() -> None:
    """Ten boxes come back from every use; five are then retired: half of what comes back goes on."""
    rows = [
        row
        for n in range(10)
        for row in happened("0 buy, 1 issue, 2 return, 3 " + ("retire" if n < 5 else "clean"), f"b{n}")
    ]
    pool = book([POOL], rows).pool("totes")
    assert pool.fit_rate == 0.5
    assert pool.use_count == pytest.approx(expected_use_count(0.5, 50))
    at_cap = book([POOL | {"use_cap": 1}], rows).pool("totes")
    assert at_cap.fit_rate == 1.0, "retired at its cap is no loss"


def test_uses_past_the_cap_are_told() -> None:
    rows = happened("0 buy, 1 issue, 2 return, 3 clean, 4 issue, 5 return, 6 clean, 7 issue")
    measured = book([POOL | {"use_cap": 2}], rows).pool("totes").measured
    assert measured is not None
    assert (measured.uses, measured.uses_past_cap) == (3, 1)
