"""Entries that another room or another tool made (parcels, freight chains, the cloud) as lines of the book.

An entry table has a range and a dominant factor, and no standard deviation; the lognormal that has that range gives it back:
sigma = ln(high / low) / (2 z), standard deviation = value x sqrt(e^(sigma^2) - 1); a range that touches or crosses 0 is no lognormal's, and
is taken as a normal's. Grams are taken as they are, to the microgram; of a place that is the company's in part, `consolidating` takes its part.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from leafmark.engine import memory_database, tables
from leafmark.engine.schema import Z95
from leafmark.engine.statement import MixedBooksError
from leafmark.inventory.book import InventoryError
from leafmark.inventory.credit_words import named_in_sql
from leafmark.inventory.tables import LINES_SCHEMA, ORIGINS

_NEEDED: Final = (
    "run_id", "date", "book", "scope", "category", "method_id", "method_version", "factor_id", "co2e_ug", "low_ug", "high_ug", "gases",
)  # fmt: skip


def lines_of_entries(
    entries: pa.Table | str | Path, entity_id: str, site_id: str, template: str, origin: str = "calculated", statement: str = "location",
) -> pa.Table:  # fmt: skip
    """Entries of the book `inventory` (engine ENTRY_SCHEMA) as lines, LINES_SCHEMA, by month, scope, category and factor.

    Parameters
    ----------
    entries : a table, a Parquet file or a run's folder.
    entity_id, site_id : whose they are: an entry table knows nothing of the company.
    template : the name of the room or tool that made them.
    statement : which of the two Scope 2 statements entries of Scope 2 are in; others are in both.

    Raises
    ------
    MixedBooksError : an entry of another book. InventoryError : a column is missing, or an entry has no scope.
    """
    if origin not in ORIGINS:
        raise InventoryError(f"origin {origin!r}: expected one of {', '.join(ORIGINS)}")
    with EntryTable(entries) as table:
        made = table.lines(dict.fromkeys(table.dates(), 0), entity_id, site_id, template, origin, statement)
    return made.select(LINES_SCHEMA.names).cast(LINES_SCHEMA)


class EntryTable:
    """Entries that were made elsewhere, open and looked through; close it.

    Raises
    ------
    MixedBooksError, InventoryError : as `lines_of_entries`.
    """

    def __init__(self, entries: pa.Table | str | Path) -> None:
        source, about = _source(entries)
        self._connection = memory_database.connect()
        try:
            if isinstance(source, pa.Table):
                self._connection.register("given", source)
            else:
                self._connection.execute(f"CREATE TEMP VIEW given AS SELECT * FROM {source}")
            _check(self._connection, about)
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> EntryTable:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def dates(self) -> list[dt.date | None]:
        """The days that entries are of, in order; None: not told."""
        found = self._connection.execute("SELECT DISTINCT CAST(date AS DATE) AS day FROM given ORDER BY ALL").fetchall()
        return [row[0] for row in found]

    def methods(self) -> list[tuple[str, int]]:
        """Ids and versions of the methods that made them."""
        sql = "SELECT DISTINCT CAST(method_id AS VARCHAR), CAST(method_version AS INTEGER) FROM given ORDER BY ALL"
        return self._connection.execute(sql).fetchall()

    def places(self) -> set[Cell]:
        """Scope, category and stage of what is in them."""
        return set(self._connection.execute(f"SELECT DISTINCT scope, category, {self._stage()} FROM given").fetchall())

    def lines(
        self, parts: Mapping[dt.date | None, int], entity_id: str, site_id: str, template: str, origin: str, statement: str,
    ) -> pa.Table:  # fmt: skip
        """Sums of entries, whole: the columns of LINES_SCHEMA, `stage`, and `part`, the number that `parts` gives to an entry's day.

        Days that `parts` does not name are left out.
        """
        days, numbers = list(parts), list(parts.values())
        self._connection.register(
            "parts", pa.table({"day": pa.array(days, pa.date32()), "part": pa.array(numbers, pa.int32())})
        )
        made: pa.Table = self._connection.sql(_LINES.format(
            z=Z95, entity=_quoted(entity_id), site=_quoted(site_id), template=_quoted(template), origin=_quoted(origin),
            statement=_quoted(statement), stage=self._stage(),
        )).to_arrow_table()  # fmt: skip
        return made

    def _stage(self) -> str:
        there = {row[0] for row in self._connection.execute("DESCRIBE given").fetchall()}
        return "CAST(stage AS VARCHAR)" if "stage" in there else "CAST(NULL AS VARCHAR)"


Cell = tuple[int, int | None, str | None]
"""Scope, category and stage of entries."""

_LINES: Final = """
SELECT {entity} AS entity_id, {site} AS site_id, {template} AS template, CAST(date_trunc('month', date) AS DATE) AS month,
  {origin} AS origin, scope, category, CASE WHEN scope = 2 THEN {statement} ELSE 'both' END AS statement, CAST(NULL AS VARCHAR) AS outside,
  CAST(run_id AS VARCHAR) AS run_id, CAST(method_id AS VARCHAR) AS method_id, CAST(method_version AS INTEGER) AS method_version,
  split_part(CAST(factor_id AS VARCHAR), '@', 1) AS key, CAST(factor_id AS VARCHAR) AS factor_id, CAST(NULL AS VARCHAR) AS unit,
  CAST(NULL AS DOUBLE) AS amount, COUNT(*) AS activities, CAST(SUM(co2e_ug) AS BIGINT) AS co2e_ug,
  CAST(ROUND(SUM(CASE WHEN sign(low_ug) = sign(high_ug) AND low_ug <> 0
    THEN abs(co2e_ug) * sqrt(exp(power(ln(high_ug / low_ug) / (2 * {z}), 2)) - 1)
    ELSE (high_ug::DOUBLE - low_ug) / (2 * {z}) END)) AS BIGINT) AS sd_ug, CAST(NULL AS BIGINT) AS own_sd_ug,
  CAST(SUM(low_ug) AS BIGINT) AS low_ug, CAST(SUM(high_ug) AS BIGINT) AS high_ug, CASE WHEN bool_and(gases IS NOT NULL) THEN
    {{'co2_ug': CAST(SUM(gases.co2_ug) AS BIGINT), 'ch4_fossil_ug': CAST(SUM(gases.ch4_fossil_ug) AS BIGINT),
      'ch4_biogenic_ug': CAST(SUM(gases.ch4_biogenic_ug) AS BIGINT), 'n2o_ug': CAST(SUM(gases.n2o_ug) AS BIGINT),
      'f_gases_ug': CAST(SUM(gases.f_gases_ug) AS BIGINT), 'other_ug': CAST(SUM(gases.other_ug) AS BIGINT),
      'unsplit_ug': CAST(SUM(gases.unsplit_ug) AS BIGINT)}} END AS gases, {stage} AS stage, parts.part AS part
