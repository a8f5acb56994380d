"""Acts, balances and redemptions by the API."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from api_site import NDJSON, Caller, row
from hypothesis import given, settings
from hypothesis import strategies as st
from terms import ANN, CATALOGUE, TODAY

from leafmark.ledger import id_of
from leafmark.ledger.ledger import Ledger
from leafmark.ledger.privacy import open_account
from leafmark.web.api import once
from leafmark.web.api.models import Answer
from leafmark.web.api.once import key_in
from leafmark.web.api.problems import Problem

ARROW = "application/vnd.apache.arrow.stream"


def stream(rows: list[dict[str, Any]]) -> bytes:
    """Rows as an Arrow IPC stream."""
    table = pa.Table.from_pylist(rows)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as out:
        out.write_table(table)
    return sink.getvalue().to_pybytes()


def test_a_batch_is_posted_once_and_told_by_position(books_open: Ledger, caller: Callable[..., Caller]) -> None:
    rows = [
        row("one"),
        row("two", quantity="oops"),
        row("three", action="nothing"),
        row("four"),
        row("one"),
        row("one", quantity=9),
    ]
    asking = caller("till")
    first = asking.events(rows).json()
    assert {name: first[name] for name in ("rows", "accepted", "duplicates", "conflicts", "rejected")} == {
        "rows": 6, "accepted": 2, "duplicates": 1, "conflicts": 1, "rejected": 2,
    }  # fmt: skip
    told = [
        (each["position"], each["line"], each["outcome"], each["reason"], each["field"]) for each in first["refused"]
    ]
    assert told == [
        (1, 2, "rejected", "not_a_number", "quantity"),
        (2, 3, "rejected", "unknown_action", "action"),
        (5, 6, "conflict", "conflict", "quantity"),
    ]
    again = asking.events(rows).json()
    assert again == asking.events(rows).json()
    assert (again["accepted"], again["duplicates"], again["refused"]) == (0, 3, first["refused"])
    assert books_open.balance(ANN).avoided_mg == 2 * 15_000
    assert books_open.verify().ok


def test_either_form_says_the_same(books_open: Ledger, caller: Callable[..., Caller]) -> None:
    rows = [row(f"ride {n}", co2e_mg=1000 + n) for n in range(50)]
    by_line = caller("till").events(rows).json()
    native = [{**each, "occurred_day": dt.date.fromisoformat(each["occurred_day"])} for each in rows]
    by_arrow = caller("till").post("/events", data=stream(native), content_type=ARROW).json()
    assert by_line["accepted"] == by_arrow["duplicates"] == 50
    assert by_arrow["accepted"] == by_arrow["rejected"] == 0


@pytest.mark.parametrize("beside", [[], [row("text id", event_id="abc")], [row("huge", event_id=10**30)], [{}]])
def test_an_act_has_one_id_whatever_stands_beside_it(
    books_open: Ledger, caller: Callable[..., Caller], beside: list[dict[str, Any]]
) -> None:
    """A column that holds numbers and texts must not make texts of the numbers, which would be other ids."""
    asking = caller("till")
    assert asking.events([row("a", event_id=77)]).json()["accepted"] == 1
    again = asking.events([*beside, row("a", event_id="77"), row("a", event_id=77)]).json()
    assert again["duplicates"] == 2
    assert books_open.store.rows("SELECT count(*) FROM event WHERE event_id = 77") == [(1,)]


def test_an_act_is_its_clients(books_open: Ledger, caller: Callable[..., Caller]) -> None:
    said = caller("till").events([row("one"), row("two", source="till"), row("three", source="bank")]).json()
    assert said["accepted"] == 2
    assert [(each["position"], each["field"], each["found"]) for each in said["refused"]] == [(2, "source", "bank")]
    assert books_open.names.sources.keys() == {"till"}


def test_a_brands_client_is_a_partner_and_no_more(
    shelf: None, books_open: Ledger, caller: Callable[..., Caller]
) -> None:
    """Evidence A is a gate's or a bank's; an act of somebody else's is not shown to it; it names no subjects."""
    open_account(books_open, "ann")
    operator, partner = caller("gate"), caller("aiwa-till", ("events",), "aiwa")
    secret = row("one", co2e_mg=14_321, evidence="A")
    assert operator.events([secret]).json()["accepted"] == 1
    tried = [
        row("a", evidence="A"), row("one"), row("other id", fingerprint=secret["fingerprint"]),
        {**row("s"), "account_id": None, "subject": "ann"},
    ]  # fmt: skip
    answer = partner.events(tried)
    said = answer.json()
    assert [each["reason"] for each in said["refused"]] == ["unknown_word", "conflict", "same_act", "missing"]
    for told in ("14321", "gate", str(secret["event_id"])):
        assert told not in answer.content.decode()
    by_operator = operator.events([row("one")]).json()["refused"][0]
    assert "14321" in by_operator["expected"]


