"""How often a proposal of a rank and score was right: `calibration.csv`, measured by tools/calibrate_matching.py.

The table is a staircase that never falls with the score (pool adjacent violators), by basis and rank. It was measured on the
product types of a published household panel against Leafmark's own mapping: terse English names of food and household goods.
For other goods, other languages and other catalogues it is a guess of the right order, and says no more.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from importlib import resources

import numpy as np

from .index import Floats

BEST = 5
"""Candidates of a name; ranks that are calibrated."""


@cache
def _table() -> dict[tuple[str, int], tuple[Floats, Floats]]:
    text = (resources.files(__package__) / "calibration.csv").read_text(encoding="utf-8")
    steps: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        steps.setdefault((row["basis"], int(row["rank"])), []).append((float(row["score_from"]), float(row["right"])))
    return {where: stairs(rows) for where, rows in steps.items()}


def stairs(steps: Iterable[tuple[float, float]]) -> tuple[Floats, Floats]:
    """(lowest scores, shares) of a staircase."""
    lows, shares = zip(*sorted(steps), strict=True)
    return np.array(lows), np.array(shares)


def confidence(basis: str, rank: int, scores: Floats) -> Floats:
    """Give the share of right ones among proposals of this basis, rank (from 1) and score."""
    return on_stairs(_table()[basis, rank], scores)


def on_stairs(table: tuple[Floats, Floats], scores: Floats) -> Floats:
    """The share of the step each score stands on; a score below the lowest stands on the lowest."""
    lows, shares = table
    found: Floats = shares[np.maximum(np.searchsorted(lows, scores, side="right") - 1, 0)]
    return found


def fitted(scores: Floats, right: Floats, steps: int) -> list[tuple[float, float, int]]:
    """(lowest score, share right, number) of the staircase that never falls and fits best (pool adjacent violators).

    Scores are cut into `steps` parts of equal number; the share is (right + 1) / (number + 2), Laplace's, so that few cases
    make no certainty.
    """
    order = np.argsort(scores, kind="stable")
    blocks: list[tuple[float, float, int]] = []
    for part in np.array_split(order, min(steps, max(1, len(order)))):
        if not len(part):
            continue
        block = (float(scores[part[0]]), float(right[part].sum()), len(part))
        while blocks and _share(blocks[-1]) >= _share(block):
            low, sure, number = blocks.pop()
            block = (low, sure + block[1], number + block[2])
        blocks.append(block)
    return [(low, _share((low, sure, number)), number) for low, sure, number in blocks]


def _share(block: tuple[float, float, int]) -> float:
    return (block[1] + 1) / (block[2] + 2)
