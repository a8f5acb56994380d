"""Asking the index, and keeping it up to date."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import tantivy

from leafmark.web.search.building import change_index
from leafmark.web.search.documents import FACETS, SORTS, Document, Hits, How, NoIndexError, SearchError
from leafmark.web.search.fields import LANGUAGES, lines, name_column, register
from leafmark.web.search.folder import Change, Folder
from leafmark.web.search.query import Lookup, Query, asked, narrowed
from leafmark.web.search.text import HAN, fold, one_line, stem, to_traditional

FEW: Final = 3
"""Below so many exact hits close ones are looked for."""
LIMIT_MAX, OFFSET_MAX, FACET_SIZE = 1_000, 100_000, 50
SUGGESTIONS_MAX, PREFIX_CHARS_MAX = 50, 40
TRIES: Final = 5
"""A generation may be replaced and removed between learning its name and opening it, but hardly five times over."""

Sort = Literal["relevance", "lowest", "highest", "name"]
Filter = str | Sequence[str] | None
Filters = dict[str, tuple[str, ...]]
Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class _View:
    """One state of the index, whole: a search that began with it ends with it."""

    pointer: Stamp
    generation: Path
    meta: str
    written: Stamp
    index: tantivy.Index
    schema: tantivy.Schema
    searcher: tantivy.Searcher


class Index:
    """The index of a folder, for any number of threads; every process opens its own.

    A search costs two looks at files (some microseconds) to see what other processes wrote; a change is seen by the next search.

    Parameters
    ----------
    folder
        Where `build` put it.

    Raises
    ------
    NoIndexError
        There is none yet, or another version made it.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Folder(folder)
        self._pointer = str(self._folder.pointer)
        self._lock = threading.Lock()
        self._seen: _View | None = None
        self._view()

    def __len__(self) -> int:
        return self._view().searcher.num_docs

    def search(
        self,
        text: str = "",
        *,
        sector: Filter = None,
        brand: Filter = None,
        category: Filter = None,
        state: Filter = None,
        declared_unit: Filter = None,
        facets: Sequence[str] = FACETS,
        facet_size: int = 20,
        sort: Sort = "relevance",
        language: str = "en",
        limit: int = 20,
        offset: int = 0,
    ) -> Hits:
        """Find products.

        Parameters
        ----------
        text
            What the reader typed, any text; a blank one finds all products. The first 200 characters count.
        sector, brand, category, state, declared_unit
            Only products of this value, or of one of these.
        facets
            Which values to count, of `FACETS`.
        facet_size
            Most values per facet, at most 50.
        sort
            `lowest` and `highest` sort by CO2e per declared unit and need exactly one `declared_unit`, since a kilogram and a
            piece do not compare; products without a figure come last in both. `name` sorts by the name in `language`.
        limit, offset
            The page: at most 1,000 products, of the first 100,000.

        Raises
        ------
        SearchError
            The sort, a facet, the language or the page is none of these.
        """
        given = {
            "sector": sector, "brand": brand, "category": category, "state": state, "declared_unit": declared_unit,
        }  # fmt: skip
        filters = {name: _values(value) for name, value in given.items() if value is not None}
        order = _order(sort, language, filters)
        _check_page(facets, facet_size, limit, offset)
        view = self._view()
        found = _found(view, text, filters, {"limit": max(limit, 1), "offset": offset, **order})
        if found is None:
            return Hits(0, [], {name: {} for name in facets})
        ids = [view.searcher.doc(address)["id"][0] for _, address in found.page.hits[:limit]]
        return Hits(found.page.count, ids, _counts(view, found.query, filters, facets, facet_size), found.how)

    def suggest(self, text: str, *, language: str = "en", limit: int = 8) -> list[str]:
        """Words that begin with the last word typed, commonest first; Traditional ones if `language` is `zh-Hant`."""
        folded = fold(one_line(text[-PREFIX_CHARS_MAX:]))
        last = folded.split()[-1:] or [""]
        runs = HAN.findall(last[0])
        prefix = runs[-1] if runs and last[0].endswith(runs[-1]) else last[0]
        if not prefix or folded.endswith(" "):
            return []
        view = self._view()
        words = [word for word, _ in view.searcher.terms_with_prefix("words", prefix, limit=SUGGESTIONS_MAX)]
        single = [word for word in words if stem(word) == word or stem(word) not in words]
        chosen = single[: min(limit, SUGGESTIONS_MAX)]
        return [to_traditional(word) for word in chosen] if language == "zh-Hant" else chosen

    def update(self, documents: Iterable[Document]) -> None:
        """Put products in, in the place of those with the same ids; all of them or, if it raises or is killed, none.

        Raises
        ------
        SearchError
            A document is wrong, or another writer did not end within a minute.
        """
        given = list(documents)
        lines(given)  # a wrong document is refused before anything is written
        self._change((given, []))

    def remove(self, product_ids: Iterable[str]) -> None:
        """Take products out; ids that are not there do no harm."""
        self._change(([], list(product_ids)))

    def _change(self, change: Change) -> None:
        if not any(change):
            return
        with self._folder.writing():
            generation = self._folder.current()
            self._folder.note(change)
            change_index(generation, [change])

    def _view(self) -> _View:
        """The index as it is now."""
        seen = self._seen
        try:
            if seen is not None and _stamp(self._pointer) == seen.pointer and _stamp(seen.meta) == seen.written:
                return seen
        except FileNotFoundError:
            pass
        with self._lock:
            self._seen = self._reopened()
            return self._seen

    def _reopened(self) -> _View:
        for _ in range(TRIES):
            generation = self._folder.current()
            try:
                return _opened(_stamp(self._pointer), generation, self._seen)
            except (OSError, ValueError):
                if generation == self._folder.current():
                    raise
        raise NoIndexError(f"{self._folder.path}: the index was replaced {TRIES} times while it was opened; try again")


