"""What the ledger's benchmark measured, as docs/speed-ledger.md and as the table of docs/scale.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent / "docs"
FULL_SIZE = 5_000_000
"""The size that rebuild and verify are promised for, and that other sizes are held against."""
ACTS_A_YEAR, DAYS_A_YEAR = 4.2e9, 365
TABLE = re.compile(r"(<!-- figures of bench.ledger -->\n).*?(<!-- end -->)", re.S)


def write_pages(results: dict[str, Any]) -> None:
    """Write both pages."""
    (DOCS / "speed-ledger.md").write_text(page(results))
    scale = DOCS / "scale.md"
    lines = "\n".join(_scale(results))
    scale.write_text(TABLE.sub(lambda found: f"{found[1]}{lines}\n{found[2]}", scale.read_text()))


def _scale(results: dict[str, Any]) -> Iterator[str]:
    found = results[str(FULL_SIZE)]
    both = [found[name] for name in ("postgresql", "sqlite")]
    yield f"Measured with {FULL_SIZE:,} events on {found['machine']['cores']} cores and one disk:"
    yield ""
    yield "| | one PostgreSQL server | one SQLite file |"
    yield "|---|---|---|"
    minutes = [ACTS_A_YEAR / DAYS_A_YEAR / each["ingest"] / 60 for each in both]
    rows = [
        ("acts taken in, with duplicates, caps and seal", [f"{each['ingest']:,.0f} a second" for each in both]),
        ("a day of 4.2 bn acts a year", [f"{each:.1f} minutes" for each in minutes]),
        ("redemptions by 32 clients", [f"{each['redeem']['per_second']:,.0f} a second, p99 {each['redeem']['p99_ms']:.0f} ms" for each in both]),
        ("bytes an event, hot", [f"{each['event_bytes']:.0f} and {each['tally_bytes']:.0f} of tallies" for each in both]),
        ("a year of 4.2 bn, hot", [f"{ACTS_A_YEAR * (each['event_bytes'] + each['tally_bytes']) / 1e12:.2f} TB" for each in both]),
        ("a year of 4.2 bn, archived as Parquet", [f"{ACTS_A_YEAR * each['archive_bytes'] / 1e9:.0f} GB" for each in both]),
        ("all balances again, per million events", [f"{each['rebuild_s'] / FULL_SIZE * 1e6:.1f} s" for each in both]),
        ("full `verify`, per million events", [f"{each['verify_s'] / FULL_SIZE * 1e6:.1f} s" for each in both]),
    ]  # fmt: skip
    for what, values in rows:
        yield f"| {' | '.join((what, *values))} |"
    for size, other in sorted(results.items(), key=lambda each: int(each[0])):
        if int(size) > FULL_SIZE:
            yield ""
            yield f"With {int(size):,} events PostgreSQL took in {_held(other['postgresql'], both[0])}"


def _held(large: dict[str, Any], usual: dict[str, Any]) -> str:
    return (
        f"{large['ingest']:,.0f} acts a second, {usual['ingest'] / large['ingest']:.2f} times slower than with {FULL_SIZE:,}, and "
        f"{large['redeem']['per_second']:,.0f} redemptions a second."
    )


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
        for row in _rows(int(size), found, results.get(str(FULL_SIZE), {})):
            out.append("| " + " | ".join(row) + " |")
        out += ["", f"On {facts['cores']} cores of {facts['model']}, load {facts['load_before']} before the start."]
    return "\n".join(out) + "\n"


Line = tuple[str, str, str, str, str]
"""Work, what was measured, beside what, what was promised, and whether that was kept."""


def _verdict(*kept: bool) -> str:
    return "kept" if all(kept) else "MISSED"


def _rows(size: int, found: dict[str, Any], usual: dict[str, Any]) -> Iterator[Line]:
    """Lines of one size. `usual`: what was found for `FULL_SIZE`."""
    server, embedded = found.get("postgresql"), found.get("sqlite")
    if server and size > FULL_SIZE:
        yield from _of_large_server(server, usual.get("postgresql", server))
        return
    if server:
        yield from _of_server(server)
    if embedded:
        yield from _of_embedded(embedded)
    for name, store in (("PostgreSQL", server), ("SQLite", embedded)):
        if store:
            yield from _of_either(name, store, size >= FULL_SIZE)


def _of_large_server(server: dict[str, Any], usual: dict[str, Any]) -> Iterator[Line]:
    times = usual["ingest"] / server["ingest"]
    yield ("PostgreSQL ingest, 2 writers", f"{server['ingest']:,.0f}/s", f"{times:.2f} times slower than with {FULL_SIZE:,}",
           "within 2 times", _verdict(times <= 2))  # fmt: skip
    redeem = server["redeem"]
    yield ("PostgreSQL redemption, 32 clients", f"{redeem['per_second']:,.0f}/s",
           f"p99 {redeem['p99_ms']:.0f} ms; logged {redeem['logged']:,} = charged {redeem['charged']:,}", "",
           _verdict(redeem["logged"] == redeem["charged"]))  # fmt: skip
    yield _bytes("PostgreSQL", server)


def _of_server(server: dict[str, Any]) -> Iterator[Line]:
    rate, plain, naive = (server[name] for name in ("ingest", "plain_copy", "naive"))
    yield ("PostgreSQL ingest, 2 writers", f"{rate:,.0f}/s",
           f"plain COPY {plain:,.0f}/s: {rate / plain:.2f}; a transaction a row {naive:,.0f}/s: {rate / naive:.0f} x",
           "100,000/s; 0.5 of COPY; 100 x", _verdict(rate >= 100_000, rate >= plain / 2, rate >= 100 * naive))  # fmt: skip
    redeem, limit = server["redeem"], server["tpc_b"]
    yield ("PostgreSQL redemption, 32 clients", f"{redeem['per_second']:,.0f}/s",
           f"TPC-B {limit:,.0f}/s: {redeem['per_second'] / limit:.2f}; p99 {redeem['p99_ms']:.0f} ms; logged "
           f"{redeem['logged']:,} = charged {redeem['charged']:,}",
           "0.75 of TPC-B", _verdict(redeem["per_second"] >= 0.75 * limit, redeem["logged"] == redeem["charged"]))  # fmt: skip


def _of_embedded(embedded: dict[str, Any]) -> Iterator[Line]:
    rate, plain, redeem = (embedded[name] for name in ("ingest", "plain_insert", "redeem"))
    yield ("SQLite ingest, FULL", f"{rate:,.0f}/s", f"plain inserts {plain:,.0f}/s: {rate / plain:.2f}", "50,000/s",
           _verdict(rate >= 50_000))  # fmt: skip
    yield ("SQLite redemption, 32 clients", f"{redeem['per_second']:,.0f}/s",
           f"p50 {redeem['p50_ms']:.1f} ms, p99 {redeem['p99_ms']:.1f} ms; logged {redeem['logged']:,} = charged {redeem['charged']:,}",
           "5,000/s, p99 < 30 ms",
           _verdict(redeem["per_second"] >= 5_000, redeem["p99_ms"] < 30, redeem["logged"] == redeem["charged"]))  # fmt: skip


def _of_either(name: str, store: dict[str, Any], whole: bool) -> Iterator[Line]:
    for what, rate in (
        ("the same batches", store["replay"]),
        ("the same acts in other batches", store["replay_cut_anew"]),
    ):
        yield f"{name}: replay of {what}", f"{rate:,.0f}/s", "nothing changes", "300,000/s", _verdict(rate >= 300_000)
    for what, key in (
        ("rebuild, all sums right", "rebuild_s"),
        ("rebuild, all tallies lost", "rebuild_lost_s"),
        ("full verify", "verify_s"),
    ):
        if key in store:
            seconds = store[key]
            yield f"{name}: {what}", f"{seconds:.1f} s", "", "10 s for 5 M", _verdict(seconds < 10) if whole else ""
    yield _bytes(name, store)
    yield (f"{name}: an event in the archive", f"{store['archive_bytes']:.1f} B", "", "30 B",
           _verdict(store["archive_bytes"] <= 30))  # fmt: skip


def _bytes(name: str, store: dict[str, Any]) -> Line:
    return (f"{name}: an event with its indexes", f"{store['event_bytes']:.0f} B",
            f"its part of the tallies {store['tally_bytes']:.0f} B", "170 B", _verdict(store["event_bytes"] <= 170))  # fmt: skip
