"""A run: one execution of a method over an input, chunk by chunk, into a folder that explains itself."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from leafmark.engine import chunks, closing, components, crew, gases, plan, proxies, refusals, sums
from leafmark.engine.advice import Advice
from leafmark.engine.backends import Backend, DuckDB, RunError, count, told
from leafmark.engine.closing import lognormal_range, total_range
from leafmark.engine.codes import Codes, make_codes
from leafmark.engine.held import held
from leafmark.engine.inputs import Source, open_input
from leafmark.engine.outputs import Outputs
from leafmark.engine.run_folder import SCHEMA, Run, claim, finish, home, identity, open_run, write_json
from leafmark.engine.schema import STAGES
from leafmark.engine.settings import Settings
from leafmark.factors.model import Pack
from leafmark.methods.model import Method

__all__ = [
    "SCHEMA", "Progress", "Run", "RunError", "Settings", "home", "identity", "lognormal_range", "open_run", "run",
    "total_range", "write_json",
]  # fmt: skip

Progress = Callable[[int, int, str], None]


class Counter:
    """Tells a progress callback, at once and after each call, how many chunks are done."""

    def __init__(self, progress: Progress | None, done: int, chunks: int, what: str) -> None:
        self.progress, self.done, self.chunks, self.what = progress, done - 1, chunks, what
        self()

    def __call__(self) -> None:
        """One more chunk is done."""
        self.done += 1
        if self.progress:
            self.progress(self.done, self.chunks, self.what)


def run(
    method: Method,
    source: Any,
    packs: Sequence[Pack],
    out: str | Path,
    settings: Settings,
    *,
    engine: Callable[[Path], Backend] | None = None,
    chunk_lines: int | None = None,
    progress: Progress | None = None,
    unique_ids: bool = False,
) -> Run:
    """Run a method over an input.

    Parameters
    ----------
    source : path, `DATABASE::TABLE`, Arrow, pandas or polars, with the method's columns.
    packs : the pinned packs, checked.
    out : the run's folder; a killed run of the same work is continued.
    engine : makes the backend from a folder for its spill files; DuckDB by default.
    progress : called with (chunks done, chunks, what).
    unique_ids : no id occurs twice in the input: whoever made it has looked, and the run need not.

    Raises
    ------
    InputError : the input cannot be read, or has a cycle. RunError : the folder holds another run. A run refused before
    its first chunk is done leaves nothing behind.
    """
    with held(Path(out)):
        return _run(method, source, packs, Path(out), settings, engine, chunk_lines, progress, unique_ids)


def _run(
    method: Method, source: Any, packs: Sequence[Pack], out: Path, settings: Settings,
    engine: Callable[[Path], Backend] | None, chunk_lines: int | None, progress: Progress | None, unique_ids: bool,
) -> Run:  # fmt: skip
    began = time.perf_counter(), time.process_time()
    ready = open_input(source, method.columns, out / "staging")
    run_id = identity(method, [ready], packs, settings)
    finished = claim(out, run_id, method, [ready], packs, settings)
    if finished is not None:
        return Run(out, finished)
    (out / "chunks").mkdir(exist_ok=True)
    backend = engine(out / "chunks" / "spill") if engine else DuckDB(out / "chunks" / "spill")
    try:
        backend.source("input_raw", ready)
        ready = components.expand(backend, method, ready, unique_ids)
        codes = make_codes(backend, method, packs, ready, settings)
        outputs = Outputs(method, run_id, codes.names, chosen=codes.lookup)
        conditions = chunks.conditions(backend, method, ready, chunk_lines, out)
        shape = codes.shape(ready, settings)

        def work(worker: Backend, number: int) -> None:
            where = f" WHERE {conditions[number]}" if conditions[number] else ""
            worker.view("chunk", f"SELECT * FROM input AS i{where}")
            _chunk(worker, method, shape, outputs, settings, out, number)

        left = chunks.left(out, len(conditions))
        crew.each(backend, left, work, Counter(progress, len(conditions) - len(left), len(conditions), "footprints"))
    finally:
        backend.close()
    kept = ("products", *(() if settings.no_entries else ("entries",)), *(("by_factor",) if settings.by_factor else ()))
    record = _close(out, method, codes, ready, len(conditions), kept, Advice(packs, method, settings))
    record["wall_s"] = round(time.perf_counter() - began[0], 3)
    record["cpu_s"] = round(time.process_time() - began[1], 3)
    return finish(out, record)


@told()
def _chunk(
    backend: Backend, method: Method, shape: plan.Shape, outputs: Outputs, settings: Settings, out: Path, number: int
) -> None:
    """Write one chunk's parts of the run's tables from the view `chunk`."""

    def to(table: str) -> Path:
        return closing.chunk_file(out, number, table)

    backend.temp("met", plan.met_by_factor(method, shape) if shape.by_factor else plan.met(method, shape))
    backend.copy(sums.totals(method, shape), to("totals"))
    if settings.lines:
        outputs.lines(backend, shape, to("entries"))
    elif not settings.no_entries:
        outputs.entries(backend, sums.entries(method, shape), to("entries"))
    if settings.by_factor:
        outputs.by_factor(backend, sums.by_factor(method, shape), to("by_factor"))
    refused = False
    if not (shape.by_factor and _all_met(backend, method, shape)):
        backend.temp("short", plan.short(method, shape))
        refused = count(backend, "short") > 0
    if refused:
        backend.temp("suspects", plan.suspects(method, shape))
        backend.temp("few_cells", plan.few_cells(method, shape))
        backend.temp("unmet", refusals.unmet(method, shape))
        backend.temp("refused", sums.refused_lines())
        backend.copy(refusals.rejected(method, shape), to("rejected"))
    outputs.subjects(backend, sums.subjects(method, shape, refused), to("products"))
    for name in ("met", "short", "suspects", "few_cells", "unmet", "refused"):
        backend.temp(name, "SELECT 1 AS gone")
    write_json(out / "chunks" / f"{number:05}.json", {"chunk": number})


def _all_met(backend: Backend, method: Method, shape: plan.Shape) -> bool:
    """Whether sums by factor tell that no line was refused: to look at every line for it costs a second pass."""
    if method.stage_shares or shape.has("_derived"):
        return False
    found = backend.fetch(plan.every_line_met(method, shape)).to_pylist()[0]
    return bool(found["unfit"] == 0 and found["n"] == count(backend, "chunk"))


@told()
def _close(
    out: Path, method: Method, codes: Codes, source: Source, count: int, kept: tuple[str, ...], advise: Advice
) -> dict[str, Any]:
    """The run's tables and the record of what it found."""
    record: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    for table in kept:
        closing.keep(out, table, count)
    rejected, reasons = closing.keep_rejected(out, count, advise)
    totals = closing.chunk_tables(out, "totals", count)
    total = closing.range_of(totals)
    by_stage = closing.summed(totals, ["stage_no"], ["ug"])
    by_part = closing.summed(totals, ["part_no"], ["ug"])
    by_factor = closing.summed(totals, ["factor_no"], ["ug"])
    scopes: dict[str, int] = {}
    for part_no, ug in zip(by_part.column("part_no").to_pylist(), closing.ints(by_part.column("ug")), strict=True):
        part = method.parts[part_no]
        scope = f"scope {part.scope}" if part.scope else method.book
        scope += f" category {part.category}" if part.scope and part.category else ""
        scopes[scope] = scopes.get(scope, 0) + ug
    of_factors = list(zip(by_factor.column("factor_no").to_pylist(), closing.ints(by_factor.column("ug")), strict=True))
    native = sum(ug * codes.native[number] for number, ug in of_factors)
    stages = zip(by_stage.column("stage_no").to_pylist(), closing.ints(by_stage.column("ug")), strict=True)
    record.update({
        "status": "done", "lines_in": source.rows, "lines_rejected": rejected,
        "lines_accepted": source.rows - rejected, "rejected_by_reason": reasons,
        "totals": {**total, "by_stage_ug": {STAGES[number]: ug for number, ug in stages}, "by_scope_ug": scopes,
                   "by_gas_ug": gases.totals(of_factors, codes.lookup.gases),
                   "gwp_native_share": closing.share(native, total["co2e_ug"]),
                   **({"proxy": proxies.found(method, codes.lookup.boundaries, totals, total["co2e_ug"])}
                      if proxies.possible(method) else {})},
        "coverage_lines": (source.rows - rejected) / source.rows if source.rows else None,
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    })  # fmt: skip
    return record
