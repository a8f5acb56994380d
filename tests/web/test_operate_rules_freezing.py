"""Category rules and schemes frozen: what was said of them before, by whom, exactly as seen, for good, and readable by everybody."""

from __future__ import annotations

import hashlib

import pytest
from django.test import Client
from operators import fresh, text_of
from rules_site import RULES, SCRIPT, answered, begun, freeze, frozen, newest, said, save, second

from leafmark.methods.category_rules import category_rules, parse_rules
from leafmark.web.jobs.run import run_waiting
from leafmark.web.operate.models import FrozenRules, FrozenScheme, RulesComment
from leafmark.web.operate.rules import drafting, freezing, known, texts
from leafmark.web.operate.rules.commenting import threads
from leafmark.web.operate.schemes.known import schemes
from leafmark.web.people.models import User
from leafmark.web.shelf.grading import current
from leafmark.web.written_once import WrittenOnceError

__all__ = ["second"]


def test_comments_are_answered_settled_and_opened_again(roles: dict[str, Client], second: Client) -> None:
    draft = begun(roles["operator"])
    said(roles["operator"], draft, SCRIPT, "rules boundary")
    said(second, draft, "is A right?", "kettles.percentile classes")
    assert said(second, draft, "x", "rules nothing").status_code == 422
    assert said(second, draft, "").status_code == 422
    assert said(second, draft, "y" * 10_000).status_code == 422
    assert said(roles["auditor"], draft).status_code == 403
    page = text_of(roles["auditor"].get(f"{RULES}drafts/{draft.pk}/"))
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page
    states = []
    for kind in ("answer", "resolved", "answer", "reopened", "resolved"):
        assert answered(second, draft, kind).status_code == 302
        states.append([each.resolved for each in threads(draft)])
    assert states == [[False, False], [False, True], [False, True], [False, False], [False, True]]
    assert answered(second, draft, "comment").status_code == 422
    another = begun(roles["operator"])
    elsewhere = {"kind": "answer", "text": "x", "token": fresh()}
    number = RulesComment.objects.filter(draft=draft).first().pk
    assert second.post(f"{RULES}drafts/{another.pk}/answer/{number}/", elsewhere).status_code == 404


def test_a_second_pair_of_eyes_freezes_exactly_what_it_saw(roles: dict[str, Client], second: Client) -> None:
    draft = begun(roles["operator"])
    own = freeze(roles["operator"], draft)
    assert (own.status_code, "Another operator freezes it" in text_of(own)) == (409, True)
    seen = newest(draft).sha256
    save(roles["operator"], draft, rules=newest(draft).rules + "# changed\n")
    stale = freeze(second, draft, sha256=seen)
    assert (stale.status_code, "Another revision was saved" in text_of(stale)) == (409, True)
    assert freeze(second, draft, reason="").status_code == 422
    token = fresh()
    for _ in range(2):
        assert freeze(second, draft, token=token).status_code == 302
    made = FrozenRules.objects.get()
    assert (made.name, made.by.email, made.revision, made.text) == (
        "kettles@1", "second@leafmark.example", newest(draft), newest(draft).rules,
    )  # fmt: skip
    assert made.identity == parse_rules(made.text).hash
    (scheme,) = made.schemes.all()
    assert (scheme.name, scheme.sha256) == (
        "kettles.percentile@2026.1",
        hashlib.sha256(scheme.text.encode()).hexdigest(),
    )
    with pytest.raises(WrittenOnceError):
        FrozenRules.objects.update(text="")
    with pytest.raises(WrittenOnceError):
        scheme.delete()
    for refused in (
        save(roles["operator"], draft, rules="x = 1"),
        said(second, draft),
        freeze(roles["operator"], draft),
    ):
        assert refused.status_code == 409
        assert "frozen" in text_of(refused)
    page = text_of(roles["auditor"].get(f"{RULES}of/kettles@1/"))
    assert "the council agreed" in page
    assert made.sha256 in page
    assert scheme.sha256 in page


def test_open_comments_are_settled_or_the_reason_says_why(roles: dict[str, Client], second: Client) -> None:
    draft = begun(roles["operator"])
    heard = 0
    said(roles["operator"], draft, "is five years right?")
    late = freeze(second, draft, heard=heard)
    assert (late.status_code, "said since you looked" in text_of(late)) == (409, True)
    still = freeze(second, draft)
    assert (still.status_code, "Comments that are open: 1" in text_of(still)) == (409, True)
    assert freeze(second, draft, despite="on", reason="asked in the next version").status_code == 302
    assert FrozenRules.objects.get().open_comments == 1
    page = text_of(roles["auditor"].get(f"{RULES}of/kettles@1/"))
    assert "is five years right?" in page
    assert "1 comment was open" in page


