"""The search index of the shelf: made from the database, and made again whenever it is missing or another publication came.

An index names products by their number in the database. It stays as it is while it is built anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings

from leafmark.engine.sentences import LANGS
from leafmark.web.search import Document, Index, NoIndexError, build
from leafmark.web.shelf.models import OWN_FIGURES, Product

AT_ONCE = 5_000
ANEW_FROM = 50_000
"""So many changed products are indexed sooner by making the whole index again."""

Progress = Callable[[int, int, str], None]


def documents(products: Any) -> Iterator[Document]:
    """Products as the search knows them. A category estimate is sorted by no figure: it is not its own."""
    columns = ("pk", "name", "gtin", "product_id", "state", "co2e_ug", "brand__name", "category__slug", "category__sector",
               "category__names", "current__catalogue")  # fmt: skip
    for row in _rows(products.order_by("pk").values_list(*columns)):
        pk, name, gtin, product_id, state, co2e_ug, brand, category, sector, names, catalogue = row
        said = catalogue.get("name")
        named = said if isinstance(said, dict) else {"en": name}
        own = state in OWN_FIGURES
        yield Document(
            str(pk), {lang: text for lang, text in named.items() if lang in LANGS and text}, brand, sector, category, state,
            co2e_ug if own else None, unit_of(catalogue), tuple(filter(None, (gtin, product_id, *names.values()))),
        )  # fmt: skip


def _rows(products: Any) -> Iterator[tuple[Any, ...]]:
    """Rows by their number, a page at a time: while an open read waits for its next row, a job could not tell how far it is."""
    last = 0
    while part := list(products.filter(pk__gt=last)[:AT_ONCE]):
        yield from part
        last = part[-1][0]


def unit_of(catalogue: dict[str, Any]) -> str:
    """What a figure is per, as one word: products of other units are not sorted among each other."""
    unit = catalogue.get("declared_unit") or "item"
    return str(unit.get("en") or next(iter(unit.values()))) if isinstance(unit, dict) else str(unit)


def rebuild(progress: Progress | None = None) -> int:
    """Make the whole index; how many products are in it."""
    shown = Product.objects.filter(current__isnull=False)
    whole = shown.count()
    told = None if progress is None else lambda done: progress(done, whole, "search index")
    return build(settings.WORKSPACE.search, documents(shown), told)


def bring_up_to_date(progress: Progress | None = None) -> None:
    """Build the index if there is none, or if it holds other products than the shelf."""
    try:
        if len(Index(settings.WORKSPACE.search)) == Product.objects.filter(current__isnull=False).count():
            return
    except NoIndexError:
        pass
    rebuild(progress)


def update(changed: Sequence[int], progress: Progress | None = None) -> None:
    """Bring changed products, by their numbers in the database, up to date in the index; it may be done again."""
    if len(changed) >= ANEW_FROM:
        rebuild(progress)
        return
    shown = Product.objects.filter(current__isnull=False)
    try:
        kept = Index(settings.WORKSPACE.search)
    except NoIndexError:
        rebuild(progress)
        return
    for start in range(0, len(changed), AT_ONCE):
        kept.update(documents(shown.filter(pk__in=changed[start : start + AT_ONCE])))
        if progress:
            progress(min(start + AT_ONCE, len(changed)), len(changed), "search index")


@lru_cache(maxsize=1)
def index() -> Index:
    """The index, opened once in each process; it sees what other processes change.

    Raises
    ------
    NoIndexError : there is none yet.
    """
    return Index(settings.WORKSPACE.search)
