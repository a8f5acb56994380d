"""`python -m bench.suite [--size N] [--dry]`: which 16 of 400 carton sizes to stock for N orders of real dimensions.

Orders and the given suite are those of `bench.packing` (products of a published marketplace drawn into baskets; the set stays where it
lies). Measured: ours from the orders' table to the printed answer, candidates and held-out packing included, in a process of its
own; the same question put to HiGHS as a mixed-integer program, on as many orders as it can do; and what it would take to ask the kernel
about every pair. Writes bench/results-suite.json and docs/speed-suite.md.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from bench import by_size
from bench.measure import machine

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results-suite.json"
PAGE: Final = HERE.parent / "docs" / "speed-suite.md"
SIZES, CANDIDATES, SEED = 16, 400, 1
DISTANCES_KM: Final = (0.0, 100.0)
"""Grams of the cartons alone, and with a way of 100 km by diesel van."""

EXACT_ORDERS, EXACT_CANDIDATES, EXACT_SECONDS = 3_000, 150, 120.0
PAIR_ORDERS: Final = 400
PROMISED: Final = {"wall_s": 60.0, "gap": 0.01, "gain": 0.06}


def history(size: int) -> Any:
    """Orders as `bench.packing` draws them, with a seed of our own."""
    from bench.packing.olist import orders, shelf

    data = Path(os.environ.get("LEAFMARK_SHARED_DATA", HERE.parent.parent / "shared" / "data"))
    return orders(shelf(data).products, size, SEED)


def ours(size: int, distance_km: float) -> dict[str, Any]:
    """One choice, timed by phase; run in a process of its own, with kernels compiled beforehand."""
    from bench.packing.cartons import table
    from leafmark.parcels.decision import Haul
    from leafmark.parcels.factors_used import MATERIAL_KEY, haul_factor, material_factors
    from leafmark.parcels.suites import candidate_sizes, suite, warmup

    orders, given = history(size), table()
    way = Haul(distance_km, haul_factor().kg_co2e_per_tkm)
    materials = {MATERIAL_KEY: material_factors()[MATERIAL_KEY].kg_co2e_per_kg}
    compile_s = warmup()
    phases: dict[str, list[float]] = {}
    began, cpu_began = time.perf_counter(), time.process_time()
    candidates = candidate_sizes(orders, CANDIDATES, seed=SEED)
    phases["candidates found"] = [time.perf_counter() - began, time.process_time() - cpu_began]
    marks = [("orders read", time.perf_counter(), time.process_time())]

    def progress(done: int, whole: int, what: str) -> None:
        what = "held-out orders packed" if what.startswith("held-out") else what
        if what != marks[-1][0]:
            marks.append((what, time.perf_counter(), time.process_time()))

    found = suite(orders, candidates, SIZES, haul=way, materials=materials, given=given, seed=SEED, progress=progress)
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu_began
    marks.append(("end", time.perf_counter(), time.process_time()))
    for (what, at, cpu), (_, until, cpu_until) in pairwise(marks):
        phases[what] = [until - at, cpu_until - cpu]
    assert found.held_out is not None
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "wall_s": wall_s, "cpu_s": cpu_s, "memory_mb": memory_mb, "warmup_s": compile_s, "phases": phases, "gap": found.gap,
        "orders": found.orders, "unheld": found.unheld, "too_large": found.too_large, "candidates": found.candidates,
        "kinds": found.settings["kinds"], "fillings": found.settings["fillings"], "per_order_g": found.per_order / 1e3,
        "kg_co2e_per_tkm": way.kg_co2e_per_tkm, "held_out": found.content()["held_out"],
        "sizes": found.sizes.column("carton_id").to_pylist(),
    }  # fmt: skip


def every_pair() -> dict[str, float]:
    """Kernel's work if it was asked about every pair, from `PAIR_ORDERS` orders: each candidate by itself, nothing settled by another."""
    import numpy as np

    from leafmark.parcels.decision import Haul
    from leafmark.parcels.packing.cartonize import cartons_by
    from leafmark.parcels.packing.kernel.arrays import Cartons
    from leafmark.parcels.packing.reading import read_cartons, read_orders
    from leafmark.parcels.suites import candidate_sizes
    from leafmark.parcels.suites.fitting import fits
    from leafmark.parcels.suites.history import kinds_of, whole_orders
    from leafmark.parcels.suites.instance import Crew

    orders = read_orders(history(PAIR_ORDERS))
    carton_set = read_cartons(candidate_sizes(orders, CANDIDATES, held_out_share=0.0))
    cartons = cartons_by("volume", carton_set, {}, Haul(0.0, 0.0))
    kinds = kinds_of(orders, whole_orders(orders))
    with Crew(1) as crew:
        fits(kinds.items, kinds.starts, cartons, 7_500, crew)
        began = time.process_time()
        fit, fillings = fits(kinds.items, kinds.starts, cartons, 7_500, crew)
        by_box_s = time.process_time() - began
        began = time.process_time()
        alone = [
            fits(kinds.items, kinds.starts, Cartons(cartons.sizes[j : j + 1], cartons.worth[j : j + 1]), 7_500, crew)
            for j in range(len(cartons.sizes))
        ]
        by_pair_s = time.process_time() - began
    matrix = np.concatenate([each for each, _ in alone], axis=1)
    return {
        "us_per_order": by_box_s / len(kinds) * 1e6, "us_per_order_every_pair": by_pair_s / len(kinds) * 1e6,
        "fillings_per_order": fillings / len(kinds), "fillings_every_pair": sum(n for _, n in alone) / len(kinds),
        "fits": float(fit.mean()), "fits_every_pair": float(matrix.mean()), "lost": float((matrix & ~fit).mean() / matrix.mean()),
    }  # fmt: skip


