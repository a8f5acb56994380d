"""The app of holdout tests, as Django knows the room."""

from __future__ import annotations

from django.apps import AppConfig


class ExperimentConfig(AppConfig):
    """Experiments, decisions on them, units and choices."""

    name = "leafmark.web.experiment"
    label = "experiment"
