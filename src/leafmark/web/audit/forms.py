"""Forms of the auditor's desk."""

from __future__ import annotations

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList

from leafmark.engine.sampling import SAMPLE_MAX, SEED_MAX
from leafmark.web.audit.models import NOTE_MAX, VERDICTS


def token() -> str:
    """A form's own word: what is sent twice is done once."""
    return uuid.uuid4().hex


class SampleForm(forms.Form):
    """Draw a sample."""

    size = forms.IntegerField(min_value=1, max_value=SAMPLE_MAX)
    seed = forms.CharField(max_length=SEED_MAX)
    token = forms.CharField(max_length=64)


class VerdictForm(forms.Form):
    """Sign a line. Who finds a difference says which."""

    verdict = forms.ChoiceField(choices=[(each, each) for each in VERDICTS])
    note = forms.CharField(max_length=NOTE_MAX, required=False)
    token = forms.CharField(max_length=64)

    def clean(self) -> None:
        """A verdict other than `agrees` needs a note."""
        found = super().clean() or self.cleaned_data
        if found.get("verdict") not in (None, "agrees") and not found.get("note", "").strip():
            self.add_error("note", ValidationError("note", code="note_needed"))


def codes(form: forms.Form) -> dict[str, list[str]]:
    """The faults of a form by field, none of one not sent, as codes that `audit_fault.FIELD.CODE` says in words."""
    return {name: [str(each.code) for each in form.errors.get(name, _NONE).as_data()] for name in form.fields}


def typed(form: forms.Form, **first: str) -> dict[str, str]:
    """What was typed into each field of a form; of one not sent, what it begins with."""
    return {name: str(form.data.get(name, "")) if form.is_bound else first.get(name, "") for name in form.fields}


_NONE = ErrorList()
