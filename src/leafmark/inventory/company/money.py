"""Money of any currency as US dollars of 2021 at purchaser prices, the unit of the spend factors.

    USD of 2021 = amount / (units of the currency for one dollar on the day) x price index 2021 / price index of the money's year

A unit of money is a bare ISO 4217 code (`CNY`: money of the row's own day) or a code with price year and basis (`EUR_2023_purchaser`).
Rates are the company's, dated; the index is that of `leafmark.factors` (US CPI-U). Exchange first, index second: a price level is followed
in dollars. Producer prices differ by margins and are left as they are: the engine meets a factor of their own basis or refuses the row.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import pyarrow as pa

from leafmark.factors.units import UnitError, price_ratio
from leafmark.inventory.company.flags import flag

TARGET_UNIT: Final = "USD_2021_purchaser"
TARGET_YEAR: Final = 2021
HOME: Final = "USD"
_BARE: Final = re.compile(r"[A-Z]{3}")
_DATED: Final = re.compile(r"([A-Z]{3})[ _-]?((?:19|20)\d\d)[ _-]purchaser")
RATIOS_SCHEMA: Final = pa.schema([
    pa.field("unit", pa.string(), nullable=False),
    pa.field("day", pa.date32()),                # NULL: of rows without a date
    pa.field("ratio", pa.float64()),             # NULL: no rate on that day
])  # fmt: skip


@dataclass(frozen=True)
class Rates:
    """Dated rates of currencies, units for one dollar; of two that hold on one day the later row is refused."""

    rows: dict[str, list[tuple[dt.date, dt.date, float]]]
    flags: list[dict[str, Any]] = field(default_factory=list)

    def on(self, currency: str, day: dt.date) -> float | None:
        """Units of the currency for one US dollar on a day; None where no rate holds."""
        if currency == HOME:
            return 1.0
        return next((rate for first, after, rate in self.rows.get(currency, ()) if first <= day < after), None)


def read_rates(table: Iterable[Mapping[str, Any]]) -> Rates:
    """The company's rates."""
    found = Rates({})
    for row in table:
        first, after = row["valid_from"], row["valid_to"] or dt.date.max
        before = found.rows.setdefault(row["currency"], [])
        if after <= first:
            found.flags.append(
                flag("period_backwards", row["_file"], row["_row"], "valid_to", row["valid_to"], f"a day after {first}")
            )
        elif any(first < end and start < after for start, end, _ in before):
            found.flags.append(
                flag(
                    "duplicate_id",
                    row["_file"],
                    row["_row"],
                    "currency",
                    row["currency"],
                    "one rate of a currency on a day",
                )
            )
        else:
            before.append((first, after, row["per_usd"]))
    return found


def is_money(unit: str | None) -> bool:
    """Whether a unit is money that is turned into dollars of 2021."""
    return unit is not None and unit != TARGET_UNIT and bool(_BARE.fullmatch(unit) or _DATED.fullmatch(unit))


def ratios(units: Iterable[str | None], rates: Rates, first: dt.date, after: dt.date) -> tuple[pa.Table, list[int]]:
    """How many dollars of 2021 one unit of money is, by day of the year; and the years whose prices the index does not reach.

    A row without a date has the rate and the prices of the middle of the year; money of a price year the rate of the middle of that.
    """
    rows: list[dict[str, Any]] = []
    beyond: set[int] = set()
    middle = first + (after - first) // 2
    for unit in sorted({unit for unit in units if unit is not None and is_money(unit)}):
        dated = _DATED.fullmatch(unit)
        days: list[dt.date | None] = [None, *(first + dt.timedelta(days=n) for n in range((after - first).days))]
        if dated:
            ratio = _ratio(dated[1], dt.date(int(dated[2]), 7, 1), rates, beyond)
            rows += [{"unit": unit, "day": day, "ratio": ratio} for day in days]
        else:
            rows += [{"unit": unit, "day": day, "ratio": _ratio(unit, day or middle, rates, beyond)} for day in days]
    return pa.Table.from_pylist(rows, schema=RATIOS_SCHEMA), sorted(beyond)


def _ratio(currency: str, day: dt.date, rates: Rates, beyond: set[int]) -> float | None:
    rate = rates.on(currency, day)
    return None if rate is None else price_level(day.year, beyond) / rate


def price_level(year: int, beyond: set[int]) -> float:
    """Dollars of 2021 for a dollar of a year; a year that the index does not reach takes its nearest one, and is noted in `beyond`."""
    years = _index_years()
    if year not in years:
        beyond.add(year)
    return price_ratio(HOME, min(years, key=lambda each: abs(each - year)), TARGET_YEAR)


@cache
def _index_years() -> frozenset[int]:
    found = set()
    for year in range(1900, 2200):
        try:
            price_ratio(HOME, year, TARGET_YEAR)
        except UnitError:
            continue
        found.add(year)
    return frozenset(found)
