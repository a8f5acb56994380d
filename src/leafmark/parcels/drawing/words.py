"""The drawing's sentences in three languages, and figures as readers of each see them: complete in every language, as a label's are."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

from leafmark.engine.sentences import table_of, three_digits

CO2E_UNITS: Final = ((10**9, "t"), (10**6, "kg"), (10**3, "g"), (1, "mg"))
"""(milligrams in one unit, unit)."""
NOT_KNOWN: Final = "–"


def table(lang: str) -> Mapping[str, str]:
    """One language's sentences by dotted key.

    Raises
    ------
    ValueError : there is no such language.
    """
    return table_of(__package__, lang)


def say(lang: str, key: str, **values: object) -> str:
    """One sentence with its values; `count` chooses between `.one` and `.other` where a key has both."""
    words = table(lang)
    if key not in words and "count" in values:
        key = f"{key}.{'one' if values['count'] in (1, '1') else 'other'}"
    return words[key].format(**values)


def co2e(amount_mg: int | None) -> str:
    """Milligrams of CO2e as a reader's figure with its unit: `412 g`; zero is `0 g`, and what is not known a dash."""
    if amount_mg is None:
        return NOT_KNOWN
    if amount_mg == 0:
        return "0 g"
    scale, unit = next(each for each in CO2E_UNITS if abs(amount_mg) >= each[0])
    return f"{three_digits(amount_mg / scale)} {unit}"


def weight(grams: int) -> str:
    """Grams below a kilogram, else kilograms to three digits."""
    return f"{grams} g" if abs(grams) < 1000 else f"{three_digits(grams / 1000)} kg"


def percent(share: float) -> str:
    """A share in per cent, to a tenth."""
    return f"{100 * share:.1f} %"


def sides(size_mm: tuple[int, int, int]) -> str:
    """Length, width and height: `300 × 230 × 240 mm`."""
    return " × ".join(f"{each:,}" for each in size_mm) + " mm"


def shown(text: str) -> str:
    """A name out of somebody's file as one line that XML allows and that cannot turn the reading direction."""
    kept = (" " if each.isspace() else each for each in text if each.isspace() or _allowed(each))
    return " ".join("".join(kept).split())


def _allowed(each: str) -> bool:
    return unicodedata.category(each) not in ("Cc", "Cs", "Cf") and ord(each) & 0xFFFE != 0xFFFE
