"""The market of sale: chosen by the address alone, with its own marks, grid and language, and no word in another's name."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from shopper_shelf import fill_televisions

from leafmark.products.markets import markets
from leafmark.web.languages import say
from leafmark.web.shelf.channel import admitted
from leafmark.web.shelf.models import Product
from leafmark.web.workspace import SETTINGS, WorkspaceError, open_workspace

STARS = "Australian energy stars"
LANGUAGES = (("", "en"), ("/zh-hant", "zh-Hant"), ("/zh-hans", "zh-Hans"))


@pytest.fixture
def televisions(db: None, runs: Path, tmp_path: Path) -> None:
    """TV-2 has five stars or more in Australia's register, and its kilowatt-hours stand in the catalogue."""
    fill_televisions(runs, tmp_path)


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return unescape(answer.content.decode())


def links(page: str) -> set[str]:
    return set(re.findall(r'<(?:a|form)\b[^>]*?\s(?:href|action)="(/[^"]*)"', page))


@pytest.mark.parametrize("path", ["/", "/product/aiwa/TV-2/", "/product/aiwa/TV-2/label/", "/category/television/"])
def test_every_link_of_a_page_stays_in_its_market(televisions: None, client: Client, path: str) -> None:
    """But for those to markets themselves, and files."""
    first = links(read(client, path))
    there = links(read(client, f"/m/hk{path}"))
    again = links(read(client, path))
    assert first == again  # nothing that is kept of pages keeps a market
    outside = {each for each in there if not each.startswith("/m/hk/")}
    assert outside == {each for each in first if re.match(r"/m/(?!hk/)", each)}
    what_if = {each for each in there if each.startswith("/m/hk/factor/")}
    assert {each.removeprefix("/m/hk") for each in there - outside - what_if} == {
        each for each in first if not each.startswith(("/m/", "/factor/"))
    } | {path}  # fmt: skip


def test_a_page_s_own_market_bears_no_prefix_and_another_keeps_what_was_asked(
    televisions: None, client: Client
) -> None:
    assert client.get("/m/eu/search/?q=aiwa").headers["Location"] == "/search/?q=aiwa"
    assert client.get("/search/?q=a%26b&market=HK").headers["Location"] == "/m/hk/search/?q=a%26b"
    assert client.get("/m/hk/zh-hant/?market=eu").status_code in (200, 302)
    assert client.get("/?market=eu").headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/m/xx/", "/m/", "/m/hk", "/m/<script>/", "/m/hk/m/us/"])
def test_a_market_that_is_none_is_not_found(televisions: None, client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 301)
    assert b"<script>/" not in answer.content


@pytest.mark.parametrize(
    "path", ["/m/eu//evil.example/", "//evil.example/?market=hk", "/m/hk//evil.example/", "/?market=%2F%2Fevil.example"]
)
def test_no_address_leads_elsewhere(televisions: None, client: Client, path: str) -> None:
    answer = client.get(path)
    where = answer.headers.get("Location", "")
    assert not where.startswith(("//", "http:", "https:"))


def test_nothing_is_kept_of_who_chose(televisions: None, client: Client) -> None:
    answer = client.get("/m/hk/")
    assert not answer.cookies
    assert not client.cookies


def test_a_log_in_within_a_market_comes_back_into_it(televisions: None, client: Client) -> None:
    from leafmark.web.people.models import User

    User.objects.create_user("ann@leafmark.example", "a long enough sentence")
    form = {"username": "ann@leafmark.example", "password": "a long enough sentence"}
    assert client.post("/m/hk/account/login/", form).headers["Location"] == "/m/hk/account/start/"
    assert client.get("/m/hk/account/start/").headers["Location"].startswith("/m/hk/me/")


@pytest.mark.parametrize(("prefix", "lang"), LANGUAGES)
def test_a_mark_is_shown_as_its_own_market_s_and_no_other_s(
    televisions: None, client: Client, prefix: str, lang: str
) -> None:
    home = read(client, f"/m/au{prefix}/product/aiwa/TV-2/")
    assert say(lang, "saving.official") in home
    away = read(client, f"{prefix}/product/aiwa/TV-2/")
    assert say(lang, "saving.official") not in away
    names = {code: market.names[lang] for code, market in markets().items()}
    said = say(lang, "market.mark", home=names["au"], market=names["eu"], named="|").split("|")[0]
    assert said in away
    assert said not in home


