"""Category rules and schemes as they are written: drafts, their revisions, what was said of them, and versions frozen for good."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from leafmark.web.operate.models.decision import REASON_MAX, Decision
from leafmark.web.written_once import WrittenOnce

NOTE_MAX = 400
TOKEN = "Of the form: sent twice is one row"


class RulesDraft(WrittenOnce):
    """Category rules, and the schemes that name them, on their way to a version."""

    begun_from = models.CharField(max_length=200, blank=True, help_text="A version of rules, `id@version`, or nothing")
    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    token = models.CharField(max_length=64, unique=True, help_text=TOKEN)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class RulesRevision(WrittenOnce):
    """What a draft said once it was saved. Each follows one, and no two the same one: nobody writes over what another saved."""

    draft = models.ForeignKey(RulesDraft, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    parent = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    rules = models.TextField(help_text="TOML")
    schemes = models.JSONField(default=list, help_text="TOML of each scheme")
    sha256 = models.CharField(max_length=64, help_text="Of all its texts")
    note = models.CharField(max_length=NOTE_MAX, blank=True, help_text="What was changed, in words")
    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    token = models.CharField(max_length=64, unique=True, help_text=TOKEN)

    class Meta:
        """Newest first; numbered from 1 in each draft."""

        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["draft", "number"], name="revisions_are_numbered")]

    def __str__(self) -> str:
        return f"{self.draft}, revision {self.number}"


class RulesComment(WrittenOnce):
    """What somebody said of a draft, or of one field of it; an answer to that, or that it is settled or open again."""

    COMMENT, ANSWER, RESOLVED, REOPENED = KINDS = ("comment", "answer", "resolved", "reopened")

    draft = models.ForeignKey(RulesDraft, models.PROTECT, related_name="comments")
    revision = models.ForeignKey(
        RulesRevision, models.PROTECT, related_name="+", help_text="The newest when it was written"
    )
    field = models.CharField(
        max_length=300, blank=True, help_text="`rules KEY` or `SCHEME KEY`; empty is all of the draft"
    )
    thread = models.ForeignKey("self", models.PROTECT, null=True, related_name="answers")
    kind = models.CharField(max_length=8, choices=[(each, each) for each in KINDS])
    text = models.TextField(max_length=REASON_MAX)
    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    token = models.CharField(max_length=64, unique=True, help_text=TOKEN)

    class Meta:
        """As it was said."""

        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.draft}: {self.kind} {self.field}"


class FrozenRules(Decision):
    """Category rules in a version that is never changed: one revision of a draft, frozen by another than who saved it."""

    draft = models.OneToOneField(RulesDraft, models.PROTECT, related_name="frozen")
    revision = models.OneToOneField(RulesRevision, models.PROTECT, related_name="+")
    rules_id = models.CharField(max_length=100)
    version = models.PositiveBigIntegerField()
    identity = models.CharField(max_length=64, help_text="Hash of what the rules say (`CategoryRules.hash`)")
    sha256 = models.CharField(max_length=64, unique=True, help_text="Of the text")
    text = models.TextField(help_text="TOML")
    open_comments = models.PositiveIntegerField(default=0, help_text="Open when it was frozen; the reason says why")

    class Meta(Decision.Meta):
        """A version is there once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["rules_id", "version"], name="rules_are_frozen_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """`id@version`."""
        return f"{self.rules_id}@{self.version}"


class FrozenScheme(WrittenOnce):
    """A scheme that was frozen together with the category rules that it names."""

    rules = models.ForeignKey(FrozenRules, models.PROTECT, related_name="schemes")
    scheme_id = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64, unique=True, help_text="Of the text")
    text = models.TextField(help_text="TOML")

    class Meta:
        """A version is there once."""

        ordering: ClassVar = ["scheme_id", "version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scheme_id", "version"], name="schemes_are_frozen_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """`id@version`."""
        return f"{self.scheme_id}@{self.version}"
