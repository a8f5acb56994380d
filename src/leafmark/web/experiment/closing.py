"""What remains of a test once it has ended: its counts. Units and choices are removed, so nobody's stay, and the result changes no more.

It is done when somebody looks for the first time, or when the site starts.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from leafmark.experiments import Row
from leafmark.web.experiment.counting import counted, left, not_counted
from leafmark.web.experiment.models import Choice, Counts, Experiment, Unit
from leafmark.web.experiment.states import NEVER, OVER, STOPPED, state_of

ENDED = (OVER, STOPPED, NEVER)


@dataclass(frozen=True)
class Found:
    """Units by their choices and amounts; choices that do not count, and units that took it back, by arm."""

    rows: list[Row]
    not_counted: dict[str, int]
    left: dict[str, int]


def counts_of(experiment: Experiment) -> Found:
    """The counts of an experiment: as they are now, or as they were at its end."""
    if state_of(experiment) not in ENDED:
        return Found(counted(experiment), not_counted(experiment), left(experiment))
    kept = Counts.objects.filter(experiment=experiment).first() or _close(experiment)
    return Found([Row(*each) for each in kept.rows], kept.not_counted, kept.left)


def close_all() -> int:
    """Close every test that has ended; how many were open still."""
    found = [each for each in Experiment.objects.filter(counts__isnull=True) if state_of(each) in ENDED]
    for each in found:
        _close(each)
    return len(found)


def _close(experiment: Experiment) -> Counts:
    try:
        with transaction.atomic():
            rows = [[row.arm, row.choices, row.amount, row.units] for row in counted(experiment)]
            kept = Counts.objects.create(
                experiment=experiment, rows=rows, not_counted=not_counted(experiment), left=left(experiment)
            )
            Choice.objects.filter(experiment=experiment).delete()
            Unit.objects.filter(experiment=experiment).delete()
            return kept
    except IntegrityError:  # somebody else looked in this moment
        return Counts.objects.get(experiment=experiment)
