"""A catalogue met once: per product and period, grams per piece and per unit of money.

Mass tier before count tier before spend tier; money of a year goes through a cited price index to the year the factor
is priced in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from leafmark.engine import gases, lookup
from leafmark.engine.backends import Backend, count
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
    gases: gases.Shares
    """Of each factor, the shares of its gases."""
    spread: dict[tuple[int, int], tuple[float, float, int]]
    """(relative standard deviation, share not restated, gap in years) by (period, factor)."""

    @property
    def span(self) -> int:
        """What a group is divided by to part (category, tier) from the factor."""
        return max(1, len(self.factors))


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
    register(backend, method, chosen, places, ["kg", *count_units], days, marks)
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
    year_of = [day.year for day in firsts.column("first_day").to_pylist()]
    backend.table("period_years", pa.table({
        "period_no": firsts.column("period_no"), "year": pa.array(year_of, pa.int64()),
    }))  # fmt: skip
    backend.temp(
        "calendar",
        "SELECT d.date, d.period_no, y.year FROM days AS d INNER JOIN period_years AS y ON y.period_no = d.period_no",
    )
    categories = [str(v) for v in distinct(backend, "i.category", "catalogue")]
    backend.table("categories", pa.table({
        "category": pa.array(categories, pa.string()), "category_no": pa.array(range(len(categories)), pa.int64()),
    }))  # fmt: skip
    backend.temp("shelf", _shelf(columns, len(categories)))
    known = count(backend, "regions")
    factors = [chosen.factor_name(n) for n in range(len(chosen.factors))]
    names = Names(factors, categories, chosen.gases, {})
    backend.temp("product_cells", _product_cells(known, firsts.num_rows, names.span))
    backend.temp(
        "spread",
        f"""
        SELECT p.period_no, f.factor_no, MAX(f.rel_sd) AS rel_sd, MAX(f.gap_years) AS gap_years, MAX(f.native) AS native,
          MIN(c.level) AS level
        FROM cells AS c INNER JOIN spans AS f ON f.lookup_no = c.lookup_no
        INNER JOIN period_years AS p ON p.period_no = c.cell % {firsts.num_rows}
        GROUP BY p.period_no, f.factor_no""",
    )
    rows = backend.fetch("SELECT period_no, factor_no, rel_sd, native, gap_years FROM spread").to_pydict()
    keys_of = zip(rows["period_no"], rows["factor_no"], strict=True)
    spread = zip(rows["rel_sd"], rows["native"], rows["gap_years"], strict=True)
    names.spread.update(zip(keys_of, spread, strict=True))
    return names


def _shelf(columns: frozenset[str], categories: int) -> str:
    """The catalogue with numbers for its texts: a product costs its text joins once, not once a period.

    A product without a category has the number after the last.
    """

    def cast(name: str, kind: str) -> str:
        return f"CAST({f'i.{name}' if name in columns else 'NULL'} AS {kind})"

    return f"""
    SELECT i.product_id, COALESCE(g.category_no, {categories}) AS category_no, r.region_no,
      {cast("mass_kg", "DOUBLE")} AS mass_kg, k1.key_no AS mass_no,
      {cast("count_amount", "DOUBLE")} AS count_amount, u.to_base AS count_to_base, u.dim AS count_dim, k2.key_no AS count_no,
      k3.key_no AS spend_no, COALESCE({cast("currency", "VARCHAR")}, 'USD') AS currency
    FROM catalogue AS i
    LEFT JOIN categories AS g ON g.category = i.category
    LEFT JOIN regions AS r ON r.region = COALESCE({cast("region", "VARCHAR")}, 'WORLD')
    LEFT JOIN keys AS k1 ON k1.key = {cast("mass_key", "VARCHAR")}
    LEFT JOIN keys AS k2 ON k2.key = {cast("count_key", "VARCHAR")}
    LEFT JOIN keys AS k3 ON k3.key = {cast("spend_key", "VARCHAR")}
    LEFT JOIN unit_codes AS u ON u.unit = {cast("count_unit", "VARCHAR")}"""


def _group(tier: int, factor: str, span: int) -> str:
    """SQL that packs category, tier and factor into one integer: a narrow line, and one column to group by."""
    return f"(s.category_no * {len(TIERS)} + {tier}) * {span} + {factor}.factor_no"


def _product_cells(regions: int, periods: int, span: int) -> str:
    """Per product and period: micrograms per piece and per unit of money, each with its group."""

    def cell(key: str) -> str:
        return f"(s.{key} * {regions} + s.region_no) * {periods} + p.period_no"

    mass = "CASE WHEN s.mass_kg > 0 AND u.dim = f1.dim THEN s.mass_kg * (u.to_base * f1.ug_per_base) END"
    count = (
        "CASE WHEN s.count_amount > 0 AND s.count_dim = f2.dim "
        "THEN s.count_amount * (s.count_to_base * f2.ug_per_base) END"
    )
    piece = f"CASE WHEN {mass} IS NOT NULL THEN {_group(0, 'f1', span)} ELSE {_group(1, 'f2', span)} END"
    return f"""
    SELECT s.product_id, p.period_no, COALESCE({mass}, {count}) AS piece_ug, {piece} AS piece_group,
      CASE WHEN m.ratio IS NOT NULL THEN m.ratio * f3.ug_per_base END AS money_ug, {_group(2, "f3", span)} AS money_group
    FROM shelf AS s CROSS JOIN period_years AS p LEFT JOIN unit_codes AS u ON u.unit = 'kg'
    LEFT JOIN cells AS c1 ON c1.cell = {cell("mass_no")} LEFT JOIN spans AS f1 ON f1.lookup_no = c1.lookup_no
    LEFT JOIN cells AS c2 ON c2.cell = {cell("count_no")} LEFT JOIN spans AS f2 ON f2.lookup_no = c2.lookup_no
    LEFT JOIN cells AS c3 ON c3.cell = {cell("spend_no")} LEFT JOIN spans AS f3 ON f3.lookup_no = c3.lookup_no
    LEFT JOIN money AS m ON m.dim = f3.dim AND m.currency = s.currency AND m.year = p.year"""


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
