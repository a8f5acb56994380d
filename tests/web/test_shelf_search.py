"""Searching: what is found by which words, in which order, with which counts."""

from __future__ import annotations

import ast
import random
from collections import Counter
from pathlib import Path
from typing import Any

import opencc
import pytest
from bench.search_shelf import Shelf
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shelf_of_words import KG, index_of, product

from leafmark.web.search import FACETS, Document, Index, SearchError, build, fields
from leafmark.web.search.query import asked
from leafmark.web.search.text import fold, stem

SEARCH = Path(fields.__file__).parent
MANY = 1_000


# What folds to one


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        # 简化字总表 (1986), tables 1 and 2: a character each, in a word a shop uses
        ("電冰箱", "电冰箱"), ("愛玉凍", "爱玉冻"), ("麵包機", "面包机"), ("燈籠", "灯笼"), ("湯圓", "汤圆"), ("雞蛋", "鸡蛋"),
        ("龜苓膏", "龟苓膏"), ("鹽焗", "盐焗"), ("蘆薈", "芦荟"), ("筆記本", "笔记本"), ("齒輪", "齿轮"), ("環保", "环保"),
        # one Simplified character for several Traditional ones
        ("護髮", "护发"), ("發酵", "发酵"), ("餅乾", "饼干"), ("幹細胞", "干细胞"), ("裏脊", "里脊"), ("面膜", "面膜"),
        ("皇后", "皇后"), ("售後", "售后"), ("鬆餅", "松饼"), ("松子", "松子"), ("乾坤", "乾坤"),
        # forms of Taiwan and Hong Kong
        ("裡脊", "里脊"), ("臺灣", "台湾"), ("麪粉", "面粉"), ("衞生紙", "卫生纸"),
    ],
)  # fmt: skip
def test_either_script_finds_the_other(tmp_path: Path, traditional: str, simplified: str) -> None:
    index = index_of(
        tmp_path,
        Document("t", {"zh-Hant": f"有機{traditional}"}),
        Document("s", {"zh-Hans": f"有机{simplified}"}),
        product("x", "Soap", "肥皂"),
    )
    assert set(index.search(traditional).ids) == set(index.search(simplified).ids) == {"t", "s"}


def test_a_character_is_folded_alike_in_any_company(tmp_path: Path) -> None:
    """GB: 乾 becomes 干, but stays in 乾坤; a search for the character alone finds both."""
    index = index_of(tmp_path, product("1", "", "乾坤袋"), product("2", "", "乾麵"))
    assert set(index.search("乾").ids) == set(index.search("干").ids) == {"1", "2"}


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ﬁsh", "fish"),  # Unicode Standard Annex 15, figure 6: the ligature
        ("ＭＩＬＫ　１Ｌ", "milk 1l"),  # fullwidth forms and the ideographic space
        ("ﾐﾙｸ", "ミルク"),  # halfwidth katakana
        ("Maße", "masse"),  # CaseFolding.txt: U+00DF; F; 0073 0073
        ("Crème brûlée", "creme brulee"),
        ("Cre\u0300me bru\u0302le\u0301e", "creme brulee"),
        ("ガラス", "ガラス"),  # a voiced kana is no accented one
        ("1.5 L", "1.5l"), ("500 ml", "500ml"), ("2 milk", "2 milk"),
    ],
)  # fmt: skip
def test_width_case_and_accents_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        # Harman 1991, table 1: each rule and its exceptions
        ("queries", "query"), ("phrases", "phrase"), ("forests", "forest"), ("corpus", "corpus"), ("grass", "grass"),
        # ours
        ("boxes", "box"), ("peaches", "peach"), ("dishes", "dish"), ("glasses", "glass"), ("potatoes", "potato"), ("shoes", "shoe"),
        ("gas", "gas"),
    ],
)  # fmt: skip
def test_plurals(plural: str, singular: str) -> None:
    assert stem(plural) == singular


