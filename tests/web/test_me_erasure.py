"""A person asks to be forgotten, and is: in the ledger, the tables, the files, and after a stop half-way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from consumers import ANN_ACCOUNT, BOB_ACCOUNT, GATE, PASSWORD, City
from django.test import Client

from leafmark.ledger import StoreError
from leafmark.ledger.privacy import subject_of
from leafmark.web.me import consent, erasure
from leafmark.web.me.models import Erasure, Goal
from leafmark.web.me.own import own_of
from leafmark.web.people.models import User

CHILD = Path(__file__).with_name("erasing_child.py")


def test_no_file_of_the_site_holds_her_any_more(tmp_path: Path) -> None:
    """Address, name and subject, in every byte of every file: databases, their logs, letters."""
    environment = os.environ | {"LEAFMARK_WORKSPACE": str(tmp_path), "DJANGO_SETTINGS_MODULE": "leafmark.web.settings"}
    ran = subprocess.run([sys.executable, CHILD, tmp_path], capture_output=True, text=True, env=environment)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert len(told["before"]) == 3, "the test must be able to fail"
    assert set(map(tuple, told["after"].values())) == {()}
    assert set(map(tuple, told["closed"].values())) == {()}
    assert told["answers"] == ["/me/gone/", "/me/gone/"]
    assert told["verify"] == []
    assert told["users"] == 1000
    assert told["feed"].startswith("/account/login/")


def erase(client: Client, password: str = PASSWORD) -> int:
    return client.post("/me/data/erase/confirm/", {"password": password}).status_code


def test_after_it_the_books_balance_and_others_keep_theirs(city: City) -> None:
    bobs = city.ledger.balance(BOB_ACCOUNT)
    client = city.client(city.ann)
    client.post("/me/goals/", {"kind": "metro", "target": "8"})
    consent.give(city.ann, GATE)
    acts = len(city.ledger.history(ANN_ACCOUNT, *_always()))
    assert erase(client) == 302
    assert not User.objects.filter(pk=city.ann.pk).exists()
    assert not Goal.objects.exists()
    assert subject_of(city.ledger, ANN_ACCOUNT) is None
    assert city.ledger.balance(ANN_ACCOUNT).points == 0
    assert city.ledger.balance(BOB_ACCOUNT) == bobs
    assert len(city.ledger.history(ANN_ACCOUNT, *_always())) == acts + 1
    assert city.ledger.verify().ok
    assert client.get("/me/").status_code == 302


def _always() -> tuple:
    from leafmark.ledger.catalogue import DAY_MAX, DAY_MIN

    return DAY_MIN, DAY_MAX


def test_it_takes_two_pages_and_her_password(city: City) -> None:
    client = city.client(city.ann)
    assert "step 2" in client.get("/me/data/erase/").content.decode()
    assert client.post("/me/data/erase/").status_code == 405
    assert erase(client, "wrong") == 400
    assert erase(client, "") == 400
    assert subject_of(city.ledger, ANN_ACCOUNT) == city.ann.subject


def test_guesses_at_the_password_are_counted_as_at_log_in(city: City) -> None:
    client = city.client(city.ann)
    answers = [erase(client, f"guess {n}") for n in range(6)]
    assert answers[-1] == 429
    assert erase(client) == 429
    assert User.objects.filter(pk=city.ann.pk).exists()


@pytest.mark.parametrize("stopped_at", ["_remove_letters", "_remove", "wipe"])
def test_a_stop_half_way_is_gone_on_with(city: City, monkeypatch: pytest.MonkeyPatch, stopped_at: str) -> None:
    client = city.client(city.ann)
    with monkeypatch.context() as patch:
        patch.setattr(erasure, stopped_at, _stop)
        assert erase(client) == 302
    assert not User.objects.filter(pk=city.ann.pk, is_active=True).exists()
    assert Client().post("/account/login/", {"username": city.ann.email, "password": PASSWORD}).status_code == 200
    assert Erasure.objects.get().done_at is None
    assert erasure.finish_all(city.ledger) == 1
    assert erasure.finish_all(city.ledger) == 0
    assert not User.objects.filter(pk=city.ann.pk).exists()
    noted = Erasure.objects.get()
    assert (noted.account_id, noted.user) == (ANN_ACCOUNT, None)
    assert noted.done_at is not None
    assert city.ledger.verify().ok


def test_the_site_goes_on_with_it_at_its_next_start(city: City) -> None:
    from leafmark.web import serve

    said: list[str] = []
    serve._erasures(said.append)
    assert said == []
    erasure.begin(own_of(city.ann))
    serve._erasures(said.append)
    assert said == ["erasures"]
    assert not User.objects.filter(pk=city.ann.pk).exists()


def _stop(*_: object) -> None:
    raise StoreError("the power went out")


def test_no_account_is_opened_again_for_who_asked_to_be_forgotten(city: City) -> None:
    from django.core.exceptions import PermissionDenied

    erasure.begin(own_of(city.ann))
    with pytest.raises(PermissionDenied):
        own_of(User.objects.get(pk=city.ann.pk))


def test_who_published_for_a_brand_leaves_a_record_that_names_nobody(city: City, shelf: None) -> None:
    from leafmark.web.shelf.models import Publication

    Publication.objects.update(published_by=city.ann)
    assert erase(city.client(city.ann)) == 302
    left = User.objects.get(pk=city.ann.pk)
    assert (left.name, left.subject, left.is_active, left.has_usable_password()) == ("", None, False, False)
    assert left.email.endswith("@erased.invalid")
    assert Publication.objects.filter(published_by=left).exists()
