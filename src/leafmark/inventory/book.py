"""An inventory on disk, opened: its lines, and the totals that come of them.

    inventory.json + lines.parquet + flags.parquet + completeness.parquet + SHA256SUMS (+ tables of other rooms, + runs/, the engine's run folders)

Totals are integer sums over `lines`. A range of a total groups by factor before it squares, since one factor's error is the same in
every line of it: standard deviations add up within a factor, variances between factors (lognormal by moment matching, Fenton 1960); an
amount's own error is its line's, and is squared at once (`own_sd_ug`).
What stands `outside` the scopes is in no total. The two statements of Scope 2 are never added: a total is by one of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leafmark.engine import memory_database
from leafmark.engine.closing import lognormal_range
from leafmark.engine.run_folder import write_json
from leafmark.engine.statement import BOOKS, MixedBooksError
from leafmark.factors.gwp import GASES
from leafmark.inventory.seal import seal
from leafmark.inventory.tables import COMPLETENESS_SCHEMA, FLAGS_SCHEMA, LINES_SCHEMA, ORIGINS
from leafmark.methods import LIBRARY

SCHEMA: Final = "leafmark.inventory/1"
RECORD_FILE: Final = "inventory.json"
UNFINISHED: Final = "unfinished"
"""A file that lies in the folder while an inventory is being made there, and after a run that was killed."""
By: TypeAlias = Literal["location", "market"]
BOOK: Final = "inventory"
_RECORDED: Final = ("organisation", "year", "from", "until", "approach", "gwp", "known_on")
"""What every reader of an inventory asks its record for."""
_OTHER_BOOK: Final = {each.id: each.book for each in LIBRARY if each.book != BOOK}
_SCHEMAS: Final = {"lines": LINES_SCHEMA, "flags": FLAGS_SCHEMA, "completeness": COMPLETENESS_SCHEMA}


class InventoryError(ValueError):
    """Nothing can be computed or read: what was found, where, and what to do."""


def is_inventory(folder: Path) -> bool:
    """Whether a folder's record is that of an inventory of ours, of any version of its schema."""
    try:
        schema = _read_record(folder).get("schema")
    except InventoryError:
        return False
    return isinstance(schema, str) and schema.startswith(SCHEMA.partition("/")[0] + "/")


def _read_record(folder: Path) -> dict[str, Any]:
    try:
        record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise InventoryError(
            f"{folder}: no inventory ({RECORD_FILE} is missing); make one with leafmark inventory run"
        ) from fault
    except (OSError, ValueError) as fault:
        raise InventoryError(
            f"{folder}: no inventory ({RECORD_FILE} is not readable: {fault}); make one with leafmark inventory run"
        ) from fault
    if not isinstance(record, dict):
        raise InventoryError(
            f"{folder}: no inventory ({RECORD_FILE} holds no record); make one with leafmark inventory run"
        )
    return record


def refuse_other_books(table: pa.Table, where: str) -> None:
    """Refuse rows of another book: by their column `book`, and by a method that the library has in another book.

    Called wherever rows become lines, are written as lines, or are summed as lines, so that no gram of a product's footprint or of an
    avoided emission can come to stand in an inventory.

    Raises
    ------
    MixedBooksError : there are such rows; which, and where they belong.
    """
    books = set(pc.unique(table["book"]).to_pylist()) - {BOOK} if "book" in table.column_names else set()
    methods = set(pc.unique(table["method_id"]).to_pylist()) if "method_id" in table.column_names else set()
    found = [f"of the book {book} ({BOOKS.get(book, 'no book of ours')})" for book in sorted(books, key=str)]
    found += [f"by {name}, which is of the book {_OTHER_BOOK[name]}" for name in sorted(methods & _OTHER_BOOK.keys())]
    if found:
        raise MixedBooksError(
            f"{where}: holds rows {'; '.join(found)}: books are never summed, so they are no lines of an inventory; "
            "leafmark inventory impact --beside lays the two side by side"
        )


@dataclass(frozen=True, slots=True)
class Sum:
    """A total in whole micrograms CO2e with its 95 % range, gases (None where a line has none), and how good its data are.

    `primary_ug` is the part that rests on primary data; `score` the mean data-quality score weighed by grams, 1 best, 5 worst, None of 0.
    """

    co2e_ug: int
    low_ug: int
    high_ug: int
    gases: dict[str, int] | None
    primary_ug: int
    score: float | None
    activities: int

    @property
    def primary_share(self) -> float | None:
        """Share of the grams that rests on primary data; None of a total of 0."""
        return self.primary_ug / self.co2e_ug if self.co2e_ug else None


