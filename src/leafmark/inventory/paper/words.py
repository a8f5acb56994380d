"""The sentences of a page of bonds or of impact, and grams as its readers see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from leafmark.engine.sentences import table_of, three_digits

UG_UNITS: Final = ((10**18, "Mt"), (10**15, "kt"), (10**12, "t"), (10**9, "kg"), (10**6, "g"), (1000, "mg"), (1, "µg"))
"""(micrograms in one unit, unit)."""


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one room in one language."""

    package: str
    lang: str

    def __call__(self, key: str, **values: object) -> str:
        """One sentence with its values."""
        return table_of(self.package, self.lang)[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in table_of(self.package, self.lang)


def mass(ug: int | None) -> str:
    """Micrograms of CO2e as a reader's figure with its unit: `1.24 kt`; zero is `0 g`, and what is not known a dash."""
    if ug is None:
        return "\u2013"
    if ug == 0:
        return "0 g"
    scale, unit = next(each for each in UG_UNITS if abs(ug) >= each[0])
    return f"{three_digits(ug / scale)} {unit}"
