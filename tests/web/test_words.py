"""The site speaks three languages, and its colours are the label's."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from leafmark.engine.sentences import LANGS
from leafmark.web import languages, tokens_css

TEMPLATES = Path(tokens_css.__file__).parent / "templates"
SAID = re.compile(r"\bt\('([a-z_.]+)'(?!\s*~)")
BEGUN = re.compile(r"\bt\('([a-z_.]+)'\s*~")


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", LANGS[1:])
def test_every_sentence_is_there_in_every_language(lang: str) -> None:
    english, other = languages.table("en"), languages.table(lang)
    assert set(english) == set(other)
    assert {key: fields(text) for key, text in english.items()} == {key: fields(text) for key, text in other.items()}


@pytest.mark.parametrize("lang", LANGS[1:])
def test_chinese_is_chinese(lang: str) -> None:
    """A sentence that was left in English is no translation."""
    for key, text in languages.table(lang).items():
        assert re.search(r"[\u4e00-\u9fff]", text), f"{lang} {key}: {text}"


TRADITIONAL = "個為這說會與產標準類數讓應從來對無見長開關動過請還選擇帳戶郵電號"
SIMPLIFIED = "个为这说会与产标准类数让应从来对无见长开关动过请还选择帐户邮电号"


@pytest.mark.parametrize(("lang", "others"), [("zh-Hans", TRADITIONAL), ("zh-Hant", SIMPLIFIED)])
def test_no_character_of_the_other_script(lang: str, others: str) -> None:
    wrong = set(others) - set(SIMPLIFIED if lang == "zh-Hans" else TRADITIONAL)
    found = {key: sorted(wrong & set(text)) for key, text in languages.table(lang).items() if wrong & set(text)}
    assert not found


def test_every_sentence_of_a_template_is_in_the_tables() -> None:
    english = set(languages.table("en"))
    beginnings = {key.rpartition(".")[0] for key in english}
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for key in SAID.findall(text):
            assert key in english or key in beginnings, f"{path.name}: {key}"
        for start in BEGUN.findall(text):
            assert any(key.startswith(start) for key in english), f"{path.name}: {start}"


def test_the_colours_are_the_labels() -> None:
    assert tokens_css.FILE.read_text(encoding="utf-8") == tokens_css.css()


@pytest.mark.parametrize("colours", [tokens_css.LIGHT, tokens_css.DARK])
def test_every_text_can_be_read(colours: dict[str, str]) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text on each ground that it stands on."""
    from leafmark.products.tokens import CONTRAST_MIN, contrast

    for ground in ("ground", "paper", "panel", "flag"):
        for ink in ("ink", "soft", "link"):
            assert contrast(colours[ink], colours[ground]) >= CONTRAST_MIN, (ink, ground)
    assert contrast(colours["on-mark"], colours["mark"]) >= CONTRAST_MIN


def test_a_plural_follows_the_count() -> None:
    assert languages.say("en", "shop.products", count=1) == "1 product"
    assert languages.say("en", "shop.products", count=0) == "0 products"
    assert languages.say("zh-Hans", "shop.products", count=1) == "1 件产品"


@pytest.mark.parametrize(
    ("path", "code", "other"),
    [("/", "zh-hant", "/zh-hant/"), ("/zh-hant/", "en", "/"), ("/zh-hans/product/a/b/?x=1", "zh-hant", "/zh-hant/product/a/b/?x=1"),
     ("/product/a/b/", "en", "/product/a/b/"), ("/product/zh-hans/b/", "en", "/product/zh-hans/b/"), ("/zh-hantx/", "en", "/zh-hantx/")],
)  # fmt: skip
def test_the_same_page_in_another_language(path: str, code: str, other: str) -> None:
    from leafmark.web.pages import in_language

    assert in_language(path, code) == other


def test_no_rule_of_the_style_sheet_stands_twice() -> None:
    """Of one layer, outside of media queries: the later would undo the earlier unseen."""
    text = (TEMPLATES.parent / "static" / "site.css").read_text(encoding="utf-8")
    for layer in text.split("@layer")[2:]:
        selectors = re.findall(r"^  ([^@{}\s][^{}]*?) \{", layer, re.M)
        assert len(selectors) == len(set(selectors)), sorted(each for each in selectors if selectors.count(each) > 1)
