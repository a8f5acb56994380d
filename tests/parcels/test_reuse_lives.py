"""A box's life is a state machine: what cannot be is refused by name, and the stock adds up on every day."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reuse_rows import POOL, book, happened, reasons

from leafmark.parcels.cells import ParcelsError
from leafmark.parcels.reasons import REASONS
from leafmark.parcels.reuse import EVENTS, STATES, lives
from leafmark.parcels.reuse.lives import live, stock_by_day

IMPOSSIBLE = [
    ("0 issue", "event_before_purchase"),
    ("0 buy, 1 buy", "bought_twice"),
    ("0 buy, 0 buy", "duplicate_event"),
    ("0 buy, 1 return", "not_out"),
    ("0 buy, 1 issue, 2 issue", "already_out"),
    ("0 buy, 1 issue, 1 issue", "duplicate_event"),
    ("0 buy, 1 clean", "not_returned"),
    ("0 buy, 1 issue, 2 clean", "box_out"),
    ("0 buy, 1 issue, 2 repair", "box_out"),
    ("0 buy, 1 issue, 2 retire", "box_out"),
    ("0 buy, 1 issue, 2 return, 3 issue", "not_cleaned"),
    ("0 buy, 1 issue, 2 return, 3 return", "not_out"),
    ("0 buy, 1 issue, 2 loss, 3 issue", "box_lost"),
    ("0 buy, 1 loss, 2 loss", "box_lost"),
    ("0 buy, 1 retire, 2 issue", "box_retired"),
    ("0 buy, 1 retire, 2 buy", "box_retired"),
]


@pytest.mark.parametrize(("text", "reason"), IMPOSSIBLE)
def test_an_event_that_cannot_be_is_refused_by_name_and_changes_nothing(text: str, reason: str) -> None:
    rows = happened(text)
    found = book([POOL], rows)
    assert reasons(found) == [(len(rows) - 1, reason)]
    without = book([POOL], rows[:-1]) if len(rows) > 1 else None
    if without is not None:
        assert found.stock.to_pylist()[-1] | {"date": 0} == without.stock.to_pylist()[-1] | {"date": 0}


def test_a_bad_event_hides_no_other_and_takes_no_good_one_with_it() -> None:
    rows = happened("0 buy, 1 return, 2 issue, 3 clean, 4 return, 5 clean", "a") + happened("0 buy, 1 issue", "c")
    found = book([POOL], rows)
    assert reasons(found) == [(1, "not_out"), (3, "box_out")]
    assert found.stock.to_pylist()[-1]["ready"] == found.stock.to_pylist()[-1]["out"] == 1


def test_a_box_given_up_that_comes_back_is_found() -> None:
    found = book([POOL], happened("0 buy, 1 issue, 9 loss, 12 return, 13 clean, 14 issue"))
    assert reasons(found) == []
    lived = found.lives["totes"]
    assert lived.trip_lost.tolist() == [-1, -1]
    assert lived.trip_back[0] - lived.trip_out[0] == 11
    measured = found.pool("totes").measured
    assert measured is not None
    assert (measured.uses, measured.returns, measured.stock["out"]) == (2, 1, 1)


def test_a_pool_that_is_not_cleaned_sends_its_boxes_out_as_they_come() -> None:
    rows = happened("0 buy, 1 issue, 2 return, 3 issue")
    assert reasons(book([POOL | {"clean_before_issue": False}], rows)) == []
    assert reasons(book([POOL | {"clean_before_issue": True}], rows)) == [(3, "not_cleaned")]


def test_twice_a_day_is_possible_in_the_order_of_the_rows() -> None:
    assert reasons(book([POOL], happened("0 buy, 1 issue, 1 return, 1 clean, 1 issue, 1 return"))) == []


CELLS: list[tuple[str, Any, str]] = [
    ("pool_id", None, "missing_value"), ("pool_id", "nobody's", "unknown_pool"), ("box_id", " ", "missing_value"),
    ("event", "teleport", "unknown_word"), ("event", None, "missing_value"), ("date", "3 May", "unreadable"),
    ("date", None, "missing_value"), ("account_id", "ann", "unreadable"), ("event_id", "e", "duplicate_id"),
]  # fmt: skip


def test_each_bad_cell_has_its_reason(tmp_path: Path) -> None:
    """Text as from a CSV, one bad cell a row, beside a good life."""
    good = [{**row, "event_id": f"e{n}", "account_id": 7} for n, row in enumerate(happened("0 buy, 1 issue, 2 return"))]
    good[0]["event_id"] = "e"
    bad = [{**good[1], "event_id": f"x{n}", field: value} for n, (field, value, _) in enumerate(CELLS)]
    names = ["pool_id", "box_id", "event", "date", "event_id", "account_id"]
    text = [",".join("" if row[name] is None else str(row[name]) for name in names) for row in good + bad]
    (tmp_path / "events.csv").write_text(",".join(names) + "\n" + "\n".join(text) + "\n", encoding="utf-8")
    found = book([POOL], tmp_path / "events.csv")
    assert reasons(found) == [(3 + n, reason) for n, (_, _, reason) in enumerate(CELLS)]
    told = [row for row in found.refused.to_pylist() if row["table"] == "events"]
    assert [row["field"] for row in told] == [field for field, _, _ in CELLS]
    assert all(row["expected"] for row in told)
    assert found.pool("totes").measured is not None


POOL_CELLS: list[tuple[dict[str, Any], str, str]] = [
    ({"box_kg": 0}, "not_positive", "box_kg"), ({"box_kg": None}, "missing_value", "box_kg"), ({"box_kg": -1}, "negative", "box_kg"),
    ({"single_use_kg": 51}, "too_large", "single_use_kg"), ({"return_km": None}, "missing_value", "return_km"),
    ({"cleaning_kwh": "NaN"}, "unreadable", "cleaning_kwh"), ({"use_cap": 0}, "not_positive", "use_cap"),
    ({"return_rate": 1.2}, "too_large", "return_rate"), ({"return_rate": 1, "use_cap": None}, "missing_value", "use_cap"),
    ({"detergent_kg": 0.01}, "missing_value", "detergent_key"), ({"region": "Atlantis"}, "unknown_word", "region"),
    ({"end_of_life_key": "waste.landfill.plastic_pp"}, "unlike_boundary", "single_use_end_of_life_key"),
    ({"material": "material.unobtainium"}, "unknown_key", "material"), ({"region": "FR"}, "no_factor", "material"),
    ({"single_use_material": "packaging.mailer.plastic_film", "region": "CN", "factor_region": None, "material": "packaging.envelope.paper",
      "return_km": 0, "cleaning_kwh": 0}, "", ""),
    ({"single_use_material": "freight.van.average.diesel"}, "unknown_key", "material"), ({"pool_id": "p0"}, "duplicate_id", "pool_id"),
]  # fmt: skip


def test_a_bad_pool_is_refused_by_name_and_the_others_are_worked_out() -> None:
    pools = [POOL | {"pool_id": "p0"}] + [
        POOL | {"pool_id": f"p{n + 1}", "return_rate": 0.9} | changes for n, (changes, _, _) in enumerate(POOL_CELLS)
    ]
    found = book(pools)
    told = {(row["row"], row["reason"], row["field"]) for row in found.refused.to_pylist()}
    assert told == {(n + 1, reason, field) for n, (_, reason, field) in enumerate(POOL_CELLS) if reason}
    assert [each.terms.pool_id for each in found.pools] == ["p0", "p15"]


def test_sides_of_two_boundaries_are_not_compared() -> None:
    """CPCD states no boundary; DESNZ's is cradle to gate."""
    found = book([POOL | {"region": "CN", "factor_region": "GB", "single_use_material": "packaging.carton.corrugated"}])
    assert [(row["reason"], row["field"]) for row in found.refused.to_pylist()] == [("no_factor", "material")]
    own = book([POOL | {"material": "water.treatment"}])
    assert [row["reason"] for row in own.refused.to_pylist()] == ["unknown_key"], "per m3, not per kg"
    board = book([POOL | {"material": "waste.landfill.plastic_pp"}])
    assert [row["reason"] for row in board.refused.to_pylist()] == ["unlike_boundary"]


