"""A consumer's acts: what each is worth and why, its proof, and nobody else's."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from consumers import ANN_ACCOUNT, City
from django.test import Client

from leafmark.actions import KINDS, explain_act
from leafmark.ledger import person
from leafmark.products import i18n
from leafmark.web import languages
from leafmark.web.me.reasons import shown, totals
from leafmark.web.people.models import User

CHECK = Path(__file__).parents[2] / "docs" / "check_proof.py"


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_grams_and_points_stand_apart_and_estimates_say_so(city: City) -> None:
    text = text_of(city.client(city.ann), "/me/")
    grams, points = text.index("Grams of CO2e"), text.index("Points are a unit of their own")
    assert grams < text.index("Estimate, left out of audited totals") < points
    held = city.ledger.balance(ANN_ACCOUNT)
    assert f"{held.points:,} points" in text
    assert "not counted again" in text


def test_a_total_is_the_ledgers_and_never_mixes_evidence_or_statements(city: City) -> None:
    found = totals(city.ledger, ANN_ACCOUNT)
    held = city.ledger.balance(ANN_ACCOUNT)
    assert sum(each.grams.co2e_mg for each in found if each.grams.statement == "avoided") == held.avoided_mg
    assert (
        sum(each.grams.co2e_mg for each in found if each.grams.statement == "operator_inventory")
        == held.operator_inventory_mg
    )
    assert len({(each.grams.statement, each.grams.self_declared) for each in found}) == len(found) == 3
    for each in found:
        assert each.low_ug is not None
        assert each.high_ug is not None
        assert each.low_ug <= each.grams.co2e_ug <= each.high_ug + len(each.grams.acts) * 1000


def test_why_this_figure(city: City, credited_acts: Path) -> None:
    """Method, baseline, factor, source, range, evidence, terms and cap: of a ride past the day's five."""
    text = text_of(city.client(city.ann), f"/me/acts/{city.event('ride-0')}/")
    tree = explain_act(credited_acts / "acts", "ride-0-0")
    scale, unit = i18n.mass_unit(tree["co2e_ug"])
    assert f"Why {i18n.significant(tree['co2e_ug'] / scale)} {unit}?" in text
    assert f"{i18n.significant(tree['low_ug'] / scale)} – {i18n.significant(tree['high_ug'] / scale)} {unit}" in text
    assert "would have happened otherwise" in text
    lines = [line for stage in tree["stages"] for line in stage["lines"]]
    for line in lines:
        assert line["factors"][0]["name"] in text
        assert line["factors"][0]["source"]["publisher"] in text
    assert "trip.public_transport@" in text
    assert "A: payment, ticket gate or weighbridge" in text
    assert "Each such act earns 52 points. At most 260 points count in a day." in text
    assert "earned 312 points together; 260 points of them count" in text


def test_a_self_declared_act_and_one_below_zero_say_so(city: City) -> None:
    client = city.client(city.ann)
    assert "Estimate, left out of audited totals" in text_of(client, f"/me/acts/{city.event('walk')}/")
    receipt = text_of(client, f"/me/acts/{city.event('receipt')}/")
    assert "Why −7.00 g?" in receipt
    assert "Below zero" in receipt
    assert "Estimate" not in text_of(client, f"/me/acts/{city.event('ride-0')}/")


def test_a_range_that_holds_zero_says_so(city: City) -> None:
    act = person.act(city.ledger, ANN_ACCOUNT, city.event("receipt"))
    assert act is not None
    (found,) = shown([act])
    text = text_of(city.client(city.ann), f"/me/acts/{city.event('receipt')}/")
    assert found.origin is not None
    assert ("The range holds zero" in text) == (found.origin.low_ug <= 0 <= found.origin.high_ug)


def test_an_act_of_points_alone_claims_no_grams(city: City) -> None:
    text = text_of(city.client(city.ann), f"/me/acts/{city.event('bought')}/")
    assert "Why these points?" in text
    assert "0 g" not in text


def test_an_act_taken_back_counts_nowhere_and_says_why(city: City) -> None:
    city.ledger.reverse(ANN_ACCOUNT, 1, city.event("ride-0"), "ticket refunded")
    text = text_of(city.client(city.ann), f"/me/acts/{city.event('ride-0')}/")
    assert "Taken back" in text
    assert "ticket refunded" in text


def test_without_its_run_a_figure_says_that_its_range_is_not_known(city: City, tmp_path: Path) -> None:
    (tmp_path / "acts").unlink()
    text = text_of(city.client(city.ann), f"/me/acts/{city.event('ride-0')}/")
    assert "its range is not known here" in text
    assert "without its lines" in text


