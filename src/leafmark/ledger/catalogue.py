"""What the ledger is told of green acts: who may post which act when, what it earns, and whose books it is in.

The ledger computes no grams; an act arrives with the grams its method gave it. The catalogue is data that `actions`
loads: an `Action` is one version of one act's terms, a `Campaign` multiplies points, an `OwnBoundary` says which acts lie
inside the operator's own Scope 1 to 3 in a year. Terms never change: new terms are a new version with later days.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, asdict, dataclass, fields
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, get_args

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
"""What an act earns is worked out below 64 bits: 2^31 x 10^6 x 10^3."""
POINTS_OF_AN_ACT_MAX = 10**13
"""As `CO2E_MG_MAX`: a batch sums the points of 900,000 acts in 64 bits."""
CAP_POINTS_MAX = 10**15
POINTS_MONTHS_MAX = 1200
"""A hundred years: longer than a store holds days."""
ACCEPTANCE_DAYS_MAX = (DAY_MAX - DAY_MIN).days
INT32_MAX = 2**31 - 1
TEXT_MAX = 255


def is_utf8(text: str) -> bool:
    """Whether UTF-8 can hold a text. It holds no lone surrogate, as which a byte of another encoding comes off a command line."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_plain(text: object) -> bool:
    """Whether a text may stand in a record: up to 255 characters of UTF-8, no tab, no line break."""
    if not isinstance(text, str) or len(text) > TEXT_MAX:
        return False
    return not any(each in text for each in "\t\n\r\0") and is_utf8(text)


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
        written = isinstance(self.reason, str) and self.reason.strip() and is_utf8(self.reason)
        _refuse(f"action {self.programme}/{self.action} version {self.version}", (
            *_days(self.valid_from, self.valid_to, bounded=True),
            *_whole("version", self.version, 1, INT32_MAX),
            *_whole("points", self.points, 0, POINTS_MAX),
            *_whole("cap_points", self.cap_points, 0, CAP_POINTS_MAX),
            *_whole("acceptance_days", self.acceptance_days, 1, ACCEPTANCE_DAYS_MAX),
            *_whole("quantity_max", self.quantity_max, 1, QUANTITY_MAX),
            *_whole("co2e_mg_max", self.co2e_mg_max, 0, CO2E_MG_MAX),
            *_one_of("evidence_minimum", self.evidence_minimum, EVIDENCE),
            *_one_of("points_per", self.points_per, get_args(PointsPer)),
            *_one_of("cap_period", self.cap_period, get_args(Period)),
            *_one_of("statement", self.statement, get_args(Statement)),
            *_names(programme=self.programme, action=self.action, method_id=self.method_id, unit=self.unit),
            *(() if written else (f"reason {self.reason!r}, expected why the caps are where they are",)),
        ))  # fmt: skip


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
        _refuse(f"campaign {self.programme}/{self.campaign} of {self.action}", (
            *_days(self.valid_from, self.valid_to),
            *_whole("numerator", self.numerator, 0, MULTIPLIER_MAX),
            *_whole("denominator", self.denominator, 1, INT32_MAX),
            *_names(programme=self.programme, campaign=self.campaign, action=self.action),
        ))  # fmt: skip


