"""Measure the contenders as processes of their own: CPU seconds, wall seconds, peak memory.

CPU is user + system time of the whole process, start-up and imports included, as `os.wait4` reports it; memory is the
peak resident set. Rounds are interleaved (ours, bound, pandas, ...; again), so that a slow minute of the machine hits
all alike, and the median is taken. The `empty` column is the CPU of the same command on 20 products: what a process
costs before it does any work, to read a small difference by.

This module imports nothing heavy on purpose: a child's peak memory starts at its parent's.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

BENCH = Path(__file__).parent
RESULTS = BENCH / "results.json"
EMPTY_PRODUCTS = 20

CONTENDERS = {
    "ours": "bench.ours",
    "ours one thread": "bench.ours_one_thread",
    "bound": "bench.bound",
    "pandas": "bench.peer_pandas",
    "pandas tuned": "bench.peer_pandas_tuned",
    "polars": "bench.peer_polars",
}
WORKS = {
    "bill": ("ours", "ours one thread", "bound", "pandas", "pandas tuned", "polars"),
    "orders": ("ours", "ours one thread", "bound", "pandas", "polars"),
}
LARGEST = {"pandas": 20_000_000, "pandas tuned": 50_000_000, "polars": 50_000_000}
"""Most lines a contender is asked to do on a machine of 16 GB or more; the others stream."""


@dataclass(frozen=True)
class Target:
    """A promise about ours: ours[quantity] <= limit, or other[quantity] >= limit x ours[quantity]."""

    quantity: str  # cpu_s, wall_s, memory_mb
    limit: float
    other: str | None = None
    stretch: float | None = None

    def check(self, rows: dict[str, dict]) -> tuple[str, bool | None]:
        """(what was promised and found, kept or not, None if it cannot be said)."""
        against = self.other or "ours"
        if "ours" not in rows or against not in rows or "cpu_s" not in rows["ours"] or "cpu_s" not in rows[against]:
            return f"{self.quantity}: ours against {against}: not measured", None
        own = rows["ours"][self.quantity]
        if self.other is None:
            return f"{self.quantity} {own:.1f}, promised at most {self.limit:g}", own <= self.limit
        ratio = rows[self.other][self.quantity] / own
        if self.other == "bound":
            stretch = f" (stretch {self.stretch:g})" if self.stretch else ""
            found = f"{self.quantity} {1 / ratio:.2f} x the bound's, promised at most {self.limit:g}{stretch}"
            return found, 1 / ratio <= self.limit
        stretch = f" (stretch 1/{self.stretch:g})" if self.stretch else ""
        found = f"{self.quantity} 1/{ratio:.1f} of {self.other}'s, promised 1/{self.limit:g} or less{stretch}"
        return found, ratio >= self.limit


TARGETS = {
    ("bill", 500_000): (
        Target("cpu_s", 2.5, "bound", 2.0),
        Target("cpu_s", 7.0, "pandas", 9.0),
        Target("memory_mb", 9.0, "pandas"),
        Target("cpu_s", 1.0, "polars"),
        Target("memory_mb", 400.0),
    ),
    ("bill", 5_000_000): (Target("memory_mb", 700.0),),
    ("orders", 10_000_000): (
        Target("cpu_s", 2.5, "bound", 2.0),
        Target("cpu_s", 2.5, "pandas"),
        Target("memory_mb", 4.0, "pandas"),
    ),
    ("orders", 100_000_000): (Target("cpu_s", 60.0), Target("wall_s", 30.0), Target("memory_mb", 2048.0)),
    ("orders", 1_000_000_000): (Target("memory_mb", 2048.0), Target("wall_s", 300.0)),
}


@dataclass(frozen=True)
class Sample:
    """One process: seconds and megabytes (2**20 bytes)."""

    cpu_s: float
    wall_s: float
    memory_mb: float


def run(command: list[str], log: Path) -> Sample | None:
    """Run a command to its end; None if it fails, with its output in log."""
    with log.open("wb") as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=BENCH.parent, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        return None
    return Sample(usage.ru_utime + usage.ru_stime, wall_s, usage.ru_maxrss / 1024)


def _command(contender: str, work: str, data: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", CONTENDERS[contender], work, "--data", str(data), "--out", str(out)]


def _in_child(code: str, *arguments: str) -> str:
    """Run a line of Python elsewhere and give what it prints, so that this process stays small."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=BENCH.parent, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout.strip()


def prepared(work: str, size: int, seed: int) -> Path:
    """Generate the input and the bound's tables, if they are not there."""
    code = (
        "import sys; from bench import dense, generate;"
        "data = generate.ensure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]));"
        "dense.prepare(sys.argv[1], data); print(data)"
    )
    return Path(_in_child(code, work, str(size), str(seed)))


