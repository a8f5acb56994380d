"""A run's sums as its pages show them: cut by stage, scope, category, factor, ..., and the entries that a figure is the sum of.

Every part leads to its own entries, and every entry to its factor. A run is of one book, so nothing here adds up two.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator

from leafmark.engine import tables
from leafmark.engine.explain import Tree, parse
from leafmark.engine.explain_address import TOTAL, Address, Condition
from leafmark.engine.inputs import InputError
from leafmark.engine.published import Published
from leafmark.engine.recount import Groups, recipe_of
from leafmark.engine.run import Run, RunError
from leafmark.engine.run_entries import RunEntries, left_open
from leafmark.engine.sum_facts import RunTables

PARTS_SHOWN: Final = 12
"""Of a cut: the twelve months of a year are all there."""
PAGE: Final = 50
ASKED_CHARS_MAX: Final = 1_000
OF: Final = "of"
"""The parameter of an address, once for each condition."""
WHOLE: Final = Address(TOTAL)
REFUSED: Final = ("file", "row", "activity_id", "field", "reason", "found", "expected")
"""What is told of a line that is in no figure."""
ROWS_AT_ONCE: Final = 1_000


@dataclass(frozen=True)
class Part:
    """A part of a cut; `query` asks for its entries. `name` is empty of those that are not shown one by one, `others` how many."""

    name: str
    co2e_ug: int
    entries: int
    query: str = ""
    factors: tuple[str, ...] = ()
    others: int = 0


@dataclass(frozen=True)
class Cut:
    """A sum by the values of one kind: its parts add up to it."""

    kind: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Figure:
    """A sum of a run's entries and where else the run has it. `differs`: places that have another figure, so it cannot be relied on."""

    address: Address
    co2e_ug: int
    entries: int
    stated: tuple[Published, ...]
    differs: tuple[Published, ...]
    cuts: tuple[Cut, ...]
    part: Page
    by_line: bool
    ordered: bool

    @property
    def low_ug(self) -> int | None:
        """The lower end of the published range, if there is one."""
        return next((each.low_ug for each in self.stated if each.low_ug is not None), None)

    @property
    def high_ug(self) -> int | None:
        """The upper end."""
        return next((each.high_ug for each in self.stated if each.high_ug is not None), None)


def asked(parameters: Sequence[str]) -> Address:
    """The sum that an address bar asks for; the total where it names none.

    Raises
    ------
    InputError : it is none, or too long.
    """
    if sum(map(len, parameters)) > ASKED_CHARS_MAX:
        raise InputError(f"{OF}: at most {ASKED_CHARS_MAX:,} characters")
    found = parse(list(parameters) or TOTAL)
    if not isinstance(found, Address):
        raise InputError(f"{parameters[0]!r} is an id, not a sum")
    return found


def query(address: Address) -> str:
    """An address as the query that asks for it; nothing of the total."""
    return "" if address == WHOLE else urlencode([(OF, each) for each in address.arguments])


def cuts_of_run(run: Run) -> tuple[Cut, ...]:
    """The total by every kind; none where the run kept no entries."""
    if not tables.exists(run.path / "entries.parquet"):
        return ()
    with closing(RunEntries(run)) as entries:
        return _cuts(entries, WHOLE)


def figure(run: Run, address: Address, page: str | None) -> Figure:
    """A sum with a page of its entries.

    Raises
    ------
    RunError, InputError : the run kept no entries, they are not told apart so, or none is of that sum.
    """
    with closing(RunEntries(run)) as entries:
        ug, count = entries.figure(address)
        if not count:
            raise InputError(f"{address}: no entry of the run is of that")
        stated = entries.published(address)
        return Figure(
            address, ug, count, tuple(stated), tuple(each for each in stated if (each.ug or 0) != ug),
            tuple(each for each in _cuts(entries, address) if len(each.parts) > 1),
            Paginator(_Entries(entries, address, count), PAGE).get_page(page), entries.by_line, entries.ordered,
        )  # fmt: skip


def listed(run: Run, address: Address) -> bool:
    """Whether a sum is one of entries that the run kept, so that they can be listed."""
    try:
        with closing(RunEntries(run)) as entries:
            return entries.figure(address)[1] > 0
    except (RunError, InputError):
        return False


def every_entry(run: Run, address: Address) -> Iterator[tuple[Any, ...]]:
    """All entries of a sum, one after another."""
    with closing(RunEntries(run)) as entries:
        yield from entries.every_line(address)


def entry_query(entry: dict[str, Any]) -> str:
    """The query that asks for the sum of order lines which an entry of theirs is."""
    conditions = [("category", entry["subject_id"] or ""), ("tier", entry["tier"]), ("day", str(entry["date"]))]
    return urlencode([(OF, f"{kind}:{value}") for kind, value in conditions])


