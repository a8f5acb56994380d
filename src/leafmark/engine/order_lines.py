"""Order lines: millions of purchases to grams per order, day and category.

The catalogue is met once (`catalogue.py`). Each line then costs one join on (product, period), one multiplication and
one rounding, kept narrow in `met`; the orders' sums and the days' entries are two aggregations of that. Days run in
chunks, so memory does not grow with the input. Money is summed in whole millionths of its unit: like grams, it then adds
up the same in any order.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from leafmark.engine import catalogue as shelves
from leafmark.engine import closing, components, plan, tables
from leafmark.engine.backends import Backend, DuckDB, told
from leafmark.engine.catalogue import CATALOGUE, Names
from leafmark.engine.inputs import open_input
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
        conditions = _conditions(per_day, chunk_lines)
        for number, condition in enumerate(conditions):
            if progress:
                progress(number, len(conditions), "orders")
            if not (out / "chunks" / f"{number:05}.json").is_file():
                backend.view("chunk", "SELECT * FROM input AS i" + (f" WHERE {condition}" if condition else ""))
                _chunk(backend, method, shape, out, run_id, number)
        if progress:
            progress(len(conditions), len(conditions), "orders")
    finally:
        backend.close()
    record = _close(out, names, ready.rows, len(conditions))
    record["wall_s"] = round(time.perf_counter() - began[0], 3)
    record["cpu_s"] = round(time.process_time() - began[1], 3)
    return finish(out, record)


def _conditions(per_day: list[dict[str, Any]], chunk_lines: int) -> list[str]:
    """Conditions on the date that cut the input into spans of whole days."""
    edges: list[dt.date] = []
    size = 0
    for row in per_day:
        if row["date"] is None:
            continue
        if size and size + row["n"] > chunk_lines:
            edges.append(row["date"])
            size = 0
        size += row["n"]
    if not edges:
        return [""]
    literals = [f"CAST('{edge}' AS DATE)" for edge in edges]
    middle = [f"i.date >= {a} AND i.date < {b}" for a, b in itertools.pairwise(literals)]
    return [f"(i.date < {literals[0]} OR i.date IS NULL)", *middle, f"i.date >= {literals[-1]}"]


def _lines(method: Method, shape: plan.Shape, more: str = "", source: str = "chunk") -> str:
    """Each line met, with its tier and whole micrograms. One join of two integers."""
    terms = [term[2] for term in plan.ok_terms(method, shape)]
    if shape.has("_bad"):
        terms.append("i._bad IS NULL")
    ok = " AND ".join(terms)
    pieces = "i.pieces" if shape.has("pieces") else "CAST(NULL AS DOUBLE)"
    spend = "i.spend" if shape.has("spend") else "CAST(NULL AS DOUBLE)"
    by_piece, by_money = f"{pieces} * c.piece_ug", f"{spend} * c.money_ug"
    limit = plan.number(LINE_UG_MAX)
    shelf = "LEFT JOIN shelf AS s ON s.product_id = i.product_id" if more else ""
    return f"""
    SELECT i.order_id, i.date, c.category_no, {spend} AS spend,
      CAST(CASE WHEN {by_piece} IS NOT NULL THEN c.piece_tier ELSE 2 END AS TINYINT) AS tier,
      CASE WHEN {by_piece} IS NOT NULL THEN c.piece_factor ELSE c.money_factor END AS factor_no,
      CASE WHEN NOT ({ok}) THEN NULL WHEN {by_piece} <= {limit} THEN CAST(ROUND({by_piece}) AS BIGINT)
        WHEN {by_piece} IS NULL AND {by_money} <= {limit} THEN CAST(ROUND({by_money}) AS BIGINT) END AS ug{more}
    FROM {source} AS i {shelf} LEFT JOIN days AS d ON d.date = i.date
    LEFT JOIN product_cells AS c ON c.product_id = i.product_id AND c.period_no = d.period_no"""


def _rejected(method: Method, shape: plan.Shape) -> str:
    """The lines of `suspects` without a result, each with its first reason."""
    cases = []

    def text(name: str) -> str:
        return f"CAST(i.{name} AS VARCHAR)" if shape.has(name) else "CAST(NULL AS VARCHAR)"

    if shape.has("_bad"):
        cases.append(("i._bad IS NOT NULL", "i._bad_reason", "i._bad", "i._bad_found", "i._bad_expected"))
    for reason, name, must, expected in plan.ok_terms(method, shape):
        quoted = "'" + expected.replace("'", "''") + "'"
        cases.append((f"NOT COALESCE({must}, FALSE)", f"'{reason}'", f"'{name}'", text(name), quoted))
    cases.append(
        (
            "s.product_id IS NULL",
            "'unknown_product'",
            "'product_id'",
            text("product_id"),
            "'a product of the catalogue'",
        )
    )
    pieces = "i.pieces" if shape.has("pieces") else "NULL"
    spend = "i.spend" if shape.has("spend") else "NULL"
    bare = f"({pieces} IS NULL OR c.piece_ug IS NULL) AND ({spend} IS NULL OR c.money_ug IS NULL)"
    cases.append(
        (bare, "'no_tier'", "'product_id'", text("product_id"), "'mass, count or spend with a factor for the date'")
    )
    last = ("'too_large'", "'pieces'", text("pieces"), "'at most 1 Mt in one line'")

    def pick(position: int) -> str:
        return "CASE " + " ".join(f"WHEN {c[0]} THEN {c[position]}" for c in cases) + f" ELSE {last[position - 1]} END"

    more = (
        f", i._file AS file, i._row AS row_no, {text('activity_id')} AS activity_id, {pick(2)} AS field, "
        f"{pick(1)} AS reason, {pick(3)} AS found, {pick(4)} AS expected"
    )
    lines = _lines(method, shape, more, "suspects")
    return f"SELECT file, row_no, activity_id, field, reason, found, expected FROM ({lines}) AS l WHERE ug IS NULL"


@told()
def _chunk(backend: Backend, method: Method, shape: plan.Shape, out: Path, run_id: str, number: int) -> None:
    """Write one chunk's parts of the run's tables from the view `chunk`."""

    def to(table: str) -> Path:
        return closing.chunk_file(out, number, table)

    micro = f"CAST(ROUND(spend * {MICRO}) AS BIGINT) AS spend"
    backend.temp(
        "met", f"SELECT order_id, date, category_no, tier, factor_no, ug, {micro} FROM ({_lines(method, shape)}) AS l"
    )
    backend.copy(
        f"SELECT order_id, date, CAST(SUM(ug) AS BIGINT) AS co2e_ug, CAST(SUM(spend) AS DOUBLE) / {MICRO} AS spend, "
        "COUNT(*) AS lines, COUNT(*) - COUNT(ug) AS rejected_lines FROM met GROUP BY order_id, date",
        to("orders"),
    )
    backend.temp(
        "by_day",
        """
        SELECT b.date, d.period_no, b.category_no, b.tier, b.factor_no, b.ug, b.spend, b.lines
        FROM (SELECT date, category_no, tier, factor_no, CAST(SUM(ug) AS BIGINT) AS ug,
            CAST(SUM(spend) AS BIGINT) AS spend, COUNT(*) AS lines
          FROM met WHERE ug IS NOT NULL GROUP BY date, category_no, tier, factor_no) AS b
        INNER JOIN days AS d ON d.date = b.date""",
    )
    part = method.parts[0]
    tier = "CASE e.tier " + " ".join(f"WHEN {n} THEN '{name}'" for n, name in enumerate(TIERS)) + " END"
    backend.copy(
        f"""
        SELECT '{run_id}' AS run_id, CAST(NULL AS VARCHAR) AS activity_id, g.category AS subject_id, e.date,
          '{method.book}' AS book, CAST({part.scope} AS TINYINT) AS scope, CAST({part.category} AS TINYINT) AS category,
          CAST(NULL AS VARCHAR) AS stage, '{method.id}' AS method_id, {method.version} AS method_version,
          f.factor_id AS factor_id, CAST(e.level AS TINYINT) AS factor_level, {tier} AS tier,
          e.total AS co2e_ug, {plan.ranges("total", False)}, CAST(NULL AS VARCHAR) AS gases
        FROM (SELECT b.date, b.category_no, b.tier, CAST(SUM(b.ug) AS BIGINT) AS total, CAST(SUM(b.ug) AS DOUBLE) AS m,
            SUM(CAST(CAST(ROUND(b.ug * s.rel_sd) AS BIGINT) AS INT128) * CAST(ROUND(b.ug * s.rel_sd) AS BIGINT)) AS v,
            {plan.DOMINANT.replace("ug", "b.ug").replace("factor_no", "b.factor_no")} AS top, MAX(s.level) AS level
          FROM by_day AS b LEFT JOIN spread AS s ON s.period_no = b.period_no AND s.factor_no = b.factor_no
          GROUP BY b.date, b.category_no, b.tier) AS e
        LEFT JOIN categories AS g ON g.category_no = e.category_no
        LEFT JOIN factor_names AS f ON f.factor_no = {plan.dominant_factor("e.top")}""",
        to("entries"),
    )
    backend.copy(
        """
        SELECT y.year, b.category_no, b.tier, b.factor_no, CAST(SUM(b.ug) AS DECIMAL(38, 0)) AS ug,
          CAST(SUM(CAST(ROUND(b.ug * s.rel_sd) AS BIGINT)) AS DECIMAL(38, 0)) AS sd,
          CAST(SUM(b.spend) AS DECIMAL(38, 0)) AS spend, CAST(SUM(b.lines) AS BIGINT) AS lines,
          MAX(s.gap_years) AS gap_years
        FROM by_day AS b INNER JOIN period_years AS y ON y.period_no = b.period_no
        LEFT JOIN spread AS s ON s.period_no = b.period_no AND s.factor_no = b.factor_no
        GROUP BY y.year, b.category_no, b.tier, b.factor_no""",
        to("totals"),
    )
    bad = backend.fetch("SELECT COUNT(*) AS n, COUNT(order_id) AS named FROM met WHERE ug IS NULL").to_pylist()[0]
    if bad["n"]:
        only = "i.order_id IN (SELECT order_id FROM met WHERE ug IS NULL AND order_id IS NOT NULL GROUP BY order_id)"
        if bad["named"] < bad["n"]:
            only += " OR i.order_id IS NULL"
        backend.view("suspects", f"SELECT * FROM chunk AS i WHERE {only}")
        backend.copy(_rejected(method, shape), to("rejected"))
    for name in ("met", "by_day"):
        backend.temp(name, "SELECT 1 AS gone")
    write_json(out / "chunks" / f"{number:05}.json", {"chunk": number})


@told()
def _close(out: Path, names: Names, rows: int, chunks: int) -> dict[str, Any]:
    """The run's tables and the record of what it found."""
    record: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    totals = closing.totals(out, chunks)
    for table in ("entries", "orders"):
        closing.keep(out, table, chunks)
    rejected, reasons = closing.keep_rejected(out, chunks)
    total = closing.range_of(totals)
    accepted = sum(totals.column("lines").to_pylist())
    if accepted + rejected != rows:
        raise AssertionError(f"{rows} lines in, {accepted} accepted, {rejected} rejected: a line vanished")
    tiers = _view(totals, "tier", TIERS)
    categories = _view(totals, "category_no", names.categories)
    years = _view(totals, "year")
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
        "totals": {**total, "by_tier": tiers, "by_category": categories, "by_year": years, "intensity_change": change,
                   "by_scope_ug": {"scope 3 category 1": total["co2e_ug"]}},
        "vintage_gap_years_by_factor": {
            names.factors[number]: gap or 0
            for number, gap in zip(gaps.column("factor_no").to_pylist(), gaps.column("gap_years_max").to_pylist(), strict=True)
        },
        "coverage_lines": accepted / rows if rows else None,
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    })  # fmt: skip
    return record


def _view(totals: pa.Table, key: str, names: Sequence[str] | None = None) -> dict[str, dict[str, float]]:
    """Grams, money and lines by the values of one column."""
    groups = closing.summed(totals, [key], ["ug", "spend", "lines"])
    columns = (closing.ints(groups.column(name)) for name in ("ug", "spend", "lines"))
    return {
        str(names[value] if names else value): {"co2e_ug": ug, "spend": spend / MICRO, "lines": lines}
        for value, ug, spend, lines in zip(groups.column(key).to_pylist(), *columns, strict=True)
    }
