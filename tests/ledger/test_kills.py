"""Kill -9 in mid-batch: of the client, of the writer, of the whole server. What was acknowledged is there, nothing twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from postgresql_server import Server
from posting_child import batch_of, redemption_of
from terms import TODAY

from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.rows import Act

CHILD = Path(__file__).with_name("posting_child.py")
BATCHES = 24


class Posting:
    """Children that post the same acts until one of them gets to the end."""

    def __init__(self, address: str, seed: int) -> None:
        self.address, self.seed, self.kills = address, seed, 0
        self.batches: set[int] = set()
        self.redeemed: set[int] = set()

    def start(self) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(CHILD.parent), *sys.path])}
        return subprocess.Popen(
            [sys.executable, CHILD, self.address, "main", str(self.seed), str(BATCHES)], stdout=subprocess.PIPE, text=True,
            env=environment,
        )  # fmt: skip

    def take(self, child: subprocess.Popen[str]) -> str:
        """What the child still said; its last whole line."""
        assert child.stdout is not None
        last = ""
        for line in child.stdout:
            if line.endswith("\n"):
                last = line.strip()
                self.note(last)
        child.stdout.close()
        child.wait()
        return last

    def note(self, line: str) -> None:
        word, _, number = line.partition(" ")
        if word == "batch":
            self.batches.add(int(number))
        elif word == "redeemed":
            self.redeemed.add(int(number))

    def killed_at_random(self, chance: random.Random) -> None:
        """Start a child and kill it within moments of its first words."""
        child = self.start()
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        time.sleep(chance.random() * 0.25)
        child.send_signal(signal.SIGKILL)
        self.take(child)
        self.kills += 1

    def holds(self, ledger: Ledger) -> None:
        """All that was acknowledged is there, and nothing twice."""
        acts = [act for number in self.batches for act in batch_of(self.seed, number)]
        there = {row[0] for row in ledger.store.rows("SELECT event_id FROM event")}
        assert {act.event_id for act in acts} <= there
        logged = {tuple(row) for row in ledger.store.rows("SELECT account_id, redemption_id FROM redemption")}
        assert {redemption_of(number) for number in self.redeemed} <= logged

    def ends_whole(self, ledger: Ledger) -> None:
        """One child gets to the end; then the store holds each act once and its sums are those of the acts."""
        assert self.take(self.start()) == "done"
        self.holds(ledger)
        acts: dict[int, Act] = {act.event_id: act for n in range(BATCHES) for act in batch_of(self.seed, n)}
        count, mg = ledger.store.rows("SELECT count(*), sum(co2e_mg) FROM event")[0]
        assert (count, mg) == (len(acts), sum(act.co2e_mg for act in acts.values()))
        assert ledger.store.rows("SELECT sum(co2e_mg) FROM tally") == [(mg,)]
        charged = ledger.store.rows("SELECT sum(points) FROM redemption")
        assert ledger.store.rows("SELECT sum(held) FROM balance") == charged


def kill_clients(address: str, kills: int, seed: int) -> None:
    posting, chance = Posting(address, seed), random.Random(seed)
    for _ in range(kills):
        posting.killed_at_random(chance)
        with open_ledger(address, "reader", lambda: TODAY) as ledger:
            posting.holds(ledger)
    with open_ledger(address, "reader", lambda: TODAY) as ledger:
        posting.ends_whole(ledger)


def kill_servers(server: Server, kills: int, seed: int) -> None:
    address = server.new_database()
    posting, chance = Posting(address, seed), random.Random(seed)
    for _ in range(kills):
        child = posting.start()
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        time.sleep(chance.random() * 0.25)
        server.kill()
        said = posting.take(child)
        assert said == "done" or said.startswith("store: "), said  # told, not a traceback
        server.start()
        with open_ledger(address, "reader", lambda: TODAY) as ledger:
            posting.holds(ledger)
    with open_ledger(address, "reader", lambda: TODAY) as ledger:
        posting.ends_whole(ledger)


def test_killed_clients(address: str) -> None:
    kill_clients(address, 4, 1)


def test_killed_server(server: Server) -> None:
    kill_servers(server, 2, 2)


@pytest.mark.stress
def test_a_hundred_killed_clients(address: str) -> None:
    kill_clients(address, 90, 3)


@pytest.mark.stress
def test_many_killed_servers(server: Server) -> None:
    kill_servers(server, 25, 4)


def test_two_schedulers_at_once(address: str) -> None:
    """Two processes run the same job under the same writer's name."""
    posting = Posting(address, 5)
    first = posting.start()
    second = posting.start()
    assert posting.take(first) == "done"
    assert posting.take(second) == "done"
    with open_ledger(address, "reader", lambda: TODAY) as ledger:
        posting.ends_whole(ledger)
        numbers = [row[0] for row in ledger.store.rows("SELECT number FROM batch ORDER BY number")]
        assert numbers == list(range(1, len(numbers) + 1))
