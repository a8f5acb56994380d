"""A ledger on either store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from postgresql_server import Server, running_server
from terms import CATALOGUE, TODAY

from leafmark.ledger.ledger import Ledger, open_ledger


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests of a process."""
    with running_server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new store is to be."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db")
    return request.getfixturevalue("server").new_database()


@pytest.fixture
def opened(address: str) -> Iterator[Callable[..., Ledger]]:
    """Opens the same store as often as asked."""
    ledgers: list[Ledger] = []

    def opening(writer: str = "main", today: object = None) -> Ledger:
        ledgers.append(open_ledger(address, writer, today or (lambda: TODAY)))
        return ledgers[-1]

    yield opening
    for each in ledgers:
        each.close()


@pytest.fixture
def ledger(opened: Callable[..., Ledger]) -> Ledger:
    """A ledger with the tests' terms."""
    made = opened()
    made.load(CATALOGUE)
    return made
