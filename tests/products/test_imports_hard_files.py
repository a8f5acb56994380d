"""Files that are wrongly encoded, separated, cut, encrypted, swollen or no table: read rightly, or refused in a sentence."""

from __future__ import annotations

import io
import random
import re
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.products.imports import ImportRefusedError, Limits, read_products
from leafmark.products.imports.encodings import detect
from leafmark.products.imports.opening import open_table
from leafmark.products.imports.workbook_writing import write_workbook

from .import_files import CHAIR, HEADER, OATS, cell, rows, save, workbook

SIMPLIFIED = "瓦楞纸箱，白色；电热水壶1.7升不锈钢；儿童安全座椅。有机燕麦饮料；婴儿配方奶粉（一段）"
TRADITIONAL = "瓦楞紙箱，白色；電熱水壺1.7升不鏽鋼；兒童安全座椅。有機燕麥飲料；嬰兒配方奶粉（一段）"
FRENCH = "Crème fraîche épaisse, boîte à pâtes, café moulu, maïs, œufs, 3,50 €"
GERMAN = "Äpfel, Öl, Süßigkeiten, Weißbrot, Gemüsebrühe, Käse"


@pytest.mark.parametrize(
    ("codec", "text", "named"),
    [
        ("utf-8", SIMPLIFIED, "UTF-8"),
        ("utf-8-sig", TRADITIONAL, "UTF-8 with its mark"),
        ("utf-16", TRADITIONAL, "UTF-16, little endian"),
        ("utf-16-le", "plain words, " * 9 + SIMPLIFIED, "UTF-16 without its mark, little endian"),
        ("utf-16-be", "plain words, " * 9 + SIMPLIFIED, "UTF-16 without its mark, big endian"),
        ("gb18030", SIMPLIFIED, "GB18030"),
        ("gbk", SIMPLIFIED, "GB18030"),
        ("big5", TRADITIONAL.replace("不鏽鋼", "玻璃"), "Big5"),
        ("cp1252", FRENCH, "Windows-1252"),
        ("cp1252", GERMAN, "Windows-1252"),
    ],
)
def test_the_encoding_is_found_and_said(tmp_path: Path, codec: str, text: str, named: str) -> None:
    source = save(tmp_path / "in.csv", f'product_id,name,sector\n1,"{text}",food\n', codec)
    found = read_products(source)
    row = found.rows.to_pylist()[0]
    assert (row["name_en"] or row["name_zh_hant"] or row["name_zh_hans"]) == (text)
    assert found.encoding == named
    concluded = any("concluded from its letters" in note for note in found.notes)
    assert concluded == (named in ("GB18030", "Big5", "Windows-1252") or "without its mark" in named)


def test_names_of_a_real_register_in_either_chinese_encoding() -> None:
    """Names of all regions (Unicode CLDR): each encoding is told from the other over texts of some lines."""
    from leafmark.factors.regions import table

    for codec, field, found in (("gb18030", "name_zh_hans", "gb18030"), ("big5", "name_zh_hant", "big5hkscs")):
        names = [getattr(row, field) for row in table().values() if getattr(row, field)]
        pick = random.Random(4)
        for _ in range(200):
            data = "\n".join(pick.sample(names, 12)).encode(codec, "ignore")
            encoding = detect(data)
            assert encoding is not None
            assert encoding.codec == found


def test_broken_bytes_reject_their_row_alone(tmp_path: Path) -> None:
    text = (
        f"product_id,name,sector\n1,{SIMPLIFIED.replace(',', '')},food\n2,電".encode()
        + b"\xff\xff,food\n3,\xe9\x9b\xbb,food\n"
    )
    path = tmp_path / "in.csv"
    path.write_bytes(text)
    found = read_products(path)
    assert [(fault.row, fault.field) for fault in found.faults] == [(3, "name")]
    assert found.counts.accepted == 2


def test_a_file_cut_in_half_gives_its_whole_rows(tmp_path: Path) -> None:
    whole = (HEADER + "".join(f"p{n},,Chair {n},橡木椅,home,6.2\n" for n in range(100))).encode()
    for length in (len(whole) // 2, len(whole) // 2 + 17, len(whole) // 2 + 19):
        path = tmp_path / "cut.csv"
        path.write_bytes(whole[:length])
        found = read_products(path)
        complete = whole[:length].count(b"\n") - 1
        assert found.counts.rows == complete + 1
        assert found.counts.accepted >= complete
        assert any("if the file was cut" in note for note in found.notes)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    text = '"product_id";"name, as sold";"sector"\n"1";"A, B";"food"\n'.replace(";", separator).replace(", as sold", "")
    found = read_products(save(tmp_path / "in.csv", text))
    assert found.separator == separator
    assert found.rows.column("name_en").to_pylist() == ["A, B"]


def test_excel_s_own_line_names_the_separator_and_counts_as_a_row(tmp_path: Path) -> None:
    found = read_products(save(tmp_path / "in.csv", "sep=;\r\nproduct_id;name;sector\r\n1;A;toys\r\n"))
    assert found.faults[0].row == 3


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_ending(tmp_path: Path, end: str) -> None:
    found = read_products(save(tmp_path / "in.csv", end.join(["product_id,name,sector", "1,A,food", "2,B,toys", ""])))
    assert [fault.row for fault in found.faults] == [3]


def test_an_open_quote_is_an_error_and_not_a_long_text(tmp_path: Path) -> None:
    text = 'product_id,name,sector\n1,A,food\n2,"B,food\n' + "3,C,food\n" * 9
    with pytest.raises(ImportRefusedError, match="opened and never closed in row 3"):
        read_products(save(tmp_path / "in.csv", text))


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\n\n", b"\xff\xfe", b",,,\n", b"   "])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(data)
    with pytest.raises(ImportRefusedError, match=r"empty|no rows"):
        read_products(path)


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="a header and no rows"):
        read_products(save(tmp_path / "in.csv", HEADER))


