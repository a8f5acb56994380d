"""A company's folder: company.toml, CSV and XLSX alike, starting folders, importing once, and the completeness table."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import xlsxwriter
from made_company import company
from made_inventory import lines

from leafmark.inventory.company.columns import columns_of, method_of
from leafmark.inventory.company.completeness import completeness
from leafmark.inventory.company.folder import Company, template_of
from leafmark.inventory.company.importing import check, import_file
from leafmark.inventory.company.organisation import CompanyError, after_months, read_organisation
from leafmark.inventory.company.prepare import prepare
from leafmark.inventory.company.starting import start
from leafmark.inventory.tables import COMPANY, SCOPE_ROWS, STATUSES, TEMPLATES

ELECTRICITY = "activity_id,site_id,kwh,date,until,origin\n007,office,100.5,2025-01-01,2025-02-01,measured\n8,nowhere,1,2025-01-01,,measured\n"


def changed(folder: Path, old: str, new: str) -> Path:
    file = folder / "company.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "own"', 'id = ""', "organisation.id: found '', expected a text"),
        ('"operational_control"', '"control"', "inventory.approach: found 'control', expected one of equity_share"),
        ('"AR5"', '"AR7"', "inventory.gwp: found 'AR7', expected one of AR4, AR5, AR6"),
        ('"USD"', '"dollars"', "inventory.currency: found 'dollars', expected an ISO 4217 code"),
        ("first_day = 2025-01-01", 'first_day = "January"', "year.first_day: found 'January', expected a day"),
        ("months = 12", "month = 12", r"\[year\]: found month, expected of first_day, months, name"),
        ("[inventory]", "[inventories]", "found 'inventories', expected the sections"),
        ("[year]", "[[year]", "not readable as TOML"),
    ],
)
def test_what_company_toml_may_not_say(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(CompanyError, match=says):
        read_organisation(changed(company(tmp_path / "c"), old, new))


def test_a_year_may_begin_on_any_day(tmp_path: Path) -> None:
    who = read_organisation(company(tmp_path / "c", first_day="2024-02-29"))
    assert (who.year, who.from_day, who.until_day) == (2024, dt.date(2024, 2, 29), dt.date(2025, 2, 28))
    assert len(who.months) == 13
    assert after_months(dt.date(2025, 1, 31), 1) == dt.date(2025, 2, 28)


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("fuel", "fuel"), ("fuel-2025-q1", "fuel"), ("Freight out", "freight_out"), ("freight_2025", "freight"), ("freight-out2", "freight_out"),
        ("fuels", None), ("my fuel", None), ("leased_in", "leased_in"), ("Products-Sold (shops)", "products_sold"),
    ],
)  # fmt: skip
def test_a_file_is_known_by_how_its_name_begins(name: str, template: str | None) -> None:
    assert template_of(name) == template


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_a_workbook_says_the_same_as_csv(tmp_path: Path) -> None:
    plain = company(tmp_path / "csv", {"electricity": ELECTRICITY})
    book = company(tmp_path / "xlsx")
    day = dt.datetime(2025, 1, 1)
    workbook(book / "activities" / "of all.xlsx", {
        "notes": [["nothing of ours"]],
        "Electricity 2025": [
            ["Activity ID", "site_id", "kwh", "date", "until", "origin"],
            ["007", "office", 100.5, day, dt.datetime(2025, 2, 1), "measured"],
            [8, "nowhere", 1, day, None, "measured"],
        ],
    })  # fmt: skip
    one, other = prepare(plain, tmp_path / "one"), prepare(book, tmp_path / "other")
    columns = ["activity_id", "site_id", "kwh", "date", "region", "share", "source_row"]
    assert pq.read_table(one.inputs["electricity"], columns=columns) == pq.read_table(
        other.inputs["electricity"], columns=columns
    )
    (flag,) = other.flags.to_pylist()
    assert (flag["file"], flag["row"], flag["reason"]) == (
        "activities/of all.xlsx[Electricity 2025]",
        2,
        "unknown_site",
    )


def test_tables_may_be_sheets_of_one_workbook(tmp_path: Path) -> None:
    folder = company(tmp_path / "c", {"electricity": ELECTRICITY})
    for name in ("entities", "ownership", "sites"):
        (folder / f"{name}.csv").unlink()
    workbook(folder / "company.xlsx", {
        "entities": [["entity_id", "name"], ["own", "Own"]],
        "sites": [["site_id", "entity_id", "name", "region"], ["office", "own", "Office", "GB"]],
    })  # fmt: skip
    assert prepare(folder, tmp_path / "out").refused == {"electricity": 1}
    (folder / "sites.csv").write_text("site_id,entity_id,name,region\noffice,own,Office,GB\n", encoding="utf-8")
    with pytest.raises(CompanyError, match=r"table sites is there 2 times: sites.csv, company.xlsx\[sites\]; keep one"):
        Company.open(folder)


def test_a_folder_that_is_none_and_a_table_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CompanyError, match="no company folder"):
        Company.open(tmp_path)
    folder = company(tmp_path / "c")
    (folder / "sites.csv").unlink()
    with pytest.raises(CompanyError, match="table sites is missing"):
        Company.open(folder)


@pytest.mark.parametrize("xlsx", [False, True])
def test_a_starting_folder_has_every_table_and_template_and_is_sound(tmp_path: Path, xlsx: bool) -> None:
    start(tmp_path / "c", xlsx=xlsx, year=2025)
    opened = Company.open(tmp_path / "c")
    assert all(len(tables) == 1 for tables in opened.activities.values())
    assert len(opened.activities) == len(TEMPLATES)
    assert check(tmp_path / "c").flags.num_rows == 0
    readme = (tmp_path / "c" / "README.md").read_text(encoding="utf-8")
    for name in (*COMPANY, *(template.name for template in TEMPLATES)):
        assert f"### `{name}`" in readme
    with pytest.raises(CompanyError, match="is not empty"):
        start(tmp_path / "c")


def test_a_templates_columns_are_its_methods_and_never_the_share() -> None:
    for template in TEMPLATES:
        names = [column.name for column in columns_of(template.name)]
        assert names[0] == "site_id"
        assert len(names) == len(set(names))
        assert "share" not in names
        used = method_of(template.name)
        if used is not None:
            assert {column.name for column in used.columns} - {"share"} <= set(names)


def test_a_file_is_imported_once_and_replaced_when_asked(tmp_path: Path) -> None:
    folder, file = company(tmp_path / "c"), tmp_path / "grid bills.csv"
    file.write_text(ELECTRICITY, encoding="utf-8")
    found = import_file(folder, file, "electricity")
    assert (found.rows, found.refused) == ({"electricity": 2}, {"electricity": 1})
    assert found.file == folder / "activities" / "electricity-grid bills.csv"
    with pytest.raises(CompanyError, match=r"was imported already, as activities/electricity-grid bills.csv"):
        import_file(folder, file, "electricity")
    renamed = tmp_path / "other.csv"
    renamed.write_text(ELECTRICITY, encoding="utf-8")
    with pytest.raises(CompanyError, match="was imported already"):
        import_file(folder, renamed, "electricity")
    file.write_text(ELECTRICITY.replace("nowhere", "office"), encoding="utf-8")
    with pytest.raises(CompanyError, match="with other content; --replace"):
        import_file(folder, file, "electricity")
    assert import_file(folder, file, "electricity", replace=True).refused == {"electricity": 0}
    assert check(folder).rows == {"electricity": 2}


def test_what_an_imported_file_repeats_is_its_own_fault(tmp_path: Path) -> None:
    folder, file = company(tmp_path / "c", {"electricity-z": ELECTRICITY}), tmp_path / "electricity-a.csv"
    file.write_text("activity_id,site_id,kwh\n007,office,3\n9,office,4\n", encoding="utf-8")
    found = import_file(folder, file)
    assert (found.rows, found.refused) == ({"electricity": 2}, {"electricity": 1})
    assert [(row["row"], row["reason"]) for row in found.flags.to_pylist() if row["effect"] == "refused"] == [
        (1, "duplicate_id")
    ]


@pytest.mark.parametrize(
    ("name", "template", "says"),
    [
        ("bills.csv", None, "begins with no template's name"),
        ("bills.csv", "petrol", "template: found 'petrol', expected one of fuel"),
        ("bills.doc", "fuel", "expected a file of .csv"),
        ("bills.csv", "fuel", "column fuel, amount, unit is missing"),
    ],
)
def test_what_cannot_be_imported(tmp_path: Path, name: str, template: str | None, says: str) -> None:
    folder, file = company(tmp_path / "c"), tmp_path / name
    file.write_text(ELECTRICITY, encoding="utf-8")
    with pytest.raises(CompanyError, match=says):
        import_file(folder, file, template)
    assert list((folder / "activities").iterdir()) == []


EXCLUSIONS = """\
scope,category,entity_id,what,why,share_percent
3,14,,franchises,there are none,0
3,5,,waste,no contractor weighs it,
3,6,,travel of contractors,they book themselves,10
"""


def test_completeness_speaks_of_every_scope_and_category(tmp_path: Path) -> None:
    folder = company(
        tmp_path / "c",
        {"electricity": "site_id,kwh\noffice,1\n", "refrigerants": "site_id,gas,mass_kg\nmoon,refrigerant.r410a,1\n"},
        exclusions=EXCLUSIONS,
    )
    prepared = prepare(folder, tmp_path / "out")
    grams = [
        {"scope": 2, "template": "electricity", "statement": "location", "co2e_ug": 30, "month": dt.date(2025, 1, 1), "origin": "measured", "activities": 4},
        {"scope": 2, "template": "electricity", "statement": "location", "co2e_ug": 70, "month": dt.date(2025, 2, 1), "origin": "proxy", "activities": 1},
        {"scope": 2, "template": "electricity", "statement": "market", "co2e_ug": 1000, "origin": "measured", "activities": 5},
        *({"scope": 3, "category": 3, "template": "electricity", "month": dt.date(2025, 1, 1), "origin": "measured", "co2e_ug": 5, "activities": 4,
           "factor_id": f"electricity.grid@GB:{boundary}:2023"} for boundary in ("upstream", "td_loss")),
        {"scope": 3, "category": 6, "template": "travel", "co2e_ug": 5, "activities": 2, "key": "travel.rail", "factor_id": "travel.rail@GB:direct:2023"},
        {"scope": 3, "category": 6, "template": "travel", "co2e_ug": 5, "activities": 3, "key": "travel.air", "factor_id": "travel.air@GB:direct:2023"},
    ]  # fmt: skip
    rows = completeness(prepared, lines(grams), prepared.flags).to_pylist()
    assert [(row["scope"], row["category"]) for row in rows[: len(SCOPE_ROWS)]] == list(SCOPE_ROWS)
    assert {row["status"] for row in rows} <= set(STATUSES)
    by_key = {(row["scope"], row["category"]): row for row in rows[: len(SCOPE_ROWS)]}
    assert {key: row["status"] for key, row in by_key.items() if row["status"] != "missing"} == {
        (2, None): "estimated", (3, 3): "partly", (3, 5): "excluded", (3, 6): "partly", (3, 14): "not_applicable",
    }  # fmt: skip
    assert (by_key[2, None]["activities"], by_key[2, None]["estimated_share"], by_key[2, None]["months"]) == (5, 0.7, 2)
    assert by_key[3, 3]["activities"] == 4, "an activity with two parts is one"
    assert by_key[3, 3]["why"] == "no factor of all of upstream and losses: electricity 1"  # February's
    assert by_key[3, 6]["activities"] == 5
    assert (by_key[1, None]["refused"], by_key[1, None]["why"]) == (1, "1 row refused: unknown_site 1")
    assert by_key[3, 5]["why"] == "no contractor weighs it"
    assert by_key[3, 1]["why"] == "no activities, and no exclusion says why"
    assert [(row["category"], row["status"], row["what"]) for row in rows[len(SCOPE_ROWS) :]] == [
        (14, "not_applicable", "franchises"), (5, "excluded", "waste"), (6, "excluded", "travel of contractors, 10 %"),
    ]  # fmt: skip
