"""What all of an operator's decisions have in common."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from leafmark.web.written_once import WrittenOnce

REASON_MAX = 2_000


class Decision(WrittenOnce):
    """Who decided when, and why; written once."""

    reason = models.TextField(max_length=REASON_MAX)
    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    token = models.CharField(max_length=64, unique=True, help_text="Of the form: sent twice is one decision")

    class Meta:
        """Newest first; each kind of decision has a table of its own."""

        abstract = True
        ordering: ClassVar = ["-at", "-pk"]
