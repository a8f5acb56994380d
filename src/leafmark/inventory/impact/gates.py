"""The gates before publication, as questions with answers, evidence and a day.

WBCSD, Guidance on Avoided Emissions (March 2023), 4. Validating claim eligibility: gate 1 climate action credibility (4.1), gate 2 latest
climate science alignment (4.2), gate 3 contribution legitimacy (4.3). Its table of contents was read, and summaries by others; the
questions are our wording of those, not the guidance's. Version 2.0 (July 2025) is known by name alone (a secondary source calls its gates
solution, company and contribution legitimacy); it could not be read, and `GUIDANCE` says which one these questions follow.

A gate is passed when every question of it is answered as it has to be, with evidence and a day that has come; else it is open (no answer,
or one without evidence) or failed. Additionality has questions too: their answers are told, whatever they are, and an open one is told.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

from leafmark.inventory.small_tables import Flags, Row

GUIDANCE: Final = "wbcsd-2023"
GATES: Final = ("1", "2", "3")
State = Literal["passed", "failed", "open"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its gate (or `additionality`), of whom it is asked, and which answer passes (empty: any)."""

    question: str
    gate: str
    of: str
    passes: str


@cache
def questions() -> tuple[Question, ...]:
    """All questions, in order."""
    text = (resources.files(__package__) / "questions.csv").read_text(encoding="utf-8")
    return tuple(Question(*row) for row in list(csv.reader(text.splitlines()))[1:])


def answers(
    rows: Iterable[Row], programmes: Mapping[str, Any], today: dt.date, flags: Flags
) -> dict[tuple[str, str], Row]:
    """Sound answers by question and programme (empty: the company); of several the one of the latest day stands."""
    known = {each.question: each for each in questions()}
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        question, programme = row.text("question"), row.text("programme")
        if question not in known:
            flags.add(row, "question", "unknown_word", question, ", ".join(known))
        elif known[question].of == "company" and programme:
            flags.add(row, "programme", "unknown_programme", programme, "no programme: it is asked of the company")
        elif known[question].of == "programme" and programme not in programmes:
            flags.add(row, "programme", "unknown_programme", programme or "nothing", ", ".join(programmes))
        elif row["answer"] not in (None, "yes", "no"):
            flags.add(row, "answer", "unknown_word", row["answer"], "yes, no or nothing")
        elif row["answered_on"] and row["answered_on"] > today:
            flags.add(row, "answered_on", "in_future", row["answered_on"], f"a day up to {today}")
        else:
            before = found.get((question, programme))
            if before is None or (row["answered_on"] or dt.date.min) >= (before["answered_on"] or dt.date.min):
                found[question, programme] = row
    return found


def judged(given: Mapping[tuple[str, str], Row], programmes: Sequence[str]) -> list[dict[str, Any]]:
    """Every question of the company and of each programme: `gate, question, programme, answer, evidence, answered_on, answered_by, state`."""
    asked = [(each, "") for each in questions() if each.of == "company"]
    asked += [(each, programme) for programme in programmes for each in questions() if each.of == "programme"]
    return [_judged(each, programme, given.get((each.question, programme))) for each, programme in asked]


def _judged(question: Question, programme: str, row: Row | None) -> dict[str, Any]:
    names = ("answer", "evidence", "answered_on", "answered_by")
    cells = {name: (None if row is None or row[name] is None else str(row[name])) for name in names}
    state: State = "open"
    if all(cells[name] for name in ("answer", "evidence", "answered_on")):
        state = "passed" if not question.passes or cells["answer"] == question.passes else "failed"
    return {
        "gate": question.gate,
        "question": question.question,
        "programme": programme or None,
        **cells,
        "state": state,
    }


def in_the_way(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The questions of the three gates that are not passed."""
    return [dict(each) for each in found if each["gate"] in GATES and each["state"] != "passed"]