def test_a_table_without_a_needed_column_is_said_so() -> None:
    with pytest.raises(ParcelsError, match="box_kg"):
        book([{"pool_id": "x"}])


COUNT_CASES = [
    ({"bought": 10, "issued": 11}, "more_than_stock"),
    ({"bought": 10, "issued": 5, "returned": 6}, "more_than_stock"),
    ({"bought": 10, "issued": 5, "returned": 2, "cleaned": 3}, "more_than_stock"),
    ({"bought": 10, "retired": 1}, "more_than_stock"),
    ({"bought": -1}, "negative"),
    ({"bought": None}, "missing_value"),
]


def counted(date: str, **given: Any) -> dict[str, Any]:
    return {
        "pool_id": "totes",
        "date": date,
        **dict.fromkeys(("bought", "issued", "returned", "cleaned", "repaired", "lost", "retired"), 0),
        **given,
    }


@pytest.mark.parametrize(("given", "reason"), COUNT_CASES)
def test_a_period_that_takes_out_more_than_there_is_is_refused(given: dict[str, Any], reason: str) -> None:
    rows = [counted("2026-01-31", **given), counted("2026-02-28", bought=3, issued=2)]
    found = book([POOL], None, rows)
    assert reasons(found, "counts") == [(0, reason)]
    last = found.stock.to_pylist()[-1]
    assert (last["bought"], last["ready"], last["out"]) == (3, 1, 2), "the next period stands for itself"


