"""People, as Django knows the room."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Users and roles."""

    name = "leafmark.web.people"
    label = "people"
