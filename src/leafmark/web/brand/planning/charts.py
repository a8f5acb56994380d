"""Charts as plain shapes: sizes worked out here, drawn by `brand/planning/charts.html` as SVG. Words and figures stand beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH = 100.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from `x`, of a whole of 100; a credit lies left of the zero line. None: not assessed."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Scale:
    """Amounts to places between 0 and 100; `zero` is where 0 lies."""

    low: float
    high: float

    @classmethod
    def of(cls, amounts: Iterable[int | None], *, from_zero: bool = True) -> Scale:
        """The scale that holds all amounts, and zero where bars are drawn on it."""
        known = [each for each in amounts if each is not None] + ([0] if from_zero else [])
        low, high = (min(known), max(known)) if known else (0, 1)
        return cls(low, high if high > low else low + 1)

    def at(self, amount: float) -> float:
        """Where an amount lies."""
        return round((amount - self.low) / (self.high - self.low) * WIDTH, 2)

    def bar(self, amount: int | None) -> Bar | None:
        """The bar of an amount."""
        if amount is None:
            return None
        start, end = sorted((self.at(0), self.at(amount)))
        return Bar(start, round(end - start, 2))


def points(places: Sequence[tuple[float, float]]) -> str:
    """Corners of a line, as SVG writes them."""
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in places)
