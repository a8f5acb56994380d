"""Points end by month and unfinished redemptions by days: once, whoever runs the jobs and how often."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from machine import Twin
from terms import ANN, CHANNEL, LOT, METRO, TODAY, an_act

from leafmark.ledger import Amend, ExpirePoints, Redeem, id_of
from leafmark.ledger.expiry import expire_points, expire_redemptions, last_ended_month
from leafmark.ledger.ledger import Ledger
from leafmark.ledger.rows import Accepted
from leafmark.ledger.verify import verify

BOB = id_of("bob")


def test_points_end_with_their_month(opened: Callable[..., Ledger], ledger: Ledger) -> None:
    """Points last twelve months after their own; those capped by the year end with the year's last month."""
    ledger.ingest([
        an_act("ride"), an_act("lot", LOT, quantity=5), an_act("year", CHANNEL, quantity=3),
        an_act("october", LOT, quantity=40, account_id=BOB, fingerprint=1, occurred_day=dt.date(2026, 10, 31)),
    ])  # fmt: skip
    ledger.redeem(ANN, id_of("pen"), 4, "pen")
    assert ledger.balance(ANN).points == 7 + 5 + 3 - 4
    assert expire_points(ledger) == 0
    then = opened("main", lambda: dt.date(2027, 11, 30))
    assert last_ended_month(then) == dt.date(2026, 10, 1)
    assert expire_points(then) == 1
    assert (then.balance(ANN).points, then.balance(BOB).points) == (11, 0)
    later = opened("main", lambda: dt.date(2027, 12, 1))
    assert expire_points(later) == 1
    assert later.balance(ANN).points == 3  # of November 12 were earned and 4 spent: 8 end
    assert later.balance(ANN).ended == 8
    assert expire_points(later) == 0
    last = opened("main", lambda: dt.date(2028, 1, 1))
    assert expire_points(last) == 1
    assert last.balance(ANN).points == 0


def test_two_schedulers_end_points_once(opened: Callable[..., Ledger], ledger: Ledger) -> None:
    owners = [id_of(f"owner {n}") for n in range(40)]
    ledger.ingest([an_act("ride", METRO, account_id=owner, fingerprint=owner) for owner in owners])
    schedulers = [opened(f"scheduler {n}", lambda: dt.date(2027, 12, 1)) for n in range(2)]
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(expire_points, schedulers))
    assert sum(ended) == 40
    assert ledger.store.rows("SELECT count(*), sum(points) FROM adjustment WHERE kind = 'expiry'") == [(40, -280)]


def test_unfinished_redemptions_give_back_their_points(opened: Callable[..., Ledger], ledger: Ledger) -> None:
    ledger.ingest([an_act("ride")])
    ledger.redeem(ANN, id_of("pen"), 4, "pen")
    ledger.redeem(ANN, id_of("cup"), 3, "cup")
    ledger.settle(ANN, id_of("cup"), "posted")
    then = opened("main", lambda: TODAY + dt.timedelta(8))
    assert expire_redemptions(then, 8) == 0
    assert expire_redemptions(then, 7) == 1
    assert expire_redemptions(then, 7) == 0
    assert (then.balance(ANN).points, then.balance(ANN).held) == (4, 3)


def test_what_had_ended_is_not_taken_a_second_time(opened: Callable[..., Ledger], ledger: Ledger) -> None:
    """Worked by hand: of 10 and 8 points of November 4 were spent and 14 ended. Had the first act not been, 4 would have."""
    twin = Twin()

    def post(books: Ledger, today: dt.date, *commands: object) -> None:
        for command in commands:
            outcome = books.post(command)
            assert outcome == twin.post(command, today)
            assert isinstance(outcome, Accepted), outcome

    first, second = an_act("first", LOT, quantity=10), an_act("second", LOT, quantity=8)
    post(ledger, TODAY, first, second, Redeem(ANN, id_of("pen"), 4, "pen"))
    day = dt.date(2027, 12, 1)
    later = opened("main", lambda: day)
    post(later, day, ExpirePoints(ANN, id_of("end"), dt.date(2026, 11, 1)))
    assert later.balance(ANN).ended == 14
    post(later, day, Amend(ANN, id_of("back"), "reversal", first.event_id, "paid back"))
    assert (later.balance(ANN).points, later.balance(ANN).ended) == (0, 4)
    post(later, day, Amend(ANN, id_of("other back"), "reversal", second.event_id, "paid back"))
    assert (later.balance(ANN).points, later.balance(ANN).ended) == (-4, 0)  # what was spent is owed, and no more
    assert twin.balance(ANN)[1] == -4
    seen = verify(later)
    assert seen.ok, seen.findings


def test_what_is_left_of_a_month_can_be_taken_back_after_an_earlier_one_ended(
    opened: Callable[..., Ledger], ledger: Ledger
) -> None:
    """October ended; an act of November that is taken back was spent, not ended, and is owed whole."""
    ledger.ingest([
        an_act("october", LOT, quantity=10, occurred_day=dt.date(2026, 10, 3)), an_act("november", LOT, quantity=10),
    ])  # fmt: skip
    ledger.redeem(ANN, id_of("pen"), 4, "pen")
    later = opened("main", lambda: dt.date(2027, 11, 1))
    assert expire_points(later) == 1
    assert (later.balance(ANN).points, later.balance(ANN).ended) == (10, 6)
    later.redeem(ANN, id_of("cup"), 10, "cup")
    later.reverse(ANN, id_of("back"), id_of("november"), "paid back")
    assert (later.balance(ANN).points, later.balance(ANN).ended) == (-10, 6)
