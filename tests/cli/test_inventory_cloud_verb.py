"""`leafmark inventory cloud`: text, JSON, a kept folder, and what a person can mend."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from newcomer import FILES, KNOWN_ON, Call

from leafmark.inventory.tables import LINES_SCHEMA


def test_a_bill_in_words(call: Call) -> None:
    said = call("inventory", "cloud", "cloud_bill.csv", "--functional-unit", "order=1200", *KNOWN_ON)
    assert said.exit_code == 0, said.output
    assert "Scope 3 category 1" in said.stdout
    assert "usage without a figure" in said.stdout
    assert "aws: Amazon Virtual Private Cloud" in said.stdout
    assert "12.63 %" in said.stdout  # 33.48 of 264.98 USD
    assert "no certificate or offset" in said.stdout
    assert "50 % assumed for the rest" in said.stdout


def test_a_bill_as_json(call: Call) -> None:
    said = call("inventory", "cloud", "cloud_bill.csv", "--functional-unit", "order=1200", "--json", *KNOWN_ON)
    told = json.loads(said.stdout)
    assert told["rows"] == {"mapped": 5, "unmapped": 1, "not_usage": 2}
    assert told["cost"]["not_usage"] == {"USD": "475"}
    assert told["sci"]["g_per_unit"] * 1200e6 == pytest.approx(told["totals"]["location"]["co2e_ug"], rel=1e-12)


def test_a_folder_that_is_kept(call: Call, folder: Path) -> None:
    said = call(
        "inventory", "cloud", "cloud_bill.csv", "--out", "cloud-run", "--entity", "own", "--site", "rented", *KNOWN_ON
    )
    assert said.exit_code == 0, said.output
    lines = pq.read_table(folder / "cloud-run" / "lines.parquet")
    assert lines.schema == LINES_SCHEMA
    assert set(lines.column("site_id").to_pylist()) == {"rented"}
    explained = call("explain", "cloud-run/location", "total")
    assert explained.exit_code == 0, explained.output
    assert "cloud.host.aws.m5" in explained.stdout
    again = call("replay", "cloud-run/location")
    assert again.exit_code == 0, again.output


def test_what_a_person_can_mend(call: Call) -> None:
    for arguments, words in (
        (("bill.csv",), "no column for service"),
        (("cloud_bill.csv", "--functional-unit", "order"), "NAME=COUNT"),
        (("cloud_bill.csv", "--functional-unit", "order=0"), "a rate"),
        (("cloud_bill.csv", "--hourly", "US-CA"), "REGION=FILE"),
        (("cloud_bill.csv", "--contracts", "bill.csv"), "instrument"),
        (("cloud_bill.csv", "--utilisation", "bill.csv"), "utilisation_percent"),
    ):
        said = call("inventory", "cloud", *arguments)
        assert said.exit_code == 2, said.output
        assert words in said.output


PAGE = (Path(__file__).parents[2] / "docs" / "inventory-cloud.md").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r"<!-- output: (.+?) -->\n```text\n(.*?)\n```", PAGE, flags=re.DOTALL))


def test_the_page_shows_what_the_verb_says(call: Call, folder: Path, shared_data: Path) -> None:
    (folder / "focus_sample.csv").write_bytes((shared_data / "billing" / "focus_sample.csv").read_bytes())
    assert len(SHOWN) == 2
    for arguments, shown in SHOWN.items():
        said = call("inventory", "cloud", *arguments.split())
        assert said.stdout.rstrip("\n") == shown, f"leafmark inventory cloud {arguments}"


def test_the_page_shows_the_newcomers_bill() -> None:
    assert f"```csv\n{FILES['cloud_bill.csv']}```" in PAGE
