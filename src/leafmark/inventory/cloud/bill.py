"""A bill, read once: its distinct SKUs with their sums, and where the doubtful rows are.

A million rows of a bill have a few thousand SKUs. One pass of DuckDB groups rows by everything that decides what they are (`KEY`), and
sums cost, quantity and measured utilisation; what a SKU *is* is decided later, once for each (`skus.meaning`). Cost is exact decimal, so
the parts add up to the bill. The slow twin that reads row by row is the tests' oracle.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal

import duckdb
import pyarrow as pa

from leafmark.engine.unreadable import FAULTS, unreadable
from leafmark.inventory.cloud.bill_columns import AZURES_DAY, NEEDED, NULL_WORDS, matched

KEY: Final = (
    "provider", "service", "resource", "description", "sku", "region", "unit", "currency", "category", "charge_class", "commitment",
    "reservation",
)  # fmt: skip
Grain = Literal["month", "hour"]
FLAGGED_MAX: Final = 100_000
"""Doubtful rows that are named one by one; past it they are counted only."""

_COST: Final = "DECIMAL(38, 12)"
_EXPECTED: Final = "a bill: CSV in UTF-8, CSV.GZ or Parquet in FOCUS columns"
_USE_EXPECTED: Final = "CSV in UTF-8, CSV.GZ or Parquet of resource_id, utilisation_percent (0 to 100)"

_BETWEEN: Final = "\x1f"
"""Between the words of a row. They are kept as one text: twelve columns of a million rows take twice as long to write down as to read."""


class BillError(ValueError):
    """A bill that cannot be read: which file, what was found, what was expected."""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of a bill that are alike: the values of `KEY`, what was in their amounts, and the sums.

    `state`: `ok`; `negative`, `missing` or `unreadable` quantity (or unreadable cost). `measured` is the part of the quantity whose resource's utilisation is
    known, `measured_x_use` that part times its utilisation. `period` is the month, or the hour where `hourly`: of rows that are of one hour.
    """

    words: tuple[str, ...]
    period: dt.datetime | None
    hourly: bool
    state: str
    rows: int
    cost: Decimal
    quantity: float
    measured: float
    measured_x_use: float
    first_row: int

    def word(self, name: str) -> str:
        """A value of `KEY`; empty where the bill says nothing."""
        return self.words[KEY.index(name)]


@dataclass(frozen=True, slots=True)
class Bill:
    """What was read: groups of rows, the rows that are negative, and the columns that were found."""

    files: tuple[Path, ...]
    rows: int
    groups: list[Group]
    doubtful: pa.Table
    columns: tuple[dict[str, str], ...]
    broken: list[tuple[Path, int, str]]
    """Lines that are no rows of their table: file, line counted from 1 with the header, what is wrong. In no figure, and listed."""


def read_bill(
    files: Sequence[str | Path],
    utilisation: str | Path | None = None,
    grain: Grain = "month",
    threads: int | None = None,
) -> Bill:
    """Read one bill or several: CSV, CSV.GZ or Parquet, FOCUS 1.0 to 1.2 or a provider's own columns.

    Parameters
    ----------
    utilisation : CSV or Parquet of `resource_id, utilisation_percent` (0 to 100), measured.
    grain : sums by month, or by hour where an hourly series of a grid is met.

    Raises
    ------
    BillError : a file is not there, no bill, or its utilisation is not from 0 to 100.
    """
    paths = tuple(Path(each) for each in files)
    connection = duckdb.connect(config={"threads": threads} if threads else {})
    try:
        found = [_open(connection, path) for path in paths]
        selects = [
            _select(source, columns, number, utilisation is not None, grain)
            for number, (source, columns) in enumerate(found)
        ]
        _utilisation(connection, utilisation)
        for number, (path, select) in enumerate(zip(paths, selects, strict=True)):
            _take(connection, path, ("INSERT INTO bill" if number else "CREATE TEMP TABLE bill AS") + f" {select}")
            connection.execute(_other_days(number, found[number][1].get("start", "")))
        groups = _groups(connection, paths)
        return Bill(
            paths,
            sum(each.rows for each in groups),
            groups,
            _doubtful(connection),
            tuple(c for _, c in found),
            _broken(connection),
        )
    except duckdb.Error as fault:
        said = str(fault).splitlines()[0]
        raise BillError(
            f"{', '.join(map(str, paths))}: its rows cannot be added up ({said}); expected sums below 10^26: is a cost far too large?"
        ) from fault
    finally:
        connection.close()


