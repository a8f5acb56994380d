"""Every kind of bad input as a real file, CSV and Parquet: its exact reason or error, and nothing lost.

`run_bill` holds every run that ends to `lines in = accepted + rejected`.
"""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import math
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from engine_rows import Row, bill, factor, line, pack, products, rejected, run_bill

from leafmark.engine.inputs import InputError, open_input, sha256_file
from leafmark.engine.run import RunError
from leafmark.factors.model import Pack, PackError
from leafmark.methods import method

BILL = method("product.bill")
PACK = pack(factor(), factor("material.direct_only", boundary="direct"))
HEADER = "product_id,stage,key,amount,unit"
GOOD = "1,materials,material.board,3,kg"
HALF = 2_000_000_000 * 3
"""Micrograms of the sound line: 3 kg at 2 kg CO2e per kg."""


def csv_file(folder: Path, content: str | bytes, name: str = "bill.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def error_of(folder: Path, source: Any) -> str:
    with pytest.raises(InputError) as caught:
        run_bill(folder / "run", source, PACK)
    assert not (folder / "run" / "run.json").exists()
    return str(caught.value)


# What a row may hold: reason, field, found (as CSV, as Parquet). None: accepted.
CELLS: list[tuple[str, Row, tuple[str, str, str | None] | None]] = [
    ("unknown unit", {"unit": "furlong"}, ("unknown_unit", "unit", "furlong")),
    ("unit of another kind", {"unit": "kWh"}, ("unit_mismatch", "unit", "kWh")),
    ("factor missing at every level", {"key": "material.direct_only"}, ("no_factor", "key", "material.direct_only")),
    ("unknown key", {"key": "material.unobtainium"}, ("unknown_key", "key", "material.unobtainium")),
    ("before the vintage rule", {"date": dt.date(2013, 12, 31)}, ("date_out_of_reach", "date", "2013-12-31")),
    ("past the vintage rule", {"date": dt.date(2035, 1, 1)}, ("date_out_of_reach", "date", "2035-01-01")),
    ("first day", {"date": dt.date(1, 1, 1)}, ("date_out_of_reach", "date", "0001-01-01")),
    ("last day", {"date": dt.date(9999, 12, 31)}, ("date_out_of_reach", "date", "9999-12-31")),
    ("negative", {"amount": -1.0}, ("negative_amount", "amount", "-1.0")),
    ("absurd", {"amount": 1.1e7}, ("above_bound", "amount", "11000000.0")),
    ("most absurd", {"amount": 1.7e308}, ("above_bound", "amount", "1.7e+308")),
    ("NaN", {"amount": math.nan}, ("unreadable", "amount", "nan")),
    ("infinity", {"amount": math.inf}, ("unreadable", "amount", "inf")),
    ("minus infinity", {"amount": -math.inf}, ("unreadable", "amount", "-inf")),
    ("no amount", {"amount": None}, ("missing_value", "amount", None)),
    ("unknown stage", {"stage": "usage"}, ("unknown_stage", "stage", "usage")),
    ("unknown region", {"region": "Narnia"}, ("unknown_region", "region", "Narnia")),
    ("zero is a value", {"amount": 0.0}, None),
    ("minus zero is zero", {"amount": -0.0}, None),
    ("the smallest float", {"amount": 5e-324}, None),
]


@pytest.mark.parametrize("form", ["csv", "csv.gz", "parquet"])
@pytest.mark.parametrize(("cells", "expected"), [case[1:] for case in CELLS], ids=[case[0] for case in CELLS])
def test_a_row(tmp_path: Path, cells: Row, expected: tuple[str, str, str | None] | None, form: str) -> None:
    table = bill([line(1, activity_id="good"), line(2, activity_id="odd", **cells)])
    source = tmp_path / f"bill.{form}"
    if form == "parquet":
        pq.write_table(table, source)
    else:
        with pa.output_stream(source, compression="gzip" if form == "csv.gz" else None) as out:
            pyarrow.csv.write_csv(table, out)
    made = run_bill(tmp_path / "run", source, PACK)
    assert made.record["lines_in"] == 2
    found = products(made)
    assert found[1 if form == "parquet" else "1"]["co2e_ug"] == HALF
    odd = found[2 if form == "parquet" else "2"]
    if expected is None:
        assert (rejected(made), odd["status"], odd["co2e_ug"]) == ([], "complete", 0)
    else:
        row = rejected(made)[0]
        assert (row["file"], row["row"], row["activity_id"]) == (str(source), 2, "odd")
        assert (row["reason"], row["field"], row["found"]) == expected
        assert row["expected"]
        assert (odd["status"], odd["co2e_ug"]) == ("unknown", None)


TEXTS: list[tuple[str, str, tuple[str, str, str | None] | None]] = [
    ("- for missing", "2,materials,material.board,-,kg", ("missing_value", "amount", None)),
    ("- in the unit", "2,materials,material.board,3,-", ("missing_value", "unit", None)),
    ("- in the product", "-,materials,material.board,3,kg", ("missing_value", "product_id", None)),
    ("N/A", "2,materials,material.board, N/A ,kg", ("missing_value", "amount", None)),
    ("words", "2,materials,material.board,three,kg", ("unreadable", "amount", "three")),
    ("decimal comma", '2,materials,material.board,"3,5",kg', ("unreadable", "amount", "3,5")),
    ("thousands", '2,materials,material.board,"1,000",kg', ("unreadable", "amount", "1,000")),
    ("too large for a float", "2,materials,material.board,1e400,kg", ("unreadable", "amount", "1e400")),
    ("unit in the number", "2,materials,material.board,3 kg,kg", ("unreadable", "amount", "3 kg")),
    ("full-width digits", "2,materials,material.board,３,kg", ("unreadable", "amount", "３")),
    ("NUL", "2,materials,material.board,3\0,kg", ("unreadable", "amount", "3\0")),
    ("blanks around", " 2 ,\tmaterials , material.board\u00a0, 3 , kg", None),
    ("plus and exponent", "2,materials,material.board,+0.3e1,kg", None),
]


@pytest.mark.parametrize(("row", "expected"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS])
def test_a_text_of_a_csv(tmp_path: Path, row: str, expected: tuple[str, str, str | None] | None) -> None:
    made = run_bill(tmp_path / "run", csv_file(tmp_path, f"{HEADER}\n{GOOD}\n{row}\n"), PACK)
    assert made.record["lines_in"] == 2
    if expected is None:
        assert products(made)["2"]["co2e_ug"] == HALF
    else:
        assert [(bad["row"], bad["reason"], bad["field"], bad["found"]) for bad in rejected(made)] == [(2, *expected)]
    assert products(made)["1"]["co2e_ug"] == HALF


@pytest.mark.parametrize(
    ("cell", "reads"),
    [
        ("2024-05-03", True), ("2024-05-03T23:59:59Z", True), ("2024-05-03 10:00", True), ("2024-5-3", True),
        ("03/05/2024", False), ("2024-02-30", False), ("May 3", False), ("20240503", False), ("infinity", False),
        ("-infinity", False), ("10000-01-01", False), ("0044-03-15 (BC)", False), ("45415", False),
    ],
)  # fmt: skip
def test_a_date_of_a_csv(tmp_path: Path, cell: str, reads: bool) -> None:
    made = run_bill(tmp_path / "run", csv_file(tmp_path, f"{HEADER},date\n{GOOD},{cell}\n"), PACK)
    found = [(bad["reason"], bad["field"], bad["found"]) for bad in rejected(made)]
    assert found == ([] if reads else [("unreadable", "date", cell)])


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["no mark", "byte order mark"])
@pytest.mark.parametrize("last", [True, False], ids=["ends", "breaks off"])
def test_line_ends_and_marks_change_nothing(tmp_path: Path, ends: str, mark: bytes, last: bool) -> None:
    text = ends.join([HEADER, GOOD, "", "2,materials,material.board,four,kg", '2,"materials",material.board,3,kg'])
    made = run_bill(tmp_path / "run", csv_file(tmp_path, mark + (text + (ends if last else "")).encode()), PACK)
    assert made.record["lines_in"] == 3
    assert [(bad["row"], bad["found"]) for bad in rejected(made)] == [(2, "four")]
    assert [row["co2e_ug"] for row in products(made).values()] == [HALF, HALF]


