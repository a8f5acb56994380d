"""The marketplace's boundary is one list: methods lead where it says, the page shows it, and sellers' goods lead nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leafmark.inventory.marketplace import MARKETPLACE, Flow, places_of_goods, rows
from leafmark.inventory.tables import SCOPE_ROWS
from leafmark.methods import LIBRARY, method

PAGE = Path(__file__).resolve().parents[2] / "docs" / "inventory-boundary.md"


@pytest.mark.parametrize("flow", MARKETPLACE, ids=lambda flow: flow.what)
def test_every_method_leads_to_the_place_that_the_boundary_says(flow: Flow) -> None:
    for name in flow.methods:
        newest = method(name)
        assert newest.book == "inventory"
        assert (flow.scope, flow.category) in {(part.scope, part.category) for part in newest.parts}, name


def test_own_retail_counts_in_three_categories_and_sellers_goods_in_none() -> None:
    assert places_of_goods("own_retail") == ((3, 1), (3, 11), (3, 12))
    assert places_of_goods("third_party") == ()
    with pytest.raises(ValueError, match="own_retail or third_party, found 'marketplace'"):
        places_of_goods("marketplace")


def test_the_list_and_the_places_of_goods_agree() -> None:
    of_goods = {(flow.scope, flow.category) for flow in MARKETPLACE if flow.what.startswith("goods of own retail")}
    assert of_goods == set(places_of_goods("own_retail"))
    sellers = [flow for flow in MARKETPLACE if "third-party" in flow.what]
    assert len(sellers) == 2
    assert all((flow.book, flow.scope, flow.category, flow.methods) == ("outside", None, None, ()) for flow in sellers)


def test_bought_logistics_are_category_4_and_nothing_else() -> None:
    bought = {name for flow in MARKETPLACE if (flow.scope, flow.category) == (3, 4) for name in flow.methods}
    leading = {each.id for each in LIBRARY if {(part.scope, part.category) for part in each.parts} == {(3, 4)}}
    assert bought <= leading


def test_scope_3_plus_has_no_way_into_the_inventory() -> None:
    """Acts are of another book and of no scope; a flow of it names no method of the inventory."""
    acts = [each for each in LIBRARY if each.book == "impact"]
    assert acts
    assert all(part.scope is None and part.category is None for each in acts for part in each.parts)
    for flow in MARKETPLACE:
        assert (flow.book == "inventory") == ((flow.scope, flow.category) in SCOPE_ROWS), flow.what


def test_the_page_shows_the_list() -> None:
    shown = re.search(r"<!-- boundary -->\n(.*?)<!-- /boundary -->", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    made = "".join(f"| {what} | {where} | {by} | {why} |\n" for what, where, by, why in rows())
    assert shown is not None
    assert shown[1] == f"| what | where | by | why |\n|---|---|---|---|\n{made}"
