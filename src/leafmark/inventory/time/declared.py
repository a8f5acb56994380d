"""Lines that a change brings: an inventory's, a table of lines, or totals that somebody else declared.

A company that was acquired has figures of its own for the base year, often no more than a total of each scope. They come as CSV:

    entity_id, site_id, scope, category, statement, co2e_kg, low_kg, high_kg, source

and become lines without an amount, whose factor is the declaration itself.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from leafmark.engine.schema import Z95
from leafmark.engine.unreadable import FAULTS, unreadable
from leafmark.inventory.book import Inventory, InventoryError, refuse_other_books
from leafmark.inventory.small_tables import texts
from leafmark.inventory.tables import LINES_SCHEMA, STATEMENTS

TEMPLATE: Final = "declared"
"""Of lines that were declared as totals: in place of an activity file's name."""
COLUMNS: Final = ("entity_id", "site_id", "scope", "category", "statement", "co2e_kg", "low_kg", "high_kg", "source")
KG_UG: Final = 10**9
UG_HIGH: Final = 2**63 - 1


def lines_of(path: Path) -> pa.Table:
    """Lines (`LINES_SCHEMA`) of an inventory's folder, of a Parquet file of lines, or of a CSV of declared totals.

    Raises
    ------
    MixedBooksError : lines of another book. InventoryError : it is none of them, or a row cannot be read: file, row, field, what was found and expected.
    """
    if path.is_dir():
        return Inventory.open(path).table("lines")
    if path.suffix == ".parquet":
        try:
            table = pq.read_table(path)
        except FAULTS as fault:
            raise InventoryError(unreadable(path, fault, "lines of an inventory as Parquet")) from fault
        refuse_other_books(table, str(path))
        missing = [name for name in LINES_SCHEMA.names if name not in table.column_names]
        if missing:
            raise InventoryError(f"{path}: expected lines of an inventory, found no column {', '.join(missing)}")
        return table.select(LINES_SCHEMA.names).cast(LINES_SCHEMA)
    rows = [_line(path, number, row) for number, row in enumerate(texts(path, COLUMNS), 1)]
    return pa.Table.from_pylist(rows, schema=LINES_SCHEMA)


def _line(path: Path, number: int, row: dict[str, Any]) -> dict[str, Any]:
    def refuse(field: str, expected: str) -> InventoryError:
        return InventoryError(f"{path}: row {number}: {field}: expected {expected}, found {row[field]!r}")

    def kilograms(field: str) -> int:
        try:
            amount_ug = int(Decimal(row[field]) * KG_UG)
        except (InvalidOperation, ValueError, OverflowError, TypeError) as fault:
            raise refuse(field, "kilograms") from fault
        if not 0 <= amount_ug <= UG_HIGH:
            raise refuse(field, f"0 to {UG_HIGH // KG_UG} kilograms: an offset or a removal is no line of an inventory")
        return amount_ug

    if row["scope"] not in ("1", "2", "3"):
        raise refuse("scope", "1, 2 or 3")
    scope = int(row["scope"])
    if (scope == 3) != (row["category"] != ""):
        raise refuse("category", "1 to 15 for Scope 3, and nothing for the others")
    if scope == 3 and (not row["category"].isdigit() or not 1 <= int(row["category"]) <= 15):
        raise refuse("category", "1 to 15")
    statement = row["statement"] or "both"
    if statement not in STATEMENTS or (scope == 2) == (statement == "both"):
        raise refuse("statement", "location or market for Scope 2 (a row each), both or nothing for the others")
    amount, low, high = kilograms("co2e_kg"), kilograms("low_kg"), kilograms("high_kg")
    if not low <= amount <= high:
        raise refuse("co2e_kg", f"between low_kg {row['low_kg']} and high_kg {row['high_kg']}")
    for field in ("entity_id", "source"):
        if not row[field]:
            raise refuse(field, "a text")
    return {
        "entity_id": row["entity_id"], "site_id": row["site_id"] or row["entity_id"], "template": TEMPLATE, "month": None, "origin": "supplier",
        "scope": scope, "category": int(row["category"]) if scope == 3 else None, "statement": statement, "outside": None,
        "run_id": TEMPLATE, "method_id": TEMPLATE, "method_version": 1, "key": TEMPLATE, "factor_id": f"{TEMPLATE}:{row['source']}", "unit": None,
        "amount": None, "activities": 1, "co2e_ug": amount, "sd_ug": int((high - low) / (2 * Z95)), "low_ug": low, "high_ug": high, "gases": None,
    }  # fmt: skip
