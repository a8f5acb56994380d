"""What a brand sent, what its people confirmed, what they mean to publish, and what they mean to reach."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

NAME_MAX = 500
"""Characters of a material or a product's name, as the import has it."""


class Upload(models.Model):
    """A file of products, and perhaps one of bills, as they were sent. Its files lie in `folder`; nothing of it is published."""

    CHECKING, CHECKED, REFUSED, CALCULATING, CALCULATED = STATES = (
        "checking", "checked", "refused", "calculating", "calculated",
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("shelf.Brand", models.CASCADE, related_name="uploads")
    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    token = models.CharField(max_length=64, unique=True, help_text="Of the form: sent twice is one upload")
    products_name = models.CharField(max_length=200, help_text="As the sender calls the file")
    bills_name = models.CharField(max_length=200, blank=True)
    sector = models.CharField(
        max_length=20, blank=True, help_text="Of all products, where the file has no column for it"
    )
    decimal = models.CharField(max_length=5, blank=True, help_text="point or comma, where a number may mean two things")
    state = models.CharField(max_length=12, choices=[(each, each) for each in STATES], default=CHECKING)
    preview = models.JSONField(
        null=True, help_text="`Import.as_record()` of both files, and what they lack of each other"
    )
    fault = models.TextField(blank=True, help_text="Why it was refused whole")
    said = models.JSONField(null=True, help_text="The fault's code and values, to be said in other languages")
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-sent_at"]

    def __str__(self) -> str:
        return f"{self.products_name} {self.id}"

    @property
    def folder(self) -> Path:
        """Where its files and what is made of them lie."""
        return Path(settings.WORKSPACE.folder) / "uploads" / str(self.id)


class Match(models.Model):
    """A person's word that a material or product of this name meets this factor key. Withdrawn, never changed."""

    brand = models.ForeignKey("shelf.Brand", models.CASCADE, related_name="matches")
    name = models.CharField(max_length=NAME_MAX, help_text="As the file writes it")
    key = models.CharField(max_length=200)
    confidence = models.FloatField(
        null=True, help_text="Of the proposal that was confirmed; none where a person named the key"
    )
    basis = models.CharField(max_length=30, blank=True)
    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """One standing match of a name."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["brand", "name"], condition=models.Q(withdrawn_at=None), name="one_standing_match"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} = {self.key}"


class Draft(models.Model):
    """Figures that were made and not published yet: a run and the catalogue it would be published with.

    prepared -> proposed by one member -> published or refused by another, who may publish.
    """

    PREPARED, PROPOSED, PUBLISHING, PUBLISHED, REFUSED, WITHDRAWN = STATES = (
        "prepared", "proposed", "publishing", "published", "refused", "withdrawn",
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brand = models.ForeignKey("shelf.Brand", models.CASCADE, related_name="drafts")
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="drafts")
    run = models.CharField(max_length=400, help_text="The run's folder, below the workspace")
    catalogue = models.CharField(max_length=400, help_text="The catalogue's file, below the workspace")
    on_date = models.DateField(help_text="Of the labels")
    counts = models.JSONField(default=dict, help_text="Products by state, and how many are new, changed, the same")
    claims = models.JSONField(default=list, help_text="`leafmark.claims/1` of each text that would be published")
    state = models.CharField(max_length=12, choices=[(each, each) for each in STATES], default=PREPARED)
    prepared_by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(default=timezone.now)
    proposed_by = models.ForeignKey("people.User", models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("people.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, max_length=2000, help_text="Of who proposes or decides")
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")

    class Meta:
        """Newest first. Nobody publishes what she proposed: the database itself says so."""

        ordering: ClassVar = ["-prepared_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("proposed_by")),
                name="two_pairs_of_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("publishing", "published"))
                | models.Q(proposed_by__isnull=False, decided_by__isnull=False),
                name="published_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.prepared_at:%Y-%m-%d} {self.state}"


class Target(models.Model):
    """A reduction that a brand means to reach in a part of its value chain, from a base year to a target year."""

    brand = models.ForeignKey("shelf.Brand", models.CASCADE, related_name="targets")
    name = models.CharField(max_length=120)
    stage = models.CharField(max_length=20, blank=True, help_text="A stage of the life cycle; empty: all of them")
    unit = models.CharField(max_length=60, blank=True, help_text="What the amount is per, as `order`; empty: absolute")
    base_year = models.PositiveSmallIntegerField()
    base_ug = models.DecimalField(
        max_digits=38, decimal_places=0, help_text="Micrograms CO2e of the base year, per unit"
    )
    target_year = models.PositiveSmallIntegerField()
    reduction_percent = models.DecimalField(max_digits=5, decimal_places=2)
    plan_url = models.URLField(
        max_length=400, blank=True, help_text="Where the plan is public; a claim about it needs that"
    )
    made_by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """The target year comes after the base year, and a reduction is above 0 and at most 100 %."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(target_year__gt=models.F("base_year")), name="reached_later"),
            models.CheckConstraint(
                condition=models.Q(reduction_percent__gt=0, reduction_percent__lte=100), name="is_a_reduction"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Actual(models.Model):
    """What a target's amount was in a year. A correction is another row; the newest of a year counts."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="actuals")
    year = models.PositiveSmallIntegerField()
    co2e_ug = models.DecimalField(max_digits=38, decimal_places=0, help_text="Micrograms CO2e per the target's unit")
    source = models.CharField(max_length=300, help_text="Where the figure comes from")
    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    stated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """By year, the newest statement last."""

        ordering: ClassVar = ["year", "stated_at"]

    def __str__(self) -> str:
        return f"{self.target} {self.year}"