def _stamp(path: str) -> Stamp:
    """What tells one state of a file from the next: both files are written beside and moved into place, never in place."""
    found = os.stat(path)
    return found.st_ino, found.st_mtime_ns, found.st_size


def _opened(pointer: Stamp, generation: Path, last: _View | None) -> _View:
    meta = str(generation / "meta.json")
    written = _stamp(meta)  # before reading: a change in between is then seen by the next search
    if last is not None and last.generation == generation:
        index = last.index
    else:
        index = register(tantivy.Index.open(str(generation)))
        index.config_reader("manual")
    index.reload()
    return _View(pointer, generation, meta, written, index, index.schema, index.searcher())


def _values(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _order(sort: str, language: str, filters: Filters) -> dict[str, Any]:
    """What tantivy is told about the order. Rows without a value come last in both directions."""
    if sort not in SORTS:
        raise SearchError(f"sort: found {sort!r}, expected one of {', '.join(SORTS)}")
    if sort == "relevance":
        return {}
    if sort == "name":
        if language not in LANGUAGES:
            raise SearchError(f"language: found {language!r}, expected one of {', '.join(LANGUAGES)}")
        return {"order_by_field": name_column(language), "order": tantivy.Order.Asc}
    units = filters.get("declared_unit", ())
    if len(units) != 1:
        raise SearchError(
            f"declared_unit: found {', '.join(units) or 'none'}, expected exactly one with sort {sort!r}, since figures per "
            "different units do not compare; the facet declared_unit says which there are"
        )
    order = tantivy.Order.Asc if sort == "lowest" else tantivy.Order.Desc
    return {"order_by_field": "co2e_ug", "order": order}


def _check_page(facets: Sequence[str], facet_size: int, limit: int, offset: int) -> None:
    unknown = [name for name in facets if name not in FACETS]
    if unknown:
        raise SearchError(f"facets: found {unknown[0]!r}, expected some of {', '.join(FACETS)}")
    for name, value, least, most in (
        ("facet_size", facet_size, 1, FACET_SIZE), ("limit", limit, 0, LIMIT_MAX), ("offset", offset, 0, OFFSET_MAX),
    ):  # fmt: skip
        if not least <= value <= most:
            raise SearchError(f"{name}: found {value}, expected {least} to {most}")


@dataclass(frozen=True)
class _Found:
    """The reading of a text that was taken, filters left aside, and the page it gives within them."""

    query: Query
    how: How
    page: Any


def _found(view: _View, text: str, filters: Filters, paging: dict[str, Any]) -> _Found | None:
    """The strictest reading of the text that finds enough; a narrow filter alone makes no word a typo."""

    def taken(query: Query, how: How) -> _Found:
        return _Found(query, how, view.searcher.search(narrowed(view.schema, query, filters), **paging))

    wanted = asked(text)
    if wanted.blank:
        return taken(Query.all_query(), "exact")
    if not wanted.parts:
        return None
    lookup = Lookup(view.schema, view.searcher, wanted.parts)
    found = taken(lookup.exact, "exact")
    if found.page.count >= FEW or all(part.kind == "code" for part in wanted.parts):
        return found
    exact = _count(view, lookup.exact) if filters else found.page.count
    if exact >= FEW:
        return found
    if _count(view, lookup.close) > exact:
        return taken(lookup.close, "close")
    if exact or lookup.partial is None:
        return found
    return taken(lookup.partial, "partial")


def _count(view: _View, query: Query) -> int:
    found: Any = view.searcher.search(query, 1)
    return int(found.count)


def _counts(view: _View, query: Query, filters: Filters, facets: Sequence[str], size: int) -> dict[str, dict[str, int]]:
    """Facet counts; those without a filter of their own in one pass."""
    together = [name for name in facets if name not in filters]
    found = _aggregated(view, narrowed(view.schema, query, filters), together, size)
    for name in facets:
        if name in filters:
            found |= _aggregated(view, narrowed(view.schema, query, filters, but=name), [name], size)
    return {name: found[name] for name in facets}


def _aggregated(view: _View, query: Query, names: Sequence[str], size: int) -> dict[str, dict[str, int]]:
    if not names:
        return {}
    terms = {name: {"terms": {"field": name, "size": size}} for name in names}
    counted = view.searcher.aggregate(query, terms)
    return {name: {each["key"]: each["doc_count"] for each in counted[name]["buckets"]} for name in names}
