"""Whose console it is: operators work in it, auditors look at all of it and change nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from leafmark.web.audit.access import operators_and_auditors
from leafmark.web.pages import page

View = Callable[..., HttpResponse]
ROOMS = ("console", "queues", "members", "packs", "rules", "schemes", "review", "experiments", "parcels", "inventory")
"""Rooms of the console, in the order of its bar: `operate:NAME` is the address, `operate.room.NAME` the word."""


def in_console(view: View) -> View:
    """A page of the console. What is posted is for operators alone."""

    @wraps(view)
    @never_cache
    @operators_and_auditors
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD") and not request.user.is_operator:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def room(request: HttpRequest, here: str, template: str, values: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of one of the console's rooms."""
    return page(request, f"operate/{template}.html", {"here": here, "rooms": ROOMS, **values}, status=status)
