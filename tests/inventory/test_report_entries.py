"""The files of all entries: three forms of one table, every column in the dictionary, no text that a spreadsheet computes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from made_inventory import made
from reported_company import EVIL, company

from leafmark.inventory.report import entries


def test_three_forms_hold_the_same_rows_and_add_up_to_the_book(tmp_path: Path) -> None:
    inventory = company(tmp_path / "inventory")
    entries.write(inventory, tmp_path)
    parquet = pq.read_table(tmp_path / "entries.parquet").to_pylist()
    with (tmp_path / "entries.csv").open(encoding="utf-8", newline="") as file:
        from_csv = list(csv.DictReader(file))
    from_json = [json.loads(line) for line in (tmp_path / "entries.jsonl").read_text(encoding="utf-8").splitlines()]
    lines = inventory.table("lines").to_pylist()
    assert len(parquet) == len(from_csv) == len(from_json) == len(lines)
    for one, other, third, line in zip(parquet, from_csv, from_json, lines, strict=True):
        for name in ("co2e_ug", "low_ug", "scope", "category", "activities"):
            assert one[name] == third[name] == line[name]
            assert other[name] == ("" if line[name] is None else str(line[name]))
        assert one["entity_id"] == third["entity_id"] == other["entity_id"].removeprefix("'")
        assert one["co2_ug"] == (line["gases"] or {}).get("co2_ug")
    for by in ("location", "market"):
        total = sum(row["co2e_ug"] for row in parquet if row["outside"] is None and row["statement"] in ("both", by))
        assert total == inventory.total(by).co2e_ug  # type: ignore[arg-type]
    assert {row["book"] for row in parquet} == {"inventory"}
    assert f"'{EVIL}" in {row["entity_id"] for row in from_csv}
    assert all(not str(cell).startswith(("=", "+", "@")) for row in from_csv for cell in row.values())
    assert [row["co2e_ug"] for row in from_csv if row["template"] == "waste"] == ["-1000000007"]  # a number stays one


def test_every_column_is_in_the_dictionary_with_its_unit(tmp_path: Path) -> None:
    entries.write(made(tmp_path / "i", [{"co2e_ug": 1}]), tmp_path, ("parquet",))
    said = json.loads((tmp_path / "entries.dictionary.json").read_text(encoding="utf-8"))
    schema = pq.read_schema(tmp_path / "entries.parquet")
    assert [each["name"] for each in said["columns"]] == schema.names
    for each in said["columns"]:
        assert each["meaning"]
        assert each["type"] == str(schema.field(each["name"]).type)
        if each["name"].endswith("_ug"):
            assert each["unit"] == "microgram CO2e"
    assert said["rows"] == 1


@pytest.mark.parametrize("wakes", ["=1+1", "+x", "-x", "@x", " =1", "\t1", "＝1"])
def test_every_way_to_wake_a_spreadsheet_is_inert(tmp_path: Path, wakes: str) -> None:
    entries.write(
        made(tmp_path / "i", [{"co2e_ug": -1, "site_id": wakes}, {"co2e_ug": 2, "site_id": "plain"}]),
        tmp_path,
        ("csv",),
    )
    with (tmp_path / "entries.csv").open(encoding="utf-8", newline="") as file:
        assert [row["site_id"] for row in csv.DictReader(file)] == [f"'{wakes}", "plain"]
