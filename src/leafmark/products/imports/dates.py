"""Days as people and spreadsheets write them. `03/04/2026` may be two days and is a fault; `31/12/2026` is one day."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from .said import Said, say

SERIAL_FIRST, SERIAL_LAST = 20_000, 80_000
"""Days since 30 December 1899 that are taken for a spreadsheet's number of a day: the years 1954 to 2119."""

_EPOCH = dt.date(1899, 12, 30)
_YEAR_FIRST, _YEAR_LAST = 1900, 2199
_YEAR_MONTH_DAY = re.compile(
    r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$"
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_OTHER_ORDER = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")
_SERIAL = re.compile(r"^(\d{5})(\.\d+)?$")
_ROC = re.compile(r"^民國\s*(\d{2,3})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日$")


def day(text: str) -> tuple[dt.date | None, Said | None]:
    """Give the day of a text, and what was expected where it is none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    for pattern, year_0 in ((_YEAR_MONTH_DAY, 0), (_COMPACT, 0), (_ROC, 1911)):
        if found := pattern.match(plain):
            return _real(int(found[1]) + year_0, int(found[2]), int(found[3]))
    if found := _OTHER_ORDER.match(plain):
        return _other_order(int(found[1]), int(found[2]), int(found[3]))
    if is_serial(plain):
        return _EPOCH + dt.timedelta(days=int(float(plain))), None
    return None, say("day_form")


def is_serial(text: str) -> bool:
    """Whether a text is taken for a spreadsheet's number of a day."""
    return bool(_SERIAL.match(text)) and SERIAL_FIRST <= float(text) <= SERIAL_LAST


def _other_order(first: int, second: int, year: int) -> tuple[dt.date | None, Said | None]:
    if first <= 12 and second <= 12 and first != second:
        one, other = f"{year}-{second:02d}-{first:02d}", f"{year}-{first:02d}-{second:02d}"
        return None, say("day_either", one=one, other=other)
    return _real(year, second, first) if first > 12 else _real(year, first, second)


def _real(year: int, month: int, of_month: int) -> tuple[dt.date | None, Said | None]:
    if not _YEAR_FIRST <= year <= _YEAR_LAST:
        return None, say("day_years", first=_YEAR_FIRST, last=_YEAR_LAST)
    try:
        return dt.date(year, month, of_month), None
    except ValueError:
        return None, say("day_real")
