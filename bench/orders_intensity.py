"""`python -m bench.orders_intensity [--size ENTRIES] [--dry]`: grams per order, ours beside polars, a plain query and a bare scan.

Each contender is a process of its own, rounds interleaved, medians taken; what the same process costs on few entries is taken off. The large
mode is `--size 100000000`: two rounds, and polars only where its memory allows it. Writes bench/results-orders.json and
docs/speed-orders.md.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from bench import by_size
from bench.measure import machine
from bench.orders_lines import files_of

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results-orders.json"
PAGE: Final = HERE.parent / "docs" / "speed-orders.md"
CONTENDERS: Final = ("ours", "polars", "plain", "scan")
ROUNDS: Final = 3
SMALL: Final = 10_000
LARGE: Final = 50_000_000
"""From this size on, one round less, and a contender that is killed for its memory is told so instead of being an error."""


def made(entries: int, folder: Path) -> tuple[Path, Path]:
    """The files, made by another process: a contender's peak memory begins with that of the process it was forked from."""
    subprocess.run(
        [sys.executable, "-m", "bench.orders_lines", str(entries), str(folder)], check=True, stdout=subprocess.DEVNULL
    )
    return files_of(entries, folder)


def once(name: str, files: tuple[Path, Path]) -> dict[str, Any]:
    """Wall and CPU seconds, peak memory and the answer of one process."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "bench.orders_contenders", name, *map(str, files)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return {
        "wall_s": time.perf_counter() - began, "cpu_s": used.ru_utime + used.ru_stime, "memory_mb": used.ru_maxrss / 1024,
        "answer": said.strip(), "status": process.returncode,
    }  # fmt: skip


def measure(entries: int) -> dict[str, Any]:
    """All contenders, some rounds, and what a process costs by itself.

    Raises
    ------
    RuntimeError : a contender failed, or two answers differ.
    """
    found: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory(prefix="leafmark-bench-") as folder:
        small, whole = (made(n, Path(folder)) for n in (SMALL, entries))
        rounds: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {name: [] for name in CONTENDERS}
        for number in range(ROUNDS - (entries >= LARGE)):
            for name in CONTENDERS:
                if any(big["status"] for _, big in rounds[name]):
                    continue
                rounds[name].append((once(name, small), once(name, whole)))
                print(f"round {number + 1}, {name}: {rounds[name][-1][1]}", file=sys.stderr, flush=True)
                if rounds[name][-1][1]["status"] and (entries < LARGE or name == "ours"):
                    raise RuntimeError(f"{name} ended with {rounds[name][-1][1]['status']}")
    for name, took in rounds.items():
        found[name] = {key: statistics.median(big[key] for _, big in took) for key in ("wall_s", "cpu_s", "memory_mb")}
        found[name] |= {"answer": took[-1][1]["answer"], "status": took[-1][1]["status"]}
        for key in ("wall_s", "cpu_s"):
            found[name][f"net_{key}"] = max(statistics.median(big[key] - little[key] for little, big in took), 1e-9)
    answers = {found[name]["answer"] for name in CONTENDERS if name != "scan" and not found[name]["status"]}
    if len(answers) != 1:
        raise RuntimeError(f"the answers differ: {answers}")
    found["machine"]["load_after"] = machine()["load_before"]
    return found


def section(entries: int, found: dict[str, Any]) -> list[str]:
    """One size's results as lines of Markdown."""
    out = [
        f"## {entries:,} entries of {entries // 4:,} orders", "",
        "| | entries a second | CPU a million entries | CPU, times ours | peak memory |", "|---|---:|---:|---:|---:|",
    ]  # fmt: skip
    for name in CONTENDERS:
        each = found[name]
        if each["status"]:
            out.append(f"| {name} | killed at {each['memory_mb']:.0f} MB | | | |")
            continue
        out.append(
            f"| {name} | {entries / each['net_wall_s']:,.0f} | {each['net_cpu_s'] / entries * 1e6:.3f} s | "
            f"{each['net_cpu_s'] / found['ours']['net_cpu_s']:.2f} | {each['memory_mb']:.0f} MB |"
        )
    facts = found["machine"]
    busy = max(facts["load_before"], facts["load_after"]) > facts["cores"]
    note = " The machine was shared with other work meanwhile: wall times say little." if busy else ""
    load = f"load {facts['load_before']} before, {facts['load_after']} after"
    return [*out, "", f"On {facts['cores']} cores of {facts['model']}, {load}.{note}", ""]


def page(results: dict[str, Any]) -> str:
    """All results as a Markdown page."""
    out = [
        "# Speed of grams per order", "",
        "Made by `python -m bench.orders_intensity`: orders and entries as Parquet files sorted by order, to micrograms of service and of goods by "
        "day, sector, warehouse and festival. All find the same sums and the same numbers of orders assessed. Ours also keeps factors "
        "apart for ranges, finds orders given twice and accounts for every entry that is in no figure. `plain` is one DuckDB query "
        "without any of that and without a bound on memory; `scan` is the machine's limit: the columns are read. What the same process "
        f"costs on {SMALL:,} entries is taken off.", "",
    ]  # fmt: skip
    for size, found in sorted(results.items(), key=lambda each: int(each[0])):
        out += section(int(size), found)
    return "\n".join(out)


if __name__ == "__main__":
    sys.exit(by_size.run(__doc__, 10_000_000, measure, page, RESULTS, PAGE))
