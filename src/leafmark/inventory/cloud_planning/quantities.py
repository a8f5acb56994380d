"""Numbers that are not sure, and two figures made of them: before, after, and a difference with its range.

Each quantity is drawn once, for both figures: what they share moves them together and cancels where it should. Errors are lognormal with
the value as their mean, in the part that can move: all of it (`plain`), what lies above 1 (`above_one`: a PUE), or what is lacking to 1
(`below_one`: an efficiency). The ends are taken as the 95 % range. Draws come from NumPy's frozen generator with one seed, so a report is
the same on every replay.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal

import numpy as np

from leafmark.engine.schema import Z95
from leafmark.inventory.cloud_planning.tables import PlanningError, Real

DRAWS: Final = 10_000
SEED: Final = 20_261_127
SURE: Final = 0.95
"""`lower` and `higher` are said only where this share of draws agrees (DESIGN: like with like)."""
Kind = Literal["plain", "above_one", "below_one"]
KINDS: Final[tuple[Kind, ...]] = ("plain", "above_one", "below_one")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its 95 % range, unit and source. Quantities of one name are one: they are drawn together.

    Raises
    ------
    PlanningError : the value lies outside its range, or on the wrong side of 0 or 1.
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    licence_class: str = ""
    kind: Kind = "plain"

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not (math.isfinite(self.value) and self.low <= self.value <= self.high):
            raise PlanningError(
                f"{self.name}: expected low <= value <= high, found {self.low:g}, {self.value:g}, {self.high:g}"
            )
        least, most = {"plain": (0.0, math.inf), "above_one": (1.0, math.inf), "below_one": (0.0, 1.0)}[self.kind]
        if self.low < least or self.high > most:
            raise PlanningError(f"{self.name}: expected {least:g} to {most:g}, found {self.low:g} to {self.high:g}")

    def drawn(self, errors: Real) -> Real:
        """Draws of it from standard normal ones, float64 of their shape."""
        value, low, high = (self._moving(each) for each in (self.value, self.low, self.high))
        if value <= 0 or low == high:
            return np.full(errors.shape, self.value)
        ends = sorted((max(low, value * 1e-6), max(high, value * 1e-6)))
        sigma = math.log(ends[1] / ends[0]) / (2 * Z95)
        moving: Real = value * np.exp(sigma * errors - sigma * sigma / 2)
        if self.kind == "plain":
            return moving
        # A lack of more than 1 would be an efficiency below 0.
        return 1 + moving if self.kind == "above_one" else 1 - np.minimum(moving, 1)

    def _moving(self, value: float) -> float:
        return value if self.kind == "plain" else value - 1 if self.kind == "above_one" else 1 - value


@cache
def facts() -> dict[str, Quantity]:
    """The published numbers of `facts.csv`, each with its citation and licence class."""
    text = (resources.files(__package__) / "facts.csv").read_text(encoding="utf-8")
    return {
        row["fact"]: Quantity(
            row["fact"], float(row["value"]), float(row["low"]), float(row["high"]), row["unit"],
            f"{row['publisher']} ({row['year']}), {row['title']}; {row['evidence']}", row["licence_class"],
            next(kind for kind in KINDS if kind == row["kind"]),
        )
        for row in csv.DictReader(text.splitlines())
    }  # fmt: skip


def fact(name: str) -> Quantity:
    """A published number.

    Raises
    ------
    PlanningError : there is none of that name.
    """
    if name not in facts():
        raise PlanningError(
            f"fact: {name!r} is not published here; expected one of {', '.join(facts())}, or give the number with its source"
        )
    return facts()[name]


Draw = Callable[[Quantity], Real]
Measures = dict[str, tuple[Real, Real]]
"""Measure and unit, as in `electricity, kg CO2e` -> before and after."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measure before and after; the difference is after - before, with its 95 % range.

    `lower_share` : of the draws, how many have after below before.
    """

    measure: str
    unit: str
    before: float
    after: float
    difference: float
    low: float
    high: float
    lower_share: float

    @property
    def relation(self) -> str:
        """`lower` or `higher` where 95 % of the draws agree, `same` where nothing changes, else `not told apart`."""
        if self.low == self.high == self.difference == 0:
            return "same"
        return "lower" if self.lower_share >= SURE else "higher" if self.lower_share <= 1 - SURE else "not told apart"


@dataclass(frozen=True, slots=True)
class Report:
    """What a change would do: rows, the quantities it rests on, and what has to be said with it."""

    title: str
    rows: tuple[Row, ...]
    assumed: tuple[Quantity, ...]
    notes: tuple[str, ...]

    def row(self, measure: str) -> Row:
        """The row of a measure."""
        return next(row for row in self.rows if row.measure == measure)


def compare(title: str, figures: Callable[[Draw], Measures], notes: Sequence[str] = ()) -> Report:
    """Evaluate two figures at the values of their quantities, and again at their draws.

    figures : gets a function that gives a quantity's value, and returns its measures, `name, unit` -> (before, after).
    """
    assumed: dict[str, Quantity] = {}

    def value(quantity: Quantity) -> Real:
        known = assumed.setdefault(quantity.name, quantity)
        if known != quantity:
            raise PlanningError(f"{quantity.name}: given twice with different numbers; name two things by two names")
        return np.array(quantity.value)

    plain = figures(value)
    random = np.random.RandomState(SEED)
    errors = {name: random.standard_normal(DRAWS) for name in sorted(assumed)}
    drawn = figures(lambda quantity: quantity.drawn(errors[quantity.name]))
    rows = []
    for name, (before, after) in plain.items():
        gone = np.broadcast_to(drawn[name][1] - drawn[name][0], (DRAWS,))
        low, high = (float(each) for each in np.quantile(gone, [0.025, 0.975]))
        difference = float(after - before)
        measure, _, unit = name.partition(", ")
        share = float(np.count_nonzero(gone < 0) + np.count_nonzero(gone == 0) / 2) / DRAWS
        rows.append(
            Row(
                measure,
                unit,
                float(before),
                float(after),
                difference,
                min(difference, low),
                max(difference, high),
                share,
            )
        )
    return Report(title, tuple(rows), tuple(assumed.values()), tuple(notes))
