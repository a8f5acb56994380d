"""A small shelf for the tests of the search: few products, whose answers can be worked out by hand."""

from __future__ import annotations

from pathlib import Path

from leafmark.web.search import Document, Index, build

KG = 1_000_000_000  # micrograms


def product(key: str, english: str = "", chinese: str = "", **other: object) -> Document:
    """A product with an English and a Traditional Chinese name, as far as given."""
    names = {language: name for language, name in (("en", english), ("zh-Hant", chinese)) if name}
    return Document(key, names, **other)  # type: ignore[arg-type]


def index_of(folder: Path, *documents: Document) -> Index:
    """An index of these products."""
    build(folder, documents)
    return Index(folder)
