"""The run's tables written: names for numbers, and what is constant in a run.

Plans give numbers; names are put on here as Arrow dictionaries, so that a text repeated two million times costs its
index, and Parquet gets each once. The streams come in batches, so a table is never whole in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leafmark.engine import gases, plan, sums
from leafmark.engine.backends import Backend
from leafmark.engine.lookup import Lookup
from leafmark.engine.plan import Shape
from leafmark.engine.schema import STAGES
from leafmark.methods.model import Method

STATUSES = ("complete", "unknown")

_PLAIN = frozenset({"subject_id", "product_id", "order_id", "activity_id", "spend"})
"""Columns of many values: a dictionary would only be built to be given up."""

_FOUND_BY = ("subject_id", "product_id", "order_id", "activity_id", "date")
"""Columns whose least and greatest value per row group a reader may look for."""


def write(batches: Iterable[pa.RecordBatch], path: Path) -> None:
    """Write batches of one schema as a Parquet file, a row group each."""
    writer: pq.ParquetWriter | None = None
    for batch in batches:
        if writer is None:
            names = batch.schema.names
            coded = [name for name in names if name not in _PLAIN and not name.endswith("_ug")]
            found_by = [name for name in _FOUND_BY if name in names]
            writer = pq.ParquetWriter(
                path, batch.schema, compression="snappy", use_dictionary=coded or False,
                write_statistics=found_by or False, store_schema=False,
            )  # fmt: skip
        writer.write_batch(batch)
    if writer is None:
        raise AssertionError(f"{path}: a stream without even an empty batch has no schema")
    writer.close()


class Outputs:
    """Entries and products of one method's run.

    Parameters
    ----------
    factors, categories, tiers : the names of `factor_no` and, where a plan gives them, `category_no` (the entry's
        subject) and `tier_no`.
    chosen : the factors, where a table by factor is asked for.
    """

    def __init__(
        self, method: Method, run_id: str, factors: Sequence[str], categories: Sequence[str | None] = (),
        tiers: Sequence[str] = (), chosen: Lookup | None = None,
    ) -> None:  # fmt: skip
        self.method, self.run_id, self.chosen = method, run_id, chosen
        self.factors = pa.array(factors, pa.string())
        self.categories = pa.array(categories, pa.string())
        self.tiers = pa.array(tiers, pa.string())
        self.stages = pa.array(STAGES, pa.string())
        self.tier = method.tier.strip("'")  # a method states it as SQL

    def entries(self, backend: Backend, sql: str, path: Path) -> None:
        """Per subject, stage and part."""
        write(map(self._entries, backend.stream(sql)), path)

    def lines(self, backend: Backend, shape: Shape, path: Path) -> None:
        """Every line of `chunk` with a result. Its range is that of its factor and of its own amount."""
        low, high = sums.bound("m", "s2", -1), sums.bound("m", "s2", 1)
        mean, variance = (
            "CAST(ABS(ug) AS DOUBLE)",
            "(CAST(ABS(ug) AS DOUBLE) * rel_sd * (CAST(ABS(ug) AS DOUBLE) * rel_sd)",
        )
        if plan.amount_gsd(self.method, shape):
            variance += f" + {mean} * COALESCE(own_sd, 0) * ({mean} * COALESCE(own_sd, 0))"
        size = f"{mean} AS m, {sums.spread(mean, variance + ')')} AS s2"
        part_no = "e.part_no" if shape.parts > 1 else "CAST(0 AS TINYINT) AS part_no"
        bounds = (
            f"CASE WHEN e.ug < 0 THEN -GREATEST(-e.ug, CAST(FLOOR({high}) + 1 AS BIGINT)) "
            f"ELSE LEAST(e.ug, CAST(FLOOR({low}) AS BIGINT)) END AS low_ug, "
            f"CASE WHEN e.ug < 0 THEN -LEAST(-e.ug, CAST(FLOOR({low}) AS BIGINT)) "
            f"WHEN e.ug = 0 THEN e.ug ELSE GREATEST(e.ug, CAST(FLOOR({high}) + 1 AS BIGINT)) END AS high_ug"
        )
        identity = "in_activity_id" if shape.has("activity_id") else "in__row"
        split = "LEFT JOIN factor_gases AS n ON n.number = e.factor_no" if shape.gases else ""
        every = f"""
        SELECT e.subject, CAST(e.{identity} AS VARCHAR) AS activity_id, e.date, e.stage_no, {part_no}, e.factor_no, e.level,
          e.ug AS co2e_ug, {bounds}{gases.of_line(shape.gases, "e.ug")}
        FROM (SELECT l.*, {size} FROM ({plan.lines(self.method, shape, "chunk")}) AS l WHERE l.ug IS NOT NULL) AS e {split}"""
        write(map(self._entries, backend.stream(every)), path)

    def subjects(self, backend: Backend, sql: str, path: Path) -> None:
        """Per product."""
        write(map(self._products, backend.stream(sql)), path)

    def by_factor(self, backend: Backend, sql: str, path: Path) -> None:
        """Per subject, stage, part and factor."""
        chosen = self.chosen
        assert chosen is not None
        keys, units = pa.array(chosen.factor_keys(), pa.string()), pa.array(chosen.factor_units(), pa.string())
        parts = pa.array([part.name for part in self.method.parts], pa.string())

        def named(batch: pa.RecordBatch) -> pa.RecordBatch:
            factor_no, part_no = batch.column("factor_no"), batch.column("part_no")
            columns: dict[str, Any] = {
                "subject_id": batch.column("subject").cast(pa.string()),
                "scope": self._of_part([part.scope for part in self.method.parts], part_no),
                "category": self._of_part([part.category for part in self.method.parts], part_no),
                "stage": self._named(batch, "stage_no", self.stages),
                "part": pa.DictionaryArray.from_arrays(part_no, parts),
                "key": pa.DictionaryArray.from_arrays(factor_no, keys),
                "factor_id": pa.DictionaryArray.from_arrays(factor_no, self.factors),
                "factor_level": batch.column("level").cast(pa.int8()),
                "lines": batch.column("lines").cast(pa.int64()),
                "amount": pc.divide(batch.column("amount_parts"), float(plan.AMOUNT_PARTS)),
                "unit": pa.DictionaryArray.from_arrays(factor_no, units),
                **{name: batch.column(name) for name in ("co2e_ug", "sd_ug", "own_sd_ug", "low_ug", "high_ug")},
                "gases": gases.struct(batch),
            }
            return pa.RecordBatch.from_pydict(columns)

        write(map(named, backend.stream(sql)), path)

    def _same(self, text: str, rows: int) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int8)), pa.array([text], pa.string()))

    def _of_part(self, values: list[int | None], part_no: pa.Array) -> pa.Array:
        return pa.array(values, pa.int8()).take(part_no)

    def _named(self, batch: pa.RecordBatch, number: str, names: pa.Array) -> pa.Array:
        if number not in batch.schema.names:
            return pa.nulls(batch.num_rows, pa.string())
        return pa.DictionaryArray.from_arrays(batch.column(number), names)

    def _subject(self, batch: pa.RecordBatch) -> pa.Array:
        if len(self.categories):
            return self.categories.take(batch.column("category_no"))
        return batch.column("subject").cast(pa.string())

    def _entries(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        rows, parts, method = batch.num_rows, self.method.parts, self.method
        has = set(batch.schema.names)
        columns: dict[str, Any] = {
            "run_id": self._same(self.run_id, rows),
            "activity_id": batch.column("activity_id") if "activity_id" in has else pa.nulls(rows, pa.string()),
            "subject_id": self._subject(batch),
            "date": batch.column("date") if "date" in has else pa.nulls(rows, pa.date32()),
            "book": self._same(method.book, rows),
            "scope": self._of_part([part.scope for part in parts], batch.column("part_no")),
            "category": self._of_part([part.category for part in parts], batch.column("part_no")),
            "stage": self._named(batch, "stage_no", self.stages),
            "method_id": self._same(method.id, rows),
            "method_version": pa.repeat(pa.scalar(method.version, pa.int32()), rows),
            "factor_id": pa.DictionaryArray.from_arrays(batch.column("factor_no"), self.factors),
            "factor_level": batch.column("level").cast(pa.int8()),
            "tier": self._named(batch, "tier_no", self.tiers) if len(self.tiers) else self._same(self.tier, rows),
            **{name: batch.column(name) for name in ("co2e_ug", "low_ug", "high_ug")},
            "gases": gases.struct(batch),
        }
        return pa.RecordBatch.from_pydict(columns)

    def _products(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        status = pc.greater(batch.column("bad"), 0).cast(pa.int8())
        columns: dict[str, Any] = {
            "product_id": batch.column("subject"),
            "status": pa.DictionaryArray.from_arrays(status, pa.array(STATUSES, pa.string())),
            **{name: batch.column(name) for name in ("co2e_ug", "low_ug", "high_ug")},
            **{f"{stage}_ug": batch.column(f"{stage}_ug") for stage in STAGES},
            "lines": batch.column("lines"),
            "rejected_lines": batch.column("rejected_lines"),
            "factor_id": pa.DictionaryArray.from_arrays(batch.column("factor_no"), self.factors),
            "factor_level": batch.column("factor_level").cast(pa.int8()),
            "tier": self._same(self.tier, batch.num_rows),
            "vintage_gap_years": batch.column("vintage_gap_years").cast(pa.int16()),
            "primary_ug": batch.column("primary_ug"),
            "gwp_native_ug": batch.column("gwp_native_ug"),
        }
        return pa.RecordBatch.from_pydict(columns)
