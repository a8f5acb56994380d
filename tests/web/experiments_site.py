"""What the tests of holdout tests share: an experiment declared and started, and the day it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

START, END = dt.date(2026, 12, 1), dt.date(2026, 12, 31)
AFTER = dt.date(2027, 1, 1)


def declared(key: str, **changes: Any) -> Any:
    """An experiment on the televisions of the tests' shelf, as the console's form writes it."""
    from leafmark.web.experiment.measuring import freeze
    from leafmark.web.experiment.models import Experiment
    from leafmark.web.people.models import User

    said: dict[str, Any] = {
        "key": key, "question": "Do labels help?", "shown_by": "site", "place": "category", "name": "television", "held_out": 50,
        "outcome": "grams", "starts_on": START, "ends_on": END, "least_units": 100, "salt": "07" * 32, "token": key, **changes,
    }  # fmt: skip
    by, _ = User.objects.get_or_create(email="declares@leafmark.example", is_operator=True)
    return Experiment.objects.create(**said, **vars(freeze(said["place"], said["name"], said["outcome"])), by=by)


def started(key: str, **changes: Any) -> Any:
    """One that was started, too."""
    from leafmark.web.experiment import states
    from leafmark.web.experiment.models import ExperimentDecision

    made = declared(key, **changes)
    ExperimentDecision.objects.create(
        experiment=made, kind=ExperimentDecision.STARTED, reason="now", by=made.by, token=f"start {key}"
    )
    states.forget()
    return made


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dt.date], None]]:
    """Set the day by which experiments start and end."""
    from leafmark.web.experiment import states

    def set_to(day: dt.date) -> None:
        noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
        monkeypatch.setattr(states, "timezone", SimpleNamespace(now=lambda: noon))
        states.forget()

    states.forget()
    yield set_to
    states.forget()
