"""Which packs of factors count for new figures, since when, by whose decision."""

from __future__ import annotations

from django.db import models

from leafmark.web.operate.models.decision import Decision


class PackDecision(Decision):
    """A pack activated, or its activation withdrawn. The newest of each pack id counts; a copy of the pack is kept by its hash."""

    ACTIVATED, WITHDRAWN = KINDS = ("activated", "withdrawn")

    kind = models.CharField(max_length=10, choices=[(each, each) for each in KINDS])
    pack_id = models.CharField(max_length=200, db_index=True)
    version = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    effect = models.ForeignKey(
        "jobs.Job", models.PROTECT, null=True, related_name="+", help_text="What was seen before"
    )

    def __str__(self) -> str:
        return f"{self.pack_id} {self.version} {self.kind}"
