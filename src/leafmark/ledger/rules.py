"""The rules: an account's state and a command in; rows, the first answer, a conflict or a refusal out. Pure, no I/O.

    decide(account, command, catalogue, today, serials) -> Accepted | Duplicate | Conflict | Rejected

Stores do the same in SQL, batch by batch; their tests hold them to these functions. Three rules carry the weight:

* **Once.** The same id and body is answered as the first time; the same id and another body is a conflict; another id
  and the same fingerprint is the same act again.
* **Caps whatever the order.** A row keeps what its act alone earns; a cap's period adds min(cap, sum of its rows) to the
  balance. So neither rows nor balance know the order in which acts came, and one taken back gives up just what the others
  do not fill.
* **First in, first out, without lots to update.** A period's points belong to the month in which it ends. Points spent or
  expired use up the oldest months first, so what is left of those up to M is max(0, counted up to M - spent - ended).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import fields
from typing import get_args, get_type_hints

from leafmark.ledger.catalogue import (
    EVIDENCE,
    MG_PER_KG,
    MINTED,
    Action,
    Catalogue,
    Period,
    Statement,
    is_name,
    is_plain,
)
from leafmark.ledger.rows import (
    INT64_MAX,
    Accepted,
    Act,
    AdjustmentRow,
    Amend,
    Command,
    Conflict,
    Duplicate,
    Erase,
    EventRow,
    ExpirePoints,
    Outcome,
    Redeem,
    RedemptionRow,
    Rejected,
    Settle,
    Share,
    ShareRow,
    id_of,
)
from leafmark.ledger.state import ENDED, Account, cap_key, month_of, standing

DAYS_AHEAD = 1
"""A client's local day may be one ahead of the ledger's."""


def decide(
    account: Account, command: Command, catalogue: Catalogue, today: dt.date, serials: Mapping[str, int] | None = None
) -> Outcome:
    """Decide one command.

    Parameters
    ----------
    account : the state of the account that the command names; it is read and never changed.
    today : the ledger's own day.
    serials : registry serials in use in the whole store, with the id of their share.
    """
    if refusal := unwritable(command):
        return refusal
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
        case Erase():
            return _erase(account, command, today)


WORDS: dict[tuple[type, str], tuple[str, ...]] = {
    (type_, name): get_args(get_type_hints(type_)[name])
    for type_, name in ((Amend, "kind"), (Settle, "step"), (Share, "role"), (Share, "share_type"))
}
"""Fields that hold one of a few words."""


def unwritable(command: Command) -> Rejected | None:
    """Why no row can hold a command: a number past 64 bits, an unknown word, a text with a tab, or one that says nothing."""
    for each in fields(command):
        value, words = getattr(command, each.name), WORDS.get((type(command), each.name))
        if each.type == "int" and not (type(value) is int and -INT64_MAX <= value <= INT64_MAX):
            return Rejected(
                "not_a_number", each.name, repr(value)[:60], f"a whole number from -{INT64_MAX} to {INT64_MAX}"
            )
        if words and value not in words:
            return Rejected("unknown_word", each.name, repr(value)[:60], ", ".join(words))
    texts: tuple[tuple[str, str | None, bool], ...] = ()
    match command:
        case Amend():
            texts = (("reason", command.reason, False),)
        case Redeem():
            texts = (("reward", command.reward, False),)
        case Share():
            texts = (("party", command.party, True), ("serial", command.serial or "", False))
    for name, text, named in texts:
        if not (is_name(text) if named else is_plain(text)):
            return Rejected(
                "bad_text", name, repr(text)[:60], "a text of at most 255 characters, without tabs or line breaks"
            )
    return None


def points_earned(terms: Action, catalogue: Catalogue, quantity: int, co2e_mg: int, day: dt.date) -> int:
    """What an act is worth by itself: its terms times the campaign of its day, rounded down; none below zero grams, nor for nothing."""
    if co2e_mg < 0 or quantity == 0:
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


def lot_of(cap_from: dt.date, period: Period) -> dt.date:
    """First day of the month in which a cap's period ends."""
    return cap_from.replace(month=12, day=1) if period == "year" else cap_from.replace(day=1)


def statement_of(terms: Action, catalogue: Catalogue, day: dt.date) -> Statement:
    """Where an act's grams are reported."""
    if terms.statement != "points_only" and catalogue.is_own(terms.programme, terms.action, day):
        return "operator_inventory"
    return terms.statement


