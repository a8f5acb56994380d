"""A parcel's picture and slip: well formed, every piece said, three languages, colours that anybody can tell apart."""

from __future__ import annotations

import itertools
import random
import re
import string
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from drawn_parcels import INNER, ORDER, PINWHEEL, cut_up, tables

from leafmark.engine.sentences import three_digits
from leafmark.parcels.drawing import (
    LANGS,
    PAPERS,
    Parcel,
    packing_slip,
    parcel_of,
    parcel_svg,
    pareto_figure,
    slip_policy,
    suite_figure,
    words,
)
from leafmark.parcels.drawing.colours import EARLIER, INK, ITEMS, PAPER, luminance, number_ink, shades
from leafmark.parcels.drawing.slip import numbers_of, runs_of

SVG = "{http://www.w3.org/2000/svg}"


def parcel(seed: int = 3, boxes: Any = None, **more: Any) -> Parcel:
    parcels, placements, cartons, orders = tables(boxes or cut_up(random.Random(seed)), **more)
    return parcel_of(parcels, placements, cartons, ORDER, 1, orders)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("seed", range(6))
def test_a_picture_is_well_formed_and_names_every_piece(seed: int, lang: str) -> None:
    found = parcel(seed)
    for turn, apart in ((0, 0), (1, 0), (2, 60), (3, 0)):
        root = ET.fromstring(parcel_svg(found, lang, turn=turn, apart_percent=apart))
        drawn = {
            int(group.attrib["data-piece"]): group for group in root.iter(f"{SVG}g") if "data-piece" in group.attrib
        }
        assert drawn.keys() == {piece.number for piece in found.pieces}
        for piece in found.pieces:
            said = drawn[piece.number].findtext(f"{SVG}title")
            assert said is not None
            assert said.startswith(str(piece.number))
            assert piece.item_id in said
        assert [root[0].tag, root[1].tag] == [f"{SVG}title", f"{SVG}desc"]
        assert root.attrib["aria-labelledby"].split() == [root[0].attrib["id"], root[1].attrib["id"]]
        assert all(piece.item_id in (root[1].text or "") for piece in found.pieces)
        text = ET.tostring(root, encoding="unicode")
        assert "style=" not in text
        assert "nan" not in text


@pytest.mark.parametrize("seed", range(6))
def test_everything_lies_within_the_picture(seed: int) -> None:
    for turn, apart, kind in itertools.product((0, 1), (0, 60), ("box", "mailer")):
        text = parcel_svg(parcel(seed, kind=kind), turn=turn, apart_percent=apart)
        wide, tall = (float(each) for each in re.search(r'viewBox="0 0 (\S+) (\S+)"', text).groups())  # type: ignore[union-attr]
        for data in re.findall(r' d="([^"]+)"', text):
            for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", data):
                assert 0 <= float(x) <= wide
                assert 0 <= float(y) <= tall


def test_each_number_is_drawn_or_said_to_be_missing() -> None:
    for seed in range(8):
        found = parcel(seed)
        text = parcel_svg(found)
        drawn = {int(each) for each in re.findall(r'font-size="[\d.]+" fill="#[0f]{6}">(\d+)<', text)}
        said = re.search(r"for a number: ([\d, ]+)", text)
        missing = {int(each) for each in said[1].split(",")} if said else set()
        assert drawn | missing == {piece.number for piece in found.pieces}
        assert not drawn & missing


def test_in_each_step_the_piece_is_seen_in_its_colour_and_the_earlier_ones_are_grey() -> None:
    found = parcel(5)
    for piece in found.pieces:
        text = parcel_svg(found, step=piece.number)
        root = ET.fromstring(text)
        fills = {
            int(group.attrib["data-piece"]): [path.attrib["fill"] for path in group.iter(f"{SVG}path")][:3]
            for group in root.iter(f"{SVG}g") if "data-piece" in group.attrib
        }  # fmt: skip
        assert fills.keys() == set(range(1, piece.number + 1))
        assert fills.pop(piece.number) != list(shades(EARLIER))
        assert all(each == list(shades(EARLIER)) for each in fills.values())
        assert "for a number" not in text
    with pytest.raises(ValueError, match="step: expected 1 to"):
        parcel_svg(found, step=0)
    with pytest.raises(ValueError, match="turn"):
        parcel_svg(found, turn=4)