def test_a_million_columns_are_refused_by_their_header(tmp_path: Path) -> None:
    wide = ",".join(f"c{n}" for n in range(10**6))
    with pytest.raises(ImportRefusedError, match=r"does not end within|columns; at most"):
        read_products(save(tmp_path / "in.csv", f"{wide}\n{wide}\n"))
    with pytest.raises(ImportRefusedError, match="1,001 columns; at most 1,000"):
        read_products(save(tmp_path / "in.csv", ",".join(["c"] * 1001) + "\n1\n"))


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_limits_of_rows_columns_and_bytes_hold_in_every_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"in.{suffix}"
    if suffix == "csv":
        save(path, "product_id,name,sector\n" + "1,A,food\n" * 20)
    elif suffix == "parquet":
        pq.write_table(pa.table({"product_id": ["1"] * 20, "name": ["A"] * 20, "sector": ["food"] * 20}), path)
    else:
        write_workbook(path, iter([["product_id", "name", "sector"], *([["1", "A", "food"]] * 20)]))
    for limits in (Limits(rows_max=10), Limits(columns_max=2), Limits(bytes_max=10)):
        with pytest.raises(ImportRefusedError, match=r"at most|more than"):
            read_products(path, limits)


def test_a_text_longer_than_a_cell_rejects_its_row(tmp_path: Path) -> None:
    found = read_products(save(tmp_path / "in.csv", f"product_id,name,sector\n1,{'a' * 600},food\n2,B,food\n"))
    assert [(fault.row, fault.field) for fault in found.faults] == [(2, "name")]
    assert len(str(found.faults[0])) < 300


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bomb.xlsx", rows(("product_id",)), {"xl/media/zeros.xml": b"0" * (64 << 20)})
    assert path.stat().st_size < 1 << 20
    with pytest.raises(ImportRefusedError, match="unpacks to 67,"):
        read_products(path, Limits(inflated_bytes_max=1 << 24))


def test_a_part_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "liar.xlsx", rows(("product_id", "name", "sector"), ("1", "A" * 5000, "food")))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    with pytest.raises(ImportRefusedError, match="not whole"):
        read_products(path)


@pytest.mark.parametrize("address", ["XFD1048576", "XFD2", "B1048576"])
def test_two_cells_far_apart_do_not_take_the_memory_of_all_between(tmp_path: Path, address: str) -> None:
    far = f'<row r="{re.sub("[A-Z]", "", address)}">{cell(address, 1)}</row>'
    path = workbook(tmp_path / "far.xlsx", rows(("product_id",)) + far)
    limits = Limits(sheet_cells_max=1_000_000)
    with pytest.raises(ImportRefusedError, match=r"columns; at most|the sheet reaches over"):
        read_products(path, limits)


def test_attributes_in_another_order_or_prefix_do_not_hide_an_address(tmp_path: Path) -> None:
    for far in ('<row r="9"><c s="1" t="n" r="XFD9"><v>1</v></c></row>', "<row r='9'><c r='XFD9'><v>1</v></c></row>"):
        path = workbook(tmp_path / "far.xlsx", rows(("product_id",)) + far)
        with pytest.raises(ImportRefusedError, match="16,384 columns"):
            read_products(path)
    path = workbook(tmp_path / "none.xlsx", rows(("product_id",)) + '<row r="9"><c><v>1</v></c></row>')
    with pytest.raises(ImportRefusedError, match="without an address"):
        read_products(path)


def test_an_address_across_two_pieces_of_a_part_is_seen(tmp_path: Path) -> None:
    for pad in range(0, 40, 3):
        filler = "".join(f'<row r="{n}">{cell(f"A{n}", "x" * 1000)}</row>' for n in range(2, 960)) + " " * pad
        path = workbook(
            tmp_path / "far.xlsx", rows(("product_id",)) + filler + f'<row r="999">{cell("XFD999", 1)}</row>'
        )
        with pytest.raises(ImportRefusedError, match="16,384 columns"):
            read_products(path)


