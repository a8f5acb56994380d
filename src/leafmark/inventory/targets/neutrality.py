"""What a claim of neutrality rests on: gross emissions first, then removals and offsets, each in a row of its own and never subtracted.

    credits.csv:  kind (removal, offset), co2e_kg, programme, serial, retired_on, year, source

There is no net figure here. Credits are no emissions: the GHG Protocol's Corporate Standard has them reported apart from the scopes
(chapter 9, optional information), and Directive (EU) 2024/825 bans product claims that rest on them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

import pyarrow as pa

from leafmark.factors.credit_words import is_credit
from leafmark.inventory.book import By, Inventory, InventoryError
from leafmark.inventory.small_tables import texts

CREDITS: Final = ("removal", "offset")
COLUMNS: Final = ("kind", "co2e_kg", "programme", "serial", "retired_on", "year", "source")
_NAMED: Final = ("template", "key", "method_id", "factor_id")
KG_UG: Final = 10**9


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit that was retired for the company: grams removed from the air, or avoided or reduced somewhere else."""

    kind: str
    co2e_ug: int
    programme: str
    serial: str
    retired_on: dt.date
    year: int
    source: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the statement: `gross` (a scope, or None for all), `removal` or `offset`."""

    kind: str
    scope: int | None
    co2e_ug: int
    credit: Credit | None = None


def read_credits(path: Path) -> tuple[Credit, ...]:
    """Read a company's retired credits.

    Raises
    ------
    InventoryError : file, row, field, found and expected; a serial number that is there twice.
    """
    credits = [_credit(f"{path}: row {number}", row) for number, row in enumerate(texts(path, COLUMNS), 1)]
    seen: dict[tuple[str, str], int] = {}
    for number, credit in enumerate(credits, 1):
        first = seen.setdefault((credit.programme, credit.serial), number)
        if first != number:
            raise InventoryError(
                f"{path}: row {number}: serial: {credit.serial} is in row {first} too: a credit is used once"
            )
    return tuple(credits)


def _credit(where: str, row: dict[str, str]) -> Credit:
    for field in COLUMNS:
        if not row[field]:
            raise InventoryError(f"{where}: {field}: missing; a credit without it cannot be checked")
    if row["kind"] not in CREDITS:
        raise InventoryError(f"{where}: kind: expected {' or '.join(CREDITS)}, found {row['kind']!r}")
    try:
        amount_ug = int(Decimal(row["co2e_kg"]) * KG_UG)
        retired_on, year = dt.date.fromisoformat(row["retired_on"]), int(row["year"])
    except (InvalidOperation, ValueError, OverflowError) as fault:
        raise InventoryError(
            f"{where}: expected co2e_kg a number, retired_on a date and year a year: {fault}"
        ) from fault
    if retired_on > dt.date.today():
        raise InventoryError(
            f"{where}: retired_on: {retired_on} is still to come: a credit stands here once it is retired"
        )
    if amount_ug <= 0:
        raise InventoryError(f"{where}: co2e_kg: expected more than 0, found {row['co2e_kg']}")
    return Credit(row["kind"], amount_ug, row["programme"], row["serial"], retired_on, year, row["source"])


def statement(inventory: Inventory, by: By, credits: Iterable[Credit] = ()) -> tuple[Row, ...]:
    """Gross emissions by scope and in all, then each removal and each offset of the inventory's year. Nothing is subtracted.

    Raises
    ------
    InventoryError : the inventory holds a credit (`offset_in_inventory`).
    """
    refuse_credits(inventory.table("lines"), str(inventory.path))
    scopes = inventory.sums(("scope",), by)
    rows = [Row("gross", scope, found.co2e_ug) for (scope,), found in sorted(scopes.items())]
    rows.append(Row("gross", None, inventory.total(by).co2e_ug))
    given = [credit for credit in credits if credit.year == inventory.year]
    for kind in CREDITS:
        rows += [Row(kind, None, credit.co2e_ug, credit) for credit in given if credit.kind == kind]
    return tuple(rows)


def refuse_credits(table: pa.Table, where: str) -> None:
    """Refuse a table of lines or entries, of an inventory or of a product, that holds a credit.

    Raises
    ------
    InventoryError : `offset_in_inventory`, with the column and what stands there.
    """
    for column in _NAMED:
        if column not in table.column_names:
            continue
        for name in pa.compute.unique(table[column]).to_pylist():
            if name is not None and is_credit(str(name)):
                raise InventoryError(
                    f"{where}: {column} {name}: offset_in_inventory: a credit is no activity and lowers no figure; put it in credits.csv, where "
                    "it stands beside gross emissions"
                )
