"""The whole ledger as files that outlive it: Parquet for the rows, JSON for the terms, a manifest with the hash of each.

    export(ledger, folder)      all rows of one moment -> folder
    replay(folder, ledger)      folder -> an empty store: the same rows, batches and links; tallies and balances made anew

Events stand by account and day, zstd over delta and dictionary encodings. Two random ids of 64 bits take 16 bytes of each and
cannot be made smaller; the other ten columns take about 9 together. Tallies and balances are not kept: they are sums. Names,
keys and sealed details of persons are not kept either: an archive cannot be told to forget.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq

from leafmark.ledger import recompute
from leafmark.ledger.schema import StoreError
from leafmark.ledger.snapshot import TABLES, duckdb_of
from leafmark.ledger.store import Transaction

if TYPE_CHECKING:
    from leafmark.ledger.ledger import Ledger

SCHEMA = "leafmark.ledger-archive/1"
ROWS_OF_GROUP = 1_000_000
ROWS_PUT = 65_536
ZSTD_LEVEL = 9

KEPT = (
    "catalogue", "terms", "source", "batch", "event", "adjustment", "redemption", "redemption_seal", "share", "credit",
    "erased", "checkpoint",
)  # fmt: skip
"""In the order in which they are put back."""

BY = {"event": "account_id, occurred_day, event_id", "redemption": "account_id, day", "adjustment": "account_id, day",
      "redemption_seal": "account_id, redemption_id, step", "share": "account_id, day", "batch": "batch"}  # fmt: skip
DELTA = ("account_id", "co2e_mg", "batch", "occurred_day")
PLAIN = ("event_id", "fingerprint")
"""Random: neither order nor repetition to be had."""

Progress = Callable[[str], None]


def export(ledger: Ledger, folder: str | Path, progress: Progress | None = None) -> dict[str, Any]:
    """Write the ledger as it stands at one moment to a new folder; its manifest.

    The folder appears when it is whole.

    Raises
    ------
    StoreError : the folder is there already; or a table cannot be read.
    """
    say, path = progress or (lambda _: None), Path(folder)
    if path.exists():
        raise StoreError(f"{path}: is there already; expected a new folder")
    if not path.parent.is_dir():
        raise StoreError(f"{path}: there is no folder {path.parent}")

    def damaged(table: str, what: str) -> None:
        raise StoreError(f"{ledger.store.address}: nothing was exported, table {table} {what}")

    part = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        say("reading the tables")
        with duckdb_of(ledger.store, {table: TABLES[table] for table in KEPT}, damaged) as database:
            rows = {}
            for table in KEPT:
                say(f"writing {table}")
                rows[f"{table}.parquet"] = _write(database, table, part / f"{table}.parquet")
            for sha256, body in database.execute("SELECT sha256, body FROM catalogue ORDER BY number").fetchall():
                (part / f"catalogue-{sha256}.json").write_bytes(body.encode())
                rows[f"catalogue-{sha256}.json"] = 1
        files = {name: {"rows": rows[name], "sha256": _sha256(part / name)} for name in sorted(rows)}
        manifest = _sealed({"schema": SCHEMA, "files": files})
        (part / "manifest.json").write_text(_text(manifest), encoding="utf-8")
        for each in part.iterdir():
            _to_disk(each)
        part.chmod(0o755)
        part.rename(path)
        _to_disk(path.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return manifest


def replay(folder: str | Path, ledger: Ledger, progress: Progress | None = None) -> dict[str, int]:
    """Put an export into an empty store, all or nothing: rows, batches and links as they were, sums made anew from the rows.

    Checkpoints and proofs of the old store hold for the new one. `verify` afterwards, with a checkpoint from elsewhere, says
    that the rows are those that were sealed.

    Returns
    -------
    Rows put into each table.

    Raises
    ------
    StoreError : a file of the export is missing or was changed; or the store is not empty.
    """
    say, path = progress or (lambda _: None), Path(folder)
    say("checking the files")
    manifest = read_manifest(path)
    put: dict[str, int] = {}

    with (
        tempfile.TemporaryDirectory(prefix="leafmark-ledger-") as spill,
        duckdb.connect(config={"temp_directory": spill}) as database,
    ):
        for table in KEPT:
            name = str(path / f"{table}.parquet").replace("'", "''")
            database.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{name}')")
        database.execute("CREATE TABLE balance (account_id BIGINT, held BIGINT, ended BIGINT)")
        say("summing")
        recompute.recompute(database)

        def work(transaction: Transaction) -> None:
            for table in ("batch", "event", "catalogue", "source"):
                if transaction.rows(f"SELECT 1 FROM {table} LIMIT 1"):
                    raise StoreError(f"{ledger.store.address}: has rows in table {table}; expected an empty store")
            for table in KEPT:
                say(f"putting back {table}")
                put[table] = manifest["files"][f"{table}.parquet"]["rows"]
                transaction.add_rows(table, TABLES[table].names, _rows(database, f"SELECT * FROM {table}"))
            for table, sql in (("tally", recompute.WRITTEN_TALLIES), ("balance", recompute.WRITTEN_BALANCES)):
                transaction.add_rows(table, TABLES[table].names, _rows(database, _in_order(sql, table)))

        ledger.store.transact(work)
    ledger.balance(0)  # takes up the terms that came
    return put


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an export of which no byte was changed.

    Raises
    ------
    StoreError : a file is missing or is not the one that was written, named.
    """
    path = folder / "manifest.json"
    try:
        text = path.read_text(encoding="utf-8")
        manifest = json.loads(text)
        whole = text == _text(_sealed({name: value for name, value in manifest.items() if name != "sha256"}))
    except FileNotFoundError as error:
        raise StoreError(f"{path}: there is no such file; expected an export of a ledger") from error
    except (ValueError, AttributeError) as error:
        raise StoreError(f"{path}: was changed ({error}); expected the manifest as it was written") from error
    if not whole:
        raise StoreError(f"{path}: was changed; expected the manifest as it was written")
    if manifest["schema"] != SCHEMA:
        raise StoreError(f"{path}: schema {manifest['schema']}, expected {SCHEMA}")
    for name, told in manifest["files"].items():
        if not (folder / name).is_file():
            raise StoreError(f"{folder / name}: is missing; take the whole export")
        found = _sha256(folder / name)
        if found != told["sha256"]:
            raise StoreError(
                f"{folder / name}: was changed; its sha256 is {found[:16]}, expected {told['sha256'][:16]}"
            )
    return dict(manifest)


