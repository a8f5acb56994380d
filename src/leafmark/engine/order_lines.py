"""Order lines: millions of purchases to grams per order, day and category.

The catalogue is met once: for each product and period, grams per piece (mass tier, else count tier) and grams per unit
of money (spend tier). Each line then costs one join on (product, period), one multiplication and one rounding; the
orders' sums and the days' entries come from the same pass. Days run in chunks, so memory does not grow with the input.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from leafmark.engine import components, lookup, plan
from leafmark.engine.backends import Backend, DuckDB
from leafmark.engine.codes import distinct, register
from leafmark.engine.inputs import InputError, open_input
from leafmark.engine.run import (
    REJECTED_SCHEMA,
    Progress,
    Run,
    first_reason,
    identity,
    join_files,
    start,
    total_range,
    write_json,
)
from leafmark.engine.schema import LINE_UG_MAX
from leafmark.engine.settings import Settings
from leafmark.factors import units
from leafmark.factors.model import Pack
from leafmark.methods.model import Column, Method
from leafmark.methods.retail import RETAIL_PURCHASE, TIERS

CHUNK_LINES = 5_000_000
"""Order lines per chunk of days: about a month of 60 million lines a year."""

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
    finished = start(out, run_id, method, [ready, shelf], packs, settings)
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
        names = _meet_catalogue(backend, method, packs, shelf.columns, days, settings)
        shape = plan.Shape(0, 0, 1, ready.columns, settings.default_date)
        conditions = _chunks(per_day, chunk_lines)
        for number, where in enumerate(conditions):
            if progress:
                progress(number, len(conditions), "orders")
            if not (out / "chunks" / f"{number:05}.json").is_file():
                _chunk(backend, method, shape, out, run_id, number, where, names)
        if progress:
            progress(len(conditions), len(conditions), "orders")
    finally:
        backend.close()
    record = _finish(out, ready.rows, len(conditions))
    record["wall_s"] = round(time.perf_counter() - began[0], 3)
    record["cpu_s"] = round(time.process_time() - began[1], 3)
    write_json(out / "run.json", record)
    shutil.rmtree(out / "chunks", ignore_errors=True)
    shutil.rmtree(out / "staging", ignore_errors=True)
    return Run(out, record)


def _chunks(per_day: list[dict[str, Any]], chunk_lines: int) -> list[str]:
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


def _meet_catalogue(
    backend: Backend, method: Method, packs: Sequence[Pack], columns: frozenset[str], days: list[dt.date],
    settings: Settings,
) -> dict[str, list[str]]:  # fmt: skip
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

    mass = "CASE WHEN s.mass_kg > 0 AND u1.dim = c1.dim THEN s.mass_kg * (u1.to_base * c1.ug_per_base) END"
    count = "CASE WHEN s.count_amount > 0 AND u2.dim = c2.dim THEN s.count_amount * (u2.to_base * c2.ug_per_base) END"
    backend.temp(
        "product_cells",
        f"""
        SELECT s.product_id, p.period_no, g.category_no, COALESCE({mass}, {count}) AS piece_ug,
          CAST(CASE WHEN {mass} IS NOT NULL THEN 0 ELSE 1 END AS TINYINT) AS piece_tier,
          CASE WHEN {mass} IS NOT NULL THEN c1.factor_no ELSE c2.factor_no END AS piece_factor,
          CASE WHEN m.ratio IS NOT NULL THEN m.ratio * c3.ug_per_base END AS money_ug, c3.factor_no AS money_factor
        FROM shelf AS s CROSS JOIN period_years AS p
        LEFT JOIN categories AS g ON g.category = s.category LEFT JOIN regions AS r ON r.region = s.region
        LEFT JOIN keys AS k1 ON k1.key = s.mass_key LEFT JOIN keys AS k2 ON k2.key = s.count_key
        LEFT JOIN keys AS k3 ON k3.key = s.spend_key LEFT JOIN unit_codes AS u1 ON u1.unit = 'kg'
        LEFT JOIN unit_codes AS u2 ON u2.unit = s.count_unit
        LEFT JOIN cells AS c1 ON c1.cell = {cell(1)} LEFT JOIN cells AS c2 ON c2.cell = {cell(2)}
        LEFT JOIN cells AS c3 ON c3.cell = {cell(3)}
        LEFT JOIN money AS m ON m.dim = c3.dim AND m.currency = s.currency AND m.year = p.year""",
    )
    backend.temp(
        "spread",
        """
        SELECT p.period_no, c.factor_no, MAX(c.rel_sd) AS rel_sd, MAX(c.gap_years) AS gap_years, MIN(c.level) AS level
        FROM cells AS c INNER JOIN period_years AS p ON p.period_no = c.cell % """
        + str(spans)
        + """
        GROUP BY p.period_no, c.factor_no""",
    )
    factors = [chosen.factor_name(n) for n in range(len(chosen.factors))]
    backend.table("factor_names", pa.table({
        "factor_no": pa.array(range(len(factors)), pa.int32()), "factor_id": pa.array(factors, pa.string()),
    }))  # fmt: skip
    return {"factors": factors, "categories": categories}


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


def _lines(method: Method, shape: plan.Shape, where: str) -> str:
    """Each line met, with its tier and whole micrograms. One join of two integers."""
    terms = [term[2] for term in plan.ok_terms(method, shape)]
    if shape.has("_bad"):
        terms.append("i._bad IS NULL")
    ok = " AND ".join(terms)
    pieces = "i.pieces" if shape.has("pieces") else "CAST(NULL AS DOUBLE)"
    spend = "i.spend" if shape.has("spend") else "CAST(NULL AS DOUBLE)"
    by_piece, by_money = f"{pieces} * c.piece_ug", f"{spend} * c.money_ug"
    limit = plan.number(LINE_UG_MAX)
    return f"""
    SELECT i.order_id, i.date, d.period_no, c.category_no, {spend} AS spend,
      CAST(CASE WHEN {by_piece} IS NOT NULL THEN c.piece_tier ELSE 2 END AS TINYINT) AS tier,
      CASE WHEN {by_piece} IS NOT NULL THEN c.piece_factor ELSE c.money_factor END AS factor_no,
      CASE WHEN NOT ({ok}) THEN NULL WHEN {by_piece} <= {limit} THEN CAST(ROUND({by_piece}) AS BIGINT)
        WHEN {by_piece} IS NULL AND {by_money} <= {limit} THEN CAST(ROUND({by_money}) AS BIGINT) END AS ug
    FROM input AS i LEFT JOIN days AS d ON d.date = i.date
    LEFT JOIN product_cells AS c ON c.product_id = i.product_id AND c.period_no = d.period_no
    {f"WHERE {where}" if where else ""}"""


def _rejected(method: Method, shape: plan.Shape, where: str) -> str:
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

    lines = (
        _lines(method, shape, where)
        .replace(
            "SELECT i.order_id,",
            f"SELECT i._file AS file, i._row AS row_no, {text('activity_id')} AS activity_id, {pick(2)} AS field, "
            f"{pick(1)} AS reason, {pick(3)} AS found, {pick(4)} AS expected, i.order_id,",
            1,
        )
        .replace("LEFT JOIN days AS d", "LEFT JOIN shelf AS s ON s.product_id = i.product_id LEFT JOIN days AS d", 1)
    )
    return f"SELECT file, row_no, activity_id, field, reason, found, expected FROM ({lines}) AS l WHERE ug IS NULL"


def _chunk(
    backend: Backend, method: Method, shape: plan.Shape, out: Path, run_id: str, number: int, where: str,
    names: dict[str, list[str]],
) -> None:  # fmt: skip
    stem = out / "chunks" / f"{number:05}"
    backend.temp("met", _lines(method, shape, where))
    backend.copy(
        "SELECT order_id, date, CAST(SUM(ug) AS BIGINT) AS co2e_ug, SUM(spend) AS spend, COUNT(*) AS lines, "
        "COUNT(*) - COUNT(ug) AS rejected_lines FROM met GROUP BY order_id, date",
        stem.with_suffix(".orders.parquet"),
    )
    backend.temp(
        "by_day",
        """
        SELECT m.date, m.period_no, m.category_no, m.tier, m.factor_no, CAST(SUM(m.ug) AS BIGINT) AS ug,
          SUM(m.spend) AS spend, COUNT(*) AS lines FROM met AS m WHERE m.ug IS NOT NULL
        GROUP BY m.date, m.period_no, m.category_no, m.tier, m.factor_no""",
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
        stem.with_suffix(".entries.parquet"),
    )
    totals = backend.fetch("""
        SELECT y.year, b.category_no, b.tier, b.factor_no, CAST(SUM(b.ug) AS BIGINT) AS ug,
          CAST(SUM(CAST(ROUND(b.ug * s.rel_sd) AS BIGINT)) AS BIGINT) AS sd, SUM(b.spend) AS spend, SUM(b.lines) AS lines,
          MAX(s.gap_years) AS gap_years
        FROM by_day AS b INNER JOIN period_years AS y ON y.period_no = b.period_no
        LEFT JOIN spread AS s ON s.period_no = b.period_no AND s.factor_no = b.factor_no
        GROUP BY y.year, b.category_no, b.tier, b.factor_no""").to_pylist()
    counts = backend.fetch("SELECT COUNT(*) AS lines, COUNT(ug) AS accepted FROM met").to_pylist()[0]
    baskets = pq.read_metadata(stem.with_suffix(".orders.parquet")).num_rows
    if counts["lines"] != counts["accepted"]:
        backend.copy(_rejected(method, shape, where), stem.with_suffix(".rejected.parquet"))
    for name in ("met", "by_day"):
        backend.temp(name, "SELECT 1 AS gone")
    for row in totals:
        row["category"] = names["categories"][row.pop("category_no")]
        row["factor"] = names["factors"][row["factor_no"]]
        row["tier"] = TIERS[row["tier"]]
        row["lines"] = int(row["lines"])
    pq.write_table(pa.Table.from_pylist(totals), stem.with_suffix(".totals.parquet"))
    write_json(stem.with_suffix(".json"), {"orders": baskets, **counts})


def _finish(out: Path, rows: int, chunks: int) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    for table in ("entries", "orders"):
        join_files([out / "chunks" / f"{n:05}.{table}.parquet" for n in range(chunks)], out / f"{table}.parquet")
    pieces = [p for n in range(chunks) if (p := out / "chunks" / f"{n:05}.rejected.parquet").is_file()]
    found = [pq.read_table(p).rename_columns(REJECTED_SCHEMA.names).cast(REJECTED_SCHEMA) for p in pieces]
    rejected = pa.concat_tables([REJECTED_SCHEMA.empty_table(), *found]).sort_by(
        [("file", "ascending"), ("row", "ascending")]
    )
    rejected = first_reason(rejected)
    pq.write_table(rejected, out / "rejected.parquet", compression="zstd")
    by_factor: dict[tuple[int, bool], list[int]] = {}
    views: dict[str, dict[str, dict[str, float]]] = {"tier": {}, "category": {}, "year": {}}
    gaps: dict[str, int] = {}
    baskets = accepted = 0
    for number in range(chunks):
        chunk = json.loads((out / "chunks" / f"{number:05}.json").read_text(encoding="utf-8"))
        baskets += chunk["orders"]
        accepted += chunk["accepted"]
        for row in pq.read_table(out / "chunks" / f"{number:05}.totals.parquet").to_pylist():
            sums = by_factor.setdefault((row["factor_no"], False), [0, 0, 0])
            sums[0] += row["ug"]
            sums[1] += row["sd"]
            gaps[row["factor"]] = max(gaps.get(row["factor"], 0), row["gap_years"] or 0)
            for view, groups in views.items():
                group = groups.setdefault(str(row[view]), {"co2e_ug": 0, "spend": 0.0, "lines": 0})
                group["co2e_ug"] += row["ug"]
                group["spend"] += row["spend"] or 0.0
                group["lines"] += row["lines"]
    if accepted + rejected.num_rows != rows:
        raise AssertionError(f"{rows} lines in, {accepted} accepted, {rejected.num_rows} rejected: a line vanished")
    for group in views["year"].values():
        group["ug_per_money"] = group["co2e_ug"] / group["spend"] if group["spend"] else 0.0
    years = sorted(views["year"])
    change = {
        later: views["year"][later]["ug_per_money"] / views["year"][sooner]["ug_per_money"] - 1
        for sooner, later in itertools.pairwise(years)
        if views["year"][sooner]["ug_per_money"]
    }
    reasons: dict[str, int] = {}
    for reason in rejected.column("reason").to_pylist():
        reasons[reason] = reasons.get(reason, 0) + 1
    record.update({
        "status": "done", "lines_in": rows, "lines_accepted": accepted, "lines_rejected": rejected.num_rows,
        "rejected_by_reason": dict(sorted(reasons.items())), "orders": baskets,
        "totals": {**total_range(by_factor), "by_tier": views["tier"], "by_category": views["category"],
                   "by_year": views["year"], "intensity_change": change,
                   "by_scope_ug": {"scope 3 category 1": sum(s[0] for s in by_factor.values())}},
        "vintage_gap_years_by_factor": gaps,
        "coverage_lines": accepted / rows if rows else None,
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    })  # fmt: skip
    return record
