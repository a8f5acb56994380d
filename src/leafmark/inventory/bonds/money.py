"""Money as whole minor units of a currency, and shares of a whole that add up.

    "986900000.00", USD -> 98690000000 cents

A float is no money: 0.1 + 0.2 is not 0.3 in it, so a Parquet column of floats is refused, row by row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

_DECIMALS: Final = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Decimals of the minor unit where they are not two (ISO 4217, list one)."""

UNITS_MAX: Final = 10**18
"""Ten thousand million million dollars in cents: more than all debt there is."""

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_AMOUNT: Final = re.compile(r"-?\d+(\.\d+)?")


def is_currency(code: str) -> bool:
    """Whether it reads as an ISO 4217 code."""
    return bool(_CURRENCY.fullmatch(code))


def decimals(currency: str) -> int:
    """How many decimals the minor unit of a currency has."""
    return _DECIMALS.get(currency, 2)


def minor_units(given: Any, currency: str) -> int:
    """An amount in whole minor units.

    Raises
    ------
    ValueError : what was expected instead.
    """
    if isinstance(given, float):
        raise ValueError("an exact decimal or a text: a column of floats holds no money")
    text = format(given, "f") if isinstance(given, Decimal) else str(given)
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"an amount such as 986900000.00 in {currency}, without grouping or a currency sign")
    units = Decimal(text).scaleb(decimals(currency))
    whole = int(units)
    if whole != units:
        raise ValueError(f"at most {decimals(currency)} decimals: that is {currency}'s smallest unit")
    if abs(whole) > UNITS_MAX:
        raise ValueError(f"at most {UNITS_MAX} minor units")
    return whole


def exact(units: int, currency: str) -> str:
    """Minor units as an exact decimal text: `986900000.00`."""
    places = decimals(currency)
    return format(Decimal(units).scaleb(-places), f".{places}f")


def shown(units: int, currency: str) -> str:
    """Minor units as a reader sees them, nothing rounded: `USD 986,900,000.00`; zeros behind the point are left out where all are."""
    places = decimals(currency)
    amount = Decimal(units).scaleb(-places)
    whole = amount == amount.to_integral_value()
    return f"{currency} {amount:,.{0 if whole else places}f}".replace("-", "\u2212")


def largest_remainder(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """Split a whole number by weights into whole numbers that add up to it.

    Each part is the floor of its quota; what is left goes, one each, to the largest remainders, the first of equal ones first
    (Hamilton's method). A total below zero is split as its opposite. No part is one or more away from its quota.

    Raises
    ------
    ValueError : a weight below zero, or weights that are all zero for a total that is not.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("weights: expected 0 or more")
    whole = sum(weights, Fraction(0))
    if whole == 0:
        if total:
            raise ValueError("weights: expected one above 0")
        return [0] * len(weights)
    if total < 0:
        return [-part for part in largest_remainder(-total, weights)]
    quotas = [Fraction(total) * weight / whole for weight in weights]
    parts = [int(quota) for quota in quotas]
    order = sorted(range(len(quotas)), key=lambda at: (parts[at] - quotas[at], at))
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return parts


def permille(parts: Sequence[int]) -> list[int]:
    """Tenths of a per cent of each part; those of a whole above zero add up to 1,000."""
    return largest_remainder(1000, parts) if sum(parts) > 0 else [0] * len(parts)
