"""An import takes good rows, names what is wrong with the others by row and field, and gives them back to be mended."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from leafmark.cli import main
from leafmark.engine import footprint
from leafmark.engine.sentences import LANGS
from leafmark.factors.model import builtin
from leafmark.products.catalogue_file import catalogue_table
from leafmark.products.imports import (
    DECLARED_UNITS,
    Import,
    ImportRefusedError,
    Limits,
    check,
    engine_bill,
    keys_of,
    read_bills,
    read_products,
)
from leafmark.products.imports.bills import OF_ENGINE
from leafmark.products.spreadsheet import inert

from .import_files import (
    BILL_HEADER,
    CHAIR,
    CHAIR_LINES,
    HEADER,
    OATS,
    OATS_LINES,
    cell,
    rows,
    save,
    workbook,
)


def products(tmp_path: Path, text: str, **options: object) -> Import:
    return read_products(save(tmp_path / "products.csv", text), **options)  # type: ignore[arg-type]


def bills(tmp_path: Path, text: str) -> Import:
    return read_bills(save(tmp_path / "bills.csv", text), keys=keys_of([builtin()]))


def places(found: Import) -> list[tuple[int, str]]:
    return [(fault.row, fault.field) for fault in found.faults]


def test_accepted_products_and_bills_become_footprints(tmp_path: Path) -> None:
    found = check(products(tmp_path, HEADER + CHAIR + OATS), bills(tmp_path, BILL_HEADER + CHAIR_LINES + OATS_LINES))
    assert found.products.counts.accepted == 2
    assert found.bills.counts.accepted == 3
    run = footprint(engine_bill(found.bills), out=tmp_path / "run", known_on=dt.date(2026, 11, 23))
    made = {row["product_id"]: row for row in run.table("products").to_pylist()}
    assert {name: row["status"] for name, row in made.items()} == {"chair": "complete", "oats": "complete"}
    assert all(row["co2e_ug"] > 0 for row in made.values())


def test_the_bill_has_the_columns_of_the_engine_s_own_method() -> None:
    from leafmark.methods.bill import PRODUCT_BILL_2

    assert set(OF_ENGINE) == {column.name for column in PRODUCT_BILL_2.columns}


def test_accepted_products_are_a_catalogue_that_grading_reads(tmp_path: Path) -> None:
    found = products(tmp_path, HEADER + CHAIR)
    pq.write_table(found.rows, tmp_path / "catalogue.parquet")
    assert catalogue_table(tmp_path / "catalogue.parquet").to_pylist()[0]["product_id"] == "chair"


def test_declared_units_are_those_a_label_has_words_for() -> None:
    import tomllib
    from importlib import resources

    for lang in LANGS:
        text = (resources.files("leafmark.products") / "strings" / f"{lang}.toml").read_text(encoding="utf-8")
        assert set(tomllib.loads(text)["unit"]) == set(DECLARED_UNITS)


def test_columns_are_found_by_english_and_both_chinese_scripts(tmp_path: Path) -> None:
    found = products(
        tmp_path, "料號,條碼,名稱,英文名称,品牌,部门,重量(克),Colour\n1,96385074,燕麥,Oats,金,食品,1030,red\n"
    )
    assert [(each.header, each.column) for each in found.columns] == [
        ("料號", "product_id"), ("條碼", "gtin"), ("名稱", "name_zh_hant"), ("英文名称", "name_en"), ("品牌", "brand"),
        ("部门", "sector"), ("重量(克)", "mass_kg"), ("Colour", ""),
    ]  # fmt: skip
    row = found.rows.to_pylist()[0]
    assert (row["gtin"], row["sector"], row["mass_kg"]) == ("00000096385074", "food", pytest.approx(1.03))
    assert any("turned into kg" in note for note in found.notes)


def test_a_mass_without_a_unit_is_refused_and_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="masses in 'no unit'"):
        products(tmp_path, "product_id,name,sector,重量\n1,Oats,food,1030\n")


def test_a_heavy_product_in_grams_is_no_fault_but_one_of_a_thousand_tonnes_is(tmp_path: Path) -> None:
    found = products(tmp_path, "product_id,name,sector,weight [g]\n1,Fridge,home,200000\n2,Ship,home,1e9\n")
    assert found.rows.column("mass_kg").to_pylist() == [200.0]
    assert places(found) == [(3, "mass_kg")]


def test_names_without_a_language_go_where_their_characters_belong(tmp_path: Path) -> None:
    found = products(tmp_path, "product_id,name,sector\n1,Oats,food\n2,電視機,food\n3,电视机,food\n")
    read = found.rows.select(["name_en", "name_zh_hant", "name_zh_hans"]).to_pylist()
    assert [list(row.values()) for row in read] == [
        ["Oats", None, None],
        [None, "電視機", None],
        [None, None, "电视机"],
    ]


def test_our_own_name_of_a_column_goes_before_another_word_for_it(tmp_path: Path) -> None:
    found = products(tmp_path, "SKU,product_id,name,sector\nx,1,Oats,food\n")
    assert found.rows.column("product_id").to_pylist() == ["1"]
    assert found.columns[0].column == ""


@pytest.mark.parametrize("header", ["product_id,product_id,name,sector", "SKU,Item No,name,sector"])
def test_two_columns_of_equal_right_are_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(ImportRefusedError, match=r"column 1.*column 2.*all mean product_id"):
        products(tmp_path, f"{header}\n1,2,Oats,food\n")


def test_repeated_headers_that_nothing_reads_are_left_alone(tmp_path: Path) -> None:
    found = products(tmp_path, "product_id,name,sector,x,x\n1,Oats,food,1,2\n")
    assert found.counts.accepted == 1


def test_a_missing_column_is_named_with_what_was_found_and_meant(tmp_path: Path) -> None:
    with pytest.raises(
        ImportRefusedError, match=r"no column sector; found: product_id, name, sectr; did you mean 'sectr' for sector"
    ):
        products(tmp_path, "product_id,name,sectr\n1,Oats,food\n")
    assert products(tmp_path, "product_id,name\n1,Oats\n", sector="food").rows.column("sector").to_pylist() == ["food"]


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        ("x,9506000134353,A,,food,1", "gtin", "check digit 2"),
        ("x,9.50600E+12,A,,food,1", "gtin", "shortened"),
        ("x,36000291452,A,,food,1", "gtin", "036000291452"),
        ("x,,A,,toys,1", "sector", "one of food, home"),
        ("x,,,,food,1", "name", "at least one language"),
        (",,A,,food,1", "product_id", "the cell is empty"),
        ("1.03E+12,,A,,food,1", "product_id", "all its digits"),
        ("x,,A,,food,0", "mass_kg", "above 0"),
        ("x,,A,,food,-1", "mass_kg", "above 0"),
        ("x,,A,,food,1e999", "mass_kg", "finite"),
        ("x,,A,,food,nan", "mass_kg", "a number alone"),
        ("x,,A,,food,1.5 kg", "mass_kg", "a number alone"),
        ("x,,A,,food,#N/A", "mass_kg", "a value"),
        ("x,,A,,food", "", "6 cells, as in the header"),
        ("x,,A,,food,1,2", "", "6 cells, as in the header"),
        ("x,,A\x00B,,food,1", "name_en", "readable text"),
    ],
)
def test_each_fault_is_named_by_row_and_field_and_stops_no_good_row(
    tmp_path: Path, line: str, field: str, expected: str
) -> None:
    found = products(tmp_path, f"{HEADER}{CHAIR}{line}\n{OATS}")
    assert found.rows.column("product_id").to_pylist() == ["chair", "oats"]
    assert places(found) == [(3, field)]
    assert expected in str(found.faults[0])
    assert found.counts.rejected == found.counts.faults == 1


def test_rows_are_numbered_as_the_spreadsheet_shows_them(tmp_path: Path) -> None:
    """A cell with line breaks is one row, an empty line is one, and so is a row of another length."""
    text = 'product_id,name,sector\n1,"two\nlines",food\n\n2,short\n3,A,toys\n,,\n4,B,toys\n'
    found = products(tmp_path, text)
    assert places(found) == [(4, ""), (5, "sector"), (7, "sector")]
    assert (found.counts.rows, found.counts.blank, found.rows.column("_row").to_pylist()) == (6, 2, [2])


def test_all_faults_are_counted_and_the_first_named(tmp_path: Path) -> None:
    lines = "".join(f"{number},A,toys\n" for number in range(250))
    found = products(tmp_path, f"product_id,name,sector\n{lines}", limits=Limits(faults_named=3))
    assert places(found) == [(2, "sector"), (3, "sector"), (4, "sector")]
    assert (found.counts.faults, found.counts.by_field) == (250, {"sector": 250})
    assert len(found.rejected) == 250


def test_ids_and_gtins_that_stand_twice_are_rejected_on_both_rows(tmp_path: Path) -> None:
    found = products(tmp_path, HEADER + CHAIR + OATS + CHAIR.replace("chair,", "stool,") + "oats,,B,,food,1\n")
    assert places(found) == [(2, "gtin"), (3, "product_id"), (4, "gtin"), (5, "product_id")]
    assert "row 4 has it, too" in str(found.faults[0])
    assert found.counts.accepted == 0


def test_a_gtin_of_12_and_of_14_digits_may_be_the_same_code(tmp_path: Path) -> None:
    found = products(tmp_path, f"{HEADER}a,036000291452,A,,food,1\nb,00036000291452,B,,food,1\n")
    assert places(found) == [(2, "gtin"), (3, "gtin")]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'; DROP TABLE products;--", "=HYPERLINK(1)", "@x", "+a", "-b", "\u202ex"]
)
def test_html_sql_and_formulas_are_texts(tmp_path: Path, text: str) -> None:
    found = products(tmp_path, f'product_id,name_en,sector\n1,"{text}",food\n')
    assert found.rows.column("name_en").to_pylist() == [text]


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        ("p,materials,material.wod,1,kg,,", "key", "did you mean material.wood"),
        ("p,materials,material.wood,1,kWh,,", "unit", "converts to"),
        ("p,materials,material.wood,1,kilo,,", "unit", "did you mean kg"),
        ("p,materials,material.wood,1,公斤,,", "unit", "did you mean kg"),
        ("p,materials,material.wood,1,,,", "unit", "the cell is empty"),
        ("p,materials,,1,kg,,", "key", "what the line is"),
        ("p,making,material.wood,1,kg,,", "stage", "one of materials, manufacturing"),
        ("p,materials,material.wood,-1,kg,,", "amount", "credit"),
        ("p,materials,material.wood,1e8,kg,,", "amount", "at most 1e+07"),
        ("p,materials,material.wood,,kg,,", "amount", "the cell is empty"),
        ("p,materials,material.wood,1,kg,Atlantis,", "region", "a region"),
        ("p,materials,material.wood,1,kg,,2026-02-30", "date", "calendar"),
        ("p,materials,material.wood,1,kg,,03/04/2026", "date", "2026-04-03 or 2026-03-04"),
    ],
)
def test_each_fault_of_a_line_is_named(tmp_path: Path, line: str, field: str, expected: str) -> None:
    found = bills(tmp_path, f"{BILL_HEADER}{OATS_LINES}{line}\n")
    assert places(found) == [(3, field)]
    assert expected in str(found.faults[0])
    assert found.rows.column("product_id").to_pylist() == ["oats"]


def test_a_bill_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    """One line less would make the product's footprint lower than it is."""
    found = bills(tmp_path, f"{BILL_HEADER}{CHAIR_LINES}{OATS_LINES}chair,use,material.wood,x,kg,,\n")
    assert found.rows.column("product_id").to_pylist() == ["oats"]
    assert places(found) == [(2, "product_id"), (3, "product_id"), (5, "amount")]
    with_short_line = bills(tmp_path, f"{BILL_HEADER}{CHAIR_LINES}{OATS_LINES}chair,use\n")
    assert with_short_line.rows.column("product_id").to_pylist() == ["oats"]


