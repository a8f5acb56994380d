"""What the ledger is told of green acts: who may post which act when, what it earns, and whose books it is in.

The ledger computes no grams; an act arrives with the grams its method gave it. The catalogue is data that `actions`
loads: an `Action` is one version of one act's terms, a `Campaign` multiplies points, an `OwnBoundary` says which acts lie
inside the operator's own Scope 1 to 3 in a year. Terms never change: new terms are a new version with later days.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

Evidence = Literal["A", "B", "C", "D"]
"""A payment, ticket gate or weighbridge; B partner API; C device sensor; D self-declared. Earlier is stronger."""

Statement = Literal["avoided", "participant_reduction", "operator_inventory", "points_only"]
"""Where an act's grams are reported: Scope 3+ as avoided, or as a fall in a named participant's inventory; in the
operator's own inventory, where they are counted already; or nowhere.
"""

MINTED: frozenset[Statement] = frozenset(("avoided", "participant_reduction"))
"""Where grams are minted; elsewhere they are only shown."""

Period = Literal["day", "month", "year"]
PointsPer = Literal["act", "quantity", "kg"]

EVIDENCE: tuple[Evidence, ...] = ("A", "B", "C", "D")
MG_PER_KG = 1_000_000
DAY_MIN, DAY_MAX = dt.date(2000, 1, 1), dt.date(2089, 9, 18)
"""Days a store can hold: two bytes from the first."""
QUANTITY_MAX = 2**31 - 1
CO2E_MG_MAX = 10**13
"""Ten thousand tonnes: 900,000 acts of it fit one sum of 64 bits."""
POINTS_MAX, MULTIPLIER_MAX = 10**6, 1000
"""Points an act earns stay below 64 bits: 2^31 x 10^6 x 10^3."""
TEXT_MAX = 255


def is_plain(text: object) -> bool:
    """Whether a text may stand in a record: up to 255 characters, no tab, no line break."""
    return isinstance(text, str) and len(text) <= TEXT_MAX and not any(each in text for each in "\t\n\r\0")


def is_name(text: object) -> bool:
    """Whether a text may name something in a record: 1 to 255 characters, no tab, no line break."""
    return is_plain(text) and text != ""


@dataclass(frozen=True)
class Action:
    """One version of an act's terms, valid for acts that occurred in [valid_from, valid_to).

    `points` are earned per act, per unit of quantity, or per whole kilogram of grams minted or shown; at most
    `cap_points` in each `cap_period` of one account. `acceptance_days`: how long after the act it may be posted.
    `quantity_max` and `co2e_mg_max` are sanity caps: an act past them is refused, never clipped.
    """

    programme: str
    action: str
    version: int
    method_id: str
    unit: str
    valid_from: dt.date
    valid_to: dt.date
    evidence_minimum: Evidence
    points: int
    points_per: PointsPer
    cap_points: int
    cap_period: Period
    statement: Statement
    acceptance_days: int
    quantity_max: int
    co2e_mg_max: int
    reason: str
    """Why the caps are where they are."""

    def __post_init__(self) -> None:
        faults = [
            f"{name} {found}, expected {expected}"
            for name, found, expected, good in (
                ("valid_to", self.valid_to, f"a day after {self.valid_from}", self.valid_to > self.valid_from),
                ("valid_from", self.valid_from, f"{DAY_MIN} or later", self.valid_from >= DAY_MIN),
                ("valid_to", self.valid_to, f"{DAY_MAX} or before", self.valid_to <= DAY_MAX),
                ("version", self.version, "1 or more", self.version >= 1),
                ("points", self.points, f"0 to {POINTS_MAX}", 0 <= self.points <= POINTS_MAX),
                ("cap_points", self.cap_points, "0 to 10^15", 0 <= self.cap_points <= 10**15),
                ("acceptance_days", self.acceptance_days, "1 or more", self.acceptance_days >= 1),
                ("quantity_max", self.quantity_max, f"1 to {QUANTITY_MAX}", 1 <= self.quantity_max <= QUANTITY_MAX),
                ("co2e_mg_max", self.co2e_mg_max, f"0 to {CO2E_MG_MAX}", 0 <= self.co2e_mg_max <= CO2E_MG_MAX),
                *(
                    (name, repr(text), "a name of 1 to 255 characters without tabs or line breaks", is_name(text))
                    for name, text in (
                        ("programme", self.programme),
                        ("action", self.action),
                        ("method_id", self.method_id),
                        ("unit", self.unit),
                    )
                ),
                ("reason", repr(self.reason), "why the caps are where they are", bool(self.reason.strip())),
            )
            if not good
        ]
        if faults:
            raise CatalogueError(f"action {self.programme}/{self.action} version {self.version}: {'; '.join(faults)}")


@dataclass(frozen=True)
class Campaign:
    """Points of an action times numerator / denominator, rounded down, for acts in [valid_from, valid_to)."""

    programme: str
    campaign: str
    action: str
    valid_from: dt.date
    valid_to: dt.date
    numerator: int
    denominator: int = 1

    def __post_init__(self) -> None:
        good = 0 <= self.numerator <= MULTIPLIER_MAX and self.denominator >= 1 and self.valid_to > self.valid_from
        if not good or not is_name(self.campaign):
            raise CatalogueError(
                f"campaign {self.programme}/{self.campaign!r}: {self.numerator}/{self.denominator} from {self.valid_from} to "
                f"{self.valid_to}; expected a name, a multiplier of 0 to {MULTIPLIER_MAX} and days in order"
            )


@dataclass(frozen=True)
class OwnBoundary:
    """An act that lies inside an operator's own Scope 1 to 3 in a year: its grams are shown and not minted."""

    programme: str
    operator: str
    year: int
    action: str
    scope: str