@dataclass(frozen=True)
class OwnBoundary:
    """An act that lies inside an operator's own Scope 1 to 3 in a year: its grams are shown and not minted."""

    programme: str
    operator: str
    year: int
    action: str
    scope: str

    def __post_init__(self) -> None:
        _refuse(f"own boundary {self.programme}/{self.action} {self.year}", (
            *_whole("year", self.year, DAY_MIN.year, DAY_MAX.year - 1),
            *_names(programme=self.programme, operator=self.operator, action=self.action, scope=self.scope),
        ))  # fmt: skip


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
        for own in self.own:
            self._has_terms(f"own boundary {own.programme}/{own.action} {own.year}", own.programme, own.action)
        for campaign in self.campaigns:
            entry = f"campaign {campaign.programme}/{campaign.campaign} of {campaign.action}"
            self._has_terms(entry, campaign.programme, campaign.action)
        for action in self.actions:
            self._bounded_points(action)
        _refuse("the catalogue", _whole("points_months", self.points_months, 1, POINTS_MONTHS_MAX))
        longest = max((each.acceptance_days for each in self.actions), default=0)
        if longest > self.points_months * 28:
            raise CatalogueError(
                f"points last {self.points_months} months, but an act may be posted {longest} days late: its points would be "
                "born expired; expected acceptance_days of at most 28 a month"
            )

    def _has_terms(self, entry: str, programme: str, action: str) -> None:
        """Refuse an entry that bears on no act: a boundary with a slip in its action would let grams be minted that it is there to keep."""
        if not self.knows(programme, action):
            there = ", ".join("/".join(each) for each in self._of_action) or "none yet"
            raise CatalogueError(f"{entry}: action {programme}/{action} has no terms; expected one of {there}")

    def _bounded_points(self, action: Action) -> None:
        """Hold what one act may earn to what a batch can sum."""
        size, times = {
            "act": ("1 act", 1), "quantity": (f"quantity_max {action.quantity_max}", action.quantity_max),
            "kg": (f"{action.co2e_mg_max // MG_PER_KG} kg of co2e_mg_max", action.co2e_mg_max // MG_PER_KG),
        }[action.points_per]  # fmt: skip
        factors = [(1, 1), *(
            (each.numerator, each.denominator) for each in self.campaigns
            if (each.programme, each.action) == (action.programme, action.action)
        )]  # fmt: skip
        numerator, denominator = max(factors, key=lambda each: Fraction(*each))
        earned = action.points * times * numerator // denominator
        if earned > POINTS_OF_AN_ACT_MAX:
            raise CatalogueError(
                f"action {action.programme}/{action.action} version {action.version}: one act may earn {earned:,} points (points "
                f"{action.points} x {size} x {numerator}/{denominator} of a campaign), expected at most "
                f"{POINTS_OF_AN_ACT_MAX:,}, for a batch of acts is summed in 64 bits; lower points, its sanity cap or the campaign"
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
        except ValueError as error:
            raise CatalogueError(f"not a catalogue: not JSON ({error})") from error
        _has_fields("not a catalogue", found, {"actions", "campaigns", "own", "points_months"}, set())
        return cls(
            tuple(Action(**_with_days(each)) for each in _entries(found, "actions", Action)),
            tuple(Campaign(**_with_days(each)) for each in _entries(found, "campaigns", Campaign)),
            tuple(OwnBoundary(**each) for each in _entries(found, "own", OwnBoundary)),
            found["points_months"],
        )

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


def _entries(catalogue: dict[str, Any], name: str, kind: type) -> Iterator[dict[str, Any]]:
    """The entries of one list, each seen to have the fields of its kind."""
    if not isinstance(catalogue[name], list):
        raise CatalogueError(f"{name}: {str(catalogue[name])[:60]!r}, expected a list")
    known = {each.name: each.default is MISSING for each in fields(kind)}
    for number, entry in enumerate(catalogue[name], 1):
        needed = {field for field, must in known.items() if must}
        _has_fields(f"{name}, entry {number}", entry, needed, known.keys() - needed)
        yield entry


def _has_fields(where: str, entry: object, needed: AbstractSet[str], others: AbstractSet[str]) -> None:
    if not isinstance(entry, dict):
        raise CatalogueError(f"{where}: {str(entry)[:60]!r}, expected an object with {', '.join(sorted(needed))}")
    faults = [f"lacks {name}" for name in sorted(needed - entry.keys())]
    faults += [f"has {name!r}, which is no field of it" for name in sorted(entry.keys() - needed - others)]
    if faults:
        raise CatalogueError(f"{where}: {'; '.join(faults)}; expected {', '.join(sorted(needed | others))}")


def _with_days(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, **{name: _day(entry[name]) for name in ("valid_from", "valid_to")}}


def _day(text: Any) -> Any:
    """The day that a text names; anything else as it is, for the entry that it stands in to refuse by name."""
    try:
        return dt.date.fromisoformat(text)
    except (ValueError, TypeError):
        return text


def _refuse(entry: str, faults: Iterable[str]) -> None:
    if told := "; ".join(faults):
        raise CatalogueError(f"{entry}: {told}".encode(errors="backslashreplace").decode())


def _whole(name: str, found: object, least: int, most: int) -> Iterator[str]:
    """A fault where a field holds no whole number of a range; True and 1.0 are none."""
    if type(found) is not int or not least <= found <= most:
        ends = " to ".join(f"{each:,}" if each >= 10_000 else str(each) for each in (least, most))
        yield f"{name} {found!r}, expected a whole number of {ends}"


def _one_of(name: str, found: object, values: tuple[str, ...]) -> Iterator[str]:
    if found not in values:
        yield f"{name} {found!r}, expected one of {', '.join(values)}"


def _names(**texts: object) -> Iterator[str]:
    for name, found in texts.items():
        if not is_name(found):
            yield f"{name} {found!r}, expected a name of 1 to {TEXT_MAX} characters of UTF-8 without tabs or line breaks"


def _days(valid_from: object, valid_to: object, bounded: bool = False) -> Iterator[str]:
    """Faults of days that are none, out of order or, where `bounded`, past those of a store."""
    days = (("valid_from", valid_from), ("valid_to", valid_to))
    wrong = [
        f"{name} {found!r}, expected a day, written YYYY-MM-DD" for name, found in days if type(found) is not dt.date
    ]
    yield from wrong
    if wrong:
        return
    assert isinstance(valid_from, dt.date)
    assert isinstance(valid_to, dt.date)
    if valid_to <= valid_from:
        yield f"valid_to {valid_to}, expected a day after {valid_from}"
    if bounded and valid_from < DAY_MIN:
        yield f"valid_from {valid_from}, expected {DAY_MIN} or later"
    if bounded and valid_to > DAY_MAX:
        yield f"valid_to {valid_to}, expected {DAY_MAX} or before"


def _no_overlap(what: str, terms: Iterable[tuple[str, str, dt.date, dt.date]]) -> None:
    last: tuple[str, str, dt.date, dt.date] | None = None
    for each in sorted(terms):
        if last and each[:2] == last[:2] and each[2] < last[3]:
            raise CatalogueError(
                f"{what} {each[0]}/{each[1]}: terms from {last[2]} to {last[3]} and from {each[2]} overlap; expected one at a time"
            )
        last = each
