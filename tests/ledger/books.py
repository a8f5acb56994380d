"""A ledger with a row of every kind in it, and ways to damage it behind its back."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable

from terms import ANN, CHANNEL, METRO, RECEIPT, TODAY, WALK, an_act

from leafmark.ledger import Act, Amend, Erase, ExpirePoints, Redeem, Share, fingerprint, id_of
from leafmark.ledger.ledger import Ledger
from leafmark.ledger.rows import Accepted, MoveCredit
from leafmark.ledger.sqlite import SqliteStore

BOB, EVE, OLD = id_of("bob"), id_of("eve"), id_of("old")
LATER = dt.date(2027, 12, 1)


def rides(owner: int, count: int, name: str = "ride") -> list[Act]:
    """Rides of the first half of November, one of the campaign's days among them."""
    return [
        an_act(f"{name} {n}", account_id=owner, fingerprint=fingerprint(owner, "metro", f"{name} {n}", ""),
               occurred_day=dt.date(2026, 11, 1 + n % 15), source=f"gate {n % 2}", evidence="AB"[n % 2])
        for n in range(count)
    ]  # fmt: skip


def fill(opened: Callable[..., Ledger]) -> Ledger:
    """Post acts by two writers, amend, share, redeem and erase. The ledger of the first writer; its day is `TODAY`."""
    ledger, other = opened("main"), opened("other")
    acts = rides(ANN, 20) + rides(BOB, 20) + rides(EVE, 3)
    acts += [an_act(f"receipt {n}", RECEIPT, co2e_mg=900 + n) for n in range(7)]
    acts += [an_act("order", CHANNEL, quantity=50), an_act("walk", WALK, co2e_mg=3_400_000, quantity=9000)]
    acts += [an_act("worse", METRO, co2e_mg=-12_000, occurred_day=dt.date(2026, 11, 16))]
    ledger.ingest(acts[::2])
    other.ingest(acts[1::2], batch_rows=15)
    commands = (
        Amend(ANN, id_of("back"), "reversal", id_of("ride 3"), "paid back"),
        Amend(ANN, id_of("again"), "correction", id_of("ride 4"), "the gate was wrong", 2, 9_000),
        Amend(BOB, id_of("fake"), "fraud", id_of("ride 5"), "a copied ticket"),
        Share(ANN, id_of("s1"), id_of("ride 6"), "Springfield", "city", "impact", 9_000),
        Share(ANN, id_of("s2"), id_of("ride 6"), "Corner Shop", "merchant", "impact", 6_000),
        Share(ANN, id_of("s3"), id_of("ride 6"), "Fund", "brand", "credit", 100, "REG-1"),
        Share(ANN, id_of("s4"), id_of("ride 7"), "Springfield", "city", "impact", 15_000),
        Amend(ANN, id_of("taken"), "reversal", id_of("ride 7"), "paid back too"),
        Redeem(ANN, id_of("mug"), 9, "mug"),
        Redeem(ANN, id_of("cup"), 5, "cup"),
        Redeem(BOB, id_of("mug"), 11, "mug"),
        Share(ANN, id_of("s5"), id_of("ride 8"), "Fund", "brand", "credit", 100, "REG-2"),
        Erase(EVE, id_of("forget")),
    )
    for command in commands:
        assert isinstance(ledger.post(command), Accepted), command
    for serial, steps in (("REG-1", ("issued", "exported", "sold")), ("REG-2", ("issued", "cancelled"))):
        for number, step in enumerate(steps, 1):
            moved = MoveCredit(serial, number, step, "Registry", "Fund", "Mill" if step == "sold" else None)
            assert isinstance(ledger.move_credit(moved), Accepted), moved
    assert isinstance(ledger.settle(ANN, id_of("mug"), "posted"), Accepted)
    assert isinstance(ledger.settle(ANN, id_of("cup"), "void"), Accepted)
    assert isinstance(opened("late", lambda: LATER).post(ExpirePoints(BOB, id_of("end"), TODAY)), Accepted)
    return ledger


def behind(ledger: Ledger, *statements: str) -> None:
    """Run SQL that no code of the ledger would."""
    for sql in statements:
        if isinstance(ledger.store, SqliteStore):
            connection = sqlite3.connect(ledger.store.address, isolation_level=None, timeout=30)
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute(sql)
            connection.close()
        else:
            ledger.store.rows(sql)
