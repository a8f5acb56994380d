"""The report's words in three languages, and figures as they are printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from leafmark.engine.sentences import LANGS, MINUS, table_of

LANGUAGES: Final = LANGS
UG_PER_KG: Final = 10**9
UG_PER_T: Final = 10**12


def table(language: str) -> Mapping[str, str]:
    """One language's sentences by dotted key.

    Raises
    ------
    ValueError : there is no such language.
    """
    return table_of(__package__, language)


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    language: str

    def __call__(self, sentence: str, /, **values: object) -> str:
        """A sentence with its values put in."""
        said = table(self.language)[sentence]
        return said.format(**values) if values else said

    def code(self, group: str, code: str) -> str:
        """A word of a list that may grow elsewhere: the code itself where the tables have none."""
        return table(self.language).get(f"{group}.{code}", code.replace("_", " "))

    def scope(self, scope: int | None, category: int | None = None) -> str:
        """A scope, or a category of Scope 3 with its number."""
        if category is not None:
            return f"{category}. {self.code('category', str(category))}"
        return self.code("scope", "none" if scope is None else str(scope))


def tonnes(ug: int | None) -> str:
    """Whole micrograms as tonnes with three decimals, rounded half away from zero; what is not zero is never printed as zero."""
    if ug is None:
        return "–"
    kg = (abs(ug) * 2 + UG_PER_KG) // (2 * UG_PER_KG)
    sign = MINUS if ug < 0 else ""
    if ug and not kg:
        return f"{sign}<0.001"
    return f"{sign}{kg // 1000:,}.{kg % 1000:03d}"


def percent(share: float | None) -> str:
    """A share of 1 as percent with one decimal."""
    return "–" if share is None else f"{share * 100:.1f}"


def score(value: float | None) -> str:
    """A data-quality score with two decimals."""
    return "–" if value is None else f"{value:.2f}"


def number(value: float | int | None) -> str:
    """A number of something, four significant digits where it is not whole."""
    if value is None:
        return "–"
    if float(value).is_integer() and abs(value) < 10**15:
        return f"{int(value):,}"
    return f"{value:,.4g}" if abs(value) < 10**4 else f"{value:,.1f}"
