"""Evidence counts when it can be looked up, is in date, independent, printed where it must be, and about the claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from leafmark.products.claims import Claim, ClaimEvidence, check, evidence_kinds, read_claim_evidence, report
from leafmark.products.claims.model import REASONS

from .held import ON, ON_MEDIUM, rules_found, sound

CLAIM = Claim("A sustainable kettle, on our way to net zero, with 30% less CO2.", medium=(ON_MEDIUM,))
FUTURE = ("implementation_plan", "targets", "budget", "verifier")


def reasons(rule: str, *evidence: ClaimEvidence) -> set[tuple[str, str]]:
    found = [each for each in check(CLAIM, evidence, ON) if each.rule == rule]
    return {(each.kind, each.reason) for finding in found for each in finding.unusable}


@pytest.mark.parametrize(
    ("rule", "kind", "changes", "reason"),
    [
        ("eu.future", "targets", {"expires_on": date(2026, 11, 25)}, "expired"),
        ("eu.future", "budget", {"url": None, "text": ""}, "no_address"),
        ("eu.future", "implementation_plan", {"url": None, "document": "plan.pdf"}, "no_address"),
        ("eu.future", "verifier", {"independent_of": frozenset(("owner",))}, "not_independent"),
        ("eu.generic", "specification", {"text": "Printed nowhere."}, "not_on_medium"),
        ("eu.generic", "specification", {"text": ""}, "not_on_medium"),
        ("eu.generic", "specification", {"text": "sustainable"}, "only_the_claim"),
        ("eu.generic", "recognised_excellence", {"about": ("biodegradable",)}, "other_claim"),
        ("house.comparison-set", "comparison_set", {"value": 29}, "too_low"),
        ("house.comparison-set", "comparison_set", {"value": None}, "too_low"),
        ("house.comparison-sure", "paired_probability", {"value": 0.949}, "too_low"),
    ],
)
def test_a_piece_that_does_not_count_says_why(rule: str, kind: str, changes: dict[str, object], reason: str) -> None:
    held = [sound(each) for each in FUTURE if each != kind]
    assert (kind, reason) in reasons(rule, sound(kind, **changes), *held)
    assert not reasons(rule, sound(kind), *held)


def test_every_reason_is_given_by_the_cases_above() -> None:
    assert set(REASONS) == {
        "expired", "no_address", "not_independent", "not_on_medium", "too_low", "other_claim", "only_the_claim",
    }  # fmt: skip


def test_a_piece_counts_through_its_last_day() -> None:
    held = [sound(each, expires_on=ON) for each in FUTURE]
    assert "eu.future" not in {each.rule for each in check(CLAIM, held, ON)}
    assert "eu.future" in {each.rule for each in check(CLAIM, held, date(2026, 11, 27))}


def test_evidence_about_one_word_does_not_lift_another() -> None:
    text = Claim("Biodegradable and eco-friendly")
    held = [sound("recognised_excellence", about=("Eco-Friendly",))]
    assert [each.quote for each in check(text, held, ON) if each.rule == "eu.generic"] == ["Biodegradable"]


def test_a_set_of_thirty_is_enough_and_one_of_twenty_nine_is_not() -> None:
    for count, lifted in ((30, True), (29, False)):
        held = [sound("comparison_set", value=count)]
        assert ("house.comparison-set" in {each.rule for each in check(CLAIM, held, ON)}) is not lifted


def test_expired_verification_and_retired_factors_are_findings_of_their_own() -> None:
    """Whatever the text says: the place is that in the list given, from the day on which each ends."""
    old = sound("verifier", expires_on=date(2026, 11, 25))
    retired = replace(sound("life_cycle_evidence"), factors_superseded_on=ON)
    found = check("A kettle.", [sound("targets"), old, retired], ON)
    assert [(each.rule, each.where, each.start) for each in found] == [
        ("house.expired-evidence", "evidence", 1), ("house.retired-factors", "evidence", 2),
    ]  # fmt: skip
    assert check("A kettle.", [old, retired], date(2026, 11, 25)) == []


def test_an_empty_answer_says_what_was_looked_for() -> None:
    found = report("A kettle.", (), ON, ("uk",))
    assert found.findings == ()
    assert "uk.vague@2026.1" in found.rules
    assert not [rule for rule in found.rules if rule.startswith("eu.")]


def test_a_market_may_be_a_text_and_the_day_is_today_s() -> None:
    assert report("A kettle.", markets="uk").markets == ("uk",)
    assert report("A kettle.").on_date == date.today()


def test_unknown_evidence_is_refused() -> None:
    with pytest.raises(ValueError, match="found hope"):
        check("A kettle.", [ClaimEvidence("hope")], ON)


def test_a_file_of_evidence_is_read_with_all_fields(tmp_path: Path) -> None:
    file = tmp_path / "held.toml"
    file.write_text(
        '[[evidence]]\nkind = "verifier"\nurl = "https://example.org"\nissued_by = "A"\nindependent_of = ["trader"]\n'
        'expires_on = 2027-01-01\nabout = ["eco"]\n[[evidence]]\nkind = "comparison_set"\ndocument = "set.json"\nvalue = 31\n',
        encoding="utf-8",
    )
    assert read_claim_evidence(file) == (
        ClaimEvidence("verifier", "https://example.org", issued_by="A", independent_of=frozenset(("trader",)),
                      expires_on=date(2027, 1, 1), about=("eco",)),
        ClaimEvidence("comparison_set", document="set.json", value=31),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[evidence]]\nkind = "hope"\nurl = "x"', "held.toml, evidence 1, kind: expected one of .*found 'hope'"),
        ('[[evidence]]\nkind = "licence"', "expected one of them: evidence nobody can look up"),
        ('[[evidence]]\nkind = "licence"\nurl = "x"\nexpires_on = "2027-01-01"', "expires_on: expected a day"),
        ('[[evidence]]\nkind = "licence"\nurl = "x"\nexpires_on = 2027-01-01T00:00:00', "expires_on: expected a day"),
        ('[[evidence]]\nkind = "licence"\nurl = "x"\nindependent_of = ["us"]', "expected owner or trader"),
        ('[[evidence]]\nkind = "licence"\nurl = "x"\nabout = "eco"', "about: expected a list of texts"),
        ('[[evidence]]\nkind = "licence"\nurl = 3', "url: expected a text, found 3"),
        ('[[evidence]]\nkind = "licence"\nurl = "x"\nvalue = true', "value: expected a number"),
        ('[[evidence]]\nkind = "licence"\nurl = "x"\nlink = "y"', "link: expected one of kind"),
        ("evidence = 3", "expected .*evidence.* tables, found 3"),
        ("[other]\na = 1", "other: expected"),
        ("[[evidence]", "not TOML"),
    ],
)
def test_a_faulty_file_is_refused_with_piece_and_field(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "held.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        read_claim_evidence(file)


def test_every_kind_that_must_be_printed_is_lifted_by_words_in_the_text_itself() -> None:
    assert "eu.generic" in rules_found(f"A sustainable kettle. {ON_MEDIUM}", "eu")
    printed = Claim(f"A sustainable kettle. {ON_MEDIUM}")
    assert "eu.generic" not in {each.rule for each in check(printed, [sound("specification")], ON)}
    assert {kind.id for kind in evidence_kinds().values() if kind.on_medium} >= {"specification", "counterfactual", "channel_criterion"}  # fmt: skip
