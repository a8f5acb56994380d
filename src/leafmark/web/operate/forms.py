"""The form of every decision."""

from __future__ import annotations

from django import forms

from leafmark.web.operate.models.decision import REASON_MAX


class ReasonForm(forms.Form):
    """Why a decision is taken. It stands in the record for ever."""

    reason = forms.CharField(max_length=REASON_MAX)
    token = forms.CharField(max_length=64)