def test_the_label_s_picture_and_data_bear_the_marks_of_their_market(televisions: None, client: Client) -> None:
    assert STARS in client.get("/m/au/label/aiwa/TV-2.svg").content.decode()
    assert STARS not in client.get("/label/aiwa/TV-2.svg").content.decode()
    assert json.loads(client.get("/m/au/label/aiwa/TV-2.json").content)["official"]["letter"].startswith("7")
    assert json.loads(client.get("/label/aiwa/TV-2.json").content)["official"] is None
    assert client.get("/m/au/label/aiwa/TV-2.svg").headers["ETag"] != client.get("/label/aiwa/TV-2.svg").headers["ETag"]


def test_the_channel_s_criterion_is_the_register_s_in_every_market(televisions: None) -> None:
    assert admitted(Product.objects.select_related("category", "current__run").get(product_id="TV-2"))


@pytest.mark.parametrize(
    ("market", "lang"), [("eu", "en"), ("hk", "zh-Hant"), ("tw", "zh-Hant"), ("cn", "zh-Hans"), ("us", "en")]
)
def test_a_label_speaks_its_market_s_language_unless_another_is_asked(
    televisions: None, client: Client, market: str, lang: str
) -> None:
    from leafmark.products.i18n import text

    where = "" if market == "eu" else f"/m/{market}"
    assert text(lang, "title") in client.get(f"{where}/label/aiwa/TV-2.svg").content.decode()
    assert text("en", "title") in client.get(f"{where}/label/aiwa/TV-2.svg?lang=en").content.decode()


@pytest.mark.parametrize(("prefix", "lang"), LANGUAGES)
def test_another_grid_is_a_what_if_beside_the_figure(televisions: None, client: Client, prefix: str, lang: str) -> None:
    """50 kWh x 7 years: 194 kg in Australia (0.55383); in Hong Kong 236 (0.67548, Ember 2024)."""
    home = read(client, f"/m/au{prefix}/product/aiwa/TV-2/")
    away = read(client, f"/m/hk{prefix}/product/aiwa/TV-2/")
    names = {code: market.names[lang] for code, market in markets().items()}
    assert "<strong>194</strong>" in home
    assert "<strong>194</strong>" in away  # the published figure stays
    assert say(lang, "market.region", place=names["au"], market=names["hk"]) in away
    assert say(lang, "market.what_if", market=names["hk"], figure="236 kg CO₂e") in away
    assert "236" not in home
    assert "electricity.grid@HK:life_cycle:2024" in away.replace("%40", "@").replace("%3A", ":")


def test_where_nothing_can_be_calculated_the_page_says_so(televisions: None, client: Client) -> None:
    """The pack has no grid of the Union; and TV-1's kilowatt-hours are in no catalogue."""
    assert say("en", "market.no_grid", market="European Union") in read(client, "/product/aiwa/TV-2/")
    assert say("en", "market.no_grid", market="Hong Kong") in read(client, "/m/hk/product/aiwa/TV-1/")


def test_a_label_s_page_says_whose_rules_its_texts_are_read_by(televisions: None, client: Client) -> None:
    assert say("en", "market.rules", market="European Union", rules="EU") in read(client, "/product/aiwa/TV-2/label/")
    assert say("en", "market.no_rules", market="Hong Kong", rules="EU, UK, US, CN") in read(
        client, "/m/hk/product/aiwa/TV-2/label/"
    )


def test_the_workspace_s_market_is_one_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEAFMARK_MARKET", raising=False)
    (tmp_path / SETTINGS).write_text('market = "atlantis"')
    with pytest.raises(WorkspaceError, match="market: expected one of eu, uk, us, cn, hk, tw, au, found 'atlantis'"):
        open_workspace(tmp_path)
    (tmp_path / SETTINGS).write_text('market = "au"')
    assert open_workspace(tmp_path).market == "au"


def test_a_site_of_another_market_is_at_home_there(televisions: None, client: Client, settings: Any) -> None:
    from dataclasses import replace

    settings.WORKSPACE = replace(settings.WORKSPACE, market="au")
    page = read(client, "/product/aiwa/TV-2/")
    assert say("en", "saving.official") in page
    assert say("en", "market.heading") not in page
    assert client.get("/m/au/").headers["Location"] == "/"
