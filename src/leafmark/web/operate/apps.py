"""The operator's console, as Django knows the room."""

from __future__ import annotations

from django.apps import AppConfig


class OperateConfig(AppConfig):
    """What operators decided, and when."""

    name = "leafmark.web.operate"
    label = "operate"
