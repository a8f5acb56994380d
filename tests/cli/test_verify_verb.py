"""`leafmark verify`: its statuses, its sentences, its JSON."""

from __future__ import annotations

import json
from pathlib import Path

from newcomer import KNOWN_ON, Call


def test_a_sound_run_ends_with_0_and_says_each_check(call: Call, finished: str) -> None:
    plain, as_json = call("verify", finished), call("verify", finished, "--json")
    assert (plain.exit_code, as_json.exit_code) == (0, 0), plain.output
    report = json.loads(as_json.stdout)
    assert report["schema"] == "leafmark.verify/1"
    assert report["sound"]
    for check in report["checks"]:
        assert check in plain.stdout
    assert "sound" in plain.stdout.splitlines()[0]


def test_orders_are_verified_too(call: Call, folder: Path) -> None:
    done = call("orders", "orders.csv", "--catalogue", "products.csv", *KNOWN_ON, "--out", "bought")
    assert done.exit_code == 0, done.stderr
    done = call("verify", "bought")
    assert done.exit_code == 0, done.output
    assert "days against orders" in done.stdout


def test_a_fault_ends_with_1_and_is_named(call: Call, finished: str) -> None:
    record = Path(finished, "run.json")
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace('"lines_in": 4', '"lines_in": 5'), encoding="utf-8")
    plain, as_json = call("verify", finished), call("verify", finished, "--json")
    assert (plain.exit_code, as_json.exit_code) == (1, 1)
    assert "run.json, lines_in: found 5, expected 4" in plain.stdout
    assert "NOT sound" in plain.stdout
    assert "is not sound" in plain.stderr
    faults = json.loads(as_json.stdout)["faults"]
    assert {
        "check": "lines",
        "file": "run.json",
        "row": None,
        "column": "lines_in",
        "found": "5",
        "expected": "4",
    } in faults


def test_a_moved_input_is_a_warning_and_no_failure(call: Call, finished: str) -> None:
    Path("bill.csv").unlink()
    done = call("verify", finished)
    assert done.exit_code == 0, done.output
    assert "warning: input" in done.stdout
    assert "bill.csv: not there any more" in done.stdout
