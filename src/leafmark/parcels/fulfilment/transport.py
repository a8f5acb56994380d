"""The least way to serve one SKU's demand from its warehouses: exact, in integers, by successive shortest paths (Numba).

    min sum c[w, j] x[w, j]    over    sum_w x[w, j] = d[j],   sum_j x[w, j] <= s[w],   x >= 0 and whole

Warehouses are few and places many, so the search runs on a graph of warehouses alone. Every place starts at its cheapest
warehouse; what a warehouse is short of is then handed on along the cheapest chain `a -> b -> ...`, where a step from a to b costs
`min over places j served by a of c[b, j] - c[a, j]`. A chain is found by Dijkstra's method over reduced costs (Ahuja, Magnanti and
Orlin, Network Flows, 1993, 9.7), one step of which costs the square of the warehouses; only steps whose place went away are looked
for again. One warehouse more, without limit and dearer than any chain, takes what nobody can serve: so the most pieces are
served first, and those at least cost.

The potentials at the end are the prices of stock: `price[w]` >= 0 is what one more piece at w would have saved, and
`sum_j d[j] min_w (c[w, j] + price[w]) - sum_w price[w] s[w]` equals the least cost (`dual_value`): a plan carries its own proof.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from leafmark.parcels.fulfilment.figures import FORBIDDEN


@njit(cache=True, nogil=True)
def transport(cost, demand, supply, unserved, flow, price):  # type: ignore[no-untyped-def]
    """Serve `demand` from `supply` at least cost; write the pieces to `flow` and the prices of stock to `price`.

    Parameters
    ----------
    cost : int64 [warehouses, places], of one piece; FORBIDDEN where no lane leads. May be negative.
    demand : int64 [places], 0 or more. supply : int64 [warehouses], 0 or more.
    unserved : cost of a piece that is not served; with `unserved_cost(cost)` the most pieces are served first.
    flow : int64 [warehouses + 1, places], written; the last row is what is not served.
    price : int64 [warehouses], written.
    """
    warehouses, places = cost.shape
    nodes = warehouses + 1
    nobody = warehouses
    load = np.zeros(nodes, np.int64)
    flow[:, :] = 0
    for j in range(places):
        best, least = nobody, unserved
        for w in range(warehouses):
            if cost[w, j] < least:
                best, least = w, cost[w, j]
        flow[best, j] = demand[j]
        load[best] += demand[j]
    step = np.empty((nodes, nodes), np.int64)
    by_place = np.empty((nodes, nodes), np.int64)
    for a in range(nodes):
        for b in range(nodes):
            _look_again(cost, unserved, flow, a, b, step, by_place)
    potential = np.zeros(nodes, np.int64)
    away = np.empty(nodes, np.int64)
    before = np.empty(nodes, np.int64)
    done = np.empty(nodes, np.bool_)
    for source in range(warehouses):
        while load[source] > supply[source]:
            target = _nearest_room(source, step, potential, load, supply, away, before, done)
            for v in range(nodes):
                potential[v] += min(away[v], away[target])
            pieces = load[source] - supply[source]
            if target != nobody:
                pieces = min(pieces, supply[target] - load[target])
            b = target
            while b != source:
                a = before[b]
                pieces = min(pieces, flow[a, by_place[a, b]])
                b = a
            load[source] -= pieces
            load[target] += pieces
            _hand_on(cost, unserved, flow, step, by_place, before, source, target, pieces)
    for w in range(warehouses):
        price[w] = potential[nobody] - potential[w]


@njit(cache=True, nogil=True)
def unserved_cost(cost):  # type: ignore[no-untyped-def]
    """More than any chain of moves can cost: then no piece is left that could be served."""
    low, high = FORBIDDEN, -FORBIDDEN
    for w in range(cost.shape[0]):
        for j in range(cost.shape[1]):
            if cost[w, j] < FORBIDDEN:
                low, high = min(low, cost[w, j]), max(high, cost[w, j])
    if low > high:
        return 1
    return high + (cost.shape[0] + 1) * (high - low + 1)


@njit(cache=True, nogil=True)
def _cost(cost, unserved, w, j):  # type: ignore[no-untyped-def]
    return unserved if w == cost.shape[0] else cost[w, j]


@njit(cache=True, nogil=True)
def _look_again(cost, unserved, flow, a, b, step, by_place):  # type: ignore[no-untyped-def]
    """The cheapest place to hand from a to b."""
    least, place = FORBIDDEN, -1
    if a != b:
        for j in range(cost.shape[1]):
            if flow[a, j] > 0:
                there = _cost(cost, unserved, b, j)
                if there < FORBIDDEN:
                    change = there - _cost(cost, unserved, a, j)
                    if change < least:
                        least, place = change, j
    step[a, b] = least
    by_place[a, b] = place


@njit(cache=True, nogil=True)
def _nearest_room(source, step, potential, load, supply, away, before, done):  # type: ignore[no-untyped-def]
    """Dijkstra from a warehouse with too little to the nearest that has room; `away` of all that are nearer is final."""
    nodes = step.shape[0]
    away[:] = FORBIDDEN
    done[:] = False
    away[source] = 0
    while True:
        a = -1
        for v in range(nodes):
            if not done[v] and (a < 0 or away[v] < away[a]):
                a = v
        done[a] = True
        if a == nodes - 1 or load[a] < supply[a]:
            return a
        for b in range(nodes):
            if not done[b] and step[a, b] < FORBIDDEN:
                reached = away[a] + step[a, b] + potential[a] - potential[b]
                if reached < away[b]:
                    away[b], before[b] = reached, a


@njit(cache=True, nogil=True)
def _hand_on(cost, unserved, flow, step, by_place, before, source, target, pieces):  # type: ignore[no-untyped-def]
    """Move pieces along the chain that ends at `target`, and keep `step` true."""
    nodes = step.shape[0]
    b = target
    while b != source:
        a = before[b]
        j = by_place[a, b]
        flow[a, j] -= pieces
        if flow[b, j] == 0:
            for c in range(nodes):
                there = _cost(cost, unserved, c, j)
                if c != b and there < FORBIDDEN:
                    change = there - _cost(cost, unserved, b, j)
                    if change < step[b, c]:
                        step[b, c], by_place[b, c] = change, j
        flow[b, j] += pieces
        b = a
    b = target
    while b != source:
        a = before[b]
        j = by_place[a, b]
        if flow[a, j] == 0:
            for c in range(nodes):
                if by_place[a, c] == j:
                    _look_again(cost, unserved, flow, a, c, step, by_place)
        b = a


@njit(cache=True, nogil=True)
def dual_value(cost, demand, supply, price, unserved):  # type: ignore[no-untyped-def]
    """The lower bound that prices of stock prove: no plan that serves the same demand costs less.

    Valid for any price >= 0 by weak duality; with the prices of `transport` it equals the plan's cost, unserved pieces included.
    """
    value = 0
    for j in range(cost.shape[1]):
        least = unserved
        for w in range(cost.shape[0]):
            if cost[w, j] < FORBIDDEN:
                least = min(least, cost[w, j] + price[w])
        value += demand[j] * least
    for w in range(cost.shape[0]):
        value -= price[w] * supply[w]
    return value
