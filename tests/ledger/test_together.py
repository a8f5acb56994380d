"""Many at once over one store: threads of a process, and processes that hold each other's changes in their memory."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from postgresql_server import Server
from terms import ANN, CATALOGUE, METRO, RECEIPT, TODAY, an_act

from leafmark.ledger import (
    Act,
    Amend,
    Campaign,
    CatalogueError,
    Erase,
    OwnBoundary,
    Redeem,
    Rejected,
    StoreError,
    fingerprint,
    id_of,
)
from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.prepare import Prepared, prepare
from leafmark.ledger.rows import Accepted
from leafmark.ledger.sqlite import SqliteStore
from leafmark.ledger.verify import verify

OWN = OwnBoundary("city", "marketplace", 2026, "metro", "scope 3 category 1")
INSIDE = replace(CATALOGUE, own=(*CATALOGUE.own, OWN))


def rides(count: int, owner: int = ANN) -> list[Act]:
    return [
        an_act(f"ride {n}", account_id=owner, fingerprint=fingerprint(owner, "metro", f"{n}", "")) for n in range(count)
    ]


def told(ledger: Ledger) -> str:
    return "\n".join(map(str, verify(ledger).findings))


def test_a_boundary_that_another_process_loaded_is_not_moved_out_of(
    opened: Callable[..., Ledger], ledger: Ledger
) -> None:
    other = opened("other")  # it knows the terms as they were
    ledger.load(INSIDE)
    ledger.ingest(rides(1))
    campaign = Campaign("city", "spring", "metro", METRO.valid_from, METRO.valid_from.replace(month=2), 2)
    with pytest.raises(CatalogueError, match="own boundary city/metro 2026"):
        other.load(replace(CATALOGUE, campaigns=(*CATALOGUE.campaigns, campaign)))
    assert ledger.balance(ANN).operator_inventory_mg == 15_000


def test_acts_are_judged_by_terms_that_were_loaded_while_they_were_on_their_way(
    opened: Callable[..., Ledger], ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the judging of a batch and its commit, another process puts the year into the operator's inventory."""
    other, judged = opened("other"), []

    def then_others_load(*arguments: object) -> Prepared:
        made = prepare(*arguments)  # type: ignore[arg-type]
        if not judged:
            other.load(INSIDE)
        judged.append(made)
        return made

    monkeypatch.setattr("leafmark.ledger.ledger.prepare", then_others_load)
    assert ledger.ingest(rides(3)).accepted == 3
    assert len(judged) == 2
    assert (ledger.balance(ANN).operator_inventory_mg, ledger.balance(ANN).avoided_mg) == (45_000, 0)
    assert ledger.store.rows("SELECT catalogue FROM batch") == [(INSIDE.sha256,)]
    assert told(ledger) == ""


def test_commands_are_decided_by_the_newest_terms(opened: Callable[..., Ledger], ledger: Ledger) -> None:
    ledger.ingest(rides(1))
    later = replace(CATALOGUE, own=(*CATALOGUE.own, replace(OWN, action="walk")))
    opened("other").load(later)
    assert isinstance(ledger.reverse(ANN, id_of("back"), id_of("ride 0"), "paid back"), Accepted)
    assert ledger.store.rows("SELECT catalogue FROM batch ORDER BY batch DESC LIMIT 1") == [(later.sha256,)]


