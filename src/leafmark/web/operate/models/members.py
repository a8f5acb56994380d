"""Who was let into a brand, and by whom."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from leafmark.web.written_once import WrittenOnce


class MemberChange(WrittenOnce):
    """A brand made, or a member added, removed, or given or taken the right to publish."""

    MADE, ADDED, REMOVED, MAY, MAY_NOT = KINDS = ("made", "added", "removed", "may", "may_not")

    kind = models.CharField(max_length=8, choices=[(each, each) for each in KINDS])
    brand = models.ForeignKey("shelf.Brand", models.PROTECT, related_name="+")
    member = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    may_publish = models.BooleanField(default=False)
    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    token = models.CharField(max_length=64, unique=True, help_text="Of the form: sent twice is one change")

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.brand}: {self.kind}"
