"""Products, footprints, labels, explanations."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from api_site import Caller
from django.conf import settings

from leafmark.web.api import explaining
from leafmark.web.shelf.models import Product, Run


@pytest.fixture
def run_there(shelf: None, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The run's folder lies in the workspace."""
    import dataclasses

    monkeypatch.setattr(settings, "WORKSPACE", dataclasses.replace(settings.WORKSPACE, folder=tmp_path))
    shutil.copytree(runs / "use", tmp_path / "use")
    Run.objects.update(folder="use")
    return tmp_path / "use"


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
def test_parts_hold_every_product_once(two_brands: None, limit: int) -> None:
    found, cursor = [], ""
    while cursor is not None:
        body = Caller().get(f"/products?limit={limit}&cursor={cursor}").json()
        assert len(body["products"]) <= limit
        found += [each["product_id"] for each in body["products"]]
        cursor = body["next"]
    assert sorted(found) == ["O/1", "TV-1", "TV-2", "TV-3", "TV-4", "TV-5"]


def test_a_product_that_comes_in_between_shifts_nothing(two_brands: None) -> None:
    first = Caller().get("/products?limit=3").json()
    Product.objects.filter(product_id="TV-1").update(name="Aaa")
    second = Caller().get(f"/products?limit=3&cursor={first['next']}").json()
    ids = [each["product_id"] for each in first["products"] + second["products"]]
    assert len(set(ids)) == 6


@pytest.mark.parametrize(
    "query",
    [
        "gtin=9506000134352",
        "gtin=09506000134352",
        "brand=aiwa&gtin=9506000134352",
        "category=television&gtin=9506000134352",
    ],
)
def test_a_product_is_found_by_its_gtin(shelf: None, query: str) -> None:
    (found,) = Caller().get(f"/products?{query}").json()["products"]
    assert found["product_id"] == "TV-1"


def test_what_is_not_known_is_null_and_never_0(shelf: None) -> None:
    body = Caller().get("/products/aiwa/TV-5").json()
    assert (body["state"], body["co2e_ug"], body["low_ug"], body["high_ug"]) == ("unknown", None, None, None)
    footprint = Caller().get("/footprints/aiwa/TV-1").json()
    amounts = {each["stage"]: each["co2e_ug"] for each in footprint["stages"]}
    assert amounts["materials"] is None
    assert sum(each for each in amounts.values() if each is not None) == footprint["co2e_ug"]
    assert footprint["low_ug"] <= footprint["co2e_ug"] <= footprint["high_ug"]
    assert footprint["method"]["id"] == "appliance.use"


def test_links_lead_where_they_say(two_brands: None) -> None:
    for each in Caller().get("/products").json()["products"]:
        for address in each["links"].values():
            path = address.removeprefix("http://127.0.0.1:8000/api/v1")
            assert Caller().get(path).status_code == 200, path


def test_a_label_is_the_one_that_pages_of_others_show(shelf: None) -> None:
    assert Caller().get("/labels/aiwa/TV-1").json() == Caller().client.get("/label/aiwa/TV-1.json").json()


def test_every_version_stays(shelf: None) -> None:
    product = Product.objects.select_related("current").get(product_id="TV-1")
    first = product.current
    assert first is not None
    first.pk, first.number, first.co2e_ug = None, 2, 5
    first.row = {**first.row, "co2e_ug": 5, "low_ug": 4, "high_ug": 6, "use_ug": 5}
    first.save()
    product.current = first
    product.save()
    body = Caller().get("/footprints/aiwa/TV-1").json()
    assert (body["version"], body["co2e_ug"], [each["version"] for each in body["versions"]]) == (2, 5, [2, 1])
    old = Caller().get("/footprints/aiwa/TV-1?version=1").json()
    assert (old["version"], old["co2e_ug"]) == (1, body["versions"][1]["co2e_ug"])
    assert Caller().get("/footprints/aiwa/TV-1?version=3").status_code == 404


@pytest.mark.parametrize("path", ["/products", "/products/aiwa/TV-1", "/footprints/aiwa/TV-1", "/labels/aiwa/TV-1"])
def test_what_did_not_change_is_not_sent_again(shelf: None, caller: Callable[..., Caller], path: str) -> None:
    """RFC 9110, 13.1.2 and 15.4.5."""
    for asking in (Caller(), caller()):
        first = asking.get(path)
        again = asking.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    Product.objects.update(name="Renamed")
    if path.startswith("/products"):
        assert Caller().get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_head_is_a_get_without_its_body(shelf: None) -> None:
    whole, head = Caller().get("/products/aiwa/TV-1"), Caller().ask("head", "/products/aiwa/TV-1")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == whole.headers["ETag"]


def test_pages_of_other_origins_read_what_everybody_may_and_nothing_else(
    shelf: None, caller: Callable[..., Caller], books_open: object
) -> None:
    """The Fetch standard, 3.3: without the header a browser keeps the answer from the page."""
    name = "Access-Control-Allow-Origin"
    assert Caller().get("/products", headers={"Origin": "https://elsewhere.example"}).headers[name] == "*"
    assert Caller().get("/products/aiwa/none").headers[name] == "*"
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    assert Caller().ask("options", "/products", headers=asked).headers[name] == "*"
    assert (
        "Authorization"
        not in Caller().ask("options", "/products", headers=asked).headers["Access-Control-Allow-Headers"]
    )
    keyed = caller()
    for answer in (
        keyed.get("/products"), keyed.get("/explain/aiwa/TV-1"), keyed.get("/accounts/1/balance"), keyed.events([]),
        Caller().get("/explain/aiwa/TV-1"), Caller().ask("options", "/events", headers=asked),
    ):  # fmt: skip
        assert name not in answer.headers
        assert "public" not in answer.headers["Cache-Control"]


def test_the_reason_adds_up_to_the_figure_and_names_no_folder(run_there: Path, caller: Callable[..., Caller]) -> None:
    tree = caller().get("/explain/aiwa/TV-1").json()
    assert tree["schema"] == "leafmark.explain/1"
    assert tree["co2e_ug"] == Caller().get("/products/aiwa/TV-1").json()["co2e_ug"]
    lines = [line for stage in tree["stages"] for line in stage["lines"]]
    assert sum(factor["co2e_ug"] for line in lines for factor in line["factors"]) == tree["co2e_ug"]
    assert {line["file"] for line in lines} == {"use.csv"}
    assert str(run_there.parent) not in json.dumps(tree)
    assert lines[0]["factors"][0]["source"]["locator"]
    explaining.close()


def test_a_run_that_is_gone_or_changed_says_so_and_shows_no_path(
    run_there: Path, caller: Callable[..., Caller]
) -> None:
    explaining.close()
    (run_there / "run.json").write_text("{")
    answer = caller().get("/explain/aiwa/TV-1")
    assert answer.status_code == 409
    assert str(run_there) not in answer.content.decode()
    shutil.rmtree(run_there)
    assert caller().get("/explain/aiwa/TV-1").status_code == 409


def test_claims_are_checked(caller: Callable[..., Caller]) -> None:
    answer = caller().post("/claims/check", json={"text": "An eco-friendly lamp", "markets": ["eu"]})
    assert answer.status_code == 200
    assert answer.json()["schema"] == "leafmark.claims/1"
    assert answer.json()["legal_advice"] is False
    assert "eco" in answer.json()["findings"][0]["quote"]
    assert caller().post("/claims/check", json={"text": "A lamp", "markets": ["atlantis"]}).status_code == 422
    kept = {"text": "A lamp", "evidence": [{"kind": "no such kind"}]}
    assert caller().post("/claims/check", json=kept).status_code == 422
