"""The report as a workbook: numbers as numbers, units in the headings, sums as formulas that a reader can follow.

Grams stand as tonnes in full double precision (micrograms / 10^12, rounded once), so a sum of them in a spreadsheet is ours to the last
gram up to a billion tonnes. A text is written as a text whatever it begins with, and is marked so that it stays one when it is edited.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from leafmark.engine.recount import recipe_of
from leafmark.inventory.book import InventoryError, Sum
from leafmark.inventory.report.facts import BYS, SHOWN, Facts
from leafmark.inventory.report.required import index
from leafmark.inventory.report.sections_figures import counted_in
from leafmark.inventory.report.words import UG_PER_T, Words
from leafmark.methods.model import Method

FLAGS_MAX: Final = 10_000
"""Rows of flags that the workbook has; all stand in flags.parquet."""
WIDTH_MAX: Final = 60
_FORMATS: Final = {
    "text": {"quote_prefix": True, "valign": "top"},
    "wrap": {"quote_prefix": True, "valign": "top", "text_wrap": True},
    "t": {"num_format": "#,##0.000"},
    "share": {"num_format": "0.0%"},
    "score": {"num_format": "0.00"},
    "whole": {"num_format": "#,##0"},
    "factor": {"num_format": "0.000000E+00"},
    "amount": {"num_format": "#,##0.00"},
    "head": {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "quote_prefix": True},
    "title": {"bold": True, "font_size": 14},
    "total": {"num_format": "#,##0.000", "bold": True, "top": 1},
    "total_whole": {"num_format": "#,##0", "bold": True, "top": 1},
    "total_text": {"bold": True, "top": 1, "quote_prefix": True},
}
Cell = str | int | float | None


def tonnes(total: Sum | None) -> float | None:
    """A total as tonnes, rounded once to double precision."""
    return None if total is None else total.co2e_ug / UG_PER_T


class Sheet:
    """A sheet that is written from top to bottom; columns are (heading, format, width)."""

    def __init__(
        self, book: Any, formats: dict[str, Any], name: str, title: str, columns: Sequence[tuple[str, str, int]]
    ) -> None:
        self._sheet, self._formats, self._columns, self.row = book.add_worksheet(name), formats, columns, 2
        self._sheet.write_string(0, 0, title, formats["title"])
        for place, (heading, _, width) in enumerate(columns):
            self._sheet.set_column(place, place, min(width, WIDTH_MAX))
            self._sheet.write_string(self.row, place, heading, formats["head"])
        self._sheet.freeze_panes(self.row + 1, 0)
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(self.row)
        self.row += 1
        self.first = self.row

    def write(self, cells: Sequence[Cell], styles: Sequence[str] | None = None) -> None:
        """A row of values."""
        for place, cell in enumerate(cells):
            style = self._formats[styles[place] if styles else self._columns[place][1]]
            if isinstance(cell, str):
                self._sheet.write_string(self.row, place, cell, style)
            elif cell is not None:
                self._sheet.write_number(self.row, place, cell, style)
        self.row += 1

    def formula(self, row: int, place: int, formula: str, value: float, style: str) -> None:
        """A formula with its value, which programs that do not compute show."""
        self._sheet.write_formula(row, place, formula, self._formats[style], value)

    def total(self, name: str, sums: dict[int, tuple[str, float]]) -> None:
        """A row whose cells are the sums of what stands above them; `sums` by column: format, our own total."""
        self._sheet.write_string(self.row, 0, name, self._formats["total_text"])
        for place, (style, value) in sums.items():
            letter = column_letters(place)
            span = f"{letter}{self.first + 1}:{letter}{self.row}"
            self.formula(self.row, place, f"=SUM({span})" if self.row > self.first else "=0", value, style)
        self.row += 1


def column_letters(place: int) -> str:
    """A column's letters: 0 is A."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def write(given: Facts, path: Path, language: str = "en") -> Path:
    """Write the workbook.

    Raises
    ------
    InventoryError : xlsxwriter is not installed.
    """
    try:
        import xlsxwriter
    except ModuleNotFoundError as error:
        raise InventoryError(
            "a workbook needs xlsxwriter: pip install 'leafmark[inventory]'; or leave xlsx out of --format"
        ) from error
    words = Words(language)
    half = path.with_name(f"{path.name}.part")
    book = xlsxwriter.Workbook(
        str(half), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    title = words("title", year=given.inventory.year, name=given.record["organisation"]["name"])
    book.set_properties({"title": title, "created": _made_on(str(given.record.get("finished")))})
    formats = {name: book.add_format(options) for name, options in _FORMATS.items()}
    for make in (_index, _summary, _categories, _sites, _gases, _outside, _completeness, _flags, _factors, _methods):
        make(given, words, book, formats)
    book.close()
    return half.replace(path)


def _made_on(finished: str) -> dt.datetime:
    """The inventory's own time, so that the same inventory makes the same file."""
    try:
        return dt.datetime.fromisoformat(finished).replace(tzinfo=None)
    except ValueError:
        return dt.datetime(1980, 1, 1)


def _sheet(
    words: Words, book: Any, formats: dict[str, Any], name: str, title: str, columns: Iterable[tuple[str, str, int]]
) -> Sheet:
    return Sheet(book, formats, words(f"sheet.{name}")[:31], title, list(columns))


def _index(given: Facts, words: Words, book: Any, formats: dict[str, Any]) -> None:
    columns = [(words(f"column.{name}"), "wrap", width) for name, width in
               (("item", 50), ("standard", 44), ("level", 12), ("state", 12), ("where", 40), ("why", 60))]  # fmt: skip
    sheet = _sheet(words, book, formats, "index", words("section.index"), columns)
    for item, found in index(given, words):
        level = words("level.required" if item.required else "level.optional")
        sheet.write(
            [
                words(f"item.{item.key}"),
                words(f"standard.{item.standard}"),
                level,
                words(f"state.{found.state}"),
                words(f"section.{item.section}"),
                found.why,
            ]
        )


def _measured(words: Words) -> list[tuple[str, str, int]]:
    return [(words("column.co2e_t"), "t", 18), (words("column.low_t"), "t", 18), (words("column.high_t"), "t", 18),
            (words("column.primary").replace(", %", ","), "share", 14), (words("column.score"), "score", 14), (words("column.activities"), "whole", 14)]  # fmt: skip


def _cells(total: Sum) -> list[Cell]:
    return [
        tonnes(total),
        total.low_ug / UG_PER_T,
        total.high_ug / UG_PER_T,
        total.primary_share,
        total.score,
        total.activities,
    ]


def _summary(given: Facts, words: Words, book: Any, formats: dict[str, Any]) -> None:
    """Scopes with both statements; each total is a formula over the rows it is made of."""
    title = words("title", year=given.inventory.year, name=given.record["organisation"]["name"])
    sheet = _sheet(words, book, formats, "summary", title, [(words("column.scope"), "text", 44), *_measured(words)])
    places: dict[str, int] = {}
    for key, of, scope in SHOWN:
        found = given.scopes[of].get(scope)
        if found is not None:
            places[key] = sheet.row + 1
            sheet.write([words(f"scope.{key}"), *_cells(found)])
    for by in BYS:
        total = given.totals[by]
        parts = [f"B{places[key]}" for key in ("1", f"2{by[0]}", "3") if key in places]
        sheet.write(
            [words(f"by.{by}"), None, *_cells(total)[1:]],
            ["total_text", "total", "total", "total", "share", "score", "total_whole"],
        )
        sheet.formula(sheet.row - 1, 1, "=" + ("+".join(parts) or "0"), total.co2e_ug / UG_PER_T, "total")
    sheet.row += 1
    last_day = dt.date.fromisoformat(str(given.record["until"])) - dt.timedelta(days=1)
    for said in (
        words("by.note"),
        words("lead", **{"from": given.record["from"], "to": last_day, "gwp": given.record.get("gwp")}),
    ):
        sheet.write([said], ["text"])


def _categories(given: Facts, words: Words, book: Any, formats: dict[str, Any]) -> None:
    names = (("location_t", "t"), ("low_t", "t"), ("high_t", "t"), ("market_t", "t"), ("low_t", "t"), ("high_t", "t"))
    columns = [(words("column.scope"), "text", 30), (words("column.category"), "text", 40), *((words(f"column.{name}"), style, 18) for name, style in names),
               (words("column.primary").replace(", %", ","), "share", 14), (words("column.supplier").replace(", %", ","), "share", 14),
               (words("column.score"), "score", 14), (words("column.activities"), "whole", 14)]  # fmt: skip
    sheet = _sheet(words, book, formats, "category", words("section.categories"), columns)
    rows = sorted({**given.rows["market"], **given.rows["location"]}, key=lambda row: (row[0], row[1] or 0))
    for scope, category in rows:
        location, market = (given.rows[by].get((scope, category)) for by in BYS)
        shown = location or market
        assert shown is not None
        ranges = [
            cell
            for each in (location, market)
            for cell in ((tonnes(each), each.low_ug / UG_PER_T, each.high_ug / UG_PER_T) if each else (0, 0, 0))
        ]
        sheet.write([words.scope(scope), words.scope(scope, category) if category else words("category.0"), *ranges, shown.primary_share,
                     given.supplier_share((scope, category)), shown.score, shown.activities])  # fmt: skip
    sheet.total(
        words("total"),
        {
            2: ("total", given.totals["location"].co2e_ug / UG_PER_T),
            5: ("total", given.totals["market"].co2e_ug / UG_PER_T),
        },
    )


def _sites(given: Facts, words: Words, book: Any, formats: dict[str, Any]) -> None:
    """Sites with their scopes; a site's two totals are formulas over its own row."""
    columns = [(words("column.entity"), "text", 24), (words("column.site"), "text", 24),
               *((words.in_tonnes(words(f"scope.{scope}")), "t", 18) for scope in ("1", "2l", "2m", "3")),
               *((words.in_tonnes(words(f"by.{by}")), "t", 20) for by in BYS)]  # fmt: skip
    sheet = _sheet(words, book, formats, "site", words("section.sites"), columns)
    for entity, site in sorted({**given.sites["location"], **given.sites["market"]}):
        parts = [tonnes(given.site_scopes[by].get((entity, site, scope))) for _, by, scope in SHOWN]
        sheet.write([entity, site, *parts])
        row = sheet.row
        for place, (by, cells) in enumerate(zip(BYS, ("C{0}+D{0}+F{0}", "C{0}+E{0}+F{0}"), strict=True), 6):
            found = given.sites[by].get((entity, site))
            sheet.formula(row - 1, place, f"={cells.format(row)}", tonnes(found) or 0.0, "t")
    whole = [*(given.scopes[by].get(scope) for _, by, scope in SHOWN), *(given.totals[by] for by in BYS)]
    sheet.total(words("total"), {place: ("total", tonnes(total) or 0.0) for place, total in enumerate(whole, 2)})


def _gases(given: Facts, words: Words, book: Any, formats: dict[str, Any]) -> None:
    """Gases by scope; what a publisher does not split, or gives no gases of at all, has a row of its own, so that columns add up."""
    shown = [(words(f"scope.{key}"), given.scopes[by].get(scope)) for key, by, scope in SHOWN]
    columns = [(words("column.gas"), "text", 36), *((words.in_tonnes(name), "t", 20) for name, _ in shown)]
    sheet = _sheet(words, book, formats, "gas", words("section.gases"), columns)
    for gas in given.shown_gases():
        figures = [given.gas_ug(gas, by, scope) for _, by, scope in SHOWN]
        sheet.write([words(f"gas.{gas}"), *(None if ug is None else ug / UG_PER_T for ug in figures)])
    sheet.write([words("unknown"), *(tonnes(each) if each and not each.gases else None for _, each in shown)])
    sheet.total(words("total"), {place: ("total", tonnes(each) or 0.0) for place, (_, each) in enumerate(shown, 1)})


def _outside(given: Facts, words: Words, book: Any, formats: dict[str, Any]) -> None:
    """What is in no total, by scope, category and activity file, each kind with its sum."""
    columns = [(words(f"column.{name}"), "text", width) for name, width in (("what", 36), ("scope", 30), ("category", 40), ("template", 20))]  # fmt: skip
    sheet = _sheet(words, book, formats, "outside", words("section.outside"), [*columns, *_measured(words)])
    for kind, whole in given.outside_totals.items():
        name, first = words.code("outside", kind), sheet.row + 1
        for (what, scope, category, template), total in given.outside.items():
            if what == kind:
                sheet.write([name, *counted_in(scope, category, words), template, *_cells(total)])
        sheet.write(
            [f"{words('total')}: {name}", None, None, None, None, *_cells(whole)[1:]],
            [*["total_text"] * 4, "total", "total", "total", "share", "score", "total_whole"],
        )
        sheet.formula(sheet.row - 1, 4, f"=SUM(E{first}:E{sheet.row - 1})", whole.co2e_ug / UG_PER_T, "total")


def _completeness(given: Facts, words: Words, book: Any, formats: dict[str, Any]) -> None:
    columns = [(words("column.scope"), "text", 28), (words("column.category"), "text", 36), (words("column.status"), "text", 16), (words("column.what"), "wrap", 40),
               (words("column.why"), "wrap", 50), (words("column.activities"), "whole", 12), (words("column.refused"), "whole", 12),
               (words("column.estimated").replace(", %", ","), "share", 14), (words("column.months"), "whole", 10)]  # fmt: skip
    sheet = _sheet(words, book, formats, "completeness", words("section.completeness"), columns)
    for row in given.completeness:
        category = words.scope(3, row["category"]) if row["category"] else words("category.0")
        sheet.write([words.scope(row["scope"]), category, words.code("status", row["status"]), words.told(row["what"], "what"), words.told(row["why"], "why"), row["activities"], row["refused"],
                     row["estimated_share"], row["months"]])  # fmt: skip


def _flags(given: Facts, words: Words, book: Any, formats: dict[str, Any]) -> None:
    names = (*given.flags.column_names, "meaning")
    columns = [(words.heading_of(name), "whole" if name == "row" else "text", 24) for name in names]
    count = given.flags.num_rows
    title = words("section.flags")
    if count > FLAGS_MAX:
        title = f"{title}. {words('first_of', shown=f'{FLAGS_MAX:,}', count=f'{count:,}')}"
    sheet = _sheet(words, book, formats, "flags", title, columns)
    for row in given.flags.slice(0, FLAGS_MAX).to_pylist():
        said = {
            "template": row["template"] and words.file_of(row["template"]),
            "found": words.found(row["reason"], row["found"]),
            "expected": words.told(row["expected"], "expected"),
            "effect": words.code("effect", row["effect"]),
        }
        sheet.write([*(row | said).values(), words.meaning(row["reason"])])


def _factors(given: Facts, words: Words, book: Any, formats: dict[str, Any]) -> None:
    named = (("factor", "text", 40), ("scope", "text", 26), ("template", "text", 16), ("co2e_t", "t", 18), ("amount", "amount", 18), ("unit", "text", 10),
             ("kg_per_unit", "factor", 16), ("name", "text", 36), ("region", "text", 10), ("boundary", "text", 14), ("year", "text", 8), ("source", "text", 50),
             ("locator", "text", 40), ("licence", "text", 20), ("pack", "text", 16))  # fmt: skip
    columns = [(words(f"column.{name}"), style, width) for name, style, width in named]
    sheet = _sheet(words, book, formats, "factors", words("section.factors"), columns)
    for used in given.used:
        mine: list[Cell] = [
            used.factor_id,
            words.scope(used.scope),
            words.file_of(used.template),
            used.co2e_ug / UG_PER_T,
            used.amount,
            used.unit,
        ]
        parts = recipe_of(used.factor_id)
        for place, part in enumerate(parts):
            known = given.sources.get(part)
            source: list[Cell] = [None, words("unknown"), *[None] * 7] if known is None else [
                known.co2e_kg, known.name(words.language), known.region, words.boundary_of(known.boundary), known.data_year,
                words("published_in", **dict(zip(("publisher", "title"), known.published(words.language), strict=True))),
                known.place(words.language), known.terms(words.language), known.pack]  # fmt: skip
            sheet.write([*(mine if place == 0 else [part, *[None] * 5]), *source])


def _methods(given: Facts, words: Words, book: Any, formats: dict[str, Any]) -> None:
    from leafmark.methods import LIBRARY

    library = {(each.id, each.version): each for each in LIBRARY}
    columns = [(words("column.kind"), "text", 14), (words("column.name"), "text", 36), (words("column.version"), "text", 14),
               (words("column.hash"), "text", 60), (words("column.reference"), "text", 60)]  # fmt: skip
    sheet = _sheet(words, book, formats, "methods", words("section.methods"), columns)
    for each in given.record.get("methods", ()):
        sheet.write(
            [
                words("column.method"),
                f"{each['id']}{words('colon')}{words.title_of(library[key])}"
                if (key := (each["id"], each["version"])) in library
                else each["id"],
                str(each["version"]),
                str(each.get("hash", "")),
                _reference(each, library, words),
            ]
        )
    for each in given.record.get("packs", ()):
        sheet.write([words("column.pack"), str(each["id"]), str(each["version"]), str(each.get("sha256", "")), None])
    for each in given.record.get("runs", ()):
        sheet.write(
            [
                words("column.run"),
                str(each["run_id"]),
                None,
                None,
                f"{words.file_of(each.get('template', ''))}: {each['folder']}",
            ]
        )


def _reference(used: Mapping[str, Any], library: Mapping[tuple[str, int], Method], words: Words) -> str | None:
    """What a method rests on; in English where it is told in that alone."""
    method = library.get((used["id"], used["version"]))
    return None if method is None else words.reference_of(method.id, method.reference) or method.reference
