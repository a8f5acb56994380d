"""Peers on the very transports of `bench.allocation`: HiGHS here; OR-Tools and networkx in an environment of their own.

Each gets what a problem of one SKU is: costs [warehouses, places] of a piece in whole milligrams, pieces wanted and held. Stock covers
demand, so every piece can be sent. A peer's answer is its least cost, and its CPU seconds are its own, reading left out.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import numpy as np

HERE: Final = Path(__file__).parent
ENVIRONMENT: Final = HERE / "data" / "allocation-peers"
PINNED: Final = ("ortools==9.14.6206", "networkx==3.5", "numpy")
NETWORKX_SKUS: Final = 40
"""networkx is pure Python: it gets every so-many-th SKU, and its time is scaled."""

Transport = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Costs, wanted, held."""


def highs(transports: list[Transport]) -> dict[str, float]:
    """One linear program a SKU, arrays handed over whole."""
    import highspy

    total, began, wall = 0.0, time.process_time(), time.perf_counter()
    for cost, wanted, held in transports:
        warehouses, places = cost.shape
        model = highspy.Highs()
        model.setOptionValue("output_flag", False)
        columns = cost.size
        rows = np.concatenate(
            [np.repeat(np.arange(warehouses), places), warehouses + np.tile(np.arange(places), warehouses)]
        )
        order = np.argsort(np.tile(np.arange(columns), 2), kind="stable")
        low = np.concatenate([np.full(warehouses, -np.inf), wanted.astype(float)])
        high = np.concatenate([held, wanted]).astype(float)
        none = np.zeros(0, np.int32)
        model.addRows(len(low), low, high, 0, none, none, np.zeros(0))
        model.addCols(
            columns, cost.ravel().astype(float), np.zeros(columns), np.full(columns, np.inf), 2 * columns,
            np.arange(0, 2 * columns, 2, dtype=np.int32), rows[order].astype(np.int32), np.ones(2 * columns),
        )  # fmt: skip
        model.run()
        total += model.getInfo().objective_function_value
    return {"co2e_mg": round(total), "cpu_s": time.process_time() - began, "wall_s": time.perf_counter() - wall}


def elsewhere(name: str, transports: list[Transport]) -> dict[str, float] | None:
    """A peer in its own environment, which is made where it is missing; None where it cannot be installed."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        print(f"installing {', '.join(PINNED)}", file=sys.stderr)
        made = subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=False)
        if (
            made.returncode
            or subprocess.run([str(python), "-m", "pip", "install", "-q", *PINNED], check=False).returncode
        ):
            return None
    given = transports if name == "ortools" else transports[:: max(1, len(transports) // NETWORKX_SKUS)]
    path = ENVIRONMENT / "transports.npz"
    np.savez(
        path, **{f"{part}{n}": each[at] for n, each in enumerate(given) for at, part in enumerate(("c", "d", "s"))}
    )
    done = subprocess.run(
        [str(python), __file__, name, str(path), str(len(given))], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return None
    return json.loads(done.stdout) | {"skus": len(given)}


def _ortools(cost: np.ndarray, wanted: np.ndarray, held: np.ndarray) -> int:
    from ortools.graph.python import min_cost_flow

    warehouses, places = cost.shape
    flow = min_cost_flow.SimpleMinCostFlow()
    w, r = (each.ravel() for each in np.indices(cost.shape))
    flow.add_arcs_with_capacity_and_unit_cost(w, warehouses + r, np.tile(wanted, warehouses), cost.ravel())
    sink = warehouses + places  # what is left in stock
    spare = np.arange(warehouses)
    flow.add_arcs_with_capacity_and_unit_cost(spare, np.full(warehouses, sink), held, np.zeros(warehouses, np.int64))
    supplies = np.concatenate([held, -wanted, [wanted.sum() - held.sum()]])
    flow.set_nodes_supplies(np.arange(len(supplies)), supplies)
    assert flow.solve() == flow.OPTIMAL
    return flow.optimal_cost()


def _networkx(cost: np.ndarray, wanted: np.ndarray, held: np.ndarray) -> int:
    import networkx

    warehouses, places = cost.shape
    graph = networkx.DiGraph()
    for w in range(warehouses):
        graph.add_node(w, demand=-int(held[w]))
        graph.add_edge(w, "left", weight=0)
        for j in range(places):
            graph.add_edge(w, warehouses + j, weight=int(cost[w, j]))
    for j in range(places):
        graph.add_node(warehouses + j, demand=int(wanted[j]))
    graph.add_node("left", demand=int(held.sum() - wanted.sum()))
    return networkx.network_simplex(graph)[0]


def _main(name: str, path: str, count: str) -> None:
    arrays = np.load(path)
    transports = [tuple(arrays[f"{part}{n}"] for part in ("c", "d", "s")) for n in range(int(count))]
    solve = {"ortools": _ortools, "networkx": _networkx}[name]
    solve(*transports[-1])
    began, wall = time.process_time(), time.perf_counter()
    total = sum(int(solve(*each)) for each in transports)
    print(json.dumps({"co2e_mg": total, "cpu_s": time.process_time() - began, "wall_s": time.perf_counter() - wall}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
