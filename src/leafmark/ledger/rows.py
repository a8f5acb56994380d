"""What the ledger is asked, what it keeps, and what it answers.

Commands come in with ids their clients made; rows go out and are only ever added. All figures are whole numbers of two
units that never mix: `co2e_mg` (milligrams CO2e, below zero where an act made things worse) and `points`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from typing import Literal

from leafmark.ledger.catalogue import MINTED, Evidence, Statement

INT64_MAX = 2**63 - 1

REASONS = {
    "conflict": "the id was used before for another body",
    "missing": "a value that must be there is missing",
    "not_a_number": "not a whole number, or one past 64 bits",
    "not_a_day": "not a day of the calendar, written YYYY-MM-DD",
    "bad_text": "a text with a tab or a line break in it, or longer than 255 characters",
    "unknown_word": "a word that is none of those that may stand there",
    "unknown_evidence": "the evidence class is none of A, B, C and D",
    "account_erased": "the account was erased",
    "unknown_action": "no action of that programme and name is in the catalogue",
    "not_valid_on_day": "the catalogue holds no terms of the action for the day of the act",
    "method_differs": "the grams were made by another method than the action's terms name for that day",
    "in_future": "the act lies more than a day ahead of the ledger's own day",
    "too_late": "the act is older than the action's terms accept",
    "negative_quantity": "a quantity below zero",
    "above_cap": "the quantity or the grams are past the sanity cap of the action's terms",
    "weak_evidence": "the evidence is weaker than the action's terms ask",
    "same_act": "another event holds the same act: same account, action, document and time bucket",
    "points_only": "the action earns points and no grams, but grams were given",
    "unknown_event": "the account holds no event of that id",
    "not_of_terms": "the event's terms are not in the catalogue any more",
    "already_reversed": "the event was taken back before",
    "credit_issued": "grams of the event were sold or issued as a credit: cancel that at its registry first",
    "not_positive": "an amount that must be above zero",
    "not_enough": "fewer points or grams are available than asked for",
    "unknown_redemption": "the account holds no redemption of that id",
    "not_pending": "the redemption was posted, voided or expired before",
    "no_serial": "a credit share needs the serial its registry gave it",
    "serial_used": "that registry serial stands on another share",
    "unknown_serial": "no credit share has that registry serial",
    "wrong_step": "the credit cannot take that step now",
    "not_owner": "the credit has another owner",
    "other_registry": "the credit stands at another registry",
    "exported_before": "the credit was exported before: never twice",
    "not_due": "the points of that month have not reached their end yet",
}
"""Why a command was refused: the closed list."""

WHAT_TO_DO = {
    "conflict": "ids name one act for ever: give the other act an id of its own, or correct the first by an adjustment",
    "missing": "fill it in at its source and post the row again",
    "not_a_number": "write a whole number in the column's unit: grams in mg, a quantity in the unit of the terms",
    "not_a_day": "write the local day of the act as YYYY-MM-DD, without a time",
    "bad_text": "shorten the text, and take tabs and line breaks out",
    "unknown_word": "write one of the words that `expected` names",
    "unknown_evidence": "A payment, ticket gate or weighbridge; B partner API; C device sensor; D self-declared",
    "account_erased": "nothing: the person asked to be forgotten, and nothing more is posted to the account",
    "unknown_action": "`leafmark ledger terms` lists the actions; load a catalogue that has it",
    "not_valid_on_day": "load a version of the terms whose days hold that day",
    "method_differs": "compute the grams by the method that the terms name for that day",
    "in_future": "post the act once its day has come",
    "too_late": "nothing: the terms say how late an act may come, so that its month's points can end",
    "negative_quantity": "take an act back by a reversal, not by a quantity below zero",
    "above_cap": "most often a unit is wrong (g as mg, km as m); `expected` gives the cap and why it is there",
    "weak_evidence": "send stronger evidence, or load terms that take weaker",
    "same_act": "nothing: another partner reported the act first, and it counts once",
    "points_only": "send 0 mg: such an act earns points and is in no book of grams",
    "unknown_event": "look the id up in `leafmark ledger history`",
    "not_of_terms": "load the catalogue that has these terms again: terms stay, and new ones are new versions",
    "already_reversed": "nothing: an act is taken back once",
    "credit_issued": "cancel the credit at its registry, then `leafmark ledger credit SERIAL cancelled`",
    "not_positive": "give a whole number of 1 or more",
    "not_enough": "ask for no more than is there; `leafmark ledger balance` shows it",
    "unknown_redemption": "redeem first; `leafmark ledger history` shows the ids",
    "not_pending": "nothing: a redemption ends once",
    "no_serial": "give the serial that the registry gave the credit",
    "serial_used": "one serial stands on one share: look the other up, and correct whichever is wrong",
    "unknown_serial": "give the credit share with that serial first: `leafmark ledger share`",
    "wrong_step": "`leafmark ledger credit SERIAL` shows the credit's life so far",
    "not_owner": "only the owner moves a credit: `leafmark ledger credit SERIAL` shows who that is",
    "other_registry": "name the registry that issued it; a move between registries is a cancelled credit and a new one",
    "exported_before": "nothing: it stands in the other book already",
    "not_due": "wait until the day that `expected` names",
}
"""What whoever was refused can do about it."""


def id_of(text: str | bytes) -> int:
    """The 64-bit id of a client's own name for a thing: the first eight bytes of its SHA-256, as a signed number.

    Ids are kept apart by account, so 64 bits are plenty: among a thousand million accounts of a hundred acts each, the
    chance that two ids of one account meet anywhere is 3 in 10 million, and then they are reported as a conflict.
    """
    return int.from_bytes(
        hashlib.sha256(text.encode() if isinstance(text, str) else text).digest()[:8], "big", signed=True
    )


_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")


def id_given(text: str) -> int:
    """The id that a text of a command line or a CSV file means: a whole number of 64 bits itself, any other `id_of` it."""
    if _WHOLE.fullmatch(text) and -INT64_MAX <= int(text) <= INT64_MAX:
        return int(text)
    return id_of(text)


def fingerprint(account_id: int, action: str, document: str, bucket: str) -> int:
    """64 bits that two reports of one act share, whoever sends them.

    `document`: the source document as all partners name it (a ticket number, an order); `bucket`: the stretch of time in
    which one document stands for one act, such as `2026-05-03` or, of an hour, `time_bucket` of the ride.
    """
    return id_of("\x1f".join((str(account_id), action, document, bucket)))


def time_bucket(moment: dt.datetime, minutes: int) -> str:
    """The stretch of so many minutes that a moment lies in, counted in UTC: an hour that a clock shows twice is two.

    Raises
    ------
    ValueError : the moment names no time zone, or minutes is below 1.
    """
    if moment.tzinfo is None or minutes < 1:
        raise ValueError(f"moment {moment.isoformat()}, {minutes} minutes: expected a time zone, and 1 minute or more")
    began = int(moment.timestamp()) // (minutes * 60) * minutes * 60
    return dt.datetime.fromtimestamp(began, dt.UTC).strftime("%Y-%m-%dT%H:%MZ")


@dataclass(frozen=True)
class Act:
    """A green act as a client reports it. `quantity` in the unit of the action; `co2e_mg` as its method gave it."""

    account_id: int
    event_id: int
    programme: str
    action: str
    method_id: str
    quantity: int
    occurred_day: dt.date
    source: str
    evidence: Evidence
    fingerprint: int
    co2e_mg: int


@dataclass(frozen=True)
class Amend:
    """Take an event back whole (`reversal`, `fraud`), or set its quantity and grams anew (`correction`)."""

    account_id: int
    adjustment_id: int
    kind: Literal["reversal", "fraud", "correction"]
    event_id: int
    reason: str
    quantity: int = 0
    co2e_mg: int = 0


@dataclass(frozen=True)
class Redeem:
    """Hold points for a reward; they leave the balance at once."""

    account_id: int
    redemption_id: int
    points: int
    reward: str


@dataclass(frozen=True)
class Settle:
    """End a pending redemption: `posted` spends the points, `void` and `expired` give them back."""

    account_id: int
    redemption_id: int
    step: Literal["posted", "void", "expired"]


@dataclass(frozen=True)
class Share:
    """A party's part of an event's grams. `impact` may be shown by several; `credit` has one owner and a serial."""

    account_id: int
    share_id: int
    event_id: int
    party: str
    role: Literal["consumer", "merchant", "brand", "platform", "city"]
    share_type: Literal["impact", "credit"]
    co2e_mg: int
    serial: str | None = None


@dataclass(frozen=True)
class ExpirePoints:
    """End the points earned up to a month (its first day), as far as they were not spent."""

    account_id: int
    adjustment_id: int
    through_month: dt.date


@dataclass(frozen=True)
class Erase:
    """End all points of an account whose person asks to be forgotten; its rows stay, and name nobody."""

    account_id: int
    adjustment_id: int


CreditStep = Literal["issued", "sold", "exported", "retired", "cancelled"]


@dataclass(frozen=True)
class MoveCredit:
    """One step of a credit's life. `holder`: its owner, who asks; `buyer`: who has it next, where it is sold.

    `number`: which step of its life this is, from 1, so that the same step sent twice is one.
    """

    serial: str
    number: int
    step: CreditStep
    registry: str
    holder: str
    buyer: str | None = None


Command = Act | Amend | Redeem | Settle | Share | ExpirePoints | Erase


@dataclass(frozen=True)
class EventRow:
    """An accepted act.

    `points`: what the act alone earns; what its cap's period adds to the balance is min(cap, sum of them). So a row is the
    same in whatever order acts come. Its grams are minted where `statement` is one of `MINTED`, else only shown.
    """

    act: Act
    version: int
    statement: Statement
    points: int
    cap_from: dt.date
    """First day of the cap's period."""
    cap_points: int
    lot: dt.date
    """First day of the month in which the cap's period ends: the lot that its points expire with."""

    @property
    def minted_mg(self) -> int:
        """Grams minted, in mg."""
        return self.act.co2e_mg if self.statement in MINTED else 0


