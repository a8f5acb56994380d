"""`python -m bench.schedule [--size JOBS] [--dry]`: deferrable jobs over a week of real hours, under the peak of starting at once.

Ours beside a plain greedy twin (each job in its cheapest hours, no bound on the peak: what "carbon-aware" often means) and the linear
relaxation, which no plan can go below: the limit. One process, rounds interleaved, medians. Three mixes: all jobs may be interrupted, half
of them, none. Writes bench/results-schedule.json and docs/speed-schedule.md; needs the shared data.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench import by_size
from bench.measure import machine
from leafmark.inventory.cloud_planning import Grid, Job, read_grid, schedule
from leafmark.inventory.cloud_planning.columns import columns
from leafmark.inventory.cloud_planning.highs import solve
from leafmark.inventory.cloud_planning.problem import Problem
from leafmark.inventory.cloud_planning.schedule import peak_of

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results-schedule.json"
PAGE: Final = HERE.parent / "docs" / "speed-schedule.md"
SHARED: Final = Path(os.environ.get("LEAFMARK_SHARED_DATA", HERE.parents[1] / "shared" / "data"))
WEEK: Final = np.datetime64("2022-04-11T00", "h")
HOURS: Final = 168
ROUNDS: Final = 5
SEED: Final = 1
PROMISED_S: Final = 1.0
MIXES: Final = {"all may be interrupted": 1.0, "half of them": 0.5, "none": 0.0}


def week() -> Grid:
    """A week of California's hours."""
    whole = read_grid([SHARED / "grid_hourly" / "CISO_2022.csv.gz"])
    first = int((WEEK - whole.hours[0]) / np.timedelta64(1, "h"))
    cut = slice(first, first + HOURS)
    return Grid(whole.regions, whole.hours[cut], whole.g_per_kwh[:, cut], whole.base_kw[:, cut])


def made_jobs(count: int, interruptible: float) -> list[Job]:
    """Jobs of 1 to 8 h and 5 to 80 kW with 6 to 48 h of slack."""
    random = np.random.RandomState(SEED)
    out = []
    for n in range(count):
        hours, first = int(random.randint(1, 9)), int(random.randint(0, HOURS - 30))
        last = min(HOURS, first + hours + int(random.randint(6, 49)))
        out.append(
            Job(
                f"job-{n}",
                WEEK + first,
                WEEK + last,
                hours,
                float(random.uniform(5, 80)),
                random.random_sample() < interruptible,
            )
        )
    return out


def greedy(jobs: list[Job], grid: Grid) -> tuple[float, float]:
    """Grams and peak of each job in its cheapest hours, in plain Python, without a bound."""
    intensity, load = grid.g_per_kwh[0].tolist(), [0.0] * HOURS
    grams = 0.0
    for job in jobs:
        first, last, length = (
            int((each - WEEK) / np.timedelta64(1, "h")) for each in (job.earliest, job.latest, WEEK + int(job.hours))
        )
        if job.interruptible:
            taken = sorted(range(first, last), key=intensity.__getitem__)[:length]
        else:
            start = min(range(first, last - length + 1), key=lambda s: sum(intensity[s : s + length]))
            taken = list(range(start, start + length))
        for hour in taken:
            load[hour] += job.power_kw
            grams += job.power_kw * intensity[hour]
    return grams, max(load)


