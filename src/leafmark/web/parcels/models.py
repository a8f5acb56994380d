"""A packing plan that somebody asked for. Its tables lie in a folder of the workspace, under its own id."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

NAME_CHARS = 120


class PackingPlan(models.Model):
    """What was sent and by what it is packed; `summary` is there once it is made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    token = models.CharField(max_length=64, unique=True, help_text="Of the form: sent twice is one plan")
    orders_name = models.CharField(max_length=NAME_CHARS, blank=True, help_text="Empty: the sample")
    cartons_name = models.CharField(max_length=NAME_CHARS, blank=True, help_text="Empty: the sample")
    objective = models.CharField(max_length=10)
    distance_km = models.FloatField()
    kg_co2e_per_tkm = models.FloatField()
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    summary = models.JSONField(null=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"packing plan {self.pk}"

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return Path(settings.WORKSPACE.folder) / "parcels" / self.pk.hex
