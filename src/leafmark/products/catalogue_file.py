"""The seller's catalogue as a file: CSV, Parquet or JSON with a row per product; docs/labels.md names its columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from .catalogue_grades import OF_CATALOGUE, OF_OFFICIAL

AS_TEXT: Final = ("product_id", "gtin", "valid_until")
"""Columns of a CSV that stay text: a code's leading zeros are part of it."""


def catalogue_table(path: Path) -> pa.Table:
    """Give the columns of a catalogue that grading reads.

    Raises
    ------
    ValueError
        There is no column `product_id`.
    """
    wanted = ("product_id", *OF_CATALOGUE, *OF_OFFICIAL)
    if path.suffix == ".json":
        rows = json.loads(path.read_text(encoding="utf-8"))
        return pa.Table.from_pylist([{name: row.get(name) for name in wanted} for row in rows])
    table = whole_table(path)
    return table.select([name for name in wanted if name in table.column_names])


def whole_table(path: Path) -> pa.Table:
    """Give all columns of a catalogue that is CSV or Parquet.

    Raises
    ------
    ValueError
        There is no column `product_id`.
    """
    table = pq.read_table(path) if path.suffix == ".parquet" else _csv(path)
    if "product_id" not in table.column_names:
        raise ValueError(f"{path}: expected a column product_id, found {', '.join(table.column_names)}")
    return table


def catalogue_row(path: Path, product_id: str) -> Mapping[str, Any]:
    """Give one product's row, all its columns.

    Raises
    ------
    ValueError
        The catalogue has no such product.
    """
    if path.suffix == ".json":
        rows = json.loads(path.read_text(encoding="utf-8"))
        found = next((row for row in rows if str(row.get("product_id")) == product_id), None)
    else:
        table = pq.read_table(path) if path.suffix == ".parquet" else _csv(path)
        at = pc.index(table.column("product_id").cast(pa.string()), product_id).as_py()
        found = None if at < 0 else table.slice(at, 1).to_pylist()[0]
    if found is None:
        raise ValueError(f"{path}: no product {product_id!r}; expected a row with that product_id")
    return dict(found)


def _csv(path: Path) -> pa.Table:
    texts = dict.fromkeys(AS_TEXT, pa.string())
    return pa_csv.read_csv(path, convert_options=pa_csv.ConvertOptions(column_types=texts))
