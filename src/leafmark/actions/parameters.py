"""The cited numbers that the acts' terms use: dated values by region, each with unit, range, source and place in it.

A parameter is found like a factor: the most specific region first, the day inside `[valid_from, valid_to)`. Rows that are
not `used` stand beside the ones that are: other sources say other numbers, and nobody has to look for them again. Sources
are those of the pack `acts`, or of an operator's own file beside its own rows.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import pyarrow as pa

from leafmark.factors import regions
from leafmark.factors.model import Pack, Source, acts

COLUMNS = (
    "parameter", "region", "value", "unit", "low", "high", "valid_from", "valid_to", "source_id", "locator", "used", "note",
)  # fmt: skip


class ParameterError(ValueError):
    """A file of parameters cannot be used: which row, what was found, what was expected."""


@dataclass(frozen=True)
class Value:
    """One row: the value of a parameter in a region from `valid_from` on, up to `valid_to`."""

    parameter: str
    region: str
    value: float
    unit: str
    low: float | None
    high: float | None
    valid_from: dt.date
    valid_to: dt.date | None
    source_id: str
    locator: str
    used: bool
    note: str

    @property
    def id(self) -> str:
        """`PARAMETER@REGION:FIRST DAY`, as lines and explanations name it."""
        return f"{self.parameter}@{self.region}:{self.valid_from}"


@cache
def shipped() -> tuple[Value, ...]:
    """The parameters inside the package."""
    text = (resources.files(__package__) / "parameters.csv").read_text(encoding="utf-8")
    return checked(_rows(text, "parameters.csv"), acts().sources)


def load(path: str | Path, pack: Pack) -> tuple[Value, ...]:
    """An operator's own parameters; every row cites a source of `pack`.

    Raises
    ------
    ParameterError : a row cannot be used.
    """
    path = Path(path)
    return checked(read(path), pack.sources)


def read(path: Path) -> list[Value]:
    """A run's own copy of its parameters, as `write` left it."""
    return _rows(path.read_text(encoding="utf-8"), str(path))


def checked(rows: Iterable[Value], sources: dict[str, Source]) -> tuple[Value, ...]:
    """The rows, if every region and source is known and no two used values of one place overlap."""
    kept = tuple(rows)
    last: Value | None = None
    for row in sorted(kept, key=lambda each: (each.parameter, each.region, each.valid_from)):
        if not regions.known(row.region):
            raise ParameterError(f"{row.id}: region {row.region!r}; expected a known region")
        if row.source_id not in sources:
            raise ParameterError(f"{row.id}: source {row.source_id!r}; expected one of {', '.join(sorted(sources))}")
        if row.valid_to is not None and row.valid_to <= row.valid_from:
            raise ParameterError(f"{row.id}: valid_to {row.valid_to}; expected a day after {row.valid_from}")
        if row.low is not None and row.high is not None and not row.low <= row.value <= row.high:
            raise ParameterError(f"{row.id}: {row.value} outside its own range {row.low} to {row.high}")
        if not row.used:
            continue
        if last and (last.parameter, last.region) == (row.parameter, row.region) and _ends(last) > row.valid_from:
            raise ParameterError(f"{row.id} and {last.id} overlap; expected one value at a time")
        last = row
    return kept


def merged(own: Sequence[Value]) -> tuple[Value, ...]:
    """The shipped parameters with an operator's own in place of those of the same name and region."""
    replaced = {(each.parameter, each.region) for each in own}
    return (*(each for each in shipped() if (each.parameter, each.region) not in replaced), *own)


def digest(values: Iterable[Value]) -> str:
    """sha256 over all rows, in order of their ids: a run pins it."""
    text = "\n".join(sorted("\x1f".join(_cells(each)) for each in values))
    return hashlib.sha256(text.encode()).hexdigest()


def write(values: Iterable[Value], path: Path) -> None:
    """The rows as a file that `load` reads."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_cells(each) for each in sorted(values, key=lambda each: (each.id, each.source_id)))


def by_place(values: Iterable[Value], places: Iterable[str]) -> pa.Table:
    """(parameter, place, value, id, first_day, end_day): what serves each place, the nearest region laid last.

    A nearer region that holds a parameter at all hides the wider ones, on every day: a place with figures of its own is not
    given another's.
    """
    named: dict[tuple[str, str], list[Value]] = {}
    for each in values:
        if each.used:
            named.setdefault((each.parameter, each.region), []).append(each)
    parameters = sorted({parameter for parameter, _ in named})
    found = []
    for place in sorted(set(places) | {regions.WORLD}):
        if not regions.known(place):
            continue
        chain = dict.fromkeys((place, *regions.parents(place), regions.WORLD))
        for parameter in parameters:
            nearest = next((named[parameter, region] for region in chain if (parameter, region) in named), [])
            found += [(parameter, place, each.value, each.id, each.valid_from, _ends(each)) for each in nearest]
    names = ("parameter", "place", "value", "id", "first_day", "end_day")
    types = (pa.string(), pa.string(), pa.float64(), pa.string(), pa.date32(), pa.date32())
    return pa.table({
        name: pa.array([row[n] for row in found], kind) for n, (name, kind) in enumerate(zip(names, types, strict=True))
    })  # fmt: skip


def _ends(value: Value) -> dt.date:
    return value.valid_to or dt.date.max


def _cells(value: Value) -> list[str]:
    cells = (getattr(value, name) for name in COLUMNS)
    return [
        "" if cell is None else {True: "yes", False: "no"}[cell] if isinstance(cell, bool) else str(cell)
        for cell in cells
    ]


def _rows(text: str, file: str) -> list[Value]:
    table = csv.DictReader(text.splitlines())
    if tuple(table.fieldnames or ()) != COLUMNS:
        raise ParameterError(f"{file}: columns {table.fieldnames}; expected {', '.join(COLUMNS)}")
    found = []
    for number, row in enumerate(table, 2):
        try:
            found.append(_value(row))
        except (ValueError, KeyError) as error:
            raise ParameterError(f"{file} row {number}: {error}") from error
    return found


def _value(row: dict[str, str]) -> Value:
    if row["used"] not in ("yes", "no"):
        raise ValueError(f"used {row['used']!r}; expected yes or no")
    for name in ("parameter", "region", "unit", "source_id", "locator"):
        if not row[name].strip():
            raise ValueError(f"{name} is empty")
    low, high = (float(row[name]) if row[name] else None for name in ("low", "high"))
    return Value(
        row["parameter"], row["region"], float(row["value"]), row["unit"], low, high,
        dt.date.fromisoformat(row["valid_from"]), dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        row["source_id"], row["locator"], row["used"] == "yes", row["note"],
    )  # fmt: skip
