"""Differences about zero as SVG: every point and range lies where its figure is, and the line of zero between them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from leafmark.products.charts import MARGIN, Bar, differences

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*rows: Bar) -> ElementTree.Element:
    return ElementTree.fromstring(differences("x", "Title & more", rows, "kg <b>", "said <i>"))


def ranges(chart: ElementTree.Element) -> list[tuple[float, float]]:
    """Left and right end of each level line with caps, in per cent."""
    found = [
        each for each in chart.findall("line") if each.get("class") == "range" and not each.get("stroke-dasharray")
    ]
    return [(float(each.get("x1", "").rstrip("%")), float(each.get("x2", "").rstrip("%"))) for each in found]


def zeros(chart: ElementTree.Element) -> set[str | None]:
    return {each.get("x1") for each in chart.findall("line") if each.get("stroke-dasharray")}


def at(value: float, low: float, high: float) -> float:
    return MARGIN + (100 - 2 * MARGIN) * (value - low) / (high - low)


@pytest.mark.parametrize(
    ("row", "axis"),
    [
        (Bar("a", -17.3, -18, -16.6, "−17.3"), (-20, 0)),  # round steps of 5
        (Bar("a", 10, -2, 22, "+10"), (-10, 30)),  # of 10
        (Bar("a", 0.3, 0.1, 0.5, "+0.3"), (0, 0.5)),  # of 0.1
    ],
)
def test_all_lies_where_its_figure_is(row: Bar, axis: tuple[float, float]) -> None:
    chart = drawn(row)
    assert ranges(chart) == [
        (pytest.approx(at(row.low, *axis), abs=0.01), pytest.approx(at(row.high, *axis), abs=0.01))
    ]
    assert zeros(chart) == {f"{at(0, *axis):.2f}%"}
    (point,) = chart.findall("circle")
    assert float((point.get("cx") or "").rstrip("%")) == pytest.approx(at(row.value, *axis), abs=0.01)


def test_a_range_that_crosses_zero_is_seen_to() -> None:
    chart = drawn(Bar("a", 1, -1, 3, "1", own=True), Bar("b", 2, 1, 3, "2"))
    zero = float(next(iter(zeros(chart)) or "").rstrip("%"))
    (crossing, beside) = ranges(chart)
    assert crossing[0] < zero < crossing[1]
    assert zero < beside[0]


def test_texts_are_texts_and_minus_is_minus() -> None:
    text = differences("x", "Title & more", [Bar("<script>", -50, -120, 20, "<b>")], "kg <b>", "said <i>")
    assert "<script>" not in text
    assert "<b>" not in text
    assert "\u2212150" in text
    assert ">-" not in text
