"""The picture: lawful, small, readable without colour, nothing overlapping, safe against any text."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leafmark.products import FORMS, LANGS, Equivalence, LabelData, get_scheme, svg
from leafmark.products.artwork import GZIP_BYTES_MAX, draw
from leafmark.products.fit import shorten, width, wrap
from leafmark.products.i18n import text
from leafmark.products.tokens import (
    CLASS_COLOURS,
    CONTRAST_MIN,
    GRAPHIC_CONTRAST_MIN,
    PAPER,
    STAGE_COLOURS,
    STAGES,
    class_colours,
    contrast,
    ink_on,
)

from .conftest import KG, evidence, make, saving
from .test_label import USE_ONLY

EU = get_scheme("eu.2019-2013.displays")
LONG = "Front loading washing machine with steam, heat pump and anuninterruptedwordthatgoeson 超長產品名稱洗衣機 " * 4
ALL_STATES: dict[str, LabelData] = {
    "graded": make("leafmark.percentile", equivalence=Equivalence(1650, "travel.car.petrol@EU:wtw:2026")),
    "index": make("leafmark.index", base=None),
    "declared": make(),
    "evidence missing": make("leafmark.index", certified=False, compared=False),
    "estimate": make(catalogue_changes={"category_estimate": True, "gtin": None}),
    "unknown": make(product_changes={"status": "unknown", "rejected_lines": 3}),
    "cut-off": make(product_changes={"rejected_lines": 3, "within_cut_off": True}),
    "use only": make(
        product_changes=USE_ONLY | {"use_ug": 412 * KG, "primary_ug": None},
        catalogue_changes={"category": "television", "official_index": "0.68", "verified_by": ""},
        official_scheme=EU,
        saving=saving(),
        more_evidence=evidence(EU),
    ),
    "worse": make(saving=saving(kwh_per_year=260.0)),
    "credit": make(product_changes={"end_of_life_ug": -40 * KG}),
    "negative": make(
        product_changes={"low_ug": -9 * KG, "high_ug": -1 * KG, "use_ug": None, "end_of_life_ug": -124 * KG}
    ),
    "zero": make(product_changes={"co2e_ug": 0, "low_ug": 0, "high_ug": 0}),
    "long": make("leafmark.percentile", catalogue_changes={
        "name": LONG, "declared_unit": LONG, "scenario": LONG, "category_name": LONG, "verified_by": LONG,
        "notes": [LONG, LONG],
    }, saving=saving(reference_model=LONG, use=LONG)),
    "far below": make(product_changes={"co2e_ug": 2 * KG, "low_ug": KG, "high_ug": 3 * KG}),
    "far above": make(
        "leafmark.index", product_changes={"co2e_ug": 98_765 * KG, "low_ug": 9_000 * KG, "high_ug": 200_000 * KG}
    ),
}  # fmt: skip
EVERY = [
    pytest.param(label, lang, form, id=f"{n}-{lang}-{form}")
    for n, label in ALL_STATES.items()
    for lang in LANGS
    for form in FORMS
]
every = pytest.mark.parametrize(("label", "lang", "form"), EVERY)
SVG = "{http://www.w3.org/2000/svg}"


def texts(document: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(document).iter(f"{SVG}text")]


@every
def test_it_is_xml_with_title_and_description_and_no_style_or_script(label: LabelData, lang: str, form: str):
    document = svg(label, lang, form)
    root = ElementTree.fromstring(document)
    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert names <= {"svg", "title", "desc", "rect", "path", "text"}
    used = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in used if name in ("style", "class", "href") or name.startswith("on")}
    assert root.attrib["lang"] == lang
    title, about = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert about is not None
    assert title.text
    assert about.text
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {about.attrib['id']}"


@every
def test_it_weighs_at_most_four_kilobytes_gzipped(label: LabelData, lang: str, form: str):
    assert len(gzip.compress(svg(label, lang, form).encode(), mtime=0)) <= GZIP_BYTES_MAX


@every
def test_no_two_texts_touch_and_none_leaves_the_sheet_or_enters_the_code(label: LabelData, lang: str, form: str):
    sheet, height = draw(label, lang, form)
    for one, other in combinations(sheet.boxes, 2):
        assert not one.overlaps(other), (one.text, other.text)
    for box in sheet.boxes:
        if box.text == "QR":  # its quiet zone may reach into the sheet's margin, no further
            assert box.right <= sheet.width
        else:
            assert box.left >= 8, box
            assert box.right <= sheet.width - 8, box
        assert box.top >= 0, box
        assert box.bottom <= height - 4, box


@every
def test_every_text_reads_against_its_ground(label: LabelData, lang: str, form: str):
    sheet, _ = draw(label, lang, form)
    ratios = [contrast(box.fill, box.ground) for box in sheet.boxes if box.fill]
    assert min(ratios) >= CONTRAST_MIN


def test_contrast_is_wcags():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the well-known grey just below AA


def test_stage_and_class_colours_show_on_paper_and_letters_on_them():
    assert all(contrast(colour, PAPER) >= GRAPHIC_CONTRAST_MIN for colour in STAGE_COLOURS.values())
    assert all(contrast(ink_on(colour), colour) >= CONTRAST_MIN for colour in CLASS_COLOURS)
    assert [len(set(class_colours(n))) for n in range(2, 8)] == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("form", FORMS)
def test_the_class_reads_without_colour(form: str):
    """By letter, by shape (the only outlined one) and by place in the row, its text larger than the others'."""
    root = ElementTree.fromstring(svg(ALL_STATES["graded"], "en", form))
    letters = [e for e in root.iter(f"{SVG}text") if (e.text or "") in "ABCDE"]
    sizes = {e.text or "": float(e.attrib["font-size"]) for e in letters}
    assert sorted(sizes) == list("ABCDE")
    largest = max(sizes, key=lambda letter: sizes[letter])
    assert largest == "C"
    assert sizes["C"] > 1.5 * sizes["A"]
    outlined = [e for e in root.iter(f"{SVG}path") if e.attrib.get("stroke-width") == "1.5" and "H" in e.attrib["d"]]
    assert len(outlined) == 1
    order = sorted(letters, key=lambda e: float(e.attrib["x"]))
    assert [e.text for e in order] == list("ABCDE")


