"""`python -m bench.allocation [--size SKUS] [--dry]`: which warehouse ships what, ours and peers on the same transports.

Writes bench/results-allocation.json and docs/speed-allocation.md.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench import by_size
from bench.allocation_peers import Transport, elsewhere, highs
from bench.allocation_work import REGIONS, WAREHOUSES, Work, work
from bench.measure import machine
from leafmark.parcels.fulfilment import pareto, place
from leafmark.parcels.fulfilment.coupled import ENDLESS
from leafmark.parcels.fulfilment.limits import Limits, keep
from leafmark.parcels.fulfilment.online import Expected
from leafmark.parcels.fulfilment.per_sku import Flows, Sinks, fill_cost, sinks_of, solve, to_lines
from leafmark.parcels.fulfilment.problem import Problem
from leafmark.parcels.fulfilment.reading import silent
from leafmark.parcels.fulfilment.rules import by_prices, clairvoyant, nearest
from leafmark.parcels.fulfilment.tables_in import read_problem
from leafmark.parcels.fulfilment.totals import Totals, total

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results-allocation.json"
PAGE: Final = HERE.parent / "docs" / "speed-allocation.md"
PROMISED: Final = {"exact_s": 5.0, "saved": 0.05}
PARCEL_MG: Final = 150_000
"""Fixed grams of a parcel where orders share them: 0.19 kg of board at 0.8 kg/kg."""
THROUGHPUT: Final = 0.9
"""Of the pieces that the plan without limits sends from the busiest half of the warehouses."""
BASKET_SKUS_MAX: Final = 400


def timed(about: str, call: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What a call gives, with its CPU and wall seconds."""
    began, wall = time.process_time(), time.perf_counter()
    found = call()
    took = {"cpu_s": time.process_time() - began, "wall_s": time.perf_counter() - wall}
    print(f"{about}: {took['wall_s']:.2f} s, {took['cpu_s']:.2f} cpu-s", file=sys.stderr, flush=True)
    return found, took


def row_of(totals: Totals) -> dict[str, Any]:
    """A rule's totals as plain values."""
    return {
        "co2e_mg": totals.co2e_mg, "cost": totals.milli / 1000, "parcels": totals.parcels, "splits": totals.splits, "unmet": totals.unmet
    }  # fmt: skip


def transports_of(problem: Problem, sinks: Sinks) -> list[Transport]:
    """What a peer gets: each SKU's costs, wanted and held; SKUs that nobody asks for left out."""
    scale, found = problem.plain_scale(1, 0), []
    for k in range(len(problem.skus)):
        first, last = sinks.start[k], sinks.start[k + 1]
        cost = np.empty((len(problem.warehouses), last - first), np.int64)
        fill_cost(cost, first, last, sinks, problem.chargeable_kg[k], problem.lanes, scale)
        if last > first:
            found.append((cost, sinks.pieces[first:last], problem.stock[:, k]))
    return found


def rules(given: Work, parcel_co2e_mg: int = 0) -> tuple[dict[str, Any], Problem]:
    """The three rules on orders one by one, in grams, with their times."""
    problem, read = timed(
        "read", lambda: read_problem(given.demand, given.stock, given.lanes, parcel_co2e_mg=parcel_co2e_mg)
    )
    past = read_problem(given.history, given.stock, given.lanes, parcel_co2e_mg=parcel_co2e_mg)
    scale, limits = problem.plain_scale(1, 0), Limits(np.full(len(problem.warehouses), ENDLESS))
    planned, plan_s = timed("clairvoyant", lambda: clairvoyant(problem, scale, limits))
    near, near_s = timed("nearest", lambda: total(problem, nearest(problem, scale, limits.room)))
    turn, turn_s = timed("online", lambda: total(problem, by_prices(problem, scale, limits, Expected(past, 1.0))))
    greedy = total(problem, by_prices(problem, scale, limits, None))
    return {
        "orders": int(problem.lines.group.max()) + 1, "lines": len(problem.lines.row), "read": read,
        "rows": {"nearest": row_of(near), "online": row_of(turn), "clairvoyant": row_of(planned.totals), "no prices": row_of(greedy)},
        "took": {"nearest": near_s, "online": turn_s, "clairvoyant": plan_s}, "bound": planned.bound, "gap": planned.gap,
    }, problem  # fmt: skip


