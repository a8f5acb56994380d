"""Small questions to Arrow tables and to files: each on a connection of its own to one DuckDB in this process's memory.

A database of its own costs 20 ms of CPU before it is asked anything, three times what summing a company's lines takes; a
connection to one that stands costs nothing. What is registered, and every temporary view and table, is the connection's alone
and goes when it is closed; one that is not temporary would be everybody's, and is never made. Nobody sets anything on it, for
settings are the database's: who needs a bound on memory, or files to spill to, opens a database of their own.

A database that a fatal error has made useless, as damaged files can, is left and another opened: the next question has its answer. A
process that forks leaves its databases to the parent, whose threads they need.
"""

from __future__ import annotations

import os
import threading

import duckdb

_SETTINGS = {
    "autoinstall_known_extensions": False,
    "enable_progress_bar": False,
    # A file may be written again under its name: every question reads it anew.
    "enable_external_file_cache": False,
}
_databases: dict[bool, duckdb.DuckDBPyConnection] = {}
_left: list[duckdb.DuckDBPyConnection] = []
"""Databases of a parent process: kept, for to close one would wait for threads that are not here."""
_opening = threading.Lock()


def connect(*, in_order: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a connection to the process's database in memory; the caller closes it.

    Parameters
    ----------
    in_order : on one thread, so that rows keep their order and floats are added in it, each time alike.
    """
    with _opening:
        if in_order in _databases:
            try:
                connection = _databases[in_order].cursor()
                connection.execute("SELECT 1").fetchall()
                return connection
            except duckdb.Error:
                del _databases[in_order]
        database = duckdb.connect()
        for name, value in (_SETTINGS | ({"threads": 1} if in_order else {})).items():
            database.execute(f"SET {name} = {value}")
        _databases[in_order] = database
        return database.cursor()


def _after_fork() -> None:
    global _opening
    _left.extend(_databases.values())
    _databases.clear()
    _opening = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)

__all__ = ["connect"]
