"""Category rules and schemes written together: revisions that nobody overwrites, faults by line, differences by field."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from operators import fresh, hold_to_roles, text_of
from rules_site import RULES, SCRIPT, begun, freeze, frozen, newest, said, save, second

from leafmark.methods import category_rules as rules_of_methods
from leafmark.methods import toml_shape
from leafmark.methods.category_rules import parse_rules
from leafmark.products import scheme_reading
from leafmark.products.schemes import parse_scheme
from leafmark.web import languages
from leafmark.web.operate.models import FrozenRules, RulesComment, RulesDraft, RulesRevision
from leafmark.web.operate.rules import drafting, texts
from leafmark.web.operate.rules.lines import line_of, places
from leafmark.web.people.models import User
from leafmark.web.written_once import WrittenOnceError

__all__ = ["second"]


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


def test_lines_are_counted_past_values_over_several_lines_and_into_tables() -> None:
    """Counted by hand: what stands inside a text or a list is no field, though it looks like one."""
    text = "\n".join([
        'note = """', "id = 3", '"""',  # 1 to 3
        "states = [", '  "graded", # id = 4', "]",  # 4 to 6
        'id = "x"', "[benchmark]", 'id = "t"',  # 7 to 9
        "[[classes]]", 'letter = "A"', "[[classes]]", "below = 3",  # 10 to 13
        "[source]", "title.en = 3",  # 14, 15
    ])  # fmt: skip
    assert places(text) == {
        "note": 1, "states": 4, "id": 7, "benchmark": 8, "benchmark.id": 9, "classes": 10, "classes[1]": 10, "classes[1].letter": 11,
        "classes[2]": 12, "classes[2].below": 13, "source": 14, "source.title.en": 15,
    }  # fmt: skip
    asked = {
        "classes[2].letter": 12,
        "classes[3].below": 10,
        "benchmark.version": 8,
        "source.title.fr": 14,
        "valid_from": None,
    }
    for field, line in asked.items():
        assert line_of(text, toml_shape.Fault(field, "missing", "")) == line, field


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


def test_two_saves_over_one_revision_at_the_same_moment_are_one(
    roles: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both looked before either was written: the table takes one child of each revision."""
    draft, by = begun(roles["operator"]), User.objects.get(email="operator@leafmark.example")
    first = newest(draft)
    drafting.save(draft, 1, texts.texts_of("id = 1", []), "", by, "one")
    monkeypatch.setattr(drafting, "newest", lambda _: first)
    with pytest.raises(drafting.NotSaved) as refused:
        drafting.save(draft, 1, texts.texts_of("id = 2", []), "", by, "other")
    assert (refused.value.code, draft.revisions.count()) == ("stale", 2)


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
