"""The words that name an offset or a removal credit, as a condition of SQL."""

from __future__ import annotations

from leafmark.engine.inputs import quote
from leafmark.factors.credit_words import OFFSET_WORDS, PRINTED_WORDS


def named_in_sql(text: str) -> str:
    """SQL condition: a text expression names a credit."""
    word = f"lower({text})"
    return f"(regexp_matches({word}, {quote(OFFSET_WORDS)}) AND NOT regexp_matches({word}, {quote(PRINTED_WORDS)}))"
