"""What the ledger is asked, what it keeps, and what it answers.

Commands come in with ids their clients made; rows go out and are only ever added. All figures are whole numbers of two
units that never mix: `co2e_mg` (milligrams CO2e, below zero where an act made things worse) and `points`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Literal

from leafmark.ledger.catalogue import Evidence, Statement

ID_BYTES = 16
INT64_MAX = 2**63 - 1

REASONS = {
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
    "already_reversed": "the event was taken back before",
    "credit_issued": "grams of the event were sold or issued as a credit: cancel that at its registry first",
    "not_positive": "an amount that must be above zero",
    "not_enough": "fewer points or grams are available than asked for",
    "unknown_redemption": "the account holds no redemption of that id",
    "not_pending": "the redemption was posted, voided or expired before",
    "no_serial": "a credit share needs the serial its registry gave it",
    "serial_used": "that registry serial stands on another share",
    "not_due": "the points of that month have not reached their end yet",
}
"""Why a command was refused: the closed list."""


def id_of(text: str) -> bytes:
    """The 16-byte id of a client's own name for a thing: the first half of its SHA-256."""
    return hashlib.sha256(text.encode()).digest()[:ID_BYTES]


def fingerprint(account_id: bytes, action: str, document: str, bucket: str) -> bytes:
    """16 bytes that two reports of one act share, whoever sends them.

    `document`: the source document as all partners name it (a ticket number, an order); `bucket`: the stretch of time in
    which one document stands for one act, such as `2026-05-03` or `2026-05-03T08`.
    """
    text = "\x1f".join((account_id.hex(), action, document, bucket))
    return hashlib.sha256(text.encode()).digest()[:ID_BYTES]


@dataclass(frozen=True)
class Act:
    """A green act as a client reports it. `quantity` in the unit of the action; `co2e_mg` as its method gave it."""

    account_id: bytes
    event_id: bytes
    programme: str
    action: str
    method_id: str
    quantity: int
    occurred_day: dt.date
    source: str
    evidence: Evidence
    fingerprint: bytes
    co2e_mg: int


@dataclass(frozen=True)
class Amend:
    """Take an event back whole (`reversal`, `fraud`), or set its quantity and grams anew (`correction`)."""

    account_id: bytes
    adjustment_id: bytes
    kind: Literal["reversal", "fraud", "correction"]
    event_id: bytes
    reason: str
    quantity: int = 0
    co2e_mg: int = 0


@dataclass(frozen=True)
class Redeem:
    """Hold points for a reward; they leave the balance at once."""

    account_id: bytes
    redemption_id: bytes
    points: int
    reward: str


@dataclass(frozen=True)
class Settle:
    """End a pending redemption: `posted` spends the points, `void` and `expired` give them back."""

    account_id: bytes
    redemption_id: bytes
    step: Literal["posted", "void", "expired"]


@dataclass(frozen=True)
class Share:
    """A party's part of an event's grams. `impact` may be shown by several; `credit` has one owner and a serial."""

    account_id: bytes
    share_id: bytes
    event_id: bytes
    party: str
    role: Literal["consumer", "merchant", "brand", "platform", "city"]
    share_type: Literal["impact", "credit"]
    co2e_mg: int
    serial: str | None = None


@dataclass(frozen=True)
class ExpirePoints:
    """End the points earned up to a month (its first day), as far as they were not spent."""

    account_id: bytes
    adjustment_id: bytes
    through_month: dt.date


Command = Act | Amend | Redeem | Settle | Share | ExpirePoints


@dataclass(frozen=True)
class EventRow:
    """An accepted act. `co2e_mg` is what it minted; `shown_mg` its estimate, also where nothing was minted.

    `earned` is what the act alone is worth in points; `points` what it added to the balance under the cap when it came.
    """

    act: Act
    version: int
    statement: Statement
    co2e_mg: int
    shown_mg: int
    earned: int
    points: int
    cap_from: dt.date


@dataclass(frozen=True)
class AdjustmentRow:
    """What is added to an account later: differences, signed."""

    account_id: bytes
    adjustment_id: bytes
    kind: Literal["reversal", "fraud", "correction", "expiry"]
    event_id: bytes | None
    day: dt.date
    reason: str
    co2e_mg: int
    shown_mg: int
    earned: int
    points: int
    body: bytes
    """Hash of the command."""
    month: dt.date
    """The month whose points it changes, or through which they expire."""


@dataclass(frozen=True)
class RedemptionRow:
    """One step of a redemption: `pending`, then `posted`, `void` or `expired`."""

    account_id: bytes
    redemption_id: bytes
    step: Literal["pending", "posted", "void", "expired"]
    points: int
    reward: str
    day: dt.date


@dataclass(frozen=True)
class ShareRow:
    """A share given, or taken back with its event (below zero)."""

    share: Share
    co2e_mg: int
    day: dt.date


Row = EventRow | AdjustmentRow | RedemptionRow | ShareRow


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