def _take(connection: duckdb.DuckDBPyConnection, path: Path, statement: str) -> None:
    """Read a file whole; each by itself, so that a fault in one is told of that one."""
    try:
        connection.execute(statement)
    except duckdb.Error as fault:
        raise BillError(unreadable(path, fault, _EXPECTED)) from fault


def _open(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, dict[str, str]]:
    if not path.is_file():
        raise BillError(unreadable(path, expected=_EXPECTED))
    text = str(path).replace("'", "''")
    try:
        if path.suffix.lower() == ".parquet":
            source = f"read_parquet('{text}')"
            header = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        else:
            header, separator = _csv_header(path)
            source = _csv(text, header, separator)
    except (*FAULTS, csv.Error) as fault:
        raise BillError(unreadable(path, fault, _EXPECTED)) from fault
    if not header:
        raise BillError(unreadable(path, expected=_EXPECTED))
    columns = matched(header)
    absent = [name for name in NEEDED if name not in columns]
    if absent:
        raise BillError(
            f"{path}: no column for {', '.join(absent)}; expected a FOCUS export (ServiceName, ChargeDescription, ConsumedQuantity, "
            f"ConsumedUnit, BilledCost, RegionId, ChargePeriodStart), found {', '.join(header[:8])} ..."
        )
    return source, columns


def _csv_header(path: Path) -> tuple[list[str], str]:
    """Names of the first line, and what separates them; DuckDB's own guess fails on quoted JSON in tags."""
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        first = file.readline()
    separator = max(",;\t", key=first.count)
    return next(csv.reader([first], delimiter=separator), []), separator


def _csv(text: str, header: list[str], separator: str) -> str:
    names = [name or f"column{number}" for number, name in enumerate(header)]
    for number, name in enumerate(names):  # a second column of one name is left unread
        if name.lower() in (each.lower() for each in names[:number]):
            names[number] = f"{name} {number}"
    struct = ", ".join("'" + name.replace("'", "''") + "': 'VARCHAR'" for name in names)
    words = ", ".join("'" + word.replace("'", "''") + "'" for word in NULL_WORDS)
    return (
        f"read_csv('{text}', columns = {{{struct}}}, auto_detect = false, header = true, delim = '{separator}', quote = '\"', "
        f"escape = '\"', nullstr = [{words}], ignore_errors = true, store_rejects = true)"
    )


def _select(source: str, columns: dict[str, str], number: int, with_resource: bool, grain: Grain) -> str:
    """A file's rows as the bill's: words as text, numbers as numbers, and what is no number beside them as it was written."""

    def column(name: str) -> str:
        return f'CAST("{columns[name]}" AS VARCHAR)' if name in columns else "CAST(NULL AS VARCHAR)"

    def either(name: str, other: str) -> str:
        return f"COALESCE({column(name)}, {column(other)})" if other in columns else column(name)

    def first_of(*names: str) -> str:
        return (
            f"COALESCE({', '.join(column(name) for name in names if name in columns) or 'NULL'}, CAST(NULL AS VARCHAR))"
        )

    def joined(*names: str) -> str:
        have = [column(name) for name in names if name in columns]
        return f"concat_ws(' ', {', '.join(have)})" if len(have) > 1 else have[0] if have else "CAST(NULL AS VARCHAR)"

    plain = ("service", "resource", "description", "currency", "category", "charge_class", "commitment", "reservation")
    words = ", ".join(f"COALESCE({name}, '')" for name in KEY)
    hourly = _OF_ONE_HOUR if grain == "hour" else "FALSE"
    return f"""SELECT file, concat_ws('{_BETWEEN}', {words}) AS words, resource_id, {_NUMBERS}, {hourly} AS hourly,
        CASE WHEN {hourly} THEN date_trunc('hour', {_STARTED}) ELSE date_trunc('month', {_STARTED}) END AS period,
        CASE WHEN {_STARTED} IS NULL THEN start_text END AS start_unread FROM (
        SELECT {number} AS file, {first_of("provider", "publisher")} AS provider, {", ".join(f"{column(name)} AS {name}" for name in plain)},
        {joined("instance", "sku_meter", "sku_details")} AS sku, {first_of("region", "region_name", "zone")} AS region,
        CASE WHEN {column("quantity")} IS NULL THEN {either("priced_unit", "unit")} ELSE {column("unit")} END AS unit,
        {either("quantity", "priced_quantity")} AS quantity_text, {column("cost")} AS cost_text, {column("start")} AS start_text,
        {column("end") if grain == "hour" else "CAST(NULL AS VARCHAR)"} AS end_text,
        {column("resource_id") if with_resource else "CAST(NULL AS VARCHAR)"} AS resource_id FROM {source})"""


