"""Acts that deserve a look: each rule raises at its threshold, not one act before, on either store; what is taken back raises nothing."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from terms import ANN, CATALOGUE, CHANNEL, METRO, TODAY, an_act

from leafmark.ledger import Act, fingerprint, id_of
from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.review import (
    ACTS_MAX,
    BURST_ACTS,
    BURST_DAYS,
    FAR_ABOVE_CAP,
    MANY_IN_A_DAY,
    Finding,
    acts_of,
    findings,
)

BOB, EVE = id_of("bob"), id_of("eve")
DAY = dt.date(2026, 11, 3)


def act(name: str, account: int = ANN, terms: object = CHANNEL, **more: object) -> Act:
    made = an_act(name, terms, account_id=account, fingerprint=fingerprint(account, "x", name, ""), **more)  # type: ignore[arg-type]
    return made


def raised(ledger: Ledger, rule: str) -> list[Finding]:
    return [each for each in findings(ledger) if each.rule == rule]


def test_an_ordinary_ledger_raises_nothing(ledger: Ledger) -> None:
    ledger.ingest([act(f"{n}", occurred_day=DAY + dt.timedelta(n % 9)) for n in range(60)])
    assert findings(ledger) == []


def test_many_acts_of_a_day(ledger: Ledger) -> None:
    ledger.ingest([act(f"{n}") for n in range(MANY_IN_A_DAY - 1)])
    assert raised(ledger, "many_in_a_day") == []
    ledger.ingest([act("one more", source="app")])
    (found,) = raised(ledger, "many_in_a_day")
    assert found.scope == {"account_id": ANN, "day": "2026-11-03"}
    assert found.figures == {"acts": MANY_IN_A_DAY, "sources": 2}
    assert acts_of(ledger, found) == sorted(
        (ANN, id_of(name)) for name in [*map(str, range(MANY_IN_A_DAY - 1)), "one more"]
    )


def test_far_above_a_cap(ledger: Ledger) -> None:
    """A metro ride earns 7 points and a day at most 20: the fifteenth makes 105, which is more than five times 20."""
    rides = -(-FAR_ABOVE_CAP * 20 // 7)
    ledger.ingest([act(f"{n}", terms=METRO) for n in range(rides - 1)])
    assert raised(ledger, "above_cap") == []
    ledger.ingest([act("last", terms=METRO), act("tomorrow", terms=METRO, occurred_day=DAY + dt.timedelta(1))])
    (found,) = raised(ledger, "above_cap")
    assert found.figures == {"earned": rides * 7, "cap": 20}
    assert (found.scope["action"], found.scope["day"], found.scope["until"]) == ("metro", "2026-11-03", "2026-11-04")
    assert len(acts_of(ledger, found)) == rides
    assert id_of("tomorrow") not in {event for _, event in acts_of(ledger, found)}


def test_a_burst_is_one_by_the_source_s_own_days(ledger: Ledger) -> None:
    usual = [
        act(f"{day} {n}", n, source="till", occurred_day=DAY + dt.timedelta(day))
        for day in range(BURST_DAYS - 1)
        for n in range(1, 4)
    ]
    ledger.ingest(usual)
    ledger.ingest(
        [act(f"b {n}", 100 + n, source="till", occurred_day=DAY + dt.timedelta(9)) for n in range(BURST_ACTS - 1)]
    )
    assert raised(ledger, "burst") == []
    ledger.ingest([act("b last", 99, source="till", occurred_day=DAY + dt.timedelta(9))])
    (found,) = raised(ledger, "burst")
    assert found.scope == {"source": "till", "day": "2026-11-12"}
    assert found.figures == {"acts": BURST_ACTS, "usual": 3, "accounts": BURST_ACTS, "days": BURST_DAYS}
    assert len(acts_of(ledger, found)) == BURST_ACTS


def test_a_new_source_has_no_usual_day(ledger: Ledger) -> None:
    ledger.ingest([act(f"b {n}", 100 + n, source="till") for n in range(BURST_ACTS + 5)])
    assert raised(ledger, "burst") == []


def test_one_act_for_many(ledger: Ledger) -> None:
    for account in (ANN, BOB, EVE):
        ledger.ingest(
            [act("ticket 881", account, source="app"), act("receipt", account, quantity=abs(account) % 900 + 1)]
        )
    ledger.ingest([act("ticket 881 ", ANN, source="gate")])
    (found,) = raised(ledger, "one_for_many")
    assert found.figures == {"accounts": 3}
    assert sorted(account for account, _ in acts_of(ledger, found)) == sorted((ANN, BOB, EVE))


def test_what_is_taken_back_raises_nothing(ledger: Ledger) -> None:
    ledger.ingest([act(f"{n}", terms=METRO) for n in range(MANY_IN_A_DAY)])
    assert {each.rule for each in findings(ledger)} == {"many_in_a_day", "above_cap"}
    (found,) = raised(ledger, "many_in_a_day")
    before = found.stamp
    for number, (account, event) in enumerate(acts_of(ledger, found)[:20]):
        ledger.reverse(account, number + 1, event, "fraud review", "fraud")
    assert findings(ledger) == []
    assert acts_of(ledger, found) == acts_of(ledger, found)[:10]
    assert Finding(found.rule, found.scope, {"acts": 10, "sources": 1}).key == found.key
    assert Finding(found.rule, found.scope, {"acts": 10, "sources": 1}).stamp != before
    assert ledger.verify().ok


def test_the_furthest_first_and_no_more_acts_than_can_be_read(ledger: Ledger) -> None:
    ledger.ingest([act(f"{n}", BOB) for n in range(MANY_IN_A_DAY)])
    ledger.ingest([act(f"{n}", EVE) for n in range(ACTS_MAX + 5)])
    found = raised(ledger, "many_in_a_day")
    assert [each.scope["account_id"] for each in found] == [EVE, BOB]
    assert len(acts_of(ledger, found[0])) == ACTS_MAX


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from([ANN, BOB]), st.integers(0, 3)), max_size=90))
def test_many_is_counted_as_a_plain_loop_counts_it(given_acts: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder, open_ledger(f"{folder}/ledger.db", "main", lambda: TODAY) as ledger:
        ledger.load(CATALOGUE)
        acts = [
            replace(act(f"a {n}", account), occurred_day=DAY + dt.timedelta(day))
            for n, (account, day) in enumerate(given_acts)
        ]
        if acts:
            ledger.ingest(acts)
        expected: dict[tuple[int, str], int] = {}
        for each in acts:
            key = (each.account_id, str(each.occurred_day))
            expected[key] = expected.get(key, 0) + 1
        found = {
            (f.scope["account_id"], f.scope["day"]): f.figures["acts"]
            for f in findings(ledger)
            if f.rule == "many_in_a_day"
        }
        assert found == {key: count for key, count in expected.items() if count >= MANY_IN_A_DAY}


@pytest.mark.parametrize("rule", ["many_in_a_day", "above_cap", "burst", "one_for_many"])
def test_a_finding_of_nothing_has_no_acts(ledger: Ledger, rule: str) -> None:
    scope = {
        "account_id": 1,
        "day": "2026-11-03",
        "until": "2026-11-04",
        "terms": 1,
        "source": "'; DROP TABLE event --",
        "event_id": 1,
    }
    assert acts_of(ledger, Finding(rule, scope)) == []
    assert ledger.store.rows("SELECT count(*) FROM event") == [(0,)]
