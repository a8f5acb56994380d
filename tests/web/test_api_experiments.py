"""Holdout tests through the API: arms that stay, choices that count once, and what strangers send."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from api_site import NDJSON, Caller
from experiments_site import AFTER, END, START, declared, started

from leafmark.web.experiment.counting import counted, left, not_counted
from leafmark.web.experiment.models import Choice, Experiment, Unit

On = Callable[[dt.date], None]


@pytest.fixture
def shop(two_brands: None, caller: Callable[..., Caller], on_day: On) -> Caller:
    """A marketplace's program; the test `spring` runs on televisions."""
    on_day(START)
    started("spring", shown_by="clients")
    return caller("shop", ("experiments",))


def ask(shop: Caller, *units: str) -> dict[str, str]:
    answer = shop.post("/experiments/spring/arms", json={"units": list(units)})
    assert answer.status_code == 200, answer.content
    return {each["unit"]: each["arm"] for each in answer.json()["arms"]}


def choose(shop: Caller, *rows: Any) -> dict[str, Any]:
    data = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in rows)
    answer = shop.post("/experiments/spring/choices", data=data, content_type=NDJSON)
    assert answer.status_code == 200, answer.content
    return answer.json()


def choice(name: str, unit: str = "ann", product: str = "TV-1", **more: Any) -> dict[str, Any]:
    return {"choice_id": name, "unit": unit, "brand": "aiwa", "product_id": product, **more}


def test_arms_stay_and_are_those_of_the_keyed_hash(shop: Caller) -> None:
    """The hash worked out by hand: the client's name stands before its unit's, so two shops' units are never one."""
    names = [f"unit {n}" for n in range(40)]
    first = ask(shop, *names)
    assert ask(shop, *reversed(names)) == first
    for name in names:
        digest = hmac.digest(b"\x07" * 32, f"arm\x1fclient\x1fshop\x1f{name}".encode(), hashlib.sha256)
        assert first[name] == ("holdout" if digest[0] < 0x80 else "label")
    assert Unit.objects.count() == 40
    assert not Unit.objects.filter(mark__contains="unit").exists()


def test_two_clients_units_and_choices_of_one_name_are_apart(shop: Caller, caller: Callable[..., Caller]) -> None:
    other = caller("other shop", ("experiments",))
    for each in (shop, other):
        ask(each, "ann")
        assert choose(each, choice("1"))["accepted"] == 1
    assert (Unit.objects.count(), Choice.objects.count()) == (2, 2)


def test_a_choice_counts_once_with_its_labels_figure(shop: Caller) -> None:
    """What is sent besides is not read: neither a figure nor an arm."""
    arm = ask(shop, "ann")["ann"]
    rows = [choice("1"), choice("2", product="TV-2", co2e_ug=1, arm="label"), choice("3", product="TV-5")]
    assert choose(shop, *rows) == {"rows": 3, "accepted": 3, "duplicates": 0, "not_counted": 1, "refused": []}
    assert choose(shop, *rows, choice("1")) == {
        "rows": 4,
        "accepted": 0,
        "duplicates": 4,
        "not_counted": 0,
        "refused": [],
    }
    figures = [Caller().get(f"/footprints/aiwa/{each}").json()["co2e_ug"] for each in ("TV-1", "TV-2")]
    (row,) = counted(Experiment.objects.get())
    assert (row.arm, row.choices, row.amount, row.units) == (arm, 2, sum(figures), 1)
    assert not_counted(Experiment.objects.get())[arm] == 1


def test_the_same_choice_twice_in_one_body(shop: Caller) -> None:
    ask(shop, "ann", "bob")
    found = choose(shop, choice("1"), choice("1"), choice("1", product="TV-2"), choice("1", unit="bob"))
    assert (found["accepted"], found["duplicates"]) == (1, 1)
    assert [(each["position"], each["line"], each["reason"], each["field"]) for each in found["refused"]] == [
        (2, 3, "conflict", "choice_id"), (3, 4, "conflict", "choice_id"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "reason", "field"),
    [
        ({"unit": "ann", "brand": "aiwa", "product_id": "TV-1"}, "missing", "choice_id"),
        (choice("1", unit="nobody"), "unknown_unit", "unit"),
        ({"choice_id": "1", "unit": "ann", "product_id": "TV-1"}, "missing", "brand"),
        (choice("1", product="TV-99"), "unknown_product", "product_id"),
        ({**choice("1"), "brand": "other", "product_id": "secret"}, "unknown_product", "product_id"),
        ({"choice_id": "1", "unit": "ann", "gtin": "9506000134353"}, "bad_text", "gtin"),
        ({"choice_id": "1", "unit": "ann", "gtin": "4006381333931"}, "unknown_product", "gtin"),
        (choice("x" * 256), "bad_text", "choice_id"),
        (choice("1", unit=["ann"]), "bad_text", "unit"),
        (choice("1", unit="a\0b"), "bad_text", "unit"),
        (choice("1", product="' OR 1=1 --"), "unknown_product", "product_id"),
        (choice("1", product="<script>alert(1)</script>"), "unknown_product", "product_id"),
        ({**choice("1"), "choice_id": 7}, "bad_text", "choice_id"),
        (choice("\ud800"), "bad_text", "choice_id"),
    ],
)  # fmt: skip
def test_a_refused_choice_stops_no_other(shop: Caller, row: dict[str, Any], reason: str, field: str) -> None:
    ask(shop, "ann")
    found = choose(shop, row, "", choice("good"))
    assert found["accepted"] == 1
    (refused,) = found["refused"]
    assert (refused["position"], refused["line"], refused["reason"], refused["field"]) == (0, 1, reason, field)