def test_a_version_that_is_there_is_never_frozen_again(roles: dict[str, Client], second: Client) -> None:
    frozen(roles, second)
    twin = begun(roles["operator"])  # the worked example again, which is kettles@1
    refused = freeze(second, twin)
    assert (refused.status_code, "kettles@1, kettles.percentile@2026.1" in text_of(refused)) == (409, True)
    shipped = begun(roles["operator"], "food@1")
    save(roles["operator"], shipped, rules=newest(shipped).rules.replace("version = 2", "version = 1"))
    assert "food@1" in text_of(freeze(second, shipped))
    declared = begun(roles["operator"], "laptops@1")
    scheme = '\nid = "leafmark.declared"\nversion = "2026.1"\nkind = "declared"\ntitle = "x"\nstates = ["declared"]\nvalid_from = 2026-01-01\n'
    save(roles["operator"], declared, scheme=[scheme + 'category_rules_id = "laptops@2"'])
    assert "leafmark.declared@2026.1" in text_of(freeze(second, declared))
    official = scheme.replace("leafmark.declared", "eu.2019-2013.displays").replace("2026.1", "2021-03-01")
    save(roles["operator"], declared, scheme=[official + 'category_rules_id = "laptops@2"'])
    assert freeze(second, declared).status_code == 409
    assert FrozenRules.objects.count() == 1


def test_two_drafts_of_one_version_frozen_at_the_same_moment_are_one(
    roles: dict[str, Client], second: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both looked before either was written: the table takes one."""
    one, other = begun(roles["operator"]), begun(roles["operator"])
    assert freeze(second, one).status_code == 302
    monkeypatch.setattr(known, "taken", lambda *_: [])
    assert freeze(second, other).status_code == 409
    assert (FrozenRules.objects.count(), FrozenScheme.objects.count()) == (1, 1)


def test_a_frozen_text_is_read_by_everybody_at_the_address_of_its_hash(
    roles: dict[str, Client], second: Client
) -> None:
    draft = begun(roles["operator"])
    secret = hashlib.sha256(newest(draft).rules.encode()).hexdigest()
    assert roles["operator"].get(f"{RULES}text/{secret}.toml").status_code == 404  # a draft is nobody else's business
    assert freeze(second, draft).status_code == 302
    made = FrozenRules.objects.get()
    for sha256, name in (
        (made.sha256, "kettles@1.toml"),
        (made.schemes.get().sha256, "kettles.percentile@2026.1.toml"),
    ):
        answer = roles["nobody"].get(f"{RULES}text/{sha256}.toml")
        assert answer.status_code == 200
        assert hashlib.sha256(answer.content).hexdigest() == sha256
        assert answer.headers["Content-Type"].startswith("application/toml")
        assert name in answer.headers["Content-Disposition"]
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Cookie" not in answer.headers.get("Vary", "")
    inside = next(each for each in known.versions() if each.frozen is None)
    assert parse_rules(text_of(roles["nobody"].get(f"{RULES}text/{inside.sha256}.toml"))) == inside.rules
    for wrong in ("x", "0" * 64, "../site.db"):
        assert roles["nobody"].get(f"{RULES}text/{wrong}.toml").status_code == 404


def test_frozen_schemes_can_be_chosen_and_frozen_rules_be_named(roles: dict[str, Client], second: Client) -> None:
    before = set(schemes())
    frozen(roles, second)
    assert set(schemes()) - before == {"kettles.percentile@2026.1"}
    assert "Kettles by percentile" in text_of(roles["operator"].get("/operate/schemes/"))
    assert category_rules("kettles@1", known.frozen_rules()).lifetime_years == 5


def test_a_frozen_scheme_is_previewed_and_activated(roles: dict[str, Client], second: Client) -> None:
    draft = begun(roles["operator"], "food@1")
    scheme = (
        'id = "food.declared"\nversion = "1"\nkind = "declared"\ntitle = "Food"\nstates = ["declared", "unknown"]\n'
    )
    save(roles["operator"], draft, scheme=[scheme + 'valid_from = 2026-01-01\ncategory_rules_id = "food@2"'])
    assert (
        roles["operator"].post("/operate/schemes/", {"scheme": "food.declared@1", "token": fresh()}).status_code == 422
    )
    assert freeze(second, draft).status_code == 302
    asked = roles["operator"].post("/operate/schemes/", {"scheme": "food.declared@1", "token": fresh()})
    run_waiting()
    seen = f"/operate/schemes/of/{asked.headers['Location'].rstrip('/').rsplit('/', 1)[1]}/"
    assert roles["operator"].post(seen, {"reason": "ours", "token": fresh()}).status_code == 302
    assert current().scheme.category_rules_id == "food@2"


def test_the_same_form_at_the_same_moment_is_done_once(roles: dict[str, Client], second: Client) -> None:
    """Both passed the page's own look for the token before either was written."""
    draft, by = begun(roles["operator"]), User.objects.get(email="operator@leafmark.example")
    said_now = texts.texts_of("id = 1", [])
    one, other = (drafting.save(draft, 1, said_now, "", by, "token") for _ in range(2))
    assert one == other
    again = begun(roles["operator"])
    eyes = User.objects.get(email="second@leafmark.example")
    made = [freezing.freeze(again, newest(again).sha256, 0, False, "agreed", eyes, "token") for _ in range(2)]
    assert made[0] == made[1]
    with pytest.raises(freezing.NotFrozen):
        freezing.freeze(again, newest(again).sha256, 0, False, "agreed", eyes, "another")
