"""The worked examples of docs/inventory-categories.md as one company's year: its inventory holds in every category what the page says."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from pathlib import Path

import pytest

from leafmark.inventory.accounting.running import run_inventory
from leafmark.inventory.tables import TEMPLATES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "inventory-categories.md"
EXAMPLE = re.compile(r"<!-- example (\S+) -->\n```csv\n(.*?)```\n\n<!-- gives -->\n(.*?)<!-- /gives -->", re.DOTALL)
SUM = re.compile(r"Scope (\d)(?:, category (\d+))?: \*\*([\d,.]+) kg CO2e\*\*")
TOLERANCE_KG = 0.05
"""Sums of figures that the page prints to 0.01 kg."""
COMPANY = """\
[organisation]
id = "own"
name = "Our Company"

[year]
first_day = 2023-01-01
months = 12

[inventory]
approach = "operational_control"
gwp = "AR5"
currency = "USD"
known_on = 2026-06-01
"""


def test_a_year_of_every_example(tmp_path: Path) -> None:
    """Left out: travel, whose example is of 2025, and the share of a joint venture, which the organisation decides."""
    template_of = {template.method: template.name for template in TEMPLATES}
    used = {
        template_of[name]: (rows, gives)
        for name, rows, gives in EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))
        if name in template_of
    }
    del used["travel"]
    assert "share" not in used["fuel"][0].partition("\n")[0]
    company = tmp_path / "company"
    (company / "activities").mkdir(parents=True)
    expected: dict[tuple[int, int | None], float] = defaultdict(float)
    sites = set()
    for template, (rows, gives) in used.items():
        (company / "activities" / f"{template}.csv").write_text(rows, encoding="utf-8")
        sites |= {row["site_id"] for row in csv.DictReader(io.StringIO(rows))}
        for scope, category, kg in SUM.findall(gives):
            expected[int(scope), int(category) if category else None] += float(kg.replace(",", ""))
    (company / "company.toml").write_text(COMPANY, encoding="utf-8")
    (company / "entities.csv").write_text("entity_id,name,region\nown,Our Company,GB\n", encoding="utf-8")
    (company / "ownership.csv").write_text(
        "owner_id,entity_id,share_percent,financial_control,operational_control\n", encoding="utf-8"
    )
    (company / "sites.csv").write_text(
        "site_id,entity_id,name,region\n" + "".join(f"{site},own,{site},GB\n" for site in sorted(sites)),
        encoding="utf-8",
    )
    inventory = run_inventory(company, tmp_path / "inventory")
    found = {place: total.co2e_ug / 1e9 for place, total in inventory.rows("location").items()}
    assert found == {place: pytest.approx(kg, abs=TOLERANCE_KG) for place, kg in expected.items()}
    assert found.keys() == {(1, None), (2, None), *((3, category) for category in range(1, 16) if category != 6)}
    assert not [flag for flag in inventory.table("flags").to_pylist() if flag["effect"] == "refused"]
