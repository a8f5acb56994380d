"""Category rules: complete, consistent in themselves, and identified by all they say."""

from __future__ import annotations

import dataclasses

import pytest

from leafmark.methods.category_rules import FOOD, RULES, TELEVISIONS, CategoryRulesError, category_rules


def test_rules_are_found_by_name() -> None:
    assert {rules.id for rules in RULES} == {"food", "televisions", "laptops"}
    assert all(category_rules(rules.name) is rules for rules in RULES)
    assert category_rules("food") is FOOD
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
