"""When a result is given and when not; the file of counts; what a broken file is told."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest

from leafmark.experiments import COLUMNS, Plan, Row, content, file_rows, read_file, result, tally
from leafmark.experiments.plan import PlanError
from leafmark.experiments.result import WHY_NOT
from leafmark.experiments.tally import TallyError

END = dt.date(2026, 12, 31)
AFTER = dt.date(2027, 1, 1)
GRAMS = Plan("spring", "grams", 50, 100, END)
SHARE = Plan("spring", "lower_half", 50, 100, END)


def grams(label: int = 100, holdout: int = 100) -> list[Row]:
    """People who chose once, alternately 2 and 4 g with labels, 4 and 6 g without; ten of each arm who chose nothing."""
    return tally(
        [("label", 1, 10**6 * (2 + 2 * (n % 2))) for n in range(label)]
        + [("holdout", 1, 10**6 * (4 + 2 * (n % 2))) for n in range(holdout)]
        + [(arm, 0, 0) for arm in ("label", "holdout") for _ in range(10)]
    )


def shares(of_label: int, of_holdout: int) -> list[Row]:
    return [Row("label", 1, 1, of_label), Row("label", 1, 0, 100 - of_label), Row("holdout", 1, 1, of_holdout), Row("holdout", 1, 0, 100 - of_holdout)]  # fmt: skip


def test_a_result_worked_by_hand() -> None:
    """Means 3 and 5 g; variance of each 1 g^2 x 100 / 99 over 100; standard error sqrt(2 / 99) g; t of 198 degrees 1.972."""
    found = result(GRAMS, grams(), AFTER)
    assert found.why_not is None
    assert found.difference is not None
    assert found.difference.estimate == -2_000_000
    assert found.difference.high - found.difference.estimate == pytest.approx(
        1.97202 * (2 / 99) ** 0.5 * 10**6, rel=1e-4
    )
    assert found.relative is not None
    assert found.relative.estimate == pytest.approx(-0.4)
    assert (found.arms["label"].units, found.arms["label"].chose, found.arms["label"].choices) == (110, 100, 100)
    assert found.told_apart


@pytest.mark.parametrize(
    ("plan", "rows", "on", "why"),
    [
        (GRAMS, grams(), END, "not_over"),
        (GRAMS, grams(100, 150), AFTER, None),
        (GRAMS, grams(100, 170), AFTER, "mismatch"),
        (GRAMS, grams(99, 100), AFTER, "too_few_units"),
        (GRAMS, [], AFTER, "too_few_units"),
        (GRAMS, [*grams(100, 0), Row("holdout", 1, 7, 100)], AFTER, "no_variation"),
        (GRAMS, [*grams(100, 0), Row("holdout", 1, 7, 50), Row("holdout", 2, 14, 50)], AFTER, "no_variation"),
        (SHARE, shares(10, 90), AFTER, None),
        (SHARE, shares(9, 50), AFTER, "too_few_of_a_kind"),
        (SHARE, shares(50, 91), AFTER, "too_few_of_a_kind"),
    ],
)
def test_why_no_result_is_given(plan: Plan, rows: list[Row], on: dt.date, why: str | None) -> None:
    """The split of 110 and 180 has p = 4e-5; that of 110 and 160 p = 0.0023."""
    found = result(plan, rows, on)
    assert found.why_not == why
    assert (found.difference is None) == (found.by_choice is None) == (found.told_apart is None) == (why is not None)
    assert all((arm.mean is None) == (why is not None) for arm in found.arms.values())
    assert why is None or why in WHY_NOT


def test_nothing_of_the_choices_is_told_before_the_end() -> None:
    """Whatever was chosen, the same is told."""
    other = [Row(row.arm, row.choices, row.amount * 3, row.units) for row in grams()]
    assert content(result(GRAMS, grams(), END)) == content(result(GRAMS, other, END))


def test_a_file_gives_the_same_result(tmp_path: Path) -> None:
    file = tmp_path / "spring.csv"
    write(file, GRAMS, grams())
    assert read_file(file) == (GRAMS, grams())
    assert json.loads(json.dumps(content(result(*read_file(file), AFTER)))) == content(result(GRAMS, grams(), AFTER))


def write(file: Path, plan: Plan, rows: list[Row]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(COLUMNS)
        writer.writerows(file_rows(plan, rows))


GOOD = "spring,grams,50,100,2026-12-31,label,1,5,2"
HEAD = ",".join(COLUMNS)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("", "line 1: found ''; expected experiment,outcome"),
        ("a,b\n1,2", "line 1: found 'a,b'"),
        (HEAD, "line 2: found nothing"),
        (f"{HEAD}\n{GOOD},9", "line 2: found 10 cells"),
        (f"{HEAD}\n{GOOD}\nautumn,grams,50,100,2026-12-31,label,1,5,2", "line 3, experiment: found 'autumn'; expected 'spring'"),
        (f"{HEAD}\n{GOOD}\nspring,grams,50,100,2027-12-31,label,1,5,2", "line 3, ends_on"),
        (f"{HEAD}\nspring,grams,50,100,soon,label,1,5,2", "line 2, ends_on: found 'soon'"),
        (f"{HEAD}\nspring,kilos,50,100,2026-12-31,label,1,5,2", "line 2, outcome: found 'kilos'"),
        (f"{HEAD}\nspring,grams,60,100,2026-12-31,label,1,5,2", "line 2, held_out: found 60"),
        (f"{HEAD}\nspring,grams,50,10,2026-12-31,label,1,5,2", "line 2, least_units: found 10"),
        (f"{HEAD}\nspring,grams,50,100,2026-12-31,both,1,5,2", "line 2, arm: found 'both'"),
        (f"{HEAD}\nspring,grams,50,100,2026-12-31,label,-1,5,2", "line 2, choices: found '-1'"),
        (f"{HEAD}\nspring,grams,50,100,2026-12-31,label,1,5,0", "line 2, units: found 0"),
        (f"{HEAD}\nspring,grams,50,100,2026-12-31,label,1,NaN,1", "line 2, amount: found 'NaN'"),
        (f"{HEAD}\nspring,grams,50,100,2026-12-31,label,1,{10**40},1", "line 2, amount"),
        (f"{HEAD}\nspring,grams,50,100,2026-12-31,label,0,5,1", "line 2, amount: found 5; expected at most 0"),
        (f"{HEAD}\nspring,lower_half,50,100,2026-12-31,label,2,3,1", "line 2, amount: found 3; expected at most 2 of 2 choices"),
        (f"{HEAD}\nspring,lower_half,50,100,2026-12-31,label,2,-1,1", "line 2, amount: found '-1'"),
        (f"{HEAD}\nspring,grams,50,100,2026-12-31,label,1,٣,1", "line 2, amount"),
    ],
)  # fmt: skip
def test_a_broken_file_says_line_and_field(tmp_path: Path, lines: str, told: str) -> None:
    file = tmp_path / "x.csv"
    file.write_text(lines, encoding="utf-8")
    with pytest.raises(TallyError) as fault:
        read_file(file)
    assert told in str(fault.value)


def test_other_bytes_are_no_file(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TallyError, match="not UTF-8"):
        read_file(tmp_path / "x.csv")
    (tmp_path / "x.csv").write_text(HEAD + '\n"' + "x" * 200_000, encoding="utf-8")
    with pytest.raises(TallyError, match="no CSV"):
        read_file(tmp_path / "x.csv")


def test_credits_are_below_zero(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(f"{HEAD}\nspring,grams,50,100,2026-12-31,label,1,-5,2\n", encoding="utf-8")
    assert read_file(tmp_path / "x.csv")[1] == [Row("label", 1, -5, 2)]


@pytest.mark.parametrize(
    ("field", "value"), [("outcome", "money"), ("held_out", 4), ("held_out", 51), ("least_units", 99)]
)
def test_a_plan_that_nobody_can_follow(field: str, value: object) -> None:
    given: dict[str, object] = {
        "experiment": "x",
        "outcome": "grams",
        "held_out": 50,
        "least_units": 100,
        "ends_on": END,
        field: value,
    }
    with pytest.raises(PlanError, match=f"{field}: found"):
        Plan(**given)  # type: ignore[arg-type]
