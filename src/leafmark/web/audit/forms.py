"""Forms of the auditor's desk."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from leafmark.engine.sampling import SAMPLE_MAX, SEED_MAX
from leafmark.web.audit.models import NOTE_MAX, VERDICTS


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
