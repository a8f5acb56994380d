"""What of the given entries and orders is in no cell, or in one with a doubt: each is told as a flag, by reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import duckdb

from leafmark.inventory.orders.tables import GATE_STAGES, RESALE_METHODS, SOLD_CATEGORIES


def _texts(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


REASON: Final = f"""CASE
    WHEN e.book = 'inventory' AND e.method_id IN ({_texts(RESALE_METHODS)}) THEN 'goods_for_resale'
    WHEN e.book = 'inventory' AND e.category IN ({", ".join(map(str, SOLD_CATEGORIES))}) THEN 'goods_for_resale'
    WHEN e.book = 'inventory' THEN NULL
    WHEN e.book = 'product' AND COALESCE(e.stage, '') NOT IN ({_texts(GATE_STAGES)}) THEN 'past_the_gate'
    WHEN e.book = 'product' THEN NULL
    ELSE 'other_book' END"""
"""Why an entry is in neither row; NULL: it is in the row of its book. Asked of each kind of entries once, not of each entry."""
EXPECTED: Final = {
    "goods_for_resale": "entries of service: cloud, packing, hubs, freight; goods come from the product book",
    "past_the_gate": f"stages before the maker's gate: {', '.join(GATE_STAGES)}",
    "other_book": "the book inventory or product; impact stands beside both",
    "missing_value": "micrograms of each entry: an empty cell is not 0, and its order is not assessed by it",
    "amount": "an amount of each, or efficiency and grid cannot be told apart there",
    "unknown_order": "an order_id of the orders, given once",
}


def left_out(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Entries in no row, by reason, and those of unknown orders: every entry is in a cell or in a flag."""
    flags = []
    for reason, count, ug, books in connection.execute("""SELECT reason, SUM(entries)::BIGINT, SUM(ug)::HUGEINT,
            STRING_AGG(DISTINCT COALESCE(book, 'none'), ', ' ORDER BY COALESCE(book, 'none'))
            FROM kinds WHERE reason IS NOT NULL GROUP BY reason ORDER BY reason""").fetchall():
        first = one(connection, f"SELECT MIN(e.order_id) FROM entries AS e WHERE ({REASON}) = '{reason}'")[0]
        field = {"other_book": "book", "past_the_gate": "stage"}.get(reason, "method_id")
        found = f"{count:,} entries of the book {books}, {int(ug or 0):,} ug"
        flags.append(flag("entries", first, field, reason, found, EXPECTED[reason]))
    for (
        method,
        count,
        first,
    ) in connection.execute("""SELECT method_id, SUM(entries)::BIGINT, MIN(first) FROM uncounted GROUP BY method_id
            ORDER BY method_id""").fetchall():
        found = f"{count:,} with grams of {method} and without its amount"
        flags.append(
            flag("amounts", first, "amount", "missing_value", found, EXPECTED["amount"]) | {"effect": "doubted"}
        )
    sums = "COALESCE(SUM({}), 0)::BIGINT, COALESCE(SUM(ug), 0)::HUGEINT"
    sound, sound_ug, empty = one(
        connection,
        f"SELECT {sums.format('told')}, COALESCE(SUM(entries - told), 0)::BIGINT FROM kinds WHERE reason IS NULL",
    )
    if empty:
        first = one(
            connection, f"SELECT MIN(e.order_id) FROM entries AS e WHERE ({REASON}) IS NULL AND e.co2e_ug IS NULL"
        )[0]
        flags.append(
            flag("entries", first, "co2e_ug", "missing_value", f"{empty:,} entries", EXPECTED["missing_value"])
        )
    met, met_ug = one(connection, f"SELECT {sums.format('entries')} FROM gram_parts")
    if sound != met or sound_ug != met_ug:
        first = one(
            connection,
            f"""SELECT MIN(e.order_id) FROM entries AS e WHERE ({REASON}) IS NULL AND e.co2e_ug IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.order_id = e.order_id)""",
        )[0]
        found = f"{sound - met:,} entries, {sound_ug - met_ug:,} ug"
        flags.append(flag("entries", first, "subject_id", "unknown_order", found, EXPECTED["unknown_order"]))
    return flags


def one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    """The one row of a query."""
    return tuple(connection.execute(sql).fetchall()[0])


def flag(file: str, name: str | None, field: str, reason: str, found: str, expected: str) -> dict[str, Any]:
    """A row of `FLAGS_SCHEMA` of the orders."""
    return {
        "file": file, "row": None, "activity_id": name, "template": None, "field": field, "reason": reason, "found": found,
        "expected": expected, "effect": "refused",
    }  # fmt: skip
