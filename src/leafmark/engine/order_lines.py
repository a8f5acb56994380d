"""Order lines: millions of purchases to grams per order, day and category.

The catalogue is met once (`catalogue.py`). Each line then costs one join on the product (and the period, where a chunk
holds several), one multiplication and one rounding, kept narrow in `met`: order, day, one integer for category, tier and
factor, grams, money. The orders' sums and `by_day` are two aggregations of that; entries and totals are small ones of
`by_day`. Days run in chunks, so memory does not grow with the input. Money is summed in whole millionths of its unit:
like grams, it then adds up the same in any order.
"""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine import catalogue as shelves
from leafmark.engine import closing, components, plan, tables
from leafmark.engine.backends import Backend, DuckDB, told
from leafmark.engine.catalogue import CATALOGUE, Names
from leafmark.engine.inputs import open_input
from leafmark.engine.outputs import Outputs
from leafmark.engine.run import Progress
from leafmark.engine.run_folder import Run, claim, finish, identity, write_json
from leafmark.engine.schema import LINE_UG_MAX
from leafmark.engine.settings import Settings
from leafmark.factors.model import Pack
from leafmark.methods.model import Method
from leafmark.methods.retail import RETAIL_PURCHASE, TIERS

__all__ = ["CATALOGUE", "orders"]

CHUNK_LINES = 2_500_000
"""Order lines per chunk of days."""

NO_CATEGORY = ""
"""What `by_category` calls products whose catalogue row names none."""

MICRO = 1_000_000
"""Parts of a unit of money that sums are made of."""


def orders(
    lines: Any,
    catalogue: Any,
    packs: Sequence[Pack],
    out: str | Path,
    settings: Settings,
    *,
    method: Method = RETAIL_PURCHASE,
    engine: Callable[[Path], Backend] | None = None,
    chunk_lines: int = CHUNK_LINES,
    progress: Progress | None = None,
) -> Run:
    """Run order lines against a catalogue.

    Parameters
    ----------
    lines, catalogue : path, `DATABASE::TABLE`, Arrow, pandas or polars; columns as `docs/formats.md` says.
    packs, out, settings, engine, progress : as `leafmark.engine.run.run`.

    Returns
    -------
    A run with `orders.parquet` (order_id, date, co2e_ug, spend, lines, rejected_lines), `entries.parquet` (per day,
    category as subject, and tier) and `rejected.parquet`; `run.json` totals per tier, category and year.
    """
    began = time.perf_counter(), time.process_time()
    out = Path(out)
    ready = open_input(lines, method.columns, out / "staging", "lines")
    shelf = open_input(catalogue, CATALOGUE, out / "staging", "catalogue")
    run_id = identity(method, [ready, shelf], packs, settings)
    finished = claim(out, run_id, method, [ready, shelf], packs, settings)
    if finished is not None:
        return Run(out, finished)
    (out / "chunks").mkdir(exist_ok=True)
    backend = engine(out / "chunks" / "spill") if engine else DuckDB(out / "chunks" / "spill")
    try:
        backend.source("input_raw", ready)
        ready = components.expand(backend, method, ready)
        backend.source("catalogue", shelf)
        per_day = backend.fetch("SELECT date, COUNT(*) AS n FROM input GROUP BY date ORDER BY date").to_pylist()
        days = [row["date"] for row in per_day if row["date"] is not None]
        names = shelves.meet(backend, method, packs, shelf.columns, days, settings)
        shape = plan.Shape(0, 0, 1, ready.columns, settings.default_date)
        firsts = backend.fetch("SELECT first_day FROM periods ORDER BY period_no").column("first_day").to_pylist()
        outputs = Outputs(method, run_id, names.factors, (*names.categories, None), TIERS)
        edges = _edges(per_day, chunk_lines, set(firsts))
        conditions = _conditions(edges)
        for number, condition in enumerate(conditions):
            if progress:
                progress(number, len(conditions), "orders")
            if not (out / "chunks" / f"{number:05}.json").is_file():
                backend.view("chunk", "SELECT * FROM input AS i" + (f" WHERE {condition}" if condition else ""))
                first, last = _periods(firsts, [days[0] if days else settings.default_date, *edges], number)
                cells = f"SELECT * FROM product_cells AS c WHERE c.period_no BETWEEN {first} AND {last}"
                backend.view("chunk_cells", cells)
                lines = OrderLines(method, shape, names, many=last > first)
                _chunk(backend, lines, outputs, out, number)
        if progress:
            progress(len(conditions), len(conditions), "orders")
    finally:
        backend.close()
    record = _close(out, names, ready.rows, len(conditions))
    record["wall_s"] = round(time.perf_counter() - began[0], 3)
    record["cpu_s"] = round(time.process_time() - began[1], 3)
    return finish(out, record)