def test_a_credit_a_component_and_a_material_to_match_are_lines(tmp_path: Path) -> None:
    text = (
        "product_id,stage,key,material,component_id,amount,unit,kind,gsd\n"
        "p,end_of_life,material.wood,,,-1,kg,credit,1.2\np,materials,,,leg,4,item,,\np,materials,,Oak boards,,2,kg,,\n"
    )
    found = bills(tmp_path, text)
    assert found.counts.accepted == 3
    assert found.rows.column("amount_gsd").to_pylist() == [1.2, None, None]
    assert any("1 accepted lines name a material and no key" in note for note in found.notes)


def test_a_line_without_unit_takes_that_of_the_header(tmp_path: Path) -> None:
    found = bills(tmp_path, "product_id,stage,key,重量(kg)\np,materials,material.wood,2\n")
    assert found.rows.select(["amount", "unit"]).to_pylist() == [{"amount": 2.0, "unit": "kg"}]


def test_products_and_bills_are_held_against_each_other(tmp_path: Path) -> None:
    shelf = products(tmp_path, HEADER + CHAIR + OATS + "lamp,,Lamp,,toys,1\n")
    lines = bills(
        tmp_path,
        f"{BILL_HEADER}{CHAIR_LINES}lamp,use,material.wood,1,kg,,\nghost,use,material.wood,1,kg,,\n",
    )
    found = check(shelf, lines)
    assert [(fault.row, fault.expected) for fault in found.bills.faults] == [
        (4, "a product that was taken"),
        (5, f"a product of {shelf.file}"),
    ]
    assert found.bills.rows.column("product_id").to_pylist() == ["chair", "chair"]
    assert found.without_bill.to_pylist() == ["oats"]
    assert [(fault.row, fault.found) for fault in found.warnings] == [(3, "'oats'")]
    assert found.bills.counts.rows == found.bills.counts.accepted + found.bills.counts.rejected


