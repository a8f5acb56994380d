"""What the pages show of a plan and of one of its parcels, as plain values; figures in micrograms as the site's words take them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from leafmark.parcels.drawing import Parcel, parcel_of
from leafmark.parcels.drawing.colours import ITEMS, shades
from leafmark.web.languages import say, table
from leafmark.web.parcels.making import UG_OF_MG, made_tables

TURNED_BY_SCRIPT_MAX: Final = 300
"""Pieces that the page's script turns about; it looks at each pair for each picture. A larger parcel keeps the server's pictures."""


def rows_part(folder: Path, name: str, start: int, count: int) -> tuple[list[dict[str, Any]], int]:
    """Some rows of one of a plan's tables, and how many it has."""
    whole: pa.Table = pq.read_table(folder / f"{name}.made.parquet")
    return whole.slice(start, count).to_pylist(), whole.num_rows


def parcel_at(folder: Path, place: int) -> tuple[Parcel, int] | None:
    """The parcel in a row of the plan's parcels, from 1, and how many rows there are; None where there is no such row."""
    names: pa.Table = pq.read_table(folder / "parcels.made.parquet", columns=["order_id", "parcel_no"])
    if not 1 <= place <= names.num_rows:
        return None
    row = names.slice(place - 1, 1).to_pylist()[0]
    tables = made_tables(folder, row["order_id"])
    found = parcel_of(
        tables["parcels"], tables["placements"], tables["cartons"], row["order_id"], row["parcel_no"], tables["orders"]
    )
    return found, names.num_rows


def for_script(parcel: Parcel) -> str:
    """What the page's script turns about, as JSON within a page: no text in it can end the element."""
    items = parcel.items
    found = {
        "inner": parcel.inner_mm,
        "kind": parcel.kind,
        "pieces": [[*piece.low_mm, *piece.high_mm, items.index(piece.item_id) % len(ITEMS)] for piece in parcel.pieces],
        "colours": [shades(each) for each in ITEMS],
    }
    return json.dumps(found, separators=(",", ":"))


def reason_said(lang: str, reason: str) -> str:
    """A reason in words."""
    key = f"parcels.reason.{reason}"
    return say(lang, key) if key in table(lang) else reason


def micrograms(amount_mg: int | None) -> int | None:
    """As the site's words take amounts."""
    return None if amount_mg is None else amount_mg * UG_OF_MG
