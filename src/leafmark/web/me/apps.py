"""A consumer's pages, as Django knows the room."""

from __future__ import annotations

from django.apps import AppConfig


class MeConfig(AppConfig):
    """Goals, consents, sign-ups and erasures."""

    name = "leafmark.web.me"
    label = "me"
