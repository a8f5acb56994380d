"""Where an experiment stands, and those that run on the site's own lists, kept some seconds in each process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from django.core.cache import cache
from django.utils import timezone

from leafmark.web.experiment.models import CATEGORY, CLIENTS, SECTOR, SITE, Experiment, ExperimentDecision
from leafmark.web.shelf.models import Category

DECLARED, WAITING, RUNNING, OVER, STOPPED, NEVER = STATES = (
    "declared", "waiting", "running", "over", "stopped", "never",
)  # fmt: skip
"""Not started yet; started, for a later day; running; over; stopped before its end; not started by its last day."""
KEPT_S: Final = 10
"""Seconds for which a process believes what it last saw running: no page asks the database for it."""
KEY: Final = "experiments-running"


def today() -> dt.date:
    """The day by which experiments start and end (UTC)."""
    return timezone.now().astimezone(dt.UTC).date()


def state_of(experiment: Experiment, kinds: Iterable[str] | None = None) -> str:
    """Where it stands. `kinds`: of its decisions, where they are known already."""
    found = set(experiment.decisions.values_list("kind", flat=True) if kinds is None else kinds)
    now = today()
    if ExperimentDecision.STOPPED in found:
        return STOPPED
    if ExperimentDecision.STARTED not in found:
        return DECLARED if now <= experiment.ends_on else NEVER
    return WAITING if now < experiment.starts_on else RUNNING if now <= experiment.ends_on else OVER


def running() -> dict[tuple[str, str], Experiment]:
    """Experiments that run on the site's lists, by place and name."""
    found: dict[tuple[str, str], Experiment] | None = cache.get(KEY)
    if found is None:
        now = Experiment.objects.filter(shown_by=SITE, starts_on__lte=today(), ends_on__gte=today())
        found = {(each.place, each.name): each for each in now if state_of(each) == RUNNING}
        cache.set(KEY, found, KEPT_S)
    return {place: each for place, each in found.items() if each.starts_on <= today() <= each.ends_on}


def on_lists_of(category: Category) -> Experiment | None:
    """The experiment that runs on the site's lists of a category, if one does."""
    found = running()
    return found.get((CATEGORY, category.slug)) or found.get((SECTOR, category.sector))


def forget() -> None:
    """Look anew at the next page: something was started or stopped."""
    cache.delete(KEY)


def in_the_way(experiment: Experiment) -> Experiment | None:
    """An experiment that was started on some of the same lists for some of the same days: one hides what the other shows."""
    if experiment.shown_by == CLIENTS:
        return None
    names = {(experiment.place, experiment.name)}
    if experiment.place == CATEGORY:
        names |= {
            (SECTOR, each) for each in Category.objects.filter(slug=experiment.name).values_list("sector", flat=True)
        }
    else:
        names |= {
            (CATEGORY, each) for each in Category.objects.filter(sector=experiment.name).values_list("slug", flat=True)
        }
    others = Experiment.objects.filter(
        shown_by=SITE, starts_on__lte=experiment.ends_on, ends_on__gte=experiment.starts_on
    )
    for each in others.exclude(pk=experiment.pk):
        if (each.place, each.name) in names and state_of(each) in (WAITING, RUNNING):
            return each
    return None