def differences(one: Path, other: Path, work: str) -> list[str]:
    """Columns in which two answers differ."""
    code = (
        "import sys, json; from pathlib import Path; from bench.compare import differences;"
        "print(json.dumps(differences(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])))"
    )
    return json.loads(_in_child(code, str(one), str(other), work))


def measure(work: str, size: int, repeats: int, seed: int = 1, contenders: tuple[str, ...] | None = None) -> dict:
    """Measure the contenders on one work and size; the results, as they go to results.json."""
    data, empty = prepared(work, size, seed), prepared("bill", EMPTY_PRODUCTS, seed)
    lines = size * 9 if work == "bill" else size
    names = [name for name in contenders or WORKS[work] if lines <= LARGEST.get(name, lines)]
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    rows: dict[str, dict] = {name: {} for name in names}
    with tempfile.TemporaryDirectory(prefix="leafmark-bench-", dir=data.parent) as scratch:
        outs = {name: Path(scratch) / CONTENDERS[name] for name in names}
        for name in names:  # warms Numba's cache and the file cache
            start = run(_command(name, "bill", empty, Path(scratch) / "empty"), Path(scratch) / "log")
            start = start and run(_command(name, "bill", empty, Path(scratch) / "empty"), Path(scratch) / "log")
            rows[name]["empty_cpu_s"] = start and start.cpu_s
        for number in range(repeats):
            for name in names:
                if "failed" in rows[name]:
                    continue
                shutil.rmtree(outs[name], ignore_errors=True)
                sample = run(_command(name, work, data, outs[name]), Path(scratch) / "log")
                if sample is None:
                    last = (Path(scratch) / "log").read_text(errors="replace").strip().splitlines()[-1:]
                    rows[name]["failed"] = last[0] if last else "killed"
                    print(f"  {name}: failed: {rows[name]['failed']}", file=sys.stderr)
                    continue
                samples[name].append(sample)
                print(f"  {number + 1}/{repeats} {name}: {sample.cpu_s:.2f} cpu-s", file=sys.stderr)
        for name in names:
            if samples[name] and "failed" not in rows[name]:
                for quantity in ("cpu_s", "wall_s", "memory_mb"):
                    rows[name][quantity] = statistics.median(getattr(sample, quantity) for sample in samples[name])
                rows[name]["samples"] = [asdict(sample) for sample in samples[name]]
                if "bound" in names and name != "bound" and samples["bound"]:
                    rows[name]["differs"] = differences(outs["bound"], outs[name], work)
    return {"work": work, "size": size, "lines": lines, "seed": seed, "machine": machine(), "contenders": rows}


def machine() -> dict:
    """What the figures were taken on."""
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        named = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = named[0] if named else model
    return {
        "cores": len(os.sched_getaffinity(0)), "model": model, "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }  # fmt: skip


def table(result: dict) -> str:
    """The results as a Markdown table with the promises under it."""
    rows = result["contenders"]
    own = rows.get("ours", {})
    unit = "products" if result["work"] == "bill" else "order lines"
    out = [
        f"### {result['size']:,} {unit}, {result['lines']:,} lines",
        "",
        "| | CPU s | x ours | wall s | peak MB | x ours | empty CPU s | same answer as the bound |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for name, row in rows.items():
        if "cpu_s" not in row:
            out.append(f"| {name} | failed: {row.get('failed', '')} | | | | | | |")
            continue
        ratio = [f"{row[key] / own[key]:.2f}" if key in own else "" for key in ("cpu_s", "memory_mb")]
        same = "" if "differs" not in row else "yes" if not row["differs"] else f"no: {'; '.join(row['differs'][:2])}"
        empty = "" if row.get("empty_cpu_s") is None else f"{row['empty_cpu_s']:.2f}"
        out.append(
            f"| {name} | {row['cpu_s']:.2f} | {ratio[0]} | {row['wall_s']:.2f} | {row['memory_mb']:.0f} | {ratio[1]} "
            f"| {empty} | {same} |"
        )
    out.append("")
    for target in TARGETS.get((result["work"], result["size"]), ()):
        found, kept = target.check(rows)
        out.append(f"- {'kept' if kept else 'not measured' if kept is None else 'MISSED'}: {found}")
    facts = result["machine"]
    out.append(f"- on {facts['cores']} cores of {facts['model']}, load {facts['load_before']} before the start")
    return "\n".join(out)


def save(result: dict, path: Path = RESULTS) -> None:
    """Put a result into results.json, in the place of the last one of its work and size."""
    known = json.loads(path.read_text()) if path.exists() else {}
    known[f"{result['work']}-{result['size']}"] = result
    path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
