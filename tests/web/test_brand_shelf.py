"""A brand's shelf: its products, where each stands if it may, and what its figure mostly comes from."""

from __future__ import annotations

import datetime as dt
import html
import re
from pathlib import Path

import pytest
from django.test import Client

from leafmark import engine
from leafmark.products.label import percents
from leafmark.web.brand.planning.standing import LOOKED_AT_MAX, SET_MIN, movers, standing
from leafmark.web.shelf.fill import fill
from leafmark.web.shelf.find import by_brand
from leafmark.web.shelf.models import Brand, Product

SHELF = "/brand/mill/shelf/"
DAY = dt.date(2026, 11, 1)


def words(page: str) -> str:
    main = re.sub(r"<(svg|select).*?</\1>", "", page.partition("<main")[2], flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.fixture
def televisions(mill: Brand, mill_run: Path) -> int:
    """40 sets in use on one grid, each fifth of the brand; 4 of them do something else."""
    folder = mill_run / "tv"
    if not folder.exists():
        folder.mkdir()
        rows = [f"TV-{number},{40 + 3 * number},7,AU" for number in range(40)]
        (folder / "use.csv").write_text("\n".join(["product_id,kwh_per_year,lifetime_years,region", *rows]) + "\n")
        shared = "consumer electronics,television,use_only"
        lines = [
            f"TV-{number},Set {number},{'Mill' if number % 5 == 0 else 'Other'},{shared},{'watching' if number < 36 else 'more'},7,AU"
            for number in range(40)
        ]
        head = "product_id,name,brand,sector,category,boundary,functional_unit,lifetime_years,use_region"
        (folder / "catalogue.csv").write_text("\n".join([head, *lines]) + "\n")
        engine.footprint(folder / "use.csv", out=folder / "run", method="appliance.use", known_on=DAY)
    fill(folder / "run", folder / "catalogue.csv", DAY, workspace=mill_run)
    return 36


def test_the_shelf_lists_the_brands_products_alone(mei: Client, mill: Brand) -> None:
    said = words(mei.get(SHELF).content.decode())
    assert "4 products" in said
    assert "Kettle 1.7 L KETTLE declared 173 kg per piece 143 – 207 kg 2026-11-01 1" in said
    assert "not known Not known" in said
    assert "Spoon" not in said
    assert "<b onclick" not in mei.get(SHELF).content.decode()


def test_it_is_searched_sorted_and_paged(mei: Client, televisions: int) -> None:
    def order(address: str) -> list[str]:
        return re.findall(r"/shelf/([\w-]+)/", mei.get(SHELF + address).content.decode().partition("<tbody>")[2])

    assert order("?q=kettle") == ["KETTLE"]
    assert order("?q=TV-1") == ["TV-10", "TV-15"]
    assert order("?q=%27%3B--") == []
    highest = order("?sort=highest")
    assert highest[0] == "TV-35"
    assert highest[-1] == "BOX"  # what is not known is not the lowest, nor the highest
    assert order("?sort=lowest")[-1] == "BOX"
    assert order("?sort=forged") == order("?sort=name") == order("")
    assert mei.get(SHELF + "?page=999&q=" + "x" * 9_000).status_code == 200
    assert mei.get(SHELF + "?q=%01").status_code == 200


def test_a_product_stands_among_those_it_may_be_ranked_with(mei: Client, televisions: int) -> None:
    found = standing(by_brand("mill", "TV-10"))
    assert found.size == televisions
    assert not found.small
    assert dict(found.left_out) == {"functional_unit": 4}
    assert (found.count("lower"), found.count("unsure"), found.count("higher")) == (
        10,
        0,
        25,
    )  # one grid: its error is theirs together
    assert [each.co2e_ug for each in found.others] == sorted(each.co2e_ug for each in found.others)
    page = mei.get(f"{SHELF}TV-10/").content.decode()
    assert page.count('class="strip-other"') == 35
    assert "36 products of television" in words(page)
    assert "house rule" not in words(page).lower()


def test_the_strip_holds_every_figure_and_this_ones_range(televisions: int) -> None:
    found = standing(by_brand("mill", "TV-0"))
    mine = found.mine.footprint
    for amount in (mine.low_ug, mine.co2e_ug, mine.high_ug, *(each.co2e_ug for each in found.others)):
        assert amount is not None
        assert 0 <= found.scale.at(amount) <= 100


def test_a_set_under_thirty_says_so(mei: Client, televisions: int) -> None:
    Product.objects.filter(product_id__in=[f"TV-{number}" for number in range(20, 36) if number % 5]).update(
        current=None
    )
    found = standing(by_brand("mill", "TV-10"))
    assert 1 < found.size < SET_MIN
    assert found.small
    assert "Fewer than 30 products: by our own house rule" in words(mei.get(f"{SHELF}TV-10/").content.decode())


def test_what_may_not_be_ranked_stands_nowhere(mei: Client, mill: Brand) -> None:
    for state, said in {"category_estimate": "never ranked", "unknown": "stands nowhere"}.items():
        plate = Product.objects.select_related("current").get(product_id="PLATE")
        Product.objects.filter(pk=plate.pk).update(state=state)
        publication = plate.published
        publication.catalogue = {**publication.catalogue, "category_estimate": state == "category_estimate"}
        publication.save(update_fields=["catalogue"])
        page = mei.get(f"{SHELF}PLATE/").content.decode()
        assert said in words(page)
        assert "strip" not in page.partition("<main")[2]


def test_products_that_rest_on_one_factor_are_not_ranked(mill: Brand) -> None:
    """Two of glass alone differ by their stated mass."""
    found = standing(by_brand("mill", "PLATE"))
    assert [each.product.product_id for each in found.others] == ["SPOON"]
    assert dict(found.left_out) == {"deciding_factor": 1, "stages": 1}  # JAR, CUP


def test_what_would_move_it_adds_up_and_the_largest_comes_first(mei: Client, mill: Brand) -> None:
    from leafmark.web.audit.explained import explained

    product = by_brand("mill", "KETTLE")
    found = movers(product, explained(product.published))
    for parts in (found.stages, found.factors):
        assert sum(each.co2e_ug for each in parts) == product.co2e_ug
        assert [each.co2e_ug for each in parts] == sorted((each.co2e_ug for each in parts), reverse=True)
        assert sorted(each.percent or 0 for each in parts) == sorted(
            percents((each.co2e_ug for each in parts), product.co2e_ug or 1)
        )
    assert found.factors[0].stage == "use"
    assert found.factors[0].line is None  # yearly electricity is tried by its own fields
    page = mei.get(f"{SHELF}KETTLE/").content.decode()
    steel = next(each for each in found.factors if each.factors[0]["factor_id"].startswith("material.steel_cans@"))
    address = f"/brand/mill/wizard/?begin=KETTLE&amp;wl={steel.line}"
    assert address in page
    answer = mei.get(html.unescape(address), follow=True)
    assert "In place of Metal: steel cans" in words(answer.content.decode())


def test_a_figure_that_cannot_be_made_again_says_so(mei: Client, mill: Brand) -> None:
    Product.objects.get(product_id="CUP")
    publication = by_brand("mill", "CUP").published
    publication.co2e_ug += 1
    publication.save(update_fields=["co2e_ug"])
    said = words(mei.get(f"{SHELF}CUP/").content.decode())
    assert "cannot be made again from its run" in said
    assert "Factor and source" not in said
    assert mei.get("/brand/mill/wizard/?begin=CUP").status_code == 409


def test_another_brands_product_is_not_there(mei: Client, mill: Brand) -> None:
    assert mei.get(f"{SHELF}SPOON/").status_code == 404
    assert mei.get(f"{SHELF}NO-SUCH/").status_code == 404
    assert LOOKED_AT_MAX == 2_000  # as the page says