def test_a_piece_that_is_cut_to_be_painted_keeps_its_own_edges_alone() -> None:
    text = parcel_svg(parcel(boxes=PINWHEEL, inner=(120, 120, 120)))
    groups = re.findall(r'<g data-piece="(\d)">.*?<path fill="none" d="([^"]*)"/></g>', text)
    assert len(groups) > 3
    for number in "123":
        edges = [each for piece, data in groups if piece == number for each in data.split("M")[1:]]
        assert edges
        assert len(edges) <= 9 + 6  # nine edges are seen; a cut parts those that cross it


def test_a_hostile_name_and_many_pieces() -> None:
    parcels, placements, cartons, orders = tables([(0, 0, 0, 10, 10, 10)] * 1)
    hostile = '"><script>alert(1)</script>\u202e\x00'
    placements = placements.set_column(2, placements.schema.field(2), pa.array([hostile]))
    found = parcel_of(parcels, placements, cartons, ORDER, 1, orders)
    for text in (parcel_svg(found), packing_slip(found)):
        assert "<script" not in text
        assert "\u202e" not in text
    ET.fromstring(parcel_svg(found))
    cubes = [
        (x * 20, y * 20, z * 20, x * 20 + 20, y * 20 + 20, z * 20 + 20)
        for x in range(11)
        for y in range(10)
        for z in range(10)
    ]
    text = parcel_svg(parcel(boxes=cubes))
    assert "100 more pieces are not drawn." in text
    assert len(text) < 1_500_000


def test_marks_are_read_from_orders_as_text_too() -> None:
    """As a file is read: `false` in a cell is no yes."""
    parcels, placements, cartons, orders = tables([(0, 0, 0, 10, 10, 10), (10, 0, 0, 20, 10, 10)], items=2)
    for said, marked in (
        ("false", False),
        ("no", False),
        ("0", False),
        ("", False),
        (" Yes ", True),
        ("true", True),
        ("1", True),
    ):
        text = orders.set_column(orders.schema.get_field_index("fragile"), "fragile", pa.array([said, None]))
        found = parcel_of(parcels, placements, cartons, ORDER, 1, text)
        assert [("fragile" in piece.marks) for piece in found.pieces] == [marked, False], said


def test_a_parcel_that_is_not_there_is_named() -> None:
    parcels, placements, cartons, _ = tables([(0, 0, 0, 10, 10, 10)])
    with pytest.raises(LookupError, match="no parcel 2"):
        parcel_of(parcels, placements, cartons, ORDER, 2)
    with pytest.raises(LookupError, match="not in the cartons table"):
        parcel_of(parcels, placements, cartons.slice(0, 0), ORDER, 1)
    assert parcel_of(parcels, placements, cartons, ORDER, 1).pieces[0].marks == ()


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("lang", LANGS)
def test_a_slip_lists_every_piece_in_the_order_of_placing(lang: str, paper: str) -> None:
    found = parcel(4)
    text = packing_slip(found, lang, paper=paper)
    rows = re.findall(r'class="n"><svg.*?</svg>([\d –]+)</th>', text)
    assert rows == [numbers_of(run) for run in runs_of(found.pieces)]
    assert sum(len(run) for run in runs_of(found.pieces)) == len(found.pieces)
    for key in ("slip.decision", "slip.booked", "slip.not_booked", "mark.fragile", "mark.upright"):
        assert words.say(lang, key) in text
    assert words.say(lang, "slip.not_booked") not in packing_slip(found, lang, paper=paper, booked_co2e_mg=171_000)
    assert "171 g" in packing_slip(found, lang, paper=paper, booked_co2e_mg=171_000)
    assert "<script" not in text
    assert not re.search(r'(src="|<link|@import|url\(| style=)', text)
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_the_policy_lets_the_style_in() -> None:
    import base64
    import hashlib

    for paper in PAPERS:
        style = re.search(r"<style>(.*?)</style>", packing_slip(parcel(1), paper=paper), re.S)
        assert style is not None
        assert base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode() in slip_policy(paper)
    with pytest.raises(ValueError, match="paper"):
        packing_slip(parcel(1), paper="a5")


