"""Who may see what stands behind a figure, and who may change anything.

anybody             the factors of a published figure, with source, table and row
a brand's members   the lines of their own bills besides
auditors            every line of every run; they draw samples and sign them, and change nothing else
operators           every line; they run the site and sign no sample: who keeps the books does not audit them
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from leafmark.web.people.models import Membership
from leafmark.web.shelf.models import Brand

View = Callable[..., HttpResponse]


def may_see_lines(user: Any, brand: Brand) -> bool:
    """Whether the lines of a brand's bills are open to a user."""
    if not user.is_authenticated:
        return False
    return bool(user.sees_all) or Membership.objects.filter(user=user, brand=brand).exists()


def _only(allowed: Callable[[Any], bool]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                if request.method in ("GET", "HEAD"):
                    return redirect_to_login(request.get_full_path())
                raise PermissionDenied
            if not allowed(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


operators_and_auditors = _only(lambda user: user.sees_all)
operators_only = _only(lambda user: user.is_operator)
auditors_only = _only(lambda user: user.is_auditor)
