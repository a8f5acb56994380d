"""What is asked of a plan, in words, and the table of where it was not so."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

RULES: Final[dict[str, str]] = {
    # the tables fit one another
    "unknown_row": "a placement or an unpacked row names a row of the orders that is not there or is of another order or item",
    "unknown_carton": "the parcel's carton is not in the table of cartons",
    "unknown_parcel": "the placement's parcel is not in the table of parcels",
    "parcel_no": "an order's parcels are numbered 1, 2, ... without gap or repeat",
    "empty_parcel": "a parcel holds at least one piece",
    "count": "every piece of every order lies in one parcel or is unpacked: placements + unpacked = quantity",
    "sums": "a parcel's sums are those of its pieces and its carton",
    # one piece
    "orientation": "the orientation is one that the item's rotation allows",
    "size": "the piece's edges are its item's in that orientation",
    "outside": "the piece lies inside its carton; in a mailer, its contents leave room for their own thickness",
    "overlap": "no two pieces share room",
    "support": "the share of the piece's base that rests on the floor or on tops at exactly its height reaches the support share",
    "fragile": "nothing rests on a fragile piece",
    "load": "what a piece carries, all the way up, is not more than its max_load_g",
    # one parcel, one order, the run
    "weight": "the contents are not heavier than the carton's max_weight_g",
    "keep_with": "items of an order with one mark in keep_with lie in one parcel",
    "apart_from": "items of an order with different marks in apart_from never share a parcel",
    "mailer": "only items with mailer_ok lie in a mailer",
    "stock": "a carton is used no more often than there are",
}
"""Rule -> what it asks."""

VIOLATIONS_SCHEMA: Final = pa.schema(
    [
        pa.field("order_id", pa.string()),  # missing where the rule is the whole run's
        pa.field("parcel_no", pa.int32()),
        pa.field("item_id", pa.string()),
        pa.field("rule", pa.string(), nullable=False),  # a key of RULES
        pa.field("found", pa.string(), nullable=False),
        pa.field("expected", pa.string(), nullable=False),
    ]
)


class Violations:
    """Rows of `VIOLATIONS_SCHEMA`, gathered."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

    def add(
        self, rule: str, found: str, expected: str,
        *, order_id: str | None = None, parcel_no: int | None = None, item_id: str | None = None,
    ) -> None:  # fmt: skip
        """One row."""
        assert rule in RULES, rule
        self._rows.append(
            {
                "order_id": order_id,
                "parcel_no": parcel_no,
                "item_id": item_id,
                "rule": rule,
                "found": found,
                "expected": expected,
            }
        )

    def table(self) -> pa.Table:
        """All rows, in the order of `RULES`, then as they were found."""
        place = {rule: number for number, rule in enumerate(RULES)}
        rows = sorted(self._rows, key=lambda row: place[row["rule"]])
        return pa.Table.from_pylist(rows, schema=VIOLATIONS_SCHEMA)
