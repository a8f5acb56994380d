"""What an order pays in a carton, in whole numbers, and what it pays where the suite holds no carton for it.

    co2e    mg, decision grams: packaging + haul (`leafmark.parcels.decision`)
    cost    millionths of the money that the cartons' `cost` is in
    volume  cm3, outer

An order that no carton of the suite holds whole is split: priced as if each of its pieces went alone, in the cheapest candidate that
holds it. That can be a carton which is not stocked, so it is low for odd pieces, and it forgoes putting some of them together, so
it is high for small ones; what a suite is worth with real splits is measured on held-out orders by the packer. An order of one piece
(or of pieces kept together) that no carton of the suite holds cannot be sent at all: priced at `unheld_times` its cheapest candidate,
10 by default, a choice and not a measurement: it says how many orders' cost it is worth to be able to send one more.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.packing.kernel.arrays import BASE, DIMENSIONAL_KG, TARE_G, Cartons
from leafmark.parcels.suites.history import Kinds
from leafmark.parcels.suites.instance import Crew, Instance, even_ranges, make_instance
from leafmark.parcels.suites.kernel.pairs import price_apart, price_rows

UNITS: Final = {"co2e": "mg CO2e", "cost": "millionths of the currency", "volume": "cm3"}
PER_BASE: Final = {"co2e": 1.0, "cost": 1e6, "volume": 1e-3}
"""Whole units in one of what the kernel's cartons are worth in (mg, money, mm3)."""


class Tariff(NamedTuple):
    """Price of contents of `g` grams over `km` in carton `j`: `base[j] + haul x km x max((g + tare_g[j]) / 1000, dimensional_kg[j])`."""

    base: NDArray[np.float64]
    tare_g: NDArray[np.float64]
    dimensional_kg: NDArray[np.float64]
    haul: float


def make_tariff(objective: str, cartons: Cartons, haul_mg_per_kg_km: float) -> Tariff:
    """The tariff of an objective; `haul` counts for co2e alone."""
    return Tariff(
        cartons.worth[:, BASE] * PER_BASE[objective],
        cartons.sizes[:, TARE_G].astype(np.float64),
        np.ascontiguousarray(cartons.worth[:, DIMENSIONAL_KG]),
        haul_mg_per_kg_km if objective == "co2e" else 0.0,
    )


class Priced(NamedTuple):
    """Rows of orders alike that pay alike: `row_of` int64 [orders] is the row of each order given, -1 where no candidate holds it whole."""

    instance: Instance
    row_of: NDArray[np.int64]
    kind: NDArray[np.int64]


def price(
    tariff: Tariff,
    kinds: Kinds,
    km: NDArray[np.float64],
    fit: NDArray[np.bool_],
    cartons: Cartons,
    unheld_times: float,
    crew: Crew,
) -> Priced:
    """The instance of orders of known kinds; `km` float64 [orders], `fit` bool [kinds, cartons]."""
    distance = km if tariff.haul > 0 else np.zeros(km.size)
    pairs = np.stack([kinds.of.astype(np.float64), distance], axis=1)
    pairs, row_of, orders = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    kind, km_of = pairs[:, 0].astype(np.int64), pairs[:, 1]
    row_of = row_of.reshape(-1)
    held = fit[kind].any(axis=1)
    number = np.where(held, np.cumsum(held) - 1, -1)
    kind, km_of, orders = kind[held], km_of[held], orders[held]
    rows = kind.size
    prices, apart = np.empty((rows, len(cartons.sizes)), np.int64), np.empty(rows, np.int64)
    contents_g = kinds.contents_g[kind]

    def work(low: int, high: int) -> None:
        price_rows(tariff, contents_g, km_of, low, high, prices)
        price_apart(tariff, kinds.items, kinds.starts, cartons.sizes, kind, km_of, low, high, apart)

    crew.run(even_ranges(rows, 4 * crew.threads), work)
    cheapest = _cheapest(prices, fit, kind)
    alone_only = (kinds.pieces[kind] == 1) | kinds.together[kind] | (apart < 0)
    dear = np.where(alone_only, np.rint(cheapest * unheld_times).astype(np.int64), apart)
    unheld = np.maximum(
        dear, cheapest + 1
    )  # to be held is worth a unit at least, where cartons weigh and cost nothing too
    instance = make_instance(prices, fit, kind, unheld, orders.astype(np.int64), crew)
    return Priced(instance, number[row_of], kind)


def _cheapest(prices: NDArray[np.int64], fit: NDArray[np.bool_], kind: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each row the price of the cheapest carton that holds it; a range at a time, to spare memory."""
    out = np.empty(kind.size, np.int64)
    for low, high in even_ranges(kind.size, max(kind.size // 4096, 1)):
        out[low:high] = np.where(fit[kind[low:high]], prices[low:high], np.iinfo(np.int64).max).min(axis=1)
    return out
