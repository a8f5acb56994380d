"""A test on the site's own lists: asked openly, nothing set before a yes, nothing withheld that is asked for, and what counts as a choice."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core.cache import cache
from django.test import Client
from experiments_site import AFTER, END, START, started

from leafmark.experiments import HOLDOUT, LABEL
from leafmark.web.experiment import taking_part
from leafmark.web.experiment.counting import counted
from leafmark.web.experiment.models import Choice, Experiment, ExperimentDecision, Unit

On = Callable[[dt.date], None]
LIST, PRODUCT, PAGE = "/category/television/", "/product/aiwa/TV-3/", "/test/spring/"
FIGURE = "card-figure"


@pytest.fixture
def running(shelf: None, on_day: On) -> Experiment:
    cache.clear()
    on_day(START)
    return started("spring")


def text(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def says_yes(arm: str | None = None) -> Client:
    """A reader who said yes; of one arm, where it matters: she asks until chance has it so."""
    for _ in range(60):
        client = Client()
        answer = client.post("/test/spring/part/", {"answer": "yes"})
        assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
        if arm is None or Unit.objects.latest("pk").arm == arm:
            return client
        Unit.objects.latest("pk").delete()
    raise AssertionError("60 of one arm in a row")


def links(page: str) -> list[str]:
    return re.findall(r'href="(/(?:m/\w+/)?(?:zh-han[ts]/)?go/[^"]+)"', page)


def product_links(page: str) -> list[str]:
    return re.findall(r'href="(/product/aiwa/TV-\d/)"', page)


def test_nobody_is_counted_or_marked_who_has_not_said_yes(running: Experiment) -> None:
    client = Client()
    page = text(client, LIST)
    assert "A test of carbon labels runs on this list." in page
    assert f'href="{PAGE}"' in page
    assert FIGURE in page
    assert not links(page)
    assert not client.cookies
    assert "Cookie" in client.get(LIST).headers["Vary"]
    about = text(client, PAGE)
    assert set(client.cookies) == {"csrftoken"}  # the form's own
    assert about.count('class="button" name="answer"') == 2
    assert client.post("/test/spring/part/", {"answer": "no"}).status_code == 302
    assert client.post("/test/spring/part/", {}).status_code == 302
    assert not any(each.startswith("test-") for each in client.cookies)
    assert Unit.objects.count() == 0


def test_a_yes_sets_one_cookie_that_ends_with_the_test(running: Experiment) -> None:
    client = says_yes()
    cookie = client.cookies["test-spring"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["expires"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert bool(cookie["secure"]) == site_settings.SESSION_COOKIE_SECURE
    assert len(cookie.value) == 32
    assert cookie.value not in str(list(Unit.objects.values()))
    client.post("/test/spring/part/", {"answer": "yes"})
    assert Unit.objects.count() == 1
    assert "You take part" in text(client, PAGE)


def test_the_cookie_is_secure_where_the_site_is(running: Experiment, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    assert says_yes().cookies["test-spring"]["secure"]


def test_one_arm_sees_figures_in_the_list_and_the_other_does_not(running: Experiment) -> None:
    holdout, label = says_yes(HOLDOUT), says_yes(LABEL)
    with_figures, bare = text(label, LIST), text(holdout, LIST)
    for _ in range(2):  # what was kept of one arm's page is not shown to the other
        assert (with_figures.count(FIGURE), bare.count(FIGURE)) == (5, 0)
        with_figures, bare = text(label, LIST), text(holdout, LIST)
    assert "Aiwa 24 Eco mode" in bare
    cards = re.findall(r'<li class="card">.*?</li>', bare, re.DOTALL)
    assert len(cards) == 5
    assert not [each for each in cards if re.search(r"kg|CO₂|class=\"state", each)]
    for client in (label, holdout):
        answer = client.get(LIST)
        assert "no-store" in answer.headers["Cache-Control"]
        assert "private" in answer.headers["Cache-Control"]
        assert len(links(answer.content.decode())) == 5
        assert FIGURE in text(client, f"{LIST}?sort=lowest")
        assert 'class="figure"' in text(client, PRODUCT)
        assert FIGURE in text(Client(), LIST)


def test_what_both_arms_send_is_alike(running: Experiment) -> None:
    """Links of both arms have the same form, so that nothing but the figures differs."""
    pages = [text(says_yes(arm), LIST) for arm in (LABEL, HOLDOUT)]
    assert [len(links(each)) for each in pages] == [5, 5]
    assert not any(product_links(each) for each in pages)


def test_a_choice_is_a_product_opened_once_a_day(running: Experiment, on_day: On) -> None:
    client = says_yes()
    first, second = links(text(client, LIST))[:2]
    answer = client.get(first)
    assert (answer.status_code, answer.headers["Location"]) == (302, PRODUCT)
    assert "no-store" in answer.headers["Cache-Control"]
    client.get(first)
    client.get(links(text(client, LIST))[0])
    assert Choice.objects.count() == 1
    assert Choice.objects.get().product.product_id == "TV-3"
    client.get(second)
    on_day(START + dt.timedelta(days=1))
    client.get(first)
    assert Choice.objects.count() == 3
    (row,) = counted(running)
    assert (row.choices, row.units) == (3, 1)


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Sec-Purpose": "prefetch"}, 503), ({"Sec-Purpose": "prefetch;prerender"}, 503), ({"Purpose": "prefetch"}, 503),
     ({"X-Moz": "prefetch"}, 503), ({"Sec-Fetch-Mode": "no-cors"}, 302), ({"Sec-Fetch-Mode": "cors"}, 302)],
)  # fmt: skip
def test_what_nobody_clicked_does_not_count(running: Experiment, headers: dict[str, str], status: int) -> None:
    client = says_yes()
    link = links(text(client, LIST))[0]
    assert client.get(link, headers=headers).status_code == status
    assert client.head(link).status_code == 302
    assert client.post(link).status_code == 405
    assert Choice.objects.count() == 0
    client.get(link, headers={"Sec-Fetch-Mode": "navigate"})
    assert Choice.objects.count() == 1


def test_a_database_that_is_locked_keeps_nobody_from_the_product(
    running: Experiment, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from django.db import OperationalError

    from leafmark.web.experiment import counting

    def locked(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    client = says_yes()
    link = links(text(client, LIST))[0]
    monkeypatch.setattr(counting.Choice.objects, "create", locked)
    assert client.get(link).headers["Location"] == PRODUCT
    assert "spring: a choice was not written down" in caplog.text


def test_a_link_counts_for_nobody_else(running: Experiment) -> None:
    ann, bob = says_yes(), says_yes()
    link = links(text(ann, LIST))[0]
    for client in (bob, Client()):
        assert client.get(link).headers["Location"] == PRODUCT
    assert Choice.objects.count() == 0


@pytest.mark.parametrize("told", ["x", "x" * 10_000, "WzEsMV0:1abc:def", "%00", "%E2%98%83", "..%2F..%2Fetc"])
def test_a_forged_link_leads_nowhere(running: Experiment, told: str) -> None:
    answer = says_yes().get(f"/go/{told}/")
    assert answer.status_code in (400, 404)
    assert Choice.objects.count() == 0


@pytest.mark.parametrize("number", ["", "x", "A" * 32, "A" * 5_000, "'; DROP TABLE--", "\xe9" * 32])
def test_a_forged_cookie_is_no_part(running: Experiment, number: str) -> None:
    client = Client()
    client.cookies["test-spring"] = number
    page = text(client, LIST)
    assert FIGURE in page
    assert not links(page)
    assert Unit.objects.count() == 0


def test_she_leaves_and_is_forgotten(running: Experiment) -> None:
    client = says_yes()
    client.get(links(text(client, LIST))[0])
    mark = Unit.objects.get().mark
    answer = client.post("/test/spring/leave/")
    assert answer.headers["Location"] == PAGE
    assert client.cookies["test-spring"].value == ""
    unit = Unit.objects.get()
    assert (Choice.objects.count(), unit.left_on, unit.mark == mark) == (0, START, False)
    assert [(row.choices, row.units) for row in counted(running)] == [(0, 1)]
    assert not links(text(client, LIST))


def test_a_machine_that_says_yes_again_and_again(running: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_part, "YES_MAX", 3)
    for _ in range(3):
        says_yes()
    answer = Client().post("/test/spring/part/", {"answer": "yes"})
    assert (answer.status_code, "Too many have said yes" in answer.content.decode()) == (429, True)
    assert Unit.objects.count() == 3


def test_a_form_of_another_site_is_refused(running: Experiment) -> None:
    strict = Client(enforce_csrf_checks=True)
    for step in ("part", "leave"):
        assert strict.post(f"/test/spring/{step}/", {"answer": "yes"}).status_code == 403
    assert Unit.objects.count() == 0


def test_after_its_end_all_is_as_before(running: Experiment, on_day: On) -> None:
    client = says_yes(HOLDOUT)
    link = links(text(client, LIST))[0]
    for day in (END, AFTER):
        on_day(day)
        page = text(client, LIST)
        assert (FIGURE in page, bool(links(page))) == ((False, True) if day == END else (True, False))
    assert client.get(link).headers["Location"] == PRODUCT
    assert Choice.objects.count() == 0
    assert client.post("/test/spring/part/", {"answer": "yes"}).status_code == 409
    assert "There is no result: fewer than 100 people" in text(client, PAGE)


def test_stopped_it_is_no_more(running: Experiment) -> None:
    from leafmark.web.experiment import states

    client = says_yes(HOLDOUT)
    ExperimentDecision.objects.create(experiment=running, kind="stopped", reason="x", by=running.by, token="stop")
    states.forget()
    assert FIGURE in text(client, LIST)
    assert client.get(PAGE).status_code == 404


@pytest.mark.parametrize("key", ["nothing", "later"])
def test_what_was_not_started_is_not_there(running: Experiment, key: str) -> None:
    from experiments_site import declared

    declared("later")
    for method, address in (("get", ""), ("post", "part/"), ("post", "leave/")):
        assert getattr(Client(), method)(f"/test/{key}/{address}").status_code == 404


def test_a_sectors_test_runs_on_its_categories_alone(shelf: None, on_day: On) -> None:
    from leafmark.web.shelf.models import Category, Product

    on_day(START)
    started("spring", place="sector", name="consumer_electronics", outcome="lower_half")
    other = Category.objects.create(key="milk", slug="milk", sector="food")
    Product.objects.filter(product_id="TV-5").update(category=other)
    client = Client()
    assert client.post("/test/spring/part/", {"answer": "yes"}).headers["Location"] == "/sector/consumer_electronics/"
    assert len(links(text(client, LIST))) == 4
    assert not links(text(client, "/category/milk/"))


def test_the_channel_and_a_festival_show_the_lists_products_as_the_list_does(running: Experiment) -> None:
    from django.utils import timezone

    from leafmark.web.shelf.models import Product, Venue

    Product.objects.filter(product_id__in=("TV-1", "TV-2")).update(in_channel=True)
    now = timezone.now()
    Venue.objects.create(
        slug="fest", names={"en": "Fest"}, opens_at=now - dt.timedelta(days=1), closes_at=now + dt.timedelta(days=400)
    )
    holdout, label = says_yes(HOLDOUT), says_yes(LABEL)
    for address, products in (("/", 2), ("/venue/fest/", 4)):  # the fifth has no figure, so it is at no festival
        found = [text(each, address) for each in (Client(), label, holdout)]
        assert [each.count(FIGURE) for each in found] == [products, products, 0], address
        assert [len(links(each)) for each in found] == [0, products, products], address
        assert "no-store" in holdout.get(address).headers["Cache-Control"]


@pytest.fixture
def indexed(running: Experiment) -> Iterator[Experiment]:
    from leafmark.web.shelf import finding

    finding.index.cache_clear()
    assert finding.rebuild() == 5
    yield running
    finding.index.cache_clear()


def test_the_search_shows_the_lists_products_as_the_list_does(indexed: Experiment) -> None:
    """Of another category as always; sorted by figure with figures; and what was kept for everybody is not hers, nor hers everybody's."""
    from leafmark.web.shelf.models import Category, Product

    other = Category.objects.create(key="milk", slug="milk", sector="food")
    Product.objects.filter(product_id="TV-4").update(category=other)
    holdout, label, search = says_yes(HOLDOUT), says_yes(LABEL), "/search/?q=aiwa"
    for _ in range(2):
        found = [text(each, search) for each in (Client(), label, holdout)]
        assert [each.count(FIGURE) for each in found] == [5, 5, 1]
        assert [len(links(each)) for each in found] == [0, 4, 4]
    assert text(holdout, "/search/?declared_unit=item&sort=lowest").count(FIGURE) == 5
    answer = holdout.get(search)
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Cookie" in Client().get(search).headers["Vary"]
    holdout.get(links(found[2])[0])
    assert Choice.objects.get().unit.arm == HOLDOUT
    assert text(holdout, "/search/?q=nothingofthekind").count(FIGURE) == 0