def _other_days(file: int, name: str) -> str:
    """The days that a cast has not read: written in one piece, and month/day/year, as Azure's own export has them in its column `Date`.

    A statement of its own, since few files have such days, and to try their formats on every row costs an eighth of reading it.
    """
    read = f"TRY_STRPTIME(start_unread, {['%Y%m%d', '%Y-%m', *(['%m/%d/%Y'] if name == AZURES_DAY else [])]})"
    return f"""UPDATE bill SET period = date_trunc('month', {read}), start_unread = CASE WHEN {read} IS NULL THEN start_unread END
        WHERE file = {file} AND start_unread IS NOT NULL"""


def _utilisation(connection: duckdb.DuckDBPyConnection, path: str | Path | None) -> None:
    if path is None:
        connection.execute("CREATE TEMP TABLE measured (resource_id VARCHAR, use DOUBLE)")
        return
    text = str(path).replace("'", "''")
    reader = "read_parquet" if str(path).endswith(".parquet") else "read_csv"
    source = f"{reader}('{text}'{'' if reader == 'read_parquet' else ', header = true, all_varchar = true'})"
    try:
        names = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        lacking = [name for name in ("resource_id", "utilisation_percent") if name not in map(str.lower, names)]
        if lacking and Path(path).stat().st_size:
            raise BillError(
                f"{path}: no column {', '.join(lacking)}; expected {_USE_EXPECTED}, found {', '.join(names[:8])}"
            )
        connection.execute(f"""CREATE TEMP TABLE given AS SELECT CAST(resource_id AS VARCHAR) AS resource_id,
            CAST(utilisation_percent AS VARCHAR) AS text, TRY_CAST(utilisation_percent AS DOUBLE) AS percent FROM {source}""")
    except duckdb.Error as fault:
        raise BillError(unreadable(path, fault, _USE_EXPECTED)) from fault
    bad = connection.execute(
        "SELECT resource_id, text FROM given WHERE percent IS NULL AND text IS NOT NULL LIMIT 1"
    ).fetchone()
    if bad:
        raise BillError(f"{path}: utilisation_percent of {bad[0]!r}: expected a number from 0 to 100, found {bad[1]!r}")
    connection.execute(
        "CREATE TEMP TABLE measured AS SELECT resource_id, AVG(percent) / 100 AS use, COUNT(*) AS n FROM given GROUP BY 1"
    )
    wrong = connection.execute(
        "SELECT resource_id, use * 100 FROM measured WHERE NOT (use BETWEEN 0 AND 1) OR use IS NULL LIMIT 1"
    )
    row = wrong.fetchone()
    if row:
        raise BillError(f"{path}: utilisation_percent of {row[0]!r}: expected 0 to 100, found {row[1]}")
    twice = connection.execute("SELECT resource_id FROM measured WHERE n > 1 LIMIT 1").fetchone()
    if twice:
        raise BillError(f"{path}: {twice[0]!r} has two rows: expected the mean of the period once for each resource")