def limited(problem: Problem, sinks: Sinks, by_sink: Any, plain: Flows) -> dict[str, Any]:
    """Throughput below what the plan without limits sends from the busiest half: bound, gap and time."""
    sent = total(problem, to_lines(plain, by_sink, problem.lines)).by_warehouse
    room = np.where(sent > np.median(sent), (sent * THROUGHPUT).astype(np.int64), ENDLESS)
    within, took = timed("throughput", lambda: keep(problem, sinks, 1, 0, Limits(room), silent))
    found = total(problem, to_lines(within.flows, by_sink, problem.lines))
    gap = max(0.0, (found.co2e_mg - within.bound) / max(found.co2e_mg, 1))
    return {**row_of(found), **took, "gap": gap, "kept": bool((found.by_warehouse <= room).all())}


def measure(skus: int) -> dict[str, Any]:
    """All of it on so many SKUs."""
    clairvoyant_warm = work(10)
    rules(clairvoyant_warm)
    facts = machine()
    given = work(skus)
    found, problem = rules(given)
    (sinks, by_sink), grouped = timed("grouping", lambda: sinks_of(problem))
    flows, solved = timed("transports", lambda: solve(problem, sinks, problem.plain_scale(1, 0)))
    found |= {
        "machine": facts,
        "places": given.places,
        "cells": len(sinks.region) * WAREHOUSES,
        "grouped": grouped,
        "solved": solved,
    }
    transports = transports_of(problem, sinks)
    least = sum(flows.bound.tolist())
    peers: dict[str, Any] = {"HiGHS": timed("HiGHS", lambda: highs(transports))[0] | {"skus": len(transports)}}
    for name in ("ortools", "networkx"):
        peers[name] = timed(name, partial(elsewhere, name, transports))[0]
    for each in filter(None, peers.values()):
        step = 1 if each["skus"] == len(transports) else max(1, len(transports) // 40)
        asked = [k for k in range(skus) if sinks.start[k + 1] > sinks.start[k]][::step]
        each["same"] = each["co2e_mg"] == sum(flows.bound[asked].tolist())
    found |= {"peers": peers, "least_mg": least, "throughput": limited(problem, sinks, by_sink, flows)}
    curve, took = timed("curve", lambda: pareto(given.demand, given.stock, given.lanes, points=9))
    found["curve"] = {"points": curve.to_pylist(), **took}
    placed, took = timed("place", lambda: place(given.stock, given.history, given.lanes, held_out=given.demand))
    found["place"] = {"rows": placed.comparison.to_pylist(), "moved": placed.moved, **took}
    found["baskets"] = rules(work(min(skus, BASKET_SKUS_MAX), baskets=True), PARCEL_MG)[0]
    facts["load_after"] = machine()["load_before"]
    return found


def _verdict(kept: bool) -> str:
    return "kept" if kept else "MISSED"


def _rules_table(found: dict[str, Any]) -> list[str]:
    rows, took = found["rows"], found["took"]
    near = rows["nearest"]["co2e_mg"]
    out = [
        "| rule | kg CO2e | under nearest | cost | parcels | splits | unmet | CPU s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, each in rows.items():
        shown = {"no prices": "(online without a history)"}.get(name, name)
        cpu = f"{took[name]['cpu_s']:.2f}" if name in took else ""
        out.append(
            f"| {shown} | {each['co2e_mg'] / 1e6:,.1f} | {1 - each['co2e_mg'] / near:.1%} | {each['cost']:,.0f} | {each['parcels']:,} | "
            f"{each['splits']:,} | {each['unmet']:,} | {cpu} |"
        )
    return out


def section(size: int, found: dict[str, Any]) -> list[str]:
    """One size's results as lines of Markdown."""
    facts, rows = found["machine"], found["rows"]
    saved = 1 - rows["clairvoyant"]["co2e_mg"] / rows["nearest"]["co2e_mg"]
    whole_s = found["took"]["clairvoyant"]["wall_s"]
    out = [
        f"## {WAREHOUSES} warehouses, {size:,} SKUs, {REGIONS} regions", "",
        f"{found['orders']:,} orders of a piece each, {found['cells']:,} cells with demand. Places: {found['places']}.", "",
        *_rules_table(found), "",
        f"- {_verdict(whole_s < PROMISED['exact_s'])}: the exact plan in {whole_s:.2f} s, promised {PROMISED['exact_s']:g} s "
        f"(the transports alone {found['solved']['wall_s']:.2f} s; reading {found['read']['wall_s']:.2f} s)",
        f"- {_verdict(saved >= PROMISED['saved'])}: clairvoyant {saved:.1%} under nearest, promised {PROMISED['saved']:.0%}. It is the bound; "
        f"what the online rule gets is {1 - rows['online']['co2e_mg'] / rows['nearest']['co2e_mg']:.1%}",
        "", "| the same transports | CPU s | x ours | same least cost |", "|---|---:|---:|---|",
        f"| ours | {found['solved']['cpu_s']:.2f} | 1.0 | |",
    ]  # fmt: skip
    for name, each in found["peers"].items():
        if each is None:
            out.append(f"| {name} | not installed | | |")
            continue
        part = each["skus"] / found["peers"]["HiGHS"]["skus"]
        cpu = each["cpu_s"] / part
        shown = f"{name}, {each['skus']} SKUs, scaled" if part < 1 else name
        out.append(
            f"| {shown} | {cpu:.1f} | {cpu / found['solved']['cpu_s']:.0f} | {'yes' if each['same'] else 'NO'} |"
        )
    tied, curve, placed = found["throughput"], found["curve"], found["place"]
    out += [
        "", f"- throughput of the busier half cut by {1 - THROUGHPUT:.0%}: {tied['wall_s']:.0f} s, gap {tied['gap']:.1e}, "
        f"{tied['unmet']:,} pieces unmet, limits {'kept' if tied['kept'] else 'NOT KEPT'}",
        f"- curve of {len(curve['points'])} points, each exact: {curve['wall_s']:.1f} s; from the cheapest to the cleanest "
        f"{1 - curve['points'][-1]['co2e_mg'] / curve['points'][0]['co2e_mg']:.1%} grams, "
        f"{curve['points'][-1]['cost'] / curve['points'][0]['cost'] - 1:.1%} money",
        "", f"Stock placed by a past year's demand ({placed['moved']:,} pieces moved, their own grams not counted), on these orders:",
        "", "| stock | rule | kg CO2e | unmet |", "|---|---|---:|---:|",
        *(f"| {row['stock'].replace('_', ' ')} | {row['rule']} | {row['co2e_mg'] / 1e6:,.1f} | {row['unmet']:,} |" for row in placed["rows"]),
        "", f"### Orders that share parcels, {PARCEL_MG / 1000:g} g a parcel, {found['baskets']['orders']:,} orders of "
        f"{found['baskets']['lines']:,} lines", "", *_rules_table(found["baskets"]), "",
        f"The clairvoyant's plan is at most {found['baskets']['gap']:.1%} above the least; the bound is {found['baskets']['bound'] / 1e6:,.1f} kg.",
        "", f"On {facts['cores']} cores of {facts['model']}, load {facts['load_before']} before, {facts['load_after']} after."
        + (" The machine was shared with other work meanwhile: wall times say little." if facts["load_after"] > facts["cores"] else ""), "",
    ]  # fmt: skip
    return out


def page(results: dict[str, Any]) -> str:
    """All results as a Markdown page."""
    out = [
        "# Speed of the allocation", "",
        "Made by `python -m bench.allocation`. Orders by Zipf's law over SKUs and places, stock a sixth above demand and imperfectly placed, "
        "fixed seed (`bench/allocation_work.py`). Grams are decision grams of the haul, HGV average laden, well to wheel (DESNZ 2025); a parcel's "
        "fixed grams are the same under every rule where each piece is a parcel, and left out. Peers get each SKU's costs as arrays; HiGHS solves "
        "them as linear programs, OR-Tools by cost scaling, networkx by its network simplex in Python.", "",
    ]  # fmt: skip
    for size, found in sorted(results.items(), key=lambda each: int(each[0])):
        out += section(int(size), found)
    return "\n".join(out)


if __name__ == "__main__":
    sys.exit(by_size.run(__doc__, 2_000, measure, page, RESULTS, PAGE))
