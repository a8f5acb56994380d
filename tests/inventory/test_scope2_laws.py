"""Laws of matching: never more than the consumption, each certificate once, sums to the Wh, one more certificate never leaves more."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_cases import CHINA_2023, certificate, day, matched, slowly, used

from leafmark.inventory.scope2 import Matched, serving
from leafmark.inventory.scope2.serials import Register, parse

Row = dict[str, Any]
MONTHS = ("2022-12", "2023-01", "2023-06", "2023-12", "2024-01")
KWH = st.one_of(st.integers(0, 300).map(float), st.integers(0, 300_000).map(lambda wh: wh / 1000))


@st.composite
def consumptions(draw: st.DrawFn) -> list[Row]:
    """Up to eight groups of three sites in two entities and two countries."""
    rows = []
    for number in range(draw(st.integers(1, 8))):
        site = draw(st.sampled_from(["office", "depot", "shop"]))
        rows.append(used(
            f"g{draw(st.integers(0, 9))}{number}", draw(KWH), site_id=site, entity_id="sub" if site == "shop" else "own",
            region=draw(st.sampled_from(["CN-ZJ", "CN", "GB"])), month=day(draw(st.sampled_from(MONTHS))),
        ))  # fmt: skip
    return rows


@st.composite
def contracts(draw: st.DrawFn, number: int = 0, rates: tuple[float, ...] = (0.0,)) -> Row:
    """One sound contract, with serial numbers of its own."""
    first = draw(st.integers(0, 13))
    length = draw(st.integers(1, 14))
    start, end = 2022 * 12 + 11 + first, 2022 * 12 + 11 + first + length
    kind = draw(st.sampled_from(["certificate", "certificate", "supplier", "residual", "ppa"]))
    return certificate(
        f"c{number:02}", draw(KWH), kind=kind, region=draw(st.sampled_from(["CN", "CN-GD", "GB", "DE"])),
        valid_from=day(f"{start // 12}-{start % 12 + 1:02}"), valid_to=day(f"{end // 12}-{end % 12 + 1:02}"),
        retired_on=day("2025-06"), serial=f"{number}000-{number}999", kg_per_kwh=draw(st.sampled_from(rates)),
        site_id=draw(st.sampled_from([None, None, "office", "shop"])), entity_id=draw(st.sampled_from([None, None, "own", "sub"])),
    )  # fmt: skip


BOOKS = st.integers(0, 6).flatmap(lambda n: st.tuples(*(contracts(number=number) for number in range(n)))).map(list)


def laws(consumption: list[Row], contracts: list[Row], found: Matched) -> None:
    """What holds of every match, worked out from its tables alone."""
    wh = {row["group_id"]: round(row["kwh"] * 1000) for row in consumption}
    contracted = {row["contract_id"]: round(row["kwh"] * 1000) for row in contracts}
    by_group: Counter[str] = Counter()
    by_contract: Counter[str] = Counter()
    for row in found.served.to_pylist():
        assert row["wh"] > 0
        by_group[row["group_id"]] += row["wh"]
        by_contract[row["contract_id"]] += row["wh"]
    assert all(by_group[name] <= wh[name] for name in by_group)
    assert all(by_contract[name] <= contracted[name] for name in by_contract)
    rows: Counter[str] = Counter()
    for row in found.rows.to_pylist():
        rows[row["site_id"]] += round(row["kwh"] * 1000)
    assert {name: rows[name] for name in wh} == wh
    assert set(rows) == set(wh)
    for row in found.instruments.to_pylist():
        assert row["used_wh"] == by_contract[row["contract_id"]]
        assert row["used_wh"] + row["unused_wh"] == row["contracted_wh"]
        assert row["why"] or not row["unused_wh"]
    assert found.served_wh + found.residual_wh + found.grid_wh == found.consumed_wh == sum(wh.values())


@given(consumptions(), BOOKS)
def test_what_is_served_is_at_most_what_was_consumed_and_contracted_and_adds_up(
    rows: list[Row], book: list[Row]
) -> None:
    laws(rows, book, matched(rows, book))


@given(consumptions(), BOOKS, st.booleans())
def test_the_slow_matcher_agrees(rows: list[Row], book: list[Row], by_year: bool) -> None:
    found = matched(rows, book, period="year" if by_year else "month")
    served = {(row["contract_id"], row["group_id"]): row["wh"] for row in found.served.to_pylist()}
    assert served == slowly(rows, book, by_year)


@given(consumptions(), BOOKS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows: list[Row], book: list[Row], random: Any) -> None:
    first = matched(rows, book)
    random.shuffle(rows)
    random.shuffle(book)
    again = matched(rows, book)
    assert again.rows.equals(first.rows)
    assert sorted(again.served.to_pylist(), key=str) == sorted(first.served.to_pylist(), key=str)


def left_to_the_fallback(found: Matched) -> dict[str, float]:
    return {row["site_id"]: row["kwh"] for row in found.rows.to_pylist() if "contract" not in row["key"]}


@given(consumptions(), BOOKS, contracts(number=50))
def test_one_more_contract_leaves_more_to_the_fallback_nowhere(rows: list[Row], book: list[Row], more: Row) -> None:
    before, after = (left_to_the_fallback(matched(rows, each)) for each in (book, [*book, more]))
    assert all(kwh <= before[group] for group, kwh in after.items())


def total_kg(found: Matched, book: list[Row]) -> float:
    """By hand: each contract's rate, China's residual mix, and Britain's grid."""
    rates = {row["contract_id"]: row["kg_per_kwh"] for row in book}
    kg = sum(row["wh"] * rates[row["contract_id"]] / 1000 for row in found.served.to_pylist())
    for row in found.rows.to_pylist():
        if "contract" not in row["key"]:
            kg += row["kwh"] * (0.2 if row["region"] == "GB" else CHINA_2023)
    return kg


