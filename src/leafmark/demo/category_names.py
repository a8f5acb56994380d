"""The household panel's categories in words: `category_names.csv`. The panel writes them in English capitals and abbreviations.

The Chinese is Leafmark's own translation, to be read over like any other text: a row a category.
"""

from __future__ import annotations

from functools import cache

from leafmark.demo.own_tables import own_table
from leafmark.engine.sentences import LANGS


@cache
def category_names() -> dict[str, dict[str, str]]:
    """Words by language of each category, by the panel's own name.

    Raises
    ------
    ValueError
        A row lacks a language, or a category stands twice; the message names them.
    """
    found: dict[str, dict[str, str]] = {}
    faults = []
    for row in own_table("category_names.csv"):
        words = {lang: (row[lang] or "").strip() for lang in LANGS}
        faults += [f"{row['category']}: no {lang}" for lang, said in words.items() if not said]
        faults += [f"{row['category']}: stands twice"] if row["category"] in found else []
        found[row["category"]] = words
    if faults:
        raise ValueError("category_names.csv: " + "; ".join(faults))
    return found