def test_encrypted_old_and_foreign_workbooks_are_told_apart(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    for data, told in (
        (ole + "EncryptedPackage".encode("utf-16-le"), "encrypted; take its password off"),
        (ole + "Workbook".encode("utf-16-le"), "an old workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"PAR1 cut in half", "not readable as Parquet"),
    ):
        path = tmp_path / "in.xlsx"
        path.write_bytes(data)
        with pytest.raises(ImportRefusedError, match=told):
            read_products(path)


@pytest.mark.parametrize(
    ("names", "told"),
    [(["content.xml", "mimetype"], "OpenDocument"), (["a.csv"], "no workbook"), (["xl/worksheets/sheet1.bin"], "xlsb")],
)
def test_other_zip_files_are_named(tmp_path: Path, names: list[str], told: str) -> None:
    path = tmp_path / "in.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    with pytest.raises(ImportRefusedError, match=told):
        read_products(path)


def test_a_workbook_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "in.xlsx", rows(("product_id", "name", "sector"), ("1", "A", "food"))).read_bytes()
    path = tmp_path / "cut.xlsx"
    for length in range(30, len(whole), 97):
        path.write_bytes(whole[:length])
        with pytest.raises(ImportRefusedError, match="not whole"):
            read_products(path)


@given(data=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_a_sentence(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(data)
    for head in (b"", b"product_id,name,sector\n"):
        path.write_bytes(head + data)
        try:
            found = read_products(path)
        except ImportRefusedError:
            continue
        assert found.counts.rows == found.counts.accepted + found.counts.rejected + found.counts.blank


@given(place=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_a_workbook_with_any_byte_changed_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "changed.xlsx"
    data = bytearray(workbook(path, rows(("product_id", "name", "sector"), ("1", "A", "food"))).read_bytes())
    data[place % len(data)] = byte
    path.write_bytes(bytes(data))
    try:
        found = read_products(path)
    except ImportRefusedError:
        return
    assert found.counts.rows == found.counts.accepted + found.counts.rejected + found.counts.blank


def test_one_dictionary_entry_used_often_is_counted_before_it_is_unpacked(tmp_path: Path) -> None:
    """A few kilobytes of Parquet that would be 3 GB of text."""
    name = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array(["x" * 30_000]))
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"product_id": range(100_000), "name": name, "sector": ["food"] * 100_000}), path)
    assert path.stat().st_size < 10 << 20
    with pytest.raises(ImportRefusedError, match="3,000,000,000 bytes of text"):
        read_products(path)


def test_a_parquet_list_is_no_value(tmp_path: Path) -> None:
    pq.write_table(pa.table({"product_id": [["1"]], "name": ["A"], "sector": ["food"]}), tmp_path / "in.parquet")
    with pytest.raises(ImportRefusedError, match="column product_id holds a list"):
        read_products(tmp_path / "in.parquet")


def test_the_same_rows_in_every_format_are_the_same_import(tmp_path: Path) -> None:
    text = save(tmp_path / "in.csv", HEADER + CHAIR + OATS)
    lines = [line.split(",") for line in (HEADER + CHAIR + OATS).splitlines()]
    write_workbook(tmp_path / "in.xlsx", iter(lines))
    columns = dict(zip(lines[0], map(list, zip(*lines[1:], strict=True)), strict=True))
    pq.write_table(pa.table({**columns, "mass_kg": [6.2, 1.03]}), tmp_path / "in.parquet")
    first = read_products(text).rows
    assert first.num_rows == 2
    assert read_products(tmp_path / "in.xlsx").rows.equals(first)
    assert read_products(tmp_path / "in.parquet").rows.equals(first)


def test_a_publisher_s_own_workbook_is_within_the_limits(shared_data: Path) -> None:
    """Written by Excel itself: the UK flat file of 2023."""
    path = next((shared_data / "publishers").rglob("*2023*.xlsx"))
    assert open_table(path).table.num_rows > 0


def test_what_is_written_is_a_workbook_to_another_reader(tmp_path: Path) -> None:
    """Not read back by our own code: calamine sees the texts, and XML the escapes."""
    from xml.etree import ElementTree

    from python_calamine import CalamineWorkbook

    lines = [["a", "b"], ["=1+1", " <&> \r\n\t\x00 "], ["", "007"]]
    write_workbook(tmp_path / "out.xlsx", iter(lines))
    sheet = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_index(0)
    read = sheet.to_python(skip_empty_area=False)
    assert read[1][0] == "=1+1"
    assert read[1][1].startswith(" <&> ")
    assert read[2] == ["", "007"]
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        for name in archive.namelist():
            ElementTree.parse(io.BytesIO(archive.read(name)))


def test_rows_keep_their_numbers_over_all_blocks_of_a_large_file(tmp_path: Path) -> None:
    """Short rows and cells with line breaks in every block of 8 MB: what was read is what the id says."""
    lines, short = [], []
    for number in range(2, 60_002):
        if number % 977 == 0:
            short.append(number)
            lines.append(f"{number},short")
        else:
            lines.append(f'{number},"{"x" * 280}\n{number}",food')
    found = read_products(save(tmp_path / "in.csv", "product_id,name,sector\n" + "\n".join(lines) + "\n"))
    assert [record.row for record in found.rejected.raw.ragged] == short
    assert list(map(str, found.rows.column("_row").to_pylist())) == found.rows.column("product_id").to_pylist()
