"""Importers on the publishers' own files, against figures read off the publications; and on files broken on purpose."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from leafmark.factors.check import check
from leafmark.factors.importers import IMPORTERS, UnreadableFile, read, sniff
from leafmark.factors.importers.base import FACTOR_NAMES, Imported, Row
from leafmark.factors.importers.writing import write_pack
from leafmark.factors.model import Pack

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("LEAFMARK_SHARED_DATA", ROOT.parent / "shared" / "data"))
FILES = {
    "desnz-2022-flat-file.xls": "desnz",
    "desnz-2023-flat-file.xlsx": "desnz",
    "epa-hub-2024.xlsx": "epa-hub",
    "epa-supply-chain-v1.2.csv": "epa-supply-chain",
    "owid-carbon-intensity-electricity.csv": "owid",
}
_CACHE: dict[str, Imported] = {}


def publisher_file(name: str) -> Path:
    path = SHARED / "publishers" / name
    if not path.exists():
        pytest.skip(f"the publisher's file {name} is not here; set LEAFMARK_SHARED_DATA to the shared data folder")
    return path


def imported(name: str) -> Imported:
    path = publisher_file(name)
    if name not in _CACHE:
        _CACHE[name] = read(path)
    return _CACHE[name]


def factor(name: str, factor_id: str) -> Row:
    return next(row for row in imported(name).rows if row["factor_id"] == factor_id)


@pytest.mark.parametrize(("name", "importer"), FILES.items())
def test_every_file_finds_its_importer_and_keeps_its_sha256(name: str, importer: str) -> None:
    assert sniff(publisher_file(name)) == importer
    sources = imported(name).sources
    assert [source["file_sha256"] for source in sources] == [
        hashlib.sha256(publisher_file(name).read_bytes()).hexdigest()
    ]
    assert {source["licence_class"] for source in sources} == {"open"}


@pytest.mark.parametrize("name", FILES)
def test_rows_have_every_column_a_unique_id_a_locator_and_a_spread(name: str) -> None:
    rows = imported(name).rows
    assert all(tuple(row) == FACTOR_NAMES for row in rows)
    assert len({row["factor_id"] for row in rows}) == len(rows)
    assert all(row["locator"] and row["gsd"] and row["gsd_basis"] for row in rows)
    assert {row["source_id"] for row in rows} == {source["source_id"] for source in imported(name).sources}


@pytest.mark.parametrize(
    ("factor_id", "co2e_kg", "unit"),
    [
        ("electricity.grid@GB:direct:2023", 0.207074, "kWh"),
        ("electricity.grid@GB:upstream:2023", 0.0459, "kWh"),
        ("electricity.grid@GB:td_loss:2023", 0.01792, "kWh"),
        ("electricity.grid@GB:td_loss_upstream:2023", 0.00397, "kWh"),
        ("fuel.natural_gas.energy_net@GB:direct:2023", 0.20267, "kWh_net"),
        ("fuel.natural_gas.energy_gross@GB:direct:2023", 0.18293, "kWh_gross"),
        ("freight.hgv.average_laden@GB:ttw:2023", 0.09696, "t_km"),
        ("freight.hgv.average_laden@GB:wtt:2023", 0.02346, "t_km"),
        ("fuel.diesel@GB:direct:2023", 2.51206, "L"),
        ("refrigerant.hfc_134a@WORLD:direct:2023", 1300.0, "kg"),
    ],
)
def test_desnz_2023_gives_the_published_figures(factor_id: str, co2e_kg: float, unit: str) -> None:
    row = factor("desnz-2023-flat-file.xlsx", factor_id)
    assert (row["co2e_kg"], row["unit"], row["gwp_set"]) == (co2e_kg, unit, "AR5")


def test_desnz_row_id_and_sheet_row_are_kept() -> None:
    row = factor("desnz-2023-flat-file.xlsx", "freight.hgv.average_laden@GB:ttw:2023")
    assert row["locator"] == "flat file 2023, sheet 'Factors by Category', ID 27_304_3140_14_1 (row 5903)"
    old = factor("desnz-2022-flat-file.xls", "electricity.grid@GB:direct:2022")
    assert old["locator"] == "flat file 2022, sheet 'Factors by Category', row 2854"


def test_trap_9_the_series_changes_its_gwp_set_between_2022_and_2023() -> None:
    old = factor("desnz-2022-flat-file.xls", "fuel.natural_gas.energy_gross@GB:direct:2022")
    new = factor("desnz-2023-flat-file.xlsx", "fuel.natural_gas.energy_gross@GB:direct:2023")
    assert (old["gwp_set"], new["gwp_set"]) == ("AR4", "AR5")
    for row, methane, nitrous in ((old, 25, 298), (new, 28, 265)):
        parts = (row["co2_kg"], row["ch4_fossil_kg"], row["n2o_kg"])
        co2, ch4, n2o = (float(str(part)) for part in parts)
        assert co2 + methane * ch4 + nitrous * n2o == pytest.approx(float(str(row["co2e_kg"])), abs=1e-5)


def test_the_old_xls_and_the_new_xlsx_give_the_same_keys() -> None:
    old, new = (
        {(row["key"], row["boundary"]) for row in imported(name).rows}
        for name in ("desnz-2022-flat-file.xls", "desnz-2023-flat-file.xlsx")
    )
    assert len(old & new) > 1350
    assert not any(str(key).startswith("other.") for key, _ in old | new)


def test_desnz_cells_of_text_are_faults_and_nothing_is_lost_silently() -> None:
    result = imported("desnz-2022-flat-file.xls")
    assert {fault.found for fault in result.faults} == {"< 1"}
    assert all(fault.row > 5 and fault.field == "GHG Conversion Factor" for fault in result.faults)
    assert result.skipped["no figure published"] > 1000


def test_flights_keep_the_non_co2_part_apart() -> None:
    plain = factor("desnz-2023-flat-file.xlsx", "travel.flight.long_haul.economy@GB:ttw:2023")
    with_rf = factor("desnz-2023-flat-file.xlsx", "travel.flight.long_haul.economy.with_rf@GB:ttw:2023")
    assert (plain["co2e_kg"], plain["aviation_non_co2_kg"], with_rf["co2e_kg"]) == (0.11812, 0.08199, 0.20011)


def test_epa_supply_chain_keeps_price_year_and_basis() -> None:
    row = factor("epa-supply-chain-v1.2.csv", "spend.naics_111110@US:supply_chain:2019")
    assert (row["co2e_kg"], row["unit"], row["gwp_set"]) == (1.326, "USD_2021_purchaser", "AR4")
    without = factor("epa-supply-chain-v1.2.csv", "spend.naics_111110.without_margins@US:supply_chain:2019")
    assert without["co2e_kg"] == 1.223
    assert len(imported("epa-supply-chain-v1.2.csv").rows) == 2 * 1016


def test_epa_hub_gives_its_tables_and_refuses_the_replaced_road_rows() -> None:
    california = factor("epa-hub-2024.xlsx", "electricity.grid@egrid:CAMX:direct:2022")
    assert california["co2_kg"] == pytest.approx(497.443 * 0.45359237 / 1000, rel=1e-8)
    assert factor("epa-hub-2024.xlsx", "waste.landfill.mixed@US:end_of_life:2024")["co2e_kg"] == 580.0
    rail = factor("epa-hub-2024.xlsx", "freight.rail@US:ttw:2024")
    assert rail["unit"] == "short_ton_mile"
    assert rail["co2e_kg"] == pytest.approx(0.021893211868 + 28 * 0.0017107647e-3 + 265 * 0.000547444721e-3)
    result = imported("epa-hub-2024.xlsx")
    assert {fault.found[:6] for fault in result.faults} == {"0.1751", "0.9546"}
    assert not any(str(row["key"]).startswith("travel.car") for row in result.rows)


def test_owid_gives_countries_in_iso_codes_and_the_world() -> None:
    name = "owid-carbon-intensity-electricity.csv"
    assert factor(name, "electricity.grid@US:life_cycle:2022")["co2e_kg"] == 0.41039
    assert factor(name, "electricity.grid@CN:life_cycle:2022")["co2e_kg"] == pytest.approx(0.58675)
    assert factor(name, "electricity.grid@WORLD:life_cycle:2024")["co2e_kg"] == 0.47108


def test_trap_11_owid_a_life_cycle_of_zero_is_a_missing_figure() -> None:
    """Burundi 2000-2009 and 2012, the Central African Republic 2013-2023: grids of hydropower have 23 to 28 g/kWh."""
    found = imported("owid-carbon-intensity-electricity.csv")
    assert [fault.found for fault in found.faults] == ["0"] * 22
    assert min(float(str(row["co2e_kg"])) for row in found.rows) > 0.01
    assert {row["data_year"] for row in found.rows if row["region"] == "CF"} == set(range(2000, 2013))


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("desnz-2022-flat-file.xls", "AR4"),
        ("desnz-2023-flat-file.xlsx", "AR5"),
        ("epa-hub-2024.xlsx", "AR4: epa-hub-2024; AR5: epa-hub-2024"),
        ("epa-supply-chain-v1.2.csv", "AR4"),
        ("owid-carbon-intensity-electricity.csv", "unstated: ember-owid"),
    ],
)
def test_a_publishers_own_file_becomes_a_pack_that_loads_as_written(tmp_path: Path, name: str, note: str) -> None:
    """`factors import` then `factors check`, with nothing mended by hand in between."""
    write_pack(imported(name), tmp_path / "pack", "imported", "1")
    assert check(tmp_path / "pack") == []
    pack = Pack.load(tmp_path / "pack")
    assert (pack.gwp_note, pack.factors.num_rows) == (note, len(imported(name).rows))


TIDY = """# publisher: Example Ltd
# title: Factors of our mills
# year: 2025
# licence: CC-BY-4.0
# licence_class: open
key,name_en,region,boundary,unit,co2e_kg,data_year
material.recycled_cotton,Recycled cotton,IN,cradle_to_gate,kg,1.9,2024
"""


def tidy(folder: Path, text: str) -> Path:
    path = folder / "mills.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_tidy_csv_fills_documented_defaults(tmp_path: Path) -> None:
    path = tidy(tmp_path, TIDY)
    assert sniff(path) == "tidy"
    result = read(path)
    (row,) = result.rows
    assert (row["factor_id"], row["theme"], row["co2e_kg"]) == (
        "material.recycled_cotton@IN:cradle_to_gate:2024", "material", 1.9)  # fmt: skip
    assert (row["valid_from"], row["valid_to"], row["published_on"]) == ("2024-01-01", "2025-01-01", "2025-12-31")
    assert (row["gwp_set"], row["locator"], row["gsd_basis"]) == (
        "unstated", "row 7", "default:material_industry_average")  # fmt: skip
    assert result.sources[0]["source_id"] == "mills"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("material.a,A,IN,cradle_to_gate,kg,-,2024", "co2e_kg"),
        ("material.a,A,IN,cradle_to_gate,kg,nan,2024", "co2e_kg"),
        ("material.a,A,IN,cradle_to_gate,kg,-1.5,2024", "co2e_kg"),
        ("material.a,A,IN,cradle_to_gate,bushel,1,2024", "unit"),
        ("material.a,A,IN,somewhere,kg,1,2024", "boundary"),
        ("Material A,A,IN,cradle_to_gate,kg,1,2024", "key"),
        ("material.a,A,IN,cradle_to_gate,kg,1,last year", "data_year"),
        ("material.a,,IN,cradle_to_gate,kg,1,2024", "name_en"),
        ("material.a,A,IN,cradle_to_gate,kg,,2024", "co2e_kg"),
        ("widget.a,A,IN,cradle_to_gate,kg,1,2024", "theme"),
        ("material.recycled_cotton,Again,IN,cradle_to_gate,kg,2,2024", "factor_id"),
    ],
)
def test_tidy_csv_a_bad_row_is_a_named_fault_and_the_good_one_stays(tmp_path: Path, line: str, field: str) -> None:
    result = read(tidy(tmp_path, TIDY + line + "\n"))
    assert [(fault.row, fault.field) for fault in result.faults] == [(8, field)]
    assert len(result.rows) == 1


def test_tidy_csv_zero_is_a_value_and_not_missing(tmp_path: Path) -> None:
    result = read(tidy(tmp_path, TIDY + "material.found_stone,Found stone,IN,cradle_to_gate,kg,0,2024\n"))
    assert result.rows[1]["co2e_kg"] == 0.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TIDY.replace("# licence: CC-BY-4.0\n", ""), "# licence: ..."),
        (TIDY.replace("class: open", "class: free"), "licence_class of"),
        (TIDY.replace("data_year", "year"), "missing columns ['data_year'], unknown columns ['year']"),
    ],
)
def test_tidy_csv_without_its_source_or_columns_says_what_is_missing(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        IMPORTERS["tidy"](tidy(tmp_path, text))
    assert said in str(caught.value)


def xlsx(path: Path, rows: list[list[object]]) -> Path:
    """Write the smallest workbook that a reader takes: one sheet of inline texts and numbers."""

    def cell(value: object) -> str:
        if isinstance(value, int | float):
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'

    sheet = "".join(f"<row>{''.join(cell(value) for value in row)}</row>" for row in rows)
    space = "http://schemas.openxmlformats.org"
    main, office = f"{space}/spreadsheetml/2006/main", f"{space}/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{space}/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship '
        f'Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


HEADER: list[object] = ["ID", "Scope", "Level 1", "Level 2", "Level 3", "Level 4", "Column Text", "UOM", "GHG/Unit",
                        "GHG Conversion Factor 2031"]  # fmt: skip
BUS: list[object] = ["Scope 3", "Business travel- land", "Bus", "Coach", "", "", "passenger.km"]


def test_desnz_of_a_future_year_with_moved_header_reads_and_names_its_broken_rows(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["a title"], [], ["another line"], HEADER,
        ["1", *BUS, "kg CO2e", 0.02717],
        ["2", *BUS, "kg CO2e of CO2 per unit", 0.02676],
        ["3", *BUS, "kg CO2e of CH4 per unit", 0.00001],
        ["4", *BUS, "kg CO2e of N2O per unit", "-"],
        ["5", *BUS, "kg CO2e", 0.5],
        ["6", *BUS[:3], "Hover bus", *BUS[4:], "pounds of gas", 1.0],
        ["7", *BUS[:3], "Tram bus", *BUS[4:], "kg CO2e of CO2 per unit", 1.0],
        ["8", *BUS[:3], "Night bus", *BUS[4:], "kg CO2e", 0.04],
    ]  # fmt: skip
    result = read(xlsx(tmp_path / "any name.xlsx", rows))
    assert [(fault.row, fault.field) for fault in result.faults] == [
        (8, "GHG Conversion Factor"), (9, "GHG/Unit"), (10, "GHG/Unit"), (11, "kg CO2e")]  # fmt: skip
    assert {row["factor_id"]: row["co2e_kg"] for row in result.rows} == {
        "travel.coach@GB:ttw:2031": 0.02717, "travel.bus.night_bus@GB:ttw:2031": 0.04}  # fmt: skip
    coach = result.rows[0]
    assert coach["co2_kg"] is None, "with one gas unreadable the row is total-only, not short of a gas"
    assert (coach["published_on"], coach["valid_from"]) == ("2031-12-31", "2031-01-01")
    assert "day not established" in str(coach["note"])


def test_owid_and_epa_bad_cells_are_faults(tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    path.write_text(
        "Entity,Code,Year,Carbon intensity of electricity per kWh\nFrance,FRA,2024,44.2\nFrance,FRA,2023,n/a\n"
        "Atlantis,ATL,2024,1\nEurope,,2024,200\n", encoding="utf-8",
    )  # fmt: skip
    result = read(path)
    assert [(fault.row, fault.field) for fault in result.faults] == [
        (3, "Carbon intensity of electricity per kWh"), (4, "Code")]  # fmt: skip
    assert [row["co2e_kg"] for row in result.rows] == [0.0442]
    assert result.skipped == {"group of countries": 1}
    spend = tmp_path / "spend.csv"
    name = "Supply Chain Emission Factors"
    columns = f"NAICS Code 2017,NAICS Title 2017,GHG,Unit,{name} without Margins,Margins of {name},{name} with Margins,"
    columns += "Reference USEEIO Code"
    spend.write_text(
        f'{columns}\n311421,Canning,All GHGs,"kg CO2e/2021 USD, purchaser price",0.4,0.1,0.5,X\n'
        '311422,Canning,All GHGs,"kg CO2e/USD",0.4,0.1,0.5,X\n31142,Canning,All GHGs,"kg CO2e/2021 USD, purchaser '
        'price",0.4,0.1,0.5,X\n311423,Drying,All GHGs,"kg CO2e/2021 USD, purchaser price",0.4,0.1,,X\n',
        encoding="utf-8",
    )  # fmt: skip
    faults = [(fault.row, fault.field) for fault in read(spend).faults]
    assert faults == [(3, "Unit"), (4, "NAICS Code 2017"), (5, "Supply Chain Emission Factors with Margins")]


SPEND_HEADER = (
    "NAICS Code 2017,NAICS Title 2017,GHG,Unit,Supply Chain Emission Factors without Margins,Margins of Supply Chain "
    "Emission Factors,Supply Chain Emission Factors with Margins,Reference USEEIO Code\n"
)
SPEND_ROW = '311421,Canning,All GHGs,"kg CO2e/2021 USD, purchaser price",0.4,0.1,0.5,X'
ODD_CELLS = {
    "tidy, a comma in a name": (TIDY, "material.a,Wool, washed,IN,cradle_to_gate,kg,1,2024", "cell 8"),
    "tidy, a remark past the last column": (TIDY, "material.a,Wool,IN,cradle_to_gate,kg,1,2024,see page 3", "cell 8"),
    "tidy, a row cut short": (TIDY, "material.a,Wool,IN,cradle_to_gate,kg,1", ""),
    "owid": ("Entity,Code,Year,Carbon intensity\nFrance,FRA,2024,44.2\n", "Korea, South,KOR,2024,400", "cell 5"),
    "owid, cut short": ("Entity,Code,Year,Carbon intensity\nFrance,FRA,2024,44.2\n", "Norway,NOR,2024", ""),
    "epa": (SPEND_HEADER + SPEND_ROW + "\n", SPEND_ROW.replace("Canning", "Canning, drying"), "cell 9"),
}


@pytest.mark.parametrize(("sound", "odd", "field"), ODD_CELLS.values(), ids=ODD_CELLS)
def test_a_cell_too_many_or_too_few_is_a_fault_and_its_row_is_left_out(
    tmp_path: Path, sound: str, odd: str, field: str
) -> None:
    before = read(tidy(tmp_path, sound))
    after = read(tidy(tmp_path, sound + odd + "\n"))
    assert [(f.file, f.row, f.field) for f in after.faults] == [("mills.csv", len(sound.splitlines()) + 1, field)]
    assert after.rows == before.rows
    assert after.skipped == before.skipped


def test_empty_cells_past_the_last_column_as_spreadsheets_write_them_are_no_fault(tmp_path: Path) -> None:
    padded = TIDY + "material.a,Wool,IN,cradle_to_gate,kg,1,2024,,\n"
    assert read(tidy(tmp_path, padded)).faults == []


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    twice = TIDY.replace("data_year", "data_year,co2e_kg").replace(",2024", ",2024,2.9")
    with pytest.raises(UnreadableFile, match=r"'co2e_kg'.*twice"):
        read(tidy(tmp_path, twice))


def test_a_cell_under_no_header_in_a_workbook_is_a_fault(tmp_path: Path) -> None:
    flat = read(xlsx(tmp_path / "flat.xlsx", [HEADER, ["1", *BUS, "kg CO2e", 0.02717, "withdrawn"]]))
    assert [(f.row, f.field) for f in flat.faults] == [(2, "cell 11")]
    assert flat.rows == []
    hub: list[list[object]] = [
        ["", "Last Modified: June 5, 2024"], ["", "CH4", 28.0], ["Table 7"],
        ["", "", "CO2 Factor", "CH4 Factor", "N2O Factor"], ["", "Steam and Heat", 66.33, 1.25, 0.125, "draft"],
        ["", "Source:"],
    ]  # fmt: skip
    steam = read(xlsx(tmp_path / "hub.xlsx", hub))
    assert [(f.row, f.field, f.found) for f in steam.faults] == [(5, "cell 5", "'draft'")]
    assert steam.rows == []
    hub[4].pop()
    assert [row["key"] for row in read(xlsx(tmp_path / "hub.xlsx", hub)).rows] == ["heat.steam"]


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"", b"a,b\n1,2\n", b"\xff\xfe\x00"])
def test_a_file_of_nobody_is_refused_with_the_list_of_what_is_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "unknown.bin"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match="flat file"):
        read(path)
