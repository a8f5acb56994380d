"""`leafmark inventory sold`: sales met with a run of the product book, into a company's activities."""

from __future__ import annotations

from pathlib import Path

import click

from leafmark.cli.endings import unusable
from leafmark.cli.output import emit, json_option, table

FLAGS_SHOWN = 20


@click.command(short_help="Sales met with the product book: use and end of life of products sold.")
@click.argument("run", metavar="RUN", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("sales", metavar="SALES", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the files, such as COMPANY/activities.",
)
@json_option
def sold(run: Path, sales: Path, out: Path, as_json: bool) -> None:
    """Meet SALES (product_id, units_sold, site_id; date, sold_by) with the use stage and the end of life that RUN, a run of the product
    book, has of each product. Writes products_sold.parquet (category 11) and products_discarded.parquet (category 12).

    A product or stage that the run does not have is refused, never 0; what third-party sellers sold is outside.

    \b
    Examples:
      leafmark inventory sold run lamp-sales.csv --out lamps-sold
    """
    import tempfile

    import pyarrow.parquet as pq

    from leafmark.engine.statement import MixedBooksError
    from leafmark.inventory.book import InventoryError
    from leafmark.inventory.company.product_book import sold_from_book

    with unusable(InventoryError, MixedBooksError), tempfile.TemporaryDirectory(prefix="leafmark-sold-") as staging:
        found = sold_from_book(run, str(sales), Path(staging))
    out.mkdir(parents=True, exist_ok=True)
    written = {}
    for template, rows in found.rows.items():
        if rows.num_rows:
            pq.write_table(rows, out / f"{template}.parquet")
            written[template] = {"file": str(out / f"{template}.parquet"), "rows": rows.num_rows}
    flags = found.flags.to_pylist()
    emit({"written": written, "refused": flags}, as_json, lambda: _text(written, flags))


def _text(written: dict[str, dict[str, object]], flags: list[dict[str, object]]) -> str:
    parts = [f"{each['file']}: {each['rows']:,} rows" for each in written.values()] or ["nothing was written"]
    if flags:
        rows = [
            tuple(str(row[name] or "") for name in ("row", "field", "reason", "found", "expected"))
            for row in flags[:FLAGS_SHOWN]
        ]
        parts.append(
            f"{len(flags):,} refused:\n" + table([("row", "stage", "reason", "found", "expected"), *rows], right=(0,))
        )
    return "\n".join(parts)
