"""The index's fields, and a document as one row of them.

    id              the product, stored
    words           words of names, brand, category, extras: folded, plurals beside singulars
    pairs           single Chinese characters and pairs of neighbours: finds what no dictionary knows
    codes           GTINs and other long numbers, without leading zeros, so that UPC-A, EAN-13 and GTIN-14 are one
    FACETS          as they stand, in columns that are counted
    co2e_ug         a column; where it is empty the product comes last in either direction
    name_LANGUAGE   a column to sort by: Simplified in the order of GB 18030 (by sound, for the 3,755 commonest characters),
                    Traditional in the order of Big5 (by strokes), everything else by code point

Word positions are not kept: nothing asks for phrases, and the index is a third smaller and faster built without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import tantivy

from leafmark.web.search.documents import FACETS, Document, SearchError
from leafmark.web.search.text import one_line

VERSION: Final = 1
"""Of fields and folding: an index of another version must be built again."""
LANGUAGES: Final = ("en", "zh-Hant", "zh-Hans")
TEXT_CHARS_MAX: Final = 2_000
"""Characters of one name or extra that are looked at."""
SORT_CHARS_MAX: Final = 40
WORD_BYTES_MAX: Final = 64
CODE: Final = re.compile(r"\d(?:[ -]?\d){7,17}")
"""A GTIN or the like: 8 to 18 digits, grouped or not."""
INT64_MAX: Final = 2**63 - 1


def schema() -> tantivy.Schema:
    """The index's schema."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", tokenizer_name="words", index_option="basic")
    builder.add_text_field("pairs", tokenizer_name="pairs", index_option="basic")
    builder.add_text_field("codes", tokenizer_name="words", index_option="basic")
    for name in FACETS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("co2e_ug", fast=True)
    for language in LANGUAGES:
        builder.add_text_field(name_column(language), fast=True, tokenizer_name="none", index_option="basic")
    return builder.build()


def name_column(language: str) -> str:
    """The column that holds names of a language to sort by."""
    return "name_" + language.replace("-", "_").lower()


WORDS: Final = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.remove_long(WORD_BYTES_MAX)).build()
)
PAIRS: Final = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(1, 2)).build()
NONE: Final = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(tantivy.Filter.remove_long(1)).build()
"""A column that is sorted by needs no words to be found by."""
WHOLE: Final = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).build()


def register(index: tantivy.Index) -> tantivy.Index:
    """Give an index its analyzers, which it does not keep itself."""
    index.register_tokenizer("words", WORDS)
    index.register_tokenizer("pairs", PAIRS)
    index.register_tokenizer("none", NONE)
    index.register_fast_field_tokenizer("none", WHOLE)
    return index


def as_code(text: str) -> str | None:
    """Digits without leading zeros, if the text is a GTIN or the like."""
    if not CODE.fullmatch(text):
        return None
    return text.replace(" ", "").replace("-", "").lstrip("0") or "0"


def lines(documents: Sequence[Document]) -> str:
    """What is to be folded of documents, a line each.

    Raises
    ------
    SearchError
        A document has no id or no name, or a figure that is no int64 or lacks its declared unit.
    """
    for document in documents:
        _check(document)
    return "\n".join([one_line(_text(document)) for document in documents])


def rows(documents: Sequence[Document], folded: str) -> Iterator[tantivy.Document]:
    """Documents as rows of the index; `folded` is what `words_and_runs` made of their lines."""
    found = folded.split("\n")
    words, runs = found[: len(documents)], found[len(documents) :]
    for document, of_words, of_runs in zip(documents, words, runs, strict=True):
        in_english, in_traditional, in_simplified = _sort_names(document.names)
        fields = {
            "id": document.product_id, "words": of_words, "pairs": of_runs, "codes": _codes(document),
            "brand": document.brand, "sector": document.sector, "category": document.category, "state": document.state,
            "declared_unit": document.declared_unit, "co2e_ug": document.co2e_ug,
            "name_en": in_english, "name_zh_hant": in_traditional, "name_zh_hans": in_simplified,
        }  # fmt: skip
        if None in fields.values():
            fields = {name: value for name, value in fields.items() if value is not None}
        yield tantivy.Document(**fields)


def _check(document: Document) -> None:
    co2e_ug = document.co2e_ug
    if not document.product_id or not any(document.names.values()):
        wrong = f"expected an id and at least one name, found {dict(document.names)!r}"
    elif co2e_ug is None:
        return
    elif not document.declared_unit:
        wrong = f"co2e_ug {co2e_ug} has no declared_unit; a figure is per unit, so name the unit"
    elif not -INT64_MAX <= co2e_ug <= INT64_MAX:
        wrong = f"co2e_ug {co2e_ug} is beyond int64; expected micrograms of CO2e"
    else:
        return
    raise SearchError(f"product {document.product_id!r}: {wrong}")


def _codes(document: Document) -> str:
    return " ".join([code for code in map(as_code, document.extra) if code])


def _text(document: Document) -> str:
    """All a reader may find the product by, but for its codes."""
    extra = [word for word in document.extra if CODE.fullmatch(word) is None]
    category = (document.category or "").replace("_", " ")
    texts = (*document.names.values(), document.brand or "", category, *extra)
    return " ".join([text[:TEXT_CHARS_MAX] for text in texts])


def _sort_names(names: Mapping[str, str]) -> tuple[str, str, str]:
    """What the product's name is sorted by in each of `LANGUAGES`; one it lacks takes the nearest it has."""
    traditional, simplified = names.get("zh-Hant"), names.get("zh-Hans")
    english = names.get("en") or next(filter(None, names.values()))
    chinese = (traditional or simplified or english)[:SORT_CHARS_MAX].casefold()
    also = (simplified or chinese)[:SORT_CHARS_MAX].casefold()
    return english[:SORT_CHARS_MAX].casefold(), _as_bytes(chinese, "big5hkscs"), _as_bytes(also, "gb18030")


def _as_bytes(name: str, encoding: str) -> str:
    """Text whose characters stand in the order of the encoding's bytes."""
    return name if name.isascii() else name.encode(encoding, "replace").decode("latin-1")
