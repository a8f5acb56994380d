"""A run's method as its label names it: the standard it cites, short enough to print, and all that it cites.

A method's `reference` lists its sources, joined by `;`, each a standard and, behind a comma, its clauses. The label
prints the first with its clauses where there is room, else the standard alone, else the method's own id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leafmark.methods import LIBRARY

from .fit import columns
from .label import Method

COLUMNS_MAX: Final = 40
"""Room of the standard on a label, in columns; the sentence around it must not be cut."""


def method_named(recorded: Mapping[str, Any]) -> Method:
    """Give the method of a run's record (`run.json`, `method`: id, version, hash).

    A method that is not the library's own, by its hash, names no standard: what it follows is not known here.
    """
    found = next((each for each in LIBRARY if each.hash == recorded["hash"]), None)
    reference = "" if found is None else found.reference
    return Method(recorded["id"], str(recorded["version"]), standard(reference), reference)


def standard(reference: str) -> str:
    """Give what a label can print of a method's reference, or nothing."""
    first = reference.partition(";")[0].strip()
    return next((text for text in (first, first.partition(",")[0]) if columns(text) <= COLUMNS_MAX), "")
