"""What is given, as views in a database of the moment: Parquet, CSV, Arrow, or an engine's run folder. Nothing is read yet.

Memory is bounded: the database may hold so much and spills the rest beside itself, in a folder that goes with it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import duckdb
import pyarrow as pa

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
                f"{path}: neither a run with entries nor a folder of Parquet files; a run keeps entries unless told not to"
            )
        return found
    if not path.is_file():
        raise InventoryError(f"{path}: no such file")
    return [path]


def view(
    connection: duckdb.DuckDBPyConnection, name: str, given: Sequence[Given], columns: dict[str, str], required: Sequence[str],
    renamed: str | None = None,
) -> None:  # fmt: skip
    """Make a view of tables one under the other, with these columns in these types; an absent optional one is NULL.

    `renamed` is the column that stands for `order_id`.

    Raises
    ------
    InventoryError : a file is unreadable or lacks a required column, or a cell is not of its type (found when read).
    """
    parts = []
    for number, each in enumerate(given):
        source = _relation(connection, f"{name}_{number}", each)
        try:
            have = {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        except duckdb.Error as fault:
            raise InventoryError(f"{name} {_said(each)}: not readable: {fault}") from fault
        names = {column: renamed if renamed and column == "order_id" else column for column in columns}
        lacking = [names[column] for column in required if names[column] not in have]
        if lacking:
            raise InventoryError(
                f"{name} {_said(each)}: no column {', '.join(lacking)}; expected {', '.join(names.values())}"
            )
        for column, kind in columns.items():
            if (
                kind == "DATE" and have.get(names[column]) == "TIMESTAMP WITH TIME ZONE"
            ):  # its day would be this machine's
                raise InventoryError(
                    f"{name} {_said(each)}, {names[column]}: a moment in a time zone has no one day; give the day where the order was placed"
                )
        cells = ", ".join(
            f"CAST({_quoted(names[c]) if names[c] in have else 'NULL'} AS {kind}) AS {_quoted(c)}"
            for c, kind in columns.items()
        )
        parts.append(f"SELECT {cells} FROM {source}")
    if not parts:
        parts.append(
            f"SELECT {', '.join(f'CAST(NULL AS {kind}) AS {_quoted(c)}' for c, kind in columns.items())} WHERE FALSE"
        )
    connection.execute(f"CREATE VIEW {name} AS {' UNION ALL '.join(parts)}")


def _relation(connection: duckdb.DuckDBPyConnection, name: str, given: Given) -> str:
    """Something to select from."""
    if isinstance(given, pa.Table):
        connection.register(name, given)
        return name
    files = files_of(given) or []
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    # Cells of a CSV are texts until they are cast: a guess would read 11/12/2024 as a day of either order, and an id 007 as 7.
    return (
        f"read_csv([{listed}], all_varchar = true, header = true)"
        if files[0].suffix.lower() in (".csv", ".txt")
        else f"read_parquet([{listed}])"
    )


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
            raise InventoryError(f"{_said(given)}: not readable: {fault}") from fault
