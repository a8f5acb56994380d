"""Fraud review: what is found, dismissed, taken back in two steps and once, and that nobody is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from api_site import Caller, row
from django.test import Client
from operators import fresh, hold_to_roles, text_of
from terms import ANN, CHANNEL, METRO, an_act

from leafmark.ledger import id_of, person
from leafmark.ledger.ledger import Ledger
from leafmark.ledger.privacy import name_account
from leafmark.ledger.review import MANY_IN_A_DAY
from leafmark.ledger.schema import StoreError
from leafmark.web.jobs import run as jobs
from leafmark.web.jobs.models import FAILED, Job
from leafmark.web.operate.models import Refusal, ReviewDecision
from leafmark.web.operate.review import finding as findings
from leafmark.web.operate.review.refusals import MANY
from leafmark.web.written_once import WrittenOnceError

BOB = id_of("bob")


@pytest.fixture
def books(books_open: Ledger, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """The tests' ledger, as every room of the site sees it; Ann took the metro thirty times on one day and spent points."""
    from leafmark.web.operate.review import views

    for module in (views, findings):
        monkeypatch.setattr(module, "ledger", lambda: books_open)
    books_open.ingest([an_act(f"ride {n}") for n in range(MANY_IN_A_DAY)])
    books_open.ingest([an_act("order", CHANNEL, quantity=50)])
    books_open.redeem(ANN, id_of("mug"), 60, "mug")
    return books_open


def look(client: Client) -> list[Any]:
    answer = client.post("/operate/review/look/", {"token": fresh()})
    assert answer.status_code == 302
    jobs.run_waiting()
    return findings.undecided(findings.found_by(findings.last_look()))


def of(stamp: str) -> str:
    return f"/operate/review/of/{stamp}/"


def shown(client: Client, stamp: str, acts: list[str], reason: str = "copied tickets", token: str = "") -> Any:
    return client.post(f"{of(stamp)}choose/", {"acts": acts, "reason": reason, "token": token or fresh()})


def word(page: str) -> str:
    return re.search(r'name="shown" value="([^"]+)"', page)[1]


def pairs(page: str) -> list[str]:
    return re.findall(r'name="acts" value="([^"]+)"', page)


def test_a_look_finds_and_shows_the_figures(books: Ledger, roles: dict[str, Client]) -> None:
    found = look(roles["operator"])
    assert {each.rule for each in found} == {"many_in_a_day", "above_cap"}
    page = text_of(roles["auditor"].get("/operate/review/"))
    assert "acts <strong>31</strong>" in page or "acts <strong>30</strong>" in page
    assert str(ANN) in page
    assert "points earned, before the cap <strong>210</strong>" in page
    assert "30 acts or more on one day" in page


def test_nothing_happens_before_it_is_confirmed_and_then_once(books: Ledger, roles: dict[str, Client]) -> None:
    """Twenty of thirty rides at a cap of 20 points: the balance stays; all thirty: 20 points go, of which 10 were spent."""
    found = next(each for each in look(roles["operator"]) if each.rule == "above_cap")
    before = books.balance(ANN)
    acts = pairs(text_of(roles["operator"].get(of(found.stamp))))
    assert len(acts) == MANY_IN_A_DAY
    first = shown(roles["operator"], found.stamp, acts)
    assert "Nothing has happened yet" in text_of(first)
    assert books.balance(ANN) == before
    assert ReviewDecision.objects.count() == 0
    for _ in range(2):
        answer = roles["operator"].post("/operate/review/take-back/", {"shown": word(text_of(first))})
        assert answer.status_code == 302
    decision = ReviewDecision.objects.get()
    assert [answer for *_, answer in decision.acts] == ["taken_back"] * MANY_IN_A_DAY
    after = books.balance(ANN)
    assert (before.points, after.points, after.avoided_mg) == (10, -10, 0)
    taken = person.act(books, ANN, id_of("ride 3"))
    (amendment,) = taken.amendments
    assert (amendment.kind, amendment.reason.startswith("fraud review: above_cap")) == ("fraud", True)
    assert "copied tickets" not in amendment.reason
    assert books.verify().ok
    assert "taken back" in text_of(roles["auditor"].get(answer.headers["Location"]))
    assert "copied tickets" in text_of(roles["auditor"].get("/operate/review/"))
    assert look(roles["operator"]) == []


