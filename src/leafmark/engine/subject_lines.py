"""One subject's lines, read again from the run's input, with the rejections the run recorded; components unrolled.

Parquet is read where it lies, by a `Finder` that touches only the rows asked for. Any other input (CSV, a database's
table) is staged once into a temporary folder that lives as long as the reader.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine import tables
from leafmark.engine.evaluate import rounded
from leafmark.engine.inputs import InputError, Source, open_input
from leafmark.engine.pinned import recorded_input
from leafmark.engine.prepared_rows import prepared_from, told_by
from leafmark.engine.run import Run
from leafmark.engine.schema import REASONS
from leafmark.methods.model import Column

_DEPTH_MAX = 1000
_TIMES_DIGITS = 1e12
"""The engine rounds how often a component counts to twelve decimals, as `ROUND(x, 12)` does: x 1e12, whole, / 1e12."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the input as it counts for a subject.

    `times` is 1 for the subject's own lines; a component's line counts `times` times, in `stage` of the line that
    names the component. `rejection` is the row of `rejected.parquet` that says why the line does not count.
    """

    row: Row
    component: Any = None
    times: float = 1.0
    stage: str | None = None
    rejection: Row | None = None

    @property
    def place(self) -> tuple[str, int]:
        """File and row number, as `rejected.parquet` names them."""
        return str(self.row["_file"]), int(self.row["_row"])


class InputReader:
    """One input of a run, opened again and held to its hash; finds rows by one column.

    Parameters
    ----------
    number : which of the run's inputs.
    columns : what the method reads of it.
    key : the column that rows are found by.
    given : stands in for an input that was a table in memory and cannot be read again.
    """

    def __init__(self, run: Run, number: int, columns: tuple[Column, ...], key: str, given: Any = None) -> None:
        folder = tempfile.mkdtemp(prefix="leafmark-explain-")
        self._let_go = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        recorded = run.record["inputs"][number]
        name = recorded_input(recorded, run.path) if given is None else str(recorded["file"])
        self.source: Source = open_input(name if given is None else given, columns, Path(folder), name)
        self.changed = [] if self.source.digest == recorded["sha256"] else [changed_input(recorded, self.source)]
        self.key = key
        kept = [column.name for column in columns if column.name in self.source.columns]
        in_place = "_bad" not in self.source.columns
        beside = told_by(self.source.paths) if in_place else ("_file", "_row", "_bad")
        self._finder = tables.Finder(self.source.paths, key, list(dict.fromkeys([*kept, *beside])))
        self._in_place = in_place

    def find(self, keys: Iterable[Any]) -> list[Row]:
        """The rows with these keys, in the order of the input; `_file` and `_row` say where each stands."""
        found = self._finder.find(keys)
        if self._in_place:
            for path, number, row in found:
                row["_file"], row["_row"] = path, number
        return [row for _, _, row in found]

    def files(self) -> list[str]:
        """Every file of the input, as `_file` names them."""
        if self._in_place:
            return list(self.source.paths)
        return [str(name) for name in pc.unique(tables.read(self.source.paths[0], ["_file"]).column(0)).to_pylist()]

    def typed(self, subject: Any) -> Any:
        """A key as the column holds it.

        Raises
        ------
        InputError
            The column holds whole numbers, and this is none.
        """
        if not pa.types.is_integer(self._finder.kind):
            return str(subject)
        try:
            return int(subject)
        except ValueError:
            raise InputError(f"{self.key} {subject!r}: this run's ids are whole numbers") from None

    def close(self) -> None:
        """Let go of the connection and the staged copy."""
        self._finder.close()
        self._let_go()


def changed_input(recorded: Row, now: Source) -> str:
    """An input that is no longer the recorded one, by file and hash."""
    return f"input {recorded['file']} (recorded {recorded['sha256'][:16]}, found {now.digest[:16]})"


class Rejections:
    """`rejected.parquet` by place.

    It names files as the run was given them, perhaps from another working directory; so a file is known by what follows
    the input's own path, and the one file of an input by its rows alone.
    """

    def __init__(self, run: Run, reader: InputReader) -> None:
        self._finder = tables.Finder(tables.parts(run.path / "rejected.parquet"), "row")
        self._reader = reader
        self._inner: list[str] | None = None

    def _inside(self, file: str) -> str:
        if self._inner is None:
            root = f"{self._reader.source.name}/"
            inner = {name.removeprefix(root) for name in self._reader.files() if name.startswith(root)}
            self._inner = sorted(inner, key=len, reverse=True)
        return next((inner for inner in self._inner if file == inner or file.endswith(f"/{inner}")), "")

    def of(self, rows: Iterable[Row]) -> dict[tuple[str, int], Row]:
        """The rejections of these rows, by (file, row) of the rows."""
        places = {(self._inside(str(row["_file"])), int(row["_row"])): (row["_file"], row["_row"]) for row in rows}
        found = {}
        for _, _, each in self._finder.find(number for _, number in places):
            place = places.get((self._inside(str(each["file"])), int(each["row"])))
            if place is not None:
                found[place] = each | {"file": place[0]}
        return found

    def close(self) -> None:
        """Let go of the connection."""
        self._finder.close()


Refused = Callable[[Iterable[Row]], dict[tuple[str, int], Row]]


def no_rejections(rows: Iterable[Row]) -> dict[tuple[str, int], Row]:
    """`Rejections.of` where the run says that nothing was rejected: saves the look."""
    return {}


def own_lines(rows: Sequence[Row], refused: Refused) -> list[Line]:
    """A subject's own rows with their rejections."""
    why = refused(rows)
    return [Line(row, rejection=why.get((row["_file"], row["_row"]))) for row in rows]


