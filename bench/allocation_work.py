"""A marketplace's orders, stock and lanes for `bench.allocation`, from a seed: places are Brazil's where the shared data are at hand.

Orders ask for SKUs by Zipf's law and come from places by size; warehouses stand in large places apart from each other. Stock is a
sixth more than is asked for, and lies imperfectly: fast SKUs are in most warehouses, slow ones in few, each share off by chance.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

SEED: Final = 20_261_127
WAREHOUSES, REGIONS = 20, 300
ORDERS_A_SKU: Final = 250
SPARE_STOCK: Final = 1.17
RATE_KG_PER_TKM: Final = 0.12522
"""HGV, all, average laden, well to wheel: 0.10163 + 0.02359, DESNZ 2025, as `freight.hgv.average_laden` of the built-in pack."""
CIRCUITY: Final = 1.23
"""Road over great circle in Brazil: Ballou, Rahardja and Sakai, Transportation Research A 36(9), 2002, table 1."""
EARTH_KM: Final = 6371.0088
FREE_FLOW_KM_A_DAY: Final = 600.0
SHARED: Final = Path(os.environ.get("LEAFMARK_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


class Work(NamedTuple):
    """Tables of `leafmark.parcels.fulfilment`: orders one by one, stock, lanes, a past year's demand; and where the places are from."""

    demand: pa.Table
    stock: pa.Table
    lanes: pa.Table
    history: pa.Table
    places: str


def work(skus: int, baskets: bool = False, seed: int = SEED) -> Work:
    """Orders for so many SKUs, 250 a SKU. `baskets`: orders of one to six lines that share parcels; else a piece each."""
    rng = np.random.default_rng(seed)
    latitude, longitude, named = _places(rng)
    size = 1 / np.arange(1, REGIONS + 1) ** 0.8
    size /= size.sum()
    sites = _sites(latitude, longitude, size)
    km = CIRCUITY * _great_circle_km(latitude[sites], longitude[sites], latitude, longitude) + 5
    rate = 1 / np.arange(1, skus + 1) ** 0.9
    orders = skus * ORDERS_A_SKU
    sku = rng.choice(skus, orders, p=rate / rate.sum())
    region = rng.choice(REGIONS, orders, p=size)
    weight_g = np.clip(rng.lognormal(6.3, 1.0, skus), 20, 25_000).astype(np.int64)
    columns = {}
    if baskets:
        lines = rng.choice([1, 1, 1, 2, 2, 3, 4, 6], orders)
        order = np.repeat(np.arange(orders), lines)[:orders]
        region = region[np.searchsorted(order, order)]
        columns["order_id"] = pa.array([f"o{each}" for each in order])
    demand = {**_demand(sku, region, np.ones(orders, np.int64), weight_g), **columns}
    past = rng.poisson(np.bincount(sku, minlength=skus) * rng.lognormal(0, 0.2, skus))
    past_sku = np.repeat(np.arange(skus), past)
    past_region = rng.choice(REGIONS, len(past_sku), p=size)
    keys, pieces = np.unique(past_sku * REGIONS + past_region, return_counts=True)
    history = _demand(keys // REGIONS, keys % REGIONS, pieces, weight_g)
    return Work(pa.table(demand), _stock(rng, sku, skus, km, size), _lanes(rng, km), pa.table(history), named)


def _places(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, str]:
    """Latitude and longitude of the regions, the largest first: capitals, then others by chance."""
    path = SHARED / "municipalities" / "municipios.csv"
    if not path.exists():
        return rng.uniform(-30, -3, REGIONS), rng.uniform(-60, -36, REGIONS), "seeded, within Brazil's bounds"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rank = np.array([float(row["capital"]) for row in rows]) + rng.random(len(rows)) / 2
    chosen = np.argsort(-rank, kind="stable")[:REGIONS]
    first = rng.permutation(len(chosen[:27]))
    chosen[:27] = chosen[:27][first]
    places = np.array([[float(rows[n]["latitude"]), float(rows[n]["longitude"])] for n in chosen])
    return places[:, 0], places[:, 1], f"{REGIONS} municipalities of Brazil, capitals first"


def _sites(latitude: np.ndarray, longitude: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Warehouses one after another where most demand times distance to the nearest one so far is."""
    away = np.full(len(size), 3000.0)
    sites: list[int] = []
    for _ in range(WAREHOUSES):
        sites.append(int(np.argmax(size * away)))
        away = np.minimum(away, _great_circle_km(latitude[sites[-1:]], longitude[sites[-1:]], latitude, longitude)[0])
    return np.array(sites)


def _great_circle_km(lat_a: np.ndarray, lon_a: np.ndarray, lat_b: np.ndarray, lon_b: np.ndarray) -> np.ndarray:
    a, b = np.radians(lat_a)[:, None], np.radians(lat_b)[None, :]
    half = (
        np.sin((a - b) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(lon_a[:, None] - lon_b[None, :]) / 2) ** 2
    )
    return 2 * EARTH_KM * np.arcsin(np.sqrt(half))


def _demand(sku: np.ndarray, region: np.ndarray, pieces: np.ndarray, weight_g: np.ndarray) -> dict[str, pa.Array]:
    return {
        "sku": pa.array([f"s{each}" for each in range(len(weight_g))]).take(pa.array(sku)),
        "region": pa.array([f"r{each}" for each in range(REGIONS)]).take(pa.array(region)),
        "quantity": pa.array(pieces), "weight_g": pa.array(weight_g[sku]),
    }  # fmt: skip


def _stock(rng: np.random.Generator, sku: np.ndarray, skus: int, km: np.ndarray, size: np.ndarray) -> pa.Table:
    near = np.bincount(np.argmin(km, axis=0), weights=size, minlength=WAREHOUSES)
    asked = np.bincount(sku, minlength=skus)
    rows: tuple[list[int], list[int], list[int]] = ([], [], [])
    for k in range(skus):
        held_at = int(np.clip(WAREHOUSES * (1 - 0.8 * k / skus), 3, WAREHOUSES))
        at = rng.choice(WAREHOUSES, held_at, replace=False, p=near / near.sum())
        share = rng.dirichlet(near[at] / near[at].sum() * held_at + 0.2)
        pieces = rng.multinomial(int(np.ceil(asked[k] * SPARE_STOCK)), share)
        for w, held in zip(at.tolist(), pieces.tolist(), strict=True):
            for column, value in zip(rows, (w, k, held), strict=True):
                column.append(value)
    return pa.table({"warehouse": [f"w{w}" for w in rows[0]], "sku": [f"s{k}" for k in rows[1]], "quantity": rows[2]})


def _lanes(rng: np.random.Generator, km: np.ndarray) -> pa.Table:
    handling = np.round(
        rng.uniform(6, 12, WAREHOUSES), 2
    )  # wages and rents differ, so the cheapest is not the cleanest
    w, r = (each.ravel() for each in np.indices(km.shape))
    return pa.table({
        "warehouse": [f"w{each}" for each in w], "region": [f"r{each}" for each in r], "distance_km": km.ravel(),
        "kg_co2e_per_tkm": np.full(km.size, RATE_KG_PER_TKM), "parcel_cost": handling[w],
        "cost_per_kg": 1.5 + 0.002 * km.ravel(), "days": np.ceil(1 + km.ravel() / FREE_FLOW_KM_A_DAY),
    })  # fmt: skip
