"""Curves over two axes as SVG: every point lies where its figures are, joined from left to right, marks told apart by form."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from leafmark.parcels.drawing import Curve, pareto_figure, suite_figure
from leafmark.products.charts import COLUMNS_TALL, LEFT, curves, of_figure, table_of

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*lines: Curve) -> ElementTree.Element:
    return ElementTree.fromstring(curves("x", "Title & more", lines, ("sizes", "kg <b>"), "said <i>"))


def test_every_point_lies_where_its_figures_are() -> None:
    chart = drawn(Curve("found", ((4, 12.0), (16, 9.0), (8, 10.0))))
    top = 22  # one line's name
    floor = top + COLUMNS_TALL + 22
    circles = [each for each in chart.findall("circle") if each.get("class") == "bar own"][
        1:
    ]  # the first is the name's mark
    found = [(float(each.get("cx", "").rstrip("%")), float(each.get("cy", ""))) for each in circles]
    # across: 4 to 16 by steps of 5 is 0 to 20; up: 0 to 15 by 5
    assert found == [
        pytest.approx((LEFT + (96 - LEFT) * x / 20, floor - COLUMNS_TALL * y / 15), abs=0.06)
        for x, y in ((4, 12.0), (16, 9.0), (8, 10.0))
    ]
    ends = [
        (float(each.get("x1", "").rstrip("%")), float(each.get("x2", "").rstrip("%")))
        for each in chart.findall("line") if each.get("class") == "range"
    ]  # fmt: skip
    across = sorted(x for x, _ in found)
    assert ends == [pytest.approx((across[0], across[1]), abs=0.01), pytest.approx((across[1], across[2]), abs=0.01)]


def test_lines_are_told_apart_by_form_and_points_may_stand_alone() -> None:
    chart = drawn(
        Curve("found", ((1, 2), (2, 1))),
        Curve("bound", ((1, 1), (2, 0.5)), dashed=True),
        Curve("others", ((1, 3),), joined=False, labels=("a <b>",)),
    )
    assert {each.get("class") for each in chart.findall("circle")} == {"bar own", "ring"}
    lines = [each for each in chart.findall("line") if each.get("class") == "range"]
    assert [bool(each.get("stroke-dasharray")) for each in lines] == [False, True]
    texts = [text for each in chart.iter("text") for text in each.itertext()]
    assert {"found", "bound", "others", "a <b>", "kg <b>", "sizes"} <= set(texts)
    assert chart.findtext("title") == "Title & more"


@pytest.mark.parametrize("lang", ["en", "zh-Hant", "zh-Hans"])
def test_suites_and_costs_are_drawn_from_their_figures(lang: str) -> None:
    for figure in (
        suite_figure([(4, 12_000_000, 11_900_000), (16, 9_200_000, 9_150_000)], lang),
        pareto_figure(
            [(10.0, 900_000, "nearest"), (8.0, 1_000_000, "cheapest"), (12.0, 950_000, "worse")], lang, "EUR"
        ),
    ):
        chart = ElementTree.fromstring(of_figure("c", figure))
        assert chart.findtext("desc") == figure.said
        table = ElementTree.fromstring(table_of(figure))
        assert [[cell.text for cell in row] for row in table.findall("tbody/tr")] == [list(row) for row in figure.rows]
        assert [cell.text for cell in table.findall("thead/tr/th")] == list(figure.head)


def test_one_point_divides_nothing() -> None:
    assert "nan" not in ElementTree.tostring(drawn(Curve("one", ((3, 0.0),))), encoding="unicode")
