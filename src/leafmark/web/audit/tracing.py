"""What a trace's page shows of an explanation, to whom.

The lines of a bill are its brand's. Others see which factors a stage rests on, in the order of their ids and without amounts or shares:
a factor's grams divided by the factor would give the recipe away.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from leafmark.engine.explain import Tree
from leafmark.engine.explain_text import rejection
from leafmark.engine.explain_tree import groups
from leafmark.engine.wording import plain

LINES_SHOWN_MAX = 200
"""Of one stage; the JSON has all."""


@dataclass(frozen=True)
class Stage:
    """A part of the figure. `lines` is empty for those to whom they are not open; `more` counts those not shown."""

    name: str
    co2e_ug: int | None
    lines: tuple[Tree, ...]
    more: int
    factors: tuple[Tree, ...]


def stages(tree: Tree, open_lines: bool) -> list[Stage]:
    """The parts of a figure, each with its lines where they are open, and the factors it rests on."""
    found = []
    for name, group in groups(tree):
        factors = {factor["factor_id"]: factor for line in group["lines"] for factor in line["factors"]}
        lines = [_line(line) for line in group["lines"][:LINES_SHOWN_MAX]] if open_lines else []
        more = len(group["lines"]) - len(lines) if open_lines else 0
        rest = tuple(_factor(factors[each]) for each in sorted(factors))
        found.append(Stage(name, group["co2e_ug"], tuple(lines), more, rest))
    return found


def refused(tree: Tree) -> list[str]:
    """Lines that are not in the figure, each with where it stands and why."""
    return [". ".join(rejection(line)) for line in tree["rejected"]]


def all_factors(parts: list[Stage]) -> list[Tree]:
    """Every factor of a figure once."""
    found = {factor["factor_id"]: factor for part in parts for factor in part.factors}
    return [found[each] for each in sorted(found)]


def _factor(factor: Tree) -> Tree:
    """A factor without what a line made of it."""
    return {name: value for name, value in factor.items() if name not in ("co2e_ug", "unit_conversion")}


def _line(line: Tree) -> Tree:
    return {
        **_without_folders(line), "amount": plain(line["amount"]),
        "factors": [{**each, "value": plain(each["co2e_kg_used"]), "conversion": plain(each["unit_conversion"])}
                    for each in line["factors"]],
    }  # fmt: skip


def portable(tree: Tree) -> Tree:
    """An explanation without the paths of the machine that keeps the run."""
    return {
        **tree, "run": tree["run_id"], "inputs_changed": len(tree["inputs_changed"]), "packs_changed": len(tree["packs_changed"]),
        "stages": [{**stage, "lines": [_without_folders(line) for line in stage["lines"]]} for stage in tree["stages"]],
        "rejected": [_without_folders(line) for line in tree["rejected"]],
    }  # fmt: skip


def _without_folders(line: Tree) -> Tree:
    """A line with the name of its file alone; a file that its row was made of keeps its place below the company's folder."""
    made_of = line["prepared_from"]
    if made_of is not None and PurePath(made_of["file"]).is_absolute():
        made_of = {**made_of, "file": PurePath(made_of["file"]).name}
    return {**line, "file": PurePath(line["file"]).name, "prepared_from": made_of}
