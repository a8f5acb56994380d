"""Lines of a draft's bill that could not be calculated: whose they are, what was found, what was expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from leafmark.engine import tables
from leafmark.engine.schema import WHAT_TO_DO

SHOWN: Final = 50


def refused(folder: Path) -> list[dict[str, Any]]:
    """The first of them: product_id, stage, field, reason, found, expected, todo."""
    path = folder / "run" / "rejected.parquet"
    if not tables.exists(path):
        return []
    first = next(pq.ParquetFile(tables.parts(path)[0]).iter_batches(SHOWN), None)
    lines = [] if first is None else first.to_pylist()
    bill = pq.read_table(folder / "bill.parquet", columns=["product_id", "stage"])
    whose = bill.take(pa.array([each["row"] - 1 for each in lines], pa.int64())).to_pylist()
    return [{**each, **of, "todo": WHAT_TO_DO.get(each["reason"], "")} for each, of in zip(lines, whose, strict=True)]
