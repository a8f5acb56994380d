"""Sections of the page that say what the figures rest on: index, boundary, base year, completeness, flags, factors, methods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from leafmark.engine.recount import recipe_of
from leafmark.inventory.report.facts import BYS, Facts, Used
from leafmark.inventory.report.markup import (
    Cell,
    Column,
    Raw,
    code,
    facts,
    folding_table,
    heading,
    link,
    paragraph,
    table,
    text,
)
from leafmark.inventory.report.required import Found, Item
from leafmark.inventory.report.sections_figures import generic
from leafmark.inventory.report.words import Words, number, percent, tonnes

FACTORS_MAX: Final = 300
"""Factors that the page names, those of most grams; the workbook has all."""


def english(said: str) -> Raw:
    """Words that come in English alone."""
    return Raw(f'<span lang="en">{text(said)}</span>')


def index(found: Sequence[tuple[Item, Found]], words: Words) -> str:
    """Each item of the standards with where it stands, or what is missing."""
    columns = [
        Column(words(f"column.{name}"), wide=name in ("where", "standard"))
        for name in ("item", "state", "where", "level", "standard")
    ]
    rows: list[list[Cell]] = []
    for item, state in found:
        where = link(f"#{item.section}", words(f"section.{item.section}"))
        said = Raw(f"{where.html}<br>{text(state.why)}") if state.why else where
        mark = Raw(f'<span class="{state.state}">{text(words(f"state.{state.state}"))}</span>')
        level = words("level.required" if item.required else "level.optional")
        rows.append([words(f"item.{item.key}"), mark, said, level, words(f"standard.{item.standard}")])
    return table(words("section.index"), columns, rows)


def boundary(given: Facts, words: Words) -> str:
    """Company, consolidation approach, period, what is in it."""
    record = given.record
    until = dt.date.fromisoformat(str(record["until"])) - dt.timedelta(days=1)
    pairs: list[tuple[str, Cell]] = [
        (
            words("boundary.company"),
            words("with_id", name=record["organisation"]["name"], id=record["organisation"]["id"]),
        ),
        (words("boundary.approach"), words.code("approach", str(record.get("approach")))),
        (words("boundary.period"), words("boundary.to_inclusive", **{"from": record["from"], "to": until})),
        (words("boundary.gwp"), words("boundary.gwp_said", gwp=record.get("gwp"))),
        *_as_published(given, words),
        (words("boundary.known_on"), str(record.get("known_on"))),
        (words("boundary.currency"), str(record.get("currency"))),
        (words("boundary.entities"), number(len(given.entities["location"].keys() | given.entities["market"].keys()))),
        (words("boundary.sites"), number(len(given.sites["location"].keys() | given.sites["market"].keys()))),
    ]
    if given.said.get("description"):
        pairs.append((words("boundary.description"), str(given.said["description"])))
    return facts(pairs)


def _as_published(given: Facts, words: Words) -> list[tuple[str, Cell]]:
    """What stands by its publisher's own set of potentials."""
    said = words("missing.joint").join(
        f"{gwp or words('unknown')}{words('colon')}{tonnes(ug)} t CO2e" for gwp, ug in given.as_published.items()
    )
    return [(words("boundary.as_published"), said)] if said else []


def base_year(given: Facts, words: Words) -> str:
    """Base year, policy, recalculations with their reasons, the years' profile, targets."""
    base = given.said.get("base_year") or {}
    found = ""
    if not base:
        found = paragraph(words("missing.base_year"), "note")
    else:
        pairs: list[tuple[str, Cell]] = [
            (words("base_year.year"), str(base.get("year", words("unknown")))),
            (words("base_year.why"), str(base.get("why") or words("unknown"))),
            (words("base_year.policy"), str(base.get("policy") or words("unknown"))),
            (words("base_year.threshold"), str(base.get("threshold_percent", words("unknown")))),
            (words("base_year.scope2"), _scope2_method(base, words)),
        ]
        found = facts(pairs)
        if base.get("year") == given.inventory.year:
            found += paragraph(words("base_year.is_this"))
        found += heading(words("base_year.changes"))
        changes = base.get("changes")
        if changes:
            found += "<ul>" + "".join(f"<li>{text(str(each))}</li>" for each in changes) + "</ul>\n"
        else:
            found += paragraph(words("none") if changes is not None else words("missing.changes"))
        found += _profile(base.get("profile") or [], words) + _by_category(base.get("scope3") or [], words)
    return found + heading(words("base_year.targets")) + paragraph(str(given.said.get("targets") or words("nothing")))


