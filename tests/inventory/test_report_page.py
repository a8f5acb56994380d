"""The report's page: every item of the standards stands somewhere or is said to be missing, in three languages, and figures are the book's."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pyarrow as pa
import pytest
from made_inventory import made
from reported_company import STATEMENTS, company

from leafmark.factors.model import builtin
from leafmark.inventory.book import Inventory, InventoryError
from leafmark.inventory.report.facts import Facts, gather
from leafmark.inventory.report.making import make
from leafmark.inventory.report.page import page
from leafmark.inventory.report.required import ITEMS, index
from leafmark.inventory.report.words import LANGUAGES, Words, table, tonnes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole company with its statements beside it."""
    path = tmp_path_factory.mktemp("company")
    company(path / "inventory")
    (path / "statements.toml").write_text(STATEMENTS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def given(folder: Path) -> Facts:
    return gather(Inventory.open(folder / "inventory"), folder / "statements.toml")


class Page(HTMLParser):
    """Ids, links within the page, tags that were opened and not closed, and what is not allowed to be there."""

    VOID = ("meta", "br", "link", "img", "input", "rect", "path")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.scripts = 0
        self.sources: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.ids += [told["id"]] if told.get("id") else []
        self.links += [told["href"]] if tag == "a" and told.get("href") else []
        self.sources += [told[name] for name in ("src", "data") if told.get(name)]
        self.scripts += tag == "script" or any(name.startswith("on") for name in told)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag, tag


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_stands_by_itself_and_each_item_leads_to_its_section(given: Facts, language: str) -> None:
    text = page(given, language)
    found = Page(text)
    assert not found.open
    assert not found.scripts
    assert not found.sources
    assert "url(" not in text
    assert len(found.ids) == len(set(found.ids))
    within = {each[1:] for each in found.links if each.startswith("#")}
    assert within <= set(found.ids)
    assert {item.section for item in ITEMS} <= set(found.ids)
    assert f'<html lang="{language}">' in text


def test_whole_statements_leave_only_what_nobody_can_say(given: Facts) -> None:
    states = {item.key: found.state for item, found in index(given, Words("en"))}
    assert {key for key, state in states.items() if state != "there"} == {
        "cs_gases", "cs_gwp", "s3_data", "opt_intensity",
    }  # fmt: skip
    assert states["cs_gases"] == states["cs_gwp"] == states["s3_data"] == "partly"


def test_an_item_without_content_is_said_to_be_missing(tmp_path: Path) -> None:
    bare = gather(made(tmp_path / "i", []))
    found = {item.key: state for item, state in index(bare, Words("en"))}
    assert all(state.why for state in found.values() if state.state != "there")
    there = {key for key, state in found.items() if state.state == "there"}
    assert there == {"cs_boundary", "cs_gwp", "cs_period"}
    text = page(bare)
    for state in found.values():
        assert state.why.split("<")[0] in text.replace("&amp;", "&").replace("&quot;", '"')
    for name in {item.section for item in ITEMS}:
        section = re.search(rf'<h2 id="{name}">.*?</section>', text, flags=re.DOTALL)
        assert section is not None
        body = re.sub(r"<[^>]+>", "", section[0].split("</h2>")[1]).strip()
        assert body, f"section {name} is silently empty"


@pytest.mark.parametrize(
    ("take", "item"),
    [
        ("scope2_tracking", "s2_tracking"),
        ("base_year", "cs_base_year"),
        ("contact", "opt_contact"),
        ("allocation", "s3_methods"),
        ("scope2_method", "s2_base_year"),
        ("scope2_proxy", "s2_base_year"),
        ("[[base_year.scope3]]", "s3_base_year"),
    ],
)
def test_what_is_taken_away_is_missed(folder: Path, tmp_path: Path, take: str, item: str) -> None:
    """A seeded fault: each statement that is taken out of the file shows in the index, and nowhere else."""
    kept = [line for line in STATEMENTS.splitlines() if not line.startswith(take)]
    text = STATEMENTS.partition("[base_year]")[0] if take == "base_year" else "\n".join(kept)
    if take.startswith("[["):
        text = STATEMENTS.partition(take)[0]
    (tmp_path / "less.toml").write_text(text, encoding="utf-8")
    less = gather(Inventory.open(folder / "inventory"), tmp_path / "less.toml")
    found = {each.key: state.state for each, state in index(less, Words("en"))}
    assert found[item] in ("missing", "partly")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('scope2_method = "both"', "scope2_method: expected location, market, both"),
        ("scope2_proxy = false", "scope2_proxy: expected true or false"),
        ("category = 1", "scope3, entry 1: expected category"),
    ],
)
def test_a_base_year_that_is_told_wrong_is_refused(folder: Path, tmp_path: Path, wrong: str, said: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(STATEMENTS.replace(wrong, wrong.partition("=")[0] + '= "hourly"'), encoding="utf-8")
    with pytest.raises(InventoryError, match=re.escape(said)):
        gather(Inventory.open(folder / "inventory"), file)


def test_potentials_of_what_stands_as_published_are_told(tmp_path: Path) -> None:
    """Amendment of 2013: the source of the potentials, and whether several assessment reports were used. By hand: 3 t and 4 t by totals alone."""
    rows = [
        {"co2e_ug": 3 * 10**12, "factor_id": "travel.hotel@GB:supply_chain:2025"},
        {"co2e_ug": 4 * 10**12, "factor_id": "nobody.knows@GB"},
        {"co2e_ug": 10**12, "gases": {**dict.fromkeys(("ch4_fossil_ug", "ch4_biogenic_ug", "n2o_ug", "f_gases_ug", "other_ug", "unsplit_ug"), 0), "co2_ug": 10**12}},
    ]  # fmt: skip
    pack = builtin()
    pinned = [{"id": pack.id, "version": pack.version, "sha256": pack.hash}]
    facts = gather(made(tmp_path / "i", rows, packs=pinned))
    assert facts.as_published == {"": 4 * 10**12, pack.factor("travel.hotel@GB:supply_chain:2025").gwp_set: 3 * 10**12}
    states = {item.key: found for item, found in index(facts, Words("en"))}
    assert states["cs_gwp"].state == "partly"
    assert "50.0 %" in states["cs_gwp"].why
    assert "3.000 t CO2e" in page(facts)


def test_figures_are_the_books_and_both_totals_stand_on_the_page(given: Facts) -> None:
    text = page(given)
    for by in ("location", "market"):
        assert f"{tonnes(given.inventory.total(by).co2e_ug)} t CO2e" in text  # type: ignore[arg-type]
    for total in given.inventory.rows("market").values():
        assert f">{tonnes(total.co2e_ug)}<" in text
    assert "−0.001" in text  # the credit of waste


def test_what_people_wrote_is_text(given: Facts) -> None:
    text = page(given)
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "=HYPERLINK(&quot;http://example.org&quot;,&quot;x&quot;)" in text


def test_offsets_stand_in_rows_of_their_own_and_reduce_nothing(folder: Path, tmp_path: Path) -> None:
    there = Inventory.open(folder / "inventory")
    names = ("lines", "flags", "completeness")
    without = Inventory.write(tmp_path / "i", there.record, {name: there.table(name) for name in names})
    assert gather(without).totals == gather(there).totals
    assert "No removals, offsets or credits are recorded" in page(gather(without))


@pytest.mark.parametrize(
    ("ug", "said"),
    [(0, "0.000"), (1, "<0.001"), (-1, "−<0.001"), (499_999_999, "<0.001"), (500_000_000, "0.001"), (-1_500_000_000, "−0.002"), (1_234_567_890_123_456_789, "1,234,567.890"),
     (None, "–")],
)  # fmt: skip
def test_tonnes_are_rounded_by_whole_numbers_and_never_say_zero_of_something(ug: int | None, said: str) -> None:
    assert tonnes(ug) == said


def test_every_language_says_the_same() -> None:
    english = table("en")
    for language in LANGUAGES:
        other = table(language)
        assert other.keys() == english.keys()
        for key, said in english.items():
            fields = {name for _, name, _, _ in Formatter().parse(said) if name}
            assert {name for _, name, _, _ in Formatter().parse(other[key]) if name} == fields, (language, key)
            assert other[key].strip(), (language, key)


def test_scripts_are_not_mixed() -> None:
    simplified, traditional = (set("".join(table(each).values())) for each in ("zh-Hans", "zh-Hant"))
    assert not simplified & set("範疇總價鏈購買務資產運輸與員設邊標據")
    assert not traditional & set("范总价链购买务资产运输与员设边标据")


def test_a_thousand_sites_are_brought_together_and_add_up(tmp_path: Path) -> None:
    rows = [{"site_id": f"s{n:04}", "co2e_ug": 10**9 * (n + 1), "factor_id": f"f{n}"} for n in range(700)]
    text = page(gather(made(tmp_path / "i", rows)))
    rest = sum(n + 1 for n in range(200))  # the 200 smallest: 1 to 200 kg
    assert f"{rest / 1000:.3f}" in text
    assert "all others (200)" in text


def test_impact_stands_on_its_own_page_and_any_other_book_is_refused(folder: Path, tmp_path: Path) -> None:
    inventory = Inventory.open(folder / "inventory")
    (tmp_path / "impact.json").write_text(
        '{"book": "impact", "status": "publishable", "rows": [{"programme": "cups", "co2e_ug": -77777}]}'
    )
    done = make(inventory, tmp_path / "out", formats=("html",), impact=tmp_path / "impact.json")
    assert [Path(each["file"]).name for each in done["files"]] == ["report.html", "impact.html"]
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "77777" not in text
    assert 'href="impact.html"' in text
    assert "77777" in (tmp_path / "out" / "impact.html").read_text(encoding="utf-8")
    (tmp_path / "impact.json").write_text(
        '{"book": "impact", "status": "draft", "open": ["gate 2: is it in line?: unanswered"]}'
    )
    with pytest.raises(InventoryError, match="gate 2: is it in line"):
        make(inventory, tmp_path / "out", formats=("html",), impact=tmp_path / "impact.json")
    (tmp_path / "impact.json").write_text('{"book": "inventory"}')
    with pytest.raises(InventoryError, match="expected impact, found 'inventory'"):
        make(inventory, tmp_path / "out", formats=("html",), impact=tmp_path / "impact.json")


@pytest.mark.parametrize(
    ("text", "said"),
    [("nonsense = 'x'", "nonsense: not a statement"), ("contact = 3", "contact: expected text"), ("scope2_tracking = 'both'", "expected location or market"),
     ("[base_year]\nyaer = 2020", "expected a table of"), ("[[base_year.profile]]\nyear = 2020\nco2e_t = 'x'", "co2e_t: expected tonnes"), ("contact", "cannot be read as TOML")],
)  # fmt: skip
def test_statements_that_cannot_be_read_say_where(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "s.toml"
    file.write_text(text)
    with pytest.raises(InventoryError, match=said):
        gather(made(tmp_path / "i", []), file)


def test_an_inventory_larger_than_int64_micrograms_is_reported(tmp_path: Path) -> None:
    """A line holds up to 9.2 Mt; five of 8 Mt leave int64."""
    rows = [{"co2e_ug": 8 * 10**18, "site_id": f"s{n}"} for n in range(2)] + [
        {"co2e_ug": 8 * 10**18, "month": None} for _ in range(3)
    ]
    found = gather(made(tmp_path / "i", rows))
    assert found.totals["location"].co2e_ug == 40 * 10**18
    assert found.totals["location"].low_ug == found.totals["location"].high_ug == 40 * 10**18
    assert "40,000,000.000" in page(found)


def test_lines_that_are_no_lines_are_refused(tmp_path: Path) -> None:
    inventory = made(tmp_path / "i", [{"co2e_ug": 1}])
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"co2e_ug": [1]}), tmp_path / "i" / "lines.parquet")
    with pytest.raises(InventoryError, match="no column entity_id"):
        gather(inventory)


def test_the_guide_names_every_required_section() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "inventory-report.md").read_text(encoding="utf-8")
    for item in ITEMS:
        assert not item.required or f"`{item.section}`" in guide, item.key


def test_a_company_without_contracts_is_said_to_have_none_and_no_empty_table_stands(given: Facts) -> None:
    assert given.instruments is not None
    none = replace(given, instruments=given.instruments.slice(0, 0))
    for language in LANGUAGES:
        assert Words(language)("scope2.none") in page(none, language)
        assert Words(language)("scope2.none") not in page(given, language)
    assert "contract_id" not in page(none)
