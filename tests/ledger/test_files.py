"""Acts of files: the odd ones that spreadsheets write, how far the work is, and a file that breaks off."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from terms import ANN, CATALOGUE, TODAY, an_act

from leafmark.ledger import Act, StoreError, files, id_of
from leafmark.ledger.files import ingest_file, refused_rows, write_rows
from leafmark.ledger.ledger import Ledger, open_ledger
from leafmark.ledger.privacy import open_account
from leafmark.ledger.rows import id_given

HEAD = "account_id,event_id,programme,action,method_id,quantity,occurred_day,source,evidence,co2e_mg,fingerprint\n"


def line(name: str, quantity: object = 1) -> str:
    return f"{ANN},{name},city,metro,trip.public_transport@1,{quantity},2026-11-03,gate,A,15000,{name}\n"


@pytest.fixture
def store(tmp_path: Path):
    with open_ledger(tmp_path / "ledger.db", today=lambda: TODAY) as ledger:
        ledger.load(CATALOGUE)
        yield ledger


@pytest.mark.parametrize("data", [
    (HEAD + line("one")).encode(), b"\xef\xbb\xbf" + (HEAD + line("one")).encode(),
    (HEAD + line("one")).replace("\n", "\r\n").encode(),
    (HEAD + line("one").replace("gate", '"gate"')).encode(),
])  # fmt: skip
def test_a_csv_as_spreadsheets_write_it(store: Ledger, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "acts.csv"
    file.write_bytes(data)
    assert (ingest_file(store, file).accepted, store.balance(ANN).points) == (1, 7)
    columns = {name: [getattr(an_act("one"), name)] for name in Act.__dataclass_fields__}
    columns["fingerprint"] = [id_of("one")]
    assert store.ingest(pa.table(columns)).duplicates == 1  # the same act, as the library takes it


def test_a_file_of_no_acts(store: Ledger, tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text(HEAD, encoding="utf-8")
    assert ingest_file(store, tmp_path / "none.csv").rows == 0


@pytest.mark.parametrize("data", [b"", HEAD.encode() + b"1,2\n", HEAD.encode() + line("\xe9").encode("latin-1")])
def test_a_csv_that_cannot_be_read(store: Ledger, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "acts.csv").write_bytes(data)
    with pytest.raises(StoreError, match=r"acts\.csv: "):
        ingest_file(store, tmp_path / "acts.csv")


def test_rows_keep_their_numbers_over_many_blocks(
    store: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "BLOCK_BYTES", 2_000)
    monkeypatch.setattr(files, "ROWS_READ", 17)
    text = HEAD + "".join(line(f"ride {n}", "x" if n % 50 == 49 else 1) for n in range(200))
    (tmp_path / "acts.csv").write_text(text, encoding="utf-8")
    told: list[tuple[int, int, str]] = []
    receipt = ingest_file(store, tmp_path / "acts.csv", progress=lambda *each: told.append(each))
    assert (receipt.accepted, receipt.rejected) == (196, 4)
    assert len(told) > 2
    assert told[-1] == (len(text), len(text), "bytes of acts.csv")
    mend = refused_rows(tmp_path / "acts.csv", receipt)
    assert mend["row"].to_pylist() == [50, 100, 150, 200]
    assert set(mend["reason"].to_pylist()) == {"not_a_number"}
    assert mend["event_id"].to_pylist() == ["ride 49", "ride 99", "ride 149", "ride 199"]
    pq.write_table(pacsv.read_csv(tmp_path / "acts.csv"), tmp_path / "acts.parquet")
    told.clear()
    again = ingest_file(store, tmp_path / "acts.parquet", progress=lambda *each: told.append(each))
    assert (again.duplicates, again.rejected) == (196, 4)
    assert told[-1] == (200, 200, "rows of acts.parquet")
    assert refused_rows(tmp_path / "acts.parquet", again)["row"].to_pylist() == [50, 100, 150, 200]
    write_rows(mend, tmp_path / "mend.csv")
    mended = (tmp_path / "mend.csv").read_text(encoding="utf-8").replace('"x"', '"1"')
    (tmp_path / "mend.csv").write_text(mended, encoding="utf-8")
    assert ingest_file(store, tmp_path / "mend.csv").accepted == 4


def test_conflicts_and_rejections_stand_by_row(store: Ledger, tmp_path: Path) -> None:
    """The ledger finds conflicts before rejections; the file to mend has them in its own order, each beside its row."""
    text = HEAD + line("one") + line("two", "x") + line("one", 2) + line("three", "y")
    (tmp_path / "acts.csv").write_text(text, encoding="utf-8")
    mend = refused_rows(tmp_path / "acts.csv", ingest_file(store, tmp_path / "acts.csv")).to_pylist()
    assert [(each["row"], each["reason"], each["event_id"], each["quantity"]) for each in mend] == [
        (2, "not_a_number", "two", "x"), (3, "conflict", "one", "2"), (4, "not_a_number", "three", "y")]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), [
    ("0", 0), ("-42", -42), (str(2**63 - 1), 2**63 - 1), (str(-(2**63 - 1)), -(2**63 - 1)),
    (str(2**63), id_of(str(2**63))), ("007", id_of("007")), ("7.0", id_of("7.0")), (" 7", id_of(" 7")), ("٧", id_of("٧")),
])  # fmt: skip
def test_what_is_a_whole_number_and_what_a_name(text: str, number: int) -> None:
    assert id_given(text) == number


@pytest.mark.parametrize("open_missing", [True, False])
def test_a_row_whose_subject_names_nobody_is_refused_alone(store: Ledger, tmp_path: Path, open_missing: bool) -> None:
    given = ["ann", "", None, "a\tb", "x" * 256, "ann", "bob"]
    open_account(store, "ann")
    columns = {name: [getattr(an_act("one"), name)] * len(given) for name in Act.__dataclass_fields__}
    del columns["account_id"]
    columns |= {"subject": given, "event_id": list(range(len(given))), "fingerprint": list(range(len(given)))}
    columns["quantity"][5] = -1
    pq.write_table(pa.table(columns), tmp_path / "acts.parquet")
    receipt = ingest_file(store, tmp_path / "acts.parquet", open_missing)
    assert receipt.accepted == (2 if open_missing else 1)
    mend = refused_rows(tmp_path / "acts.parquet", receipt).to_pylist()
    wanted = [(2, "missing", "subject"), (3, "missing", "subject"), (4, "bad_text", "subject"), (5, "bad_text", "subject"),
              (6, "negative_quantity", "quantity")]  # fmt: skip
    wanted += [] if open_missing else [(7, "missing", "account_id")]
    assert [(each["row"], each["reason"], each["field"]) for each in mend] == wanted
    assert receipt.reasons == {"missing": 2 if open_missing else 3, "bad_text": 2, "negative_quantity": 1}
    assert receipt.rejected == sum(receipt.reasons.values()) == len(wanted)
    assert store.store.rows("SELECT count(*) FROM identity") == [(1 + open_missing,)]


@pytest.mark.parametrize("name", ["event_id", "note"])
def test_a_column_that_stands_twice_is_refused_by_its_name(store: Ledger, tmp_path: Path, name: str) -> None:
    """Which of the two would be posted?"""
    head = f"{HEAD.strip()},note,{name}\n"
    (tmp_path / "acts.csv").write_text(head + f"{line('one').strip()},x,two\n", encoding="utf-8")
    table = pa.table([[1], [2], ["x"]], names=["account_id", name, name])
    pq.write_table(table, tmp_path / "acts.parquet")
    for file in ("acts.csv", "acts.parquet"):
        with pytest.raises(
            StoreError, match=rf"{file}: column '{name}' stands more than once; expected each name once"
        ):
            ingest_file(store, tmp_path / file)
    assert store.store.rows("SELECT count(*) FROM event") == [(0,)]


@pytest.mark.parametrize(("data", "says"), [
    ((HEAD + line("one")).rstrip("\n").encode(), "its last line has no end"),
    ((HEAD + line("one")).rstrip()[:-2].encode(), "its last line has no end, so it may be cut short"),
    ((HEAD + line("one")).replace(",", ";").encode(), "its columns stand apart by ';'; expected ','"),
    (HEAD.encode() + line("one").replace("gate", "地铁").encode("gbk"), "is not written in UTF-8 .*; save it as CSV in UTF-8"),
    (HEAD.replace("quantity", "amount").encode() + line("one").encode(), "acts.csv: has no column quantity; found .*, amount, .*expected"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(
    store: Ledger, tmp_path: Path, data: bytes, says: str
) -> None:
    """A number that was cut short is a number too, and what is posted stands for ever."""
    file = tmp_path / "acts.csv"
    file.write_bytes(data)
    with pytest.raises(StoreError, match=says):
        ingest_file(store, file)
    assert store.store.rows("SELECT count(*) FROM event") == [(0,)]


def test_a_file_of_another_kind_is_not_read(store: Ledger, tmp_path: Path) -> None:
    (tmp_path / "acts.txt").write_text(HEAD + line("one"))
    with pytest.raises(StoreError, match=r"acts.txt: expected a file of acts whose name ends in .csv or .parquet"):
        ingest_file(store, tmp_path / "acts.txt")
