"""The demo's parcels: a print shop's real orders where they are at hand, else the seeded sample; packed, checked, and drawn.

The packer and the checker share no code. Grams are decision grams, which no book holds; they are in no other figure of the demo.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

import leafmark
from leafmark.demo.progress import Report
from leafmark.parcels.decision import Haul
from leafmark.parcels.drawing import packing_slip, parcel_of, parcel_svg
from leafmark.parcels.factors_used import MATERIAL_KEY, haul_factor, material_factors
from leafmark.parcels.sample import sample_cartons, sample_orders
from leafmark.parcels.tables import CARTONS_SCHEMA, ORDERS_SCHEMA, Objective

INSTALL: Final = "pip install 'leafmark[parcels]'"
DISTANCE_KM: Final = 100.0
"""An assumption: the orders name no place. It is printed wherever a figure rests on it."""
OBJECTIVES: Final[tuple[Objective, ...]] = ("co2e", "volume", "count")
SAMPLE_ORDERS: Final = 2_000
PIECES_DRAWN: Final = range(3, 13)
"""Pieces of a parcel that is drawn: of each carton the fullest with so many, if there is one."""
DRAWN_MAX: Final = 4
ITEM_CHARS: Final = 8
"""Of a product's hash, enough to tell its order's items apart."""
PRINT_SHOP, SAMPLE = "print_shop", "sample"
SLIPS: Final = "parcels"
"""Folder of the slips in the demo's folder."""


def make_parcels(out: Path, known_on: dt.date, report: Report) -> tuple[dict[str, Any], list[str]]:
    """Pack by each objective, check every plan, and draw a few parcels: facts for `run.json`, and pictures for the page.

    Without the extra `parcels` the facts say what to install, and there are no pictures.
    """
    if find_spec("numba") is None:
        return {"installed": False, "install": INSTALL}, []
    from leafmark.parcels.checking import check
    from leafmark.parcels.packing import cartonize

    data, orders, cartons = data_at_hand()
    van, board = haul_factor(known_on=known_on), material_factors(known_on=known_on)[MATERIAL_KEY]
    haul = Haul(DISTANCE_KM, van.kg_co2e_per_tkm)
    plans, rows = {}, []
    for number, objective in enumerate(OBJECTIVES):
        report(number, len(OBJECTIVES), objective)
        plan = cartonize(orders, cartons, objective, haul=haul, materials={MATERIAL_KEY: board.kg_co2e_per_kg})
        broken = check(orders, cartons, plan.parcels, plan.placements, plan.unpacked)
        plans[objective] = plan
        rows.append(_row(objective, plan.summary(), broken.num_rows))
    report(len(OBJECTIVES), len(OBJECTIVES), "drawn")
    shown, pictures = _drawn(out, plans["co2e"], cartons, orders)
    return {
        "installed": True, "data": data, "orders": len(set(orders.column("order_id").to_pylist())), "order_lines": orders.num_rows,
        "cartons": cartons.num_rows, "distance_km": pc.min_max(plans["co2e"].parcels.column("distance_km")).as_py(), "kg_co2e_per_tkm": van.kg_co2e_per_tkm,
        "kg_co2e_per_kg_board": board.kg_co2e_per_kg, "factor_ids": [board.factor_id, *van.factor_ids], "sources": [board.source, van.source],
        "by_objective": rows, "unpacked": plans["co2e"].summary()["unpacked_by_reason"], "shown": shown,
    }, pictures  # fmt: skip


def data_at_hand() -> tuple[str, pa.Table, pa.Table]:
    """What is packed: its name, orders and cartons. The print shop's where LEAFMARK_SHARED_DATA or a checkout's neighbour has them."""
    beside = Path(leafmark.__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("LEAFMARK_SHARED_DATA", beside)) / "packing"
    lines, sizes = folder / "print_shop_order_lines.csv.gz", folder / "print_shop_cartons.csv"
    if lines.is_file() and sizes.is_file():
        return PRINT_SHOP, _shop_orders(lines), _shop_cartons(sizes)
    return SAMPLE, sample_orders(SAMPLE_ORDERS), sample_cartons()


def _shop_orders(path: Path) -> pa.Table:
    with gzip.open(path, "rt", newline="") as text:
        rows = [
            {
                "order_id": row["order_id"], "item_id": row["product_hash"][:ITEM_CHARS], "quantity": int(row["quantity"]),
                "length_mm": int(row["length_mm"]), "width_mm": int(row["width_mm"]), "height_mm": int(row["depth_mm"]),
                "weight_g": int(row["weight_g"]),
            }
            for row in csv.DictReader(text)
        ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=ORDERS_SCHEMA)


def _shop_cartons(path: Path) -> pa.Table:
    """The shop's own: its greatest weight counts the carton, ours the contents."""
    axes = {"length": "length", "width": "width", "height": "depth"}
    with path.open(newline="") as text:
        rows = [
            {
                "carton_id": row["carton"], "tare_g": int(row["empty_weight_g"]),
                "max_weight_g": int(row["max_weight_g"]) - int(row["empty_weight_g"]),
                **{f"{side}_{ours}_mm": int(row[f"{side}_{theirs}_mm"]) for side in ("inner", "outer") for ours, theirs in axes.items()},
            }
            for row in csv.DictReader(text)
        ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=CARTONS_SCHEMA)


def _row(objective: str, summary: dict[str, Any], broken: int) -> dict[str, Any]:
    kept = (
        "orders",
        "parcels",
        "pieces",
        "fill",
        "packaging_kg",
        "decision_co2e_mg",
        "packaging_co2e_mg",
        "haul_co2e_mg",
        "unpacked_rows",
        "cartons",
    )
    return {"objective": objective, **{name: summary[name] for name in kept}, "violations": broken}


def _drawn(out: Path, plan: Any, cartons: pa.Table, orders: pa.Table) -> tuple[list[dict[str, Any]], list[str]]:
    """The fullest parcel of a few pieces in each of the cartons that are used most, and its slip in the demo's folder."""
    rows = [row for row in plan.parcels.to_pylist() if row["pieces"] in PIECES_DRAWN]
    used = plan.summary()["cartons"]
    folder = out / SLIPS
    folder.mkdir(parents=True, exist_ok=True)
    shown: list[dict[str, Any]] = []
    pictures: list[str] = []
    for carton_id in sorted(used, key=lambda each: (-used[each], each)):
        of_carton = [row for row in rows if row["carton_id"] == carton_id]
        if not of_carton or len(shown) == DRAWN_MAX:
            continue
        found = max(of_carton, key=lambda row: (row["fill"], row["order_id"]))
        parcel = parcel_of(plan.parcels, plan.placements, cartons, found["order_id"], found["parcel_no"], orders)
        slip = f"slip-{len(shown) + 1}.html"
        (folder / slip).write_text(packing_slip(parcel), encoding="utf-8")
        kept = ("order_id", "parcel_no", "carton_id", "pieces", "fill", "decision_co2e_mg")
        shown.append({**{name: found[name] for name in kept}, "slip": f"{SLIPS}/{slip}"})
        pictures.append(parcel_svg(parcel, name=f"parcel{len(shown)}"))
    return shown, pictures
