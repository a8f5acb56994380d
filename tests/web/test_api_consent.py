"""A consumer's consent holds where acts are posted: without it nothing of hers comes in from a source, with it everything does."""

from __future__ import annotations

from collections.abc import Callable

from api_site import Caller, row

from leafmark.ledger.ledger import Ledger
from leafmark.ledger.privacy import open_account
from leafmark.web.me import consent
from leafmark.web.people.models import User


def test_consent_is_asked_for_each_act(books_open: Ledger, caller: Callable[..., Caller]) -> None:
    account = open_account(books_open, "eve")
    eve = User.objects.create_user("eve@leafmark.example", "a long enough sentence", subject="eve")
    rows = [row("hers", account_id=account), row("nobody's here")]  # Ann is no user of this site
    asking = caller("till")
    answer = asking.events(rows).json()
    assert (answer["accepted"], answer["rejected"]) == (1, 1)
    assert [(each["position"], each["reason"], each["field"]) for each in answer["refused"]] == [
        (0, "no_consent", "source")
    ]
    assert books_open.balance(account).avoided_mg == 0
    consent.give(eve, "till")
    assert asking.events(rows).json()["accepted"] == 1  # the other one is a duplicate now
    consent.withdraw(eve, "till")
    later = asking.events([row("later", account_id=account)]).json()
    assert (later["accepted"], later["rejected"]) == (0, 1)
    assert books_open.balance(account).avoided_mg == 15_000  # what came before stays hers
    assert books_open.verify().ok
