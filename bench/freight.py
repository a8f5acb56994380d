"""`python -m bench.freight [--size CHAINS] [--dry]`: chains of three legs to micrograms, ours beside pandas, polars and a bare scan.

Each contender is a process of its own, rounds interleaved, medians taken; what the same process costs on 1,000 chains is taken off, so
that start-up and imports do not hide the work. Writes bench/results-freight.json and docs/speed-freight.md.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from bench import by_size
from bench.freight_legs import file_of
from bench.measure import machine
from bench.process import once

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results-freight.json"
PAGE: Final = HERE.parent / "docs" / "speed-freight.md"
CONTENDERS: Final = ("ours", "pandas", "polars", "scan")
ROUNDS: Final = 3
SMALL_CHAINS: Final = 1_000
PROMISED_LEGS_PER_S: Final = 5e6
LEGS: Final = 3


def measure(chains: int) -> dict[str, Any]:
    """All contenders, some rounds, and what a process costs by itself."""
    found: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory(prefix="leafmark-bench-") as folder:
        small, whole = (file_of(n, Path(folder)) for n in (SMALL_CHAINS, chains))
        rounds: dict[str, list[tuple[dict[str, float], dict[str, float]]]] = {name: [] for name in CONTENDERS}
        for number in range(ROUNDS):
            for name in CONTENDERS:
                rounds[name].append(
                    (once("bench.freight_contenders", name, small), once("bench.freight_contenders", name, whole))
                )
                print(f"round {number + 1}, {name}: {rounds[name][-1][1]}", file=sys.stderr, flush=True)
    for name, took in rounds.items():
        found[name] = {
            key: statistics.median(big[key] for _, big in took) for key in ("wall_s", "cpu_s", "memory_mb", "answer")
        }
        for key in ("wall_s", "cpu_s"):
            found[name][f"net_{key}"] = max(statistics.median(big[key] - little[key] for little, big in took), 1e-9)
    found["machine"]["load_after"] = machine()["load_before"]
    return found


def section(chains: int, found: dict[str, Any]) -> list[str]:
    """One size's results as lines of Markdown."""
    rate = chains * LEGS / found["ours"]["net_wall_s"]
    out = [
        f"## {chains * LEGS:,} legs of {chains:,} chains", "",
        "| | legs a second | CPU a million legs | CPU, times ours | peak memory | ug off ours |", "|---|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for name in CONTENDERS:
        each = found[name]
        off = "-" if name == "scan" else f"{abs(each['answer'] - found['ours']['answer']):,.0f}"
        out.append(
            f"| {name} | {chains * LEGS / each['net_wall_s']:,.0f} | {each['net_cpu_s'] / (chains * LEGS) * 1e6:.3f} s | "
            f"{each['net_cpu_s'] / found['ours']['net_cpu_s']:.2f} | {each['memory_mb']:.0f} MB | {off} |"
        )
    facts = found["machine"]
    kept = "kept" if rate >= PROMISED_LEGS_PER_S else "MISSED"
    load = f"load {facts['load_before']} before, {facts['load_after']} after"
    busy = max(facts["load_before"], facts["load_after"]) > facts["cores"]
    note = " The machine was shared with other work meanwhile: wall times say little." if busy else ""
    return [*out, "", f"Promised: 5 M legs a second on two cores: {kept}.", "",
            f"On {facts['cores']} cores of {facts['model']}, {load}.{note}", ""]  # fmt: skip


def page(results: dict[str, Any]) -> str:
    """All results as a Markdown page."""
    out = [
        "# Speed of freight", "",
        "Made by `python -m bench.freight`: from a Parquet file of legs to well-to-wheel micrograms of every chain. Ours reads, checks every "
        "leg and whether each chain connects, looks factors up by key, place and day, and rounds each part; the peers join a table of "
        "factors and check nothing. `scan` is the machine's limit: four columns read, one added up. What the same process costs on "
        f"{SMALL_CHAINS:,} chains is taken off.", "",
    ]  # fmt: skip
    for size, found in sorted(results.items(), key=lambda each: int(each[0])):
        out += section(int(size), found)
    return "\n".join(out)


if __name__ == "__main__":
    sys.exit(by_size.run(__doc__, 1_666_667, measure, page, RESULTS, PAGE))
