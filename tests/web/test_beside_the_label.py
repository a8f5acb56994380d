"""What stands beside a figure: the strip of a frozen benchmark, and the saving in use of an appliance."""

from __future__ import annotations

import datetime as dt
import json
from html import unescape
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client
from shopper_shelf import DAY, WHY

from leafmark.products.freeze_run import freeze_run
from leafmark.products.i18n import text
from leafmark.products.saving_from_run import saving_from_run
from leafmark.web.languages import say
from leafmark.web.shelf.fill import fill
from leafmark.web.shelf.labels import label_of
from leafmark.web.shelf.models import FrozenTable, Product, Publication

LANGUAGES = (("", "en"), ("/zh-hant", "zh-Hant"), ("/zh-hans", "zh-Hans"))


def freeze(runs: Path, out: Path, count_min: int) -> Path:
    freeze_run(
        runs / "use",
        runs / "use.catalogue.parquet",
        out,
        table_id="au.tv",
        version="1",
        frozen_on=DAY,
        count_min=count_min,
    )
    return out


@pytest.fixture
def beside(db: None, runs: Path, tmp_path: Path) -> Path:
    """TV-2 held against TV-1, TV-1 against TV-2, and all against a table of the three of one size."""
    table = freeze(runs, tmp_path / "table.json", 3)
    savings = {"TV-2": {"reference": "TV-1", "why": WHY}, "TV-1": {"reference": "TV-2"}}
    fill(runs / "use", runs / "use.catalogue.parquet", DAY, workspace=runs, benchmark=table, savings=savings)
    return table


def shown(client: Client, product: str, prefix: str = "") -> str:
    answer = client.get(f"{prefix}/product/aiwa/{product}/")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


@pytest.mark.parametrize(("prefix", "lang"), LANGUAGES)
def test_a_saving_names_its_counterfactual_and_that_it_is_no_part_of_the_footprint(
    beside: Path, client: Client, prefix: str, lang: str
) -> None:
    page = shown(client, "TV-2", prefix)
    assert text(lang, "saving.apart") in page
    assert say(lang, "saving.held", model="Aiwa 24", why=WHY[lang]) in page
    # 50 kWh less a year, Australia's grid of 2024: 0.55383 kg/kWh; 7 years
    for figure in ("27.7", "194", "55.4", "388"):
        assert f">{figure}<" in page
    assert "<models>" not in client.get(f"{prefix}/product/aiwa/TV-2/").content.decode()


@pytest.mark.parametrize(("prefix", "lang"), LANGUAGES)
def test_one_that_uses_more_is_headed_as_more(beside: Path, client: Client, prefix: str, lang: str) -> None:
    page = shown(client, "TV-1", prefix)
    assert text(lang, "saving.heading_adds") in page
    assert text(lang, "saving.apart_adds") in page
    assert text(lang, "saving.apart") not in page
    assert say(lang, "saving.more") in page


def test_the_published_saving_is_the_run_s_and_changes_no_figure(beside: Path, runs: Path) -> None:
    about = {row["product_id"]: row for row in pq.read_table(runs / "use.catalogue.parquet").to_pylist()}
    panel = saving_from_run(runs / "use", "TV-2", "TV-1", about["TV-2"], about["TV-1"])
    product = Product.objects.select_related("category", "current__run").get(product_id="TV-2")
    label = label_of(product, product.published, "")
    assert label.saving is not None
    assert (label.saving.avoided_ug, label.saving.low_ug, label.saving.high_ug) == (
        panel.avoided_ug, panel.low_ug, panel.high_ug,
    )  # fmt: skip
    assert label.co2e_ug == product.published.co2e_ug == product.published.row["co2e_ug"]
    assert Publication.objects.get(product__product_id="TV-3").saving is None


def test_the_grid_s_factor_is_one_click_away(beside: Path, client: Client) -> None:
    page = shown(client, "TV-2")
    run = Publication.objects.filter(product__product_id="TV-2").get().run.run_id
    assert f"/factor/{run}/electricity.grid@AU:life_cycle:2024/" in page.replace("%3A", ":").replace("%40", "@")


def test_the_strip_compares_products_of_the_table_s_basis_alone(beside: Path, client: Client) -> None:
    assert "Compared with 3" in shown(client, "TV-2")
    label = json.loads(client.get("/label/aiwa/TV-2.json").content)
    assert (label["comparison"]["table_id"], label["comparison"]["count"]) == ("au.tv", 3)
    larger = json.loads(client.get("/label/aiwa/TV-4.json").content)  # another functional unit
    assert (larger["comparison"], larger["comparison_refused"]) == (None, "functional_unit")
    unknown = json.loads(client.get("/label/aiwa/TV-5.json").content)
    assert unknown["comparison"] is None


def test_a_label_stays_as_it_is_when_another_seller_lists_a_product(
    beside: Path, runs: Path, client: Client, tmp_path: Path
) -> None:
    before = client.get("/label/aiwa/TV-1.svg").content
    rows = pq.read_table(runs / "use.catalogue.parquet").to_pylist()
    others = [{**row, "brand": "Elsewhere", "gtin": None} for row in rows]
    pq.write_table(pa.Table.from_pylist(others), tmp_path / "other.parquet")
    from leafmark import engine

    engine.footprint(runs / "use.csv", out=tmp_path / "other", method="appliance.use", known_on=dt.date(2026, 10, 31))
    fill(tmp_path / "other", tmp_path / "other.parquet", DAY, workspace=tmp_path)
    assert Product.objects.count() == 10
    assert client.get("/label/aiwa/TV-1.svg").content == before
    beside.unlink()  # not even the file is needed any more
    assert client.get("/label/aiwa/TV-1.svg").content == before


def test_three_products_are_no_benchmark_by_themselves(db: None, runs: Path, client: Client, tmp_path: Path) -> None:
    table = freeze(runs, tmp_path / "table.json", 30)
    fill(runs / "use", runs / "use.catalogue.parquet", DAY, workspace=runs, benchmark=table)
    assert json.loads(client.get("/label/aiwa/TV-1.json").content)["comparison"] is None


def test_filling_again_changes_nothing(beside: Path, runs: Path) -> None:
    savings = {"TV-2": {"reference": "TV-1", "why": WHY}, "TV-1": {"reference": "TV-2"}}
    done = fill(runs / "use", runs / "use.catalogue.parquet", DAY, workspace=runs, benchmark=beside, savings=savings)
    assert (done.published, done.unchanged) == (0, 5)
    assert FrozenTable.objects.count() == 1


def test_a_table_that_was_changed_by_hand_publishes_nothing(db: None, runs: Path, tmp_path: Path) -> None:
    table = freeze(runs, tmp_path / "table.json", 3)
    table.write_text(table.read_text().replace('"n": 3', '"n": 300'), encoding="utf-8")
    with pytest.raises(ValueError, match="changed after it was frozen"):
        fill(runs / "use", runs / "use.catalogue.parquet", DAY, workspace=runs, benchmark=table)
    assert Product.objects.count() == 0
