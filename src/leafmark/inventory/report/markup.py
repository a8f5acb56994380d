"""Pieces of the report's page: escaped text, tables that scroll on a telephone, sections with anchors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: its heading, and whether its cells are numbers, or sentences that need room."""

    heading: str
    number: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Raw:
    """Markup that is one already."""

    html: str


Cell = str | Raw
ROWS_MAX: Final = 500
"""Rows of one table of the page: past them it is the workbook's to show all."""


def text(cell: Cell) -> str:
    """A cell as markup."""
    return cell.html if isinstance(cell, Raw) else escape(cell)


def link(target: str, said: str) -> Raw:
    """A link within the page, or beside it."""
    return Raw(f'<a href="{escape(target)}">{escape(said)}</a>')


def code(said: str) -> Raw:
    """An identifier."""
    return Raw(f"<code>{escape(said)}</code>")


def table(
    name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], totals: Iterable[Sequence[Cell]] = ()
) -> str:
    """A table; its first column are the rows' headings, `totals` stand in its foot."""
    head = "".join(f'<th scope="col"{_kind(column)}>{escape(column.heading)}</th>' for column in columns)
    body = "".join(_row(columns, row) for row in rows)
    foot = "".join(_row(columns, row) for row in totals)
    foot = f"<tfoot>{foot}</tfoot>" if foot else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name)}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody>{foot}</table></div>\n"
    )


def folding_table(name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> str:
    """A table of long texts, each of whose rows becomes a card on a telephone, every cell under its heading.

    A browser no longer takes what is laid out otherwise for a table, so the roles are said: a reader who hears the page still hears one.
    """
    head = "".join(
        f'<th scope="col" role="columnheader"{_kind(column)}>{escape(column.heading)}</th>' for column in columns
    )
    body = "".join(_card(columns, row) for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name)}"><table class="fold" role="table">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table></div>\n'
    )


def _card(columns: Sequence[Column], row: Sequence[Cell]) -> str:
    first, *rest = row
    cells = "".join(
        f'<td role="cell" data-heading="{escape(column.heading)}"{_kind(column)}>{text(cell)}</td>'
        for column, cell in zip(columns[1:], rest, strict=True)
    )
    return f'<tr role="row"><th scope="row" role="rowheader">{text(first)}</th>{cells}</tr>'


def _kind(column: Column) -> str:
    return ' class="n"' if column.number else ' class="s"' if column.wide else ""


def _row(columns: Sequence[Column], row: Sequence[Cell]) -> str:
    first, *rest = row
    cells = "".join(f"<td{_kind(column)}>{text(cell)}</td>" for column, cell in zip(columns[1:], rest, strict=True))
    return f'<tr><th scope="row"{_kind(columns[0])}>{text(first)}</th>{cells}</tr>'


def facts(pairs: Iterable[tuple[str, Cell]]) -> str:
    """Names with their values."""
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{text(value)}</dd>' for name, value in pairs)}</dl>\n"


def paragraph(cell: Cell, kind: str = "") -> str:
    """A paragraph; `kind` is its class."""
    return f"<p{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}>{text(cell)}</p>\n"


def heading(said: str, level: int = 3) -> str:
    """A heading within a section."""
    return f"<h{level}>{escape(said)}</h{level}>\n"
