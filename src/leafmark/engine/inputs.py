"""Inputs: any table becomes Parquet with the method's columns, typed, each row with its file and row number.

Parquet whose columns already have the method's types is read where it lies. Everything else (CSV, Arrow, pandas,
polars, tables of DuckDB, SQLite or PostgreSQL) is staged once, in batches, into the run's folder. A cell that cannot be
read rejects its row by name; an input that cannot be read is an `InputError`. Memory does not grow with the input.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from leafmark.engine.input_databases import is_database, open_table, shown
from leafmark.engine.input_files import open_csv, open_parquet, sha256_file
from leafmark.engine.input_staging import InputError, Source, Stream, identifier, match_columns, quote, stage
from leafmark.methods.model import Column

__all__ = ["InputError", "Source", "identifier", "open_input", "quote", "sha256_file"]


def open_input(source: Any, columns: tuple[Column, ...], staging: Path, name: str = "input") -> Source:
    """Make an input ready.

    Parameters
    ----------
    source : a path (Parquet file or folder, CSV), `file.db::table`, a `postgresql://...::table` URL, an Arrow table or
        reader, or a pandas or polars frame.
    columns : what the method reads; missing required columns are an `InputError`, extra columns are left alone.
    staging : folder for the staged Parquet.
    name : what a table in memory is called in messages and rejections.

    Raises
    ------
    InputError
        The input cannot be read: which file, what was found, what was expected.
    OSError
        The disk is full (ENOSPC).
    """
    if isinstance(source, Source):  # opened by an engine that reaches where this machine cannot
        return source
    if not isinstance(source, str | os.PathLike):
        return stage(_in_memory(source, columns, name), columns, staging)
    text = os.fspath(source)
    if is_database(text):
        return stage(open_table(text, columns), columns, staging)
    path = Path(text)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    try:
        if not path.exists():
            raise InputError(f"{shown(text)}: no such file or folder")
        if path.is_dir() or suffixes[-1:] == [".parquet"]:
            return open_parquet(path, columns, staging)
        if suffixes[-1:] in ([".csv"], [".tsv"]) or suffixes[-2:] in ([".csv", ".gz"], [".tsv", ".gz"]):
            return stage(open_csv(path, columns, sha256_file(path)), columns, staging)
    except PermissionError as error:
        raise InputError(f"{error.filename or path}: {error.strerror}; give this user leave to read it") from error
    raise InputError(f"{path}: expected .parquet, .csv, .csv.gz, .tsv, or DATABASE::TABLE")


def _in_memory(source: Any, columns: tuple[Column, ...], name: str) -> Stream:
    if not hasattr(source, "__arrow_c_stream__"):
        raise InputError(f"input of type {type(source).__name__}: expected a path, Arrow, pandas or polars")
    try:
        schema, batches = _arrow(source)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise InputError(f"{name}: {type(source).__name__} is not readable as a table: {error}") from error
    picked = match_columns(columns, schema.names, name)
    types = {each: (schema.field(place).type,) for each, place in picked.items()}

    def chosen() -> Iterator[tuple[str, pa.RecordBatch]]:
        try:
            for batch in batches:
                arrays = [batch.column(place) for place in picked.values()]
                yield name, pa.record_batch(arrays, names=list(picked))
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{name}: the {type(source).__name__} broke off: {error}") from error

    return Stream(name, types, chosen())


def _arrow(source: Any) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    if isinstance(source, pa.RecordBatchReader):
        return source.schema, iter(source)
    if isinstance(source, pa.Table):
        return source.schema, iter(source.to_batches())
    try:
        reader = pa.RecordBatchReader.from_stream(source)
    except (pa.ArrowException, TypeError):
        # A pandas column of mixed values: each is taken as its text, and read or rejected cell by cell.
        mixed = {each: source[each].map(_as_cell) for each in source.columns if source[each].dtype == object}
        reader = pa.RecordBatchReader.from_stream(source.assign(**mixed))
    return reader.schema, iter(reader)


def _as_cell(value: Any) -> str | None:
    return None if value is None or value != value else str(value)
