"""From a company's folder to a pack that verifies itself, every run of every category made again from what lies in the pack."""

from __future__ import annotations

from pathlib import Path

from synthetic_company import ACTS, expected_kg, pack, write_company

from leafmark.inventory.accounting.running import run_inventory
from leafmark.inventory.report.making import PACK_FILE, make
from leafmark.inventory.report.verifying import verify


def test_a_whole_company_is_packed_and_every_run_is_made_again_elsewhere(tmp_path: Path) -> None:
    write_company(tmp_path / "company", ACTS)
    inventory = run_inventory(tmp_path / "company", tmp_path / "inventory", packs=[pack()])
    make(inventory, tmp_path / "out", formats=("html", "xlsx", "pack"))
    (tmp_path / "inventory").rename(tmp_path / "gone")  # as on the auditor's machine: the pack alone
    (tmp_path / "company").rename(tmp_path / "gone" / "company")
    report = verify(tmp_path / "out" / PACK_FILE)
    assert report["sound"], report
    assert {each["state"] for each in report["checks"]} == {"verified"}
    runs = [each for each in report["checks"] if each["check"].startswith("run ")]
    assert len(runs) >= 18
    assert all("made again, every figure the same" in each["about"] for each in runs)
    rows = {(row["scope"], row["category"]): row["co2e_ug"] for row in report["totals"]["location"]["rows"]}
    assert rows == {place: round(kg * 10**9) for place, kg in expected_kg(ACTS).items()}
