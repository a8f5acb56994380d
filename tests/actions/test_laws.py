"""What holds of all acts: parts add up to the microgram, order does not matter, more metro avoids more, nothing is minted twice.

The last tests are the tests' own test: seeded faults in formulas and parameters are seen.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import random
import tempfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from act_rows import EVERY, KNOWN, Outcome, Ran, act, table
from hypothesis import given, settings
from hypothesis import strategies as st

import leafmark.actions.judged as judged
from leafmark.actions import EVENTS_SCHEMA, KINDS, catalogue, credit, explain_act
from leafmark.actions.parameters import ParameterError, Value, checked, load, merged, shipped, write
from leafmark.engine.explain import explain
from leafmark.engine.inputs import InputError
from leafmark.engine.replay import replay
from leafmark.engine.run import RunError
from leafmark.engine.statement import statement
from leafmark.engine.verify import verify
from leafmark.factors.model import acts
from leafmark.ledger import fingerprint, id_of
from leafmark.methods import LIBRARY, Method, method


def done(rows: list[dict[str, Any]]) -> Outcome:
    """Credited outside of pytest's folder, for hypothesis."""
    with tempfile.TemporaryDirectory() as folder:
        return Outcome(credit(table(rows), Path(folder) / "out", catalogue("city"), known_on=KNOWN, threads=1))


def test_events_have_the_ledgers_columns_and_types(every: Outcome) -> None:
    found = every.done.table("events")
    assert found.schema.equals(EVENTS_SCHEMA)
    assert all(found.column(name).null_count == 0 for name in found.schema.names)


def test_ids_and_fingerprints_are_sha256_of_what_they_name(run: Ran) -> None:
    rows = [act("metro"), act("walking"), act("appliance_in_use")]
    for row in run(rows).events:
        wanted = hashlib.sha256(f"city\x1f{row['action']}".encode()).digest()[:8]
        assert row["event_id"] == int.from_bytes(wanted, "big", signed=True) == id_of(f"city\x1f{row['action']}")
        bucket = {"metro": "once", "walking": "2026-05-03", "appliance_in_use": "2026"}[row["action"]]
        text = "\x1f".join((str(row["account_id"]), row["action"], f"doc-{row['action']}", bucket))
        assert row["fingerprint"] == int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)
        assert row["fingerprint"] == fingerprint(row["account_id"], row["action"], f"doc-{row['action']}", bucket)


