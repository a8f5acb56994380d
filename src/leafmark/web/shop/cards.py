"""Cards of products, kept as they were drawn: the lowest products of a category are choices for all the others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from markupsafe import Markup

from leafmark.web.languages import tag
from leafmark.web.pages import fragment
from leafmark.web.shelf.rows import shown_where, version

KEPT: Final = 8_192


def cards(numbers: Sequence[int]) -> list[Markup]:
    """Cards of shown products by their number, in the request's language."""
    now, lang = version(), tag()
    return [_card(each, lang, *now) for each in numbers]


@lru_cache(maxsize=KEPT)
def _card(number: int, lang: str, newest: int, published: str) -> Markup:
    return fragment("shop/card.html", {"product": shown_where("p.id = %s", [number])[0]})
