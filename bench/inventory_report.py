"""`python -m bench.inventory_report [--size LINES] [--dry]`: all reports of an inventory, beside the cost of writing the same bytes.

`ours` is `leafmark inventory report` in a process of its own: page, workbook, entries as Parquet and CSV, auditor's pack. `plain` writes files of
the same sizes and reads the lines once, with fsync: what the machine asks for the bytes alone. Rounds are interleaved, medians taken. Each
process starts Python; what the same process costs on 100 lines is told beside it. Writes bench/results-inventory-report.json and
docs/speed-inventory-report.md.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from bench import by_size
from bench.measure import machine
from leafmark.engine.gases import GASES_TYPE
from leafmark.inventory.book import Inventory
from leafmark.inventory.tables import COMPLETENESS_SCHEMA, FLAGS_SCHEMA, LINES_SCHEMA, ORIGINS, SCOPE_ROWS, TEMPLATES

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results-inventory-report.json"
PAGE: Final = HERE.parent / "docs" / "speed-inventory-report.md"
ROUNDS: Final = 3
LINES: Final = 300_000
SMALL: Final = 100
PROMISED_S: Final = 5.0
SEED: Final = 6
_MONTHS, _KEYS, _SITE_LINES, _ENTITY_LINES = 12, 3, 600, 15_000
"""Lines of one key, site and entity: as a year of a company with monthly readings has them."""
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


def made(folder: Path, count: int) -> Path:
    """An inventory of so many lines: sites x templates x keys x months, grams by a fixed seed."""
    place = np.arange(count)
    template = (place // (_MONTHS * _KEYS)) % len(TEMPLATES)
    key = place // _MONTHS % _KEYS
    grams = np.random.default_rng(SEED).lognormal(20, 2, count).astype(np.int64)
    names, rows, origins = [each.name for each in TEMPLATES], [each.rows[0] for each in TEMPLATES], list(ORIGINS)
    columns: dict[str, Any] = {
        "entity_id": [f"entity-{n}" for n in place // _ENTITY_LINES], "site_id": [f"site-{n}" for n in place // _SITE_LINES],
        "template": [names[n] for n in template], "month": [dt.date(2025, int(n), 1) for n in 1 + place % _MONTHS],
        "origin": [origins[n % len(origins)] for n in template], "scope": [rows[n][0] for n in template],
        "category": [rows[n][1] for n in template],
        "statement": [("location", "market")[k % 2] if rows[n][0] == 2 else "both" for n, k in zip(template, key, strict=True)],
        "outside": [None] * count, "run_id": ["bench"] * count, "method_id": ["bench"] * count, "method_version": [1] * count,
        "key": [f"{names[n]}.{k}" for n, k in zip(template, key, strict=True)],
        "factor_id": [f"{names[n]}.{k}@R{r}" for n, k, r in zip(template, key, place // _ENTITY_LINES % 10, strict=True)],
        "unit": ["kWh"] * count, "amount": grams / 3e8, "activities": [7] * count, "co2e_ug": grams, "sd_ug": grams // 5,
        "low_ug": grams * 2 // 3, "high_ug": grams * 3 // 2,
        "gases": pa.StructArray.from_arrays(
            [pa.array(grams if n == 0 else np.zeros(count, np.int64)) for n in range(len(GASES_TYPE))], fields=list(GASES_TYPE)
        ),
    }  # fmt: skip
    lines = pa.table({name: pa.array(columns[name], LINES_SCHEMA.field(name).type) for name in LINES_SCHEMA.names})
    record = {
        "organisation": {"id": "bench", "name": "Bench"}, "year": 2025, "from": "2025-01-01", "until": "2026-01-01",
        "approach": "operational_control", "gwp": "AR6", "currency": "USD", "known_on": "2026-09-30", "methods": [], "packs": [], "runs": [],
        "leafmark": "bench", "finished": "2026-10-01T00:00:00+00:00",
    }  # fmt: skip
    complete = [
        {"scope": scope, "category": category, "status": "included", "what": "all", "why": None, "activities": 1, "refused": 0,
         "estimated_share": 0.1, "months": 12} for scope, category in SCOPE_ROWS
    ]  # fmt: skip
    tables = {
        "lines": lines,
        "flags": FLAGS_SCHEMA.empty_table(),
        "completeness": pa.Table.from_pylist(complete, schema=COMPLETENESS_SCHEMA),
    }
    return Inventory.write(folder, record, tables).path


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
        made(whole, lines)
        made(small, SMALL)
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
