"""Findings in words, in the site's languages: sentences of `strings/`, whole and complete in each (a test says so)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leafmark.engine.sentences import table_of
from leafmark.products.i18n import day
from leafmark.products.words import clean

from .check import Report
from .model import Finding

_QUOTE_CHARS_MAX = 120


def strings(lang: str) -> Mapping[str, str]:
    """Give the table of one language, keys dotted.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    return table_of(__package__, lang)


def shown_quote(quote: str) -> str:
    """Give a quote as one line of at most 120 characters."""
    line = clean(quote)
    return line if len(line) <= _QUOTE_CHARS_MAX else line[: _QUOTE_CHARS_MAX - 1] + "…"


def sentences_of(finding: Finding, lang: str) -> list[str]:
    """Give the lines a person reads about one finding: quote and rule, place, why, what is missing, what instead, source."""
    words = strings(lang)
    lines = [
        words["line.finding"].format(
            quote=shown_quote(finding.quote), rule=finding.rule, severity=words[f"severity.{finding.severity}"]
        )
    ]
    if finding.where != "evidence":
        place = {"start": finding.start, "end": finding.end, "where": words[f"where.{finding.where}"]}
        lines.append(words["line.place"].format(**place))
    lines.append(words["line.why"].format(why=words[f"why.{finding.message}"]))
    lines += _evidence(finding, words)
    lines.append(words["line.instead"].format(say=words[f"say.{finding.message}"]))
    source = words["line.source"].format(act=finding.source.act, article=finding.source.article)
    lines.append(source if finding.source.read else f"{source} ({words['line.unread']})")
    if finding.more:
        lines.append(words["line.more"])
    return lines


def _evidence(finding: Finding, words: Mapping[str, str]) -> Iterator[str]:
    ways = [words["line.and"].join(words[f"evidence.{kind}"] for kind in way) for way in finding.missing]
    if ways:
        yield words["line.missing"].format(missing=words["line.or"].join(ways))
    elif not finding.unseen and finding.where != "evidence":
        yield words["line.no_evidence"]
    for topic in finding.unseen:
        yield words["line.unseen"].format(words=words[f"words.{topic}"])
    for piece in finding.unusable:
        named = {"evidence": words[f"evidence.{piece.kind}"], "reason": words[f"reason.{piece.reason}"]}
        yield words["line.unusable"].format(**named)


def text_of(report: Report, lang: str) -> str:
    """Give a report as a person reads it. It says what was looked for and that it is no legal advice, always."""
    words = strings(lang)
    count = len(report.findings)
    head = {0: words["line.nothing"], 1: words["line.found_one"]}.get(count, words["line.found"].format(count=count))
    blocks = ["\n  ".join(sentences_of(finding, lang)) for finding in report.findings]
    looked_for = words["line.looked_for"].format(
        count=len(report.rules), date=day(report.on_date), markets=", ".join(report.markets)
    )
    return "\n\n".join([head, *blocks, f"{looked_for}\n{words['line.no_advice']}"])
