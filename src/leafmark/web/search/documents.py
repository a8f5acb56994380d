"""What goes into the index and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

FACETS: Final = ("sector", "brand", "category", "state", "declared_unit")
"""Fields whose values are counted, and by which hits can be narrowed."""

SORTS: Final = ("relevance", "lowest", "highest", "name")

How = Literal["exact", "close", "partial"]


class SearchError(ValueError):
    """Something asked for cannot be done; the message says what to do instead."""


class NoIndexError(SearchError):
    """There is no index in the folder that this version can read: build it."""


class Document(NamedTuple):
    """A product as the search knows it. A named tuple, since half a million are made in a row.

    Parameters
    ----------
    product_id
        The product's id, the one thing a hit gives back; unique.
    names
        The product's name by language: `en`, `zh-Hant`, `zh-Hans`, any other. At least one.
    brand, sector, category, state, declared_unit
        Facet values, counted and filtered as they stand; None where the product has none.
    co2e_ug
        Micrograms of CO2e per declared unit, by which products are sorted; None where there is no figure, or where the
        figure must not be ranked (a category estimate is the category's own). A figure needs its declared unit.
    extra
        Further words a reader may type: GTIN, model, the category's names.
    """

    product_id: str
    names: Mapping[str, str]
    brand: str | None = None
    sector: str | None = None
    category: str | None = None
    state: str | None = None
    co2e_ug: int | None = None
    declared_unit: str | None = None
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of an answer.

    Attributes
    ----------
    total
        Products found, over all pages.
    ids
        Ids of this page's products, in order.
    facets
        Count of products by value, commonest first, per facet asked for. A facet's own filter is left out of its counts,
        so that they say what choosing another value would give. Products without a value are not counted.
    how
        `exact`: every word is there; `close`: words were taken for similar ones; `partial`: one word was given up.
    """

    total: int
    ids: list[str]
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    how: How = "exact"
