"""Grams of chains, set-based: the whole calculation from a table of legs to integers per chain, without a run.

The engine's answer to the microgram (`tests/parcels` hold them together) at a fraction of its cost, because it keeps no entries, no
spreads and no provenance. To book, or to explain, use `book`, which runs the engine and holds its totals against these.

    legs (arrays) x coefficients (key, place, day, part) -> micrograms a leg -> sums a chain

Each part of a leg is rounded once; every sum after that is of integers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leafmark.engine.schema import LINE_UG_MAX
from leafmark.methods import Method, method
from leafmark.parcels.factors_used import packs_of
from leafmark.parcels.freight.checks import taken
from leafmark.parcels.freight.coefficients import Wanted, coefficients, micrograms
from leafmark.parcels.freight.legs import Legs, blocks_of_chains, read_legs, table_of
from leafmark.parcels.freight.tables import CHAINS_SCHEMA, FreightError

BLOCK_LEGS: Final = 1 << 18
"""Legs worked on at once, whole chains of them: their columns stay near the cache, and two threads share the blocks."""

CHAIN_UG_MAX: Final = 9e18
TRANSPORT: Final = method("freight.transport@1")
HUB: Final = method("freight.hub@1")


@dataclass(frozen=True)
class Sums:
    """Chains with their grams (`CHAINS_SCHEMA`), and the refused legs (`REFUSED_SCHEMA`)."""

    chains: pa.Table
    refused: pa.Table


def sums(
    legs: Any, *, pack: Any = None, known_on: dt.date | None = None, run_date: dt.date | None = None, region: str | None = None,
    gwp: str = "AR6", gwp_strict: bool = False, threads: int = 2,
) -> Sums:  # fmt: skip
    """Well-to-wheel grams of every chain.

    Parameters
    ----------
    legs : Arrow, a path to Parquet or CSV, or a list of rows (`LEGS_SCHEMA`).
    pack : path, `Pack`, or a list of them; the built-in pack by default.
    known_on : only factors known by then; today by default. run_date : of legs without a date; `known_on` by default.
    region : of legs without one.

    Raises
    ------
    FreightError : the table cannot be read as legs.
    """
    known = known_on or dt.date.today()
    looked = Looked(Wanted(tuple(packs_of(pack)), known, gwp, gwp_strict))
    table = table_of(legs).unify_dictionaries()

    def part(span: tuple[int, int]) -> Sums:
        read = read_legs(table.slice(span[0], span[1] - span[0]), run_date=run_date or known, region=region)
        made = chains(read, leg_ug(read, looked, 1))  # first: a leg without a factor is refused there
        refused = read.refused()
        rows = pc.add(refused.column("row"), span[0])
        return Sums(made, refused.set_column(0, refused.schema.field("row"), rows))

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(part, blocks_of_chains(table, BLOCK_LEGS)))
    return Sums(pa.concat_tables([p.chains for p in parts]), pa.concat_tables([p.refused for p in parts]))


class Looked:
    """Coefficients by what was asked for: blocks of one table ask for the same."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted, self._lock = wanted, Lock()
        self._known: dict[tuple[Any, ...], NDArray[np.float64]] = {}

    def __call__(
        self, used: Method, keys: Sequence[str], places: Sequence[str], days: Sequence[dt.date], unit: str
    ) -> NDArray[np.float64]:
        """As `coefficients`."""
        asked = (used.name, tuple(keys), tuple(places), tuple(days), unit)
        with self._lock:
            if asked not in self._known:
                self._known[asked] = coefficients(used, self._wanted, keys, places, days, unit)
            return self._known[asked]


@dataclass(frozen=True)
class LegUg:
    """int64 micrograms of each leg: operation (`ttw`) and provision of its energy (`wtt`); 0 of a refused one."""

    ttw: NDArray[np.int64]
    wtt: NDArray[np.int64]


def leg_ug(legs: Legs, looked: Looked, threads: int = 2) -> LegUg:
    """Micrograms of every leg; one without a factor is refused here."""
    table = looked(TRANSPORT, legs.mode_words, legs.region_words, legs.days, "t_km")
    ttw, wtt = np.zeros(legs.rows, np.int64), np.zeros(legs.rows, np.int64)
    flat = np.ascontiguousarray(table.reshape(-1, table.shape[-1]).T) if table.size else None
    places, days = table.shape[1], table.shape[2]

    def work(low: int) -> None:
        span = slice(low, low + BLOCK_LEGS)
        mode, region = legs.mode[span], legs.region[span]
        if flat is None:
            return
        cell = (mode.astype(np.int64) * places + np.where(region < 0, places - 1, region)) * days + legs.day[span]
        cell[mode < 0] = 0
        amount, sound = legs.tonne_km[span], (legs.reason[span] == 0) & ~legs.hub[span]
        own = flat[0][cell]
        unmet = sound & np.isnan(own)
        if unmet.any():
            legs.refuse(_at(legs, span, unmet), "mode", "no_factor")
            sound &= ~unmet
        # The reach of one line is the engine's: past it the leg is refused, not clipped.
        huge = sound & (amount * np.fmax(own, flat[1][cell]) > LINE_UG_MAX)
        if huge.any():
            legs.refuse(_at(legs, span, huge), "mass_kg", "too_large")
            sound &= ~huge
        amount = np.where(sound, amount, 0.0)
        ttw[span] = micrograms(amount, own)
        wtt[span] = micrograms(amount, flat[1][cell])
        if not np.isnan(flat[2]).all():
            wtt[span] += micrograms(amount, flat[2][cell])

    lows = range(0, legs.rows, BLOCK_LEGS)
    if threads > 1 and len(lows) > 1:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, lows))
    else:
        for low in lows:
            work(low)
    if legs.hub.any():
        _add_hubs(legs, looked, ttw, wtt)
    return LegUg(ttw, wtt)