def test_a_component_need_not_be_for_sale(tmp_path: Path) -> None:
    text = (
        "product_id,stage,key,component_id,amount,unit\n"
        "chair,materials,,leg,4,item\nleg,materials,material.wood,,1,kg\n"
    )
    assert check(products(tmp_path, HEADER + CHAIR), bills(tmp_path, text)).bills.counts.rejected == 0


def test_the_rejected_rows_come_back_with_their_faults_and_can_be_mended(tmp_path: Path) -> None:
    found = products(tmp_path, f"{HEADER}{CHAIR}x,9506000134353,=1+1,-x,food,\nshort,,A\n")
    path = tmp_path / "mend.csv"
    assert found.rejected.write(path) == 2
    with path.open(encoding="utf-8-sig", newline="") as handle:
        header, first, second = csv.reader(handle)
    assert header[:3] == ["fault", "row_before", "product_id"]
    assert first[1:] == ["3", "x", "9506000134353", "'=1+1", "'-x", "food", ""]
    assert "check digit 2" in first[0]
    assert second[1:] == ["4", "short", "", "A"]
    mended = path.read_text(encoding="utf-8-sig").replace("9506000134353", "9506000134352").splitlines()[:2]
    again = products(tmp_path, "\n".join(mended) + "\n")
    assert again.rows.select(["product_id", "name_en", "name_zh_hant"]).to_pylist() == [
        {"product_id": "x", "name_en": "=1+1", "name_zh_hant": "-x"}
    ]


