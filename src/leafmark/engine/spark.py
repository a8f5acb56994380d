"""The same plans on Apache Spark, for tables that outgrow one machine.

`run(..., engine=lambda spill: Spark(master, spill))`.

A plan is rewritten to Spark's dialect by `portable.write`, never by hand, and sums whole micrograms, so the number of
executors does not show in the result. Spark is lazy where the plans say "once": every `temp` is written to Parquet in
a *scratch* folder and read back, which also keeps a bill's rounds of components from growing into one deep plan.

What it costs: 5 to 15 s to start a session, about 0.2 s for every temp or copy however small. DuckDB wins on anything
that fits one machine; Spark is for what does not, or for data that already lie beside a cluster. Equality of the two
is held by `tests/spark`.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import shutil
import uuid
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from leafmark.engine.backends import BATCH_ROWS
from leafmark.engine.inputs import InputError, Source
from leafmark.engine.portable import translate
from leafmark.methods.model import Column

CHUNK_LINES = 1 << 60
"""One chunk: Spark spills by itself, and each further chunk would read the input again."""

SESSION: dict[str, str] = {
    "spark.sql.ansi.enabled": "true",  # overflow and bad casts are errors, as in DuckDB
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",  # scale 0 throughout: nothing to lose but the error
    "spark.sql.parquet.compression.codec": "snappy",
    # Wide CASE expressions: what Spark infers from them grows exponentially, and planning alone takes gigabytes.
    "spark.sql.constraintPropagation.enabled": "false",
}
"""What the plans' meaning rests on: set on every session, after the caller's own settings."""

LOCAL: dict[str, str] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "8",
}
"""Defaults of a session started here with a `local` master; the caller's settings come over them."""

_GLOB = re.compile(r"([\[\]{}*?\\])")
_TYPE_NAMES = {
    "text": ("string",), "float": ("double", "float", "bigint", "int", "smallint", "tinyint"), "date": ("date",),
    "bool": ("boolean",), "id": ("string", "bigint", "int", "smallint", "tinyint"),
}  # fmt: skip


class SparkError(RuntimeError):
    """Spark cannot be used as asked: what was found, what to do."""