def test_newlines_commas_and_quotes_in_quotes_stay_in_their_cell(tmp_path: Path) -> None:
    text = f'"note\nof the ""buyer""",{HEADER}\n"one\n\ntwo, ""three""",{GOOD}\nfour,{GOOD}\n5" box,2,"materials\r\n",a,1,kg\n'
    made = run_bill(tmp_path / "run", csv_file(tmp_path, text), PACK)
    assert (made.record["lines_in"], products(made)["1"]["co2e_ug"]) == (3, 2 * HALF)
    assert [(bad["row"], bad["reason"], bad["found"]) for bad in rejected(made)] == [(3, "unknown_key", "a")]


@pytest.mark.parametrize("rows", [2, 400_000])
def test_a_quote_that_is_never_closed_swallows_no_row(tmp_path: Path, rows: int) -> None:
    text = f"{HEADER}\n" + f"{GOOD}\n" * rows + '1,materials,"material.board,3,kg\n' + f"{GOOD}\n" * rows
    assert "quote" in error_of(tmp_path, csv_file(tmp_path, text)).lower()


@pytest.mark.parametrize("name", ["extra", "in another order"])
def test_extra_columns_and_another_order_change_nothing(tmp_path: Path, name: str) -> None:
    text = f"{HEADER},colour,colour,\n{GOOD},a,b,\n" if name == "extra" else (
        "unit,amount,key,stage,product_id\nkg,3,material.board,materials,1\n")  # fmt: skip
    assert products(run_bill(tmp_path / "run", csv_file(tmp_path, text), PACK))["1"]["co2e_ug"] == HALF


