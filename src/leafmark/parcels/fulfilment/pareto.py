"""The curve of cost against grams: plans of which none is both cheaper and cleaner than another.

Points are found between two neighbours by the weighted sum under which both are equally good (Aneja and Nair, Management Science
25(1), 1979): either it has a better plan, which is a new point, or nothing lies below the line between them. Each point is the exact
least of its weighted sum (`gap` says where it is not); plans above the lines, which no weighted sum finds, are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import gcd

import pyarrow as pa

from leafmark.parcels.decision import DENSITY_KG_PER_M3
from leafmark.parcels.fulfilment.allocating import Service, limits_of
from leafmark.parcels.fulfilment.figures import MILLI
from leafmark.parcels.fulfilment.limits import Limits
from leafmark.parcels.fulfilment.problem import Problem, spare_factor
from leafmark.parcels.fulfilment.reading import FulfilmentError, Progress, Table, silent
from leafmark.parcels.fulfilment.rules import Planned, clairvoyant
from leafmark.parcels.fulfilment.tables import PARETO_SCHEMA
from leafmark.parcels.fulfilment.tables_in import read_problem

WEIGHT_MAX = 1_000_000
"""Weights are whole numbers up to this: a slope to six digits."""
POINTS_MAX = 1000


def pareto(
    demand: Table, stock: Table, lanes: Table, *, points: int = 9, throughput: Mapping[str, int] | None = None,
    service: Service | None = None, parcel_co2e_mg: int = 0, density_kg_per_m3: float = DENSITY_KG_PER_M3,
    progress: Progress = silent,
) -> pa.Table:  # fmt: skip
    """Up to `points` plans from the cheapest to the cleanest, `PARETO_SCHEMA`; all send the most pieces.

    Raises
    ------
    FulfilmentError : as `allocate`.
    """
    if not 2 <= points <= POINTS_MAX:
        raise FulfilmentError(f"points: found {points}; expected 2 to {POINTS_MAX}")
    problem = read_problem(
        demand, stock, lanes, parcel_co2e_mg=parcel_co2e_mg, within_days=None if service is None else service.within_days,
        needs_money=True, density_kg_per_m3=density_kg_per_m3,
    )  # fmt: skip
    found = curve(problem, limits_of(problem, throughput, service, None), points, progress)
    rows, before = [], None
    for each in found:
        saved_t = 0.0 if before is None else (before.totals.co2e_mg - each.totals.co2e_mg) / 1e9
        more = 0.0 if before is None else (each.totals.milli - before.totals.milli) / MILLI
        rows.append(
            {
                "co2e_mg": each.totals.co2e_mg, "cost": each.totals.milli / MILLI, "unmet": each.totals.unmet,
                "parcels": each.totals.parcels, "cost_per_tonne": more / saved_t if saved_t else None, "gap": each.gap,
            }
        )  # fmt: skip
        before = each
    return pa.Table.from_pylist(rows, schema=PARETO_SCHEMA)


def curve(problem: Problem, limits: Limits, points: int, progress: Progress = silent) -> list[Planned]:
    """Plans from the cheapest to the cleanest."""
    spare = spare_factor(problem, problem.plain_scale(1, 1))
    steep = max(1, min(WEIGHT_MAX, int(spare / 4)))

    def least(co2e: int, cost: int) -> Planned:
        return clairvoyant(problem, problem.plain_scale(co2e, cost), limits)

    cheap, clean = least(1, steep), least(steep, 1)
    found = [cheap, clean] if _place(cheap) != _place(clean) else [cheap]
    edges = [(cheap, clean)] if len(found) == 2 else []
    while edges and len(found) < points:
        progress(len(found), points, "points of the curve")
        edges.sort(key=lambda edge: _area(*edge))
        left, right = edges.pop()
        co2e, cost = _slope(left, right, steep)
        between = least(co2e, cost)
        ends = min(each.totals.value(co2e, cost) for each in (left, right))
        if between.value < ends and _place(between) not in map(_place, found):
            found.append(between)
            edges += [(left, between), (between, right)]
    return _undominated(found)


def _place(each: Planned) -> tuple[int, int]:
    return each.totals.milli, each.totals.co2e_mg


def _area(left: Planned, right: Planned) -> float:
    """How much a point between two could gain at the most: their rectangle."""
    return abs(float(right.totals.milli - left.totals.milli) * float(left.totals.co2e_mg - right.totals.co2e_mg))


def _slope(left: Planned, right: Planned, most: int) -> tuple[int, int]:
    """Whole weights of milligrams and money under which two plans are equally good, to the digits that there are."""
    co2e = max(abs(right.totals.milli - left.totals.milli), 1)
    cost = max(abs(left.totals.co2e_mg - right.totals.co2e_mg), 1)
    shared = gcd(co2e, cost)
    co2e, cost = co2e // shared, cost // shared
    if max(co2e, cost) > most:
        co2e, cost = (max(1, round(each * most / max(co2e, cost))) for each in (co2e, cost))
    return co2e, cost


def _undominated(found: list[Planned]) -> list[Planned]:
    kept: list[Planned] = []
    for each in sorted(found, key=_place):
        if not kept or each.totals.co2e_mg < kept[-1].totals.co2e_mg:
            kept.append(each)
    return kept
