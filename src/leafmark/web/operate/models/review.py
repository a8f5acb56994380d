"""What became of acts that deserved a look; and reports that the ledger refused, counted. Accounts are random ids, never persons."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from leafmark.web.operate.models.decision import Decision


class ReviewDecision(Decision):
    """A finding dismissed, or acts of it taken back in the ledger by adjustments of the kind `fraud`."""

    DISMISSED, REVERSED = KINDS = ("dismissed", "reversed")

    kind = models.CharField(max_length=10, choices=[(each, each) for each in KINDS])
    key = models.CharField(max_length=24, db_index=True, help_text="Of the finding (`ledger.review`)")
    stamp = models.CharField(max_length=24, help_text="Of the finding with its figures: others are another finding")
    rule = models.CharField(max_length=20)
    scope = models.JSONField()
    figures = models.JSONField()
    acts = models.JSONField(default=list, help_text="Account, event, and what the ledger answered")

    def __str__(self) -> str:
        return f"{self.rule} {self.key} {self.kind}"


class Refusal(models.Model):
    """How often a source's reports of an account's acts were refused on a day, for a reason that may mean more than a slip."""

    day = models.DateField(db_index=True)
    source = models.CharField(max_length=255)
    account_id = models.BigIntegerField()
    reason = models.CharField(max_length=20)
    count = models.PositiveIntegerField()

    class Meta:
        """One count for each."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "source", "account_id", "reason"], name="refusals_counted_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.source} {self.reason}"