@pytest.mark.parametrize("form", ["csv", "parquet", "arrow", "pandas", "polars"])
def test_columns_in_another_case_or_with_spaces_are_the_same_columns(tmp_path: Path, form: str) -> None:
    """Above all the optional ones: a `Region` left alone would silently be the world."""
    names = ["Product ID", " STAGE", "Key ", "amount", "Unit", "Region", "activity-id"]
    table = bill([line(1, region="GB", activity_id="a")]).select(
        ["product_id", "stage", "key", "amount", "unit", "region", "activity_id"]
    )
    table = table.rename_columns(names)
    source: Any = table
    if form == "csv":
        pyarrow.csv.write_csv(table, source := tmp_path / "bill.csv")
    elif form == "parquet":
        pq.write_table(table, source := tmp_path / "bill.parquet")
    elif form == "pandas":
        source = table.to_pandas()
    elif form == "polars":
        source = pytest.importorskip("polars").from_arrow(table)
    here = factor(region="GB", co2e_kg=5.0)
    made = run_bill(tmp_path / "run", source, pack(factor(), here))
    assert made.record["totals"]["co2e_ug"] == 15 * 10**9


@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
@pytest.mark.parametrize("twice", [("unit", "unit"), ("Unit", "UNIT")])
def test_a_column_that_occurs_twice_is_refused(tmp_path: Path, form: str, twice: tuple[str, str]) -> None:
    table = bill([line(1)])
    names = [*(name for name in table.schema.names if name != "unit"), *twice]
    table = pa.Table.from_arrays(
        [*(table.column(name) for name in names[:-2]), *[table.column("unit")] * 2], names=names
    )
    source: Any = table
    if form == "csv":
        source = csv_file(tmp_path, ",".join(names) + "\n1,materials,material.board,3,kg,g\n")
    elif form == "parquet":
        pq.write_table(table, source := tmp_path / "bill.parquet")
    assert "column unit occurs twice" in error_of(tmp_path, source)


