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


@pytest.mark.parametrize("ranges_max", [0, 1, 100])
def test_many_keys_are_found_as_few_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ranges_max: int) -> None:
    monkeypatch.setattr(tables, "RANGES_MAX", ranges_max)
    monkeypatch.setattr(tables, "DECODED_BYTES_MAX", 0)
    keys = [number // 3 for number in range(3000)]
    for part in range(2):
        rows = pa.table({"id": pa.array(keys), "n": pa.array([part * 3000 + at for at in range(3000)])})
        pq.write_table(rows, tmp_path / f"part-{part}.parquet", row_group_size=700)
    finder = tables.Finder(tables.parts(tmp_path), "id")
    wanted = [*range(0, 1000, 7), 400, 401, 402]
    found = finder.find(wanted)
    finder.close()
    assert [row["n"] for _, _, row in found] == [n for n in range(6000) if keys[n % 3000] in set(wanted)]
    assert all(number == row["n"] % 3000 + 1 for _, number, row in found)