def test_the_operators_client_may_name_subjects(books_open: Ledger, caller: Callable[..., Caller]) -> None:
    account = open_account(books_open, "ann@example.org")
    asking = caller("till")
    named = {**row("one"), "subject": "ann@example.org"}
    del named["account_id"]
    said = asking.events([named, {**named, "subject": "nobody", "event_id": 5}]).json()
    assert (said["accepted"], said["refused"][0]["found"]) == (1, "a subject without an account")
    assert asking.post("/accounts/lookup", json={"subject": "ann@example.org"}).json() == {"account_id": str(account)}
    assert asking.post("/accounts/lookup", json={"subject": "nobody"}).status_code == 404
    assert books_open.balance(account).avoided_mg == 15_000


def test_grams_and_points_stand_apart_and_nobody_has_no_balance(
    books_open: Ledger, caller: Callable[..., Caller]
) -> None:
    asking = caller("till")
    asking.events([row("one"), row("paper", action="e_receipt", method_id="receipt.paper@1", co2e_mg=9_000)])
    body = asking.get(f"/accounts/{ANN}/balance").json()
    assert body == {
        "account_id": str(ANN), "at": None, "points": {"available": 9, "held": 0, "ended": 0, "above_cap": 0},
        "grams": {"avoided_mg": 15_000, "participant_reduction_mg": 0, "operator_inventory_mg": 9_000},
    }  # fmt: skip
    before = asking.get(f"/accounts/{ANN}/balance?at={TODAY - dt.timedelta(1)}").json()
    assert before["points"]["available"] == 0
    assert asking.get("/accounts/12345/balance").status_code == 404
    assert asking.get(f"/accounts/{ANN}/balance?at=0001-01-01").status_code == 422


@pytest.fixture
def rich(books_open: Ledger, caller: Callable[..., Caller]) -> Caller:
    """An operator's client; Ann has 100 points."""
    asking = caller("app")
    lot = next(each for each in CATALOGUE.actions if each.action == "lot")
    said = asking.events([row("lot", action="lot", method_id=lot.method_id, quantity=100, co2e_mg=0)])
    assert said.json()["accepted"] == 1
    return asking


def redeem(asking: Caller, key: str | None, points: int = 30, account: int = ANN, reward: str = "mug") -> Any:
    """An answer to a redemption."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return asking.post(f"/accounts/{account}/redemptions", json={"points": points, "reward": reward}, headers=headers)


def points(asking: Caller) -> int:
    """Ann's points."""
    return int(asking.get(f"/accounts/{ANN}/balance").json()["points"]["available"])


def test_the_same_request_is_answered_the_same_and_charged_once(rich: Caller) -> None:
    """draft-ietf-httpapi-idempotency-key-header-07, 2.6."""
    first, second = redeem(rich, '"k 1"'), redeem(rich, '"k 1"')
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert points(rich) == 70
    assert redeem(rich, '"k 2"').json()["redemption_id"] != first.json()["redemption_id"]
    assert points(rich) == 40


@pytest.mark.parametrize("change", [{"points": 31}, {"reward": "cup"}, {"account": ANN + 1}])
def test_another_request_under_the_same_key_is_refused(rich: Caller, change: dict[str, Any]) -> None:
    redeem(rich, "k")
    answer = redeem(rich, "k", **change)
    assert (answer.status_code, answer.json()["type"]) == (422, "/api/docs#key-reused")
    assert answer.json()["errors"][0]["header"] == "Idempotency-Key"
    assert points(rich) == 70


def test_a_key_that_is_no_longer_kept_still_charges_once(rich: Caller) -> None:
    """The ledger's own ids never expire: they are made of client and key."""
    first = redeem(rich, "k")
    Answer.objects.all().delete()
    assert redeem(rich, "k").json() == first.json()
    Answer.objects.all().delete()
    assert redeem(rich, "k", points=31).status_code == 422
    assert points(rich) == 70


