"""The impact statement as a page in three languages, alone or beside an inventory: two columns, and no figure over both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from leafmark.inventory.book import Sum
from leafmark.inventory.impact.making import Amount, ImpactStatement
from leafmark.inventory.impact.publishing import Beside, publish
from leafmark.inventory.impact.tables import EVIDENCE
from leafmark.inventory.paper import page as paper
from leafmark.inventory.paper.words import Words, mass


def page(statement: ImpactStatement, lang: str = "en", *, published: bool = False) -> str:
    """The statement's page; a draft says on top that it is one.

    Raises
    ------
    NotPublishableError : `published`, and a gate is not passed. ValueError : there is no such language.
    """
    say = Words(__package__, lang)
    title = say("title")
    return paper.page(
        lang,
        say("titled", what=title, name=_name(statement)),
        [*_head(statement, say, published), *_body(statement, say)],
    )


def beside_page(both: Beside, lang: str = "en", *, published: bool = False) -> str:
    """One page, two columns: the inventory and the impact statement. Raises as `page`."""
    say = Words(__package__, lang)
    left = [
        paper.heading(say("inventory.title")),
        paper.paragraph(say("inventory.what"), "soft"),
        _inventory(both, say),
    ]
    right = [paper.heading(say("title")), paper.paragraph(say("beside.what"), "soft"), *_subtotals(both.impact, say, 3)]
    return paper.page(
        lang, say("titled", what=say("beside.title"), name=both.organisation),
        [paper.heading(say("beside.title"), 1), *_facts(both.impact, say), paper.paragraph(say("beside.never"), "notice"),
         *_standing(both.impact, say, published), paper.beside(left, right), *_body(both.impact, say, subtotals=False)],
    )  # fmt: skip


def _name(statement: ImpactStatement) -> str:
    return str(statement.settings["organisation"]["name"])


def _head(statement: ImpactStatement, say: Words, published: bool) -> Iterator[str]:
    yield paper.heading(say("title"), 1)
    yield from _facts(statement, say)
    yield paper.paragraph(say("apart"), "notice")
    yield from _standing(statement, say, published)


def _facts(statement: ImpactStatement, say: Words) -> Iterator[str]:
    period = say("period", first=statement.first, until=statement.until)
    yield paper.facts(
        [
            (say("head.organisation"), _name(statement)),
            (say("head.period"), period),
            (say("head.guidance"), say("guidance")),
        ]
    )


def _standing(statement: ImpactStatement, say: Words, published: bool) -> Iterator[str]:
    """That it is a draft, and what stands in its way."""
    if published:
        publish(statement)
        return
    yield paper.paragraph(say("draft" if not statement.publishable else "unpublished"), "notice")
    yield paper.bullets(
        say(f"in_the_way.{each['state']}", gate=say(f"gate.{each['gate']}"), question=say(f"question.{each['question']}"),
            programme=_programme(statement, each["programme"]) if each["programme"] else say("whole_company"))
        for each in statement.open_gates
    )  # fmt: skip


def _body(statement: ImpactStatement, say: Words, subtotals: bool = True) -> Iterator[str]:
    if subtotals:
        yield from _subtotals(statement, say, 2)
    yield paper.heading(say("section.rows"))
    yield paper.table(
        say("section.rows"), [say(f"column.{each}") for each in ("programme", "participant", "type", *_FIGURES)],
        ([_programme(statement, key[0]), _participant(key[1], say), say(f"type.{key[2]}"), *_figures(amount, say)]
         for key, amount in statement.rows.items()),
        right=(3, 4, 5, 6, 7), named=False,
    )  # fmt: skip
    yield from _evidence(statement, say)
    yield from _programmes(statement, say)
    yield from _answers(statement, say)
    yield from _ambition(statement, say)
    yield paper.heading(say("section.disclosures"))
    yield paper.bullets(
        say(f"disclosure.{name}") for name in ("types", "audited", "negative", "range", "data", "guidance")
    )
    if statement.flags.rows:
        yield paper.heading(say("section.flags"))
        yield paper.table(
            say("section.flags"), [say(f"column.{each}") for each in ("file", "field", "reason", "found", "expected")],
            ([f"{each['file']} {each['row'] or ''}".strip(), each["field"] or "", say(f"reason.{each['reason']}"), each["found"] or "",
              each["expected"] or ""] for each in statement.flags.rows), named=False,
        )  # fmt: skip


_FIGURES = ("audited", "range", "negative", "declared", "effects")


def _figures(amount: Amount, say: Words) -> list[str]:
    between = (
        say("no_range", count=f"{amount.without_range:,}")
        if amount.low_ug is None
        else say("between", low=mass(amount.low_ug), high=mass(amount.high_ug))
    )
    negative = f"{mass(amount.negative_ug)} ({amount.negative:,})"
    return [mass(amount.audited_ug), between, negative, mass(amount.declared_ug), f"{amount.effects:,}"]


def _subtotals(statement: ImpactStatement, say: Words, level: int) -> Iterator[str]:
    yield paper.heading(say("section.subtotals"), level)
    yield paper.table(
        say("section.subtotals"), [say(f"column.{each}") for each in ("type", *_FIGURES)],
        ([say(f"type.{name}"), *_figures(amount, say)] for name, amount in statement.subtotals.items()),
        right=(1, 2, 3, 4, 5), named=False,
    )  # fmt: skip


def _evidence(statement: ImpactStatement, say: Words) -> Iterator[str]:
    yield paper.heading(say("section.evidence"))
    yield paper.table(
        say("section.evidence"), [say("column.type"), *(say(f"evidence.{each}") for each in EVIDENCE)],
        ([say(f"type.{name}"), *(mass(amount.by_evidence[each]) for each in EVIDENCE)] for name, amount in statement.subtotals.items()),
        right=(1, 2, 3, 4), named=False,
    )  # fmt: skip


def _programme(statement: ImpactStatement, programme: str) -> str:
    return str(statement.programmes[programme]["name"])


def _participant(name: str, say: Words) -> str:
    return say("people") if name == "people" else name


def _programmes(statement: ImpactStatement, say: Words) -> Iterator[str]:
    yield paper.heading(say("section.programmes"))
    names = ("solution", "timeframe", "reference_scenario", "life_cycle_solution", "life_cycle_reference", "difference", "company_scale",
             "solution_data", "reference_data")  # fmt: skip
    for row in statement.programmes.values():
        rows = (
            [say(f"step.{name}"), say(f"data.{row[name]}") if name.endswith("_data") else row[name] or say("not_told")]
            for name in names
        )
        yield paper.table(str(row["name"]), [say("column.step"), say("column.told")], rows)


def _answers(statement: ImpactStatement, say: Words) -> Iterator[str]:
    yield paper.heading(say("section.gates"))
    yield paper.table(
        say("section.gates"), [say(f"column.{each}") for each in ("question", "gate", "programme", "answer", "evidence", "day", "state")],
        ([say(f"question.{each['question']}"), say(f"gate.{each['gate']}"),
          _programme(statement, each["programme"]) if each["programme"] else say("whole_company"),
          say(f"answer.{each['answer']}") if each["answer"] else say("not_told"), each["evidence"] or say("not_told"),
          each["answered_on"] or say("not_told"), _state(each, say)] for each in statement.answers), named=False,
    )  # fmt: skip


def _state(each: Mapping[str, Any], say: Words) -> str:
    """Additionality passes no gate: its answers are told or open."""
    told = each["gate"] == "additionality" and each["state"] == "passed"
    return say("state.told" if told else f"state.{each['state']}")


def _ambition(statement: ImpactStatement, say: Words) -> Iterator[str]:
    if not statement.cumulative:
        return
    yield paper.heading(say("section.ambition"))
    goal = statement.content()["goal_ug"]
    if goal is not None:
        last = statement.cumulative[-1]
        tenths = last["cumulative_ug"] * 1000 // goal
        yield paper.paragraph(
            say(
                "ambition",
                goal=mass(goal),
                year=last["year"],
                so_far=mass(last["cumulative_ug"]),
                percent=f"{tenths // 10}.{tenths % 10}",
            )
        )
    yield paper.table(
        say("section.ambition"), [say(f"column.{each}") for each in ("year", "avoided", "reduction", "both", "cumulative", "assured")],
        ([str(each["year"]), mass(each["avoided_ug"]), mass(each["participant_reduction_ug"]), mass(each["ug"]),
          mass(each["cumulative_ug"]), say("answer.yes" if each["assured"] else "answer.no")] for each in statement.cumulative),
        right=(1, 2, 3, 4), named=False,
    )  # fmt: skip


def _inventory(both: Beside, say: Words) -> str:
    def figures(total: Sum | None) -> list[str]:
        return (
            [say("none"), ""]
            if total is None
            else [mass(total.co2e_ug), say("between", low=mass(total.low_ug), high=mass(total.high_ug))]
        )

    rows = []
    for scope, category in sorted({*both.location, *both.market}, key=lambda key: (key[0], key[1] or 0)):
        name = say(f"scope.{scope}") if category is None else say("scope.category", category=category)
        if scope == 2:
            rows.append(
                [say("listed", what=name, which=say("scope.location")), *figures(both.location.get((scope, category)))]
            )
            rows.append(
                [say("listed", what=name, which=say("scope.market")), *figures(both.market.get((scope, category)))]
            )
        else:
            rows.append([name, *figures(both.location.get((scope, category)))])
    return paper.table(
        say("inventory.title"),
        [say("column.scope"), say("column.emitted"), say("column.range")],
        rows,
        right=(1, 2),
        named=False,
    )