def test_of_two_columns_that_differ_in_case_the_exact_one_counts(tmp_path: Path) -> None:
    """DuckDB alone would read the first of the two."""
    table = pa.table({"Amount": [999.0]}).append_column("amount", pa.array([3.0]))
    for name, value in (("product_id", 1), ("stage", "materials"), ("key", "material.board"), ("unit", "kg")):
        table = table.append_column(name, pa.array([value]))
    pq.write_table(table, tmp_path / "bill.parquet")
    assert products(run_bill(tmp_path / "run", tmp_path / "bill.parquet", PACK))[1]["co2e_ug"] == HALF


def test_a_column_with_a_name_of_our_own_is_left_alone(tmp_path: Path) -> None:
    table = bill([line(1), line(1, unit="furlong")])
    for name in ("_row", "filename", "file_row_number", "_file", "_bad"):
        table = table.append_column(name, pa.array(["x", "y"]))
    pq.write_table(table, source := tmp_path / "bill.parquet")
    made = run_bill(tmp_path / "run", source, PACK)
    assert [(bad["file"], bad["row"], bad["reason"]) for bad in rejected(made)] == [(str(source), 2, "unknown_unit")]


UTF16 = f"{HEADER}\n{GOOD}\n".encode
FILES: list[tuple[str, str, bytes, str]] = [
    ("0 bytes", "bill.csv", b"", "the file is empty; expected a header row"),
    ("blank lines", "bill.csv", b"\n\r\n  \n", "the file is empty; expected a header row"),
    ("0 bytes of Parquet", "bill.parquet", b"", "not readable as Parquet"),
    ("missing column", "bill.csv", b"product_id,stage,key,unit\n1,use,a,kg\n", "column amount is missing; found: product_id"),
    ("semicolons", "bill.csv", f"{HEADER}\n{GOOD}\n".replace(",", ";").encode(), "separated by semicolons; expected commas"),
    ("tabs", "bill.csv", f"{HEADER}\n{GOOD}\n".replace(",", "\t").encode(), "separated by tabs; expected commas"),
    ("commas in a .tsv", "bill.tsv", f"{HEADER}\n{GOOD}\n".encode(), "column product_id"),
    ("UTF-16", "bill.csv", UTF16("utf-16"), "in UTF-16: save it as UTF-8"),
    ("UTF-16 without a mark", "bill.csv", UTF16("utf-16-le"), "zero bytes: is the file in UTF-16"),
    ("a row too long", "bill.csv", f"{HEADER}\n{GOOD}\n{GOOD},7\n".encode(), "Expected 5 columns, got 6"),
    ("a row too short", "bill.csv", f"{HEADER}\n{GOOD}\n1,use\n".encode(), "Expected 5 columns, got 2"),
    ("gzip by another name", "bill.csv", gzip.compress(HEADER.encode()), "compressed with gzip: name it .csv.gz"),
    ("no gzip", "bill.csv.gz", f"{HEADER}\n{GOOD}\n".encode(), "not readable as CSV"),
    ("Parquet by another name", "bill.csv", b"PAR1\x15\x04", "a Parquet file: name it .parquet"),
    ("a workbook", "bill.csv", b"PK\x03\x04\x14", "an Excel workbook: save the sheet as CSV"),
    ("a workbook by its name", "bill.xlsx", b"PK\x03\x04\x14", "expected .parquet, .csv"),
    ("no Parquet", "bill.parquet", b"PAR1 and no more", "not readable as Parquet"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), [f[1:] for f in FILES], ids=[f[0] for f in FILES])
