"""Targets drawn: actual against path with the trend's range, and the Scope 3+ ambition's cumulative actual; a table under each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from leafmark.inventory.targets.ambition import Cumulative
from leafmark.inventory.targets.neutrality import Row
from leafmark.inventory.targets.progress import Progress
from leafmark.inventory.targets.reduction import Reduction
from leafmark.inventory.time.drawing import WIDTH, Figure, fitted, line, mark, svg, text, ticks
from leafmark.inventory.time.words import figure, mass, say, unit_of

LEFT, RIGHT = 44.0, WIDTH - 10.0
TALL: Final = 170.0
LEGEND_ROW: Final = 17
NOT_KNOWN: Final = "–"
G_UG: Final = 10**6


def path_figure(progress: Progress, lang: str = "en", name: str = "target") -> Figure:
    """A target's path (dashed), actuals (solid with discs), trend (dotted) with its range (hatched), and the contraction's yardstick."""
    target = progress.target
    yardstick = _yardstick(progress)
    scale, unit = unit_of(progress.base_ug)
    per = target.denominator.said if target.denominator else None
    unit_said = say(lang, "target.unit", unit=unit) if per is None else say(lang, "target.unit_per", unit=unit, per=per)
    years = [year.year for year in progress.years]
    actual = [(year.year, year.actual_ug / scale) for year in progress.years if year.actual_ug is not None]
    path = [(year.year, year.path_ug / scale) for year in progress.years]
    trend = progress.projection.projected
    tops = [y for _, y in actual + path + yardstick_points(yardstick, scale)] + [each.high_ug / scale for each in trend]
    field = _Field(years[0], years[-1], min([0.0, *(each.low_ug / scale for each in trend)]), max(tops), unit_said)
    legend = [("5 4", 1.4, "path"), ("", 2.2, "actual")]
    body = field.axes(
        years,
        offset := LEGEND_ROW * (2 + bool(trend) + bool(yardstick) + (progress.base_ug != progress.base_filed_ug)) + 4,
    )
    at = field.at(offset)
    body += line([at(x, y) for x, y in path], 1.4, "5 4")
    if yardstick:
        legend.append(("1 3", 1.4, "yardstick"))
        body += line([at(x, y) for x, y in yardstick_points(yardstick, scale)], 1.4, "1 3")
    if trend:
        legend.append(("7 2 1 2", 1.0, "projection"))
        start = actual[-1]
        edge = [at(*start), *(at(each.year, each.high_ug / scale) for each in trend)]
        edge += [at(each.year, each.low_ug / scale) for each in reversed(trend)]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in edge)
        body += f'<polygon points="{points}" fill="url(#{name}-hatch)" fill-opacity="0.45" stroke="currentColor" stroke-width="0.5"/>'
        body += line([at(*start), *(at(each.year, each.middle_ug / scale) for each in trend)], 1.0, "7 2 1 2")
    body += line([at(x, y) for x, y in actual], 2.2) + "".join(_disc(*at(x, y)) for x, y in actual)
    if progress.base_ug != progress.base_filed_ug:
        body += _ring(*at(years[0], progress.base_filed_ug / scale)) + _ring(14, LEGEND_ROW * len(legend) + 8)
        body += text(30, LEGEND_ROW * len(legend) + 12, say(lang, "target.old_base"))
    goal = at(target.target_year, progress.goal_ug / scale)
    body += f'<rect x="{goal[0] - 4:.1f}" y="{goal[1] - 4:.1f}" width="8" height="8" fill="none" stroke="currentColor" stroke-width="1.4"/>'
    rate = yardstick.contraction_rate_percent if yardstick else None
    for number, (dash, wide, key) in enumerate(legend):
        y = LEGEND_ROW * number + 8
        body += line([(4, y), (24, y)], wide, dash) + text(
            30, y + 4, fitted(say(lang, f"target.{key}", rate=rate), WIDTH - 34)
        )
    title = say(lang, "target.title", name=target.name)
    drawn = svg(name, title, _said(progress, lang), offset + TALL + 26, body)
    head = tuple(say(lang, key) for key in ("year", "target.path", "target.actual", "target.gap", "target.projected"))
    by_year = {each.year: each for each in trend}
    rows = []
    for year in progress.years:
        ahead = by_year.get(year.year)
        said = NOT_KNOWN
        if ahead is not None:
            said = (
                f"{figure(ahead.middle_ug / scale)} ({figure(ahead.low_ug / scale)} – {figure(ahead.high_ug / scale)})"
            )
        cells = (_cell(year.path_ug, scale), _cell(year.actual_ug, scale), _cell(year.gap_ug, scale, True), said)
        rows.append((str(year.year), *cells))
    return Figure(name, f"{title} ({unit_said})", _said(progress, lang), drawn, head, tuple(rows))


def _yardstick(progress: Progress) -> Reduction | None:
    """Absolute contraction: beside absolute targets that have another path."""
    target = progress.target
    if target.kind != "absolute" or target.pathway == "contraction" or target.reduction_percent is None:
        return None
    return Reduction(target.base_year, progress.base_ug, target.target_year, target.reduction_percent)


def yardstick_points(reduction: Reduction | None, scale: int) -> list[tuple[int, float]]:
    """The yardstick's points, none without one."""
    return [] if reduction is None else [(year, reduction.contraction_ug(year) / scale) for year in reduction.years]


def _said(progress: Progress, lang: str) -> str:
    target, newest = progress.target, progress.newest
    values = {
        "base_year": target.base_year, "base": mass(progress.base_ug), "target_year": target.target_year, "goal": mass(progress.goal_ug),
    }  # fmt: skip
    if newest is None or newest.actual_ug is None or newest.gap_ug is None:
        return say(lang, "target.said_none", **values)
    return say(
        lang, "target.said", **values, year=newest.year, actual=mass(newest.actual_ug), gap=mass(newest.gap_ug, True)
    )


