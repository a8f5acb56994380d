"""The company's part of lines that were made whole: each figure times an exact share, in whole micrograms.

a line's grams x share, rounded once; its gases by largest remainder, so that they add up to it; its range rounded outwards
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

WIDTHS: Final = ("sd_ug", "own_sd_ug")


def part_of(line: Mapping[str, Any], share: Fraction) -> dict[str, Any]:
    """A line (a row of `LINES_SCHEMA`) times a share from 0 to 1; amounts likewise."""
    if share == 1:
        return dict(line)
    ug = round(line["co2e_ug"] * share)
    found = {
        **line, "co2e_ug": ug, "low_ug": math.floor(line["low_ug"] * share), "high_ug": math.ceil(line["high_ug"] * share),
        "amount": None if line["amount"] is None else line["amount"] * float(share),
    }  # fmt: skip
    found |= {name: None if line[name] is None else round(line[name] * share) for name in WIDTHS}
    if line["gases"] is not None:
        found["gases"] = _gases(line["gases"], line["co2e_ug"], ug, share)
    return found


def _gases(gases: Mapping[str, int], whole_ug: int, part_ug: int, share: Fraction) -> dict[str, int]:
    """Gases times a share; those that add up to the line's grams go on doing so."""
    exact = {name: ug * share for name, ug in gases.items()}
    if sum(gases.values()) != whole_ug:
        return {name: round(value) for name, value in exact.items()}
    found = {name: math.floor(value) for name, value in exact.items()}
    left = part_ug - sum(found.values())  # less than there are fractions, since the whole is rounded to the nearest
    largest = sorted(exact, key=lambda name: found[name] - exact[name])
    return {name: ug + (name in largest[:left]) for name, ug in found.items()}
