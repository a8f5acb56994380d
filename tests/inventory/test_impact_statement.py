"""The statement of avoided emissions: types apart, evidence D beside, the wrong way shown, ranges by factor, gates as hard stops."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_bonds import guide_files
from made_impact import ANSWERS, MINT, PROGRAMME, entries, impact_folder

from leafmark.actions import catalogue, credit
from leafmark.inventory.book import InventoryError
from leafmark.inventory.impact import NotPublishableError, publish, statement
from leafmark.inventory.impact.entries import combined, event_id_of
from leafmark.inventory.impact.making import for_targets
from leafmark.inventory.impact.tables import AMBITION_SCHEMA
from leafmark.inventory.targets import ambition
from leafmark.ledger import id_of

G = 10**6
REDUCTION = {**MINT, "mint_id": "r", "statement": "participant_reduction", "participant": "Seller"}


def test_the_worked_example_by_hand(tmp_path: Path) -> None:
    """1.2 kg less 0.3 kg avoided, 250 g declared beside, 5 t in a seller's own inventory."""
    made = statement(guide_files("inventory-impact.md", tmp_path) / "impact", dt.date(2026, 2, 1))
    avoided, reduction = made.subtotals["avoided"], made.subtotals["participant_reduction"]
    assert (avoided.audited_ug, avoided.declared_ug, avoided.negative_ug, avoided.negative) == (
        900 * G,
        250 * G,
        -300 * G,
        1,
    )
    assert (reduction.audited_ug, reduction.by_evidence["B"]) == (5 * 10**12, 5 * 10**12)
    assert list(made.rows) == [("city", "people", "avoided"), ("seller", "Seller Ltd", "participant_reduction")]
    assert [(each["year"], each["ug"], each["cumulative_ug"], each["assured"]) for each in made.cumulative] == [
        (2024, 900 * G, 900 * G, True), (2025, 900 * G + 5 * 10**12, 1800 * G + 5 * 10**12, False),
    ]  # fmt: skip
    assert made.content()["goal_ug"] == 15 * 10**20
    assert not made.publishable


def test_there_is_no_total_over_the_two_types_nor_over_evidence_d(tmp_path: Path) -> None:
    mints = [MINT, REDUCTION, {**MINT, "mint_id": "d", "evidence": "D"}]
    content = statement(impact_folder(tmp_path, mints=mints)).content()
    assert set(content["subtotals"]) == {"avoided", "participant_reduction"}
    assert (
        content["subtotals"]["avoided"]["audited_ug"] == content["subtotals"]["avoided"]["declared_ug"] == 1000 * 1000
    )
    assert not {"total", "net", "sum"} & set(content)


def test_parts_add_up_to_subtotals_and_evidence_to_both(tmp_path: Path) -> None:
    mints = [
        {**MINT, "mint_id": f"{at}", "co2e_mg": str((-1) ** at * 7**at), "evidence": "ABCD"[at % 4], "participant": f"P{at % 3}",
         "statement": ("avoided", "participant_reduction")[at % 2]}
        for at in range(18)
    ]  # fmt: skip
    made = statement(impact_folder(tmp_path, mints=mints))
    for name, subtotal in made.subtotals.items():
        parts = [amount for key, amount in made.rows.items() if key[2] == name]
        given_here = [each for each in mints if each["statement"] == name]
        assert sum(part.audited_ug for part in parts) == subtotal.audited_ug
        assert subtotal.audited_ug == 1000 * sum(int(each["co2e_mg"]) for each in given_here if each["evidence"] != "D")
        assert sum(subtotal.by_evidence.values()) == subtotal.audited_ug + subtotal.declared_ug
        assert sum(part.effects for part in parts) == subtotal.effects == len(given_here)


