"""Rules as data: one TOML file per law or source in `rules/`, read into frozen `Rule`s and refused where they are wrong.

Each file has a `version` and a `jurisdiction`; each rule its own id, source, first day, severity, topics of words and
the evidence that lifts it. docs/claims.md lists them all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final

from leafmark.engine.sentences import table_of

from .model import SEVERITIES, TRIGGERS, EvidenceKind, LawSource, Rule
from .word_lists import shipped_topics

HOUSE: Final = "house"
_EU_MEMBERS: Final = (
    "at", "be", "bg", "cy", "cz", "de", "dk", "ee", "es", "fi", "fr", "gr", "hr", "hu", "ie", "it", "lt", "lu",
    "lv", "mt", "nl", "pl", "pt", "ro", "se", "si", "sk",
)  # fmt: skip
MARKETS: Final[dict[str, tuple[str, ...]]] = {
    "eu": ("eu",),
    **dict.fromkeys(_EU_MEMBERS, ("eu",)),
    "fr": ("eu", "fr"),
    "uk": ("uk",),
    "gb": ("uk",),
    "us": ("us",),
    "cn": ("cn",),
}
"""Market -> whose rules hold there; the house's hold everywhere. National law within the Union is France's only."""

_FIELDS: Final = {
    "id": str, "severity": str, "valid_from": date, "valid_to": date, "trigger": str, "topics": list, "lifted_by": list,
    "lifted_by_topics": list, "unless_inside": list, "message": str, "source": Mapping,
}  # fmt: skip
_NEEDED: Final = ("id", "severity", "valid_from", "message", "source")
_SOURCE_FIELDS: Final = {"act": str, "article": str, "url": str, "read": bool, "note": str}
_SOURCE_NEEDED: Final = ("act", "article", "url", "read")


@cache
def evidence_kinds() -> dict[str, EvidenceKind]:
    """Give the kinds of evidence that rules ask for, by id."""
    data = tomllib.loads((resources.files(__package__) / "evidence_kinds.toml").read_text(encoding="utf-8"))
    return {
        name: EvidenceKind(
            name,
            on_medium=each.get("on_medium", False),
            independent_of=frozenset(each.get("independent_of", ())),
            address=each.get("address", False),
            at_least=each.get("at_least"),
        )
        for name, each in data.items()
    }


def parse_rules(text: str, file: str) -> tuple[Rule, ...]:
    """Read one file of rules.

    Raises
    ------
    ValueError
        With every fault at once: file, rule, field, what was found, what was expected.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file}: not TOML: {error}") from error
    faults = [
        f"{file}, {name}: expected a text, found {data.get(name)!r}"
        for name in ("version", "jurisdiction")
        if not isinstance(data.get(name), str)
    ]
    rows = data.get("rules")
    if not isinstance(rows, list) or not rows:
        faults.append(f"{file}, rules: expected at least one [[rules]], found {rows!r}")
        rows = []
    for place, row in enumerate(rows):
        name = row.get("id", f"number {place + 1}")
        faults += [f"{file}, rule {name}, {fault}" for fault in _faults(row, str(data.get("jurisdiction")))]
    names = [row.get("id") for row in rows]
    faults += [
        f"{file}, rule {name}, id: expected once, found twice" for name in {n for n in names if names.count(n) > 1}
    ]
    if faults:
        raise ValueError("\n".join(faults))
    return tuple(_rule(row, data["version"], data["jurisdiction"]) for row in rows)


def _faults(row: Mapping[str, Any], jurisdiction: str) -> Iterator[str]:
    wrong = list(_misshapen(row, _FIELDS, _NEEDED, ""))
    source = row.get("source")
    if isinstance(source, Mapping):
        wrong += _misshapen(source, _SOURCE_FIELDS, _SOURCE_NEEDED, "source.")
    yield from wrong
    if wrong:
        return
    if not row["id"].startswith(f"{jurisdiction}."):
        yield f"id: expected {jurisdiction}.something, found {row['id']!r}"
    if row["severity"] not in SEVERITIES:
        yield f"severity: expected one of {', '.join(SEVERITIES)}, found {row['severity']!r}"
    trigger = row.get("trigger", "text")
    if trigger not in TRIGGERS:
        yield f"trigger: expected one of {', '.join(TRIGGERS)}, found {trigger!r}"
    if (trigger in ("text", "brand")) != bool(row.get("topics")):
        yield f"topics: expected some for a rule of words and none for one of evidence, found {row.get('topics', [])!r}"
    if row.get("valid_to") is not None and row["valid_to"] <= row["valid_from"]:
        yield f"valid_to: expected a day after {row['valid_from']}, found {row['valid_to']}"
    if f"why.{row['message']}" not in table_of(__package__, "en"):
        yield f"message: expected a name under [why] of strings/en.toml, found {row['message']!r}"
    for field in ("topics", "lifted_by_topics", "unless_inside"):
        yield from (
            f"{field}: expected one of {', '.join(sorted(shipped_topics()))}, found {topic!r}"
            for topic in row.get(field, ())
            if topic not in shipped_topics()
        )
    for way in row.get("lifted_by", ()):
        if not isinstance(way, list) or not way:
            yield f"lifted_by: expected lists of kinds of evidence, found {way!r}"
            continue
        yield from (
            f"lifted_by: expected a kind of evidence_kinds.toml, found {kind!r}"
            for kind in way
            if kind not in evidence_kinds()
        )


def _misshapen(
    row: Mapping[str, Any], fields: Mapping[str, Any], needed: tuple[str, ...], prefix: str
) -> Iterator[str]:
    yield from (f"{prefix}{name}: is missing" for name in needed if name not in row)
    for name, value in row.items():
        if name not in fields:
            yield f"{prefix}{name}: expected one of {', '.join(fields)}"
        elif not isinstance(value, fields[name]) or (fields[name] is str and not value and name != "note"):
            yield f"{prefix}{name}: expected {fields[name].__name__}, found {value!r}"


def _rule(row: Mapping[str, Any], version: str, jurisdiction: str) -> Rule:
    return Rule(
        id=row["id"],
        version=version,
        jurisdiction=jurisdiction,
        severity=row["severity"],
        valid_from=row["valid_from"],
        valid_to=row.get("valid_to"),
        trigger=row.get("trigger", "text"),
        topics=tuple(row.get("topics", ())),
        lifted_by=tuple(tuple(way) for way in row.get("lifted_by", ())),
        lifted_by_topics=tuple(row.get("lifted_by_topics", ())),
        unless_inside=tuple(row.get("unless_inside", ())),
        message=row["message"],
        source=LawSource(**row["source"]),
    )


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """Give all rules inside the package, by jurisdiction and in the order of their files."""
    folder = resources.files(__package__) / "rules"
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name)
    return tuple(rule for each in files for rule in parse_rules(each.read_text(encoding="utf-8"), f"rules/{each.name}"))


def rules_for(markets: tuple[str, ...], on_date: date) -> tuple[Rule, ...]:
    """Give the rules in force on a day on some markets; the house's always.

    Raises
    ------
    ValueError
        If no market is named, or one has no rules here; the message lists those there are.
    """
    unknown = [market for market in markets if market not in MARKETS]
    if unknown or not markets:
        named = ", ".join(map(repr, unknown)) or "none"
        raise ValueError(f"market: expected one or more of {', '.join(MARKETS)}; found {named}")
    jurisdictions = {HOUSE}.union(*(MARKETS[market] for market in markets))
    return tuple(rule for rule in shipped_rules() if rule.jurisdiction in jurisdictions and rule.in_force(on_date))
