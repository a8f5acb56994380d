"""Two runs' tables compared as bags of rows: the order of rows is no figure, every cell is.

First a sum of row hashes over each: it does not depend on the order, counts a row as often as it stands there, and a
changed cell changes it (two bags of one sum by chance: 1 in 2^64). Only where the sums differ are rows themselves
compared, and of those only the rows whose hash stands in one bag more often than in the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from leafmark.engine import tables
from leafmark.engine.backends import RunError
from leafmark.engine.inputs import identifier, quote
from leafmark.engine.run_folder import Run

DIFFERENCES_SHOWN = 20
MEMORY_LIMIT = "2GB"
SIDES = ("then", "now")
_NO_FIGURE = frozenset({"run_id", "expected"})
"""Columns that are no figures: whose run it is, and advice in words, which a later Leafmark may put better."""

_MONEY_DIGITS = 6
"""Money is a sum of floats: its last digits depend on the order of additions, its millionths do not."""


def compare(
    old: Run, new: Run, table: str, database: duckdb.DuckDBPyConnection, step: Callable[[], None]
) -> dict[str, Any]:
    """Rows of one table that stand in one of the two runs only; `step` after each side was read.

    Parameters
    ----------
    database : as `opened` gives it, one for all tables: to make one takes longer than to compare a small table.

    Returns
    -------
    `then, now` (rows), `differing`, and the first `differences`.

    Raises
    ------
    RunError : the two tables have other columns.
    """
    paths = {"then": old.path / f"{table}.parquet", "now": new.path / f"{table}.parquet"}
    schema = tables.schema(paths["then"])
    missing = sorted(set(schema.names) ^ set(tables.schema(paths["now"]).names))
    if missing:
        raise RunError(
            f"{paths['then']}: columns {', '.join(missing)} are in one of the two runs only; use the Leafmark that made "
            f"the run ({old.record['leafmark']})"
        )
    columns = [name for name in schema.names if name not in _NO_FIGURE]
    found: dict[str, Any] = {name: tables.rows(path) for name, path in paths.items()}
    connection = database.cursor()  # its temporary views and tables are its own
    try:
        for side, path in paths.items():
            listing = ", ".join(_cell(connection, table, path, name, schema.field(name).type) for name in columns)
            connection.execute(f"CREATE TEMP VIEW {side}_rows AS SELECT {listing} FROM {tables.scan(path)}")
        hashed = f"hash({', '.join(map(identifier, columns))})"
        sums = [_sum(connection, side, hashed, step) for side in SIDES]
        if sums[0] == sums[1]:
            return {**found, "differing": 0, "differences": []}
        return {**found, **_differences(connection, columns, hashed)}
    finally:
        connection.close()


@contextmanager
def opened(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database to compare tables in, which spills to `scratch`."""
    connection = duckdb.connect()
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    connection.execute(f"SET temp_directory = {quote(str(scratch / 'spill'))}")
    try:
        yield connection
    finally:
        connection.close()


def _sum(connection: duckdb.DuckDBPyConnection, side: str, hashed: str, step: Callable[[], None]) -> tuple[Any, ...]:
    """How many rows, and the sum of their hashes."""
    (found,) = connection.execute(f"SELECT COUNT(*), SUM(CAST({hashed} AS HUGEINT)) FROM {side}_rows").fetchall()
    step()
    return found


def _differences(connection: duckdb.DuckDBPyConnection, columns: list[str], hashed: str) -> dict[str, Any]:
    """How many rows differ, and the first of them."""
    connection.execute(
        f"CREATE TEMP TABLE odd AS SELECT h FROM (SELECT {hashed} AS h, 1 AS n FROM then_rows UNION ALL "
        f"SELECT {hashed}, -1 FROM now_rows) GROUP BY h HAVING SUM(n) <> 0"
    )
    for side in SIDES:
        connection.execute(
            f"CREATE TEMP TABLE {side}_odd AS SELECT * FROM {side}_rows WHERE {hashed} IN (SELECT h FROM odd)"
        )
    differing, shown = 0, []
    for here, there in (SIDES, SIDES[::-1]):
        connection.execute(f"CREATE TEMP TABLE only_{here} AS FROM {here}_odd EXCEPT ALL FROM {there}_odd")
        differing = max(differing, connection.execute(f"SELECT COUNT(*) FROM only_{here}").fetchall()[0][0])
        rows = connection.execute(f"SELECT * FROM only_{here} ORDER BY ALL LIMIT {DIFFERENCES_SHOWN}").fetchall()
        shown += [{"run": here, **dict(zip(columns, row, strict=True))} for row in rows]
    return {"differing": differing, "differences": shown}


def _cell(connection: duckdb.DuckDBPyConnection, table: str, path: Path, name: str, kind: pa.DataType) -> str:
    """A column as it is compared."""
    column = identifier(name)
    if pa.types.is_floating(kind):
        return f"ROUND({column}, {_MONEY_DIGITS}) AS {column}"
    if table == "rejected" and name == "file":  # by its name alone: the way to it depends on where the run was started
        files = connection.execute(f"SELECT DISTINCT file FROM {tables.scan(path)} WHERE file IS NOT NULL").fetchall()
        cases = " ".join(f"WHEN file = {quote(each)} THEN {quote(Path(each).name)}" for (each,) in files)
        return f'CASE {cases} END AS "file"' if files else column
    return column
