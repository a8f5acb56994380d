"""`python -m bench.cloud [--size ROWS] [--dry]`: a cloud bill to entries, ours beside a plain pandas twin and a bare scan.

CSV and Parquet of the same rows. Each contender is a process of its own, rounds interleaved, medians taken; what the same process costs on
1,000 rows is taken off in the net columns, so that start-up and imports do not hide the work. Writes bench/results-cloud.json and
docs/speed-cloud.md.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from bench import by_size
from bench.cloud_bills import bills_of
from bench.measure import machine
from bench.process import once

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results-cloud.json"
PAGE: Final = HERE.parent / "docs" / "speed-cloud.md"
CONTENDERS: Final = ("ours", "pandas", "scan")
KINDS: Final = ("csv", "parquet")
ROUNDS: Final = 3
SMALL_ROWS: Final = 1_000
PROMISED_S: Final = 3.0
"""Of a million rows."""

MILLION: Final = 1_000_000


def measure(rows: int) -> dict[str, Any]:
    """All contenders on both kinds of file, some rounds."""
    found: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory(prefix="leafmark-bench-") as folder:
        small, whole = (dict(zip(KINDS, bills_of(n, Path(folder)), strict=True)) for n in (SMALL_ROWS, rows))
        took: dict[str, list[tuple[dict[str, float], dict[str, float]]]] = {}
        for number in range(ROUNDS):
            for kind in KINDS:
                for name in CONTENDERS:
                    took.setdefault(f"{name}, {kind}", []).append(
                        (
                            once("bench.cloud_contenders", name, small[kind]),
                            once("bench.cloud_contenders", name, whole[kind]),
                        )
                    )
                    print(
                        f"round {number + 1}, {name}, {kind}: {took[f'{name}, {kind}'][-1][1]}",
                        file=sys.stderr,
                        flush=True,
                    )
    for name, rounds in took.items():
        found[name] = {
            key: statistics.median(big[key] for _, big in rounds) for key in ("wall_s", "cpu_s", "memory_mb", "answer")
        }
        for key in ("wall_s", "cpu_s"):
            found[name][f"net_{key}"] = max(statistics.median(big[key] - little[key] for little, big in rounds), 1e-9)
    found["machine"]["load_after"] = machine()["load_before"]
    return found


def section(rows: int, found: dict[str, Any]) -> list[str]:
    """One size's results as lines of Markdown."""
    out = [
        f"## {rows:,} rows", "",
        "| | wall | net wall | net CPU | CPU, times ours | peak memory | energy off ours |", "|---|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for kind in KINDS:
        own = found[f"ours, {kind}"]
        for name in CONTENDERS:
            each = found[f"{name}, {kind}"]
            off = "-" if name == "scan" else f"{abs(each['answer'] - own['answer']) / own['answer']:.1e}"
            out.append(
                f"| {name}, {kind} | {each['wall_s']:.2f} s | {each['net_wall_s']:.2f} s | {each['net_cpu_s']:.2f} s | "
                f"{each['net_cpu_s'] / own['net_cpu_s']:.2f} | {each['memory_mb']:.0f} MB | {off} |"
            )
    facts = found["machine"]
    slowest = max(found[f"ours, {kind}"]["wall_s"] for kind in KINDS)
    kept = "kept" if slowest <= PROMISED_S else "MISSED"
    load = f"load {facts['load_before']} before, {facts['load_after']} after"
    busy = max(facts["load_before"], facts["load_after"]) > facts["cores"]
    note = " The machine was shared with other work meanwhile: wall times say little." if busy else ""
    promise = (
        ["", f"Promised: a million rows in {PROMISED_S:g} s on two cores, start-up in it: {kept}."]
        if rows == MILLION
        else []
    )
    return [*out, *promise, "",
            f"On {facts['cores']} cores of {facts['model']}, {load}.{note}", ""]  # fmt: skip


def page(results: dict[str, Any]) -> str:
    """All results as a Markdown page."""
    out = [
        "# Speed of cloud bills", "",
        "Made by `python -m bench.cloud`: from a FOCUS export to entries, lines and the summary. The rows are the FinOps sample's again and "
        "again, with ids, days and amounts changed. Ours reads every row, accounts for it, names the doubtful ones and books the usage "
        "through the engine; the pandas twin knows the sample's lines only and adds up energy, row by row. `scan` is the machine's limit: "
        f"nine columns read. `net`: what the same process costs on {SMALL_ROWS:,} rows is taken off.", "",
    ]  # fmt: skip
    for size, found in sorted(results.items(), key=lambda each: int(each[0])):
        out += section(int(size), found)
    return "\n".join(out)


if __name__ == "__main__":
    sys.exit(by_size.run(__doc__, MILLION, measure, page, RESULTS, PAGE))
