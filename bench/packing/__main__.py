"""`python -m bench.packing [--orders N] [--only NAMES] [--dry] [--br ...]`: packing, ours and the peers, on two real sets of orders.

Writes bench/packing/results-packing.json and docs/speed-packing.md. `--br` hands on to `python -m bench.packing.br`, single containers.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench.measure import machine
from bench.packing import cartons as suite
from bench.packing import contenders, olist, print_shop
from bench.packing.page import page
from bench.packing.plans import figures

HERE = Path(__file__).parent
RESULTS = HERE / "results-packing.json"
RECORDED = HERE / "recorded-boxpacker.json"
PAGE = HERE.parents[1] / "docs" / "speed-packing.md"
SUPPORT_SHARE = 0.75
NAMES = ("ours", "ours without support", "py3dbp", "packvium", "packingsolver3d")


def sets(shared_data: Path, count: int | None) -> dict[str, tuple[pa.Table, pa.Table, str, dict[str, Any]]]:
    """Name -> orders, cartons, objective, what is to be said of them; the first `count` orders of each."""
    shelf = olist.shelf(shared_data)
    drawn = olist.orders(shelf.products)
    shop = print_shop.orders(shared_data)
    about = {"products": len(shelf.products), "left_out": shelf.left_out, "seed": olist.SEED}
    return {
        "olist": (_first(drawn, count), suite.table(), "co2e", about),
        "print_shop": (_first(shop, count), print_shop.cartons(shared_data), "count", {}),
    }


def _first(orders: pa.Table, count: int | None) -> pa.Table:
    if count is None:
        return orders
    kept = set(orders.column("order_id").unique().to_pylist()[:count])
    return orders.filter(pa.array([order_id in kept for order_id in orders.column("order_id").to_pylist()]))


def measure(shared_data: Path, count: int | None, names: tuple[str, ...]) -> dict[str, Any]:
    """Every contender on both sets, one after another."""
    found: dict[str, Any] = {"machine": machine(), "support_share": SUPPORT_SHARE, "sets": {}}
    for name, (orders, cartons, objective, about) in sets(shared_data, count).items():
        rows = {}
        for contender in names:
            rows[contender] = _one(contender, name, orders, cartons, objective)
            shown = {
                key: rows[contender].get(key)
                for key in ("orders_per_s", "parcels", "fill", "board_kg", "infeasible", "failed")
            }
            print(f"{name}, {contender}: {shown}", file=sys.stderr, flush=True)
        found["sets"][name] = {
            "objective": objective, "lines": orders.num_rows, "fingerprint": olist.fingerprint(orders), **about, "contenders": rows,
        }  # fmt: skip
    return found | {"load_after": machine()["load_before"]}


def _one(contender: str, name: str, orders: pa.Table, cartons: pa.Table, objective: str) -> dict[str, Any]:
    """One contender's figures, or why there are none."""
    beside: dict[str, Any] = {}
    version = contender
    try:
        if contender.startswith("ours"):
            share = 0.0 if contender == "ours without support" else SUPPORT_SHARE
            plan, took = contenders.ours(orders, cartons, objective, share, f"{name}-{contender.replace(' ', '-')}")
            count = len(orders.column("order_id").unique())
        else:
            plan, took, version, given = contenders.peer(contender, orders, cartons, SUPPORT_SHARE, objective)
            count = len(given)
            if contender in contenders.EVERY:
                beside["ours_on_the_same"] = _ours_on(given, name, orders, cartons)
                orders, plan = _renumbered(orders, given, plan)
    except RuntimeError as fault:
        return {"failed": str(fault).splitlines()[-1]}
    own = {"version": version, "wall_s": took.wall_s, "cpu_s": took.cpu_s, "orders_per_s": count / took.wall_s}
    return own | figures(orders, cartons, plan, SUPPORT_SHARE) | beside


def _ours_on(given: list[str], name: str, orders: pa.Table, cartons: pa.Table) -> dict[str, Any]:
    """Our figures on some of the orders, from the plan of all."""
    import pyarrow.parquet as pq

    folder = contenders.DATA / f"{name}-ours"
    parts = [pq.read_table(folder / f"plan-{part}.parquet") for part in ("parcels", "placements", "unpacked")]
    some, plan = _renumbered(orders, given, contenders.Tables(*parts).of(given))
    return figures(some, cartons, plan, SUPPORT_SHARE)


def _renumbered(orders: pa.Table, given: list[str], plan: contenders.Tables) -> tuple[pa.Table, contenders.Tables]:
    """Some of the orders as a table of their own, and the plan's rows numbered after it."""
    wanted = set(given)
    kept = [row for row, order_id in enumerate(orders.column("order_id").to_pylist()) if order_id in wanted]
    new = {row: number for number, row in enumerate(kept)}

    def numbered(part: pa.Table) -> pa.Table:
        at = part.schema.get_field_index("order_row")
        return part.set_column(
            at, part.field(at), pa.array([new[row] for row in part.column(at).to_pylist()], pa.int64())
        )

    return orders.take(kept), contenders.Tables(plan.parcels, numbered(plan.placements), numbered(plan.unpacked))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, default=None, help="folder of the shared data; LEAFMARK_SHARED_DATA says it too"
    )
    parser.add_argument("--orders", type=int, help="only the first N orders of each set")
    parser.add_argument("--only", help=f"contenders, separated by commas: {', '.join(NAMES)}")
    parser.add_argument("--dry", action="store_true", help="print only; leave the results and the page alone")
    parser.add_argument("--br", nargs=argparse.REMAINDER, help="single containers; arguments go to bench.packing.br")
    options = parser.parse_args()
    if options.br is not None:
        return subprocess.call([sys.executable, "-m", "bench.packing.br", *options.br])
    shared_data = olist.shared_data(options.data)
    if not (shared_data / "olist").is_dir():
        print(
            f"bench.packing: no orders in {shared_data}: name the folder by --data or LEAFMARK_SHARED_DATA.",
            file=sys.stderr,
        )
        return 2
    names = tuple(options.only.split(",")) if options.only else NAMES
    found = measure(shared_data, options.orders, names)
    shown = page(found, json.loads(RECORDED.read_text()))
    if not options.dry:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")
        PAGE.write_text(shown)
    print(shown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
