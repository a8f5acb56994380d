"""The book of reusable boxes: pools x events -> stock, return rate, expected uses, grams a use, break-even; and what was refused.

pools + events | counts -> lives -> stock by state at every day
                                 -> return rate, expected uses  -> grams a use against single use, break-even or never
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from leafmark.factors.model import Pack
from leafmark.parcels.cells import Refusal
from leafmark.parcels.reuse.grams import BreakEven, Compared, Line, break_even, compare
from leafmark.parcels.reuse.lives import Lives
from leafmark.parcels.reuse.measuring import EPOCH, Measured, measure, measured_fit
from leafmark.parcels.reuse.pricing import PriceError, Prices
from leafmark.parcels.reuse.reading import EventSet, PoolTerms, read_counts, read_events, read_pools
from leafmark.parcels.reuse.tables import STOCK_SCHEMA
from leafmark.parcels.reuse.uses import (
    ReturnRate,
    expected_use_count,
    rate_needed,
)

VAN = "freight.van.average.diesel"
"""The way back where the pool names no key: as the act `packaging.reuse`."""

REFUSED_SCHEMA = pa.schema(
    [
        pa.field("table", pa.string(), nullable=False),  # pools, events or counts
        pa.field("row", pa.int64(), nullable=False),  # from 0
        pa.field("field", pa.string()),
        pa.field("reason", pa.string(), nullable=False),  # a key of leafmark.parcels.reasons.REASONS
        pa.field("found", pa.string()),
        pa.field("expected", pa.string()),
    ]
)


@dataclass(frozen=True)
class Pool:
    """What one pool comes to.

    `measured`, `rate` : None without events and counts, and where none is given. `use_count`, `use_count_low`, `use_count_high` :
    expected uses and their 95 % range; None: no return rate, or no end to them. `lines` : the parts of both sides of a use. `even` :
    break-even or why never; `rate_needed` : least return rate (back and fit) at which reuse pays. `compared` : grams of a use.
    """

    terms: PoolTerms
    measured: Measured | None
    rate: ReturnRate | None
    fit_rate: float
    use_count: float | None
    use_count_low: float | None
    use_count_high: float | None
    lines: tuple[Line, ...]
    even: BreakEven
    rate_needed: float | None
    compared: Compared | None

    @property
    def making_ug(self) -> int:
        """Micrograms of one box: making and end of life."""
        return sum(line.co2e_ug for line in self.lines if line.side == "reusable" and line.once)

    @property
    def each_use_ug(self) -> int:
        """Micrograms of every use: way back, cleaning, repair."""
        return sum(line.co2e_ug for line in self.lines if line.side == "reusable" and not line.once)

    @property
    def single_use_ug(self) -> int:
        """Micrograms of the single use it stands in for."""
        return sum(line.co2e_ug for line in self.lines if line.side == "single_use")


@dataclass(frozen=True)
class Book:
    """All pools on a day. `stock` has the columns of `STOCK_SCHEMA`, `refused` of `REFUSED_SCHEMA`; `lives` by pool id; `later` rows of
    events and counts are of days after it, and were not counted."""

    on_day: dt.date
    pools: list[Pool]
    stock: pa.Table
    refused: pa.Table
    later: int
    events: EventSet | None
    lives: dict[str, Lives]

    def pool(self, pool_id: str) -> Pool:
        """The pool of that id.

        Raises
        ------
        KeyError : no such pool, or it was refused.
        """
        for each in self.pools:
            if each.terms.pool_id == pool_id:
                return each
        raise KeyError(
            f"no pool {pool_id!r} in the book; it has {', '.join(each.terms.pool_id for each in self.pools) or 'none'}"
        )


def open_book(
    pools: Any, events: Any = None, counts: Any = None, *, on_day: dt.date | None = None, known_on: dt.date | None = None,
    gwp: str = "AR6", packs: Sequence[Pack] | None = None,
) -> Book:  # fmt: skip
    """Read pools and what befell their boxes, and work out what a use costs the climate.

    Parameters
    ----------
    pools, events, counts : Arrow, a path to CSV or Parquet, or a list of rows, with the columns of `POOLS_SCHEMA`, `EVENTS_SCHEMA` and
        `COUNTS_SCHEMA`. A pool has events or counts or neither; without either it gives its return rate, or has no expected uses.
    on_day : up to which the book is read, and whose factors count; default the last day in it, else today.
    known_on : only factors published by then; default today. packs : default the built-in pack and the pack `acts`.

    Raises
    ------
    ParcelsError : a table that cannot be read at all. Rows that cannot be meant are in `Book.refused`.
    """
    terms, bad_pools = read_pools(pools)
    given = None if events is None else read_events(events, terms)
    periods, bad_counts = ([], []) if counts is None else read_counts(counts, terms)
    last = max([*(given.day.tolist() if given else []), *(each["day"] for each in periods)], default=None)
    day = on_day or (dt.date.today() if last is None else EPOCH + dt.timedelta(last))
    seen = measure(terms, given, periods, (day - EPOCH).days)
    priced, unpriced = _priced(terms, day, known_on or dt.date.today(), gwp, packs)
    found = [_pool(each, *seen.pool(each.pool_id), priced[each.pool_id]) for each in terms if each.pool_id in priced]
    bad_events = list(given.refused) if given else []
    refused = [
        ("pools", bad_pools + unpriced),
        ("events", bad_events + seen.bad_events),
        ("counts", bad_counts + seen.bad_counts),
    ]
    return Book(
        day, found, pa.Table.from_pylist(seen.stock, STOCK_SCHEMA), _refused(refused), seen.later, given, seen.lives
    )


def lines_of(terms: PoolTerms, repairs_per_use: float, prices: Prices) -> tuple[Line, ...]:
    """The parts of both sides of a use, with their prices.

    Raises
    ------
    PriceError : a key without a factor, or sides whose boundaries differ.
    """
    place = terms.place
    parts: list[tuple[str, str, bool, float, str | None, str]] = [
        ("making of the box", "reusable", True, terms.box_kg, terms.material, "kg"),
        ("end of life of the box", "reusable", True, terms.box_kg, terms.end_of_life_key, "kg"),
        ("way back", "reusable", False, terms.box_kg * terms.return_km / 1000, terms.return_key or VAN, "t_km"),
        ("cleaning, electricity", "reusable", False, terms.cleaning_kwh, "electricity.grid", "kWh"),
        ("cleaning, water", "reusable", False, terms.water_l / 1000, "water.supply", "m3"),
        ("cleaning, waste water", "reusable", False, terms.water_l / 1000, "water.treatment", "m3"),
        ("cleaning, detergent", "reusable", False, terms.detergent_kg, terms.detergent_key, "kg"),
        ("repair", "reusable", False, terms.repair_kg * repairs_per_use, terms.repair_material or terms.material, "kg"),
        ("single use, making", "single_use", False, terms.single_use_kg, terms.single_use_material, "kg"),
        ("single use, end of life", "single_use", False, terms.single_use_kg, terms.single_use_end_of_life_key, "kg"),
    ]
    lines = tuple(
        Line(name, side, once, amount, prices.of(key, unit, place))
        for name, side, once, amount, key, unit in parts
        if amount > 0 and key is not None
    )
    by_name = {line.name: line.price for line in lines}
    for one, other in (
        ("making of the box", "single use, making"),
        ("end of life of the box", "single use, end of life"),
    ):
        if one in by_name and by_name[one].boundary != by_name[other].boundary:
            raise PriceError(
                "unlike_boundary",
                f"{by_name[one].boundary} and {by_name[other].boundary}",
                "one boundary on both sides",
            )
    return lines


def keys_of(terms: PoolTerms) -> set[str]:
    """All factor keys that a pool's lines may ask for."""
    named = (
        terms.material, terms.single_use_material, terms.return_key, terms.detergent_key, terms.repair_material,
        terms.end_of_life_key, terms.single_use_end_of_life_key,
    )  # fmt: skip
    return {VAN, "electricity.grid", "water.supply", "water.treatment", *(key for key in named if key is not None)}


