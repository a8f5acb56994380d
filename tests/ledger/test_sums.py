"""`rebuild` of a PostgreSQL store writes what differs, and everything where a table cannot be trusted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from books import ANN, BOB, behind, rides
from postgresql_server import Server
from terms import CATALOGUE, TODAY

from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.rows import Accepted
from leafmark.ledger.verify import verify


@pytest.fixture
def posted(server: Server) -> Iterator[Ledger]:
    """Two accounts with a tally a day each, and one balance."""
    with open_ledger(server.new_database(), "main", lambda: TODAY) as ledger:
        ledger.load(CATALOGUE)
        for account in (ANN, BOB):
            ledger.ingest(rides(account, 30))
        assert isinstance(ledger.redeem(ANN, 1, 5, "a pen"), Accepted)
        yield ledger


def places(ledger: Ledger) -> dict[tuple[int, ...], str]:
    """Where each tally lies: a row that is written again lies elsewhere."""
    return {
        tuple(key): place
        for *key, place in ledger.store.rows("SELECT account_id, terms, cap_from, ctid::TEXT FROM tally")
    }


def test_what_is_right_stays_where_it_is(posted: Ledger) -> None:
    before = places(posted)
    wrong = next(iter(before))
    behind(
        posted,
        "UPDATE tally SET points = points + 1 WHERE account_id = {} AND terms = {} AND cap_from = {}".format(*wrong),
    )
    behind(
        posted,
        f"INSERT INTO tally SELECT account_id + 1, co2e_mg, points, cap_points, terms, cap_from, statement FROM tally WHERE account_id = {ANN} LIMIT 1",
    )
    posted.rebuild()
    after = places(posted)
    assert after.keys() == before.keys()
    assert [key for key in before if after[key] != before[key]] == [wrong]
    assert verify(posted).ok


DAMAGES: dict[str, tuple[str, ...]] = {
    "all lost": ("DELETE FROM tally", "DELETE FROM balance"),
    "most wrong": ("UPDATE tally SET points = points + 1, co2e_mg = 7",),
    "a row twice": (
        "ALTER TABLE tally DROP CONSTRAINT tally_pkey",
        f"INSERT INTO tally SELECT * FROM tally WHERE account_id = {ANN} LIMIT 1",
    ),
    "a wrong row twice": (
        "ALTER TABLE tally DROP CONSTRAINT tally_pkey",
        f"INSERT INTO tally SELECT account_id, 0, 0, cap_points, terms, cap_from, statement FROM tally WHERE account_id = {ANN} LIMIT 1",
    ),
    "an empty cell": (
        "ALTER TABLE tally ALTER points DROP NOT NULL",
        f"UPDATE tally SET points = NULL WHERE account_id = {BOB}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_where_that_cannot_do_all_are_written(posted: Ledger, damage: str) -> None:
    tallies, balances = (sorted(posted.store.rows(f"SELECT * FROM {table}")) for table in ("tally", "balance"))
    behind(posted, *DAMAGES[damage])
    posted.rebuild()
    assert sorted(posted.store.rows("SELECT * FROM tally")) == tallies
    assert sorted(posted.store.rows("SELECT * FROM balance")) == balances


def test_a_table_without_rows_gets_them(server: Server) -> None:
    with open_ledger(server.new_database(), "main", lambda: TODAY) as ledger:
        ledger.load(CATALOGUE)
        assert ledger.rebuild() == (0, 0)
