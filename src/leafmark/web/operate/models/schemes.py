"""Which scheme and benchmark table new labels are graded by, since when, by whose decision, on which evidence."""

from __future__ import annotations

from django.db import models

from leafmark.web.operate.models.decision import Decision


class SchemeDecision(Decision):
    """A scheme activated as its preview showed it, or withdrawn: then labels declare. The newest counts."""

    ACTIVATED, WITHDRAWN = KINDS = ("activated", "withdrawn")

    kind = models.CharField(max_length=10, choices=[(each, each) for each in KINDS])
    scheme_id = models.CharField(max_length=200)
    scheme_version = models.CharField(max_length=40)
    table_sha256 = models.CharField(
        max_length=64, blank=True, help_text="Of the benchmark table, of which a copy is kept"
    )
    table_name = models.CharField(max_length=200, blank=True)
    evidence = models.JSONField(default=list)
    preview = models.ForeignKey(
        "jobs.Job", models.PROTECT, null=True, related_name="+", help_text="What was seen before"
    )

    def __str__(self) -> str:
        return f"{self.scheme_id} {self.scheme_version} {self.kind}"
