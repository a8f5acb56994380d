"""Category rules and schemes written together: revisions that nobody overwrites, comments, differences, and versions frozen by another."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
from django.test import Client
from operators import fresh, hold_to_roles, text_of

from leafmark.methods import category_rules as rules_of_methods
from leafmark.methods import toml_shape
from leafmark.methods.category_rules import category_rules, parse_rules
from leafmark.products import scheme_reading
from leafmark.products.schemes import parse_scheme
from leafmark.web import languages
from leafmark.web.jobs.run import run_waiting
from leafmark.web.operate.models import FrozenRules, FrozenScheme, RulesComment, RulesDraft, RulesRevision
from leafmark.web.operate.rules import drafting, freezing, known, texts
from leafmark.web.operate.rules.commenting import threads
from leafmark.web.operate.schemes.known import schemes
from leafmark.web.people.models import User
from leafmark.web.shelf.grading import current
from leafmark.web.written_once import WrittenOnceError

RULES = "/operate/rules/"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def second(roles: dict[str, Client]) -> Client:
    """Another operator."""
    client = Client()
    user = User.objects.create_user("second@leafmark.example", is_operator=True)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def begun(client: Client, origin: str = "") -> RulesDraft:
    answer = client.post(f"{RULES}begin/", {"origin": origin, "token": fresh()})
    assert answer.status_code == 302, text_of(answer)
    return RulesDraft.objects.get(pk=int(answer.headers["Location"].rstrip("/").rsplit("/", 1)[1]))


def newest(draft: RulesDraft) -> RulesRevision:
    return draft.revisions.first()


def save(client: Client, draft: RulesDraft, **changes: Any) -> Any:
    last = newest(draft)
    sent = {"rules": last.rules, "scheme": last.schemes, "parent": last.number, "note": "", "token": fresh()}
    return client.post(f"{RULES}drafts/{draft.pk}/edit/", {**sent, **changes})


def said(client: Client, draft: RulesDraft, text: str = "why?", field: str = "") -> Any:
    return client.post(f"{RULES}drafts/{draft.pk}/comment/", {"field": field, "text": text, "token": fresh()})


def answered(client: Client, draft: RulesDraft, kind: str, text: str = "so") -> Any:
    first = RulesComment.objects.filter(draft=draft, thread=None).last()
    return client.post(f"{RULES}drafts/{draft.pk}/answer/{first.pk}/", {"kind": kind, "text": text, "token": fresh()})


def freeze(client: Client, draft: RulesDraft, **changes: Any) -> Any:
    heard = RulesComment.objects.filter(draft=draft).order_by("-pk").values_list("pk", flat=True).first() or 0
    sent = {"sha256": newest(draft).sha256, "heard": heard, "reason": "the council agreed", "token": fresh()}
    return client.post(f"{RULES}drafts/{draft.pk}/freeze/", {**sent, **changes})


def frozen(roles: dict[str, Client], second: Client, origin: str = "") -> FrozenRules:
    draft = begun(roles["operator"], origin)
    answer = freeze(second, draft)
    assert answer.status_code == 302, text_of(answer)
    return FrozenRules.objects.get(draft=draft)


def test_the_worked_examples_can_be_read_together() -> None:
    assert texts.read(texts.texts_of(texts.worked("rules"), [texts.worked("scheme")])).faults == ()


def test_a_draft_begins_from_nothing_or_as_the_next_version(roles: dict[str, Client], second: Client) -> None:
    draft = begun(roles["operator"])
    assert (draft.begun_from, newest(draft).number, len(newest(draft).schemes)) == ("", 1, 1)
    tv = begun(roles["operator"], "televisions@1")
    assert parse_rules(newest(tv).rules).name == "televisions@2"
    assert "version = 2" in text_of(roles["auditor"].get(f"{RULES}drafts/{tv.pk}/"))
    made = frozen(roles, second)
    after = begun(roles["operator"], made.name)
    (scheme,) = newest(after).schemes
    assert parse_rules(newest(after).rules).name == "kettles@2"
    assert (parse_scheme(scheme).version, parse_scheme(scheme).category_rules_id) == ("2026.2", "kettles@2")
    assert roles["operator"].post(f"{RULES}begin/", {"origin": "kettles@9", "token": fresh()}).status_code == 422
    token = fresh()
    for _ in range(2):
        roles["operator"].post(f"{RULES}begin/", {"origin": "", "token": token})
    assert RulesDraft.objects.filter(token=token).count() == 1
    stolen = newest(after).token
    assert roles["operator"].post(f"{RULES}begin/", {"origin": "", "token": stolen}).status_code == 302


def test_every_save_is_a_revision_that_stays(roles: dict[str, Client]) -> None:
    draft = begun(roles["operator"])
    first = newest(draft)
    token = fresh()
    for _ in range(2):
        changed = first.rules.replace("5 years", "6 years").replace("lifetime_years = 5", "lifetime_years = 6")
        assert (
            save(roles["operator"], draft, rules=changed, parent=1, note="lasts longer", token=token).status_code == 302
        )
    second_one = newest(draft)
    assert (second_one.number, second_one.parent, second_one.note) == (2, first, "lasts longer")
    assert second_one.by.email == "operator@leafmark.example"
    with pytest.raises(WrittenOnceError):
        first.save()
    with pytest.raises(WrittenOnceError):
        RulesRevision.objects.update(rules="")
    page = text_of(roles["auditor"].get(f"{RULES}drafts/{draft.pk}/revisions/2/"))
    assert re.search(r"<code>lifetime_years</code></th><td[^>]*>5</td><td[^>]*>6</td>", page)
    assert "What differs from revision 1" in page
    assert "lasts longer" in text_of(roles["auditor"].get(f"{RULES}drafts/{draft.pk}/"))
    again = save(roles["operator"], draft, note="nothing")
    assert (again.status_code, "nothing was changed" in text_of(again)) == (422, True)
    assert newest(draft) == second_one


def test_of_two_who_save_over_one_revision_the_second_is_shown_both_and_loses_nothing(
    roles: dict[str, Client], second: Client
) -> None:
    draft = begun(roles["operator"])
    base = newest(draft).rules
    hers, his = base.replace("lifetime_years = 5", "lifetime_years = 6"), base.replace("kettles", "jugs")
    assert save(roles["operator"], draft, rules=hers, parent=1).status_code == 302
    answer = save(second, draft, rules=his, parent=1, note="my note", scheme=["# my scheme"])
    page = text_of(answer)
    assert answer.status_code == 409
    assert "saved revision 2 meanwhile" in page
    assert "lifetime_years = 6" in page  # hers, beside
    assert "id = &#34;jugs&#34;" in page  # his, in the form
    assert "# my scheme" in page
    assert 'value="my note"' in page
    assert '<input type="hidden" name="parent" value="2">' in page
    assert re.search(r"<code>lifetime_years</code></th><td[^>]*>6</td><td[^>]*>5</td>", page)
    assert draft.revisions.count() == 2
    assert save(second, draft, rules=his, parent=2).status_code == 302
    assert (newest(draft).number, newest(draft).by.email) == (3, "second@leafmark.example")


@pytest.mark.parametrize("prefix", ["", "/zh-hant", "/zh-hans"])
def test_what_has_faults_is_saved_and_not_frozen_and_each_stands_by_its_line(
    roles: dict[str, Client], second: Client, prefix: str
) -> None:
    draft = begun(roles["operator"])
    wrong = newest(draft).rules.replace('"cradle_to_grave"', f'"{SCRIPT}"').replace("version = 1", "version = 0")
    classes = newest(draft).schemes[0].replace("below = 80", "below = 10").replace("kettles@1", "pans@1")
    assert save(roles["operator"], draft, rules=wrong, scheme=[classes, "x = "]).status_code == 302
    page = text_of(roles["auditor"].get(f"{prefix}{RULES}drafts/{draft.pk}/"))
    assert SCRIPT not in page
    line = next(n for n, each in enumerate(wrong.split("\n"), 1) if each.startswith("boundary"))
    of_class = next(n for n, each in enumerate(classes.split("\n"), 1) if each == "[[classes]]")
    told = re.search(r'<div class="fault">.*?</div>', page, re.DOTALL)
    assert told is not None
    for field, number in (("boundary", line), ("classes", of_class)):
        assert re.search(rf"{number}[^<]*<?[^<]*<code>{field}</code>", told[0]), (field, number)
    words = {
        "": "expected one of cradle_to_gate",
        "/zh-hant": "應為下列之一：cradle_to_gate",
        "/zh-hans": "应为下列之一：cradle_to_gate",
    }
    assert words[prefix] in told[0]
    refused = freeze(second, draft)
    assert (refused.status_code, FrozenRules.objects.exists()) == (409, False)


def test_schemes_of_a_draft_name_its_rules(roles: dict[str, Client]) -> None:
    read = texts.read(
        texts.texts_of(texts.worked("rules"), [texts.worked("scheme").replace("kettles@1", "kettles@2")] * 2)
    )
    assert [(each.part, each.fault.field, each.fault.code) for each in read.faults] == [
        (1, "category_rules_id", "names_rules"), (2, "version", "scheme_twice"), (2, "category_rules_id", "names_rules"),
    ]  # fmt: skip
    first = texts.worked("scheme").split("\n").index('category_rules_id = "kettles@1"') + 1
    assert read.faults[0].line == first
    assert (read.faults[0].fault.expected, read.faults[0].fault.found) == ("kettles@1", "kettles@2")


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


def test_differences_are_told_field_by_field_and_each_limit_is_a_row(roles: dict[str, Client]) -> None:
    from leafmark.web.operate.rules.differing import differences

    rules, scheme = texts.worked("rules"), texts.worked("scheme")
    changed = scheme.replace("below = 20", "below = 25").replace('"Kettles by percentile"', '"Kettles"')
    moved = texts.texts_of(rules.replace("cut_off_each = 0.01", "cut_off_each = 0.02"), [changed])
    found = differences(texts.texts_of(rules, [scheme]), moved)
    told = {part.scheme: {(row.field, row.before, row.after) for row in part.rows} for part in found}
    assert told == {
        "": {("cut_off_each", "0.01", "0.02")},
        "kettles.percentile": {("classes.A.below", "20", "25"), ("title.en", "Kettles by percentile", "Kettles")},
    }
    lettered = differences(texts.texts_of(rules, [scheme]), texts.texts_of(rules, [scheme.replace('"C"', '"D"')]))
    assert [(row.field, row.before, row.after) for row in lettered[0].rows] == [("classes", "A, B, C", "A, B, D")]
    remark = differences(texts.texts_of(rules, []), texts.texts_of(rules + "# more", [scheme]))
    assert [(part.state, bool(part.rows), part.fields) for part in remark] == [
        ("changed", False, True),
        ("added", True, True),
    ]
    broken = differences(texts.texts_of(rules, []), texts.texts_of(rules + "x", []))
    assert (broken[0].fields, broken[0].rows, "+x" in broken[0].lines) == (False, (), True)
    assert (
        differences(texts.texts_of(rules, [scheme]), texts.texts_of(rules.replace("\n", "\r\n"), [scheme, " \n"])) == []
    )


@pytest.mark.parametrize(
    ("changes", "said_in_words"),
    [
        ({"rules": ""}, "Write the rules"), ({"rules": "x" * 20_001}, "too long"), ({"scheme": ["x" * 20_001]}, "too long"),
        ({"scheme": ["a = 1"] * 11}, "At most 10 schemes"), ({"note": "n" * 401}, "too long"),
    ],
)  # fmt: skip
def test_what_is_too_much_is_refused_and_stays_in_the_form(
    roles: dict[str, Client], changes: dict[str, Any], said_in_words: str
) -> None:
    draft = begun(roles["operator"])
    answer = save(roles["operator"], draft, **changes)
    assert (answer.status_code, said_in_words in text_of(answer), draft.revisions.count()) == (422, True, 1)
    for each in changes.values():
        assert (each if isinstance(each, str) else each[-1]) in text_of(answer)


@pytest.mark.parametrize(
    "rules",
    [
        SCRIPT,
        "a = " + "[" * 9_000,
        "é" * 10_000,
        "id = 1e999999999",
        "a = '''\n" * 2_000,
        "[[a]]\n" * 3_000,
        "x" * 10_000,
    ],
)
def test_any_text_may_be_saved_and_looked_at(roles: dict[str, Client], rules: str) -> None:
    draft = begun(roles["operator"])
    assert save(roles["operator"], draft, rules=rules, scheme=[rules]).status_code == 302
    for address in ("", "edit/", "revisions/2/"):
        answer = roles["operator"].get(f"{RULES}drafts/{draft.pk}/{address}")
        assert (answer.status_code, SCRIPT in text_of(answer)) == (200, False)
    assert roles["operator"].get(RULES).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [{}, {"parent": "x"}, {"parent": "0"}, {"parent": "9" * 30}, {"parent": "7"}, {"token": ""}, {"rules": "\x00"}],
)
def test_forged_forms_change_nothing(roles: dict[str, Client], sent: dict[str, str]) -> None:
    draft = begun(roles["operator"])
    whole = {"rules": "a = 1", "parent": "1", "token": fresh(), **sent} if sent else {}
    assert roles["operator"].post(f"{RULES}drafts/{draft.pk}/edit/", whole).status_code in (400, 409, 422)
    for address in ("comment/", "freeze/"):
        assert roles["operator"].post(f"{RULES}drafts/{draft.pk}/{address}", {"token": fresh()}).status_code == 422
    assert roles["operator"].get(f"{RULES}drafts/{draft.pk}/revisions/1/?against=x").status_code == 200
    assert draft.revisions.count() == 1


def test_every_fault_has_words() -> None:
    codes = {*toml_shape.SAID, *rules_of_methods.SAID, *scheme_reading.SAID, *texts.SAID}
    for lang in languages.LANGS:
        assert {key.rpartition(".")[2] for key in languages.table(lang) if key.startswith("rules.fault.")} == codes


def test_who_may_do_what(roles: dict[str, Client], second: Client) -> None:
    draft = begun(roles["operator"])
    said(roles["operator"], draft)
    number = RulesComment.objects.get().pk
    at = f"{RULES}drafts/{draft.pk}/"
    hold_to_roles(
        roles,
        [RULES, f"{RULES}of/food@1/", at, f"{at}edit/", f"{at}revisions/1/"],
        {
            f"{RULES}begin/": {"origin": ""}, f"{at}edit/": {"rules": ""}, f"{at}comment/": {"text": ""},
            f"{at}answer/{number}/": {"text": ""}, f"{at}freeze/": {"reason": ""},
        },
    )  # fmt: skip
    assert (draft.revisions.count(), draft.comments.count(), FrozenRules.objects.count()) == (1, 1, 0)
    assert roles["auditor"].get(f"{RULES}of/food@99/").status_code == 404
    assert "Save as revision" not in text_of(roles["auditor"].get(f"{at}edit/"))