def record(run: Run, found: Figure) -> dict[str, Any]:
    """What a figure's page shows, as plain values."""
    return {
        "schema": "leafmark.run-figure/1", "run_id": run.id, "book": run.record["method"]["book"],
        "address": list(found.address.arguments), "co2e_ug": found.co2e_ug, "low_ug": found.low_ug, "high_ug": found.high_ug,
        "entries": found.entries, "published_in": [each.where for each in found.stated],
        "differs": [{"where": each.where, "co2e_ug": each.ug} for each in found.differs],
        "lines_rejected": run.record["lines_rejected"], "page": found.part.number, "pages": found.part.paginator.num_pages,
        "lines": [{**each, "date": each["date"] and str(each["date"])} for each in found.part],
    }  # fmt: skip


def portable(tree: Tree) -> Tree:
    """An explanation of a sum without the paths of the machine that keeps the run: a part's `of` asks for it."""
    cuts = [{**cut, "parts": [_portable(part) for part in cut["parts"]]} for cut in tree["cuts"]]
    left_out = {"command", "run", "cuts", "divided", "same_id"}
    return {
        **{name: value for name, value in tree.items() if name not in left_out}, "run": tree["run_id"],
        "inputs_changed": len(tree["inputs_changed"]), "packs_changed": len(tree["packs_changed"]), "cuts": cuts,
    }  # fmt: skip


def _portable(part: Tree) -> Tree:
    found = {name: value for name, value in part.items() if name not in ("command", "parts")}
    if "command" in part:
        arguments = shlex.split(part["command"])[3:]
        target = parse(arguments)
        found |= {"of": query(target)} if isinstance(target, Address) else {"subject": str(target.value)}
    if part.get("parts"):
        found["parts"] = [_portable(each) for each in part["parts"]]
    return found


def refused(run: Run, page: str | None) -> Page:
    """A page of the lines that are in no figure, as `REFUSED`."""
    with closing(RunTables(run)) as of_run:
        count = tables.rows(run.path / "rejected.parquet") if of_run.has("rejected") else 0
        return Paginator(_Refused(of_run, count), PAGE).get_page(page)


def every_refused(run: Run) -> Iterator[tuple[Any, ...]]:
    """All of them, one after another."""
    with closing(RunTables(run)) as of_run:
        if of_run.has("rejected"):
            yield from of_run.rows(_refused(of_run), ROWS_AT_ONCE)


def _refused(of_run: RunTables) -> str:
    """SQL of the refused lines; of a file its name, never the folder in which it lies on our machine."""
    return f"SELECT parse_filename(file), {', '.join(REFUSED[1:])} FROM {of_run.scan('rejected')}"


class _Refused:
    """The refused lines as a paginator wants them."""

    def __init__(self, of_run: RunTables, count: int) -> None:
        self._of_run, self._count = of_run, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, places: slice) -> list[dict[str, Any]]:
        if not self._count:
            return []
        rows = self._of_run.ask(f"{_refused(self._of_run)} LIMIT {places.stop - places.start} OFFSET {places.start}")
        return [dict(zip(REFUSED, row, strict=True)) for row in rows]


class _Entries:
    """The entries of a sum as a paginator wants them."""

    def __init__(self, entries: RunEntries, address: Address, count: int) -> None:
        self._entries, self._address, self._count = entries, address, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, places: slice) -> list[dict[str, Any]]:
        found = self._entries.lines(self._address, places.start, places.stop - places.start)
        return [{**each, "factors": _factors(each["factor_id"])} for each in found]


def _cuts(entries: RunEntries, address: Address) -> tuple[Cut, ...]:
    kinds = left_open(entries.kinds, address.conditions)
    found = ((kind, entries.cut(kind, address, PARTS_SHOWN)) for kind in kinds)
    return tuple(_cut(kind, groups, address) for kind, groups in found if groups.count > (kind == "year"))


def _cut(kind: str, groups: Groups, address: Address) -> Cut:
    parts = [
        Part(
            str(each.name), each.ug, each.lines, query(address.within(Condition(kind, str(each.name)))),
            _factors(each.name) if kind == "factor" else (),
        )
        for each in groups.largest
    ]  # fmt: skip
    if kind in ("year", "month", "day"):
        parts.sort(key=lambda part: part.name)
    left = groups.count - len(groups.largest)
    if left:
        shown = groups.largest
        rest_ug, rest = groups.ug - sum(each.ug for each in shown), groups.lines - sum(each.lines for each in shown)
        parts.append(Part("", rest_ug, rest, others=left))
    return Cut(kind, tuple(parts))


def _factors(named: str | None) -> tuple[str, ...]:
    return tuple(recipe_of(named)) if named else ()
