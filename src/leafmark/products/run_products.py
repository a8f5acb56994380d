"""The products of a finished run as labels and grades need them: of the right book, in one table or in parts.

A large run keeps `products.parquet` as a folder of parts; `leafmark.engine.tables` reads both as one table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine import tables
from leafmark.engine.cut_off import missing_shares
from leafmark.engine.run import Run, RunError, open_run
from leafmark.methods.category_rules import (
    CUT_OFF_EACH,
    CUT_OFF_TOTAL,
    CategoryRules,
    CategoryRulesError,
    category_rules,
)

BOOK: Final = "product"
"""The book of labels. The three books (product, inventory, impact) never mix."""


def open_products(run: str | Path) -> tuple[Run, Path]:
    """Give a finished run and its table of products.

    Raises
    ------
    RunError
        There is no such run, it is in another book, or it has no products.
    """
    finished = open_run(run)
    book = finished.record["method"]["book"]
    if book != BOOK:
        raise RunError(
            f"{finished.path}: the run's book is {book}; a label is made of runs in the book {BOOK} (leafmark methods list "
            "shows the book of each method)"
        )
    path = finished.path / "products.parquet"
    if not tables.exists(path):
        raise RunError(f"{finished.path}: no products in this run; make the run again")
    return finished, path


def product_row(run: Run, path: Path, product_id: str) -> dict[str, Any]:
    """Give one product's row, read by its key and not with the whole table.

    Raises
    ------
    RunError
        The run has no such product.
    """
    finder = tables.Finder(tables.parts(path), "product_id")
    try:
        found = [row for key in _keys(product_id, finder.kind) for _, _, row in finder.find([key])]
    finally:
        finder.close()
    if not found:
        raise RunError(f"{run.path}: products.parquet has no product {product_id!r}")
    return found[0]


def _keys(product_id: str, kind: pa.DataType) -> list[Any]:
    """The id as the column holds it; none where the column is of whole numbers and the id is no such number's text."""
    if not pa.types.is_integer(kind):
        return [product_id]
    return [int(product_id)] if product_id.lstrip("-").isdecimal() and str(int(product_id)) == product_id else []


def within_cut_off(run: Run, rules_of: Mapping[Any, str | None], known: Collection[CategoryRules] = ()) -> set[Any]:
    """Which of these products, all with rejected lines, may stand without them; each by its own rules' cut-offs.

    `known`: rules beside those of the library.
    """
    shares = missing_shares(run, rules_of)
    limits = {name: _cut_off(name, known) for name in set(rules_of.values())}
    return {
        product
        for product, (largest, together) in shares.items()
        if largest <= limits[rules_of[product]][0] and together <= limits[rules_of[product]][1]
    }


def with_cut_off(
    run: Run, products: pa.Table, shelf: pa.Table | None, known: Collection[CategoryRules] = ()
) -> pa.Table:
    """The products, with `within_cut_off` where lines were rejected.

    Parameters
    ----------
    products : with `product_id` and `rejected_lines`.
    shelf : a catalogue with `product_id` and, where known, `category_rules`.
    known : rules beside those of the library, as a site has frozen them.
    """
    lacking = products.column("product_id").filter(pc.greater(products.column("rejected_lines"), 0))
    if not len(lacking):
        return products
    rules: dict[str, str | None] = {}
    if shelf is not None and "category_rules" in shelf.column_names:
        ids = shelf.column("product_id").cast(pa.string()).to_pylist()
        rules = dict(zip(ids, shelf.column("category_rules").to_pylist(), strict=True))
    within = within_cut_off(run, {each: rules.get(str(each)) or None for each in lacking.to_pylist()}, known)
    stands = pc.is_in(products.column("product_id"), value_set=pa.array(sorted(within), lacking.type))
    return products.append_column("within_cut_off", stands)


def _cut_off(named: str | None, known: Collection[CategoryRules]) -> tuple[float, float]:
    """The cut-offs of category rules; the usual ones where none are named, or nobody here knows them."""
    try:
        rules = category_rules(named or "", known)
    except CategoryRulesError:
        return CUT_OFF_EACH, CUT_OFF_TOTAL
    return rules.cut_off_each, rules.cut_off_total
