"""What the mapping covers of the panel: products, lines, money and mass by tier and sector, counted from the files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

LABELLED_TIERS = ("mass", "count")
"""Tiers behind a `category estimate` label; spend alone gives none."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One tier (``mass``, ``count``, ``spend``, ``not mapped``, ``unknown product``) of one sector.

    ``kg`` is the mass of the goods bought (pieces times kg per piece); None where the tier knows none.
    """

    tier: str
    sector: str
    products: int
    lines: int
    spend_usd: float
    kg: float | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why products have no better tier: products and money behind one text of the catalogue."""

    tier: str
    reason: str
    products: int
    spend_usd: float


@dataclass(frozen=True)
class Coverage:
    """Cells by tier and sector, and the reasons, the largest sum of money first."""

    cells: tuple[Cell, ...]
    reasons: tuple[Reason, ...]

    def total(self, tier: str | None = None, sector: str | None = None) -> Cell:
        """The sum over a tier, a sector, or both; None = all."""
        chosen = [cell for cell in self.cells if tier in (None, cell.tier) and sector in (None, cell.sector)]
        masses = [cell.kg for cell in chosen if cell.kg is not None]
        return Cell(
            tier or "all", sector or "all", sum(cell.products for cell in chosen), sum(cell.lines for cell in chosen),
            sum(cell.spend_usd for cell in chosen), sum(masses) if masses else None,
        )  # fmt: skip

    @property
    def products_labelled(self) -> int:
        """Products whose category estimate stands on mass or count."""
        return sum(self.total(tier).products for tier in LABELLED_TIERS)


def coverage(folder: Path) -> Coverage:
    """Count what ``write_receipts`` wrote into a folder."""
    con = duckdb.connect()
    for name in ("orders", "catalogue"):
        path = str(folder / f"{name}.parquet").replace("'", "''")
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
    cells = con.execute("""
        SELECT CASE WHEN c.product_id IS NULL THEN 'unknown product' ELSE coalesce(c.tier, 'not mapped') END AS tier,
               coalesce(c.sector, 'other') AS sector, count(DISTINCT o.product_id), count(*), sum(o.spend),
               sum(o.pieces * coalesce(c.mass_kg, c.count_amount))
        FROM orders o LEFT JOIN catalogue c USING (product_id) GROUP BY ALL ORDER BY tier, sector
    """).fetchall()
    reasons = con.execute("""
        SELECT coalesce(tier, 'not mapped'),
               CASE WHEN tier IS NULL OR tier_reason IS NULL THEN reason
                    ELSE regexp_replace(regexp_replace(tier_reason, '^size .*? (is (the|one)|disagrees)', 'size # \\1'),
                                        '[0-9]+([.][0-9]+)?', '#', 'g') END AS why,
               count(*), sum(spend_usd) AS usd
        FROM catalogue WHERE tier IS DISTINCT FROM 'mass' GROUP BY ALL ORDER BY usd DESC
    """).fetchall()
    con.close()
    return Coverage(tuple(Cell(*row) for row in cells), tuple(Reason(*row) for row in reasons))
