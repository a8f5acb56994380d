"""`python -m bench.ledger [--size N] [--store sqlite|postgresql] [--dry]`: the ledger's speed, one table, one run.

Writes bench/results-ledger.json, docs/speed-ledger.md and the table of docs/scale.md. PostgreSQL runs as a private server in /tmp.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import ledger_work as work
from bench.ledger_acts import catalogue
from bench.ledger_pages import page, write_pages
from bench.measure import machine

HERE = Path(__file__).parent
RESULTS = HERE / "results-ledger.json"
CLIENTS, SECONDS = 32, 15.0
SQLITE_BATCH = 200_000
LARGE_SIZE = 20_000_000
"""From here on only ingest and redemption of PostgreSQL are measured: whether they hold their rate."""
SERVER = "-c shared_buffers=2GB -c max_wal_size=8GB -c checkpoint_timeout=15min"

sys.path.insert(0, str(HERE.parent / "tests" / "ledger"))  # the tests' private server


def loaded(address: str) -> str:
    """An address whose store has the terms."""
    with work.opened(address) as ledger:
        ledger.load(catalogue())
    return address


def told(what: str, value: Callable[[], Any]) -> Any:
    """Run a part, and say how long it took."""
    began = time.perf_counter()
    found = value()
    print(f"{what}: {found} ({time.perf_counter() - began:.0f} s)", file=sys.stderr, flush=True)
    return found


def of_postgresql(size: int) -> dict[str, Any]:
    """All figures of a PostgreSQL store."""
    from postgresql_server import running_server

    with running_server(settings=SERVER) as server:
        if size >= LARGE_SIZE:
            return _large(loaded(server.new_database()), size)
        found: dict[str, Any] = {}
        copied = loaded(server.new_database())
        found["plain_copy"] = told("plain COPY, 2 writers", lambda: size / max(
            work.side_by_side(work.plain_copy, [(copied, size, n, 2) for n in range(2)])))  # fmt: skip
        server.drop(copied)
        naive = loaded(server.new_database())
        found["naive"] = told("a transaction a row, 2 writers", lambda: sum(
            work.side_by_side(work.naive, [(naive, size, n, 2) for n in range(2)])))  # fmt: skip
        server.drop(naive)
        address = loaded(server.new_database())
        found["ingest"] = told("ours, 2 writers", lambda: size / max(
            work.side_by_side(work.ingest, [(address, size, n, 2) for n in range(2)])))  # fmt: skip
        found["replay"] = told("the same batches again", lambda: size / max(
            work.side_by_side(work.ingest, [(address, size, n, 2) for n in range(2)])))  # fmt: skip
        found["replay_cut_anew"] = told("the same acts in other batches", lambda: size / max(
            work.side_by_side(work.ingest, [(address, size, n, 2, 7_000) for n in range(2)])))  # fmt: skip
        found |= _kept(address, size)
        found["rebuild_lost_s"] = told("all tallies lost, and rebuilt", lambda: work.rebuild_of_nothing(address))
        found["redeem"] = told("redemptions", lambda: work.redemptions(address, CLIENTS, SECONDS))
        bench = server.new_database()
        found["tpc_b"] = told(
            "pgbench TPC-B", lambda: work.tpc_b(server.bin / "pgbench", bench, CLIENTS, SECONDS, server.options)
        )
    return found


def _large(address: str, size: int) -> dict[str, Any]:
    found = {"ingest": told("ours, 2 writers", lambda: size / max(
        work.side_by_side(work.ingest, [(address, size, n, 2) for n in range(2)])))}  # fmt: skip
    found["redeem"] = told("redemptions", lambda: work.redemptions(address, CLIENTS, SECONDS))
    return found | _sizes(address, size)


def _sizes(address: str, size: int) -> dict[str, Any]:
    with work.opened(address) as ledger:
        sizes = ledger.store.size_bytes()
    return {f"{name}_bytes": sizes[name] / size for name in ("event", "tally")}


def of_sqlite(size: int) -> dict[str, Any]:
    """All figures of a SQLite store."""
    with _folder() as folder:
        found: dict[str, Any] = {}
        plain = loaded(str(folder / "plain.db"))
        found["plain_insert"] = told(
            "plain inserts", lambda: size / work.side_by_side(work.plain_insert, [(plain, size, SQLITE_BATCH)])[0]
        )
        Path(plain).unlink()
        address = loaded(str(folder / "ledger.db"))
        found["ingest"] = told(
            "ours", lambda: size / work.side_by_side(work.ingest, [(address, size, 0, 1, SQLITE_BATCH)])[0]
        )
        found["replay"] = told(
            "the same batches again",
            lambda: size / work.side_by_side(work.ingest, [(address, size, 0, 1, SQLITE_BATCH)])[0],
        )
        found["replay_cut_anew"] = told(
            "the same acts in other batches",
            lambda: size / work.side_by_side(work.ingest, [(address, size, 0, 1, 140_000)])[0],
        )
        found |= _kept(address, size)
        found["redeem"] = told("redemptions", lambda: work.redemptions(address, CLIENTS, SECONDS))
    return found


def _kept(address: str, size: int) -> dict[str, Any]:
    """Sizes, and the times of rebuild, verify and export."""
    found = _sizes(address, size)
    with work.opened(address) as ledger, _folder() as folder:
        began = time.perf_counter()
        ledger.rebuild()
        found["rebuild_s"] = time.perf_counter() - began
        began = time.perf_counter()
        verification = ledger.verify()
        found["verify_s"] = time.perf_counter() - began
        assert verification.ok, verification
        began = time.perf_counter()
        ledger.export(folder / "archive")
        found["export_s"] = time.perf_counter() - began
        found["archive_bytes"] = (
            sum(each.stat().st_size for each in (folder / "archive").rglob("*") if each.is_file()) / size
        )
    print(json.dumps(found), file=sys.stderr, flush=True)
    return found


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="leafmark-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=5_000_000)
    parser.add_argument("--store", choices=("postgresql", "sqlite"))
    parser.add_argument("--dry", action="store_true", help="print only")
    parser.add_argument("--page", action="store_true", help="only write the page again from the results")
    options = parser.parse_args()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if options.page:
        write_pages(results)
        return 0
    found = {"machine": machine()}
    stores = (("sqlite", of_sqlite), ("postgresql", of_postgresql))
    for name, measured in stores if options.size < LARGE_SIZE else stores[1:]:
        if options.store in (None, name):
            found[name] = measured(options.size)
    if options.dry:
        print(page({str(options.size): found}))
        return 0
    results[str(options.size)] = results.get(str(options.size), {}) | found
    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    write_pages(results)
    print(page(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
