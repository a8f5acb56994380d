"""Brands and their people: who lets whom in, what is kept of it, and that nothing happens twice."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from operators import fresh, hold_to_roles, text_of

from leafmark.web.operate.models import MemberChange
from leafmark.web.people.models import Membership, User
from leafmark.web.shelf.models import Brand
from leafmark.web.written_once import WrittenOnceError

AIWA = "/operate/members/aiwa/"


def add(client: Client, email: str, token: str = "", **more: str) -> int:
    return client.post(AIWA, {"email": email, "token": token or fresh(), **more}).status_code


def test_an_operator_lets_somebody_in_who_then_sets_a_password(
    roles: dict[str, Client], django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert add(roles["operator"], "New@Example.org", may_publish="on") == 302
    member = Membership.objects.get(user__email="new@example.org")
    assert (member.brand.slug, member.may_publish) == ("aiwa", True)
    (letter,) = mail.outbox
    link = re.search(r"http://[^/]+(/account/password/reset/\S+)", letter.body)[1]
    form = Client().get(link, follow=True)
    assert form.status_code == 200
    browser = Client()
    where = browser.get(link, follow=True).redirect_chain[-1][0]
    browser.post(where, {"new_password1": "a long enough sentence", "new_password2": "a long enough sentence"})
    assert (
        browser.post(
            "/account/login/", {"username": "new@example.org", "password": "a long enough sentence"}
        ).status_code
        == 302
    )
    assert browser.get("/brand/aiwa/").status_code == 200


def test_who_has_an_account_keeps_her_password(
    roles: dict[str, Client], django_capture_on_commit_callbacks: object
) -> None:
    User.objects.create_user("bo@example.org", "a long enough sentence")
    with django_capture_on_commit_callbacks(execute=True):
        assert add(roles["operator"], "bo@example.org") == 302
    assert "password/reset" not in mail.outbox[0].body
    assert "/brand/aiwa/" in mail.outbox[0].body
    assert Membership.objects.get(user__email="bo@example.org").may_publish is False


def test_each_change_is_kept_with_who_and_when(roles: dict[str, Client]) -> None:
    add(roles["operator"], "bo@example.org")
    place = Membership.objects.get(user__email="bo@example.org").pk
    for kind in ("may", "may_not", "removed"):
        assert roles["operator"].post(f"{AIWA}{place}/", {"kind": kind, "token": fresh()}).status_code == 302
    assert not Membership.objects.filter(pk=place).exists()
    assert [(each.kind, each.by.email) for each in MemberChange.objects.all()] == [
        (kind, "operator@leafmark.example") for kind in ("removed", "may_not", "may", "added")
    ]
    page = text_of(roles["auditor"].get(AIWA))
    assert page.count("bo@example.org") == 4
    assert '<button class="link" name="kind"' not in page
    row = MemberChange.objects.first()
    for wrong in (row.save, row.delete, MemberChange.objects.all().delete):
        with pytest.raises(WrittenOnceError):
            wrong()


def test_who_erases_her_account_is_named_no_more(roles: dict[str, Client]) -> None:
    add(roles["operator"], "bo@example.org")
    User.objects.get(email="bo@example.org").delete()
    page = text_of(roles["operator"].get(AIWA))
    assert "bo@example.org" not in page
    assert "an account that was erased" in page


def test_a_form_sent_twice_changes_once(roles: dict[str, Client]) -> None:
    token = fresh()
    assert [add(roles["operator"], "bo@example.org", token) for _ in range(2)] == [302, 302]
    place = Membership.objects.get(user__email="bo@example.org").pk
    again = fresh()
    for _ in range(2):
        roles["operator"].post(f"{AIWA}{place}/", {"kind": "may", "token": again})
    roles["operator"].post(
        f"{AIWA}{place}/", {"kind": "may_not", "token": again}
    )  # a word that was used says nothing new
    assert Membership.objects.get(pk=place).may_publish is True
    for _ in range(2):
        roles["operator"].post("/operate/members/", {"name": "New", "token": "t"})
    assert MemberChange.objects.count() == 3


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("", "Write an e-mail"), ("no address", "no e-mail address"), ("x" * 250 + "@example.org", "At most 254"),
        ("member@leafmark.example", "is a member already"), ("MEMBER@leafmark.example", "is a member already"),
        ("auditor@leafmark.example", "member of none"), ("closed@example.org", "has been closed"),
        ("a\x00b@example.org", "no control characters"), ("a@b.example\nBcc: x@y.example", "no e-mail address"),
        ("' OR 1=1 --@example.org", "no e-mail address"),
    ],
)  # fmt: skip
def test_a_fault_stands_beside_its_field(roles: dict[str, Client], email: str, said: str) -> None:
    User.objects.create_user("closed@example.org", is_active=False)
    answer = roles["operator"].post(AIWA, {"email": email, "token": fresh()})
    assert (answer.status_code, said in text_of(answer)) == (422, True)
    assert 'aria-invalid="true"' in text_of(answer)
    assert Membership.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "Write the brand"), ("  ", "Write the brand"), ("AIWA", "one whose address"), ("ai wa\x01", "control"), ("x" * 121, "At most 120")],
)  # fmt: skip
def test_a_brands_name_is_its_own(roles: dict[str, Client], name: str, said: str) -> None:
    answer = roles["operator"].post("/operate/members/", {"name": name, "token": fresh()})
    assert (answer.status_code, said in text_of(answer)) == (422, True)
    assert Brand.objects.count() == 1


@pytest.mark.parametrize("name", ["茶 與 咖啡", "<b>Mill</b>", "Mill & Söhne"])
def test_a_brand_is_made_with_its_address(roles: dict[str, Client], name: str) -> None:
    answer = roles["operator"].post("/operate/members/", {"name": name, "token": fresh()}, follow=True)
    assert Brand.objects.get(name=name)
    assert answer.status_code == 200
    assert "<b>Mill" not in text_of(answer)
    assert "Publishing takes two people" in text_of(answer)


def test_a_member_of_another_brand_is_not_there(roles: dict[str, Client]) -> None:
    Brand.objects.create(slug="other", name="Other")
    place = Membership.objects.get().pk
    answer = roles["operator"].post(f"/operate/members/other/{place}/", {"kind": "removed", "token": fresh()})
    assert answer.status_code == 404
    assert Membership.objects.count() == 1
    assert roles["operator"].get("/operate/members/none/").status_code == 404


def test_a_change_of_no_known_kind_or_without_a_token_changes_nothing(roles: dict[str, Client]) -> None:
    place = Membership.objects.get().pk
    for sent in ({"kind": "owner", "token": fresh()}, {"kind": "removed"}, {"kind": "removed", "token": "x" * 65}):
        assert roles["operator"].post(f"{AIWA}{place}/", sent).status_code == 302
    assert Membership.objects.filter(pk=place).exists()
    assert not MemberChange.objects.exists()


def test_brands_are_found_by_name(roles: dict[str, Client]) -> None:
    Brand.objects.create(slug="mill", name="Mill")
    page = text_of(roles["operator"].get("/operate/members/?q=MIL"))
    assert ("Mill" in page, "Aiwa" in page) == (True, False)
    assert roles["operator"].get("/operate/members/?q=%01%27;--&page=9999999").status_code == 200


def test_who_may_do_what(roles: dict[str, Client]) -> None:
    place = Membership.objects.get().pk
    hold_to_roles(
        roles, ["/operate/members/", AIWA],
        {"/operate/members/": {"name": "Aiwa"}, AIWA: {"email": "x"}, f"{AIWA}{place}/": {"kind": "may"}},
    )  # fmt: skip
    assert {each.by.email for each in MemberChange.objects.all()} == {"operator@leafmark.example"}
