"""The check: a text, the evidence held, a day and markets -> findings. Pure; it never says that a text is lawful.

    folded text -> words -> topics found -> rules in force -> what evidence lifts -> findings, by place

An empty answer means that none of the phrases looked for was found unlifted: `report` says which rules were asked, and
that this is no legal advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from .lifting import Holdings, Ways
from .model import Claim, ClaimEvidence, Finding, Rule, Unusable
from .rulebook import evidence_kinds, rules_for
from .scan import BRAND, TEXT, Scanned, places_of, scan, scan_name, topics_in

PLACES_MAX: Final = 200
"""Places listed per rule; the last says with `more` that there are others."""


@dataclass(frozen=True, slots=True)
class Report:
    """Findings, and what was looked for: the rules asked, by id and version, on which day, for which markets."""

    findings: tuple[Finding, ...]
    rules: tuple[str, ...]
    on_date: date
    markets: tuple[str, ...]


def check(
    claim: str | Claim,
    evidence: Iterable[ClaimEvidence] = (),
    on_date: date | None = None,
    markets: Sequence[str] = ("eu",),
) -> list[Finding]:
    """Find what the rules object to in a text that is to be published.

    Parameters
    ----------
    claim
        The text, plain or HTML; or a `Claim` with the brand's name and the other texts on the same medium.
    evidence
        What the trader holds. A piece counts through its last valid day.
    on_date
        The day of publication; rules in force on it are asked. Today where it is None.
    markets
        Where the text is to be read: keys of `MARKETS`.

    Returns
    -------
    list of Finding
        Ordered by place; those of the brand's name and of the evidence behind those of the text. An empty list does
        not mean that the text is lawful.

    Raises
    ------
    ValueError
        If a market has no rules here, or a kind of evidence is unknown.
    """
    return list(report(claim, evidence, on_date, markets).findings)


def report(
    claim: str | Claim,
    evidence: Iterable[ClaimEvidence] = (),
    on_date: date | None = None,
    markets: Sequence[str] = ("eu",),
) -> Report:
    """Give the findings of `check` with what was looked for; parameters and errors are the same."""
    claim = Claim(claim) if isinstance(claim, str) else claim
    day = on_date or date.today()
    asked = (markets,) if isinstance(markets, str) else tuple(markets)
    pieces = tuple(evidence)
    if unknown := {piece.kind for piece in pieces} - set(evidence_kinds()):
        expected = ", ".join(evidence_kinds())
        raise ValueError(f"evidence: expected kinds of {expected}; found {', '.join(sorted(unknown))}")
    rules = rules_for(asked, day)
    scanned = {TEXT: scan(claim.text), BRAND: scan_name(claim.brand)}
    wanted = frozenset(topic for rule in rules for topic in rule.lifted_by_topics)
    shown = (scanned[TEXT], *map(scan, claim.medium))
    lifting = frozenset(topic for each in shown for topic in topics_in(each, wanted))
    live = tuple(rule for rule in rules if not lifting.intersection(rule.lifted_by_topics))
    holdings = Holdings(pieces, (claim.text, *claim.medium), day)
    findings = (
        *_of_words(claim.text, scanned[TEXT], TEXT, live, holdings),
        *_of_words(claim.brand, scanned[BRAND], BRAND, live, holdings),
        *_of_evidence(pieces, live, day),
    )
    return Report(findings, tuple(f"{rule.id}@{rule.version}" for rule in rules), day, asked)


def _of_words(text: str, scanned: Scanned, where: str, rules: Sequence[Rule], holdings: Holdings) -> list[Finding]:
    """Findings of a text or a name, in the order of their places."""
    found: dict[str, list[Finding]] = {}
    done: set[str] = set()
    asked = tuple(rule for rule in rules if rule.trigger == where)
    for rule, start, end in places_of(scanned, asked, done):
        lacks = holdings.missing(rule, text[start:end])
        if lacks is None:
            continue
        finds = found.setdefault(rule.id, [])
        if len(finds) == PLACES_MAX:
            finds[-1] = replace(finds[-1], more=True)
            done.add(rule.id)
        else:
            finds.append(_finding(rule, where, start, text[start:end], *lacks))
    return sorted((each for finds in found.values() for each in finds), key=lambda each: (each.start, each.end))


def _of_evidence(pieces: Sequence[ClaimEvidence], rules: Sequence[Rule], day: date) -> Iterator[Finding]:
    """Findings about the evidence itself; the place is that in the list given."""
    for place, piece in enumerate(pieces):
        expired = piece.expires_on is not None and piece.expires_on < day
        retired = piece.factors_superseded_on is not None and piece.factors_superseded_on <= day
        for rule in rules:
            if (rule.trigger == "expired" and expired) or (rule.trigger == "retired_factors" and retired):
                named = " ".join(filter(None, (piece.kind, piece.url or piece.document)))
                yield _finding(rule, "evidence", place, named, (), ())


def _finding(rule: Rule, where: str, start: int, quote: str, missing: Ways, unusable: tuple[Unusable, ...]) -> Finding:
    return Finding(
        rule=rule.id,
        rule_version=rule.version,
        jurisdiction=rule.jurisdiction,
        severity=rule.severity,
        where=where,
        start=start,
        end=start + (0 if where == "evidence" else len(quote)),
        quote=quote,
        missing=missing,
        unusable=unusable,
        unseen=rule.lifted_by_topics,
        source=rule.source,
        message=rule.message,
    )