def test_links_stay_in_language_and_market(running: Experiment) -> None:
    client = says_yes()
    page = text(client, "/m/hk/zh-hant/category/television/")
    assert "這個清單正在進行碳標籤測試。" in page
    link = links(page)[0]
    assert link.startswith("/m/hk/zh-hant/go/")
    assert client.get(link).headers["Location"] == "/m/hk/zh-hant/product/aiwa/TV-3/"
    assert Choice.objects.count() == 1


def test_html_in_a_question_stays_text(shelf: None, on_day: On) -> None:
    on_day(START)
    started("spring", question="<script>alert(1)</script> & you?")
    page = text(Client(), PAGE)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; you?" in page


@pytest.mark.parametrize("address", [LIST, PRODUCT, "/", "/search/?q=aiwa"])
def test_where_no_test_runs_no_page_asks_the_database_for_one(
    shelf: None, on_day: On, django_assert_num_queries: Any, address: str
) -> None:
    """What ran is kept for some seconds; after the first look a page asks as often as before there were tests."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.get(LIST)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    assert not [each["sql"] for each in asked if "experiment" in each["sql"]]


def test_a_reader_who_takes_no_part_costs_no_question(running: Experiment) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.get(LIST)
    with CaptureQueriesContext(connection) as asked:
        client.get(LIST)
    assert not [each["sql"] for each in asked if "experiment" in each["sql"]]
