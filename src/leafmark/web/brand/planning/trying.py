"""What is tried on a product: another material, place of manufacture, lifetime, grid of use. Out comes another bill, by the same lines.

A figure of a whole life says little where the lifetime itself is what changes, so both are also taken per year of use. Another
lifetime or another grid is another situation and no better product: like with like (DESIGN) asks for the same of both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from leafmark.engine.schema import STAGES
from leafmark.products.whatif import Difference, difference
from leafmark.web.brand.planning.calculating import Calculated, Figure, Lines, calculate, serves
from leafmark.web.brand.planning.state import OF_USE, Bill, Fault, Line, Tried
from leafmark.web.operate.packs.active import active_packs

NOW, THEN, NOW_YEAR, THEN_YEAR = "now", "then", "now_year", "then_year"
ELECTRICITY = "electricity."


@dataclass(frozen=True, slots=True)
class Trial:
    """The changed bill; lines that kept their place since their factor has none of the other; what could not be tried."""

    bill: Bill
    kept: tuple[Line, ...] = ()
    faults: tuple[Fault, ...] = ()
    no_change: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage before and after, micrograms CO2e; None: not assessed."""

    stage: str
    now_ug: int | None
    then_ug: int | None


@dataclass(frozen=True, slots=True)
class Compared:
    """Both figures, their stages, and the difference; `per_year` the same per year of use, where a lifetime is known of both.

    differs : a field in which like with like fails, as `lifetime_years`; None where only the product itself was changed.
    """

    now: Figure
    then: Figure
    stages: tuple[Stage, ...]
    whole: Difference
    per_year: tuple[Figure, Figure, Difference] | None
    differs: str | None

    @property
    def judged(self) -> Difference:
        """What a sentence about lower or higher rests on: the years' where the lifetime differs."""
        return self.per_year[2] if self.differs == "lifetime_years" and self.per_year else self.whole


def apply(bill: Bill, tried: Tried, day: dt.date) -> Trial:
    """The bill with what is tried."""
    kept: list[Line] = []
    faults: list[Fault] = []
    lines = list(bill.lines)
    life, grid = bill.life, bill.grid
    if tried.wl and tried.wk:
        lines[tried.wl - 1] = _other_material(lines[tried.wl - 1], tried)
    if tried.wp:
        lines = _moved(lines, lambda line: line.stage == "manufacturing", tried.wp, day, kept)
    if tried.wg:
        lines = _moved(
            lines, lambda line: line.stage == "use" and line.key.startswith(ELECTRICITY), tried.wg, day, kept
        )
        grid = tried.wg
    if tried.wy is not None:
        if bill.life is None:
            faults.append(Fault("wy", "life_needed", f"{tried.wy:g}"))
        else:
            ratio = tried.wy / bill.life
            lines = [replace(line, amount=line.amount * ratio) if line.stage == "use" else line for line in lines]
            life = tried.wy
    changed = replace(bill, lines=tuple(lines), life=life, grid=grid)
    return Trial(changed, tuple(kept), tuple(faults), changed.named_lines() == bill.named_lines() and life == bill.life)


def _other_material(line: Line, tried: Tried) -> Line:
    return replace(line, key=tried.wk, region=tried.wr, unit=tried.wu or line.unit,
                   amount=line.amount if tried.wa is None else tried.wa, primary=False)  # fmt: skip


def _moved(lines: list[Line], which: Callable[[Line], bool], place: str, day: dt.date, kept: list[Line]) -> list[Line]:
    moved = []
    for line in lines:
        if not which(line):
            moved.append(line)
        elif serves(line.key, place, line.day or day, active_packs()):
            moved.append(replace(line, region=place))
        else:
            moved.append(line)
            kept.append(line)
    return moved


def compare(bill: Bill, trial: Trial, day: dt.date) -> Compared | None:
    """Both figures from one run; None where one of them is not known."""
    bills: dict[str, Lines] = {NOW: bill.named_lines(), THEN: trial.bill.named_lines()}
    both_lives = bill.life, trial.bill.life
    if all(both_lives):
        bills |= {NOW_YEAR: _per_year(bill), THEN_YEAR: _per_year(trial.bill)}
    made = calculate(bills, day)
    now, then = made.figures[NOW], made.figures[THEN]
    if not (now.known and then.known):
        return None
    stages = tuple(Stage(each, now.row[f"{each}_ug"], then.row[f"{each}_ug"]) for each in STAGES)
    years = (made.figures[NOW_YEAR], made.figures[THEN_YEAR]) if all(both_lives) else None
    differs = (
        "lifetime_years" if bill.life != trial.bill.life else "use_region" if _grid(bill) != _grid(trial.bill) else None
    )
    return Compared(now, then, stages, _difference(now, then), years and (*years, _difference(*years)), differs)


def as_it_stands(bill: Bill, day: dt.date) -> Calculated:
    """The figure of a bill alone."""
    return calculate({NOW: bill.named_lines()}, day)


def _grid(bill: Bill) -> tuple[str, ...]:
    return bill.grid, *(line.region for line in bill.lines if line.stage == "use" and line.key.startswith(ELECTRICITY))


def _per_year(bill: Bill) -> Lines:
    """Every line's share of one year of use; yearly electricity is that already."""
    assert bill.life is not None
    found = [
        (name, replace(line, amount=line.amount / bill.life)) for name, line in bill.named_lines() if name != OF_USE
    ]
    found += [(name, replace(line, amount=bill.kwh or 0.0)) for name, line in bill.named_lines() if name == OF_USE]
    return tuple(found)


def _difference(now: Figure, then: Figure) -> Difference:
    return difference((each.result() for each in now.entries), (each.result() for each in then.entries))
