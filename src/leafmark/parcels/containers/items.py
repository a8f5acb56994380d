"""Items to load: one row a kind of piece, read and checked cell by cell; what cannot be loaded is returned with its reason.

    rows --read--> kinds (pieces that are alike, whichever rows they came from) + refused rows

Rows whose pieces have the same edges, the same ways to lie and count the same are one kind, so that their pieces make blocks together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from leafmark.parcels.containers.blocks import Leaves
from leafmark.parcels.containers.container import Container
from leafmark.parcels.tables import DIMENSION_MM_MAX, ORIENTATIONS, PIECES_MAX, ROTATIONS, WEIGHT_G_MAX

ITEMS_SCHEMA: Final = pa.schema(
    [
        pa.field("item_id", pa.string(), nullable=False),
        pa.field("quantity", pa.int64(), nullable=False),
        pa.field("length_mm", pa.int64(), nullable=False),
        pa.field("width_mm", pa.int64(), nullable=False),
        pa.field("height_mm", pa.int64(), nullable=False),
        pa.field("weight_g", pa.int64()),  # required where the container has a limit; 0 is a weight
        pa.field("profit", pa.float64()),  # of one piece, any one currency; required by objective="profit"
        pa.field("rotation", pa.string()),  # a key of ROTATIONS; missing = any
        pa.field("length_upright", pa.bool_()),  # whether it may stand with its length upright; missing = true
        pa.field("width_upright", pa.bool_()),
        pa.field("height_upright", pa.bool_()),
    ]
)
"""The items table of a load. `rotation` and the three `_upright` marks both have to allow a way to lie."""

LENGTHS: Final = ("length_mm", "width_mm", "height_mm")
UPRIGHT: Final = ("length_upright", "width_upright", "height_upright")
NOT_KEPT: Final = ("fragile", "max_load_g", "keep_with", "apart_from")
"""Columns of an order that a load does not look after: a row that says something in one of them is refused, not loaded against it."""

PROFIT_MAX: Final = 1e12
"""Most profit of one piece that is read: sums of 100,000 such stay exact enough as float64."""

_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})


@dataclass(frozen=True)
class Refusal:
    """One row, or some pieces of it, that are not loaded, and why."""

    row: int
    item_id: str | None
    pieces: int | None
    reason: str
    field: str | None = None
    found: str | None = None
    expected: str | None = None


@dataclass(frozen=True)
class Item:
    """A row that can be loaded."""

    row: int
    item_id: str
    quantity: int
    size: tuple[int, int, int]
    weight_g: int
    profit: float
    ways: tuple[int, ...]  # indices into ORIENTATIONS, those that fit the container


@dataclass(frozen=True)
class Kinds:
    """Pieces that are alike: parallel arrays over kinds, the ways each may lie, and the rows it is made of, in order."""

    quantity: Any  # int32 [kinds]
    value: Any  # float64 [kinds]
    weight_g: Any  # int64 [kinds]
    leaves: Leaves
    rows: tuple[tuple[Item, ...], ...]


class _RefusedError(Exception):
    def __init__(self, reason: str, field: str, found: object, expected: str) -> None:
        super().__init__(reason)
        self.reason, self.field, self.found, self.expected = reason, field, found, expected


def read(items: Any, container: Container, objective: str) -> tuple[list[Item], list[Refusal]]:
    """Check every row: what can be loaded into the container, and what cannot and why.

    Parameters
    ----------
    items : a pyarrow table, or rows as mappings, with the columns of `ITEMS_SCHEMA`; cells may be text, as from a CSV.

    Raises
    ------
    TypeError : `items` is neither.
    """
    good: list[Item] = []
    refused: list[Refusal] = []
    pieces = 0
    for number, row in enumerate(_rows(items)):
        try:
            item = _item(number, row, container, objective)
            if pieces + item.quantity > PIECES_MAX:
                raise _RefusedError("too_many_pieces", "quantity", item.quantity, f"{PIECES_MAX:,} pieces in all")
        except _RefusedError as no:
            refused.append(
                Refusal(
                    number,
                    _text(row.get("item_id")),
                    _quantity_or_none(row),
                    no.reason,
                    no.field,
                    str(no.found),
                    no.expected,
                )
            )
            continue
        pieces += item.quantity
        good.append(item)
    return good, refused


def kinds(items: Iterable[Item], objective: str, weighed: bool) -> Kinds:
    """Put pieces together that are alike. `weighed`: whether weight makes a difference."""
    groups: dict[tuple[Any, ...], list[Item]] = {}
    for item in items:
        ways = tuple(sorted({_lying(item.size, way) for way in item.ways}))
        key = (ways, item.weight_g if weighed else 0, item.profit if objective == "profit" else 0.0)
        groups.setdefault(key, []).append(item)
    rows = tuple(tuple(group) for group in groups.values())
    leaf_kind, leaf_size = [], []
    for number, (ways, _, _) in enumerate(groups):
        leaf_kind += [number] * len(ways)
        leaf_size += ways
    first = [group[0] for group in rows]
    value = [item.profit if objective == "profit" else float(math.prod(item.size)) for item in first]
    return Kinds(
        np.array([sum(item.quantity for item in group) for group in rows], np.int32),
        np.array(value, np.float64),
        np.array([item.weight_g if weighed else 0 for item in first], np.int64),
        Leaves(np.array(leaf_kind, np.int32), np.array(leaf_size, np.int32).reshape(-1, 3)),
        rows,
    )


def orientation(item: Item, size: tuple[int, int, int]) -> int:
    """Which of the item's ways to lie takes up `size` along x, y and z."""
    return next(way for way in item.ways if _lying(item.size, way) == size)


