"""A scheme is how a footprint becomes a grade, and it is data: TOML in `schemes/`, read into a frozen `Scheme`.

Four kinds. `declared` prints the number and no letter. `percentile` places the footprint among a frozen benchmark's
quantiles; `index` divides it by that benchmark's median; both say a letter only on complete, unexpired certification
evidence (Directive (EU) 2024/825, which adds Article 2(r), "certification scheme", to Directive 2005/29/EC).
`official_class` reads the class of a product's official index from a regulation's table; it classifies energy, so it
stands apart from the footprint. The index is the published one, or follows from published figures by an `IndexRule`.

Limits are exact decimals: TOML numbers never pass through binary floats.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from importlib import resources
from itertools import pairwise
from typing import Any, Final

from .words import Words, as_words

CLASSES_MAX: Final = {"percentile": 7, "index": 7, "official_class": 15}
KINDS: Final = ("declared", "percentile", "index", "official_class")
LETTER_KINDS: Final = ("percentile", "index")
STATES: Final = ("graded", "declared", "category_estimate", "unknown", "not_applicable")

CERTIFICATION: Final = (
    "public_terms",
    "expert_requirements",
    "non_compliance_rule",
    "third_party_monitoring",
)
"""What Directive 2005/29/EC, Article 2(r), as inserted by (EU) 2024/825, asks of a certification scheme: public,
transparent and fair terms open to all traders; requirements made with experts and stakeholders; a rule for
non-compliance; monitoring by a third party independent of scheme owner and trader."""

REGISTRY_RECORD: Final = "registry_record"
"""What an official class asks instead: the public record the official index was read from."""

REQUIREMENTS: Final = (*CERTIFICATION, REGISTRY_RECORD)
"""All that a scheme may require evidence of."""


@dataclass(frozen=True, slots=True)
class ClassLimit:
    """One class and its limit: `below` (exclusive, None is the open end) where less is better, else `at_least`."""

    letter: str
    below: Decimal | None
    at_least: Decimal | None = None

    def holds(self, measure: Fraction) -> bool:
        """Say whether the measure reaches this class; classes are asked best first."""
        if self.at_least is not None:
            return measure >= Fraction(self.at_least)
        return self.below is None or measure < Fraction(self.below)


@dataclass(frozen=True, slots=True)
class IndexRule:
    """An official index that follows from published figures: stars, one for each `reduction` below a base line.

    base = base_kwh + base_kwh_per_cm2 x screen area;  index = 1 + ln(kWh a year / base) / ln(1 - reduction)
    """

    base_kwh: Decimal
    base_kwh_per_cm2: Decimal
    reduction: Decimal

    def of(self, kwh_per_year: float, screen_area_cm2: float) -> float:
        """Give the index; kWh a year and cm2, both positive."""
        base = float(self.base_kwh) + float(self.base_kwh_per_cm2) * screen_area_cm2
        return 1 + math.log(kwh_per_year / base) / math.log(1 - float(self.reduction))


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence for one requirement of one scheme; the last valid day is `expires_on`."""

    requirement: str
    scheme_id: str
    scheme_version: str
    expires_on: date
    url: str | None = None
    document: str | None = None
    issued_by: str = ""
    independent_of: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """Where limits come from: the regulation or publication, its clause, its address."""

    title: str
    clause: str
    url: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """A versioned scheme; two of one id and version are the same."""

    id: str
    version: str
    kind: str
    title: Words
    owner: str
    classes: tuple[ClassLimit, ...]
    benchmark_id: str | None
    benchmark_version: str | None
    category_rules_id: str | None
    categories: tuple[str, ...]
    states: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    evidence_required: tuple[str, ...]
    source: Source | None
    note: str
    index: IndexRule | None = None

    @property
    def letters(self) -> tuple[str, ...]:
        """The class letters, best first; empty for `declared`."""
        return tuple(limit.letter for limit in self.classes)

    def in_force(self, on_date: date) -> bool:
        """Say whether `valid_from <= on_date < valid_to` (half open, as factors are)."""
        return self.valid_from <= on_date and (self.valid_to is None or on_date < self.valid_to)

    @property
    def last_day(self) -> date | None:
        """The last day in force; None where no end is set."""
        return None if self.valid_to is None else self.valid_to - timedelta(days=1)

    def covers(self, category: str | None) -> bool:
        """Say whether the scheme speaks of this category; an empty list means every category."""
        return not self.categories or category in self.categories