def _scope2_method(base: Mapping[str, Any], words: Words) -> str:
    method = words(f"base_year.scope2_{base['scope2_method']}") if base.get("scope2_method") else words("unknown")
    return f"{method}; {words('base_year.proxy')}" if base.get("scope2_proxy") else method


def _by_category(rows: list[dict[str, Any]], words: Words) -> str:
    if not rows:
        return ""
    title = words("base_year.scope3")
    columns = [Column(words("column.category")), Column(words("column.co2e_t"), True)]
    cells: list[list[Cell]] = [[words.scope(3, row["category"]), number(row["co2e_t"])] for row in rows]
    return heading(title) + table(title, columns, cells)


def _profile(years: list[dict[str, float]], words: Words) -> str:
    if not years:
        return ""
    title = words("base_year.profile")
    columns = [Column(words(f"column.{name}"), True) for name in ("year", "published_t", "restated_t")]
    rows = [[str(int(each["year"])), *(number(each.get(name)) for name in ("co2e_t", "restated_t"))] for each in years]
    return heading(title) + table(title, columns, rows)


def offsets(given: Facts, words: Words) -> str:
    """Removals, offsets and credits as their room gives them; in no total."""
    if given.removals is None or not given.removals.num_rows:
        return paragraph(words("offsets.none"))
    return paragraph(words("offsets.note")) + generic(given.removals, words("section.offsets"), words)


def completeness(given: Facts, words: Words) -> str:
    """Of every scope and category what is in, partly, estimated, excluded and why."""
    if not given.completeness:
        return paragraph(words("missing.completeness"), "note")
    names = ("scope", "category", "status", "what", "why")
    counts = ("activities", "refused", "estimated", "months")
    columns = [
        *(Column(words(f"column.{name}"), wide=name == "why") for name in names),
        *(Column(words(f"column.{name}"), True) for name in counts),
    ]
    rows: list[list[Cell]] = [
        [words.scope(row["scope"]), words.scope(3, row["category"]) if row["category"] else words("category.0"),
         words.code("status", row["status"]), words.told(row["what"], "what") or "–", words.told(row["why"], "why") or "–", number(row["activities"]), number(row["refused"]),
         percent(row["estimated_share"]), number(row["months"])]
        for row in given.completeness
    ]  # fmt: skip
    return table(words("section.completeness"), columns, rows)


def flags(given: Facts, words: Words) -> str:
    """What was refused or doubted, by rule, with the first row of each."""
    if not given.flag_rules:
        return paragraph(words("none"))
    columns = [
        Column(words("column.rule")),
        Column(words("column.effect")),
        Column(words("column.rows"), True),
        Column(words("column.meaning"), wide=True),
        Column(words("column.example"), wide=True),
    ]
    rows: list[list[Cell]] = []
    for rule in given.flag_rules:
        rows.append(
            [
                code(rule["reason"]),
                words.code("effect", rule["effect"]),
                number(rule["rows"]),
                words.meaning(rule["reason"]),
                _first(rule, words),
            ]
        )
    return table(words("section.flags"), columns, rows)


def _first(rule: Mapping[str, Any], words: Words) -> Cell:
    """The first row of a rule: its file and row, its field, and what was found there."""
    first = rule["first"]
    place = first["file"] if first["row"] is None else f"{first['file']}:{first['row']}"
    parts = [code(place).html, *([code(first["field"]).html] if first["field"] else [])]
    found = words.found(rule["reason"], first["found"])
    return Raw(" ".join([*parts, *([f"= {text(found)}"] if found else [])]))


def factors(given: Facts, words: Words) -> str:
    """Every factor with what it came to, its publisher, licence, table and row."""
    if not given.used:
        return paragraph(words("nothing"))
    where = " · ".join(words(f"column.{name}") for name in ("scope", "template"))
    source = " · ".join(words(f"column.{name}") for name in ("source", "locator", "licence"))
    columns = [Column(words("column.factor")), Column(where), Column(words("column.co2e_t"), True), Column(words("column.amount"), True),
               Column(words("column.kg_per_unit"), True), Column(source)]  # fmt: skip
    rows = [row for used in given.used[:FACTORS_MAX] for row in _factor_rows(given, used, words)]
    rest = given.used[FACTORS_MAX:]
    if rest:
        rest_ug = sum(each.co2e_ug for each in rest)
        rows.append([words("all_others", count=number(len(rest))), "", tonnes(rest_ug), *[""] * 3])
    return folding_table(words("section.factors"), columns, rows)


