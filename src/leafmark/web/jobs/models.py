"""A job: what is to be done, for whom, how far it is, what came of it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

WAITING, RUNNING, DONE, FAILED = STATES = ("waiting", "running", "done", "failed")
UNFINISHED = (WAITING, RUNNING)


class Job(models.Model):
    """One piece of work. `attempts` fences: a worker that was taken for dead and wakes up may write nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=40, help_text="`jobs.name.NAME` of the strings says it in words")
    function = models.CharField(max_length=200, help_text="Dotted path, within leafmark")
    arguments = models.JSONField(default=dict)
    by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    token = models.CharField(
        max_length=64, unique=True, null=True, help_text="Of the form that asked: sent twice is one job"
    )
    again = models.BooleanField(default=True, help_text="Whether it may be run again when its worker died")
    state = models.CharField(max_length=10, choices=[(each, each) for each in STATES], default=WAITING, db_index=True)
    task_id = models.UUIDField(null=True)
    worker = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, help_text="When its worker was last known to live")
    finished_at = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    whole = models.BigIntegerField(null=True, help_text="None: not known")
    what = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True)
    fault = models.TextField(blank=True, help_text="In plain words, for who asked")
    said = models.JSONField(null=True, help_text="The fault's code and values, to be said in other languages")

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"

    @property
    def finished(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in (DONE, FAILED)
