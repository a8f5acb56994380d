"""Pages of bonds and impact: three complete languages, tables with headers, no script, and a draft that says it is one."""

from __future__ import annotations

import re
import string
from html.parser import HTMLParser
from pathlib import Path

import pytest
from made_bonds import ALLOCATION, HOLDING, INDICATOR, bonds_folder, guide_files
from made_impact import ANSWERS, impact_folder
from made_inventory import made
from test_bonds_european import folder as european_folder

from leafmark.engine.schema import REASONS as ENGINE_REASONS
from leafmark.engine.sentences import LANGS, table_of, three_digits
from leafmark.inventory.bonds import read
from leafmark.inventory.bonds.categories import CATEGORIES, LABELS
from leafmark.inventory.bonds.european import european_report, items
from leafmark.inventory.bonds.report import allocation_report, impact_report
from leafmark.inventory.bonds.showing import as_csv, page
from leafmark.inventory.bonds.tables import KINDS, OPINIONS, REVIEWS
from leafmark.inventory.impact import NotPublishableError, statement
from leafmark.inventory.impact.gates import questions
from leafmark.inventory.impact.publishing import beside
from leafmark.inventory.impact.showing import beside_page
from leafmark.inventory.impact.showing import page as impact_page
from leafmark.inventory.paper.words import mass
from leafmark.inventory.reasons import REASONS

ROOMS = ("leafmark.inventory.bonds", "leafmark.inventory.impact")
SOURCE = Path(__file__).parents[2] / "src" / "leafmark" / "inventory"


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("lang", LANGS)
def test_every_table_has_every_sentence_with_the_same_places(room: str, lang: str) -> None:
    english, other = table_of(room, "en"), table_of(room, lang)
    assert set(other) == set(english)
    assert {key: places(text) for key, text in other.items()} == {key: places(text) for key, text in english.items()}
    assert all(text.strip() for text in other.values())


@pytest.mark.parametrize("room", ROOMS)
def test_the_two_chinese_tables_are_each_in_their_own_script(room: str) -> None:
    hans, hant = table_of(room, "zh-Hans"), table_of(room, "zh-Hant")
    assert sum(hans[key] != hant[key] for key in hans) > len(hans) / 2
    assert not [text for text in hant.values() if re.search("[报发债单项网页预际类绝为这样后们间计书]", text)]


@pytest.mark.parametrize("room", ["bonds", "impact"])
def test_every_reason_that_the_room_gives_has_its_words(room: str) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (SOURCE / room).glob("*.py"))
    code += (SOURCE / "small_tables.py").read_text(encoding="utf-8")
    code = re.sub("adjustment|correction", "", code)  # words of a ledger's export, and reasons of another room
    given = {reason for reason in {**REASONS, **ENGINE_REASONS} if f'"{reason}"' in code or f"'{reason}'" in code}
    said = {
        key.removeprefix("reason.") for key in table_of(f"leafmark.inventory.{room}", "en") if key.startswith("reason.")
    }
    assert given - said <= {"below_bound", "above_bound"}  # of columns that the impact's tables do not have


def test_every_code_has_its_words() -> None:
    bonds, impact = (set(table_of(room, "en")) for room in ROOMS)
    assert {f"category.{each}" for each in CATEGORIES} | {f"label.{each}" for each in LABELS} <= bonds
    assert {f"kind.{each}" for each in KINDS} | {f"review.{each}" for each in REVIEWS} | {
        f"opinion.{each}" for each in OPINIONS
    } <= bonds
    assert {f"eu_item.{each.item}" for annex in (1, 2, 3) for each in items(annex)} <= bonds
    assert {f"question.{each.question}" for each in questions()} | {
        f"gate.{each.gate}" for each in questions()
    } <= impact


