"""The same work by polars and by one plain query, and the machine's limit: reading the columns that any answer needs.

Every contender joins entries to orders, sums whole micrograms of the two books by day, sector, warehouse and festival, and counts the
orders that each book assesses. Ours besides keeps factors apart for ranges, finds orders given twice, and accounts for entries of no row
or of an unknown order; the others check nothing. Says the service grams, the goods grams and the orders assessed, apart.
"""

from __future__ import annotations

import sys
from pathlib import Path

CUTS = ("day", "sector", "warehouse", "festival")


def ours(orders: Path, entries: Path) -> tuple[int, ...]:
    from leafmark.inventory.orders.cells import measure
    from leafmark.inventory.orders.figures import figures

    cells = measure(orders, [entries])
    figures(cells, ("sector", "warehouse"))
    (whole,) = figures(cells).to_pylist()
    return tuple(whole[name] for name in ("service_ug", "goods_ug", "service_orders", "goods_orders"))


def polars(orders: Path, entries: Path) -> tuple[int, ...]:
    import polars as pl

    met = pl.scan_parquet(entries).select("subject_id", "book", "co2e_ug").join(
        pl.scan_parquet(orders).select("order_id", *CUTS), left_on="subject_id", right_on="order_id"
    )  # fmt: skip
    cells = met.group_by(*CUTS, "book").agg(pl.col("co2e_ug").sum(), pl.col("subject_id").n_unique().alias("orders"))
    found = {
        row["book"]: row
        for row in cells.collect(engine="streaming").group_by("book").agg(pl.col("co2e_ug", "orders").sum()).to_dicts()
    }
    return (
        *(found[book]["co2e_ug"] for book in ("inventory", "product")),
        *(found[book]["orders"] for book in ("inventory", "product")),
    )


def plain(orders: Path, entries: Path) -> tuple[int, ...]:
    """One query as anybody would write it, with all the memory there is."""
    import duckdb

    cuts = ", ".join(CUTS)
    rows = duckdb.sql(f"""SELECT book, SUM(ug)::BIGINT, SUM(orders)::BIGINT FROM (
        SELECT {cuts}, book, SUM(co2e_ug) AS ug, COUNT(DISTINCT subject_id) AS orders FROM '{entries}' JOIN '{orders}' ON subject_id = order_id
        GROUP BY {cuts}, book) GROUP BY book ORDER BY book""").fetchall()
    return (*(row[1] for row in rows), *(row[2] for row in rows))


def scan(orders: Path, entries: Path) -> tuple[int, ...]:
    """The machine's limit."""
    import duckdb

    read = "MAX(subject_id), MAX(book), MAX(method_id), MAX(factor_id), SUM(co2e_ug), SUM(low_ug), SUM(high_ug)"
    duckdb.sql(f"SELECT {read} FROM '{entries}'").fetchall()
    duckdb.sql(f"SELECT MAX(order_id), MAX(day), MAX(sector), MAX(warehouse), MAX(festival) FROM '{orders}'").fetchall()
    return ()


if __name__ == "__main__":
    print(*globals()[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3])))
