"""From the product book to products sold: a run's use stage and end of life of each product, met with what was sold.

    run of the product book (entries by product and stage) x sales -> rows of products_sold (category 11) and products_discarded (category 12)

The inventory takes the run's figures and computes no stage of its own; the books stay apart, since what is taken is kilograms per unit of one
stage, named by its run, and becomes an activity like any other. A stage that the run did not assess is refused and never 0. Sales of
third-party sellers are outside the boundary (`leafmark.inventory.marketplace`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from leafmark.engine import tables
from leafmark.engine.inputs import InputError, open_input
from leafmark.engine.run import Run, open_run
from leafmark.engine.schema import UG_PER_KG, Z95
from leafmark.engine.statement import MixedBooksError
from leafmark.inventory.book import InventoryError
from leafmark.inventory.tables import FLAGS_SCHEMA
from leafmark.methods.model import Column

SALES: Final[tuple[Column, ...]] = (
    Column("product_id", "id"),
    Column("units_sold", "float", low=0, high=1e12, cap_reason="more than any company sells in a year"),
    Column("site_id", "id", meaning="the shop or entity that sold it"),
    Column("date", "date", required=False),
    Column("sold_by", "text", required=False, meaning="own_retail or third_party; empty: own_retail"),
    Column("activity_id", "id", required=False),
)
STAGES: Final = {"products_sold": "use", "products_discarded": "end_of_life"}
"""Template -> the stage of the product book that it takes."""


@dataclass(frozen=True, slots=True)
class Sold:
    """Rows of the two templates, ready for a company's activities, and what of the sales was refused (`FLAGS_SCHEMA`)."""

    rows: dict[str, pa.Table]
    flags: pa.Table


def sold_from_book(run: Run | str | Path, sales: Any, staging: Path) -> Sold:
    """Meet sales with a run of the product book.

    Parameters
    ----------
    run : of the book `product`, with entries by product and stage (not by line).
    sales : a path, Arrow, pandas or polars with the columns of `SALES`.
    staging : a folder for what is read.

    Raises
    ------
    MixedBooksError : the run is of another book. InventoryError : it has no entries, or the sales cannot be read.
    """
    opened = run if isinstance(run, Run) else open_run(run)
    if opened.record["method"]["book"] != "product":
        raise MixedBooksError(
            f"{opened.path}: a run of the book {opened.record['method']['book']}; products sold are met with the product book"
        )
    if opened.record.get("no_entries") or opened.record["lines"]:
        raise InventoryError(
            f"{opened.path}: it keeps no entries by product and stage; make it again without --no-entries and --lines"
        )
    try:
        given = open_input(sales, SALES, staging, "sales")
    except InputError as fault:
        raise InventoryError(str(fault)) from fault
    connection = duckdb.connect()
    try:
        connection.execute(f"CREATE TEMP VIEW sales AS {given.sql}")
        connection.execute(
            f"CREATE TEMP VIEW products AS SELECT CAST(product_id AS VARCHAR) AS product_id, status FROM {tables.scan(opened.path / 'products.parquet')}"
        )
        connection.execute(_STAGES.format(scan=tables.scan(opened.path / "entries.parquet")))
        told = _Told(given.columns, opened)
        connection.execute(told.judged())
        rows = {template: connection.sql(told.rows(stage)).to_arrow_table() for template, stage in STAGES.items()}
        flags = connection.sql(told.flags()).to_arrow_table().cast(FLAGS_SCHEMA)
    finally:
        connection.close()
    return Sold(rows, flags)


_STAGES: Final = """
CREATE TEMP TABLE stages AS SELECT CAST(subject_id AS VARCHAR) AS product_id, stage, SUM(co2e_ug)::HUGEINT AS ug, SUM(low_ug)::HUGEINT AS low_ug,
  SUM(high_ug)::HUGEINT AS high_ug FROM {scan} GROUP BY ALL
"""


