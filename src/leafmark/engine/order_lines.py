"""Order lines: millions of purchases to grams per order, day and category.

The catalogue is met once (`catalogue.py`). Each line then costs one join on the product (and the period, where a chunk
holds several), one multiplication and one rounding, kept narrow in `met`: order, day, one integer for category, tier and
factor, grams, money. The orders' sums and `by_group` are two aggregations of that; entries and totals are small ones of
`by_group`. Days run in chunks, so memory does not grow with the input. Money is summed in whole millionths of its unit:
like grams, it then adds up the same in any order.
"""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leafmark.engine import catalogue as shelves
from leafmark.engine import chunks, closing, components, crew, gases, plan
from leafmark.engine.backends import Backend, DuckDB, count, told
from leafmark.engine.catalogue import CATALOGUE, Names
from leafmark.engine.held import held
from leafmark.engine.inputs import Source, open_input
from leafmark.engine.order_closing import close
from leafmark.engine.order_plan import OrderLines
from leafmark.engine.outputs import Outputs
from leafmark.engine.run import Counter, Progress
from leafmark.engine.run_folder import Run, claim, finish, identity, write_json
from leafmark.engine.settings import Settings
from leafmark.factors.model import Pack
from leafmark.methods.model import Method
from leafmark.methods.retail import RETAIL_PURCHASE_2, TIERS

__all__ = ["CATALOGUE", "orders"]

CHUNK_LINES = 1_250_000
"""Order lines per chunk of days."""