def _at(legs: Legs, span: slice, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    whole = np.zeros(legs.rows, np.bool_)
    whole[span] = mask
    return whole


@dataclass(frozen=True)
class HubLines:
    """What hubs used, a line a kind of energy or leak: row of the leg, key, amount, unit."""

    row: NDArray[np.int64]
    key: list[str]
    amount: NDArray[np.float64]
    unit: str
    field: str


def hub_lines(legs: Legs) -> list[HubLines]:
    """The lines of all sound hubs: electricity bought, own sun taken off it once, and refrigerants that escaped."""
    sound = legs.hub & (legs.reason == 0)
    if not sound.any():
        return []
    n = legs.hub_numbers
    power = np.flatnonzero(sound & ~np.isnan(n["hub_kwh"]))
    bought = n["hub_kwh"][power] - np.nan_to_num(n["solar_used_kwh"][power])
    leaks = np.flatnonzero(sound & ~np.isnan(n["refrigerant_kg"]))
    gases = [legs.refrigerant_words[code] for code in legs.refrigerant[leaks]]
    return [
        HubLines(power, ["electricity.grid"] * len(power), bought, "kWh", "hub_kwh"),
        HubLines(leaks, gases, n["refrigerant_kg"][leaks], "kg", "refrigerant"),
    ]


def hub_share(legs: Legs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(taken, throughput) of every leg, in kg or in parcels."""
    n = legs.hub_numbers
    return taken(legs), np.where(legs.by_parcel, n["throughput_parcels"], n["throughput_kg"])


def _add_hubs(legs: Legs, looked: Looked, ttw: NDArray[np.int64], wtt: NDArray[np.int64]) -> None:
    lines = hub_lines(legs)
    own, through = hub_share(legs) if lines else (np.zeros(0), np.zeros(0))
    for some in lines:
        keys = sorted(set(some.key))
        table = looked(HUB, keys, legs.region_words, legs.days, some.unit)
        number = {key: n for n, key in enumerate(keys)}
        key = np.array([number[k] for k in some.key], np.int64)
        cells = table[key, legs.region[some.row], legs.day[some.row]] if len(keys) else np.zeros((0, 4))
        amount = some.amount * own[some.row] / through[some.row]
        unmet = np.zeros(legs.rows, np.bool_)
        unmet[some.row[np.isnan(cells[:, 0])]] = True
        legs.refuse(unmet, some.field, "no_factor")
        parts = [micrograms(amount, cells[:, part]) for part in range(4)]
        np.add.at(ttw, some.row, parts[0])
        np.add.at(wtt, some.row, parts[1] + parts[2] + parts[3])
    refused = legs.reason != 0  # a hub whose gas has no factor is refused whole, its electricity too
    ttw[refused], wtt[refused] = 0, 0


def chains(legs: Legs, per_leg: LegUg) -> pa.Table:
    """A row a chain (`CHAINS_SCHEMA`), in the order in which they first occur.

    Raises
    ------
    FreightError : a chain of more micrograms than 64 bits hold (9 Mt).
    """
    starts, rows = legs.starts, legs.rows
    ends = np.append(starts[1:], rows)
    if not rows:
        return CHAINS_SCHEMA.empty_table()
    both = per_leg.ttw + per_leg.wtt
    if np.add.reduceat(both.astype(np.float64), starts).max(initial=0.0) > CHAIN_UG_MAX:
        raise FreightError(
            "legs: a chain emits more than the 9 Mt that whole micrograms hold; a mass or a distance is far too large."
        )
    ttw, wtt = np.add.reduceat(per_leg.ttw, starts), np.add.reduceat(per_leg.wtt, starts)
    bad = np.add.reduceat((legs.reason != 0).astype(np.int64), starts)
    activity = np.where((legs.reason == 0) & ~legs.hub, np.nan_to_num(legs.tonne_km), 0.0)
    hub_ug = np.add.reduceat(np.where(legs.hub, both, 0), starts) if legs.hub.any() else np.zeros(len(starts), np.int64)
    short = bad > 0
    words = pa.array([*legs.place_words, None], pa.string())

    def place(codes: NDArray[np.int32]) -> pa.Array:
        where = pa.array(np.where(codes < 0, len(words) - 1, codes).astype(np.int32))
        return pa.DictionaryArray.from_arrays(where, words).cast(pa.string())

    state = pa.DictionaryArray.from_arrays(pa.array(short.astype(np.int8)), pa.array(["complete", "incomplete"])).cast(
        pa.string()
    )
    return pa.table(
        [
            legs.table.column("chain_id").take(pa.array(starts)).cast(pa.string()), place(legs.from_place[starts]),
            place(legs.to_place[ends - 1]), pa.array(ends - starts), pa.array(bad), state, pa.array(np.add.reduceat(activity, starts)),
            pa.array(ttw), pa.array(wtt), pa.array(ttw + wtt, mask=short), pa.array(ttw + wtt), pa.array(hub_ug),
        ],
        schema=CHAINS_SCHEMA,
    )  # fmt: skip
