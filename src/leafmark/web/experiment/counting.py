"""Units put into arms, their choices written down, and all of it counted."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import Count, Sum

from leafmark.experiments import ARMS, Row, arm_of, mark_of, tally
from leafmark.web.experiment.models import Choice, Experiment, Unit

AT_ONCE = 500


def put_in(experiment: Experiment, names: Sequence[str], on: dt.date) -> dict[str, Unit]:
    """Units by name, put into their arms now if they were not before."""
    marks = {name: mark_in(experiment, name) for name in names}
    found = units_by_mark(experiment, list(marks.values()))
    new = [
        Unit(experiment=experiment, mark=mark, arm=arm_of(experiment.secret, name, experiment.held_out), since=on)
        for name, mark in marks.items() if mark not in found
    ]  # fmt: skip
    if new:
        Unit.objects.bulk_create(new, ignore_conflicts=True, batch_size=AT_ONCE)
        found |= units_by_mark(experiment, [each.mark for each in new])
    return {name: found[mark] for name, mark in marks.items()}


def mark_in(experiment: Experiment, name: str) -> str:
    """What a unit or a choice of that name is kept under."""
    return mark_of(experiment.secret, name)


def units_by_mark(experiment: Experiment, marks: Sequence[str]) -> dict[str, Unit]:
    """Units that are there, by what they are kept under."""
    found: dict[str, Unit] = {}
    for start in range(0, len(marks), AT_ONCE):
        some = marks[start : start + AT_ONCE]
        found |= {each.mark: each for each in experiment.units.filter(mark__in=some, left_on__isnull=True)}
    return found


def add_choice(unit: Unit, choice_id: str, product: int, amount: int | None, on: dt.date) -> bool:
    """Write a choice down; False where it was before."""
    mark = mark_in(unit.experiment, choice_id)
    try:
        with transaction.atomic():
            Choice.objects.create(
                experiment=unit.experiment, unit=unit, mark=mark, product_id=product, amount=amount, on=on
            )
    except IntegrityError:
        return False
    return True


def leave(unit: Unit, on: dt.date) -> None:
    """Take a unit's choices away. That it was put into its arm stays counted: else who leaves one arm would tilt both."""
    with transaction.atomic():
        unit.choices.all().delete()
        unit.mark, unit.left_on = secrets.token_hex(16), on
        unit.save(update_fields=["mark", "left_on"])


def counted(experiment: Experiment) -> list[Row]:
    """All units of an experiment, counted."""
    chosen = (
        experiment.choices.filter(amount__isnull=False)
        .values_list("unit", "unit__arm").annotate(choices=Count("pk"), amount=Sum("amount")).order_by()
    )  # fmt: skip
    units = [(arm, choices, int(amount)) for _, arm, choices, amount in chosen]
    some = Counter(arm for arm, _, _ in units)
    rows = tally(units)
    for arm, whole in experiment.units.values_list("arm").annotate(whole=Count("pk")).order_by():
        if whole > some[arm]:
            rows.append(Row(arm, 0, 0, whole - some[arm]))
    return sorted(rows, key=lambda row: (ARMS.index(row.arm), row.choices, row.amount))


def not_counted(experiment: Experiment) -> dict[str, int]:
    """Choices of products that do not count, by arm."""
    found = experiment.choices.filter(amount__isnull=True).values_list("unit__arm")
    return dict.fromkeys(ARMS, 0) | dict(found.annotate(choices=Count("pk")).order_by())


def left(experiment: Experiment) -> dict[str, int]:
    """Units that took it back, by arm."""
    found = experiment.units.filter(left_on__isnull=False).values_list("arm")
    return dict.fromkeys(ARMS, 0) | dict(found.annotate(units=Count("pk")).order_by())