def test_a_file_that_cannot_be_read_is_one_clear_error(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    source = csv_file(tmp_path, content, name)
    told = error_of(tmp_path, source)
    assert message in told
    assert told.startswith(f"{source}: ")
    assert "\n" not in told


def test_a_gzip_cut_in_half_is_an_error_not_half_a_run(tmp_path: Path) -> None:
    rows = "".join(f"{n},materials,material.board,{n * 7919 % 1000},kg\n" for n in range(300_000))
    whole = gzip.compress(f"{HEADER}\n{rows}".encode())
    assert "not readable as CSV" in error_of(tmp_path, csv_file(tmp_path, whole[: len(whole) // 2], "bill.csv.gz"))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_header_alone_is_a_run_of_no_lines(tmp_path: Path, form: str) -> None:
    source = csv_file(tmp_path, HEADER)
    if form == "parquet":
        pq.write_table(bill([line()]).slice(0, 0), source := tmp_path / "bill.parquet")
    made = run_bill(tmp_path / "run", source, PACK)
    assert (made.record["lines_in"], made.record["totals"]["co2e_ug"], rejected(made)) == (0, None, [])


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.999])
def test_a_parquet_file_cut_off_is_an_error(tmp_path: Path, kept: float) -> None:
    pq.write_table(bill(line(n) for n in range(5000)), source := tmp_path / "bill.parquet")
    content = source.read_bytes()
    source.write_bytes(content[: int(len(content) * kept)])
    told = error_of(tmp_path, source)
    assert told.startswith(f"{source}: not readable as Parquet")
    assert "is the file whole?" in told


def test_parquet_damaged_inside_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    """The footer is sound, a page is not: found when staged (a wrong type) as when read in place."""
    table = bill(line(n, key=f"key {n}") for n in range(5000))
    table = table.set_column(3, "amount", table.column("amount").cast(pa.string()))
    pq.write_table(table, source := tmp_path / "bill.parquet", compression="none")
    content = bytearray(source.read_bytes())
    content[4:400] = bytes(range(256)) + bytes(140)
    source.write_bytes(content)
    assert f"{source}: not readable as Parquet" in error_of(tmp_path, source)


@pytest.mark.parametrize("form", ["csv", "parquet", "arrow", "large", "view", "categories"])
def test_broken_utf8_rejects_its_row(tmp_path: Path, form: str) -> None:
    key = pa.array([b"material.board", b"material.b\xffard"])
    table = bill([line(1), line(2)])
    kinds = {"large": pa.large_binary(), "view": pa.binary_view(), "categories": pa.dictionary(pa.int8(), pa.binary())}
    key = key.dictionary_encode().cast(kinds[form]) if form == "categories" else key.cast(kinds.get(form, pa.binary()))
    table = table.set_column(2, "key", key)
    source: Any = table
    if form == "csv":
        source = csv_file(tmp_path, f"{HEADER}\n{GOOD}\n2,materials,material.b".encode() + b"\xffard,3,kg\n")
    elif form == "parquet":
        pq.write_table(table, source := tmp_path / "bill.parquet")
    made = run_bill(tmp_path / "run", source, PACK)
    assert [(bad["row"], bad["field"], bad["reason"], bad["found"]) for bad in rejected(made)] == [
        (2, "key", "broken_text", "material.b\ufffdard")
    ]


@pytest.mark.parametrize(
    ("kind", "value"),
    [(pa.list_(pa.float64()), [3.0]), (pa.struct([("kg", pa.float64())]), {"kg": 3.0}),
     (pa.map_(pa.string(), pa.float64()), [("kg", 3.0)]), (pa.duration("s"), 3)], ids=["list", "struct", "map", "duration"],
)  # fmt: skip
def test_a_list_a_struct_or_a_duration_is_no_amount(tmp_path: Path, kind: pa.DataType, value: Any) -> None:
    table = bill([line(1)])
    table = table.set_column(3, "amount", pa.array([value], kind))
    pq.write_table(table, tmp_path / "bill.parquet")
    for source in (table, tmp_path / "bill.parquet"):
        assert "column amount is of type" in error_of(tmp_path, source)


@pytest.mark.parametrize(
    ("amount", "reads"),
    [
        (pa.array([3], pa.int8()), True), (pa.array([3], pa.uint64()), True), (pa.array([3.0], pa.float16()), True),
        (pa.array([3], pa.decimal128(20, 10)), True), (pa.array(["3"]), True), (pa.array([b"3"]), True),
        (pa.array(["3"]).dictionary_encode(), True), (pa.array([True]), False), (pa.array([dt.date(2024, 1, 1)]), False),
        (pa.array([None], pa.null()), None),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)  # fmt: skip
def test_an_amount_of_another_type_is_read_or_rejected(tmp_path: Path, amount: pa.Array, reads: bool | None) -> None:
    table = bill([line(1)]).set_column(3, "amount", amount)
    pq.write_table(table, tmp_path / "bill.parquet")
    for number, source in enumerate((table, tmp_path / "bill.parquet")):
        made = run_bill(tmp_path / f"run{number}", source, PACK)
        found = [(bad["reason"], bad["field"]) for bad in rejected(made)]
        assert found == ([] if reads else [("missing_value" if reads is None else "unreadable", "amount")])
        assert not reads or products(made)[1]["co2e_ug"] == HALF


def test_a_float_of_32_bits_is_the_same_number_in_every_form(tmp_path: Path) -> None:
    table = bill([line(1)]).set_column(3, "amount", pa.array([0.1], pa.float32()))
    pq.write_table(table, tmp_path / "bill.parquet")
    figures = {run_bill(tmp_path / str(n), source, PACK).record["totals"]["co2e_ug"]
               for n, source in enumerate((table, tmp_path / "bill.parquet", table.to_pandas()))}  # fmt: skip
    assert figures == {200_000_003}  # 0.1 in 32 bits is 0.100000001490116


def test_dates_beyond_the_calendar_are_unreadable_in_every_form(tmp_path: Path) -> None:
    days = pa.array([19_846, 2**31 - 1, -(2**31) + 2, -800_000], pa.date32())
    table = bill(line(n) for n in range(1, 5)).append_column("date", days)
    pq.write_table(table, tmp_path / "bill.parquet")
    pq.write_table(table, tmp_path / "blind.parquet", write_statistics=False)
    for number, source in enumerate((table, tmp_path / "bill.parquet", tmp_path / "blind.parquet")):
        made = run_bill(tmp_path / str(number), source, PACK)
        assert [(bad["row"], bad["reason"], bad["field"]) for bad in rejected(made)] == [
            (2, "unreadable", "date"), (3, "unreadable", "date"), (4, "unreadable", "date")
        ]  # fmt: skip


def test_times_with_a_zone_count_on_their_own_day(tmp_path: Path) -> None:
    """23:30 on 31 December 2013 in Shanghai is past the rule's reach, as is 15:30 UTC of that day; 1 January is not."""
    at = dt.datetime(2013, 12, 31, 16, 30, tzinfo=dt.UTC)
    for zone, accepted in (("UTC", 0), ("Asia/Shanghai", 1)):
        table = bill([line(1)]).append_column("date", pa.array([at], pa.timestamp("us", zone)))
        assert run_bill(tmp_path / zone.replace("/", "-"), table, PACK).record["lines_accepted"] == accepted


def test_ids_that_pandas_made_floats_are_whole_numbers_again(tmp_path: Path) -> None:
    frame = bill([line(n) for n in range(1, 4)]).to_pandas().astype({"product_id": "float64"})
    frame.loc[1, "product_id"] = None
    frame.loc[2, "product_id"] = 3.5
    made = run_bill(tmp_path / "run", frame, PACK)
    assert [(bad["row"], bad["reason"], bad["field"], bad["found"]) for bad in rejected(made)] == [
        (2, "missing_value", "product_id", None), (3, "unreadable", "product_id", "3.5")
    ]  # fmt: skip
    assert products(made)[1]["co2e_ug"] == HALF


def test_a_pandas_column_of_mixed_values_is_read_cell_by_cell(tmp_path: Path) -> None:
    frame = bill([line(n) for n in range(1, 5)]).to_pandas().astype({"amount": object})
    frame["amount"] = [3, "3.0", "a few", None]
    made = run_bill(tmp_path / "run", frame, PACK)
    assert [(bad["row"], bad["reason"], bad["found"]) for bad in rejected(made)] == [
        (3, "unreadable", "a few"), (4, "missing_value", None)
    ]  # fmt: skip


def test_a_folder_of_parquet_with_differing_schemas_is_read_file_by_file(tmp_path: Path) -> None:
    """By the first file's schema 2.5 would be read as 3, or the run would break."""
    folder = tmp_path / "bill"
    (folder / "_temporary").mkdir(parents=True)
    whole = bill([line(1)])
    pq.write_table(whole.set_column(3, "amount", pa.array([3], pa.int32())), folder / "a.parquet")
    pq.write_table(bill([line(2, amount=2.5, region="GB")]), folder / "b.parquet")
    pq.write_table(whole.set_column(3, "amount", pa.array(["4.5"])).select([4, 3, 2, 1, 0]), folder / "c.parquet")
    pq.write_table(whole.set_column(0, "product_id", pa.array(["x"])), folder / "d.parquet")
    pq.write_table(bill([line(9), line(1, unit="furlong")]), folder / "e.parquet")
    pq.write_table(whole, folder / "_temporary" / "half.parquet")
    made = run_bill(tmp_path / "run", folder, PACK)
    assert {name: row["co2e_ug"] for name, row in products(made).items()} == {
        "1": 15 * 10**9, "2": 5 * 10**9, "x": HALF, "9": HALF
    }  # fmt: skip
    assert [(bad["file"], bad["row"], bad["reason"]) for bad in rejected(made)] == [
        (str(folder / "e.parquet"), 2, "unknown_unit")
    ]


def test_a_folder_with_one_file_that_lacks_a_column_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "bill").mkdir()
    pq.write_table(bill([line(1)]), tmp_path / "bill" / "a.parquet")
    pq.write_table(bill([line(1)]).drop_columns(["unit"]), tmp_path / "bill" / "b.parquet")
    assert error_of(tmp_path, tmp_path / "bill").startswith(
        f"{tmp_path / 'bill' / 'b.parquet'}: column unit is missing"
    )


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bill").mkdir()
    assert "no .parquet file in this folder" in error_of(tmp_path, tmp_path / "bill")


@pytest.mark.parametrize("name", ["bill[1].parquet", "b*ll?.parquet", "it's; DROP TABLE.parquet"])
@pytest.mark.parametrize("staged", [False, True])
def test_a_path_is_never_a_pattern_nor_sql(tmp_path: Path, name: str, staged: bool) -> None:
    table = bill([line(1)])
    if staged:
        table = table.set_column(3, "amount", pa.array(["3"]))
    pq.write_table(table, tmp_path / name)
    pq.write_table(bill([line(1), line(1)]), tmp_path / "bill1.parquet")
    made = run_bill(tmp_path / "run", tmp_path / name, PACK)
    assert (made.record["lines_in"], products(made)[1]["co2e_ug"]) == (1, HALF)


@pytest.fixture
def not_root() -> Iterator[Path]:
    """A folder in which this process is an ordinary user: root may read everything."""
    folder = Path(tempfile.mkdtemp(prefix="leafmark-nobody-", dir="/tmp"))
    was = os.geteuid()
    try:
        if was == 0:
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
        yield folder
    finally:
        os.seteuid(was)
        for inner, _, _ in os.walk(folder):
            Path(inner).chmod(0o700)
        shutil.rmtree(folder)


@pytest.mark.parametrize("what", ["folder", "folder inside", "parquet", "csv", "path", "database"])
def test_what_may_not_be_read_is_an_error_that_names_it(not_root: Path, what: str) -> None:
    folder = not_root / "bill"
    (folder / "inside").mkdir(parents=True)
    pq.write_table(bill([line(1)]), folder / "a.parquet")
    pq.write_table(bill([line(1)]), folder / "inside" / "b.parquet")
    text = csv_file(not_root, f"{HEADER}\n{GOOD}\n")
    source, closed = {
        "folder": (folder, folder), "folder inside": (folder, folder / "inside"), "csv": (text, text),
        "parquet": (folder / "a.parquet", folder / "a.parquet"), "path": (folder / "a.parquet", folder),
        "database": (f"{text}::bill", text),
    }[what]  # fmt: skip
    closed.chmod(0)
    with pytest.raises(InputError, match=r"ermission denied") as caught:
        open_input(source, BILL.columns, not_root / "staging")
    assert str(closed) in str(caught.value)
    assert "leave to read" in str(caught.value)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_duplicated_activity_ids_count_once(tmp_path: Path, form: str) -> None:
    table = bill(
        line(n, activity_id=name) for n, name in ((1, "a"), (2, "b"), (3, "a"), (4, None), (5, None), (6, "a"))
    )
    source = tmp_path / f"bill.{form}"
    pq.write_table(table, source) if form == "parquet" else pyarrow.csv.write_csv(table, source)
    made = run_bill(tmp_path / "run", source, PACK)
    assert [(bad["row"], bad["activity_id"], bad["reason"]) for bad in rejected(made)] == [
        (3, "a", "duplicate_id"), (6, "a", "duplicate_id")
    ]  # fmt: skip
    assert made.record["totals"]["co2e_ug"] == 4 * HALF


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_bill_with_a_cycle_names_its_products(tmp_path: Path, form: str) -> None:
    loop = bill(line(a, key=None, component_id=b, unit="item", amount=1.0) for a, b in ((1, 2), (2, 3), (3, 2)))
    source = tmp_path / f"bill.{form}"
    pq.write_table(loop, source) if form == "parquet" else pyarrow.csv.write_csv(loop, source)
    with pytest.raises(InputError, match="2 -> 3 -> 2"):
        run_bill(tmp_path / "run", source, PACK)


def test_overlapping_validity_in_a_packs_files_is_refused(tmp_path: Path) -> None:
    pack(factor(), factor(valid_from=dt.date(2024, 7, 1), co2e_kg=3.0)).write(tmp_path / "pack")
    with pytest.raises(PackError, match=r"factors\.csv.*overlap"):
        Pack.load(tmp_path / "pack")


def test_a_pack_whose_files_changed_is_another_run(tmp_path: Path) -> None:
    pack(factor(gsd=1.5), licence_note="none", gwp_note="none").write(tmp_path / "pack")
    pq.write_table(bill([line(1)]), source := tmp_path / "bill.parquet")
    first = run_bill(tmp_path / "run", source, Pack.load(tmp_path / "pack"))
    factors = tmp_path / "pack" / "factors.csv"
    text = factors.read_text(encoding="utf-8")
    assert text.count("2.0") == 1
    factors.write_text(text.replace("2.0", "2.5"), encoding="utf-8")
    changed = Pack.load(tmp_path / "pack")
    with pytest.raises(RunError, match=r"another run .*packs"):
        run_bill(tmp_path / "run", source, changed)
    assert run_bill(tmp_path / "new", source, changed).id != first.id
    assert Pack.load(first.path / "packs" / "small").hash == first.record["packs"][0]["sha256"] != changed.hash


def test_the_digest_holds_the_columns_names(tmp_path: Path) -> None:
    """The same cells under other names are another input: another run."""
    one = bill([line(1, stage="materials", key="use")])
    other = one.rename_columns(["product_id", "key", "stage", "amount", "unit"])
    digests = {open_input(each, BILL.columns, tmp_path / str(n)).digest for n, each in enumerate((one, other))}
    assert len(digests) == 2


def test_the_digest_tells_cells_apart_and_not_batches(tmp_path: Path) -> None:
    def digest(keys: list[str | None], *cuts: int) -> str:
        table = bill(line(n, key=key) for n, key in enumerate(keys))
        edges = [0, *cuts, len(keys)]
        pieces = pa.concat_tables(table.slice(a, b - a) for a, b in itertools.pairwise(edges))
        return open_input(pieces, BILL.columns, tmp_path).digest

    assert digest(["a", "b", None, "d"]) == digest(["a", "b", None, "d"], 1, 3)
    different = [["ab", ""], ["a", "b"], ["", "ab"], [None, "ab"], ["ab", None], ["b", "a"]]
    assert len({digest(keys) for keys in different}) == len(different) - 2  # "" is missing, as None is


def test_a_folders_digest_leaves_out_what_is_no_data(tmp_path: Path) -> None:
    pq.write_table(bill([line(1)]), tmp_path / "a.parquet")
    first = sha256_file(tmp_path)
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / ".b.parquet.crc").touch()
    assert sha256_file(tmp_path) == first
    pq.write_table(bill([line(2)]), tmp_path / "b.parquet")
    assert sha256_file(tmp_path) != first
