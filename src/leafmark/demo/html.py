"""The few shapes of HTML that the demo's page is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


class Html(str):
    """Text that is HTML already; everything else is escaped."""


def text(value: object) -> str:
    """A value as HTML."""
    return value if isinstance(value, Html) else escape(str(value))


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[int] = ()) -> str:
    """A table with a caption, column heads and, in each row, its first cell as the row's head.

    `right` names the columns of figures, which are aligned right.
    """

    def cell(tag: str, scope: str, place: int, value: object) -> str:
        kind = ' class="n"' if place in right else ""
        return f"<{tag}{scope}{kind}>{text(value)}</{tag}>"

    top = "".join(cell("th", ' scope="col"', place, name) for place, name in enumerate(head))
    body = "".join(
        "<tr>"
        + "".join(
            cell("td", "", place, value) if place else cell("th", ' scope="row"', place, value)
            for place, value in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><caption>{text(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def folded(summary: str, body: str) -> str:
    """Something long behind its name; keyboards open it, and paper shows it."""
    return f"<details><summary>{text(summary)}</summary>{body}</details>"


def listed(items: Iterable[object]) -> str:
    """A list of sentences."""
    return "<ul>" + "".join(f"<li>{text(item)}</li>" for item in items) + "</ul>"


def link(address: str | None, words: str | None = None) -> Html:
    """A link for a reader to follow; the page itself loads nothing. What is no web address stays text."""
    if address is None:
        return Html("")
    name = escape(words or address)
    if not address.startswith(("https://", "http://")):
        return Html(name)
    return Html(f'<a href="{escape(address)}" rel="noreferrer">{name}</a>')
