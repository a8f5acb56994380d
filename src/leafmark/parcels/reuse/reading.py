"""Pools, events and counts in: each cell checked, rows that cannot be meant refused with their reason."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafmark.factors import regions
from leafmark.parcels.cells import Reader, Refusal, as_table
from leafmark.parcels.reuse.tables import COUNTS_SCHEMA, EVENTS, EVENTS_SCHEMA, LOST_AFTER_DAYS, POOLS_SCHEMA

BOX_KG_MAX = 50.0
"""Heaviest box that is read, as of the act `packaging.reuse`: no parcel's packaging is heavier."""

_EPOCH = dt.date(1970, 1, 1)
_NO_ACCOUNT = np.iinfo(np.int64).min


@dataclass(frozen=True)
class PoolTerms:
    """One row of the table of pools, as `POOLS_SCHEMA` names its columns; what is missing and has a default has it."""

    pool_id: str
    box_kg: float
    material: str
    single_use_kg: float
    single_use_material: str
    return_km: float
    cleaning_kwh: float
    return_key: str | None = None
    water_l: float = 0.0
    detergent_kg: float = 0.0
    detergent_key: str | None = None
    repair_kg: float = 0.0
    repair_material: str | None = None
    repairs_per_use: float | None = None
    end_of_life_key: str | None = None
    single_use_end_of_life_key: str | None = None
    use_cap: int | None = None
    lost_after_days: int = LOST_AFTER_DAYS
    clean_before_issue: bool = True
    return_rate: float | None = None
    fit_rate: float | None = None
    region: str | None = None
    factor_region: str | None = None
    source: str | None = None
    row: int = 0

    @property
    def place(self) -> str:
        """Whose factors are asked for first."""
        return self.factor_region or self.region or regions.WORLD


@dataclass(frozen=True)
class EventSet:
    """Events that could be read: arrays int64 [n]; `pool` and `box` number `pool_ids` and `box_ids`; `account` holds the least int64 where none."""

    pool: NDArray[np.int64]
    box: NDArray[np.int64]
    event: NDArray[np.int64]
    day: NDArray[np.int64]
    row: NDArray[np.int64]
    account: NDArray[np.int64]
    event_id: list[str | None]
    pool_ids: list[str]
    box_ids: list[str]
    refused: list[Refusal]
    rows: int

    def has_account(self, row: int) -> bool:
        """Whether the row says who brought the box back."""
        return bool(self.account[row] != _NO_ACCOUNT)


def read_pools(given: Any) -> tuple[list[PoolTerms], list[Refusal]]:
    """Pools, and the rows that were refused.

    Raises
    ------
    ParcelsError : the table cannot be read, or a needed column is not there.
    """
    table = as_table(given, "pools")
    reader = Reader(table, POOLS_SCHEMA, "pools")
    columns: dict[str, list[Any]] = {}
    for field in POOLS_SCHEMA:
        if pa.types.is_string(field.type):
            columns[field.name] = reader.text(field.name)
            if not field.nullable:
                _needed(reader, field.name, columns[field.name])
    for name in ("box_kg", "single_use_kg"):
        values = reader.number(name, least=0.0, most=BOX_KG_MAX, required=True)
        for row in np.flatnonzero(values == 0).tolist():
            reader.refuse(row, name, "not_positive", 0, "kg of one piece, above 0")
        columns[name] = _plain(values)
    for name, most in (("return_km", 20_000.0), ("cleaning_kwh", 10.0)):
        columns[name] = _plain(reader.number(name, least=0.0, most=most, required=True))
    for name, most in (
        ("water_l", 1_000.0),
        ("detergent_kg", 10.0),
        ("repair_kg", BOX_KG_MAX),
        ("repairs_per_use", 10.0),
    ):
        columns[name] = _plain(reader.number(name, least=0.0, most=most))
    for name in ("return_rate", "fit_rate"):
        columns[name] = _plain(reader.number(name, least=0.0, most=1.0))
    columns["use_cap"] = [v or None for v in reader.whole("use_cap", least=1, most=100_000, missing=0).tolist()]
    columns["lost_after_days"] = reader.whole("lost_after_days", least=1, most=3_650, missing=LOST_AFTER_DAYS).tolist()
    columns["clean_before_issue"] = _cleaned(reader)
    _together(reader, columns)
    _repeated(reader, "pool_id", columns["pool_id"])
    for name in ("water_l", "detergent_kg", "repair_kg"):
        columns[name] = [value or 0.0 for value in columns[name]]
    pools = [_terms(columns, row) for row in range(reader.rows) if row not in reader.bad]
    return pools, _in_order(reader)


def _terms(columns: dict[str, list[Any]], row: int) -> PoolTerms:
    cells: dict[str, Any] = {name: values[row] for name, values in columns.items()}
    return PoolTerms(**cells, row=row)


def _cleaned(reader: Reader) -> list[bool]:
    given = reader.truth("clean_before_issue")
    there = "clean_before_issue" in reader.table.column_names
    empty = np.asarray(reader.table.column("clean_before_issue").is_null()) if there else np.ones(reader.rows, np.bool_)
    return [bool(v) for v in np.where(empty, True, given)]


