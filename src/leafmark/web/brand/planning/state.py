"""A wizard's product as an address: who it is, its lines, and what is tried on it. Nothing of it is stored.

    ?v=1&name=Kettle&life=5&l=materials~material.steel_cans~0.4~kg~GB&...&wp=DE

Addresses are written by people, programs and old versions. What cannot be read is named by its field and kept out; a line that
cannot be read makes the figure unknown until it is mended or taken out, since a product without it would look lower than it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict

from leafmark.engine.schema import STAGES
from leafmark.methods.bill import AMOUNT_CAP
from leafmark.products.imports import DECLARED_UNITS, SECTORS
from leafmark.products.imports.numbers import number_text
from leafmark.web.brand.planning.cells import (
    BETWEEN,
    TEXT_MAX,
    WrongValueError,
    above_zero,
    code_of,
    day_of,
    line_number,
    one_of,
    text_of,
    within,
)

VERSION: Final = "1"
LINES_MAX: Final = 40
ADDRESS_MAX: Final = 8_000
"""Characters of a query: longer ones are cut off by some servers on the way."""
LIFE_YEARS_MAX: Final = 100.0
KWH_YEAR_MAX: Final = 20_000.0
GSD_MAX: Final = 100.0
GRID: Final = "electricity.grid"
OF_USE: Final = "kwh"
"""Name of the line that yearly electricity makes."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a field, `found` as it stands there; `line` counts from 1."""

    field: str
    code: str
    found: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One activity of a bill: an amount of a factor's key in a stage of the life cycle. In `use` the amount is of the whole life."""

    stage: str
    key: str
    amount: float
    unit: str
    region: str = ""
    gsd: float | None = None
    day: dt.date | None = None
    credit: bool = False
    primary: bool = False

    def text(self) -> str:
        """The line in an address; what is empty at its end is left out."""
        marks = ("c" if self.credit else "") + ("p" if self.primary else "")
        cells = [self.stage, self.key, number_text(self.amount), self.unit, self.region,
                 "" if self.gsd is None else number_text(self.gsd), "" if self.day is None else self.day.isoformat(), marks]  # fmt: skip
        return BETWEEN.join(cells).rstrip(BETWEEN)


@dataclass(frozen=True, slots=True)
class Bill:
    """A product: `life` in years, `kwh` a year, `grid` its place of use; `begun` the id of the published product it was begun from."""

    name: str = ""
    id: str = ""
    unit: str = "item"
    sector: str = ""
    cat: str = ""
    life: float | None = None
    kwh: float | None = None
    grid: str = ""
    begun: str = ""
    lines: tuple[Line, ...] = ()

    def named_lines(self) -> tuple[tuple[str, Line], ...]:
        """Every line under a name that stays the same when something is tried on it; yearly electricity is one of them."""
        found = [(str(number), line) for number, line in enumerate(self.lines, start=1)]
        if self.kwh is not None and self.life is not None:
            found.append((OF_USE, Line("use", GRID, self.kwh * self.life, "kWh", self.grid)))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Tried:
    """What is tried: another material in a line, place of manufacture, lifetime, grid of use."""

    wl: int | None = None
    wk: str = ""
    wr: str = ""
    wa: float | None = None
    wu: str = ""
    wp: str = ""
    wy: float | None = None
    wg: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is changed."""
        return bool((self.wl and self.wk) or self.wp or self.wy is not None or self.wg)


@dataclass(frozen=True, slots=True)
class State:
    """What an address says, and what of it cannot be read. `broken`: a line or number of the product is among that."""

    bill: Bill
    tried: Tried
    faults: tuple[Fault, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether a figure would lack something that the address means it to have."""
        return any(each.field in ("l", "v", "life", "kwh") for each in self.faults)

    def pairs(self, *, tried: bool = True) -> list[tuple[str, str]]:
        """The address's names and values, for links and for a form's hidden fields."""
        return pairs(self.bill, self.tried if tried else None)


