"""Products against bills: each line must belong to a product that was taken; a product without lines has no footprint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.factors.fault import Fault

from .findings import Finding, finding
from .raw import Ints
from .result import Import
from .said import say


@dataclass(frozen=True, slots=True)
class Checked:
    """Both imports after they met.

    bills : without the lines of products that are not among the accepted ones. without_bill : ids of accepted products that have
    no accepted line. warnings : the first of those, by row; they stay accepted, with no footprint until a bill comes.
    """

    products: Import
    bills: Import
    without_bill: pa.Array
    warnings: tuple[Fault, ...]


def check(products: Import, bills: Import) -> Checked:
    """Hold bills against products.

    A product that other lines name in `component_id` may have a bill without being a product for sale.
    """
    known = products.rows.column("product_id").combine_chunks()
    found = _of_unknown(products, bills, known)
    met = bills.without(found)
    have = pc.unique(met.rows.column("product_id").combine_chunks())
    lacking = pc.invert(pc.is_in(known, value_set=have)).to_numpy(zero_copy_only=False)
    places = np.flatnonzero(lacking)
    return Checked(products, met, known.filter(pa.array(lacking)), _warnings(products, met, places))


def _of_unknown(products: Import, bills: Import, known: pa.Array) -> list[Finding]:
    lines = bills.rows.column("product_id").combine_chunks()
    parts = pc.unique(bills.rows.column("component_id").combine_chunks()).drop_null()
    allowed = pa.concat_arrays([known, parts])
    unknown = pc.invert(pc.is_in(lines, value_set=allowed)).to_numpy(zero_copy_only=False)
    named = pc.is_in(lines, value_set=products.ids()).to_numpy(zero_copy_only=False)
    found = finding("product_id", unknown & ~named, say("product_of", file=products.file), say("add_product"))
    return found + finding("product_id", unknown & named, say("product_taken"), say("product_has_fault"))


def _warnings(products: Import, bills: Import, places: Ints) -> tuple[Fault, ...]:
    first = places[: products.limits.faults_named]
    ids = products.rows.column("product_id").take(pa.array(first))
    faulty = pc.is_in(ids, value_set=bills.rejected_ids()).to_pylist()
    rows = products.rows.column("_row").take(pa.array(first)).to_pylist()
    hints = {True: say("lines_have_fault"), False: say("no_footprint_yet")}
    return tuple(
        Fault(products.file, row, "product_id", repr(product), say("one_line"), hints[bad])
        for product, row, bad in zip(ids.to_pylist(), rows, faulty, strict=True)
    )
