"""When are two runs the same?"""

from __future__ import annotations

import contextlib
import math

from leafmark.engine.run import Run


def rows(made: Run, table: str) -> list[tuple[str, list[int]]]:
    """A table's rows in an order of their own, the ends of their ranges apart.

    The number that a refused cell held may be written in another way: 1e300 or 1.0E300.
    """
    found = made.table(table).to_pylist()
    ends = []
    for row in found:
        ends.append([row.pop(name) for name in ("low_ug", "high_ug") if row.get(name) is not None])
        if table == "rejected":
            with contextlib.suppress(TypeError, ValueError):
                row["found"] = float(row["found"])
    return sorted(zip(map(repr, found), ends, strict=True))


def slack_ug(end_ug: int) -> float:
    """How far an end of a range, made of EXP and LN in doubles, may lie apart: four steps of a double there, or 1 ug."""
    return max(1.0, 4 * math.ulp(float(abs(end_ug))))


def equal(here: Run, there: Run, *tables: str) -> None:
    """Every integer and text the same, and the ends of the ranges to the last digits of a double."""
    for table in (*tables, "rejected"):
        ours, theirs = rows(here, table), rows(there, table)
        assert [row for row, _ in ours] == [row for row, _ in theirs], table
        for (row, one), (_, other) in zip(ours, theirs, strict=True):
            assert all(abs(a - b) <= slack_ug(a) for a, b in zip(one, other, strict=True)), row
    assert there.record["totals"] == here.record["totals"]
    assert there.record["rejected_by_reason"] == here.record["rejected_by_reason"]
    assert there.record["lines_accepted"] == here.record["lines_accepted"] > 0
