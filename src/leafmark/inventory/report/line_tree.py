"""A line of the book walked back, as text: its cells, the entries of its run behind it, its factor with source, table and row, its method.

Where the run's input is here and not too long, the engine's own `explain` of the site follows, counted again from the activity rows.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine import memory_database, tables
from leafmark.engine.explain import Explainer
from leafmark.engine.explain_text import text as engine_text
from leafmark.engine.inputs import InputError
from leafmark.engine.pinned import DamagedPackError
from leafmark.engine.recount import recipe_of
from leafmark.engine.run import Run, RunError, open_run
from leafmark.engine.wording import grams_exact, plain
from leafmark.inventory.factor_sources import Known

ENTRIES_SHOWN: Final = 20
EXPLAINED_LINES_MAX: Final = 50_000
"""Rows of a run's input up to which the pack explains a line from its activity rows; past it the command is given."""
_EXPLAINED_CHARS_MAX: Final = 20_000
_GIVEN_FOR: Final = ("template", "entity_id", "site_id")
_SHOWN: Final = (
    "entity_id",
    "site_id",
    "template",
    "month",
    "origin",
    "scope",
    "category",
    "statement",
    "outside",
    "unit",
    "amount",
    "activities",
)


class Trees:
    """Lines of one inventory explained; runs are opened once."""

    def __init__(
        self, folder: Path, record: Mapping[str, Any], known: Mapping[str, Known], groups: pa.Table | None = None
    ) -> None:
        self._groups = groups
        self._folders = {str(run["run_id"]): folder / str(run["folder"]) for run in record.get("runs", ())}
        self._names = {str(run["run_id"]): str(run["folder"]) for run in record.get("runs", ())}
        self._given = record.get("given", ())
        self._known = known
        self._runs: dict[str, Run | None] = {}
        self._explainers: dict[str, Explainer | None] = {}

    def close(self) -> None:
        """Let go of what was opened."""
        for explainer in self._explainers.values():
            if explainer is not None:
                explainer.close()

    def text(self, line: Mapping[str, Any]) -> str:
        """The whole tree of a line."""
        return "\n".join(self._parts(line)) + "\n"

    def _parts(self, line: Mapping[str, Any]) -> Iterator[str]:
        hits = "once" if line["hits"] == 1 else f"{line['hits']} times"
        yield f"line {line['place']}: {grams_exact(line['co2e_ug'])} CO2e ({grams_exact(line['low_ug'])} to {grams_exact(line['high_ug'])}), hit {hits}"
        for name in _SHOWN:
            if line[name] is not None:
                yield f"  {name:<12} {line[name]}"
        yield f"  method       {line['method_id']}@{line['method_version']}"
        for factor in recipe_of(line["factor_id"]):
            yield from self._factor(factor)
        run = self._run(line["run_id"])
        if run is None:
            yield f"  run          {line['run_id']}: not in this inventory's runs; its room explains it"
            yield from self._of_another_room(line)
            return
        yield f"  run          {run.id} in {self._names[run.id]}"
        subjects = self._subjects(line)
        yield from _entries(run, line, subjects)
        yield from self._explained(run, subjects[0])

    def _of_another_room(self, line: Mapping[str, Any]) -> Iterator[str]:
        """Which part of what the room gave is the company's, over the whole year."""
        for given in self._given:
            if line["run_id"] in given["run_ids"] and all(line[name] == given[name] for name in _GIVEN_FOR):
                yield f"  place        {given['site_id']} of {given['entity_id']}, {given['held']}"
                for each in given["shares"]:
                    yield f"  share        {_share(given, each)}"

    def _factor(self, factor_id: str) -> Iterator[str]:
        known = self._known.get(factor_id)
        yield f"  factor       {factor_id}"
        if known is None:
            yield "    its source is in none of the inventory's packs (a contract's own rate, or another room's factor)"
            return
        yield f"    {known.name_en}, {known.region}, {known.boundary}, {known.data_year}: {plain(known.co2e_kg)} kg CO2e per {known.unit} ({known.gwp_set})"
        yield f"    {known.publisher}: {known.title}; {known.locator}"
        yield f"    licence {known.licence} ({known.licence_class}); pack {known.pack}{f'; {known.url}' if known.url else ''}"

    def _subjects(self, line: Mapping[str, Any]) -> list[str]:
        """What the run calls the line's activities: the groups of its site, month and origin, or its site."""
        if self._groups is None:
            return [str(line["site_id"])]
        mine = self._groups
        for name in ("template", "entity_id", "site_id", "month", "origin"):
            same = pc.is_null(mine[name]) if line[name] is None else pc.equal(mine[name], line[name])
            mine = mine.filter(pc.fill_null(same, False))
        return mine["group_id"].to_pylist() or [str(line["site_id"])]

    def _run(self, run_id: str) -> Run | None:
        if run_id not in self._runs:
            folder = self._folders.get(run_id)
            try:
                self._runs[run_id] = (
                    open_run(folder) if folder is not None and (folder / "run.json").is_file() else None
                )
            except RunError:
                self._runs[run_id] = None
        return self._runs[run_id]

    def _explained(self, run: Run, subject: str) -> Iterator[str]:
        yield f"  from its activity rows, as in the inventory's own folder: leafmark explain {self._names[run.id]} {shlex.quote(f'id:{subject}')}"
        if run.record["lines_in"] > EXPLAINED_LINES_MAX:
            yield f"    not shown here: the run has {run.record['lines_in']:,} lines"
            return
        try:
            if run.id not in self._explainers:
                self._explainers[run.id] = None
                self._explainers[run.id] = Explainer(run)
            explainer = self._explainers[run.id]
            if explainer is None:
                yield "    not shown here: the run cannot be opened, as said above"
                return
            said = engine_text(explainer.explain(f"id:{subject}"))
        except (RunError, InputError, DamagedPackError, AssertionError) as error:
            yield f"    not shown here: {error}"
            return
        yield from (f"    {each}" for each in said[:_EXPLAINED_CHARS_MAX].splitlines())
        if len(said) > _EXPLAINED_CHARS_MAX:
            yield "    ... the rest: by that command"