class CatalogueError(ValueError):
    """Terms that contradict themselves or each other."""


@dataclass(frozen=True)
class Catalogue:
    """All terms of a store. `points_months`: whole months after its own for which a month's points last."""

    actions: tuple[Action, ...]
    campaigns: tuple[Campaign, ...] = ()
    own: tuple[OwnBoundary, ...] = ()
    points_months: int = 24

    def __post_init__(self) -> None:
        _no_overlap("action", ((each.programme, each.action, each.valid_from, each.valid_to) for each in self.actions))
        _no_overlap(
            "campaign", ((each.programme, each.action, each.valid_from, each.valid_to) for each in self.campaigns)
        )
        numbered = {(each.programme, each.action, each.version) for each in self.actions}
        if len(numbered) < len(self.actions):
            raise CatalogueError("two actions have the same programme, name and version")
        longest = max((each.acceptance_days for each in self.actions), default=0)
        if longest > self.points_months * 28:
            raise CatalogueError(
                f"points last {self.points_months} months, but an act may be posted {longest} days late: its points would be "
                "born expired; expected acceptance_days of at most 28 a month"
            )

    @cached_property
    def _of_action(self) -> dict[tuple[str, str], list[Action]]:
        found: dict[tuple[str, str], list[Action]] = {}
        for each in self.actions:
            found.setdefault((each.programme, each.action), []).append(each)
        return found

    def versions(self, programme: str, action: str) -> list[Action]:
        """All terms of an act, of whatever days."""
        return self._of_action.get((programme, action), [])

    def knows(self, programme: str, action: str) -> bool:
        """Whether the act has terms at any day."""
        return (programme, action) in self._of_action

    def action(self, programme: str, action: str, day: dt.date) -> Action | None:
        """The terms of an act on a day."""
        versions = self._of_action.get((programme, action), ())
        return next((each for each in versions if each.valid_from <= day < each.valid_to), None)

    def campaign(self, programme: str, action: str, day: dt.date) -> Campaign | None:
        """The campaign that multiplies the act's points on a day."""
        return next(
            (each for each in self.campaigns
             if (each.programme, each.action) == (programme, action) and each.valid_from <= day < each.valid_to),
            None,
        )  # fmt: skip

    def is_own(self, programme: str, action: str, day: dt.date) -> bool:
        """Whether the act's grams are in the operator's own inventory of that year already."""
        return any((each.programme, each.action, each.year) == (programme, action, day.year) for each in self.own)

    def to_json(self) -> str:
        """All terms as text that `from_json` reads back; equal catalogues give equal texts."""
        return json.dumps(asdict(self), sort_keys=True, default=str, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Catalogue:
        """The catalogue that `to_json` wrote.

        Raises
        ------
        CatalogueError : the text is no catalogue, or its terms contradict themselves.
        """
        try:
            found = json.loads(text)
            return cls(
                tuple(Action(**_with_days(each)) for each in found["actions"]),
                tuple(Campaign(**_with_days(each)) for each in found["campaigns"]),
                tuple(OwnBoundary(**each) for each in found["own"]),
                found["points_months"],
            )
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, CatalogueError):
                raise
            raise CatalogueError(f"not a catalogue of actions, campaigns, own and points_months: {error}") from error

    @staticmethod
    def action_text(action: Action) -> str:
        """One action as JSON text."""
        return json.dumps(asdict(action), sort_keys=True, default=str, ensure_ascii=False)

    @staticmethod
    def action_fields(text: str) -> dict[str, Any]:
        """The fields of one action from its JSON text."""
        return _with_days(json.loads(text))

    @cached_property
    def sha256(self) -> str:
        """Identity of the terms: a batch is sealed with it."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def _with_days(fields: dict[str, Any]) -> dict[str, Any]:
    days = {name: dt.date.fromisoformat(fields[name]) for name in ("valid_from", "valid_to")}
    return {**fields, **days}


def _no_overlap(what: str, terms: Iterable[tuple[str, str, dt.date, dt.date]]) -> None:
    last: tuple[str, str, dt.date, dt.date] | None = None
    for each in sorted(terms):
        if last and each[:2] == last[:2] and each[2] < last[3]:
            raise CatalogueError(
                f"{what} {each[0]}/{each[1]}: terms from {last[2]} to {last[3]} and from {each[2]} overlap; expected one at a time"
            )
        last = each