def _write(database: duckdb.DuckDBPyConnection, table: str, path: Path) -> int:
    schema = TABLES[table]
    encodings = {name: "DELTA_BINARY_PACKED" for name in schema.names if name in DELTA and table == "event"}
    encodings |= {name: "PLAIN" for name in schema.names if name in PLAIN and table == "event"}
    reader = database.sql(f"SELECT * FROM {table} ORDER BY {BY.get(table, 'ALL')}").to_arrow_reader(ROWS_OF_GROUP)
    count = 0
    with pq.ParquetWriter(
        path, schema, compression="zstd", compression_level=ZSTD_LEVEL, write_statistics=table != "event",
        use_dictionary=[name for name in schema.names if name not in encodings], column_encoding=encodings or None,
    ) as writer:  # fmt: skip
        for batch in reader:
            writer.write_batch(batch.cast(schema), row_group_size=ROWS_OF_GROUP)
            count += batch.num_rows
    return count


def _rows(database: duckdb.DuckDBPyConnection, sql: str) -> Iterator[tuple[Any, ...]]:
    result = database.cursor().execute(sql)
    while rows := result.fetchmany(ROWS_PUT):
        yield from rows


def _in_order(sql: str, table: str) -> str:
    return f"SELECT {', '.join(TABLES[table].names)} FROM ({sql})"


def _sealed(manifest: dict[str, Any]) -> dict[str, Any]:
    return {**manifest, "sha256": hashlib.sha256(_text(manifest).encode()).hexdigest()}


def _text(manifest: dict[str, Any]) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=True) + "\n"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
