"""Leafmark on the benchmarks' input, through its public API.

    python -m bench.ours bill --data bench/data/bill-500000 --out OUT

The engine reads the pack, checks it, resolves fallback, validity and units, and writes its usual run folder; the
columns that `contender` names are compared, the rest is its own.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bench import contender


def bill(data: Path, out: Path, threads: int | None = None) -> None:
    """Footprints of the bills in data, and the grade of every product, in a file beside them."""
    from leafmark.engine import footprint

    made = footprint(data / "bill.parquet", pack=data / "pack", out=out, no_entries=True, threads=threads)
    grades(out, f"{made.record['method']['id']}@{made.record['method']['version']}")


def grades(out: Path, method_version: str) -> None:
    """The state of every product by the declared scheme; its cut-off, which no peer works out, is left aside."""
    import datetime as dt

    import pyarrow.parquet as pq

    from leafmark.products import get_scheme, grade_catalogue

    stages = ("materials", "manufacturing", "packaging", "transport", "use", "end_of_life")
    read = ["product_id", "status", "co2e_ug", "rejected_lines", *(f"{stage}_ug" for stage in stages)]
    graded = grade_catalogue(
        pq.read_table(out / "products.parquet", columns=read), None, get_scheme("leafmark.declared"),
        method_version=method_version, gwp_set="AR6", on_date=dt.date(2026, 11, 24),
    )  # fmt: skip
    pq.write_table(graded, out / "grades.parquet", compression=contender.COMPRESSION)


def bill_with_entries(data: Path, out: Path) -> None:
    """The same as a whole run, with its entries per product and stage, which no other contender writes."""
    from leafmark.engine import footprint

    footprint(data / "bill.parquet", pack=data / "pack", out=out)


def orders(data: Path, out: Path, threads: int | None = None) -> None:
    """Totals of the order lines in data."""
    from leafmark.engine import orders as run_orders

    run_orders(
        data / "lines",
        catalogue=data / "catalogue.parquet",
        pack=data / "pack",
        out=out,
        no_entries=True,
        threads=threads,
    )


def main(threads: int | None = None) -> None:
    """This contender's command line, started as the command `leafmark` starts."""
    from leafmark.cli.start import arrow_without_pandas

    arrow_without_pandas()
    contender.main(partial(bill, threads=threads), partial(orders, threads=threads))


if __name__ == "__main__":
    main()
