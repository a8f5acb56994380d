"""What all forms have in common: a word of their own, their faults as codes, and what was typed."""

from __future__ import annotations

import uuid
from typing import Final

from django import forms
from django.forms.utils import ErrorList

_NONE: Final = ErrorList()


def token() -> str:
    """A form's own word: what is sent twice is done once."""
    return uuid.uuid4().hex


def codes(form: forms.Form) -> dict[str, list[str]]:
    """The faults of a form by field, none of one not sent, as codes that a page's strings say in words."""
    return {name: [str(each.code) for each in form.errors.get(name, _NONE).as_data()] for name in form.fields}


def typed(form: forms.Form, **first: str) -> dict[str, str]:
    """What was typed into each field of a form; of one not sent, what it begins with."""
    return {name: str(form.data.get(name, "")) if form.is_bound else first.get(name, "") for name in form.fields}
