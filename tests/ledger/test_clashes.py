"""PostgreSQL: a transaction that clashes with another is tried again whole, and says so when it never gets through."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from postgresql_server import Server
from psycopg import errors
from terms import ANN, CATALOGUE, TODAY, an_act

from leafmark.ledger import Amend, StoreError, id_of
from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.postgresql import ATTEMPTS_MAX
from leafmark.ledger.rows import Accepted
from leafmark.ledger.store import Transaction

BOB = id_of("bob")


@pytest.fixture
def address(server: Server) -> str:
    return server.new_database()


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    with open_ledger(address, today=lambda: TODAY) as made:
        made.load(CATALOGUE)
        made.ingest([an_act("one"), an_act("two", account_id=BOB, fingerprint=2)])
        yield made


def test_a_deadlock_is_tried_again(ledger: Ledger, address: str) -> None:
    """The other one holds the second account and asks for the first: PostgreSQL ends ours, which then gets through."""
    first, second = sorted((ANN, BOB))
    for owner in (first, second):
        ledger.store.transact(lambda transaction, owner=owner: transaction.lock(owner))
    other = psycopg.connect(address)
    other.execute("SET deadlock_timeout = '60s'")  # ours finds it first
    other.execute("SELECT 1 FROM balance WHERE account_id = %s FOR UPDATE", (second,))
    names = {ANN: "one", BOB: "two"}
    back = [Amend(owner, id_of("back"), "reversal", id_of(names[owner]), "so it was") for owner in (first, second)]
    tries: list[int] = []

    def ours() -> None:
        def work(transaction: Transaction) -> list[object]:
            tries.append(1)
            return [ledger._decided(transaction, command) for command in back]

        assert all(isinstance(each, Accepted) for each in ledger.store.transact(work))

    running = threading.Thread(target=ours)
    running.start()
    while not ledger.store.rows(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ):
        time.sleep(0.02)
    other.execute("SELECT 1 FROM balance WHERE account_id = %s FOR UPDATE", (first,))  # returns when ours is ended
    other.rollback()
    running.join()
    other.close()
    assert len(tries) > 1
    assert ledger.store.rows("SELECT count(*) FROM adjustment") == [(2,)]
    assert (ledger.balance(ANN).points, ledger.balance(BOB).points) == (0, 0)


def test_a_serialisation_failure_is_tried_again(ledger: Ledger) -> None:
    tries: list[int] = []

    def work(transaction: Transaction) -> int:
        tries.append(1)
        transaction.rows("INSERT INTO erased (account_id, day) VALUES (?, ?)", (7, 1))
        if len(tries) < 4:
            raise errors.SerializationFailure("could not serialize access")
        return 5

    assert ledger.store.transact(work) == 5
    assert len(tries) == 4
    assert ledger.store.rows("SELECT count(*) FROM erased") == [(1,)]


def test_a_clash_without_end_is_told(ledger: Ledger) -> None:
    tries: list[int] = []

    def work(_: Transaction) -> None:
        tries.append(1)
        raise errors.DeadlockDetected("deadlock detected")

    with pytest.raises(StoreError, match=f"nothing was posted after {ATTEMPTS_MAX} attempts"):
        ledger.store.transact(work)
    assert len(tries) == ATTEMPTS_MAX


def test_a_connection_that_breaks_is_made_anew(ledger: Ledger, address: str) -> None:
    with psycopg.connect(address, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'leafmark ledger'"
        )
    with pytest.raises(StoreError, match="ledger_"):
        ledger.ingest([an_act("three")])
    assert ledger.ingest([an_act("three")]).accepted == 1
