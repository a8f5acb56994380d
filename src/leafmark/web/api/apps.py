"""The API, as Django knows the room."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Keys of clients, and answers that are kept for their repetition."""

    name = "leafmark.web.api"
    label = "api"
