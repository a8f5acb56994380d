"""Orders one after another, as they come, each with what stock is left: by the nearest warehouse, or by cost plus the price of stock.

Nothing of a later order is looked at: what an order gets depends on those before it and on the prices alone. An order is known
whole when it comes. Where its lines share parcels, which warehouses send it is chosen exactly for six lines at a time: over all
ways to part the lines (subsets), each part from the warehouse that is cheapest for it, its parcel's fixed figure included.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from leafmark.parcels.fulfilment.figures import FORBIDDEN
from leafmark.parcels.fulfilment.per_sku import Assignment, by_line, haul_mg, haul_milli
from leafmark.parcels.fulfilment.problem import Problem, Scale, Whole

TOGETHER = 6
"""Lines whose parting is chosen at once: 2^6 parts, 3^6 pairs of a part and the rest."""


class Queue(NamedTuple):
    """Groups in order of coming: `start[g] : start[g + 1]` of `line` are group g's lines that ask for something."""

    start: Whole
    line: Whole


def queue_of(problem: Problem) -> Queue:
    """The problem's groups in the order in which their first line stands in the table."""
    lines = problem.lines
    asked = np.flatnonzero(lines.pieces > 0)
    order = asked[np.argsort(lines.group[asked], kind="stable")]
    groups = int(lines.group.max(initial=-1)) + 1
    return Queue(np.searchsorted(lines.group[order], np.arange(groups + 1)), order)


def send(
    problem: Problem, queue: Queue, span: tuple[int, int], scale: Scale, price: Whole, stock: Whole, room: Whole, nearest: bool = False
) -> Assignment:  # fmt: skip
    """Send groups `span[0]` to `span[1]`; what they take leaves `stock` and `room`.

    Parameters
    ----------
    price : int64 [SKUs, warehouses], added to the cost of a piece; not looked at where `nearest`.
    stock : int64 [warehouses, SKUs] and room : int64 [warehouses], pieces that are left; changed.
    """
    found = _send(
        *span, queue, problem.lines.sku, problem.lines.region, problem.lines.pieces, problem.chargeable_kg, problem.lanes, scale,
        price, stock, room, problem.by_order, nearest,
    )  # fmt: skip
    return by_line(*found)


@njit(cache=True, nogil=True)
def _send(  # type: ignore[no-untyped-def]
    first, last, queue, sku, region, pieces, kg, lanes, scale, price, stock, room, shared, nearest
):
    warehouses = lanes.km.shape[0]
    out = np.empty((3, 2 * (queue.start[last] - queue.start[first]) + 64), np.int64)
    used = 0
    has_parcel = np.zeros(warehouses, np.bool_)
    cost = np.empty((TOGETHER, warehouses), np.int64)
    parcel = np.empty(warehouses, np.int64)
    left = np.empty(TOGETHER, np.int64)
    chosen = np.empty(TOGETHER, np.int64)
    for g in range(first, last):
        has_parcel[:] = False
        for begin in range(queue.start[g], queue.start[g + 1], TOGETHER):
            end = min(begin + TOGETHER, queue.start[g + 1])
            members = queue.line[begin:end]
            r = region[members[0]]
            for w in range(warehouses):
                parcel[w] = scale.co2e * lanes.parcel_mg[w, r] + scale.cost * lanes.parcel_milli[w, r]
            for n in range(end - begin):
                left[n] = pieces[members[n]]
                for w in range(warehouses):
                    cost[n, w] = FORBIDDEN
                    if lanes.leads[w, r] and nearest:
                        cost[n, w] = np.int64(lanes.km[w, r] * 1e6)
                    elif lanes.leads[w, r]:
                        k = sku[members[n]]
                        cost[n, w] = scale.co2e * haul_mg(kg[k], lanes, w, r) + scale.cost * haul_milli(
                            kg[k], lanes, w, r
                        )
                        cost[n, w] += price[k, w] + (0 if shared else parcel[w])
            priced = shared and not nearest
            chosen[:] = -1
            if priced and end - begin > 0:
                part(sku[members], cost, parcel, left, stock, room, has_parcel, chosen)
            for n in range(end - begin):
                while left[n] > 0:
                    w = chosen[n]
                    if w < 0:
                        w = _cheapest(cost[n], stock[:, sku[members[n]]], room, parcel, has_parcel, left[n], priced)
                    chosen[n] = -1
                    sent = left[n]
                    if w < warehouses:
                        sent = min(sent, stock[w, sku[members[n]]], room[w])
                        stock[w, sku[members[n]]] -= sent
                        room[w] -= sent
                        has_parcel[w] = True
                    if sent == 0:
                        continue
                    left[n] -= sent
                    if used == out.shape[1]:
                        wider = np.empty((3, 2 * used), np.int64)
                        wider[:, :used] = out
                        out = wider
                    out[0, used], out[1, used], out[2, used] = members[n], w, sent
                    used += 1
    kept = out[:, :used].copy()
    return kept[0], kept[1], kept[2]


