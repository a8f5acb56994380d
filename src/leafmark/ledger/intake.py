"""Acts from outside, as columns: any Arrow table, Parquet file or iterable of acts, checked cell by cell.

A column is read as a whole where its type is right; only where it is not are its cells looked at one by one. A cell that is
no whole number, no day or no name refuses its row with a reason, and the rows beside it go on.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leafmark.ledger.catalogue import EVIDENCE, is_name
from leafmark.ledger.rows import INT64_MAX, Act, Rejected, fingerprint, id_of
from leafmark.ledger.schema import StoreError

Int64s = npt.NDArray[np.int64]

COLUMNS = tuple(each.name for each in fields(Act))
"""`fingerprint` may be given as `document` and `bucket` instead."""

TEXTS = ("programme", "action", "method_id", "source", "evidence")
_EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass
class Texts:
    """A column of few different texts: the texts, and which of them each row has."""

    values: list[str]
    codes: Int64s


@dataclass
class Intake:
    """Acts as columns, in the order they came. `faults`: rows with a cell that cannot be read, and why; the rest of such a
    row holds nothing to go by. Days count from 1970-01-01.
    """

    account_id: Int64s
    event_id: Int64s
    fingerprint: Int64s
    quantity: Int64s
    co2e_mg: Int64s
    day: Int64s
    texts: dict[str, Texts]
    faults: dict[int, Rejected]

    def __len__(self) -> int:
        return len(self.account_id)

    def act(self, row: int) -> Act:
        """One row as an act."""
        text = {name: column.values[column.codes[row]] for name, column in self.texts.items()}
        return Act(
            int(self.account_id[row]), int(self.event_id[row]), text["programme"], text["action"], text["method_id"],
            int(self.quantity[row]), dt.date.fromordinal(int(self.day[row]) + _EPOCH), text["source"],
            text["evidence"], int(self.fingerprint[row]), int(self.co2e_mg[row]),
        )  # fmt: skip


def tables(source: Any, rows_max: int) -> Iterator[pa.Table]:
    """Acts in tables of at most so many rows: of an Arrow table, batch or reader, a Parquet file, or an iterable of acts.

    An iterable may give `Act`s or mappings with the same names.

    Raises
    ------
    StoreError : the file is missing or no Parquet file, or a column is missing; said before a row is posted, but for a file
        that is damaged further in.
    """
    if isinstance(source, str | Path):
        yield from _of_parquet(Path(source), rows_max)
    elif isinstance(source, pa.Table | pa.RecordBatch):
        table = pa.Table.from_batches([source]) if isinstance(source, pa.RecordBatch) else source
        has_columns(table.schema.names, "the table")
        for start in range(0, table.num_rows, rows_max):
            yield table.slice(start, rows_max)
    elif isinstance(source, pa.RecordBatchReader):
        has_columns(source.schema.names, "the reader")
        for batch in source:
            yield from tables(pa.Table.from_batches([batch]), rows_max)
    else:
        acts = iter(source)
        while chunk := list(itertools.islice(acts, rows_max)):
            yield _of_acts(chunk)


def _of_parquet(path: Path, rows_max: int) -> Iterator[pa.Table]:
    try:
        file = pq.ParquetFile(path)
    except FileNotFoundError as error:
        raise StoreError(f"{path}: there is no such file") from error
    except (pa.ArrowInvalid, OSError) as error:
        raise StoreError(f"{path}: not a whole Parquet file ({error})") from error
    with file:
        has_columns(file.schema_arrow.names, str(path))
        wanted = [name for name in file.schema_arrow.names if name in (*COLUMNS, "document", "bucket")]
        try:
            for batch in file.iter_batches(batch_size=rows_max, columns=wanted):
                yield pa.Table.from_batches([batch])
        except (pa.ArrowInvalid, OSError) as error:
            raise StoreError(
                f"{path}: the file is damaged ({error}); what was posted of it stays, post it again whole"
            ) from error


def has_columns(names: Sequence[str], what: str, subject: bool = False) -> None:
    """See that acts can be read out of columns. `subject`: whether a column of that name may stand for `account_id`.

    Raises
    ------
    StoreError : columns are missing.
    """
    missing = [name for name in COLUMNS if name not in names]
    if "fingerprint" in missing and {"document", "bucket"} <= set(names):
        missing.remove("fingerprint")
    if subject and "account_id" in missing and "subject" in names:
        missing.remove("account_id")
    if missing:
        raise StoreError(
            f"{what}: has no column {', '.join(missing)}; found {', '.join(names) or 'none'}; expected {', '.join(COLUMNS)} "
            f"(or document and bucket instead of fingerprint{', or subject instead of account_id' if subject else ''})"
        )


def _of_acts(acts: list[Act | Mapping[str, Any]]) -> pa.Table:
    names = tuple(dict.fromkeys(name for act in acts for name in (COLUMNS if isinstance(act, Act) else act)))
    columns = {
        name: [getattr(act, name) if isinstance(act, Act) else act.get(name) for act in acts]
        for name in names
        if name in (*COLUMNS, "document", "bucket")
    }
    table = pa.table({name: _array(values) for name, values in columns.items()})
    has_columns(table.schema.names, "the first act" if len(acts) == 1 else "the acts")
    return table


def _array(values: list[Any]) -> pa.Array:
    try:
        if any(
            isinstance(each, dt.datetime) for each in values
        ):  # beside days Arrow would cut a moment down to its day
            raise pa.ArrowTypeError
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([None if each is None else str(each) for each in values], pa.string())


def read(table: pa.Table) -> Intake:
    """A table's cells as columns of numbers and texts, with what is wrong in which row."""
    faults: dict[int, Rejected] = {}
    account = _numbers(table["account_id"], "account_id", faults)
    columns = {name: _numbers(table[name], name, faults) for name in ("quantity", "co2e_mg")}
    event = _ids(table["event_id"], "event_id", faults)
    day = _days(table["occurred_day"], faults)
    texts = {name: _texts(table[name], name, faults) for name in TEXTS}
    if "fingerprint" in table.column_names:
        mark = _ids(table["fingerprint"], "fingerprint", faults)
    else:
        mark = _marks(table, account, texts["action"], faults)
    return Intake(account, event, mark, columns["quantity"], columns["co2e_mg"], day, texts, faults)


