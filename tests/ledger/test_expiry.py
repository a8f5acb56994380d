"""Points end by month and unfinished redemptions by days: once, whoever runs the jobs and how often."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from terms import ANN, CHANNEL, LOT, METRO, TODAY, an_act

from leafmark.ledger import id_of
from leafmark.ledger.expiry import expire_points, expire_redemptions, last_ended_month
from leafmark.ledger.ledger import Ledger

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
