"""A finished run counted again, for its sums to be explained: by its own plans, in DuckDB, from what it pinned.

`cube` is small whatever the run: micrograms by stage and part (of a bill) or day, category and tier (of order lines),
and by factor; it is what every sum of the run is made of. Subjects are too many to keep: who holds most of a sum is
asked of the lines again, chunk by chunk. No line is ever looked at in Python, and memory does not grow with the run.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from leafmark.engine import crew
from leafmark.engine.backends import Backend, DuckDB, told
from leafmark.engine.explain_address import Condition
from leafmark.engine.gases import Shares
from leafmark.engine.inputs import quote
from leafmark.engine.pinned import Pinned
from leafmark.engine.tables import scan

MEMORY_LIMIT = "2GB"
OF_FACTOR = ("factor", "key", "boundary", "theme", "source")
"""Kinds of address that a line has by its factor; of a recipe of several, their values joined by ` + `."""


@dataclass(frozen=True, slots=True)
class Bit:
    """Lines whose one factor errs as one: what ranges, gases and the part not restated are made of; micrograms.

    `sd` is the standard deviation that the factor brings, `own_var` the variance of the amounts' own errors, `native`
    the part that stands as published.
    """

    factor_no: int
    negative: bool
    ug: int
    sd: int
    own_var: int
    native: int


@dataclass(frozen=True, slots=True)
class Group:
    """A part of a sum: lines that share one value of a dimension."""

    name: Any
    ug: int
    lines: int


@dataclass(frozen=True, slots=True)
class Groups:
    """The largest groups, and what there is in all."""

    largest: tuple[Group, ...]
    count: int
    ug: int
    lines: int


class Recount(ABC):
    """The cube of a run, and the subjects behind its parts.

    Attributes
    ----------
    kinds : the kinds of address that the cube can tell apart.
    factors : names of the factors by number, recipes joined by ` + `.
    shares : their gases.
    """

    kinds: tuple[str, ...]
    factors: Sequence[str]
    shares: Shares

    def __init__(self, pinned: Pinned) -> None:
        self.pinned = pinned
        self.folder = Path(tempfile.mkdtemp(prefix="leafmark-recount-"))
        self._let_go = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        (self.folder / "chunks").mkdir()
        self.backend = DuckDB(self.folder / "spill", MEMORY_LIMIT)
        self._passes = 0
        with told():
            self._prepare()
            self.backend.table("factor_names", self._factor_names())
            self.keep("cube", self._cube())

    @abstractmethod
    def _prepare(self) -> None:
        """Give the backend inputs, codes and the tables of names; set `factors` and `shares`."""

    @abstractmethod
    def _cube(self, lines: str = "") -> str:
        """SQL of the cube with a text column for each of `kinds`, and ug, n, level; over some lines only (SQL `WHERE`)."""

    @abstractmethod
    def predicate(self, condition: Condition) -> str:
        """SQL that is true of the cube's rows, and of lines, for which the condition holds."""

    @abstractmethod
    def bits(self, conditions: Sequence[Condition], cube: str = "cube") -> list[Bit]:
        """The sum under some conditions, by what errs as one."""

    def unsigned(self) -> list[Bit]:
        """The run's total by what it rounds gases by."""
        return self.bits(())

    @abstractmethod
    def holders(self, conditions: Sequence[Condition], most: int) -> Groups:
        """The subjects (products of a bill, products bought) that hold most of the sum under some conditions."""

    def close(self) -> None:
        """Let go of the connection and of temporary files."""
        self.backend.close()
        self._let_go()

    def view(self, name: str, sql: str) -> None:
        """Name a query; it need not be portable, for nothing but DuckDB explains."""
        self.backend.connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS {sql}')

    def keep(self, name: str, sql: str) -> None:
        """Compute a query once; what does not fit into memory is spilled."""
        self.backend.connection.execute(f'CREATE TABLE "{name}" AS {sql}')

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a small query."""
        with told():
            return self.backend.connection.execute(sql).fetchall()

    def where(self, conditions: Sequence[Condition]) -> str:
        """`WHERE` of the conditions, or nothing."""
        return f"WHERE {' AND '.join(map(self.predicate, conditions))}" if conditions else ""

    def groups(self, kind: str, conditions: Sequence[Condition], most: int, cube: str = "cube") -> Groups:
        """The sum under some conditions by the values of one kind; the largest, by size, credits too."""
        rows = self.ask(f"""
            WITH g AS (SELECT {_column(kind)} AS name, SUM(ug) AS ug, SUM(n) AS n FROM {cube} {self.where(conditions)} GROUP BY 1)
            SELECT name, ug, n, COUNT(*) OVER (), SUM(ug) OVER (), SUM(n) OVER () FROM g
            ORDER BY ABS(ug) DESC, name LIMIT {most}""")
        return found_groups(rows)

    def values(self, kind: str) -> list[str]:
        """Every value of a kind that the cube has, the largest first."""
        column = _column(kind)
        rows = self.ask(f"SELECT {column} FROM cube GROUP BY 1 ORDER BY ABS(SUM(ug)) DESC, 1")
        return [str(name) for (name,) in rows]

    def levels(self, factor: str, conditions: Sequence[Condition], cube: str = "cube") -> tuple[int, int]:
        """How far from the place asked for a factor was found under some conditions: least and most."""
        rows = self.ask(
            f"SELECT MIN(level), MAX(level) FROM {cube} {self.where([*conditions, Condition('factor', factor)])}"
        )
        return int(rows[0][0] or 0), int(rows[0][1] or 0)

    def _every_chunk(self, numbers: Sequence[int], sql: Any) -> str:
        """Do a query on each chunk, each result a Parquet file of its own; SQL that reads them all.

        `sql(worker, number)` makes the chunk's views and gives the query.
        """
        self._passes += 1
        out = self.folder / f"pass-{self._passes}"
        out.mkdir()

        def work(worker: Backend, number: int) -> None:
            query = sql(worker, number)
            assert isinstance(worker, DuckDB)
            target = quote(str(out / f"{number:05}.parquet"))
            with told():
                worker.connection.execute(f"COPY ({query}) TO {target} (FORMAT parquet, COMPRESSION snappy)")

        crew.each(self.backend, numbers, work, lambda: None)
        return scan(out)

    def _factor_names(self) -> pa.Table:
        """Of every factor number: `factor`, and the kinds that hang on it."""
        facts: dict[str, tuple[str, ...]] = {}
        names = ("factor_id", "key", "boundary", "theme", "source_id")
        for pack in self.pinned.packs:
            columns = (pack.factors.column(name).to_pylist() for name in names)
            facts.update({factor_id: tuple(map(str, each)) for factor_id, *each in zip(*columns, strict=True)})
        recipes = [[facts[each] for each in recipe_of(name)] for name in self.factors]
        return pa.table({
            "factor_no": pa.array(range(len(self.factors)), pa.int32()),
            "factor": pa.array(self.factors, pa.string()),
            **{
                kind: pa.array([" + ".join(dict.fromkeys(fact[n] for fact in each)) for each in recipes], pa.string())
                for n, kind in enumerate(OF_FACTOR[1:])
            },
        })  # fmt: skip


def found_groups(rows: Sequence[tuple[Any, ...]]) -> Groups:
    """Groups from rows of name, ug, n, and the count and sums of all."""
    if not rows:
        return Groups((), 0, 0, 0)
    largest = tuple(Group(name, int(ug or 0), int(n)) for name, ug, n, *_ in rows)
    return Groups(largest, int(rows[0][3]), int(rows[0][4] or 0), int(rows[0][5]))


def recipe_of(name: str) -> list[str]:
    """The factors behind an entry's `factor_id`."""
    return name.split(" + ")


def of_factor(condition: Condition) -> str:
    """SQL of a condition that a line meets by its factor."""
    return (
        f"factor_no IN (SELECT factor_no FROM factor_names WHERE {_column(condition.kind)} = {quote(condition.value)})"
    )


def _column(kind: str) -> str:
    return f'"{kind}"'


def factor_sums(bits: Sequence[Bit]) -> dict[tuple[int, bool], list[int]]:
    """What `closing.total_range` takes."""
    sums: dict[tuple[int, bool], list[int]] = {}
    for bit in bits:
        so_far = sums.setdefault((bit.factor_no, bit.negative), [0, 0, 0])
        for n, value in enumerate((bit.ug, bit.sd, bit.own_var)):
            so_far[n] += value
    return sums


def by_factor(bits: Sequence[Bit], value: Any) -> Iterator[tuple[int, int]]:
    """(factor number, sum of `value(bit)`) of each factor, in the order of the numbers."""
    sums: dict[int, int] = {}
    for bit in bits:
        sums[bit.factor_no] = sums.get(bit.factor_no, 0) + value(bit)
    yield from sorted(sums.items())
