"""The report as one page that stands by itself: no script, no outside file; prints, and fits a telephone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

from leafmark.engine.sentences import table_of
from leafmark.inventory.report import sections_basis as basis
from leafmark.inventory.report import sections_figures as figures
from leafmark.inventory.report.facts import Facts
from leafmark.inventory.report.markup import Column, Raw, link, paragraph, table
from leafmark.inventory.report.required import index
from leafmark.inventory.report.words import Words

_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1b1b1b;--paper:#fff;--quiet:#4a4a4a;--rule:#767676;--note:#8a5a00;--link:#0b57a4;--bar:#35618e;--bar2:#7d9dbd}
@media (prefers-color-scheme:dark){:root{--ink:#eee;--paper:#16181b;--quiet:#b9bcc0;--rule:#8b8f94;--note:#d9a441;--link:#8ec2f5;--bar:#8ab4de;--bar2:#58789a}}
*{box-sizing:border-box}body{font:16px/1.5 system-ui,"Noto Sans CJK TC","Noto Sans CJK SC",sans-serif;color:var(--ink);background:var(--paper);max-width:72rem;margin:1.5rem auto;padding:0 1rem}
a{color:var(--link)}h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.2rem;margin:2.2rem 0 .5rem;border-top:1px solid var(--rule);padding-top:.8rem}h3{font-size:1.02rem}h4{font-size:1rem;margin:.5rem 0}
nav ul{columns:18rem;padding-left:1.1rem}dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.15rem 1rem}dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:.5rem 0 1rem}table{border-collapse:collapse;font-size:.9rem;min-width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;border-bottom:1px solid var(--rule)}
tbody th{font-weight:normal}thead th{color:var(--quiet)}tfoot th,tfoot td{font-weight:600;border-bottom:0;border-top:2px solid var(--rule)}tbody th{min-width:8rem}td{min-width:4.5rem}.s{min-width:12rem}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}thead .n{white-space:normal}
.stack>*{display:block;overflow-wrap:anywhere}.stack>.soft{font-size:.92em}td:not(.n)>.stack{min-width:9rem}.n>.stack{white-space:normal;overflow-wrap:normal}
code{font-size:.85em;overflow-wrap:anywhere}.soft{color:var(--quiet);font-size:.9rem}.note{border:1px solid var(--note);padding:.5rem 1rem}.missing,.partly{font-weight:600;color:var(--note)}figure{margin:0}
.chart{width:100%;max-width:40rem;height:auto;font:13px system-ui,sans-serif}.chart text{fill:var(--ink)}.b1{fill:var(--bar)}.b2{fill:var(--bar2)}.w{stroke:var(--ink);fill:none}
@media (max-width:30rem){.s{min-width:15rem}dl{grid-template-columns:1fr}dt{margin-top:.4rem}.chart{font-size:18px}}
@media screen and (max-width:40rem){.fold,.fold tbody,.fold tr,.fold th,.fold td{display:block;text-align:left;border:0;padding:0}.fold thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.fold tr{border-bottom:1px solid var(--rule);padding:.6rem 0}.fold td{display:grid;grid-template-columns:7.5rem 1fr;gap:0 .8rem;margin-top:.2rem;white-space:normal}.fold td::before{content:attr(data-heading);color:var(--quiet);overflow-wrap:anywhere}.fold td:empty{display:none}.fold .stack{min-width:0}}
@media print{:root{--ink:#000;--paper:#fff;--quiet:#333;--rule:#888;--link:#000;--bar:#444;--bar2:#999}body{max-width:none;font-size:10pt}.scroll{overflow:visible}table{font-size:8pt}thead{display:table-header-group}tr{break-inside:avoid}h2,h3{break-after:avoid}nav{display:none}a{text-decoration:none}th,td{overflow-wrap:anywhere}}
@page{size:A4 landscape;margin:14mm}
"""

IMPACT_FILE: Final = "impact.html"
_Section = Callable[[Facts, Words], str]
_AFTER_INDEX: Final[tuple[tuple[str, _Section], ...]] = (
    ("boundary", basis.boundary), ("scopes", figures.scopes), ("chart", figures.chart), ("categories", figures.categories),
    ("gases", figures.gases), ("scope2", figures.scope2), ("scope3", figures.scope3), ("outside", figures.outside),
    ("base_year", basis.base_year), ("offsets", basis.offsets), ("sites", figures.sites), ("completeness", basis.completeness),
    ("flags", basis.flags), ("factors", basis.factors), ("methods", basis.methods), ("uncertainty", figures.uncertainty),
    ("statements", basis.statements),
)  # fmt: skip