def test_counts_and_events_of_one_pool_are_not_added_up() -> None:
    found = book([POOL], happened("0 buy, 1 issue"), [counted("2026-01-31", bought=1)])
    assert reasons(found, "counts") == [(0, "counted_twice")]
    assert found.stock.to_pylist()[-1]["bought"] == 1


def test_every_reason_of_reuse_is_given_somewhere() -> None:
    ours = list(REASONS)[list(REASONS).index("unknown_pool") :]
    given_ = (
        {reason for _, reason in IMPOSSIBLE}
        | {reason for _, _, reason in CELLS}
        | {reason for _, reason, _ in POOL_CELLS}
    )
    given_ |= {reason for _, reason in COUNT_CASES} | {"counted_twice"}
    mine = set(ours[: ours.index("unlike_boundary") + 1])
    assert mine <= given_, "the list is closed: a code that nothing gives is a promise not kept"


def told_plainly(events: list[tuple[int, int, str]]) -> tuple[dict[int, str], dict[int, dict[str, int]], int]:
    """States by box, stock by day and accepted events: by if and else, sharing nothing with the table of the machine."""
    state: dict[int, str] = {}
    bought = accepted = 0
    stock: dict[int, dict[str, int]] = {}
    for day, box, event in events:
        now = state.get(box)
        if event == "buy":
            after = "ready" if now is None else None
        elif event == "issue":
            after = "out" if now == "ready" else None
        elif event == "return":
            after = "returned" if now in ("out", "lost") else None
        elif event == "clean":
            after = "ready" if now == "returned" else None
        elif event == "repair":
            after = now if now in ("ready", "returned") else None
        elif event == "loss":
            after = "lost" if now in ("ready", "out", "returned") else None
        else:
            after = "retired" if now in ("ready", "returned") else None
        if after is None:
            continue
        accepted += 1
        bought += event == "buy"
        state[box] = after
        stock[day] = {each: sum(v == each for v in state.values()) for each in STATES} | {"bought": bought}
    return state, stock, accepted


def lived(events: list[tuple[int, int, str]]) -> lives.Lives:
    columns = [
        np.asarray(column, np.int64)
        for column in zip(*((box, day, EVENTS.index(e)) for day, box, e in events), strict=True)
    ]
    return live(columns[0], columns[1], columns[2], np.arange(len(events)))


STORIES = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 3), st.sampled_from(EVENTS)), min_size=1, max_size=60
).map(lambda rows: sorted(rows, key=lambda row: row[0]))


@settings(max_examples=2 * settings().max_examples, deadline=None)
@given(STORIES)
def test_lives_and_stock_are_as_told_plainly(events: list[tuple[int, int, str]]) -> None:
    found = lived(events)
    state, stock, accepted = told_plainly(events)
    assert len(found.row) + len(found.refused) == len(events)
    assert len(found.row) == accepted
    assert [STATES[n] for n in found.box_state] == [state[box] for box in sorted(state)]
    days, by_state = stock_by_day(found)
    assert {
        int(day): dict(zip(STATES, row, strict=True)) | {"bought": sum(row)}
        for day, row in zip(days, by_state.tolist(), strict=True)
    } == stock
    assert (found.trip_back >= 0).sum() == len({row for row in found.trip_row.tolist() if row >= 0})
    assert found.box_uses.sum() == len(found.trip_out)


def test_a_seeded_fault_in_the_machine_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost box that stays `out`, and a box that may go out twice: the plain telling differs from both."""
    random_one = random.Random(5)
    story = [(n // 200, random_one.randrange(60), random_one.choice(EVENTS)) for n in range(1200)]
    right = told_plainly(story)
    assert len(lived(story).row) == right[2]
    for state, event, after in (("out", "loss", "out"), ("out", "issue", "out"), ("returned", "clean", "returned")):
        with monkeypatch.context() as patch:
            patch.setitem(lives.NEXT, state, lives.NEXT[state] | {event: after})
            wrong = lived(story)
            boxes = [STATES[n] for n in wrong.box_state]
            assert (len(wrong.row), boxes) != (right[2], [right[0][box] for box in sorted(right[0])])


def test_the_order_of_rows_of_different_days_is_of_no_account() -> None:
    rows = [row for box in "abc" for row in happened("0 buy, 1 issue, 5 return, 6 clean, 7 issue, 40 loss", box)]
    first = book([POOL], rows)
    random.Random(3).shuffle(rows)
    again = book([POOL], rows)
    assert again.stock.equals(first.stock)
    assert again.pool("totes").use_count == first.pool("totes").use_count


def test_rows_after_the_day_are_told_and_not_counted() -> None:
    rows = happened("0 buy, 1 issue, 5 return, 60 clean")
    found = book([POOL], rows, on_day=dt.date(2026, 1, 10))
    assert found.later == 1
    assert found.stock.to_pylist()[-1]["returned"] == 1