def event_row(act: Act, terms: Action, catalogue: Catalogue) -> EventRow:
    """The row of an act that is accepted."""
    cap_from = period_start(act.occurred_day, terms.cap_period)
    return EventRow(
        act, terms.version, statement_of(terms, catalogue, act.occurred_day),
        points_earned(terms, catalogue, act.quantity, act.co2e_mg, act.occurred_day), cap_from, terms.cap_points,
        lot_of(cap_from, terms.cap_period),
    )  # fmt: skip


def _act(account: Account, act: Act, catalogue: Catalogue, today: dt.date) -> Outcome:
    known = account.events.get(act.event_id)
    if known is not None:
        differing = differing_fields(known.act, act)
        return Conflict(differing) if differing else Duplicate((known,))
    terms = catalogue.action(act.programme, act.action, act.occurred_day)
    refusal = refused_by_terms(act, terms, catalogue, today)
    if refusal:
        return refusal
    assert terms is not None
    if account.erased:
        return Rejected("account_erased", "account_id", str(act.account_id), "an account that stands")
    other = account.fingerprints.get(act.fingerprint)
    if other is not None:
        return Rejected("same_act", "fingerprint", str(other), "an act that no event of the account holds")
    return Accepted((event_row(act, terms, catalogue),))


def refused_by_terms(act: Act, terms: Action | None, catalogue: Catalogue, today: dt.date) -> Rejected | None:
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
        return Rejected("unknown_event", "event_id", str(amend.event_id), "an event of the account")
    worth = account.worth[amend.event_id]
    if worth.taken_back:
        return Rejected("already_reversed", "event_id", str(amend.event_id), "an event that stands")
    shares = standing(account.shares.get(amend.event_id, []))
    if any(row.share.share_type == "credit" for row in shares):
        return Rejected("credit_issued", "event_id", str(amend.event_id), "an event without credits issued on it")
    act = event.act
    terms = catalogue.action(act.programme, act.action, act.occurred_day)
    if terms is None or terms.version != event.version:
        return Rejected("not_of_terms", "event_id", str(amend.event_id), f"version {event.version} in the catalogue")
    mg, points = 0, 0
    if amend.kind == "correction":
        if refusal := _past_cap(terms, amend.quantity, amend.co2e_mg):
            return refusal
        mg = amend.co2e_mg
        points = points_earned(terms, catalogue, amend.quantity, mg, act.occurred_day)
    adjustment = AdjustmentRow(
        amend.account_id, amend.adjustment_id, amend.kind, amend.event_id, today, amend.reason, mg - worth.co2e_mg,
        points - worth.points, body_hash(amend),
    )  # fmt: skip
    minted = mg if event.statement in MINTED else 0
    shared = sum(row.share.co2e_mg for row in shares)
    taken = tuple(ShareRow(row.share, "taken", today) for row in shares) if shared > minted else ()
    back = _given_back(account, event, points - worth.points)
    if not back:
        return Accepted((adjustment, *taken))
    ended = AdjustmentRow(
        amend.account_id, id_of(f"given back {amend.adjustment_id}"), "expiry", None, today,
        "had ended before their act was amended", 0, back, body_hash(amend),
    )  # fmt: skip
    return Accepted((adjustment, ended, *taken))


def _given_back(account: Account, event: EventRow, change: int) -> int:
    """Points that an amendment takes and that had ended already: what ended once is not taken a second time.

    Had the act been worth less from the start, less would have ended of the months up to the last one that did.
    """
    tally = account.tallies[cap_key(event)]
    fewer = tally.counted - min(tally.cap_points, tally.points + change)
    through = account.ended_through
    if fewer <= 0 or through is None or tally.lot > through:
        return 0
    counted = sum(each.counted for each in account.tallies.values() if each.lot <= through) - fewer
    return min(fewer, max(0, account.ended - max(0, counted - account.held)))


def _past_cap(terms: Action, quantity: int, co2e_mg: int) -> Rejected | None:
    if quantity < 0:
        return Rejected("negative_quantity", "quantity", str(quantity), "0 or more")
    if quantity > terms.quantity_max:
        return Rejected("above_cap", "quantity", str(quantity), f"at most {terms.quantity_max}: {terms.reason}")
    if abs(co2e_mg) > terms.co2e_mg_max:
        return Rejected("above_cap", "co2e_mg", str(co2e_mg), f"at most {terms.co2e_mg_max}: {terms.reason}")
    return None


