"""The claims check page: what the rules find, in its place, with what would lift it; nothing kept, nobody told that all is well."""

from __future__ import annotations

import datetime as dt
import html
import re
import time
from typing import Any

import pytest
from django.core.serializers import serialize
from django.test import Client

from leafmark.products.claims import rules_for, shipped_rules
from leafmark.web.shelf.models import Brand

CLAIMS = "/brand/mill/claims/"
PRAISE = "An eco-friendly kettle."


def words(page: str) -> str:
    main = re.sub(r"<select.*?</select>", "", page.partition("<main")[2], flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def check(client: Client, text: str, status: int = 200, prefix: str = "", **more: Any) -> str:
    answer = client.post(prefix + CLAIMS, {"text": text, "brand": "Mill", "markets": ["eu"], "pieces": "1", **more})
    assert answer.status_code == status
    return answer.content.decode()


def test_a_finding_shows_its_quote_in_its_place_its_rule_and_what_would_lift_it(mei: Client) -> None:
    page = check(mei, PRAISE)
    assert '<p class="quoted">An <mark>eco-friendly</mark> kettle.</p>' in page
    said = words(page)
    assert "1 finding" in said
    assert "banned without its evidence eu.generic 2026.1" in said
    assert "Evidence missing: recognised excellent environmental performance" in said
    assert "Instead: Name the one thing" in said
    assert 'href="https://eur-lex.europa.eu/eli/dir/2024/825/oj"' in page
    assert "house rule" not in said


def test_house_rules_are_marked_as_such(mei: Client) -> None:
    said = words(check(mei, "Low-carbon channel"))
    assert "house.channel-criterion 2026.1 house rule, nobody's law" in said


def test_with_no_finding_it_names_the_rules_and_says_no_more(mei: Client) -> None:
    for prefix in ("", "/zh-hant", "/zh-hans"):
        page = check(mei, "A kettle of 1.7 litres.", prefix=prefix)
        assert not re.search("compliant|compliance|符合法|合規|合规", words(page), re.IGNORECASE)
    said = words(check(mei, "A kettle of 1.7 litres."))
    asked = [rule for rule in shipped_rules() if rule.jurisdiction in ("eu", "house")]
    assert "No finding by these rules" in said
    assert f"Looked for by {len(asked)} rules, version 2026.1, in force on 2026-11-01, for: eu." in said
    assert "This is no legal advice" in said
    assert all(f"{rule.id}@2026.1" in said for rule in asked)


def test_evidence_that_counts_lifts_a_finding_and_what_does_not_says_why(mei: Client) -> None:
    piece = {"kind_0": "specification", "text_0": "Made with 100 % renewable electricity"}
    said = words(check(mei, PRAISE, **piece))
    assert "its words do not stand where the claim stands" in said
    said = words(check(mei, PRAISE, medium="Made with 100 % renewable electricity", **piece))
    assert "eu.generic 2026.1" not in said
    said = words(check(mei, PRAISE, medium="Made with 100 % renewable electricity", expires_on_0="2026-10-31", **piece))
    assert "it has expired" in said


def test_markets_and_the_day_choose_the_rules(mei: Client) -> None:
    said = words(check(mei, PRAISE, markets=["uk", "fr"], on_date="2026-01-01"))
    assert "uk.vague" in said
    assert "eu.generic 2026.1" not in said  # applies from 27 September 2026
    assert f"{len(rules_for(('uk', 'fr'), dt.date(2026, 1, 1)))} rules" in said


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"text": ""}, "text"), ({"text": "x" * 10_001}, "text"), ({"markets": ["mars"]}, "markets"), ({"markets": []}, "markets"),
        ({"on_date": "yesterday"}, "on_date"), ({"kind_0": "magic"}, "kind_0"), ({"url_0": "https://x.example"}, "kind_0"),
        ({"kind_0": "targets", "url_0": "javascript:alert(1)"}, "url_0"), ({"kind_0": "comparison_set", "value_0": "many"}, "value_0"),
        ({"kind_0": "targets", "expires_on_0": "soon"}, "expires_on_0"), ({"medium": "y" * 10_001}, "medium"), ({"brand": "b" * 300}, "brand"),
        ({"text": "nul\x00"}, "text"),
    ],
)  # fmt: skip
def test_faults_are_named_by_field_and_what_was_typed_stays(mei: Client, sent: dict[str, Any], field: str) -> None:
    page = check(mei, sent.pop("text", PRAISE), 422, **sent)
    assert f'id="fault_{field}"' in page
    assert "finding" not in words(page)


def test_room_for_more_evidence_keeps_what_was_typed(mei: Client) -> None:
    page = check(mei, PRAISE, do="more", kind_0="targets", document_0="minutes of 3 May")
    assert page.count("<legend>Evidence") == 2
    assert 'value="minutes of 3 May"' in page
    assert PRAISE in page
    many = check(mei, PRAISE, do="more", pieces="999999999999")
    assert many.count("<legend>Evidence") == 2  # a forged number is one piece, and one more


def test_hostile_texts_stay_texts(mei: Client) -> None:
    page = check(mei, "<script>alert('eco-friendly')</script>", brand="<img src=x onerror=y>")
    assert "<script>alert" not in page
    assert "<img" not in page


def test_ten_kilobytes_are_read_in_time_and_nothing_is_kept(mei: Client, mill: Brand) -> None:
    before = serialize("json", Brand.objects.all())
    started = time.process_time()
    page = check(mei, ("eco-friendly " * 800)[:10_000])
    assert time.process_time() - started < 5
    assert "findings" in words(page)
    assert serialize("json", Brand.objects.all()) == before
    assert "eco-friendly" not in mei.get(CLAIMS).content.decode()


def test_a_form_without_its_token_is_refused(mill: Brand) -> None:
    from leafmark.web.people.models import Membership, User

    user = User.objects.create_user("ann@example.org", "a long enough word")
    Membership.objects.create(user=user, brand=mill)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user, "django.contrib.auth.backends.ModelBackend")
    assert strict.post(CLAIMS, {"text": PRAISE, "markets": "eu"}).status_code == 403