def _groups(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> list[Group]:
    use = connection.execute("SELECT COUNT(*) FROM measured").fetchone() or (0,)
    joined = "LEFT JOIN measured AS m ON b.resource_id = m.resource_id" if use[0] else ""
    known, by_use = (
        (f"CASE WHEN m.use IS NULL THEN 0 ELSE {_Q} END", f"COALESCE({_Q} * m.use, 0)") if use[0] else ("0", "0")
    )
    table = connection.execute(f"""
        SELECT words, period, hourly, state, COUNT(*) AS row_count, SUM(cost) AS cost,
            SUM(q) AS quantity, SUM(known) AS known, SUM(by_use) AS by_use, MIN(row_no) + 1 AS first_row
        FROM (SELECT b.words, b.rowid AS row_no, b.period, b.hourly, {_STATE} AS state, COALESCE(b.cost, 0) AS cost, {_Q} AS q, {known} AS known,
            {by_use} AS by_use FROM bill AS b {joined})
        GROUP BY ALL ORDER BY first_row""").fetchall()
    return [
        Group(_words(words, files, first), period, hourly, _STATES[state], rows, cost or Decimal(0), q or 0.0, known or 0.0, by_use or 0.0, first)
        for words, period, hourly, state, rows, cost, q, known, by_use, first in table
    ]  # fmt: skip


def _words(text: str, files: Sequence[Path], first_row: int) -> tuple[str, ...]:
    words = tuple(text.split(_BETWEEN))
    if len(words) != len(KEY):
        raise BillError(
            f"{', '.join(map(str, files))}: row {first_row}, counted through all files: found the control character U+001F in its text, "
            "expected words; take it out"
        )
    return words


QUANTITY_MAX: Final = 1e18
"""No row of a bill has more of anything: a thousand petabytes in bytes. One that says so would hide all rows it is summed with."""
_STATES: Final = ("ok", "negative", "missing", "unreadable")
_STATE: Final = """CASE WHEN b.cost_unread IS NOT NULL OR b.quantity_unread IS NOT NULL THEN 3 WHEN b.quantity IS NULL THEN 2
    WHEN b.quantity < 0 THEN 1 ELSE 0 END"""
_Q: Final = "CASE WHEN b.quantity_unread IS NULL THEN COALESCE(b.quantity, 0) ELSE 0 END"
_MONEY: Final = f"COALESCE(TRY_CAST(TRY_CAST(cost_text AS DECIMAL(18, 12)) AS {_COST}), TRY_CAST(cost_text AS {_COST}))"
"""A cost to twelve decimals. Almost all are less than a million, and a decimal of 64 bits is read eight times as fast as one of 128."""
_NUMBERS: Final = f"""TRY_CAST(quantity_text AS DOUBLE) AS quantity, {_MONEY} AS cost,
    CASE WHEN quantity_text IS NOT NULL AND NOT COALESCE(ABS(TRY_CAST(quantity_text AS DOUBLE)) <= {QUANTITY_MAX!r}, FALSE)
        THEN quantity_text END
        AS quantity_unread,
    CASE WHEN cost_text IS NOT NULL AND {_MONEY} IS NULL THEN cost_text END AS cost_unread"""
_STARTED: Final = "TRY_CAST(start_text AS TIMESTAMP)"
_OF_ONE_HOUR: Final = """(length(start_text) > 10 AND COALESCE(TRY_CAST(end_text AS TIMESTAMP) - TRY_CAST(start_text AS TIMESTAMP)
    <= INTERVAL 1 HOUR, TRUE))"""
"""A row of a day or a month has no hour of its own: its text is a day, or its period is longer than an hour."""


def _doubtful(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Rows with a negative cost or quantity, or an unreadable one or start: file number, row in it counted from 1, what was found."""
    return connection.sql(f"""
        SELECT b.file, b.rowid - f.first_row + 1 AS row_no, COALESCE(b.cost_unread, CAST(b.cost AS VARCHAR)) AS cost_text,
            COALESCE(b.quantity_unread, CAST(b.quantity AS VARCHAR)) AS quantity_text, {_word("category")} AS category,
            {_word("charge_class")} AS charge_class,
            b.start_unread
        FROM bill AS b JOIN (SELECT file, MIN(rowid) AS first_row FROM bill GROUP BY file) AS f ON b.file = f.file
        WHERE b.cost < 0 OR b.quantity < 0 OR b.cost_unread IS NOT NULL OR b.quantity_unread IS NOT NULL
            OR b.start_unread IS NOT NULL
        ORDER BY b.rowid LIMIT {FLAGGED_MAX}""").to_arrow_table()


def _word(name: str) -> str:
    return f"NULLIF(split_part(b.words, '{_BETWEEN}', {KEY.index(name) + 1}), '')"


def _broken(connection: duckdb.DuckDBPyConnection) -> list[tuple[Path, int, str]]:
    known = connection.execute("SELECT COUNT(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'").fetchone()
    if not known or not known[0]:
        return []
    found = connection.execute("""SELECT s.file_path, e.line, MIN(e.error_type || ': ' || e.error_message) FROM reject_errors AS e
        JOIN reject_scans AS s ON e.scan_id = s.scan_id AND e.file_id = s.file_id
        GROUP BY ALL ORDER BY ALL""").fetchall()
    return [(Path(file), int(line), str(message)) for file, line, message in found]