# What is found


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[Index, list[Document]]:
    """Four hundred products of the benchmark's vocabulary."""
    made = Shelf(3)
    documents = []
    for row in map(made.row, range(400)):
        key, english, script, chinese, brand, sector, category, state, co2e_ug, unit, gtin = row
        documents.append(
            Document(key, {"en": english, script: chinese}, brand, sector, category, state, co2e_ug, unit, (gtin,))
        )
    folder = tmp_path_factory.mktemp("index")
    build(folder, documents)
    return Index(folder), documents


def test_a_product_is_found_by_each_of_its_words(shelf: tuple[Index, list[Document]]) -> None:
    index, documents = shelf
    with_word: dict[str, set[str]] = {}
    for document in documents:
        for word in " ".join(document.names.values()).split():
            with_word.setdefault(word, set()).add(document.product_id)
    for word, products in with_word.items():
        for typed in (word, word.upper(), word.lower()):
            assert products <= set(index.search(typed, limit=MANY, facets=()).ids), typed


@settings(deadline=None)
@given(st.data())
def test_any_part_of_a_chinese_name_finds_the_product(shelf: tuple[Index, list[Document]], data: st.DataObject) -> None:
    """Also one that is cut where no word ends; it may be found as a close hit only, and then only if few are exact."""
    index, documents = shelf
    document = documents[data.draw(st.integers(0, len(documents) - 1))]
    name = next(name for language, name in document.names.items() if language != "en").split()[0]
    first = data.draw(st.integers(0, len(name) - 1))
    part = name[first : data.draw(st.integers(first + 1, len(name)))]
    hits = index.search(part, limit=MANY)
    assert document.product_id in hits.ids or (hits.how == "exact" and hits.total >= 3)


@settings(deadline=None)
@given(st.data())
def test_traditional_and_simplified_questions_have_one_answer(
    shelf: tuple[Index, list[Document]], data: st.DataObject
) -> None:
    index, documents = shelf
    names = [name for document in documents for language, name in document.names.items() if language == "zh-Hant"]
    text = " ".join(data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=2)))
    first = data.draw(st.integers(0, len(text) - 1))
    text = text[first : first + data.draw(st.integers(1, 12))]
    assert index.search(text) == index.search(opencc.OpenCC("t2s").convert(text))


LETTERS = st.text(
    st.sampled_from("abxyzéß -'.,/+0123４牛奶有機麵燕麥乾髮吖咕ガラス한국﨑\u3000"), min_size=1, max_size=40
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LETTERS, min_size=1, max_size=12))
@example(["00000000"])
@example(["0 1-2 3 0 1 2 3", "01230123"])
def test_any_name_finds_its_product(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    folder = tmp_path_factory.mktemp("names")
    index = index_of(folder, *(Document(str(at), {"any": name}) for at, name in enumerate(names)))
    for at, name in enumerate(names):
        wanted = asked(name)
        assert wanted.blank or not wanted.parts or str(at) in index.search(name).ids, name


def test_mixed_scripts_and_amounts(tmp_path: Path) -> None:
    index = index_of(
        tmp_path, product("1", "Organic whole milk 1 L", "有機全脂牛奶"), product("2", "Organic whole milk 2L", "有機全脂牛奶"),
        product("3", "Milk 1L", "牛奶"),
    )  # fmt: skip
    hits = index.search("有機 milk 1L")
    assert (hits.ids, hits.how) == (["1"], "exact")
    assert index.search("MILK 1 l 有机").ids == ["1"]


def test_a_word_is_no_part_of_another_one(tmp_path: Path) -> None:
    """洗面/包装 holds the characters of 面包, bread, side by side: such a hit is a close one, and comes after the bread."""
    index = index_of(tmp_path, product("wash", "", "洗面包装"), product("bread", "", "全麥麵包"))
    assert index.search("麵包").ids == ["bread", "wash"]
    index.update([product(f"bread {number}", "", "麵包") for number in range(2)])
    assert set(index.search("麵包").ids) == {"bread", "bread 0", "bread 1"}


def test_hyphens_brands_categories_and_extras(tmp_path: Path) -> None:
    index = index_of(
        tmp_path,
        product("1", "Cotton T-shirt", brand="Haelan", category="summer_wear", extra=("Model KA-2834", "夏裝")),
        product("2", "Socks"),
    )
    for text in ("t-shirt", "tshirt", "T shirt", "haelan", "summer", "KA-2834", "ka2834", "夏装"):
        assert index.search(text).ids == ["1"], text


# GTINs. 9506000134352 is the GTIN of GS1's own examples (GS1 Digital Link: URI Syntax 1.2, section 5.1)


@pytest.mark.parametrize(
    "text",
    ["9506000134352", "09506000134352", "950600 0134352", "9 506000 134352", "9506000-134352", "oats 9506000134352"],
)
def test_a_gtin_is_found_exactly(tmp_path: Path, text: str) -> None:
    index = index_of(
        tmp_path, product("1", "Oats", extra=("9506000134352",)), product("2", "Oats", extra=("09506000134369",))
    )
    assert index.search(text).ids == ["1"]


def test_a_wrong_digit_finds_nothing_and_short_forms_are_one(tmp_path: Path) -> None:
    index = index_of(
        tmp_path, product("1", "Oats", extra=("9506000134352",)), product("2", "Jam", extra=("614141999996",))
    )
    assert index.search("9506000134353").total == 0
    assert index.search("0614141999996").ids == index.search("00614141999996").ids == ["2"]  # GTIN-12 as 13 and as 14


# Typos


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        # Wikipedia, Lists of common misspellings
        ("bananna", "banana"), ("choclate", "chocolate"), ("vaccum", "vacuum"), ("brocolli", "broccoli"), ("zuchini", "zucchini"),
        ("sandwhich", "sandwich"), ("tommorow", "tomorrow"), ("excercise", "exercise"), ("rythm", "rhythm"), ("calender", "calendar"),
        # two letters changed places, which counts once
        ("mikl", "milk"), ("refrigeratro", "refrigerator"),
    ],
)  # fmt: skip
def test_a_typo_is_forgiven(tmp_path: Path, typed: str, meant: str) -> None:
    index = index_of(tmp_path, product("1", f"Good {meant}"), product("2", "Soap"))
    hits = index.search(typed)
    assert (hits.ids, hits.how) == (["1"], "close")
    assert index.search(f"good {typed}").ids == ["1"]