def component_lines(own: Sequence[Line], find: Callable[[list[Any]], list[Row]], refused: Refused) -> list[Line]:
    """The lines of the products inside a product.

    Goes in rounds over (stage, component), never over paths, as the engine unrolls; a rejected line carries nothing.

    Parameters
    ----------
    own : the product's own lines.
    find : rows of other products.
    refused : `Rejections.of`.
    """
    frontier = _edges(own)
    reached: dict[tuple[str, Any], float] = {}
    bills: dict[Any, list[Line]] = {}
    for _ in range(_DEPTH_MAX):
        if not frontier:
            break
        for place, times in frontier.items():
            reached[place] = reached.get(place, 0.0) + times
        missing = sorted({component for _, component in frontier} - bills.keys(), key=str)
        for line in own_lines(find(missing), refused) if missing else ():
            bills.setdefault(line.row["product_id"], []).append(line)
        deeper: dict[tuple[str, Any], float] = {}
        for (stage, component), times in frontier.items():
            for (_, inner), amount in _edges(bills.get(component, ())).items():
                deeper[stage, inner] = deeper.get((stage, inner), 0.0) + times * amount
        frontier = {place: rounded(times * _TIMES_DIGITS) / _TIMES_DIGITS for place, times in deeper.items()}
    return [
        Line(line.row, component, times, stage, line.rejection)
        for (stage, component), times in reached.items()
        for line in bills.get(component, ())
    ]


def _edges(lines: Iterable[Line]) -> dict[tuple[str, Any], float]:
    """How many of each component a product's own lines name, by stage."""
    found: dict[tuple[str, Any], float] = {}
    for line in lines:
        component = line.row.get("component_id")
        if component is not None and line.rejection is None:
            place = (line.row["stage"], component)
            found[place] = found.get(place, 0.0) + line.row["amount"]
    return found


def rejected_tree(line: Line) -> Row:
    """A rejected line as a leaf of an explanation."""
    assert line.rejection is not None
    reason = line.rejection["reason"]
    beside = {
        "component_id": line.component,
        "prepared_from": prepared_from(line.row),
        "meaning": REASONS.get(reason, ""),
    }
    return {**line.rejection, **beside}


def day_of(value: Any) -> dt.date | None:
    """A date cell as a date."""
    return value.date() if isinstance(value, dt.datetime) else value