BROKEN: list[tuple[str, dict[str, Any], tuple[str, int | None, str]]] = [
    ("already in the operator's inventory", {"mints": [{**MINT, "statement": "operator_inventory"}]}, ("mints.csv", 1, "not_minted")),
    ("points alone", {"mints": [MINT, {**MINT, "mint_id": "p", "statement": "points_only"}]}, ("mints.csv", 2, "not_minted")),
    ("a fall in nobody's inventory", {"mints": [{**REDUCTION, "participant": ""}]}, ("mints.csv", 1, "no_participant")),
    ("one mint twice", {"mints": [MINT, MINT]}, ("mints.csv", 2, "duplicate_id")),
    ("a programme nobody told of", {"mints": [{**MINT, "programme": "moon"}]}, ("mints.csv", 1, "unknown_programme")),
    ("half a milligram", {"mints": [{**MINT, "co2e_mg": "0.5"}]}, ("mints.csv", 1, "unreadable")),
    ("no grams, which is not 0", {"mints": [{**MINT, "co2e_mg": ""}]}, ("mints.csv", 1, "missing_value")),
    ("an impossible day", {"mints": [{**MINT, "day": "2025-02-30"}]}, ("mints.csv", 1, "unreadable")),
    ("evidence of class E", {"mints": [{**MINT, "evidence": "E"}]}, ("mints.csv", 1, "unknown_word")),
    ("data that are so-so", {"programmes": [PROGRAMME, {**PROGRAMME, "programme": "x", "solution_data": "so-so"}]}, ("programmes.csv", 2, "unknown_word")),
    ("no reference scenario", {"programmes": [PROGRAMME, {**PROGRAMME, "programme": "x", "reference_scenario": ""}]}, ("programmes.csv", 2, "missing_value")),
    ("a company's question of a programme", {"answers": [*ANSWERS, {**ANSWERS[0], "programme": "city"}]}, ("answers.csv", 12, "unknown_programme")),
    ("a programme's question of nobody", {"answers": [*ANSWERS, {**ANSWERS[3], "programme": ""}]}, ("answers.csv", 12, "unknown_programme")),
    ("a question nobody asks", {"answers": [*ANSWERS, {**ANSWERS[0], "question": "nice"}]}, ("answers.csv", 12, "unknown_word")),
    ("perhaps", {"answers": [*ANSWERS, {**ANSWERS[0], "answer": "perhaps"}]}, ("answers.csv", 12, "unknown_word")),
    ("an answer of tomorrow", {"answers": [*ANSWERS, {**ANSWERS[0], "answered_on": "2026-02-02"}]}, ("answers.csv", 12, "in_future")),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rows", "flag"), BROKEN, ids=[each[0] for each in BROKEN])
def test_a_broken_rule_names_its_row_and_stops_publication(
    tmp_path: Path, what: str, rows: dict[str, Any], flag: Any
) -> None:
    made = statement(impact_folder(tmp_path, **rows), dt.date(2026, 2, 1))
    assert flag in [(each["file"], each["row"], each["reason"]) for each in made.flags.rows], what
    with pytest.raises(NotPublishableError, match="refused"):
        publish(made)


def test_a_participant_may_be_named_for_a_programme_or_an_action(tmp_path: Path) -> None:
    mints = [{**REDUCTION, "mint_id": name, "participant": "", "action": name} for name in ("metro", "bus")]
    named = [
        {"programme": "city", "action": "", "participant": "Seller"},
        {"programme": "city", "action": "bus", "participant": "Carrier"},
    ]
    made = statement(impact_folder(tmp_path, mints=mints, participants=named))
    assert [key[1] for key in made.rows] == ["Carrier", "Seller"]


def test_a_statement_whose_gates_are_passed_may_be_published(tmp_path: Path) -> None:
    made = statement(impact_folder(tmp_path))
    assert made.open_gates == []
    assert publish(made) is made


GATED = [each for each in ANSWERS if each["question"] in (
    "targets", "public_plan", "yearly_reporting", "science", "no_fossil", "direct_effect", "significant_effect")]  # fmt: skip


@pytest.mark.parametrize("missing", GATED, ids=[each["question"] for each in GATED])
@pytest.mark.parametrize(
    ("how", "state"),
    [
        ({"answer": ""}, "open"),
        ({"evidence": ""}, "open"),
        ({"answered_on": ""}, "open"),
        ({"answer": "no"}, "failed"),
        (None, "open"),
    ],
    ids=["unanswered", "no evidence", "no day", "no", "not there"],
)
def test_each_gate_is_a_hard_stop(
    tmp_path: Path, missing: dict[str, Any], how: dict[str, Any] | None, state: str
) -> None:
    answers = [each for each in ANSWERS if each is not missing] + ([] if how is None else [{**missing, **how}])
    made = statement(impact_folder(tmp_path, answers=answers))
    assert [(each["question"], each["state"]) for each in made.open_gates] == [(missing["question"], state)]
    assert made.content()["status"] == "draft"
    with pytest.raises(NotPublishableError, match=rf"{missing['question']}.*{state}"):
        publish(made)


def test_a_later_no_takes_an_earlier_yes_away(tmp_path: Path) -> None:
    later = {**ANSWERS[0], "answer": "no", "answered_on": "2025-03-01"}
    assert [each["state"] for each in statement(impact_folder(tmp_path, answers=[later, *ANSWERS])).open_gates] == [
        "failed"
    ]


def test_additionality_is_told_and_stops_nothing(tmp_path: Path) -> None:
    answers = [each for each in ANSWERS if each["question"] != "rebound"]
    made = statement(impact_folder(tmp_path, answers=answers))
    assert {each["question"]: each["state"] for each in made.answers if each["gate"] == "additionality"}[
        "rebound"
    ] == "open"
    assert made.publishable


@given(st.lists(st.tuples(*[st.integers(-(10**12), 10**12)] * 3), max_size=6))
def test_a_range_combines_factors_as_independent_and_entries_of_one_as_one(factors: list[tuple[int, int, int]]) -> None:
    """Against plain Python: the worst move of each factor by itself, then the root of the sum of squares."""
    value, down, up = combined(factors)
    assert value == sum(each[0] for each in factors)
    assert down == math.ceil(math.sqrt(sum(min(0, high, low) ** 2 for _, high, low in factors)))
    assert up == math.ceil(math.sqrt(sum(max(0, high, low) ** 2 for _, high, low in factors)))
    assert down >= 0
    assert up >= 0


def test_one_grid_on_both_sides_of_a_comparison_moves_both(tmp_path: Path) -> None:
    """By hand: 300 kWh less 180 kWh of one grid whose factor is 10 % low or 20 % high: 120 -12 / +24, not a range of two grids."""
    entries(tmp_path / "saving.parquet", [
        {"activity_id": "a", "co2e_ug": 300, "low_ug": 270, "high_ug": 360}, {"activity_id": "b", "co2e_ug": -180, "low_ug": -216, "high_ug": -162},
    ])  # fmt: skip
    named = [
        {"file": "saving.parquet", "programme": "city", "participant": "", "statement": "avoided", "evidence": "C"}
    ]
    amount = statement(impact_folder(tmp_path, mints=[], comparisons=named)).subtotals["avoided"]
    assert (amount.audited_ug, amount.low_ug, amount.high_ug) == (120, 108, 144)


def test_errors_of_two_factors_are_independent(tmp_path: Path) -> None:
    """3 and 4 below, 6 and 8 above: 5 and 10."""
    entries(tmp_path / "saving.parquet", [
        {"activity_id": "a", "co2e_ug": 100, "low_ug": 97, "high_ug": 106}, {"activity_id": "b", "factor_id": "diesel", "co2e_ug": 50, "low_ug": 46, "high_ug": 58},
    ])  # fmt: skip
    named = [
        {"file": "saving.parquet", "programme": "city", "participant": "", "statement": "avoided", "evidence": "C"}
    ]
    amount = statement(impact_folder(tmp_path, mints=[], comparisons=named)).subtotals["avoided"]
    assert (amount.low_ug, amount.audited_ug, amount.high_ug) == (145, 150, 160)


def test_a_mint_that_cites_entries_has_their_range_and_one_without_has_none(tmp_path: Path) -> None:
    folder = impact_folder(tmp_path, mints=[{**MINT, "co2e_mg": "1", "run_id": "run", "subject_id": "s"}])
    entries(folder / "entries" / "run.parquet", [{"co2e_ug": 1000, "low_ug": 900, "high_ug": 1200}])
    amount = statement(folder).subtotals["avoided"]
    assert (amount.low_ug, amount.audited_ug, amount.high_ug, amount.without_range) == (900, 1000, 1200, 0)
    folder = impact_folder(tmp_path, mints=[MINT, {**MINT, "mint_id": "n", "run_id": "run", "subject_id": "s"}])
    amount = statement(folder).subtotals["avoided"]
    assert (amount.low_ug, amount.high_ug, amount.without_range) == (None, None, 1)


def test_an_act_that_is_minted_and_compared_counts_once(tmp_path: Path) -> None:
    entries(tmp_path / "saving.parquet", [{"co2e_ug": 1000}, {"activity_id": "y", "subject_id": "t", "co2e_ug": 7000}])
    named = [
        {"file": "saving.parquet", "programme": "city", "participant": "", "statement": "avoided", "evidence": "C"}
    ] * 2
    made = statement(
        impact_folder(tmp_path, mints=[{**MINT, "co2e_mg": "1", "run_id": "run", "subject_id": "s"}], comparisons=named)
    )
    assert made.subtotals["avoided"].audited_ug == 8000
    assert [each["reason"] for each in made.flags.rows] == [
        "same_effect",
        "same_effect",
    ]  # the file named again, the act minted


def test_mints_may_stand_in_one_place_alone(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="count twice"):
        statement(impact_folder(tmp_path, settings='[ledger]\narchive = "archive"\n'))


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\x1f"), max_size=20),
    st.text(st.characters(codec="utf-8"), max_size=20),
)
def test_an_acts_event_has_the_id_that_the_ledger_gives_it(programme: str, act: str) -> None:
    assert event_id_of(programme, act) == str(id_of(f"{programme}\x1f{act}"))