def test_no_tally_holds_two_statements(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that lets a boundary change over acts that are posted: `verify` names the tally, whatever it says."""
    ledger.ingest(rides(1))
    monkeypatch.setattr("leafmark.ledger.loading._same_boundaries", lambda *_: None)
    ledger.load(INSIDE)
    ledger.ingest(rides(2))
    assert "hold acts of statements A and O; expected one statement" in told(ledger)


def test_sums_made_before_an_act_of_the_same_group_are_not_put_back(tmp_path: Path) -> None:
    """SQLite commits a group as one: sums that were made before it must see the acts of those before them in the group."""
    with open_ledger(tmp_path / "ledger.db", "main", lambda: TODAY) as ledger:
        ledger.load(CATALOGUE)
        ledger.ingest(rides(1))
        replace_tallies, posted = ledger.store.replace_tallies, []

        def in_a_group(*arguments: object) -> bool:
            if posted:
                return replace_tallies(*arguments)  # type: ignore[arg-type]
            ledger.store.submit(lambda _: time.sleep(0.3))  # while this runs, the next two come together
            time.sleep(0.1)
            with ThreadPoolExecutor(2) as pool:
                act = pool.submit(ledger.ingest, rides(2))
                time.sleep(0.1)
                sums = pool.submit(replace_tallies, *arguments)  # type: ignore[arg-type]
                posted.append(act.result().accepted)
                return sums.result()

        ledger.store.replace_tallies = in_a_group  # type: ignore[method-assign,assignment]
        ledger.rebuild()
        assert posted == [1]
        assert ledger.balance(ANN).points == 14
        assert told(ledger) == ""


@pytest.mark.parametrize(
    "bad",
    [Redeem(2**70, 1, 5, "mug"), Redeem(ANN, 2**64, 5, "mug"), Redeem(ANN, 1, 1.5, "mug"), Redeem(ANN, 1, True, "mug")],  # type: ignore[arg-type]
)
def test_one_who_asks_for_nonsense_is_alone_with_it(ledger: Ledger, bad: Redeem) -> None:
    ledger.ingest(rides(1))
    if isinstance(ledger.store, SqliteStore):
        ledger.store.submit(lambda _: time.sleep(0.2))
    with ThreadPoolExecutor(2) as pool:
        good, refused = (pool.submit(ledger.post, each) for each in (Redeem(ANN, id_of("cup"), 5, "cup"), bad))
    assert isinstance(good.result(), Accepted)
    outcome = refused.result()
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "not_a_number"


def test_what_comes_while_a_ledger_is_closed_is_told_so(tmp_path: Path) -> None:
    for _ in range(20):
        ledger = open_ledger(tmp_path / "ledger.db", "main", lambda: TODAY)
        ledger.load(CATALOGUE)
        started, said = threading.Barrier(9), []

        def post(
            owner: int, ledger: Ledger = ledger, started: threading.Barrier = started, said: list[str] = said
        ) -> None:
            started.wait()
            try:
                ledger.ingest(rides(1, owner))
                said.append("posted")
            except StoreError as error:
                said.append(str(error))

        threads = [threading.Thread(target=post, args=(id_of(f"{n}"),)) for n in range(8)]
        for each in threads:
            each.start()
        started.wait()
        ledger.close()
        for each in threads:
            each.join(timeout=20)
            assert not each.is_alive(), "it waits for an answer that never comes"
        assert all(each == "posted" or "the ledger is closed" in each for each in said)


def test_threads_that_ended_hold_no_connection(ledger: Ledger) -> None:
    def connections() -> int:
        gc.collect()
        if isinstance(ledger.store, SqliteStore):
            return len(os.listdir("/proc/self/fd"))
        count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        return int(ledger.store.rows(count)[0][0])

    before = connections()
    for _ in range(30):
        thread = threading.Thread(target=ledger.balance, args=(ANN,))
        thread.start()
        thread.join()
    time.sleep(0.2)  # the server takes a moment to see it
    assert connections() <= before + 3


def test_sources_of_refused_acts_are_not_kept(ledger: Ledger) -> None:
    """A column that was mapped wrong may hold addresses of people."""
    wrong = [replace(act, method_id="none", source=f"ann{n}@example.org") for n, act in enumerate(rides(3))]
    receipt = ledger.ingest([*wrong, an_act("ride"), an_act("receipt", RECEIPT, source="shop")])
    assert (receipt.accepted, receipt.reasons) == (2, {"method_differs": 3})
    assert ledger.store.rows("SELECT name FROM source ORDER BY name") == [("gate",), ("shop",)]
    again = ledger.ingest([replace(an_act("ride"), method_id="none", source="ann@example.org")])
    assert again.conflicts == 1


@pytest.fixture
def on_server(server: Server) -> str:
    return server.new_database()


def test_an_act_on_its_way_in_comes_before_the_erasure(on_server: str) -> None:
    """PostgreSQL: who asked whether an account was erased is done before it is."""
    with (
        open_ledger(on_server, "main", lambda: TODAY) as ledger,
        open_ledger(on_server, "other", lambda: TODAY) as other,
    ):
        ledger.load(CATALOGUE)
        asked, go_on = threading.Event(), threading.Event()
        transaction_type = type(ledger.store.transact(lambda transaction: transaction))
        erased_among = transaction_type.erased_among

        def slowly(transaction: object, account_id: object) -> set[int]:
            found = erased_among(transaction, account_id)
            asked.set()
            go_on.wait(20)
            return found

        with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
            patch.setattr(transaction_type, "erased_among", slowly)
            act = pool.submit(ledger.ingest, rides(1))
            assert asked.wait(20)
            erasing = pool.submit(other.post, Erase(ANN, id_of("forget")))
            time.sleep(0.3)
            assert not erasing.done()
            go_on.set()
            assert act.result().accepted == 1
            assert isinstance(erasing.result(), Accepted)
        assert ledger.balance(ANN).points == 0
        outcome = ledger.post(an_act("late"))
        assert isinstance(outcome, Rejected)
        assert outcome.reason == "account_erased"
        assert told(ledger) == ""


def test_many_threads_of_one_writer_seal_one_after_the_other(on_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them fails on the number of its batch and does its work twice."""
    with open_ledger(on_server, "main", lambda: TODAY) as ledger:
        ledger.load(CATALOGUE)
        ledger.ingest([act for n in range(8) for act in rides(6, id_of(f"{n}"))])
        monkeypatch.setattr("leafmark.ledger.postgresql.ATTEMPTS_MAX", 1)
        backs = [[Amend(id_of(f"{n}"), k, "reversal", id_of(f"ride {k}"), "") for k in range(6)] for n in range(8)]
        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(lambda mine: [ledger.post(each) for each in mine], backs))
        assert all(isinstance(each, Accepted) for mine in outcomes for each in mine)
        assert told(ledger) == ""