@njit(cache=True, nogil=True)
def _cheapest(cost, stock, room, parcel, has_parcel, left, priced):  # type: ignore[no-untyped-def]
    """The cheapest warehouse that has a piece and can send it, a new parcel's figure spread over what it can send; or nobody's number."""
    best, least = len(cost), FORBIDDEN
    for w in range(len(cost)):
        sendable = min(left, stock[w], room[w])
        if cost[w] == FORBIDDEN or sendable == 0:
            continue
        each = cost[w]
        if priced and not has_parcel[w]:
            each += parcel[w] // sendable
        if each < least:
            best, least = w, each
    return best


@njit(cache=True, nogil=True)
def part(sku, cost, parcel, left, stock, room, has_parcel, chosen):  # type: ignore[no-untyped-def]
    """Choose for each of up to six lines the warehouse that sends it whole, least together with the parcels that are opened.

    Lines that no warehouse has whole are left alone (`chosen` -1). Exact over all partings of the others while their SKUs differ.

    Returns
    -------
    The least value of the lines that are chosen.
    """
    warehouses = len(parcel)
    whole = np.empty(len(sku), np.int64)
    lines = 0
    for n in range(len(sku)):
        for w in range(warehouses):
            if left[n] > 0 and cost[n, w] < FORBIDDEN and stock[w, sku[n]] >= left[n] and room[w] >= left[n]:
                whole[lines] = n
                lines += 1
                break
    masks = 1 << lines
    value = np.full(masks, FORBIDDEN, np.int64)
    by = np.full(masks, -1, np.int64)
    for mask in range(1, masks):
        for w in range(warehouses):
            sum_, sent = np.int64(0) if has_parcel[w] else parcel[w], 0
            for n in range(lines):
                if not mask >> n & 1:
                    continue
                line = whole[n]
                wanted = left[line]
                for m in range(n):
                    if mask >> m & 1 and sku[whole[m]] == sku[line]:
                        wanted += left[whole[m]]
                if cost[line, w] == FORBIDDEN or stock[w, sku[line]] < wanted:
                    sum_ = FORBIDDEN
                    break
                sum_ += cost[line, w] * left[line]
                sent += left[line]
            if sum_ < value[mask] and sent <= room[w]:
                value[mask], by[mask] = sum_, w
    least = np.full(masks, FORBIDDEN, np.int64)
    last = np.zeros(masks, np.int64)
    least[0] = 0
    for mask in range(1, masks):
        lowest = mask & -mask
        piece = mask
        while piece > 0:
            if piece & lowest and value[piece] < FORBIDDEN and least[mask ^ piece] < FORBIDDEN:
                sum_ = value[piece] + least[mask ^ piece]
                if sum_ < least[mask]:
                    least[mask], last[mask] = sum_, piece
            piece = (piece - 1) & mask
    mask = masks - 1
    if least[mask] == FORBIDDEN:
        return np.int64(0)
    while mask > 0:
        for n in range(lines):
            if last[mask] >> n & 1:
                chosen[whole[n]] = by[last[mask]]
        mask ^= last[mask]
    return least[masks - 1]