FROM given INNER JOIN parts ON parts.day IS NOT DISTINCT FROM CAST(given.date AS DATE)
GROUP BY month, scope, category, run_id, method_id, method_version, factor_id, {stage}, parts.part
ORDER BY parts.part, month, scope, category, run_id, method_id, method_version, factor_id, {stage}
"""


def _source(entries: pa.Table | str | Path) -> tuple[pa.Table | str, str]:
    if isinstance(entries, pa.Table):
        return entries, "entries"
    path = Path(entries)
    path = path / "entries.parquet" if (path / "run.json").is_file() else path
    if not tables.exists(path):
        raise InventoryError(f"{path}: no entries there; give a run's folder or a Parquet file of entries")
    return tables.scan(path), str(path)


def _check(connection: duckdb.DuckDBPyConnection, about: str) -> None:
    there = {row[0] for row in connection.execute("DESCRIBE given").fetchall()}
    missing = [name for name in _NEEDED if name not in there]
    if missing:
        raise InventoryError(
            f"{about}: no table of entries: {', '.join(missing)} missing; expected the columns of entries.parquet"
        )
    books: list[tuple[Any, ...]] = connection.execute(
        "SELECT DISTINCT book FROM given WHERE book IS DISTINCT FROM 'inventory' ORDER BY 1"
    ).fetchall()
    if books:
        raise MixedBooksError(
            f"{about}: entries of the book {books[0][0]}; an inventory takes entries of its own book alone, and books are never added"
        )
    for what, expected in _UNSOUND:
        ((count,),) = connection.execute(f"SELECT COUNT(*) FROM given WHERE {what}").fetchall()
        if count:
            raise InventoryError(f"{about}: {count:,} entries {expected}")


_UNSOUND: Final = (
    ("scope IS NULL OR co2e_ug IS NULL", "have no scope or no grams; expected a scope of 1, 2 or 3 of each"),
    ("scope NOT IN (1, 2, 3) OR COALESCE(category, 0) NOT BETWEEN 0 AND 15 OR (scope = 3) <> (COALESCE(category, 0) > 0)",
     "stand nowhere in an inventory; expected scope 1 or 2 without a category, or scope 3 with a category from 1 to 15"),
    ("factor_id IS NULL OR run_id IS NULL OR method_id IS NULL OR method_version IS NULL",
     "do not say where they come from; expected run_id, method_id, method_version and factor_id of each"),
    ("low_ug IS NULL OR high_ug IS NULL OR low_ug > co2e_ug OR high_ug < co2e_ug",
     "have no range, or one that their grams are not in; expected low_ug <= co2e_ug <= high_ug"),
    (f"{named_in_sql('CAST(factor_id AS VARCHAR)')} OR {named_in_sql('CAST(method_id AS VARCHAR)')}",
     "are of an offset or a removal credit (offset_in_inventory); it lowers no figure: expected activities alone, and credits in credits.csv"),
)  # fmt: skip
"""What no entry may be, and how it is told."""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