def _cell(value: float | None, scale: int, signed: bool = False) -> str:
    return NOT_KNOWN if value is None else figure(value / scale, signed)


class _Field:
    """A plane of years across and amounts up."""

    def __init__(self, first: int, last: int, low: float, high: float, unit: str) -> None:
        self.first, self.last, self.unit = first, max(last, first + 1), unit
        self.marks = ticks(low, high)

    def at(self, offset: float) -> Callable[[float, float], tuple[float, float]]:
        """The place of a year and an amount, below `offset` and the unit's line."""

        def place(year: float, amount: float) -> tuple[float, float]:
            across = LEFT + (RIGHT - LEFT) * (year - self.first) / (self.last - self.first)
            return across, offset + TALL - (TALL - 24) * (amount - self.marks[0]) / (self.marks[-1] - self.marks[0])

        return place

    def axes(self, years: Sequence[int], offset: float) -> str:
        """Lines across at round amounts, the unit, and as many years as have room."""
        at = self.at(offset)
        body = text(0, offset + 12, fitted(self.unit, WIDTH))
        for each in self.marks:
            y = at(self.first, each)[1]
            width = 0.9 if each == 0 else 0.25
            body += line([(LEFT, y), (RIGHT, y)], width) + text(LEFT - 4, y + 4, mark(each), "end")
        step = max(1, -(-len(years) // 8))
        for year in years[::step]:
            x = at(year, 0)[0]
            body += line([(x, offset + TALL), (x, offset + TALL + 4)], 0.8) + text(
                x, offset + TALL + 17, str(year), "middle"
            )
        return body


def _disc(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="currentColor"/>'


def _ring(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="none" stroke="currentColor" stroke-width="1.4"/>'


def ambition_figure(found: Cumulative, lang: str = "en", name: str = "ambition") -> Figure:
    """Cumulative columns, the assured part filled and the rest hatched, under the line of the ambition."""
    ambition = found.ambition
    scale, unit = unit_of(ambition.amount_g * G_UG)
    per_g = G_UG / scale
    years = list(range(ambition.first, ambition.last + 1))
    most = max([ambition.amount_g, *(year.cumulative_g for year in found.years)]) * per_g
    least = min([0, *(min(year.cumulative_g, year.cumulative_assured_g) for year in found.years)]) * per_g
    field = _Field(ambition.first - 1, ambition.last + 1, least, most, say(lang, "target.unit", unit=unit))
    offset = LEGEND_ROW * 3 + 4
    at = field.at(offset)
    body = field.axes(years, offset)
    half = (RIGHT - LEFT) / (len(years) + 1) * 0.36
    for year in found.years:
        whole, assured = year.cumulative_g * per_g, year.cumulative_assured_g * per_g
        for start, end, fill in ((0.0, assured, "currentColor"), (assured, whole, f"url(#{name}-hatch)")):
            (x, y0), (_, y1) = at(year.year, start), at(year.year, end)
            body += (
                f'<rect x="{x - half:.1f}" y="{min(y0, y1):.1f}" width="{2 * half:.1f}" height="{abs(y1 - y0):.1f}" fill="{fill}" '
                'stroke="currentColor" stroke-width="0.8"/>'
            )
    top = at(0, ambition.amount_g * per_g)[1]
    body += line([(LEFT, top), (RIGHT, top)], 1.6, "5 4")
    for number, (fill, key) in enumerate((("currentColor", "assured"), (f"url(#{name}-hatch)", "not_assured"))):
        y = LEGEND_ROW * number
        body += (
            f'<rect x="6" y="{y + 3}" width="16" height="10" fill="{fill}" stroke="currentColor" stroke-width="0.8"/>'
        )
        body += text(30, y + 12, say(lang, f"ambition.{key}"))
    y = LEGEND_ROW * 2 + 8
    body += line([(4, y), (24, y)], 1.6, "5 4")
    body += text(30, y + 4, f"{say(lang, 'ambition.ambition', last=ambition.last)}: {mass(ambition.amount_g * G_UG)}")
    last = found.years[-1] if found.years else None
    title = say(lang, "ambition.title")
    said = say(
        lang, "ambition.said", actual=mass(last.cumulative_g * G_UG if last else 0), year=last.year if last else ambition.first,
        ambition=mass(ambition.amount_g * G_UG), first=ambition.first, last=ambition.last,
        assured=mass(last.cumulative_assured_g * G_UG if last else 0),
    )  # fmt: skip
    rows = [
        (
            str(year.year),
            *(mass(each * G_UG) for each in (year.in_year_g, year.cumulative_g, year.cumulative_assured_g)),
        )
        for year in found.years
    ]
    rows.append((say(lang, "ambition.left"), "", mass(found.left_g * G_UG), ""))
    head = tuple(say(lang, key) for key in ("year", "ambition.in_year", "ambition.cumulative", "ambition.assured"))
    return Figure(name, title, said, svg(name, title, said, offset + TALL + 26, body), head, tuple(rows))


def neutrality_rows(rows: Sequence[Row], lang: str = "en") -> tuple[tuple[str, str], ...]:
    """The words of a neutrality statement: gross first, credits after, no net."""
    found = []
    for row in rows:
        if row.credit is not None:
            name = (
                f"{say(lang, f'neutrality.{row.kind}')}{say(lang, 'colon')}{row.credit.programme} {row.credit.serial}"
            )
        else:
            name = say(lang, "neutrality.gross" if row.scope is None else f"neutrality.scope_{row.scope}")
        found.append((name, mass(row.co2e_ug)))
    return tuple(found)
