"""The form that declares an experiment."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final
from urllib.parse import unquote

from django import forms
from django.core.exceptions import ValidationError

from leafmark.experiments import HELD_OUT_MAX, HELD_OUT_MIN, OUTCOMES, UNITS_MIN
from leafmark.web.experiment.measuring import Frozen, NotMeasurableError, freeze
from leafmark.web.experiment.models import CATEGORY, KEY_MAX, QUESTION_MAX, SECTOR, SHOWN_BY, Experiment
from leafmark.web.experiment.states import today
from leafmark.web.shelf.models import SECTORS, Category

UNITS_MAX: Final = 100_000_000
DAYS_MAX: Final = 366
"""A longer test measures other people at its end than at its beginning."""
_LISTS: Final = re.compile(r"(?:^|/)(category|sector)/([^/?#]+)/?(?:[?#].*)?$")


class DeclareForm(forms.Form):
    """A plan. What its products are measured against is frozen with it, in `frozen`."""

    key = forms.SlugField(max_length=KEY_MAX)
    question = forms.CharField(max_length=QUESTION_MAX)
    shown_by = forms.ChoiceField(choices=[(each, each) for each in SHOWN_BY])
    lists = forms.CharField(max_length=400)
    outcome = forms.ChoiceField(choices=[(each, each) for each in OUTCOMES])
    held_out = forms.IntegerField(min_value=HELD_OUT_MIN, max_value=HELD_OUT_MAX)
    least_units = forms.IntegerField(min_value=UNITS_MIN, max_value=UNITS_MAX)
    starts_on = forms.DateField()
    ends_on = forms.DateField()
    token = forms.CharField(max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.frozen: Frozen | None = None

    def clean_key(self) -> str:
        """A name that no other experiment has."""
        key = str(self.cleaned_data["key"]).lower()
        if Experiment.objects.filter(key=key).exists():
            raise ValidationError("", code="taken")
        return key

    def clean_lists(self) -> tuple[str, str]:
        """The place and name of lists, by the address of one."""
        found = _LISTS.search(self.cleaned_data["lists"])
        place, name = (found[1], unquote(found[2])) if found else ("", "")
        is_known = (place == CATEGORY and "\0" not in name and Category.objects.filter(slug=name).exists()) or (
            place == SECTOR and name in SECTORS
        )
        if not is_known:
            raise ValidationError("", code="unknown")
        return place, name

    def clean_starts_on(self) -> dt.date:
        """A day to come: what is declared after the start is no plan."""
        day: dt.date = self.cleaned_data["starts_on"]
        if day < today():
            raise ValidationError("", code="past")
        return day

    def clean(self) -> None:
        """It ends after it starts, and can be measured."""
        found = super().clean() or self.cleaned_data
        starts, ends = found.get("starts_on"), found.get("ends_on")
        if starts and ends and not starts <= ends <= starts + dt.timedelta(days=DAYS_MAX):
            self.add_error("ends_on", ValidationError("", code="before" if ends < starts else "too_long"))
        if not self.errors:
            try:
                place, name = found["lists"]
                self.frozen = freeze(place, name, found["outcome"])
            except NotMeasurableError as error:
                self.add_error("outcome", ValidationError("", code=error.code))
