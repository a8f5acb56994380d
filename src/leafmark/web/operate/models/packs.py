"""Which packs of factors count for new figures, since when, by whose decision."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from leafmark.web.written_once import WrittenOnce

REASON_MAX = 2_000


class PackDecision(WrittenOnce):
    """A pack activated, or its activation withdrawn. The newest of each pack id counts; a copy of the pack is kept by its hash."""

    ACTIVATED, WITHDRAWN = KINDS = ("activated", "withdrawn")

    kind = models.CharField(max_length=10, choices=[(each, each) for each in KINDS])
    pack_id = models.CharField(max_length=200, db_index=True)
    version = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    reason = models.TextField(max_length=REASON_MAX)
    effect = models.ForeignKey(
        "jobs.Job", models.PROTECT, null=True, related_name="+", help_text="What was seen before"
    )
    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    token = models.CharField(max_length=64, unique=True, help_text="Of the form: sent twice is one decision")

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.pack_id} {self.version} {self.kind}"
