"""The PNG: the code decodes from it, every glyph is there or reported, weights and regions are the right ones."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from leafmark.products import FORMS, LANGS, MissingGlyphError, missing_glyphs, png, render, svg
from leafmark.products.fit import width
from leafmark.products.png import font_files

from .conftest import BASE, make
from .test_artwork import ALL_STATES

FONT_BYTES_MAX = 3_500_000


def picture(data: bytes) -> Image.Image:
    drawn = Image.open(io.BytesIO(data))
    paper = Image.new("RGBA", drawn.size, "#ededed")
    paper.alpha_composite(drawn.convert("RGBA"))
    return paper.convert("RGB")


@pytest.mark.parametrize("zoom", [1, 2, 3])
@pytest.mark.parametrize("form", FORMS)
def test_the_code_decodes_to_the_link(form: str, zoom: float):
    found = zxingcpp.read_barcodes(picture(png(svg(make("leafmark.percentile"), "en", form), zoom=zoom)))
    assert [code.text for code in found] == [f"{BASE}/01/09506000134352"]


def test_a_longer_base_decodes_too():
    base = "https://products.example.org/a/rather/long/resolver/path"
    for form in FORMS:
        found = zxingcpp.read_barcodes(picture(png(svg(make(base=base), "zh-Hant", form))))
        assert [code.text for code in found] == [f"{base}/01/09506000134352"]


def test_a_label_without_a_link_has_no_code():
    assert not zxingcpp.read_barcodes(picture(png(svg(make(base=None), "en", "full"))))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("form", FORMS)
def test_no_state_lacks_a_glyph(lang: str, form: str):
    for label in ALL_STATES.values():
        assert missing_glyphs(svg(label, lang, form)) == ()


def characters(encoding: str, rows: range, cells: list[int]) -> set[str]:
    decoded = {bytes((row, cell)).decode(encoding, "ignore") for row in rows for cell in cells}
    return {each for each in decoded if len(each) == 1}


def test_what_shops_write_in_chinese_has_its_glyphs():
    """Frequently used: Big5 level 1 (A440 to C67E) and GB/T 2312 levels 1 and 2, by the encodings of Python."""
    big5 = characters("big5", range(0xA4, 0xC6), [*range(0x40, 0x7F), *range(0xA1, 0xFF)])
    big5 |= characters("big5", range(0xC6, 0xC7), list(range(0x40, 0x7F)))
    gb = characters("gb2312", range(0xB0, 0xF8), list(range(0xA1, 0xFF)))
    assert (len(big5), len(gb)) == (5401, 6763)
    assert "\u6aaf" in big5  # of a desk lamp
    assert missing_glyphs(f"<text>{''.join(sorted(big5 | gb))}</text>") == ()


def test_a_missing_glyph_is_reported_with_its_code_point():
    label = make(catalogue_changes={"name": "Kettle \U0001f33f \u0f00"})
    document = svg(label, "en", "full")
    assert missing_glyphs(document) == ("\u0f00", "\U0001f33f")
    with pytest.raises(MissingGlyphError, match=r"U\+1F33F") as caught:
        png(document)
    assert caught.value.characters == ("\u0f00", "\U0001f33f")
    assert png(document, allow_missing=True).startswith(b"\x89PNG")


def ink(words: str, *, lang: str = "en", bold: bool = False, size: int = 40) -> tuple[int, int]:
    """Give (right edge of the ink, dark pixels) of one line drawn at x = 10."""
    weight = ' font-weight="700"' if bold else ""
    document = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="80" lang="{lang}" font-family="\'Noto Sans\'">'
        f'<rect width="900" height="80" fill="#fff"/>'
        f'<text x="10" y="55" font-size="{size}"{weight}>{words}</text></svg>'
    )
    grey = picture(png(document, zoom=1)).convert("L").point(lambda value: 255 if value < 128 else 0)
    box = grey.getbbox()
    assert box is not None
    return box[2], grey.histogram()[255]


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize(
    "words",
    [
        "Likely 338 to 497 kg",
        "WWWWMMMM",
        "iiiillll....",
        "\u78b3\u8db3\u8ff9\u6392\u653e",
        "Grün Ωмир đặc",
        "23% \u4f4e",
        "\u22125.00",
        "\u2248 3",
    ],
)
def test_measured_widths_hold_what_resvg_draws(words: str, bold: bool):
    right, _ = ink(words, bold=bold)
    measured = 10 + width(words, 40, bold=bold)
    assert right <= measured + 2.5
    assert right >= measured - 8  # and they do not guess far too wide


def test_bold_chinese_is_bold():
    words = "\u78b3\u8db3\u8ff9"
    assert ink(words, bold=True)[1] > 1.25 * ink(words)[1]


def test_a_character_of_a_desk_lamp_has_ink():
    assert ink("\u6aaf", lang="zh-Hant")[1] > 200


def test_each_chinese_label_is_drawn_as_its_region_writes():
    # U+9AA8 and U+8FD4 differ between the SC and TC designs of Noto Sans CJK
    assert ink("\u9aa8\u8fd4\u76f4", lang="zh-Hans") != ink("\u9aa8\u8fd4\u76f4", lang="zh-Hant")


def test_the_fonts_are_small_and_their_licence_stands_beside_them():
    files = [Path(name) for name in font_files()]
    assert sum(f.stat().st_size for f in files) < FONT_BYTES_MAX
    assert "SIL OPEN FONT LICENSE Version 1.1" in (files[0].parent / "OFL.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("zoom", [0, -1, 9, float("nan")])
def test_a_zoom_out_of_bounds_is_refused(zoom: float):
    with pytest.raises(ValueError, match="zoom"):
        png(svg(make(), "en", "compact"), zoom=zoom)


def test_render_gives_each_format():
    label = replace(make(), notes=("x",))
    assert str(render(label, "en", "full", "svg")).startswith("<svg")
    assert bytes(render(label, "en", "full", "png"))[:4] == b"\x89PNG"  # type: ignore[arg-type]
    assert '"schema": "leafmark.label/1"' in str(render(label, "en", "full", "json"))
    with pytest.raises(ValueError, match="expected one of svg, png, json"):
        render(label, "en", "full", "gif")
