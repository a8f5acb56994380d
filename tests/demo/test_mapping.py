"""The curated mapping: every department and category with sales is covered, every row says why, every key exists."""

import csv
import re
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest

from leafmark.demo import mapping
from leafmark.demo.mapping import Mapper, load_mapping
from leafmark.demo.sizes import parse_size
from leafmark.factors.model import builtin


@pytest.fixture(scope="module")
def mapper() -> Mapper:
    return Mapper(load_mapping())


@pytest.fixture(scope="module")
def triples(panel: Path) -> list[tuple[str | None, str | None, str | None, float]]:
    """(department, category, type, sales) of the panel, by plain SQL on the raw tables."""
    return (
        duckdb.connect()
        .execute(
            f"""SELECT department, product_category, product_type, sum(sales_value)
                FROM '{panel / "transactions.parquet"}' JOIN '{panel / "products.parquet"}' USING (product_id)
                GROUP BY ALL"""
        )
        .fetchall()
    )


def test_every_category_with_sales_has_a_rule_of_its_department_or_category(
    mapper: Mapper, triples: list[tuple[str | None, str | None, str | None, float]]
) -> None:
    assert len({department for department, *_ in triples}) == 30
    assert len({(department, category) for department, category, *_ in triples}) == 339
    for department, category, kind, _ in triples:
        rule = mapper.rule(department, category, kind, None)
        assert rule is not None, (department, category, kind)
        assert rule.reason
        assert rule.mapped or rule.reason.startswith("not mapped: ")


def test_equally_specific_rules_agree(triples: list[tuple[str | None, str | None, str | None, float]]) -> None:
    """Where two rules of the same weight fit one type of the panel, they must name the same factors."""
    rules = load_mapping()
    for department, category, kind, _ in triples:
        fitting = defaultdict(set)
        for rule in rules:
            texts = (department or "-", category or "-", kind or "-")
            patterns = (rule.department, rule.product_category, rule.product_type)
            if not rule.package_size and all(map(mapping._matches, patterns, texts)):
                fitting[mapping._specificity(rule)].add((rule.sector, rule.mass_key, rule.spend_key, rule.weight_rule))
        assert len(fitting[max(fitting)]) == 1, (department, category, kind, fitting[max(fitting)])


def test_every_key_is_in_the_built_in_pack() -> None:
    pack = set(builtin().factors["key"].to_pylist())
    named = {key for rule in load_mapping() for key in (rule.mass_key, rule.spend_key) if key}
    assert sorted(named - pack) == []


def test_the_reason_says_which_of_the_two_food_tables() -> None:
    for rule in load_mapping():
        agribalyse = rule.mass_key.startswith("food.agribalyse.")
        poore_nemecek = rule.mass_key.startswith("food.") and not agribalyse
        if agribalyse:
            assert "Agribalyse" in rule.reason, rule
        if poore_nemecek:
            assert "P&N" in rule.reason, rule


def test_no_factor_is_used_for_two_kinds_of_rule() -> None:
    """Household goods and personal care never take a food's factor, but for salt; food never takes a material's."""
    for rule in load_mapping():
        if rule.sector == "food":
            assert rule.mass_key == "" or rule.mass_key.startswith("food."), rule
        elif rule.sector in {"home", "other"}:
            assert not rule.mass_key.startswith("food.") or rule.mass_key == "food.agribalyse.salt", rule


KNOWN = [
    ("MEAT", "BEEF", "CHOICE BEEF", None, "food", "food.beef_herd"),
    ("MEAT", "TURKEY", "GROUND TURKEY", "1 LB", "food", "food.poultry_meat"),
    ("MEAT", "TURKEY", "SELECT BEEF", None, "food", "food.beef_herd"),  # misfiled in the panel
    ("GROCERY", "FLUID MILK PRODUCTS", "FLUID MILK WHITE ONLY", "1 GA", "food", "food.milk"),
    ("GROCERY", "CHEESE", "SHREDDED CHEESE", "8 OZ", "food", "food.cheese"),
    ("GROCERY", "CHEESE", "IWS SINGLE CHEESE", "12 OZ", "food", "food.agribalyse.processed_cheese_slices"),
    ("GROCERY", "EGGS", "EGGS - LARGE", "1 DZ", "food", "food.eggs"),
    ("GROCERY", "EGGS", "EGGS SUBSTITUTE", "16 OZ", "food", "food.agribalyse.egg_white"),
    ("GROCERY", "CONDIMENTS/SAUCES", "COVERGIRL", None, "other", ""),  # make-up filed with the sauces
    ("PRODUCE", "TROPICAL FRUIT", "BANANAS", "40 LB", "food", "food.bananas"),
    ("DRUG GM", "INFANT FORMULA", "INFANT FORMULA MILK BASE", "25.7 OZ", "mother_and_baby",
     "food.agribalyse.baby_milk_powder"),
    ("DRUG GM", "INFANT FORMULA", "INFANT FORMULA MILK BASE", "32 OZ", "mother_and_baby",
     "food.agribalyse.baby_milk_ready"),
    ("DRUG GM", "INFANT FORMULA", "INFANT FORMULA MILK BASE", "209 REC OZ", "mother_and_baby", ""),
    ("DRUG GM", "DIAPERS & DISPOSABLES", "BABY DIAPERS", "40 CT", "mother_and_baby", ""),
    ("GROCERY", "BATH TISSUES", "TOILET TISSUE", "150 SQ FT", "home", "material.paper"),
    ("GROCERY", "FD WRAPS/BAGS/TRSH BG", "ALUMINUM FOIL", "75 FT", "home", "material.aluminium"),
    ("FUEL", "FUEL", "GASOLINE-REG UNLEADED", None, "other", ""),
    ("MISCELLANEOUS", None, None, None, "other", ""),
]  # fmt: skip


