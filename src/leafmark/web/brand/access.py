"""Whose console it is: a brand's members work in it; operators and auditors look at it and change nothing.

For everybody else a brand's console is not there: 404 says nothing about which brands have one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from leafmark.web.people.models import Membership, User
from leafmark.web.shelf.models import Brand


@dataclass(frozen=True, slots=True)
class Console:
    """A brand's console as one user has it."""

    brand: Brand
    user: User
    member: bool
    may_publish: bool


View = Callable[..., HttpResponse]


def in_console(view: View) -> View:
    """A page `/brand/SLUG/...`: the view gets the `Console` in place of the slug. Whatever is posted is for members alone."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, brand: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            if request.method in ("GET", "HEAD"):
                return redirect_to_login(request.get_full_path())
            raise PermissionDenied
        found = console_of(request.user, brand)
        if request.method not in ("GET", "HEAD") and not found.member:
            raise PermissionDenied
        return view(request, found, *args, **kwargs)

    return guarded


def console_of(user: Any, slug: str) -> Console:
    """The console of a brand for a user.

    Raises
    ------
    Http404 : there is no such brand, or she has no part in it.
    """
    brand = Brand.objects.filter(slug=slug).first()
    part = brand and Membership.objects.filter(user=user, brand=brand).first()
    if brand is None or not (part or user.sees_all):
        raise Http404(f"no console {slug}")
    return Console(brand, user, part is not None, part is not None and part.may_publish)
