"""Full disks, clocks that step, a writer that fails: told in words, nothing half-posted, the next start clean."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from postgresql_server import running_server
from terms import ANN, CATALOGUE, TODAY, an_act
from test_stores import rides

from leafmark.ledger import StoreError, id_of
from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.postgresql import LOST
from leafmark.ledger.store import Transaction

MEGABYTE = 1 << 20


@contextmanager
def small_disk(folder: Path, size_mb: int) -> Iterator[Path]:
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", folder], capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def post_until_full(ledger: Ledger) -> int:
    """Batches that were acknowledged before one was refused."""
    for number in range(500):
        told = ""
        try:
            ledger.ingest(rides(2_000, name=f"batch {number}"), batch_rows=2_000)
        except StoreError as error:
            told = str(error)
        if told:
            assert "nothing was posted" in told or LOST in told  # a server whose log has no room goes down
            return number
    raise AssertionError("the disk never filled")


@pytest.mark.stress
def test_a_full_disk_of_sqlite(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        ledger = open_ledger(disk / "ledger.db", today=lambda: TODAY)
        ledger.load(CATALOGUE)
        acknowledged = post_until_full(ledger)
        assert ledger.store.rows("SELECT count(*) FROM event") == [(acknowledged * 2_000,)]
        ledger.close()
        subprocess.run(["mount", "-o", "remount,size=60m", disk], check=True)
        with open_ledger(disk / "ledger.db", today=lambda: TODAY) as again:
            receipt = again.ingest(rides(2_000, name=f"batch {acknowledged}"), batch_rows=2_000)
            assert receipt.accepted == 2_000
            assert again.store.rows("SELECT sum(records) FROM batch") == [((acknowledged + 1) * 2_000,)]


@pytest.mark.stress
def test_a_full_disk_of_postgresql(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o755)
    with small_disk(Path(f"/tmp/leafmark-full-{os.getpid()}"), 160) as disk, running_server(disk) as server:
        address = server.new_database()
        stuffing = disk / "stuffing"
        ledger = open_ledger(address, today=lambda: TODAY)
        ledger.load(CATALOGUE)
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        stuffing.write_bytes(bytes(max(0, free - 20 * MEGABYTE)))
        acknowledged = post_until_full(ledger)
        ledger.close()
        stuffing.unlink()
        server.start_if_down()
        with open_ledger(address, today=lambda: TODAY) as again:
            assert again.store.rows("SELECT count(*) FROM event") == [(acknowledged * 2_000,)]
            assert again.ingest(rides(2_000, name=f"batch {acknowledged}"), batch_rows=2_000).accepted == 2_000
            assert again.store.rows("SELECT sum(records) FROM batch") == [((acknowledged + 1) * 2_000,)]
    Path(f"/tmp/leafmark-full-{os.getpid()}").rmdir()


def test_a_clock_that_steps(opened: Callable[..., Ledger], ledger: Ledger) -> None:
    """Acts are held to the day the clock shows; what was posted stays, and the chain goes on."""
    days = {"now": TODAY}
    stepping = opened("main", lambda: days["now"])
    assert stepping.ingest([an_act("one")]).accepted == 1
    days["now"] = TODAY - dt.timedelta(30)
    receipt = stepping.ingest([an_act("two"), an_act("one"), an_act("old", occurred_day=TODAY - dt.timedelta(40))])
    assert (receipt.accepted, receipt.duplicates, receipt.reasons) == (1, 1, {"in_future": 1})
    days["now"] = dt.date(2126, 1, 1)  # past the last day that a store can hold
    assert stepping.ingest([an_act("three")]).reasons == {"too_late": 1}
    with pytest.raises(StoreError, match=r"2126-01-01 cannot be held.*is the clock right"):
        stepping.redeem(ANN, id_of("mug"), 1, "mug")
    days["now"] = TODAY
    assert stepping.ingest([an_act("three")]).accepted == 1
    numbers = ledger.store.rows("SELECT number FROM batch WHERE writer = 'main' ORDER BY number")
    assert numbers == [(1,), (2,), (3,)]


def test_work_that_fails_takes_back_its_own_part_only(ledger: Ledger) -> None:
    ledger.ingest([an_act("one")])

    def fails(transaction: Transaction) -> None:
        transaction.rows("DELETE FROM event")
        raise RuntimeError("a fault in the work")

    with pytest.raises(RuntimeError, match="a fault in the work"):
        ledger.store.transact(fails)
    assert ledger.balance(ANN).avoided_mg == 15_000
    assert ledger.ingest([an_act("two")]).accepted == 1


def test_a_closed_ledger_says_so(ledger: Ledger) -> None:
    ledger.close()
    with pytest.raises(StoreError, match="closed"):
        ledger.ingest([an_act("one")])
    with pytest.raises(StoreError, match="closed"):
        ledger.redeem(ANN, id_of("mug"), 1, "mug")
