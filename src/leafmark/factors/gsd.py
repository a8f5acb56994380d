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
from collections.abc import Sequence
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


def gsd_of_deviation(deviation: float) -> float:
    """Return the GSD of a lognormal from its standard deviation over its mean: `ln GSD = sqrt(ln(1 + deviation^2))`."""
    return math.exp(math.sqrt(math.log1p(deviation * deviation)))


def gsd_of_part(total_gsd: float, shares: Sequence[float]) -> float:
    """Return the GSD each part must have for the sum of the parts to have `total_gsd`.

    Parts err independently of each other and all by the same ratio: the variance of the sum is then the sum of theirs,
    `cv_part^2 = cv_total^2 x (sum of shares)^2 / (sum of shares^2)` with `cv^2 = e^((ln GSD)^2) - 1`.

    Raises
    ------
    ValueError
        No share is above 0.
    """
    squares = math.fsum(share * share for share in shares)
    if squares <= 0:
        raise ValueError(f"shares {tuple(shares)}: expected at least one above 0")
    variance = math.expm1(math.log(total_gsd) ** 2) * math.fsum(shares) ** 2 / squares
    return math.exp(math.sqrt(math.log1p(variance)))


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
