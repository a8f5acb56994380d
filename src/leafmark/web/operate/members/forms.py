"""Forms of brands and their members."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from leafmark.web.people.models import Membership, User
from leafmark.web.shelf.models import Brand
from leafmark.web.shelf.staging import slug_of

CONTROL = tuple(chr(each) for each in (*range(32), 127))


class BrandForm(forms.Form):
    """Make a brand. Its address is made of its name."""

    name = forms.CharField(max_length=120)
    token = forms.CharField(max_length=64)

    def clean_name(self) -> str:
        """A name that no other brand has, in whatever case."""
        name = " ".join(self.cleaned_data["name"].split())
        if any(each in name for each in CONTROL):
            raise ValidationError("", code="control")
        if Brand.objects.filter(slug=slug_of(name)).exists() or Brand.objects.filter(name__iexact=name).exists():
            raise ValidationError("", code="taken")
        return name


class MemberForm(forms.Form):
    """Let somebody into a brand."""

    email = forms.EmailField(max_length=254)
    may_publish = forms.BooleanField(required=False)
    token = forms.CharField(max_length=64)

    def __init__(self, brand: Brand, *args: Any, **kwargs: Any) -> None:
        self.brand = brand
        super().__init__(*args, **kwargs)

    def clean_email(self) -> str:
        """An address as accounts are kept: in small letters; who left the site is let in no more."""
        email = str(self.cleaned_data["email"]).lower()
        user = User.objects.filter(email=email).first()
        if user is not None and not user.is_active:
            raise ValidationError("", code="gone")
        if user is not None and (user.is_operator or user.is_auditor):
            raise ValidationError("", code="keeps_the_site")
        if Membership.objects.filter(brand=self.brand, user__email=email).exists():
            raise ValidationError("", code="is_one")
        return email
