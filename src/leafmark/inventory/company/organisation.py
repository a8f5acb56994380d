"""`company.toml`: who reports, for which year, by which approach, in which GWP set and currency, knowing what.

    [organisation]  id, name
    [year]          first_day = 2025-01-01   months = 12   name = 2025 (empty: the year of the first day)
    [inventory]     approach, gwp, currency, known_on

A fiscal year may begin on any day; a year that has not twelve months is refused (Corporate Standard, chapter 5: years are compared, and
eleven months with twelve cannot be).
"""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from leafmark.inventory.book import InventoryError
from leafmark.inventory.tables import APPROACHES, Approach

COMPANY_FILE: Final = "company.toml"
GWP_SETS: Final = ("AR4", "AR5", "AR6")
MONTHS: Final = 12
_KNOWN: Final = {
    "organisation": {"id", "name"},
    "year": {"first_day", "months", "name"},
    "inventory": {"approach", "gwp", "currency", "known_on"},
}


class CompanyError(InventoryError):
    """A company folder that cannot be read: which file and field, what was found, what was expected."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """What `company.toml` says. `until_day` is the first day after the year; `year` its name."""

    id: str
    name: str
    year: int
    from_day: dt.date
    until_day: dt.date
    approach: Approach
    gwp: str
    currency: str
    known_on: dt.date

    @property
    def months(self) -> tuple[dt.date, ...]:
        """First days of the calendar months that the year touches: 12, or 13 where it begins in the middle of one."""
        first, found = self.from_day.replace(day=1), []
        while first < self.until_day:
            found.append(first)
            first = after_months(first, 1)
        return tuple(found)


def after_months(day: dt.date, count: int) -> dt.date:
    """The same day `count` months later; the month's last day where it has no such day."""
    years, month = divmod(day.month - 1 + count, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def read_organisation(folder: Path) -> Organisation:
    """Read `company.toml`.

    Raises
    ------
    CompanyError : it is missing, no TOML, or a field of it cannot be used (a year that has not twelve months among them).
    """
    path = folder / COMPANY_FILE
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CompanyError(
            f"{folder}: no company folder ({COMPANY_FILE} is missing); start one with leafmark inventory template {folder}"
        ) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CompanyError(f"{path}: not readable as TOML: {error}") from error
    _refuse_unknown(path, content)
    who, year, how = (_section(path, content, name) for name in _KNOWN)
    first = _day(path, "year.first_day", year.get("first_day"))
    months = year.get("months", MONTHS)
    if months != MONTHS or isinstance(months, bool):
        raise CompanyError(
            f"{path}: year.months: found {months!r}, expected 12 (short_year): a year is compared with years; write the twelve months "
            "that the report is of"
        )
    gwp = _one_of(path, "inventory.gwp", how.get("gwp", "AR6"), GWP_SETS)
    currency = str(how.get("currency", "USD"))
    if not re.fullmatch("[A-Z]{3}", currency):
        raise CompanyError(
            f"{path}: inventory.currency: found {currency!r}, expected an ISO 4217 code, for example USD"
        )
    name = year.get("name", first.year)
    if not isinstance(name, int):
        raise CompanyError(f"{path}: year.name: found {name!r}, expected a whole number, for example {first.year}")
    return Organisation(
        _text(path, "organisation.id", who.get("id")),
        _text(path, "organisation.name", who.get("name")),
        name,
        first,
        after_months(first, MONTHS),
        cast(Approach, _one_of(path, "inventory.approach", how.get("approach"), APPROACHES)),
        gwp,
        currency,
        _day(path, "inventory.known_on", how.get("known_on", dt.date.today())),
    )


def _refuse_unknown(path: Path, content: Mapping[str, Any]) -> None:
    """A misspelt field would be left out in silence."""
    for section, fields in content.items():
        if section not in _KNOWN or not isinstance(fields, Mapping):
            raise CompanyError(f"{path}: found {section!r}, expected the sections {', '.join(_KNOWN)}")
        unknown = sorted(set(fields) - _KNOWN[section])
        if unknown:
            raise CompanyError(
                f"{path}: [{section}]: found {', '.join(unknown)}, expected of {', '.join(sorted(_KNOWN[section]))}"
            )


def _section(path: Path, content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if name not in content:
        raise CompanyError(f"{path}: section [{name}] is missing; leafmark inventory template writes one with comments")
    return cast(Mapping[str, Any], content[name])


def _text(path: Path, field: str, found: Any) -> str:
    if not isinstance(found, str) or not found.strip():
        raise CompanyError(f"{path}: {field}: found {found!r}, expected a text")
    return found.strip()


def _one_of(path: Path, field: str, found: Any, words: tuple[str, ...]) -> str:
    if found not in words:
        raise CompanyError(f"{path}: {field}: found {found!r}, expected one of {', '.join(words)}")
    return str(found)


def _day(path: Path, field: str, found: Any) -> dt.date:
    if isinstance(found, str):
        with contextlib.suppress(ValueError):
            found = dt.date.fromisoformat(found)
    if not isinstance(found, dt.date) or isinstance(found, dt.datetime):
        raise CompanyError(f"{path}: {field}: found {found!r}, expected a day, for example 2025-01-01")
    return found
