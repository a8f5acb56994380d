"""`python -m bench.inventory [--size LINES] [--dry]`: a platform's year to an inventory, ours beside pandas, polars and a bare scan.

Each contender is a process of its own, rounds interleaved, medians taken. Writes bench/results-inventory.json and
docs/speed-inventory.md.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from bench import by_size
from bench.inventory_company import write
from bench.measure import machine
from bench.process import once

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results-inventory.json"
PAGE: Final = HERE.parent / "docs" / "speed-inventory.md"
CONTENDERS: Final = ("ours", "pandas", "polars", "scan")
ROUNDS: Final = 3
PROMISED_LINES: Final = 5_000_000
PROMISED_S: Final = 10.0
PROMISED_MB: Final = 1_000


def measure(lines: int) -> dict[str, Any]:
    """All contenders, some rounds."""
    found: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory(prefix="leafmark-bench-") as folder:
        company = write(Path(folder) / "company", lines)
        took: dict[str, list[dict[str, float]]] = {name: [] for name in CONTENDERS}
        for number in range(ROUNDS):
            for name in CONTENDERS:
                took[name].append(once("bench.inventory_contenders", name, company))
                print(f"round {number + 1}, {name}: {took[name][-1]}", file=sys.stderr, flush=True)
    for name, rounds in took.items():
        found[name] = {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
    found["machine"]["load_after"] = machine()["load_before"]
    return found


def section(lines: int, found: dict[str, Any]) -> list[str]:
    """One size's results as lines of Markdown."""
    mine = found["ours"]
    out = [
        f"## {lines:,} activity lines",
        "",
        "| | wall s | x ours | CPU s | peak MB | ug off ours |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in CONTENDERS:
        each = found[name]
        off = "-" if name == "scan" else f"{abs(each['answer'] - mine['answer']):,.0f}"
        out.append(
            f"| {name} | {each['wall_s']:.2f} | {each['wall_s'] / mine['wall_s']:.2f} | {each['cpu_s']:.2f} | {each['memory_mb']:.0f} | {off} |"
        )
    facts = found["machine"]
    if lines >= PROMISED_LINES:
        fast, small = mine["wall_s"] <= PROMISED_S, mine["memory_mb"] <= PROMISED_MB
        out += [
            "",
            f"Promised: at most {PROMISED_S:g} s, {'kept' if fast else 'MISSED'}; at most 1 GB, {'kept' if small else 'MISSED'}.",
        ]
    busy = max(facts["load_before"], facts["load_after"]) > facts["cores"] + 1
    note = " The machine was shared with other work meanwhile: wall times say little." if busy else ""
    load = f"load {facts['load_before']} before, {facts['load_after']} after"
    return [*out, "", f"On {facts['cores']} cores of {facts['model']}, {load}.{note}", ""]


def page(results: dict[str, Any]) -> str:
    """All results as a Markdown page."""
    out = [
        "# Speed of inventories", "",
        "Made by `python -m bench.inventory`: from a company's folder (Parquet files of 17 templates over all fifteen categories, 200 sites, ten "
        "entities, two of them joint ventures) to a finished inventory. Ours checks every row, consolidates, matches contracts, keeps ranges, "
        "gases and factors of every group, both statements of Scope 2, run folders and the seal. The peers are given the factors resolved, and "
        "multiply, round and add up; `scan` reads the files and adds their numbers up.", "",
    ]  # fmt: skip
    for size, found in sorted(results.items(), key=lambda each: int(each[0])):
        out += section(int(size), found)
    return "\n".join(out)


if __name__ == "__main__":
    sys.exit(by_size.run(__doc__, PROMISED_LINES, measure, page, RESULTS, PAGE))
