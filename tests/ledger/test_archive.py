"""An export is the whole ledger: put into an empty store of either kind it gives the same balances, rows and proofs."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from books import ANN, BOB, EVE, fill, rides
from terms import CATALOGUE, CHANNEL, TODAY, an_act

from leafmark.ledger import Duplicate, StoreError, id_of
from leafmark.ledger.archive import KEPT, export
from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.verify import verify

ALL = ("tally", "event", "adjustment", "redemption", "redemption_seal", "share", "batch", "terms", "source", "catalogue",
       "erased", "checkpoint")  # fmt: skip


def content(ledger: Ledger) -> dict[str, list[tuple]]:
    """All rows, but for balances of zero, which only an account's first redemption makes."""
    found = {table: sorted(map(repr, as_text(ledger.store.rows(f"SELECT * FROM {table}")))) for table in ALL}
    found["balance"] = sorted(map(repr, ledger.store.rows("SELECT * FROM balance WHERE held <> 0 OR ended <> 0")))
    return found


def as_text(rows: list[tuple]) -> list[tuple]:
    return [tuple(bytes(each).hex() if isinstance(each, bytes | memoryview) else each for each in row) for row in rows]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """An empty store of either kind, beside one of either kind."""
    address = (
        str(tmp_path / "empty.db") if request.param == "sqlite" else request.getfixturevalue("server").new_database()
    )
    with open_ledger(address, "main", lambda: TODAY) as ledger:
        yield ledger


def test_an_export_replayed_is_the_same_ledger(
    opened: Callable[..., Ledger], ledger: Ledger, empty: Ledger, tmp_path: Path
) -> None:
    fill(opened)
    ledger.checkpoint(TODAY)
    manifest = ledger.export(tmp_path / "out")
    assert manifest["files"]["event.parquet"]["rows"] == 53
    put = empty.replay(tmp_path / "out")
    assert put["event"] == 53
    assert content(empty) == content(ledger)
    for owner in (ANN, BOB, EVE):
        assert empty.balance(owner) == ledger.balance(owner)
    seen = verify(empty, [ledger.checkpoint(TODAY)])
    assert seen.ok, seen.findings
    assert empty.prove(ANN, id_of("ride 0")) == ledger.prove(ANN, id_of("ride 0"))
    assert isinstance(empty.post(rides(ANN, 1)[0]), Duplicate)
    assert empty.ingest([an_act("new", CHANNEL)]).accepted == 1
    assert verify(empty).ok


def test_only_into_an_empty_store(opened: Callable[..., Ledger], ledger: Ledger, tmp_path: Path) -> None:
    fill(opened)
    before = content(ledger)
    ledger.export(tmp_path / "out")
    with pytest.raises(StoreError, match="has rows in table batch; expected an empty store"):
        ledger.replay(tmp_path / "out")
    assert content(ledger) == before
    with pytest.raises(StoreError, match="is there already; expected a new folder"):
        ledger.export(tmp_path / "out")
    with pytest.raises(StoreError, match="there is no folder"):
        ledger.export(tmp_path / "none" / "out")


def test_a_changed_byte_is_refused_and_its_file_named(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger.db", "main", lambda: TODAY) as ledger:
        ledger.load(CATALOGUE)
        ledger.ingest([an_act("one")])
        export(ledger, tmp_path / "out")
    files = sorted((tmp_path / "out").iterdir())
    assert len(files) == len(KEPT) + 2
    draw = random.Random(5)
    with open_ledger(tmp_path / "empty.db", "main", lambda: TODAY) as empty:
        for file in files:
            whole = file.read_bytes()
            for at in {0, len(whole) - 1, *(draw.randrange(len(whole)) for _ in range(6))}:
                changed = bytearray(whole)
                changed[at] ^= 1 << draw.randrange(8)
                file.write_bytes(changed)
                with pytest.raises(StoreError, match=file.name):
                    empty.replay(tmp_path / "out")
            file.unlink()
            with pytest.raises(StoreError, match=file.name):
                empty.replay(tmp_path / "out")
            file.write_bytes(whole)
        assert empty.replay(tmp_path / "out")["event"] == 1


def test_an_export_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_ledger(tmp_path / "ledger.db", "main", lambda: TODAY) as ledger:
        ledger.load(CATALOGUE)

        def full_disk(*_: object) -> None:
            raise OSError(28, "no space left on device")

        monkeypatch.setattr("leafmark.ledger.archive._sha256", full_disk)
        with pytest.raises(OSError, match="no space"):
            ledger.export(tmp_path / "out")
    assert sorted(path.suffix for path in tmp_path.iterdir() if path.is_dir()) == []


def test_the_terms_are_there_as_they_were_loaded(opened: Callable[..., Ledger], ledger: Ledger, tmp_path: Path) -> None:
    fill(opened)
    ledger.export(tmp_path / "out")
    text = (tmp_path / "out" / f"catalogue-{CATALOGUE.sha256}.json").read_text(encoding="utf-8")
    assert text == CATALOGUE.to_json()
    assert json.loads(text)["points_months"] == 12
    owners = pq.read_table(tmp_path / "out" / "event.parquet")["account_id"].to_pylist()
    assert owners == sorted(owners)
