"""What is wrong is said plainly, in the reader's language, and tells nothing of our insides."""

from __future__ import annotations

import pytest
from django.test import Client


def test_another_sites_name_is_refused(shelf: None) -> None:
    answer = Client(headers={"host": "elsewhere.example"}).get("/")
    assert answer.status_code == 400
    assert "could not be understood" in answer.content.decode()


def test_a_form_that_is_not_ours_changes_nothing(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post(
        "/zh-hans/account/login/", {"username": "a@b.example", "password": "x"}
    )
    assert answer.status_code == 403
    assert "没有任何更改" in answer.content.decode()


def test_a_fault_of_ours_shows_nothing_of_it(shelf: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail /srv/path")

    monkeypatch.setattr("leafmark.web.shop.views.lower_choices", broken)
    answer = Client(raise_request_exception=False).get("/product/aiwa/TV-1/")
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/product/aiwa/TV-1/", "/account/login/", "/", "/sector/food/"])
@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(shelf: None, client: Client, path: str, method: str) -> None:
    assert getattr(client, method)(path).status_code in (403, 405)


@pytest.mark.parametrize(
    "path", ["/category/television/?page=" + "9" * 400, "/category/television/?page=x&sort=';DROP TABLE", "/compare/?" + "p=a/b&" * 2000,
             "/product/aiwa/" + "x" * 5000 + "/", "/product/aiwa/..%2f..%2fetc/", "/label/aiwa/%00.svg", "/?" + "a=1&" * 3000,
             "/search/?q=%00", "/product/%00/x/", "/zh-hans/category/%00/"]
)  # fmt: skip
def test_rubbish_is_answered(shelf: None, client: Client, path: str) -> None:
    assert client.get(path).status_code in (200, 400, 404)


@pytest.mark.parametrize("path", ["/label/x", "/oembed/x", "/api/x"])
def test_a_program_that_asks_for_nothing_is_not_told_our_addresses(db: None, path: str) -> None:
    """Django's own words for it list every pattern, with the folder of its module."""
    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    for told in ("URLPattern", "tried", ".py"):
        assert told not in answer.content.decode()


def test_a_zero_byte_in_a_form_is_refused(db: None) -> None:
    coded = Client().post(
        "/account/login/", "username=a%00&password=x", content_type="application/x-www-form-urlencoded"
    )
    assert coded.status_code == 400