def test_one_document_is_one_act_whatever_it_is_called_and_an_appliance_earns_once_a_year(run: Ran) -> None:
    day = dt.date(2026, 6, 1)
    found = run([
        act("metro", "a", document="t"), act("metro", "b", document="t", date=day),
        act("walking", "c", document="w"), act("walking", "d", document="w", date=day),
        act("appliance_in_use", "e", document="s"), act("appliance_in_use", "f", document="s", date=day),
    ])  # fmt: skip
    prints: dict[str, set[int]] = {}
    for row in found.events:
        prints.setdefault(row["action"], set()).add(row["fingerprint"])
    assert {action: len(each) for action, each in prints.items()} == {"metro": 1, "walking": 2, "appliance_in_use": 1}


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.floats(0.01, 200), st.floats(0.01, 200)), min_size=1, max_size=30), st.randoms())
def test_parts_add_up_and_milligrams_are_cut_off_toward_zero(
    ways: list[tuple[float, float]], order: random.Random
) -> None:
    rows = [act("metro", f"{n}", amount=ridden, baseline_distance_km=way) for n, (ridden, way) in enumerate(ways)]
    order.shuffle(rows)
    found = done(rows)
    assert found.reasons == {}
    products = {row["subject_id"] for row in found.entries}
    assert products == {row["activity_id"] for row in rows}
    milligrams = {row["event_id"]: row["co2e_mg"] for row in found.events}
    for name, ug in found.ug.items():
        mg = milligrams[id_of(f"city\x1f{name}")]
        assert mg == (abs(ug) // 1000) * (1 if ug > 0 else -1)
    assert found.done.record["co2e_mg"] == sum(milligrams.values())


@settings(max_examples=6, deadline=None)
@given(st.sets(st.integers(1, 200_000), min_size=2, max_size=30))
def test_more_metro_avoids_more(metres: set[int]) -> None:
    found = done([act("metro", f"{m:06}", amount=float(m), unit="m") for m in metres])
    by_distance = [found.ug[f"{m:06}"] for m in sorted(metres)]
    assert by_distance == sorted(by_distance)
    assert len(set(by_distance)) == len(metres)
    assert {row["quantity"] for row in found.events} == metres


def test_units_are_converted_and_not_counted_as_they_stand(run: Ran) -> None:
    found = run([act("metro", "km", amount=1.609344), act("metro", "m", amount=1609.344, unit="m"),
                 act("metro", "mile", amount=1.0, unit="mile"), act("appliance_in_use", "day", amount=365.25, unit="day"),
                 act("appliance_in_use", "year")])  # fmt: skip
    assert len({found.ug[name] for name in ("km", "m", "mile")}) == 1
    assert found.ug["day"] == found.ug["year"]
    assert sorted(row["quantity"] for row in found.events) == [365, 365, 1609, 1609, 1609]


def test_the_order_of_rows_is_of_no_account(run: Ran) -> None:
    rows = [*EVERY, *(act("metro", f"m{n}", amount=n + 1.0) for n in range(20)), act("bus", "bad", unit="kg")]
    first = run(rows)
    random.Random(7).shuffle(rows)
    again = run(rows)
    assert again.events == first.events
    assert [{**row, "run_id": ""} for row in again.entries] == [{**row, "run_id": ""} for row in first.entries]
    assert again.reasons == first.reasons


def test_every_run_is_sound_and_replays_to_the_microgram(every: Outcome) -> None:
    found = every
    assert len(found.done.runs) == 10
    for each in found.done.runs.values():
        assert verify(each)["faults"] == []
        assert each.record["totals"]["by_scope_ug"].keys() <= {"impact"}
    assert replay(found.done.runs["resale.second_hand@1"])["same"]


def test_runs_and_statements_count_no_half_act(run: Ran) -> None:
    """The baseline of a refused act, left in a run without its project line, would make the run's total greener."""
    found = run([*EVERY, act("packaging_reuse", "half", return_key="freight.van.nowhere"),
                 act("e_receipt", "none", paper_key="receipt.of_nobody")])  # fmt: skip
    assert found.reasons == {"half": "unknown_key", "none": "unknown_key"}
    for name, each in found.done.runs.items():
        mine = sum(row["co2e_ug"] for row in found.entries if f"{row['method_id']}@{row['method_version']}" == name)
        assert each.record["totals"]["co2e_ug"] == mine
        assert each.record["lines_rejected"] == 0
        tree = explain(each, "scope:none")
        assert tree["co2e_ug"] == mine
    told = statement(*found.done.runs.values())
    assert told["total"]["co2e_ug"] == sum(found.ug.values())
    assert [row["name"] for row in told["rows"]] == ["Avoided emissions of acts"]
    only = run([act("e_receipt", "none", paper_key="receipt.of_nobody")])
    assert (only.done.runs, only.events) == ({}, [])


def test_entries_carry_the_evidence_by_which_totals_are_audited(run: Ran) -> None:
    found = run([act("walking", "c", evidence="C"), act("walking", "d", evidence="D"), act("metro")])
    audited = sum(row["co2e_ug"] for row in found.entries if row["evidence"] != "D")
    assert 0 <= audited // 1000 - found.done.record["audited_co2e_mg"] < 2, "two acts, each cut off once"
    assert found.done.record["audited_co2e_mg"] < found.done.record["co2e_mg"]


def test_an_act_explains_itself_with_both_sides_and_its_parameters(every: Outcome, run: Ran) -> None:
    found = every
    for name in found.ug:
        tree = explain_act(found.done, name)
        lines = [line for stage in tree["stages"] for line in stage["lines"]]
        assert sum(line["co2e_ug"] for line in lines) == tree["co2e_ug"] == found.ug[name]
        assert all((line["co2e_ug"] > 0) == (line["kind"] == "baseline") for line in lines), name
        assert all(
            factor["source"]["publisher"] and factor["source"]["locator"]
            for line in lines
            for factor in line["factors"]
        )
    ride = {line["term"]: line for stage in explain_act(found.done, "metro")["stages"] for line in stage["lines"]}
    told = {each["name"]: each for each in ride["car not driven"]["parameters"]}
    assert (told["car_share"]["value"], told["occupancy"]["value"]) == (0.78, 1.63)
    assert "National Travel Survey" in told["car_share"]["source"]
    assert ride["ride"]["parameters"] == []
    own = run([act("resale", replacement_rate=0.6)])
    stages = explain_act(own.done, "resale")["stages"]
    assert all(line["parameters"] == [] for stage in stages for line in stage["lines"]), (
        "its own rate is no published one"
    )
    with pytest.raises(InputError, match="no lines of an act"):
        explain_act(found.done, "channel_purchase")
    with pytest.raises(RunError, match="no finished folder"):
        explain_act(found.done.path / "runs", "metro")


def test_parameters_are_cited_and_one_at_a_time(tmp_path: Path) -> None:
    values = shipped()
    assert {each.source_id for each in values} <= set(acts().sources)
    assert all(each.locator and each.unit for each in values)
    write(values, tmp_path / "p.csv")
    assert sorted(load(tmp_path / "p.csv", acts()), key=lambda v: (v.id, v.used)) == sorted(
        values, key=lambda v: (v.id, v.used)
    )
    some = next(each for each in values if each.used)
    for changes, what in (({"valid_from": some.valid_from.replace(year=2020)}, "overlap"), ({"source_id": "hearsay"}, "source"),
                          ({"region": "Atlantis"}, "region"), ({"low": 0.9, "high": 1.0, "value": 0.5}, "outside")):  # fmt: skip
        with pytest.raises(ParameterError, match=what):
            checked([*values, dataclasses.replace(some, **changes)], acts().sources)
    text = (tmp_path / "p.csv").read_text(encoding="utf-8")
    (tmp_path / "bad.csv").write_text(text.replace(",yes,", ",perhaps,", 1), encoding="utf-8")
    with pytest.raises(ParameterError, match="expected yes or no"):
        load(tmp_path / "bad.csv", acts())


def test_a_survey_of_its_own_stands_in_for_the_shipped_value(run: Ran) -> None:
    shares = {each.id: each for each in shipped()}
    own = dataclasses.replace(shares["trip.car_share.average_way@GB:2016-01-01"], value=0.39)
    half, whole = run([act("walking"), act("metro")], own_parameters=[own]), run([act("walking"), act("metro")])
    assert half.ug["walking"] == whole.ug["walking"]
    assert half.ug["metro"] < whole.ug["metro"]


OF_ACTS = [each for each in LIBRARY if each.act is not None]
FULL: dict[str, dict[str, Any]] = {
    "resale": {
        "new_packaging_key": "material.corrugated_board", "new_packaging_kg": 0.3, "new_parcel_kg": 0.5, "new_distance_km": 9.0,
        "refurbishment_key": "material.plastic_pp", "refurbishment_amount": 0.02, "refurbishment_unit": "kg",
        "old_extra_kwh_per_year": 3.0,
    },
    "bottle_return": {"collection_rate": None, "process_yield": None},
    "packaging_take_back": {"collection_rate": None},
}  # fmt: skip
ALL = [
    *(act(kind.action, **FULL.get(kind.action, {})) for kind in KINDS if kind.minting != "ex_ante"),
    act("shared_bike", "electric", mode="shared_e_bike", energy_kwh=0.1), act("metro", "gz", region="CN-GD-GZ"),
    act("metro", "sz", region="CN-GD-SZ"), act("shared_bike", "cn", region="CN"),
    act("packaging_reuse", "per use", region="CN", single_use_key="packaging.box_per_use.corrugated_single_use",
        single_use_kg=None, reusable_key="packaging.box_per_use.pp_reusable", reusable_kg=None),
    act("packaging_take_back", "board", material="corrugated_board", collection_rate=None),
]  # fmt: skip
"""Acts that together have every term of every method but the one at sale."""


def amounts(folder: Path, **settings: Any) -> dict[str, float]:
    """Amounts of all lines of `ALL`, by line: what the engine is given."""
    values = merged(settings.get("own_parameters", ()))
    opened = judged.Judged(
        table([*ALL, act("cycling", "own e", mode="own_e_bike", energy_kwh=0.0)]), catalogue("city"), values, folder
    )
    try:
        found: dict[str, float] = {}
        for name in opened.methods:
            opened.write_lines(name, folder / "lines.parquet")
            for row in pq.read_table(folder / "lines.parquet", columns=["activity_id", "amount"]).to_pylist():
                found[row["activity_id"]] = row["amount"]
        return found
    finally:
        opened.close()


def changed(given: Method, pattern: str, put: str) -> Method:
    """A method with a seeded fault in its terms' amounts."""
    assert given.act is not None
    terms = tuple(dataclasses.replace(each, amount=each.amount.replace(pattern, put)) for each in given.act.terms)
    assert terms != given.act.terms, "the fault has to be one"
    return dataclasses.replace(given, act=dataclasses.replace(given.act, terms=terms))


def test_the_examples_have_every_term(tmp_path: Path) -> None:
    seen = {line.partition("/")[2] for line, amount in amounts(tmp_path).items() if amount}
    assert seen == {term.name for each in OF_ACTS if each.act for term in each.act.terms}


@pytest.mark.parametrize(
    ("action", "pattern", "put"),
    [
        ("metro", "/ occupancy", "* occupancy"),
        ("metro", "* car_share", ""),
        ("walking", "* car_share", ""),
        ("resale", "amount * coalesce(replacement_rate, rate)", "amount"),
        ("resale", "* remaining_life_years", ""),
        ("packaging_reuse", "/ use_count", ""),
        ("bottle_return", "(1 - coalesce(collection_rate, collected))", "1"),
        ("bottle_return", "* coalesce(substitution_ratio, substitution)", ""),
        ("packaging_take_back", "(1 - coalesce(collection_rate, collected))", "1"),
        ("packaging_take_back", "* coalesce(process_yield, yield_published)", ""),
        ("packaging_take_back", "* coalesce(substitution_ratio, substitution)", ""),
        ("packaging_take_back", "amount * collection_km / 1000", "0 * collection_km"),
        ("appliance_in_use", "amount * actual", "0 * actual"),
    ],
)
def test_a_seeded_fault_makes_an_act_greener_or_not_and_is_seen(
    run: Ran, monkeypatch: pytest.MonkeyPatch, action: str, pattern: str, put: str
) -> None:
    """The published figures of `test_published.py` hold for the right one alone."""
    rows = [act(action, **FULL.get(action, {}))]
    right = run(rows)
    monkeypatch.setattr(judged, "method", lambda name: changed(method(name), pattern, put))
    assert abs(run(rows).ug[action] - right.ug[action]) > 1000


def test_a_fault_in_any_parameter_in_use_changes_a_line(tmp_path: Path) -> None:
    right = amounts(tmp_path)
    values = [each for each in shipped() if each.used]
    told = set()
    for name in {each.parameter for each in values}:
        wrong: list[Value] = [
            dataclasses.replace(each, value=each.value / 2, low=None, high=None)
            for each in values
            if each.parameter == name
        ]
        if amounts(tmp_path, own_parameters=wrong) != right:
            told.add(name)
    assert told == {each.parameter for each in values} - {"trip.published_difference.electric_bus"}
