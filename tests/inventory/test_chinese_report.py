"""A report in Chinese is Chinese: two words of English in a row stand nowhere but in names, ids, units, codes and what people wrote."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from chinese_company import chinese_company
from hypothesis import given as given_by
from hypothesis import strategies as st
from latin_words import LATIN, english_in, said_on
from python_calamine import CalamineWorkbook

from leafmark.engine.schema import REASONS as ENGINE_REASONS
from leafmark.engine.sentences import table_of
from leafmark.inventory import naming, told
from leafmark.inventory.book import Inventory
from leafmark.inventory.company import completeness
from leafmark.inventory.company.columns import columns_of, method_of
from leafmark.inventory.impact.gates import GUIDANCE
from leafmark.inventory.naming.traditional import traditional
from leafmark.inventory.reasons import REASONS
from leafmark.inventory.report.making import make
from leafmark.inventory.report.page import impact_page
from leafmark.inventory.scope2.criteria import CRITERIA
from leafmark.inventory.tables import COMPANY, TEMPLATES
from leafmark.methods import LIBRARY

CHINESE = ("zh-Hans", "zh-Hant")
ROOM = Path(told.__file__).parent


def cells_of(path: Path) -> list[str]:
    """Texts of a workbook, the names of its sheets among them."""
    book = CalamineWorkbook.from_path(str(path))
    rows = (row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())
    return [*book.sheet_names, *(cell for row in rows for cell in row if isinstance(cell, str))]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Inventory, Path]:
    """The company's inventory and history."""
    return chinese_company(tmp_path_factory.mktemp("chinese"))


