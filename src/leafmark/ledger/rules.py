"""The rules: an account's state and a command in; rows, the first answer, a conflict or a refusal out. Pure, no I/O.

    decide(account, command, catalogue, today, serials) -> Accepted | Duplicate | Conflict | Rejected

Stores do the same in SQL, batch by batch; their tests hold them to these functions. Three rules carry the weight:

* **Once.** The same id and body is answered as the first time; the same id and another body is a conflict; another id
  and the same fingerprint is the same act again.
* **Caps whatever the order.** A cap's period adds min(cap, sum of what its acts earn) to the balance, so an act adds
  min(cap, sum with it) - min(cap, sum without it): the sum over acts is the same in whatever order they came, and one
  taken back gives up just what the others do not fill.
* **First in, first out, without lots to update.** Points spent or expired use up the oldest months first, so what is
  left of the months up to M is max(0, earned up to M - spent - expired).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import fields

from leafmark.ledger.catalogue import EVIDENCE, MG_PER_KG, Action, Catalogue, Period, Statement
from leafmark.ledger.rows import (
    Accepted,
    Act,
    AdjustmentRow,
    Amend,
    Command,
    Conflict,
    Duplicate,
    EventRow,
    ExpirePoints,
    Outcome,
    Redeem,
    RedemptionRow,
    Rejected,
    Settle,
    Share,
    ShareRow,
)
from leafmark.ledger.state import Account, cap_key, month_of

DAYS_AHEAD = 1
"""A client's local day may be one ahead of the ledger's."""


def decide(
    account: Account, command: Command, catalogue: Catalogue, today: dt.date, serials: Mapping[str, bytes] | None = None
) -> Outcome:
    """Decide one command.

    Parameters
    ----------
    account : the state of the account that the command names; it is read and never changed.
    today : the ledger's own day.
    serials : registry serials in use in the whole store, with the id of their share.
    """
    match command:
        case Act():
            return _act(account, command, catalogue, today)
        case Amend():
            return _amend(account, command, catalogue, today)
        case Redeem():
            return _redeem(account, command, today)
        case Settle():
            return _settle(account, command, today)
        case Share():
            return _share(account, command, today, serials or {})
        case ExpirePoints():
            return _expire(account, command, catalogue, today)


def points_earned(terms: Action, catalogue: Catalogue, quantity: int, co2e_mg: int, day: dt.date) -> int:
    """What an act is worth by itself: its terms times the campaign of its day, rounded down; none below zero grams."""
    if co2e_mg < 0:
        return 0
    times = {"act": 1, "quantity": quantity, "kg": co2e_mg // MG_PER_KG}[terms.points_per]
    campaign = catalogue.campaign(terms.programme, terms.action, day)
    earned = terms.points * times
    return earned * campaign.numerator // campaign.denominator if campaign else earned


def period_start(day: dt.date, period: Period) -> dt.date:
    """First day of the cap's period."""
    if period == "year":
        return day.replace(month=1, day=1)
    return day.replace(day=1) if period == "month" else day


def under_cap(cap: int, before: int, change: int) -> int:
    """What the balance gains where a period's earnings go from `before` to `before + change`."""
    return min(cap, before + change) - min(cap, before)


def _act(account: Account, act: Act, catalogue: Catalogue, today: dt.date) -> Outcome:
    known = account.events.get(act.event_id)
    if known is not None:
        differing = _differing(known.act, act)
        return Conflict(differing) if differing else Duplicate((known,))
    terms = catalogue.action(act.programme, act.action, act.occurred_day)
    refusal = _refusal(act, terms, catalogue, today)
    if refusal:
        return refusal
    assert terms is not None
    other = account.fingerprints.get(act.fingerprint)
    if other is not None:
        return Rejected("same_act", "fingerprint", other.hex(), "an act that no event of the account holds")
    statement: Statement = terms.statement
    if statement != "points_only" and catalogue.is_own(act.programme, act.action, act.occurred_day):
        statement = "operator_inventory"
    minted = 0 if statement in ("operator_inventory", "points_only") else act.co2e_mg
    earned = points_earned(terms, catalogue, act.quantity, act.co2e_mg, act.occurred_day)
    cap_from = period_start(act.occurred_day, terms.cap_period)
    before = account.earned_in.get((act.programme, act.action, terms.version, cap_from), 0)
    points = under_cap(terms.cap_points, before, earned)
    return Accepted((EventRow(act, terms.version, statement, minted, act.co2e_mg, earned, points, cap_from),))


