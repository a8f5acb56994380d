"""Cards of products, kept as they were drawn: the lowest products of a category are choices for all the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

from markupsafe import Markup

from leafmark.web.experiment.lists import Listed
from leafmark.web.languages import tag
from leafmark.web.pages import fragment
from leafmark.web.shelf.labels import letter_ended, today
from leafmark.web.shelf.models import Product
from leafmark.web.shelf.rows import shown_where
from leafmark.web.shelf.state import version

KEPT_MAX: Final = 8_192
Now = tuple[str, str, dt.date]
"""Language, stamp of the shelf, and day: a letter may end overnight."""
_kept: dict[tuple[int, Now], Markup] = {}


def cards_seen(numbers: Sequence[int], seen: Callable[[Product], Listed]) -> list[Markup]:
    """Cards as a reader who takes part in a test sees them: drawn for her alone and not kept."""
    marks = ", ".join(["%s"] * len(numbers))
    found = {each.pk: each for each in shown_where(f"p.id IN ({marks})", numbers)} if numbers else {}
    shown = (found[each] for each in numbers if each in found)
    return [_card(each, seen(each)) for each in shown]


def cards(numbers: Sequence[int], stamp: str | None = None) -> list[Markup]:
    """Cards of shown products by their number, in the request's language; of one that is not shown there is none.

    `stamp` is the shelf's, where it is known already.
    """
    if not numbers:
        return []
    now = (tag(), stamp or version(), today())
    found = {number: _kept.get((number, now)) for number in numbers}
    missing = [number for number, card in found.items() if card is None]
    if missing:
        marks = ", ".join(["%s"] * len(missing))
        found |= {each.pk: _drawn(each, now) for each in shown_where(f"p.id IN ({marks})", missing)}
    return [card for card in found.values() if card is not None]


def _drawn(product: Product, now: Now) -> Markup:
    card = _card(product)
    if len(_kept) >= KEPT_MAX:
        _kept.clear()
    _kept[(product.pk, now)] = card
    return card


def _card(product: Product, seen: Listed | None = None) -> Markup:
    publication = product.published
    state = "declared" if letter_ended(publication) else publication.state
    return fragment("shop/card.html", {"product": product, "state": state, "seen": seen})
