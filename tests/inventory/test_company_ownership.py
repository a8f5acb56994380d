"""Ownership: GHG Protocol's Holland Industries, chains and joint ventures by hand, and every graph against all of its paths."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafmark.inventory.company.ownership import Edge, read_ownership, segments, shares_on
from leafmark.inventory.tables import APPROACHES, Approach

DAY = dt.date(2025, 7, 1)

HOLLAND = [
    # owner, entity, share %, financial control, operational control, accounted as
    ("holland", "switzerland", 100, True, True, "subsidiary"),
    ("holland", "america", 83, True, True, "subsidiary"),
    ("america", "bgb", 50, False, False, "joint_venture"),
    ("america", "irw", 75, True, True, "subsidiary"),
    ("holland", "kahuna", 33.3, False, True, "joint_venture"),
    ("holland", "quickfix", 43, True, True, "subsidiary"),
    ("holland", "nallo", 56, False, False, "associate"),
    ("holland", "syntal", 1, False, False, "fixed_asset"),
]
PUBLISHED = {  # GHG Protocol Corporate Standard (2004), chapter 3: per cent by equity share, financial and operational control
    "switzerland": (100, 100, 100), "america": (83, 100, 100), "bgb": (41.5, 50, 0), "irw": (62.25, 100, 100), "kahuna": (33.3, 33.3, 100),
    "quickfix": (43, 100, 100), "nallo": (56, 0, 0), "syntal": (0, 0, 0),
}  # fmt: skip


def row(
    owner: str, entity: str, percent: float, financial: bool = True, operational: bool = True, accounted: str | None = None,
    valid_from: dt.date | None = None, valid_to: dt.date | None = None, number: int = 1,
) -> dict[str, Any]:  # fmt: skip
    return {
        "owner_id": owner, "entity_id": entity, "share_percent": percent, "financial_control": financial, "operational_control": operational,
        "accounted_as": accounted, "valid_from": valid_from, "valid_to": valid_to, "_file": "ownership.csv", "_row": number,
    }  # fmt: skip


def read(*rows: dict[str, Any]) -> tuple[list[Edge], list[dict[str, Any]]]:
    numbered = [{**each, "_row": number} for number, each in enumerate(rows, 1)]
    return read_ownership(numbered, {each[field] for each in rows for field in ("owner_id", "entity_id")})


@pytest.mark.parametrize(
    ("approach", "at"), [("equity_share", 0), ("financial_control", 1), ("operational_control", 2)]
)
def test_holland_industries_as_the_standard_publishes_it(approach: Approach, at: int) -> None:
    edges, flags = read(*(row(*each) for each in HOLLAND))
    assert flags == []
    shares = shares_on("holland", edges, approach, DAY)
    for entity, published in PUBLISHED.items():
        assert shares.get(entity, Fraction(0)) == Fraction(str(published[at])) / 100, entity


@pytest.mark.parametrize(
    ("accounted", "financial", "operates", "shares"),
    [
        ("subsidiary", True, True, (40, 100, 100)), ("subsidiary", True, False, (40, 100, 0)), ("joint_venture", False, True, (40, 40, 100)),
        ("joint_venture", False, False, (40, 40, 0)), ("associate", False, False, (40, 0, 0)), ("fixed_asset", False, False, (0, 0, 0)),
    ],
)  # fmt: skip
def test_every_cell_of_table_1(accounted: str, financial: bool, operates: bool, shares: tuple[int, int, int]) -> None:
    """Corporate Standard, table 1, of an economic interest of 40 %: per cent by equity share, financial and operational control."""
    edges, _ = read(row("own", "a", 40, financial, operates, accounted))
    for approach, percent in zip(APPROACHES, shares, strict=True):
        assert shares_on("own", edges, approach, DAY).get("a", Fraction(0)) == Fraction(percent, 100), approach


def test_two_ways_to_one_entity_add_up_by_equity() -> None:
    edges, _ = read(row("own", "a", 60), row("own", "b", 50), row("a", "c", 40), row("b", "c", 30))
    assert shares_on("own", edges, "equity_share", DAY)["c"] == Fraction(24, 100) + Fraction(15, 100)
    assert shares_on("own", edges, "financial_control", DAY)["c"] == 1


def test_a_subsidiary_of_a_joint_venture_is_consolidated_by_the_ventures_share() -> None:
    edges, _ = read(row("own", "venture", 50, False, False, "joint_venture"), row("venture", "inner", 90))
    assert shares_on("own", edges, "financial_control", DAY)["inner"] == Fraction(1, 2)
    assert shares_on("own", edges, "equity_share", DAY)["inner"] == Fraction(45, 100)
    assert "inner" not in shares_on("own", edges, "operational_control", DAY)


def test_who_owns_the_reporting_company_takes_nothing_from_it() -> None:
    edges, _ = read(row("parent", "own", 100), row("own", "a", 70), row("parent", "sister", 100))
    assert shares_on("own", edges, "equity_share", DAY) == {"own": 1, "a": Fraction(7, 10)}


def test_an_entity_bought_and_sold_within_the_year() -> None:
    edges, _ = read(row("own", "a", 100, valid_from=dt.date(2025, 4, 1), valid_to=dt.date(2025, 10, 1)))
    cut = segments("own", edges, "equity_share", dt.date(2025, 1, 1), dt.date(2026, 1, 1))
    assert [(each.first, each.after, each.shares.get("a")) for each in cut] == [
        (dt.date(2025, 1, 1), dt.date(2025, 4, 1), None),
        (dt.date(2025, 4, 1), dt.date(2025, 10, 1), 1),
        (dt.date(2025, 10, 1), dt.date(2026, 1, 1), None),
    ]


def test_ownership_over_100_percent_is_refused_by_the_row_that_takes_it_there() -> None:
    edges, flags = read(
        row("own", "a", 60), row("b", "a", 40), row("c", "a", 0.1, accounted="fixed_asset", financial=False)
    )
    assert len(edges) == 2
    assert [(each["reason"], each["row"], each["effect"]) for each in flags] == [("over_owned", 3, "refused")]
    assert flags[0]["found"] == "100.1 % of a"


def test_owners_after_each_other_are_not_together() -> None:
    middle = dt.date(2025, 7, 1)
    edges, flags = read(row("own", "a", 100, valid_to=middle), row("b", "a", 100, valid_from=middle))
    assert (len(edges), flags) == (2, [])
    edges, flags = read(row("own", "a", 100, valid_to=middle + dt.timedelta(1)), row("b", "a", 100, valid_from=middle))
    assert [each["reason"] for each in flags] == ["over_owned"]
    assert "on 2025-07-01" in flags[0]["found"]


def test_a_circle_is_named_and_refused() -> None:
    edges, flags = read(row("own", "a", 60), row("a", "b", 60), row("b", "c", 60), row("c", "a", 30))
    assert len(edges) == 3
    assert [(each["reason"], each["row"], each["found"]) for each in flags] == [
        ("owned_in_a_circle", 4, "c owns a owns b owns c")
    ]
    assert [each["reason"] for each in read(row("own", "own", 5))[1]] == ["owned_in_a_circle"]


def test_a_circle_that_never_holds_on_one_day_is_none() -> None:
    middle = dt.date(2025, 7, 1)
    _, flags = read(row("a", "b", 60, valid_to=middle), row("b", "a", 60, valid_from=middle))
    assert flags == []


def test_unknown_entities_and_words_are_refused() -> None:
    given_rows = [row("own", "a", 50), row("own", "ghost", 50), row("own", "a", 20, accounted="friend")]
    _, flags = read_ownership(given_rows, {"own", "a"})
    assert [(each["reason"], each["field"]) for each in flags] == [
        ("unknown_entity", "entity_id"),
        ("unknown_word", "accounted_as"),
    ]


def test_a_small_stake_that_says_nothing_is_counted_and_doubted() -> None:
    edges, flags = read(row("own", "a", 10, False, False))
    assert [(each["reason"], each["effect"]) for each in flags] == [("influence_not_told", "doubted")]
    assert shares_on("own", edges, "equity_share", DAY)["a"] == Fraction(1, 10)


def test_control_that_contradicts_its_accounting_is_doubted() -> None:
    _, flags = read(row("own", "a", 60, False, False, "subsidiary"))
    assert [(each["reason"], each["effect"]) for each in flags] == [("control_contradicts", "doubted")]


NAMES = "abcdef"
GRAPHS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(0, 5),
        st.integers(1, 100),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["", "joint_venture", "fixed_asset"]),
    ),
    max_size=14,
)


def by_paths(edges: list[Edge], entity: str, approach: Approach) -> Fraction:
    """Every chain from a to the entity, followed one by one: the oracle. Control is capped only where nothing is above the whole."""
    if entity == "a":
        return Fraction(1)
    whole = Fraction(0)
    for edge in edges:
        if edge.entity_id == entity:
            whole += by_paths(edges, edge.owner_id, approach) * edge.weight(approach)
    return min(whole, Fraction(1))


@given(GRAPHS)
@settings(max_examples=settings().max_examples * 3 // 2, deadline=None)
def test_every_share_is_the_sum_over_its_paths_and_no_entity_is_over_owned(graph: list[tuple[Any, ...]]) -> None:
    rows = [row(NAMES[o], NAMES[e], p, f, c, kind or None) for o, e, p, f, c, kind in graph]
    edges, flags = read_ownership(rows, set(NAMES))
    refused = [each for each in flags if each["effect"] == "refused"]
    assert len(edges) + len(refused) == len(rows)
    for entity in NAMES:
        assert sum(edge.share for edge in edges if edge.entity_id == entity) <= 1
    for approach in APPROACHES:
        kept = [edge for edge in edges if edge.entity_id != "a"]
        shares = shares_on("a", edges, approach, DAY)
        for entity in NAMES:
            assert shares.get(entity, Fraction(0)) == by_paths(kept, entity, approach)
            assert 0 <= shares.get(entity, Fraction(0)) <= 1


@given(st.lists(st.integers(1, 100), min_size=1, max_size=8))
def test_the_equity_of_a_chain_is_the_product_of_its_links(percents: list[int]) -> None:
    edges, flags = read(*(row(f"e{n}", f"e{n + 1}", percent) for n, percent in enumerate(percents)))
    assert flags == []
    product = Fraction(1)
    for percent in percents:
        product *= Fraction(percent, 100)
    assert shares_on("e0", edges, "equity_share", DAY)[f"e{len(percents)}"] == product


def test_a_long_chain_is_no_deeper_than_a_short_one() -> None:
    edges = [
        Edge(f"e{n}", f"e{n + 1}", Fraction(1), True, True, "subsidiary", dt.date.min, dt.date.max)
        for n in range(3_000)
    ]
    assert shares_on("e0", edges, "equity_share", DAY)["e3000"] == 1
