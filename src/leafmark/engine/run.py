"""A run: one execution of a method over an input, as a folder that explains itself.

The folder grows so that it can be killed anywhere: `run.json` says `running`; each chunk of subjects is written under
`chunks/` and counts once its own small JSON is renamed into place; at the end the chunks become one file per table,
and `run.json`, renamed last, says `done`. Starting the same run again finds its chunks and goes on; the run's id is
the hash of everything that determines its figures, so the same work has the same id.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import math
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import leafmark
from leafmark.engine import components, plan
from leafmark.engine.backends import Backend, DuckDB, RunError
from leafmark.engine.codes import Codes, make_codes
from leafmark.engine.inputs import Source, open_input
from leafmark.engine.schema import STAGES, Z95
from leafmark.engine.settings import Settings
from leafmark.factors.model import Pack
from leafmark.methods.model import Method

__all__ = ["Run", "RunError", "Settings", "open_run", "run"]

SCHEMA = "leafmark.run/1"
CHUNK_LINES = 1_000_000
"""Lines of input per chunk where the file is sorted by subject: small hash tables stay in the processor's cache."""

CHUNK_LINES_UNSORTED = 6_000_000
"""Where it is not, every chunk reads the whole file: fewer, larger ones."""

TABLES = ("entries", "products", "rejected")
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Run:
    """A finished run."""

    path: Path
    record: dict[str, Any]

    @property
    def id(self) -> str:
        """The run's id."""
        return str(self.record["run_id"])

    def table(self, name: str) -> pa.Table:
        """`entries`, `products` or `rejected` as Arrow."""
        return pq.read_table(self.path / f"{name}.parquet")


def home() -> Path:
    """Where runs live that are named by id alone: `$LEAFMARK_HOME`, else `~/.leafmark`."""
    return Path(os.environ.get("LEAFMARK_HOME", Path.home() / ".leafmark"))


def open_run(path_or_id: str | Path) -> Run:
    """A finished run by its folder, or by its id under `$LEAFMARK_HOME/runs`."""
    for folder in (Path(path_or_id), home() / "runs" / str(path_or_id)):
        record = folder / "run.json"
        if record.is_file():
            content = json.loads(record.read_text(encoding="utf-8"))
            if content.get("schema") != SCHEMA:
                raise RunError(f"{record}: schema {content.get('schema')!r}; expected {SCHEMA!r}")
            if content["status"] != "done":
                raise RunError(f"{folder}: the run is {content['status']}; start the same command again to finish it")
            return Run(folder, content)
    raise RunError(f"{path_or_id}: no run there (no run.json), nor under {home() / 'runs'}")


def write_json(path: Path, content: Any) -> None:
    """Write whole or not at all: a temporary file, flushed to disk, then renamed."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as handle:
        json.dump(content, handle, ensure_ascii=False, indent=2, default=str)
        handle.write("\n")
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)


def _absolute(name: str) -> str:
    """A file's absolute path, so that explain and replay find it from anywhere; other names stay."""
    return str(Path(name).resolve()) if Path(name).exists() else name


def identity(method: Method, sources: Sequence[Source], packs: Sequence[Pack], settings: Settings) -> str:
    """The run's id: a hash of all that determines its figures."""
    content = {
        "schema": SCHEMA,
        "method": method.hash,
        "inputs": [source.digest for source in sources],
        "packs": sorted(pack.hash for pack in packs),
        "known_on": str(settings.known_on),
        "gwp": [settings.gwp, settings.gwp_strict],
        "run_date": str(settings.default_date),
        "lines": settings.lines,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:20]


