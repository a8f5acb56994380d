"""The rules one by one: once, refused with a reason, under the cap, first in first out, routed, shared."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terms import ANN, CATALOGUE, CHANNEL, LOT, METRO, RECEIPT, TODAY, WALK, an_act

from leafmark.ledger import (
    REASONS,
    Accepted,
    Account,
    Amend,
    Catalogue,
    CatalogueError,
    Conflict,
    Duplicate,
    ExpirePoints,
    OwnBoundary,
    Redeem,
    Rejected,
    Settle,
    Share,
    decide,
    fold,
    id_of,
)
from leafmark.ledger.rows import Command, EventRow, Row, ShareRow


def post(account: Account, *commands: Command, today: dt.date = TODAY) -> list[Row]:
    """Add what the commands are answered with; all must be accepted."""
    added: list[Row] = []
    for command in commands:
        outcome = decide(account, command, CATALOGUE, today)
        assert isinstance(outcome, Accepted), (command, outcome)
        for row in outcome.rows:
            account.add(row)
            added.append(row)
    return added


def refused(account: Account, command: Command, today: dt.date = TODAY) -> str:
    """The reason of a refusal."""
    outcome = decide(account, command, CATALOGUE, today)
    assert isinstance(outcome, Rejected), outcome
    assert outcome.reason in REASONS
    assert outcome.found != outcome.expected
    return outcome.reason


def test_the_same_id_and_body_is_answered_as_the_first_time() -> None:
    account = Account()
    (row,) = post(account, an_act("ride"))
    assert decide(account, an_act("ride"), CATALOGUE, TODAY) == Duplicate((row,))
    year_later = TODAY + dt.timedelta(400)  # ids never expire, even where the act would now be too late
    assert decide(account, an_act("ride"), CATALOGUE, year_later) == Duplicate((row,))


def test_the_same_id_and_another_body_is_a_conflict_and_names_the_fields() -> None:
    account = Account()
    post(account, an_act("ride"))
    again = an_act("ride", co2e_mg=16_000, source="bus")
    assert decide(account, again, CATALOGUE, TODAY) == Conflict(("source", "co2e_mg"))


def test_one_ride_from_two_partners_is_one_act() -> None:
    account = Account()
    (first,) = post(account, an_act("ride"))
    assert isinstance(first, EventRow)
    other = an_act("ride of the wallet", source="wallet", fingerprint=first.act.fingerprint)
    assert refused(account, other) == "same_act"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"action": "teleport"}, "unknown_action"),
        ({"occurred_day": dt.date(2025, 12, 31)}, "not_valid_on_day"),
        ({"method_id": "trip.public_transport@2"}, "method_differs"),
        ({"occurred_day": TODAY + dt.timedelta(2)}, "in_future"),
        ({"occurred_day": TODAY - dt.timedelta(61)}, "too_late"),
        ({"quantity": -1}, "negative_quantity"),
        ({"quantity": 200_001}, "above_cap"),
        ({"co2e_mg": 60_000_001}, "above_cap"),
        ({"co2e_mg": -60_000_001}, "above_cap"),
        ({"co2e_mg": 10**19}, "not_a_number"),
        ({"evidence": "D"}, "weak_evidence"),
    ],
)
def test_what_is_refused_and_why(changes: dict[str, object], reason: str) -> None:
    assert refused(Account(), an_act("ride", **changes)) == reason


@pytest.mark.parametrize("changes", [
    {"occurred_day": TODAY + dt.timedelta(1)}, {"occurred_day": TODAY - dt.timedelta(60)}, {"quantity": 0},
    {"quantity": 200_000}, {"co2e_mg": -60_000_000}, {"evidence": "C"}, {"occurred_day": dt.date(2026, 12, 1)},
])  # fmt: skip
def test_the_last_value_that_is_taken(changes: dict[str, object]) -> None:
    today = dt.date(2026, 12, 1) if changes.get("occurred_day") == dt.date(2026, 12, 1) else TODAY
    post(Account(), an_act("ride", **changes), today=today)


def test_a_result_below_zero_stays_below_zero_and_earns_nothing() -> None:
    account = Account()
    post(account, an_act("detour", co2e_mg=-9_000))
    assert (account.minted_mg, account.points) == (-9_000, 0)


def test_an_act_in_the_operators_own_inventory_earns_points_and_mints_nothing() -> None:
    account = Account()
    (row,) = post(account, an_act("receipt", RECEIPT, co2e_mg=9_030))
    assert isinstance(row, EventRow)
    assert (row.statement, row.minted_mg, row.act.co2e_mg, row.points) == ("operator_inventory", 0, 9_030, 2)
    assert (account.minted_mg, account.grams(), account.points) == (0, {"operator_inventory": 9_030}, 2)


def test_a_self_declared_act_keeps_its_estimate_and_its_evidence() -> None:
    account = Account()
    (row,) = post(account, an_act("walk", WALK, evidence="D", co2e_mg=2_900_000))
    assert isinstance(row, EventRow)
    assert (row.act.evidence, row.minted_mg, row.points) == (
        "D",
        2_900_000,
        6,
    )  # 3 points for each of 2 whole kilograms


def test_the_channel_gives_points_and_takes_no_grams() -> None:
    account = Account()
    post(account, an_act("order", CHANNEL, quantity=4))
    assert (account.minted_mg, account.points) == (0, 4)
    assert refused(account, an_act("other", CHANNEL, co2e_mg=1)) == "points_only"


def test_a_campaign_multiplies_points_and_not_grams_and_rounds_down() -> None:
    account = Account()
    post(account, an_act("eleventh", occurred_day=dt.date(2026, 11, 11)))
    assert (account.minted_mg, account.points) == (15_000, 10)  # 7 x 3/2
    post(account, an_act("twelfth", occurred_day=dt.date(2026, 11, 12)))
    assert account.points == 17


@given(st.lists(st.tuples(st.sampled_from([METRO, WALK, CHANNEL]), st.integers(0, 5), st.integers(-3, 9)), max_size=9),
       st.randoms())  # fmt: skip
def test_the_order_in_which_acts_come_changes_no_balance(made: list[tuple], shuffle) -> None:
    acts = [
        an_act(f"{n}", terms, occurred_day=dt.date(2026, 11, 1 + day), quantity=abs(size) * 100 % 1000,
               co2e_mg=0 if terms is CHANNEL else size * 1_000_000)
        for n, (terms, day, size) in enumerate(made)
    ]  # fmt: skip
    first, other, again = Account(), Account(), list(acts)
    shuffle.shuffle(again)
    post(first, *acts)
    post(other, *again)
    for name in ("points", "tallies", "events"):
        assert getattr(first, name) == getattr(other, name)
    assert fold(reversed(list(first.events.values()))).points == first.points


def test_a_cap_gives_up_what_the_others_do_not_fill() -> None:
    account = Account()
    post(account, *(an_act(f"ride {n}") for n in range(4)))  # 28 points earned, 20 allowed
    assert account.points == 20
    post(account, Amend(ANN, id_of("back 0"), "fraud", id_of("ride 0"), "a bot"))
    assert account.points == 20  # 21 are still earned
    post(account, Amend(ANN, id_of("back 1"), "reversal", id_of("ride 1"), "paid back"))
    assert (account.points, account.minted_mg) == (14, 30_000)


def test_a_correction_sets_grams_anew_and_a_taken_back_act_stays_so() -> None:
    account = Account()
    post(account, an_act("walk", WALK, co2e_mg=2_900_000))
    fix = Amend(ANN, id_of("fix"), "correction", id_of("walk"), "wrong distance", quantity=1, co2e_mg=1_100_000)
    (row,) = post(account, fix)
    assert (account.minted_mg, account.points) == (1_100_000, 3)
    assert decide(account, fix, CATALOGUE, TODAY) == Duplicate((row,))
    assert decide(account, replace(fix, co2e_mg=7), CATALOGUE, TODAY) == Conflict(("body",))
    post(account, Amend(ANN, id_of("back"), "reversal", id_of("walk"), "by mistake"))
    assert (account.minted_mg, account.points) == (0, 0)
    assert refused(account, Amend(ANN, id_of("more"), "correction", id_of("walk"), "", 1, 5)) == "already_reversed"
    assert refused(account, Amend(ANN, id_of("none"), "reversal", id_of("nothing"), "")) == "unknown_event"
    post(account, an_act("another", WALK))
    for size, reason in ((10**9, "above_cap"), (0, None)):
        change = Amend(ANN, id_of(f"size {size}"), "correction", id_of("another"), "", 1, size)
        assert refused(account, change) == reason if reason else post(account, change)


def test_points_are_held_spent_and_given_back_once() -> None:
    account = Account()
    post(account, an_act("one"), an_act("two"))
    mug = Redeem(ANN, id_of("mug"), 10, "mug")
    (held,) = post(account, mug)
    assert account.points == 4
    assert decide(account, mug, CATALOGUE, TODAY) == Duplicate((held,))
    assert decide(account, replace(mug, points=11), CATALOGUE, TODAY) == Conflict(("points",))
    assert refused(account, Redeem(ANN, id_of("bag"), 5, "bag")) == "not_enough"
    assert refused(account, Redeem(ANN, id_of("nil"), 0, "nil")) == "not_positive"
    (void,) = post(account, Settle(ANN, id_of("mug"), "void"))
    assert account.points == 14
    assert decide(account, Settle(ANN, id_of("mug"), "void"), CATALOGUE, TODAY) == Duplicate((void,))
    assert refused(account, Settle(ANN, id_of("mug"), "posted")) == "not_pending"
    assert refused(account, Settle(ANN, id_of("hat"), "posted")) == "unknown_redemption"
    post(account, Redeem(ANN, id_of("cup"), 14, "cup"), Settle(ANN, id_of("cup"), "posted"))
    assert account.points == 0
    post(account, Amend(ANN, id_of("back"), "fraud", id_of("one"), "a bot"))
    assert account.points == -7  # a clawback leaves a debt, and a debt buys nothing
    assert refused(account, Redeem(ANN, id_of("pen"), 1, "pen")) == "not_enough"


MONTHS = [dt.date(2026, month, 1) for month in range(6, 12)]


def lots_left(earned: dict[dt.date, int], taken: list[tuple[str, int]]) -> dict[dt.date, int]:
    """Lots kept one by one: all that was earned, then each spending from the oldest and each end of months, in turn."""
    lots = dict(earned)
    for what, size in taken:
        for each in MONTHS[: size + 1] if what == "expire" else MONTHS:
            used = lots[each] if what == "expire" else min(lots[each], size)
            lots[each] -= used
            size -= used if what == "spend" else 0
    return lots


@given(
    st.lists(st.tuples(st.sampled_from(["earn", "spend", "expire"]), st.integers(0, 5), st.integers(1, 9)), max_size=24)
)
def test_points_end_first_in_first_out_as_lots_would(steps: list[tuple[str, int, int]]) -> None:
    """Points of an old act that comes late count as earned when it happened: the order of arrival changes nothing.

    A month ends only when no act of it may come any more (`acceptance_days`), so it does here.
    """
    account, earned, taken = Account(), dict.fromkeys(MONTHS, 0), []
    for n, (step, at, size) in enumerate(steps):
        month = MONTHS[at]
        if step == "earn":
            post(account, an_act(f"{n}", LOT, quantity=size, occurred_day=month), today=month)
            earned[month] += size
        elif step == "spend":
            if size > sum(lots_left(earned, taken).values()):
                assert refused(account, Redeem(ANN, id_of(f"{n}"), size, "x")) == "not_enough"
                continue
            post(account, Redeem(ANN, id_of(f"{n}"), size, "x"))
            taken.append(("spend", size))
        elif not any(later == "earn" and MONTHS[when] <= month for later, when, _ in steps[n:]):
            post(account, ExpirePoints(ANN, id_of(f"{n}"), month), today=dt.date(2028, 1, 1))
            taken.append(("expire", at))
        lots = lots_left(earned, taken)
        assert account.points == sum(lots.values())
        for place, each in enumerate(MONTHS):
            assert account.unexpired_through(each) == sum(lots[month] for month in MONTHS[: place + 1])


def test_points_do_not_end_before_their_time() -> None:
    account = Account()
    post(account, an_act("ride"))
    end = ExpirePoints(ANN, id_of("end"), dt.date(2026, 11, 17))
    assert refused(account, end, dt.date(2027, 11, 30)) == "not_due"
    (row,) = post(account, end, today=dt.date(2027, 12, 1))
    assert account.points == 0
    assert decide(account, end, CATALOGUE, dt.date(2027, 12, 2)) == Duplicate((row,))
    assert decide(account, replace(end, through_month=dt.date(2026, 10, 1)), CATALOGUE, TODAY) == Conflict(
        ("through_month",)
    )
    post(
        account, ExpirePoints(ANN, id_of("again"), dt.date(2026, 11, 1)), today=dt.date(2027, 12, 2)
    )  # nothing is left


def test_shares_never_exceed_the_mint_and_credits_have_one_owner() -> None:
    account = Account()
    post(account, an_act("ride"))
    city = Share(ANN, id_of("s1"), id_of("ride"), "Springfield", "city", "impact", 10_000)
    (given_share,) = post(account, city)
    assert decide(account, city, CATALOGUE, TODAY) == Duplicate((given_share,))
    assert decide(account, replace(city, party="Shelbyville"), CATALOGUE, TODAY) == Conflict(("party",))
    brand = replace(city, share_id=id_of("s2"), party="Acme", role="brand", co2e_mg=5_001)
    assert refused(account, brand) == "not_enough"
    post(account, replace(brand, co2e_mg=5_000))
    credit = replace(city, share_id=id_of("s3"), share_type="credit", co2e_mg=15_000)
    assert refused(account, credit) == "no_serial"
    credit = replace(credit, serial="REG-1")
    outcome = decide(account, credit, CATALOGUE, TODAY, {"REG-1": id_of("elsewhere")})
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "serial_used"
    post(account, credit)
    assert refused(account, Amend(ANN, id_of("back"), "reversal", id_of("ride"), "")) == "credit_issued"


def test_shares_of_an_act_taken_back_are_taken_back_with_it() -> None:
    account = Account()
    share = Share(ANN, id_of("s1"), id_of("ride"), "Springfield", "city", "impact", 10_000)
    post(account, an_act("ride"), share)
    rows = post(account, Amend(ANN, id_of("back"), "reversal", id_of("ride"), "paid back"))
    assert isinstance(rows[1], ShareRow)
    assert (rows[0].co2e_mg, rows[1].step) == (-15_000, "taken")
    assert refused(account, replace(share, share_id=id_of("s2"))) == "not_enough"


def test_a_rebuilt_account_is_the_same() -> None:
    account = Account()
    rows = post(
        account, an_act("one"), an_act("two"), Redeem(ANN, id_of("mug"), 9, "mug"), Settle(ANN, id_of("mug"), "posted"),
        Amend(ANN, id_of("back"), "reversal", id_of("one"), ""),
    )  # fmt: skip
    assert fold(rows) == account


def test_every_reason_is_given_somewhere_in_the_rules() -> None:
    from pathlib import Path

    from leafmark.ledger import rules

    text = "".join(
        (Path(rules.__file__).parent / name).read_text()
        for name in ("rules.py", "intake.py", "ingest.py", "credits.py")
    )
    assert [reason for reason in REASONS if f'"{reason}"' not in text] == []


@pytest.mark.parametrize(("change", "says"), [
    ({"actions": (METRO, replace(METRO, version=2, valid_from=dt.date(2026, 6, 1)))}, "overlap"),
    ({"actions": (METRO, replace(METRO, valid_from=dt.date(2027, 1, 1), valid_to=dt.date(2028, 1, 1)))}, "same programme"),
    ({"points_months": 2}, "born expired"),
    ({"own": (OwnBoundary("city", "marketplace", 2026, "e-receipt", "scope 3"),)},
     "own boundary city/e-receipt 2026: action city/e-receipt has no terms; expected one of city/metro"),
    ({"campaigns": (replace(CATALOGUE.campaigns[0], programme="town"),)},
     "campaign town/double of metro: action town/metro has no terms; expected one of city/metro"),
    ({"points_months": "24"}, "the catalogue: points_months '24', expected a whole number of 1 to 1200"),
])  # fmt: skip
def test_terms_that_contradict_each_other(change: dict[str, object], says: str) -> None:
    with pytest.raises(CatalogueError, match=says):
        Catalogue(**{"actions": (METRO,), **change})


def test_terms_that_contradict_themselves() -> None:
    with pytest.raises(CatalogueError, match=r"cap_points -1, expected a whole number of 0 to 1,.*; reason ''"):
        replace(METRO, cap_points=-1, reason="")
    with pytest.raises(
        CatalogueError, match="campaign city/double of metro: denominator 0, expected a whole number of 1"
    ):
        replace(CATALOGUE.campaigns[0], denominator=0)


@pytest.mark.parametrize(("kind", "field", "found", "expected"), [
    ("actions", "cap_period", "week", "one of day, month, year"), ("actions", "points_per", "km", "one of act, quantity, kg"),
    ("actions", "evidence_minimum", "E", "one of A, B, C, D"), ("actions", "evidence_minimum", None, "one of A, B, C, D"),
    ("actions", "statement", "avoid", "one of avoided, participant_reduction, operator_inventory, points_only"),
    ("actions", "points", 1.5, "a whole number of 0 to 1,000,000"), ("actions", "points", True, "a whole number"),
    ("actions", "version", "1", "a whole number of 1 to"), ("actions", "quantity_max", 1e5, "a whole number of 1 to"),
    ("actions", "co2e_mg_max", None, "a whole number of 0 to"), ("actions", "cap_points", [1], "a whole number"),
    ("actions", "acceptance_days", 10**9, "a whole number of 1 to 32,768"), ("actions", "unit", 7, "a name of 1 to 255"),
    ("actions", "valid_to", "2027-02-30", "a day, written YYYY-MM-DD"), ("actions", "valid_from", 2026, "a day"),
    ("actions", "reason", 3, "why the caps"), ("actions", "method_id", "\ud800", "a name"), ("actions", "action", "\ud800", "a name"),
    ("campaigns", "numerator", 1.5, "a whole number of 0 to 1000"), ("campaigns", "denominator", False, "a whole number"),
    ("campaigns", "valid_from", "May", "a day"), ("campaigns", "action", "", "a name"), ("campaigns", "programme", 1, "a name"),
    ("own", "year", "2026", "a whole number of 2000 to 2088"), ("own", "year", 2089, "a whole number of 2000 to 2088"),
    ("own", "operator", "", "a name"), ("own", "scope", None, "a name"), ("own", "action", ["e_receipt"], "a name"),
])  # fmt: skip
def test_a_slip_of_the_pen_in_the_terms_is_refused_by_its_field(
    kind: str, field: str, found: object, expected: str
) -> None:
    """Terms never change, so what no later ingest could read must not get into a store."""
    terms = json.loads(CATALOGUE.to_json())
    entry = {"actions": "action city/", "campaigns": "campaign ", "own": "own boundary city/"}[kind]
    terms[kind][0][field] = found
    with pytest.raises(CatalogueError) as told:
        Catalogue.from_json(json.dumps(terms))
    assert str(told.value).startswith(entry)
    assert f"{field} {found!r}, expected {expected}" in str(told.value)


@pytest.mark.parametrize(("changes", "says"), [
    ({"points_per": "quantity", "points": 7_000, "quantity_max": 10**9},
     r"may earn 10,500,000,000,000 points \(points 7000 x quantity_max 1000000000 x 3/2 of a campaign\)"),
    ({"points_per": "kg", "points": 10**6, "co2e_mg_max": 10**13}, "x 10000000 kg of co2e_mg_max x 3/2"),
])  # fmt: skip
def test_one_act_earns_no_more_than_a_batch_can_sum(changes: dict[str, object], says: str) -> None:
    with pytest.raises(CatalogueError, match=says):
        replace(CATALOGUE, actions=(replace(METRO, **changes), *CATALOGUE.actions[1:]))
    Catalogue((replace(METRO, points_per="kg", points=10**6, co2e_mg_max=10**13),))  # 10^13, the most


def test_the_catalogues_identity_follows_its_terms() -> None:
    changed = [
        replace(CATALOGUE, actions=(replace(METRO, points=8), *CATALOGUE.actions[1:])),
        replace(CATALOGUE, own=()),
        CATALOGUE,
    ]
    assert len({each.sha256 for each in changed}) == 3
    assert replace(CATALOGUE).sha256 == CATALOGUE.sha256


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\rb", "x" * 256])
def test_a_text_that_no_record_can_hold_is_refused(text: str) -> None:
    account = Account()
    post(account, an_act("ride"))
    assert refused(account, Redeem(ANN, id_of("mug"), 1, text)) == "bad_text"
    assert refused(account, Amend(ANN, id_of("back"), "reversal", id_of("ride"), text)) == "bad_text"
    share = Share(ANN, id_of("s"), id_of("ride"), text, "city", "impact", 1)
    assert refused(account, share) == "bad_text"
    assert refused(account, replace(share, party="")) == "bad_text"


@pytest.mark.parametrize(("change", "says"), [
    (lambda terms: terms.pop("own"), "not a catalogue: lacks own; expected actions, campaigns, own, points_months"),
    (lambda terms: terms["actions"][1].pop("points"), "actions, entry 2: lacks points; expected .*valid_from"),
    (lambda terms: terms["actions"][0].update(pionts=7), "actions, entry 1: has 'pionts', which is no field of it; expected"),
    (lambda terms: terms["campaigns"].append("double"), "campaigns, entry 2: 'double', expected an object with"),
    (lambda terms: terms["campaigns"][0].pop("denominator"), None),
    (lambda terms: terms.update(own="none"), "own: 'none', expected a list"),
])  # fmt: skip
def test_a_file_of_terms_says_which_entry_is_wrong(change: Callable[[Any], object], says: str | None) -> None:
    terms = json.loads(CATALOGUE.to_json())
    change(terms)
    if says is None:
        assert Catalogue.from_json(json.dumps(terms)).campaigns[0].denominator == 1
        return
    with pytest.raises(CatalogueError, match=says):
        Catalogue.from_json(json.dumps(terms))


@pytest.mark.parametrize("text", ["[]", "7", "null", "{", "", "\x00"])
def test_a_text_that_is_no_catalogue(text: str) -> None:
    with pytest.raises(CatalogueError, match=r"^not a catalogue: "):
        Catalogue.from_json(text)
