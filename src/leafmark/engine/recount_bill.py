"""A run of a bill counted again: by stage, part and factor, and who holds most of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pyarrow as pa

from leafmark.engine import chunks, components, plan
from leafmark.engine.backends import Backend
from leafmark.engine.codes import make_codes
from leafmark.engine.explain_address import Condition
from leafmark.engine.inputs import Source, quote
from leafmark.engine.pinned import Pinned
from leafmark.engine.recount import OF_FACTOR, Bit, Groups, Recount, found_groups, of_factor
from leafmark.methods.model import Part


class BillRecount(Recount):
    """The cube of a bill: stage, scope and factor; its holders are the bill's own subjects."""

    kinds = ("stage", "scope", *OF_FACTOR)

    def __init__(self, pinned: Pinned, source: Source) -> None:
        self.source = source
        super().__init__(pinned)

    def _prepare(self) -> None:
        backend, method, settings = self.backend, self.pinned.method, self.pinned.settings
        backend.source("input_raw", self.source)
        ready = components.expand(backend, method, self.source)
        codes = make_codes(backend, method, self.pinned.packs, ready, settings)
        self.factors, self.shares, self._native = codes.names, codes.lookup.gases, codes.native
        self._shape = dataclasses.replace(
            codes.shape(ready, settings), by_factor=False
        )  # its lines are looked at one by one
        self._chunks = chunks.conditions(backend, method, ready, None, self.folder)
        scopes = list(map(scope_of, method.parts))
        backend.table("part_scopes", pa.table({
            "part_no": pa.array(range(len(scopes)), pa.int8()), "scope": pa.array(scopes, pa.string()),
        }))  # fmt: skip

    def _met(self, worker: Backend, number: int) -> None:
        """Make the view `met` of one chunk."""
        condition = self._chunks[number]
        worker.view("chunk", "SELECT * FROM input AS i" + (f" WHERE {condition}" if condition else ""))
        worker.view("met", plan.met(self.pinned.method, self._shape))

    def _numbers(self) -> str:
        """The columns of `met` that conditions are about, with those it lacks."""
        part = "part_no" if self._shape.parts > 1 else "CAST(0 AS TINYINT) AS part_no"
        negative = "negative" if plan.credit(self.pinned.method, self._shape) else "FALSE AS negative"
        own = "own_var" if plan.amount_gsd(self.pinned.method, self._shape) else "0 AS own_var"
        return f"SELECT subject, stage_no, factor_no, level, {part}, {negative}, ug, sd, {own} FROM met WHERE ug IS NOT NULL"

    def _cube(self, lines: str = "") -> str:
        keys = "stage_no, part_no, factor_no, level, negative"

        def query(worker: Backend, number: int) -> str:
            self._met(worker, number)
            return (
                f"SELECT {keys}, CAST(SUM(ug) AS DECIMAL(38, 0)) AS ug, CAST(SUM(sd) AS DECIMAL(38, 0)) AS sd, "
                f"CAST(SUM(own_var) AS DECIMAL(38, 0)) AS own_var, COUNT(*) AS n FROM ({self._numbers()}) {lines} GROUP BY {keys}"
            )

        every = self._every_chunk(range(len(self._chunks)), query)
        return f"""
            SELECT c.*, s.stage, p.scope, f.* EXCLUDE (factor_no) FROM {every} AS c
            JOIN stages AS s USING (stage_no) JOIN part_scopes AS p USING (part_no) JOIN factor_names AS f USING (factor_no)"""

    def predicate(self, condition: Condition) -> str:
        """SQL of a condition, on numbers alone."""
        if condition.kind == "stage":
            return f"stage_no IN (SELECT stage_no FROM stages WHERE stage = {quote(condition.value)})"
        if condition.kind == "scope":
            return f"part_no IN (SELECT part_no FROM part_scopes WHERE scope = {quote(condition.value)})"
        return of_factor(condition)

    def bits(self, conditions: Sequence[Condition], cube: str = "cube") -> list[Bit]:
        """By factor and sign: its lines' own deviations, rounded line by line, as the run adds them up."""
        rows = self.ask(f"""
            SELECT factor_no, negative, SUM(ug), SUM(sd), SUM(own_var) FROM {cube} {self.where(conditions)}
            GROUP BY factor_no, negative ORDER BY factor_no, negative""")
        return [
            Bit(number, negative, int(ug), int(sd), int(own), round(int(ug) * self._native[number]))
            for number, negative, ug, sd, own in rows
        ]

    def unsigned(self) -> list[Bit]:
        """By factor, charges and credits together: where the run rounds gases and what is not restated."""
        rows = self.ask("SELECT factor_no, SUM(ug) FROM cube GROUP BY factor_no ORDER BY factor_no")
        return [Bit(n, False, int(ug), 0, 0, round(int(ug) * self._native[n])) for n, ug in rows]

    def holders(self, conditions: Sequence[Condition], most: int) -> Groups:
        """The subjects that hold most; from their lines, since a subject lies in one chunk whole."""

        def query(worker: Backend, number: int) -> str:
            self._met(worker, number)
            return f"""
            WITH g AS (SELECT subject AS name, SUM(ug) AS ug, COUNT(*) AS n FROM ({self._numbers()}) {self.where(conditions)} GROUP BY 1)
            SELECT name, CAST(ug AS DECIMAL(38, 0)) AS ug, n, COUNT(*) OVER () AS count,
              CAST(SUM(ug) OVER () AS DECIMAL(38, 0)) AS all_ug, CAST(SUM(n) OVER () AS BIGINT) AS all_n
            FROM g ORDER BY ABS(ug) DESC, name LIMIT {most}"""

        every = self._every_chunk(range(len(self._chunks)), query)
        self.view("held", f"SELECT *, filename FROM {every.removesuffix(')')}, filename = true)")
        whole = "(SELECT filename, MAX(count) AS count, MAX(all_ug) AS ug, MAX(all_n) AS n FROM held GROUP BY filename)"
        return found_groups(self.ask(f"""
            SELECT name, ug, n, (SELECT SUM(count) FROM {whole}), (SELECT SUM(ug) FROM {whole}), (SELECT SUM(n) FROM {whole})
            FROM held ORDER BY ABS(ug) DESC, name LIMIT {most}"""))  # fmt: skip


def scope_of(part: Part) -> str:
    """A part's scope as an address: `2`, `3.1`; of no inventory: `none`."""
    if part.scope is None:
        return "none"
    return f"{part.scope}.{part.category}" if part.category else f"{part.scope}"