def _faults(scheme: Scheme) -> Iterable[str]:
    if scheme.kind not in KINDS:
        yield f"kind: expected one of {', '.join(KINDS)}, found {scheme.kind!r}"
    if unknown := set(scheme.states) - set(STATES):
        yield f"states: not states of a label: {', '.join(sorted(unknown))}"
    if unknown := set(scheme.evidence_required) - set(REQUIREMENTS):
        yield f"evidence_required: expected some of {', '.join(REQUIREMENTS)}, found {', '.join(sorted(unknown))}"
    if scheme.valid_to is not None and scheme.valid_to <= scheme.valid_from:
        yield f"valid_to: expected a date after {scheme.valid_from}, found {scheme.valid_to}"
    if scheme.kind == "declared":
        if scheme.classes:
            yield "classes: a declared scheme has none"
        return
    yield from _class_faults(scheme)
    if scheme.index is not None:
        if scheme.kind != "official_class":
            yield "index: only an official class has a rule for its index"
        if not (0 < scheme.index.reduction < 1 and scheme.index.base_kwh > 0 and scheme.index.base_kwh_per_cm2 >= 0):
            yield f"index: expected base_kwh > 0, base_kwh_per_cm2 >= 0, 0 < reduction < 1, found {scheme.index}"
    if scheme.kind in LETTER_KINDS:
        if missing := set(CERTIFICATION) - set(scheme.evidence_required):
            yield f"evidence_required: a {scheme.kind} scheme also needs {', '.join(sorted(missing))}"
        if not (scheme.benchmark_id and scheme.benchmark_version):
            yield "benchmark: a graded scheme names its frozen table, id and version"
    if scheme.kind == "official_class" and scheme.source is None:
        yield "source: an official class cites its regulation and clause"


def _class_faults(scheme: Scheme) -> Iterable[str]:
    if not 2 <= len(scheme.classes) <= CLASSES_MAX.get(scheme.kind, 7):
        yield f"classes: expected 2 to {CLASSES_MAX.get(scheme.kind, 7)}, found {len(scheme.classes)}"
    if len(set(scheme.letters)) != len(scheme.letters):
        yield "classes: a letter stands twice"
    floors = [limit.at_least for limit in scheme.classes if limit.at_least is not None]
    if floors:
        if scheme.kind != "official_class":
            yield "classes: `at_least` is for an official class; of grams, more is never better"
        if len(floors) != len(scheme.classes) or any(limit.below is not None for limit in scheme.classes):
            yield "classes: expected `below` or `at_least` in all of them, found both"
        if any(one <= other for one, other in pairwise(floors)):
            yield "classes: `at_least` must fall from the best class on"
        return
    bounds = [limit.below for limit in scheme.classes]
    closed = [bound for bound in bounds[:-1] if bound is not None]
    if bounds and (bounds[-1] is not None or len(closed) != len(bounds) - 1):
        yield "classes: every class but the last needs `below`, and the last is open"
    if any(one >= other for one, other in pairwise(closed)):
        yield "classes: limits must rise"


def _limit(row: Mapping[str, Any]) -> ClassLimit:
    below, floor = (None if field not in row else Decimal(str(row[field])) for field in ("below", "at_least"))
    return ClassLimit(row["letter"], below, floor)


def _index_rule(row: Mapping[str, Any] | None) -> IndexRule | None:
    if row is None:
        return None
    return IndexRule(*(Decimal(str(row[field])) for field in ("base_kwh", "base_kwh_per_cm2", "reduction")))


def scheme_from(data: Mapping[str, Any]) -> Scheme:
    """Build a scheme from parsed TOML and check it.

    Raises
    ------
    ValueError
        Naming every fault at once, each with field, found and expected.
    """
    benchmark = data.get("benchmark", {})
    source = data.get("source")
    try:
        scheme = Scheme(
            id=data["id"],
            version=data["version"],
            kind=data["kind"],
            title=as_words(data["title"]),
            owner=data.get("owner", ""),
            classes=tuple(_limit(row) for row in data.get("classes", ())),
            benchmark_id=benchmark.get("id"),
            benchmark_version=benchmark.get("version"),
            category_rules_id=data.get("category_rules_id"),
            categories=tuple(data.get("categories", ())),
            states=tuple(data["states"]),
            valid_from=data["valid_from"],
            valid_to=data.get("valid_to"),
            evidence_required=tuple(data.get("evidence_required", ())),
            source=None if source is None else Source(source["title"], source["clause"], source["url"]),
            note=data.get("note", ""),
            index=_index_rule(data.get("index")),
        )
    except KeyError as missing:
        raise ValueError(f"scheme {data.get('id', '(no id)')}: field {missing} is missing") from None
    if faults := list(_faults(scheme)):
        raise ValueError(f"scheme {scheme.id}: " + "; ".join(faults))
    return scheme


def parse_scheme(text: str) -> Scheme:
    """Read one scheme from TOML text; limits stay exact decimals."""
    return scheme_from(tomllib.loads(text, parse_float=Decimal))


def shipped_texts() -> list[str]:
    """Give the schemes that come with the package as their TOML."""
    folder = resources.files(__package__) / "schemes"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return [f.read_text(encoding="utf-8") for f in files]


def shipped_schemes() -> dict[str, Scheme]:
    """Give the schemes that come with the package, by id."""
    return {scheme.id: scheme for scheme in map(parse_scheme, shipped_texts())}


def get_scheme(scheme_id: str) -> Scheme:
    """Give one shipped scheme by its id, or by the last part of it where only one ends so: `declared`.

    Raises
    ------
    ValueError
        If there is none of that id; the message lists those there are.
    """
    schemes = shipped_schemes()
    found = [each for each in schemes if scheme_id in (each, each.rpartition(".")[2])]
    if len(found) != 1:
        raise ValueError(f"scheme {scheme_id!r} is not shipped; there are: {', '.join(sorted(schemes))}")
    return schemes[found[0]]
