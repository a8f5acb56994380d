"""Category rules: complete, consistent in themselves, and identified by all they say."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from leafmark.methods.category_rules import RULES, CategoryRulesError, category_rules, parse_rules, shipped_texts

TELEVISIONS = category_rules("televisions@1")
GOOD = """
id = "kettles"
version = 1
functional_unit = "boiling"
reference_flow = "1 kettle"
boundary = "cradle_to_retail"
reference = "ours"
"""


def test_rules_are_found_by_name() -> None:
    assert {rules.id for rules in RULES} == {"food", "televisions", "laptops"}
    assert all(category_rules(rules.name) is rules for rules in RULES)
    assert category_rules("food").name == "food@1"
    with pytest.raises(CategoryRulesError, match="it has: food@1"):
        category_rules("food@9")


def test_every_field_is_part_of_the_identity() -> None:
    for change in ({"version": 2}, {"lifetime_years": 8.0}, {"end_of_life_method": "cff"}, {"cut_off_each": 0.02}):
        assert dataclasses.replace(TELEVISIONS, **change).hash != TELEVISIONS.hash  # type: ignore[arg-type]
    assert len({rules.hash for rules in RULES}) == len(RULES)


@pytest.mark.parametrize(
    "change",
    [
        {"cut_off_each": 0.1},
        {"cut_off_total": 1.0},
        {"allocation_order": ("physical", "physical")},
        {"lifetime_years": None},
        {"lifetime_years": 0.0},
        {"boundary": "cradle_to_gate"},
    ],
)
def test_rules_that_contradict_themselves_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(CategoryRulesError, match="televisions@1"):
        dataclasses.replace(TELEVISIONS, **change)  # type: ignore[arg-type]


def test_a_lifetime_stands_in_the_functional_unit() -> None:
    for rules in RULES:
        if rules.lifetime_years is not None:
            assert f"{rules.lifetime_years:g} years" in rules.functional_unit


def test_the_shipped_rules_are_those_that_were_published() -> None:
    """Their identities as they have stood in docs/category-rules.md since their first version: they follow from all they say."""
    published = {
        "food@1": "a98469011bc2f853065bfd562559365cdfa22a0385501e83cd0d903802e34314",
        "televisions@1": "6d3197b2fee215a8a06c7fd876960e6d797796768dfcffb56916bb2f164dd0a4",
        "laptops@1": "911066bfb02e67ef6165acbde3efd0fa08c51ddf118bf1d9eaecd6357185f621",
    }
    assert {each.name: each.hash for each in map(parse_rules, shipped_texts())} == published
    page = (Path(__file__).parents[2] / "docs" / "category-rules.md").read_text(encoding="utf-8")
    assert all(f"`{identity}`" in page for identity in published.values())


def test_one_saying_has_one_identity_however_it_is_written() -> None:
    first = "cut_off_each = 0.01\ncut_off_total = 0.05\nallocation_order = ['subdivide', 'physical', 'economic']\n"
    assert parse_rules(GOOD + first).hash == parse_rules("# remark\n" + GOOD).hash
    assert parse_rules(GOOD + "cut_off_each = 0.010").hash == parse_rules(GOOD).hash
    assert parse_rules(GOOD + "cut_off_each = 0").hash == parse_rules(GOOD + "cut_off_each = 0.0").hash
    grave = GOOD.replace("cradle_to_retail", "cradle_to_grave") + 'use_scenario = "boils"\n'
    assert parse_rules(grave + "lifetime_years = 5").hash == parse_rules(grave + "lifetime_years = 5.0").hash
    assert parse_rules(grave + "lifetime_years = 5.5").lifetime_years == 5.5


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        ("version = 1", "version = 0", {"version": "from_one"}),
        ("version = 1", 'version = "1"', {"version": "whole"}),
        ("version = 1", "version = true", {"version": "whole"}),
        ('id = "kettles"', 'id = "a@b"', {"id": "name"}),
        ('id = "kettles"', f'id = "{"x" * 200}"', {"id": "name"}),
        ('functional_unit = "boiling"', "", {"functional_unit": "missing"}),
        ('"boiling"', '" "', {"functional_unit": "text"}),
        ('"boiling"', '"\\u0007"', {"functional_unit": "control"}),
        ("cradle_to_retail", "cradle_to_door", {"boundary": "choice"}),
        ("cradle_to_retail", "cradle_to_grave", {"use_scenario": "use_missing", "lifetime_years": "use_missing"}),
        ('"ours"', '"ours"\nlifetime_years = 5', {"lifetime_years": "use_beyond"}),
        ('"ours"', '"ours"\nlifetime_years = -5', {"lifetime_years": "above_zero|use_beyond"}),
        ('"ours"', '"ours"\ncut_off_each = 0.06', {"cut_off_each": "cut_offs"}),
        ('"ours"', '"ours"\ncut_off_each = nan\ncut_off_total = 1', {"cut_off_each": "number"}),
        ('"ours"', '"ours"\ncut_off_each = 0.0000000000000001', {"cut_off_each": "number"}),
        ('"ours"', '"ours"\nallocation_order = []', {"allocation_order": "order"}),
        ('"ours"', '"ours"\nallocation_order = ["economic", "economic"]', {"allocation_order": "order"}),
        ('"ours"', '"ours"\nallocation_order = ["mass", 3]', {"allocation_order": "choice"}),
        ('"ours"', '"ours"\ncutoff = 0.01', {"cutoff": "unknown"}),
        ('"ours"', '"ours', {"": "toml"}),
        ("version = 1", "version = 0\nx = 1", {"x": "unknown", "version": "from_one"}),
    ],
)
def test_every_fault_is_told_by_its_field(old: str, new: str, faults: dict[str, str]) -> None:
    assert old in GOOD
    with pytest.raises(CategoryRulesError) as caught:
        parse_rules(GOOD.replace(old, new, 1))
    told: dict[str, list[str]] = {}
    for each in caught.value.faults:
        told.setdefault(each.field, []).append(each.code)
    assert {field: "|".join(dict.fromkeys(codes)) for field, codes in told.items()} == faults
    assert all(str(each) in str(caught.value) for each in caught.value.faults)


def test_rules_that_a_site_froze_are_found_beside_those_of_the_library() -> None:
    two = parse_rules(GOOD.replace("version = 1", "version = 2"))
    more = [parse_rules(GOOD), two, dataclasses.replace(category_rules("food"), version=2)]
    assert category_rules("kettles", more) is two
    assert category_rules("food", more).version == 2
    assert category_rules("food@1", more).version == 1
    own = dataclasses.replace(category_rules("food"), cut_off_each=0.02)
    assert category_rules("food@1", [own]) is own  # what a site froze stays, whatever the library comes to ship
    with pytest.raises(CategoryRulesError, match=r"food@1, food@2, kettles@1"):
        category_rules("kettles@3", more)
    with pytest.raises(CategoryRulesError):
        category_rules("kettles")