def _refusal(act: Act, terms: Action | None, catalogue: Catalogue, today: dt.date) -> Rejected | None:
    """Why an act may not be posted, whatever its account holds."""
    if terms is None:
        if not catalogue.knows(act.programme, act.action):
            return Rejected("unknown_action", "action", f"{act.programme}/{act.action}", "an action of the catalogue")
        return Rejected(
            "not_valid_on_day", "occurred_day", str(act.occurred_day), "a day for which the action has terms"
        )
    latest, earliest = today + dt.timedelta(DAYS_AHEAD), today - dt.timedelta(terms.acceptance_days)
    size = f"-{terms.co2e_mg_max} to {terms.co2e_mg_max}: {terms.reason}"
    checks = (
        ("method_differs", "method_id", act.method_id, terms.method_id, act.method_id == terms.method_id),
        ("in_future", "occurred_day", act.occurred_day, f"{latest} or before", act.occurred_day <= latest),
        ("too_late", "occurred_day", act.occurred_day, f"{earliest} or later", act.occurred_day >= earliest),
        ("negative_quantity", "quantity", act.quantity, "0 or more", act.quantity >= 0),
        ("above_cap", "quantity", act.quantity, f"at most {terms.quantity_max}: {terms.reason}",
         act.quantity <= terms.quantity_max),
        ("points_only", "co2e_mg", act.co2e_mg, "0", terms.statement != "points_only" or act.co2e_mg == 0),
        ("above_cap", "co2e_mg", act.co2e_mg, size, abs(act.co2e_mg) <= terms.co2e_mg_max),
        ("weak_evidence", "evidence", act.evidence, f"{terms.evidence_minimum} or better",
         EVIDENCE.index(act.evidence) <= EVIDENCE.index(terms.evidence_minimum)),
    )  # fmt: skip
    return next(
        (Rejected(reason, name, str(found), expected) for reason, name, found, expected, good in checks if not good),
        None,
    )


def _amend(account: Account, amend: Amend, catalogue: Catalogue, today: dt.date) -> Outcome:
    known = account.adjustments.get(amend.adjustment_id)
    if known is not None:
        return Duplicate((known,)) if known.body == body_hash(amend) else Conflict(("body",))
    event = account.events.get(amend.event_id)
    if event is None:
        return Rejected("unknown_event", "event_id", amend.event_id.hex(), "an event of the account")
    worth = account.worth[amend.event_id]
    if worth.taken_back:
        return Rejected("already_reversed", "event_id", amend.event_id.hex(), "an event that stands")
    shares = account.shares.get(amend.event_id, [])
    if any(row.share.share_type == "credit" for row in shares):
        return Rejected("credit_issued", "event_id", amend.event_id.hex(), "an event without credits issued on it")
    act = event.act
    terms = catalogue.action(act.programme, act.action, act.occurred_day)
    if terms is None or terms.version != event.version:
        return Rejected("not_valid_on_day", "event_id", amend.event_id.hex(), f"terms {event.version} in the catalogue")
    mg, quantity = (amend.co2e_mg, amend.quantity) if amend.kind == "correction" else (0, 0)
    if amend.kind == "correction" and (refusal := _past_cap(terms, quantity, mg)):
        return refusal
    minted = 0 if event.statement in ("operator_inventory", "points_only") else mg
    earned = 0
    if amend.kind == "correction":
        earned = points_earned(terms, catalogue, quantity, mg, act.occurred_day)
    change = earned - worth.earned
    points = under_cap(terms.cap_points, account.earned_in[cap_key(event)], change)
    adjustment = AdjustmentRow(
        amend.account_id, amend.adjustment_id, amend.kind, amend.event_id, today, amend.reason, minted - worth.co2e_mg,
        mg - worth.shown_mg, change, points, body_hash(amend), month_of(act.occurred_day),
    )  # fmt: skip
    shared = sum(row.co2e_mg for row in shares)
    taken = tuple(ShareRow(row.share, -row.co2e_mg, today) for row in _standing(shares)) if shared > minted else ()
    return Accepted((adjustment, *taken))


def _past_cap(terms: Action, quantity: int, co2e_mg: int) -> Rejected | None:
    if quantity < 0:
        return Rejected("negative_quantity", "quantity", str(quantity), "0 or more")
    if quantity > terms.quantity_max:
        return Rejected("above_cap", "quantity", str(quantity), f"at most {terms.quantity_max}: {terms.reason}")
    if abs(co2e_mg) > terms.co2e_mg_max:
        return Rejected("above_cap", "co2e_mg", str(co2e_mg), f"at most {terms.co2e_mg_max}: {terms.reason}")
    return None


