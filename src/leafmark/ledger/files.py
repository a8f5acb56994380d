"""Acts of a file: Parquet or CSV, each row under an account id or a subject; and the rows that were refused, to mend.

A CSV's cells are texts: a whole number under `event_id` or `fingerprint` is that number, any other text is hashed to one,
so the same act has the same id from either kind of file. A column `subject` may stand for `account_id`: it is looked up in
`identity` and goes no further.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from leafmark.ledger import privacy
from leafmark.ledger.catalogue import TEXT_MAX, is_name
from leafmark.ledger.ingest import Receipt
from leafmark.ledger.intake import has_columns
from leafmark.ledger.rows import Rejected, id_given
from leafmark.ledger.schema import StoreError

if TYPE_CHECKING:
    from leafmark.ledger.ledger import Ledger

Progress = Callable[[int, int, str], None]
"""Done, the whole, and of what."""

BLOCK_BYTES = 32 << 20
ROWS_READ = 200_000
SUFFIXES = (".csv", ".parquet")
REFUSED_COLUMNS = ("row", "outcome", "reason", "field", "found", "expected")
_NO_ACCOUNT = Rejected("missing", "account_id", "a subject without an account", "a subject that has one")
_A_SUBJECT = f"a text of 1 to {TEXT_MAX} characters, without tabs or line breaks"


def ingest_file(ledger: Ledger, path: Path, open_missing: bool = False, progress: Progress | None = None) -> Receipt:
    """Post the acts of a Parquet or CSV file.

    Parameters
    ----------
    open_missing : open accounts for subjects that have none. Without it their rows are refused, so that who was erased does
        not come back by a partner's late file.

    Raises
    ------
    StoreError : the file is missing or cannot be read, lacks a column, or has one twice. What was posted of it stays; post it again whole.
    """
    receipt = Receipt()
    for table, done, whole, unit in _tables(path):
        without: dict[int, Rejected] = {}
        has_columns(table.column_names, str(path), subject=True)
        if "subject" in table.column_names and "account_id" not in table.column_names:
            table, without = _with_accounts(ledger, table, open_missing)
        part = ledger.ingest(table)
        _say_why(part, without)
        receipt.add(part, receipt.rows)
        if progress:
            progress(done, whole, f"{unit} of {path.name}")
    return receipt


def _say_why(part: Receipt, without: dict[int, Rejected]) -> None:
    """Tell rows without an account by their subject: what was posted of them lacks `account_id`, and for that alone."""
    part.named = [(row, outcome, without.get(row, why)) for row, outcome, why in part.named]
    for why in without.values():
        part.reasons["missing"] -= 1
        part.reasons[why.reason] = part.reasons.get(why.reason, 0) + 1
    part.reasons = {reason: count for reason, count in part.reasons.items() if count}


def refused_rows(path: Path, receipt: Receipt) -> pa.Table:
    """Refused rows as the file has them, with `row` (the first is 1) and why; mended, they can be posted as they are."""
    why = receipt.refused().sort_by("row")
    wanted, found, start = why["row"].to_pylist(), [], 0
    for table, *_ in _tables(path, as_given=True):
        inside = [row - start for row in wanted if start <= row < start + table.num_rows]
        found.append(table.take(pa.array(inside, pa.int64())))
        start += table.num_rows
    rows = pa.concat_tables(found) if found else pa.table({})
    why = why.set_column(0, "row", pa.array([row + 1 for row in wanted], pa.int64()))
    for name in rows.column_names:
        if name not in REFUSED_COLUMNS:
            why = why.append_column(name, rows[name])
    return why


def check_new(path: Path) -> None:
    """See that rows can be written to a file, before anything is posted.

    Raises
    ------
    StoreError : its name ends in neither .csv nor .parquet, its folder is missing, or it is there already.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise StoreError(f"{path}: expected a name that ends in .csv or .parquet")
    if not path.parent.is_dir():
        raise StoreError(f"{path}: there is no folder {path.parent}")
    if path.exists():
        raise StoreError(f"{path}: is there already, and nothing is written over; name another file, or remove it")


def write_rows(table: pa.Table, path: Path) -> None:
    """Write a table as the file's name says: .parquet, else CSV."""
    if path.suffix.lower() == ".parquet":
        pq.write_table(table, path)
    else:
        pacsv.write_csv(table, path)


