"""A consumer's goals: so many points, or acts of a kind, in a month. Each month counts by itself, and none is held against her."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from leafmark.actions import KINDS
from leafmark.ledger import person
from leafmark.ledger.person import Month
from leafmark.web.me.models import TARGET_MAX, Goal
from leafmark.web.me.own import Own, own_page
from leafmark.web.me.words import own_answer

POINTS = "points"
ACTIONS = tuple(kind.action for kind in KINDS)
GOALS_MAX = 1 + len(ACTIONS)


@dataclass(frozen=True)
class Progress:
    """A goal and how far this month has come."""

    goal: Goal
    reached: int

    @property
    def is_met(self) -> bool:
        """Whether it is reached this month."""
        return self.reached >= self.goal.target


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def goals(request: HttpRequest, own: Own) -> HttpResponse:
    """Her goals and this month; a form for another, which sets one of its kind anew."""
    faults: dict[str, str] = {}
    given = {"kind": POINTS, "target": ""}
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in given}
        faults = _faults(given)
        if not faults:
            _set(own, given["kind"], int(given["target"]))
            return redirect("me:goals")
    first = own.ledger.today().replace(day=1)
    values = {
        "progress": progress_of(own, first), "first": first, "kinds": (POINTS, *ACTIONS), "given": given,
        "faults": faults, "target_max": TARGET_MAX,
    }  # fmt: skip
    return own_answer(request, "me/goals.html", own, values, 400 if faults else 200)


@require_POST
@own_page
def end(request: HttpRequest, own: Own, goal_id: int) -> HttpResponse:
    """End a goal; again, nothing."""
    Goal.objects.filter(pk=goal_id, user=own.user).delete()
    return redirect("me:goals")


def progress_of(own: Own, first: dt.date) -> list[Progress]:
    """Her goals in the month that begins on `first`."""
    month = person.month(own.ledger, own.account_id, first)
    return [Progress(each, _reached(each, month)) for each in Goal.objects.filter(user=own.user).order_by("made_at")]


def _reached(goal: Goal, month: Month) -> int:
    return month.points if goal.kind == POINTS else month.acts.get(goal.action, 0)


def _faults(given: dict[str, str]) -> dict[str, str]:
    found = {}
    if given["kind"] not in (POINTS, *ACTIONS):
        found["kind"] = "unknown"
    target = given["target"].strip()
    if not (
        target.isascii() and target.isdigit() and len(target) <= len(str(TARGET_MAX)) and 1 <= int(target) <= TARGET_MAX
    ):
        found["target"] = "out_of_range"
    return found


def _set(own: Own, kind: str, target: int) -> None:
    Goal.objects.update_or_create(
        user=own.user, kind=POINTS if kind == POINTS else "acts", action="" if kind == POINTS else kind,
        defaults={"target": target},
    )  # fmt: skip
