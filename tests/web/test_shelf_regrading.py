"""Labels that follow the scheme that counts: a letter is a next publication, and stands no longer than its evidence.

Three televisions of the shelf are of one basis, with 50, 99 and 100 kWh a year. In a table frozen of these three the quantiles up to the
third decile are the first's figure and those from the seventh on the last's (nearest rank), so by the limits 10, 30, 70 and 90 of
`leafmark.percentile` they stand at 30, 60 and 100: C, C and E.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings as site_settings
from django.test import Client

from leafmark.products.benchmarks import freeze, table_as_json
from leafmark.products.schemes import CERTIFICATION, shipped_texts
from leafmark.web.people.models import User
from leafmark.web.shelf import finding, labels, regrading
from leafmark.web.shelf.fill import fill
from leafmark.web.shelf.footprints import footprint_of
from leafmark.web.shelf.grading import keep, let_count
from leafmark.web.shelf.models import CategoryAverage, Grading, Product, Publication
from leafmark.web.shelf.regrading import Regraded, regrade
from leafmark.web.shelf.state import version
from leafmark.web.shop import cards as shop_cards

DAY = dt.date(2026, 11, 1)
SCHEME = next(each for each in shipped_texts() if 'id = "leafmark.percentile"' in each)
LETTERS = {"TV-1": "E", "TV-2": "C", "TV-3": "C", "TV-4": None, "TV-5": None}


@pytest.fixture
def operator(shelf: None) -> User:
    return User.objects.create_user("op@leafmark.example", is_operator=True)


@pytest.fixture
def percentile(operator: User) -> Grading:
    """The scheme of percentiles with a table of the shelf, counting."""
    return counted("2099-01-01")


def counted(until: str) -> Grading:
    footprints = [
        footprint_of(
            each.published.row, each.published.catalogue, each.published.run.method, each.published.run.gwp_set
        )
        for each in Product.objects.select_related("current__run").order_by("pk")
    ]
    table = freeze(footprints, table_id="leafmark.category", version="2026.1", frozen_on=DAY, run_hash="x", count_min=3)
    evidence = [
        {"requirement": name, "scheme_id": "leafmark.percentile", "scheme_version": "2026.1", "url": f"https://scheme.example/{name}",
         "issued_by": "Monitors Ltd", "expires_on": until, "independent_of": ["owner", "trader"]}
        for name in CERTIFICATION
    ]  # fmt: skip
    kept = keep(SCHEME, table_as_json(table), evidence)
    let_count(kept)
    return kept


def letters() -> dict[str, str | None]:
    return dict(Product.objects.values_list("product_id", "current__letter"))


def said(client: Client, product: str = "TV-1") -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/label/aiwa/{product}.json").json()
    return found


def test_each_letter_is_a_next_publication(percentile: Grading, operator: User, client: Client) -> None:
    before = {each.product.product_id: each for each in Publication.objects.select_related("product")}
    stamp = version()
    found = regrade(percentile.sha256, DAY, operator)
    assert found == Regraded(labels=5, graded=3, changed=3)
    assert letters() == LETTERS
    assert version() != stamp
    for product in Product.objects.select_related("current"):
        first, now = before[product.product_id], product.published
        if LETTERS[product.product_id] is None:
            assert now == first
            continue
        assert (now.number, now.state, product.state, now.grading, now.published_by) == (
            2,
            "graded",
            "graded",
            percentile,
            operator,
        )
        assert (now.row, now.catalogue, now.co2e_ug, now.run_id, now.made_on) == (
            first.row,
            first.catalogue,
            first.co2e_ug,
            first.run_id,
            DAY,
        )
        assert (first.letter, first.grading) == (None, None)
    label = said(client)
    assert (label["grade"]["letter"], label["scheme_id"], label["monitored_by"]) == (
        "E",
        "leafmark.percentile",
        "Monitors Ltd",
    )
    assert label["letters"] == ["A", "B", "C", "D", "E"]
    assert said(client, "TV-4")["scheme_id"] == "leafmark.declared"
    assert "state-graded" in client.get("/category/television/").content.decode()
    assert regrade(percentile.sha256, DAY, operator).changed == 0


def test_labels_declare_again(percentile: Grading, operator: User, client: Client) -> None:
    regrade(percentile.sha256, DAY, operator)
    let_count(None)
    assert regrade(None, DAY, operator) == Regraded(labels=5, graded=0, changed=3)
    assert set(letters().values()) == {None}
    assert dict(Product.objects.values_list("product_id", "state"))["TV-1"] == "declared"
    assert list(
        Publication.objects.filter(product__product_id="TV-1").order_by("number").values_list("letter", flat=True)
    ) == [None, "E", None]
    assert said(client)["grade"]["letter"] is None


def test_what_is_published_next_has_its_letter(percentile: Grading, runs: Path) -> None:
    done = fill(runs / "use", runs / "use.catalogue.parquet", DAY, workspace=runs)
    assert (done.published, done.unchanged) == (3, 2)
    assert letters() == LETTERS
    again = fill(runs / "use", runs / "use.catalogue.parquet", DAY, workspace=runs)
    assert (again.published, again.unchanged) == (0, 5)
    let_count(None)
    assert fill(runs / "use", runs / "use.catalogue.parquet", DAY, workspace=runs).published == 3
    assert set(letters().values()) == {None}


def test_what_comes_to_count_while_a_run_is_prepared_grades_it(operator: User, runs: Path) -> None:
    def activated(done: int, whole: int, what: str) -> None:
        if set(letters().values()) == {None}:
            counted("2099-01-01")

    done = fill(runs / "use", runs / "use.catalogue.parquet", DAY, workspace=runs, progress=activated)
    assert (done.published, done.unchanged) == (3, 2)
    assert letters() == LETTERS


def test_a_letter_is_shown_no_longer_than_its_evidence_holds(
    operator: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    regrade(counted("2099-01-01").sha256, DAY, operator)

    assert said(client)["grade"]["letter"] == "E"
    assert client.get("/category/television/").content.decode().count("state-graded") == 3
    for room in (labels, shop_cards):
        monkeypatch.setattr(room, "today", lambda: dt.date(2099, 1, 2))
    assert "state-graded" not in client.get("/category/television/").content.decode()
    grade = said(client)["grade"]
    assert (grade["letter"], grade["state"], grade["reason"]) == (None, "declared", "evidence_expired")
    assert letters()["TV-1"] == "E"  # what was published stays
    assert "certification evidence has expired" in client.get("/product/aiwa/TV-1/label/").content.decode()


def test_an_answer_that_is_kept_goes_with_the_letter(
    operator: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that a browser keeps names the publication; one whose letter ended since is not answered with "as before"."""
    regrade(counted("2099-01-01").sha256, DAY, operator)
    tag = client.get("/label/aiwa/TV-1.svg").headers["ETag"]
    assert client.get("/label/aiwa/TV-1.svg", headers={"If-None-Match": tag}).status_code == 304

    monkeypatch.setattr(labels, "today", lambda: dt.date(2099, 1, 2))
    assert client.get("/label/aiwa/TV-1.svg", headers={"If-None-Match": tag}).status_code == 200


