"""A run of order lines counted again: by day, category, tier and factor, and which products make most of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pyarrow as pa

from leafmark.engine.backends import Backend
from leafmark.engine.explain_address import Condition
from leafmark.engine.inputs import Source, quote
from leafmark.engine.order_closing import NO_CATEGORY
from leafmark.engine.order_lines import meet_lines
from leafmark.engine.pinned import Pinned
from leafmark.engine.recount import OF_FACTOR, Bit, Groups, Recount, found_groups, of_factor
from leafmark.engine.recount_bill import scope_of
from leafmark.methods.retail import TIERS

BELOW = " > "
"""Between a category and the one above it, as in product taxonomies: `Food > Meat > Beef`."""
PERIODS = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}
"""Kind of address -> how a date is written in it."""


class OrderRecount(Recount):
    """The cube of order lines; its holders are the products bought."""

    kinds = ("group", "category", "tier", "year", "month", "day", "scope", *OF_FACTOR)

    def __init__(self, pinned: Pinned, lines: Source, shelf: Source) -> None:
        self._lines, self._shelf = lines, shelf
        super().__init__(pinned)

    def _prepare(self) -> None:
        pinned = self.pinned
        self._spans = meet_lines(
            self.backend, pinned.method, pinned.packs, self._lines, self._shelf, pinned.settings
        )  # fmt: skip
        names = self._spans.names
        self.factors, self.shares = names.factors, names.gases
        categories = [*names.categories, NO_CATEGORY]
        self.backend.table("category_names", pa.table({
            "category_no": pa.array(range(len(categories)), pa.int64()), "category": pa.array(categories, pa.string()),
            "group": pa.array([name.split(BELOW)[0] for name in categories], pa.string()),
        }))  # fmt: skip
        self.backend.table("tier_names", pa.table({
            "tier_no": pa.array(range(len(TIERS)), pa.int8()), "tier": pa.array(TIERS, pa.string()),
        }))  # fmt: skip
        self._scope = scope_of(pinned.method.parts[0])

    def _numbers(self, worker: Backend, number: int) -> str:
        """The lines of one chunk, with the columns that conditions are about."""
        plans = self._spans.chunk(worker, number)
        worker.view("met", plans.found(product=True))
        span, tiers = self._spans.names.span, len(TIERS)
        return f"""
        SELECT date, product_id, group_no // {span} // {tiers} AS category_no, group_no // {span} % {tiers} AS tier_no,
          group_no % {span} AS factor_no, ug FROM met WHERE ug IS NOT NULL"""

    def _cube(self, lines: str = "") -> str:
        def query(worker: Backend, number: int) -> str:
            numbers = self._numbers(worker, number)
            return f"""
            SELECT date, category_no, tier_no, factor_no, CAST(SUM(ug) AS DECIMAL(38, 0)) AS ug, COUNT(*) AS n
            FROM ({numbers}) {lines} GROUP BY ALL"""

        every = self._every_chunk(range(len(self._spans.conditions)), query)
        dates = ", ".join(f"strftime(c.date, '{form}') AS {kind}" for kind, form in PERIODS.items())
        return f"""
        SELECT c.*, y.period_no, s.rel_sd, s.native, s.level, {dates}, g."group", g.category, t.tier,
          {quote(self._scope)} AS scope, f.* EXCLUDE (factor_no)
        FROM {every} AS c JOIN calendar AS y USING (date)
        JOIN spread AS s ON s.period_no = y.period_no AND s.factor_no = c.factor_no
        JOIN category_names AS g USING (category_no) JOIN tier_names AS t USING (tier_no)
        JOIN factor_names AS f ON f.factor_no = c.factor_no"""

    def of_product(self, product: str) -> str:
        """The name of a cube of one product's lines."""
        name = f"cube_of_{self._passes}"
        self.keep(name, self._cube(f"WHERE {_product(product)}"))
        return name

    def predicate(self, condition: Condition) -> str:
        """SQL of a condition, on the columns of `_numbers`."""
        kind, value = condition.kind, quote(condition.value)
        if kind == "group":
            below = f"starts_with(category, {quote(condition.value + BELOW)})"
            return f"category_no IN (SELECT category_no FROM category_names WHERE category = {value} OR {below})"
        if kind == "category":
            return f"category_no IN (SELECT category_no FROM category_names WHERE category = {value})"
        if kind == "tier":
            return f"tier_no IN (SELECT tier_no FROM tier_names WHERE tier = {value})"
        if kind in PERIODS:
            return period(kind, condition.value)
        if kind == "scope":
            return "TRUE" if condition.value == self._scope else "FALSE"
        return of_factor(condition)

    def bits(self, conditions: Sequence[Condition], cube: str = "cube") -> list[Bit]:
        """By year, period, tier and factor: the deviation is rounded there, as the run's own total does."""
        rows = self.ask(f"""
            SELECT factor_no, SUM(ug), MAX(rel_sd), MAX(native) FROM {cube} {self.where(conditions)}
            GROUP BY "year", period_no, tier_no, factor_no ORDER BY ALL""")
        return [
            Bit(number, False, int(ug), round(int(ug) * rel_sd), 0, round(int(ug) * native))
            for number, ug, rel_sd, native in rows
        ]

    def holders(self, conditions: Sequence[Condition], most: int) -> Groups:
        """The products bought that make most of the sum."""

        def query(worker: Backend, number: int) -> str:
            numbers = self._numbers(worker, number)
            return f"""
            SELECT product_id AS name, CAST(SUM(ug) AS DECIMAL(38, 0)) AS ug, COUNT(*) AS n
            FROM ({numbers}) {self.where(conditions)} GROUP BY 1"""

        every = self._every_chunk(range(len(self._spans.conditions)), query)
        return found_groups(self.ask(f"""
            WITH g AS (SELECT name, SUM(ug) AS ug, SUM(n) AS n FROM {every} GROUP BY name)
            SELECT name, ug, n, COUNT(*) OVER (), SUM(ug) OVER (), SUM(n) OVER () FROM g
            ORDER BY ABS(ug) DESC, name LIMIT {most}"""))  # fmt: skip


def period(kind: str, value: str, column: str = "date") -> str:
    """SQL that is true of the dates in a year, month or day, so that row groups outside it need not be read."""
    try:
        start = dt.datetime.strptime(value, PERIODS[kind]).date()
    except ValueError:
        return "FALSE"
    if start.strftime(PERIODS[kind]) != value:  # one way to write each
        return "FALSE"
    return f"({column} >= DATE '{start}' AND {column} < DATE '{start}' + INTERVAL 1 {kind})"


def _product(product: str) -> str:
    return f"CAST(product_id AS VARCHAR) = {quote(product)}"