def _together(reader: Reader, columns: dict[str, list[Any]]) -> None:
    """What has to be given together, and places that have to be known."""
    for row in range(reader.rows):
        cell = {name: values[row] for name, values in columns.items()}
        if cell["detergent_kg"] and not cell["detergent_key"]:
            reader.refuse(
                row,
                "detergent_key",
                "missing_value",
                None,
                "the factor key of the detergent: the packs hold none, a pack of your own may",
            )
        if (cell["end_of_life_key"] is None) != (cell["single_use_end_of_life_key"] is None):
            side = "end_of_life_key" if cell["end_of_life_key"] is None else "single_use_end_of_life_key"
            reader.refuse(row, side, "unlike_boundary", None, "end of life of both sides, or of none")
        for name in ("region", "factor_region"):
            if cell[name] is not None and not regions.known(cell[name]):
                reader.refuse(row, name, "unknown_word", cell[name], "a region of the list, or none")
        if cell["return_rate"] == 1 and cell["use_cap"] is None:
            reader.refuse(
                row, "use_cap", "missing_value", None, "a cap: with a return rate of 1 a box would be used for ever"
            )


def read_events(given: Any, pools: list[PoolTerms]) -> EventSet:
    """Events of the pools, and the rows that cannot be read or are of none of the pools.

    Raises
    ------
    ParcelsError : the table cannot be read, or a needed column is not there.
    """
    table = as_table(given, "events")
    reader = Reader(table, EVENTS_SCHEMA, "events")
    pool, box, word, event_id = (reader.text(name) for name in ("pool_id", "box_id", "event", "event_id"))
    for name, values in (("pool_id", pool), ("box_id", box), ("event", word)):
        _needed(reader, name, values)
    day = _days(reader, "date")
    known = {each.pool_id: n for n, each in enumerate(pools)}
    number = {name: n for n, name in enumerate(EVENTS)}
    _each_known(reader, "pool_id", pool, known, "unknown_pool", "a pool of the table of pools that was not refused")
    _each_known(reader, "event", word, number, "unknown_word", ", ".join(EVENTS))
    _repeated(reader, "event_id", event_id)
    account = _accounts(reader)
    boxes: dict[tuple[str | None, str | None], int] = {}
    box_no = [boxes.setdefault(key, len(boxes)) for key in zip(pool, box, strict=True)]
    good = np.asarray([row for row in range(reader.rows) if row not in reader.bad], np.int64)
    return EventSet(
        np.asarray([known.get(name or "", -1) for name in pool], np.int64)[good], np.asarray(box_no, np.int64)[good],
        np.asarray([number.get(name or "", -1) for name in word], np.int64)[good], day[good], good, account, event_id,
        [each.pool_id for each in pools], [name or "" for _, name in boxes], _in_order(reader), reader.rows,
    )  # fmt: skip


def read_counts(given: Any, pools: list[PoolTerms]) -> tuple[list[dict[str, Any]], list[Refusal]]:
    """Counts by period, in order of pool and day, each with its `row`; and the rows that were refused.

    Raises
    ------
    ParcelsError : the table cannot be read, or a needed column is not there.
    """
    table = as_table(given, "counts")
    reader = Reader(table, COUNTS_SCHEMA, "counts")
    pool = reader.text("pool_id")
    _needed(reader, "pool_id", pool)
    day = _days(reader, "date")
    numbers = {name: reader.whole(name, least=0, most=10**9, missing=None).tolist() for name in COUNTS_SCHEMA.names[2:]}
    _each_known(
        reader,
        "pool_id",
        pool,
        {each.pool_id for each in pools},
        "unknown_pool",
        "a pool of the table of pools that was not refused",
    )
    _repeated(
        reader,
        "date",
        [None if p is None else f"{p} {_EPOCH + dt.timedelta(d)}" for p, d in zip(pool, day.tolist(), strict=True)],
    )
    rows = [
        {"pool_id": pool[row], "day": int(day[row]), "row": row}
        | {name: values[row] for name, values in numbers.items()}
        for row in range(reader.rows)
        if row not in reader.bad
    ]
    return sorted(rows, key=lambda each: (each["pool_id"], each["day"])), _in_order(reader)


def _days(reader: Reader, name: str) -> NDArray[np.int64]:
    """Days since 1970 of dates, times, or text that begins with YYYY-MM-DD."""
    out = np.zeros(reader.rows, np.int64)
    for row, word in enumerate(reader.text(name)):
        if word is None:
            reader.refuse(row, name, "missing_value", None, "a day as YYYY-MM-DD")
            continue
        try:
            out[row] = (dt.date.fromisoformat(word[:10]) - _EPOCH).days
        except ValueError:
            reader.refuse(row, name, "unreadable", word, "a day as YYYY-MM-DD")
    return out


def _accounts(reader: Reader) -> NDArray[np.int64]:
    """Account numbers, which are whole numbers of 64 bits and must not pass through a float."""
    out = np.full(reader.rows, _NO_ACCOUNT, np.int64)
    for row, word in enumerate(reader.text("account_id")):
        if word is None:
            continue
        try:
            out[row] = int(word)
        except (ValueError, OverflowError):
            reader.refuse(row, "account_id", "unreadable", word, "a whole number of 64 bits")
    return out


def _needed(reader: Reader, name: str, values: list[str | None]) -> None:
    for row, value in enumerate(values):
        if value is None:
            reader.refuse(row, name, "missing_value", None, "a word")


def _each_known(reader: Reader, name: str, values: list[str | None], known: Any, reason: str, expected: str) -> None:
    for row, value in enumerate(values):
        if value is not None and value not in known:
            reader.refuse(row, name, reason, value, expected)


def _repeated(reader: Reader, name: str, values: list[str | None]) -> None:
    seen: set[str] = set()
    for row, value in enumerate(values):
        if value is not None and row not in reader.bad:
            if value in seen:
                reader.refuse(row, name, "duplicate_id", value, "each once")
            seen.add(value)


def _plain(values: NDArray[np.float64]) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]


def _in_order(reader: Reader) -> list[Refusal]:
    return [reader.bad[row] for row in sorted(reader.bad)]