@pytest.mark.parametrize("state", [s for s, label in ALL_STATES.items() if label.grade.letter is None])
@pytest.mark.parametrize("form", FORMS)
def test_no_letter_is_shown_where_none_was_given(state: str, form: str):
    assert not {t for t in texts(svg(ALL_STATES[state], "en", form)) if len(t) == 1 and t in "ABCDEFG"}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("form", FORMS)
def test_an_estimates_flag_is_whole_in_both_forms(lang: str, form: str):
    joined = re.sub(r"\s", "", "".join(texts(svg(ALL_STATES["estimate"], lang, form))))
    assert re.sub(r"\s", "", text(lang, "flag.category_estimate")) in joined


def test_the_full_form_says_all_a_label_must():
    said = "\n".join(texts(svg(ALL_STATES["graded"], "en", "full")))
    for fact in (
        "412", "kg CO₂e", "cradle to grave · per machine", "Likely 338 – 497 kg", "23% below the category median",
        "median 534", "lowest 250", "highest 980", "68%", "ISO 14067:2018 · factors 2026.2 · AR6",
        "62% supplier-measured data",
        "Valid until 2027-06-30", "(01) 0950 6000 1343 52", "monitored by Example Watch (demo)", "1,284",
    ):  # fmt: skip
        assert fact in said, fact


@pytest.mark.parametrize("lang", LANGS)
def test_a_long_text_of_the_sellers_never_cuts_a_figure_out_of_the_claim_around_it(lang: str):
    said = re.sub(r"\s", "", "".join(texts(svg(ALL_STATES["long"], lang, "full"))))
    for figure in ("121", "190", "EU2026", "2026-09-01", "1,284", "2027-06-30", "ISO14067:2018"):
        assert figure in said, figure
    assert {"en": "over10years", "zh-Hans": "\u517110\u5e74", "zh-Hant": "\u517110\u5e74"}[lang] in said


def test_without_a_code_the_layout_closes_the_gap_and_nothing_asks_to_scan():
    few_facts = {"status": "unknown", "rejected_lines": 3}
    with_code, without = make(product_changes=few_facts), make(product_changes=few_facts, base=None)
    for form in FORMS:
        assert draw(without, "en", form)[1] < draw(with_code, "en", form)[1]
        assert not any(box.text == "QR" for box in draw(without, "en", form)[0].boxes)
        assert "Scan" not in svg(without, "en", form)


