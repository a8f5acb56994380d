"""The terms of the acts: every act has some, every one has its method, and they make the ledger's rules possible."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from act_rows import DAY, Outcome, Ran, act

from leafmark.actions import KINDS, catalogue
from leafmark.actions.kinds import NO_METHOD
from leafmark.actions.terms import check
from leafmark.ledger import Action, Campaign, Catalogue, CatalogueError, OwnBoundary
from leafmark.ledger.rules import points_earned
from leafmark.methods import LIBRARY, method

IN_USE, AT_SALE = catalogue("city"), catalogue("city", minting="ex_ante")


def terms(action: str, of: Catalogue = IN_USE) -> Action:
    found = of.action("city", action, DAY)
    assert found is not None
    return found


def test_every_act_has_terms_and_every_term_an_act() -> None:
    named = {each.action for each in (*IN_USE.actions, *AT_SALE.actions)}
    assert named == {kind.action for kind in KINDS}


def test_every_term_has_its_method_and_every_method_of_acts_a_term() -> None:
    used = {each.method_id for each in (*IN_USE.actions, *AT_SALE.actions)}
    assert used - {NO_METHOD} == {each.name for each in LIBRARY if each.act is not None}
    assert [each.action for each in IN_USE.actions if each.method_id == NO_METHOD] == ["channel_purchase"]


def test_events_and_entries_carry_the_method_of_the_terms(every: Outcome) -> None:
    found = every
    of_entries = {row["subject_id"]: f"{row['method_id']}@{row['method_version']}" for row in found.entries}
    for row in found.events:
        assert row["method_id"] == terms(row["action"]).method_id
        assert of_entries.get(row["action"], NO_METHOD) == row["method_id"]
    assert {row["book"] for row in found.entries} == {"impact"}


def test_parameters_and_columns_of_a_method_have_different_names() -> None:
    for each in (found for found in LIBRARY if found.act is not None):
        assert each.act is not None
        assert not {p.name for p in each.act.parameters} & {c.name for c in each.act.columns}, each.name


@pytest.mark.parametrize(
    ("action", "cap"),
    [
        ("walking", (296, "day")),
        ("metro", (5 * 52, "day")),
        ("train", (10 * 136, "month")),
        ("e_invoice", (5 * 5, "day")),
    ],
)
def test_caps_are_ant_forests_where_it_publishes_one(action: str, cap: tuple[int, str]) -> None:
    assert (terms(action).cap_points, terms(action).cap_period) == cap
    assert "Ant Forest" in terms(action).reason


def test_only_a_walk_may_be_self_declared_and_money_or_gates_are_asked_for_where_they_exist() -> None:
    assert {each.action for each in IN_USE.actions if each.evidence_minimum == "D"} == {"walking"}
    assert {terms(action).evidence_minimum for action in ("metro", "bus", "train", "channel_purchase")} == {"A"}


def test_a_result_below_zero_earns_no_points(run: Ran) -> None:
    found = run([act("e_receipt"), act("metro")])
    earned = {
        row["action"]: points_earned(terms(row["action"]), IN_USE, row["quantity"], row["co2e_mg"], DAY)
        for row in found.events
    }
    assert earned == {"e_receipt": 0, "metro": 52}
    assert {row["action"]: row["co2e_mg"] for row in found.events}["e_receipt"] == -7000


def test_every_sound_act_lies_within_the_sanity_caps(every: Outcome, run: Ran) -> None:
    at_sale = run([act("appliance_at_sale")], minting="ex_ante")
    for found, of in ((every, IN_USE), (at_sale, AT_SALE)):
        for row in found.events:
            asked = terms(row["action"], of)
            assert 0 < row["quantity"] <= asked.quantity_max, row
            assert abs(row["co2e_mg"]) <= asked.co2e_mg_max, row


def test_a_programme_mints_durable_goods_in_one_way_in_all_versions_of_its_terms() -> None:
    late = {"valid_from": dt.date(2031, 1, 1), "valid_to": dt.date(2032, 1, 1), "version": 2}
    with pytest.raises(CatalogueError, match="both in use and ex ante"):
        check(Catalogue((*IN_USE.actions, replace(terms("appliance_at_sale", AT_SALE), **late))))
    check(Catalogue((*IN_USE.actions, *catalogue("other", minting="ex_ante").actions)))
    assert not {"appliance_in_use", "appliance_at_sale"} & {each.action for each in catalogue("x", minting="").actions}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"action": "teleport"}, "no such act"),
        ({"method_id": "trip.walking@1"}, "expected a version of trip.public_transport"),
        ({"method_id": "trip.public_transport@99"}, "expected a version of trip.public_transport"),
        ({"unit": "kg"}, "converts to m"),
    ],
)
def test_terms_that_contradict_the_act_are_refused(changes: dict[str, str], what: str) -> None:
    with pytest.raises(CatalogueError, match=what):
        check(Catalogue((replace(terms("metro"), **changes),)))


def test_points_alone_means_no_grams() -> None:
    with pytest.raises(CatalogueError, match="without grams"):
        check(Catalogue((replace(terms("channel_purchase"), statement="avoided"),)))


def test_own_boundaries_and_campaigns_are_handed_on_and_touch_no_grams(run: Ran) -> None:
    own = OwnBoundary("city", "marketplace", 2026, "no_cutlery", "scope 3 category 1")
    double = Campaign("city", "double", "metro", dt.date(2026, 5, 1), dt.date(2026, 6, 1), 2)
    made = catalogue("city", own=[own], campaigns=[double])
    assert made.is_own("city", "no_cutlery", DAY)
    assert not made.is_own("city", "no_cutlery", DAY.replace(year=2027))
    rows = [act("no_cutlery"), act("metro")]
    assert run(rows, terms=made).events == run(rows).events


def test_an_evidence_of_class_d_keeps_its_estimate_and_is_left_out_of_the_audited_total(run: Ran) -> None:
    found = run([act("walking", "a", evidence="C"), act("walking", "d", evidence="D")])
    by_class = {row["evidence"]: row["co2e_mg"] for row in found.events}
    assert by_class["C"] == by_class["D"] > 0
    assert found.done.record["co2e_mg"] == 2 * found.done.record["audited_co2e_mg"]


def test_newest_methods_of_the_kinds_are_the_librarys() -> None:
    for kind in KINDS:
        if kind.method:
            assert method(kind.method.id) == kind.method
