"""What the check is asked and what it answers: rules, evidence, claims, findings. Plain frozen objects.

A rule is met in one of two ways. `words`: a topic of it stands in the text (or in the brand's name). `evidence`: a piece
of the evidence itself is at fault, whatever the text says. A finding of words is lifted by evidence: `lifted_by` is a
list of ways, each a list of kinds of evidence that are needed together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

SEVERITIES: Final = ("banned", "misleading", "advice")
"""`banned`: unfair in all circumstances without the evidence (a blacklist, a prohibition). `misleading`: judged case by
case, or an official guide to how it is judged. `advice`: prudence, nobody's law."""

TRIGGERS: Final = ("text", "brand", "expired", "retired_factors")
REASONS: Final = (
    "expired",
    "no_address",
    "not_independent",
    "not_on_medium",
    "too_low",
    "other_claim",
    "only_the_claim",
)
"""Why a piece of evidence does not count."""


@dataclass(frozen=True, slots=True)
class LawSource:
    """Where a rule comes from. `read`: whether this project has read the provision's own text; `note` says what was."""

    act: str
    article: str
    url: str
    read: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; its words are those of its topics.

    `lifted_by_topics`: topics whose words in the text or on its medium lift the finding. `unless_inside`: topics whose
    find covers this one and takes it over (a promise to be neutral is a promise). `message` names the sentences that
    say why, and what to write instead.
    """

    id: str
    version: str
    jurisdiction: str
    severity: str
    valid_from: date
    valid_to: date | None
    trigger: str
    topics: tuple[str, ...]
    lifted_by: tuple[tuple[str, ...], ...]
    lifted_by_topics: tuple[str, ...]
    unless_inside: tuple[str, ...]
    message: str
    source: LawSource

    def in_force(self, on_date: date) -> bool:
        """Say whether `valid_from <= on_date < valid_to` (half open, as factors are)."""
        return self.valid_from <= on_date and (self.valid_to is None or on_date < self.valid_to)


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """What a kind of evidence must show before it counts.

    `on_medium`: its `text` stands in the checked text or on the same medium. `independent_of`: parties it must come
    from independently (`owner`, `trader`). `address`: it has a public `url`. `at_least`: its `value` reaches this.
    """

    id: str
    on_medium: bool = False
    independent_of: frozenset[str] = frozenset()
    address: bool = False
    at_least: float | None = None


@dataclass(frozen=True, slots=True)
class ClaimEvidence:
    """One piece of evidence a trader holds.

    `expires_on` is the last valid day. `about`: words of the claims it supports; empty means all. `value`: a count or a
    share, where the kind asks one. `factors_superseded_on`: the day on which a factor behind it was withdrawn.
    """

    kind: str
    url: str | None = None
    document: str | None = None
    text: str = ""
    issued_by: str = ""
    independent_of: frozenset[str] = frozenset()
    expires_on: date | None = None
    factors_superseded_on: date | None = None
    value: float | None = None
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A text that is to be published, the brand name it stands under, the other texts on the same medium."""

    text: str
    brand: str = ""
    medium: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unusable:
    """A piece of evidence that was given and does not count, and why (one of `REASONS`)."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule is met and not lifted.

    `where` is `text`, `brand` or `evidence`; `quote` is `[start, end)` of that text, in characters. Of `evidence` it is
    the name of the piece and `start` its place in the list given; `end` is then the same. `missing`: the ways out,
    each the kinds of evidence it still lacks; empty where no evidence lifts the rule. `more`: this rule has further
    places, which are not listed. `unseen`: topics whose words on the medium would lift it.
    """

    rule: str
    rule_version: str
    jurisdiction: str
    severity: str
    where: str
    start: int
    end: int
    quote: str
    missing: tuple[tuple[str, ...], ...]
    unusable: tuple[Unusable, ...]
    unseen: tuple[str, ...]
    source: LawSource
    message: str
    more: bool = False
