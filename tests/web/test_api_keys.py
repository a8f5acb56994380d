"""Keys: only their hash is kept, they end when they should, and they open what they are for."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from api_site import ALL, Caller
from django.conf import settings
from django.db import connection
from django.utils import timezone

from leafmark.cli.api_key import SCOPES
from leafmark.web.api import keys, use
from leafmark.web.api.keys import KeyRefusedError, find_key, make_key, revoke_key
from leafmark.web.api.models import ApiKey


def test_nothing_in_the_tables_opens_anything(shelf: None) -> None:
    key, text = make_key("app", ["shelf"], "aiwa")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM api_apikey")
        kept = repr(cursor.fetchall())
    secret = text.rpartition("_")[2] if text.count("_") == 2 else text[13:]
    assert secret not in kept
    assert key.prefix in kept
    assert find_key(text) == key


@pytest.mark.parametrize("damage", [lambda text: text[:-1], lambda text: text + "A", lambda text: text.swapcase(), lambda text: text[4:],
                                    lambda text: text[:13] + "A" * 43, lambda text: f"{text} ", lambda text: ""])  # fmt: skip
def test_a_key_that_is_nearly_right_opens_nothing(db: None, damage: Callable[[str], str]) -> None:
    _, text = make_key("app", ["shelf"])
    assert find_key(damage(text)) is None


def test_known_and_unknown_keys_are_compared_alike(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """`hmac.compare_digest` is asked whether there is a key of that prefix or not."""
    compared: list[tuple[str, str]] = []
    compare = keys.hmac.compare_digest

    def counted(one: str, other: str) -> bool:
        compared.append((one, other))
        return compare(one, other)

    monkeypatch.setattr(keys.hmac, "compare_digest", counted)
    _, text = make_key("app", ["shelf"])
    for asked in (text, "lmk_AAAAAAAA_" + "A" * 43, "no key", ""):
        find_key(asked)
    assert len(compared) == 4
    assert {len(each) for pair in compared for each in pair} == {64}


def test_a_key_ends(caller: Callable[..., Caller]) -> None:
    standing, ending = caller("app"), caller("other", days=1)
    assert ending.get("/products").status_code == 200
    ApiKey.objects.filter(client="other").update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    answer = ending.get("/products")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    prefix = standing.key[4:12]
    assert revoke_key(prefix).revoked_at == revoke_key(prefix).revoked_at
    assert standing.get("/products").status_code == 401


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("", ["shelf"]), "client ''"),
        (("a\tb", ["shelf"]), "without tabs"),
        (("a" * 81, ["shelf"]), "1 to 80 characters"),
        (("app", []), "scope none: expected"),
        (("app", ["everything"]), "scope everything: expected one or more of shelf, explain"),
        (("app", ["shelf"], "nobody"), "brand 'nobody': there is none"),
        (("app", ["balances"], "aiwa"), "operator's keys alone"),
        (("app", ["redemptions", "shelf"], "aiwa"), "operator's keys alone"),
        (("app", ["shelf"], None, None, 0), "expected 1 to 100000"),
        (("taken", ["events"], "aiwa"), "client 'taken' is a client of the operator"),
    ],
)
def test_keys_that_may_not_be_made(shelf: None, given: tuple, said: str) -> None:
    make_key("taken", ["events"])
    with pytest.raises(KeyRefusedError, match=said):
        make_key(*given)
    assert ApiKey.objects.count() == 1


def test_the_help_names_the_scopes() -> None:
    assert SCOPES == tuple(keys.SCOPES) == ALL


def test_a_minute_is_counted_by_all_processes_and_told(
    caller: Callable[..., Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 6585, 4: 429 with Retry-After; draft-ietf-httpapi-ratelimit-headers-10, 2: policy and what is left."""
    # A minute of its own, that does not turn: other tests' keys have the same number, and their counts stay in the file.
    minute = 60.0 * (10**9 + 1)
    monkeypatch.setattr("leafmark.web.api.use.time", SimpleNamespace(time=lambda: minute + 5))
    asking = caller(per_minute=3)
    pk = ApiKey.objects.get().pk
    left = []
    for _ in range(3):
        answer = asking.get("/products")
        assert answer.status_code == 200
        assert answer.headers["RateLimit-Policy"] == '"minute";q=3;w=60'
        left.append(answer.headers["RateLimit"].partition(";t=")[0])
    assert left == ['"minute";r=2', '"minute";r=1', '"minute";r=0']
    refused = asking.get("/products")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "55"
    # what another process would see, without this one's connection
    with sqlite3.connect(settings.WORKSPACE.folder / use.FILE) as other:
        assert other.execute("SELECT requests FROM use WHERE key = ?", (pk,)).fetchone() == (4,)
    other.close()


def test_the_next_minute_begins_anew(tmp_path: Path) -> None:
    assert [use.count(tmp_path, 1, 59.0)[0] for _ in range(3)] == [1, 2, 3]
    assert use.count(tmp_path, 1, 60.0) == (1, 60)
    assert use.count(tmp_path, 2, 119.0) == (1, 1)
    assert use.last_used(tmp_path) == {
        1: dt.datetime(1970, 1, 1, 0, 1, tzinfo=dt.UTC),
        2: dt.datetime(1970, 1, 1, 0, 1, tzinfo=dt.UTC),
    }
    use.close()