@dataclass(frozen=True, slots=True)
class _Told:
    """The SQL of the meeting: which columns the sales have, and the run that is named in `source`."""

    columns: frozenset[str]
    run: Run

    def _column(self, name: str, kind: str = "VARCHAR") -> str:
        return f"s.{name}" if name in self.columns else f"CAST(NULL AS {kind})"

    def judged(self) -> str:
        """`judged`: each sale with the reason it is refused for, by either stage or by itself, NULL where it stands."""
        bad = "s._bad" if "_bad" in self.columns else "NULL"
        seller = self._column("sold_by")
        stage = "CASE WHEN {0}.ug IS NULL THEN 'stage_not_assessed' WHEN {0}.ug < 0 THEN 'negative_amount' END"
        return f"""
        CREATE TEMP TABLE judged AS SELECT s._file AS file, s._row AS row, {self._column("activity_id")} AS activity_id,
          CAST(s.product_id AS VARCHAR) AS product_id, s.units_sold, s.site_id, {self._column("date", "DATE")} AS date,
          CASE WHEN {bad} IS NOT NULL THEN 'unreadable' WHEN s.product_id IS NULL OR s.units_sold IS NULL OR s.site_id IS NULL THEN 'missing_value'
            WHEN ISNAN(s.units_sold) OR s.units_sold < 0 OR s.units_sold > 1e12 THEN 'below_bound'
            WHEN COALESCE({seller}, 'own_retail') NOT IN ('own_retail', 'third_party') THEN 'unknown_word'
            WHEN {seller} = 'third_party' THEN 'not_own_retail' WHEN p.product_id IS NULL THEN 'unknown_product'
            WHEN p.status = 'unknown' THEN 'product_unknown' END AS reason,
          {stage.format("u")} AS use_reason, {stage.format("e")} AS end_of_life_reason,
          u.ug AS use_ug, u.low_ug AS use_low, u.high_ug AS use_high, e.ug AS end_of_life_ug, e.low_ug AS end_of_life_low, e.high_ug AS end_of_life_high
        FROM sales AS s LEFT JOIN products AS p ON p.product_id = CAST(s.product_id AS VARCHAR)
        LEFT JOIN stages AS u ON u.product_id = p.product_id AND u.stage = 'use'
        LEFT JOIN stages AS e ON e.product_id = p.product_id AND e.stage = 'end_of_life'"""

    def rows(self, stage: str) -> str:
        """Rows of one template: kilograms per unit, and the GSD of the lognormal that has the entry's range."""
        gsd = f"exp(ln(CAST({stage}_high AS DOUBLE) / CAST({stage}_low AS DOUBLE)) / (2 * {Z95}))"
        return f"""
        SELECT CASE WHEN activity_id IS NULL THEN NULL ELSE activity_id || ' {stage}' END AS activity_id, site_id, product_id, units_sold,
          CAST({stage}_ug AS DOUBLE) / {UG_PER_KG} AS kg_per_unit,
          CASE WHEN {stage}_low > 0 AND {stage}_high > {stage}_low THEN LEAST({gsd}, 100) END AS kg_gsd, date, 'calculated' AS origin,
          'product book, run {self.run.id}' AS source
        FROM judged WHERE reason IS NULL AND {stage}_reason IS NULL ORDER BY file, row"""

    def flags(self) -> str:
        """What was refused: a sale as a whole, or one stage of it."""
        whole = "SELECT file, row, activity_id, NULL AS template, NULL AS field, reason, product_id AS found FROM judged WHERE reason IS NOT NULL"
        by_stage = " UNION ALL ".join(
            f"SELECT file, row, activity_id, '{template}', '{stage}', {stage}_reason, product_id FROM judged WHERE reason IS NULL AND {stage}_reason IS NOT NULL"
            for template, stage in STAGES.items()
        )
        return f"""
        SELECT file, row, activity_id, template, field, reason, found, CASE reason
            WHEN 'stage_not_assessed' THEN 'a product whose run has this stage: what is not assessed is not 0'
            WHEN 'negative_amount' THEN 'a stage of 0 or more: a credit is no activity of an inventory'
            WHEN 'not_own_retail' THEN 'own retail: what third-party sellers sell is in no category'
            WHEN 'unknown_product' THEN 'a product of the run {self.run.id}'
            WHEN 'product_unknown' THEN 'a product whose lines were all met: leafmark explain says which was not'
            WHEN 'unknown_word' THEN 'own_retail or third_party in sold_by' ELSE 'product_id, units_sold of 0 or more, and site_id' END AS expected,
          'refused' AS effect
        FROM ({whole} UNION ALL {by_stage}) ORDER BY file, row, template"""