def test_out_of_a_ledgers_export_comes_what_the_ledger_holds(tmp_path: Path) -> None:
    """Acts credited by the methods, posted, one corrected and one taken back, exported: the ledger's own balance is the oracle."""
    from act_rows import KNOWN, act, table

    from leafmark.ledger import Amend
    from leafmark.ledger.ledger import open_ledger

    today = dt.date(2026, 5, 5)
    acts = [
        act("metro", "ride-1"),
        act("metro", "ride-2"),
        act("metro", "ride-3"),
        act("bus", "ride-4", evidence="A"),
        act("walking", evidence="D"),
    ]
    done = credit(table(acts), tmp_path / "credited", catalogue("city"), known_on=KNOWN, gwp="AR5", threads=1)
    with open_ledger(tmp_path / "ledger.db", today=lambda: today) as ledger:
        ledger.load(catalogue("city"))
        ledger.ingest(done.table("events"))
        rows = {row["event_id"]: row for row in done.table("events").to_pylist()}
        account = next(iter(rows.values()))["account_id"]
        ledger.post(Amend(account, 1, "fraud", id_of("city\x1fride-2"), "not ridden"))
        ledger.post(
            Amend(account, 2, "correction", id_of("city\x1fride-3"), "half the way", quantity=5000, co2e_mg=12345)
        )
        ledger.export(tmp_path / "impact" / "archive") if (tmp_path / "impact").mkdir() is None else None
        held = ledger.balance(account)
    folder = impact_folder(tmp_path / "impact", mints=[], settings='[ledger]\narchive = "archive"\n')
    (folder / "impact.toml").write_text(
        (folder / "impact.toml").read_text().replace("2025-01-01", "2026-01-01").replace("until = 2026", "until = 2027")
    )
    entries_folder = folder / "entries"
    entries_folder.mkdir()
    (entries_folder / "acts.parquet").write_bytes((done.path / "entries.parquet").read_bytes())
    amount = statement(folder).subtotals["avoided"]
    assert amount.audited_ug + amount.declared_ug == held.avoided_mg * 1000
    walked = next(row["co2e_mg"] for row in rows.values() if row["action"] == "walking")
    assert amount.declared_ug == walked * 1000
    assert amount.effects == 4  # the one taken back is none
    assert amount.low_ug is not None
    assert amount.low_ug < amount.audited_ug < amount.high_ug  # type: ignore[operator]


