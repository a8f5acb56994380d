"""Jobs, as Django knows the room."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Jobs in the background."""

    name = "leafmark.web.jobs"
    label = "jobs"
