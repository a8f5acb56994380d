"""One bit of a store turned over, anywhere: found, or shown to carry no meaning.

A SQLite file's every byte is fair game. A flip is found if the store refuses to open or `verify` names something. One that is
not found must leave every value of every table as it was (free space of pages, counters of the file's header), or lie in a
column that docs/proof.md says nothing seals. PostgreSQL's pages are the server's affair; there the values are turned over.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from books import behind, fill
from postgresql_server import Server
from terms import CATALOGUE, TODAY

from leafmark.ledger import StoreError
from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.snapshot import TABLES
from leafmark.ledger.verify import READ, verify

NOT_SEALED = {("catalogue", "loaded_on"), ("identity", "opened_on")}
"""As docs/proof.md lists them. What an index holds a second time is found all the same."""

Values = dict[str, list[dict[str, object]]]


def made(address: str) -> None:
    with contextlib.ExitStack() as ledgers:

        def opened(writer: str, today: object = None) -> Ledger:
            return ledgers.enter_context(open_ledger(address, writer, today or (lambda: TODAY)))

        opened("main").load(CATALOGUE)
        ledger = fill(opened)
        ledger.checkpoint(TODAY)
        behind(ledger, "INSERT INTO identity (account_id, subject, opened_on) VALUES (5, 'someone', 9800)")


def values(path: Path) -> Values:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: sorted((dict(row) for row in connection.execute(f"SELECT * FROM {table}")), key=repr)
            for table in sorted(tables)
        }


def differing(before: Values, after: Values) -> set[tuple[str, str]]:
    """Columns in which anything differs."""
    found = set()
    for table in before.keys() | after.keys():
        old, new = before.get(table, []), after.get(table, [])
        if len(old) != len(new):
            found.add((table, "rows"))
        for one, other in zip(old, new, strict=False):
            found |= {(table, name) for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    return found


def fate(original: Path, flipped: Path, before: Values, at: int, bit: int) -> str:
    """What becomes of a file with one bit turned over."""
    data = bytearray(original.read_bytes())
    data[at] ^= 1 << bit
    flipped.write_bytes(data)
    try:
        with open_ledger(flipped, "main", lambda: TODAY) as ledger:
            seen = verify(ledger)
    except StoreError:
        return "refused"
    finally:
        for beside in ("-wal", "-shm"):
            Path(f"{flipped}{beside}").unlink(missing_ok=True)
    if not seen.ok:
        return "found"
    changed = differing(before, values(flipped))
    assert changed <= NOT_SEALED, f"bit {bit} of byte {at} changed {changed}, and nobody saw it"
    return "not sealed" if changed else "without meaning"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("original") / "ledger.db"
    made(str(path))
    return path


def used_bytes(data: bytes) -> list[int]:
    """Bytes of pages that are not zero: where something is written."""
    return [at for at, byte in enumerate(data) if byte]


def flip_many(original: Path, folder: Path, count: int, seed: int) -> dict[str, int]:
    draw, data, before = random.Random(seed), original.read_bytes(), values(original)
    fates: dict[str, int] = {}
    places = used_bytes(data)
    for _ in range(count):
        at = draw.choice(places) if draw.random() < 0.9 else draw.randrange(len(data))
        became = fate(original, folder / "flipped.db", before, at, draw.randrange(8))
        fates[became] = fates.get(became, 0) + 1
    return fates


def test_flipped_bits_of_a_file(original: Path, tmp_path: Path) -> None:
    fates = flip_many(original, tmp_path, 25, 11)
    assert fates["found"] + fates.get("refused", 0) > 15


def test_a_name_that_is_no_text_any_more(original: Path, tmp_path: Path) -> None:
    """One bit of a type in SQLite's own table of tables makes a name bytes; found by chance, held here."""
    path = tmp_path / "flipped.db"
    path.write_bytes(original.read_bytes())
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET name = CAST(name AS BLOB) WHERE name = 'share_event'")
    with open_ledger(path, "main", lambda: TODAY) as ledger:
        assert "b'share_event'" in str(verify(ledger).findings)


@pytest.mark.stress
@pytest.mark.parametrize("seed", range(8))
def test_many_flipped_bits_of_a_file(original: Path, tmp_path: Path, seed: int) -> None:
    fates = flip_many(original, tmp_path, 250, seed)
    assert fates["found"] + fates.get("refused", 0) > 150


NOTHING_SEALS = {("catalogue", "loaded_on"), ("catalogue", "number"), ("batch", "body")}
"""Of the tables that `verify` reads: docs/proof.md says why."""


def turned_over(value: object, draw: random.Random) -> object:
    """A value with one bit turned over, or one letter made another."""
    if isinstance(value, int):
        return value ^ (1 << draw.choice((5, 6)))  # past the small numbers, which would clash
    if isinstance(value, bytes):
        at = draw.randrange(len(value))
        return value[:at] + bytes([value[at] ^ (1 << draw.randrange(8))]) + value[at + 1 :]
    assert isinstance(value, str)
    at = draw.randrange(len(value))
    return value[:at] + ("x" if value[at] != "x" else "y") + value[at + 1 :]


def columns_unseen(ledger: Ledger, columns: list[tuple[str, str]], draw: random.Random) -> set[tuple[str, str]]:
    """Columns in which a value was turned over, and turned back, and `verify` saw nothing."""
    store, unseen = ledger.store, set()
    for table, column in columns:
        rows = store.rows(f"SELECT ctid::text, {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY ctid")
        place, value = draw.choice(rows)
        update = f"UPDATE {table} SET {column} = ? WHERE ctid = ?::tid RETURNING ctid::text"
        (moved,) = store.rows(update, (turned_over(value, draw), place))[0]
        if verify(ledger).ok:
            unseen.add((table, column))
        store.rows(update, (value, moved))
    assert verify(ledger).ok
    return unseen


@pytest.fixture
def on_postgresql(server: Server) -> Iterator[Ledger]:
    address = server.new_database()
    made(address)
    with open_ledger(address, "main", lambda: TODAY) as ledger:
        behind(ledger, "DROP INDEX redemption_end")  # a turned bit asks no index
        yield ledger


COLUMNS = [(table, column) for table in READ for column in TABLES[table].names]


def test_values_turned_over(on_postgresql: Ledger) -> None:
    draw = random.Random(3)
    columns = draw.sample([each for each in COLUMNS if each not in NOTHING_SEALS], 12)
    assert columns_unseen(on_postgresql, columns, draw) == set()


@pytest.mark.stress
@pytest.mark.parametrize("seed", range(3))
def test_values_of_every_column_turned_over(on_postgresql: Ledger, seed: int) -> None:
    assert columns_unseen(on_postgresql, COLUMNS, random.Random(seed)) == NOTHING_SEALS