def page(given: Facts, language: str = "en", impact: bool = False) -> str:
    """The whole page; `impact`: a page of the impact statement lies beside it."""
    words = Words(language)
    record = given.record
    title = words("title", year=given.inventory.year, name=record["organisation"]["name"])
    until = dt.date.fromisoformat(str(record["until"])) - dt.timedelta(days=1)
    lead = words("lead", **{"from": record["from"], "to": until, "gwp": record.get("gwp")})
    made = words(
        "made", finished=record.get("finished"), leafmark=record.get("leafmark"), known_on=record.get("known_on")
    )
    sections = [
        ("index", basis.index(index(given, words), words)),
        *((name, make(given, words)) for name, make in _AFTER_INDEX),
    ]
    sections.append(("impact", _impact_link(words, impact)))
    contents = "".join(f'<li><a href="#{name}">{escape(words(f"section.{name}"))}</a></li>' for name, _ in sections)
    body = [
        f"<header><h1>{escape(title)}</h1>{paragraph(lead)}{basis.totals_said(given, words)}{paragraph(made, 'soft')}</header>",
        f'<nav aria-label="{escape(words("contents"))}"><h2 id="contents">{escape(words("contents"))}</h2><ul>{contents}</ul></nav><main>',
        *(
            f'<section><h2 id="{name}">{escape(words(f"section.{name}"))}</h2>\n{inner}</section>'
            for name, inner in sections
        ),
        "</main>",
    ]
    return whole(title, language, _distinct("\n".join(body)))


def _distinct(body: str) -> str:
    """Regions of one name get a number: a screen reader lists them by their names."""
    seen: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        name = match[1]
        seen[name] = seen.get(name, 0) + 1
        return match[0] if seen[name] == 1 else f'role="region" aria-label="{name} ({seen[name]})"'

    return re.sub(r'role="region" aria-label="([^"]*)"', numbered, body)


def whole(title: str, language: str, body: str) -> str:
    """A page around its body."""
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def missing(given: Facts) -> list[dict[str, str]]:
    """Required items that are not all there, with what is missing, in English."""
    words = Words("en")
    return [
        {"item": item.key, "what": words(f"item.{item.key}"), "state": found.state, "missing": found.why}
        for item, found in index(given, words)
        if item.required and found.state != "there"
    ]


def _impact_link(words: Words, there: bool) -> str:
    if not there:
        return paragraph(words("impact.none")) + paragraph(words("impact.note"))
    said = escape(words("impact.link", file="\x00")).replace("\x00", link(IMPACT_FILE, IMPACT_FILE).html)
    return paragraph(Raw(said)) + paragraph(words("impact.note"))


def impact_page(statement: Mapping[str, Any], language: str) -> str:
    """The impact statement on a page of its own, every list of rows as a table: beside the inventory, with no figure of it."""
    words = Words(language)
    title = words("section.impact")
    lists = {
        key: value
        for key, value in statement.items()
        if isinstance(value, list) and value and isinstance(value[0], Mapping)
    }
    plain = [
        (words.of_statement(key), _said(key, value, words))
        for key, value in statement.items()
        if key not in lists and value not in (None, [], {})
    ]
    columns = [Column(words("column.what")), Column(words("column.value"))]
    body = f"<main><h1>{escape(title)}</h1>{paragraph(words('impact.note'), 'note')}"
    body += table(title, columns, plain) if plain else ""
    for key, rows in lists.items():
        names = list(dict.fromkeys(name for row in rows for name in row))
        cells = [[("–" if row.get(name) is None else _said(name, row[name], words)) for name in names] for row in rows]
        heading = words.of_statement(key)
        body += (
            f"<h2>{escape(heading)}</h2>{table(heading, [Column(words.of_statement(name)) for name in names], cells)}"
        )
    return whole(title, language, body + "</main>")


_CODED: Final = ("book", "status", "type")
"""Fields of a statement whose values are codes of ours; any other text is the company's own."""


def _said(key: str, value: object, words: Words) -> str:
    """A value of the statement: a code by its word, fields within it one by one, and what it is by, as its own room says it."""
    if isinstance(value, Mapping):
        return "; ".join(
            f"{words.of_statement(str(name))}{words('colon')}{_said(str(name), each, words)}"
            for name, each in value.items()
        )
    if key == "guidance":
        return table_of("leafmark.inventory.impact", words.language)["guidance"]
    return words.of_statement(str(value)) if key in _CODED else str(value)