RATED = (
    st.integers(0, 6)
    .flatmap(lambda n: st.tuples(*(contracts(number=number, rates=(0.02, 0.1, 0.5)) for number in range(n))))
    .map(list)
)


@given(consumptions(), RATED, contracts(number=50, rates=(0.0, 0.02)))
def test_a_certificate_as_clean_as_the_others_never_raises_the_total(
    rows: list[Row], book: list[Row], more: Row
) -> None:
    """One that is dirtier than another can, where both exceed the consumption: the other is then what is not needed."""
    before, after = total_kg(matched(rows, book), book), total_kg(matched(rows, [*book, more]), [*book, more])
    assert after <= before + 1e-9


def test_the_laws_see_a_matcher_that_serves_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutant: what a contract serves is not taken off what is left."""
    rows, book = [used(kwh=100.0)], [certificate("one", 80.0), certificate("two", 80.0)]
    real = serving.serve

    def forgetful(groups: serving.Groups, *rest: Any) -> Any:
        left = groups.left.copy()
        served = real(groups, *rest)
        groups.left = left
        return served

    laws(rows, book, matched(rows, book))
    monkeypatch.setattr(serving, "serve", forgetful)
    with pytest.raises(AssertionError, match="do not add up"):  # the room itself holds to it too
        matched(rows, book)


def test_the_laws_see_a_matcher_that_exceeds_a_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutant: the amount of a contract is not looked at."""
    rows, book = [used(kwh=100.0)], [certificate("one", 80.0)]
    real = serving.serve
    monkeypatch.setattr(
        serving, "serve", lambda groups, contract, what, wh, period: real(groups, contract, what, None, period)
    )
    with pytest.raises(AssertionError):
        laws(rows, book, matched(rows, book))


SPANS = st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda span: (span[0], span[0] + span[1]))


@given(st.lists(st.tuples(st.sampled_from([None, "r", "s"]), SPANS), max_size=12))
def test_each_serial_number_stands_for_one_certificate(claims: list[tuple[str | None, tuple[int, int]]]) -> None:
    """Against sets of numbers: a claim without a registry stands in all of them."""
    register = Register()
    taken: dict[str | None, set[int]] = {None: set(), "r": set(), "s": set()}
    for registry, (first, last) in claims:
        numbers = set(range(first, last + 1))
        before = set().union(*taken.values()) if registry is None else taken[registry] | taken[None]
        assert register.claim(registry, f"X-{first} - X-{last}") == (len(numbers), len(numbers & before))
        taken[registry] |= numbers


@pytest.mark.parametrize(
    ("serial", "counts"),
    [("1000-1999", [1000]), ("GO-1000 - GO-1999", [1000]), ("GO1000–1999", [1000]), ("7", [1]), ("1-5; 9 to 12", [5, 4]),
     ("A1..A3, B7", [3, 1]), ("9-1", None), ("batch", None), ("A1-B9", [1]), ("", None)],
)  # fmt: skip
def test_serial_numbers_are_read(serial: str, counts: list[int] | None) -> None:
    ranges = parse(serial)
    assert (None if ranges is None else [each.count for each in ranges]) == counts
