"""The brand's console, as Django knows the room."""

from __future__ import annotations

from django.apps import AppConfig


class BrandConfig(AppConfig):
    """A brand's console."""

    name = "leafmark.web.brand"
    label = "brand"
