"""What an import says, in three languages: complete tables, every sentence in use, English as it always was."""

from __future__ import annotations

import ast
import csv
import io
import re
import string
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leafmark.engine.sentences import LANGS, table_of
from leafmark.factors import regions, units
from leafmark.products import imports
from leafmark.products.imports import ImportRefusedError, Limits, check, keys_of, read_bills, read_products, said
from leafmark.products.imports.said import fault_in, in_language, proposed, record_of, renamed, say

PACKAGE = "leafmark.products.imports"
HAN = re.compile(r"[\u4e00-\u9fff]")
PRODUCTS = (
    "product_id,gtin,name,sector,mass_kg,declared_unit,category_rules,lifetime_years,use_region,valid_until\n"
    "a,9506000134353,橡木椅,home,1.5,item,,,,\n"  # a wrong check digit
    "b,950600013435,Chair,nowhere,x,furlong,rules@9,-1,Narnia,03/04/2026\n"
    "c,9.506E+12,,home,200000,item,,200,GBR,2026-02-31\n"
    'd,0000000000000,"a\x07b",home,1e999,,,,germany,1850-01-01\n'
    "d,9506000134352,Twice,home,\"1,234\",,,,XX,soon\n"
    "d,9506000134352,Thrice,home,\"1,2\",,,,,43831\n"
    ",abc,Nobody,home,#REF!,,,,,\n"
    f"e,96385074,{'x' * 600},home,1,,,,,\n"
    "1.5E+12,96385070,Short,home,1,,,,,\n"
    "f,638507,Zeros,home,1,,,,,\n"
    "g,12345,Length,home,1,,,,,\n"
    "h,too,many,cells,are,in,this,row,of,the,file\n"
)  # fmt: skip
BILLS = (
    "product_id,stage,material,key,amount(furlong),unit,region,component_id,kind,date,amount_gsd\n"
    "a,materials,Oak,,1,,,,,,\n"
    "a,use,,,1,kg,,,,,\n"
    "b,nowhere,,food.egs,1,kgg,Narnia,,,2026/13/45,0.5\n"
    "b,use,,food.eggs,-1,kWh,,,,,\n"
    "i,use,,food.eggs,1,kg,,c,,,\n"
    "i,use,,zzzzzzzz,1,USD,,,gift,,\n"
    "j,use,,food.eggs,0,kg,,,,,\n"
    ",use,Tin,,1,kg,,,,,\n"
    "k,use,,food.eggs,1,qqqqqq,,,,,\n"
)


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", LANGS[1:])
def test_every_sentence_is_there_in_every_language(lang: str) -> None:
    english, other = table_of(PACKAGE, "en"), table_of(PACKAGE, lang)
    assert set(english) == set(other)
    assert {key: fields(text) for key, text in english.items()} == {key: fields(text) for key, text in other.items()}
    apart = {"and_guess"}  # punctuation alone
    assert not [key for key, text in other.items() if key not in apart and not HAN.search(text)]


@pytest.mark.parametrize(
    ("lang", "others"),
    [
        ("zh-Hans", "個為這說與產標準類數讓應來對無長開關動過請還選擇檔單階"),
        ("zh-Hant", "个为这说与产标准类数让应来对无长开关动过请还选择档单阶"),
    ],
)
def test_no_character_of_the_other_script(lang: str, others: str) -> None:
    both = {"準", "来"} & set("")
    found = {
        key: set(text) & set(others) - both for key, text in table_of(PACKAGE, lang).items() if set(text) & set(others)
    }
    assert not found


def test_every_sentence_in_use_has_a_template_and_every_template_is_in_use() -> None:
    """Codes are literals in the source, so that this can be read off it."""
    used: set[str] = {"or"}
    for path in Path(imports.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    used |= {first.value} if node.func.id in ("say", "together") else set()
                    used |= {f"refused.{first.value}"} if node.func.id == "refusal" else set()
    from leafmark.products.imports import opening, text_files

    used |= {f"refused.{code}" for _, code in opening._OTHER} | {code for _, code in said._PROPOSALS}
    used |= {f"separator.{name}" for name in text_files.SEPARATORS.values()}
    assert used == set(table_of(PACKAGE, "en"))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "products.csv").write_text(PRODUCTS, encoding="utf-8")
    (tmp_path / "bills.csv").write_text(BILLS, encoding="utf-8")
    return tmp_path / "products.csv", tmp_path / "bills.csv"


def everything(files: tuple[Path, Path]) -> tuple[Any, Any, list[dict[str, Any]]]:
    from leafmark.factors.model import builtin

    products = read_products(files[0])
    checked = check(products, read_bills(files[1], keys=keys_of([builtin()])))
    records = [record_of(each) for each in (*products.faults, *checked.bills.faults, *checked.warnings)]
    return products, checked, records


