"""A finding decided: dismissed, or its acts taken back through the ledger's own rules, each once.

What is written into the ledger's sealed rows is the rule and the decision's number; the operator's own words stay in the site's
record, where they can be read beside it and a person's name would not stand for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core import signing
from django.db import transaction

from leafmark.ledger import Accepted, Amend, Conflict, Duplicate, id_of, person
from leafmark.ledger.ledger import Ledger
from leafmark.ledger.person import Standing
from leafmark.ledger.review import Finding
from leafmark.ledger.rows import Outcome, Rejected
from leafmark.web.operate.models import ReviewDecision
from leafmark.web.people.models import User

SALT: Final = "leafmark.web.operate.review"
CONFIRM_SECONDS: Final = 3600
"""How long what was shown at the first step can be confirmed."""

Pair = tuple[int, int]


@dataclass(frozen=True)
class Asked:
    """What the first step showed and the second confirms."""

    stamp: str
    pairs: tuple[Pair, ...]
    reason: str
    token: str


def standing(ledger: Ledger, pairs: Sequence[Pair]) -> list[Standing]:
    """Acts as they stand now."""
    found = (person.act(ledger, account, event) for account, event in pairs)
    return [each for each in found if each is not None]


def signed(asked: Asked, by: User) -> str:
    """What was shown, so that the second step confirms that and nothing else, and by whom it was shown."""
    return signing.dumps([asked.stamp, asked.pairs, asked.reason, asked.token, by.pk], salt=SALT, compress=True)


def confirmed(text: str, by: User) -> Asked | None:
    """What is confirmed; None where it was never shown to this user, or too long ago."""
    try:
        stamp, pairs, reason, token, pk = signing.loads(text, salt=SALT, max_age=CONFIRM_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    return Asked(stamp, tuple((account, event) for account, event in pairs), reason, token) if pk == by.pk else None


def dismiss(finding: Finding, reason: str, by: User, token: str) -> ReviewDecision:
    """Nothing is wrong with it, for a reason.

    Raises
    ------
    IntegrityError : the form was sent before.
    """
    with transaction.atomic():
        return ReviewDecision.objects.create(
            **_about(finding), kind=ReviewDecision.DISMISSED, reason=reason, by=by, token=token
        )


def take_back(ledger: Ledger, finding: Finding, asked: Asked, by: User) -> ReviewDecision:
    """Take acts back, all in one transaction of the ledger; the decision keeps what it answered to each.

    Sent again after a stop half-way, the ledger answers with what it did then, and the decision is written.

    Raises
    ------
    StoreError : the ledger cannot be written: nothing was taken back. IntegrityError : the form was sent before.
    """
    why = f"fraud review: {finding.rule} {id_of(asked.token)}"
    commands = [Amend(account, _adjustment(asked, event), "fraud", event, why) for account, event in asked.pairs]
    outcomes = ledger.post_together(commands)
    acts = [
        [str(account), str(event), _answer(outcome)]
        for (account, event), outcome in zip(asked.pairs, outcomes, strict=True)
    ]
    with transaction.atomic():
        return ReviewDecision.objects.create(
            **_about(finding), kind=ReviewDecision.REVERSED, acts=acts, reason=asked.reason, by=by, token=asked.token
        )


def _adjustment(asked: Asked, event: int) -> int:
    return id_of(f"fraud review\x1f{asked.token}\x1f{event}")


def _answer(outcome: Outcome) -> str:
    match outcome:
        case Accepted() | Duplicate():
            return "taken_back"
        case Rejected():
            return outcome.reason
        case Conflict():
            return "conflict"


def _about(finding: Finding) -> dict[str, Any]:
    return {
        "key": finding.key, "stamp": finding.stamp, "rule": finding.rule, "scope": finding.scope, "figures": finding.figures,
    }  # fmt: skip
