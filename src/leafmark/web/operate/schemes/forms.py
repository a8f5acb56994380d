"""The form that chooses a scheme, its table and the evidence that a letter needs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from leafmark.products.schemes import Scheme
from leafmark.web.operate.schemes.known import fits, has_letters, requirements, schemes, tables

MONITORING = "third_party_monitoring"
PARTIES = ("owner", "trader")
TEXT_MAX = 400


class SchemeForm(forms.Form):
    """A scheme, and of each thing the law asks of a certification scheme: where it can be read, whose it is, until when."""

    scheme = forms.ChoiceField()
    table = forms.ChoiceField(required=False)
    independent = forms.BooleanField(required=False)
    token = forms.CharField(max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = schemes()
        self.tables = {each.name: each.table for each in tables() if each.table is not None}
        self.fields["scheme"].choices = [(each, each) for each in self.known]
        self.fields["table"].choices = [("", ""), *((each, each) for each in self.tables)]
        for name in requirements():
            self.fields[f"{name}_where"] = forms.URLField(required=False, max_length=TEXT_MAX, assume_scheme="https")
            self.fields[f"{name}_by"] = forms.CharField(required=False, max_length=120)
            self.fields[f"{name}_until"] = forms.DateField(required=False)

    def clean(self) -> None:
        """Letters need the table that the scheme names, and all of the evidence."""
        found = super().clean() or self.cleaned_data
        scheme = self.known.get(found.get("scheme", ""))
        if scheme is None or not has_letters(scheme):
            return
        if not fits(scheme, self.tables.get(found.get("table") or "")):
            self.add_error("table", ValidationError("", code="not_its_table"))
        for name in scheme.evidence_required:
            self._evidence(name, scheme)
        if not found.get("independent"):
            self.add_error("independent", ValidationError("", code="required"))

    def _evidence(self, name: str, scheme: Scheme) -> None:
        found = self.cleaned_data
        for part in ("where", "by", "until"):
            if f"{name}_{part}" not in self.errors and not found.get(f"{name}_{part}"):
                self.add_error(f"{name}_{part}", ValidationError("", code="required"))
        until = found.get(f"{name}_until")
        if until is not None and until < dt.date.today():
            self.add_error(f"{name}_until", ValidationError("", code="past"))
        by = (found.get(f"{name}_by") or "").strip().casefold()
        if name == MONITORING and by and by == scheme.owner.strip().casefold():
            self.add_error(f"{name}_by", ValidationError("", code="owner"))

    def evidence(self) -> list[dict[str, Any]]:
        """Pieces of evidence as plain values; none of a scheme without letters."""
        found = self.cleaned_data
        scheme = self.known[found["scheme"]]
        return [
            {"requirement": name, "scheme_id": scheme.id, "scheme_version": scheme.version, "url": found[f"{name}_where"],
             "issued_by": found[f"{name}_by"], "expires_on": found[f"{name}_until"].isoformat(),
             "independent_of": list(PARTIES) if name == MONITORING else []}
            for name in (scheme.evidence_required if has_letters(scheme) else ())
        ]  # fmt: skip
