"""Credits: the grams of a credit share as a registry issues, sells and retires them; and impact, which is shared.

    given share --issued--> owner --sold--> next owner ... --retired-->  final
                   |                          |
                   +--------exported, once----+--------cancelled-->  final; the share is taken back

A credit has one owner at a time, and whoever moves it must be that owner. `retired` and `cancelled` are final; `exported`
(told to a registry or another book) happens once in its life and changes no owner. A credit is for one party alone, so its
grams stand in one book; impact shares may be shown by several parties, and say so: "shared, not additive".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leafmark.ledger import accounts
from leafmark.ledger.catalogue import MINTED, is_name
from leafmark.ledger.rows import (
    Accepted,
    Conflict,
    CreditRow,
    CreditStep,
    Duplicate,
    MoveCredit,
    Outcome,
    Rejected,
    Share,
    ShareRow,
)
from leafmark.ledger.state import Worth, standing
from leafmark.ledger.store import Transaction

if TYPE_CHECKING:
    import datetime as dt

    from leafmark.ledger.ledger import Ledger

MAY_FOLLOW: dict[CreditStep | None, frozenset[CreditStep]] = {
    None: frozenset({"issued", "cancelled"}),
    "issued": frozenset({"sold", "exported", "retired", "cancelled"}),
    "sold": frozenset({"sold", "exported", "retired", "cancelled"}),
    "exported": frozenset({"sold", "retired", "cancelled"}),
    "retired": frozenset(),
    "cancelled": frozenset(),
}
"""Steps that may follow a step. A share that was given and never issued may be cancelled as it is."""

NOT_ADDITIVE = "shared, not additive"


def decide_credit(given: ShareRow | None, before: Sequence[CreditRow], command: MoveCredit, today: dt.date) -> Outcome:
    """Decide one step of a credit's life.

    Parameters
    ----------
    given : the credit share that has the serial, given; None where no share has it.
    before : the credit's rows so far, by number.
    """
    if 1 <= command.number <= len(before):
        return _again(before, command)
    if given is None or given.share.share_type != "credit":
        return Rejected("unknown_serial", "serial", command.serial, "the serial of a credit share")
    last = before[-1] if before else None
    if last is None and command.step not in MAY_FOLLOW[None]:
        return Rejected("wrong_step", "step", command.step, "issued first, or cancelled")
    if last is not None:
        if command.step == "exported" and any(row.step == "exported" for row in before):
            return Rejected("exported_before", "step", "exported", "a credit that was not exported yet")
        if command.step not in MAY_FOLLOW[last.step]:
            may = ", ".join(sorted(MAY_FOLLOW[last.step])) or f"nothing: {last.step} is final"
            return Rejected("wrong_step", "step", command.step, f"after {last.step}: {may}")
        if command.registry != last.registry:
            return Rejected("other_registry", "registry", command.registry, last.registry)
    owner = last.owner if last else given.share.party
    if command.holder != owner:
        return Rejected("not_owner", "holder", command.holder, f"its owner, {owner}")
    if command.number != len(before) + 1:
        return Rejected("wrong_step", "number", str(command.number), f"{len(before) + 1}: the next of its life")
    for name, text in (("registry", command.registry), ("buyer", command.buyer)):
        if not is_name(text) and (name == "registry" or command.step == "sold"):
            return Rejected("bad_text", name, str(text), "a name of 1 to 255 characters without tabs or line breaks")
    share = given.share
    row = CreditRow(
        share.account_id, share.share_id, command.number, command.step, command.serial, _owner_after(command),
        command.registry, today,
    )  # fmt: skip
    if command.step == "cancelled":
        return Accepted((row, ShareRow(share, "taken", today)))
    return Accepted((row,))


def _owner_after(command: MoveCredit) -> str:
    return command.buyer or "" if command.step == "sold" else command.holder


def _again(before: Sequence[CreditRow], command: MoveCredit) -> Outcome:
    known = before[command.number - 1]
    differing = tuple(
        name
        for name, was, now in (
            ("step", known.step, command.step),
            ("owner", known.owner, _owner_after(command)),
            ("registry", known.registry, command.registry),
        )
        if was != now
    )
    return Conflict(differing) if differing else Duplicate((known,))


def move_credit(ledger: Ledger, command: MoveCredit) -> Outcome:
    """Take a credit one step further; see `decide_credit`."""
    found = accounts.share_rows(ledger.store.rows, "serial = ? AND step = 'given'", (command.serial,))
    share = found[0] if found else None  # for ever, so this may be asked before its account is locked

    def work(transaction: Transaction) -> Outcome:
        before: list[CreditRow] = []
        if share is not None:
            transaction.lock(share.share.account_id)
            before = accounts.credit_rows(transaction.rows, *_of_share(share.share))
        outcome = decide_credit(share, before, command, ledger.today())
        if isinstance(outcome, Accepted):
            for row in outcome.rows:
                transaction.append(row)
        return outcome

    return ledger.store.transact(work)


def credit_life(ledger: Ledger, serial: str) -> list[CreditRow]:
    """All steps of a credit, the first first."""
    return accounts.credit_rows(ledger.store.rows, "serial = ?", (serial,))


def _of_share(share: Share) -> tuple[str, tuple[int, int]]:
    return "account_id = ? AND share_id = ?", (share.account_id, share.share_id)


@dataclass(frozen=True)
class ImpactShares:
    """Who may show which part of an event's minted grams. The parts are views of one effect: they are never summed
    over parties into more than the mint, and never with another event's credits.
    """

    account_id: int
    event_id: int
    minted_mg: int
    shares: tuple[Share, ...]

    def __str__(self) -> str:
        parts = [
            f"{share.party} ({share.role}) may show {share.co2e_mg:,} mg of {self.minted_mg:,} mg"
            for share in self.shares
        ]
        return "\n".join([f"event {self.event_id}: {self.minted_mg:,} mg minted; {NOT_ADDITIVE}", *parts])


def impact_shares(ledger: Ledger, account_id: int, event_id: int) -> ImpactShares | None:
    """The impact shares of an event that stand; None where the account holds no such event."""
    rows, key = ledger.store.rows, (account_id, event_id)
    found = accounts.events(rows, ledger.names, "account_id = ? AND event_id = ?", key)
    if not found:
        return None
    worth = Worth(found[0].act.co2e_mg, 0)
    for row in accounts.adjustment_rows(rows, "account_id = ? AND event_id = ?", key):
        worth.co2e_mg += row.co2e_mg
    shares = standing(accounts.share_rows(rows, "account_id = ? AND event_id = ?", key))
    return ImpactShares(
        account_id, event_id, worth.co2e_mg if found[0].statement in MINTED else 0,
        tuple(row.share for row in shares if row.share.share_type == "impact"),
    )  # fmt: skip
