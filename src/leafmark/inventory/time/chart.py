"""A bridge as a waterfall: from one year's total to another's, a step for each part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from leafmark.inventory.time.bridge import PARTS, Bridge
from leafmark.inventory.time.drawing import WIDTH, Figure, line, mark, svg, text, ticks
from leafmark.inventory.time.words import figure, mass, say, unit_of

ROW: Final = 36
TALL: Final = 12
LEFT, RIGHT = 6.0, WIDTH - 6.0


def waterfall(bridge: Bridge, lang: str = "en", name: str = "bridge") -> Figure:
    """The bridge's total as a chart and its table. More is hatched, less is hollow; parts of nothing are left out of the chart."""
    scale, unit = unit_of(max(abs(bridge.total.before_ug), abs(bridge.total.after_ug)))
    parts = bridge.total.parts.named()
    years = {"before": bridge.before.year, "after": bridge.after.year}
    title = say(lang, "bridge.title", **years, by=say(lang, bridge.by))
    largest = max(PARTS, key=lambda part: abs(parts[part]))
    said = say(
        lang, "bridge.said", before_ug=mass(bridge.total.before_ug), after_ug=mass(bridge.total.after_ug),
        change=mass(bridge.total.parts.change_ug, True), part=say(lang, f"bridge.{largest}"), part_ug=mass(parts[largest], True),
    )  # fmt: skip
    shown = [(part, ug) for part, ug in parts.items() if ug]
    at, places = bridge.total.before_ug, [bridge.total.before_ug]
    for _, ug in shown:
        at += ug
        places.append(at)
    marks = ticks(min(places) / scale, max(places) / scale)

    def across(ug: float) -> float:
        return LEFT + (RIGHT - LEFT) * (ug / scale - marks[0]) / (marks[-1] - marks[0])

    body = _total(
        0,
        say(lang, "bridge.before", year=years["before"]),
        places[0],
        across,
        f"{figure(places[0] / scale, digits=4)} {unit}",
    )
    for number, (part, ug) in enumerate(shown, 1):
        start, end = sorted((across(places[number - 1]), across(places[number])))
        top = number * ROW
        fill = f"url(#{name}-hatch)" if ug > 0 else "none"
        # the line to the next step first: letters lie over it
        body += (
            line([(across(places[number]), top + 17 + TALL), (across(places[number]), top + ROW + 17)], 0.6, "2 2")
            + text(LEFT, top + 12, say(lang, f"bridge.{part}")) + text(RIGHT, top + 12, figure(ug / scale, signed=True), "end")
            + f'<rect x="{start:.1f}" y="{top + 17}" width="{max(end - start, 0.8):.1f}" height="{TALL}" fill="{fill}" '
            'stroke="currentColor" stroke-width="1.2"/>'
        )  # fmt: skip
    last = len(shown) + 1
    body += _total(
        last,
        say(lang, "bridge.after", year=years["after"]),
        places[-1],
        across,
        f"{figure(places[-1] / scale, digits=4)} {unit}",
    )
    floor = (last + 1) * ROW + 2
    body += line([(LEFT, floor), (RIGHT, floor)], 0.8)
    for number, each in enumerate(marks):
        x = across(each * scale)
        anchor = "start" if number == 0 else "end" if number == len(marks) - 1 else "middle"
        body += line([(x, floor), (x, floor + 4)], 0.8) + text(x, floor + 16, f"{mark(each)} {unit}" if number == len(marks) - 1 else mark(each), anchor)  # fmt: skip
    rows = [(str(years["before"]), f"{figure(bridge.total.before_ug / scale, digits=4)} {unit}")]
    rows += [(say(lang, f"bridge.{part}"), f"{figure(ug / scale, signed=True)} {unit}") for part, ug in parts.items()]
    rows.append((str(years["after"]), f"{figure(bridge.total.after_ug / scale, digits=4)} {unit}"))
    return Figure(
        name,
        title,
        said,
        svg(name, title, said, floor + 22, body),
        (say(lang, "part"), say(lang, "amount")),
        tuple(rows),
    )


def _total(number: int, name: str, ug: int, across: Callable[[float], float], shown: str) -> str:
    """A total: a mark at its place and no bar, since the axis does not begin at zero."""
    x, y = across(ug), number * ROW + 17
    mark_of = f'<path d="M{x:.1f} {y} l6 6 l-6 6 l-6 -6z" fill="currentColor"/>'
    below = "" if number else line([(x, y + TALL), (x, y + ROW)], 0.6, "2 2")
    return below + text(LEFT, y - 5, name, bold=True) + text(RIGHT, y - 5, shown, "end", bold=True) + mark_of
