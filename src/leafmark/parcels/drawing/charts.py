"""What the charts of suites and of cost against grams show: curves, a title, a sentence for those who hear it, and the table under it.

Plain data, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from leafmark.engine.curves import Curve, Figure
from leafmark.engine.sentences import LANGS, three_digits

from .words import co2e, say

KG_MG: Final = 10**6

SuitePoint = tuple[int, int, int]
"""Cartons in the suite, milligrams CO2e with it, and the proven lower bound for any suite of that size."""
ParetoPoint = tuple[float, int, str]
"""Cost, milligrams CO2e, and what the plan is called ("" for one on the curve that has no name)."""


def suite_figure(points: Sequence[SuitePoint], lang: str = "en") -> Figure:
    """Grams by the number of carton sizes, with the bound that no suite of that number can go below.

    Raises
    ------
    ValueError : there is no point, or a bound lies above its suite's grams.
    """
    _checked(points, lang)
    for count, grams_mg, bound_mg in points:
        if bound_mg > grams_mg:
            raise ValueError(
                f"suite of {count}: the bound of {bound_mg} mg lies above its own {grams_mg} mg; expected at or below"
            )
    ordered = sorted(points)
    scale, unit = _scale([grams_mg for _, grams_mg, _ in ordered])
    first, last = ordered[0], ordered[-1]
    return Figure(
        title=say(lang, "suite.title"),
        said=say(
            lang, "suite.said", first=first[0], first_co2e=co2e(first[1]), last=last[0], last_co2e=co2e(last[1]),
            gap=three_digits(max(100 * (1 - bound / grams) if grams else 0.0 for _, grams, bound in ordered), 2),
        ),
        units=(say(lang, "suite.across"), f"{unit} CO2e"),
        curves=(
            Curve(say(lang, "suite.found"), tuple((count, grams / scale) for count, grams, _ in ordered)),
            Curve(say(lang, "suite.bound"), tuple((count, bound / scale) for count, _, bound in ordered), dashed=True),
        ),
        head=tuple(say(lang, f"suite.head.{name}") for name in ("count", "found", "bound", "gap")),
        rows=tuple(
            (f"{count:,}", co2e(grams), co2e(bound), f"{three_digits(100 * (1 - bound / grams), 2) if grams else '0'} %")
            for count, grams, bound in ordered
        ),
    )  # fmt: skip


def pareto_figure(points: Sequence[ParetoPoint], lang: str = "en", currency: str = "") -> Figure:
    """Grams against cost: the plans none of which is both cheaper and lighter than another as a curve, and the others as points.

    Raises
    ------
    ValueError : there is no point.
    """
    _checked(points, lang)
    ordered = sorted(points)
    scale, unit = _scale([grams for _, grams, _ in ordered])
    front = _front(ordered)
    others = [point for point in ordered if point not in front]
    least, cheapest = min(ordered, key=lambda point: point[1]), ordered[0]
    curves = [_curve(say(lang, "pareto.front"), front, scale, joined=True)]
    if others:
        curves.append(_curve(say(lang, "pareto.other"), others, scale, joined=False))
    return Figure(
        title=say(lang, "pareto.title"),
        said=say(
            lang, "pareto.said", cheapest=three_digits(cheapest[0]), cheapest_co2e=co2e(cheapest[1]), least=three_digits(least[0]),
            least_co2e=co2e(least[1]),
        ),
        units=(f"{say(lang, 'pareto.across')} {currency}".strip(), f"{unit} CO2e"),
        curves=tuple(curves),
        head=tuple(say(lang, f"pareto.head.{name}") for name in ("plan", "cost", "co2e", "best")),
        rows=tuple(
            (label or "–", three_digits(cost), co2e(grams), say(lang, "pareto.yes" if (cost, grams, label) in front else "pareto.no"))
            for cost, grams, label in ordered
        ),
    )  # fmt: skip


def _checked(points: Sequence[object], lang: str) -> None:
    if lang not in LANGS:
        raise ValueError(f"language: expected one of {', '.join(LANGS)}, found {lang!r}")
    if not points:
        raise ValueError("points: expected at least one, found none")


def _scale(grams_mg: Sequence[int]) -> tuple[int, str]:
    """Milligrams in the axis' unit, and the unit."""
    most = max(abs(each) for each in grams_mg)
    return (1000 * KG_MG, "t") if most >= 10_000 * KG_MG else (KG_MG, "kg") if most >= KG_MG else (1000, "g")


def _front(ordered: Sequence[ParetoPoint]) -> list[ParetoPoint]:
    """Of points by rising cost those with fewer grams than every one before."""
    found: list[ParetoPoint] = []
    for point in ordered:
        if not found or point[1] < found[-1][1]:
            found.append(point)
    return found


def _curve(name: str, points: Sequence[ParetoPoint], scale: int, joined: bool) -> Curve:
    return Curve(
        name,
        tuple((cost, grams / scale) for cost, grams, _ in points),
        joined=joined,
        labels=tuple(label for _, _, label in points),
    )
