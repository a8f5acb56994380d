"""One Chinese term for one thing: the tables of strings are held to the glossary that readers are given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from leafmark.engine.sentences import table_of
from leafmark.inventory.reasons import REASONS

PAGE = Path(__file__).parents[2] / "docs" / "glossary-zh.md"
ROOMS = (
    "leafmark.inventory",
    *(f"leafmark.inventory.{room}" for room in ("naming", "report", "time", "bonds", "impact")),
)
CHINESE = ("zh-Hans", "zh-Hant")


class Term(NamedTuple):
    """A row of the glossary."""

    english: str
    hans: str
    hant: str
    held: str
    whose: str


def terms() -> list[Term]:
    rows = (line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| ")
    return [Term(*row) for row in rows if row[0] != "English"]


def strings(language: str) -> Iterator[tuple[str, str, str]]:
    """(key, English, Chinese) of every string that has both; what a reason means is English in the code."""
    for room in ROOMS:
        english, chinese = table_of(room, "en"), table_of(room, language)
        if room == "leafmark.inventory":
            english = {**english, **{f"reason.{code}": said for code, said in REASONS.items()}}
        yield from ((f"{room}: {key}", english[key], said) for key, said in chinese.items() if key in english)
    yield from console(language)


def console(language: str) -> Iterator[tuple[str, str, str]]:
    """Those of the console's pages of the inventory."""
    from leafmark.web import languages

    english, chinese = languages.table("en"), languages.table(language)
    yield from ((key, english[key], said) for key, said in chinese.items() if key.startswith("inventory."))


def pattern(term: str) -> re.Pattern[str]:
    """The word in either number; `Scope 3` is not in `Scope 3+`, nor `green bond` in `Green Bond Principles` alone."""
    stem = re.escape(term.removesuffix("s"))
    return re.compile(rf"(?<![\w-]){stem}s?(?![\w+])", re.IGNORECASE)


@pytest.fixture(scope="module", params=CHINESE)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_row_of_the_page_is_whole() -> None:
    found = terms()
    assert len(found) > 50
    assert {each.held for each in found} == {"always", "named"}
    assert all(each.hans and each.hant and each.whose for each in found)
    assert len({each.english for each in found}) == len(found)


OTHERWISE = {("zh-Hant", "inventory", "leafmark.inventory.report: title")}
"""The page says so: a report on a 清冊 is a 盤查報告 in Taiwan."""


def test_where_an_english_string_has_the_word_its_twin_has_the_term(language: str) -> None:
    said = list(strings(language))
    assert len(said) > 700
    wrong = []
    for each in terms():
        term = each.hans if language == "zh-Hans" else each.hant
        word = pattern(each.english)
        seen = [
            (key, english, chinese)
            for key, english, chinese in said
            if (word.search(english) if each.held == "always" else word.fullmatch(english))
            and not word.search(chinese)  # `inventory.json`, `removals` of a file: a code, which stays one
            and (language, each.english, key) not in OTHERWISE
        ]
        assert seen, f"no string has {each.english}: the row is of nothing"
        wrong += [(each.english, term, *found) for found in seen if term not in found[2]]
    assert not wrong, "\n".join(map(str, wrong))


UNLIKE = {
    "zh-Hans": "抵销 遭拒 合约 凭证 所在地 市场基准 盘查 常态 预设 额度 帐 皆 减量 影响声明 范围1 范围2 软体 资讯 档案 栏位",
    "zh-Hant": "抵銷 遭拒 合同 範圍一 範圍二 範圍三 信息 文件夾 單元格 字段 運行 軟件 硬件 賬 佔 發佈 公佈 計劃 氣候變化 可再生 傳感器 披露 運營",
}
"""Words that stood for the same things before, or are another side's of the strait."""


def test_no_second_word_for_the_same_thing(language: str) -> None:
    found = [
        (key, word, said) for key, _, said in strings(language) for word in UNLIKE[language].split() if word in said
    ]
    assert not found


def test_punctuation_is_wide_and_percent_signs_stand_apart(language: str) -> None:
    """Narrow commas, colons, brackets and stops stand between Latin letters and digits alone."""
    narrow = re.compile(r"[\u4e00-\u9fff][,;:()?!]|[,;:()?!][\u4e00-\u9fff]|\d%")
    found = [(key, said) for key, _, said in strings(language) if narrow.search(said)]
    assert not [each for each in found if "8(3)" not in each[1]]
