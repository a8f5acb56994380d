"""Are two contenders' answers the same? Integers and texts exactly; floats, and the two ends of a range, nearly.

A range's end is a float made of logarithms and roots before it is rounded, so two libraries may differ by a microgram
or, in a large value, by its 12th digit.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

KEYS = {
    "products": ["product_id"],
    "orders": ["order_id"],
    "days": ["date"],
    "categories": ["category", "year", "tier"],
    "intensity": ["year", "month"],
}
REJECTED_KEYS = ("row", "order_id", "product_id")
FILES = {"bill": ("products", "rejected"), "orders": ("orders", "days", "categories", "intensity", "rejected")}
NEARLY = {"low_ug", "high_ug", "ug_per_order", "change"}
RELATIVE, ABSOLUTE_UG = 1e-12, 1


def _column(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A column in the widest type of its kind."""
    column = table.column(name)
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_integer(kind):
        wide = pa.int64()
    elif pa.types.is_floating(kind):
        wide = pa.float64()
    elif pa.types.is_temporal(kind):
        wide = pa.date32()
    else:
        wide = pa.string()
    return column.cast(wide)


def _read(path: Path, name: str) -> pa.Table:
    """An answer in wide types, in the order of its keys."""
    table = pq.read_table(path)
    table = pa.table({column: _column(table, column) for column in table.column_names})
    keys = KEYS.get(name) or [key for key in REJECTED_KEYS if key in table.column_names]
    return table.sort_by([(key, "ascending") for key in keys])


def differences(one: Path, other: Path, work: str) -> list[str]:
    """What differs between two output folders, a line for each column; empty = the same."""
    found = []
    for name in FILES[work]:
        absent = [folder for folder in (one, other) if not (folder / f"{name}.parquet").exists()]
        if absent:
            found.append(f"{name}: not written by {absent[0].name}")
            continue
        left, right = (_read(folder / f"{name}.parquet", name) for folder in (one, other))
        if left.num_rows != right.num_rows:
            found.append(f"{name}: {left.num_rows} rows against {right.num_rows}")
            continue
        found += [
            f"{name}.{column}: only in {one.name}" for column in left.column_names if column not in right.column_names
        ]
        for column in (column for column in left.column_names if column in right.column_names):
            a, b = left.column(column), right.column(column)
            same = pc.equal(a, b)
            if column in NEARLY:
                a, b = a.cast(pa.float64(), safe=False), b.cast(pa.float64(), safe=False)
                slack = pc.max_element_wise(
                    pc.multiply(pc.abs(a), RELATIVE), pa.scalar(0.0 if column == "change" else float(ABSOLUTE_UG))
                )
                if column == "change":
                    slack = pc.add(slack, RELATIVE)
                same = pc.less_equal(pc.abs(pc.subtract(a, b)), slack)
            same = pc.or_(pc.fill_null(same, False), pc.and_(pc.is_null(a), pc.is_null(b)))
            wrong = left.num_rows - (pc.sum(same).as_py() or 0)
            if wrong:
                row = pc.index(same, False).as_py()
                text = f"{name}.{column}: {wrong} rows differ, first row {row}: {a[row]} against {b[row]}"
                if pa.types.is_integer(a.type) or pa.types.is_floating(a.type):
                    text += f", at most by {pc.max(pc.abs(pc.subtract(a, b))).as_py()}"
                found.append(text)
    return found
