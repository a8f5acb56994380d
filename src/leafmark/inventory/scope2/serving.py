"""Contracts meet consumption: whole watt-hours, each served at most once.

Groups lie sorted by market, month and id, so that what a contract may serve is a slice or two of them. A contract fills its groups one
after another: months of its own generation first, then (where a year counts as one period) the other months of the year, each in
order. Whatever the contracts, what is left of a group after some of them is

    left_i = min(left_i before, max(0, sum of the first i lefts before - amount)),

which never grows when anything before it shrinks: one more contract never leaves more to the fallback, in any group. A contract touches
few groups in part and most in whole, so `served` stays about as long as the groups. Cost: one cumulative sum over its slice a contract.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from leafmark.inventory.scope2.contracts import Contract

Ints: TypeAlias = npt.NDArray[np.int64]
Numbers: TypeAlias = npt.NDArray[np.integer[Any]]
Period: TypeAlias = Literal["year", "month"]
MONTHS: Final = 12
PIECE: Final = 1 << 15
"""Groups that are looked at at once."""
NOBODY: Final = -2
"""Code of a site or an entity that consumed nothing."""


def month_number(day: dt.date) -> int:
    """Months since the year 0."""
    return day.year * MONTHS + day.month - 1


@dataclass
class Groups:
    """Consumption, sorted by market, month and id: codes of each group, watt-hours, and what of them is not served yet.

    `market` is -1 where no market is known; `entity` and `site` are -1 where they are not told.
    """

    market: Numbers
    month: Numbers
    entity: Numbers
    site: Numbers
    wh: Ints
    left: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is served at first."""
        self.left = self.wh.copy()

    def block(self, market: int) -> slice:
        """The groups of a market."""
        return slice(*np.searchsorted(self.market, [market, market + 1]).tolist())

    def months(self, within: slice, first: int, end: int) -> slice:
        """Those of a market's groups whose month lies in [first, end)."""
        low, high = np.searchsorted(self.month[within], [first, end]).tolist()
        return slice(within.start + low, within.start + high)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a contract may serve: codes of its market and holder (NOBODY: none of that name; None: anybody), and its months [first, end)."""

    market: int
    entity: int | None
    site: int | None
    first: int
    end: int


def asked(contract: Contract, market: int, entity: int | None, site: int | None) -> Asked:
    """The months that a contract's generation touches, and where it may serve."""
    last = contract.valid_to - dt.timedelta(days=1)
    return Asked(market, entity, site, month_number(contract.valid_from), month_number(last) + 1)


def by_year(contract: Contract, period: Period) -> bool:
    """Whether a contract serves all months of its years: certificates may; what is delivered is delivered while the contract lasts."""
    return period == "year" and contract.rank == 0


def serve(groups: Groups, contract: Contract, what: Asked, wh: int | None, period: Period) -> tuple[Ints, Ints]:
    """Serve up to `wh` (None: all there is): the groups and how much each got, above 0 only; `groups.left` shrinks by it."""
    touched: list[Ints] = []
    given: list[Ints] = []
    block = groups.block(what.market)
    parts = _parts(groups, contract, what, period, block)
    for part in (piece for each in parts for piece in _pieces(each)):
        if wh == 0:
            break
        left = groups.left[part]
        able = left if what.entity is None and what.site is None else np.where(_held(groups, what, part), left, 0)
        got = able.copy() if wh is None else np.clip(wh - (np.cumsum(able) - able), 0, able)
        some = np.flatnonzero(got)
        if not len(some):
            continue
        groups.left[part] -= got
        wh = None if wh is None else wh - int(got.sum())
        touched.append(some + part.start)
        given.append(got[some])
    empty = np.zeros(0, np.int64)
    return (np.concatenate(touched), np.concatenate(given)) if touched else (empty, empty)


def _parts(groups: Groups, contract: Contract, what: Asked, period: Period, block: slice) -> Sequence[slice]:
    """Slices a contract may serve, in its order."""
    own = groups.months(block, what.first, what.end)
    if not by_year(contract, period):
        return (own,)
    first = what.first // MONTHS * MONTHS
    end = -(-what.end // MONTHS) * MONTHS
    year = groups.months(block, first, end)
    return (own, slice(year.start, own.start), slice(own.stop, year.stop))


def _pieces(part: slice) -> Iterator[slice]:
    """A slice in pieces, so that a small contract does not look at all of a large market."""
    return (slice(start, min(start + PIECE, part.stop)) for start in range(part.start, part.stop, PIECE))


def _held(groups: Groups, what: Asked, part: slice) -> npt.NDArray[np.bool_]:
    """Whether a group is of the site, or of the entity, that a contract is for."""
    held = np.ones(part.stop - part.start, np.bool_)
    if what.entity is not None:
        held &= groups.entity[part] == what.entity
    if what.site is not None:
        held &= groups.site[part] == what.site
    return held


def why_nothing(groups: Groups, contract: Contract, what: Asked, period: Period) -> str | None:
    """Why a contract has nothing to serve, whatever the others serve, of the reasons of contracts; None where it has something."""
    block = groups.block(what.market)
    if any(_needed(groups, what, part) for part in _parts(groups, contract, what, period, block)):
        return None
    if _needed(groups, what, block):
        return "wrong_period"
    return "wrong_market" if _needed(groups, what, slice(0, len(groups.wh))) else "not_needed"


def _needed(groups: Groups, what: Asked, part: slice) -> bool:
    """Whether anything was consumed by whom a contract is for."""
    if what.entity is None and what.site is None:
        return bool((groups.wh[part] > 0).any())
    return bool(((groups.wh[part] > 0) & _held(groups, what, part)).any())
