"""A run's table reads alike as one file and as a folder of parts."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from leafmark.engine import tables

TABLE = pa.table({"product_id": list(range(10)), "co2e_ug": [n * n for n in range(10)], "status": ["complete"] * 10})


def as_file(folder: Path) -> Path:
    path = folder / "it's.parquet"
    pq.write_table(TABLE, path, row_group_size=3)
    return path


def as_parts(folder: Path) -> Path:
    path = folder / "products.parquet"
    path.mkdir()
    for number in range(4):
        pq.write_table(TABLE.slice(3 * number, 3), path / f"{number:05}.parquet")
    (path / "_SUCCESS").touch()
    (path / ".00000.parquet.crc").touch()
    (path / "_temporary.parquet").write_bytes(b"no Parquet")
    return path


@pytest.mark.parametrize("make", [as_file, as_parts])
def test_file_and_folder_read_alike(tmp_path: Path, make: object) -> None:
    path = make(tmp_path)  # type: ignore[operator]
    assert tables.exists(path)
    assert tables.rows(path) == 10
    assert tables.schema(path).equals(TABLE.schema)
    assert tables.read(path).equals(TABLE)
    assert tables.read(path, ["co2e_ug"]).equals(TABLE.select(["co2e_ug"]))
    expected = TABLE.slice(6)
    assert tables.read(path, filters=[("product_id", ">", 5)]).equals(expected)
    assert tables.read(path, filters=pc.field("product_id") > 5).equals(expected)
    assert duckdb.sql(f"SELECT SUM(co2e_ug) FROM {tables.scan(path)}").fetchall() == [(285,)]


@pytest.mark.parametrize("empty_folder", [False, True])
def test_a_table_that_is_not_there_is_named(tmp_path: Path, empty_folder: bool) -> None:
    path = tmp_path / "orders.parquet"
    if empty_folder:
        path.mkdir()
    assert not tables.exists(path)
    with pytest.raises(FileNotFoundError, match=r"orders\.parquet"):
        tables.parts(path)
