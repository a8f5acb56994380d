"""The three tables of a problem read and joined: names become numbers, refused rows keep their reasons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafmark.parcels.decision import DENSITY_KG_PER_M3
from leafmark.parcels.fulfilment.figures import DISTANCE_KM_MAX, MILLI, QUANTITY_MAX, RATE_MAX
from leafmark.parcels.fulfilment.problem import Lanes, Lines, Problem, Real, Whole
from leafmark.parcels.fulfilment.reading import FulfilmentError, Reader, Table, opened, refused_table, whole_numbers
from leafmark.parcels.fulfilment.tables import DEMAND_SCHEMA, LANES_SCHEMA, STOCK_SCHEMA
from leafmark.parcels.tables import DIMENSION_MM_MAX, WEIGHT_G_MAX

COST_MAX = 1e9
"""Most money of one parcel or kilogram: past it a price is a typing error."""
CO2E_MG_MAX = 1e12
"""Most fixed grams of one parcel: a thousand tonnes."""
DAYS_MAX = 3650.0


def read_problem(
    demand: Table, stock: Table, lanes: Table, *, parcel_co2e_mg: int = 0, within_days: float | None = None,
    needs_money: bool = False, density_kg_per_m3: float = DENSITY_KG_PER_M3,
    demand_name: str = "demand",
) -> Problem:  # fmt: skip
    """Read the three tables.

    Parameters
    ----------
    parcel_co2e_mg : fixed grams of a parcel on lanes that give none (`leafmark.parcels.decision.packaging_co2e_mg`).
    within_days : lanes with `days` up to it arrive in time.
    needs_money : refuse lanes without money; else their money is unknown.

    Raises
    ------
    FulfilmentError : a table cannot be read, or lacks a required column. Bad rows are in `Problem.refused` instead.
    """
    by_lane = Reader(opened(lanes, "lanes", LANES_SCHEMA), "lanes")
    by_stock = Reader(opened(stock, "stock", STOCK_SCHEMA), "stock")
    by_line = Reader(opened(demand, demand_name, DEMAND_SCHEMA), demand_name)
    warehouses, regions, ways, money = _lanes(by_lane, parcel_co2e_mg, within_days, needs_money)
    skus, lines, chargeable_kg, order_ids = _demand(by_line, regions, density_kg_per_m3)
    ways = _widened(ways, len(regions))
    held = _stock(by_stock, warehouses, skus)
    return Problem(
        warehouses, regions, skus, lines, order_ids, chargeable_kg, held, ways, "order_id" in by_line.table.column_names, money,
        refused_table([by_line, by_stock, by_lane]),
    )  # fmt: skip


def _lanes(
    reader: Reader, parcel_co2e_mg: int, within_days: float | None, needs_money: bool
) -> tuple[list[str], list[str], Lanes, bool]:
    if not 0 <= parcel_co2e_mg <= CO2E_MG_MAX:
        raise FulfilmentError(f"parcel_co2e_mg: found {parcel_co2e_mg}; expected 0 to {CO2E_MG_MAX:,.0f} mg")
    w, warehouses = reader.text("warehouse")
    r, regions = reader.text("region")
    km = reader.number("distance_km", DISTANCE_KM_MAX, missing_reason="no_distance", unit="km")
    rate = reader.number("kg_co2e_per_tkm", RATE_MAX, missing_reason="no_rate", unit="kg/tkm")
    parcel_mg = reader.number("parcel_co2e_mg", CO2E_MG_MAX, required=False, integral=True, unit="mg")
    parcel_cost = reader.number("parcel_cost", COST_MAX, required=False)
    cost_per_kg = reader.number("cost_per_kg", COST_MAX, required=False)
    days = reader.number("days", DAYS_MAX, required=False, unit="days")
    unknown = np.isnan(parcel_cost) & np.isnan(cost_per_kg)
    if needs_money:
        reader.refuse(unknown, "no_price", "parcel_cost", "the money of a parcel or of a kilogram")
    reader.repeated(w * max(len(regions), 1) + r, "region", "one row a warehouse and region")
    good = np.flatnonzero(reader.good)
    shape = (len(warehouses), len(regions))

    def spread(values: NDArray[Any], kind: type) -> NDArray[Any]:
        out: NDArray[Any] = np.zeros(shape, kind)
        out[w[good], r[good]] = values[good]
        return out

    in_time = np.zeros(len(w), np.bool_)
    if within_days is not None:
        in_time = np.nan_to_num(days, nan=np.inf) <= within_days
    found = Lanes(
        spread(np.ones(len(w)), np.bool_), spread(km, np.float64), spread(rate, np.float64),
        spread(np.nan_to_num(cost_per_kg) * MILLI, np.float64),
        spread(whole_numbers(parcel_mg, parcel_co2e_mg), np.int64),
        spread(np.floor(np.nan_to_num(parcel_cost) * MILLI + 0.5), np.int64), spread(in_time, np.bool_),
    )  # fmt: skip
    return warehouses, regions, found, bool(len(good)) and not unknown[good].any()


def _demand(reader: Reader, regions: list[str], density: float) -> tuple[list[str], Lines, Real, pa.Array | None]:
    """Lines of good rows; regions that no lane names are added to the list."""
    sku, skus = reader.text("sku")
    place, places = reader.text("region")
    pieces = reader.number("quantity", QUANTITY_MAX, integral=True, unit="pieces")
    weight_g = reader.number("weight_g", WEIGHT_G_MAX, integral=True, unit="g")
    volume_mm3 = reader.number("volume_mm3", float(DIMENSION_MM_MAX) ** 3, required=False, integral=True, unit="mm3")
    known = {name: number for number, name in enumerate(regions)}
    for name in places:
        if name not in known:
            known[name] = len(regions)
            regions.append(name)
    region = np.array([known[name] for name in places] or [0], np.int64)[place]
    order, orders = np.arange(len(sku)), None
    if "order_id" in reader.table.column_names:
        order, orders = reader.text("order_id")
    kg = np.maximum(weight_g / 1e3, np.nan_to_num(volume_mm3) / 1e9 * density)
    first = np.full(len(skus), -1)
    rows = np.flatnonzero(reader.good)
    first[sku[rows[::-1]]] = rows[::-1]
    with np.errstate(invalid="ignore"):
        differs = reader.good & (kg != kg[first[sku]])
    reader.refuse(
        differs, "weight_differs", "weight_g", "weight and volume of the SKU's first row: pieces of a SKU are alike"
    )
    good = np.flatnonzero(reader.good)
    keys = order[good] * max(len(regions), 1) + region[good]
    lines = Lines(good, _by_appearance(keys), sku[good], region[good], whole_numbers(pieces, 0)[good])
    chargeable = np.where(first >= 0, kg[first], 0.0) if len(kg) else np.zeros(len(skus))
    ids = (
        None if orders is None else pa.DictionaryArray.from_arrays(pa.array(order[good]), pa.array(orders, pa.string()))
    )
    return skus, lines, chargeable, None if ids is None else ids.dictionary_decode()


def _by_appearance(keys: Whole) -> Whole:
    """Numbers of groups, in the order in which their first member comes."""
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


def _stock(reader: Reader, warehouses: list[str], skus: list[str]) -> Whole:
    w, named = reader.text("warehouse")
    k, held = reader.text("sku")
    pieces = reader.number("quantity", QUANTITY_MAX, integral=True, unit="pieces")
    known = {name: number for number, name in enumerate(warehouses)}
    by_name = np.array([known.get(name, -1) for name in named] or [-1], np.int64)
    reader.refuse(by_name[w] < 0, "unknown_warehouse", "warehouse", "a warehouse that the lanes name")
    reader.repeated(w * max(len(held), 1) + k, "sku", "one row a warehouse and SKU")
    wanted = {name: number for number, name in enumerate(skus)}
    column = np.array([wanted.get(name, -1) for name in held] or [-1], np.int64)
    good = np.flatnonzero(reader.good)
    good = good[column[k[good]] >= 0]  # what nobody asks for is no part of the problem
    stock = np.zeros((len(warehouses), len(skus)), np.int64)
    stock[by_name[w[good]], column[k[good]]] = whole_numbers(pieces, 0)[good]
    return stock


def _widened(ways: Lanes, regions: int) -> Lanes:
    """Room for regions that no lane leads to."""
    missing = regions - ways.km.shape[1]
    if not missing:
        return ways
    wider: list[NDArray[Any]] = [np.pad(each, ((0, 0), (0, missing))) for each in ways]
    return Lanes(*wider)
