"""Default geometric standard deviations, where a publisher gives no range: a cited table by theme and data quality.

Three ways to a number, each recomputable from its row of `gsd_defaults.csv`:

- `range`: a published 95 % interval; `GSD = (high / low) ** (1 / (2 * 1.96))`.
- `pedigree`: ecoinvent's data quality guideline (Weidema et al. 2013); `GSD = exp(sqrt(basic variance + the five
  pedigree variances))`. The table of variances is theirs; the scores given to a class of data are Leafmark's choice.
- `house`: Leafmark's own judgement, said to be so, with its reasoning; no publisher's number stands behind it.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources

_Z95 = 1.96
PEDIGREE_INDICATORS = ("reliability", "completeness", "time", "geography", "technology")
# Variance of the underlying normal distribution added by scores 1 to 5: Weidema et al. (2013), chapter 10.
PEDIGREE_VARIANCES = {
    "reliability": (0.0, 0.0006, 0.002, 0.008, 0.04),
    "completeness": (0.0, 0.0001, 0.0006, 0.002, 0.008),
    "time": (0.0, 0.0002, 0.002, 0.008, 0.04),
    "geography": (0.0, 0.000025, 0.0001, 0.0006, 0.002),
    "technology": (0.0, 0.0006, 0.008, 0.04, 0.12),
}


@dataclass(frozen=True, slots=True)
class GsdDefault:
    """One rule: `theme` is a theme of factors or `any`; `basis` is `range`, `pedigree` or `house`."""

    rule: str
    theme: str
    data_quality: str
    gsd: float
    basis: str
    citation: str
    locator: str
    reasoning: str


def gsd_of_range(low: float, high: float) -> float:
    """Return the GSD of a lognormal whose central 95 % lie between low and high."""
    return float((high / low) ** (1 / (2 * _Z95)))


def gsd_of_pedigree(basic_variance: float, scores: tuple[int, ...]) -> float:
    """Return the GSD of a basic variance and five pedigree scores, 1 (best) to 5, in the order of the indicators."""
    if len(scores) != len(PEDIGREE_INDICATORS) or not all(1 <= score <= 5 for score in scores):
        raise ValueError(f"pedigree scores {scores}: expected five of 1 to 5, for {', '.join(PEDIGREE_INDICATORS)}")
    added = (PEDIGREE_VARIANCES[name][score - 1] for name, score in zip(PEDIGREE_INDICATORS, scores, strict=True))
    return math.exp(math.sqrt(basic_variance + sum(added)))


@cache
def rows() -> tuple[dict[str, str], ...]:
    """Return the table as text, cell by cell."""
    text = (resources.files(__package__) / "gsd_defaults.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def defaults() -> dict[str, GsdDefault]:
    """Return all rules by name."""
    names = ("rule", "theme", "data_quality", "basis", "citation", "locator", "reasoning")
    return {row["rule"]: GsdDefault(gsd=float(row["gsd"]), **{name: row[name] for name in names}) for row in rows()}
