"""A catalogue met once: per product and period, grams per piece and per unit of money.

Mass tier before count tier before spend tier; money of a year goes through a cited price index to the year the factor
is priced in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from leafmark.engine import lookup
from leafmark.engine.backends import Backend
from leafmark.engine.codes import distinct, register
from leafmark.engine.inputs import InputError
from leafmark.engine.settings import Settings
from leafmark.factors import units
from leafmark.factors.model import Pack
from leafmark.methods.model import Column, Method
from leafmark.methods.retail import TIERS

CATALOGUE: tuple[Column, ...] = (
    Column("product_id", "id"),
    Column("category", "text"),
    Column("region", "text", required=False),
    Column("mass_kg", "float", required=False),
    Column("mass_key", "text", required=False),
    Column("count_amount", "float", required=False),
    Column("count_unit", "text", required=False),
    Column("count_key", "text", required=False),
    Column("spend_key", "text", required=False),
    Column("currency", "text", required=False),
)


@dataclass(frozen=True)
class Names:
    """What stands behind the numbers of `product_cells`."""

    factors: list[str]
    categories: list[str]


def meet(
    backend: Backend, method: Method, packs: Sequence[Pack], columns: frozenset[str], days: list[dt.date],
    settings: Settings,
) -> Names:  # fmt: skip
    """Make `product_cells`: per product and period, micrograms per piece and per unit of money."""

    def column(name: str) -> str:
        return f"i.{name}" if name in columns else "NULL"

    def values(name: str) -> list[str]:
        return [str(v) for v in distinct(backend, f"i.{name}", "catalogue")] if name in columns else []

    repeated = backend.fetch(
        "SELECT COUNT(*) AS n FROM (SELECT product_id FROM catalogue GROUP BY product_id HAVING COUNT(*) > 1) AS x"
    )
    if repeated.column("n").to_pylist()[0]:
        raise InputError("catalogue: a product_id occurs more than once; expected one row per product")
    keys = sorted({key for tier in TIERS for key in values(f"{tier}_key")})
    days = days or [settings.default_date]
    chosen = lookup.choose(
        packs, method, settings.known_on, settings.gwp, keys, settings.gwp_strict, (days[0], days[-1])
    )
    places = sorted({*values("region"), "WORLD"})
    count_units = values("count_unit")
    years = sorted({day.year for day in days})
    marks = [dt.date(year, 1, 1) for year in years]
    register(backend, method, chosen, keys, places, ["kg", *count_units], days, marks)
    money = []
    for number, unit in enumerate(chosen.dimension_units):
        if units.is_money(unit):
            currency, priced, _ = units.money_parts(unit)
            for year in years:
                if (ratio := _price_ratio(currency, year, priced)) is not None:
                    money.append((number, currency, year, ratio))
    backend.table("money", pa.table({
        "dim": pa.array([m[0] for m in money], pa.int16()), "currency": pa.array([m[1] for m in money], pa.string()),
        "year": pa.array([m[2] for m in money], pa.int64()), "ratio": pa.array([m[3] for m in money], pa.float64()),
    }))  # fmt: skip
    firsts = backend.fetch("SELECT period_no, first_day FROM periods ORDER BY period_no")
    backend.table("period_years", pa.table({
        "period_no": firsts.column("period_no"),
        "year": pa.array([day.year for day in firsts.column("first_day").to_pylist()], pa.int64()),
    }))  # fmt: skip
    backend.temp(
        "shelf",
        f"""
        SELECT i.product_id, i.category, COALESCE({column("region")}, 'WORLD') AS region,
          CAST({column("mass_kg")} AS DOUBLE) AS mass_kg, CAST({column("mass_key")} AS VARCHAR) AS mass_key,
          CAST({column("count_amount")} AS DOUBLE) AS count_amount, CAST({column("count_unit")} AS VARCHAR) AS count_unit,
          CAST({column("count_key")} AS VARCHAR) AS count_key, CAST({column("spend_key")} AS VARCHAR) AS spend_key,
          COALESCE(CAST({column("currency")} AS VARCHAR), 'USD') AS currency FROM catalogue AS i""",
    )
    categories = [str(v) for v in distinct(backend, "i.category", "shelf")]
    backend.table("categories", pa.table({
        "category": pa.array(categories, pa.string()), "category_no": pa.array(range(len(categories)), pa.int32()),
    }))  # fmt: skip
    known = backend.fetch("SELECT COUNT(*) AS n FROM regions").column("n").to_pylist()[0]
    spans = firsts.num_rows

    def cell(n: int) -> str:
        return f"(k{n}.key_no * {known} + r.region_no) * {spans} + p.period_no"

    mass = "CASE WHEN s.mass_kg > 0 AND u1.dim = f1.dim THEN s.mass_kg * (u1.to_base * f1.ug_per_base) END"
    count = "CASE WHEN s.count_amount > 0 AND u2.dim = f2.dim THEN s.count_amount * (u2.to_base * f2.ug_per_base) END"
    backend.temp(
        "product_cells",
        f"""
        SELECT s.product_id, p.period_no, g.category_no, COALESCE({mass}, {count}) AS piece_ug,
          CAST(CASE WHEN {mass} IS NOT NULL THEN 0 ELSE 1 END AS TINYINT) AS piece_tier,
          CASE WHEN {mass} IS NOT NULL THEN f1.factor_no ELSE f2.factor_no END AS piece_factor,
          CASE WHEN m.ratio IS NOT NULL THEN m.ratio * f3.ug_per_base END AS money_ug, f3.factor_no AS money_factor
        FROM shelf AS s CROSS JOIN period_years AS p
        LEFT JOIN categories AS g ON g.category = s.category LEFT JOIN regions AS r ON r.region = s.region
        LEFT JOIN keys AS k1 ON k1.key = s.mass_key LEFT JOIN keys AS k2 ON k2.key = s.count_key
        LEFT JOIN keys AS k3 ON k3.key = s.spend_key LEFT JOIN unit_codes AS u1 ON u1.unit = 'kg'
        LEFT JOIN unit_codes AS u2 ON u2.unit = s.count_unit
        LEFT JOIN cells AS c1 ON c1.cell = {cell(1)} LEFT JOIN cells AS c2 ON c2.cell = {cell(2)}
        LEFT JOIN cells AS c3 ON c3.cell = {cell(3)}
        LEFT JOIN spans AS f1 ON f1.lookup_no = c1.lookup_no LEFT JOIN spans AS f2 ON f2.lookup_no = c2.lookup_no
        LEFT JOIN spans AS f3 ON f3.lookup_no = c3.lookup_no
        LEFT JOIN money AS m ON m.dim = f3.dim AND m.currency = s.currency AND m.year = p.year""",
    )
    backend.temp(
        "spread",
        """
        SELECT p.period_no, f.factor_no, MAX(f.rel_sd) AS rel_sd, MAX(f.gap_years) AS gap_years, MIN(c.level) AS level
        FROM cells AS c INNER JOIN spans AS f ON f.lookup_no = c.lookup_no INNER JOIN period_years AS p ON p.period_no = c.cell % """
        + str(spans)
        + """
        GROUP BY p.period_no, f.factor_no""",
    )
    factors = [chosen.factor_name(n) for n in range(len(chosen.factors))]
    backend.table("factor_names", pa.table({
        "factor_no": pa.array(range(len(factors)), pa.int32()), "factor_id": pa.array(factors, pa.string()),
    }))  # fmt: skip
    return Names(factors, categories)


PRICE_INDEX_REACH_YEARS = 2
"""How far past a price index's last year its last value is carried: an annual average appears the year after."""


def _price_ratio(currency: str, year: int, priced: int) -> float | None:
    """Money of `year` in money of `priced`; None where the index does not reach (those lines have no spend tier)."""
    for back in range(PRICE_INDEX_REACH_YEARS + 1):
        try:
            return units.price_ratio(currency, year - back, priced)
        except ValueError:
            continue
    return None
