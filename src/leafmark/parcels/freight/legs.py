"""Legs as arrays: read, put in order, and each held against what a chain may be.

A leg is refused with the first reason found; the others of its chain stand, and the chain is incomplete. All checks are of whole
columns, block by block of whole chains; what a million legs cost stands in docs/speed-freight.md.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from leafmark.parcels.cells import as_table, shown
from leafmark.parcels.freight import columns as read
from leafmark.parcels.freight.distance import great_circle_km
from leafmark.parcels.freight.known import known
from leafmark.parcels.freight.tables import (
    ADJUSTMENT_MAX,
    ALLOCATION_KEYS,
    ALREADY_INSIDE,
    AMOUNT_MAX,
    DATA_TYPES,
    DISTANCE_KM_MAX,
    DISTANCE_TYPES,
    KINDS,
    LEGS_SCHEMA,
    MASS_KG_MAX,
    REASON_CODES,
    REASONS,
    REFUSED_SCHEMA,
    TEMPERATURES,
    FreightError,
)

HUB_NUMBERS: Final = (
    "hub_kwh", "solar_generated_kwh", "solar_used_kwh", "solar_exported_kwh", "refrigerant_kg", "throughput_kg", "throughput_parcels",
    "parcels",
)  # fmt: skip
COORDINATES: Final = ("from_latitude", "from_longitude", "to_latitude", "to_longitude")
FIELDS: Final = LEGS_SCHEMA.names
ACTUAL: Final = DISTANCE_TYPES.index("actual")


@dataclass
class Legs:
    """Legs in order of chain and number; every array has a cell a leg, and the `_words` are what its codes stand for."""

    table: pa.Table
    """As given, in order."""
    row: NDArray[np.int64]
    """Row of the table as given."""
    starts: NDArray[np.int64]
    """Where each chain begins."""
    leg_no: NDArray[np.float64]
    hub: NDArray[np.bool_]
    from_place: NDArray[np.int32]
    to_place: NDArray[np.int32]
    place_words: list[str]
    mode: NDArray[np.int32]
    mode_words: list[str]
    region: NDArray[np.int32]
    region_words: list[str]
    day: NDArray[np.int32]
    days: list[dt.date]
    mass_kg: NDArray[np.float64]
    tonne_km: NDArray[np.float64]
    """mass / 1000 x distance in the intensity's type, by the method's own expression; NaN of a hub."""
    distance_km: NDArray[np.float64]
    distance_type: NDArray[np.int32]
    intensity_type: NDArray[np.int32]
    adjustment: NDArray[np.float64]
    by_parcel: NDArray[np.bool_]
    refrigerant: NDArray[np.int32]
    refrigerant_words: list[str]
    hub_numbers: dict[str, NDArray[np.float64]]
    reason: NDArray[np.uint8] = field(repr=False)
    """0 is sound; else of `REASONS`."""
    field_no: NDArray[np.uint8] = field(repr=False)

    def refuse(self, mask: NDArray[np.bool_], name: str, reason: str) -> None:
        """Refuse the legs of a mask that are sound so far."""
        if mask.any():
            new = mask & (self.reason == 0)
            self.reason[new] = REASON_CODES[reason]
            self.field_no[new] = FIELDS.index(name)

    @property
    def rows(self) -> int:
        """How many legs there are."""
        return len(self.row)

    def refused(self) -> pa.Table:
        """The refused legs, in the order given (`REFUSED_SCHEMA`)."""
        bad = np.flatnonzero(self.reason)
        bad = bad[np.argsort(self.row[bad], kind="stable")]
        ids = self.table.column("chain_id").take(pa.array(bad)).cast(pa.string()).to_pylist()
        out = []
        for place, chain_id in zip(bad.tolist(), ids, strict=True):
            name, code = FIELDS[self.field_no[place]], list(REASONS)[self.reason[place]]
            number = self.leg_no[place]
            out.append({
                "row": int(self.row[place]), "chain_id": chain_id, "leg_no": None if np.isnan(number) else int(number), "field": name,
                "reason": code, "found": self._found(name, place), "expected": expected(name, code),
            })  # fmt: skip
        return pa.Table.from_pylist(out, REFUSED_SCHEMA)

    def _found(self, name: str, place: int) -> str | None:
        if name not in self.table.column_names:
            return None
        cell = self.table.column(name)[place].as_py()
        return None if cell is None else shown(cell) if isinstance(cell, float) else str(cell)


def expected(name: str, code: str) -> str:
    """What should have been in the cell."""
    closed: dict[str, tuple[str, ...]] = {
        "kind": KINDS, "distance_type": DISTANCE_TYPES, "intensity_distance_type": DISTANCE_TYPES, "temperature": TEMPERATURES,
        "data_type": DATA_TYPES, "allocation_key": ALLOCATION_KEYS,
    }  # fmt: skip
    bounds = {"mass_kg": MASS_KG_MAX, "distance_km": DISTANCE_KM_MAX, "distance_adjustment_factor": ADJUSTMENT_MAX}
    if code == "unknown_word":
        return " or ".join(closed[name])
    if code in ("too_large", "negative"):
        return f"{1 if name == 'distance_adjustment_factor' else 0} to {bounds.get(name, AMOUNT_MAX):,g}"
    return REASONS[code]


def read_legs(given: Any, *, run_date: dt.date, region: str | None = None) -> Legs:
    """Read, order and check a table of legs.

    Parameters
    ----------
    given : Arrow, a path to Parquet or CSV, or a list of rows, with the columns of `LEGS_SCHEMA`.
    run_date : of legs without a date. region : of legs without one; None: such a leg takes the world's factor.

    Raises
    ------
    FreightError : a required column is absent, or one stands for what the intensity holds already.
    """
    table = table_of(given)
    legs = _read(*_ordered(table), run_date, region)
    from leafmark.parcels.freight.checks import check

    check(legs)
    return legs


def table_of(given: Any) -> pa.Table:
    """The legs as Arrow, checked by their columns; of a Parquet file only those that a leg has, words as the dictionary they lie in.

    Reading words as dictionaries is half of the speed: of a column with few words no text is made, and none is coded again.
    """
    if isinstance(given, str | Path) and Path(given).suffix.lower() in (".parquet", ".pq") and Path(given).is_file():
        try:
            schema = pq.read_schema(given)
            _refuse_columns(schema.names)
            mine = [name for name in schema.names if name in FIELDS]
            texts = [name for name in mine if name != "chain_id" and pa.types.is_string(schema.field(name).type)]
            return pq.read_table(given, columns=mine, read_dictionary=texts)
        except pa.ArrowInvalid as fault:
            raise FreightError(f"legs {given}: cannot be read: {fault}. Expected Parquet.") from fault
    table = as_table(given, "legs")
    _refuse_columns(table.column_names)
    return table


def _refuse_columns(names: list[str]) -> None:
    absent = [f.name for f in LEGS_SCHEMA if not f.nullable and f.name not in names]
    if absent:
        raise FreightError(
            f"legs: the column{'s' if len(absent) > 1 else ''} {', '.join(absent)} {'are' if len(absent) > 1 else 'is'} missing; found "
            f"{', '.join(names) or 'no column'}. A chain's table has {', '.join(FIELDS[:9])} and more (docs/freight.md)."
        )
    twice = [name for name in names if name in ALREADY_INSIDE]
    if twice:
        raise FreightError(
            f"legs: {', '.join(twice)} is inside the intensity, and would count twice. Take the column out; to bring your own figure in, "
            "make an intensity of it (`leafmark.parcels.freight.intensity`) and name its key in `mode`."
        )


def _ordered(table: pa.Table) -> tuple[pa.Table, NDArray[np.int64], NDArray[np.int64]]:
    """The table in order of chain (as they first occur) and leg, the rows that were, and where each chain begins."""
    order = np.arange(table.num_rows, dtype=np.int64)
    ids = table.column("chain_id")
    starts = read.runs(ids)
    numbers, _ = read.numbers(table.column("leg_no"))
    rising = np.ones(table.num_rows, np.bool_)
    rising[1:] = ~(numbers[1:] <= numbers[:-1])
    rising[starts] = True
    if rising.all() and _distinct(ids.take(pa.array(starts)).cast(pa.string()).combine_chunks()):
        return table, order, starts
    (codes,), _ = read.words([ids])
    order = np.lexsort((order, numbers, codes))
    ordered = table.take(pa.array(order))
    return ordered, order, read.runs(ordered.column("chain_id"))


def blocks_of_chains(table: pa.Table, least_legs: int) -> list[tuple[int, int]]:
    """Ranges of rows that hold whole chains, of `least_legs` legs or a few more; one range where chains do not lie together in order."""
    rows = table.num_rows
    if rows <= least_legs:
        return [(0, rows)]
    ids = table.column("chain_id")
    starts = read.runs(ids)
    if not _distinct(ids.take(pa.array(starts)).cast(pa.string()).combine_chunks()):
        return [(0, rows)]
    cuts = np.unique(starts[np.searchsorted(starts, np.arange(0, rows, least_legs)).clip(max=len(starts) - 1)])
    return list(zip(cuts.tolist(), [*cuts[1:].tolist(), rows], strict=True))


def _distinct(heads: pa.ChunkedArray | pa.Array) -> bool:
    """Whether no chain comes back later; ids in rising order, as most tables have them, are told by one comparison each."""
    after, before = heads.slice(1), heads.slice(0, max(len(heads) - 1, 0))
    if len(heads) < 2 or pc.all(pc.fill_null(pc.greater(after, before), False)).as_py():
        return True
    return bool(pc.count_distinct(heads, mode="all").as_py() == len(heads))


def _read(
    table: pa.Table, row: NDArray[np.int64], starts: NDArray[np.int64], run_date: dt.date, region: str | None
) -> Legs:
    rows, names = table.num_rows, table.column_names
    reason, field_no = np.zeros(rows, np.uint8), np.zeros(rows, np.uint8)

    def refuse(mask: NDArray[np.bool_], name: str, why: str) -> None:
        if mask.any():
            new = mask & (reason == 0)
            reason[new], field_no[new] = REASON_CODES[why], FIELDS.index(name)

    def number(name: str) -> NDArray[np.float64]:
        if name not in names:
            return np.full(rows, np.nan)
        values, bad = read.numbers(table.column(name))
        refuse(bad, name, "unreadable")
        return values

    def word(name: str) -> tuple[NDArray[np.int32], list[str]]:
        if name not in names:
            return np.full(rows, -1, np.int32), []
        (codes,), found = read.words([table.column(name)])
        return codes, found

    def closed(name: str, allowed: tuple[str, ...]) -> NDArray[np.int32]:
        codes, found = word(name)
        of = np.array([allowed.index(w.lower()) if w.lower() in allowed else -2 for w in found] + [-1], np.int32)
        known_codes = of[codes] if found else codes
        refuse(known_codes == -2, name, "unknown_word")
        return known_codes

    leg_no = number("leg_no")
    hub = closed("kind", KINDS) == 1
    places = [table.column(n) for n in ("from_place", "to_place") if n in names]
    place_codes, place_words = read.words(places)
    from_place = place_codes[0]
    to_place = place_codes[1] if len(place_codes) > 1 else np.full(rows, -1, np.int32)
    to_place = np.where(hub & (to_place < 0), from_place, to_place) if hub.any() else to_place
    mode, mode_words = word("mode")
    facts = [known(w) for w in mode_words]
    stated, types = closed("intensity_distance_type", DISTANCE_TYPES), closed("distance_type", DISTANCE_TYPES)
    of_mode = np.array(
        [DISTANCE_TYPES.index(f.distance_type) if f.distance_type else -1 for f in facts] + [-1], np.int32
    )[mode]
    refuse((stated >= 0) & (of_mode >= 0) & (stated != of_mode), "intensity_distance_type", "distance_type_differs")
    carried = ~hub
    temperature = closed("temperature", TEMPERATURES)
    of_temperature = np.array(
        [TEMPERATURES.index(f.temperature) if f.temperature else -1 for f in facts] + [-1], np.int32
    )[mode]
    refuse(
        carried & (temperature >= 0) & (of_temperature >= 0) & (temperature != of_temperature),
        "temperature",
        "temperature_differs",
    )
    data = closed("data_type", DATA_TYPES)
    defaults = np.array([f.data_type == "default" for f in facts] + [False])[mode]
    refuse(carried & defaults & (data >= 0) & (data != DATA_TYPES.index("default")), "data_type", "data_type_differs")
    fuel, fuel_words = word("fuel")
    if fuel_words:
        numbered = {w: n for n, w in enumerate(fuel_words)}
        of_fuel = np.array([numbered.get(f.fuel, -2) if f.fuel else -1 for f in facts] + [-1], np.int32)[mode]
        refuse(carried & (fuel >= 0) & (of_fuel != -1) & (fuel != of_fuel), "fuel", "fuel_differs")
    allocation = closed("allocation_key", ALLOCATION_KEYS)
    refuse(carried & (allocation == 1), "allocation_key", "allocation_differs")
    refuse(hub & (allocation == -1), "allocation_key", "missing_value")
    region_codes, region_words = word("region")
    if region is not None and (not region_words or (region_codes < 0).any()):
        if region not in region_words:
            region_words = [*region_words, region]
        region_codes = np.where(region_codes < 0, region_words.index(region), region_codes).astype(np.int32)
    day, days = np.zeros(rows, np.int32), [run_date]
    if "date" in names:
        day, days, bad = read.dates(table.column("date"), run_date)
        refuse(bad, "date", "unreadable")
    refrigerant, refrigerant_words = word("refrigerant")
    km = number("distance_km")
    legs = Legs(
        table=table, row=row, starts=starts, leg_no=leg_no, hub=hub, from_place=from_place, to_place=to_place, place_words=place_words,
        mode=mode, mode_words=mode_words, region=region_codes, region_words=region_words, day=day, days=days, mass_kg=number("mass_kg"),
        tonne_km=km, distance_km=km, distance_type=types, intensity_type=np.where(stated >= 0, stated, of_mode),
        adjustment=number("distance_adjustment_factor"), by_parcel=allocation == 1, refrigerant=refrigerant,
        refrigerant_words=refrigerant_words, hub_numbers={}, reason=reason, field_no=field_no,
    )  # fmt: skip
    if hub.any():
        legs.hub_numbers = {name: number(name) for name in HUB_NUMBERS}
    if all(name in names for name in COORDINATES):
        gcd = DISTANCE_TYPES.index("gcd")
        wanted = carried & np.isnan(km) & (types == gcd) & (reason == 0)
        if wanted.any():
            degrees = [number(name) for name in COORDINATES]
            legs.distance_km = np.where(wanted, great_circle_km(*degrees), km)
    return legs
