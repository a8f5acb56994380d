"""Orders and their entries for the bench, made by the database row by row from their numbers: the same every time, at any size.

Four entries an order: transport, packing and a hub of the inventory's book, and materials of the product book for every order but each
tenth. Both files are sorted by order, as an export is; `shuffled` gives the entries in another order.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

ENTRIES_PER_ORDER = 4
FIRST_DAY = "2025-01-01"
SECTORS, WAREHOUSES, DAYS = 12, 20, 365


def files_of(entries: int, folder: Path, shuffled: bool = False) -> tuple[Path, Path]:
    """Orders and entries as Parquet."""
    orders = entries // ENTRIES_PER_ORDER
    order_file, entry_file = (
        folder / f"orders-{orders}.parquet",
        folder / f"entries-{entries}{'-shuffled' * shuffled}.parquet",
    )
    if order_file.exists() and entry_file.exists():
        return order_file, entry_file
    connection = duckdb.connect()
    connection.execute("SET memory_limit = '2GB'")
    if not order_file.exists():
        connection.execute(f"""COPY (SELECT printf('order-%010d', i) AS order_id,
            CAST(DATE '{FIRST_DAY}' + CAST(hash(i) % {DAYS} AS INTEGER) AS DATE) AS day, 'sector ' || (hash(i + 1) % {SECTORS}) AS sector,
            'warehouse ' || (hash(i + 2) % {WAREHOUSES}) AS warehouse,
            CASE WHEN hash(i) % {DAYS} BETWEEN 305 AND 315 THEN '11.11' END AS festival, CAST(1 + hash(i + 3) % 5 AS BIGINT) AS lines,
            1::BIGINT AS parcels FROM range({orders}) AS t(i)) TO '{order_file}' (FORMAT parquet, ROW_GROUP_SIZE 250000)""")
    if not entry_file.exists():
        order = "ORDER BY hash(i)" if shuffled else ""
        connection.execute(f"""COPY (SELECT printf('order-%010d', i // 4) AS subject_id,
            CASE i % 4 WHEN 3 THEN 'product' ELSE 'inventory' END AS book, CAST(CASE i % 4 WHEN 3 THEN NULL ELSE 3 END AS TINYINT) AS scope,
            CAST(CASE i % 4 WHEN 0 THEN 4 WHEN 1 THEN 1 WHEN 2 THEN 4 END AS TINYINT) AS category,
            CASE i % 4 WHEN 0 THEN 'transport' WHEN 1 THEN 'packaging' WHEN 2 THEN 'transport' ELSE 'materials' END AS stage,
            CASE i % 4 WHEN 0 THEN 'freight.tonne_km' WHEN 1 THEN 'parcel.packaging' WHEN 2 THEN 'freight.hub' ELSE 'product.bill' END AS method_id,
            'factor ' || (i % 4) || ' of ' || (hash(i) % 3) AS factor_id, CAST(ug AS BIGINT) AS co2e_ug, CAST(ug * 0.7 AS BIGINT) AS low_ug,
            CAST(ug * 1.4 AS BIGINT) AS high_ug
            FROM (SELECT i, 1000000 + hash(i + 4) % 500000000 AS ug FROM range({entries}) AS t(i)) AS t
            WHERE i % 4 <> 3 OR (i // 4) % 10 <> 0 {order}) TO '{entry_file}' (FORMAT parquet, ROW_GROUP_SIZE 1000000)""")
    connection.close()
    return order_file, entry_file


if __name__ == "__main__":
    print(*files_of(int(sys.argv[1]), Path(sys.argv[2])))
