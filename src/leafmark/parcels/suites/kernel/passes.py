"""The passes over an instance: each reads a range of its rows, and of each row only the start that matters."""

from __future__ import annotations

from leafmark.parcels.packing.kernel.room import outer


@outer
def two_cheapest(instance, is_open, low, high, first, first_price, second_price):
    """Cheapest open carton of each row (-1: none holds it), its price, and what the row would pay without it. -> total."""
    total = 0
    for i in range(low, high):
        first[i] = -1
        first_price[i] = instance.unheld[i]
        second_price[i] = instance.unheld[i]
        for p in range(instance.starts[i], instance.starts[i + 1]):
            if is_open[instance.carton[p]]:
                if first[i] >= 0:
                    second_price[i] = instance.price[p]
                    break
                first[i] = instance.carton[p]
                first_price[i] = instance.price[p]
        total += instance.orders[i] * first_price[i]
    return total


@outer
def savings(instance, low, high, paid, out):
    """What each carton would save if it was added, to int64 `out` [cartons]; `paid` is what each row pays now."""
    for i in range(low, high):
        for p in range(instance.starts[i], instance.starts[i + 1]):
            saved = paid[i] - instance.price[p]
            if saved <= 0:
                break
            out[instance.carton[p]] += instance.orders[i] * saved


@outer
def exchanges(instance, slot, low, high, first, first_price, second_price, gain, loss, kept):
    """What it saves to take carton `j` in for the one in slot `s`: `gain[j] - loss[s] + kept[j, s]`.

    `gain` is what `j` saves beside all others, `loss` what leaving `s` costs, `kept` what of both is counted twice, since rows of `s` go
    to `j` and not to their second. Resende & Werneck 2003, "On the implementation of a swap-based local search procedure for
    the p-median problem": all pairs in one pass.
    """
    for i in range(low, high):
        one, two, many = first_price[i], second_price[i], instance.orders[i]
        s = slot[first[i]] if first[i] >= 0 else -1
        if s >= 0:
            loss[s] += many * (two - one)
        for p in range(instance.starts[i], instance.starts[i + 1]):
            price = instance.price[p]
            if price >= two:
                break
            j = instance.carton[p]
            if price < one:
                gain[j] += many * (one - price)
                if s >= 0:
                    kept[j, s] += many * (two - one)
            elif s >= 0:
                kept[j, s] += many * (two - price)


@outer
def bids_under(instance, shares, low, high, out):
    """The price at which each row is full, from its cheapest carton on, where carton `j` takes in `shares[j]` of it."""
    for i in range(low, high):
        out[i] = instance.unheld[i]
        filled = 0.0
        for p in range(instance.starts[i], instance.starts[i + 1]):
            filled += shares[instance.carton[p]]
            if filled >= 1.0 - 1e-9:
                out[i] = instance.price[p]
                break


@outer
def reduced(instance, low, high, bid, group, sums, worth):
    """Of each group of rows: its bids' sum, to int64 `sums` [groups], and what each carton saves it, to `worth` [groups, cartons]."""
    for i in range(low, high):
        g = group[i]
        sums[g] += instance.orders[i] * bid[i]
        for p in range(instance.starts[i], instance.starts[i + 1]):
            saved = bid[i] - instance.price[p]
            if saved <= 0:
                break
            worth[g, instance.carton[p]] += instance.orders[i] * saved
