"""Consumption, read: groups in the order in which contracts serve them, and the rows that no figure can rest on.

The order is market, month, group id: that of the rows does not matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.inventory.book import InventoryError
from leafmark.inventory.scope2.contracts import WH_PER_KWH
from leafmark.inventory.scope2.markets import market_of
from leafmark.inventory.scope2.serving import NOBODY, Groups, Numbers
from leafmark.inventory.scope2.tables import CONSUMPTION_SCHEMA

KWH_MAX = 1e12
"""Of one group: past it a sum of groups could leave int64 watt-hours."""


@dataclass(frozen=True)
class Consumption:
    """Sound rows as a table (`CONSUMPTION_SCHEMA`) and as groups, one for one; `refused`: (row from 1, reason, field, found, expected)."""

    table: pa.Table
    groups: Groups
    markets: list[str]
    regions: list[str]
    region_code: Numbers
    refused: list[tuple[int, str, str, str | None, str]]
    undated: int
    _names: Mapping[str, Mapping[str, int]]

    def code(self, column: str, name: str | None) -> int | None:
        """Code of a site, entity or market; None of None: any. One that consumed nothing is `NOBODY`."""
        return None if name is None else self._names[column].get(name, NOBODY)


def read(table: pa.Table, markets: Mapping[str, str] | None, known_on: dt.date) -> Consumption:
    """Read rows of `CONSUMPTION_SCHEMA`; `known_on` stands in where no row has a month.

    Raises
    ------
    InventoryError : a column is absent or of another type.
    """
    typed = _typed(table)
    kwh = typed.column("kwh").to_numpy()
    sound = np.isfinite(kwh) & (kwh >= 0) & (kwh <= KWH_MAX)
    refused = _refused(typed, kwh, np.flatnonzero(~sound))
    if not sound.all():
        typed = typed.filter(pa.array(sound))
        kwh = kwh[sound]
    region_code, region_names = _codes(typed.column("region"))
    of_region = [market_of(name, markets) for name in region_names]
    names = sorted({market for market in of_region if market is not None})
    numbers = {name: number for number, name in enumerate(names)}
    # No contract serves what has no month; its fallback is that of the first month there is.
    undated = pc.is_null(typed.column("month")).to_numpy()
    if undated.any():
        typed = typed.set_column(4, CONSUMPTION_SCHEMA.field("month"), _dated(typed.column("month"), known_on))
    of_code = np.array([*(-1 if market is None else numbers[market] for market in of_region), -1], np.int32)
    market = np.where(undated, -1, of_code[region_code]).astype(np.int32)
    days = typed.column("month").to_numpy().astype("datetime64[M]").astype(np.int32) + 1970 * 12
    order = _order(market, days, typed.column("group_id"))
    typed = typed.take(pa.array(order))
    entity, entities = _codes(typed.column("entity_id"))
    site, sites = _codes(typed.column("site_id"))
    wh = np.rint(kwh[order] * WH_PER_KWH).astype(np.int64)
    groups = Groups(market[order], days[order], entity, site, wh)
    known = {
        "market": numbers,
        "entity_id": {name: number for number, name in enumerate(entities)},
        "site_id": {name: number for number, name in enumerate(sites)},
    }
    return Consumption(typed, groups, names, region_names, region_code[order], refused, int(undated.sum()), known)


def _typed(table: pa.Table) -> pa.Table:
    lacking = [name for name in CONSUMPTION_SCHEMA.names if name not in table.column_names]
    if lacking:
        raise InventoryError(
            f"consumption: no column {', '.join(lacking)}; expected {', '.join(CONSUMPTION_SCHEMA.names)}"
        )
    try:
        typed = table.select(CONSUMPTION_SCHEMA.names).cast(CONSUMPTION_SCHEMA)
    except (pa.ArrowInvalid, ValueError) as fault:
        raise InventoryError(f"consumption: {fault}; expected {CONSUMPTION_SCHEMA}") from fault
    if nameless := typed.column("group_id").null_count:
        raise InventoryError(f"consumption, group_id: {nameless:,} rows are empty; fill them in")
    return typed


def _dated(months: pa.ChunkedArray, known_on: dt.date) -> pa.ChunkedArray:
    """Months, the missing ones as the first there is."""
    first = pc.min(months).as_py() or known_on.replace(day=1)
    return pc.fill_null(months, pa.scalar(first, pa.date32()))


def _refused(
    table: pa.Table, kwh: npt.NDArray[np.float64], rows: Sequence[int] | Numbers
) -> list[tuple[int, str, str, str | None, str]]:
    """Rows with no amount that can be served, each with its reason."""
    missing = pc.is_null(table.column("kwh")).to_numpy() if len(rows) else ()
    found: list[tuple[int, str, str, str | None, str]] = []
    for row in map(int, rows):
        if missing[row]:
            found.append((row + 1, "missing_value", "kwh", None, "the kWh consumed; 0 is a value"))
        elif kwh[row] < 0:
            found.append((row + 1, "negative_amount", "kwh", repr(float(kwh[row])), "0 or more: net it in its month"))
        else:
            reason = "above_bound" if np.isfinite(kwh[row]) else "unreadable"
            found.append((row + 1, reason, "kwh", repr(float(kwh[row])), f"a number of at most {KWH_MAX:g}"))
    return found


def _codes(column: pa.ChunkedArray) -> tuple[Numbers, list[str]]:
    """Codes of a column of texts, -1 of NULL, and the texts."""
    encoded = pc.dictionary_encode(column).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([], pa.dictionary(pa.int32(), pa.string()))
    codes: Any = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return codes.astype(np.int32, copy=False), encoded.dictionary.to_pylist()


def _order(market: Numbers, month: Numbers, group_id: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Rows by market, month and id; the sort of ids is left out where they stand in order already."""
    ids = group_id.combine_chunks()
    first = np.arange(len(ids), dtype=np.int64)
    if len(ids) > 1 and not pc.all(pc.less_equal(ids[:-1], ids[1:])).as_py():
        first = pc.sort_indices(ids).to_numpy().astype(np.int64)
    return np.asarray(first[np.lexsort((month[first], market[first]))], np.int64)
