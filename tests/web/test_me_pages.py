"""Goals, statements, consent and export."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pytest
from consumers import ANN_ACCOUNT, APP, BOB_ACCOUNT, DAY, GATE, TODAY, City
from hypothesis import given
from hypothesis import strategies as st

from leafmark.ledger import person
from leafmark.ledger.privacy import put_detail
from leafmark.web.me import consent
from leafmark.web.me.models import Consent, Goal
from leafmark.web.me.statement import COLUMNS, as_csv


def test_a_goal_counts_this_month_and_one_sent_twice_is_one(city: City) -> None:
    client = city.client(city.ann)
    for _ in range(2):
        client.post("/me/goals/", {"kind": "metro", "target": "8"})
        client.post("/me/goals/", {"kind": "points", "target": "100"})
    assert Goal.objects.filter(user=city.ann).count() == 2
    text = client.get("/me/goals/").content.decode()
    month = person.month(city.ledger, ANN_ACCOUNT, TODAY.replace(day=1))
    assert "6 of 8" in text
    assert f"{month.points} of 100 · reached" in text
    assert month.points == city.ledger.balance(ANN_ACCOUNT).points


def test_a_goal_lapses_and_loses_nothing(city: City) -> None:
    client = city.client(city.ann)
    client.post("/me/goals/", {"kind": "metro", "target": "8"})
    city.ledger.today = lambda: dt.date(2026, 9, 1)
    text = client.get("/me/goals/").content.decode()
    assert "0 of 8" in text
    for word in ("streak", "lost", "missed", "failed", "days left"):
        assert word not in text.lower().replace("nothing is lost", "")
    goal = Goal.objects.get()
    city.client(city.bob).post(f"/me/goals/{goal.pk}/end/")
    assert Goal.objects.exists()
    for _ in range(2):
        assert client.post(f"/me/goals/{goal.pk}/end/").status_code == 302
    assert not Goal.objects.exists()


@pytest.mark.parametrize(("kind", "target", "said"), [
    ("metro", "0", "whole number from 1"), ("metro", "-3", "whole number"), ("metro", "1e3", "whole number"), ("metro", "", "whole number"),
    ("metro", "9" * 400, "whole number"), ("metro", "٣", "whole number"), ("grams", "5", "Choose one of the list"),
])  # fmt: skip
def test_a_goal_that_cannot_be_says_why_beside_its_field(city: City, kind: str, target: str, said: str) -> None:
    answer = city.client(city.ann).post("/me/goals/", {"kind": kind, "target": target})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Goal.objects.exists()


def lines_of(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_a_statement_holds_the_period_and_both_forms_agree(city: City) -> None:
    client = city.client(city.ann)
    city.ledger.redeem(ANN_ACCOUNT, 5, 40, "parcel_locker")
    address = f"/me/statement/?since={DAY}&until={TODAY}"
    answer = client.get(f"{address}&format=csv")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="leafmark-statement-{DAY}-{TODAY}.csv"'
    lines, told = lines_of(answer.content), json.loads(client.get(f"{address}&format=json").content)
    assert [row["id"] for row in lines] == [row["id"] for row in told["rows"]]
    acts = [row for row in lines if row["kind"] == "act"]
    held = city.ledger.balance(ANN_ACCOUNT)
    grams = sum(int(row["co2e_mg"]) for row in acts if row["statement"] == "avoided")
    assert grams == held.avoided_mg
    assert {row["estimate"] for row in acts if row["evidence"] == "D"} == {"left out of audited totals"}
    assert {row["estimate"] for row in acts if row["evidence"] != "D"} == {""}
    assert [row["reward"] for row in lines if row["kind"] == "redemption"] == ["parcel_locker"]
    before = client.get("/me/statement/?since=2026-01-01&until=2026-05-02&format=csv")
    assert lines_of(before.content) == []


@pytest.mark.parametrize(("query", "said"), [
    ("since=yesterday&until=2026-05-05", "year, month and day"), ("since=2026-05-05&until=2026-05-04", "before the first one"),
    ("since=1800-01-01", "year, month and day"), ("until=2026-02-30", "year, month and day"),
])  # fmt: skip
def test_a_period_that_is_none_says_why(city: City, query: str, said: str) -> None:
    answer = city.client(city.ann).get(f"/me/statement/?{query}&format=csv")
    assert answer.status_code == 400
    assert said in answer.content.decode()


@given(st.dictionaries(st.sampled_from(["reward", "reason", "source", "party"]), st.text()))
def test_no_cell_of_a_statement_is_run_by_a_spreadsheet(texts: dict[str, str]) -> None:
    """OWASP, CSV injection: no cell begins with = + - @, a tab or a return."""
    body = as_csv([{**texts, "co2e_mg": -7000, "id": "-5"}])
    (line,) = list(csv.DictReader(io.StringIO(body, newline="")))
    assert (line["co2e_mg"], line["id"]) == ("-7000", "-5")
    for name, text in texts.items():
        assert not line[name].startswith(("=", "+", "-", "@", "\t", "\r")) or line[name][1:].isdigit()
        assert line[name].removeprefix("'") == text.removeprefix("'")
    assert set(line) == set(COLUMNS)


def test_a_source_credits_only_with_consent_and_not_after_it_is_taken_back(city: City) -> None:
    client, subject = city.client(city.ann), city.ann.subject
    assert not consent.may_credit(subject, GATE)
    for _ in range(2):
        client.post("/me/sources/", {"source": GATE, "answer": "give"})
    assert Consent.objects.count() == 1
    assert consent.may_credit(subject, GATE)
    assert not consent.may_credit(subject, APP)
    assert not consent.may_credit(city.bob.subject, GATE)
    for _ in range(2):
        client.post("/me/sources/", {"source": GATE, "answer": "withdraw"})
    assert not consent.may_credit(subject, GATE)
    assert "You took it back" in client.get("/me/sources/").content.decode()
    client.post("/me/sources/", {"source": GATE, "answer": "give"})
    assert consent.may_credit(subject, GATE)
    assert Consent.objects.count() == 2


def test_a_batch_is_asked_as_each_of_its_acts_would_be(city: City) -> None:
    consent.give(city.ann, GATE)
    consent.give(city.bob, APP)
    pairs = [(account, source) for account in (ANN_ACCOUNT, BOB_ACCOUNT, 12345) for source in (GATE, APP, "new")]
    subjects = {ANN_ACCOUNT: city.ann.subject, BOB_ACCOUNT: city.bob.subject, 12345: "customer of somebody"}
    refused = consent.without_consent(city.ledger, pairs)
    assert refused == {pair for pair in pairs if not consent.may_credit(subjects[pair[0]], pair[1])}
    assert refused == {(ANN_ACCOUNT, APP), (ANN_ACCOUNT, "new"), (BOB_ACCOUNT, GATE), (BOB_ACCOUNT, "new")}


def test_only_sources_she_is_asked_about_can_be_answered(city: City) -> None:
    client = city.client(city.ann)
    assert client.post("/me/sources/", {"source": "elsewhere", "answer": "give"}).status_code == 400
    assert client.post("/me/sources/", {"source": GATE, "answer": "always"}).status_code == 400
    assert not Consent.objects.exists()
    consent.offer("elsewhere", {"en": "<b>Else</b>"}, {"en": "Rides"})
    page = client.get("/me/sources/").content.decode()
    assert "&lt;b&gt;Else&lt;/b&gt;" in page
    assert client.post("/me/sources/", {"source": "elsewhere", "answer": "give"}).status_code == 302
    assert consent.may_credit(city.ann.subject, "elsewhere")


def test_the_export_holds_all_that_is_hers_and_nothing_of_others(city: City) -> None:
    client = city.client(city.ann)
    client.post("/me/goals/", {"kind": "metro", "target": "8"})
    consent.give(city.ann, GATE)
    consent.give(city.bob, GATE)
    put_detail(city.ledger, ANN_ACCOUNT, city.event("ride-0"), {"station": "Central"})
    put_detail(city.ledger, BOB_ACCOUNT, city.event("ride-0", 1), {"station": "Harbour"})
    answer = client.get("/me/data/export.json")
    told = json.loads(answer.content)
    assert told["user"]["email"] == city.ann.email
    assert "password" not in told["user"]
    assert [row["action"] for row in told["site"]["me.Goal"]] == ["metro"]
    assert len(told["site"]["me.Consent"]) == 1
    assert {row["id"] for row in told["ledger"]["rows"]} == {
        str(each.row.act.event_id) for each in person.every_act(city.ledger, ANN_ACCOUNT)
    }
    assert told["ledger"]["details"] == {str(city.event("ride-0")): {"station": "Central"}}
    for others in (city.bob.email, str(BOB_ACCOUNT), str(city.event("ride-0", 1)), "Harbour", city.ann.password):
        assert others not in answer.content.decode()