def test_rejected_rows_keep_the_order_and_format_of_the_file(tmp_path: Path) -> None:
    lines = [("product_id", "name", "sector"), ("007", "=A", "toys"), ("8", "B", "food"), ("9", " C\r", "toys")]
    found = read_products(workbook(tmp_path / "in.xlsx", rows(*lines)))
    assert places(found) == [(2, "sector"), (4, "sector")]
    found.rejected.write(tmp_path / "out.xlsx")
    again = read_products(tmp_path / "out.xlsx")
    assert again.counts.rejected == 2
    assert again.rejected.raw.table.column(2).to_pylist() == ["007", "9"]
    assert again.rejected.raw.table.column(3).to_pylist()[0] == "'=A"

    table = pa.table({"product_id": [1, 2, 3], "name": ["=A", "B", "C"], "sector": ["toys", "food", None]})
    pq.write_table(table, tmp_path / "in.parquet")
    found = read_products(tmp_path / "in.parquet")
    assert places(found) == [(2, "sector"), (4, "sector")]
    found.rejected.write(tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").column("name").to_pylist() == ["=A", "C"]


@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_no_text_written_is_one_a_spreadsheet_computes(text: str) -> None:
    """OWASP, CSV Injection: the characters that start a formula; plain numbers may keep their sign."""
    written = inert(text)
    if written[0] in "=+-@\t\r":
        float(written.replace(",", "."))
    assert written.removeprefix("'") == text.removeprefix("'") or written == text


def test_the_verb_says_all_of_it_in_json_and_ends_with_1(tmp_path: Path) -> None:
    shelf = save(tmp_path / "p.csv", f"{HEADER}{CHAIR}x,,A,,toys,1\n")
    lines = save(tmp_path / "b.csv", BILL_HEADER + CHAIR_LINES + OATS_LINES)
    mend = tmp_path / "mend.csv"
    ran = CliRunner().invoke(
        main, ["import", "check", str(shelf), "--bills", str(lines), "--rejected", str(mend), "--json"]
    )
    record = json.loads(ran.stdout)
    assert ran.exit_code == 1
    assert record["products"]["faults"][0]["row"] == 3
    assert record["bills"]["counts"]["rejected"] == 1
    assert record["written"] == [str(mend), str(tmp_path / "mend-bills.csv")]
    assert read_bills(tmp_path / "mend-bills.csv").counts.accepted == 1
    good = CliRunner().invoke(main, ["import", "check", str(save(tmp_path / "good.csv", HEADER + CHAIR))])
    assert good.exit_code == 0, good.stderr
    assert "1 accepted, 0 rejected" in good.stdout


@pytest.mark.parametrize(("out", "told"), [("p.csv", "was read"), ("mend.xlsx", "ends in .csv")])
def test_the_verb_overwrites_no_input_and_names_no_csv_a_workbook(tmp_path: Path, out: str, told: str) -> None:
    shelf = save(tmp_path / "p.csv", f"{HEADER}x,,A,,toys,1\n")
    before = shelf.read_bytes()
    ran = CliRunner().invoke(main, ["import", "check", str(shelf), "--rejected", str(tmp_path / out)])
    assert ran.exit_code == 2
    assert told in ran.stderr
    assert shelf.read_bytes() == before


def test_a_sheet_s_own_days_numbers_and_codes(tmp_path: Path) -> None:
    line = (
        '<row r="2">'
        + cell("A2", 1029)
        + cell("B2", 9506000134352)
        + cell("C2", "A")
        + cell("D2", "food")
        + cell("E2", 46145)
        + "</row>"
    )
    header = rows(("product_id", "gtin", "name", "sector", "valid_until"))
    found = read_products(workbook(tmp_path / "in.xlsx", header + line))
    row = found.rows.to_pylist()[0]
    assert (row["product_id"], row["gtin"], row["valid_until"]) == ("1029", "09506000134352", dt.date(2026, 5, 3))
    assert any("46145 = 2026-05-03" in note for note in found.notes)


def test_the_guide_names_every_column_and_every_word_for_it() -> None:
    from importlib import resources

    from leafmark.products.imports.bills import _fields
    from leafmark.products.imports.products import FIELDS

    guide = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")
    table = {line.split(" | ")[0].strip("| `"): line for line in guide.splitlines() if line.startswith("| `")}
    words = (resources.files("leafmark.products.imports") / "headers.csv").read_text(encoding="utf-8")
    listed = {row["column"]: row["names"].split(";") for row in csv.DictReader(words.splitlines())}
    assert set(listed) == {field.name for field in (*FIELDS, *_fields(None))} == set(table)
    for column, names in listed.items():
        assert all(name in table[column] for name in names), column