class Reader(HTMLParser):
    """What a reader of the page relies on: its language, headings, headers of tables, images, scripts, and that tags nest."""

    VOID = frozenset({"meta", "br", "col"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: dict[str, list[dict[str, str | None]]] = {}
        self.levels: list[int] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.setdefault(tag, []).append(dict(attrs))
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def pages(tmp_path: Path) -> dict[str, str]:
    """Every kind of page in every language."""
    sound = read(
        bonds_folder(tmp_path / "b", indicators=[INDICATOR, {**INDICATOR, "indicator_id": "n", "value": "-7.5"}])
    )
    broken = read(bonds_folder(tmp_path / "c", allocations=[ALLOCATION, {**ALLOCATION, "allocation_id": "<z>", "amount": "401"}],
                               unallocated=[{**HOLDING, "amount": "1.00"}]))  # fmt: skip
    public = read(guide_files("inventory-bonds.md", tmp_path) / "bonds")
    eu = read(european_folder(tmp_path / "e"))
    impact = statement(
        impact_folder(tmp_path / "i", settings="[ambition]\nfrom_year = 2021\nuntil_year = 2035\ngoal_t = 10\n")
    )
    draft = statement(impact_folder(tmp_path / "d", answers=ANSWERS[2:]))
    both = beside(
        made(tmp_path / "v", [{"co2e_ug": 10**9}, {"co2e_ug": 5, "scope": 3, "category": 1}], year=2025), impact
    )
    made_pages = {}
    for lang in LANGS:
        for name, report in (
            ("sound", allocation_report(sound)), ("broken", allocation_report(broken)), ("public", allocation_report(public)),
            ("results", impact_report(sound)), ("annex 2", european_report(eu, "allocation")), ("annex 1", european_report(eu, "factsheet")),
            ("annex 3", european_report(eu, "impact")),
        ):  # fmt: skip
            made_pages[f"{name} {lang}"] = page(report, lang)
        made_pages[f"impact {lang}"] = impact_page(impact, lang, published=True)
        made_pages[f"draft {lang}"] = impact_page(draft, lang)
        made_pages[f"beside {lang}"] = beside_page(both, lang)
    return made_pages


def test_pages_are_whole_and_can_be_read_by_everybody(tmp_path: Path) -> None:
    for name, text in pages(tmp_path).items():
        found = Reader(text)
        assert found.attributes["html"] == [{"lang": name.split()[-1]}], name
        assert "script" not in found.attributes
        assert not {"link", "img", "iframe"} & set(found.attributes), f"{name}: something from elsewhere"
        assert found.levels.count(1) == 1
        assert all(later <= earlier + 1 for earlier, later in zip(found.levels, found.levels[1:], strict=False)), (
            name,
            found.levels,
        )
        assert all(each.get("scope") in ("col", "row") for each in found.attributes["th"]), name
        assert len(found.attributes["caption"]) == len(found.attributes["table"])
        assert "<z>" not in text
        assert not re.search(r"\{[a-z_0-9]*\}", text.partition("</style>")[2]), f"{name}: a place without its value"


def test_a_draft_says_so_on_top_and_a_published_one_does_not(tmp_path: Path) -> None:
    made_pages = pages(tmp_path)
    assert "Draft: not for publication" in made_pages["broken en"]
    assert "Draft" not in made_pages["sound en"]
    assert "Draft: it may not be published" in made_pages["draft en"]
    assert "Draft" not in made_pages["impact en"]
    assert "−7.5 t CO2e" in made_pages["results en"] or "\u22127.5" in made_pages["results en"]


def test_a_draft_is_no_published_page(tmp_path: Path) -> None:
    draft = statement(impact_folder(tmp_path / "d", answers=ANSWERS[2:]))
    with pytest.raises(NotPublishableError, match="targets"):
        impact_page(draft, published=True)
    both = beside(made(tmp_path / "v", [{"co2e_ug": 1}], year=2025), draft)
    with pytest.raises(NotPublishableError):
        beside_page(both, published=True)


def test_a_language_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="zh-Hant"):
        page(allocation_report(read(bonds_folder(tmp_path))), "fr")


def test_csv_has_amounts_that_add_up_as_text(tmp_path: Path) -> None:
    text = as_csv(allocation_report(read(bonds_folder(tmp_path))))
    assert text.splitlines()[1].startswith("b,EUR,p,Wind,renewable_energy,,600.00,600.00,600.00,0.00,0.00,3/4")
    assert "cash,unallocated,,400.00" in text


@pytest.mark.parametrize(
    ("ug", "shown"),
    [
        (0, "0 g"),
        (None, "–"),
        (15 * 10**20, "1,500 Mt"),
        (-1, "−1.00 µg"),
        (999_499 * 10**9, "999 t"),
        (1234 * 10**6, "1.23 kg"),
    ],
)
def test_grams_as_a_reader_sees_them(ug: int | None, shown: str) -> None:
    assert mass(ug) == shown


def test_three_digits_and_no_more() -> None:
    assert [three_digits(value) for value in (0, 0.04123, 2431, -2.5)] == ["0", "0.0412", "2,430", "−2.50"]