@pytest.fixture(scope="module")
def reports(made: tuple[Inventory, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """All texts of page and workbook by language."""
    inventory, history = made
    found = {}
    for language in ("en", *CHINESE):
        out = tmp_path_factory.mktemp(language)
        make(inventory, out, language, ("html", "xlsx", "entries"), history=history)
        found[language] = [*said_on((out / "report.html").read_text(encoding="utf-8")), *cells_of(out / "report.xlsx")]
        found[f"{language} entries"] = [(out / "entries.csv").read_text(encoding="utf-8")]
    return found


def test_the_company_has_every_kind_of_thing(made: tuple[Inventory, Path]) -> None:
    inventory, _ = made
    reasons = set(inventory.table("flags").column("reason").to_pylist())
    assert len(reasons) >= 30
    statuses = {row["status"] for row in inventory.table("completeness").to_pylist()}
    assert statuses >= {"included", "partly", "estimated", "excluded", "not_applicable", "missing"}
    assert {row["why"] for row in inventory.table("instruments").to_pylist()} >= {
        None,
        "used_twice",
        "wrong_market",
        "not_needed",
    }


@pytest.mark.parametrize("language", CHINESE)
def test_a_chinese_report_has_no_english_sentence(reports: dict[str, list[str]], language: str) -> None:
    assert not english_in(dict.fromkeys(reports[language]))


def test_the_search_finds_english_where_it_stands(reports: dict[str, list[str]]) -> None:
    """The English report of the same company is full of it: the search is not blind."""
    assert len(english_in(dict.fromkeys(reports["en"]))) > 200


@pytest.mark.parametrize("language", CHINESE)
def test_codes_stay_beside_what_they_mean_and_records_are_alike(reports: dict[str, list[str]], language: str) -> None:
    texts = " ".join(reports[language])
    for code in ("unknown_key", "over_owned", "not_needed"):
        assert code in texts
        assert told.meaning(code, language) in texts
        assert told.meaning(code) not in texts
    assert reports[f"{language} entries"] == reports["en entries"]


@pytest.mark.parametrize("language", CHINESE)
def test_the_page_of_impact_beside_it_is_chinese_too(language: str) -> None:
    statement = {
        "book": "impact", "guidance": GUIDANCE, "organisation": {"id": "own", "name": "自家公司"}, "status": "publishable",
        "rows": [{"programme": "杯子", "participant": None, "type": "participant_reduction", "co2e_ug": -7, "low_ug": -9, "high_ug": -5}],
    }  # fmt: skip
    page = impact_page(statement, language)
    assert not english_in(said_on(page))
    assert "co2e_ug" not in page
    assert "自家公司" in page
    assert "may be published" in impact_page(statement, "en")


def test_every_reason_is_said_in_chinese_once() -> None:
    """In the table of the whole room, or in that of the part whose reason it is; engine's reasons too."""
    parts = {
        key.partition(".")[2]
        for part in ("bonds", "impact")
        for key in table_of(f"leafmark.inventory.{part}", "zh-Hans")
        if key.startswith("reason.")
    }
    for language in CHINESE:
        mine = {key.partition(".")[2] for key in table_of("leafmark.inventory", language) if key.startswith("reason.")}
        assert mine | (parts & REASONS.keys()) == REASONS.keys() | ENGINE_REASONS.keys()
        for reason in mine:
            assert re.search(r"[\u4e00-\u9fff]", told.meaning(reason, language)), reason
    assert told.meaning("no_such_reason", "zh-Hans") == ""


PACKAGES = ("leafmark.inventory", "leafmark.inventory.naming")
CHINESE_ALONE = ("reason.", "method.", "method_title.", "published.")
"""Of what the English stands in the code: reasons, methods' references and titles, publishers' own names."""


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("language", CHINESE)
def test_the_tables_are_complete_and_in_their_own_script(package: str, language: str) -> None:
    english, other = table_of(package, "en"), table_of(package, language)
    assert {key for key in other if not key.startswith(CHINESE_ALONE)} == english.keys()
    for key, said in english.items():
        # what a program of others says stays out of the Chinese; what a reason means comes into it
        assert fields(said) - {"untold"} == fields(other[key]) - {"meaning"}, key
    wrong = {
        "zh-Hans": "個為這與產標準數讓從對見開過請還選擇訂號裝單長寬運輸範疇總價鏈購買務資員設邊據檔盤錄證憑約",
        "zh-Hant": "个为这与产标准数让从对见开过请还选择订号装单长宽运输范畴总价链购买务资员设边据档盘录证凭约",
    }[language]
    common = set(wrong) & set({"zh-Hans": "标准", "zh-Hant": "標準"}[language])
    assert not [(key, said) for key, said in other.items() if set(said) & (set(wrong) - common)]


def fields(said: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(said) if name}


HOLED = [
    (package, key)
    for package in PACKAGES
    for key, said in table_of(package, "en").items()
    if "{" in said
    and not any(name.endswith(("_told", "_listed", "_files")) for name in fields(said))
    and not key.startswith("listed.")
]


@given_by(st.sampled_from(HOLED), st.integers(0, 10**6), st.dates(), st.from_regex(r"[a-z_]{1,9}", fullmatch=True))
def test_what_was_written_with_a_sentence_is_read_back_by_it(
    where: tuple[str, str], count: int, day: Any, word: str
) -> None:
    """Whatever stands in the holes comes through: nothing of a row is lost by being said in Chinese."""
    package, key = where
    said = table_of(package, "en")[key]
    holes = {
        name: str(day) if name.endswith("_day") else str(count) if name.endswith("count") else word
        for name in fields(said)
    }
    found = told.said_again(package, said.format(**holes), key.rpartition(".")[0], "zh-Hans")
    assert re.search(r"[\u4e00-\u9fff]", found), (key, found)
    assert all(value in found for name, value in holes.items() if name != "untold")


@given_by(st.text(max_size=80))
def test_what_somebody_wrote_stays_as_it_is(text: str) -> None:
    known = set(table_of("leafmark.inventory", "en").values())
    if not any(part in known for part in text.split("; ")):
        for group in ("what", "expected", "found.unknown_site"):
            assert told.told(text, group, "zh-Hans") == text
    assert told.told(text, "why", "en") == text


def test_sentences_in_a_row_are_said_each_by_itself() -> None:
    why = "2 rows refused: unknown_site 1, over_owned 1 and 3 reasons more; 1 meter lacks months; excluded: taxis; hire cars"
    assert told.told(why, "why", "zh-Hans") == (
        f"2 行被拒绝：{told.meaning('unknown_site', 'zh-Hans')}（unknown_site）1 行、{told.meaning('over_owned', 'zh-Hans')}（over_owned）1 行、"
        "另有 3 种理由；1 只电表缺少月份；已排除：taxis；hire cars"
    )
    assert told.told("taxis; hire cars", "why", "zh-Hans") == "taxis; hire cars"
    assert told.told(None, "why", "zh-Hans") is None


def written(package: str) -> Iterator[tuple[str, str]]:
    """(where, English) of each text that code of the room gives to a flag as `expected`, holes filled."""
    for path in sorted((ROOM / package).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("flag", "refused", "doubted", "Rule")
            ):
                place = {"flag": 5, "refused": 3, "doubted": 3, "Rule": 4}[node.func.id]
                given = [
                    *node.args[place : place + 1],
                    *(each.value for each in node.keywords if each.arg == "expected"),
                ]
                yield from ((f"{path.name}:{node.lineno}", text) for each in given if (text := filled(each)))


DAY = "2025-01-01"
IN_BRACES = {"{year}": f"days from {DAY} to before {DAY}", "{CREDIT_TERMS}": "offset or removal credit"}


def filled(node: ast.expr) -> str | None:
    """A literal text; what it has in braces is a day, which fits every kind of hole but a number, unless it is known below."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else IN_BRACES.get(ast.unparse(part), DAY)
            for part in node.values
        )
    return None


def test_every_expectation_that_the_code_writes_has_its_chinese() -> None:
    """From the source itself, so that a new sentence without its Chinese fails here, whether or not a test's company meets it."""
    found = [*written("company"), *written("accounting")]
    assert len(found) > 30
    texts = [*found, *((f"criterion {number}", text) for number, text in CRITERIA.items())]
    for template in TEMPLATES:
        method = method_of(template.name)
        columns = [*columns_of(template.name), *(method.columns if method else ())]
        texts += [(f"{template.name}.{each.name}", each.expected) for each in columns]
        texts += [(f"{template.name}.{each.name}", f"0 to 1: {each.cap_reason}") for each in columns if each.cap_reason]
        texts += [(f"{template.name}: {each.field}", each.expected) for each in (method.checks if method else ())]
    for name, company_columns in COMPANY.items():
        texts += [(f"{name}.{each.name}", f"0 to 1: {each.cap_reason}") for each in company_columns if each.cap_reason]
    texts += [
        ("contracts", f"a value: {each.meaning}") for each in COMPANY["contracts"] if each.required and each.meaning
    ]
    spare = [
        (where, text) for where, text in texts if LATIN.search(told.told(one_number(text), "expected", "zh-Hans") or "")
    ]
    assert not spare


def one_number(text: str) -> str:
    """`readings of 2025-01-01 months` as with a number, where a number is what fits."""
    plain = told.told(text, "expected", "zh-Hans")
    return text.replace("2025-01-01", "12") if plain == text else text


def test_what_a_category_covers_and_each_method_have_their_chinese() -> None:
    for said in completeness.NAMES.values():
        assert told.told(said, "what", "zh-Hans") != said
    used = {template.method for template in TEMPLATES} | {"electricity.market"}
    for method in LIBRARY:
        if method.id in used:
            for language in CHINESE:
                assert naming.reference_of(method.id, method.reference, language) not in (None, method.reference)
                assert naming.called("method_title", method.id, language)


def test_names_of_factors_in_traditional_characters_are_those_of_opencc_but_for_what_we_know_better() -> None:
    import opencc

    from leafmark.factors.model import builtin

    names = {each for each in builtin().factors.column("name_zh").to_pylist() if each}
    theirs = opencc.OpenCC("s2tw")
    differing = {
        pair
        for name in names
        for pair in zip(traditional(name), theirs.convert(name), strict=True)
        if pair[0] != pair[1]
    }
    assert len(names) > 2000
    # 乾豌豆 is no 幹, 意麵 no 面, 薑粉 no 姜, 奶製 no 制, 糰子 no 團, 馬里 no 馬裡; 家具, 台 and 濕, 祕 are the usual forms
    assert differing <= {("乾", "幹"), ("乾", "干"), ("干", "乾"), ("干", "幹"), ("濕", "溼"), ("家", "傢"), ("具", "俱"), ("台", "臺"), ("製", "制"), ("祕", "秘"),
                         ("薑", "姜"), ("糰", "團"), ("里", "裡"), ("麵", "面"), ("沖", "衝")}  # fmt: skip


def test_activity_files_with_their_counts_are_named() -> None:
    said = told.told("no factor of all of upstream and losses: electricity 12, own_file 5", "why", "zh-Hans")
    assert said == "以下活动没有涵盖全部上游与电网损失的因子：电力 12、own_file 5"
