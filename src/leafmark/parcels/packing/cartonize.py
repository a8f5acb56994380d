"""Which cartons, what in each, and where: orders by cartons to a plan.

Two threads share the orders in slices; the kernel lets go of the interpreter. An order's answer depends on the order alone, so it is
the same by any number of threads; only a carton's stock ties orders together (`leafmark.parcels.packing.stock`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.cells import ParcelsError
from leafmark.parcels.decision import METHOD_ID, METHOD_VERSION, MG_PER_TKM_KG, Haul, packaging_co2e_mg
from leafmark.parcels.packing.kernel.arrays import WEIGHT_UNLIMITED_G, Cartons
from leafmark.parcels.packing.kernel.choosing import Desk, Task, new_desk
from leafmark.parcels.packing.kernel.room import WHOLE
from leafmark.parcels.packing.kernel.running import UNPACKED, Out, new_out, pack_orders
from leafmark.parcels.packing.plan import Plan
from leafmark.parcels.packing.reading import CartonSet, OrderSet, read_cartons, read_orders
from leafmark.parcels.packing.refusing import packable_pieces, why_unpacked
from leafmark.parcels.packing.stock import within_stock
from leafmark.parcels.packing.writing import parcels_table, placements_table, unpacked_table
from leafmark.parcels.tables import OBJECTIVES, Objective

SUPPORT_SHARE: Final = 0.75
"""Share of a piece's base that has to rest on something."""

CORRUGATED_KG_CO2E_PER_KG: Final = 1.1997
"""Corrugated board, cradle to gate: UK DESNZ 2025, material use (1,199.7 kg/t); taken where no factors are given."""

RECIPES_TRIED: Final = 12
"""Recipes a carton at effort 1."""

NODES_SEARCHED: Final = 500
"""Placements that a search tries for each effort past the first."""

SLICE_ORDERS: Final = 64
"""Orders that a thread takes at a time: few, since some take a hundred times as long as others."""

Progress = Callable[[int, int], None]