@every
def test_four_modules_of_quiet_surround_the_code(label: LabelData, lang: str, form: str):
    """ISO/IEC 18004:2015, 9.1, measured from the drawn path, not from what the layout says it kept free."""
    sheet, height = draw(label, lang, form)
    placed = [re.search(r"translate\(([\d.]+) ([\d.]+)\) scale\(([\d.]+)\)", part) for part in sheet.parts]
    for found in (match for match in placed if match):
        x, y, module = (float(found[place]) for place in (1, 2, 3))
        side = max(int(row) for row in re.findall(r"M0 (\d+)\.5", found.string)) + 1
        quiet, end = 4 * module, side * module
        assert x + end + quiet <= sheet.width
        assert y + end + quiet <= height
        for box in sheet.boxes:
            apart = (
                box.right <= x - quiet
                or box.left >= x + end + quiet
                or box.bottom <= y - quiet
                or box.top >= y + end + quiet
            )
            assert apart or box.text == "QR", box.text


def test_the_same_label_is_the_same_picture():
    assert svg(make(), "en", "full") == svg(make(), "en", "full")


def test_two_labels_on_one_page_do_not_share_ids():
    pages = svg(make(), "en", "full") + svg(make(product_changes={"product_id": "wm-2"}), "en", "full")
    idents = re.findall(r' id="([^"]+)"', pages)
    assert len(idents) == len(set(idents)) == 4


@pytest.mark.parametrize(("lang", "form"), [("fr", "full"), ("en", "huge")])
def test_other_languages_and_forms_are_refused(lang: str, form: str):
    with pytest.raises(ValueError, match="expected one of"):
        svg(make(), lang, form)


NASTY = st.text(st.characters(codec=None, exclude_categories=()), max_size=120) | st.sampled_from(
    [
        "</text><script>alert(1)</script>",
        "]]>",
        "&amp;&lt;",
        '" onload="x',
        "\u202egnp.exe",
        "\x00\x01\ud800\ufffe",
        "a" * 400,
        "{0}{x}%s",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NASTY, NASTY, st.sampled_from(LANGS), st.sampled_from(FORMS))
def test_no_text_breaks_the_document_or_the_layout(name: str, other: str, lang: str, form: str):
    label = replace(
        ALL_STATES["graded"], name=name, declared_unit=other, scenario=other, verified_by=name, monitored_by=other,
        notes=(name,), factor_vintage=other[:40],
    )  # fmt: skip
    document = svg(label, lang, form)
    root = ElementTree.fromstring(document.encode())
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {"svg", "title", "desc", "rect", "path", "text"}
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", document)
    sheet, _ = draw(label, lang, form)
    assert all(box.right <= sheet.width - 8 for box in sheet.boxes if box.text != "QR")
    assert not any(a.overlaps(b) for a, b in combinations(sheet.boxes, 2))


AMOUNT = st.integers(-(10**14), 10**17)


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 10**16),
    st.integers(0, 10**16),
    st.lists(AMOUNT | st.none(), min_size=6, max_size=6),
    st.booleans(),
)
def test_any_amounts_draw(down: int, up: int, stages: list[int | None], graded: bool):
    changes: dict[str, Any] = {f"{stage}_ug": amount for stage, amount in zip(STAGES, stages, strict=True)}
    value = sum(amount or 0 for amount in stages)
    changes |= {"co2e_ug": value, "low_ug": value - down, "high_ug": value + up}
    label = make("leafmark.percentile" if graded else "leafmark.declared", product_changes=changes)
    for form in FORMS:
        sheet, _ = draw(label, "en", form)
        assert not any(a.overlaps(b) for a, b in combinations(sheet.boxes, 2))
        assert all(box.left >= 8 and box.right <= sheet.width - 8 for box in sheet.boxes if box.text != "QR")


@given(st.text(max_size=200), st.floats(12, 400), st.integers(1, 4), st.booleans())
def test_wrapped_lines_fit_and_lose_nothing_but_what_the_ellipsis_stands_for(
    words: str, room: float, most: int, bold: bool
):
    lines = wrap(words, room, 11, bold=bold, lines_max=most)
    assert len(lines) <= most
    for line in lines:
        assert width(line, 11, bold=bold) <= room + 1e-6 or len(line) <= 1
    if lines and not lines[-1].endswith("…"):
        assert "".join("".join(lines).split()) == "".join(words.split())
    assert width(shorten(words, room, 11), 11) <= room + 1e-6 or shorten(words, room, 11) == "…"


def test_chinese_lines_do_not_begin_with_a_full_stop_or_comma():
    sentence = "\u7532\u4e59\u4e19\u4e01\uff0c\u620a\u5df1\u5e9a\u8f9b\u3002" * 6
    for room in range(30, 130, 3):
        lines = wrap(sentence, room, 10, lines_max=40)
        assert not any(line[0] in "\uff0c\u3002" for line in lines[1:])
