"""What the ledger's benchmark times, each in processes of its own: ours, the naive way, and the machine's own limit.

The limit of ingest is plain COPY (PostgreSQL) or plain inserts (SQLite) of the same rows into the same table with the same
indexes, without duplicates, balances, caps or a seal. The naive way is a transaction a row of the same layout: event, tally,
link. The limit of
redemption is pgbench's TPC-B on the same server with as many clients.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import re
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa

from bench.ledger_acts import TODAY, acts, catalogue
from leafmark.ledger.columns import EventColumns, event_columns, tally_columns
from leafmark.ledger.intake import read
from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.postgresql_transaction import copied
from leafmark.ledger.prepare import prepare
from leafmark.ledger.rows import Accepted
from leafmark.ledger.sqlite_transaction import INSERT_EVENT
from leafmark.ledger.store import EVENT_COLUMNS

BATCH = 10_000
NAIVE_SECONDS = 10.0


def opened(address: str, writer: str = "main") -> Ledger:
    """A ledger on the benchmark's day."""
    return open_ledger(address, writer, lambda: TODAY)


def side_by_side(work: Callable[..., float], jobs: list[tuple[Any, ...]]) -> list[float]:
    """Run jobs at once, each in a process; what each returns."""
    with multiprocessing.get_context("spawn").Pool(len(jobs)) as pool:
        return pool.starmap(work, jobs, chunksize=1)


def tables(seed: int, size: int, writer: int, writers: int, batch: int = BATCH) -> list[pa.Table]:
    """A writer's part of the stream, batch by batch; `batch` is a multiple of `BATCH`."""
    parts = [acts(seed, first, BATCH, size) for first in range(writer * BATCH, size, BATCH * writers)]
    return parts if batch == BATCH else _cut_anew(parts, batch)


def ingest(address: str, size: int, writer: int, writers: int, batch: int = BATCH) -> float:
    """Seconds that one writer took for its part."""
    parts = tables(1, size, writer, writers, batch)
    with opened(address, f"writer {writer}") as ledger:
        began = time.perf_counter()
        for part in parts:
            ledger.ingest(part, batch_rows=batch)
        return time.perf_counter() - began


def _cut_anew(parts: list[pa.Table], batch: int) -> list[pa.Table]:
    whole = pa.concat_tables([part.unify_dictionaries() for part in parts]).combine_chunks()
    return [whole.slice(first, batch) for first in range(0, whole.num_rows, batch)]


def _columns(size: int, writer: int, writers: int, batch: int = BATCH) -> list[EventColumns]:
    terms = catalogue()
    numbers = {(each.programme, each.action, each.version): n for n, each in enumerate(terms.actions, 1)}
    made = []
    for table in tables(1, size, writer, writers, batch):
        prepared = prepare(read(table), terms, TODAY)
        ids = [numbers[each.programme, each.action, each.version] for each in prepared.actions]
        sources = list(range(1, len(prepared.intake.texts["source"].values) + 1))
        made.append(event_columns(prepared, np.arange(table.num_rows), ids, sources))
    return made


def plain_copy(address: str, size: int, writer: int, writers: int) -> float:
    """Plain COPY of the same rows into the same table and indexes, a commit a batch."""
    bodies = []
    for events in _columns(size, writer, writers):
        columns = {
            name: getattr(events, name) if name != "batch" else np.ones(len(events), np.int64) for name in EVENT_COLUMNS
        }
        bodies.append(copied(columns))
    with psycopg.connect(address) as connection:
        began = time.perf_counter()
        for body in bodies:
            with connection.cursor().copy(f"COPY event ({', '.join(EVENT_COLUMNS)}) FROM STDIN (FORMAT BINARY)") as out:
                out.write(body)
            connection.commit()
        return time.perf_counter() - began


def plain_insert(path: str, size: int, batch: int) -> float:
    """Plain inserts of the same rows into the same table and index of SQLite, synchronous=FULL, a commit a batch."""
    rows = [
        list(zip(
            *(getattr(events, name).tolist() for name in EVENT_COLUMNS[:6]), [1] * len(events),
            *(getattr(events, name).tolist() for name in EVENT_COLUMNS[7:10]),
            *([each.decode() for each in getattr(events, name).tolist()] for name in EVENT_COLUMNS[10:]), strict=True,
        )) for events in _columns(size, 0, 1, batch)
    ]  # fmt: skip
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 24000", "cache_size = -1048576"):
        connection.execute(f"PRAGMA {pragma}")
    began = time.perf_counter()
    for batch in rows:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(INSERT_EVENT, batch)
        connection.execute("COMMIT")
    return time.perf_counter() - began


