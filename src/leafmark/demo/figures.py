"""How the demo writes figures: three significant digits wherever a person reads, shares to a tenth of a per cent.

Counts of things (lines, baskets, products) are exact and written whole. Rounding is monotone, so a range still holds
its value when both are rounded.
"""

from __future__ import annotations

from collections.abc import Mapping

from leafmark.products.i18n import mass_unit, significant

Group = Mapping[str, int]
"""`co2e_ug`, `low_ug`, `high_ug`: int64 micrograms CO2e."""

_SMALLEST_PERCENT = 0.05


def mass(ug: int, like: int | None = None) -> str:
    """Micrograms with a unit, `6,250 t`; in the unit that suits `like`, so that a column has one unit."""
    per, unit = mass_unit(ug if like is None else like)
    return f"{significant(ug / per)} {unit}"


def between(low_ug: int, high_ug: int, like: int) -> str:
    """A range in the unit that suits `like`: `3,830 to 9,630 t`."""
    per, unit = mass_unit(like)
    return f"{significant(low_ug / per)} to {significant(high_ug / per)} {unit}"


def ranged(group: Group, like: int | None = None) -> str:
    """A figure with its range: `6,250 t (3,830 to 9,630 t)`."""
    scale = group["co2e_ug"] if like is None else like
    return f"{mass(group['co2e_ug'], scale)} ({between(group['low_ug'], group['high_ug'], scale)})"


def percent(share: float) -> str:
    """A share to a tenth of a per cent, never more than three digits: `46.1 %`, `8.0 %`, `100 %`, `under 0.1 %`."""
    value = 100 * share
    if 0 < value < _SMALLEST_PERCENT:
        return "under 0.1 %"
    return f"{value:.1f} %" if value < 99.95 else "over 99.9 %" if value < 100 else "100 %"


def dollars(usd: float) -> str:
    """Money of 2017: `4.59 million dollars`, `173 dollars`."""
    return f"{significant(usd / 1e6)} million dollars" if usd >= 1e6 else f"{significant(usd)} dollars"


def years(low: int, high: int) -> str:
    """A gap in whole years: `3 years`, `0 to 1 year`."""
    text = f"{low}" if low == high else f"{low} to {high}"
    return f"{text} year{'' if high == 1 else 's'}"


def title(category: str) -> str:
    """A category of the panel, which shouts, in a reader's letters: `FLUID MILK PRODUCTS` -> `Fluid milk products`."""
    return category[:1].upper() + category[1:].lower()


__all__ = ["Group", "between", "dollars", "mass", "percent", "ranged", "significant", "title", "years"]
