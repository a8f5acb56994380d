"""Parts of a page, and the page: escaped text in, HTML out. No script, one style sheet inside, light, for screens from 360 px and for A4."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib import resources
from typing import Final

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@cache
def _css() -> str:
    return (resources.files(__package__) / "page.css").read_text(encoding="utf-8").strip()


def page(lang: str, title: str, parts: Iterable[str]) -> str:
    """A whole document; its parts are HTML that the functions below made."""
    return (
        f'<!doctype html>\n<html lang="{escape(lang)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_css()}</style></head>\n<body><main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main></body></html>\n"
    )


def heading(text: str, level: int = 2) -> str:
    """A heading."""
    return f"<h{level}>{escape(text)}</h{level}>"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph; `kind` is `soft` (said aside) or `notice` (must be seen)."""
    name = f' class="{kind}"' if kind else ""
    return f"<p{name}>{linked(text)}</p>"


def bullets(items: Iterable[str]) -> str:
    """A list; nothing of no items."""
    inner = "".join(f"<li>{linked(each)}</li>" for each in items)
    return f"<ul>{inner}</ul>" if inner else ""


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and what they are."""
    return f"<dl>{''.join(f'<div><dt>{escape(name)}</dt><dd>{linked(value)}</dd></div>' for name, value in pairs)}</dl>"


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = (), foot: Sequence[str] = (),
    named: bool = True,
) -> str:  # fmt: skip
    """A table whose first column heads its rows; `right`: columns of figures. It scrolls by itself where it is too wide.

    A reader without a mouse reaches the scrolled part by the keyboard, so the box takes the focus and has a name. `named`: whether the
    caption is seen; where a heading says the same just above, it is only heard.
    """

    def cells(values: Sequence[str]) -> str:
        first, *others = values
        return f'<th scope="row">{linked(first)}</th>' + "".join(
            f"<td{_kind(value, at in right)}>{linked(value)}</td>" for at, value in enumerate(others, 1)
        )

    top = "".join(
        f'<th scope="col"{" class=n" if at in right else ""}>{escape(name)}</th>' for at, name in enumerate(head)
    )
    body = "".join(f"<tr>{cells(row)}</tr>" for row in rows)
    end = f"<tfoot><tr>{cells(foot)}</tr></tfoot>" if foot else ""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(caption)}"><table><caption{"" if named else " class=heard"}>{escape(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody>{end}</table></div>"
    )


def _kind(value: str, is_figure: bool) -> str:
    """The class of a cell: a figure, or a day, which stays on one line."""
    return " class=n" if is_figure else " class=d" if _DAY.fullmatch(value) else ""


def beside(*columns: Iterable[str]) -> str:
    """Columns side by side, one under the other where there is no room. They have no foot in common."""
    return '<div class="beside">' + "".join(f"<section>{''.join(parts)}</section>" for parts in columns) + "</div>"


def linked(text: str) -> str:
    """Escaped text; a text that is one web address is a link to it."""
    if text.startswith(("https://", "http://")) and not any(each.isspace() for each in text):
        return f'<a href="{escape(text)}" rel="noreferrer">{escape(text)}</a>'
    return escape(text)
