"""The form that asks for a plan."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from leafmark.parcels.decision import Haul
from leafmark.parcels.tables import OBJECTIVES

KM_MAX: Final = 20_000
"""Half the Earth's circumference: no parcel goes farther one way."""
KG_PER_TKM_MAX: Final = 10
"""Air freight is near 1 kg a tonne-kilometre; more than ten is a typing error."""
USUAL: Final = {"objective": "co2e", "distance_km": "100"}
BYTES_OF_MIB: Final = 1 << 20
ORDERS_BYTES_MAX: Final = 16 * BYTES_OF_MIB
CARTONS_BYTES_MAX: Final = BYTES_OF_MIB


class PackForm(forms.Form):
    """Two files, or the sample in place of either; what is to be least; the way."""

    orders = forms.FileField(required=False, max_length=400)
    cartons = forms.FileField(required=False, max_length=400)
    sample = forms.BooleanField(required=False)
    objective = forms.ChoiceField(choices=[(each, each) for each in OBJECTIVES])
    distance_km = forms.FloatField(min_value=0, max_value=KM_MAX)
    kg_co2e_per_tkm = forms.FloatField(min_value=0, max_value=KG_PER_TKM_MAX)
    token = forms.CharField(max_length=64)

    @property
    def haul(self) -> Haul:
        """The way that parcels go."""
        return Haul(self.cleaned_data["distance_km"], self.cleaned_data["kg_co2e_per_tkm"])

    def clean(self) -> dict[str, Any]:
        """Both files, or the sample's; none larger than is taken."""
        found = super().clean() or self.cleaned_data
        for name, most in (("orders", ORDERS_BYTES_MAX), ("cartons", CARTONS_BYTES_MAX)):
            file = found.get(name)
            if file is None and name not in self.errors and not (found.get("sample") and name == "orders"):
                if name == "orders" or not found.get("sample"):
                    self.add_error(name, ValidationError("", code="required"))
            elif file is not None and file.size > most:
                self.add_error(name, ValidationError("", code="too_large"))
        return found
