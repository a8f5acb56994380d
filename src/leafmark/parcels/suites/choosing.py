"""Which k sizes to stock: history in, suite out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafmark.parcels.decision import METHOD_ID, METHOD_VERSION, Haul
from leafmark.parcels.packing.cartonize import cartons_by, material_factors_of
from leafmark.parcels.packing.kernel.arrays import HOLDS_MM3, Cartons
from leafmark.parcels.packing.reading import CartonSet, OrderSet, read_cartons, read_orders
from leafmark.parcels.suites.candidates import candidate_sizes
from leafmark.parcels.suites.faults import SuiteError
from leafmark.parcels.suites.fitting import fits
from leafmark.parcels.suites.heldout import HeldOut, send
from leafmark.parcels.suites.history import Kinds, is_held_out, kinds_of, whole_orders
from leafmark.parcels.suites.instance import Crew
from leafmark.parcels.suites.interchange import serve
from leafmark.parcels.suites.path import best_path
from leafmark.parcels.suites.pricing import UNITS, Priced, make_tariff, price
from leafmark.parcels.suites.result import SIZES_SCHEMA, Suite
from leafmark.parcels.tables import Objective

CANDIDATES_MAX: Final = 2_000
"""Most candidates that are compared: the tables of pairs grow with them."""

PAIRS_MAX: Final = 150_000_000
"""Most pairs of a kind of order and a candidate: at up to 20 bytes a pair 3 GB."""

UNHELD_TIMES: Final = 10.0
GIVEN, NAIVE = "given", "by volume"

Progress = Callable[[int, int, str], None]


def suite(
    order_history: Any,
    candidates: Any,
    k: int,
    *,
    objective: Objective = "co2e",
    haul: Haul | None = None,
    materials: Mapping[str, float] | None = None,
    held_out_share: float = 0.3,
    given: Any = None,
    seed: int = 0,
    support_share: float = 0.75,
    unheld_times: float = UNHELD_TIMES,
    threads: int | None = None,
    progress: Progress = lambda *_: None,
) -> Suite:
    """Choose up to `k` of the candidates so that a history of orders costs least.

    Parameters
    ----------
    order_history, candidates : as orders and cartons for packing; `candidates` None finds some (`candidate_sizes`). The candidates'
        stock counts for nothing.
    k : sizes to choose; fewer are chosen where more would save nothing.
    objective : `co2e` decision grams, `cost` money, `volume` outer volume.
    haul : the way that parcels go; without one grams are those of the cartons alone.
    materials : kg CO2e a kg of each material key of the cartons.
    held_out_share : share of the orders that is kept out of the choice and packed afterwards to say what the suite is worth; 0: none.
    given : cartons stocked today, to compare with on the held-out orders.
    unheld_times : what an order costs that no chosen carton can send at all, in times of its cheapest candidate.

    Returns
    -------
    Suite : sizes, total, a bound that is proven, and the gain on held-out orders.

    Raises
    ------
    SuiteError : there is nothing to choose from or by, or a setting is out of range; its `reason` says which.
    ParcelsError : a table that cannot be read, a cost or a material factor that is missing.
    """
    way, crew_size = haul or Haul(0.0, 0.0), threads or os.cpu_count() or 1
    _check(k, objective, support_share, unheld_times)
    orders = read_orders(order_history)
    which = whole_orders(orders)
    if which.size == 0:
        raise SuiteError("empty_history", f"{len(orders.order_ids):,} orders, {len(orders.refused):,} rows refused")
    held_out = is_held_out([orders.order_ids[o] for o in which], held_out_share, seed)
    by = which[~held_out]
    if by.size == 0:
        raise SuiteError("nothing_to_choose_by", f"{which.size:,} orders, held_out_share {held_out_share:g}")
    if candidates is None:
        candidates = candidate_sizes(
            orders, held_out_share=held_out_share, seed=seed, support_share=support_share, threads=crew_size
        )
    carton_set = read_cartons(candidates)
    _check_candidates(carton_set, k)
    factors = material_factors_of(carton_set, materials)
    cartons = cartons_by(objective, carton_set, factors, way)
    kinds = kinds_of(orders, by)
    if len(kinds) * carton_set.table.num_rows > PAIRS_MAX:
        most = PAIRS_MAX // len(kinds)
        raise SuiteError(
            "too_many_candidates",
            f"{carton_set.table.num_rows:,} for {len(kinds):,} kinds of orders; hand over up to {most:,}",
        )
    km = np.where(np.isnan(orders.distance_km[by]), way.distance_km, orders.distance_km[by])
    with Crew(crew_size) as crew:
        fit, filled = fits(
            kinds.items, kinds.starts, cartons, round(support_share * 10_000), crew,
            lambda done, whole: progress(done, whole, "orders tried in cartons"),
        )  # fmt: skip
        priced = price(
            make_tariff(objective, cartons, way.kg_co2e_per_tkm * 1e3), kinds, km, fit, cartons, unheld_times, crew
        )
        if priced.instance.rows == 0:
            largest = carton_set.table.column("carton_id")[int(cartons.sizes[:, HOLDS_MM3].argmax())].as_py()
            raise SuiteError(
                "nothing_fits", f"{by.size:,} orders, {k} sizes; the largest candidate is {largest}: add larger ones"
            )
        steps = best_path(priced.instance, k, crew, progress)
        last = steps[-1]
        sizes, unheld = _sizes(carton_set, list(last.suite), priced, kinds, crew)
    chosen = carton_set.table.take(sizes.pop("row"))
    compared = _compared(
        orders, which[held_out], chosen, carton_set, cartons, kinds, fit, k, objective, way, materials, given,
        support_share, crew_size, progress,
    )  # fmt: skip
    return Suite(
        objective=objective,
        unit=UNITS[objective],
        cartons=chosen,
        sizes=pa.table(sizes, schema=SIZES_SCHEMA),
        total=last.total,
        bound=last.bound,
        orders=int((priced.row_of >= 0).sum()),
        unheld=unheld,
        too_large=int((priced.row_of < 0).sum()),
        unreadable=len(orders.order_ids) - which.size,
        candidates=carton_set.table.num_rows,
        steps=tuple(steps),
        held_out=compared,
        refused=[{"table": name, **asdict(each)} for name, bad in (("orders", orders.refused), ("candidates", carton_set.refused)) for each in bad],
        settings={
            "sizes_asked": k, "held_out_share": held_out_share, "seed": seed, "support_share": support_share,
            "unheld_times": unheld_times, "method": f"{METHOD_ID}@{METHOD_VERSION}", **asdict(way),
            "kg_co2e_per_kg": factors, "kinds": len(kinds), "fillings": filled,
        },
    )  # fmt: skip


def _check(k: int, objective: str, support_share: float, unheld_times: float) -> None:
    if k < 1:
        raise SuiteError("no_sizes", f"{k} sizes; ask for 1 or more")
    if objective not in UNITS:
        raise SuiteError("unreadable_setting", f"objective is {objective!r}; expected {', '.join(UNITS)}")
    if not 0 <= support_share <= 1:
        raise SuiteError("unreadable_setting", f"support_share is {support_share!r}; expected 0 to 1")
    if not 1 <= unheld_times <= 1000:
        raise SuiteError("unreadable_setting", f"unheld_times is {unheld_times!r}; expected 1 to 1000, for example 10")


def _check_candidates(cartons: CartonSet, k: int) -> None:
    rows = cartons.table.num_rows
    if rows > CANDIDATES_MAX:
        raise SuiteError("too_many_candidates", f"{rows:,} candidates; hand over up to {CANDIDATES_MAX:,}")
    if k > rows:
        more = f", {len(cartons.refused)} more rows were refused" if cartons.refused else ""
        raise SuiteError("more_sizes_than_candidates", f"{k} sizes of {rows} candidates{more}; ask for up to {rows}")


def _sizes(
    carton_set: CartonSet, suite: list[int], priced: Priced, kinds: Kinds, crew: Crew
) -> tuple[dict[str, Any], int]:
    """(columns of `SIZES_SCHEMA` and `row`, the candidate's row, smallest carton first; orders that none of them holds)."""
    instance, table = priced.instance, carton_set.table
    served = serve(instance, suite, crew)
    inner = np.prod([carton_set.numbers(f"inner_{side}_mm", 0) for side in ("length", "width", "height")], axis=0)
    suite = sorted(suite, key=lambda j: (float(inner[j]), j))
    place = np.full(instance.cartons, -1)
    place[suite] = np.arange(len(suite))
    held = served.first >= 0
    of, many = place[served.first[held]], instance.orders[held]
    total = np.zeros(len(suite), np.int64)
    np.add.at(total, of, many * served.price[held])
    count = np.bincount(of, many, minlength=len(suite)).astype(np.int64)
    contents = np.bincount(of, many * kinds.contents_mm3[priced.kind[held]].astype(np.float64), minlength=len(suite))
    columns = {name: table.column(name).take(suite) for name in SIZES_SCHEMA.names[:5]}
    columns |= {
        "orders": count, "share": count / max(int(instance.orders.sum()), 1), "total": total,
        "fill": contents / np.maximum(count * inner[suite], 1), "row": suite,
    }  # fmt: skip
    return columns, int(instance.orders[~held].sum())


def _compared(
    orders: OrderSet,
    held_out: NDArray[np.int64],
    chosen: pa.Table,
    carton_set: CartonSet,
    cartons: Cartons,
    kinds: Kinds,
    fit: NDArray[np.bool_],
    k: int,
    objective: Objective,
    way: Haul,
    materials: Mapping[str, float] | None,
    given: Any,
    support_share: float,
    threads: int,
    progress: Progress,
) -> HeldOut | None:
    if held_out.size == 0:
        return None
    suites = {"chosen": chosen, NAIVE: carton_set.table.take(by_volume(cartons, kinds, fit, k))}
    if given is not None:
        suites[GIVEN] = read_cartons(given).table
    sent = send(orders, held_out, suites, objective, way, materials, support_share, threads, progress)
    return HeldOut(sent.pop("chosen"), sent)


def by_volume(cartons: Cartons, kinds: Kinds, fit: NDArray[np.bool_], k: int) -> list[int]:
    """The suite that one would draw up without choosing: of the smallest carton of each order, k at even steps of the orders, the last
    the largest."""
    smallest = np.where(fit, cartons.sizes[:, HOLDS_MM3], np.iinfo(np.int64).max)
    best = smallest.argmin(axis=1)[kinds.of]
    best = best[fit[kinds.of].any(axis=1)]
    best = best[np.lexsort((best, cartons.sizes[best, HOLDS_MM3]))]
    steps = (np.arange(1, k + 1) * len(best) + k - 1) // k - 1
    return sorted({int(best[step]) for step in steps})
