"""Auditing, as Django knows the room."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Samples and what auditors found in them."""

    name = "leafmark.web.audit"
    label = "audit"