def _missing(column: pa.ChunkedArray, name: str, expected: str, faults: dict[int, Rejected]) -> None:
    if column.null_count:
        for row in np.flatnonzero(column.is_null().to_numpy()):
            faults.setdefault(int(row), Rejected("missing", name, "nothing", expected))


def _numbers(column: pa.ChunkedArray, name: str, faults: dict[int, Rejected]) -> Int64s:
    expected = f"a whole number from -{INT64_MAX} to {INT64_MAX}"
    _missing(column, name, expected, faults)
    if pa.types.is_integer(column.type) and column.type != pa.uint64():
        return _filled(column.cast(pa.int64()))
    return _one_by_one(column, _whole, Rejected("not_a_number", name, "", expected), faults)


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or (isinstance(value, float) and value % 1):
        return None
    try:
        number = int(value)
    except ValueError:
        return None
    return number if -INT64_MAX <= number <= INT64_MAX else None


def _ids(column: pa.ChunkedArray, name: str, faults: dict[int, Rejected]) -> Int64s:
    """Whole numbers as they are, texts and bytes as `id_of` them."""
    if pa.types.is_integer(column.type):
        return _numbers(column, name, faults)
    expected = "a whole number, or a text or bytes that name it"
    _missing(column, name, expected, faults)
    return _one_by_one(
        column, lambda value: id_of(value) if isinstance(value, str | bytes) and value else None,
        Rejected("not_a_number", name, "", expected), faults,
    )  # fmt: skip


def _days(column: pa.ChunkedArray, faults: dict[int, Rejected]) -> Int64s:
    expected = "a day of the calendar, YYYY-MM-DD"
    _missing(column, "occurred_day", expected, faults)
    if column.type == pa.date32():
        return _filled(column.cast(pa.int32())).astype(np.int64)
    return _one_by_one(column, _day, Rejected("not_a_day", "occurred_day", "", expected), faults)


def _day(value: object) -> int | None:
    """Days since 1970-01-01. A moment is not taken: only its sender knows the local day it fell on."""
    if isinstance(value, dt.datetime):
        return None
    if isinstance(value, str) and len(value) == len("YYYY-MM-DD"):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError:
            return None
    return value.toordinal() - _EPOCH if isinstance(value, dt.date) else None


def _one_by_one(
    column: pa.ChunkedArray, read_cell: Callable[[object], int | None], fault: Rejected, faults: dict[int, Rejected]
) -> Int64s:
    values = np.zeros(len(column), np.int64)
    for row, value in enumerate(column.to_pylist()):
        if value is None:
            continue
        number = read_cell(value)
        if number is None:
            faults.setdefault(row, Rejected(fault.reason, fault.field, _shown(value), fault.expected))
        else:
            values[row] = number
    return values


def _texts(column: pa.ChunkedArray, name: str, faults: dict[int, Rejected]) -> Texts:
    expected = (
        "one of A, B, C, D" if name == "evidence" else "a text of 1 to 255 characters, without tabs or line breaks"
    )
    _missing(column, name, expected, faults)
    if not pa.types.is_string(column.type) and not pa.types.is_dictionary(column.type):
        column = pa.chunked_array(
            [pa.array([None if each is None else str(each) for each in column.to_pylist()], pa.string())]
        )
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    array = column.combine_chunks()
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) and array.num_chunks else array
    values = [str(each) for each in array.dictionary.to_pylist()] or [""]
    codes = _filled(pa.chunked_array([array.indices.cast(pa.int64())]))
    for code, value in enumerate(values):
        if not is_name(value) or (name == "evidence" and value not in EVIDENCE):
            reason = "unknown_evidence" if name == "evidence" else "bad_text"
            for row in np.flatnonzero(codes == code):
                if not column[int(row)].is_valid:
                    continue
                faults.setdefault(int(row), Rejected(reason, name, _shown(value), expected))
    return Texts(values, codes)


def _marks(table: pa.Table, account: Int64s, actions: Texts, faults: dict[int, Rejected]) -> Int64s:
    for name in ("document", "bucket"):
        _missing(table[name], name, "the source document, and the stretch of time it stands for", faults)
    marks = np.zeros(len(account), np.int64)
    rows = zip(
        account.tolist(),
        actions.codes.tolist(),
        table["document"].to_pylist(),
        table["bucket"].to_pylist(),
        strict=True,
    )
    for row, (owner, action, document, bucket) in enumerate(rows):
        marks[row] = fingerprint(owner, actions.values[action], str(document), str(bucket))
    return marks


def _filled(column: pa.ChunkedArray) -> Int64s:
    if column.null_count:
        column = pc.fill_null(column, 0)
    return np.ascontiguousarray(column.to_numpy())


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def rows_of(receipt_rows: Iterable[tuple[int, str, Rejected]]) -> pa.Table:
    """Refused rows as a table: row, outcome, reason, field, found, expected."""
    rows = list(receipt_rows)
    return pa.table({
        "row": pa.array([row for row, _, _ in rows], pa.int64()),
        "outcome": pa.array([outcome for _, outcome, _ in rows], pa.string()),
        **{name: pa.array([getattr(each, name) for _, _, each in rows], pa.string())
           for name in ("reason", "field", "found", "expected")},
    })  # fmt: skip