def _standing(shares: list[ShareRow]) -> list[ShareRow]:
    """Shares that were given and not taken back."""
    taken = {row.share.share_id for row in shares if row.co2e_mg < 0}
    return [row for row in shares if row.share.share_id not in taken]


def _redeem(account: Account, redeem: Redeem, today: dt.date) -> Outcome:
    steps = account.redemptions.get(redeem.redemption_id)
    if steps:
        first = steps[0]
        differing = tuple(name for name in ("points", "reward") if getattr(first, name) != getattr(redeem, name))
        return Conflict(differing) if differing else Duplicate((first,))
    if redeem.points <= 0:
        return Rejected("not_positive", "points", str(redeem.points), "1 or more")
    if account.points < redeem.points:
        return Rejected("not_enough", "points", str(redeem.points), f"at most {max(0, account.points)}")
    row = RedemptionRow(redeem.account_id, redeem.redemption_id, "pending", redeem.points, redeem.reward, today)
    return Accepted((row,))


def _settle(account: Account, settle: Settle, today: dt.date) -> Outcome:
    steps = account.redemptions.get(settle.redemption_id)
    if not steps:
        return Rejected(
            "unknown_redemption", "redemption_id", settle.redemption_id.hex(), "a redemption of the account"
        )
    last = steps[-1]
    if last.step == settle.step:
        return Duplicate((last,))
    if last.step != "pending":
        return Rejected("not_pending", "step", last.step, "pending")
    row = RedemptionRow(settle.account_id, settle.redemption_id, settle.step, last.points, last.reward, today)
    return Accepted((row,))


def _share(account: Account, share: Share, today: dt.date, serials: Mapping[str, bytes]) -> Outcome:
    given = account.shares.get(share.event_id, [])
    known = next(
        (row for rows in account.shares.values() for row in rows if row.share.share_id == share.share_id), None
    )
    if known is not None:
        differing = _differing(known.share, share)
        return Conflict(differing) if differing else Duplicate((known,))
    event = account.events.get(share.event_id)
    if event is None:
        return Rejected("unknown_event", "event_id", share.event_id.hex(), "an event of the account")
    if share.co2e_mg <= 0:
        return Rejected("not_positive", "co2e_mg", str(share.co2e_mg), "1 or more")
    left = account.worth[share.event_id].co2e_mg - sum(
        row.co2e_mg for row in given if row.share.share_type == share.share_type
    )
    if share.co2e_mg > left:
        return Rejected("not_enough", "co2e_mg", str(share.co2e_mg), f"at most {max(0, left)}: what the mint has left")
    if share.share_type == "credit" and not share.serial:
        return Rejected("no_serial", "serial", str(share.serial), "the serial its registry gave it")
    if share.serial and share.serial in serials:
        return Rejected("serial_used", "serial", share.serial, "a serial that stands on no other share")
    return Accepted((ShareRow(share, share.co2e_mg, today),))


def _expire(account: Account, command: ExpirePoints, catalogue: Catalogue, today: dt.date) -> Outcome:
    known = account.adjustments.get(command.adjustment_id)
    if known is not None:
        return Duplicate((known,)) if known.body == body_hash(command) else Conflict(("through_month",))
    month = month_of(command.through_month)
    due = months_later(month, catalogue.points_months + 1)
    if today < due:
        return Rejected(
            "not_due", "through_month", str(month), f"a month whose points ended by {today}; these end on {due}"
        )
    points = account.unexpired_through(month)
    if not points:
        return Accepted(())
    row = AdjustmentRow(
        command.account_id, command.adjustment_id, "expiry", None, today, f"points of {month:%Y-%m} and before ended",
        0, 0, 0, -points, body_hash(command), month,
    )  # fmt: skip
    return Accepted((row,))


def months_later(month: dt.date, months: int) -> dt.date:
    """The first day of a month so many months later."""
    number = month.year * 12 + month.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def body_hash(command: Amend | ExpirePoints) -> bytes:
    """SHA-256 of a command's fields, by which a repeated one is known."""
    text = "\x1f".join(f"{each.name}={_text(getattr(command, each.name))}" for each in fields(command))
    return hashlib.sha256(f"{type(command).__name__}\x1f{text}".encode()).digest()


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _differing(first: Act | Share, again: Act | Share) -> tuple[str, ...]:
    return tuple(each.name for each in fields(first) if getattr(first, each.name) != getattr(again, each.name))