def test_some_acts_alone_can_be_taken_back(books: Ledger, roles: dict[str, Client]) -> None:
    found = look(roles["operator"])[0]
    acts = pairs(text_of(roles["operator"].get(of(found.stamp))))[:3]
    roles["operator"].post(
        "/operate/review/take-back/", {"shown": word(text_of(shown(roles["operator"], found.stamp, acts)))}
    )
    taken = [each.row.act.event_id for each in person.every_act(books, ANN) if each.taken_back]
    assert sorted(taken) == sorted(int(each.split(":")[1]) for each in acts)


def test_a_reply_that_was_lost_is_made_up_for(
    books: Ledger, roles: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger took the acts back and the site was stopped before it wrote the decision: sent again, it is written, and no act twice."""
    from leafmark.web.operate.review import deciding

    found = look(roles["operator"])[0]
    page = text_of(shown(roles["operator"], found.stamp, pairs(text_of(roles["operator"].get(of(found.stamp))))))
    with monkeypatch.context() as broken:
        broken.setattr(deciding.ReviewDecision.objects, "create", _stopped)
        with pytest.raises(KeyboardInterrupt):
            roles["operator"].post("/operate/review/take-back/", {"shown": word(page)})
    once = books.balance(ANN)
    assert once.points < 10
    roles["operator"].post("/operate/review/take-back/", {"shown": word(page)})
    assert books.balance(ANN) == once
    assert {answer for *_, answer in ReviewDecision.objects.get().acts} == {"taken_back"}
    assert books.verify().ok


def _stopped(**_: Any) -> None:
    raise KeyboardInterrupt


def test_what_another_saw_or_nobody_was_shown_cannot_be_confirmed(books: Ledger, roles: dict[str, Client]) -> None:
    from leafmark.web.people.models import User

    found = look(roles["operator"])[0]
    page = text_of(shown(roles["operator"], found.stamp, pairs(text_of(roles["operator"].get(of(found.stamp))))))
    other = Client()
    other.force_login(
        User.objects.create_user("second@leafmark.example", is_operator=True),
        "django.contrib.auth.backends.ModelBackend",
    )
    for client, given in (
        (other, word(page)),
        (roles["operator"], word(page)[:-2]),
        (roles["operator"], ""),
        (roles["operator"], "x" * 9000),
    ):
        answer = client.post("/operate/review/take-back/", {"shown": given})
        assert (answer.status_code, "Nothing was changed" in text_of(answer)) == (409, True)
    assert books.balance(ANN).points == 10


@pytest.mark.parametrize(
    ("acts", "reason", "said"),
    [([], "r", "Choose at least one"), (["1:2"], "r", "does not stand"), (["x"], "r", "does not stand"), (None, "", "Say why"),
     (["1:2; DROP TABLE event"], "r", "does not stand"), (None, "x" * 2001, "At most 2,000")],
)  # fmt: skip
def test_a_fault_stands_beside_its_field(
    books: Ledger, roles: dict[str, Client], acts: Any, reason: str, said: str
) -> None:
    found = look(roles["operator"])[0]
    chosen = pairs(text_of(roles["operator"].get(of(found.stamp)))) if acts is None else acts
    answer = shown(roles["operator"], found.stamp, chosen, reason)
    assert (answer.status_code, said in text_of(answer)) == (422, True)


def test_an_act_with_a_credit_stays_and_is_told(books: Ledger, roles: dict[str, Client]) -> None:
    from leafmark.ledger import Share
    from leafmark.ledger.rows import MoveCredit

    books.share(Share(ANN, id_of("s"), id_of("ride 1"), "Fund", "brand", "credit", 100, "REG-1"))
    books.move_credit(MoveCredit("REG-1", 1, "issued", "Registry", "Fund"))
    found = look(roles["operator"])[0]
    page = text_of(shown(roles["operator"], found.stamp, pairs(text_of(roles["operator"].get(of(found.stamp))))))
    answer = roles["operator"].post("/operate/review/take-back/", {"shown": word(page)}, follow=True)
    assert text_of(answer).count("sold or issued as a credit") == 1
    assert not person.act(books, ANN, id_of("ride 1")).taken_back


def test_dismissed_it_is_gone_until_its_figures_change(books: Ledger, roles: dict[str, Client]) -> None:
    found = next(each for each in look(roles["operator"]) if each.rule == "many_in_a_day")
    sent = {"reason": "a bus driver's own card", "token": fresh()}
    for _ in range(2):
        assert roles["operator"].post(f"{of(found.stamp)}dismiss/", sent).status_code == 302
    decision = ReviewDecision.objects.get()
    assert (decision.kind, decision.by.email) == ("dismissed", "operator@leafmark.example")
    assert [each.rule for each in look(roles["operator"])] == ["above_cap"]
    assert books.balance(ANN).points == 10
    books.ingest([an_act("one more")])
    again = look(roles["operator"])
    assert {each.rule for each in again} == {"above_cap", "many_in_a_day"}
    assert next(each for each in again if each.rule == "many_in_a_day").key == found.key
    with pytest.raises(WrittenOnceError):
        decision.delete()
    assert roles["operator"].post(f"{of(again[0].stamp)}dismiss/", {"reason": "", "token": fresh()}).status_code == 422


def test_refused_reports_are_counted_and_found(
    books: Ledger, caller: Callable[..., Caller], roles: dict[str, Client]
) -> None:
    app = caller("gate app")
    first = row("mine", source=None, document="ticket", bucket="day")
    del first["fingerprint"], first["source"]
    assert app.events([first]).json()["accepted"] == 1
    again = [{**first, "event_id": f"other {n}"} for n in range(MANY)]
    assert app.events(again).json()["reasons"] == {"same_act": MANY}
    (counted,) = Refusal.objects.all()
    assert (counted.source, counted.account_id, counted.reason, counted.count) == ("gate app", ANN, "same_act", MANY)
    app.events(again)
    assert Refusal.objects.get().count == 2 * MANY
    found = next(each for each in look(roles["operator"]) if each.rule == "refused")
    assert found.figures == {"refused": 2 * MANY}
    page = text_of(roles["operator"].get(of(found.stamp)))
    assert "gate app" in page
    assert len(pairs(page)) == 1


def test_old_counts_go(books: Ledger, caller: Callable[..., Caller], roles: dict[str, Client]) -> None:
    Refusal.objects.create(day="2020-01-01", source="s", account_id=1, reason="same_act", count=99)
    app = caller("gate app")
    app.events([row("a", source=None, quantity=10**9)])
    assert [each.source for each in Refusal.objects.all()] == ["gate app"]


def test_nobody_is_named(books: Ledger, roles: dict[str, Client]) -> None:
    name_account(books, ANN, "the subject Ann Smith")
    for found in look(roles["operator"]):
        assert "Ann Smith" not in text_of(roles["operator"].get(of(found.stamp)))
    assert "Ann Smith" not in text_of(roles["operator"].get("/operate/review/"))


def test_a_ledger_that_is_shut_is_a_plain_page(
    books: Ledger, roles: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from leafmark.web.operate.review import views

    found = look(roles["operator"])[0]

    def shut() -> Ledger:
        raise StoreError("/secret/place/ledger.db: cannot be read")

    monkeypatch.setattr(views, "ledger", shut)
    monkeypatch.setattr(findings, "ledger", shut)
    answer = roles["operator"].get(of(found.stamp))
    assert (answer.status_code, "/secret" in text_of(answer)) == (503, False)
    roles["operator"].post("/operate/review/look/", {"token": fresh()})
    jobs.run_waiting()
    assert Job.objects.first().state == FAILED


def test_who_may_do_what(books: Ledger, roles: dict[str, Client]) -> None:
    found = look(roles["operator"])[0]
    hold_to_roles(
        roles, ["/operate/review/", of(found.stamp)],
        {"/operate/review/look/": {}, f"{of(found.stamp)}choose/": {"reason": "r"}, f"{of(found.stamp)}dismiss/": {"reason": ""},
         "/operate/review/take-back/": {"shown": ""}},
    )  # fmt: skip
    assert roles["auditor"].get(of("none")).status_code == 404
    assert 'name="acts"' not in text_of(roles["auditor"].get(of(found.stamp)))
    assert books.balance(ANN).points == 10
    assert METRO.cap_points == 20