def _lying(size: tuple[int, int, int], way: int) -> tuple[int, int, int]:
    x, y, z = ORIENTATIONS[way]
    return size[x], size[y], size[z]


def _rows(items: Any) -> Iterable[Mapping[str, Any]]:
    if isinstance(items, pa.Table):
        return [row for batch in items.to_batches(max_chunksize=10_000) for row in batch.to_pylist()]
    if isinstance(items, Mapping) or not isinstance(items, Iterable) or isinstance(items, str | bytes):
        raise TypeError(f"items: expected a pyarrow table or rows as mappings, found {type(items).__name__}")
    rows = list(items)
    wrong = next((row for row in rows if not isinstance(row, Mapping)), None)
    if wrong is not None:
        raise TypeError(f"items: expected every row to be a mapping, found {type(wrong).__name__}")
    return rows


def _item(number: int, row: Mapping[str, Any], container: Container, objective: str) -> Item:
    item_id = _text(row.get("item_id"))
    if item_id is None:
        raise _RefusedError("missing_value", "item_id", "", "a name of the item")
    quantity = _whole(row, "quantity")
    if quantity > PIECES_MAX:
        raise _RefusedError("too_many_pieces", "quantity", quantity, f"1 to {PIECES_MAX:,}")
    length, width, height = (_whole(row, name, DIMENSION_MM_MAX) for name in LENGTHS)
    size = (length, width, height)
    limit = container.max_weight_g
    weight_g = _weight(row, required=limit is not None)
    profit = _profit(row, required=objective == "profit")
    for name in NOT_KEPT:
        said = row.get(name)
        if not (_blank(said) or (name == "fragile" and _mark(row, name, False) is False)):
            raise _RefusedError("not_kept_by_load", name, said, "an empty cell: a load does not look after it")
    ways = _ways(row)
    if not ways:
        raise _RefusedError("no_orientation", "rotation", row.get("rotation"), "a way to lie that the marks allow")
    fitting = tuple(way for way in ways if all(a <= b for a, b in zip(_lying(size, way), container.size, strict=True)))
    if not fitting:
        shown = " x ".join(map(str, size))
        raise _RefusedError("larger_than_container", "length_mm", shown, " x ".join(map(str, container.size)) + " at most")  # fmt: skip
    if limit is not None and weight_g > limit:
        raise _RefusedError("heavier_than_container", "weight_g", weight_g, f"{limit} at most")
    return Item(number, item_id, quantity, size, weight_g, profit, fitting)


def _ways(row: Mapping[str, Any]) -> tuple[int, ...]:
    word = _text(row.get("rotation")) or "any"
    if word not in ROTATIONS:
        raise _RefusedError("unknown_word", "rotation", word, " | ".join(ROTATIONS))
    upright = [_mark(row, name, True) for name in UPRIGHT]
    return tuple(way for way in ROTATIONS[word] if upright[ORIENTATIONS[way][2]])


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _text(value: Any) -> str | None:
    return None if _blank(value) else str(value).strip()


def _number(value: Any, field: str, expected: str) -> float | int:
    """A finite number from a cell; whole ones as int, exactly."""
    if isinstance(value, bool | np.bool_):
        raise _RefusedError("unreadable", field, value, expected)
    try:
        read = value if isinstance(value, int) else int(value) if isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        try:
            read = float(value)
        except (TypeError, ValueError):
            raise _RefusedError("unreadable", field, value, expected) from None
    if isinstance(read, float):
        if not math.isfinite(read):
            raise _RefusedError("unreadable", field, value, expected)
        if read.is_integer():
            return int(read)
    return read


def _whole(row: Mapping[str, Any], field: str, most: int | None = None) -> int:
    value = row.get(field)
    expected = "a whole number above 0" + (f", {most:,} at most" if most else "")
    if _blank(value):
        raise _RefusedError("missing_value", field, "", expected)
    number = _number(value, field, expected)
    if number <= 0:
        raise _RefusedError("not_positive", field, value, expected)
    if most is not None and number > most:
        raise _RefusedError("too_large", field, value, expected)
    if not isinstance(number, int):
        raise _RefusedError("unreadable", field, value, expected)
    return number


def _weight(row: Mapping[str, Any], required: bool) -> int:
    value, expected = row.get("weight_g"), f"whole grams, 0 to {WEIGHT_G_MAX:,}"
    if _blank(value):
        if required:
            raise _RefusedError("missing_value", "weight_g", "", f"{expected}: the container has a limit")
        return 0
    number = _number(value, "weight_g", expected)
    if number < 0:
        raise _RefusedError("negative", "weight_g", value, expected)
    if number > WEIGHT_G_MAX:
        raise _RefusedError("too_large", "weight_g", value, expected)
    if not isinstance(number, int):
        raise _RefusedError("unreadable", "weight_g", value, expected)
    return number


def _profit(row: Mapping[str, Any], required: bool) -> float:
    value, expected = row.get("profit"), f"a number, 0 to {PROFIT_MAX:g}"
    if _blank(value):
        if required:
            raise _RefusedError("missing_value", "profit", "", expected)
        return 0.0
    number = _number(value, "profit", expected)
    if number < 0:
        raise _RefusedError("negative", "profit", value, expected)
    if number > PROFIT_MAX:
        raise _RefusedError("too_large", "profit", value, expected)
    return float(number)


def _mark(row: Mapping[str, Any], field: str, missing: bool) -> bool:
    value = row.get(field)
    if _blank(value):
        return missing
    word = str(value).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise _RefusedError("unreadable", field, value, "true or false")


def _quantity_or_none(row: Mapping[str, Any]) -> int | None:
    try:
        return _whole(row, "quantity")
    except _RefusedError:
        return None
