"""An act that cannot be counted is refused by name, with what was found and what to do; it is never counted as zero."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from act_rows import DAY, INPUTS, Outcome, Ran, act, table

from leafmark.actions import KINDS, REASONS, catalogue, credit
from leafmark.engine.backends import RunError
from leafmark.factors.model import Pack, acts, builtin
from leafmark.ledger import Catalogue

CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("metro", {"action": "teleport"}, "unknown_action", "action"),
    ("metro", {"action": None}, "missing_value", "action"),
    ("metro", {"document": None}, "missing_value", "document"),
    ("metro", {"evidence": None}, "missing_value", "evidence"),
    ("metro", {"evidence": "E"}, "unknown_evidence", "evidence"),
    ("metro", {"date": dt.date(2025, 12, 31)}, "not_valid_on_day", "date"),
    ("metro", {"amount": -3.0}, "negative_amount", "amount"),
    ("metro", {"amount": 0.0}, "not_positive", "amount"),
    ("metro", {"amount": 2e6}, "above_bound", "amount"),
    ("metro", {"unit": "furlong"}, "unknown_unit", "unit"),
    ("metro", {"unit": "kg"}, "unit_mismatch", "unit"),
    ("metro", {"region": "Atlantis"}, "unknown_region", "region"),
    ("metro", {"region": "FR"}, "no_parameter", "car_share"),
    ("metro", {"mode": "bus"}, "unknown_mode", "mode"),
    ("metro", {"mode": "hovercraft"}, "unknown_mode", "mode"),
    ("metro", {"car_key": "fuel.diesel"}, "unknown_key", "car_key"),
    ("metro", {"car_key": "travel.car.flying"}, "unknown_key", "key of car not driven"),
    ("metro", {"baseline_distance_km": 3000.0}, "above_bound", "baseline_distance_km"),
    ("metro", {"amount": float("nan")}, "unreadable", "amount"),
    ("walking", {"region": "FR"}, "no_factor", "key of car not driven"),
    ("cycling", {"mode": None}, "unknown_mode", "mode"),
    ("resale", {"platform_kwh": None}, "missing_value", "platform_kwh"),
    ("resale", {"replacement_rate": 1.2}, "above_bound", "replacement_rate"),
    ("resale", {"packaging_key": None}, "missing_value", "packaging_key"),
    ("resale", {"amount": 1.5}, "not_whole", "amount"),
    ("resale", {"new_unit": "km"}, "unit_mismatch", "unit of new item not made"),
    ("resale", {"old_extra_kwh_per_year": -5.0}, "below_bound", "old_extra_kwh_per_year"),
    ("packaging_reuse", {"single_use_kg": None}, "missing_value", "single_use_kg"),
    ("packaging_reuse", {"washing_kwh": None}, "missing_value", "washing_kwh"),
    ("packaging_reuse", {"use_count": None}, "missing_value", "use_count"),
    ("bottle_return", {"bottle_kg": 0.0}, "not_positive", "bottle_kg"),
    ("bottle_return", {"material": "glass_bottle"}, "unknown_key", "key of primary material not made"),
    ("packaging_take_back", {"process_yield": None}, "no_parameter", "yield_published"),
    ("packaging_take_back", {"substitution_ratio": None}, "no_parameter", "substitution"),
    ("packaging_take_back", {"collection_km": None}, "missing_value", "collection_km"),
    ("packaging_take_back", {"sorting_kwh": -1.0}, "below_bound", "sorting_kwh"),
    ("packaging_take_back", {"material": "old_hat"}, "unknown_key", "key of primary material not made"),
    ("packaging_take_back", {"unit": "item"}, "unit_mismatch", "unit"),
    ("no_cutlery", {"given_by_default": False}, "no_baseline", "given_by_default"),
    ("no_cutlery", {"given_by_default": None}, "missing_value", "given_by_default"),
    ("appliance_in_use", {"date": dt.date(2027, 1, 1)}, "past_baseline", "reference_to"),
    ("appliance_in_use", {"reference_to": None}, "missing_value", "reference_to"),
    ("appliance_in_use", {"amount": 2.0}, "above_bound", "amount"),
    ("e_receipt", {"unit": "km"}, "unit_mismatch", "unit"),
]  # fmt: skip


def test_every_kind_of_act_has_a_sound_example(every: Outcome) -> None:
    assert set(INPUTS) == {kind.action for kind in KINDS}
    assert every.reasons == {}


def test_each_fault_has_its_reason_and_its_field(run: Ran) -> None:
    """All in one table: a bad act hides no other, and takes none of the good ones with it."""
    bad = [act(action, f"{n:02}", **changes) for n, (action, changes, _, _) in enumerate(CASES)]
    good = [act("metro", "good"), act("walking", "too")]
    found = run([*bad, *good])
    told = {name: (row["reason"], row["field"]) for name, row in found.refused.items()}
    assert told == {f"{n:02}": case[2:] for n, case in enumerate(CASES)}
    assert {row["activity_id"] for row in found.done.table("rejected").to_pylist()}.isdisjoint(found.ug)
    assert found.done.record["acts_in"] == len(bad) + 2
    assert found.done.record["events"] == 2
    assert all(row["expected"] for row in found.refused.values())
    assert {reason for reason, _ in told.values()} <= set(REASONS)


def test_every_reason_is_given_somewhere() -> None:
    given = {case[2] for case in CASES} | {"duplicate_id", "unlike", "date_out_of_reach", "too_large", "broken_text"}
    assert set(REASONS) == given, "the list is closed: a code that nothing gives is a promise not kept"


def test_one_refused_line_refuses_its_act_whole(run: Ran) -> None:
    """A project line without a factor, left out, would make the act greener."""
    found = run([act("packaging_reuse", return_key="freight.van.nowhere")])
    assert found.reasons == {"packaging_reuse": "unknown_key"}
    assert (found.events, found.ug) == ([], {})


def test_a_repeated_id_counts_once_whatever_it_says(run: Ran) -> None:
    found = run([act("metro", "twice"), act("metro", "twice", amount=99.0), act("walking", "twice")])
    assert [row["quantity"] for row in found.events] == [10_000]
    assert [row["reason"] for row in found.done.table("rejected").to_pylist()] == ["duplicate_id"] * 2


def test_anothers_factors_stand_in_only_where_they_are_named(run: Ran) -> None:
    found = run([act("walking", "bare", region="FR"), act("walking", "named", region="FR", factor_region="GB")])
    assert found.reasons == {"bare": "no_factor"}
    assert found.ug["named"] > 0


@pytest.mark.parametrize(
    ("boundary", "year", "unlike"), [("unit", 2025, True), ("ttw", 2023, True), ("ttw", 2025, False)]
)
def test_baseline_and_act_of_two_boundaries_or_years_are_refused(
    run: Ran, boundary: str, year: int, unlike: bool
) -> None:
    own = acts().factor("travel.rail.beijing_metro@CN-BJ:unit:2026")
    rows = []
    for each in ("ttw", "wtt") if boundary == "ttw" else (boundary,):
        changed = replace(
            own, key="travel.rail.own_line", factor_id=f"travel.rail.own_line@GB:{each}:{year}", region="GB", boundary=each,
            data_year=year, valid_from=dt.date(year, 1, 1), valid_to=None,
        )  # fmt: skip
        rows.append({name: getattr(changed, name) for name in changed.__slots__})
    source = acts().sources[own.source_id]
    pack = Pack.from_rows(
        {"id": "own", "version": "1", "title": "t", "licence_note": "n", "gwp_note": "unstated"}, rows,
        [{name: getattr(source, name) for name in source.__slots__}],
    )  # fmt: skip
    found = run([act("metro", ride_key="travel.rail.own_line")], packs=[builtin(), acts(), pack])
    assert found.reasons == ({"metro": "unlike"} if unlike else {})


def test_dates_past_the_factors_and_amounts_past_a_megatonne_are_told(run: Ran) -> None:
    terms = catalogue("city")
    late = Catalogue(tuple(replace(each, valid_to=dt.date(2051, 1, 1)) for each in terms.actions))
    heavy = act("resale", "heavy", new_amount=9e4, new_unit="kt")
    found = run([act("metro", "late", date=dt.date(2040, 1, 1)), heavy | {"amount": 200.0}], terms=late)
    assert found.reasons == {"late": "date_out_of_reach", "heavy": "too_large"}


def test_parquet_read_in_place_is_judged_like_any_other(run: Ran, tmp_path: Path) -> None:
    rows = [
        act("metro", "nan", amount=float("nan")),
        act("metro", "far", baseline_distance_km=float("inf")),
        act("metro"),
        act("metro", "blank", document=" "),
    ]
    pq.write_table(table(rows), tmp_path / "acts.parquet")
    found = run(tmp_path / "acts.parquet")
    assert found.reasons == {"nan": "unreadable", "far": "unreadable", "blank": "missing_value"}
    assert found.ug == run([act("metro")]).ug


def test_a_csv_is_read_cell_by_cell(run: Ran, tmp_path: Path) -> None:
    path = tmp_path / "acts.csv"
    head = "activity_id,account_id,action,document,amount,unit,date,evidence,source,region\n"
    path.write_bytes(
        head.encode() + b"1,7,metro,t1,10,km,2026-05-03,A,gate,GB\n2,7,metro,t2,ten,km,2026-05-03,A,gate,GB\n"
        b"3,ann,metro,t3,10,km,2026-05-03,A,gate,GB\n4,7,metro,t\xff4,10,km,2026-05-03,A,gate,GB\n"
    )
    found = run(path)
    assert found.reasons == {"2": "unreadable", "3": "unreadable", "4": "broken_text"}
    assert [(row["account_id"], row["quantity"]) for row in found.events] == [(7, 10_000)]


def test_several_programmes_have_to_be_named(run: Ran) -> None:
    both = Catalogue((*catalogue("city").actions, *catalogue("shop", minting="ex_ante").actions))
    rows = [act("metro", "c", programme="city"), act("metro", "none"), act("appliance_at_sale", "s", programme="shop"),
            act("appliance_at_sale", "x", programme="city")]  # fmt: skip
    found = run(rows, terms=both)
    assert found.reasons == {"none": "missing_value", "x": "unknown_action"}
    assert sorted(row["programme"] for row in found.events) == ["city", "shop"]


def test_the_same_work_is_not_done_twice_and_other_work_is_refused(tmp_path: Path) -> None:
    first = credit(table([act("metro")]), tmp_path / "out", catalogue("city"), known_on=DAY)
    stamp = (tmp_path / "out" / "events.parquet").stat().st_mtime_ns
    assert credit(table([act("metro")]), tmp_path / "out", catalogue("city"), known_on=DAY).record == first.record
    assert (tmp_path / "out" / "events.parquet").stat().st_mtime_ns == stamp
    with pytest.raises(RunError, match="other work"):
        credit(table([act("bus")]), tmp_path / "out", catalogue("city"), known_on=DAY)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x", encoding="utf-8")
    with pytest.raises(RunError, match="not empty"):
        credit(table([act("metro")]), tmp_path / "mine", catalogue("city"), known_on=DAY)


def test_a_table_without_an_act_gives_an_empty_table_of_events(run: Ran) -> None:
    found = run(table([act("metro")]).slice(0, 0))
    assert (found.events, found.reasons, found.done.record["co2e_mg"]) == ([], {}, 0)
