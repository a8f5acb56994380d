"""Returned boxes of a pool go into the ledger as acts: each return once, for the grams that the pool says, to the microgram."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from reuse_rows import KNOWN, POOL, book, happened

from leafmark.actions import Credited, catalogue, credit
from leafmark.actions.table import columns
from leafmark.ledger import OwnBoundary
from leafmark.ledger.ledger import open_ledger
from leafmark.parcels.reuse import RETURNS_SCHEMA, Pool, return_acts
from leafmark.parcels.reuse.grams import total_ug
from leafmark.parcels.reuse.records import act_use_count

ANN, BEN = 4_611_686_018_427_387_905, 4_611_686_018_427_387_906


def lived(
    account: int | None, box: str, text: str = "120 buy, 121 issue, 125 return, 126 clean, 127 issue, 130 return"
) -> list[dict[str, Any]]:
    rows = happened(text, box)
    return [row | ({"account_id": account} if row["event"] == "return" and account else {}) for row in rows]


EVENTS = [*lived(ANN, "a"), *lived(BEN, "b"), *lived(None, "c"), *lived(ANN, "d", "120 buy, 121 issue, 128 return")]
EVENTS += [row for n in range(40) for row in lived(None, f"e{n}", "10 buy, 11 issue, 19 return, 20 clean")]


def avoided_ug(pool: Pool) -> int:
    """What the pool says a use avoids at the low end of its uses."""
    assert pool.use_count_low is not None
    return pool.single_use_ug - total_ug(pool.lines, "reusable", pool.use_count_low)


def credited(tmp_path: Path, pool: dict[str, Any], events: list[dict[str, Any]] = EVENTS) -> tuple[Pool, Credited, int]:
    found = book([pool], events, gwp="AR5")
    acts, without = return_acts(found)
    return (
        found.pools[0],
        credit(acts, tmp_path / "out", catalogue("city"), known_on=KNOWN, gwp="AR5", threads=1),
        without,
    )


def test_the_records_are_a_table_of_acts() -> None:
    """This room does not know `actions`: the names and types of its columns are held here."""
    types = {"id": "string", "text": "string", "float": "double", "date": "date32[day]"}
    wanted = {each.name: types[each.type] for each in columns() if each.name in RETURNS_SCHEMA.names}
    given = {field.name: str(field.type) for field in RETURNS_SCHEMA}
    assert given == wanted | {"account_id": "int64"}


def test_each_return_is_one_act_worth_what_the_pool_says_a_use_avoids(tmp_path: Path) -> None:
    pool, done, without = credited(tmp_path, POOL)
    assert done.table("rejected").num_rows == 0
    assert without == 2 + 40, "nobody is named for box c and the others"
    entries = done.table("entries").to_pylist()
    by_act: dict[str, int] = {}
    for row in entries:
        by_act[row["subject_id"]] = by_act.get(row["subject_id"], 0) + row["co2e_ug"]
    assert set(by_act) == {"totes/a/1", "totes/a/2", "totes/b/1", "totes/b/2", "totes/d/1"}
    assert {abs(ug - avoided_ug(pool)) for ug in by_act.values()} <= {0, 1}


def test_the_same_factors_on_both_ways(tmp_path: Path) -> None:
    pool, done, _ = credited(tmp_path, POOL)
    mine = {line.price.factor for line in pool.lines}
    assert {row["factor_id"] for row in done.table("entries").to_pylist()} == mine


def test_they_go_into_a_ledger_once(tmp_path: Path) -> None:
    pool, done, _ = credited(tmp_path, POOL)
    mg = avoided_ug(pool) // 1000
    assert mg > 0
    with open_ledger(tmp_path / "ledger.db", today=lambda: dt.date(2026, 5, 20)) as ledger:
        ledger.load(catalogue("city"))
        receipt = ledger.ingest(done.path / "events.parquet")
        assert (receipt.accepted, receipt.rejected, receipt.conflicts) == (5, 0, 0), receipt.named
        assert ledger.ingest(done.path / "events.parquet").duplicates == 5
        assert ledger.balance(ANN).avoided_mg == pytest.approx(3 * mg, abs=3)
        assert ledger.balance(BEN).avoided_mg == pytest.approx(2 * mg, abs=2)


def test_a_pool_of_the_operators_own_parcels_is_shown_and_not_minted(tmp_path: Path) -> None:
    _, done, _ = credited(tmp_path, POOL)
    own = [OwnBoundary("city", "marketplace", 2026, "packaging_reuse", "scope 3 category 1")]
    with open_ledger(tmp_path / "ledger.db", today=lambda: dt.date(2026, 5, 20)) as ledger:
        ledger.load(catalogue("city", own=own))
        ledger.ingest(done.table("events"))
        held = ledger.balance(ANN)
    assert held.avoided_mg == 0 < held.operator_inventory_mg


@pytest.mark.parametrize(
    "more",
    [
        {"water_l": 5.0, "repair_kg": 0.05, "repairs_per_use": 0.2},
        {
            "end_of_life_key": "waste.landfill.plastic_pp",
            "single_use_end_of_life_key": "waste.landfill.corrugated_board",
        },
    ],
    ids=["water and repair", "end of life"],
)
def test_what_the_act_has_no_column_for_is_never_credited(tmp_path: Path, more: dict[str, Any]) -> None:
    pool, done, _ = credited(tmp_path, POOL | more)
    assert pool.use_count_low is not None
    uses = act_use_count(pool)
    assert uses is not None
    assert 1 < uses < pool.use_count_low
    act = sum(row["co2e_ug"] for row in done.table("entries").to_pylist()) / 5
    making = next(line.co2e_ug for line in pool.lines if line.name == "single use, making")
    assert act == pytest.approx(making - total_ug(pool.lines, "reusable", pool.use_count_low), abs=2)
    assert act <= avoided_ug(pool) + 2


def test_a_pool_below_its_break_even_is_recorded_below_zero(tmp_path: Path) -> None:
    events = [
        *lived(ANN, "a", "120 buy, 121 issue, 125 return"),
        *(row for n in range(9) for row in lived(None, f"x{n}", "30 buy, 31 issue")),
    ]
    pool, done, _ = credited(tmp_path, POOL, events)
    assert pool.use_count == pytest.approx(1 / 0.9, rel=0.01), "nine of ten never came back"
    assert [row["co2e_mg"] < 0 for row in done.table("events").to_pylist()] == [True]


def test_a_book_of_few_returns_credits_no_hoped_for_uses(tmp_path: Path) -> None:
    """Seven of seven back: fifty uses by the plain share, fewer than three for sure, and so a loss."""
    few = [row for row in EVENTS if row["box_id"] in "abcd"]
    pool, done, _ = credited(tmp_path, POOL, few)
    assert pool.use_count == 50
    assert pool.use_count_low is not None
    assert pool.use_count_low < 3
    assert all(row["co2e_mg"] < 0 for row in done.table("events").to_pylist())


def test_a_pool_with_more_else_than_making_makes_no_act() -> None:
    found = book([POOL | {"repair_kg": 5.0, "repairs_per_use": 1.0}], EVENTS)
    acts, without = return_acts(found)
    assert (acts.num_rows, without) == (0, 47)
    assert acts.schema.equals(RETURNS_SCHEMA)