@dataclass(frozen=True, slots=True)
class Inventory:
    """One company's inventory of one year.

    `record` has at least `schema, organisation {id, name}, year, from, until (the first day after it), approach, gwp, currency, known_on,
    methods [{id, version, hash}], packs [{id, version, sha256}], runs [{template, run_id, folder}], leafmark, finished`.
    """

    path: Path
    record: Mapping[str, Any]

    @classmethod
    def open(cls, path: str | Path) -> Inventory:
        """Open a folder.

        Raises
        ------
        InventoryError : it is none, or not finished, or of another schema, or its record lacks a field.
        """
        folder = Path(path)
        if (folder / UNFINISHED).is_file():
            raise InventoryError(
                f"{folder}: no inventory yet: a run is at work here or was killed; wait, or start the same command again"
            )
        record = _read_record(folder)
        if record.get("schema") != SCHEMA:
            raise InventoryError(
                f"{folder}: expected an inventory of schema {SCHEMA}, found {record.get('schema')!r}; run it again"
            )
        lacking = [name for name in _RECORDED if name not in record]
        if lacking:
            raise InventoryError(
                f"{folder / RECORD_FILE}: {', '.join(lacking)} missing; restore the file, or run the inventory again"
            )
        return cls(folder, record)

    @classmethod
    def write(cls, path: str | Path, record: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> Inventory:
        """Write tables, and the record last: without it the folder is no inventory. `lines`, `flags`, `completeness` have to be there.

        `SHA256SUMS` seals them and the runs that lie in the folder: who adds a file later seals it again (`inventory.seal.seal`).

        Raises
        ------
        MixedBooksError : lines, or entries beside them, are of another book. Nothing is written.
        """
        folder = Path(path)
        for name in ("lines", "entries"):
            if name in tables:
                refuse_other_books(tables[name], f"{folder}: {name}")
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            typed = table.select(_SCHEMAS[name].names).cast(_SCHEMAS[name]) if name in _SCHEMAS else table
            temporary = folder / f"{name}.tmp"
            pq.write_table(typed, temporary, compression="snappy")
            temporary.replace(folder / f"{name}.parquet")
        write_json(folder / RECORD_FILE, {"schema": SCHEMA, **record})
        seal(folder)
        return cls(folder, _read_record(folder))

    def table(self, name: str) -> pa.Table:
        """A table of the folder.

        Raises
        ------
        InventoryError : the folder has none of that name.
        """
        file = self.path / f"{name}.parquet"
        if not file.is_file():
            raise InventoryError(f"{file}: this inventory has no {name}")
        try:
            return pq.read_table(file)
        except (OSError, pa.ArrowException) as fault:
            raise InventoryError(f"{file}: damaged ({fault}); restore it, or run the inventory again") from fault

    @property
    def year(self) -> int:
        """The reporting year."""
        return int(self.record["year"])

    def total(self, by: By) -> Sum:
        """Scope 1, 2 and 3 together, Scope 2 by location or by market."""
        return self.sums((), by).get((), Sum(0, 0, 0, dict.fromkeys(GASES, 0), 0, None, 0))

    def rows(self, by: By) -> dict[tuple[int, int | None], Sum]:
        """Every scope and category that has lines, in order."""
        return dict(
            sorted(self.sums(("scope", "category"), by).items(), key=lambda item: (item[0][0], item[0][1] or 0))
        )

    def sums(self, keys: tuple[str, ...], by: By) -> dict[tuple[Any, ...], Sum]:
        """Totals by columns of `lines`, Scope 2 by location or by market; without what stands outside the scopes."""
        return sums(self.table("lines"), keys, by)

    def outside(self, by: By = "location") -> dict[str, Sum]:
        """What is reported beside the scopes: CO2 of biogenic carbon, aircraft's non-CO2 effect, gases outside the Kyoto Protocol."""
        return {str(key[0]): value for key, value in outside_sums(self.table("lines"), ("outside",), by).items()}


def sums(lines: pa.Table, keys: tuple[str, ...], by: By) -> dict[tuple[Any, ...], Sum]:
    """Totals of lines (`LINES_SCHEMA`) by some of its columns, Scope 2 by location or by market; without what stands outside.

    Raises
    ------
    InventoryError : an unknown column or statement of Scope 2. MixedBooksError : lines of another book.
    """
    if by not in ("location", "market"):
        raise InventoryError(f"by: expected location or market, found {by!r}")
    refuse_other_books(lines, "lines")
    return _sums(lines, keys, f"outside IS NULL AND statement IN ('both', '{by}')")


def outside_sums(lines: pa.Table, keys: tuple[str, ...], by: By) -> dict[tuple[Any, ...], Sum]:
    """Totals of what stands outside the scopes, of lines whose Scope 2 is by location or by market; keep `outside` among the keys.

    Raises
    ------
    InventoryError : an unknown column. MixedBooksError : lines of another book.
    """
    refuse_other_books(lines, "lines")
    return _sums(lines, keys, f"outside IS NOT NULL AND statement IN ('both', '{by}')")


def _sums(lines: pa.Table, keys: tuple[str, ...], where: str) -> dict[tuple[Any, ...], Sum]:
    unknown = [key for key in keys if key not in LINES_SCHEMA.names]
    if unknown:
        raise InventoryError(f"{', '.join(unknown)}: no column of lines; expected of {', '.join(LINES_SCHEMA.names)}")
    scores = " ".join(f"WHEN '{name}' THEN {origin.score}" for name, origin in ORIGINS.items())
    primary = ", ".join(f"'{name}'" for name, origin in ORIGINS.items() if origin.primary)
    by_gas = ", ".join(f"SUM(gases.{gas}_ug)::HUGEINT AS {gas}" for gas in GASES)
    names = [*keys, "factor_id"]
    cut = ", ".join(names)
    connection = memory_database.connect()
    try:
        connection.register("lines", lines)
        rows = connection.execute(f"""
            WITH f AS (SELECT {cut}, co2e_ug < 0 AS credit, SUM(co2e_ug)::HUGEINT AS ug, SUM(sd_ug)::DOUBLE AS sd,
                SUM(COALESCE(own_sd_ug, 0)::DOUBLE * COALESCE(own_sd_ug, 0)) AS own,
                SUM(CASE WHEN origin IN ({primary}) THEN co2e_ug ELSE 0 END)::HUGEINT AS prime,
                SUM(ABS(co2e_ug::HUGEINT) * CASE origin {scores} END)::DOUBLE AS scored,
                SUM(ABS(co2e_ug::HUGEINT))::DOUBLE AS size, SUM(activities)::HUGEINT AS n,
                bool_and(gases IS NOT NULL) AS split, {by_gas}
              FROM lines WHERE {where} GROUP BY {cut}, credit)
            SELECT {"".join(f"{key}, " for key in keys)}
              SUM(CASE WHEN credit THEN 0 ELSE ug END)::HUGEINT, SUM(CASE WHEN credit THEN 0 ELSE sd * sd + own END),
              SUM(CASE WHEN credit THEN -ug ELSE 0 END)::HUGEINT, SUM(CASE WHEN credit THEN sd * sd + own ELSE 0 END),
              SUM(prime)::HUGEINT, SUM(scored), SUM(size), SUM(n)::HUGEINT, bool_and(split),
              {", ".join(f"SUM({gas})::HUGEINT" for gas in GASES)}
            FROM f {f"GROUP BY {', '.join(keys)}" if keys else "HAVING COUNT(*) > 0"}""").fetchall()
    finally:
        connection.close()
    return {tuple(row[: len(keys)]): _sum(*row[len(keys) :]) for row in rows}


def _sum(
    charge: int, charge_var: float, credit: int, credit_var: float, primary: int, scored: float, size: float, count: int,
    split: bool, *by_gas: int,
) -> Sum:  # fmt: skip
    low, high = lognormal_range(int(charge), charge_var)
    low_c, high_c = lognormal_range(int(credit), credit_var)
    total = int(charge) - int(credit)
    down, up = charge - low, high - charge
    if credit:
        down, up = ((down**2 + (high_c - credit) ** 2) ** 0.5, (up**2 + (credit - low_c) ** 2) ** 0.5)
    gases = dict(zip(GASES, map(int, by_gas), strict=True)) if split else None
    return Sum(
        total,
        total - int(-(-down // 1)),
        total + int(-(-up // 1)),
        gases,
        int(primary),
        scored / size if size else None,
        int(count),
    )