def test_a_gtin_names_a_product(shop: Caller) -> None:
    ask(shop, "ann")
    assert choose(shop, {"choice_id": "1", "unit": "ann", "gtin": "9506000134352"})["accepted"] == 1
    assert Choice.objects.get().product.product_id == "TV-1"


def test_another_list_is_refused(shop: Caller) -> None:
    from leafmark.web.shelf.models import Category, Product

    ask(shop, "ann")
    Product.objects.filter(product_id="TV-2").update(
        category=Category.objects.create(key="radio", slug="radio", sector="consumer_electronics")
    )
    (refused,) = choose(shop, choice("1", product="TV-2"))["refused"]
    assert (refused["reason"], refused["expected"]) == ("other_lists", "a product of category television")


def test_who_leaves_is_forgotten_but_stays_counted(shop: Caller) -> None:
    arm = ask(shop, "ann", "bob")["ann"]
    choose(shop, choice("1"), choice("2", unit="bob"))
    for expected in (1, 0):
        assert shop.post("/experiments/spring/leave", json={"units": ["ann"]}).json() == {
            "experiment": "spring",
            "left": expected,
        }
    assert Choice.objects.count() == 1
    assert left(Experiment.objects.get())[arm] == 1
    assert sum(row.units for row in counted(Experiment.objects.get())) == 2
    assert choose(shop, choice("3"))["refused"][0]["reason"] == "unknown_unit"


@pytest.mark.parametrize(
    ("day", "status"), [(START - dt.timedelta(days=1), 409), (START, 200), (END, 200), (AFTER, 409)]
)
def test_only_in_its_days(shop: Caller, on_day: On, day: dt.date, status: int) -> None:
    ask(shop, "ann")
    on_day(day)
    assert shop.post("/experiments/spring/arms", json={"units": ["bob"]}).status_code == status
    answer = shop.post("/experiments/spring/choices", data=json.dumps(choice("1")), content_type=NDJSON)
    assert answer.status_code == status
    if status == 409:
        assert answer.json()["type"] == "/api/docs#not-running"
    assert shop.post("/experiments/spring/leave", json={"units": ["ann"]}).status_code == 200


def test_what_is_not_there_or_not_for_clients(shop: Caller) -> None:
    started("ours")
    declared("later", shown_by="clients")
    for key, status in (
        ("ours", 404),
        ("nothing", 404),
        ("later", 409),
        ("%00", 404),
        ("a'b", 404),
        ("x" * 10_000, 404),
    ):
        assert shop.post(f"/experiments/{key}/arms", json={"units": ["ann"]}).status_code == status, key[:20]
    assert Unit.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, "#/units"), ({"units": []}, "#/units"), ({"units": ["a"], "arm": "label"}, "#/arm"), ({"units": ["a\tb"]}, "#/units/0"),
     ({"units": [7]}, "#/units/0"), ({"units": ["x"] * 1_001}, "#/units"), ({"units": ["x" * 256]}, "#/units/0")],
)  # fmt: skip
def test_a_fault_names_its_field(shop: Caller, body: dict[str, Any], pointer: str) -> None:
    answer = shop.post("/experiments/spring/arms", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_bodies_that_are_none(shop: Caller) -> None:
    where = "/experiments/spring/choices"
    assert shop.post(where, data="{}", content_type="application/json").status_code == 415
    assert shop.post(where, data='{"a": 1}\n[', content_type=NDJSON).json()["errors"][0]["line"] == 2
    assert shop.post(where, data="{}\n" * 10_001, content_type=NDJSON).status_code == 413
    assert shop.post(where, data="x" * (8 * 1024 * 1024 + 1), content_type=NDJSON).status_code == 413
    assert Choice.objects.count() == 0


def test_ten_thousand_at_once_in_few_questions(shop: Caller, django_assert_max_num_queries: Any) -> None:
    names = [f"unit {n}" for n in range(1_000)]
    ask(shop, *names)
    rows = [choice(f"c{n}", unit=names[n % 1_000], product=f"TV-{1 + n % 4}") for n in range(10_000)]
    with django_assert_max_num_queries(100):
        assert choose(shop, *rows)["accepted"] == 10_000
    assert choose(shop, *rows)["duplicates"] == 10_000


def test_another_request_that_writes_the_same_choice_in_this_moment(
    shop: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked up anew: counted once, and answered as a duplicate; where it goes on, the client is told to come again."""
    from leafmark.web.api import choices

    ask(shop, "ann")
    there = choices._there
    seen: list[int] = []

    def late(experiment: Experiment, marks: Any) -> Any:
        seen.append(1)
        return {} if len(seen) in blind else there(experiment, marks)

    monkeypatch.setattr(choices, "_there", late)
    blind: set[int] = set()
    assert choose(shop, choice("1"))["accepted"] == 1
    blind = {2}
    assert choose(shop, choice("1"))["duplicates"] == 1
    blind = {4, 5}
    answer = shop.post("/experiments/spring/choices", data=json.dumps(choice("1")), content_type=NDJSON)
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert Choice.objects.count() == 1
