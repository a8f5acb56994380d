"""Which sources may credit whom. Whoever posts acts to the ledger asks here first.

A consumer of this site says yes to each source herself; until she does, and once she has taken it back, nothing of hers is posted
from there. A subject that is no user of this site is a customer of the source's own, who asked her itself: those pass. Who was
forgotten here is no user any more, so post by account: the ledger refuses what comes for an erased one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from leafmark.ledger.ledger import Ledger
from leafmark.ledger.person import sources
from leafmark.ledger.privacy import subjects_of
from leafmark.web.me.models import Consent, Source
from leafmark.web.me.own import Own
from leafmark.web.people.models import User

AT_ONCE = 500

Pair = tuple[int, str]
"""An account and the source of an act."""


@dataclass(frozen=True)
class Asked:
    """A source as a consumer is asked about it."""

    name: str
    source: Source | None
    standing: Consent | None
    withdrawn: Consent | None
    """The last that she took back."""
    has_credited: bool


def may_credit(subject: str, source: str) -> bool:
    """Whether an act of a subject may be posted from a source now."""
    user = User.objects.filter(subject=subject).first()
    if user is None:
        return True
    return user.is_active and Consent.objects.filter(user=user, source=source, withdrawn_at__isnull=True).exists()


def without_consent(ledger: Ledger, pairs: Iterable[Pair]) -> set[Pair]:
    """Those of a batch's accounts and sources that may not be posted: `may_credit` for many, in a few questions."""
    asked = set(pairs)
    subjects = subjects_of(ledger, sorted({account for account, _ in asked}))
    users: dict[str, tuple[int, bool]] = {}
    given: set[tuple[int, str]] = set()
    for some in _chunks(sorted(set(subjects.values()))):
        found = User.objects.filter(subject__in=some).values_list("subject", "pk", "is_active")
        users |= {str(subject): (pk, active) for subject, pk, active in found}
        given |= set(
            Consent.objects.filter(user__subject__in=some, withdrawn_at__isnull=True).values_list("user_id", "source")
        )
    refused = set()
    for account, source in asked:
        user = users.get(subjects.get(account, ""))
        if user is not None and not (user[1] and (user[0], source) in given):
            refused.add((account, source))
    return refused


def give(user: User, source: str) -> None:
    """Let a source credit her. Given again, it stands as it was."""
    try:
        with transaction.atomic():
            Consent.objects.get_or_create(user=user, source=source, withdrawn_at=None)
    except IntegrityError:
        pass  # another tab gave it in this moment


def withdraw(user: User, source: str) -> None:
    """Take it back: acts that are posted from now on are refused; those that were stay hers."""
    Consent.objects.filter(user=user, source=source, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())


def offer(name: str, title: dict[str, str], sends: dict[str, str]) -> Source:
    """Ask consumers about a source: what it is called and what it reports, by language. For whoever lets it in."""
    return Source.objects.update_or_create(name=name, defaults={"title": title, "sends": sends})[0]


def asked_of(own: Own) -> list[Asked]:
    """Every source that a consumer is asked about: those offered, those that credited her, those she answered."""
    offered = {each.name: each for each in Source.objects.all()}
    credited = set(sources(own.ledger, own.account_id))
    standing: dict[str, Consent] = {}
    withdrawn: dict[str, Consent] = {}
    for each in Consent.objects.filter(user=own.user).order_by("given_at"):
        (standing if each.withdrawn_at is None else withdrawn)[each.source] = each
    names = sorted({*offered, *credited, *standing, *withdrawn})
    return [Asked(name, offered.get(name), standing.get(name), withdrawn.get(name), name in credited) for name in names]


def _chunks(values: list[str]) -> Iterable[list[str]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
