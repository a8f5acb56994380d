"""`python -m bench.ledger [--size N] [--store sqlite|postgresql] [--dry]`: the ledger's speed, one table, one run.

Writes bench/results-ledger.json and docs/speed-ledger.md. PostgreSQL runs as a private server in /tmp.
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
from bench.measure import machine

HERE = Path(__file__).parent
RESULTS, PAGE = HERE / "results-ledger.json", HERE.parent / "docs" / "speed-ledger.md"
CLIENTS, SECONDS = 32, 15.0
SQLITE_BATCH = 200_000
FULL_SIZE = 5_000_000
"""The size that rebuild and verify are promised for."""
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
        found["redeem"] = told("redemptions", lambda: work.redemptions(address, CLIENTS, SECONDS))
        bench = server.new_database()
        found["tpc_b"] = told(
            "pgbench TPC-B", lambda: work.tpc_b(server.bin / "pgbench", bench, CLIENTS, SECONDS, server.options)
        )
    return found


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
    found: dict[str, Any] = {}
    with work.opened(address) as ledger, _folder() as folder:
        sizes = ledger.store.size_bytes()
        found["event_bytes"], found["tally_bytes"] = (sizes[name] / size for name in ("event", "tally"))
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


def page(results: dict[str, Any]) -> str:
    """All results as a Markdown page."""
    out = [
        "# Speed of the ledger", "",
        "Made by `python -m bench.ledger`. Acts come as a stream of 30 days in batches of 10,000 (PostgreSQL) and 200,000 (SQLite), ten kinds of act, accounts by "
        "Zipf's law with 1.2 out of a million, ids and fingerprints random. What each line runs is in `bench/ledger_work.py`.",
    ]  # fmt: skip
    for size, found in sorted(results.items(), key=lambda each: int(each[0])):
        facts = found["machine"]
        out += [
            "",
            f"## {int(size):,} events",
            "",
            "| work | measured | beside it | promised | |",
            "|---|---:|---|---|---|",
        ]
        for row in _rows(size, found):
            out.append("| " + " | ".join(row) + " |")
        out += ["", f"On {facts['cores']} cores of {facts['model']}, load {facts['load_before']} before the start."]
    return "\n".join(out) + "\n"


def _rows(size: str, found: dict[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    def verdict(*kept: bool) -> str:
        return "kept" if all(kept) else "MISSED"

    server, embedded = found.get("postgresql"), found.get("sqlite")
    whole = int(size) >= FULL_SIZE
    if server:
        rate, plain, naive = (server[name] for name in ("ingest", "plain_copy", "naive"))
        yield ("PostgreSQL ingest, 2 writers", f"{rate:,.0f}/s",
               f"plain COPY {plain:,.0f}/s: {rate / plain:.2f}; a transaction a row {naive:,.0f}/s: {rate / naive:.0f} x",
               "100,000/s; 0.5 of COPY; 100 x", verdict(rate >= 100_000, rate >= plain / 2, rate >= 100 * naive))  # fmt: skip
        redeem, limit = server["redeem"], server["tpc_b"]
        yield ("PostgreSQL redemption, 32 clients", f"{redeem['per_second']:,.0f}/s",
               f"TPC-B {limit:,.0f}/s: {redeem['per_second'] / limit:.2f}; p99 {redeem['p99_ms']:.0f} ms; logged "
               f"{redeem['logged']:,} = charged {redeem['charged']:,}",
               "0.75 of TPC-B", verdict(redeem["per_second"] >= 0.75 * limit, redeem["logged"] == redeem["charged"]))  # fmt: skip
    if embedded:
        yield ("SQLite ingest, FULL", f"{embedded['ingest']:,.0f}/s",
               f"plain inserts {embedded['plain_insert']:,.0f}/s: {embedded['ingest'] / embedded['plain_insert']:.2f}",
               "50,000/s", verdict(embedded["ingest"] >= 50_000))  # fmt: skip
        redeem = embedded["redeem"]
        yield ("SQLite redemption, 32 clients", f"{redeem['per_second']:,.0f}/s",
               f"p50 {redeem['p50_ms']:.1f} ms, p99 {redeem['p99_ms']:.1f} ms; logged {redeem['logged']:,} = charged {redeem['charged']:,}",
               "5,000/s, p99 < 30 ms", verdict(redeem["per_second"] >= 5_000, redeem["p99_ms"] < 30))  # fmt: skip
    for name, store in (("PostgreSQL", server), ("SQLite", embedded)):
        if not store:
            continue
        yield (f"{name}: replay of the same batches", f"{store['replay']:,.0f}/s", "nothing changes", "300,000/s",
               verdict(store["replay"] >= 300_000))  # fmt: skip
        yield (f"{name}: the same acts in other batches", f"{store['replay_cut_anew']:,.0f}/s", "nothing changes", "300,000/s",
               verdict(store["replay_cut_anew"] >= 300_000))  # fmt: skip
        yield (
            f"{name}: rebuild of all balances",
            f"{store['rebuild_s']:.1f} s",
            "",
            "10 s for 5 M",
            verdict(store["rebuild_s"] < 10) if whole else "",
        )
        yield (
            f"{name}: full verify",
            f"{store['verify_s']:.1f} s",
            "",
            "10 s for 5 M",
            verdict(store["verify_s"] < 10) if whole else "",
        )
        yield (f"{name}: an event with its indexes", f"{store['event_bytes']:.0f} B", f"its part of the tallies {store['tally_bytes']:.0f} B",
               "170 B", verdict(store["event_bytes"] <= 170))  # fmt: skip
        yield (
            f"{name}: an event in the archive",
            f"{store['archive_bytes']:.1f} B",
            "",
            "30 B",
            verdict(store["archive_bytes"] <= 30),
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=5_000_000)
    parser.add_argument("--store", choices=("postgresql", "sqlite"))
    parser.add_argument("--dry", action="store_true", help="print only")
    parser.add_argument("--page", action="store_true", help="only write the page again from the results")
    options = parser.parse_args()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if options.page:
        PAGE.write_text(page(results))
        return 0
    found = {"machine": machine()}
    for name, measured in (("sqlite", of_sqlite), ("postgresql", of_postgresql)):
        if options.store in (None, name):
            found[name] = measured(options.size)
    if options.dry:
        print(page({str(options.size): found}))
        return 0
    results[str(options.size)] = results.get(str(options.size), {}) | found
    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    PAGE.write_text(page(results))
    print(page(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