def _tables(path: Path, as_given: bool = False) -> Iterator[tuple[pa.Table, int, int, str]]:
    """Tables of a file in its order, and how far each comes: rows of a Parquet file, bytes of a CSV."""
    if not path.is_file():
        raise StoreError(f"{path}: there is no such file")
    if path.suffix.lower() not in SUFFIXES:
        raise StoreError(f"{path}: expected a file of acts whose name ends in .csv or .parquet")
    try:
        if path.suffix.lower() == ".csv":
            for table, done, whole in _of_csv(path):
                yield table if as_given else _with_ids(table), done, whole, "bytes"
            return
        with pq.ParquetFile(path) as file:
            done, whole = 0, file.metadata.num_rows
            _each_once(file.schema_arrow.names, path)
            for batch in file.iter_batches(ROWS_READ):
                done += batch.num_rows
                yield pa.Table.from_batches([batch]), done, whole, "rows"
    except UnicodeDecodeError as error:
        raise StoreError(
            f"{path}: is not written in UTF-8 ({error.reason}); save it as CSV in UTF-8, and post it again whole"
        ) from error
    except (pa.ArrowInvalid, OSError) as error:
        if "UTF8" in str(error):
            raise StoreError(
                f"{path}: is not written in UTF-8; save it as CSV in UTF-8, and post it again whole"
            ) from error
        raise StoreError(
            f"{path}: not a whole Parquet or CSV file ({error}); what was posted of it stays, post it again whole"
        ) from error


def _each_once(names: Sequence[str], path: Path) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise StoreError(
            f"{path}: column {', '.join(map(repr, twice))} stands more than once; expected each name once: rename or drop one"
        )


def _of_csv(path: Path) -> Iterator[tuple[pa.Table, int, int]]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        names = next(csv.reader(text), [])
    if not names:
        raise StoreError(f"{path}: the file is empty; expected a line of column names, then one act a line")
    _each_once(names, path)
    if len(names) == 1 and ";" in names[0]:
        raise StoreError(f"{path}: its columns stand apart by ';'; expected ',': save it again with commas")
    whole = path.stat().st_size
    with path.open("rb") as file:
        file.seek(whole - 1)
        if file.read() not in (b"\n", b"\r"):
            raise StoreError(
                f"{path}: its last line has no end, so it may be cut short, and a number in it too; if the file is whole, end it "
                "with a line break"
            )
    kinds = pacsv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
    )
    with (
        path.open("rb") as file,
        pacsv.open_csv(file, pacsv.ReadOptions(block_size=BLOCK_BYTES), convert_options=kinds) as reader,
    ):
        for batch in reader:
            yield pa.Table.from_batches([batch]), min(file.tell(), whole), whole


def _with_ids(table: pa.Table) -> pa.Table:
    for name in ("event_id", "fingerprint"):
        if name in table.column_names:
            ids = [None if text is None else id_given(text) for text in table[name].to_pylist()]
            table = table.set_column(table.column_names.index(name), name, pa.array(ids, pa.int64()))
    return table


def _with_accounts(ledger: Ledger, table: pa.Table, open_missing: bool) -> tuple[pa.Table, dict[int, Rejected]]:
    """Account ids in the place of subjects, and the rows whose subject has none, or is none, with why."""
    given = table["subject"].cast(pa.string()).to_pylist()
    subjects = sorted({each for each in given if is_name(each)})
    if open_missing:
        accounts = dict(zip(subjects, privacy.open_accounts(ledger, subjects), strict=True))
    else:
        accounts = privacy.accounts_of(ledger, subjects)
    ids = [accounts.get(each) for each in given]
    at = table.column_names.index("subject")
    without = {row: _no_account(given[row]) for row, account in enumerate(ids) if account is None}
    return table.set_column(at, "account_id", pa.array(ids, pa.int64())), without


def _no_account(subject: str | None) -> Rejected:
    if not subject:
        return Rejected("missing", "subject", "nothing", _A_SUBJECT)
    return _NO_ACCOUNT if is_name(subject) else Rejected("bad_text", "subject", repr(subject)[:60], _A_SUBJECT)