def exact() -> dict[str, float]:
    """HiGHS on the whole problem as a mixed-integer program, and ours, on the same few orders and candidates."""
    import highspy
    import numpy as np

    from leafmark.parcels.decision import Haul
    from leafmark.parcels.packing.cartonize import cartons_by
    from leafmark.parcels.packing.reading import read_cartons, read_orders
    from leafmark.parcels.suites import candidate_sizes
    from leafmark.parcels.suites.fitting import fits
    from leafmark.parcels.suites.history import kinds_of, whole_orders
    from leafmark.parcels.suites.instance import Crew
    from leafmark.parcels.suites.path import best_path
    from leafmark.parcels.suites.pricing import make_tariff, price

    orders = read_orders(history(EXACT_ORDERS))
    carton_set = read_cartons(candidate_sizes(orders, EXACT_CANDIDATES, held_out_share=0.0))
    cartons = cartons_by("volume", carton_set, {}, Haul(0.0, 0.0))
    kinds = kinds_of(orders, whole_orders(orders))
    with Crew(2) as crew:
        fit, _ = fits(kinds.items, kinds.starts, cartons, 7_500, crew)
        priced = price(make_tariff("volume", cartons, 0.0), kinds, np.zeros(len(kinds.of)), fit, cartons, 10.0, crew)
        instance = priced.instance
        best_path(instance, 2, crew)
        began = time.perf_counter()
        step = best_path(instance, SIZES, crew)[-1]
        ours_s = time.perf_counter() - began
    program = highspy._core._Highs()
    program.setOptionValue("output_flag", False)
    program.setOptionValue("time_limit", EXACT_SECONDS)
    for j in range(instance.cartons):
        program.addVar(0.0, 1.0)
        program.changeColIntegrality(j, highspy.HighsVarType.kInteger)
    row = np.repeat(np.arange(instance.rows), np.diff(instance.starts))
    cost = np.concatenate([instance.price * instance.orders[row], instance.unheld * instance.orders]).astype(float)
    for place, value in enumerate(cost):
        program.addVar(0.0, 1.0)
        program.changeColCost(instance.cartons + place, value / step.total)
    for place, j in enumerate(instance.carton.tolist()):
        pair = np.array([j, instance.cartons + place], np.int32)
        program.addRow(0.0, np.inf, 2, pair, np.array([1.0, -1.0]))
    for i in range(instance.rows):
        own = (
            np.append(np.arange(instance.starts[i], instance.starts[i + 1]), instance.price.size + i) + instance.cartons
        )
        program.addRow(1.0, 1.0, own.size, own.astype(np.int32), np.ones(own.size))
    program.addRow(
        0.0, float(SIZES), instance.cartons, np.arange(instance.cartons, dtype=np.int32), np.ones(instance.cartons)
    )
    began = time.perf_counter()
    program.run()
    peer_s = time.perf_counter() - began
    info = program.getInfo()
    return {
        "rows": instance.rows, "pairs": instance.price.size, "ours_s": ours_s, "peer_s": peer_s, "ours_gap": step.gap,
        "peer_gap": info.mip_gap, "ours_above_peer": 1 / info.objective_function_value - 1,
    }  # fmt: skip


def measure(size: int) -> dict[str, Any]:
    """All of it, each part in a process of its own."""
    found: dict[str, Any] = {"machine": machine(), "chosen": {}}
    for distance_km in DISTANCES_KM:
        found["chosen"][f"{distance_km:g}"] = _elsewhere(f"ours({size}, {distance_km})")
        print(f"{distance_km:g} km: {found['chosen'][f'{distance_km:g}']}", file=sys.stderr, flush=True)
    found["every_pair"] = _elsewhere("every_pair()")
    found["exact"] = _elsewhere("exact()")
    found["machine"]["load_after"] = machine()["load_before"]
    return found


def _elsewhere(call: str) -> Any:
    code = f"import json; from bench.suite import *; print(json.dumps({call}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=HERE.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout.strip().splitlines()[-1])


def _verdict(kept: bool) -> str:
    return "kept" if kept else "MISSED"