@pytest.mark.parametrize(("department", "category", "kind", "size", "sector", "key"), KNOWN)
def test_known_products(
    mapper: Mapper, department: str, category: str | None, kind: str | None, size: str | None, sector: str, key: str
) -> None:
    rule = mapper.rule(department, category, kind, size)
    assert rule is not None
    assert (rule.sector, rule.mass_key) == (sector, key)


def test_a_pack_s_size_is_the_whole_or_each_as_the_row_says(mapper: Mapper) -> None:
    ounce = 0.028349523125
    bakery = mapper.rule("GROCERY", "BAKED SWEET GOODS", "SNACK CAKE - MULTI PACK", "4 PK/16 OZ")
    chips = mapper.rule("GROCERY", "BAG SNACKS", "POTATO CHIPS", "36/1 OZ")
    soup = mapper.rule("GROCERY", "SOUP", "RAMEN NOODLES/RAMEN CUPS", "6 PK/3 OZ")
    assert bakery
    assert chips
    assert soup
    assert bakery.piece_mass_kg(parse_size("4 PK/16 OZ"))[0] == pytest.approx(16 * ounce)
    assert chips.piece_mass_kg(parse_size("36/1 OZ"))[0] == pytest.approx(36 * ounce)
    assert soup.piece_mass_kg(parse_size("6 PK/3 OZ"))[0] == pytest.approx(18 * ounce)


def test_faults_are_all_named_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    header = next(csv.reader(["department,product_category,product_type,package_size,sector,mass_key,weight_rule,pack,"
                              "usd_per_kg_min,usd_per_kg_max,spend_key,reason"]))  # fmt: skip
    bad = [
        ["GROCERY", "A", "", "", "garden", "", "", "", "", "", "spend.naics_311111", "x"],
        ["GROCERY", "B", "", "", "food", "food.milk", "", "", "", "", "", "P&N"],
        ["GROCERY", "C", "", "", "food", "food.milk", "guess", "", "", "", "", "P&N"],
        ["GROCERY", "D", "", "", "food", "", "", "", "", "", "", "forgotten"],
        ["GROCERY", "D", "", "", "food", "", "", "many", "", "", "spend.naics_311111", ""],
    ]
    with (tmp_path / "mapping.csv").open("w", newline="") as file:
        csv.writer(file).writerows([header, *bad])
    monkeypatch.setattr(mapping, "files", lambda _: tmp_path)
    with pytest.raises(ValueError) as caught:
        load_mapping()
    text = str(caught.value)
    for row, fault in ((2, "sector 'garden'"), (3, "needs a weight rule"), (4, "weight rule 'guess'"), (5, "no key"),
                       (6, "no reason"), (6, "pack 'many'"), (6, "same conditions as row 5")):  # fmt: skip
        assert f"row {row}: " in text
        assert fault in text


LEAKS = re.compile(
    r"\brows?\b|\bbelow\b|\babove\b|\bband\b|spend only|TODO|\?\?|used nowhere|[a-z](household goods|personal care):|\brule\b"
)
"""Words of whoever keeps the table, which tell a reader of the page nothing, and prefixes grown onto a word."""


def doubled(text: str) -> bool:
    """Whether four words in a row come twice: a text pasted over itself."""
    words = re.findall(r"[^\s:,;]+", text)
    runs = [tuple(words[place : place + 4]) for place in range(len(words) - 3)]
    return len(set(runs)) < len(runs)


def test_leaks_and_doubled_texts_are_seen() -> None:
    assert doubled("household goods: multi-purpose cleaner household goods: multi-purpose cleaner spend")
    assert LEAKS.search("goods: multi-purpose cleanerhousehold goods: cleaner")
    assert LEAKS.search("assorted: spend only unless a row below says more")


def test_every_reason_reads_well_on_the_page() -> None:
    for rule in load_mapping():
        assert not LEAKS.search(rule.reason), rule
        assert not doubled(rule.reason), rule
        assert len(rule.reason.split()) > 1, rule
        assert rule.reason == rule.reason.strip(" .;,:"), rule


def test_a_reason_about_another_factor_s_use_is_true() -> None:
    """The reason of beef says where the dairy herd's factor is used; the table must agree."""
    dairy = {rule.product_category for rule in load_mapping() if rule.mass_key == "food.beef_dairy_herd"}
    assert dairy == {"VEAL"}
    told = [rule.reason for rule in load_mapping() if "the dairy herd's" in rule.reason]
    assert told
    assert all("used for veal only" in reason for reason in told)
