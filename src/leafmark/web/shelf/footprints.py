"""A published row as the footprint that the rules of products work on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leafmark.products.footprint import Footprint, footprint_from


def footprint_of(
    row: Mapping[str, Any], catalogue: Mapping[str, Any], method: Mapping[str, Any], gwp_set: str
) -> Footprint:
    """A row of a run with its row of the catalogue. `method`: `id` and `version`, as a run records them.

    Raises
    ------
    ValueError : a row contradicts itself.
    """
    return footprint_from(row, catalogue, method_version=f"{method['id']}@{method['version']}", gwp_set=gwp_set)
