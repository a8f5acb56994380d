"""`leafmark wrap`: one wrapping of least surface for each order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from leafmark.cli.endings import UnusableError, unusable
from leafmark.cli.output import emit, json_option, table
from leafmark.cli.pack import FILE, MISSING, SHOWN


@click.command(short_help="One wrapping of least surface for each order.")
@click.argument("orders", metavar="ORDERS", type=FILE)
@click.option(
    "--support",
    type=click.FloatRange(0, 1),
    default=0.75,
    show_default=True,
    help="Share of a piece's base that must be carried.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write the tables there (Parquet).",
)
@json_option
def wrap(orders: Path, support: float, out: Path | None, as_json: bool) -> None:
    """Find for each order of ORDERS the cuboid of least surface that holds all its pieces: film, paper, a carton cut to measure.

    \b
    Examples:
      leafmark wrap order-items.csv
      leafmark wrap order-items.csv --json
    """
    try:
        from leafmark.parcels.packing import ParcelsError
        from leafmark.parcels.packing.wrap import wrap as wrapped
    except ModuleNotFoundError as missing:
        raise UnusableError(f"{missing.name} is not installed; {MISSING}") from missing
    with unusable(ParcelsError):
        found = wrapped(orders, support_share=support)
    if out is not None:
        import pyarrow.parquet as pq

        out.mkdir(parents=True, exist_ok=True)
        for name in ("wrappings", "placements", "unpacked"):
            pq.write_table(getattr(found, name), out / f"{name}.parquet")
    content = {"wrappings": found.wrappings.to_pylist(), "unpacked": found.unpacked.to_pylist()}
    emit(content, as_json, lambda: _lines(content, out))


def _lines(content: dict[str, list[dict[str, Any]]], out: Path | None) -> str:
    rows = [("order", "pieces", "length mm", "width mm", "height mm", "surface m2", "filled")]
    for w in content["wrappings"][:SHOWN]:
        sides = (w["length_mm"], w["width_mm"], w["height_mm"])
        filled = w["contents_mm3"] / (sides[0] * sides[1] * sides[2])
        rows.append(
            (
                w["order_id"],
                f"{w['pieces']:,}",
                *(f"{side:,}" for side in sides),
                f"{w['surface_mm2'] / 1e6:.3f}",
                f"{filled:.0%}",
            )
        )
    parts = [table(rows, right=(1, 2, 3, 4, 5, 6))]
    if len(content["wrappings"]) > SHOWN:
        parts.append(f"... and {len(content['wrappings']) - SHOWN:,} more: --json or --out has them all")
    for left in content["unpacked"][:SHOWN]:
        parts.append(
            f"row {left['order_row']} left out: {left['field']} is {left['found']!r}, expected {left['expected']}"
        )
    if out is not None:
        parts.append(f"written: {out}/wrappings.parquet, placements.parquet, unpacked.parquet")
    return "\n\n".join(parts)
