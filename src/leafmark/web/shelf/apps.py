"""The shelf, as Django knows the room."""

from __future__ import annotations

from django.apps import AppConfig


class ShelfConfig(AppConfig):
    """Brands and products."""

    name = "leafmark.web.shelf"
    label = "shelf"
