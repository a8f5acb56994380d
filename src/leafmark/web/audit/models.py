"""Samples of runs' entries, and what auditors found in them. Rows are written once: another verdict is another row."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from leafmark.web.written_once import WrittenOnce

VERDICTS = ("agrees", "differs", "not_shown")
"""The entry agrees with its evidence; it differs from it; its evidence was not shown."""
NOTE_MAX = 2_000


class Sample(WrittenOnce):
    """Entries of a run, drawn by a seed (`engine.sampling`)."""

    run_id = models.CharField(max_length=80, db_index=True)
    seed = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    population = models.PositiveBigIntegerField()
    made_by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    token = models.CharField(max_length=64, unique=True, help_text="Of the form: sent twice is one sample")

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.run_id} {self.seed}"


class SampledLine(WrittenOnce):
    """One entry of a sample, as the run has it."""

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="lines")
    place = models.PositiveIntegerField(help_text="From 1, in the order of the hashes")
    entry = models.JSONField()

    class Meta:
        """Numbered from 1 in each sample."""

        ordering: ClassVar = ["place"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["sample", "place"], name="place_once_in_a_sample")]

    def __str__(self) -> str:
        return f"{self.sample} {self.place}"


class Verdict(WrittenOnce):
    """What an auditor found of one line, signed by name and time. The newest of a line counts; all are shown."""

    line = models.ForeignKey(SampledLine, models.PROTECT, related_name="verdicts")
    verdict = models.CharField(max_length=12, choices=[(each, each) for each in VERDICTS])
    note = models.TextField(max_length=NOTE_MAX, blank=True)
    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    token = models.CharField(max_length=64, unique=True, help_text="Of the form: sent twice is one verdict")

    class Meta:
        """In the order in which they were given."""

        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.line}: {self.verdict}"