@pytest.mark.parametrize("typed", ["mil", "ten", "m1lk", "kitchen", "bl"])
def test_short_words_numbers_and_other_words_are_not_guessed(tmp_path: Path, typed: str) -> None:
    index = index_of(tmp_path, product("1", "Milk tea 12 chicks"))
    assert index.search(typed).total == 0


def test_typos_are_looked_for_only_if_too_little_is_found(tmp_path: Path) -> None:
    milk = [product(f"milk {number}", "Fresh milk", sector="food") for number in range(3)]
    index = index_of(tmp_path, *milk, product("silk", "Fresh silk", sector="home"))
    hits = index.search("milk")
    assert (hits.total, hits.how) == (3, "exact")
    assert index.search("milk", sector="home").total == 0, "a filter makes no typo"
    assert index.search("milk", sector="food", brand="none").total == 0
    index.remove(["milk 0"])
    hits = index.search("milk")
    assert (set(hits.ids[:2]), hits.ids[2], hits.how) == ({"milk 1", "milk 2"}, "silk", "close")


def test_one_word_is_given_up_if_all_find_nothing(tmp_path: Path) -> None:
    index = index_of(tmp_path, product("1", "Oat drink barista"), product("2", "Soap"))
    hits = index.search("oat drink vanilla")
    assert (hits.ids, hits.how) == (["1"], "partial")
    assert index.search("vanilla").total == 0


# Order, counts, pages


def test_sorting_by_kg_stays_within_one_declared_unit(tmp_path: Path) -> None:
    index = index_of(
        tmp_path,
        product("none", "Tea", declared_unit="kg"), product("zero", "Tea", declared_unit="kg", co2e_ug=0),
        product("credit", "Tea", declared_unit="kg", co2e_ug=-KG), product("two", "Tea", declared_unit="kg", co2e_ug=2 * KG),
        product("largest", "Tea", declared_unit="kg", co2e_ug=2**63 - 1), product("piece", "Tea", declared_unit="piece", co2e_ug=1),
        product("no unit", "Tea"),
    )  # fmt: skip
    assert index.search("tea", sort="lowest", declared_unit="kg").ids == ["credit", "zero", "two", "largest", "none"]
    assert index.search("tea", sort="highest", declared_unit="kg").ids == ["largest", "two", "zero", "credit", "none"]
    assert index.search("tea").facets["declared_unit"] == {"kg": 5, "piece": 1}
    for units in (None, (), ("kg", "piece")):
        with pytest.raises(SearchError, match="expected exactly one"):
            index.search("tea", sort="lowest", declared_unit=units)


