"""How figures are written for people: micrograms as grams, kilograms or tonnes; shares; ranges. Nothing is computed."""

from __future__ import annotations

from leafmark.engine.schema import UG_PER_KG

_UG_PER_G = UG_PER_KG // 1000
_UG_PER_T = UG_PER_KG * 1000

UNKNOWN = "unknown"
NOTHING_ACCEPTED = "no line was accepted, so there is no total: it is not known, which is not 0"
"""A total of nothing, and why it is none."""


def mass(ug: int | None) -> str:
    """Micrograms as a person reads them: `850 g`, `12.3 kg`, `1,234 t`; four digits, or all before the point."""
    if ug is None:
        return "not assessed"
    size = abs(ug)
    per, unit = (_UG_PER_T, "t") if size >= _UG_PER_T else (UG_PER_KG, "kg") if size >= UG_PER_KG else (_UG_PER_G, "g")
    return f"{number(ug / per)} {unit}"


def number(value: float) -> str:
    """Four significant digits, or every digit before the point, with thousands separators."""
    size = abs(value)
    places = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3
    text = f"{value:,.{places}f}"
    return f"{value:.4g}" if size and size < 0.001 else (text.rstrip("0").rstrip(".") if "." in text else text)


def grams_exact(ug: int | None) -> str:
    """Micrograms as grams with every digit, so that a column of them can be added by hand."""
    if ug is None:
        return "not assessed"
    whole, rest = divmod(abs(ug), _UG_PER_G)
    return f"{'-' if ug < 0 else ''}{whole:,}.{rest:06d} g"


def between(low_ug: int | None, high_ug: int | None) -> str:
    """A range in one unit pair: `1.2 kg to 1.9 kg`."""
    return f"{mass(low_ug)} to {mass(high_ug)}"


def percent(share: float | None) -> str:
    """A share as percent; no share is said where there is none."""
    return "-" if share is None else f"{share:.2%}"


def lines(count: int) -> str:
    """A number of lines: `1 line`, `2,400 lines`."""
    return f"{count:,} line{'' if count == 1 else 's'}"


def plain(value: float) -> str:
    """A number as it stands in a file: no trailing zeros, no exponent where it can be helped."""
    return f"{value:.10g}"