def _share(given: Mapping[str, Any], each: Mapping[str, Any]) -> str:
    count = "1 entry" if each["entries"] == 1 else f"{each['entries']:,} entries"
    if given["figures"] == "consolidated":
        return f"the company's part already: {grams_exact(each['co2e_ug'])} CO2e, {count} of the year"
    percent = plain(float(Fraction(each["share"]) * 100))
    return f"{percent} % of it: {grams_exact(each['co2e_ug'])} of {grams_exact(each['given_ug'])} CO2e are in the book, {count} of the year"


def _entries(run: Run, line: Mapping[str, Any], subjects: list[str]) -> Iterator[str]:
    """The entries of the run that the line was made of, largest first: of its factor, and of its own groups first."""
    path = run.path / "entries.parquet"
    if not tables.exists(path):
        yield "  entries      the run kept none, or they were left out of this pack"
        return
    with memory_database.connect() as connection:
        rows = connection.execute(
            f"""SELECT activity_id, subject_id, date, stage, co2e_ug FROM {tables.scan(path)}
                WHERE factor_id = $1 AND scope IS NOT DISTINCT FROM $2 AND category IS NOT DISTINCT FROM $3
                ORDER BY list_contains($4, subject_id) DESC, abs(co2e_ug) DESC, activity_id, subject_id
                LIMIT {ENTRIES_SHOWN}""",
            [line["factor_id"], line["scope"], line["category"], subjects],
        ).fetchall()
    yield (
        f"  entries of its factor, those of its own site and month first (at most {ENTRIES_SHOWN}):"
        if rows
        else "  entries      none of this factor"
    )
    for activity, subject, date, stage, ug in rows:
        yield f"    {activity or '-'}  {subject or '-'}  {date or '-'}  {stage or '-'}  {grams_exact(ug)}"