def _redeem(account: Account, redeem: Redeem, today: dt.date) -> Outcome:
    steps = account.redemptions.get(redeem.redemption_id)
    if steps:
        first = steps[0]
        differing = tuple(name for name in ("points", "reward") if getattr(first, name) != getattr(redeem, name))
        return Conflict(differing) if differing else Duplicate((first,))
    if account.erased:
        return Rejected("account_erased", "account_id", str(redeem.account_id), "an account that stands")
    if redeem.points <= 0:
        return Rejected("not_positive", "points", str(redeem.points), "1 or more")
    if account.points < redeem.points:
        return Rejected("not_enough", "points", str(redeem.points), f"at most {max(0, account.points)}")
    row = RedemptionRow(redeem.account_id, redeem.redemption_id, "pending", redeem.points, redeem.reward, today)
    return Accepted((row,))


def _settle(account: Account, settle: Settle, today: dt.date) -> Outcome:
    steps = account.redemptions.get(settle.redemption_id)
    if not steps:
        return Rejected("unknown_redemption", "redemption_id", str(settle.redemption_id), "a redemption of the account")
    last = steps[-1]
    if last.step == settle.step:
        return Duplicate((last,))
    if last.step != "pending":
        return Rejected("not_pending", "step", last.step, "pending")
    row = RedemptionRow(settle.account_id, settle.redemption_id, settle.step, last.points, last.reward, today)
    if not account.erased or settle.step == "posted":
        return Accepted((row,))
    ended = AdjustmentRow(
        settle.account_id, id_of(f"{settle.step} {settle.redemption_id}"), "expiry", None, today,
        "freed after the account was erased", 0, -last.points, body_hash(settle),
    )  # fmt: skip
    return Accepted((row, ended))


def _share(account: Account, share: Share, today: dt.date, serials: Mapping[str, int]) -> Outcome:
    known = next(
        (row for rows in account.shares.values() for row in rows if row.share.share_id == share.share_id), None
    )
    if known is not None:
        differing = differing_fields(known.share, share)
        return Conflict(differing) if differing else Duplicate((known,))
    event = account.events.get(share.event_id)
    if event is None:
        return Rejected("unknown_event", "event_id", str(share.event_id), "an event of the account")
    if share.co2e_mg <= 0:
        return Rejected("not_positive", "co2e_mg", str(share.co2e_mg), "1 or more")
    minted = account.worth[share.event_id].co2e_mg if event.statement in MINTED else 0
    given = standing(account.shares.get(share.event_id, []))
    left = minted - sum(row.share.co2e_mg for row in given if row.share.share_type == share.share_type)
    if share.co2e_mg > left:
        return Rejected("not_enough", "co2e_mg", str(share.co2e_mg), f"at most {max(0, left)}: what the mint has left")
    if share.share_type == "credit" and not share.serial:
        return Rejected("no_serial", "serial", str(share.serial), "the serial its registry gave it")
    if share.serial and share.serial in serials:
        return Rejected("serial_used", "serial", share.serial, "a serial that stands on no other share")
    return Accepted((ShareRow(share, "given", today),))


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
        command.account_id, command.adjustment_id, "expiry", None, today, ENDED.format(month=month),
        0, -points, body_hash(command),
    )  # fmt: skip
    return Accepted((row,))


def _erase(account: Account, command: Erase, today: dt.date) -> Outcome:
    known = account.adjustments.get(command.adjustment_id)
    if known is not None:
        return Duplicate((known,)) if known.body == body_hash(command) else Conflict(("body",))
    if account.erased:
        return Rejected("account_erased", "account_id", str(command.account_id), "an account that stands")
    row = AdjustmentRow(
        command.account_id, command.adjustment_id, "erasure", None, today, "the person asked to be forgotten", 0,
        -account.points, body_hash(command),
    )  # fmt: skip
    return Accepted((row,))


def months_later(month: dt.date, months: int) -> dt.date:
    """The first day of a month so many months later."""
    number = month.year * 12 + month.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def body_hash(command: Amend | ExpirePoints | Erase | Settle) -> bytes:
    """SHA-256 of a command's fields, by which a repeated one is known."""
    text = "\x1f".join(f"{each.name}={getattr(command, each.name)}" for each in fields(command))
    return hashlib.sha256(f"{type(command).__name__}\x1f{text}".encode()).digest()


def differing_fields(first: Act | Share, again: Act | Share) -> tuple[str, ...]:
    """Names of the fields in which two bodies differ."""
    return tuple(each.name for each in fields(first) if getattr(first, each.name) != getattr(again, each.name))
