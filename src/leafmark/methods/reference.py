"""A method's page in the reference, made from the object itself: what the code does and what the page says are one."""

from __future__ import annotations

from collections.abc import Iterator

from leafmark.methods.model import Column, Counterfactual, Method


def page(method: Method) -> str:
    """The page of one method, Markdown."""
    return "\n".join(_parts(method)) + "\n"


def _parts(m: Method) -> Iterator[str]:
    yield f"# {m.title} (`{m.name}`)"
    yield ""
    yield f"{m.title_zh}. Book: `{m.book}`. Boundary: {m.boundary or 'as its factors state'}."
    yield ""
    yield m.docs
    yield ""
    yield f"**Clause.** {m.reference}."
    yield ""
    yield f"**Identity.** `{m.hash}` (sha256 of every field but the prose)."
    yield ""
    yield "## A line of it"
    yield ""
    yield "| what | expression over the input's columns |"
    yield "|---|---|"
    for name in (
        "subject",
        "stage",
        "key",
        "amount",
        "unit",
        "region",
        "date",
        "tier",
        "primary",
        "amount_gsd",
        "credit",
    ):
        yield f"| {name} | `{getattr(m, name)}` |"
    for stage, share in m.stage_shares:
        yield f"| share of {stage} | `{share}` |"
    if m.tiers:
        yield ""
        yield "## Tiers, in order"
        yield ""
        yield "| tier | amount | unit | factor |"
        yield "|---|---|---|---|"
        for tier in m.tiers:
            yield f"| {tier.name} | `{tier.amount}` | `{tier.unit}` | `{tier.key}` |"
    yield ""
    yield "## Columns"
    yield ""
    yield "| column | type | required | bounds | meaning |"
    yield "|---|---|---|---|---|"
    for column in m.columns:
        required = "yes" if column.required else "no"
        yield f"| `{column.name}` | {column.type} | {required} | {_bounds(column)} | {column.meaning} |"
    yield ""
    yield "## Factors it may meet"
    yield ""
    yield "Recipes in order of preference; the boundaries of one recipe are added."
    yield ""
    yield "| part | scope | category | recipes | without a factor |"
    yield "|---|---|---|---|---|"
    for part in m.parts:
        recipes = "; ".join(" + ".join(recipe) for recipe in part.recipes)
        scope, category = (str(value) if value is not None else "-" for value in (part.scope, part.category))
        without = "no entry" if part.optional else "rejected"
        if part.beside:
            without += f"; only beside a `{m.parts[0].name}` of `{part.beside}`"
        yield f"| {part.name} | {scope} | {category} | {recipes} | {without} |"
    yield ""
    yield f"**Vintage.** `{m.vintage.rule}`, reach {m.vintage.reach_years} years."
    if m.checks:
        yield ""
        yield "## Checks"
        yield ""
        yield "| reason | column | must hold | expected |"
        yield "|---|---|---|---|"
        for check in m.checks:
            yield f"| `{check.reason}` | `{check.field}` | `{check.must}` | {check.expected} |"

    if m.act is not None:
        yield from _act(m.act)


def _act(act: Counterfactual) -> Iterator[str]:
    """How an act becomes lines of the input above."""
    yield ""
    yield "## How an act becomes lines"
    yield ""
    yield f"An act's `amount` is taken in `{act.unit}`. Baseline lines count up, project lines count down."
    yield ""
    yield "| line | kind | stage | key | amount | unit | when |"
    yield "|---|---|---|---|---|---|---|"
    for term in act.terms:
        cells = (term.key, term.amount, term.unit, term.when)
        key, amount, unit, when = (f"`{cell}`".replace("|", "\\|") for cell in cells)
        yield f"| {term.name} | {term.kind} | {term.stage} | {key} | {amount} | {unit} | {when} |"
    if act.columns:
        yield ""
        yield "| input of the act | type | required | bounds | meaning |"
        yield "|---|---|---|---|---|"
        for column in act.columns:
            required = "yes" if column.required else "no"
            yield f"| `{column.name}` | {column.type} | {required} | {_bounds(column)} | {column.meaning} |"
    if act.parameters:
        yield ""
        yield "| parameter | which | needed when |"
        yield "|---|---|---|"
        for parameter in act.parameters:
            which, needed = (f"`{text}`".replace("|", "\\|") for text in (parameter.id, parameter.needed))
            yield f"| {parameter.name} | {which} | {needed} |"
    if act.checks:
        yield ""
        yield "| an act is refused as | input | must hold | expected |"
        yield "|---|---|---|---|"
        for check in act.checks:
            must = f"`{check.must}`".replace("|", "\\|")
            yield f"| `{check.reason}` | `{check.field}` | {must} | {check.expected} |"
    if act.alike:
        yield ""
        yield f"Factors of `{act.alike}.` must be of one boundary and one year on both sides, else the act is refused."


def _bounds(column: Column) -> str:
    if column.low is None and column.high is None:
        return ""
    low, high = ("" if value is None else f"{value:g}" for value in (column.low, column.high))
    return f"{low} to {high}" + (f" ({column.cap_reason})" if column.cap_reason else "")
