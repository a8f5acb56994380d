"""A draft's products as a table: figure, state, and what is shown of each now, the most telling first.

    items.parquet: product_id, name (of each language), state, letter, reason, co2e_ug, low_ug, high_ug, shown_state, shown_letter, shown_ug, change, fault, other

In the order of `CHANGES`, so that products of one kind of change are one stretch of rows; within a kind the largest change first.
Products with a fault are not in the catalogue, so they are not published.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leafmark.products.catalogue_grades import beside
from leafmark.products.gtin import gtin14
from leafmark.web.shelf.figures import Figures
from leafmark.web.shelf.gtins import settle
from leafmark.web.shelf.models import Brand, Product

CHANGES: Final = ("fault", "changed", "new", "same")
FAULTS: Final = ("gtin_taken", "gtin_of_own", "expired", "id_too_long")
"""Why a product cannot be published; `sending.fault_of.CODE` says it in words."""
ID_MAX: Final = 120
"""Characters of a product's id on the shelf."""
GROUP_ROWS: Final = 5_000
"""Rows that are read together for a page."""


def listed(found: Figures, brand: Brand) -> tuple[pa.Table, pa.Table]:
    """A draft's products, and the catalogue of those that can be published.

    Only products with a row in the catalogue count: a part that others contain may have a bill and not be for sale.
    """
    sold = pc.is_in(
        found.products.column("product_id").cast(pa.string()),
        value_set=found.catalogue.column("product_id").combine_chunks(),
    )
    figures, graded = found.products.filter(sold), found.graded.filter(sold)
    about = beside(figures, found.catalogue)
    ids = figures.column("product_id").cast(pa.string()).combine_chunks()
    state, letter, reason = (graded.column(name).cast(pa.string()) for name in ("state", "letter", "reason"))
    known = pc.not_equal(state, "unknown")
    table = pa.table(
        {"product_id": ids, "name": about.column("name"), "state": state, "letter": letter, "reason": reason}
        | {name: pc.if_else(known, figures.column(name), None) for name in ("co2e_ug", "low_ug", "high_ug")}
    )
    table = _with_shown(table, brand)
    faults, others = _faults(ids, about, reason, brand)
    table = table.append_column("fault", faults).append_column("other", others)
    table = table.append_column("change", _change(table))
    good = about.filter(pc.is_null(faults))
    return table.take(pa.array(_order(table))), good


def _with_shown(table: pa.Table, brand: Brand) -> pa.Table:
    """With the state, letter, figure and range that are shown of each product now; null where it is new."""
    names = ("product_id", "state", "current__letter", "co2e_ug", "current__row__low_ug", "current__row__high_ug")
    rows = list(
        Product.objects.filter(brand=brand, current__isnull=False).values_list(*names).iterator(chunk_size=5_000)
    )
    ids, states, letters, amounts, lows, highs = zip(*rows, strict=True) if rows else ((),) * 6
    at = pc.index_in(table.column("product_id"), value_set=pa.array(ids, pa.string()))
    shown = {
        "state": pa.array(states, pa.string()),
        "letter": pa.array(letters, pa.string()),
        "ug": pa.array(amounts, pa.int64()),
    }
    shown |= {"low_ug": pa.array(lows, pa.int64()), "high_ug": pa.array(highs, pa.int64())}
    for name, column in shown.items():
        table = table.append_column(f"shown_{name}", column.take(at))
    return table


def _faults(ids: pa.Array, about: pa.Table, reason: pa.ChunkedArray, brand: Brand) -> tuple[pa.Array, pa.Array]:
    """Why each product cannot be published, and the id of the brand's own product that has its GTIN; nulls where it can."""
    codes = zip(ids.to_pylist(), about.column("gtin").to_pylist(), strict=True)
    clashes = settle({(brand.pk, each): gtin14(code) for each, code in codes}).clashes
    clashed, others = (
        pa.array([each.product_id for each in clashes], pa.string()),
        pa.array([each.other for each in clashes], pa.string()),
    )
    at = pc.index_in(ids, value_set=clashed)
    other = others.take(at)
    faults = pc.case_when(
        pc.make_struct(
            pc.greater(pc.utf8_length(ids), ID_MAX), pc.equal(reason, "expired"), pc.is_valid(other), pc.is_valid(at)
        ),
        "id_too_long", "expired", "gtin_of_own", "gtin_taken", pa.scalar(None, pa.string()),
    )  # fmt: skip
    return faults, other


def _change(table: pa.Table) -> pa.ChunkedArray:
    same = pc.equal(table.column("state"), table.column("shown_state"))
    letters = (pc.fill_null(table.column(name), "") for name in ("letter", "shown_letter"))
    same = pc.and_(same, pc.equal(*letters))
    for now, before in (("co2e_ug", "shown_ug"), ("low_ug", "shown_low_ug"), ("high_ug", "shown_high_ug")):
        equal = pc.equal(pc.fill_null(table.column(now), -1), pc.fill_null(table.column(before), -1))
        same = pc.and_(
            same, pc.or_(equal, pc.and_(pc.is_null(table.column(now)), pc.equal(table.column("state"), "unknown")))
        )
    new = pc.is_null(table.column("shown_state"))
    return pc.case_when(
        pc.make_struct(pc.is_valid(table.column("fault")), new, pc.fill_null(same, False)),
        "fault",
        "new",
        "same",
        "changed",
    )


def _order(table: pa.Table) -> np.ndarray:
    """Rows by kind of change, the largest first, then by id. From or to a figure that is not known is the largest."""
    kind = pc.index_in(table.column("change"), value_set=pa.array(CHANGES)).to_numpy()
    now, before = (pc.cast(table.column(name), pa.float64()).to_numpy() for name in ("co2e_ug", "shown_ug"))
    with np.errstate(divide="ignore", invalid="ignore"):
        by = np.abs(now - before) / np.maximum(np.abs(now), np.abs(before))
    by = np.where(np.isnan(by), np.inf, by)
    ids = pc.rank(table.column("product_id").combine_chunks(), tiebreaker="first").to_numpy()
    return np.lexsort((ids, -by, kind))


def written(items: pa.Table, path: Path) -> dict[str, Any]:
    """Write a draft's products; how many there are of each kind."""
    pq.write_table(items, path, row_group_size=GROUP_ROWS)
    counted = {name: _counted(items.column(name)) for name in ("change", "state", "fault")}
    return {
        "products": items.num_rows,
        "changes": counted["change"],
        "states": counted["state"],
        "faults": counted["fault"],
    }


def _counted(column: pa.ChunkedArray) -> dict[str, int]:
    return dict(Counter({each["values"]: each["counts"] for each in pc.value_counts(column.drop_null()).to_pylist()}))


def some(path: Path, first: int, count: int) -> list[dict[str, Any]]:
    """Products by their place in the list, read from the groups of rows that hold them."""
    with pq.ParquetFile(path) as opened:
        groups = range(first // GROUP_ROWS, min((first + count - 1) // GROUP_ROWS + 1, opened.num_row_groups))
        if count <= 0 or not groups:
            return []
        table = opened.read_row_groups(list(groups))
    rows: list[dict[str, Any]] = table.slice(first - groups[0] * GROUP_ROWS, count).to_pylist()
    return rows


def stretch(counts: dict[str, Any], change: str) -> tuple[int, int]:
    """Where the products of a kind of change begin in the list, and how many there are; all of them for no kind."""
    of_kinds = counts["changes"]
    if change not in CHANGES:
        return 0, counts["products"]
    before = sum(of_kinds.get(each, 0) for each in CHANGES[: CHANGES.index(change)])
    return before, of_kinds.get(change, 0)
