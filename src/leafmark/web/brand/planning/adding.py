"""The form of one line: what was found, how much, where. A load over a distance becomes tonne-kilometres."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from leafmark.engine.schema import STAGES
from leafmark.factors import regions, units
from leafmark.methods.bill import AMOUNT_CAP
from leafmark.products.imports.numbers import number_text
from leafmark.web.brand.planning import choosing
from leafmark.web.brand.planning.cells import TEXT_MAX, WrongValueError, within
from leafmark.web.brand.planning.state import GSD_MAX, LINES_MAX, Bill, Line, number_in

T_KM = "t_km"
KG_PER_T = 1000


@dataclass
class Form:
    """What was typed, and what is wrong in it by field (a code of `planning.fault`). `edit`: the number of the line that is changed."""

    q: str = ""
    key: str = ""
    amount: str = ""
    unit: str = ""
    region: str = ""
    mass: str = ""
    distance: str = ""
    gsd: str = ""
    primary: str = ""
    credit: str = ""
    edit: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, given: QueryDict) -> Form:
        """The form as an address has it; its fields begin with `a_`."""
        found = {
            each.name: given.get(f"a_{each.name}", "").strip()[: TEXT_MAX * 2]
            for each in fields(cls)
            if each.name != "faults"
        }
        return cls(**found)

    def fill(self, line: Line) -> None:
        """Show a line to be changed."""
        self.key, self.unit, self.region, self.amount = line.key, line.unit, line.region, number_text(line.amount)
        self.gsd = "" if line.gsd is None else number_text(line.gsd)
        self.primary, self.credit = "1" * line.primary, "1" * line.credit


def added(bill: Bill, stage: str, form: Form, day: dt.date) -> Bill | None:
    """The bill with the form's line, or None with the form's faults named."""
    assert stage in STAGES
    chosen = choosing.choice(form.key, day)
    if chosen is None:
        form.faults["key"] = "key"
        return None
    number = number_in(form.edit, bill)
    if number is None and len(bill.lines) >= LINES_MAX:
        form.faults["key"] = "lines"
    unit, amount = _how_much(form, chosen.unit)
    region = _read(form, "region", _region) if form.region else ""
    gsd = _read(form, "gsd", within(1, GSD_MAX)) if form.gsd else None
    if form.faults or amount is None:
        return None
    line = Line(stage, chosen.key, amount, unit, region or "", gsd, bill.lines[number - 1].day if number else None,
                bool(form.credit), bool(form.primary))  # fmt: skip
    if number is None:
        return replace(bill, lines=(*bill.lines, line))
    return replace(bill, lines=(*bill.lines[: number - 1], line, *bill.lines[number:]))


def _how_much(form: Form, of_factor: str) -> tuple[str, float | None]:
    """Unit and amount, as they were given or as a load over a distance."""
    if form.mass or form.distance:
        if units.dimension(of_factor) != units.dimension(T_KM):
            form.faults["amount"] = "no_load"
        return T_KM, _t_km(form)
    unit = _read(form, "unit", lambda text: _unit(text, of_factor)) or of_factor
    if not form.amount:
        form.faults["amount"] = "missing"
        return unit, None
    return unit, _read(form, "amount", within(-AMOUNT_CAP if form.credit else 0.0, AMOUNT_CAP))


def _read(form: Form, name: str, how: Any) -> Any:
    try:
        return how(getattr(form, name))
    except WrongValueError as error:
        form.faults[name] = str(error)
        return None


def _t_km(form: Form) -> float | None:
    """Kilograms over kilometres as tonne-kilometres, in decimals so that 250 kg over 1,200 km are 300 t km exactly."""
    found = []
    for name in ("mass", "distance"):
        if _read(form, name, within(0, AMOUNT_CAP)) is None:
            form.faults.setdefault(name, "missing")
        else:
            found.append(Decimal(getattr(form, name)))
    return float(found[0] * found[1] / KG_PER_T) if len(found) == 2 else None


def _unit(text: str, of_factor: str) -> str:
    if not text:
        return of_factor
    try:
        name = units.canonical(text)
    except units.UnitError:
        raise WrongValueError("unit") from None
    if units.dimension(name) != units.dimension(of_factor):
        raise WrongValueError("unit_mismatch")
    return name


def _region(text: str) -> str:
    if not regions.known(text):
        raise WrongValueError("region")
    return text
