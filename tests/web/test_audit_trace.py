"""From any figure to its factor, table and row in three clicks; and a recipe stays its brand's."""

from __future__ import annotations

import csv
import datetime as dt
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from leafmark import engine
from leafmark.web.audit import explained as explaining
from leafmark.web.people.models import Membership, User
from leafmark.web.shelf.fill import fill
from leafmark.web.shelf.models import Brand, Product

DAY = dt.date(2026, 11, 1)
BUILT_IN = Path(engine.__file__).parents[1] / "factors" / "packs" / "leafmark"
LABEL = "/product/aiwa/TV-1/label/"
TRACE = "/trace/aiwa/TV-1/"


def user(name: str, **roles: bool) -> User:
    return User.objects.create_user(f"{name}@leafmark.example", **roles)


def as_(who: User | None) -> Client:
    client = Client()
    if who is not None:
        client.force_login(who)
    return client


def body(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


@pytest.fixture
def bread(db: None, tmp_path: Path) -> Path:
    """A product with a recipe, and another brand's."""
    (tmp_path / "bill.csv").write_text(
        "product_id,stage,key,amount,unit,region,date\n"
        "loaf,materials,food.eggs,0.125,kg,,\nloaf,materials,food.milk,0.75,kg,,\nloaf,materials,food.eggs,0.0625,kg,,\n"
        "bun,materials,food.eggs,0.5,kg,,\n"
    )
    (tmp_path / "catalogue.csv").write_text(
        "product_id,name,brand,sector,category,boundary,functional_unit\nloaf,Loaf,Mill,food,bread,cradle_to_retail,1 loaf\n"
        "bun,Bun,Oven,food,bread,cradle_to_retail,1 bun\n"
    )
    engine.footprint(tmp_path / "bill.csv", out=tmp_path / "run", known_on=DAY)
    fill(tmp_path / "run", tmp_path / "catalogue.csv", DAY, workspace=tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def workspace(settings: Any, request: pytest.FixtureRequest) -> None:
    """Where the runs lie, for whichever fixture made them."""
    import dataclasses

    for name in ("bread", "runs"):
        if name in request.fixturenames:
            settings.WORKSPACE = dataclasses.replace(settings.WORKSPACE, folder=request.getfixturevalue(name))
            return


def rows_of(name: str) -> list[dict[str, str]]:
    """A table of the built-in pack, read from its file."""
    with (BUILT_IN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def links(text: str) -> set[str]:
    return {
        re.sub(r"[?#].*", "", each).replace("&amp;", "&")
        for each in re.findall(r"<main.*", text, re.S)
        for each in re.findall(r'href="([^"]+)"', each)
    }


def test_three_clicks_from_a_product_to_the_publishers_row(shelf: None) -> None:
    """The row of the publisher's table is taken from the pack's own file, not from the page's code."""
    client = as_(None)
    first = body(client, "/product/aiwa/TV-1/")
    assert LABEL in links(first)
    second = body(client, LABEL)
    assert TRACE in links(second)
    third = body(client, TRACE)
    rows = rows_of("factors.csv")
    grid = [row for row in rows if row["key"] == "electricity.grid" and row["region"] == "AU"]
    shown = [row for row in grid if f"/{row['factor_id']}/" in third]
    assert shown
    assert all(row["locator"] in unescape(third) for row in shown)


def test_from_a_category_it_is_three_clicks_too(shelf: None) -> None:
    assert "/product/aiwa/TV-1/" in links(body(as_(None), "/category/television/"))


def test_the_parts_shown_add_up_to_the_published_figure(bread: Path) -> None:
    """An independent sum: micrograms of each line, read off the page."""
    auditor = user("ada", is_auditor=True)
    text = body(as_(auditor), "/trace/mill/loaf/")
    lines = [
        int(each.replace(",", ""))
        for each in re.findall(r'<td class="number">([\d,]+)</td>\s*</tr>\s*(?=<tr>|</tbody>)', text)
    ]
    total = Product.objects.get(product_id="loaf").current.co2e_ug
    assert len(lines) == 3
    assert sum(lines) == total
    whole = as_(auditor).get("/trace/mill/loaf/?as=json").json()
    assert whole["co2e_ug"] == total
    assert str(bread) not in str(whole)


@pytest.mark.parametrize("who", ["nobody", "consumer", "other brand"])
def test_a_recipe_is_not_for_others(bread: Path, who: str) -> None:
    """Neither an amount, nor what a factor's lines come to, from which the amount would follow."""
    whose = None
    if who != "nobody":
        whose = user("cay")
        if who == "other brand":
            Membership.objects.create(user=whose, brand=Brand.objects.get(slug="oven"))
    client = as_(whose)
    for address in ("/trace/mill/loaf/", "/trace/mill/loaf/?as=json"):
        text = body(client, address)
        assert "food.eggs@WORLD" in text
        for secret in ("0.125", "0.0625", "0.75", "bill.csv", "µg"):
            assert secret not in text, secret
    assert "0.125 kg" in body(as_(user("ann", is_auditor=True)), "/trace/mill/loaf/")


def test_a_brands_member_sees_her_own_lines(bread: Path) -> None:
    member = user("mia")
    Membership.objects.create(user=member, brand=Brand.objects.get(slug="mill"))
    assert "0.125 kg" in body(as_(member), "/trace/mill/loaf/")
    assert "0.5 kg" not in body(as_(member), "/trace/oven/bun/")


def test_a_changed_input_is_found(bread: Path) -> None:
    """A bill that was changed after the run no longer gives the published figure: that is said, and no figure is shown."""
    client, auditor = as_(None), as_(user("ada", is_auditor=True))
    body(client, "/trace/mill/loaf/")
    path = bread / "bill.csv"
    path.write_text(path.read_text().replace("0.125", "0.25"))
    text = body(client, "/trace/mill/loaf/", 409)
    assert "cannot be traced" in text
    assert str(bread) not in text
    assert "bill.csv" in body(auditor, "/trace/mill/loaf/", 409)


def test_a_run_that_is_gone_is_said(bread: Path) -> None:
    (bread / "run" / "run.json").rename(bread / "run" / "run.away")
    assert "cannot be traced" in body(as_(None), "/trace/mill/loaf/", 409)


def test_another_figure_than_was_published_is_an_error(bread: Path) -> None:
    product = Product.objects.get(product_id="loaf")
    type(product.current).objects.filter(pk=product.current_id).update(co2e_ug=product.current.co2e_ug + 1)
    body(as_(None), "/trace/mill/loaf/", 409)


def test_a_factors_page_has_every_column_of_the_pack(shelf: None) -> None:
    trace = body(as_(None), TRACE)
    address = next(each for each in sorted(links(trace)) if each.startswith("/factor/"))
    text = body(as_(None), address)
    rows = {row["factor_id"]: row for row in rows_of("factors.csv")}
    row = rows[address.split("/", 3)[3].rstrip("/")]
    shown = unescape(text)
    for name, value in row.items():
        if value and not re.fullmatch(r"-?[\d.]+(e-?\d+)?", value):
            assert value in shown, name
    assert "not given" in shown
    sources = {each["source_id"]: each for each in rows_of("sources.csv")}
    assert all(value in shown for value in sources[row["source_id"]].values())


def test_an_unknown_factor_or_method_is_not_found(shelf: None, bread: Path) -> None:
    run = Product.objects.get(product_id="loaf").current.run.run_id
    for address in (
        f"/factor/{run}/no.such@X/",
        "/factor/none/x/",
        "/method/product.bill/99/",
        "/method/none/1/",
        "/trace/mill/none/",
    ):
        body(as_(None), address, 404)


def test_an_earlier_version_has_its_own_trace(bread: Path) -> None:
    before = Product.objects.get(product_id="loaf").current.co2e_ug
    path = bread / "bill2.csv"
    path.write_text((bread / "bill.csv").read_text().replace("0.125", "0.25"))
    engine.footprint(path, out=bread / "run2", known_on=DAY)
    fill(bread / "run2", bread / "catalogue.csv", DAY, workspace=bread)
    auditor = as_(user("ada", is_auditor=True))
    found = [auditor.get(f"/trace/mill/loaf/?as=json&version={number}").json()["co2e_ug"] for number in (1, 2)]
    assert found[0] == before < found[1]
    body(auditor, "/trace/mill/loaf/?version=3", 404)
    body(auditor, "/trace/mill/loaf/?version=99999999999999999999", 404)


@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
@pytest.mark.parametrize("method", ["product.bill/2", "appliance.use/2", "retail.purchase/2", "packaging.reuse/1"])
def test_a_methods_page(shelf: None, prefix: str, method: str) -> None:
    assert "sha256" in body(as_(None), f"{prefix}/method/{method}/")


def test_every_method_of_the_library_has_a_page(db: None) -> None:
    from leafmark.methods import LIBRARY

    client = as_(None)
    for each in LIBRARY:
        assert each.hash in body(client, f"/method/{each.id}/{each.version}/")


def test_runs_are_kept_open_and_only_so_many(bread: Path) -> None:
    client = as_(None)
    body(client, "/trace/mill/loaf/")
    body(client, "/trace/oven/bun/")
    assert sum(key == str(bread / "run") for key in explaining._kept) == 1
    assert len(explaining._kept) <= explaining.KEPT_MAX
