"""Experiments as they were declared, decisions on them, and what came in: units by a hash, and their choices.

Nobody is named: of a unit there is a keyed hash of a random number or of what a marketplace calls it by, and the day it came.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from leafmark.experiments import ARMS, OUTCOMES, Plan
from leafmark.web.operate.models.decision import Decision
from leafmark.web.written_once import WrittenOnce

SITE, CLIENTS = SHOWN_BY = ("site", "clients")
"""Whose lists: the site's own, or those of marketplaces, which ask the API."""
CATEGORY, SECTOR = PLACES = ("category", "sector")
KEY_MAX, QUESTION_MAX, MARK_MAX = 40, 300, 32


class Experiment(WrittenOnce):
    """A plan, written once. `middles` and `per` freeze, on the day it was declared, what products are measured against."""

    key = models.SlugField(max_length=KEY_MAX, unique=True)
    question = models.CharField(max_length=QUESTION_MAX)
    shown_by = models.CharField(max_length=8, choices=[(each, each) for each in SHOWN_BY])
    place = models.CharField(max_length=8, choices=[(each, each) for each in PLACES])
    name = models.CharField(max_length=120, help_text="A category's slug, or a sector's word")
    held_out = models.PositiveSmallIntegerField(help_text="Per cent without labels")
    outcome = models.CharField(max_length=12, choices=[(each, each) for each in OUTCOMES])
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="The last day")
    least_units = models.PositiveIntegerField(help_text="People who choose something that counts, in each arm")
    salt = models.CharField(max_length=64, help_text="32 random bytes in hexadecimal; arms follow from it")
    middles = models.JSONField(default=dict, help_text="Of `lower_half`: the median of each set, micrograms")
    per = models.JSONField(default=list, help_text="Of `grams`: declared unit and boundary that count")
    usual = models.FloatField(help_text="What a choice by chance would come to: micrograms, or a share")
    spread = models.FloatField(help_text="Its standard deviation, by which the power is worked out")
    products = models.PositiveIntegerField(help_text="Products of the lists that counted when it was declared")
    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    token = models.CharField(max_length=64, unique=True, help_text="Of the form: sent twice is one experiment")

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.key

    @property
    def plan(self) -> Plan:
        """What was declared, as `leafmark.experiments` takes it."""
        return Plan(self.key, self.outcome, self.held_out, self.least_units, self.ends_on)

    @property
    def secret(self) -> bytes:
        """The key of its hashes."""
        return bytes.fromhex(self.salt)


class ExperimentDecision(Decision):
    """Started as declared, or stopped before its end: then there is no result."""

    STARTED, STOPPED = KINDS = ("started", "stopped")

    kind = models.CharField(max_length=8, choices=[(each, each) for each in KINDS])
    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="decisions")

    class Meta(Decision.Meta):
        """Each is decided once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "kind"], name="started_and_stopped_once")
        ]

    def __str__(self) -> str:
        return f"{self.experiment} {self.kind}"


class Unit(models.Model):
    """Whoever was put into an arm. Who takes it back keeps her place in the count, under a mark that leads to nobody."""

    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="units")
    mark = models.CharField(max_length=MARK_MAX, help_text="A keyed hash")
    arm = models.CharField(max_length=8, choices=[(each, each) for each in ARMS])
    since = models.DateField()
    left_on = models.DateField(null=True)

    class Meta:
        """In one arm each."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["experiment", "mark"], name="in_one_arm")]

    def __str__(self) -> str:
        return f"{self.experiment} {self.arm}"


class Choice(models.Model):
    """A product that a unit chose, once. `amount`: micrograms, or 1 and 0; NULL where the product does not count."""

    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="choices")
    unit = models.ForeignKey(Unit, models.DO_NOTHING, related_name="choices")
    mark = models.CharField(max_length=MARK_MAX, help_text="A keyed hash of the choice's id")
    product = models.ForeignKey("shelf.Product", models.SET_NULL, null=True, related_name="+")
    amount = models.BigIntegerField(null=True)
    on = models.DateField()

    class Meta:
        """Once each."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["experiment", "mark"], name="chosen_once")]

    def __str__(self) -> str:
        return f"{self.product}"


class Counts(WrittenOnce):
    """What remains of an experiment that has ended: counts, and nobody's choices."""

    experiment = models.OneToOneField(Experiment, models.PROTECT, related_name="counts")
    rows = models.JSONField(help_text="Arm, choices, amount and units, as `leafmark.experiments.Row`")
    not_counted = models.JSONField(help_text="Choices that do not count, by arm")
    left = models.JSONField(help_text="Units that took it back, by arm")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.experiment}"
