"""What is known of the intensities of the built-in pack: whose kilometres, which temperature, which fuel.

`intensities.csv` holds a row a family of keys, with its source and how far that was read; the longest key that begins a leg's mode
counts. GLEC's default intensities are per tonne-kilometre of the shortest feasible distance, with a distance adjustment factor of 5 %
inside for road (GLEC Framework v3); they are not in the pack, so a pack of your own has to say its type in the legs.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

FUELS: Final = ("diesel", "petrol", "lpg", "cng", "battery_electric", "plug_in_hybrid", "unknown_fuel")
"""Last words of factor keys that name a fuel."""


@dataclass(frozen=True)
class Known:
    """One family of intensities; an empty text is not known."""

    key: str
    distance_type: str
    temperature: str
    fuel: str
    data_type: str
    source: str
    evidence: str


NOTHING: Final = Known("", "", "", "", "", "", "")


@cache
def families() -> tuple[Known, ...]:
    """All rows of `intensities.csv`, the longest key first."""
    text = (resources.files(__package__) / "intensities.csv").read_text(encoding="utf-8")
    rows = [Known(**row) for row in csv.DictReader(text.splitlines())]
    return tuple(sorted(rows, key=lambda row: -len(row.key)))


def known(mode: str) -> Known:
    """What is known of a factor key; `NOTHING` of one of your own."""
    found = next((row for row in families() if mode == row.key or mode.startswith(f"{row.key}.")), NOTHING)
    last = mode.rpartition(".")[2]
    if found is not NOTHING and last in FUELS:
        return Known(
            found.key, found.distance_type, found.temperature, last, found.data_type, found.source, found.evidence
        )
    return found
