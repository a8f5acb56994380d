"""Orders meet their entries: whole micrograms by day, sector, warehouse and festival, each of the two rows by itself.

    orders x entries (by order) --> grams (cell, row, method, factor)      --> figures of any cut, year-on-year comparison
    shared x cells (by weight)  --^    orders (cell: how many, how many assessed)

Plain SQL (equality joins, group by, sums of whole numbers); a range of order ids at a time where the files allow it, so memory is that
of the cells and of one range. Entries are sorted into rows by their `book`, never by who hands them in: `inventory` is service, `product`
is goods, `impact` is neither and is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pyarrow as pa

from leafmark.inventory.book import InventoryError
from leafmark.inventory.orders import festivals, spread
from leafmark.inventory.orders.left_out import REASON, flag, left_out, one
from leafmark.inventory.orders.ranges import Range, ranges
from leafmark.inventory.orders.sources import MEMORY_MB, Given, View, database, fault_of, make
from leafmark.inventory.orders.tables import (
    AMOUNT_COLUMNS,
    CUTS,
    ENTRY_COLUMNS,
    KEYS,
    ORDERS_COLUMNS,
    SHARED_SCHEMA,
)
from leafmark.inventory.tables import FLAGS_SCHEMA

MICRO: Final = 1_000_000
"""Amounts are summed in whole millionths of their unit, so that a sum does not depend on its order."""


BOOKS: Final = {"service": "inventory", "goods": "product"}


@dataclass(frozen=True)
class Cells:
    """What figures are made of, by the four cuts; micrograms and amounts are whole numbers.

    `cuts` are those that are told apart; the others are NULL. `orders`: CUTS, orders, lines, parcels, service_orders, goods_orders. `grams`: CUTS, row, shared, method_id, factor_id, credit, ug, low,
    high, entries. `amounts`: CUTS, method_id, amount (millionths of its unit; NULL where some entries of the method have none). `flags`: `FLAGS_SCHEMA`.
    """

    cuts: tuple[str, ...]
    orders: pa.Table
    grams: pa.Table
    amounts: pa.Table
    flags: pa.Table


def measure(
    orders: Given,
    entries: Sequence[Given],
    *,
    shared: Given | None = None,
    amounts: Given | None = None,
    calendar: pa.Table | None = None,
    cuts: Sequence[str] = CUTS,
    order_column: str = "subject_id",
    memory_mb: int = MEMORY_MB,
    progress: Callable[[int, int, str], None] | None = None,
) -> Cells:
    """Meet orders and entries.

    Parameters
    ----------
    orders : a table or file with `ORDERS_COLUMNS`.
    entries : tables, files or run folders of `ENTRY_SCHEMA`, of any book.
    shared : service grams of no one order (`SHARED_SCHEMA`).
    amounts : activity behind entries by order and method, for a comparison (`AMOUNT_COLUMNS`).
    calendar : festivals as dated spans (`FESTIVALS_SCHEMA`), instead of a column of orders.
    cuts : what is to be told apart: fewer are quicker and take less memory.
    order_column : which column of entries is the order: subject_id or activity_id.
    memory_mb : what the database may hold; it spills the rest.
    progress : called with (ranges done, ranges, what).

    Raises
    ------
    InventoryError : something given cannot be read. Entries that stand in neither row, or whose order is unknown, are flags.
    """
    told = tuple(cut for cut in CUTS if cut in cuts)
    if len(told) != len(cuts):
        raise InventoryError(f"cuts: expected some of {', '.join(CUTS)}, each once; found {', '.join(cuts)}")
    asked = _asked(orders, entries, shared, amounts, order_column)
    with database(memory_mb) as connection:
        try:
            _views(connection, asked, calendar)
            met = [(each, order_column) for each in entries]
            met += [] if amounts is None else [(amounts, "order_id")]
            over = ranges(orders, met)
            flags = _orders(connection, over)
            _number(connection, told)
            enough = _enough(connection)
            for number, each in enumerate(over):
                if progress:
                    progress(number, len(over), "orders")
                _meet(connection, each, enough)
            flags += _spread(connection, shared is not None)
            if progress:
                progress(len(over), len(over), "orders")
            return _cells(connection, told, flags + left_out(connection))
        except (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.IOException) as fault:
            given = [table for each in asked for table in each.given]
            raise InventoryError(fault_of(given, fault, asked)) from fault


def _asked(
    orders: Given, entries: Sequence[Given], shared: Given | None, amounts: Given | None, order_column: str
) -> tuple[View, ...]:
    kinds = {
        field.name: {"string": "VARCHAR", "date32[day]": "DATE", "int64": "BIGINT", "double": "DOUBLE"}[str(field.type)]
        for field in SHARED_SCHEMA
    }
    entry = ("order_id", "book", "method_id", "factor_id", "co2e_ug")
    return (
        View("given_orders", (orders,), ORDERS_COLUMNS, ("order_id", "day")),
        View("entries", tuple(entries), {"order_id": "VARCHAR"} | ENTRY_COLUMNS, entry, order_column),
        View("amounts", () if amounts is None else (amounts,), AMOUNT_COLUMNS, tuple(AMOUNT_COLUMNS)),
        View("shared", () if shared is None else (shared,), kinds, [each.name for each in SHARED_SCHEMA if not each.nullable]),
    )  # fmt: skip


def _views(connection: duckdb.DuckDBPyConnection, asked: Sequence[View], calendar: pa.Table | None) -> None:
    for each in asked:
        make(connection, each)
    if calendar is not None:
        if one(connection, "SELECT COUNT(festival) FROM given_orders")[0]:
            raise InventoryError("festivals: orders have a column festival and a calendar is given; give one of them")
        connection.register("calendar", festivals.spans(calendar))
        # Days are few: the spans are laid over them, and orders meet days by equality.
        connection.execute("""CREATE TABLE days AS SELECT d.day, c.festival FROM (SELECT DISTINCT day FROM given_orders) AS d
            LEFT JOIN calendar AS c ON d.day >= c."from" AND d.day < c.until""")
        connection.execute("""CREATE VIEW labelled AS SELECT o.order_id, o.day, o.sector, o.warehouse, d.festival, o.lines, o.parcels
            FROM given_orders AS o LEFT JOIN days AS d ON o.day = d.day""")
    else:
        connection.execute("CREATE VIEW labelled AS SELECT * FROM given_orders")


def _within(each: Range, column: str) -> str:
    low, high = (None if end is None else end.replace("'", "''") for end in each)
    conditions = [f"{column} >= '{low}'" if low is not None else "", f"{column} < '{high}'" if high is not None else ""]
    return " AND ".join(condition for condition in conditions if condition) or "TRUE"


def _orders(connection: duckdb.DuckDBPyConnection, over: Sequence[Range]) -> list[dict[str, Any]]:
    """The view `orders`: each id once, with a day; flags of the others. The first of two rows by their cells counts."""
    missing = twice = 0
    for each in over:
        sql = """SELECT COUNT(*) - COUNT(CASE WHEN day IS NOT NULL THEN order_id END), COUNT(order_id) - COUNT(DISTINCT order_id)
            FROM given_orders WHERE """
        lacking, again = one(connection, sql + _within(each, "order_id"))
        missing, twice = missing + lacking, twice + again
    flags = []
    if len(over) > 1:  # a range holds no row without an id
        missing += one(connection, "SELECT COUNT(*) - COUNT(order_id) FROM given_orders")[0]
    if missing:
        flags.append(
            flag("orders", None, "day", "missing_value", f"{missing:,} orders", "an id and a day of each order")
        )
    if twice:
        repeated = "SELECT order_id FROM given_orders GROUP BY order_id HAVING COUNT(*) > 1 ORDER BY 1 LIMIT 1"
        name = one(connection, repeated)[0]
        flags.append(
            flag("orders", name, "order_id", "duplicate_id", f"{twice:,} rows, the first {name}", "each order once")
        )
        cells = ", ".join(name for name in ORDERS_COLUMNS if name != "order_id")
        connection.execute(f"""CREATE VIEW orders AS SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY {cells}) AS n
            FROM labelled WHERE order_id IS NOT NULL AND day IS NOT NULL) AS o WHERE n = 1""")
    else:
        connection.execute(
            "CREATE VIEW orders AS SELECT * FROM labelled WHERE order_id IS NOT NULL AND day IS NOT NULL"
        )
    return flags


def _number(connection: duckdb.DuckDBPyConnection, told: Sequence[str]) -> None:
    """Numbers for places (in the order of the cuts) and for kinds of entries: what orders and entries are grouped by."""
    cuts = ", ".join(CUTS)
    connection.execute(f"""CREATE TABLE fine AS SELECT {cuts}, COUNT(*)::BIGINT AS orders, SUM(lines)::BIGINT AS lines,
        SUM(parcels)::BIGINT AS parcels FROM orders GROUP BY {cuts}""")
    place = ", ".join(cut if cut in told else f"CAST(NULL AS {ORDERS_COLUMNS[cut]}) AS {cut}" for cut in CUTS)
    connection.execute(f"""CREATE TABLE places AS SELECT CAST(ROW_NUMBER() OVER (ORDER BY {cuts}) AS INTEGER) AS cell, {cuts}
        FROM (SELECT DISTINCT {place} FROM fine) AS f""")
    connection.execute(
        f"CREATE TABLE cells AS SELECT f.*, p.cell FROM fine AS f JOIN places AS p ON {_same('f', 'p', told)}"
    )
    connection.execute(
        f"""CREATE VIEW placed AS SELECT o.order_id, c.cell FROM orders AS o JOIN cells AS c ON {_same("o", "c", CUTS)}"""
    )
    connection.execute(f"""CREATE TABLE kinds AS SELECT CAST(DENSE_RANK() OVER (ORDER BY {_NAME}) AS INTEGER) AS kind, e.*, {REASON} AS reason
        FROM (SELECT {_KIND}, COUNT(*)::BIGINT AS entries, COUNT(co2e_ug)::BIGINT AS told, SUM(co2e_ug)::HUGEINT AS ug FROM entries GROUP BY {_KIND}) AS e""")
    connection.execute(f"CREATE TABLE names AS SELECT DISTINCT kind, {_NAME} FROM kinds")
    connection.execute("CREATE TABLE assessed_parts (cell INTEGER, service BIGINT, goods BIGINT)")
    sums = "credit BOOLEAN, ug HUGEINT, low HUGEINT, high HUGEINT, entries BIGINT"
    connection.execute(f"CREATE TABLE gram_parts (cell INTEGER, kind INTEGER, {sums})")
    connection.execute(f"CREATE TABLE shared_parts (cell INTEGER, method_id VARCHAR, factor_id VARCHAR, {sums})")
    connection.execute("CREATE TABLE amount_parts (cell INTEGER, method_id VARCHAR, amount HUGEINT)")
    connection.execute("""CREATE TABLE counted AS SELECT method_id FROM amounts WHERE amount IS NOT NULL
        UNION SELECT method_id FROM shared WHERE amount IS NOT NULL""")
    connection.execute("CREATE TABLE uncounted (cell INTEGER, method_id VARCHAR, entries BIGINT, first VARCHAR)")


_KIND: Final = "book, category, stage, method_id, factor_id"
_NAME: Final = "book, method_id, factor_id"
"""What is left of a kind in a figure."""


def _same(one: str, two: str, columns: Sequence[str]) -> str:
    """Rows alike in some columns; NULL is like NULL."""
    return " AND ".join(f"{one}.{column} IS NOT DISTINCT FROM {two}.{column}" for column in columns) or "TRUE"


def _enough(connection: duckdb.DuckDBPyConnection) -> Sequence[str]:
    """Columns that tell the kinds of these entries apart, as few as may be: mostly the factor alone, and then no other is read."""
    columns = ("factor_id", "method_id", "stage", "category", "book")
    kinds = one(connection, "SELECT COUNT(*) FROM kinds")[0]
    for few in range(1, len(columns)):
        if (
            one(connection, f"SELECT COUNT(*) FROM (SELECT DISTINCT {', '.join(columns[:few])} FROM kinds) AS k")[0]
            == kinds
        ):
            return columns[:few]
    return columns


def _meet(connection: duckdb.DuckDBPyConnection, each: Range, enough: Sequence[str]) -> None:
    """Add one range of orders to the parts; `enough` are columns that tell kinds of entries apart."""
    # A table and not a view: the database then knows how many there are, and puts the right side of the join into memory.
    connection.execute(f"CREATE OR REPLACE TEMP TABLE now AS SELECT * FROM placed WHERE {_within(each, 'order_id')}")
    orders = "now"
    entries = f"""(SELECT e.order_id, k.kind, k.book, e.co2e_ug, e.low_ug, e.high_ug FROM entries AS e JOIN kinds AS k
        ON {_same("e", "k", enough)} WHERE {_within(each, "e.order_id")} AND k.reason IS NULL AND e.co2e_ug IS NOT NULL)"""
    connection.execute(f"""INSERT INTO gram_parts SELECT o.cell, e.kind, e.co2e_ug < 0, SUM(e.co2e_ug), SUM(COALESCE(e.low_ug, e.co2e_ug)),
        SUM(COALESCE(e.high_ug, e.co2e_ug)), COUNT(*) FROM {entries} AS e JOIN {orders} AS o ON o.order_id = e.order_id
        GROUP BY o.cell, e.kind, e.co2e_ug < 0""")
    connection.execute(f"""INSERT INTO assessed_parts SELECT o.cell, COUNT(CASE WHEN e.service THEN 1 END), COUNT(CASE WHEN e.goods THEN 1 END)
        FROM (SELECT order_id, BOOL_OR(book = 'inventory') AS service, BOOL_OR(book = 'product') AS goods FROM {entries} AS e
            GROUP BY order_id) AS e JOIN {orders} AS o ON o.order_id = e.order_id GROUP BY o.cell""")
    connection.execute(f"""INSERT INTO amount_parts
        SELECT o.cell, a.method_id, SUM(CAST(ROUND(a.amount * {MICRO}) AS HUGEINT)) FROM
            (SELECT * FROM amounts WHERE {_within(each, "order_id")}) AS a JOIN {orders} AS o ON o.order_id = a.order_id
        GROUP BY o.cell, a.method_id""")
    if one(connection, "SELECT COUNT(*) FROM counted")[0]:
        connection.execute(f"""INSERT INTO uncounted SELECT o.cell, k.method_id, COUNT(*), MIN(e.order_id) FROM {entries} AS e
            JOIN names AS k ON k.kind = e.kind JOIN counted AS c ON c.method_id = k.method_id JOIN {orders} AS o ON o.order_id = e.order_id
            LEFT JOIN (SELECT DISTINCT order_id, method_id FROM amounts WHERE amount IS NOT NULL AND {_within(each, "order_id")}) AS a
                ON a.order_id = e.order_id AND a.method_id = k.method_id
            WHERE a.order_id IS NULL AND e.co2e_ug <> 0 GROUP BY o.cell, k.method_id""")


_PLACES: Final = (
    "s.day = o.day AND s.warehouse = o.warehouse",
    "s.day = o.day AND s.warehouse IS NULL",
    "s.day IS NULL AND s.warehouse = o.warehouse",
    "s.day IS NULL AND s.warehouse IS NULL",
)
"""Which cells a shared row is spread over, one case after another, so that all but the last are joins by equality."""


def _spread(connection: duckdb.DuckDBPyConnection, given: bool) -> list[dict[str, Any]]:
    """Shared grams over the cells of their day and warehouse; flags of those that could not be."""
    if not given:
        return []
    repeated = "SELECT shared_id FROM shared GROUP BY shared_id HAVING COUNT(*) > 1 ORDER BY 1"
    twice = connection.execute(repeated).fetchall()
    if twice:
        raise InventoryError(f"shared, shared_id: {twice[0][0]!r} occurs twice; give each row an id of its own")
    required = [field.name for field in SHARED_SCHEMA if not field.nullable]
    lacking = f"SELECT shared_id, {', '.join(required[1:])} FROM shared WHERE {' OR '.join(f'{name} IS NULL' for name in required)}"
    for row in connection.execute(f"{lacking} ORDER BY ALL LIMIT 1").fetchall():
        empty = ", ".join(name for name, cell in zip(required, row, strict=True) if cell is None)
        raise InventoryError(
            f"shared, {row[0] or 'a row without shared_id'}: {empty}: the cell is empty, and empty is not 0; fill it"
        )
    weight = " ".join(f"WHEN '{key}' THEN o.{key}" for key in KEYS)
    met = " UNION ALL ".join(
        f"""SELECT s.shared_id, s.method_id, s.factor_id, s.co2e_ug, s.low_ug, s.high_ug,
            COALESCE(CAST(ROUND(s.amount * {MICRO}) AS BIGINT), 0) AS amount, s.amount IS NOT NULL AS counted, o.cell, {", ".join(f"o.{cut}" for cut in CUTS)},
            COALESCE(CASE s.spread_by {weight} END, 0) AS weight
        FROM shared AS s JOIN cells AS o ON {on}"""
        for on in _PLACES
    )
    connection.execute(f"CREATE TABLE spread AS {spread.sql(met, CUTS, ('co2e_ug', 'low_ug', 'high_ug', 'amount'))}")
    connection.execute("""INSERT INTO shared_parts SELECT cell, method_id, factor_id, co2e_ug < 0, SUM(co2e_ug_part),
        SUM(low_ug_part), SUM(high_ug_part), 0 FROM spread GROUP BY cell, method_id, factor_id, co2e_ug < 0""")
    connection.execute("""INSERT INTO amount_parts SELECT cell, method_id, SUM(amount_part) FROM spread WHERE counted
        GROUP BY cell, method_id""")
    connection.execute("""INSERT INTO uncounted SELECT s.cell, s.method_id, COUNT(*), MIN(s.shared_id) FROM spread AS s
        JOIN counted AS c ON c.method_id = s.method_id WHERE NOT s.counted AND s.co2e_ug_part <> 0 GROUP BY s.cell, s.method_id""")
    lost = connection.execute(
        "SELECT shared_id, spread_by, co2e_ug FROM shared WHERE shared_id NOT IN (SELECT shared_id FROM spread) ORDER BY 1"
    )
    return [
        flag("shared", name, "spread_by", "nothing_to_spread_on", f"{ug:,} ug by {key}", f"orders of its day and warehouse with {', '.join(KEYS)}")
        for name, key, ug in lost.fetchall()
    ]  # fmt: skip


def _cells(connection: duckdb.DuckDBPyConnection, told: tuple[str, ...], flags: list[dict[str, Any]]) -> Cells:
    """The parts together, by the numbers of their places, which are in order."""
    cuts = ", ".join(f"p.{cut}" for cut in CUTS)

    def fetch(sql: str) -> pa.Table:
        return connection.sql(sql).to_arrow_table()

    counts = ", ".join(f"COALESCE(a.{row}, 0)::BIGINT AS {row}_orders" for row in BOOKS)
    by_row = ", ".join(f"SUM({row}) AS {row}" for row in BOOKS)
    sums = ", ".join(f"SUM({name})::BIGINT AS {name}" for name in KEYS)
    orders = fetch(f"""SELECT {cuts}, {", ".join(f"c.{key}" for key in KEYS)}, {counts} FROM places AS p
        JOIN (SELECT cell, {sums} FROM cells GROUP BY cell) AS c ON c.cell = p.cell
        LEFT JOIN (SELECT cell, {by_row} FROM assessed_parts GROUP BY cell) AS a ON a.cell = p.cell ORDER BY p.cell""")
    row = " ".join(f"WHEN '{book}' THEN '{name}'" for name, book in BOOKS.items())
    sums = ", ".join(f"SUM({name})::BIGINT AS {name}" for name in ("ug", "low", "high", "entries"))
    figures = "g.credit, g.ug, g.low, g.high, g.entries"
    own = fetch(f"""SELECT {cuts}, CASE n.book {row} END AS "row", FALSE AS shared, n.method_id, n.factor_id, {figures}
        FROM (SELECT cell, kind, credit, {sums} FROM gram_parts GROUP BY cell, kind, credit) AS g JOIN places AS p ON p.cell = g.cell
        JOIN names AS n ON n.kind = g.kind ORDER BY g.cell, g.kind, g.credit""")
    spread_over = fetch(f"""SELECT {cuts}, 'service' AS "row", TRUE AS shared, g.method_id, g.factor_id, {figures}
        FROM (SELECT cell, method_id, factor_id, credit, {sums} FROM shared_parts GROUP BY cell, method_id, factor_id, credit) AS g
        JOIN places AS p ON p.cell = g.cell ORDER BY g.cell, g.method_id, g.factor_id, g.credit""")
    grams = pa.concat_tables([own, spread_over.cast(own.schema)])
    amounts = fetch(f"""SELECT {cuts}, a.method_id, a.amount FROM (SELECT p.cell, p.method_id,
            CASE WHEN MAX(u.cell) IS NULL THEN SUM(p.amount)::BIGINT END AS amount
            FROM (SELECT * FROM amount_parts UNION ALL SELECT cell, method_id, NULL FROM uncounted) AS p
            LEFT JOIN (SELECT DISTINCT cell, method_id FROM uncounted) AS u ON u.cell = p.cell AND u.method_id = p.method_id
            GROUP BY p.cell, p.method_id) AS a JOIN places AS p ON p.cell = a.cell ORDER BY a.cell, a.method_id""")
    return Cells(told, orders, grams, amounts, pa.Table.from_pylist(flags, schema=FLAGS_SCHEMA))
