"""The same bill from every kind of source gives the same products."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from engine_rows import bill, line, run_bill

TABLE = bill([line(n % 3, activity_id=str(n), amount=n / 4, region="GB" if n % 2 else None) for n in range(20)]
             + [line(9, activity_id="bad", unit="furlong")])  # fmt: skip
KINDS = ("parquet", "folder", "csv", "arrow", "reader", "pandas", "polars", "duckdb", "sqlite")


def source(kind: str, folder: Path) -> Any:
    if kind == "parquet":
        pq.write_table(TABLE, folder / "bill.parquet")
        return folder / "bill.parquet"
    if kind == "folder":
        (folder / "bill").mkdir()
        pq.write_table(TABLE.slice(0, 7), folder / "bill" / "a.parquet")
        pq.write_table(TABLE.slice(7), folder / "bill" / "b.parquet")
        return folder / "bill"
    if kind == "csv":
        pyarrow.csv.write_csv(TABLE, folder / "bill.csv")
        return folder / "bill.csv"
    if kind == "arrow":
        return TABLE
    if kind == "reader":
        return TABLE.to_reader()
    if kind == "pandas":
        return TABLE.to_pandas()
    if kind == "polars":
        return pytest.importorskip("polars").from_arrow(TABLE)
    if kind == "duckdb":
        with duckdb.connect(str(folder / "shop.duckdb")) as connection:
            connection.register("given", TABLE)
            connection.execute("CREATE TABLE bill AS SELECT * FROM given")
        return f"{folder / 'shop.duckdb'}::bill"
    pytest.importorskip("adbc_driver_sqlite")
    connection = sqlite3.connect(folder / "shop.sqlite")
    names = TABLE.schema.names
    connection.execute(f"CREATE TABLE bill ({', '.join(names)})")
    rows = [tuple(row[name] for name in names) for row in TABLE.to_pylist()]
    connection.executemany(f"INSERT INTO bill VALUES ({', '.join('?' * len(names))})", rows)
    connection.commit()
    connection.close()
    return f"{folder / 'shop.sqlite'}::bill"


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_products_from_every_source(tmp_path: Path, kind: str) -> None:
    def found(made: Any) -> list[tuple[Any, ...]]:
        names = ("status", "co2e_ug", "low_ug", "high_ug", "lines", "rejected_lines", "factor_id")
        rows = made.table("products").to_pylist()
        return sorted((str(row["product_id"]), *(row[name] for name in names)) for row in rows)

    given = source(kind, tmp_path)
    made = run_bill(tmp_path / "run", given)
    assert found(made) == found(run_bill(tmp_path / "other", TABLE))
    assert [row["reason"] for row in made.table("rejected").to_pylist()] == ["unknown_unit"]
    assert isinstance(made.table("products"), pa.Table)