def _edges(per_day: list[dict[str, Any]], chunk_lines: int, firsts: set[dt.date]) -> list[dt.date]:
    """Days at which a new chunk begins: when it would hold too many lines, or at a period's start once worth it."""
    edges: list[dt.date] = []
    size = 0
    for row in per_day:
        day = row["date"]
        if day is None:
            continue
        if size and (size + row["n"] > chunk_lines or (day in firsts and size > chunk_lines // 5)):
            edges.append(day)
            size = 0
        size += row["n"]
    return edges


def _conditions(edges: list[dt.date]) -> list[str]:
    """Conditions on the date that cut the input into spans of whole days."""
    if not edges:
        return [""]
    literals = [f"CAST('{edge}' AS DATE)" for edge in edges]
    middle = [f"i.date >= {a} AND i.date < {b}" for a, b in itertools.pairwise(literals)]
    return [f"(i.date < {literals[0]} OR i.date IS NULL)", *middle, f"i.date >= {literals[-1]}"]


def _periods(firsts: list[dt.date], starts: list[dt.date], number: int) -> tuple[int, int]:
    """Numbers of the first and the last period that chunk `number` can touch; `starts` are the chunks' first days."""
    first = bisect.bisect_right(firsts, starts[number]) - 1
    last = bisect.bisect_left(firsts, starts[number + 1]) - 1 if number + 1 < len(starts) else len(firsts) - 1
    return max(first, 0), max(last, 0)


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

    def lines(self, more: str = "", source: str = "chunk") -> str:
        """Each line met, with its group and whole micrograms. One join of one or two integers."""
        terms = [term[2] for term in plan.ok_terms(self.method, self.shape)]
        if self.shape.has("_bad"):
            terms.append("i._bad IS NULL")
        spend = self.column("spend", "DOUBLE")
        by_piece, by_money = f"{self.column('pieces', 'DOUBLE')} * c.piece_ug", f"{spend} * c.money_ug"
        limit = plan.number(LINE_UG_MAX)
        shelf = "LEFT JOIN shelf AS s ON s.product_id = i.product_id" if more else ""
        days, period = (
            ("LEFT JOIN days AS d ON d.date = i.date", " AND c.period_no = d.period_no") if self.many else ("", "")
        )
        return f"""
        SELECT i.order_id, i.date, {spend} AS spend,
          CASE WHEN {by_piece} IS NOT NULL THEN c.piece_group ELSE c.money_group END AS group_no,
          CASE WHEN NOT ({" AND ".join(terms)}) THEN NULL WHEN {by_piece} <= {limit} THEN CAST(ROUND({by_piece}) AS BIGINT)
            WHEN {by_piece} IS NULL AND {by_money} <= {limit} THEN CAST(ROUND({by_money}) AS BIGINT) END AS ug{more}
        FROM {source} AS i {shelf} {days}
        LEFT JOIN chunk_cells AS c ON c.product_id = i.product_id{period}"""

    def met(self) -> str:
        """The lines, narrow."""
        money = f"CAST(ROUND(spend * {MICRO}) AS BIGINT) AS spend"
        return f"SELECT order_id, date, group_no, ug, {money} FROM ({self.lines()}) AS l"

    def orders(self) -> str:
        """Per order and day: grams of the accepted lines (NULL if there is none), money of all."""
        return f"""
        SELECT order_id, date, CAST(SUM(ug) AS BIGINT) AS co2e_ug, CAST(SUM(spend) AS DOUBLE) / {MICRO} AS spend,
          COUNT(*) AS lines, COUNT(*) - COUNT(ug) AS rejected_lines FROM met GROUP BY order_id, date"""

    def by_day(self) -> str:
        """Per day and group, with the standard deviation of its factor. What entries and totals are made of."""
        span = self.names.span
        return f"""
        SELECT b.date, y.year, b.group_no // {span} AS shelf_no, s.factor_no, b.ug, b.spend, b.lines,
          CAST(ROUND(b.ug * s.rel_sd) AS BIGINT) AS sd, s.level, s.gap_years, CAST(ROUND(b.ug * s.native) AS BIGINT) AS native
        FROM (SELECT date, group_no, CAST(SUM(ug) AS BIGINT) AS ug, CAST(SUM(spend) AS BIGINT) AS spend, COUNT(*) AS lines
          FROM met WHERE ug IS NOT NULL GROUP BY date, group_no) AS b
        INNER JOIN calendar AS y ON y.date = b.date
        INNER JOIN spread AS s ON s.period_no = y.period_no AND s.factor_no = b.group_no % {span}"""

    def entries(self) -> str:
        """Per day, category and tier, in numbers. Reads `by_day`."""
        tiers = len(TIERS)
        return f"""
        SELECT e.date, CAST(e.shelf_no // {tiers} AS INTEGER) AS category_no, CAST(e.shelf_no % {tiers} AS TINYINT) AS tier_no,
          CAST(0 AS TINYINT) AS part_no, {plan.dominant_factor("e.top")} AS factor_no, e.level, e.total AS co2e_ug,
          {plan.ranges("total", False)}
        FROM (SELECT date, shelf_no, CAST(SUM(ug) AS BIGINT) AS total, CAST(SUM(ug) AS DOUBLE) AS m,
            SUM(CAST(sd AS INT128) * sd) AS v, {plan.DOMINANT} AS top, MAX(level) AS level
          FROM by_day GROUP BY date, shelf_no) AS e"""

    def totals(self) -> str:
        """Per year, tier and factor: what the run's ranges are made of. Reads `by_day`."""
        return f"""
        SELECT year, shelf_no % {len(TIERS)} AS tier, factor_no, CAST(SUM(ug) AS DECIMAL(38, 0)) AS ug,
          CAST(SUM(sd) AS DECIMAL(38, 0)) AS sd, CAST(SUM(native) AS DECIMAL(38, 0)) AS native, MAX(gap_years) AS gap_years
        FROM by_day GROUP BY year, shelf_no % {len(TIERS)}, factor_no"""

    def shares(self) -> str:
        """Per year, category and tier: grams, money, lines. Reads `by_day`."""
        return f"""
        SELECT year, shelf_no // {len(TIERS)} AS category_no, shelf_no % {len(TIERS)} AS tier,
          CAST(SUM(ug) AS DECIMAL(38, 0)) AS ug, CAST(SUM(spend) AS DECIMAL(38, 0)) AS spend,
          CAST(SUM(lines) AS BIGINT) AS lines
        FROM by_day GROUP BY year, shelf_no // {len(TIERS)}, shelf_no % {len(TIERS)}"""

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
        lines = self.lines(more, "suspects")
        return f"SELECT file, row_no, activity_id, field, reason, found, expected FROM ({lines}) AS l WHERE ug IS NULL"


@told()
def _chunk(backend: Backend, lines: OrderLines, outputs: Outputs, out: Path, number: int) -> None:
    """Write one chunk's parts of the run's tables from the view `chunk`."""

    def to(table: str) -> Path:
        return closing.chunk_file(out, number, table)

    backend.temp("met", lines.met())
    backend.copy(lines.orders(), to("orders"))
    backend.temp("by_day", lines.by_day())
    outputs.entries(backend, lines.entries(), to("entries"))
    backend.copy(lines.totals(), to("totals"))
    backend.copy(lines.shares(), to("shares"))
    bad = backend.fetch("SELECT COUNT(*) AS n, COUNT(order_id) AS named FROM met WHERE ug IS NULL").to_pylist()[0]
    if bad["n"]:
        only = "i.order_id IN (SELECT order_id FROM met WHERE ug IS NULL AND order_id IS NOT NULL GROUP BY order_id)"
        if bad["named"] < bad["n"]:
            only += " OR i.order_id IS NULL"
        backend.temp("suspects", f"SELECT * FROM chunk AS i WHERE {only}")
        backend.copy(lines.rejected(), to("rejected"))
    for name in ("met", "by_day", "suspects"):
        backend.temp(name, "SELECT 1 AS gone")
    write_json(out / "chunks" / f"{number:05}.json", {"chunk": number})


@told()
def _close(out: Path, names: Names, rows: int, chunks: int) -> dict[str, Any]:
    """The run's tables and the record of what it found."""
    record: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    totals, shares = closing.chunk_tables(out, "totals", chunks), closing.chunk_tables(out, "shares", chunks)
    for table in ("entries", "orders"):
        closing.keep(out, table, chunks)
    rejected, reasons = closing.keep_rejected(out, chunks)
    total = closing.range_of(totals)
    accepted = sum(shares.column("lines").to_pylist())
    if accepted + rejected != rows:
        raise AssertionError(f"{rows} lines in, {accepted} accepted, {rejected} rejected: a line vanished")
    years = _groups(shares, totals, "year")
    for group in years.values():
        group["ug_per_money"] = group["co2e_ug"] / group["spend"] if group["spend"] else 0.0
    change = {
        later: years[later]["ug_per_money"] / years[sooner]["ug_per_money"] - 1
        for sooner, later in itertools.pairwise(sorted(years))
        if years[sooner]["ug_per_money"]
    }
    gaps = totals.group_by(["factor_no"], use_threads=False).aggregate([("gap_years", "max")]).sort_by("factor_no")
    record.update({
        "status": "done", "lines_in": rows, "lines_accepted": accepted, "lines_rejected": rejected,
        "rejected_by_reason": reasons, "orders": tables.rows(out / "orders.parquet"),
        "totals": {**total, "by_tier": _groups(shares, totals, "tier", TIERS),
                   "by_category": _groups(shares, None, "category_no", names.categories), "by_year": years,
                   "intensity_change": change, "by_scope_ug": {"scope 3 category 1": total["co2e_ug"]},
                   "gwp_native_share": _share(sum(closing.ints(totals.column("native"))), total["co2e_ug"])},
        "vintage_gap_years_by_factor": {
            names.factors[number]: gap or 0
            for number, gap in zip(gaps.column("factor_no").to_pylist(), gaps.column("gap_years_max").to_pylist(), strict=True)
        },
        "coverage_lines": accepted / rows if rows else None,
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    })  # fmt: skip
    return record


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _groups(
    shares: pa.Table, totals: pa.Table | None, key: str, names: Sequence[str] | None = None
) -> dict[str, dict[str, float]]:
    """Grams, money and lines by the values of one column; with their range, if `totals` has that column."""
    groups = closing.summed(shares, [key], ["ug", "spend", "lines"])
    columns = (closing.ints(groups.column(name)) for name in ("ug", "spend", "lines"))
    found = {}
    for value, ug, spend, lines in zip(groups.column(key).to_pylist(), *columns, strict=True):
        group = {"co2e_ug": ug, "spend": spend / MICRO, "lines": lines}
        if totals is not None:
            group |= closing.range_of(totals.filter(pc.equal(totals.column(key), value)))
        found[str(value if names is None else names[value] if value < len(names) else NO_CATEGORY)] = group
    return found
