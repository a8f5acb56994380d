"""What a match is while nobody has confirmed it, and what it is afterwards. The two are two types: no flag can be forgotten.

A `Candidate` is proposed and nothing else. Only a person makes it a `Confirmation`, with a name and a day; and only
confirmations give a line its key (`confirmed_keys`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

import pyarrow as pa

from .terms import name_key

Basis = Literal["same_gtin", "same_name", "same_brand_and_category", "like_confirmed", "text"]
BASES: Final[tuple[Basis, ...]] = ("same_gtin", "same_name", "same_brand_and_category", "like_confirmed", "text")
"""Where a candidate comes from, the strongest first."""

WORDS: Final[dict[str, str]] = {
    "same_gtin": "confirmed for the same GTIN: {name}",
    "same_name": "confirmed for the same name: {name}",
    "same_brand_and_category": "confirmed for products of this brand and category, such as {name}",
    "like_confirmed": "its name is like one that was confirmed: {name}",
    "text": "its name is like the factor's: {name}",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A factor key that may be right.

    confidence : share of such proposals that were right where it was measured (docs/matching.md). basis, name : why.
    """

    key: str
    confidence: float
    basis: Basis
    name: str
    status: ClassVar[str] = "proposed"

    @property
    def why(self) -> str:
        """The reason in words."""
        return WORDS[self.basis].format(name=self.name)

    def confirm(
        self, product_name: str, by: str, on: dt.date, gtin: str = "", brand: str = "", category: str = ""
    ) -> Confirmation:
        """Make it a confirmation: somebody says on a day that this is the product's factor.

        Raises
        ------
        ValueError
            Nobody is named.
        """
        return Confirmation(self.key, by, on, product_name, gtin, brand, category)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who said when that a product of this name has this key.

    Raises
    ------
    ValueError
        Nobody is named, or no key or name.
    """

    key: str
    by: str
    on: dt.date
    name: str
    gtin: str = ""
    brand: str = ""
    category: str = ""
    status: ClassVar[str] = "confirmed"

    def __post_init__(self) -> None:
        for field in ("key", "by", "name"):
            if not getattr(self, field).strip():
                raise ValueError(f"confirmation: {field} is empty; a match holds only where a person is named for it")


def confirmed_keys(materials: pa.Array, confirmations: Iterable[Confirmation]) -> pa.Array:
    """Give the confirmed key of each text; null where nobody confirmed one, or two keys were confirmed."""
    keys: dict[str, set[str]] = {}
    for each in confirmations:
        keys.setdefault(name_key(each.name), set()).add(each.key)
    coded = materials.dictionary_encode()
    known = [keys.get(name_key(text), set()) for text in coded.dictionary.to_pylist()]
    answers = pa.array([next(iter(found)) if len(found) == 1 else None for found in known], pa.string())
    return answers.take(coded.indices)
