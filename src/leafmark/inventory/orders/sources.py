"""What is given, as views in a database of the moment: Parquet, CSV, Arrow, or an engine's run folder. Nothing is read yet.

Memory is bounded: the database may hold so much and spills the rest beside itself, in a folder that goes with it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import duckdb
import pyarrow as pa

from leafmark.engine.unreadable import unreadable
from leafmark.inventory.book import InventoryError

Given: TypeAlias = "str | Path | pa.Table"
MEMORY_MB: Final = 700
"""What the database may hold of memory; past it, it spills."""


@contextmanager
def database(memory_mb: int = MEMORY_MB) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of the moment, bounded in memory."""
    with tempfile.TemporaryDirectory(prefix="leafmark-orders-") as spill:
        connection = duckdb.connect()
        try:
            connection.execute(f"SET memory_limit = '{memory_mb}MB'")
            connection.execute(f"SET temp_directory = '{spill}'")
            connection.execute("SET preserve_insertion_order = false")
            yield connection
        finally:
            connection.close()


def files_of(given: Given) -> list[Path] | None:
    """The files of what is given, a run folder's or a folder's Parquet files in order; None of Arrow.

    Raises
    ------
    InventoryError : there is no such file, or the folder has none.
    """
    if isinstance(given, pa.Table):
        return None
    path = Path(given)
    if path.is_dir():
        inner = path / "entries.parquet"
        if inner.is_file():
            return [inner]
        found = sorted((inner if inner.is_dir() else path).glob("*.parquet"))
        if not found:
            raise InventoryError(
                f"{path}: this folder is neither a run with entries nor has it Parquet files; expected one of the two: a run keeps entries "
                "unless told not to"
            )
        return found
    if not path.is_file() or not path.stat().st_size:  # DuckDB takes an empty CSV for one column without rows
        raise InventoryError(unreadable(path, expected=EXPECTED))
    return [path]


@dataclass(frozen=True, slots=True)
class View:
    """Tables one under the other, with these columns in these types; `renamed` is the column that stands for `order_id`."""

    name: str
    given: tuple[Given, ...]
    columns: dict[str, str]
    required: Sequence[str]
    renamed: str | None = None

    def shown(self, column: str) -> str:
        """What a column is called in what is given."""
        return self.renamed if self.renamed and column == "order_id" else column


def make(connection: duckdb.DuckDBPyConnection, view: View) -> None:
    """Make a view; an absent optional column of it is NULL.

    Raises
    ------
    InventoryError : a file is unreadable or lacks a required column.
    """
    parts = []
    for number, each in enumerate(view.given):
        source = _relation(connection, f"{view.name}_{number}", each)
        try:
            have = {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        except duckdb.Error as fault:
            raise InventoryError(fault_of([each], fault)) from fault
        lacking = [view.shown(column) for column in view.required if view.shown(column) not in have]
        if lacking:
            raise InventoryError(
                f"{_said(each)}: no column {', '.join(lacking)}; expected {', '.join(map(view.shown, view.columns))}"
            )
        for column in (name for name, kind in view.columns.items() if kind == "DATE"):
            if have.get(view.shown(column)) == "TIMESTAMP WITH TIME ZONE":  # its day would be this machine's
                raise InventoryError(
                    f"{_said(each)}, {view.shown(column)}: a moment in a time zone has no one day; give the day where the order was placed"
                )
        cells = ", ".join(
            f"CAST({_quoted(view.shown(c)) if view.shown(c) in have else 'NULL'} AS {kind}) AS {_quoted(c)}"
            for c, kind in view.columns.items()
        )
        parts.append(f"SELECT {cells} FROM {source}")
    if not parts:
        nothing = ", ".join(f"CAST(NULL AS {kind}) AS {_quoted(c)}" for c, kind in view.columns.items())
        parts.append(f"SELECT {nothing} WHERE FALSE")
    connection.execute(f"CREATE VIEW {view.name} AS {' UNION ALL '.join(parts)}")


def _relation(connection: duckdb.DuckDBPyConnection, name: str, given: Given) -> str:
    """Something to select from."""
    if isinstance(given, pa.Table):
        connection.register(name, given)
        return name
    return _reader(files_of(given) or [])


def _reader(files: Sequence[Path]) -> str:
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    if files[0].suffix.lower() not in (".csv", ".txt"):
        return f"read_parquet([{listed}])"
    # Cells of a CSV are texts until they are cast: a guess would read 11/12/2024 as a day of either order, and an id 007 as 7.
    return f"read_csv([{listed}], header = true, all_varchar = true)"


EXPECTED: Final = "CSV in UTF-8, or Parquet"
_WORDS: Final = {
    "DATE": "a day as YYYY-MM-DD",
    "DOUBLE": "a number",
    "BIGINT": "a whole number",
    "HUGEINT": "a whole number",
}


def fault_of(given: Sequence[Given], fault: duckdb.Error, views: Sequence[View] = ()) -> str:
    """What is wrong with what is given, in one sentence: the file that cannot be read, else the cell that is not of its type.

    Asked only after a statement failed, since it reads everything once more.
    """
    for file in (file for each in given for file in files_of(each) or []):
        with duckdb.connect() as connection:
            try:
                connection.execute(f"SELECT COUNT(HASH(COLUMNS(*))) FROM {_reader([file])}").fetchall()
            except duckdb.Error as own:
                return unreadable(file, own, EXPECTED)
    cells = (_wrong_cell(each, view) for view in views for each in view.given)
    where = ", ".join(_said(each) for each in given)
    said = f"{where}: it cannot be read ({str(fault).splitlines()[0]}); expected {EXPECTED}: export it again"
    return next((cell for cell in cells if cell), said)


def _wrong_cell(given: Given, view: View) -> str | None:
    """The first cell that is not of its column's type: file, row, column, found and expected; None where there is none."""
    for each in [given] if isinstance(given, pa.Table) else files_of(given) or []:
        with duckdb.connect() as connection:
            if isinstance(each, pa.Table):
                connection.register("asked", each)
            source = "asked" if isinstance(each, pa.Table) else _reader([each])
            have = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
            for column, kind in view.columns.items():
                name = view.shown(column)
                if name not in have or kind == "VARCHAR":
                    continue
                found = connection.execute(
                    f"SELECT n, CAST(cell AS VARCHAR) FROM (SELECT row_number() OVER () AS n, {_quoted(name)} AS cell FROM {source}) "
                    f"WHERE cell IS NOT NULL AND TRY_CAST(cell AS {kind}) IS NULL LIMIT 1"
                ).fetchone()
                if found:
                    return f"{_said(each)}: row {found[0]}: {name}: found {found[1]!r}; expected {_WORDS.get(kind, kind)}: mend the cell"
    return None


def _said(given: Any) -> str:
    return "(a table)" if isinstance(given, pa.Table) else f"{given}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def read_small(given: Given) -> pa.Table:
    """A small table of a file, types as they are in it; those of a CSV are texts.

    Raises
    ------
    InventoryError : it cannot be read.
    """
    with database() as connection:
        try:
            return connection.sql(f"SELECT * FROM {_relation(connection, 'small', given)}").to_arrow_table()
        except duckdb.Error as fault:
            raise InventoryError(fault_of([given], fault)) from fault
