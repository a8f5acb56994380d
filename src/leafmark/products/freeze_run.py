"""A benchmark frozen from a run and a catalogue: the products that have a category, each with its figure and basis."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from leafmark.engine import tables
from leafmark.engine.run import Progress
from leafmark.methods.category_rules import CategoryRules

from .benchmarks import COUNT_MIN, BenchmarkTable, freeze, read_table, write_table
from .catalogue_file import catalogue_table
from .catalogue_grades import OF_PRODUCT, beside
from .footprint import Footprint, footprint_from
from .run_products import open_products, with_cut_off
from .tokens import STAGES

BATCH_ROWS: Final = 10_000
"""Products read at a time: as many are Python's objects at once, and between two batches progress is told."""


def freeze_run(
    run: str | Path, catalogue: Path, out: Path, *, table_id: str, version: str, frozen_on: date,
    count_min: int = COUNT_MIN, progress: Progress | None = None, rules: Collection[CategoryRules] = (),
) -> dict[str, Any]:  # fmt: skip
    """Freeze a run's products by category into a file that no later call changes; give its content and its name.

    Parameters
    ----------
    count_min : products of one basis that make a row; smaller groups stay out.
    progress : called with (products done, products, what).
    rules : category rules beside those of the library.

    Raises
    ------
    RunError
        The run or its products are not there, or it is of another book.
    ValueError
        The catalogue cannot be used, or `out` holds something else.
    """
    finished, path = open_products(run)
    shelf = catalogue_table(catalogue)
    there = set(tables.schema(path).names)
    wanted = ["product_id", "co2e_ug", *(f"{stage}_ug" for stage in STAGES)]
    products = tables.read(path, columns=[*wanted, *(name for name in OF_PRODUCT if name in there)])
    products = with_cut_off(finished, products, shelf, rules)
    method = finished.record["method"]
    footprints = _footprints(
        products, beside(products, shelf), f"{method['id']}@{method['version']}", str(finished.record["gwp"]), progress
    )
    table = freeze(
        footprints, table_id=table_id, version=version, frozen_on=frozen_on, run_hash=finished.id, count_min=count_min
    )
    if not out.exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        write_table(table, out)
    elif not _holds(out, table):
        raise ValueError(
            f"{out}: is there, and is not this table; a frozen table is not overwritten: choose another --out"
        )
    return {**json.loads(out.read_text(encoding="utf-8")), "file": str(out)}


def _footprints(
    products: pa.Table, about: pa.Table, method_version: str, gwp_set: str, progress: Progress | None
) -> Iterator[Footprint]:
    whole = products.num_rows
    for start in range(0, whole, BATCH_ROWS):
        if progress:
            progress(start, whole, "products")
        rows = (table.slice(start, BATCH_ROWS).to_pylist() for table in (products, about))
        for product, row in zip(*rows, strict=True):
            yield footprint_from(product, row, method_version=method_version, gwp_set=gwp_set)
    if progress:
        progress(whole, whole, "products")


def _holds(path: Path, table: BenchmarkTable) -> bool:
    """Whether a file is this very table, written before."""
    try:
        found = read_table(path)
    except (ValueError, KeyError, TypeError):
        return False
    return found == table
