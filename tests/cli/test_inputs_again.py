"""An input that is no longer where it was can be named again, for explain and for replay."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result


def test_a_moved_bill_is_named_again(folder: Path, call: Callable[..., Result], finished: str) -> None:
    recorded = json.loads((Path(finished) / "run.json").read_text(encoding="utf-8"))["inputs"][0]["file"]
    before = call("explain", finished, "lamp-1", "--json")
    assert before.exit_code == 0, before.output
    moved = Path(recorded).rename(folder / "elsewhere.csv")
    refused = call("explain", finished, "lamp-1")
    assert refused.exit_code == 2
    assert "put the file back" in refused.output
    again = call("explain", finished, "lamp-1", "--json", "--input", str(moved))
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["co2e_ug"] == json.loads(before.stdout)["co2e_ug"]
    replayed = call("replay", finished, "--input", str(moved), "--json")
    assert replayed.exit_code == 0, replayed.output
    assert json.loads(replayed.stdout)["same"]
