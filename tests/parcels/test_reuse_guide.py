"""The worked example of docs/reuse.md: its hand computation is right, and the verb prints what the page shows."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from leafmark.cli import main
from leafmark.parcels.reasons import REASONS
from leafmark.parcels.reuse import NEVER

PAGE = (Path(__file__).parents[2] / "docs" / "reuse.md").read_text(encoding="utf-8")
D = Decimal


@pytest.fixture
def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the page's files, and this process in it."""
    for name, text in re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", PAGE, flags=re.DOTALL):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command() -> list[str]:
    found = re.search(r"^\$ leafmark (.+)$", PAGE, flags=re.MULTILINE)
    assert found is not None
    return found.group(1).split()


def test_the_verb_prints_what_the_page_shows(guide: Path) -> None:
    done = CliRunner().invoke(main, command(), prog_name="leafmark")
    assert done.exit_code == 0, done.output
    shown = PAGE.partition("$ leafmark reuse")[2].partition("\n")[2].partition("```")[0]
    assert done.stdout == shown


def test_the_hand_computation_is_right_and_is_the_verbs(guide: Path) -> None:
    making = D("0.8") * D("2.57757172") * 1000
    back = D("0.0008") * 30 * (D("0.6313") + D("0.15095")) * 1000
    cleaning = D("0.02") * (D("0.177") + D("0.0459") + D("0.01853") + D("0.00397")) * 1000
    single = D("0.3") * D("1.19972542") * 1000
    uses = {name: (1 - q**50) / (1 - q) for name, q in (("totes", D("0.75")), ("hoped", D("0.9")))}
    grams = {name: making / e + back + cleaning for name, e in uses.items()}
    even = making / (single - back - cleaning)
    for figure, text in (
        (making, "2,062.057"), (back, "18.774"), (cleaning, "4.908"), (single, "359.918"), (uses["totes"], "4.000"), (uses["hoped"], "9.948"),
        (grams["totes"], "539.20"), (grams["hoped"], "230.96"), (even, "6.133"), (single - grams["hoped"], "128.96"),
    ):  # fmt: skip
        places = len(text.partition(".")[2])
        assert f"{figure:,.{places}f}" == text
        assert text in PAGE
    done = CliRunner().invoke(main, [*command(), "--json"], prog_name="leafmark")
    for pool in json.loads(done.stdout)["pools"]:
        name = pool["pool_id"]
        assert pool["expected_use_count"] == pytest.approx(float(uses[name]), rel=1e-12)
        assert pool["grams_per_use"]["co2e_g"] == pytest.approx(float(grams[name]), abs=3e-6)
        assert pool["break_even"]["use_count"] == 7
        assert pool["break_even"]["return_rate_needed"] == pytest.approx(0.837, abs=5e-4)
    assert [pool["break_even"]["never"] for pool in json.loads(done.stdout)["pools"]] == ["past_reach", None]


def test_every_reason_on_the_page_is_one_and_every_never_has_its_row() -> None:
    for code, words in NEVER.items():
        assert f"| `{code}` | {words} |" in PAGE
    for code in re.findall(
        r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| ", PAGE.partition("## Expected uses")[0], flags=re.MULTILINE
    ):
        assert set(re.findall(r"[a-z_]+", code)) <= set(REASONS) | {"reason"}


def test_the_page_is_reached_from_the_front_page() -> None:
    assert "(docs/reuse.md)" in (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