def test_missing_figures_stay_last_over_several_segments(tmp_path: Path) -> None:
    index = index_of(tmp_path, product("none", "Tea", declared_unit="kg"))
    for number in (3, -1, 2):
        index.update([product(str(number), "Tea", declared_unit="kg", co2e_ug=number)])
    assert index.search("tea", sort="lowest", declared_unit="kg").ids == ["-1", "2", "3", "none"]
    assert index.search("tea", sort="highest", declared_unit="kg").ids == ["3", "2", "-1", "none"]


def test_names_sort_by_the_readers_language(tmp_path: Path) -> None:
    """GB 2312, level 1: by sound (an, bao, cha, zao). Big5, level 1: by strokes (米 6, 豆 7, 茶 10, 鹽 24)."""
    simplified = [Document(name, {"zh-Hans": name}) for name in ("枣", "茶", "包", "安")]
    assert index_of(tmp_path / "s", *simplified).search(sort="name", language="zh-Hans").ids == ["安", "包", "茶", "枣"]
    traditional = [Document(name, {"zh-Hant": name}) for name in ("鹽", "茶", "豆", "米")]
    assert index_of(tmp_path / "t", *traditional).search(sort="name", language="zh-Hant").ids == [
        "米",
        "豆",
        "茶",
        "鹽",
    ]
    english = [product(name, name) for name in ("pear", "Apple", "banana")]
    assert index_of(tmp_path / "e", *english).search(sort="name").ids == ["Apple", "banana", "pear"]


@settings(deadline=None)
@given(st.data())
def test_facets_are_what_counting_gives(shelf: tuple[Index, list[Document]], data: st.DataObject) -> None:
    """Against a plain loop: a facet's own filter is left out of its counts, all others narrow it."""
    index, documents = shelf
    given_filters: dict[str, Any] = {}
    for name in data.draw(st.sets(st.sampled_from(FACETS), max_size=3)):
        values = sorted({getattr(document, name) for document in documents})
        given_filters[name] = data.draw(st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True))
    text = data.draw(st.sampled_from(["", "vegan", "washable", "防水"]))
    named = [each for each in documents if text in fold(" ".join(each.names.values()))]

    def kept(document: Document, but: str = "") -> bool:
        return all(getattr(document, name) in values for name, values in given_filters.items() if name != but)

    hits = index.search(text, **given_filters, facet_size=50, limit=MANY)
    assert sorted(hits.ids) == sorted(each.product_id for each in named if kept(each))
    assert hits.total == len(hits.ids)
    for facet in FACETS:
        counted = Counter(getattr(each, facet) for each in named if kept(each, but=facet))
        assert hits.facets[facet].items() <= counted.items()
        assert len(hits.facets[facet]) == min(len(counted), 50)
        assert sorted(hits.facets[facet].values(), reverse=True) == [count for _, count in counted.most_common(50)]


def test_pages_are_the_whole_in_order(shelf: tuple[Index, list[Document]]) -> None:
    index, _ = shelf
    for order in ({}, {"sort": "name"}, {"sort": "lowest", "declared_unit": "item"}):
        whole = index.search("", limit=MANY, **order)  # type: ignore[arg-type]
        pages = [index.search("", limit=7, offset=offset, **order).ids for offset in range(0, whole.total, 7)]  # type: ignore[arg-type]
        assert [each for page in pages for each in page] == whole.ids
    assert index.search("", limit=0).ids == []


