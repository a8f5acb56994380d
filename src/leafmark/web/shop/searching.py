"""What a reader searches for, read from the address, and the products found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from markupsafe import Markup

from leafmark.web.experiment.lists import Everywhere
from leafmark.web.search import FACETS, SORTS, Hits
from leafmark.web.shelf.finding import index
from leafmark.web.shelf.models import SECTORS, STATES, Category
from leafmark.web.shop.cards import cards, cards_seen

PAGE = 24
PAGES_MAX = 400
TEXT_MAX = 200
NARROWED_BY = ("sector", "category", "brand", "state", "declared_unit")
KNOWN = {"sector": SECTORS, "state": STATES}
"""Facets whose values have words of their own."""


@dataclass(frozen=True)
class Asked:
    """A search: the words, one value at most of each facet, the order and the page."""

    text: str
    facets: dict[str, str]
    sort: str
    page: int

    def address(self, **changes: Any) -> str:
        """The address of this search with something changed: a facet's value (None: any), `sort` or `page`."""
        facets = {**self.facets, **{name: value for name, value in changes.items() if name in FACETS}}
        sort, page = changes.get("sort", self.sort), changes.get("page", 1)
        if sort in ("lowest", "highest") and not facets.get("declared_unit"):
            sort = "relevance"
        said = {"q": self.text, **facets, "sort": sort if sort != "relevance" else "", "page": page if page > 1 else ""}
        return "?" + urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True)
class Found:
    """One page of an answer; `names` says categories in words."""

    hits: Hits
    cards: list[Markup]
    names: dict[str, dict[str, str]]
    sorts: list[str]
    pages: int


def read_asked(given: QueryDict) -> Asked:
    """A search from an address; what means nothing here is left out."""
    facets = {
        name: given[name][:TEXT_MAX]
        for name in NARROWED_BY
        if given.get(name) and given[name] in KNOWN.get(name, (given[name],))
    }
    sort = given.get("sort", "relevance")
    asked = given.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    if sort not in SORTS or (sort in ("lowest", "highest") and "declared_unit" not in facets):
        sort = "relevance"
    return Asked(given.get("q", "")[:TEXT_MAX], facets, sort, max(1, min(page, PAGES_MAX)))


def find(asked: Asked, lang: str, seen: Everywhere) -> Found:
    """Search. `seen`: how this reader sees cards, if she takes part in a test.

    Raises
    ------
    NoIndexError : the index is not there yet.
    """
    narrowed: dict[str, Any] = {**asked.facets, "sort": asked.sort}
    hits = index().search(asked.text, **narrowed, language=lang, limit=PAGE, offset=(asked.page - 1) * PAGE)
    slugs = [*hits.facets.get("category", {}), *filter(None, [asked.facets.get("category")])]
    names = dict(Category.objects.filter(slug__in=slugs).values_list("slug", "names"))
    sorts = [each for each in SORTS if each in ("relevance", "name") or "declared_unit" in asked.facets]
    pages = min(-(-hits.total // PAGE), PAGES_MAX)
    numbers = [int(each) for each in hits.ids]
    return Found(hits, cards_seen(numbers, seen.of) if seen.takes_part else cards(numbers), names, sorts, pages)
