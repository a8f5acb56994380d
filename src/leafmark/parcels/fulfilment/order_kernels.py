"""Kernels of plans whose lines share parcels: the bound that prices of stock prove, and moves that never make a plan worse (Numba)."""

from __future__ import annotations

import numpy as np
from numba import njit

from leafmark.parcels.fulfilment.figures import FORBIDDEN
from leafmark.parcels.fulfilment.in_sequence import TOGETHER, part
from leafmark.parcels.fulfilment.per_sku import haul_mg, haul_milli
from leafmark.parcels.fulfilment.transport import transport, unserved_cost

ENDLESS = 2**40
"""Stock where there is no limit to it."""


@njit(cache=True, nogil=True, inline="always")
def _haul(kg, lanes, scale, w, r):  # type: ignore[no-untyped-def]
    return scale.co2e * haul_mg(kg, lanes, w, r) + scale.cost * haul_milli(kg, lanes, w, r)


@njit(cache=True, nogil=True)
def least_by_price(queue, sku, region, pieces, kg, lanes, scale, price, unserved, used):  # type: ignore[no-untyped-def]
    """The sum over groups of the least that each could cost were stock endless at its prices; pieces used are added to `used`.

    Groups of more than six lines are bounded in sixes, each with its share of a parcel's figure.
    """
    warehouses = lanes.km.shape[0]
    cost = np.empty((TOGETHER, warehouses + 1), np.int64)
    parcel = np.zeros(warehouses + 1, np.int64)
    left = np.empty(TOGETHER, np.int64)
    chosen = np.empty(TOGETHER, np.int64)
    stock = np.full((warehouses + 1, len(kg)), ENDLESS)
    room = np.full(warehouses + 1, ENDLESS)
    none_open = np.zeros(warehouses + 1, np.bool_)
    value = np.int64(0)
    for g in range(len(queue.start) - 1):
        lines = queue.start[g + 1] - queue.start[g]
        for begin in range(queue.start[g], queue.start[g + 1], TOGETHER):
            members = queue.line[begin : min(begin + TOGETHER, queue.start[g + 1])]
            r = region[members[0]]
            for w in range(warehouses):
                whole = scale.co2e * lanes.parcel_mg[w, r] + scale.cost * lanes.parcel_milli[w, r]
                parcel[w] = whole * len(members) // lines
            for n in range(len(members)):
                k = sku[members[n]]
                left[n] = pieces[members[n]]
                for w in range(warehouses):
                    cost[n, w] = _haul(kg[k], lanes, scale, w, r) + price[k, w] if lanes.leads[w, r] else FORBIDDEN
                cost[n, warehouses] = unserved[k]
            chosen[:] = -1
            value += part(sku[members], cost, parcel, left, stock, room, none_open, chosen)
            for n in range(len(members)):
                if chosen[n] < warehouses:
                    used[chosen[n], sku[members[n]]] += left[n]
    return value


@njit(cache=True, nogil=True)
def improve_by_sku(sku_start, by_sku, group, region, pieces, kg, lanes, scale, supply, sent, opened):  # type: ignore[no-untyped-def]
    """Of each SKU in turn, all lines sent anew at least cost, parcels of the other SKUs' lines as they stand.

    Parameters
    ----------
    sent : int64 [lines, warehouses + 1], the plan; changed. opened : int64 [groups, warehouses], lines in each parcel; changed.

    Returns
    -------
    What is saved, 0 or more.
    """
    warehouses = lanes.km.shape[0]
    saved = np.int64(0)
    for k in range(len(kg)):
        members = by_sku[sku_start[k] : sku_start[k + 1]]
        if len(members) == 0:
            continue
        for line in members:
            for w in range(warehouses):
                opened[group[line], w] -= sent[line, w] > 0
        cost = np.empty((warehouses, len(members)), np.int64)
        for n in range(len(members)):
            line = members[n]
            r = region[line]
            for w in range(warehouses):
                cost[w, n] = FORBIDDEN
                if lanes.leads[w, r]:
                    fixed = scale.co2e * lanes.parcel_mg[w, r] + scale.cost * lanes.parcel_milli[w, r]
                    fixed = 0 if opened[group[line], w] > 0 else fixed // pieces[line]
                    cost[w, n] = _haul(kg[k], lanes, scale, w, r) + fixed
        flow = np.empty((warehouses + 1, len(members)), np.int64)
        before = np.empty_like(flow)
        for n in range(len(members)):
            before[:, n] = sent[members[n]]
        price = np.empty(warehouses, np.int64)
        unserved = unserved_cost(cost)
        transport(cost, pieces[members], supply[:, k].copy(), unserved, flow, price)
        gain = _worth(members, before, group, region, kg[k], lanes, scale, opened, unserved)
        gain -= _worth(members, flow, group, region, kg[k], lanes, scale, opened, unserved)
        if gain > 0:
            saved += gain
        else:
            flow = before
        for n in range(len(members)):
            for w in range(warehouses + 1):
                sent[members[n], w] = flow[w, n]
                if w < warehouses:
                    opened[group[members[n]], w] += flow[w, n] > 0
    return saved


