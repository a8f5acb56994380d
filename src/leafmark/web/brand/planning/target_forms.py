"""Targets and actuals as they are typed: exact decimals with a unit of mass, and every fault by field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from leafmark.engine.schema import STAGES
from leafmark.web.brand.models import Target

UG: Final = {"kg": 10**9, "t": 10**12, "g": 10**6}
"""Micrograms in each unit of the forms."""
MASS_UG_MAX: Final = 10**24
"""A million million tonnes: past all that is emitted in a year; a unit is wrong."""
YEAR_MIN, YEAR_MAX = 1990, 2100
NAME_MAX, UNIT_MAX, SOURCE_MAX, URL_MAX = 120, 60, 300, 400
DIGITS_MAX: Final = 40


@dataclass
class Typed:
    """What was typed and what is wrong in it by field; `values` what it comes to where nothing is."""

    given: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, most: int, *, needed: bool = True) -> None:
        """Take one line of text."""
        text = self.given[name]
        if (needed and not text) or len(text) > most or not text.isprintable():
            self.faults[name] = "missing" if needed and not text else "long" if len(text) > most else "characters"
        else:
            self.values[name] = text

    def year(self, name: str, first: int, last: int) -> None:
        """Take a year."""
        text = self.given[name]
        if not (text.isascii() and text.isdigit() and len(text) == 4 and first <= int(text) <= last):
            self.faults[name] = "year"
        else:
            self.values[name] = int(text)

    def mass(self, name: str, unit: str, into: str, *, above_zero: bool) -> None:
        """Take an amount in a unit of mass, as whole micrograms."""
        scale = UG.get(self.given[unit])
        if scale is None:
            self.faults[unit] = "choice"
            return
        value = decimal_of(self.given[name])
        if value is None:
            self.faults[name] = "number"
        elif not 0 <= value * scale <= MASS_UG_MAX or (above_zero and not value) or value * scale % 1:
            self.faults[name] = "bounds"
        else:
            self.values[into] = int(value * scale)


def decimal_of(text: str) -> Decimal | None:
    """A finite decimal with a point, or None."""
    try:
        value = Decimal(text) if text.isascii() and "_" not in text and len(text) <= DIGITS_MAX else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() and abs(value.adjusted()) <= DIGITS_MAX else None


TARGET: Final = (
    "name",
    "stage",
    "unit",
    "base_year",
    "base",
    "base_in",
    "target_year",
    "reduction_percent",
    "plan_url",
)
ACTUAL: Final = ("year", "amount", "amount_in", "source")


def _typed(posted: Mapping[str, str], names: tuple[str, ...]) -> Typed:
    return Typed({name: posted.get(name, "").strip()[:2_000] for name in names})


def target_form(posted: Mapping[str, str], today: dt.date) -> Typed:
    """A target."""
    typed = _typed(posted, TARGET)
    typed.text("name", NAME_MAX)
    typed.text("unit", UNIT_MAX, needed=False)
    if typed.given["stage"] not in ("", *STAGES):
        typed.faults["stage"] = "choice"
    typed.values["stage"] = typed.given["stage"]
    typed.year("base_year", YEAR_MIN, today.year)
    typed.year("target_year", YEAR_MIN + 1, YEAR_MAX)
    base, goal = typed.values.get("base_year"), typed.values.get("target_year")
    if base and goal and goal <= base:
        typed.faults["target_year"] = "before_base"
    typed.mass("base", "base_in", "base_ug", above_zero=True)
    percent = decimal_of(typed.given["reduction_percent"])
    if percent is None or not 0 < percent <= 100 or percent * 100 % 1:
        typed.faults["reduction_percent"] = "percent"
    typed.values["reduction_percent"] = percent
    _address(typed)
    return typed


def _address(typed: Typed) -> None:
    text = typed.given["plan_url"]
    typed.values["plan_url"] = text
    if not text:
        return
    try:
        URLValidator(schemes=("http", "https"))(text)
        if len(text) > URL_MAX:
            typed.faults["plan_url"] = "long"
    except ValidationError:
        typed.faults["plan_url"] = "address"


def actual_form(posted: Mapping[str, str], target: Target, today: dt.date) -> Typed:
    """What a target's amount was in a year after its base year that has begun."""
    typed = _typed(posted, ACTUAL)
    typed.year("year", target.base_year + 1, today.year)
    typed.mass("amount", "amount_in", "co2e_ug", above_zero=False)
    typed.text("source", SOURCE_MAX)
    return typed