@pytest.mark.parametrize(
    ("asked_for", "message"),
    [
        ({"sort": "best"}, "expected one of relevance, lowest"), ({"facets": ["price"]}, "'price', expected some of sector"),
        ({"limit": 1_001}, "limit: found 1001, expected 0 to 1000"), ({"offset": -1}, "offset: found -1"),
        ({"facet_size": 0}, "facet_size: found 0"), ({"sort": "name", "language": "fr"}, "language: found 'fr'"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(
    shelf: tuple[Index, list[Document]], asked_for: dict[str, Any], message: str
) -> None:
    with pytest.raises(SearchError, match=message):
        shelf[0].search("", **asked_for)


# Rubbish


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_240, "有機" * 5_120, "a " * 5_120, "\x00\x01\n\r\t\x1b", "\ud800 milk", "🥛" * 100, "\ufdfa" * 300, "e" + "\u0301" * 9_000, "\u202e\u200b\ufeff",
        "*", "?", '"', "'", "\\", "((((((", "a:b", "[a TO *]", "milk^9", "+-&&||!", "~2", "/.*/", "words:*", "id:SKU", "' OR 1=1 --", "<script>", "%00",
        "NOT milk", "{!x}", "\u2028", "0" * 500, "-" * 300,
    ],
)  # fmt: skip
def test_rubbish_is_text(shelf: tuple[Index, list[Document]], text: str) -> None:
    index, documents = shelf
    hits = index.search(text)
    assert hits.total < len(documents) or not text.strip("\x00\x01\n\r\t\x1b\u202e\u200b\ufeff\u2028 ")
    index.suggest(text)


@settings(deadline=None)
@given(st.text(st.characters(), max_size=300))
def test_any_text_is_a_question(shelf: tuple[Index, list[Document]], text: str) -> None:
    index, _ = shelf
    assert index.search(text, facets=()).total <= 400
    assert len(asked(text).parts) <= 12
    assert len(index.suggest(text)) <= 8


def test_query_syntax_has_no_meaning(tmp_path: Path) -> None:
    index = index_of(
        tmp_path, product("1", "Milk", sector="food"), product("2", "Soap", sector="home"), product("3", "Milk or soap")
    )
    assert index.search("milk OR soap").ids == ["3"]
    assert index.search("sector:home").total == 0
    assert index.search("*").total == 0
    assert index.search("mil*").total == 0
    assert index.search("-milk").ids == index.search("milk").ids


# Suggestions


def test_suggestions_complete_the_last_word_commonest_first(tmp_path: Path) -> None:
    index = index_of(
        tmp_path, product("1", "Organic strawberries", "有機草莓"), product("2", "Organic orange", "有機柳橙"), product("3", "Original", "原味"),
        product("4", "Organic oats", "有機燕麥"),
    )  # fmt: skip
    assert index.suggest("or")[0] == "organic"
    assert set(index.suggest("fresh or")) == {"organic", "orange", "original"}
    assert index.suggest("straw") == ["strawberry"]
    assert index.suggest("燕", language="zh-Hant") == ["燕麥"]
    assert index.suggest("燕麥", language="zh-Hans") == ["燕麦"]
    assert index.suggest("organic ") == index.suggest("") == []


# The room


def test_the_room_knows_nobody() -> None:
    for path in SEARCH.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [each.name for each in getattr(node, "names", [])]
                if isinstance(node, ast.Import)
                else []
            )
            for name in names:
                assert name.split(".")[0] != "django", path.name
                assert not name.startswith("leafmark") or name.startswith("leafmark.web.search"), path.name


def test_order_of_building_does_not_matter(tmp_path: Path, shelf: tuple[Index, list[Document]]) -> None:
    """The same products, shuffled and put in by updates of all sizes, are found with the same counts."""
    index, documents = shelf
    shuffled = random.Random(5).sample(documents, len(documents))
    build(tmp_path, shuffled[:150])
    other = Index(tmp_path)
    for first in (150, 151, 200):
        other.update(shuffled[first : {150: 151, 151: 200}.get(first)])
    for text in ("", "organic", "有機", "organc"):
        one, two = index.search(text, limit=MANY), other.search(text, limit=MANY)
        assert (one.total, sorted(one.ids), one.how) == (two.total, sorted(two.ids), two.how)
        assert {name: sorted(each.values()) for name, each in one.facets.items()} == {
            name: sorted(each.values()) for name, each in two.facets.items()
        }
