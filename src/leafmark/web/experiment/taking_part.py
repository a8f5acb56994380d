"""Who takes part on the site: somebody who said yes on the test's own page, known by a random number in a cookie and by nothing else.

Before she says yes no cookie is set, and none after a no: what is not necessary to show the page needs her agreement (Directive
2002/58/EC, Article 5(3)). The number is the test's alone, goes with its end, and only its keyed hash is kept here.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from leafmark.web.experiment import counting
from leafmark.web.experiment.models import Experiment, Unit
from leafmark.web.experiment.states import today
from leafmark.web.people.limits import client_address

_NUMBER: Final = re.compile(r"[A-Za-z0-9_-]{32}")
YES_MAX: Final = 60
"""How often one address may say yes in an hour: a machine that says it again and again would be many people."""
HOUR_S: Final = 3_600


def unit_of(request: HttpRequest, experiment: Experiment) -> Unit | None:
    """Who reads, if she takes part."""
    number = request.COOKIES.get(_cookie(experiment), "")
    if not _NUMBER.fullmatch(number):
        return None
    mark = counting.mark_in(experiment, _name(number))
    return counting.units_by_mark(experiment, [mark]).get(mark)


def too_often(request: HttpRequest) -> bool:
    """Count a yes of this address: whether there were too many. The address is kept for an hour, in this process's memory alone."""
    address = client_address(request)
    if address is None:
        return False
    key = f"experiment-yes-{address}"
    cache.add(key, 0, HOUR_S)
    return int(cache.incr(key)) > YES_MAX


def say_yes(response: HttpResponse, experiment: Experiment) -> None:
    """Put a new reader into an arm, and let her browser remember it until the test's end."""
    number = secrets.token_urlsafe(24)
    counting.put_in(experiment, [_name(number)], today())
    end = dt.datetime.combine(experiment.ends_on + dt.timedelta(days=1), dt.time(), dt.UTC)
    response.set_cookie(
        _cookie(experiment), number, expires=end, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )  # fmt: skip


def take_back(response: HttpResponse, experiment: Experiment, unit: Unit | None) -> None:
    """Forget what she chose, and let her browser forget the number."""
    if unit is not None:
        counting.leave(unit, today())
    response.delete_cookie(_cookie(experiment), samesite="Lax")


def _cookie(experiment: Experiment) -> str:
    return f"test-{experiment.key}"


def _name(number: str) -> str:
    return f"site\x1f{number}"
