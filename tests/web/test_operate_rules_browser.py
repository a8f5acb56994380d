"""Category rules in a real browser: a version written by two operators without JavaScript, and no axe violation on any of its pages."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from chromium import IN_CHROMIUM, logged_in, wrong_with
from django.test import Client

from leafmark.web.operate.models import FrozenRules, RulesComment, RulesDraft
from leafmark.web.operate.rules import commenting, drafting, freezing
from leafmark.web.operate.rules.known import version_named
from leafmark.web.operate.rules.texts import texts_of
from leafmark.web.people.models import User

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
RULES = "/operate/rules/"
LONG = "a remark that somebody wrote down in full length, " * 6 + "x" * 200


def operator(name: str) -> tuple[User, Client]:
    user, client = User.objects.create_user(f"{name}@leafmark.example", is_operator=True), Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return user, client


def fill(one: User, other: User) -> list[str]:
    """A frozen version with what was said of it, an open draft with faults, and the addresses of their pages."""
    done = drafting.begin(None, one, "a")
    settled = commenting.say(done, "rules boundary", LONG, one, "b")
    commenting.answer(settled, RulesComment.RESOLVED, "the use stage decides\n<b>always</b>", other, "c")
    commenting.say(done, "kettles.percentile classes", "Is a fifth right?", other, "d")
    freezing.freeze(
        done, drafting.newest(done).sha256, commenting.last_said(done), True, "asked in the next version", other, "e"
    )
    draft = drafting.begin(version_named("kettles@1"), one, "f")
    first = drafting.texts(drafting.newest(draft))
    wrong = first.rules.replace('cradle_to_grave"', 'cradle_to_door"') + f"# {LONG}\n"
    drafting.save(
        draft, 1, texts_of(wrong, [first.schemes[0].replace("below = 80", "below = 8"), "x ="]), LONG, one, "g"
    )
    said = commenting.say(draft, "rules reference", "Which standard?", other, "h")
    commenting.answer(said, RulesComment.ANSWER, "ISO 14067", one, "i")
    ready = drafting.begin(version_named("food@1"), one, "j")
    at = f"{RULES}drafts/{draft.pk}/"
    return [RULES, f"{RULES}of/kettles@1/", f"{RULES}of/food@1/", f"{RULES}drafts/{done.pk}/", at, f"{at}edit/", f"{at}revisions/2/",
            f"{at}revisions/1/", f"{RULES}drafts/{ready.pk}/"]  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_no_violation_and_nothing_wider_than_the_screen(
    shelf: None, browser: Any, live_server: Any, prefix: str
) -> None:
    (one, _), (other, client) = operator("one"), operator("other")
    pages, found = fill(one, other), []
    for scheme, width in (("light", 320), ("dark", 1440)):
        page = logged_in(browser, live_server.url, client, color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)  # fmt: skip
        for address in pages:
            assert page.goto(f"{live_server.url}{prefix}{address}").status == 200, address
            found += [(address, scheme, each) for each in wrong_with(page)]
        page.goto(f"{live_server.url}{prefix}{pages[5]}")
        page.eval_on_selector("[name=parent]", "each => each.value = 1")
        page.click(".authoring .button")
        assert page.locator("[role=alert]").count() == 1
        found += [("another saved meanwhile", scheme, each) for each in wrong_with(page)]
        page.goto(f"{live_server.url}{prefix}{pages[4]}")
        page.eval_on_selector_all("form", "all => all.forEach(each => each.noValidate = true)")
        page.click("form[action$='/comment/'] .button")
        assert page.locator("#text-fault").count() == 1
        found += [("an empty comment", scheme, each) for each in wrong_with(page)]
        page.context.close()
    assert not found


def test_a_version_is_written_by_two_without_javascript(shelf: None, browser: Any, live_server: Any) -> None:
    """Begun, written, held up by another's save, commented, settled and frozen by another: by clicks and typing alone."""
    (_, hers), (_, his) = operator("her"), operator("him")
    her, him = (
        logged_in(browser, live_server.url, client, java_script_enabled=False, accept_downloads=True)
        for client in (hers, his)
    )
    her.goto(f"{live_server.url}{RULES}")
    her.click("main >> button >> text=Begin a draft")
    her.wait_for_selector("h1 >> text=Draft of kettles@1")
    draft = RulesDraft.objects.get()
    him.goto(f"{live_server.url}{RULES}drafts/{draft.pk}/edit/")
    her.click("text=Write the next revision")
    her.fill(
        "#rules",
        her.input_value("#rules").replace("lifetime_years = 5", "lifetime_years = 6").replace("5 years", "6 years"),
    )
    her.fill("#note", "lasts longer")
    her.click("text=Save as revision 2")
    him.fill("#scheme-1", him.input_value("#scheme-1").replace("below = 20", "below = 25"))
    him.click("text=Save as revision 2")
    him.wait_for_selector("[role=alert] >> text=saved revision 2 meanwhile")
    assert "below = 25" in him.input_value("#scheme-1")
    him.fill("#rules", drafting.newest(draft).rules)  # he takes hers over
    him.click("text=Save as revision 3")
    him.wait_for_selector("h1 >> text=Draft of kettles@1")
    him.wait_for_selector("text=You saved this revision. Another operator freezes it.")
    her.goto(f"{live_server.url}{RULES}drafts/{draft.pk}/revisions/3/")
    her.wait_for_selector("td >> text=25")
    her.goto(f"{live_server.url}{RULES}drafts/{draft.pk}/")
    her.select_option("#field", "kettles.percentile classes")
    her.fill("#text", "why a quarter?")
    her.click("button >> text=Comment")
    him.reload()
    him.click("summary >> text=Answer")
    him.fill("details[open] textarea", "the table says so")
    him.click("text=Answer and settle")
    her.reload()
    her.fill("#reason", "both of us read it")
    her.click("button >> text=Freeze kettles@1")
    her.wait_for_selector("h1 >> text=kettles@1")
    made = FrozenRules.objects.get()
    assert (made.by.email, made.revision.number, made.open_comments) == ("her@leafmark.example", 3, 0)
    with her.expect_download() as caught:
        her.click("dt a >> nth=0")
    assert hashlib.sha256(Path(caught.value.path()).read_bytes()).hexdigest() == made.sha256
    assert caught.value.suggested_filename == "kettles@1.toml"
    her.click("text=Preview and activate its schemes")
    assert her.locator("#scheme option", has_text="Kettles by percentile").count() == 1
    her.context.close()
    him.context.close()
