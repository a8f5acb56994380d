"""Pairs of an order and a carton: their price, and those that matter of each order, the cheapest first."""

from __future__ import annotations

import numpy as np

from leafmark.parcels.packing.kernel.arrays import MAILER, MAILER_OK, MASK, MAX_WEIGHT_G, QUANTITY, WEIGHT_G
from leafmark.parcels.packing.kernel.choosing import enters
from leafmark.parcels.packing.kernel.room import inner, outer


@inner
def _price(tariff, j, contents_g, km):
    kg = max((contents_g + tariff.tare_g[j]) / 1000.0, tariff.dimensional_kg[j])
    return np.int64(np.rint(tariff.base[j] + tariff.haul * km * kg))


@outer
def price_rows(tariff, contents_g, km, low, high, out):
    """Prices int64 [rows, cartons] of rows `low` to `high`."""
    for i in range(low, high):
        for j in range(tariff.base.size):
            out[i, j] = _price(tariff, j, contents_g[i], km[i])


@inner
def goes_in(items, row, sizes, j):
    """Whether one piece goes into carton `j` by its edges and mass; into a mailer only what may go in one."""
    if items.facts[row, WEIGHT_G] > sizes[j, MAX_WEIGHT_G]:
        return False
    if not sizes[j, MAILER]:
        return enters(items, row, sizes[j, 0], sizes[j, 1], sizes[j, 2])
    for o in range(6):
        thick = items.size[row, o, 2]
        if (
            items.facts[row, MAILER_OK]
            and items.facts[row, MASK] & (1 << o)
            and thick <= sizes[j, 2]
            and items.size[row, o, 0] + thick <= sizes[j, 0]
            and items.size[row, o, 1] + thick <= sizes[j, 1]
        ):
            return True
    return False


@outer
def price_apart(tariff, items, starts, sizes, kind, km, low, high, out):
    """Of each row the sum over its pieces of the cheapest carton that holds the piece alone, int64 [rows]; -1 where one goes in none."""
    none = np.int64(2**62)
    for i in range(low, high):
        total = np.int64(0)
        for r in range(starts[kind[i]], starts[kind[i] + 1]):
            least = none
            for j in range(tariff.base.size):
                price = _price(tariff, j, items.facts[r, WEIGHT_G], km[i])
                if price < least and goes_in(items, r, sizes, j):
                    least = price
            if least == none:
                total = np.int64(-1)
                break
            total += items.facts[r, QUANTITY] * least
        out[i] = total


@outer
def count_pairs(price, fit, row_of, unheld, low, high, out):
    for i in range(low, high):
        found = 0
        for j in range(price.shape[1]):
            if fit[row_of[i], j] and price[i, j] < unheld[i]:
                found += 1
        out[i] = found


@outer
def sort_pairs(price, fit, row_of, unheld, starts, low, high, carton, sorted_price):
    cartons = price.shape[1]
    keys = np.empty(cartons, np.int64)
    for i in range(low, high):
        found = 0
        for j in range(cartons):
            if fit[row_of[i], j] and price[i, j] < unheld[i]:
                keys[found] = price[i, j] * cartons + j  # the lower number goes first of equal prices
                found += 1
        ascending = np.sort(keys[:found])
        for p in range(found):
            carton[starts[i] + p] = ascending[p] % cartons
            sorted_price[starts[i] + p] = ascending[p] // cartons