def orders(
    lines: Any,
    catalogue: Any,
    packs: Sequence[Pack],
    out: str | Path,
    settings: Settings,
    *,
    method: Method = RETAIL_PURCHASE_2,
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
    A run with `orders.parquet`, `days.parquet`, `categories.parquet` (by year and tier), `intensity.parquet` (grams per
    order by month, and the change against the same month a year before), `entries.parquet` (per day, category as subject,
    and tier) and `rejected.parquet`; columns in docs/formats.md. `run.json` totals per tier, category and year.
    """
    with held(Path(out)):
        return _orders(lines, catalogue, packs, Path(out), settings, method, engine, chunk_lines, progress)


def _orders(
    lines: Any, catalogue: Any, packs: Sequence[Pack], out: Path, settings: Settings, method: Method,
    engine: Callable[[Path], Backend] | None, chunk_lines: int, progress: Progress | None,
) -> Run:  # fmt: skip
    began = time.perf_counter(), time.process_time()
    ready = open_input(lines, method.columns, out / "staging", "lines")
    shelf = open_input(catalogue, CATALOGUE, out / "staging", "catalogue")
    run_id = identity(method, [ready, shelf], packs, settings)
    finished = claim(out, run_id, method, [ready, shelf], packs, settings)
    if finished is not None:
        return Run(out, finished)
    (out / "chunks").mkdir(exist_ok=True)
    backend = engine(out / "chunks" / "spill") if engine else DuckDB(out / "chunks" / "spill")
    try:
        spans = meet_lines(backend, method, packs, ready, shelf, settings, chunk_lines)
        names, conditions = spans.names, spans.conditions
        outputs = Outputs(method, run_id, names.factors, (*names.categories, None), TIERS)

        def work(worker: Backend, number: int) -> None:
            _chunk(worker, spans.chunk(worker, number), outputs, settings, out, number)

        left = chunks.left(out, len(conditions))
        crew.each(backend, left, work, Counter(progress, len(conditions) - len(left), len(conditions), "orders"))
    finally:
        backend.close()
    kept = ("orders",) if settings.no_entries else ("orders", "entries")
    record = close(out, names, ready.rows, len(conditions), kept)
    record["wall_s"] = round(time.perf_counter() - began[0], 3)
    record["cpu_s"] = round(time.process_time() - began[1], 3)
    return finish(out, record)


@dataclass(frozen=True)
class Spans:
    """Order lines whose catalogue is met, cut into chunks of whole days.

    `conditions` on the date, one per chunk ("" for all); `periods` the first and last period each can touch.
    """

    method: Method
    shape: plan.Shape
    names: Names
    conditions: list[str]
    periods: list[tuple[int, int]]

    def chunk(self, worker: Backend, number: int) -> OrderLines:
        """Make the views `chunk` and `chunk_cells` of one chunk; its plans."""
        condition, (first, last) = self.conditions[number], self.periods[number]
        worker.view("chunk", "SELECT * FROM input AS i" + (f" WHERE {condition}" if condition else ""))
        cells = f"SELECT * FROM product_cells AS c WHERE c.period_no BETWEEN {first} AND {last}"
        worker.view("chunk_cells", cells)
        return OrderLines(self.method, self.shape, self.names, many=last > first)


def meet_lines(
    backend: Backend, method: Method, packs: Sequence[Pack], lines: Source, shelf: Source, settings: Settings,
    chunk_lines: int = CHUNK_LINES,
) -> Spans:  # fmt: skip
    """Give the backend the lines and the catalogue, meet the catalogue, and cut the days into chunks."""
    backend.source("input_raw", lines)
    lines = components.expand(backend, method, lines)
    backend.source("catalogue", shelf)
    per_day = backend.fetch("SELECT date, COUNT(*) AS n FROM input GROUP BY date ORDER BY date").to_pylist()
    days = [row["date"] for row in per_day if row["date"] is not None]
    names = shelves.meet(backend, method, packs, shelf.columns, days, settings)
    shape = plan.Shape(0, 0, 1, lines.columns, settings.default_date, gases=gases.summed(names.gases))
    firsts = backend.fetch("SELECT first_day FROM periods ORDER BY period_no").column("first_day").to_pylist()
    edges = _edges(per_day, chunk_lines, set(firsts))
    conditions = _conditions(edges)
    starts = [days[0] if days else settings.default_date, *edges]
    return Spans(method, shape, names, conditions, [_periods(firsts, starts, n) for n in range(len(conditions))])


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


@told()
def _chunk(backend: Backend, lines: OrderLines, outputs: Outputs, settings: Settings, out: Path, number: int) -> None:
    """Write one chunk's parts of the run's tables from the view `chunk`."""

    def to(table: str) -> Path:
        return closing.chunk_file(out, number, table)

    backend.temp("found", lines.found())
    met = "SELECT * FROM found"
    if count(backend, "found") < count(backend, "chunk"):
        backend.temp("lost", lines.lost())
        met += " UNION ALL SELECT * FROM lost"
    backend.view("met", met)
    backend.temp("by_order", lines.orders())
    backend.copy(lines.order_rows(), to("orders"))
    backend.copy(lines.days(), to("days"))
    backend.temp("by_order", "SELECT 1 AS gone")
    backend.temp("by_group", lines.by_group(daily=not settings.no_entries))
    if not settings.no_entries:
        outputs.entries(backend, lines.entries(), to("entries"))
    backend.copy(lines.totals(), to("totals"))
    backend.copy(lines.shares(), to("shares"))
    bad = backend.fetch("SELECT COUNT(*) AS n, COUNT(order_id) AS named FROM met WHERE ug IS NULL").to_pylist()[0]
    if bad["n"]:
        only = "i.order_id IN (SELECT order_id FROM met WHERE ug IS NULL AND order_id IS NOT NULL GROUP BY order_id)"
        if bad["named"] < bad["n"]:
            only += " OR i.order_id IS NULL"
        backend.temp("suspects", f"SELECT * FROM chunk AS i WHERE {only}")
        backend.temp("few_cells", lines.few("chunk_cells"))
        backend.temp("few_products", lines.few("shelf"))
        backend.copy(lines.rejected(), to("rejected"))
    for name in ("found", "lost", "by_group", "suspects", "few_cells", "few_products"):
        backend.temp(name, "SELECT 1 AS gone")
    write_json(out / "chunks" / f"{number:05}.json", {"chunk": number})