def naive(address: str, size: int, writer: int, writers: int) -> float:
    """Events a second of a transaction a row, of the same layout."""
    events = _columns(min(size, 200_000), writer, writers)[0]
    prepared = prepare(read(tables(1, min(size, 200_000), writer, writers)[0]), catalogue(), TODAY)
    tallies = tally_columns(prepared, events)
    keys = zip(tallies.account_id.tolist(), tallies.terms.tolist(), strict=True)
    caps = dict(zip(keys, tallies.cap_from.tolist(), strict=True))
    done, began = 0, time.perf_counter()
    with psycopg.connect(address) as connection:
        for n in range(len(events)):
            values = [getattr(events, name)[n] for name in EVENT_COLUMNS if name != "batch"]
            row = [each.decode() if isinstance(each, bytes) else int(each) for each in values]
            row.insert(EVENT_COLUMNS.index("batch"), 1)
            inserted = connection.execute(
                f"INSERT INTO event ({', '.join(EVENT_COLUMNS)}) VALUES ({', '.join(['%s'] * len(row))}) ON CONFLICT DO NOTHING",
                row,
            ).rowcount
            if inserted:
                cap = caps[row[0], row[8]]
                connection.execute(
                    "INSERT INTO tally AS kept VALUES (%s, %s, %s, 20, %s, %s, %s) ON CONFLICT (account_id, terms, cap_from) DO UPDATE "
                    "SET co2e_mg = kept.co2e_mg + excluded.co2e_mg, points = kept.points + excluded.points",
                    (row[0], row[3], row[4], row[8], cap, row[11]),
                )
                last = connection.execute(
                    "SELECT number, link FROM batch WHERE writer = %s ORDER BY number DESC LIMIT 1",
                    (f"writer {writer}",),
                ).fetchone() or (0, bytes(32))
                link = hashlib.sha256(last[1] + repr(row).encode()).digest()
                connection.execute(
                    "INSERT INTO batch (batch, writer, number, previous, root, records, catalogue, link, posted_on) "
                    "VALUES (nextval('batch_number'), %s, %s, %s, %s, 1, '', %s, 9000)",
                    (f"writer {writer}", last[0] + 1, last[1], link, link),
                )
            connection.commit()
            done += 1
            if time.perf_counter() - began > NAIVE_SECONDS:
                break
    return done / (time.perf_counter() - began)


def rebuild_of_nothing(address: str) -> float:
    """Seconds of a rebuild when every tally of a PostgreSQL store is gone: all of them are written."""
    with opened(address) as ledger:
        ledger.store.rows("TRUNCATE tally")
        began = time.perf_counter()
        ledger.rebuild()
        return time.perf_counter() - began


def redemptions(address: str, clients: int, seconds: float) -> dict[str, float]:
    """Redemptions by many clients at once: rate, times, and whether the log is what was charged."""
    with opened(address) as ledger:
        owners = [
            row[0]
            for row in ledger.store.rows(
                "SELECT account_id FROM tally GROUP BY account_id HAVING sum(points) > 60 LIMIT 20000"
            )
        ]
        times: list[list[float]] = [[] for _ in range(clients)]
        ends = time.perf_counter() + seconds

        def client(number: int) -> None:
            chance, n = random.Random(number), 0
            while (now := time.perf_counter()) < ends:
                n += 1
                outcome = ledger.redeem(chance.choice(owners), number << 40 | n << 8 | int(seconds), 1, "pen")
                if isinstance(outcome, Accepted):
                    times[number].append(time.perf_counter() - now)

        threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        every = np.sort(np.concatenate([np.array(each) for each in times]))
        logged, charged = (ledger.store.rows(f"SELECT coalesce(sum({what}), 0) FROM {table}")[0][0]
                           for what, table in (("points", "redemption"), ("held", "balance")))  # fmt: skip
    return {
        "per_second": len(every) / seconds, "p50_ms": 1000 * float(every[len(every) // 2]),
        "p99_ms": 1000 * float(every[int(len(every) * 0.99)]), "logged": int(logged), "charged": int(charged),
    }  # fmt: skip


def tpc_b(pgbench: Path, address: str, clients: int, seconds: float, options: dict[str, Any]) -> float:
    """Transactions a second of pgbench's TPC-B, scale 50."""
    common = {"text": True, "capture_output": True, "check": True, "cwd": "/tmp", **options}
    subprocess.run([pgbench, "-i", "-q", "-s", "50", address], **common)
    done = subprocess.run(
        [pgbench, "-c", str(clients), "-j", "2", "-T", str(int(seconds)), "-M", "prepared", address], **common
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found, done.stdout
    return float(found.group(1))