def test_zero_is_not_missing() -> None:
    assert "0 g" in packing_slip(parcel(1), booked_co2e_mg=0)
    assert (words.co2e(0), words.co2e(None), words.co2e(183_000), words.co2e(4_120_000)) == (
        "0 g",
        "–",
        "183 g",
        "4.12 kg",
    )
    assert (three_digits(999.6), three_digits(0.0412), three_digits(2430)) == (
        "1,000",
        "0.0412",
        "2,430",
    )


# Vienot-like simulation of each colour vision: Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB.
VISIONS = {
    "usual": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
JUST_NOTICEABLE = 2.3
"""CIE 1976 difference that one person in two sees between patches side by side (Mahy, Van Eycken, Oosterlinck 1994)."""


def lab(colour: str, vision: Any) -> Any:
    srgb = np.array([int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(
        vision @ linear, 0, 1
    )
    f = [each ** (1 / 3) if each > 0.008856 else 7.787 * each + 16 / 116 for each in xyz / [0.9505, 1, 1.089]]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISIONS.values(), ids=VISIONS)
def test_items_are_told_apart_with_any_colour_vision(vision: Any) -> None:
    for one, other in itertools.combinations(ITEMS, 2):
        assert np.linalg.norm(lab(one, vision) - lab(other, vision)) > 5 * JUST_NOTICEABLE, (one, other)


def test_neighbours_differ_in_grey_print_and_every_number_reads() -> None:
    for one, other in itertools.pairwise(ITEMS):
        assert luminance(one) > luminance(other)
    for colour in (*ITEMS, EARLIER):
        top, left, right = shades(colour)
        assert luminance(top) > luminance(left) > luminance(right)
        for ground in (top, left, right):
            light, dark = sorted((luminance(ground), luminance(number_ink(ground))), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5
        assert (luminance(top) + 0.05) / (luminance(INK) + 0.05) >= 3  # edges against the top (WCAG 2.2, 1.4.11)
    assert luminance(PAPER) == 1


def test_class_colours_are_not_used() -> None:
    from leafmark.products.tokens import CLASS_COLOURS

    used = {shade for colour in ITEMS for shade in shades(colour)}
    assert not used & set(CLASS_COLOURS)


def test_words_are_complete_in_each_language() -> None:
    def fields(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    english = words.table("en")
    for lang in LANGS[1:]:
        other = words.table(lang)
        assert {key: fields(text) for key, text in other.items()} == {
            key: fields(text) for key, text in english.items()
        }
        assert all(re.search(r"[\u4e00-\u9fff]", text) for key, text in other.items() if key != "slip.where_is"), lang
        wrong = {
            "zh-Hans": "個為這與產標準數讓從對見開過請還選擇訂號裝單紙長寬運輸",
            "zh-Hant": "个为这与产标准数让从对见开过请还选择订号装单纸长宽运输",
        }[lang]
        common = set(wrong) & set({"zh-Hans": "标准", "zh-Hant": "標準"}[lang])
        assert not [(key, text) for key, text in other.items() if set(text) & (set(wrong) - common)]
    with pytest.raises(ValueError, match="language"):
        words.table("fr")


def test_a_suite_and_a_pareto_curve_say_what_they_show() -> None:
    figure = suite_figure([(16, 9_200_000, 9_150_000), (4, 12_000_000, 11_900_000)])
    assert figure.curves[0].points == ((4, 12.0), (16, 9.2))
    assert figure.rows[1] == ("16", "9.20 kg", "9.15 kg", "0.54 %")  # 1 - 9.15 / 9.2
    assert "with 16 sizes 9.20 kg" in figure.said
    with pytest.raises(ValueError, match="lies above"):
        suite_figure([(4, 1, 2)])
    front = pareto_figure(
        [(10.0, 900, "nearest"), (8.0, 1000, "cheapest"), (12.0, 950, "worse"), (20.0, 500, "")], "en", "EUR"
    )
    assert [len(curve.points) for curve in front.curves] == [3, 1]
    assert [row[3] for row in front.rows] == ["yes", "yes", "no", "yes"]
    for lang in LANGS:
        assert suite_figure([(1, 0, 0)], lang).rows == (("1", "0 g", "0 g", "0 %"),)
    with pytest.raises(ValueError, match="at least one"):
        pareto_figure([])


def test_inner_sizes_stand_at_the_carton() -> None:
    text = parcel_svg(parcel(2))
    for each in INNER:
        assert f">{each}</text>" in text