def cartonize(
    orders: Any,
    cartons: Any,
    objective: Objective = "co2e",
    *,
    haul: Haul | None = None,
    materials: Mapping[str, float] | None = None,
    support_share: float = SUPPORT_SHARE,
    effort: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Pack every order into the cartons worth least by the objective.

    Parameters
    ----------
    orders, cartons : Arrow, a path to Parquet or CSV, or a list of rows; columns in `leafmark.parcels.tables`.
    objective : `co2e` decision grams, `cost` money, `volume` outer volume, `count` number of parcels.
    haul : the way that parcels go and its factor; without one grams are those of the cartons alone.
    materials : kg CO2e a kg of each material key of the cartons; corrugated board by default.
    support_share : share of each piece's base that has to rest on something, 0 to 1.
    effort : 1 or more; twice the effort draws twice as many recipes and splits; from 2 on orders of up to 8 pieces
        are searched depth first where no recipe holds them.
    progress : called with (orders done, orders).

    Returns
    -------
    Plan : every piece is in `placements` or `unpacked`.

    Raises
    ------
    ParcelsError : a table that cannot be read, no carton, an unknown objective, a cost or a material factor that is missing.
    """
    if objective not in OBJECTIVES:
        raise ParcelsError(f"objective {objective!r} is not one of {', '.join(OBJECTIVES)}.")
    if not 0 <= support_share <= 1:
        raise ParcelsError(f"support_share is {support_share!r}; expected 0 to 1.")
    if effort < 1:
        raise ParcelsError(f"effort is {effort!r}; expected 1 or more.")
    order_set, carton_set = read_orders(orders), read_cartons(cartons)
    factors = material_factors_of(carton_set, materials)
    way = haul or Haul(0.0, 0.0)
    kernel_cartons = cartons_by(objective, carton_set, factors, way)
    km = np.where(np.isnan(order_set.distance_km), way.distance_km, order_set.distance_km)
    task = Task(
        haul=way.kg_co2e_per_tkm * MG_PER_TKM_KG if objective == "co2e" else 0.0,
        support=round(support_share * WHOLE),
        recipes=RECIPES_TRIED * effort,
        splits=effort,
        nodes=NODES_SEARCHED * (effort - 1),
    )
    packable, not_packable = packable_pieces(order_set, kernel_cartons)
    run = Run(order_set, packable, km, task, threads or os.cpu_count() or 1, progress)
    out = run.pack(kernel_cartons, np.arange(len(order_set.order_ids)))
    homeless = out.parcel == UNPACKED  # however many cartons there were
    out = within_stock(run, kernel_cartons, carton_set, out)
    settings = {
        "objective": objective, "support_share": support_share, "effort": effort, "method": f"{METHOD_ID}@{METHOD_VERSION}",
        "distance_km": way.distance_km, "kg_co2e_per_tkm": way.kg_co2e_per_tkm, "density_kg_per_m3": way.density_kg_per_m3,
        "kg_co2e_per_kg": factors,
    }  # fmt: skip
    return Plan(
        parcels=parcels_table(order_set, carton_set, out, km, way, factors),
        placements=placements_table(order_set, out),
        unpacked=unpacked_table(order_set, why_unpacked(order_set, kernel_cartons, out, homeless, not_packable)),
        cartons=carton_set.table,
        refused_cartons=[vars(r) for r in carton_set.refused],
        settings=settings,
    )


class Run:
    """One call's orders and settings; packs any of the orders into any of the cartons."""

    def __init__(
        self,
        orders: OrderSet,
        packable: NDArray[np.int64],
        km: NDArray[np.float64],
        task: Task,
        threads: int,
        progress: Progress | None,
    ) -> None:
        self.orders, self.packable, self.km = orders, packable, km
        self.task, self.threads, self.progress = task, threads, progress
        self.piece_starts = orders.piece_starts

    def pack(self, cartons: Cartons, which: NDArray[np.int64], out: Out | None = None) -> Out:
        """Pack the orders `which` into `out` (a new one: everything unpacked)."""
        out = out or new_out(int(self.piece_starts[-1]), len(self.orders.order_ids))
        slices = [which[i : i + SLICE_ORDERS] for i in range(0, len(which), SLICE_ORDERS)]
        rows = int(np.diff(self.orders.starts).max(initial=1))
        done = 0

        desks: SimpleQueue[Desk] = SimpleQueue()

        def work(part: NDArray[np.int64]) -> int:
            try:
                desk = desks.get_nowait()
            except Empty:
                desk = new_desk(rows, len(cartons.sizes))
            pack_orders(
                desk,
                self.orders.items,
                self.orders.starts,
                self.piece_starts,
                self.packable,
                self.km,
                cartons,
                self.task,
                part,
                out,
            )
            desks.put(desk)
            return len(part)

        if len(slices) <= 1 or self.threads == 1:
            for part in slices:
                done += work(part)
                if self.progress:
                    self.progress(done, len(which))
            return out
        with ThreadPoolExecutor(min(self.threads, len(slices))) as pool:
            for count in pool.map(work, slices):
                done += count
                if self.progress:
                    self.progress(done, len(which))
        return out


def material_factors_of(cartons: CartonSet, materials: Mapping[str, float] | None) -> dict[str, float]:
    """kg CO2e a kg of every material that the cartons name.

    Raises
    ------
    ParcelsError : a material without a factor.
    """
    known = {"material.corrugated_board": CORRUGATED_KG_CO2E_PER_KG, **(materials or {})}
    named = sorted(set(cartons.table.column("material").to_pylist()))
    absent = [m for m in named if m not in known]
    if absent:
        raise ParcelsError(
            f"cartons: no factor for material {', '.join(absent)}; give it in `materials`, or name one of {', '.join(sorted(known))}."
        )
    return {name: float(known[name]) for name in named}


def packaging_mg(cartons: CartonSet, factors: Mapping[str, float]) -> NDArray[np.float64]:
    """mg CO2e of one use of each carton: its making over its uses, and its way back (`leafmark.parcels.decision`)."""
    per_kg = np.array([factors[m] for m in cartons.table.column("material").to_pylist()])
    mg: NDArray[np.float64] = packaging_co2e_mg(
        cartons.numbers("tare_g", 0), per_kg, cartons.numbers("use_count", 1.0), cartons.numbers("return_co2e_mg", 0)
    )
    return mg


def outer_mm3(cartons: CartonSet) -> NDArray[np.float64]:
    """float64 [cartons]: outer volume."""
    mm3: NDArray[np.float64] = np.prod(
        [cartons.numbers(f"outer_{side}_mm", 0) for side in ("length", "width", "height")], axis=0
    )
    return mm3


def cartons_by(objective: str, cartons: CartonSet, factors: Mapping[str, float], haul: Haul) -> Cartons:
    """Cartons as the kernel sees them, worth what the objective says.

    Raises
    ------
    ParcelsError : objective `cost`, and a carton without one.
    """
    outer, table = outer_mm3(cartons), cartons.table
    if objective == "cost":
        if table.column("cost").null_count:
            row = table.column("cost").to_pylist().index(None)
            raise ParcelsError(
                f"cartons: {table.column('carton_id')[row].as_py()} has no cost, and the objective is cost: fill it in."
            )
        base = cartons.numbers("cost", 0)
    elif objective == "volume":
        base = outer
    elif objective == "count":
        base = 1 + outer * 1e-14  # of as many parcels the smaller: all of an order's together stay far below one
    else:
        base = packaging_mg(cartons, factors)
    inner = np.stack([cartons.numbers(f"inner_{side}_mm", 0) for side in ("length", "width", "height")], axis=1).astype(
        np.int64
    )
    sizes = [
        *inner.T, inner.prod(axis=1), cartons.numbers("max_weight_g", WEIGHT_UNLIMITED_G), cartons.numbers("tare_g", 0),
        np.array([k == "mailer" for k in table.column("kind").to_pylist()]), np.ones(len(inner)),
    ]  # fmt: skip
    return Cartons(
        sizes=np.ascontiguousarray(np.stack([np.asarray(s).astype(np.int64) for s in sizes], axis=1)),
        worth=np.ascontiguousarray(np.stack([base.astype(np.float64), outer / 1e9 * haul.density_kg_per_m3], axis=1)),
    )
