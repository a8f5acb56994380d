"""What no suite of k cartons can undercut: a Lagrangian bound, in whole numbers, so that it is one.

Every order makes a *bid*. A carton is worth, over the orders that would pay less in it than they bid, what they would save; of any
suite of up to k cartons, then:

    total  >=  sum of bids  -  worth of the k cartons that are worth the most                                        (1)

since an order served at price p pays at least its bid - max(0, bid - p), and one that no carton holds pays `unheld` >= its bid. (1)
holds for *every* bid: bids are rounded to whole numbers and the sum is exact, so whatever the floating-point search for good bids
does, what is printed is a bound. The best bids give the bound of the linear relaxation of the p-median problem (Geoffrion 1974;
Cornuejols, Fisher & Nemhauser 1977, Management Science 23(8)).

Good bids are found by cutting planes over the *shares* y of the cartons (sum k, each 0 to 1), 400 numbers in place of 100,000: under
given shares an order fills itself from its cheapest cartons on, and bids the price at which it is full; those bids are a cut, good for
every k, and the cuts' own prices mix them into the bids of the bound (Fischetti, Ljubic & Sinnl 2017, Management Science 63(7)).
Subgradient steps on the bids themselves were tried first: after 60 rounds they stood at 14 % where this stands at 0.7 %.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.suites.instance import Crew, Instance, ranges_of
from leafmark.parcels.suites.kernel.passes import bids_under, reduced

GROUPS: Final = 4
"""Rows are cut in so many groups, by what they pay at best: more groups need fewer rounds of larger programs."""

ROUNDS_MAX: Final = 60
"""Most rounds for one k."""

STEP: Final = 0.5
"""Shares are tried so far from the last ones towards those that the cuts like best: they alone would jump from corner to corner."""

START: Final = 0.7
"""Weight of the suite at hand in the shares to start from; the rest is spread evenly."""


class Bound(NamedTuple):
    """A bound, what it leans on, and how far off the relaxation's own value it can be.

    `value` no suite can undercut; `shares` float64 [cartons] of the relaxation's best point; `worth` int64 [cartons] of its bids.
    """

    value: int
    shares: NDArray[np.float64]
    worth: NDArray[np.int64]


def cheapest_bids(instance: Instance) -> NDArray[np.int64]:
    """Bids int64 [rows] that no more than cover the cheapest carton of each: they give the bound of a suite of all cartons."""
    bid = instance.unheld.copy()
    some = instance.starts[:-1] < instance.starts[1:]
    bid[some] = instance.price[instance.starts[:-1][some]]
    return bid


def bound_of(instance: Instance, k: int, bid: NDArray[np.int64], crew: Crew) -> tuple[int, NDArray[np.int64]]:
    """(bound (1) of bids int64 [rows] for suites of up to `k` cartons, worth of each carton). Exact.

    Bids above `unheld` are worth no more than that, and are taken so.
    """
    group = np.zeros(instance.rows, np.int8)
    sums, worth = _cut(instance, np.minimum(bid, instance.unheld), group, 1, crew)
    most = np.sort(worth[0])[::-1][:k]
    return int(sums[0]) - int(most.sum()), worth[0]


def _cut(
    instance: Instance, bid: NDArray[np.int64], group: NDArray[np.int8], groups: int, crew: Crew
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each group of rows the sum of its bids [groups], and what each carton is worth to it [groups, cartons]."""

    def part(low: int, high: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        sums, worth = np.zeros(groups, np.int64), np.zeros((groups, instance.cartons), np.int64)
        reduced(instance, low, high, bid, group, sums, worth)
        return sums, worth

    parts = crew.run(ranges_of(instance, crew.threads), part)
    return np.sum([sums for sums, _ in parts], axis=0), np.sum([worth for _, worth in parts], axis=0)


class Cuts:
    """Cuts found so far, and the linear program of the relaxation that they make."""

    def __init__(self, instance: Instance, crew: Crew) -> None:
        self._instance, self._crew = instance, crew
        least = cheapest_bids(instance)
        rank = np.argsort(np.argsort(least, kind="stable"), kind="stable")
        self._group = (rank * GROUPS // max(instance.rows, 1)).astype(np.int8)
        sums, _ = _cut(instance, least, self._group, GROUPS, crew)
        # The program's figures near 1: a sum of prices is 1e12, and a solver's tolerances are absolute.
        self._scale = 1.0 / max(float(sums.sum()), 1.0)
        self._program = _program(instance.cartons, [int(each) * self._scale for each in sums])
        self._bids: list[NDArray[np.int64]] = []  # of each cut, groups of one after another

    def bound(self, k: int, suite: list[int], total: int, gap: float) -> Bound:
        """Look for a bound of suites of up to `k` cartons.

        Parameters
        ----------
        suite, total : one at hand, and what it costs. gap : stops where the bound is as near as this to `total`, as a share of the
            bound, or as near to what the relaxation can give.
        """
        instance, crew = self._instance, self._crew
        cartons = instance.cartons
        self._keep_binding()
        self._program.changeRowBounds(0, 0.0, float(min(k, cartons)))
        shares = np.full(cartons, (1 - START) * min(k, cartons) / cartons)
        shares[suite] += START
        shares = np.minimum(shares, 1.0)
        best, worth = bound_of(instance, k, cheapest_bids(instance), crew)
        liked = shares
        for _ in range(ROUNDS_MAX):
            if total - best <= gap * best:
                break
            bid = self._bids_under(shares)
            sums, worths = _cut(instance, bid, self._group, GROUPS, crew)
            self._add(bid, sums, worths)
            relaxed = (float(sums.sum()) - float((worths.sum(axis=0) * shares).sum())) * self._scale
            solved = self._solve()
            if solved is None:  # the program failed: the bound so far is one
                break
            value, liked, prices = solved
            near = relaxed - value <= gap / 2 * value
            if near or total * self._scale - value <= gap / 2 * value:
                best, worth = max((best, worth), self._mixed(k, prices), key=lambda each: each[0])
                if near:
                    break
            shares = (1 - STEP) * shares + STEP * liked
        else:
            best, worth = max((best, worth), self._mixed(k, prices), key=lambda each: each[0])
        return Bound(best, liked, worth)

    def _bids_under(self, shares: NDArray[np.float64]) -> NDArray[np.int64]:
        bid = np.empty(self._instance.rows, np.int64)
        self._crew.run(
            ranges_of(self._instance, self._crew.threads),
            lambda low, high: bids_under(self._instance, shares, low, high, bid),
        )
        return bid

    def _add(self, bid: NDArray[np.int64], sums: NDArray[np.int64], worths: NDArray[np.int64]) -> None:
        """`paid[g] + sum of worth x share >= sum of bids`, of each group."""
        cartons = self._instance.cartons
        for g in range(GROUPS):
            columns = np.flatnonzero(worths[g])
            self._program.addRow(
                float(sums[g]) * self._scale,
                np.inf,
                columns.size + 1,
                np.append(columns, cartons + g).astype(np.int32),
                np.append(worths[g][columns] * self._scale, 1.0),
            )
        self._bids.append(bid)

    def _solve(self) -> tuple[float, NDArray[np.float64], NDArray[np.float64]] | None:
        """(value, shares, price of each cut [cuts, groups]) of the program."""
        import highspy

        self._program.run()
        if self._program.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._program.getSolution()
        prices = np.maximum(np.asarray(solution.row_dual)[1:], 0.0).reshape(-1, GROUPS)
        shares = np.clip(np.asarray(solution.col_value)[: self._instance.cartons], 0.0, 1.0)
        return float(self._program.getInfo().objective_function_value), shares, prices

    def _mixed(self, k: int, prices: NDArray[np.float64]) -> tuple[int, NDArray[np.int64]]:
        """The exact bound of the cuts' bids mixed by their prices."""
        mixed = np.zeros(self._instance.rows)
        for bid, price in zip(self._bids, prices, strict=True):
            if price.any():
                mixed += price[self._group] * bid
        # Prices of a group that sum to less than 1 leave the rest to the row's cheapest carton, which is a bid too.
        mixed += np.maximum(1.0 - prices.sum(axis=0), 0.0)[self._group] * cheapest_bids(self._instance)
        return bound_of(self._instance, k, mixed.astype(np.int64), self._crew)

    def _keep_binding(self) -> None:
        """Drop the cuts that bind nowhere, or the program grows with every k."""
        if not self._bids:
            return
        dual = np.asarray(self._program.getSolution().row_dual)[1:].reshape(-1, GROUPS)
        if dual.shape[0] != len(self._bids):
            return
        dropped = np.flatnonzero(~(dual > 0).any(axis=1))
        rows = (1 + dropped[:, None] * GROUPS + np.arange(GROUPS)).ravel().astype(np.int32)
        if rows.size:
            self._program.deleteRows(rows.size, rows)
            gone = set(dropped.tolist())
            self._bids = [bid for t, bid in enumerate(self._bids) if t not in gone]


def _program(cartons: int, least: list[float]) -> Any:
    """Shares of the cartons and what each group pays, at least `least`; row 0 holds the number of cartons."""
    import highspy

    program: Any = (
        highspy._core._Highs()
    )  # `Highs` itself writes a banner to stdout, where JSON may be meant to stand alone
    program.setOptionValue("output_flag", False)
    for _ in range(cartons):
        program.addVar(0.0, 1.0)
    for g, value in enumerate(least):
        program.addVar(value, np.inf)
        program.changeColCost(cartons + g, 1.0)
    program.addRow(0.0, float(cartons), cartons, np.arange(cartons, dtype=np.int32), np.ones(cartons))
    return program