def section(size: int, found: dict[str, Any]) -> list[str]:
    """One size's results as lines of Markdown."""
    alone, hauled = (found["chosen"][f"{km:g}"] for km in DISTANCES_KM)
    runs = (alone, hauled)
    out = [
        f"## {size:,} orders, {alone['candidates']} candidates, {SIZES} sizes", "",
        "| | cartons alone | with 100 km by van | promised | |",
        "|---|---:|---:|---:|---|",
        f"| wall, from the orders' table to the answer | {alone['wall_s']:.1f} s | {hauled['wall_s']:.1f} s | {PROMISED['wall_s']:g} s | "
        f"{_verdict(max(run['wall_s'] for run in runs) < PROMISED['wall_s'])} |",
        f"| its CPU | {alone['cpu_s']:.1f} s | {hauled['cpu_s']:.1f} s | | |",
        f"| its peak memory | {alone['memory_mb']:.0f} MB | {hauled['memory_mb']:.0f} MB | | |",
        f"| proven gap | {alone['gap']:.2%} | {hauled['gap']:.2%} | {PROMISED['gap']:.0%} | "
        f"{_verdict(max(run['gap'] for run in runs) <= PROMISED['gap'])} |",
    ]  # fmt: skip
    for name in ("given", "by volume"):
        gains = [run["held_out"][name]["gain"] for run in runs]
        promised = f"{PROMISED['gain']:.0%} | {_verdict(min(gains) >= PROMISED['gain'])}" if name == "given" else "|"
        what = "the given sixteen" if name == "given" else "sixteen at even steps of volume"
        out.append(
            f"| fewer grams than {what}, held-out orders packed | {gains[0]:.1%} | {gains[1]:.1%} | {promised} |"
        )
    out += ["", "| phase | wall s, CPU s | wall s, CPU s |", "|---|---:|---:|"]
    for phase in alone["phases"]:
        cells = (" , ".join(f"{value:.1f}" for value in run["phases"].get(phase, (0.0, 0.0))) for run in runs)
        out.append(f"| {phase} | {' | '.join(cell.replace(' ,', ',') for cell in cells)} |")
    out += [
        "",
        "| held-out orders, cartons alone | orders | parcels | split | fill | board kg | g an order |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, sent in alone["held_out"].items():
        out.append(
            f"| {name} | {sent['orders']:,} | {sent['parcels']:,} | {sent['split']:,} | {sent['fill']:.1%} | {sent['tare_kg']:,.0f} | "
            f"{sent['per_order'] / 1e3:.1f} |"
        )
    pair, peer, facts = found["every_pair"], found["exact"], found["machine"]
    load = f"load {facts['load_before']} before, {facts['load_after']} after"
    busy = max(facts["load_before"], facts["load_after"]) > facts["cores"]
    note = " The machine was shared with other work meanwhile: wall times say little." if busy else ""
    return [
        *out, "",
        f"{alone['fillings'] / alone['kinds']:.1f} fillings an order settle its {alone['candidates']} candidates. On {PAIR_ORDERS} orders: "
        f"{pair['us_per_order']:.0f} µs of CPU an order, where asking about every pair takes {pair['us_per_order_every_pair']:.0f} µs "
        f"({pair['us_per_order_every_pair'] / pair['us_per_order']:.1f} times as much, {pair['fillings_every_pair']:.0f} fillings); "
        f"{pair['lost']:.2%} of the fits that this finds are not found.", "",
        f"HiGHS as a mixed-integer program on {peer['rows']:,} orders ({peer['pairs']:,} pairs): {peer['peer_s']:.1f} s of at most "
        f"{EXACT_SECONDS:g} s, gap {peer['peer_gap']:.2%}; ours {peer['ours_s']:.2f} s ({peer['peer_s'] / peer['ours_s']:.0f} times as "
        f"fast), proven gap {peer['ours_gap']:.2%}, {peer['ours_above_peer']:+.2%} against its answer.", "",
        f"On {facts['cores']} cores of {facts['model']}, {load}.{note}", "",
    ]  # fmt: skip


def page(results: dict[str, Any]) -> str:
    """All results as a Markdown page."""
    out = [
        "# Speed of choosing a suite", "",
        "Made by `python -m bench.suite`. Orders of real dimensions as in `bench/packing`: products of a published marketplace (Olist, CC "
        "BY-NC-SA, read where it lies) drawn into baskets of 1 to 8 lines. Three in ten are held out; the others have 400 sizes found from "
        "them and 16 of those chosen; then the held-out ones are packed into the chosen suite, the given one of `bench/packing` and one "
        "at even steps of volume. All of that is in the time; kernels are compiled beforehand. What it does: [suites.md](suites.md).", "",
    ]  # fmt: skip
    for size, found in sorted(results.items(), key=lambda each: int(each[0])):
        out += section(int(size), found)
    return "\n".join(out)


if __name__ == "__main__":
    sys.exit(by_size.run(__doc__, 100_000, measure, page, RESULTS, PAGE))
