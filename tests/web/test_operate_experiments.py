"""The operator's room of tests: declared once, what it can see, started, stopped, and nothing of the choices before the end."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from experiments_site import AFTER, END, START, declared, started
from operators import fresh, hold_to_roles, text_of

from leafmark.experiments import content, read_file, result
from leafmark.web.experiment import closing, counting, states
from leafmark.web.experiment.measuring import NotMeasurableError, amount_of, freeze
from leafmark.web.experiment.models import Experiment, ExperimentDecision, Unit
from leafmark.web.shelf.models import Category, Product
from leafmark.web.written_once import WrittenOnceError

On = Callable[[dt.date], None]
ROOM, ONE = "/operate/experiments/", "/operate/experiments/spring/"
SAID = {
    "key": "spring", "question": "Do labels help?", "shown_by": "site", "lists": "/category/television/", "outcome": "grams",
    "held_out": "50", "least_units": "100", "starts_on": "2026-12-01", "ends_on": "2026-12-31",
}  # fmt: skip


@pytest.fixture
def operator(roles: dict[str, Client], on_day: On) -> Client:
    on_day(START)
    return roles["operator"]


def declare(client: Client, **changes: str) -> Any:
    return client.post(ROOM, {**SAID, "token": fresh(), **changes})


def filled(experiment: Experiment, label: int = 120, holdout: int = 120) -> None:
    """People of both arms who chose: with labels TV-2 and TV-4 in turn, without TV-1 and TV-3; ten of each chose nothing."""
    found = {each.product_id: each for each in Product.objects.select_related("category", "current__run")}
    for arm, people, names in (("label", label, ("TV-2", "TV-4")), ("holdout", holdout, ("TV-1", "TV-3"))):
        for number in range(people + 10):
            unit = Unit.objects.create(experiment=experiment, mark=f"{arm} {number}", arm=arm, since=START)
            if number < people:
                product = found[names[number % 2]]
                counting.add_choice(unit, f"{arm} {number}", product.pk, amount_of(experiment, product), START)


def test_who_may_do_what(operator: Client, roles: dict[str, Client]) -> None:
    declared("spring")
    writes = {ROOM: {}, f"{ONE}start/": {"reason": ""}, f"{ONE}stop/": {"reason": ""}}
    hold_to_roles(roles, [ROOM, ONE], writes)
    assert 'name="question"' not in text_of(roles["auditor"].get(ROOM))
    assert ExperimentDecision.objects.count() == 0
    assert roles["auditor"].get("/operate/experiments/nothing/").status_code == 404


def test_declared_it_is_written_once_and_does_not_run(operator: Client) -> None:
    sent = {**SAID, "token": fresh()}
    for _ in range(2):
        answer = operator.post(ROOM, sent)
        assert (answer.status_code, answer.headers["Location"]) == (302, ONE)
    made = Experiment.objects.get()
    assert (made.place, made.name, made.by.email) == ("category", "television", "operator@leafmark.example")
    assert len(bytes.fromhex(made.salt)) == 32
    with pytest.raises(WrittenOnceError):
        made.save()
    assert states.state_of(made) == states.DECLARED
    assert "A test of carbon labels" not in text_of(Client().get("/category/television/"))
    page = text_of(operator.get(ONE))
    assert "Declared, not started" in page
    assert made.salt not in page


def test_what_it_can_see_stands_on_the_page_before_the_start(operator: Client) -> None:
    """Figures in proportion to 100, 50, 99, 60 kWh: mean 77.25, deviation sqrt(513.19) = 22.654; with 100 in each arm
    2.8016 x 22.654 x sqrt(2 / 100) = 8.976 is seen, 11.6 % of the mean."""
    declare(operator)
    page = " ".join(text_of(operator.get(ONE)).split())
    (row,) = re.findall(r'<tr><th scope="row" class="number">200</th>.*?</tr>', page)
    assert [re.sub("<.*?>", "", each) for each in row.split("</td>")][:2] == ["200100", "100"]
    assert "11.6 %" in row
    assert "one of the 4 products" in page


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"key": ""}, "Give it a short name"), ({"key": "a b"}, "Letters, digits, hyphens"), ({"key": "x" * 41}, "At most 40"),
        ({"key": "<b>"}, "Letters, digits, hyphens"), ({"key": "old"}, "Another test has this name"),
        ({"question": ""}, "Say what you want to know"), ({"question": "x" * 10_000}, "At most 300"),
        ({"shown_by": "everybody"}, "Choose one of these"), ({"outcome": "money"}, "Choose one of these"),
        ({"lists": "/category/nothing/"}, "No category or sector"), ({"lists": "/sector/other-worlds/"}, "No category or sector"),
        ({"lists": "television"}, "No category or sector"), ({"lists": "https://x.example/search/"}, "No category or sector"),
        ({"lists": "/category/%00/"}, "No category or sector"),
        ({"lists": "/sector/consumer_electronics/"}, "within one category alone"), ({"outcome": "in_channel"}, "or none is"),
        ({"held_out": "4"}, "Expected 5 or more"), ({"held_out": "51"}, "Expected 50 at most"), ({"held_out": "x"}, "Expected a whole number"),
        ({"least_units": "99"}, "Expected 100 or more"), ({"least_units": "9" * 30}, "Expected 100,000,000 at most"),
        ({"starts_on": "2026-11-30"}, "Expected today or a later day"), ({"starts_on": "soon"}, "Expected a day"),
        ({"ends_on": "2026-11-30"}, "ends before it begins"), ({"ends_on": "2028-01-01"}, "At most 366 days"),
        ({"ends_on": ""}, "Name the last day"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("prefix", ["", "/zh-hant"])
def test_a_fault_stands_beside_its_field(operator: Client, prefix: str, changes: dict[str, str], told: str) -> None:
    declared("old")
    answer = operator.post(prefix + ROOM, {**SAID, "token": fresh(), **changes})
    page = text_of(answer)
    assert answer.status_code == 422
    assert prefix or told in page
    assert 'class="fault"' in page
    assert Experiment.objects.count() == 1


def test_the_address_of_a_list_in_any_language_and_market(operator: Client) -> None:
    Category.objects.create(key="豆奶", slug="豆奶", sector="food")
    declare(operator, lists="http://testserver/m/hk/zh-hant/category/television/?sort=lowest")
    assert Experiment.objects.get().name == "television"
    answer = declare(operator, key="soy", lists="/category/%E8%B1%86%E5%A5%B6/")
    assert "Too few products" in text_of(answer)


def test_zero_bytes_and_html(operator: Client) -> None:
    for field in ("key", "question", "lists"):
        answer = declare(operator, **{field: "a\0b"})
        assert (answer.status_code, "control characters" in text_of(answer)) == (422, True), field
    declare(operator, question="<script>alert(1)</script>")
    for address in (ROOM, ONE):
        assert "<script>alert" not in text_of(operator.get(address))


def test_started_and_stopped_once_each_with_a_reason(operator: Client) -> None:
    declare(operator)
    assert operator.post(f"{ONE}start/", {"reason": "", "token": fresh()}).status_code == 422
    sent = {"reason": "as planned", "token": fresh()}
    for _ in range(2):
        assert operator.post(f"{ONE}start/", sent).status_code == 302
    assert operator.post(f"{ONE}start/", {"reason": "again", "token": fresh()}).status_code == 409
    assert states.state_of(Experiment.objects.get()) == states.RUNNING
    assert "A test of carbon labels" in text_of(Client().get("/category/television/"))
    assert operator.post(f"{ONE}stop/", {"reason": "a mistake in the list", "token": fresh()}).status_code == 302
    assert "A test of carbon labels" not in text_of(Client().get("/category/television/"))
    assert operator.post(f"{ONE}start/", {"reason": "again", "token": fresh()}).status_code == 409
    page = text_of(operator.get(ONE))
    for said in ("as planned", "a mistake in the list", "operator@leafmark.example"):
        assert said in page
    assert ExperimentDecision.objects.count() == 2


def test_states_follow_the_days(operator: Client, on_day: On) -> None:
    first, other = started("spring"), declared("autumn", name="television")
    for day, one, two in (
        (START - dt.timedelta(days=1), states.WAITING, states.DECLARED), (START, states.RUNNING, states.DECLARED),
        (END, states.RUNNING, states.DECLARED), (AFTER, states.OVER, states.NEVER),
    ):  # fmt: skip
        on_day(day)
        assert (states.state_of(first), states.state_of(other)) == (one, two)
        assert operator.get(ROOM).status_code == 200


def test_two_on_the_same_lists_do_not_run(operator: Client) -> None:
    started("spring")
    for key, changes, status in (
        ("same", {}, 409), ("later", {"starts_on": AFTER, "ends_on": AFTER}, 302), ("api", {"shown_by": "clients"}, 302),
        ("sector", {"place": "sector", "name": "consumer_electronics", "outcome": "lower_half"}, 409),
    ):  # fmt: skip
        declared(key, **changes)
        answer = operator.post(f"/operate/experiments/{key}/start/", {"reason": "x", "token": fresh()})
        assert answer.status_code == status, key
    assert "Another test runs on some of these lists" in text_of(
        operator.post("/operate/experiments/same/start/", {"reason": "x", "token": fresh()})
    )


def test_nothing_of_the_choices_is_seen_before_the_end(operator: Client, on_day: On) -> None:
    """Whatever was chosen, page and file are the same."""
    made = started("spring")
    filled(made)
    pages = []
    for factor in (1, 3):
        for choice in made.choices.all():
            type(choice).objects.filter(pk=choice.pk).update(amount=(choice.amount or 0) * factor)
        pages.append(re.sub(r'value="[0-9a-zA-Z]{32,64}"', "", text_of(operator.get(ONE))))
    assert pages[0] == pages[1]
    assert '<td class="number">120</td>' in pages[0]
    assert "Mean of people" not in pages[0]
    assert operator.get(f"{ONE}counts.csv").status_code == 404
    assert "download" not in pages[0]


def test_after_the_end_the_result_and_its_file(operator: Client, on_day: On, tmp_path: Path) -> None:
    """Means of (50 + 60) / 2 = 55 and (100 + 99) / 2 = 99.5 kWh: a difference of -44.5, or -44.7 % of 99.5."""
    made = started("spring")
    filled(made)
    counts = counting.counted(made)
    on_day(AFTER)
    page = text_of(operator.get(ONE))
    assert "can be told apart from nothing" in page
    assert "−44.7 %" in page
    assert '<svg class="chart"' in page
    answer = operator.get(f"{ONE}counts.csv")
    body = b"".join(answer.streaming_content)
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert len(rows) == 7  # head; of each arm two products, and those who chose nothing
    (tmp_path / "spring.csv").write_bytes(body)
    again = result(*read_file(tmp_path / "spring.csv"), AFTER)
    assert content(again) == content(result(made.plan, counts, AFTER))
    public = text_of(Client().get("/test/spring/"))
    assert "−44.7 %" in public
    assert "Took it back" not in public


@pytest.mark.parametrize("how", ["over", "stopped", "at the next start"])
def test_what_ended_leaves_counts_and_nobodys_choices(operator: Client, on_day: On, how: str) -> None:
    """A customer who leaves afterwards, or whatever else, changes no result that was seen."""
    made = started("spring")
    filled(made)
    other = started("other", shown_by="clients")
    filled(other, 3, 3)
    before = counting.counted(made)
    if how == "stopped":
        ExperimentDecision.objects.create(experiment=made, kind="stopped", reason="x", by=made.by, token="stop")
    else:
        on_day(AFTER)
    if how == "at the next start":
        assert closing.close_all() == 2
        assert closing.close_all() == 0
    page = text_of(operator.get(ONE))
    assert (made.units.count(), made.choices.count()) == (0, 0)
    assert closing.counts_of(made).rows == before
    assert '<td class="number">130</td><td class="number">120</td>' in page
    if how == "stopped":
        assert other.units.count() == 26
    with pytest.raises(WrittenOnceError):
        made.counts.save()


def test_two_who_look_at_once_close_it_once(operator: Client, on_day: On, monkeypatch: pytest.MonkeyPatch) -> None:
    made = started("spring")
    filled(made)
    on_day(AFTER)
    first = closing.counts_of(made)
    monkeypatch.setattr(closing.Counts.objects, "filter", lambda **_: closing.Counts.objects.none())
    assert closing.counts_of(made) == first


def test_a_split_that_is_no_chance_shows_no_result(operator: Client, on_day: On) -> None:
    made = started("spring")
    filled(made, 120, 200)
    assert "somewhere people of one arm get lost" in text_of(operator.get(ONE))
    on_day(AFTER)
    page = text_of(operator.get(ONE))
    assert "There is no result: the split of people is not the one that was planned" in page
    assert "Mean of people" not in page


def test_one_that_was_stopped_has_none(operator: Client, on_day: On) -> None:
    made = started("spring")
    filled(made)
    ExperimentDecision.objects.create(experiment=made, kind="stopped", reason="x", by=made.by, token="stop")
    on_day(AFTER)
    page = text_of(operator.get(ONE))
    assert "so there is no result" in page
    assert "Mean of people" not in page
    assert operator.get(f"{ONE}counts.csv").status_code == 404


def test_what_is_measured_is_frozen_at_the_declaration(shelf: None) -> None:
    """Televisions of 100, 50, 99 kWh share a basis, the large one of 60 does not: the middle is 99, below it 50 alone."""
    frozen = freeze("category", "television", "lower_half")
    found = {each.product_id: each for each in Product.objects.select_related("category", "current__run")}
    (middle,) = frozen.middles.values()
    assert middle == found["TV-3"].co2e_ug
    assert (frozen.products, frozen.usual) == (3, pytest.approx(1 / 3))
    made = declared("spring", outcome="lower_half")
    amounts = {name: amount_of(made, each) for name, each in sorted(found.items())}
    assert amounts == {"TV-1": 0, "TV-2": 1, "TV-3": 0, "TV-4": None, "TV-5": None}
    found["TV-1"].co2e_ug = 1
    assert amount_of(made, found["TV-1"]) == 1


def test_grams_count_for_one_unit_and_boundary(shelf: None) -> None:
    made = declared("spring")
    assert made.per == ["item", "use_only"]
    product = Product.objects.select_related("category", "current__run").get(product_id="TV-1")
    assert amount_of(made, product) == product.co2e_ug
    product.published.catalogue["declared_unit"] = "pack"
    assert amount_of(made, product) is None
    product.published.save()
    with pytest.raises(NotMeasurableError) as fault:
        freeze("category", "television", "grams")
    assert fault.value.code == "mixed"


def test_the_channel_is_what_it_is_on_the_day(shelf: None) -> None:
    Product.objects.filter(product_id="TV-2").update(in_channel=True)
    made = declared("spring", outcome="in_channel")
    assert (made.usual, made.products) == (0.2, 5)
    found = Product.objects.select_related("category", "current__run")
    assert [amount_of(made, found.get(product_id=each)) for each in ("TV-1", "TV-2")] == [0, 1]
