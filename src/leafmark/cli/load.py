"""`leafmark load`: one container as full as possible."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leafmark.cli.endings import UnusableError, unusable
from leafmark.cli.output import Progress, emit, json_option, note, table

if TYPE_CHECKING:
    from leafmark.parcels.containers import Load


@click.command(short_help="One container as full as possible.")
@click.argument("items", metavar="ITEMS", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("container", metavar="CONTAINER")
@click.option(
    "--seconds", type=click.FloatRange(0, 86_400), default=5.0, show_default=True, help="Time the search may take."
)
@click.option(
    "--work",
    type=click.IntRange(1),
    help="Spaces the search may look at: the same number gives the same load everywhere.",
)
@click.option(
    "--support",
    "support_share",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="SHARE",
    help="Least share of every base that is held from below, for example 0.75.  [default: pieces may hang]",
)
@click.option(
    "--max-weight",
    "max_weight_g",
    type=click.IntRange(1, 30_000_000),
    metavar="GRAMS",
    help="Most that the contents may weigh.",
)
@click.option(
    "--objective",
    type=click.Choice(("volume", "profit")),
    default="volume",
    show_default=True,
    help="What is made the most of; `profit` is a column of ITEMS.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for placements.csv, unpacked.csv and load.json.",
)
@json_option
def load(
    items: Path, container: str, seconds: float, work: int | None, support_share: float | None, max_weight_g: int | None, objective: str,
    out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Find out what of ITEMS fills CONTAINER best, and where each piece goes.

    ITEMS is a CSV or Parquet file: item_id, quantity, length_mm, width_mm, height_mm, and, where wanted, weight_g, profit,
    rotation (any, upright, fixed), length_upright, width_upright, height_upright (docs/containers.md). CONTAINER is 20ft, 40ft or
    40ft-high, or inner millimetres as in 1200x800x1000.

    What cannot be loaded is listed with its reason, and is part of the result.

    \b
    Examples:
      leafmark load cargo.csv 1200x800x1000 --seconds 1
      leafmark load cargo.csv 1200x800x1000 --work 2000 --support 1 --max-weight 500000 --json
    """  # fmt: skip
    from leafmark.parcels.containers import ContainerError, container_named
    from leafmark.parcels.containers import load as load_container

    with unusable(ContainerError):
        room = container_named(container, max_weight_g)
    rows = _rows(items)
    per_cent = 100 / (room.inner_mm3 if objective == "volume" else 1)
    unit = "% full" if objective == "volume" else "profit"
    with Progress() as progress:
        found = load_container(
            rows, room, seconds, work=work, support_share=support_share, objective=objective,
            progress=lambda share, value: progress(int(share * 100), 100, f"loading, {value * per_cent:.1f} {unit}"),
        )  # fmt: skip
    if out is not None:
        _write(found, out)
    emit(_content(found), as_json, lambda: _lines(found))


def _rows(file: Path) -> list[dict[str, Any]]:
    if file.suffix.lower() == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        with unusable(pa.ArrowInvalid, about=f"{file}: "):
            rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    else:
        with (
            unusable(UnicodeDecodeError, csv.Error, about=f"{file}: "),
            file.open(encoding="utf-8-sig", newline="") as opened,
        ):
            rows = [dict(row) for row in csv.DictReader(opened)]
    lacking = [
        name for name in ("item_id", "quantity", "length_mm", "width_mm", "height_mm") if rows and name not in rows[0]
    ]
    if lacking:
        raise UnusableError(
            f"{file}: the column {lacking[0]} is missing; its columns are {', '.join(map(str, rows[0]))}"
        )
    return rows


def _content(found: Load) -> dict[str, Any]:
    room = found.container
    return {
        "container": {
            "container_id": room.container_id, "length_mm": room.length_mm, "width_mm": room.width_mm, "height_mm": room.height_mm,
            "max_weight_g": room.max_weight_g,
        },
        "pieces": found.pieces,
        "fill": found.fill,
        "value": found.value,
        "value_max": found.value_max,
        "weight_g": found.weight_g,
        "stopped": found.stopped,
        "seconds": found.seconds,
        "looks": found.looks,
        "rolled": found.rolled,
        "width": found.width,
        "placements": found.placements.drop_columns(["order_id", "parcel_no"]).rename_columns({"order_row": "row"}).to_pylist(),
        "unpacked": found.unpacked.drop_columns(["order_id"]).rename_columns({"order_row": "row"}).to_pylist(),
    }  # fmt: skip


def _lines(found: Load) -> str:
    from leafmark.parcels.reasons import REASONS

    room = found.container
    parts = [
        f"{found.pieces:,} pieces fill {found.fill:.1%} of {room.length_mm} x {room.width_mm} x {room.height_mm} mm"
        + (f", {found.weight_g / 1000:,.1f} kg" if found.weight_g else ""),
        f"stopped by: {found.stopped}, after {found.rolled:,} loads tried",
    ]
    loaded = Counter(found.placements.column("item_id").to_pylist())
    if loaded:
        parts.append(
            table([("item", "pieces"), *((item, f"{pieces:,}") for item, pieces in sorted(loaded.items()))], right=(1,))
        )
    unpacked = found.unpacked.to_pylist()
    if unpacked:
        rows = [("row", "item", "pieces", "not loaded because")]
        for no in unpacked:
            where = f" ({no['field']} is {no['found']}; expected {no['expected']})" if no["field"] else ""
            pieces = "?" if no["pieces"] is None else f"{no['pieces']:,}"
            rows.append((str(no["order_row"]), no["item_id"] or "", pieces, REASONS[no["reason"]] + where))
        parts.append(table(rows, right=(0, 2)))
    return "\n\n".join(parts)


def _write(found: Load, out: Path) -> None:
    from pyarrow import csv as arrow_csv

    out.mkdir(parents=True, exist_ok=True)
    arrow_csv.write_csv(found.placements, out / "placements.csv")
    arrow_csv.write_csv(found.unpacked, out / "unpacked.csv")
    summary = {name: cell for name, cell in _content(found).items() if name not in ("placements", "unpacked")}
    (out / "load.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    note(f"written: {out / 'placements.csv'}, unpacked.csv, load.json")
