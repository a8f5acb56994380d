"""Category against category: averages of published estimates stand beside each other by the rule, and by nothing less."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client
from shopper_shelf import DAY, fill_estimates, write_estimates

from leafmark.web.shelf.fill import fill
from leafmark.web.shelf.models import CategoryAverage, Product

LANGUAGES = (("", "en"), ("/zh-hant", "zh-Hant"), ("/zh-hans", "zh-Hans"))


@pytest.fixture(scope="session")
def estimates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_estimates(tmp_path_factory.mktemp("estimates"))


@pytest.fixture
def beside(db: None, estimates: Path) -> None:
    fill_estimates(estimates)


def bars(page: str) -> list[str]:
    """The names under the chart's bars, from the top."""
    chart = re.search(r'<svg class="chart".*?</svg>\s*</figure>', page, re.DOTALL)
    return (
        [] if chart is None else [unescape(each) for each in re.findall(r'<text class="name[^>]*>([^<]*)<', chart[0])]
    )


@pytest.mark.parametrize(("prefix", "lang"), LANGUAGES)
def test_oats_against_milk(beside: None, client: Client, prefix: str, lang: str) -> None:
    """Poore and Nemecek 2018: soy milk 0.98, milk 3.15 kg CO2e per kg; half a kilogram a package changes nothing of it."""
    page = client.get(f"{prefix}/product/dairy/milk 0/").content.decode()
    assert bars(page) == ["oats & <soy>", "milk"]
    assert ">0.980<" in page
    assert ">3.15<" in page
    assert "COICOP 2018" in page
    assert "<details>" in page
    assert "<soy>" not in page
    words = {"en": "not of these products", "zh-Hant": "並非這些產品的數字", "zh-Hans": "并非这些产品的数字"}
    assert words[lang] in page


@pytest.mark.parametrize(("prefix", "lang"), LANGUAGES)
def test_the_category_s_page_has_it_too(beside: None, client: Client, prefix: str, lang: str) -> None:
    page = client.get(f"{prefix}/category/oats-soy/").content.decode()
    assert bars(page) == ["oats & <soy>", "milk"]
    assert 'href="#beside"' in page


@pytest.mark.parametrize(
    "product",
    [
        "rare milk 0",
        "milk to the plate 0",
        "milk of another sector 0",
        "beef 0",
        "of no purpose 0",
        "of an unknown purpose 0",
    ],
)
def test_nothing_stands_beside_what_the_rule_keeps_out(beside: None, client: Client, product: str) -> None:
    answer = client.get(f"/product/dairy/{product}/")
    assert answer.status_code == 200
    assert bars(answer.content.decode()) == []


def test_each_kind_is_averaged_by_itself(beside: None) -> None:
    found = {each.category.key: each for each in CategoryAverage.objects.select_related("category")}
    assert set(found) == {"milk", "oats & <soy>", "rare milk", "milk to the plate", "milk of another sector", "beef"}
    assert found["oats & <soy>"].count == 31
    assert found["milk"].basis != found["milk to the plate"].basis


def test_a_product_that_gets_a_figure_of_its_own_leaves_the_average(
    beside: None, estimates: Path, tmp_path: Path
) -> None:
    rows = [row for row in pq.read_table(estimates / "catalogue.parquet").to_pylist() if row["product_id"] == "milk 0"]
    path = tmp_path / "own.parquet"
    pq.write_table(pa.Table.from_pylist([{**rows[0], "category_estimate": False}]), path)
    fill(estimates / "run", path, DAY, workspace=estimates)
    assert Product.objects.get(product_id="milk 0").state == "declared"
    assert CategoryAverage.objects.get(category__key="milk").count == 29


def test_filling_again_averages_the_same(beside: None, estimates: Path) -> None:
    values = ("category", "purpose", "basis", "count", "mean_ug", "low_ug", "high_ug")
    before = sorted(CategoryAverage.objects.values_list(*values))
    fill(estimates / "run", estimates / "catalogue.parquet", DAY, workspace=estimates)
    assert sorted(CategoryAverage.objects.values_list(*values)) == before
