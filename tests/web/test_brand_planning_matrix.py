"""Who sees the planning rooms, and who may change anything in them: role x page x object."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from leafmark.web.brand.models import Target
from leafmark.web.people.models import User
from leafmark.web.shelf.models import Brand

PAGES = ("wizard/", "wizard/?step=result&l=materials~material.glass~1~kg~GB", "wizard/?begin=CUP", "wizard/bill.csv?l=materials~material.glass~1~kg~GB",
         "wizard/product.csv?l=materials~material.glass~1~kg~GB", "claims/", "shelf/", "shelf/CUP/", "targets/", "targets/{target}/")  # fmt: skip
POSTS = {"claims/": {"text": "a kettle", "markets": "eu", "brand": "x"}, "targets/": {"name": ""}, "targets/{target}/": {"year": ""},
         "targets/{target}/withdraw/": {}}  # fmt: skip
SEES, CHANGES = ("member", "operator", "auditor"), ("member",)


@pytest.fixture
def clients(planners: Callable[..., Client], mill: Brand) -> dict[str, Client]:
    return {
        "member": planners("mei", mill), "other brand": planners("bo", Brand.objects.get(slug="other")), "consumer": planners("ann"),
        "operator": planners("otto", is_operator=True), "auditor": planners("una", is_auditor=True), "nobody": Client(),
    }  # fmt: skip


@pytest.fixture
def target(clients: dict[str, Client], mill: Brand) -> Target:
    by = User.objects.get(email="mei@example.org")
    return Target.objects.create(
        brand=mill, name="t", base_year=2020, base_ug=10, target_year=2021, reduction_percent=10, made_by=by
    )


@pytest.mark.parametrize("page", PAGES)
def test_who_sees_what(clients: dict[str, Client], target: Target, page: str) -> None:
    for role, client in clients.items():
        answer = client.get(f"/brand/mill/{page.format(target=target.pk)}")
        if role == "nobody":
            assert answer.headers["Location"].startswith("/account/login/"), (role, page)
        elif role in SEES:
            assert answer.status_code in (200, 302), (role, page)
            assert "no-store" in answer.headers["Cache-Control"], (role, page)
        else:
            assert answer.status_code == 404, (role, page)


@pytest.mark.parametrize("page", list(POSTS))
def test_who_changes_what(clients: dict[str, Client], target: Target, page: str) -> None:
    answers = {
        role: client.post(f"/brand/mill/{page.format(target=target.pk)}", POSTS[page]).status_code
        for role, client in clients.items()
        if role != "member"
    }
    assert answers == {"other brand": 404, "consumer": 404, "operator": 403, "auditor": 403, "nobody": 403}, page
    target.refresh_from_db()
    assert target.withdrawn_at is None
    assert clients["member"].post(f"/brand/mill/{page.format(target=target.pk)}", POSTS[page]).status_code in (
        200,
        302,
        422,
    )


@pytest.mark.parametrize("page", ["wizard/", "wizard/bill.csv", "shelf/", "shelf/CUP/"])
def test_what_is_only_seen_takes_no_post(clients: dict[str, Client], page: str) -> None:
    assert clients["member"].post(f"/brand/mill/{page}").status_code == 405


def test_who_only_looks_gets_no_buttons(clients: dict[str, Client], target: Target) -> None:
    for page in ("claims/", "targets/", f"targets/{target.pk}/"):
        main = clients["auditor"].get(f"/brand/mill/{page}").content.decode().partition("<main")[2]
        assert "<button" not in main, page