def test_what_does_not_count_any_more_grades_nothing(percentile: Grading, operator: User) -> None:
    let_count(None)
    found = regrade(percentile.sha256, DAY, operator)
    assert (found.labels, found.superseded) == (0, True)
    assert set(letters().values()) == {None}


def test_a_worker_that_dies_on_the_way_loses_and_doubles_nothing(
    percentile: Grading, operator: User, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leafmark.web.operate.schemes import active

    settings.WORKSPACE = dataclasses.replace(site_settings.WORKSPACE, folder=tmp_path)
    finding.index.cache_clear()
    finding.rebuild()
    monkeypatch.setattr(regrading, "AT_ONCE", 1)
    began = dt.datetime.now(dt.UTC).isoformat()

    def killed(done: int, whole: int, what: str) -> None:
        if any(letters().values()):
            raise KeyboardInterrupt

    monkeypatch.setattr(active, "progress", killed)
    with pytest.raises(KeyboardInterrupt):
        active.regrade_labels(percentile.sha256, operator.pk, began)
    assert sum(each is not None for each in letters().values()) == 1
    monkeypatch.setattr(active, "progress", lambda *_: None)
    done = active.regrade_labels(percentile.sha256, operator.pk, began)
    assert (done["published"], Publication.objects.count()) == (3, 8)
    assert finding.index().search(state="graded").total == 3
    finding.index.cache_clear()


def test_an_average_goes_with_the_products_that_leave(operator: User, runs: Path, tmp_path: Path) -> None:
    """A category with an average that a run without the column `purpose` takes an estimate from is counted anew."""
    rows = pq.read_table(runs / "use.catalogue.parquet").to_pylist()
    category = Product.objects.get(product_id="TV-1").category
    CategoryAverage.objects.create(
        category=category, purpose="01.1", basis="x", boundary="use_only", count=5, mean_ug=1, low_ug=1, high_ug=1
    )
    pq.write_table(pa.Table.from_pylist([{**rows[0], "category": "screen"}]), tmp_path / "moved.parquet")
    fill(runs / "use", tmp_path / "moved.parquet", DAY, workspace=runs)
    assert not CategoryAverage.objects.exists()