def _priced(
    terms: list[PoolTerms], day: dt.date, known_on: dt.date, gwp: str, packs: Sequence[Pack] | None
) -> tuple[dict[str, Prices], list[Refusal]]:  # fmt: skip
    """Prices of the pools all whose keys are met; the others are refused."""
    prices = Prices(set().union(*(keys_of(each) for each in terms)), day, known_on, gwp, packs)
    found, refused = {}, []
    for each in terms:
        try:
            lines_of(each, each.repairs_per_use or 1.0, prices)
        except PriceError as fault:
            refused.append(Refusal(each.row, "material", fault.reason, fault.found, fault.expected))
        else:
            found[each.pool_id] = prices
    return found, refused


def _pool(terms: PoolTerms, measured: Measured | None, rate: ReturnRate | None, prices: Prices) -> Pool:
    if rate is None and terms.return_rate is not None:
        rate = ReturnRate(terms.return_rate, terms.return_rate, terms.return_rate, terms.lost_after_days)
    fit = terms.fit_rate if terms.fit_rate is not None else measured_fit(measured)
    repairs = terms.repairs_per_use
    if repairs is None:
        repairs = measured.repairs / measured.uses if measured and measured.uses else 0.0
    lines = lines_of(terms, repairs, prices)
    ends = [
        None if rate is None else _uses(one * fit, terms.use_cap)
        for one in ((rate.rate, rate.low, rate.high) if rate else ())
    ]
    use_count, low, high = ends if ends else (None, None, None)
    pool = Pool(terms, measured, rate, fit, use_count, low, high, lines, BreakEven(None, None, None), None, None)
    even = break_even(
        pool.making_ug, pool.each_use_ug, pool.single_use_ug, terms.use_cap, None if rate is None else rate.rate * fit
    )
    needed = None if even.use_count_exact is None else rate_needed(even.use_count_exact, terms.use_cap)
    compared = None if use_count is None else compare(lines, use_count, rate, fit, terms.use_cap)
    return replace(pool, even=even, rate_needed=needed, compared=compared)


def _uses(rate: float, use_cap: int | None) -> float | None:
    """Expected uses; None where they have no end."""
    return None if rate >= 1 and use_cap is None else expected_use_count(min(1.0, rate), use_cap)


def _refused(found: list[tuple[str, list[Refusal]]]) -> pa.Table:
    rows = [
        {
            "table": name,
            "row": each.row,
            "field": each.field,
            "reason": each.reason,
            "found": each.found,
            "expected": each.expected,
        }
        for name, refusals in found
        for each in sorted(refusals, key=lambda one: one.row)
    ]
    return pa.Table.from_pylist(rows, REFUSED_SCHEMA)
