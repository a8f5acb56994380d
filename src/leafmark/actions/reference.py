"""The page of acts, Markdown, from the objects and data that the code runs: acts, terms, columns, parameters, reasons."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator

from leafmark.actions import parameters
from leafmark.actions.kinds import KINDS, Kind, Minting
from leafmark.actions.reasons import REASONS
from leafmark.actions.table import COMMON
from leafmark.actions.terms import catalogue
from leafmark.factors.model import acts
from leafmark.ledger import Action
from leafmark.methods import (
    Method,
    appliance_saving,
    bottle_return,
    cutlery,
    packaging_reuse,
    packaging_take_back,
    receipts,
    resale,
    trips,
)

_WAYS: tuple[Minting, ...] = ("in_use", "ex_ante")
_FAMILIES = (trips, resale, packaging_reuse, bottle_return, packaging_take_back, receipts, appliance_saving, cutlery)


def page() -> str:
    """The whole page, without the mark that it is generated."""
    return "\n".join(_parts()) + "\n"


def _parts() -> Iterator[str]:
    terms = {each.action: each for way in _WAYS for each in catalogue("any", minting=way).actions}
    yield "# Green acts"
    yield ""
    yield _paragraphs(sys.modules["leafmark.actions"].__doc__ or "")
    yield ""
    yield _INTRODUCTION
    yield "## Acts and their terms"
    yield ""
    yield "| act | | method | counted in | evidence at least | points | cap | one act is | why |"
    yield "|---|---|---|---|---|---|---|---|---|"
    yield from (_row(kind, terms[kind.action]) for kind in KINDS)
    yield ""
    yield "## What each method counts"
    for family in _FAMILIES:
        methods = ", ".join(
            f"[`{each.name}`](methods/{each.id}.md)" for each in vars(family).values() if isinstance(each, Method)
        )
        yield ""
        yield f"### {methods}"
        yield ""
        yield inspect.cleandoc(family.__doc__ or "")
    yield ""
    yield "## Columns of a table of acts"
    yield ""
    yield "Beside these, what the act's method asks for (its page, *input of the act*)."
    yield ""
    yield "| column | type | required | meaning |"
    yield "|---|---|---|---|"
    for column in COMMON:
        yield f"| `{column.name}` | {column.type} | {'yes' if column.required else 'no'} | {column.meaning} |"
    yield ""
    yield "## Parameters"
    yield ""
    yield "Dated, by region, cited (`parameters.csv`). Those not used stand beside those that are: other sources, other numbers."
    yield ""
    yield "| parameter | region | value | range | from | source | used | note |"
    yield "|---|---|---|---|---|---|---|---|"
    sources = acts().sources
    for each in parameters.shipped():
        source = sources[each.source_id]
        span = "" if each.low is None or each.high is None else f"{each.low:g} to {each.high:g}"
        cited = f"{source.publisher} ({source.year}): {each.locator}"
        yield (
            f"| `{each.parameter}` | {each.region} | {each.value:g} {each.unit} | {span} | {each.valid_from} | {cited} | "
            f"{'yes' if each.used else 'no'} | {each.note} |"
        )
    yield ""
    yield "## Why an act is refused"
    yield ""
    yield "The list is closed; a refused act stands in `rejected.parquet` and is never counted as zero."
    yield ""
    yield "| reason | meaning |"
    yield "|---|---|"
    yield from (f"| `{reason}` | {meaning} |" for reason, meaning in REASONS.items())


_INTRODUCTION = """\
    from leafmark.actions import catalogue, credit, explain_act
    done = credit("acts.parquet", "out", catalogue("city"))
    done.table("events")                      # what the ledger takes in
    explain_act(done, "ride-77")              # lines, factors, parameters, sources

`out` holds `run.json`, `events.parquet`, `entries.parquet` (book `impact`, baseline and project apart), `rejected.parquet`,
`parameters.csv`, and each method's own run under `runs/`, which `leafmark explain`, `verify` and `replay` read. Micrograms
of an act are cut off toward zero to milligrams once, where the event is made. A result below zero is recorded below zero
and earns no points. Evidence of class D keeps its estimate and is left out of `audited_co2e_mg`. Avoided grams are not part
of any footprint and never netted with an inventory; an act in an operator's own Scope 1 to 3 is named by `OwnBoundary`,
and its grams are shown, not minted. Terms are defaults of Leafmark's; a programme may write its own.

A region falls to its country and then to the world, for parameters as for factors. Where an act's region has no factor it is
refused, unless its `factor_region` names whose factors stand in. Published figures on acts are in the
[pack `acts`](packs/acts.md).
"""


def _row(kind: Kind, terms: Action) -> str:
    method = f"[`{kind.method.name}`](methods/{kind.method.id}.md)" if kind.method else "none: points only"
    once = {"once": "one document", "day": "one document and day", "year": "one serial number and year"}[kind.bucket]
    if kind.minting:
        once += f"; {kind.minting.replace('_', ' ')}"
    per = {"act": "per act", "quantity": f"per {terms.unit}", "kg": "per kg"}[terms.points_per]
    return (
        f"| `{kind.action}` | {kind.title}, {kind.title_zh} | {method} | {terms.unit} | {terms.evidence_minimum} | {terms.points} {per} | "
        f"{terms.cap_points} a {terms.cap_period} | {once} | {terms.reason} |"
    )


def _paragraphs(text: str) -> str:
    return inspect.cleandoc(text)
