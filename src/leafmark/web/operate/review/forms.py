"""Forms of fraud review."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from leafmark.web.operate.forms import ReasonForm

_PAIR = re.compile(r"(-?\d{1,19}):(-?\d{1,19})")


class TakeBackForm(ReasonForm):
    """Which acts to take back, and why. `acts` are those that the finding holds."""

    acts = forms.MultipleChoiceField()

    def __init__(self, pairs: list[tuple[int, int]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["acts"].choices = [(f"{account}:{event}", "") for account, event in pairs]

    def clean_acts(self) -> tuple[tuple[int, int], ...]:
        """Account and event of each, once."""
        found = []
        for text in dict.fromkeys(self.cleaned_data["acts"]):
            matched = _PAIR.fullmatch(text)
            if matched is None:
                raise ValidationError("", code="invalid_choice")
            found.append((int(matched[1]), int(matched[2])))
        return tuple(found)
