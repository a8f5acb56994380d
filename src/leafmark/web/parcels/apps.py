"""The app of parcels, as Django knows the room."""

from __future__ import annotations

from django.apps import AppConfig


class ParcelsConfig(AppConfig):
    """Packing plans."""

    name = "leafmark.web.parcels"
    label = "parcels"
