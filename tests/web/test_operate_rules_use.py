"""Frozen category rules at work: a brand's file may name them, and their cut-offs decide whether its figure stands."""

from __future__ import annotations

import pytest
from brand_files import BILLS, PRODUCTS, Console, console, visible

from leafmark.web.operate.rules import drafting, freezing
from leafmark.web.operate.rules.texts import texts_of
from leafmark.web.people.models import User
from leafmark.web.shelf.models import Publication

__all__ = ["console"]
SEATS = """
id = "seats"
version = 1
functional_unit = "seating one person"
reference_flow = "1 chair"
boundary = "cradle_to_gate"
cut_off_each = 0.02
cut_off_total = 0.05
reference = "ours"
"""
NAMED = (
    PRODUCTS.replace("mass_kg\n", "mass_kg,category_rules\n")
    .replace("6.2\n", "6.2,seats@1\n")
    .replace("1.03\n", "1.03,\n")
)
LINES = BILLS.replace("Oak wood,", ",material.wood") + "chair,materials,,material.corrugated_board,0.1,kg,\n"
"""A line without a place, for which there is no factor: 0.1 of 6.9 kg of the chair, 1.45 %."""


def freeze_seats() -> None:
    one, other = (User.objects.create_user(f"{name}@leafmark.example", is_operator=True) for name in ("one", "other"))
    draft = drafting.begin(None, one, "begin")
    revision = drafting.save(draft, 1, texts_of(SEATS, []), "", one, "save")
    freezing.freeze(draft, revision.sha256, 0, False, "agreed", other, "freeze")


def test_a_file_names_rules_once_they_are_frozen(console: Console) -> None:
    upload = console.checked(NAMED, None)
    assert upload.preview["products"]["counts"]["rejected"] == 1
    assert "seats@1" in visible(console.page(f"imports/{upload.pk}/"))
    freeze_seats()
    upload = console.checked(NAMED, None)
    assert upload.preview["products"]["counts"]["rejected"] == 0
    for wrong in ("seats@2", "<b>seats</b>", "seats@1@1"):
        assert console.checked(NAMED.replace("seats@1", wrong), None).preview["products"]["counts"]["rejected"] == 1


@pytest.mark.parametrize(("rules", "state"), [("seats@1", "declared"), ("", "unknown")])
def test_the_cut_off_of_frozen_rules_holds_in_the_draft_and_on_the_shelf(
    console: Console, rules: str, state: str
) -> None:
    freeze_seats()
    console.published(NAMED.replace("seats@1", rules), LINES)
    chair = Publication.objects.get(product__product_id="chair")
    assert chair.row["rejected_lines"] == 1
    assert (chair.state, chair.product.state) == (state, state)