def test_every_fault_of_hard_files_is_said_in_chinese(files: tuple[Path, Path]) -> None:
    products, checked, records = everything(files)
    assert len(records) > 40
    codes = set()
    for record in records:
        assert {"expected"} <= set(record["said"]), record
        codes.add(record["said"]["expected"]["code"])
        for lang in LANGS[1:]:
            told = fault_in(record, lang)
            assert HAN.search(told["expected"]), told
            assert not record["hint"] or HAN.search(told["hint"]), told
            assert told["english"] is False
            assert (told["row"], told["field"], told["file"]) == (record["row"], record["field"], record["file"])
        assert fault_in(record, "en") == {**record, "english": False}
    assert len(codes) > 25, sorted(codes)
    for note in (*products.notes, *checked.bills.notes):
        for lang in LANGS[1:]:
            assert HAN.search(in_language(note.plain(), lang))
            assert in_language(note, lang) == in_language(note.plain(), lang)
        assert in_language(note.plain(), "en") == note


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize("lang", LANGS)
def test_the_file_of_rejected_rows_says_its_faults_in_a_language_and_comes_back(
    files: tuple[Path, Path], tmp_path: Path, form: str, lang: str
) -> None:
    """Columns and cells are the sender's in every language; the file is read again as the one that was sent."""
    from leafmark.products.imports.workbook_writing import write_workbook

    source = tmp_path / f"sent.{form}"
    rows = list(csv.reader(io.StringIO(PRODUCTS.replace("\x07", ""))))[:-1]
    if form == "csv":
        source = files[0]
    elif form == "xlsx":
        write_workbook(source, rows)
    else:
        columns = dict(zip(rows[0], map(list, zip(*rows[1:], strict=True)), strict=True))
        pq.write_table(pa.table(columns), source)
    found = read_products(source)
    target = tmp_path / f"rejected.{form}"
    assert found.rejected.write(target, lang) == len(found.rejected)
    faults = [str(each) for each in found.rejected.faults(lang)]
    assert all(faults)
    assert all(bool(HAN.search(each)) == (lang != "en") for each in faults)
    again = read_products(target)
    assert again.counts.rows == len(found.rejected)
    assert (again.counts.rejected, again.counts.by_field) == (found.counts.rejected, found.counts.by_field)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x1f\x8b00", b"BZh0", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"%PDF", b"SQLite format 3", b"{\\rtf", b"\n\n", b"product_id,sector\n",
        b"name\nx\n", b"product_id,product_id,sector\nx,y,z\n", b"product_id,sector,weight\nx,home,1\n", b'product_id,sector\n"x,home\n',
        b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"a," * 1_200 + b"\nx\n", b"product_id,sectr\nx,home\n",
        b"\xff\xfe\x00\xd8" * 3,
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_in_every_language(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(ImportRefusedError) as refused:
        read_products(path, Limits(columns_max=1_000), called="my file.csv")
    told = refused.value.said
    assert str(refused.value) == told
    assert told.startswith("my file.csv: ")
    for lang in LANGS[1:]:
        other = in_language(told.plain(), lang)
        assert other.startswith("my file.csv：")
        assert HAN.search(other)
        assert str(tmp_path) not in other


@pytest.mark.parametrize("unit", ["gallon", "USD", "kgg", "qqqqqqqq", "USD 2021", "kilowatts"])
def test_every_proposal_for_a_unit_has_its_words(unit: str) -> None:
    assert proposed(units.proposal(unit)) == units.proposal(unit)


@pytest.mark.parametrize("place", ["Germany", "GBR", "ZZ", "CN-QQ", "nowhere at all", "中國"])
def test_every_proposal_for_a_place_has_its_words(place: str) -> None:
    assert proposed(regions.proposal(place)) == regions.proposal(place)
    assert HAN.search(in_language(proposed(regions.proposal(place)), "zh-Hant"))


def test_a_sentence_is_a_text_with_its_values() -> None:
    one = say("known_unit", proposal=say("did_you_mean", names=["gal_us", "gal_uk"]))
    assert one == "a unit that is known; did you mean gal_us or gal_uk?"
    assert in_language(one, "zh-Hant") == "已知的單位；您是指 gal_us或gal_uk 嗎？"
    assert in_language(one.plain(), "en") == one
    assert renamed(say("refused.gzip", file="/tmp/x"), "/tmp/x", "y").plain()["values"] == {"file": "y"}
    assert in_language("free words", "zh-Hans") == "free words"
    with pytest.raises(ValueError, match="no template"):
        proposed("ask somebody else")
    with pytest.raises(KeyError):
        say("no such code")
    braces = say("refused.workbook", file="{file}", why="{0} {why!r}")
    assert in_language(braces, "zh-Hans") == "{file}：工作簿不完整（{0} {why!r}）；请重新保存，或改用 CSV"