def measure(count: int) -> dict[str, Any]:
    """All mixes and contenders."""
    grid = week()
    found: dict[str, Any] = {"machine": machine(), "mixes": {}}
    for mix, share in MIXES.items():
        jobs = made_jobs(count, share)
        problem = Problem(jobs, grid)
        early = [problem.earliest(j) for j in range(count)]
        bound = peak_of(problem, early)

        def ours(jobs: list[Job] = jobs, bound: float = bound) -> tuple[float, float, float]:
            done = schedule(jobs, grid, peak_kw=bound)
            return done.grams(done.after), done.peak_kw(done.after), done.gap

        def relaxed(jobs: list[Job] = jobs, bound: float = bound) -> tuple[float, float, float]:
            again = Problem(jobs, grid)
            answer = solve(columns(again).model(again, np.array([bound])), 60.0, relaxed=True)
            return answer.objective, bound, 0.0

        def twin(jobs: list[Job] = jobs) -> tuple[float, float, float]:
            return *greedy(jobs, grid), 0.0

        contenders: dict[str, Callable[[], tuple[float, float, float]]] = {
            "ours": ours,
            "greedy twin": twin,
            "relaxation": relaxed,
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
        answers: dict[str, tuple[float, float, float]] = {}
        for number in range(ROUNDS):
            for name, work in contenders.items():
                wall, cpu = time.perf_counter(), time.process_time()
                answers[name] = work()
                times[name].append((time.perf_counter() - wall, time.process_time() - cpu))
                print(f"{mix}, round {number + 1}, {name}: {times[name][-1]}", file=sys.stderr, flush=True)
        rows: dict[str, Any] = {"at once": {"g": sum(map(problem.grams, early)), "peak_kw": bound}}
        for name in contenders:
            wall_s, cpu_s = (statistics.median(each[n] for each in times[name]) for n in (0, 1))
            g, peak, gap = answers[name]
            rows[name] = {"wall_s": wall_s, "cpu_s": cpu_s, "g": g, "peak_kw": peak, "gap": gap}
        found["mixes"][mix] = rows
    found["machine"]["load_after"] = machine()["load_before"]
    return found


def section(count: int, found: dict[str, Any]) -> list[str]:
    """One size's results as lines of Markdown."""
    out = [
        f"## {count:,} jobs over a week", "",
        "| jobs | | wall | CPU | CPU, times the relaxation's | kg CO2e | peak kW | may be off its best by |", "|---|---|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    slowest = 0.0
    for mix, rows in found["mixes"].items():
        once = rows["at once"]
        out.append(f"| {mix} | at once | | | | {once['g'] / 1000:,.0f} | {once['peak_kw']:,.0f} | |")
        for name in ("ours", "greedy twin", "relaxation"):
            each = rows[name]
            ratio = each["cpu_s"] / rows["relaxation"]["cpu_s"]
            off = f"{each['gap']:.2%}" if name == "ours" else "–"
            out.append(
                f"| | {name} | {each['wall_s']:.3f} s | {each['cpu_s']:.3f} s | {ratio:.2f} | {each['g'] / 1000:,.0f} | {each['peak_kw']:,.0f} | {off} |"
            )
        slowest = max(slowest, rows["ours"]["wall_s"])
    facts = found["machine"]
    kept = "kept" if slowest <= PROMISED_S else "MISSED"
    busy = max(facts["load_before"], facts["load_after"]) > facts["cores"]
    note = " The machine was shared with other work meanwhile: wall times say little." if busy else ""
    promise = f"Promised: 200 jobs in at most 1 s: {kept} ({slowest:.2f} s at most)." if count == 200 else ""
    return [
        *out,
        "",
        promise,
        "",
        f"On {facts['cores']} cores of {facts['model']}, load {facts['load_before']} before, {facts['load_after']} after.{note}",
        "",
    ]


def page(results: dict[str, Any]) -> str:
    """All results as a Markdown page."""
    out = [
        "# Speed of schedules", "",
        "Made by `python -m bench.schedule`: deferrable jobs over a real week (California, April 2022) with the peak of starting at once as the "
        "bound. The greedy twin puts each job into its cheapest hours and bounds nothing: its peak is what carbon alone does. The relaxation is "
        "the linear program without whole numbers, built and solved: no plan under that bound emits less. Where jobs run through, ours has a time "
        "limit for HiGHS and says how far it may be from the best.", "",
    ]  # fmt: skip
    for size, found in sorted(results.items(), key=lambda each: int(each[0])):
        out += section(int(size), found)
    return "\n".join(out)


if __name__ == "__main__":
    sys.exit(by_size.run(__doc__, 200, measure, page, RESULTS, PAGE))
