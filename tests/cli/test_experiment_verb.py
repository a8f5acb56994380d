"""`leafmark experiment result`: the counts that a console gave out, their result, and why there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from newcomer import Call

HEAD = "experiment,outcome,held_out,least_units,ends_on,arm,choices,amount,units\r\n"


def counts(outcome: str, rows: list[tuple[str, int, int, int]]) -> str:
    told = f"spring,{outcome},50,100,2026-06-30"
    return "\ufeff" + HEAD + "".join(f"{told},{','.join(map(str, row))}\r\n" for row in rows)


GRAMS = counts("grams", [("label", 0, 0, 10), ("label", 1, 2_000_000, 50), ("label", 1, 4_000_000, 50),
                         ("holdout", 0, 0, 10), ("holdout", 1, 4_000_000, 50), ("holdout", 1, 6_000_000, 50)])  # fmt: skip
AFTER = ("--on", "2026-07-01")


@pytest.fixture
def spring(folder: Path) -> Path:
    (folder / "spring.csv").write_text(GRAMS, encoding="utf-8")  # instead of a newcomer's
    return folder / "spring.csv"


def test_the_result_in_words(call: Call, spring: Path) -> None:
    """Means of 3 and 5 g; the range of their difference is 1.97202 x sqrt(2 / 99) = 0.280 g to both sides."""
    done = call("experiment", "result", "spring.csv", *AFTER)
    assert done.exit_code == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "label less holdout, by person −2.00 g CO₂e −2.28 to −1.72 g" in said
    assert "as a share of the holdout −40.0 %" in said
    assert "can be told apart from nothing" in said
    assert "label 110 100 100 3.00 g CO₂e" in said


def test_the_result_as_json(call: Call, spring: Path) -> None:
    found = json.loads(call("experiment", "result", "spring.csv", *AFTER, "--json").stdout)
    assert (found["schema"], found["measured_in"], found["why_not"]) == ("leafmark.experiment/1", "ug", None)
    assert found["difference"]["estimate"] == -2_000_000
    assert found["told_apart"] is True
    assert found["arms"]["holdout"]["units"] == 110


def test_a_share_in_points(call: Call, folder: Path) -> None:
    """60 of 100 against 50 of 100: 10 points, 1.972 x sqrt((0.24 + 0.25) / 99) = 13.9 to both sides."""
    rows = [("label", 1, 1, 60), ("label", 1, 0, 40), ("holdout", 1, 1, 50), ("holdout", 1, 0, 50)]
    (folder / "s.csv").write_text(counts("lower_half", rows), encoding="utf-8")
    said = " ".join(call("experiment", "result", "s.csv", *AFTER).stdout.split())
    assert "by person +10.0 percentage points −3.87 to 23.9 percentage points" in said
    assert "cannot be told apart from nothing" in said


def test_before_the_end_there_is_none(call: Call, spring: Path) -> None:
    done = call("experiment", "result", "spring.csv", "--on", "2026-06-30")
    assert done.exit_code == 1
    assert "no result: the experiment is not over" in done.stderr
    assert "3.00" not in done.stdout


def test_a_broken_file_says_where(call: Call, folder: Path) -> None:
    (folder / "x.csv").write_text(HEAD + "spring,grams,50,100,2026-06-30,both,1,2,3\n", encoding="utf-8")
    done = call("experiment", "result", "x.csv")
    assert done.exit_code == 2
    assert "x.csv: line 2, arm: found 'both'; expected one of label, holdout" in done.stderr
