"""A pack's next version against the one that counts: what is added, removed, changed, and by how much."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from engine_rows import factor, pack
from hypothesis import given
from hypothesis import strategies as st

from leafmark.factors.columns import FACTOR_COLUMNS
from leafmark.factors.model import builtin
from leafmark.factors.revision import KIND_OF, KINDS, keys_of_both, relative_change, revise

ONE = factor("material.board")
TWO = factor("material.steel", co2e_kg=4.0)


def test_the_same_pack_has_no_revision() -> None:
    found = revise(pack(ONE, TWO), pack(ONE, TWO))
    assert (found.rows, found.same, found.sources, found.known_from) == ((), 2, 0, None)
    assert set(found.counts().values()) == {0}


def test_added_removed_changed_with_the_kind_and_the_share() -> None:
    gone = factor("material.wood")
    new = factor("material.glass", published_on=dt.date(2024, 5, 1))
    after = pack(ONE | {"co2e_kg": 1.5}, TWO | {"gsd": 1.2, "valid_to": dt.date(2026, 1, 1), "note": "x"}, new)
    found = revise(pack(ONE, TWO, gone), after)
    by_id = {row.factor_id: row for row in found.rows}
    assert {each: row.state for each, row in by_id.items()} == {
        ONE["factor_id"]: "changed", TWO["factor_id"]: "changed", gone["factor_id"]: "removed", new["factor_id"]: "added",
    }  # fmt: skip
    assert by_id[ONE["factor_id"]].relative == -0.25
    assert by_id[ONE["factor_id"]].kinds == ("value",)
    assert by_id[TWO["factor_id"]].kinds == ("validity", "spread", "other")
    assert by_id[TWO["factor_id"]].relative == 0
    counts = found.counts()
    assert (counts["added"], counts["removed"], counts["changed"]) == (1, 1, 2)
    assert (counts["value"], counts["validity"], counts["unit"]) == (1, 1, 0)
    assert found.rows[0].factor_id == ONE["factor_id"]
    assert found.ids("changed", "removed") == {ONE["factor_id"], TWO["factor_id"], gone["factor_id"]}
    assert found.known_from == dt.date(2024, 5, 1)
    assert found.same == 0


def test_a_change_of_unit_alone_is_no_change_of_size() -> None:
    """2 kg CO2e per kg are 2,000 per t."""
    found = revise(pack(ONE), pack(ONE | {"unit": "t", "co2e_kg": 2000.0}))
    (row,) = found.rows
    assert row.kinds == ("value", "unit")
    assert row.relative == pytest.approx(0, abs=1e-12)


def test_what_cannot_be_compared_has_no_share() -> None:
    (row,) = revise(pack(ONE), pack(ONE | {"unit": "kWh"})).rows
    assert row.relative is None
    (row,) = revise(pack(ONE | {"co2e_kg": 0.0}), pack(ONE)).rows
    assert row.relative is None


def test_every_column_is_of_a_kind() -> None:
    assert set(KIND_OF) == {column.name for column in FACTOR_COLUMNS}
    assert set(KIND_OF.values()) == set(KINDS)


def test_against_no_pack_all_is_added() -> None:
    assert revise(None, pack(ONE, TWO)).counts()["added"] == 2


def test_keys_that_two_packs_hold() -> None:
    assert keys_of_both(pack(ONE, TWO), [pack(TWO), pack(factor("x.y"))]) == ["material.steel"]


@given(st.floats(1e-2, 1e2), st.floats(1e-2, 1e2))
def test_there_and_back_again_is_nothing(one: float, other: float) -> None:
    """(1 + there) x (1 + back) = 1, whatever the two values."""
    before = pack(ONE).factor(ONE["factor_id"])
    first, second = replace(before, co2e_kg=one), replace(before, co2e_kg=other)
    there, back = relative_change(first, second), relative_change(second, first)
    assert there is not None
    assert back is not None
    assert (1 + there) * (1 + back) == pytest.approx(1, rel=1e-9)


def test_the_built_in_pack_against_itself() -> None:
    assert revise(builtin(), builtin()).rows == ()