def _factor_rows(given: Facts, used: Used, words: Words) -> list[list[Cell]]:
    """A row for the factor; of a recipe, one more for each of its parts."""
    parts = recipe_of(used.factor_id)
    amount = _stacked(number(used.amount), used.unit if used.amount is not None else "")
    mine: list[Cell] = [
        code(used.factor_id),
        _stacked(words.scope(used.scope), words.file_of(used.template)),
        tonnes(used.co2e_ug),
        amount,
    ]
    if len(parts) == 1:
        return [[*mine, *_source(given, used.factor_id, words)]]
    return [[*mine, "", ""], *([code(part), "", "", "", *_source(given, part, words)] for part in parts)]


def _source(given: Facts, factor_id: str, words: Words) -> list[Cell]:
    """The factor's value; and under what it is called its publication, table and row, and licence, so that the table fits a screen."""
    known = given.sources.get(factor_id)
    if known is None:
        return ["–", words("unknown")]
    publisher, title = known.published(words.language)
    said = words("factor_of", name=known.name(words.language), region=known.region, year=known.data_year)
    where = (
        words("publication", publisher=publisher, title=title),
        known.place(words.language),
        known.terms(words.language),
    )
    return [_stacked(f"{known.co2e_kg:.6g}", f"/ {known.unit}"), _stacked(said, *where)]


def _stacked(first: str, *below: str) -> Raw:
    """What a cell says, and under it, quieter, what belongs to it."""
    under = "".join(f'<span class="soft">{escape(each)}</span>' for each in below if each)
    return Raw(f'<span class="stack"><span>{escape(first)}</span>{under}</span>')


def methods(given: Facts, words: Words) -> str:
    """Methods with version, hash and clause; packs with their hashes; runs."""
    from leafmark.methods import LIBRARY

    record, library = given.record, {(each.id, each.version): each for each in LIBRARY}
    found = paragraph(words("methods.tools", version=str(record.get("leafmark"))))
    rows: list[list[Cell]] = []
    for each in record.get("methods", ()):
        method = library.get((each["id"], each["version"]))
        rows.append(
            [
                Raw(f"{code(each['id']).html}<br>{text(words.title_of(method))}") if method else code(each["id"]),
                str(each["version"]),
                _reference(each["id"], method.reference, words) if method else words("unknown"),
                code(str(each.get("hash", ""))),
            ]
        )
    names = [
        Column(words("column.method")),
        Column(words("column.version")),
        Column(words("column.reference"), wide=True),
        Column(words("column.hash")),
    ]
    found += table(words("column.method"), names, rows) if rows else paragraph(words("missing.methods"), "note")
    packs: list[list[Cell]] = [
        [code(str(each["id"])), str(each["version"]), code(str(each.get("sha256", "")))]
        for each in record.get("packs", ())
    ]
    names = [Column(words("column.pack")), Column(words("column.version")), Column(words("column.hash"))]
    found += table(words("column.pack"), names, packs) if packs else ""
    runs: list[list[Cell]] = [
        [code(str(each["run_id"])), words.file_of(str(each.get("template", ""))), code(str(each["folder"]))]
        for each in record.get("runs", ())
    ]
    names = [Column(words("column.run")), Column(words("column.template")), Column(words("column.folder"))]
    found += heading(words("methods.runs")) + (
        table(words("methods.runs"), names, runs) if runs else paragraph(words("nothing"))
    )
    if given.said.get("allocation"):
        found += heading(words("statements.allocation")) + paragraph(str(given.said["allocation"]))
    return found


def _reference(method_id: str, given: str, words: Words) -> Cell:
    said = words.reference_of(method_id, given)
    return english(given) if said is None else said


def statements(given: Facts, words: Words) -> str:
    """What the company says beside its figures."""
    keys = ("assurance", "contact", "intensity", "trades")
    return facts([(words(f"statements.{key}"), str(given.said.get(key) or words("nothing"))) for key in keys])


def totals_said(given: Facts, words: Words) -> str:
    """The two totals, first of all."""
    shown = BYS if given.has_market else BYS[:1]
    return facts(
        [(words(f"by.{by}"), Raw(f"<strong>{tonnes(given.totals[by].co2e_ug)} t CO2e</strong>")) for by in shown]
    )
