"""Which purpose an estimate of the household panel serves: `purposes.csv`, by category and factor."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from leafmark.demo.own_tables import own_table
from leafmark.products.purposes import purposes


@cache
def _rows() -> tuple[tuple[str, str, str], ...]:
    rows = own_table("purposes.csv")
    unknown = {row["purpose"] for row in rows} - set(purposes().by_code)
    if unknown:
        raise ValueError(f"purposes.csv: {', '.join(sorted(unknown))}: not in products/purposes.toml")
    return tuple((row["category"], row["key"], row["purpose"]) for row in rows)


@cache
def _purpose(category: str, key: str) -> str | None:
    return next((to for named, pattern, to in _rows() if named == category and fnmatchcase(key, pattern)), None)


def purpose_of(row: Mapping[str, Any]) -> str | None:
    """The purpose of a product by its catalogue's row; None where none is stated, or it has no label."""
    key = row.get("mass_key") or row.get("count_key")
    return _purpose(row["category"], key) if key else None
