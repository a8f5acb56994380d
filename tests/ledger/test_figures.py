"""Figures of groups: right where they are shown, and silent about any few accounts, by subtraction too."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terms import CATALOGUE, METRO, RECEIPT, WALK, an_act

from leafmark.ledger import Act, Amend, fingerprint, id_of
from leafmark.ledger.figures import ACCOUNTS_MIN, ALL, COLUMNS, Figures, _Cells, group_figures, hide, hide_within
from leafmark.ledger.ledger import Ledger


def of(person: int, name: str, terms: Any = METRO, **changes: Any) -> Act:
    account_id = id_of(f"person {person}")
    return an_act(name, terms, account_id=account_id, programme=terms.programme,
                  fingerprint=fingerprint(account_id, terms.action, name, ""), **changes)  # fmt: skip


def by_group(ledger: Ledger, by: Any) -> dict[str, Figures]:
    return {each.group: each for each in group_figures(ledger, by)}


def test_figures_are_those_of_the_acts_that_stand(ledger: Ledger) -> None:
    """Every figure counted here by hand, act by act."""
    acts = [of(person, f"ride {n}", co2e_mg=1_000 * person) for person in range(40) for n in range(2)]
    acts += [of(person, "walk", WALK, evidence="D" if person % 2 else "B", co2e_mg=3_000_000) for person in range(60)]
    acts += [of(person, "receipt", RECEIPT, co2e_mg=9_000) for person in range(25)]
    assert ledger.ingest(acts).accepted == len(acts)
    ledger.reverse(id_of("person 39"), 1, id_of("ride 0"), "refunded")
    ledger.post(Amend(id_of("person 38"), 1, "correction", id_of("ride 1"), "shorter", 1, 7))
    found = by_group(ledger, "action")
    metro = sum(2_000 * person for person in range(40)) - 39_000 - 38_000 + 7
    nothing = dict.fromkeys(COLUMNS, 0)
    assert found["city/metro"] == Figures(
        "city/metro", 40, **(nothing | {"acts": 79, "points_earned": 79 * 7, "avoided_mg": metro})
    )
    assert found["city/walk"] == Figures("city/walk", 60, **(
        nothing | {"acts": 60, "points_earned": 60 * 9, "avoided_mg": 30 * 3_000_000, "declared_avoided_mg": 30 * 3_000_000}))  # fmt: skip
    assert found["city/e_receipt"] == Figures("city/e_receipt", 25, **(
        nothing | {"acts": 25, "points_earned": 50, "operator_inventory_mg": 225_000}))  # fmt: skip
    for by in ("programme", "month", "action"):
        whole = by_group(ledger, by)[ALL]
        assert (whole.accounts, whole.acts, whole.avoided_mg) == (60, 164, metro + 90_000_000)
        assert (whole.declared_avoided_mg, whole.operator_inventory_mg) == (90_000_000, 225_000)
    assert by_group(ledger, "programme")["city"] == replace(by_group(ledger, "action")[ALL], group="city")
    assert by_group(ledger, "month")["2026-11"].acts == 164
    with pytest.raises(ValueError, match="expected one of action, programme, month"):
        group_figures(ledger, "account")  # type: ignore[arg-type]


def test_nineteen_are_not_shown_and_twenty_are(ledger: Ledger) -> None:
    ledger.ingest([of(person, "ride") for person in range(19)])
    assert by_group(ledger, "action") == {
        name: Figures(name, None, **dict.fromkeys(COLUMNS)) for name in ("city/metro", ALL)
    }
    ledger.ingest([of(19, "ride")])
    assert by_group(ledger, "action")["city/metro"].acts == by_group(ledger, "month")[ALL].acts == 20


def test_one_hidden_group_does_not_follow_by_subtraction(ledger: Ledger) -> None:
    acts = [of(person, "ride") for person in range(60)] + [of(person, "receipt", RECEIPT) for person in range(30)]
    acts += [of(person, "walk", WALK, co2e_mg=2_000_000) for person in range(3)]
    ledger.ingest(acts)
    found = by_group(ledger, "action")
    assert found[ALL].acts == 93
    assert (found["city/walk"].acts, found["city/e_receipt"].acts, found["city/metro"].acts) == (None, None, 60)
    assert found["city/metro"].avoided_mg is None  # else walk's grams were all's less metro's
    assert found["city/e_receipt"].operator_inventory_mg == 30 * 15_000  # nobody walked into it


def test_a_cell_of_a_few_in_a_group_of_many(ledger: Ledger) -> None:
    """Sixty walked; what two of them declared themselves is not shown, though the group is."""
    ledger.ingest(
        [of(person, "walk", WALK, evidence="D" if person < 2 else "B", co2e_mg=1_000_000) for person in range(60)]
    )
    walk = by_group(ledger, "action")["city/walk"]
    assert (walk.accounts, walk.acts, walk.declared_avoided_mg) == (60, 60, None)
    assert by_group(ledger, "action")[ALL].declared_avoided_mg is None


def test_a_slash_in_a_name_neither_stops_the_figures_nor_merges_groups(ledger: Ledger) -> None:
    """`a/b` + `c` and `a` + `b/c` read the same, and are two groups in two programmes."""
    pairs = {("a/b", "c"): 40, ("a", "b/c"): 25, ("a", "d"): 30}
    terms = [replace(METRO, programme=programme, action=action) for programme, action in pairs]
    ledger.load(replace(CATALOGUE, actions=(*CATALOGUE.actions, *terms)))
    ledger.ingest(
        [
            of(n, f"{each.programme} ride {each.action}", each)
            for each, size in zip(terms, pairs.values(), strict=True)
            for n in range(size)
        ]
    )
    found = group_figures(ledger, "action")
    assert [(each.group, each.acts) for each in found] == [("a/b/c", 25), ("a/d", 30), ("a/b/c", 40), (ALL, 95)]
    assert by_group(ledger, "programme")["a"].acts == 55


Groups = st.dictionaries(
    st.sampled_from([(programme, action) for programme in "pqr" for action in "abc"]),
    st.integers(1, 45),
    min_size=1,
)


@given(Groups)
def test_nothing_that_can_be_worked_out_rests_on_a_few(sizes: dict[tuple[str, str], int]) -> None:
    """Whatever sums and differences of shown cells a reader makes, both tables taken together: any cell that follows
    exactly, or any sum of hidden cells that does, rests on 20 accounts or more. Accounts of groups are apart here.
    """
    actions = {
        name: _Cells(size, dict.fromkeys(COLUMNS, size), dict.fromkeys(COLUMNS, size)) for name, size in sizes.items()
    }
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for name, size in sizes.items():
        sums[name[0], ""] += size
    programmes = {
        name: _Cells(size, dict.fromkeys(COLUMNS, size), dict.fromkeys(COLUMNS, size)) for name, size in sums.items()
    }
    hidden_programmes = hide(programmes)
    hidden = hide_within(actions, programmes, hidden_programmes)
    shown = {frozenset([name]) for name in actions if (name, "acts") not in hidden}
    shown |= {
        frozenset(each for each in actions if each[0] == name[0])
        for name in programmes
        if (name, "acts") not in hidden_programmes
    }
    shown |= {frozenset(actions)} if sum(sizes.values()) >= ACCOUNTS_MIN else set()
    known = set(shown)
    for _ in range(6):  # all differences of what is known and lies within another
        known |= {one - other for one, other in itertools.permutations(known, 2) if other < one}
    for each in known:
        assert sum(sizes[name] for name in each) >= ACCOUNTS_MIN, (each, shown)


def test_all_levels_are_of_one_moment(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """An act that comes while figures are counted is in all of them or in none: here one comes before each statement."""
    ledger.ingest([of(person, "ride") for person in range(30)])
    rows, coming = ledger.store.rows, itertools.count(100)

    def slowly(sql: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        if "UNION ALL" in sql or "by_account" in sql:
            monkeypatch.setattr(ledger.store, "rows", rows)
            ledger.ingest([of(next(coming), "ride")])
            monkeypatch.setattr(ledger.store, "rows", slowly)
        return rows(sql, parameters)

    monkeypatch.setattr(ledger.store, "rows", slowly)
    found = by_group(ledger, "action")
    assert found[ALL].acts == found["city/metro"].acts == 31