def test_while_the_first_is_worked_on_the_second_waits(
    rich: Caller, books_open: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    inner = books_open.redeem

    def slow(*command: Any) -> Any:
        seen.append(redeem(rich, "k"))
        return inner(*command)

    monkeypatch.setattr(books_open, "redeem", slow)
    assert redeem(rich, "k").status_code == 201
    assert [each.status_code for each in seen] == [409]
    assert seen[0].json()["type"] == "/api/docs#in-progress"
    assert seen[0].headers["Retry-After"] == "1"
    assert points(rich) == 70


def test_a_process_that_died_over_it_leaves_it_to_the_next(
    rich: Caller, books_open: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It died after the ledger had charged and before the answer was kept."""
    first = redeem(rich, "k").json()
    Answer.objects.update(status=None, body=None)
    assert redeem(rich, "k").status_code == 409
    monkeypatch.setattr(once, "LEASE_S", -1)
    assert redeem(rich, "k").json() == first
    assert points(rich) == 70


def test_a_fault_of_ours_is_not_kept_as_the_answer(
    rich: Caller, books_open: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    inner = books_open.redeem
    monkeypatch.setattr(books_open, "redeem", broken)
    answer = redeem(rich, "k")
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()
    monkeypatch.setattr(books_open, "redeem", inner)
    assert redeem(rich, "k").status_code == 201


def test_a_refusal_is_kept_as_the_answer(rich: Caller) -> None:
    answer = redeem(rich, "k", points=101)
    assert (answer.status_code, answer.json()["reason"]) == (409, "not_enough")
    assert answer.json()["errors"] == [{"pointer": "#/points", "detail": "found 101; expected at most 100"}]
    lot = row("more", action="lot", method_id="none", quantity=100, co2e_mg=0)
    assert rich.events([lot]).json()["accepted"] == 1
    assert redeem(rich, "k", points=101).content == answer.content
    assert redeem(rich, "k2", points=101).status_code == 201


def test_another_key_of_the_client_takes_up_where_the_first_left(rich: Caller, caller: Callable[..., Caller]) -> None:
    """A key is changed for a new one while a request is on its way."""
    assert redeem(rich, "k").json() == redeem(caller("app"), "k").json()
    assert redeem(caller("another app"), "k").json()["redemption_id"] != redeem(rich, "k").json()["redemption_id"]
    assert points(rich) == 40


@pytest.mark.parametrize(
    "key", [None, "", '""', '"unended', "two words", "ключ".encode().decode("latin-1"), "x" * 256, "tab\there"]
)
def test_without_a_usable_key_nothing_is_redeemed(rich: Caller, key: str | None) -> None:
    answer = redeem(rich, key)
    assert (answer.status_code, answer.json()["type"]) == (400, "/api/docs#idempotency-key")
    assert points(rich) == 100


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=200))
def test_a_key_in_quotes_is_read_as_rfc_8941_writes_it(text: str) -> None:
    """RFC 8941, 4.1.6: only backslash and quote are escaped."""
    assert key_in('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"') == text


@given(st.text(max_size=300))
@settings(max_examples=2 * settings().max_examples)
def test_any_text_is_a_key_or_a_problem(text: str) -> None:
    if re.fullmatch(r"[!#-~][!-~]{0,254}", text):
        assert key_in(text) == text
    elif not text.startswith('"'):
        with pytest.raises(Problem):
            key_in(text)


@pytest.mark.parametrize(("step", "left"), [("post", 70), ("void", 100)])
def test_a_redemption_ends_once(rich: Caller, step: str, left: int) -> None:
    made = redeem(rich, "k").json()
    path = f"/accounts/{ANN}/redemptions/{made['redemption_id']}"
    assert rich.get(path).json() == made
    ended = rich.post(f"{path}/{step}")
    assert ended.status_code == 200
    assert rich.post(f"{path}/{step}").content == ended.content
    assert rich.get(path).json() == ended.json()
    other = "void" if step == "post" else "post"
    refused = rich.post(f"{path}/{other}")
    assert (refused.status_code, refused.json()["reason"]) == (409, "not_pending")
    assert points(rich) == left


def test_a_redemption_that_is_not_there(rich: Caller) -> None:
    for ask in (rich.get, lambda path: rich.post(f"{path}/post"), lambda path: rich.post(f"{path}/void")):
        assert ask(f"/accounts/{ANN}/redemptions/{id_of('none')}").status_code == 404
    assert redeem(rich, "k", account=5).status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"points": "30", "reward": "mug"}, "#/points"),
        ({"points": 30.5, "reward": "mug"}, "#/points"),
        ({"points": True, "reward": "mug"}, "#/points"),
        ({"points": 0, "reward": "mug"}, "#/points"),
        ({"points": -5, "reward": "mug"}, "#/points"),
        ({"points": 10**19, "reward": "mug"}, "#/points"),
        ({"points": 10**400, "reward": "mug"}, "#/points"),
        ({"points": 30}, "#/reward"),
        ({"points": 30, "reward": "a\tb"}, "#/reward"),
        ({"points": 30, "reward": ""}, "#/reward"),
        ({"points": 30, "reward": "x" * 256}, "#/reward"),
        ({"points": 30, "reward": "mug", "extra~/": 1}, "#/extra~0~1"),
        ([], "#"),
        (None, "#"),
        ("text", "#"),
    ],
)
def test_what_is_wrong_is_named(rich: Caller, body: Any, pointer: str) -> None:
    answer = rich.post(f"/accounts/{ANN}/redemptions", json=body, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 422
    assert pointer in [each.get("pointer") for each in answer.json()["errors"]]
    assert points(rich) == 100


def test_lines_may_be_empty_and_end_anyhow(books_open: Ledger, caller: Callable[..., Caller]) -> None:
    body = b"\r\n\n" + json.dumps(row("one")).encode() + b"\r\n  \n" + json.dumps(row("two", quantity=None)).encode()
    said = caller("till").post("/events", data=body, content_type=NDJSON).json()
    assert (said["rows"], said["accepted"]) == (2, 1)
    assert (said["refused"][0]["position"], said["refused"][0]["line"]) == (1, 5)
