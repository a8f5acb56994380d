"""What every explanation has in common: its head, its lines and factors, and the check that they add up.

    figure -> stages of a product, or days of an order -> lines -> factors of the recipe

A recipe's factors share their line's micrograms by largest remainder, so every level adds up to the one above it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from leafmark.engine.inputs import InputError
from leafmark.engine.line_factors import LineFactors, Met
from leafmark.engine.pinned import Pinned
from leafmark.engine.run import Run

SCHEMA = "leafmark.explain/1"
Tree = dict[str, Any]
"""The explanation as plain JSON values; `docs/formats.md` names its fields."""


class ExplainMismatch(AssertionError):
    """The lines do not add up to the figure that the run published."""


class UnknownIdError(InputError):
    """The run has no subject of that id."""


def head(run: Run, pinned: Pinned, changed: list[str], id_column: str, subject: Any) -> Tree:
    """What stands above the figure: which run, method, packs and settings made it."""
    method, record = pinned.method, run.record
    return {
        "schema": SCHEMA, "run_id": run.id, "run": str(run.path), "subject": id_column, "subject_id": subject,
        "book": method.book,
        "method": {"id": method.id, "version": method.version, "hash": record["method"]["hash"], "title": method.title,
                   "reference": method.reference, "boundary": method.boundary},
        "known_on": record["known_on"], "gwp": record["gwp"], "packs": record["packs"],
        "inputs_changed": changed, "packs_changed": pinned.changed,
    }  # fmt: skip


def met_tree(met: Met, region: str | None, day: dt.date, day_given: bool, rule: str) -> Tree:
    """How a line came to its factor: which place and which year served it."""
    return {
        "region_given": region is not None, "region_asked": region or "WORLD", "region_used": met.place,
        "region_level": met.level, "regions_tried": list(met.tried), "date": str(day), "date_given": day_given,
        "vintage_gap_years": met.gap_years, "vintage_rule": rule, "relative_sd": met.rel_sd,
    }  # fmt: skip


def factor_trees(
    factors: LineFactors, met: Met, unit: str, co2e_ug: int, gwp: str, ratio: float | None = None
) -> list[Tree]:
    """The factors of a line's recipe, each with its part of the line's micrograms.

    `ratio` stands for the conversion where the amount is money of another year.
    """
    used = [factors.used(factor_id) for factor_id in met.factor_ids]
    parts = shared(co2e_ug, [each.ug_per_base for each in used])
    return [
        {
            "factor_id": each.factor.factor_id,
            "co2e_ug": part,
            "unit_conversion": each.conversion(unit) if ratio is None else ratio,
            **each.facts,
            "gwp_set_used": gwp,
        }
        for each, part in zip(used, parts, strict=True)
    ]


def shared(total: int, weights: Sequence[float]) -> list[int]:
    """Cut a whole number into whole parts in proportion to weights; the parts add up (largest remainder)."""
    whole = sum(weights)
    if whole == 0 or len(weights) == 1:
        return [total, *([0] * (len(weights) - 1))]
    exact = [total * (weight / whole) for weight in weights]
    parts = [int(part // 1) for part in exact]
    left = total - sum(parts)
    order = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], n))
    for n in range(abs(left)):
        parts[order[n % len(order)]] += 1 if left > 0 else -1
    return parts


def groups(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """(name, group of lines) right under the figure: the stages of a product, or the days of an order."""
    for stage in tree.get("stages", ()):
        yield str(stage["stage"]), stage
    for day in tree.get("days", ()):
        yield str(day["date"] or "no date"), day


def check(tree: Tree) -> None:
    """Hold every level to the one above it.

    Raises
    ------
    ExplainMismatch
        Naming the level, the published figure and the sum found.
    """
    changed = "".join(f"; changed since the run: {name}" for name in tree["inputs_changed"] + tree["packs_changed"])

    def same(what: str, published: int | None, found: int) -> None:
        if (published or 0) != found:
            raise ExplainMismatch(
                f"{tree['subject_id']}: {what} is {published} micrograms in the run, but its parts add up to "
                f"{found}{changed or '; no input or pack has changed, so the run itself was: leafmark replay'}"
            )

    for name, group in groups(tree):
        for line in group["lines"]:
            same(f"row {line['row']}", line["co2e_ug"], sum(part["co2e_ug"] for part in line["factors"]))
        same(name, group["co2e_ug"], sum(line["co2e_ug"] for line in group["lines"]))
    same("the figure", tree["co2e_ug"], sum(group["co2e_ug"] or 0 for _, group in groups(tree)))


def no_factor_now(row: Tree, changed: list[str]) -> ExplainMismatch:
    """The error for a line that the run accepted and that meets nothing now."""
    why = "".join(f"; changed since the run: {name}" for name in changed)
    return ExplainMismatch(
        f"row {row['_row']} of {row['_file']} meets no factor now, but the run accepted it"
        f"{why or '; no input or pack has changed, so the run itself was: leafmark replay'}"
    )
