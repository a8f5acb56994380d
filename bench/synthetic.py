"""Values of any line from its index alone: a counter-based generator (splitmix64), compiled with Numba.

There is no state to carry, so a file is the same whatever the chunk size, and any slice can be made on its own. Counts
come in antithetic pairs (product 2j has n lines, product 2j + 1 has 18 - n; order 2j has n, order 2j + 1 has 5 - n), so
the totals are exact (9 lines a product, 2.5 an order) and line i belongs to pair i // 18 or i // 5.

Cost: about 0.1 us a bill line and 0.04 us an order line on one core; memory is the arrays asked for.
"""

from __future__ import annotations

import numpy as np
from numba import njit, uint64

LINES_PER_PRODUCT_PAIR = 18
LINES_PER_ORDER_PAIR = 5


@njit(cache=True, inline="always")
def _mix(x):
    """Splitmix64's finaliser: uint64 -> well mixed uint64."""
    x = uint64(x) + uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> uint64(30))) * uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> uint64(27))) * uint64(0x94D049BB133111EB)
    return x ^ (x >> uint64(31))


@njit(cache=True, inline="always")
def _uniform(seed, stream, index):
    """Uniform in [0, 1) of this seed, stream and index."""
    key = _mix(uint64(seed) * uint64(1_000_003) + uint64(stream))
    return float(_mix(key ^ (uint64(index) * uint64(0xD1342543DE82EF95))) >> uint64(11)) * 2.0**-53


@njit(cache=True, inline="always")
def _below(u, n):
    """Integer in [0, n) from a uniform."""
    return min(int(u * n), n - 1)


@njit(cache=True, inline="always")
def _zipf(u, n):
    """Rank in [0, n), density 1 / (rank + 1): Zipf's law with exponent 1, by its continuous inverse."""
    return min(int((n + 1.0) ** u) - 1, n - 1)


@njit(cache=True, inline="always")
def _normal(seed, stream, index):
    """Standard normal (Box-Muller)."""
    u = 1.0 - _uniform(seed, stream, index)
    return np.sqrt(-2.0 * np.log(u)) * np.cos(2.0 * np.pi * _uniform(seed, stream + 1, index))


@njit(cache=True, inline="always")
def _first_of_pair(seed, stream, pair, low, high):
    """Number of lines, low to high, of the first product or order of a pair."""
    return low + _below(_uniform(seed, stream, pair), high - low + 1)


@njit(cache=True)
def bill_lines(seed, first, last, classes, themes, theme_units, theme_stages, units_scale, units_step, sizes):
    """Lines first to last (exclusive) of the bills.

    classes: (first key, number of keys) x 3; themes: theme of each physical key; theme_units, theme_stages: three
    choices for each theme (codes); units_scale, units_step: the amount's scale and rounding step for each unit;
    sizes: (provinces, countries, days, physical keys, all listed keys, unlisted keys).

    Returns product (int64, 0-based), stage, key, unit, region (int16, region -1 = missing), day (int32 from the first
    day), amount (float64).
    """
    n = last - first
    product = np.empty(n, np.int64)
    stage = np.empty(n, np.int16)
    key = np.empty(n, np.int16)
    unit = np.empty(n, np.int16)
    region = np.empty(n, np.int16)
    day = np.empty(n, np.int32)
    amount = np.empty(n, np.float64)
    provinces, countries, days, _, listed, unlisted = sizes
    for i in range(n):
        line = first + i
        pair = line // 18
        product[i] = 2 * pair + (line % 18 >= _first_of_pair(seed, 10, pair, 4, 14))
        u = _uniform(seed, 11, line)
        group = 0 if u < 0.62 else (1 if u < 0.80 else 2)
        k = classes[group, 0] + _zipf(_uniform(seed, 12, line), classes[group, 1])
        theme = themes[k]
        if _uniform(seed, 13, line) < 0.001:
            key[i] = listed + _below(_uniform(seed, 14, line), unlisted)
            theme = themes[0]
        else:
            key[i] = k
        unit[i] = theme_units[theme, _below(_uniform(seed, 15, line), 3)]
        stage[i] = theme_stages[theme, _below(_uniform(seed, 16, line), 3)]
        u = _uniform(seed, 17, line)
        if u < 0.60:
            region[i] = _zipf(u / 0.60, provinces)
        elif u < 0.85:
            region[i] = provinces + _zipf((u - 0.60) / 0.25, countries)
        else:
            region[i] = -1
        day[i] = _below(_uniform(seed, 18, line), days)
        size = np.exp(_normal(seed, 19, line)) * units_scale[unit[i]]
        step = units_step[unit[i]]
        amount[i] = max(np.rint(size * step), 1.0) / step
    return product, stage, key, unit, region, day, amount


@njit(cache=True)
def first_line_of_order(seed, order):
    """Index of the first line of this order."""
    pair = order // 2
    lines = 5 * pair
    if order % 2:
        lines += _first_of_pair(seed, 30, pair, 1, 4)
    return lines


@njit(cache=True)
def order_lines(seed, first, last, products, day_start, prices_cents):
    """Lines first to last (exclusive) of the orders.

    day_start: first order of each day, with the number of orders at the end; prices_cents: of each product.
    Returns order (int64), product (int64, 0-based), pieces (int32), spend (float64), day (int32).
    """
    n = last - first
    order = np.empty(n, np.int64)
    product = np.empty(n, np.int64)
    pieces = np.empty(n, np.int32)
    spend = np.empty(n, np.float64)
    day = np.empty(n, np.int32)
    today = np.searchsorted(day_start, 2 * (first // 5), side="right") - 1
    for i in range(n):
        line = first + i
        pair = line // 5
        o = 2 * pair + (line % 5 >= _first_of_pair(seed, 30, pair, 1, 4))
        while o >= day_start[today + 1]:
            today += 1
        order[i] = o
        day[i] = today
        rank = _zipf(_uniform(seed, 31, line), products)
        product[i] = (rank * 7_368_787 + 12_345) % products
        u = _uniform(seed, 32, line)
        pieces[i] = 1 if u < 0.7 else (2 if u < 0.9 else 3 + _below((u - 0.9) * 10.0, 4))
        discount = 100 - 5 * _below(_uniform(seed, 33, line), 6)
        spend[i] = np.rint(pieces[i] * prices_cents[product[i]] * discount / 100.0) / 100.0
    return order, product, pieces, spend, day