@njit(cache=True, nogil=True)
def _worth(members, flow, group, region, kg, lanes, scale, opened, unserved):  # type: ignore[no-untyped-def]
    """True value of one SKU's lines, with the parcels that they alone open; `opened` comes back as it was."""
    warehouses = lanes.km.shape[0]
    value = np.int64(0)
    for n in range(len(members)):
        r = region[members[n]]
        value += unserved * flow[warehouses, n]
        for w in range(warehouses):
            if flow[w, n] > 0:
                value += flow[w, n] * _haul(kg, lanes, scale, w, r)
                if opened[group[members[n]], w] == 0:
                    value += scale.co2e * lanes.parcel_mg[w, r] + scale.cost * lanes.parcel_milli[w, r]
                opened[group[members[n]], w] += 1
    for n in range(len(members)):
        for w in range(warehouses):
            opened[group[members[n]], w] -= flow[w, n] > 0
    return value


@njit(cache=True, nogil=True)
def improve_by_group(queue, sku, region, pieces, kg, lanes, scale, left_stock, sent, opened):  # type: ignore[no-untyped-def]
    """Each group of two to six whole lines in turn parted anew over the stock that is left; changes the last three. What is saved."""
    warehouses = lanes.km.shape[0]
    cost = np.empty((TOGETHER, warehouses), np.int64)
    parcel = np.empty(warehouses, np.int64)
    left = np.empty(TOGETHER, np.int64)
    chosen = np.empty(TOGETHER, np.int64)
    now = np.empty(TOGETHER, np.int64)
    room = np.full(warehouses, ENDLESS)
    none_open = np.zeros(warehouses, np.bool_)
    saved = np.int64(0)
    for g in range(len(queue.start) - 1):
        members = queue.line[queue.start[g] : queue.start[g + 1]]
        if len(members) < 2 or len(members) > TOGETHER or not _are_whole(members, sent, pieces, now):
            continue
        r = region[members[0]]
        value = np.int64(0)
        for w in range(warehouses):
            parcel[w] = scale.co2e * lanes.parcel_mg[w, r] + scale.cost * lanes.parcel_milli[w, r]
            value += parcel[w] if opened[g, w] > 0 else 0
        for n in range(len(members)):
            k = sku[members[n]]
            left[n] = pieces[members[n]]
            for w in range(warehouses):
                cost[n, w] = _haul(kg[k], lanes, scale, w, r) if lanes.leads[w, r] else FORBIDDEN
            value += cost[n, now[n]] * left[n]
            left_stock[now[n], k] += left[n]
        chosen[:] = -1
        found = part(sku[members], cost, parcel, left, left_stock, room, none_open, chosen)
        better = found < value and chosen[: len(members)].min() >= 0 and _fits(members, sku, left, left_stock, chosen)
        for n in range(len(members)):
            to = chosen[n] if better else now[n]
            left_stock[to, sku[members[n]]] -= left[n]
            if better:
                opened[g, now[n]] -= 1
                sent[members[n], now[n]] = 0
        if better:
            saved += value - found
            for n in range(len(members)):
                sent[members[n], chosen[n]] = left[n]
                opened[g, chosen[n]] += 1
    return saved


@njit(cache=True, nogil=True)
def _are_whole(members, sent, pieces, now):  # type: ignore[no-untyped-def]
    """Whether every line comes from one warehouse, which `now` then holds."""
    for n in range(len(members)):
        now[n] = -1
        for w in range(sent.shape[1] - 1):
            if sent[members[n], w] == pieces[members[n]]:
                now[n] = w
        if now[n] < 0:
            return False
    return True


@njit(cache=True, nogil=True)
def _fits(members, sku, left, left_stock, chosen):  # type: ignore[no-untyped-def]
    """Whether lines of one SKU that are parted from each other together find their stock."""
    for n in range(len(members)):
        wanted = 0
        for m in range(len(members)):
            if chosen[m] == chosen[n] and sku[members[m]] == sku[members[n]]:
                wanted += left[m]
        if left_stock[chosen[n], sku[members[n]]] < wanted:
            return False
    return True