def start(
    out: Path, run_id: str, method: Method, sources: Sequence[Source], packs: Sequence[Pack], settings: Settings
) -> dict[str, Any] | None:
    """Claim the folder for this run; the finished record if it is there already."""
    record = out / "run.json"
    if record.is_file():
        found = json.loads(record.read_text(encoding="utf-8"))
        if found.get("run_id") != run_id:
            raise RunError(
                f"{out} holds another run ({found.get('run_id')}: other input, packs, method or settings); "
                "choose another --out, or remove that folder"
            )
        if found["status"] == "done":
            return dict(found)
    elif out.exists() and any(out.iterdir()):
        unknown = [p.name for p in out.iterdir() if p.name not in ("chunks", "packs", "staging", "run.tmp")]
        if unknown:
            raise RunError(f"{out} is not empty and holds no run ({unknown[0]}, ...); choose another --out")
    out.mkdir(parents=True, exist_ok=True)
    for pack in packs:
        folder = out / "packs" / pack.id
        if not folder.exists():
            pack.write(folder)
    write_json(record, {
        "schema": SCHEMA, "run_id": run_id, "status": "running", "leafmark": leafmark.__version__,
        "method": {"id": method.id, "version": method.version, "hash": method.hash, "book": method.book,
                   "boundary": method.boundary},
        "inputs": [{"file": _absolute(s.name), "sha256": s.digest, "rows": s.rows} for s in sources],
        "packs": [{"id": p.id, "version": p.version, "sha256": p.hash} for p in packs],
        "known_on": str(settings.known_on), "gwp": settings.gwp, "gwp_strict": settings.gwp_strict,
        "run_date": str(settings.default_date), "lines": settings.lines,
        "started": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    })  # fmt: skip
    return None


def lognormal_range(mean_ug: int, variance: int | float) -> tuple[int, int]:
    """95 % range of a sum by moment matching (Fenton 1960), in the unit of the mean; low <= mean <= high."""
    if mean_ug <= 0 or variance <= 0:
        return mean_ug, mean_ug
    s2 = math.log1p(float(variance) / (float(mean_ug) * float(mean_ug)))
    low = mean_ug * math.exp(-s2 / 2 - Z95 * math.sqrt(s2))
    high = mean_ug * math.exp(-s2 / 2 + Z95 * math.sqrt(s2))
    return min(mean_ug, math.floor(low)), max(mean_ug, math.floor(high) + 1)


def total_range(by_factor: dict[tuple[int, bool], list[int]]) -> dict[str, int]:
    """Total and range from {(factor, is_credit): [ug, sd, own_var]}: charges and credits as groups of their own."""
    groups = {False: [0, 0], True: [0, 0]}
    for (_, negative), (ug, sd, own) in by_factor.items():
        groups[negative][0] += abs(ug)
        groups[negative][1] += sd * sd + own
    (charge, charge_var), (credit, credit_var) = groups[False], groups[True]
    low, high = lognormal_range(charge, charge_var)
    low_c, high_c = lognormal_range(credit, credit_var)
    total = charge - credit
    down = math.hypot(charge - low, high_c - credit) if credit else charge - low
    up = math.hypot(high - charge, credit - low_c) if credit else high - charge
    return {"co2e_ug": total, "low_ug": total - math.ceil(down), "high_ug": total + math.ceil(up)}


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
) -> Run:
    """Run a method over an input.

    Parameters
    ----------
    source : path, `DATABASE::TABLE`, Arrow, pandas or polars, with the method's columns.
    packs : the pinned packs, checked.
    out : the run's folder; a killed run of the same work is continued.
    engine : makes the backend from a folder for its spill files; DuckDB by default.
    progress : called with (chunks done, chunks, what).

    Raises
    ------
    InputError : the input cannot be read. RunError : the folder holds another run, or the input has a cycle.
    """
    began = time.perf_counter(), time.process_time()
    out = Path(out)
    ready = open_input(source, method.columns, out / "staging")
    run_id = identity(method, [ready], packs, settings)
    finished = start(out, run_id, method, [ready], packs, settings)
    if finished is not None:
        return Run(out, finished)
    (out / "chunks").mkdir(exist_ok=True)
    backend = engine(out / "chunks" / "spill") if engine else DuckDB(out / "chunks" / "spill")
    try:
        backend.source("input_raw", ready)
        ready = components.expand(backend, method, ready)
        codes = make_codes(backend, method, packs, ready, settings)
        if chunk_lines is None:
            chunk_lines = backend.chunk_lines
        if chunk_lines is None:
            chunk_lines = CHUNK_LINES if sorted_by(ready, method.subject) else CHUNK_LINES_UNSORTED
        bounds = _bounds(backend, method, ready, chunk_lines, out)
        for number, where in enumerate(bounds):
            if progress:
                progress(number, len(bounds), "footprints")
            if not (out / "chunks" / f"{number:05}.json").is_file():
                _chunk(backend, method, codes, ready, settings, out, run_id, number, where)
        if progress:
            progress(len(bounds), len(bounds), "footprints")
    finally:
        backend.close()
    record = _finish(out, method, codes, ready, len(bounds))
    record["wall_s"] = round(time.perf_counter() - began[0], 3)
    record["cpu_s"] = round(time.process_time() - began[1], 3)
    write_json(out / "run.json", record)
    shutil.rmtree(out / "chunks", ignore_errors=True)
    shutil.rmtree(out / "staging", ignore_errors=True)
    return Run(out, record)


