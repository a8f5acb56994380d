"""The whole index from the database, beside the one in use."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import tantivy

from leafmark.web.search.documents import Document, SearchError
from leafmark.web.search.fields import lines, register, rows, schema
from leafmark.web.search.folder import Change, Folder
from leafmark.web.search.helper import ahead
from leafmark.web.search.text import words_and_runs

BATCH: Final = 1_000
"""Documents folded in one call; larger ones gain nothing."""
BUILD_HEAP_BYTES: Final = 400_000_000
"""Room for 500,000 products in one segment: each further segment makes every search a little slower."""
WRITE_HEAP_BYTES: Final = 32_000_000

Progress = Callable[[int], None]


def build(folder: str | Path, documents: Iterable[Document], progress: Progress | None = None) -> int:
    """Build the index of a folder anew, and put it in the place of the old one in one step.

    Readers and writers go on meanwhile. What `update` and `remove` change from now on is in the new index too, whether or not
    `documents` holds it already: so begin to read the database after calling this. A build that is killed or fails leaves the
    old index as it was.

    Parameters
    ----------
    folder
        Made if it is not there.
    documents
        All products; read once, in order. Products of equal relevance are found in this order.
    progress
        Called with the number of documents indexed so far, now and then.

    Returns
    -------
    int
        Documents given.

    Raises
    ------
    SearchError
        Another build is under way; a document is wrong, or stands twice.
    """
    place = Folder(folder)
    with place.building():
        generation = place.new_generation()
        try:
            count = _fill(generation, documents, progress)
            with place.writing():
                change_index(generation, place.noted())
                place.put_in_place(generation)
        except BaseException:
            shutil.rmtree(generation, ignore_errors=True)
            raise
        with place.writing():
            place.clean()
    return count


def _fill(generation: Path, documents: Iterable[Document], progress: Progress | None) -> int:
    index = register(tantivy.Index(schema(), str(generation)))
    writer = index.writer(BUILD_HEAP_BYTES, 1)
    seen: set[str] = set()
    try:
        for batch, folded in ahead(_batches(documents)):
            for document, row in zip(batch, rows(batch, folded), strict=True):
                if document.product_id in seen:
                    raise SearchError(
                        f"product {document.product_id!r} stands twice among the documents; expected each id once"
                    )
                seen.add(document.product_id)
                writer.add_document(row)
            if progress is not None:
                progress(len(seen))
        writer.commit()
    finally:
        writer.wait_merging_threads()  # else its threads write on into a folder that is being removed
    return len(seen)


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    source = iter(documents)
    while batch := list(islice(source, BATCH)):
        yield batch


def change_index(generation: Path, changes: Iterable[Change]) -> None:
    """Write changes into a generation, all of them or none; only the writer may."""
    writer: tantivy.IndexWriter | None = None
    for documents, removed in changes:
        if writer is None:
            writer = register(tantivy.Index.open(str(generation))).writer(WRITE_HEAP_BYTES, 1)
        for product_id in removed:
            writer.delete_documents_by_term("id", product_id)
        for batch in _batches(documents):
            folded = words_and_runs(lines(batch))
            for document, row in zip(batch, rows(batch, folded), strict=True):
                writer.delete_documents_by_term("id", document.product_id)
                writer.add_document(row)
    if writer is not None:
        writer.commit()
        writer.wait_merging_threads()