@pytest.mark.parametrize(
    "address",
    ["postgresql://u:hunter2@[::1]x/db", "postgresql://u:hunter%zz2@localhost/db", "postgresql://u:hunter2@h:1x/d"],
)
def test_no_password_in_words_about_an_address(address: str) -> None:
    with pytest.raises(StoreError) as told_:
        open_ledger(address)
    assert "hunter" not in str(told_.value)


def test_many_processes_make_one_new_file(tmp_path: Path) -> None:
    (tmp_path / "terms.json").write_text(CATALOGUE.to_json())
    for n in range(3):
        command = [sys.executable, "-m", "leafmark.cli", "ledger", "load", "terms.json", "--store", f"{n}.db"]
        children = [
            subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            for _ in range(4)
        ]
        said = [child.communicate(timeout=100)[0] for child in children]
        assert [child.returncode for child in children] == [0] * 4, said


def test_a_file_whose_name_looks_like_an_address(tmp_path: Path) -> None:
    path = tmp_path / "q?mode=memory%20#x.db"
    with open_ledger(path, "main", lambda: TODAY) as ledger:
        ledger.load(CATALOGUE)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    with open_ledger(path, "main", lambda: TODAY) as ledger:
        assert ledger.catalogue == CATALOGUE


def test_another_programs_file_is_left_as_it_was(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "foreign.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="a database, but not a ledger"):
        open_ledger(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["foreign.db"]


def test_a_verb_that_reads_makes_no_ledger(on_server: str, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    for address in (on_server, str(tmp_path / "none.db"), str(tmp_path / "empty.db")):
        with pytest.raises(StoreError, match="there is no ledger; make one with leafmark ledger load"):
            open_ledger(address, make=False)
    assert [(each.name, each.stat().st_size) for each in tmp_path.iterdir()] == [("empty.db", 0)]
    with open_ledger(on_server) as made:
        assert made.balance(ANN).points == 0
    with open_ledger(on_server, make=False) as found:
        assert found.balance(ANN).points == 0


def test_commands_of_several_accounts_are_answered_in_the_order_in_which_they_came(ledger: Ledger) -> None:
    """Bob's act is posted and Ann's is not: whoever comes first, each gets her own answer."""
    bob, ann = sorted((id_of("bob"), ANN), reverse=True)
    ledger.ingest([an_act("ride", account_id=bob, fingerprint=fingerprint(bob, "metro", "ride", ""))])
    commands = [Amend(bob, 1, "fraud", id_of("ride"), "x"), Amend(ann, 2, "fraud", id_of("ride"), "x")]
    first, second = ledger.post_together(commands)
    assert isinstance(first, Accepted)
    assert isinstance(second, Rejected)
    swapped = ledger.post_together(
        [Amend(ann, 3, "fraud", id_of("ride"), "x"), Amend(bob, 1, "fraud", id_of("ride"), "x")]
    )
    assert [type(each).__name__ for each in swapped] == ["Rejected", "Duplicate"]
