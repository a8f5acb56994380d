"""A scheme is how a footprint becomes a grade, and it is data: TOML, read into a frozen `Scheme`.

Four kinds. `declared` prints the number and no letter. `percentile` places the footprint among a frozen benchmark's
quantiles; `index` divides it by that benchmark's median; both say a letter only on complete, unexpired certification
evidence (Directive (EU) 2024/825, which adds Article 2(r), "certification scheme", to Directive 2005/29/EC).
`official_class` reads the class of a product's official index from a regulation's table; it classifies energy, so it
stands apart from the footprint. The index is the published one, or follows from published figures by an `IndexRule`.

Limits are exact decimals: TOML numbers never pass through binary floats (`scheme_reading`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from .words import Words

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
