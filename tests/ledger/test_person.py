"""What one person asks of her account, on either store: each answer is her own, and as the acts stand now."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from terms import ANN, CATALOGUE, CHANNEL, METRO, RECEIPT, TODAY, WALK, an_act

from leafmark.ledger import id_of
from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.person import act, acts, grams, month, redemption, redemptions, sources, tally_of
from leafmark.ledger.privacy import PrivacyError, account_of, name_account, open_account, subject_of

NOVEMBER, OCTOBER = dt.date(2026, 11, 1), dt.date(2026, 10, 1)
BOB = id_of("bob")


def on(day: int, month: int = 11) -> dt.date:
    return dt.date(2026, month, day)


def test_pages_hold_every_act_once_and_the_newest_first(ledger: Ledger) -> None:
    ledger.ingest([an_act(f"ride-{n}", occurred_day=on(1 + n % 7)) for n in range(23)])
    ledger.ingest([an_act("his", account_id=BOB)])
    seen, last = [], None
    while page := acts(ledger, ANN, 5, last):
        assert len(page) <= 5
        seen += [each.row.act for each in page]
        last = (seen[-1].occurred_day, seen[-1].event_id)
    assert {each.event_id for each in seen} == {id_of(f"ride-{n}") for n in range(23)}
    assert len(seen) == 23
    assert [each.occurred_day for each in seen] == sorted((each.occurred_day for each in seen), reverse=True)


def test_another_account_s_act_is_not_hers(ledger: Ledger) -> None:
    ledger.ingest([an_act("his", account_id=BOB)])
    assert act(ledger, ANN, id_of("his")) is None
    assert act(ledger, BOB, id_of("his")) is not None
    assert sources(ledger, ANN) == []


def test_an_act_stands_as_it_was_amended(ledger: Ledger) -> None:
    ledger.ingest([an_act("ride"), an_act("other")])
    ledger.reverse(ANN, 1, id_of("ride"), "ticket refunded")
    taken = act(ledger, ANN, id_of("ride"))
    assert taken is not None
    assert (taken.taken_back, taken.co2e_mg, taken.points) == (True, 0, 0)
    (left,) = grams(ledger, ANN)
    assert left.co2e_mg == 15_000 == ledger.balance(ANN).avoided_mg


def test_grams_of_each_statement_and_evidence_stand_apart(ledger: Ledger) -> None:
    ledger.ingest([
        an_act("ride"), an_act("walk", WALK, evidence="D", co2e_mg=2_000), an_act("order", CHANNEL),
        an_act("receipt", RECEIPT, co2e_mg=5_000),
    ])  # fmt: skip
    found = {(each.statement, each.self_declared): each.co2e_mg for each in grams(ledger, ANN)}
    assert found == {("avoided", False): 15_000, ("avoided", True): 2_000, ("operator_inventory", False): 5_000}


def test_what_a_cap_left_out_is_told(ledger: Ledger) -> None:
    """METRO: 7 points a ride, 20 a day."""
    ledger.ingest([an_act(f"ride-{n}") for n in range(4)])
    first = act(ledger, ANN, id_of("ride-0"))
    assert first is not None
    tally = tally_of(ledger, first)
    assert (tally.points, tally.counted, tally.cap_points) == (28, 20, 20)


def test_a_month_counts_points_within_the_caps_and_acts_that_stand(ledger: Ledger) -> None:
    ledger.ingest([an_act(f"ride-{n}") for n in range(4)] + [an_act("october", occurred_day=on(30, 10))])
    ledger.reverse(ANN, 1, id_of("ride-3"), "ticket refunded")
    found = month(ledger, ANN, NOVEMBER)
    assert found.points == 20
    assert found.acts == {"metro": 3}
    assert month(ledger, ANN, OCTOBER).points == 7


def test_a_cap_of_a_year_is_used_up_by_the_months_before(ledger: Ledger) -> None:
    """CHANNEL: a point a unit, 500 a year."""
    ledger.ingest([
        an_act("october", CHANNEL, quantity=400, occurred_day=on(5, 10)),
        an_act("november", CHANNEL, quantity=300, occurred_day=on(5)),
    ])  # fmt: skip
    assert month(ledger, ANN, OCTOBER).points == 400
    assert month(ledger, ANN, NOVEMBER).points == 100


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([METRO, CHANNEL, RECEIPT]), st.integers(1, 50)), max_size=12))
def test_the_months_of_a_year_add_up_to_the_balance(tmp_path_factory: pytest.TempPathFactory, given_acts: list) -> None:
    with open_ledger(tmp_path_factory.mktemp("person") / "ledger.db", today=lambda: TODAY) as ledger:
        ledger.load(CATALOGUE)
        ledger.ingest([
            an_act(f"act-{n}", terms, occurred_day=TODAY - dt.timedelta(days=days),
                   quantity=40 * days if terms is CHANNEL else 1)
            for n, (terms, days) in enumerate(given_acts)
        ])  # fmt: skip
        months = [month(ledger, ANN, dt.date(2026, number, 1)).points for number in range(1, 13)]
        assert sum(months) == ledger.balance(ANN).points


def test_redemptions_bear_their_state(ledger: Ledger) -> None:
    ledger.ingest([an_act(f"ride-{n}", occurred_day=on(1 + n)) for n in range(4)])
    ledger.redeem(ANN, 5, 10, "bag")
    ledger.redeem(ANN, 6, 10, "bag")
    ledger.settle(ANN, 6, "void")
    assert {each.id: each.state for each in redemptions(ledger, ANN)} == {5: "pending", 6: "void"}
    assert redemption(ledger, BOB, 5) is None


def test_an_account_that_names_nobody_is_named_once(ledger: Ledger) -> None:
    ledger.ingest([an_act("ride")])
    name_account(ledger, ANN, "ann")
    name_account(ledger, ANN, "ann")
    assert account_of(ledger, "ann") == ANN
    other = open_account(ledger, "bob")
    for account, subject in ((ANN, "bob"), (other, "ann"), (ANN, "somebody"), (12, "bob"), (12, "")):
        with pytest.raises(PrivacyError):
            name_account(ledger, account, subject)
    ledger.erase(ANN, 1)
    with pytest.raises(PrivacyError, match="erased"):
        name_account(ledger, ANN, "ann again")
    assert subject_of(ledger, ANN) is None
    assert ledger.verify().ok


def test_a_page_has_a_largest_size(ledger: Ledger) -> None:
    ledger.ingest([replace(an_act(f"ride-{n}"), event_id=n, fingerprint=n) for n in range(1, 220)])
    assert len(acts(ledger, ANN, 10_000)) == 200
