"""The lower bound's two loops, compiled: one pass over the lines, everything dense, nothing looked up by name."""

from __future__ import annotations

import numpy as np
from numba import njit

from bench.spec import STAGES, Z_95

N_STAGES = len(STAGES)
# Numba's cache looks at this file alone: anything in `spec` that may change is an argument, not a constant, here.


@njit(cache=True)
def footprints(product, stage, key, unit, region, day, amount, maps, first_days, limits_ug, tables):
    """Footprints of whole products, whose lines are adjacent.

    maps: (stage, key, region codes of this chunk -> dense codes, to_factor_unit of this chunk's unit codes); tables:
    (factor_of, level_of, co2e_ug, relative_variance) of `dense.prepare_bill`.
    Returns the columns of the products, trimmed, and the rejected lines' positions. Cost: about 25 ns a line.
    """
    stage_map, key_map, region_map, to_factor_unit = maps
    factor_of, level_of, co2e_ug, variance = tables
    unknown = len(limits_ug) + 1
    n = len(product)
    ids = np.empty(n, np.int64)
    total = np.empty(n, np.int64)
    low = np.empty(n, np.int64)
    high = np.empty(n, np.int64)
    stages = np.empty((N_STAGES, n), np.int64)
    assessed = np.empty((N_STAGES, n), np.bool_)
    lines = np.empty(n, np.int32)
    rejected_lines = np.empty(n, np.int32)
    factor = np.empty(n, np.int32)
    level = np.empty(n, np.int8)
    grade = np.empty(n, np.int8)
    rejected = np.empty(n, np.int64)
    group_factor = np.empty(n, np.int32)
    group_ug = np.empty(n, np.int64)
    group_level = np.empty(n, np.int8)
    products = n_rejected = i = 0
    while i < n:
        here = product[i]
        begin, groups, missing = i, 0, 0
        for s in range(N_STAGES):
            stages[s, products] = 0
            assessed[s, products] = False
        while i < n and product[i] == here:
            year = 0
            while day[i] >= first_days[year + 1]:
                year += 1
            k, r = key_map[key[i]], region_map[region[i]]
            f = factor_of[k, r, year] if k >= 0 else -1
            if f < 0:
                rejected[n_rejected] = i
                n_rejected += 1
                missing += 1
                i += 1
                continue
            ug = np.int64(np.floor(amount[i] * (to_factor_unit[unit[i]] * co2e_ug[f]) + 0.5))
            s = stage_map[stage[i]]
            stages[s, products] += ug
            assessed[s, products] = True
            g = 0
            while g < groups and group_factor[g] != f:
                g += 1
            if g == groups:
                groups += 1
                group_factor[g], group_ug[g], group_level[g] = f, 0, 0
            group_ug[g] += ug
            group_level[g] = max(group_level[g], level_of[k, r, year])
            i += 1
        ids[products], lines[products], rejected_lines[products] = here, i - begin, missing
        sum_ug, spread, best = 0, 0.0, -1
        for g in range(groups):
            sum_ug += group_ug[g]
            spread += np.float64(group_ug[g]) ** 2 * variance[group_factor[g]]
            ahead = 1 if best < 0 else group_ug[g] - group_ug[best]
            if ahead > 0 or (ahead == 0 and group_factor[g] < group_factor[best]):
                best = g
        total[products] = sum_ug
        low[products] = high[products] = 0
        if sum_ug:
            ratio = 1.0 + spread / np.float64(sum_ug) ** 2
            median, width = sum_ug / np.sqrt(ratio), Z_95 * np.sqrt(np.log(ratio))
            low[products] = np.int64(np.rint(median * np.exp(-width)))
            high[products] = np.int64(np.rint(median * np.exp(width)))
        factor[products] = group_factor[best] if best >= 0 else -1
        level[products] = group_level[best] if best >= 0 else -1
        if missing:
            grade[products] = unknown
        else:
            grade[products] = 0
            for limit in limits_ug:
                grade[products] += sum_ug > limit
        products += 1
    p = products
    return (
        ids[:p], total[:p], low[:p], high[:p], stages[:, :p], assessed[:, :p], lines[:p], rejected_lines[:p],
        factor[:p], level[:p], grade[:p], rejected[:n_rejected],
    )  # fmt: skip


@njit(cache=True)
def order_totals(order, product, pieces, spend, day, tables, first_day, year_of_day, days, by_category):
    """Totals of whole orders, whose lines are adjacent; adds to days [day, (orders, lines, rejected, ug)] and to
    by_category [category, year, tier, (lines, ug)] in place.

    tables: (tier, category, numbers, price_index) of `dense.prepare_orders`. Returns the orders' columns, trimmed, and
    the rejected lines' positions. Cost: about 15 ns a line, most of it waiting for the product's row.
    """
    tier, category, numbers, price_index = tables
    n = len(order)
    ids = np.empty(n, np.int64)
    date = np.empty(n, np.int32)
    total = np.empty(n, np.int64)
    lines = np.empty(n, np.int32)
    rejected_lines = np.empty(n, np.int32)
    rejected = np.empty(n, np.int64)
    orders = n_rejected = i = 0
    while i < n:
        here, today = order[i], day[i]
        d = today - first_day
        year = year_of_day[d]
        begin, missing, sum_ug = i, 0, 0
        while i < n and order[i] == here:
            p = product[i]
            t = tier[p]
            if t < 0:
                rejected[n_rejected] = i
                n_rejected += 1
                missing += 1
            else:
                each = numbers[p, 1] * numbers[p, 2 + year]
                grams = spend[i] * (price_index[year] * each) if t == 2 else pieces[i] * (numbers[p, 0] * each)
                ug = np.int64(np.floor(grams + 0.5))
                sum_ug += ug
                by_category[category[p], year, t, 0] += 1
                by_category[category[p], year, t, 1] += ug
            i += 1
        ids[orders], date[orders], total[orders] = here, today, sum_ug
        lines[orders], rejected_lines[orders] = i - begin, missing
        orders += 1
        days[d, 0] += 1
        days[d, 1] += i - begin
        days[d, 2] += missing
        days[d, 3] += sum_ug
    o = orders
    return ids[:o], date[:o], total[:o], lines[:o], rejected_lines[:o], rejected[:n_rejected]