def pairs(bill: Bill, tried: Tried | None = None) -> list[tuple[str, str]]:
    """Names and values of a bill, and of what is tried on it."""
    found = [("v", VERSION), *_pairs(bill, "lines")]
    found += [("l", line.text()) for line in bill.lines]
    return found + (list(_pairs(tried)) if tried else [])


def _pairs(values: Any, *without: str) -> Iterator[tuple[str, str]]:
    for field in fields(values):
        value = getattr(values, field.name)
        if field.name not in without and value not in (None, "", field.default):
            yield field.name, number_text(value) if isinstance(value, float) else str(value)


def query(bill: Bill, tried: Tried | None = None, **more: str) -> str:
    """The address of a bill, from its question mark on."""
    return "?" + urlencode([*pairs(bill, tried), *more.items()], safe=BETWEEN)


def read(given: QueryDict) -> State:
    """What an address says. Never an error: faults are named."""
    if given.get("v", VERSION) != VERSION:
        return State(Bill(), Tried(), (Fault("v", "version", given["v"][:TEXT_MAX]),))
    faults: list[Fault] = []

    def one(name: str, how: Any, default: Any) -> Any:
        text = given.get(name, "").strip()
        if not text:
            return default
        try:
            return how(text)
        except WrongValueError as error:
            faults.append(Fault(name, str(error), text[:TEXT_MAX]))
            return default

    lines = []
    for number, text in enumerate(given.getlist("l")[:LINES_MAX], start=1):
        try:
            lines.append(line_of(text))
        except WrongValueError as error:
            faults.append(Fault("l", str(error), text[:TEXT_MAX], number))
    if len(given.getlist("l")) > LINES_MAX:
        faults.append(Fault("l", "lines", str(len(given.getlist("l")))))
    bill = Bill(
        one("name", text_of, ""), one("id", text_of, ""), one("unit", one_of(DECLARED_UNITS), "item"),
        one("sector", one_of(SECTORS), ""), one("cat", text_of, ""), one("life", above_zero(LIFE_YEARS_MAX), None),
        one("kwh", within(0, KWH_YEAR_MAX), None), one("grid", code_of, ""), one("begun", code_of, ""), tuple(lines),
    )  # fmt: skip
    if bill.kwh is not None and bill.life is None and not any(each.field == "life" for each in faults):
        faults.append(Fault("life", "life_needed"))
    tried = Tried(
        one("wl", line_number(len(lines)), None), one("wk", code_of, ""), one("wr", code_of, ""),
        one("wa", within(-AMOUNT_CAP, AMOUNT_CAP), None), one("wu", code_of, ""), one("wp", code_of, ""),
        one("wy", above_zero(LIFE_YEARS_MAX), None), one("wg", code_of, ""),
    )  # fmt: skip
    return State(bill, tried, tuple(faults))


def line_of(text: str) -> Line:
    """A line of an address.

    Raises
    ------
    WrongValueError : a cell cannot be read.
    """
    cells = text.split(BETWEEN)
    if not 4 <= len(cells) <= 8:
        raise WrongValueError("line")
    stage, key, amount, unit, region, gsd, day, marks = [*cells, *[""] * (8 - len(cells))]
    if set(marks) - set("cp"):
        raise WrongValueError("line")
    return Line(
        one_of(STAGES)(stage), code_of(key), within(-AMOUNT_CAP, AMOUNT_CAP)(amount), code_of(unit), code_of(region) if region else "",
        within(1, GSD_MAX)(gsd) if gsd else None, day_of(day) if day else None, "c" in marks, "p" in marks,
    )  # fmt: skip


def number_in(text: str, bill: Bill) -> int | None:
    """The number of a bill's line, from 1; None where the text is none."""
    try:
        return int(line_number(len(bill.lines))(text))
    except WrongValueError:
        return None


def without_line(bill: Bill, number: int) -> Bill:
    """A bill without its line of a number, from 1."""
    return replace(bill, lines=bill.lines[: number - 1] + bill.lines[number:])
