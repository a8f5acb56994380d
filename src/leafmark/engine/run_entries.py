"""The entries behind a sum of a run: what they come to, cut by a kind, and one after another, the largest first.

    address -> the entries for which all its conditions hold -> their sum, which is the figure

An entry is a row of `entries.parquet`: of a bill a subject's stage and scope, or each line where the run kept lines; of order lines a
day, category and tier. Its factor is the one with most of its grams, so the entries of a factor add up to what `Explainer` counts
for that factor where each entry stands on one, and are said to be those that it dominates where not.

Cost: a scan of the columns asked for; nothing is kept between questions. A page out of 1.2 million entries takes 0.2 s at either end
and 0.6 s in the middle, on one busy core; memory is limited to `MEMORY_LIMIT`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from leafmark.engine import tables
from leafmark.engine.backends import RunError
from leafmark.engine.explain_address import TOTAL, Address, Condition, kinds_said
from leafmark.engine.inputs import InputError, identifier, quote
from leafmark.engine.published import Published, holds, published
from leafmark.engine.recount import Groups, found_groups
from leafmark.engine.recount_orders import PERIODS
from leafmark.engine.run import Run
from leafmark.engine.schema import ENTRY_SCHEMA
from leafmark.engine.sum_facts import RunTables

MEMORY_LIMIT: Final = "512MB"
CELLS: Final = tuple(name for name in ENTRY_SCHEMA.names if name not in ("run_id", "gases"))
"""What is told of an entry."""
OF_BILL: Final = ("stage", "scope", "factor")
OF_ORDERS: Final = ("group", "category", "tier", "year", "month", "day", "scope", "factor")
_COLUMNS: Final = {
    "stage": "stage", "tier": "tier", "factor": "factor_id", "category": "COALESCE(subject_id, '')",
    "scope": "concat(COALESCE(CAST(scope AS VARCHAR), 'none'), '.' || CAST(category AS VARCHAR))",
    **{kind: f"strftime(date, '{form}')" for kind, form in PERIODS.items()},
}  # fmt: skip
_ROWS_AT_ONCE: Final = 1_000


class RunEntries:
    """Questions to a run's entries.

    Raises
    ------
    RunError : the run kept none.
    """

    def __init__(self, run: Run) -> None:
        if not tables.exists(run.path / "entries.parquet"):
            raise RunError(f"{run.path / 'entries.parquet'}: the run kept no entries (no_entries)")
        self.run, self._tables = run, RunTables(run)
        self._tables.ask(f"SET memory_limit = '{MEMORY_LIMIT}'")
        self._scan = self._tables.scan("entries")
        self._has = set(tables.schema(run.path / "entries.parquet").names)
        self.ordered = self._tables.has("orders")

    def close(self) -> None:
        """Let go of the connection."""
        self._tables.close()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of address that entries can be told apart by."""
        return OF_ORDERS if self.ordered else OF_BILL

    @property
    def by_line(self) -> bool:
        """Whether an entry is one line of the input, and its factor the only one."""
        return bool(self.run.record["lines"]) and not self.ordered

    def figure(self, address: Address) -> tuple[int, int]:
        """(micrograms, number) of the entries of a sum."""
        rows = self._tables.ask(f"SELECT SUM(co2e_ug), COUNT(*) FROM {self._scan} WHERE {self._where(address)}")
        return int(rows[0][0] or 0), int(rows[0][1])

    def published(self, address: Address) -> list[Published]:
        """Where else the run has this sum."""
        return [each for each in published(self._tables, address) if each.where != "entries.parquet"]

    def cut(self, kind: str, address: Address, most: int) -> Groups:
        """The sum by the values of one kind (any of `kinds` but `group`), the largest first."""
        rows = self._tables.ask(f"""
            WITH g AS (SELECT {_COLUMNS[kind]} AS name, SUM(co2e_ug) AS ug, COUNT(*) AS n FROM {self._scan}
              WHERE {self._where(address)} GROUP BY 1)
            SELECT name, ug, n, COUNT(*) OVER (), SUM(ug) OVER (), SUM(n) OVER () FROM g
            ORDER BY ABS(ug) DESC, name LIMIT {most}""")  # fmt: skip
        return found_groups(rows)

    def lines(self, address: Address, first: int, most: int) -> list[dict[str, Any]]:
        """The entries of a sum from the `first` on, counted from 0, the largest first; columns as `CELLS`.

        What is sorted is where they stand: whole rows of a million entries would take three times the time.
        """
        placed = f"{self._scan.removesuffix(')')}, filename = true, file_row_number = true)"
        order = "ABS(co2e_ug) DESC, file_row_number, filename"
        behind = self.figure(address)[1] - first - most
        start, limit, sought = first, most, order
        if behind < first:  # nearer to the end: from there
            start, limit = max(behind, 0), most + min(behind, 0)
            sought = "ABS(co2e_ug), file_row_number DESC, filename DESC"
        places = self._tables.ask(
            f"SELECT filename, file_row_number FROM {placed} WHERE {self._where(address)} "
            f"ORDER BY {sought} LIMIT {max(limit, 0):d} OFFSET {start:d}"
        )
        if not places:
            return []
        of_part: dict[str, list[str]] = {}
        for part, row in places:
            of_part.setdefault(part, []).append(str(row))
        here = " OR ".join(
            f"(filename = {quote(part)} AND file_row_number IN ({', '.join(rows)}))" for part, rows in of_part.items()
        )
        found = self._tables.ask(f"SELECT {self._cells()} FROM {placed} WHERE {here} ORDER BY {order}")
        return [dict(zip(CELLS, cells, strict=True)) for cells in found]

    def every_line(self, address: Address) -> Iterator[tuple[Any, ...]]:
        """All of them, in the order of the table."""
        return self._tables.rows(
            f"SELECT {self._cells()} FROM {self._scan} WHERE {self._where(address)}", _ROWS_AT_ONCE
        )

    def _cells(self) -> str:
        return ", ".join(identifier(name) if name in self._has else f"NULL AS {identifier(name)}" for name in CELLS)

    def _where(self, address: Address) -> str:
        if address.word not in (None, TOTAL):
            raise InputError(f"{address}: it is no sum of entries; ask for {TOTAL} or {kinds_said(self.kinds)}")
        for each in address.conditions:
            if each.kind not in self.kinds:
                raise InputError(f"{each}: entries of this run are told apart by {kinds_said(self.kinds)}")
        return " AND ".join(holds("entries", each) for each in address.conditions) or "TRUE"


def left_open(kinds: Sequence[str], conditions: Sequence[Condition]) -> list[str]:
    """The kinds worth cutting a sum by: those that its conditions leave open, of time the next finer one."""
    fixed = {each.kind for each in conditions}
    finest = next((kind for kind in ("day", "month", "year") if kind in fixed), None)
    time = {None: ("year", "month"), "year": ("month",), "month": ("day",), "day": ()}[finest]
    return [kind for kind in kinds if kind not in fixed and kind != "group" and (kind not in PERIODS or kind in time)]


__all__ = ["CELLS", "RunEntries", "left_open"]
