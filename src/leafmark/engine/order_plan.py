"""The plans of order lines: SQL over `chunk`, `chunk_cells` and what `catalogue.py` made."""

from __future__ import annotations

from dataclasses import dataclass

from leafmark.engine import gases, plan, sums
from leafmark.engine.catalogue import Names
from leafmark.engine.schema import LINE_UG_MAX
from leafmark.methods.model import Method
from leafmark.methods.retail import TIERS

MICRO = 1_000_000
"""Parts of a unit of money that sums are made of."""


@dataclass(frozen=True)
class OrderLines:
    """The plans of one chunk. `many`: it holds several periods, so a line's day decides which one it meets."""

    method: Method
    shape: plan.Shape
    names: Names
    many: bool

    def column(self, name: str, kind: str) -> str:
        """A column of the input, or NULL of its kind."""
        return f"i.{name}" if self.shape.has(name) else f"CAST(NULL AS {kind})"

    def lines(self, join: str, more: str = "", also: str = "") -> str:
        """Lines with their group and whole micrograms, by one join of one or two integers: INNER for those of `chunk`
        whose product has cells, with the columns `also`; LEFT for all of `suspects`, with the columns `more`.
        """
        terms = [term[2] for term in plan.ok_terms(self.method, self.shape)]
        if self.shape.has("_bad"):
            terms.append("i._bad IS NULL")
        spend = self.column("spend", "DOUBLE")
        by_piece, by_money = f"{self.column('pieces', 'DOUBLE')} * c.piece_ug", f"{spend} * c.money_ug"
        limit = plan.number(LINE_UG_MAX)
        source = "suspects AS i LEFT JOIN few_products AS s ON s.product_id = i.product_id" if more else "chunk AS i"
        return f"""
        SELECT i.order_id, i.date, {spend} AS spend,
          CASE WHEN {by_piece} IS NOT NULL THEN c.piece_group ELSE c.money_group END AS group_no,
          CASE WHEN NOT COALESCE({" AND ".join(terms)}, FALSE) THEN NULL WHEN {by_piece} <= {limit} THEN CAST(ROUND({by_piece}) AS BIGINT)
            WHEN {by_piece} IS NULL AND {by_money} <= {limit} THEN CAST(ROUND({by_money}) AS BIGINT) END AS ug{more}{also}
        FROM {source} {self._cells(join, "few_cells" if more else "chunk_cells")}"""

    def _cells(self, join: str, cells: str) -> str:
        """The join of lines `i` with their cells."""
        if not self.many:
            return f"{join} JOIN {cells} AS c ON c.product_id = i.product_id"
        return f"""LEFT JOIN days AS d ON d.date = i.date
        {join} JOIN {cells} AS c ON c.product_id = i.product_id AND c.period_no = d.period_no"""

    def found(self, product: bool = False) -> str:
        """The lines whose product has cells, narrow. The join is an inner one, so that DuckDB may do it as an array
        look-up where products are numbers close to each other. `product`: with the product's id, to be explained.
        """
        money = f"CAST(ROUND(spend * {MICRO}) AS BIGINT) AS spend"
        more, also = (", product_id", ", i.product_id") if product else ("", "")
        return f"SELECT order_id, date, group_no, ug, {money}{more} FROM ({self.lines('INNER', also=also)}) AS l"

    def lost(self) -> str:
        """The lines that have no cells: of no product of the catalogue, or of no day."""
        money = f"CAST(ROUND({self.column('spend', 'DOUBLE')} * {MICRO}) AS BIGINT) AS spend"
        nothing = "CAST(NULL AS BIGINT)"
        return f"""
        SELECT i.order_id, i.date, {nothing} AS group_no, {nothing} AS ug, {money}
        FROM chunk AS i {self._cells("LEFT", "chunk_cells")} WHERE c.product_id IS NULL"""

    def orders(self) -> str:
        """Per order and day: grams of the accepted lines (NULL if there is none), money of all in millionths."""
        return """
        SELECT order_id, date, CAST(SUM(ug) AS BIGINT) AS co2e_ug, CAST(SUM(spend) AS BIGINT) AS spend,
          COUNT(*) AS lines, COUNT(*) - COUNT(ug) AS rejected_lines FROM met GROUP BY order_id, date"""

    def order_rows(self) -> str:
        """The rows of `orders.parquet`. Reads `by_order`."""
        return f"""
        SELECT order_id, date, co2e_ug, CAST(spend AS DOUBLE) / {MICRO} AS spend, lines, rejected_lines FROM by_order"""

    def days(self) -> str:
        """Per day. Reads `by_order`."""
        return """
        SELECT date, COUNT(*) AS orders, CAST(SUM(lines) AS BIGINT) AS lines,
          CAST(SUM(rejected_lines) AS BIGINT) AS rejected_lines, CAST(SUM(co2e_ug) AS DECIMAL(38, 0)) AS co2e_ug,
          CAST(SUM(spend) AS DECIMAL(38, 0)) AS spend
        FROM by_order GROUP BY date"""

    def by_group(self, daily: bool) -> str:
        """Per group, and day where entries are wanted, with the standard deviation of its factor: what entries and totals
        are made of. A chunk of one period is of one year, so any of its days stands for them.
        """
        span = self.names.span
        day, keys = ("date", "date, group_no") if daily or self.many else ("MIN(date) AS date", "group_no")
        return f"""
        SELECT b.date, y.year, y.period_no, b.group_no // {span} AS shelf_no, s.factor_no, b.ug, b.spend, b.lines,
          CAST(ROUND(b.ug * s.rel_sd) AS BIGINT) AS sd, s.level
        FROM (SELECT {day}, group_no, CAST(SUM(ug) AS BIGINT) AS ug, CAST(SUM(spend) AS BIGINT) AS spend, COUNT(*) AS lines
          FROM met WHERE ug IS NOT NULL GROUP BY {keys}) AS b
        INNER JOIN calendar AS y ON y.date = b.date
        INNER JOIN spread AS s ON s.period_no = y.period_no AND s.factor_no = b.group_no % {span}"""

    def entries(self) -> str:
        """Per day, category and tier, in numbers. Reads `by_group`."""
        tiers = len(TIERS)
        return f"""
        SELECT e.date, CAST(e.shelf_no // {tiers} AS INTEGER) AS category_no, CAST(e.shelf_no % {tiers} AS TINYINT) AS tier_no,
          CAST(0 AS TINYINT) AS part_no, {sums.dominant_factor("e.top")} AS factor_no, e.level, e.total AS co2e_ug,
          {sums.ranges("total", False)}{"".join(f", e.{gas}_ug" for gas in self.shape.gases)}
        FROM (SELECT date, shelf_no, CAST(SUM(ug) AS BIGINT) AS total, CAST(SUM(ug) AS DOUBLE) AS m,
            {sums.spread("CAST(SUM(ug) AS DOUBLE)", "CAST(SUM(CAST(sd AS INT128) * sd) AS DOUBLE)")} AS s2, {sums.DOMINANT} AS top, MAX(level) AS level
            {gases.columns(self.shape.gases, "g.ug")}
          FROM by_group AS g {"LEFT JOIN factor_gases AS n ON n.number = g.factor_no" if self.shape.gases else ""}
          GROUP BY date, shelf_no) AS e"""

    def totals(self) -> str:
        """Per year, period, tier and factor: what the run's ranges are made of. Reads `by_group`."""
        tier = f"shelf_no % {len(TIERS)}"
        return f"""
        SELECT year, period_no, {tier} AS tier, factor_no, CAST(SUM(ug) AS DECIMAL(38, 0)) AS ug
        FROM by_group GROUP BY year, period_no, {tier}, factor_no"""

    def shares(self) -> str:
        """Per year, category and tier: grams, money, lines. Reads `by_group`."""
        return f"""
        SELECT year, shelf_no // {len(TIERS)} AS category_no, shelf_no % {len(TIERS)} AS tier,
          CAST(SUM(ug) AS DECIMAL(38, 0)) AS ug, CAST(SUM(spend) AS DECIMAL(38, 0)) AS spend,
          CAST(SUM(lines) AS BIGINT) AS lines
        FROM by_group GROUP BY year, shelf_no // {len(TIERS)}, shelf_no % {len(TIERS)}"""

    def few(self, table: str) -> str:
        """The rows of `chunk_cells` or `shelf` for products of `suspects`: what `rejected` joins."""
        return f"""
        SELECT t.* FROM {table} AS t
        INNER JOIN (SELECT product_id FROM suspects GROUP BY product_id) AS w ON w.product_id = t.product_id"""

    def rejected(self) -> str:
        """The lines of `suspects` without a result, each with its first reason."""
        cases = []

        def text(name: str) -> str:
            return f"CAST({self.column(name, 'VARCHAR')} AS VARCHAR)"

        if self.shape.has("_bad"):
            cases.append(("i._bad IS NOT NULL", "i._bad_reason", "i._bad", "i._bad_found", "i._bad_expected"))
        for reason, name, must, expected in plan.ok_terms(self.method, self.shape):
            quoted = "'" + expected.replace("'", "''") + "'"
            cases.append((f"NOT COALESCE({must}, FALSE)", f"'{reason}'", f"'{name}'", text(name), quoted))
        product = ("'product_id'", text("product_id"))
        cases.append(("s.product_id IS NULL", "'unknown_product'", *product, "'a product of the catalogue'"))
        bare = (
            f"({self.column('pieces', 'DOUBLE')} IS NULL OR c.piece_ug IS NULL) AND "
            f"({self.column('spend', 'DOUBLE')} IS NULL OR c.money_ug IS NULL)"
        )
        cases.append((bare, "'no_tier'", *product, "'mass, count or spend with a factor for the date'"))
        last = ("'too_large'", "'pieces'", text("pieces"), "'at most 1 Mt in one line'")

        def pick(position: int) -> str:
            return (
                "CASE " + " ".join(f"WHEN {c[0]} THEN {c[position]}" for c in cases) + f" ELSE {last[position - 1]} END"
            )

        more = (
            f", i._file AS file, i._row AS row_no, {text('activity_id')} AS activity_id, {pick(2)} AS field, "
            f"{pick(1)} AS reason, {pick(3)} AS found, {pick(4)} AS expected"
        )
        lines = self.lines("LEFT", more)
        return f"SELECT file, row_no, activity_id, field, reason, found, expected FROM ({lines}) AS l WHERE ug IS NULL"