@dataclass(frozen=True)
class AdjustmentRow:
    """What is added to an account later: differences, signed. `points` are earned (of an event) or left (expiry, erasure)."""

    account_id: int
    adjustment_id: int
    kind: Literal["reversal", "fraud", "correction", "expiry", "erasure"]
    event_id: int | None
    day: dt.date
    reason: str
    co2e_mg: int
    points: int
    body: bytes
    """Hash of the command."""


@dataclass(frozen=True)
class RedemptionRow:
    """One step of a redemption: `pending`, then `posted`, `void` or `expired`."""

    account_id: int
    redemption_id: int
    step: Literal["pending", "posted", "void", "expired"]
    points: int
    reward: str
    day: dt.date


@dataclass(frozen=True)
class ShareRow:
    """A share given, or taken back with its event."""

    share: Share
    step: Literal["given", "taken"]
    day: dt.date


@dataclass(frozen=True)
class CreditRow:
    """One step of a credit that stands on a share. `owner`: who has it from then on."""

    account_id: int
    share_id: int
    number: int
    step: CreditStep
    serial: str
    owner: str
    registry: str
    day: dt.date


Row = EventRow | AdjustmentRow | RedemptionRow | ShareRow | CreditRow


@dataclass(frozen=True)
class Accepted:
    """The rows to add, all or none."""

    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Duplicate:
    """The same command came before: its first answer again, and nothing to add."""

    first: tuple[Row, ...]


@dataclass(frozen=True)
class Conflict:
    """The id was used before for something else. `fields` differ."""

    fields: tuple[str, ...]


@dataclass(frozen=True)
class Rejected:
    """Refused, with a reason of `REASONS`; nothing to add."""

    reason: str
    field: str
    found: str
    expected: str


Outcome = Accepted | Duplicate | Conflict | Rejected
