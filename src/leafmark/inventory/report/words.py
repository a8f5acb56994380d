"""The report's words in three languages, and figures as they are printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from leafmark.engine.sentences import LANGS, MINUS, table_of
from leafmark.inventory import naming, told
from leafmark.inventory.tables import ORIGINS
from leafmark.methods.model import Method

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

    def meaning(self, reason: str) -> str:
        """What a rule means."""
        return told.meaning(reason, self.language)

    def told(self, text: str | None, group: str) -> str | None:
        """A text of the inventory's tables, where it is a sentence of `group` (of `leafmark.inventory.told`), else as it is."""
        return told.told(text, group, self.language)

    def found(self, reason: str, text: str | None) -> str | None:
        """What a rule found."""
        return told.told(text, f"found.{reason}", self.language)

    def file_of(self, template: str) -> str:
        """An activity file."""
        return naming.file_of(template, self.language)

    def heading_of(self, column: str) -> str:
        """The heading of a column that another room named."""
        return naming.heading_of(column, self.language)

    def cell_of(self, column: str, value: str) -> str:
        """A cell of such a column; a reason is said by what it means, with its code."""
        if column == "why" and self.language != told.ENGLISH and self.meaning(value):
            return f"{self.meaning(value)}（{value}）"
        return naming.cell_of(column, value, self.language)

    def group(self, group_id: str) -> str:
        """A group of activities by its readable id, `office · 2024-06 · measured`: in Chinese with the word of its origin."""
        if self.language == told.ENGLISH:
            return group_id
        site, *parts = group_id.split(" · ")
        said = (
            self.code("origin", part) if part in ORIGINS else self("no_date") if part == "no date" else part
            for part in parts
        )
        return " · ".join((site, *said))

    def of_statement(self, code: str) -> str:
        """A field or a code of an impact statement; itself where it is neither."""
        return naming.called("statement", code, self.language) or code

    def boundary_of(self, boundary: str) -> str:
        """The boundary of a factor: its code, in Chinese by name."""
        return (
            boundary
            if self.language == told.ENGLISH
            else naming.called("factor_boundary", boundary, self.language) or boundary
        )

    def title_of(self, method: Method) -> str:
        """What a method is called."""
        return naming.method_of(method.id, method.title, method.title_zh, self.language)

    def reference_of(self, method_id: str, english: str) -> str | None:
        """What a method rests on; None where it is told in English alone."""
        return naming.reference_of(method_id, english, self.language)

    def in_tonnes(self, name: str) -> str:
        """The heading of a column of tonnes of CO2e."""
        return self("in_tonnes", name=name)

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