def sorted_by(source: Source, column: str) -> bool:
    """Whether the row groups of the input's Parquet files hold ranges of `column` that follow each other."""
    last: Any = None
    for path in source.paths:
        metadata = pq.read_metadata(path)
        if column not in metadata.schema.names:
            return False
        index = metadata.schema.names.index(column)
        for group in range(metadata.num_row_groups):
            statistics = metadata.row_group(group).column(index).statistics
            if statistics is None or not statistics.has_min_max or (last is not None and statistics.min < last):
                return False
            last = statistics.max
    return True


def _bounds(backend: Backend, method: Method, source: Source, chunk_lines: int, out: Path) -> list[str]:
    """Conditions that cut the subjects into ranges; kept in the folder, so that a restart cuts alike."""
    kept = out / "chunks" / "bounds.json"
    if kept.is_file():
        return list(json.loads(kept.read_text(encoding="utf-8")))
    pieces = -(-source.rows // chunk_lines)
    conditions = [""]
    if pieces > 1:
        column = method.subject
        step = max(1, source.rows // (pieces * 64))
        sample = backend.fetch(
            f"SELECT {column} AS subject FROM (SELECT {column}, ROW_NUMBER() OVER (ORDER BY {column}) AS n FROM "
            f"(SELECT {column}, COUNT(*) AS c FROM input GROUP BY {column}) AS g) AS x WHERE n % {step} = 0 ORDER BY subject"
        ).column("subject").to_pylist()  # fmt: skip
        cuts = sorted({sample[len(sample) * k // pieces] for k in range(1, pieces)}) if sample else []
        literal = [repr(cut) if isinstance(cut, int) else "'" + str(cut).replace("'", "''") + "'" for cut in cuts]
        edges: list[str | None] = [None, *literal, None] if literal else []
        conditions = [] if literal else [""]
        for low, high in itertools.pairwise(edges):
            terms = [f"i.{column} >= {low}"] if low else []
            terms += [f"i.{column} < {high}"] if high else []
            conditions.append(" AND ".join(terms) if low else f"({' AND '.join(terms)} OR i.{column} IS NULL)")
    write_json(kept, conditions)
    return conditions


def _chunk(
    backend: Backend, method: Method, codes: Codes, source: Source, settings: Settings, out: Path, run_id: str,
    number: int, where: str,
) -> None:  # fmt: skip
    shape = codes.shape(source, settings, where)
    stem = out / "chunks" / f"{number:05}"
    backend.temp("grouped", plan.grouped(method, shape))
    backend.copy(plan.totals(method, shape), stem.with_suffix(".totals.parquet"))
    literals = _Literals(method, run_id)
    if settings.lines:
        backend.copy(literals.lines(plan.lines(method, shape, detail=True)), stem.with_suffix(".entries.parquet"))
    else:
        backend.copy(literals.entries(plan.entries(method, shape)), stem.with_suffix(".entries.parquet"))
    backend.copy(literals.subjects(plan.subjects(method, shape)), stem.with_suffix(".products.parquet"))
    bad = pq.read_table(stem.with_suffix(".totals.parquet"), columns=["bad"]).column("bad")
    if any(bad.to_pylist()):
        subject = "(SELECT subject FROM grouped WHERE bad > 0 GROUP BY subject)"
        name = f"i.{method.subject}"
        only = f"({name} IN {subject} OR {name} IS NULL)"
        narrow = codes.shape(source, settings, f"{where} AND {only}" if where else only)
        backend.copy(plan.rejected(method, narrow), stem.with_suffix(".rejected.parquet"))
    backend.temp("grouped", "SELECT 1 AS gone")
    write_json(stem.with_suffix(".json"), {"chunk": number, "where": where})


class _Literals:
    """Wraps the plans' results in the output schemas: names for numbers, constants of the run."""

    def __init__(self, method: Method, run_id: str) -> None:
        self.method, self.run_id = method, run_id
        self.stage = "CASE e.stage_no " + " ".join(f"WHEN {n} THEN '{s}'" for n, s in enumerate(STAGES)) + " END"

    def _by_part(self, values: list[int | None]) -> str:
        if len(set(values)) == 1:
            return f"CAST({'NULL' if values[0] is None else values[0]} AS TINYINT)"
        whens = " ".join(f"WHEN {n} THEN {'NULL' if v is None else v}" for n, v in enumerate(values))
        return f"CAST(CASE e.part_no {whens} END AS TINYINT)"

    def _columns(self, activity: str, date: str, tier: str) -> str:
        m = self.method
        return (
            f"'{self.run_id}' AS run_id, {activity} AS activity_id, CAST(e.subject AS VARCHAR) AS subject_id, "
            f"{date} AS date, '{m.book}' AS book, {self._by_part([p.scope for p in m.parts])} AS scope, "
            f"{self._by_part([p.category for p in m.parts])} AS category, {self.stage} AS stage, "
            f"'{m.id}' AS method_id, {m.version} AS method_version, f.factor_id AS factor_id, "
            f"CAST(e.level AS TINYINT) AS factor_level, {tier} AS tier"
        )

    def entries(self, sql: str) -> str:
        columns = self._columns("CAST(NULL AS VARCHAR)", "CAST(NULL AS DATE)", self.method.tier)
        return (
            f"SELECT {columns}, e.co2e_ug, e.low_ug, e.high_ug, CAST(NULL AS VARCHAR) AS gases "
            f"FROM ({sql}) AS e LEFT JOIN factor_names AS f ON f.factor_no = e.factor_no"
        )

    def lines(self, sql: str) -> str:
        columns = self._columns("CAST(e.activity_id AS VARCHAR)", "e.date", self.method.tier)
        low, high = plan.bound("m", "v", -1), plan.bound("m", "v", 1)
        size = "CAST(ABS(ug) AS DOUBLE) AS m, ABS(ug) * rel_sd * (ABS(ug) * rel_sd) AS v"
        bounds = (
            f"CASE WHEN e.ug < 0 THEN -GREATEST(-e.ug, CAST(FLOOR({high}) + 1 AS BIGINT)) "
            f"ELSE LEAST(e.ug, CAST(FLOOR({low}) AS BIGINT)) END AS low_ug, "
            f"CASE WHEN e.ug < 0 THEN -LEAST(-e.ug, CAST(FLOOR({low}) AS BIGINT)) "
            f"ELSE GREATEST(e.ug, CAST(FLOOR({high}) + 1 AS BIGINT)) END AS high_ug"
        )
        identity_sql = "in_activity_id" if "in_activity_id" in sql else "in__row"
        return (
            f"SELECT {columns}, e.ug AS co2e_ug, {bounds}, CAST(NULL AS VARCHAR) AS gases FROM "
            f"(SELECT l.*, {identity_sql} AS activity_id, {size} FROM ({sql}) AS l WHERE l.ug IS NOT NULL) AS e "
            "LEFT JOIN factor_names AS f ON f.factor_no = e.factor_no"
        )

    def subjects(self, sql: str) -> str:
        return (
            f"SELECT e.subject AS product_id, e.status, e.co2e_ug, e.low_ug, e.high_ug, "
            f"{', '.join(f'e.{stage}_ug' for stage in STAGES)}, e.lines, e.rejected_lines, f.factor_id AS factor_id, "
            f"CAST(e.factor_level AS TINYINT) AS factor_level, {self.method.tier} AS tier, e.vintage_gap_years, "
            f"e.primary_ug, e.gwp_native_ug FROM ({sql}) AS e LEFT JOIN factor_names AS f ON f.factor_no = e.factor_no"
        )


REJECTED_SCHEMA = pa.schema([
    ("file", pa.string()), ("row", pa.int64()), ("activity_id", pa.string()), ("field", pa.string()),
    ("reason", pa.string()), ("found", pa.string()), ("expected", pa.string()),
])  # fmt: skip


def _finish(out: Path, method: Method, codes: Codes, source: Source, chunks: int) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    for table in ("entries", "products"):
        join_files([out / "chunks" / f"{n:05}.{table}.parquet" for n in range(chunks)], out / f"{table}.parquet")
    pieces = [p for n in range(chunks) if (p := out / "chunks" / f"{n:05}.rejected.parquet").is_file()]
    found = [pq.read_table(p).rename_columns(REJECTED_SCHEMA.names).cast(REJECTED_SCHEMA) for p in pieces]
    rejected = pa.concat_tables([REJECTED_SCHEMA.empty_table(), *found]).sort_by(
        [("file", "ascending"), ("row", "ascending")]
    )
    rejected = first_reason(rejected)
    pq.write_table(rejected, out / "rejected.parquet", compression="zstd")
    by_factor: dict[tuple[int, bool], list[int]] = {}
    by_stage: dict[str, int] = {}
    by_scope: dict[str, int] = {}
    native = 0.0
    for number in range(chunks):
        for row in pq.read_table(out / "chunks" / f"{number:05}.totals.parquet").to_pylist():
            if row["ug"] is None:
                continue
            row["ug"] = int(row["ug"])
            sums = by_factor.setdefault((row["factor_no"], bool(row.get("negative"))), [0, 0, 0])
            for n, name in enumerate(("ug", "sd", "own_var")):
                sums[n] += int(row[name] or 0)
            part = method.parts[row["part_no"]]
            scope = (
                f"scope {part.scope}" + (f" category {part.category}" if part.category else "")
                if part.scope
                else "product"
            )
            by_scope[scope] = by_scope.get(scope, 0) + row["ug"]
            by_stage[STAGES[row["stage_no"]]] = by_stage.get(STAGES[row["stage_no"]], 0) + row["ug"]
            native += row["ug"] * codes.native[row["factor_no"]]
    reasons: dict[str, int] = {}
    for reason in rejected.column("reason").to_pylist():
        reasons[reason] = reasons.get(reason, 0) + 1
    total = total_range(by_factor)
    record.update({
        "status": "done", "lines_in": source.rows, "lines_rejected": rejected.num_rows,
        "lines_accepted": source.rows - rejected.num_rows, "rejected_by_reason": dict(sorted(reasons.items())),
        "totals": {**total, "by_stage_ug": by_stage, "by_scope_ug": by_scope,
                   "gwp_native_share": native / total["co2e_ug"] if total["co2e_ug"] else 0.0},
        "coverage_lines": (source.rows - rejected.num_rows) / source.rows if source.rows else None,
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    })  # fmt: skip
    return record


def first_reason(rejected: pa.Table) -> pa.Table:
    """One row per rejected line: a line of several parts or stages is rejected once."""
    if rejected.group_by(["file", "row"]).aggregate([]).num_rows == rejected.num_rows:
        return rejected
    seen: set[tuple[Any, Any]] = set()
    keep = []
    files, rows = rejected.column("file").to_pylist(), rejected.column("row").to_pylist()
    for index, place in enumerate(zip(files, rows, strict=True)):
        if place not in seen:
            seen.add(place)
            keep.append(index)
    return rejected.take(pa.array(keep, pa.int64()))


def join_files(files: list[Path], target: Path) -> None:
    """One Parquet file out of the chunks', in constant memory, renamed into place."""
    if len(files) == 1:
        if files[0].is_file() or not target.is_file():  # else a killed run had come this far
            files[0].replace(target)
        return
    temporary = target.with_suffix(".tmp")
    with pq.ParquetWriter(temporary, pq.read_schema(files[0]), compression="snappy") as writer:
        for file in files:
            opened = pq.ParquetFile(file)
            for group in range(opened.num_row_groups):
                writer.write_table(opened.read_row_group(group))
    temporary.replace(target)