def test_the_proof_is_one_that_the_published_script_accepts(city: City, tmp_path: Path) -> None:
    client, event = city.client(city.ann), city.event("ride-3")
    answer = client.get(f"/me/acts/{event}/proof.json")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="leafmark-proof-{event}.json"'
    proof = json.loads(answer.content)
    assert str(ANN_ACCOUNT) in proof["record"]
    file = tmp_path / "proof.json"
    file.write_bytes(answer.content)
    link = proof["batch"]["hash"]
    checked = subprocess.run([sys.executable, CHECK, file, link], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    proof["record"] = proof["record"].replace("\tmetro\t", "\tbus\t")
    file.write_text(json.dumps(proof))
    assert subprocess.run([sys.executable, CHECK, file, link], capture_output=True).returncode == 1
    page = text_of(client, f"/me/acts/{event}/proof/")
    assert link in page


def test_the_feed_pages_through_every_act_once(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leafmark.web.me.acts.PAGE", 3)
    client, seen, address = city.client(city.ann), [], "/me/"
    while address:
        html = client.get(address).content.decode()
        seen += re.findall(r'href="/me/acts/(-?\d+)/"', html)
        found = re.search(r'rel="next" href="([^"]+)"', html)
        address = found[1] if found else ""
    assert len(seen) == len(set(seen)) == len(person.every_act(city.ledger, ANN_ACCOUNT))


@pytest.mark.parametrize("before", ["x", "2026-13-01~1", "2026-01-01~99999999999999999999", "0001-01-01~1", "' OR 1=1"])
def test_a_page_that_cannot_be_read_is_the_first(city: City, before: str) -> None:
    assert "Grams of CO2e" in text_of(city.client(city.ann), f"/me/?before={before}")


ADDRESSES = (
    "",
    "points/",
    "goals/",
    "statement/",
    "sources/",
    "data/",
    "data/export.json",
    "data/erase/",
    "data/erase/confirm/",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_sees_a_page_without_logging_in(city: City, address: str) -> None:
    answer = Client().get(f"/me/{address}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/account/login/?next=/me/{address}")


@pytest.mark.parametrize("role", [{}, {"is_operator": True}, {"is_auditor": True}])
def test_another_ones_acts_are_not_there_whoever_asks(city: City, role: dict) -> None:
    """Not for another consumer, and not for an operator or auditor: these pages show an account to its own person."""
    User.objects.filter(pk=city.bob.pk).update(**role)
    client = city.client(city.bob)
    for rest in ("", "proof/", "proof.json"):
        assert client.get(f"/me/acts/{city.event('ride-0')}/{rest}").status_code == 404
    for address in ADDRESSES:
        body = client.get(f"/me/{address}").content.decode()
        assert str(city.event("ride-0")) not in body
        assert str(ANN_ACCOUNT) not in body
        assert city.ann.email not in body


def test_ids_that_are_no_ids_are_not_found(city: City) -> None:
    client = city.client(city.ann)
    for event in ("0", "9999999999999999999", "-9999999999999999999", "1e5", "x"):
        assert client.get(f"/me/acts/{event}/").status_code == 404


def test_no_cache_keeps_these_pages(city: City) -> None:
    assert "no-store" in city.client(city.ann).get("/me/").headers["Cache-Control"]


def test_a_ledger_that_does_not_answer_is_a_plain_page(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    from leafmark.ledger import StoreError

    def broken() -> None:
        raise StoreError("/secret/path/ledger.db: locked")

    monkeypatch.setattr("leafmark.web.me.own.ledger", broken)
    answer = city.client(city.ann).get("/me/")
    assert answer.status_code == 503
    assert b"/secret/path" not in answer.content


def test_every_act_line_and_unit_has_a_name() -> None:
    words = languages.table("en")
    for kind in KINDS:
        assert f"me.act.{kind.action}" in words
        assert f"me.unit.{kind.unit}" in words
        for term in kind.method.act.terms if kind.method and kind.method.act else ():
            assert f"me.term.{term.name.replace(' ', '_').replace(',', '')}" in words, term.name


@pytest.mark.parametrize("prefix", ["/zh-hant", "/zh-hans"])
def test_the_pages_speak_chinese(city: City, prefix: str) -> None:
    client = city.client(city.ann)
    text = text_of(client, f"{prefix}/me/acts/{city.event('ride-0')}/")
    assert "二" in text or "地" in text
    for english in ("Quantity", "Evidence", "Terms", "points"):
        assert english not in text.replace("trip.public_transport", "")
    for address in ADDRESSES:
        assert client.get(f"{prefix}/me/{address}").status_code == 200
