"""An event from a folder (event.toml beside activities.csv or .parquet)."""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from leafmark.engine.unreadable import FAULTS, unreadable
from leafmark.inventory.events.tables import (
    COLUMNS,
    GSD_MAX,
    KINDS,
    NUMBERS,
    ROWS_MAX,
    SPREAD,
    Activity,
    Event,
    EventError,
    Refused,
)

EVENT_FILE: Final = "event.toml"
FIELDS: Final = ("name", "programme_hours", "base", "region", "date", "distance_km")
AMOUNT_END: Final = 1e12
"""More of anything than an event can have."""
LEAST: Final = 1e-6
"""Hours or kilometres: grams for an hour of what is shorter are past any number that can be shown."""
YES, NO = ("yes", "true", "1"), ("no", "false", "0", "")


class _RowError(ValueError):
    def __init__(self, field: str, reason: str, found: object, expected: str) -> None:
        super().__init__(reason)
        self.parts = field, reason, str(found), expected


def read_event(given: str | Path) -> Event:
    """Read a folder, or its event.toml.

    Raises
    ------
    EventError : it cannot be read as an event; rows that cannot stand are returned as refused.
    """
    path = Path(given)
    file = path / EVENT_FILE if path.is_dir() else path
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise EventError(
            f"{file}: cannot be read ({error.strerror}); an event is a folder with {EVENT_FILE} and activities.csv"
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise EventError(f"{file}: not TOML in UTF-8 ({error})") from error
    unknown = set(content) - set(FIELDS)
    if unknown:
        raise EventError(f"{file}: {', '.join(sorted(unknown))}: no field of an event; expected of {', '.join(FIELDS)}")
    hours, distance = (_positive(file, content, name) for name in ("programme_hours", "distance_km"))
    if hours is None:
        raise EventError(f"{file}: programme_hours: missing; the functional unit is an hour of programme")
    rows = _rows(file.parent)
    base = str(content.get("base") or next((str(row.get("variant") or "") for row in rows), ""))
    found = [_read(number, row, content) for number, row in enumerate(rows, 1)]
    sound = tuple(each for each in found if isinstance(each, Activity))
    event = Event(
        str(content.get("name", file.parent.name)),
        hours,
        base,
        sound,
        tuple(each for each in found if isinstance(each, Refused)),
        distance,
    )
    if not any(row.get("variant") == base for row in rows):
        raise EventError(
            f"{file}: base: {base!r} is no variant of the table; expected one of {', '.join(event.variants[1:])}"
        )
    if any(each.with_distance for each in sound) and distance is None:
        raise EventError(
            f"{file}: distance_km: missing; rows go with the distance, so say how far the venue is in them"
        )
    return event


def _positive(file: Path, content: Mapping[str, Any], name: str) -> float | None:
    value = content.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not LEAST <= value < 1e9:
        raise EventError(f"{file}: {name}: expected a number above 0 ({LEAST:f} to 1e9), found {value!r}")
    return float(value)


def _rows(folder: Path) -> list[Mapping[str, Any]]:
    names = ("activities.csv", "activities.parquet")
    path = next((folder / name for name in names if (folder / name).is_file()), None)
    if path is None:
        raise EventError(f"{folder}: expected {' or '.join(names)} beside {EVENT_FILE}, found neither")
    rows: list[Mapping[str, Any]]
    try:
        if path.suffix == ".parquet":
            rows = list(pq.read_table(path).to_pylist())
        else:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
    except (*FAULTS, csv.Error) as error:
        raise EventError(unreadable(path, error)) from error
    if not path.stat().st_size:
        raise EventError(unreadable(path))
    if not rows or len(rows) > ROWS_MAX:
        raise EventError(f"{path}: expected 1 to {ROWS_MAX:,} rows, found {len(rows):,}")
    unknown = [str(name) for name in rows[0] if name not in COLUMNS]
    if unknown or "variant" not in rows[0] or "kind" not in rows[0]:
        raise EventError(
            f"{path}: expected the columns {', '.join(COLUMNS)} (variant and kind at least), found {', '.join(map(str, rows[0]))}"
        )
    return rows


def _read(number: int, row: Mapping[str, Any], event: Mapping[str, Any]) -> Activity | Refused:
    try:
        return _activity(number, row, event)
    except _RowError as error:
        return Refused(number, _text(row, "variant"), *error.parts)


def _activity(number: int, row: Mapping[str, Any], event: Mapping[str, Any]) -> Activity:
    variant, kind = _text(row, "variant"), _text(row, "kind")
    if not variant:
        raise _RowError("variant", "missing_value", "", "which variant the row is of")
    if kind not in KINDS:
        raise _RowError("kind", "unknown_word", kind, ", ".join(KINDS))
    numbers = {name: _number(row, name) for name in NUMBERS}
    key = _text(row, "key") or KINDS[kind].key
    for name in KINDS[kind].needs:
        if (numbers[name] is None) if name in numbers else not (key if name == "key" else _text(row, name)):
            raise _RowError(name, "missing_value", "", f"needed by the kind {kind}: {KINDS[kind].what}")
    if KINDS[kind].method == "purchase.goods" and not key and numbers["kg_per_unit"] is None:
        raise _RowError("key", "missing_value", "", "a factor key, or the supplier's own figure in kg_per_unit")
    _check_spread(kind, row, numbers[SPREAD])
    with_distance = _yes(row, "with_distance")
    if with_distance and kind not in ("travel", "freight"):
        raise _RowError("with_distance", "no_distance", kind, "no, or the kinds travel and freight")
    return Activity(
        number, variant, kind, _text(row, "name") or kind, key, _text(row, "unit"), _text(row, "region") or event.get("region"),
        _date(row, event), numbers, with_distance, _text(row, "source"),
    )  # fmt: skip


def _check_spread(kind: str, row: Mapping[str, Any], gsd: float | None) -> None:
    if gsd is None:
        return
    if KINDS[kind].method is None:
        raise _RowError(SPREAD, "no_grams", kind, "empty: the spread of an amount that makes grams")
    if not 1 <= gsd <= GSD_MAX:
        expected = f"a geometric standard deviation, 1 to {GSD_MAX:g}; 1.42 is a factor of two either way"
        raise _RowError(SPREAD, "below_bound" if gsd < 1 else "above_bound", _text(row, SPREAD), expected)


def _text(row: Mapping[str, Any], field: str) -> str:
    value = row.get(field)
    return "" if value is None else str(value).strip()


def _number(row: Mapping[str, Any], field: str) -> float | None:
    text = _text(row, field)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise _RowError(field, "unreadable", text, "a number, with a point for decimals") from error
    if value >= AMOUNT_END:
        raise _RowError(field, "above_bound", text, f"less than {AMOUNT_END:g}")
    if not value >= 0:  # NaN too
        raise _RowError(field, "below_bound", text, "0 or more")
    return value


def _date(row: Mapping[str, Any], event: Mapping[str, Any]) -> dt.date | None:
    text = _text(row, "date") or str(event.get("date") or "")
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError as error:
        raise _RowError("date", "unreadable", text, "YYYY-MM-DD") from error


def _yes(row: Mapping[str, Any], field: str) -> bool:
    text = _text(row, field).lower()
    if text not in (*YES, *NO):
        raise _RowError(field, "unreadable", text, "yes or no")
    return text in YES


def names_of(rows: Iterable[Activity]) -> list[str]:
    """Kinds that occur, in the closed list's order."""
    have = {each.kind for each in rows}
    return [kind for kind in KINDS if kind in have]
