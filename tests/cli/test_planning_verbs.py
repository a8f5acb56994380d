"""`leafmark inventory schedule | cloud-what-if | event`: the guides run as they are printed, and what cannot be done ends with status 2."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from newcomer import Call

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = ("inventory-cloud-planning.md", "inventory-events.md")
PRINTED = [
    found
    for name in GUIDES
    for found in re.findall(
        r"```console\n\$ leafmark ([^\n]+)\n(.*?)```", (DOCS / name).read_text(encoding="utf-8"), flags=re.DOTALL
    )
]


@pytest.mark.parametrize(("command", "printed"), PRINTED, ids=[command for command, _ in PRINTED])
def test_the_guides_run_as_they_are_printed(call: Call, command: str, printed: str) -> None:
    done = call(*shlex.split(command))
    assert done.exit_code == 0, done.stderr
    assert done.stdout.rstrip() == printed.rstrip()


def test_a_bound_that_cannot_be_kept_ends_with_status_2_and_a_way_out(call: Call) -> None:
    done = call("inventory", "schedule", "wait.csv", "--grid", "hours.csv", "--peak-kw", "35")
    assert done.exit_code == 2
    printed = re.search(r"```text\n(.*?)```", (DOCS / GUIDES[0]).read_text(encoding="utf-8"), flags=re.DOTALL)
    assert printed is not None
    assert done.stderr.strip() == printed[1].strip()
    would = re.search(r"a bound of ([0-9.]+) kW would do", done.stderr)
    assert would is not None
    assert call("inventory", "schedule", "wait.csv", "--grid", "hours.csv", "--peak-kw", would[1]).exit_code == 0


def test_a_schedule_as_json_plan_and_chart(call: Call, folder: Path) -> None:
    done = call(
        "inventory",
        "schedule",
        "wait.csv",
        "--grid",
        "CISO=hours.csv",
        "--peak-kw",
        "90",
        "--out",
        "plan.csv",
        "--chart",
        "load.html",
        "--json",
    )
    told = json.loads(done.stdout)
    assert told["after"]["kwh"] == pytest.approx(told["before"]["kwh"])
    assert told["after"]["peak_kw"] <= 90 * (1 + 1e-6)
    assert sum(row["co2e_ug"] for row in told["plan"]) == told["after"]["co2e_ug"]
    assert [each["reason"] for each in told["refused"]] == ["window_too_short"]
    assert (folder / "plan.csv").read_text(encoding="utf-8").count("\n") == len(told["plan"]) + 1
    page = (folder / "load.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "carbon only, kW" in page
    assert "CISO" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("schedule", "wait.csv", "--grid", "hours.csv", "--peak-kw", "90", "--within", "5"), "expected one of"),
        (("schedule", "hours.csv", "--grid", "hours.csv"), "expected the columns job_id"),
        (("schedule", "wait.csv", "--grid", "wait.csv"), "expected the columns timestamp"),
        (("cloud-what-if", "match/event.toml"), "expected a table [now]"),
        (("event", "cloud.toml"), "no field of an event"),
        (("event", "."), "event.toml"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(call: Call, arguments: tuple[str, ...], said: str) -> None:
    done = call("inventory", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
