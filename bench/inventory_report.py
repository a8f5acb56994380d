"""`python -m bench.inventory_report [--size LINES] [--dry]`: all reports of an inventory, beside the cost of writing the same bytes.

`ours` is `leafmark inventory report` in a process of its own: page, workbook, entries as Parquet and CSV, auditor's pack. `plain` writes files of
the same sizes and reads the lines once, with fsync: what the machine asks for the bytes alone. Rounds are interleaved, medians taken. Each
process starts Python; what the same process costs on 100 lines is told beside it. Writes bench/results-inventory-report.json and
docs/speed-inventory-report.md.
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

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results-inventory-report.json"
PAGE: Final = HERE.parent / "docs" / "speed-inventory-report.md"
ROUNDS: Final = 3
LINES: Final = 300_000
SMALL: Final = 100
PROMISED_S: Final = 5.0
_PLAIN: Final = """
import os, sys
import pyarrow.parquet as pq
lines, out, *sizes = sys.argv[1:]
print(pq.read_table(lines).num_rows)
block = os.urandom(1 << 20)
for number, size in enumerate(map(int, sizes)):
    with open(f"{out}/{number}", "wb") as file:
        for _ in range(size >> 20):
            file.write(block)
        file.write(block[: size & ((1 << 20) - 1)])
        file.flush()
        os.fsync(file.fileno())
"""


def once(command: list[str]) -> dict[str, float]:
    """Wall and CPU seconds and peak memory of one process."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[:4]} ended with {process.returncode}")
    return {
        "wall_s": time.perf_counter() - began,
        "cpu_s": used.ru_utime + used.ru_stime,
        "memory_mb": used.ru_maxrss / 1024,
    }


def measure(lines: int) -> dict[str, Any]:
    """Ours on these lines and on a few, and the plain writing of as many bytes."""
    found: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory(prefix="leafmark-bench-") as folder:
        whole, small, out, plain = (Path(folder) / name for name in ("whole", "small", "out", "plain"))
        for target, count in ((whole, lines), (small, SMALL)):
            subprocess.run([sys.executable, "-m", "bench.inventory_lines", str(target), str(count)], check=True)
        plain.mkdir()
        report = [sys.executable, "-m", "leafmark.cli", "inventory", "report"]
        rounds: dict[str, list[dict[str, float]]] = {"ours": [], "start": [], "plain": []}
        sizes: list[int] = []
        for number in range(ROUNDS):
            rounds["start"].append(once([*report, str(small), "--out", str(out / f"small-{number}")]))
            rounds["ours"].append(once([*report, str(whole), "--out", str(out / f"whole-{number}")]))
            sizes = [each.stat().st_size for each in sorted((out / f"whole-{number}").iterdir())]
            rounds["plain"].append(
                once([sys.executable, "-c", _PLAIN, str(whole / "lines.parquet"), str(plain), *map(str, sizes)])
            )
            print(f"round {number + 1}: {[each[-1] for each in rounds.values()]}", file=sys.stderr, flush=True)
    for name, took in rounds.items():
        found[name] = {key: statistics.median(each[key] for each in took) for key in ("wall_s", "cpu_s", "memory_mb")}
    found["bytes"] = sum(sizes)
    found["machine"]["load_after"] = machine()["load_before"]
    return found


def section(lines: int, found: dict[str, Any]) -> list[str]:
    """One size's results as lines of Markdown."""
    said = {
        "ours": "all reports",
        "start": f"the same of {SMALL} lines",
        "plain": "plain: the lines read, as many bytes written",
    }
    out = [
        f"## {lines:,} lines, {found['bytes'] / 1e6:.0f} MB written",
        "",
        "| | wall | CPU | peak memory |",
        "|---|---:|---:|---:|",
    ]
    out += [
        f"| {said[name]} | {each['wall_s']:.2f} s | {each['cpu_s']:.2f} s | {each['memory_mb']:.0f} MB |"
        for name in said
        for each in [found[name]]
    ]
    facts = found["machine"]
    kept = "kept" if found["ours"]["wall_s"] <= PROMISED_S else "MISSED"
    busy = max(facts["load_before"], facts["load_after"]) > facts["cores"]
    note = " The machine was shared with other work meanwhile: wall times say little." if busy else ""
    return [*out, "", f"Promised: {PROMISED_S:.0f} s: {kept}; {found['ours']['wall_s'] / found['plain']['wall_s']:.1f} times the plain writing.", "",
            f"On {facts['cores']} cores of {facts['model']}, load {facts['load_before']} before, {facts['load_after']} after.{note}", ""]  # fmt: skip


def page(results: dict[str, Any]) -> str:
    """All results as a Markdown page."""
    out = [
        "# Speed of inventory reports", "",
        "Made by `python -m bench.inventory_report`: `leafmark inventory report` of an inventory without runs, start of Python included: page, "
        "workbook, entries as Parquet and CSV, auditor's pack with its sample. No peer is known that makes these; `plain` is the machine's limit.", "",
    ]  # fmt: skip
    for size, found in sorted(results.items(), key=lambda each: int(each[0])):
        out += section(int(size), found)
    return "\n".join(out)


if __name__ == "__main__":
    sys.exit(by_size.run(__doc__, LINES, measure, page, RESULTS, PAGE))
