"""Keys of clients, and the answers to requests that a client may send again.

Of a key only its hash is kept. Whoever reads this table can use none of them.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

CLIENT_MAX = 80
PER_MINUTE = 600


class ApiKey(models.Model):
    """What a client may do, until when. Keys of one client share its name, so that one can take another's place."""

    client = models.CharField(max_length=CLIENT_MAX, db_index=True, help_text="The source of its acts in the ledger")
    brand = models.ForeignKey("shelf.Brand", models.CASCADE, null=True, help_text="Whose; of the operator where empty")
    prefix = models.CharField(max_length=12, unique=True, help_text="Shown, to tell keys apart")
    sha256 = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    per_minute = models.PositiveIntegerField(default=PER_MINUTE, help_text="Requests")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.client} {self.prefix}"

    @property
    def stands(self) -> bool:
        """Whether it opens anything: neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or timezone.now() < self.expires_at)


class Answer(models.Model):
    """The answer to a request with an Idempotency-Key; empty while the first of them is being worked on."""

    client = models.CharField(max_length=CLIENT_MAX)
    idempotency_key = models.CharField(max_length=255)
    request_sha256 = models.CharField(max_length=64)
    began_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(null=True, help_text="JSON, in the order it was first sent in")

    class Meta:
        """One answer to each of a client's idempotency keys."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["client", "idempotency_key"], name="answered_once")]

    def __str__(self) -> str:
        return f"{self.client} {self.idempotency_key}"
