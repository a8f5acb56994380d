"""An event leads back to its act, and to no other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from act_rows import Outcome

from leafmark.actions import Index, explain_act, origins, widest
from leafmark.ledger import Act, id_of


def the_acts(every: Outcome) -> list[Act]:
    return [Act(**row) for row in every.events]


def test_every_event_with_grams_leads_to_the_act_it_was_made_of(every: Outcome) -> None:
    found = origins([Index(every.done)], the_acts(every))
    with_grams = {row["event_id"] for row in every.events if row["method_id"] != "none"}
    assert set(found) == with_grams
    for row in every.events:
        if row["event_id"] in found:
            origin = found[row["event_id"]]
            assert id_of(f"city\x1f{origin.activity_id}") == row["event_id"]
            tree = explain_act(origin.folder, origin.activity_id)
            assert (tree["co2e_ug"], tree["low_ug"], tree["high_ug"]) == (origin.co2e_ug, origin.low_ug, origin.high_ug)


@pytest.mark.parametrize(
    "changes", [{"co2e_mg": 1}, {"programme": "elsewhere"}, {"event_id": 5}, {"event_id": 2**63 - 1}]
)
def test_an_event_of_other_grams_or_another_programme_leads_nowhere(every: Outcome, changes: dict) -> None:
    act = next(each for each in the_acts(every) if each.method_id != "none")
    assert origins([Index(every.done)], [replace(act, **changes)]) == {}


def test_a_sum_of_acts_errs_at_most_as_if_all_erred_alike(every: Outcome) -> None:
    found = list(origins([Index(every.done)], the_acts(every)).values())
    low, high = widest(found)
    assert low == sum(each.low_ug for each in found) <= sum(each.co2e_ug for each in found) <= high
    assert widest([]) == (0, 0)
