"""`leafmark suite`: JSON alone on stdout, a file that packing takes, bad input in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from newcomer import Call, Process

from leafmark.parcels.packing import cartonize


def test_stdout_holds_json_alone(process: Process) -> None:
    """In a process of its own: the solver of the bound has a banner that it writes past Python."""
    done = process("suite", "history.csv", "sizes.csv", "--sizes", "2", "--held-out", "0", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert 0 < found["bound"] <= found["total"]
    assert [point["sizes"] for point in found["curve"]] == [1, 2]
    assert found["held_out"] is None
    assert any("corrugated_board" in name for name in found["factor_ids"])


def test_the_file_of_chosen_cartons_packs(call: Call, folder: Path) -> None:
    done = call("suite", "history.csv", "--sizes", "3", "--given", "sizes.csv", "--out", "stock.csv")
    assert done.exit_code == 0, done.stderr
    assert "chosen saves" in done.stdout
    assert "at most" in done.stdout
    plan = cartonize(folder / "history.csv", folder / "stock.csv", "co2e")
    assert plan.parcels.num_rows > 0


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("sizes.csv", "--sizes", "0"), "has to be 1 or more"),
        (("sizes.csv", "--sizes", "5"), "ask for up to 4"),
        (("sizes.csv", "--objective", "cost"), "has no cost"),
        (("history.csv",), "carton_id"),
        (("sizes.csv", "--haul", "freight.broomstick"), "freight.broomstick"),
        (("sizes.csv", "--held-out", "1"), "held_out_share"),
    ],
)
def test_what_cannot_be_used_ends_in_a_sentence(call: Call, args: tuple[str, ...], said: str) -> None:
    done = call("suite", "history.csv", *args, *(() if "--sizes" in args else ("--sizes", "2")))
    assert done.exit_code == 2
    assert said in done.stderr
