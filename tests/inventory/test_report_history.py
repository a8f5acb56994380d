"""A report takes its base year, recalculations and years from the company's history, and the auditor's pack with it verifies."""

from __future__ import annotations

from pathlib import Path

from made_inventory import made

from leafmark.inventory.report.from_history import base_year
from leafmark.inventory.report.making import make
from leafmark.inventory.report.verifying import verify
from leafmark.inventory.time import History, read_change, recalculate

T = 10**12
"""Micrograms of a tonne."""


def test_a_report_tells_the_base_year_and_why_it_was_recalculated(tmp_path: Path) -> None:
    """Corporate Standard, figure 6: the acquired facility's 15 t make the base year 65 instead of 50."""
    (tmp_path / "history").mkdir()
    (tmp_path / "history" / "base_year.toml").write_text(
        'years = [2001]\nreason = "good data"\nthreshold_percent = 5\n', encoding="utf-8"
    )
    for year, tonnes in ((2001, 50), (2002, 60), (2003, 80)):
        own = made(tmp_path / f"own-{year}", [{"entity_id": "A", "co2e_ug": (tonnes - 20 * (year == 2003)) * T},
                                              *([{"entity_id": "C", "co2e_ug": 20 * T}] if year == 2003 else [])], year)  # fmt: skip
        History.open(tmp_path / "history").file(own)
    for year, tonnes in ((2001, 15), (2002, 20)):
        made(tmp_path / f"c-{year}", [{"entity_id": "C", "co2e_ug": tonnes * T}], year)
    change = tmp_path / "c.toml"
    change.write_text(
        'id = "c"\nkind = "acquisition"\ndate = 2003-01-01\nreason = "Facility C was bought"\nsource = "deed"\nentity_id = "C"\n'
        '[add]\n2001 = "c-2001"\n2002 = "c-2002"\n',
        encoding="utf-8",
    )
    recalculate(History.open(tmp_path / "history"), read_change(change))
    done = make(own, tmp_path / "out", formats=("html", "pack"), history=tmp_path / "history")
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for said in ("good data", "Facility C was bought", "2001, version 2", "65"):
        assert said in text, said
    assert not any("base_year" in str(each) for each in done["missing"])
    assert verify(tmp_path / "out" / "auditors-pack.zip")["sound"]


def test_a_history_tells_scope_2_and_scope_3_of_the_base_year(tmp_path: Path) -> None:
    """Scope 2 Guidance, 7.1: its method, and whether location stands in for market; Scope 3 Standard, 11.1: by category. Two years' mean."""
    (tmp_path / "history").mkdir()
    (tmp_path / "history" / "base_year.toml").write_text(
        'years = [2001, 2002]\nreason = "good data"\nthreshold_percent = 5\n', encoding="utf-8"
    )
    for year, market in ((2001, "both"), (2002, "both"), (2003, "market")):
        rows = [
            {"co2e_ug": 5 * T, "scope": 2, "statement": market},
            {"co2e_ug": year % 2001 * T, "scope": 3, "category": 4},
            {"co2e_ug": 3 * T, "scope": 3, "category": 1},
        ]
        History.open(tmp_path / "history").file(made(tmp_path / f"own-{year}", rows, year))
    told = base_year(History.open(tmp_path / "history"))
    assert (told["scope2_method"], told["scope2_proxy"]) == ("both", True)
    assert told["scope3"] == [{"category": 1, "co2e_t": 3}, {"category": 4, "co2e_t": 0.5}]


def test_statements_come_before_the_history(tmp_path: Path) -> None:
    own = made(tmp_path / "own", [{"co2e_ug": T}], 2001)
    (tmp_path / "history").mkdir()
    (tmp_path / "history" / "base_year.toml").write_text(
        'years = [2001]\nreason = "of the history"\nthreshold_percent = 5\n', encoding="utf-8"
    )
    History.open(tmp_path / "history").file(own)
    (tmp_path / "said.toml").write_text('[base_year]\nyear = 2001\nwhy = "of the statements"\n', encoding="utf-8")
    make(own, tmp_path / "out", formats=("html",), history=tmp_path / "history", statements=tmp_path / "said.toml")
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "of the statements" in text
    assert "of the history" not in text