@contextmanager
def _arrow_only() -> Iterator[None]:
    """PySpark warns of new pandas wherever it passes Arrow tables; no pandas object is made here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield


def _session(master: str | None, spill: Path, settings: Mapping[str, str]) -> tuple[Any, bool]:
    """A session of its own, and whether the Spark under it was started here (and is to be stopped)."""
    try:
        with _arrow_only():
            from pyspark.sql import SparkSession
    except ImportError as error:
        raise SparkError(
            "the Spark engine needs pyspark and Java 17 or newer: pip install 'leafmark[spark]'"
        ) from error
    active = SparkSession.getActiveSession()
    if active is None:
        options: dict[str, str] = {"spark.app.name": "leafmark", "spark.sql.warehouse.dir": str(spill / "warehouse")}
        if master:
            options["spark.master"] = master
            if master.startswith("local"):
                options |= LOCAL | {"spark.local.dir": str(spill)}
        builder = SparkSession.builder
        for name, value in (options | dict(settings) | SESSION).items():
            builder = builder.config(name, value)
        with _arrow_only():
            return builder.getOrCreate(), True
    running = active.sparkContext.master
    if master and master != running:
        raise SparkError(f"a Spark session of master {running} is running in this process; stop it to use {master}")
    session = active.newSession()
    for name, value in (dict(settings) | SESSION).items():
        session.conf.set(name, value)
    return session, False


class Spark:
    """Apache Spark as a backend of plans.

    Parameters
    ----------
    master : `local[2]`, `spark://host:7077`, `yarn`, ...; None for the running session's, or spark-submit's own.
        A session that runs in this process already is used (beside the caller's views) and left running.
    spill : folder on this machine for Spark's spill files; removed at `close`.
    settings : Spark's own settings, such as `{"spark.executor.memory": "8g"}`.
    scratch : a folder every worker can write (`s3a://...`, `hdfs://...`, a shared disk), for tables computed once and
        for results on their way here. By default it lies in `spill`, which only a `local` master may do.

    Raises
    ------
    SparkError : pyspark is missing, another master runs in this process, or a cluster has no `scratch`.
    """

    name = "spark"
    chunk_lines: int | None = CHUNK_LINES
    workers = 1

    def __init__(
        self, master: str | None, spill: Path, settings: Mapping[str, str] | None = None, scratch: str | None = None
    ) -> None:
        spill.mkdir(parents=True, exist_ok=True)
        self.spill = spill.resolve()
        self.session, self._started = _session(master, self.spill, settings or {})
        running = self.session.sparkContext.master
        if scratch is None and not running.startswith("local"):
            self.close_session()
            raise SparkError(
                f"master {running}: workers cannot write to this machine's disk; name a folder they all can reach: "
                "scratch='s3a://bucket/tmp' or 'hdfs:///tmp'"
            )
        base = scratch.rstrip("/") if scratch else str(self.spill)
        self.scratch = f"{base}/leafmark-{uuid.uuid4().hex[:12]}"
        self._local = scratch is None
        self._kept: dict[str, str] = {}
        self._count = 0

    def sql(self, sql: str) -> str:
        """The statement as Spark writes it, once it has passed the portable subset."""
        return translate(sql, "spark")

    def source(self, view: str, source: Source) -> None:
        """Give an input the name `view`; any Parquet path Spark can read, with `_file` and `_row` from 1."""
        frame = self.session.read.parquet(*(_literal_path(path) for path in source.paths))
        names = [f"`{name}`" for name in sorted(source.columns)]
        if {"_file", "_row"} <= set(frame.columns):
            frame = frame.selectExpr(*names, "_file", "_row")
        else:
            frame = frame.selectExpr(*names, f"{_file_name(source.paths)} AS _file", "_metadata.row_index + 1 AS _row")
        frame.createOrReplaceTempView(view)

    def table(self, name: str, table: pa.Table) -> None:
        """Copy a small Arrow table in."""
        with _arrow_only():
            self.session.createDataFrame(table).createOrReplaceTempView(name)

    def temp(self, name: str, sql: str) -> None:
        """Compute once, as Parquet in the scratch folder; an earlier table of that name is removed."""
        folder, schema = self._write(sql, name)
        self.session.read.schema(schema).parquet(_literal_path(folder)).createOrReplaceTempView(name)
        before = self._kept.pop(name, None)
        if before:
            self._remove(before)
        self._kept[name] = folder

    def view(self, name: str, sql: str) -> None:
        """Name a plan."""
        self.session.sql(self.sql(sql)).createOrReplaceTempView(name)

    def fetch(self, sql: str) -> pa.Table:
        """Bring a small result here."""
        with _arrow_only():
            return self.session.sql(self.sql(sql)).toArrow()

    def stream(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Bring a result in batches.

        The workers write a folder of parts in parallel; from a remote scratch it is fetched by Hadoop's own client. The
        limit is this machine's disk: twice the result.
        """
        folder, _ = self._write(sql, "stream")
        here = Path(folder)
        if not self._local:
            here = self.spill / f"fetched-{self._count}"
            self._files(folder)[0].copyToLocalFile(False, self._path(folder), self._path(here.as_uri()), True)
        parts = sorted(here.glob("*.parquet"))
        empty = True
        for part in parts:
            with pq.ParquetFile(part) as opened:
                for batch in opened.iter_batches(BATCH_ROWS):
                    empty = False
                    yield batch
        if empty:
            yield pa.RecordBatch.from_pylist([], pq.read_schema(parts[0]))
        self._remove(folder)
        shutil.rmtree(here, ignore_errors=True)

    def copy(self, sql: str, path: Path) -> None:
        """Write one Parquet file on this machine, in constant memory."""
        batches = self.stream(sql)
        first = next(batches)
        with pq.ParquetWriter(path, first.schema, compression="snappy") as writer:
            for batch in itertools.chain((first,), batches):
                writer.write_batch(batch)

    def crew(self, most: int) -> Sequence[Spark]:
        """Itself: Spark spreads one plan over its executors."""
        return (self,)

    def interrupt(self) -> None:
        """Stop the running jobs."""
        self.session.sparkContext.cancelAllJobs()

    def close(self) -> None:
        """Remove scratch and spill files; stop Spark if it was started here."""
        self._remove(self.scratch)
        self.close_session()
        shutil.rmtree(self.spill, ignore_errors=True)

    def close_session(self) -> None:
        """Stop Spark if it was started here."""
        if self._started:
            self.session.stop()

    def _write(self, sql: str, name: str) -> tuple[str, Any]:
        """Run a plan into a new folder of the scratch; the folder and the schema."""
        frame = self.session.sql(self.sql(sql))
        untyped = [field.name for field in frame.schema.fields if field.dataType.typeName() == "void"]
        if untyped:  # Parquet has no type for a column that is only NULL; an integer, as DuckDB writes it
            typed = {n: f"CAST(`{n}` AS INT) AS `{n}`" for n in untyped}
            frame = frame.selectExpr(*(typed.get(n, f"`{n}`") for n in frame.columns))
        self._count += 1
        folder = f"{self.scratch}/{name}-{self._count}"
        frame.write.parquet(folder)
        return folder, frame.schema

    def _path(self, text: str) -> Any:
        return self.session._jvm.org.apache.hadoop.fs.Path(text)

    def _files(self, folder: str) -> tuple[Any, Any]:
        path = self._path(folder)
        return path.getFileSystem(self.session._jsparkSession.sessionState().newHadoopConf()), path

    def _remove(self, folder: str) -> None:
        if self._local:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            files, path = self._files(folder)
            files.delete(path, True)


def remote_source(
    path: str, columns: Sequence[Column], master: str | None = None, settings: Mapping[str, str] | None = None,
    spill: Path | None = None,
) -> Source:  # fmt: skip
    """An input only Spark can reach (`s3a://...`, `hdfs://...`, ...), for `run` in place of a path.

    Reads no cells twice: it must be Parquet whose columns have the method's types. `digest` is the sha256 of the files'
    (path, size, time of change, rows), since nobody reads a lake twice to hash it: a file rewritten with the same size
    at the same instant would pass for unchanged. Starts a session if none runs, and leaves it for the run.

    Raises
    ------
    InputError : not readable, a required column is missing, or a column has another type.
    """
    from pyspark.errors import PySparkException

    session, _ = _session(master, spill or Path(os.environ.get("TMPDIR", "/tmp")), settings or {})
    try:
        frame = session.read.parquet(path)
        found = {field.name: field.dataType.simpleString() for field in frame.schema.fields}
        missing = sorted(column.name for column in columns if column.required and column.name not in found)
        if missing:
            raise InputError(f"{path}: column {', '.join(missing)} is missing; found: {', '.join(found)}")
        for column in columns:
            if column.name in found and found[column.name] not in _TYPE_NAMES[column.type]:
                raise InputError(
                    f"{path}: column {column.name} is {found[column.name]}; expected {column.type} "
                    f"({', '.join(_TYPE_NAMES[column.type])}): remote input is read as it is, convert it first"
                )
        listing = frame.selectExpr(
            "_metadata.file_path AS f", "_metadata.file_size AS s",
            "CAST(_metadata.file_modification_time AS STRING) AS t"
        ).groupBy("f", "s", "t").count().collect()  # fmt: skip
    except PySparkException as error:
        raise InputError(f"{path}: Spark cannot read it as Parquet: {str(error).splitlines()[0]}") from error
    rows = sum(int(row["count"]) for row in listing)
    text = "\n".join(sorted(f"{row['f']} {row['s']} {row['t']} {row['count']}" for row in listing))
    have = frozenset(column.name for column in columns if column.name in found)
    return Source(path, "", (path,), have, hashlib.sha256(text.encode()).hexdigest(), rows)


def _is_local(path: str) -> bool:
    return "://" not in path


def _literal_path(path: str) -> str:
    """A path on this machine with Hadoop's wildcards escaped, absolute; anything else as it is."""
    return _GLOB.sub(r"\\\1", os.path.abspath(path)) if _is_local(path) else path


def _file_name(paths: Sequence[str]) -> str:
    """SQL of a row's file as the caller named it: `_metadata.file_path` is an absolute URI, with %20 for a space."""
    local = [path for path in paths if _is_local(path)]
    if not local:
        return "_metadata.file_path"
    plain = "regexp_replace(_metadata.file_path, '^file:/+', '/')"
    absolute = f"url_decode(replace({plain}, '+', '%2B'))"
    renamed = [(os.path.abspath(path), path) for path in local if os.path.abspath(path) != path]
    if not renamed:
        return absolute
    pairs = ", ".join(f"{_text(full)}, {_text(given)}" for full, given in renamed)
    return f"coalesce(element_at(map({pairs}), {absolute}), {absolute})"


def _text(value: str) -> str:
    """A string literal in Spark's dialect, where a backslash escapes."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
