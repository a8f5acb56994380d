"""One subject's lines, read again from the run's input; products inside products unrolled.

Parquet is read where it lies: the filter on the subject's column skips the row groups that cannot hold it, so a product
of 500,000 costs about ten milliseconds. Any other input (CSV, a database's table) is staged once into a temporary
folder that lives as long as the reader.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from leafmark.engine.inputs import InputError, Source, open_input
from leafmark.engine.run import Run, RunError
from leafmark.methods.model import Method

_DEPTH_MAX = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the input as it counts for a subject.

    `times` is 1 for the subject's own lines; a component's line counts `times` times, in `stage` of the line that
    names the component.
    """

    row: dict[str, Any]
    component: Any = None
    times: float = 1.0
    stage: str | None = None

    @property
    def place(self) -> tuple[str, int]:
        """File and row number, as `rejected.parquet` names them."""
        return str(self.row["_file"]), int(self.row["_row"])


@dataclass
class SubjectReader:
    """Reads lines by subject. `given` stands in for an input that was a table in memory and cannot be read again."""

    run: Run
    method: Method
    given: Any = None
    changed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="leafmark-explain-")
        recorded = self.run.record["inputs"][0]
        self.source = self._open(recorded)
        if self.source.digest != recorded["sha256"]:
            self.changed.append(recorded["file"])
        self._connection = duckdb.connect()
        self._connection.execute("SET threads = 1")
        self._connection.execute("SET autoinstall_known_extensions = false")
        columns = self._connection.sql(f"{self.source.sql} LIMIT 0").to_arrow_table().schema
        self._integer_ids = pa.types.is_integer(columns.field(self.method.subject).type)
        self._has_components = self.method.component != "NULL" and "component_id" in self.source.columns

    def _open(self, recorded: dict[str, Any]) -> Source:
        name = str(recorded["file"])
        if self.given is not None:
            return open_input(self.given, self.method.columns, Path(self._folder.name), name)
        if "::" not in name and not Path(name).exists():
            raise RunError(
                f"the run's input {name!r} is not there: put the file back (sha256 {recorded['sha256'][:16]}...), or, "
                "where it was a table in memory, give that table"
            )
        return open_input(name, self.method.columns, Path(self._folder.name))

    def lines(self, subject: str | int) -> list[Line]:
        """The subject's own lines, in the order of the input, then those of its components.

        Raises
        ------
        InputError
            The input has no line of that subject.
        """
        own = [Line(row) for row in self._rows([subject])]
        if not own:
            raise InputError(f"{self.source.name}: no line of {self.method.subject} {subject!r}")
        return own + (self._component_lines(own) if self._has_components else [])

    def _rows(self, subjects: Iterable[Any]) -> list[dict[str, Any]]:
        wanted = [self._typed(subject) for subject in subjects]
        places = ", ".join("?" for _ in wanted)
        sql = f"SELECT * FROM ({self.source.sql}) AS i WHERE {self.method.subject} IN ({places})"
        cursor = self._connection.execute(sql, wanted)
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        return sorted(rows, key=lambda row: (str(row["_file"]), int(row["_row"])))

    def _typed(self, subject: Any) -> Any:
        if not self._integer_ids:
            return str(subject)
        try:
            return int(subject)
        except ValueError:
            raise InputError(f"{self.method.subject} {subject!r}: this run's ids are whole numbers") from None

    def _component_lines(self, own: list[Line]) -> list[Line]:
        """Rounds over (stage, component), never over paths, as the engine unrolls."""
        frontier = _edges((line.row, line.row["stage"], 1.0) for line in own if _counts(line.row))
        reached: dict[tuple[str, Any], float] = {}
        bills: dict[Any, list[dict[str, Any]]] = {}
        for _ in range(_DEPTH_MAX):
            if not frontier:
                break
            for place, times in frontier.items():
                reached[place] = reached.get(place, 0.0) + times
            missing = sorted({component for _, component in frontier} - bills.keys(), key=str)
            for row in self._rows(missing) if missing else ():
                bills.setdefault(row["product_id"], []).append(row)
            deeper = _edges(
                (row, stage, times)
                for (stage, component), times in frontier.items()
                for row in bills.get(component, ())
                if _counts(row)
            )
            frontier = {place: round(times, 12) for place, times in deeper.items()}
        return [
            Line(row, component, times, stage)
            for (stage, component), times in reached.items()
            for row in bills.get(component, ())
            if row.get("component_id") is None
        ]

    def close(self) -> None:
        """Let go of the connection and the staged copy."""
        self._connection.close()
        self._folder.cleanup()


def _counts(row: dict[str, Any]) -> bool:
    """Whether a row names a component in a way that the engine unrolls."""
    return (
        row.get("component_id") is not None
        and row.get("amount") is not None
        and row.get("unit") in (None, "item")
        and row.get("_bad") is None
    )


def _edges(rows: Iterable[tuple[dict[str, Any], str, float]]) -> dict[tuple[str, Any], float]:
    found: dict[tuple[str, Any], float] = {}
    for row, stage, times in rows:
        place = (stage, row["component_id"])
        found[place] = found.get(place, 0.0) + times * row["amount"]
    return found


def day_of(value: Any) -> dt.date | None:
    """A date cell as a date."""
    return value.date() if isinstance(value, dt.datetime) else value
