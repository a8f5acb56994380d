"""What a consumer's pages keep beside the ledger: goals, consents, sign-ups that wait for their letter, erasures.

Acts, grams and points are the ledger's alone.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

GOAL_KINDS = ("points", "acts")
TARGET_MAX = 100_000


class Goal(models.Model):
    """So many points, or acts of a kind, in a calendar month. It ends when she says so, and nothing lapses."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="goals")
    kind = models.CharField(max_length=10, choices=[(each, each) for each in GOAL_KINDS])
    action = models.CharField(max_length=60, blank=True, help_text="Of acts: which")
    target = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """One goal of a kind each."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "kind", "action"], name="one_goal_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.target} {self.action or self.kind}"


class Source(models.Model):
    """A partner that may report acts, as consumers are asked about it."""

    name = models.CharField(max_length=255, unique=True, help_text="As acts and the ledger name it")
    title = models.JSONField(default=dict, help_text="By language")
    sends = models.JSONField(default=dict, help_text="What it reports, by language")

    def __str__(self) -> str:
        return self.name


class Consent(models.Model):
    """A time in which a source may credit a consumer. Withdrawn is an end and no deletion: both can be shown to her."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="consents")
    source = models.CharField(max_length=255)
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """At most one that stands for each source."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "source"], condition=models.Q(withdrawn_at__isnull=True), name="one_standing_consent"
            )
        ]

    def __str__(self) -> str:
        return self.source


class SignUp(models.Model):
    """An address that asked for an account and has not answered its letter yet. It is no user."""

    email = models.EmailField(unique=True)
    password = models.CharField(max_length=128, help_text="Hashed")
    asked_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.email


class Erasure(models.Model):
    """An account whose person asked to be forgotten. It names nobody, and is kept: a backup that comes back is erased again."""

    account_id = models.BigIntegerField(unique=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="erasure")
    asked_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.account_id)