def test_the_ambition_fits_more_than_64_bits(tmp_path: Path) -> None:
    """1,000 mints of the largest 16 digits of milligrams: 10^22 micrograms, where int64 ends below 10^19."""
    mints = [{**MINT, "mint_id": str(at), "co2e_mg": "9" * 16, "day": f"{2021 + at % 2}-01-01"} for at in range(1000)]
    made = statement(impact_folder(tmp_path, mints=mints, settings="[ambition]\nfrom_year = 2021\nuntil_year = 2035\n"))
    assert made.ambition.schema == AMBITION_SCHEMA
    assert [int(each) for each in made.ambition["ug"].to_pylist()] == [500 * 1000 * (10**16 - 1), 0] * 2
    assert made.cumulative[-1]["cumulative_ug"] == 1000 * 1000 * (10**16 - 1)


def test_the_targets_read_what_the_statement_writes(tmp_path: Path) -> None:
    """Audited grams of each type and year, rounded down: 1.9 g is 1 g, and 0.5 g the wrong way is 1 g the wrong way."""
    mints = [
        {**MINT, "mint_id": "a", "day": "2022-03-01", "co2e_mg": "1900"}, {**REDUCTION, "day": "2022-03-01", "co2e_mg": "-500"},
        {**MINT, "mint_id": "c", "day": "2024-03-01", "co2e_mg": "7000"}, {**MINT, "mint_id": "d", "day": "2024-03-01", "evidence": "D", "co2e_mg": "9000"},
    ]  # fmt: skip
    settings = '[ambition]\nfrom_year = 2021\nuntil_year = 2035\n[[assurance]]\nyear = 2022\nby = "an assurer"\n'
    (tmp_path / "impact.csv").write_text(
        for_targets(statement(impact_folder(tmp_path / "i", mints=mints, settings=settings)))
    )
    reached = ambition.cumulative(ambition.read_impact(tmp_path / "impact.csv"))
    assert [(each.year, each.in_year_g, each.cumulative_g, each.cumulative_assured_g) for each in reached.years] == [
        (2021, 0, 0, 0), (2022, 0, 0, 0), (2023, 0, 0, 0), (2024, 7, 7, 0),
    ]  # fmt: skip
    assert reached.years[1].by_kind_g == {"avoided": 1, "participant_reduction": -1}


@pytest.mark.parametrize("goal", ['"1.5 Gt"', "-1", "0", "1.5e9", '"nan"'])
def test_a_goal_is_a_whole_amount(tmp_path: Path, goal: str) -> None:
    with pytest.raises(InventoryError, match="goal_t"):
        statement(
            impact_folder(tmp_path, settings=f"[ambition]\nfrom_year = 2021\nuntil_year = 2035\ngoal_t = {goal}\n")
        )
