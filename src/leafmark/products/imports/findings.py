"""What is wrong with which rows of a column, kept as arrays: named one by one only where somebody will read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leafmark.factors.fault import Fault
from leafmark.factors.reading import shown

from .raw import Bools, Ints

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows of one column with one kind of fault.

    rows : positions in the table, ascending. expected : for all of them, or one text for each. hint : what to do.
    """

    field: str
    rows: Ints
    expected: str | Texts
    hint: str = ""

    def expected_at(self, place: int) -> str:
        """What was expected in the row at this place of `rows`."""
        return self.expected if isinstance(self.expected, str) else str(self.expected[place])


def finding(field: str, mask: Bools, expected: str, hint: str = "") -> list[Finding]:
    """The finding of a mask over all rows; none where it is empty."""
    rows = np.flatnonzero(mask).astype(np.int64)
    return [Finding(field, rows, expected, hint)] if len(rows) else []


def add_texts(texts: Texts, findings: Sequence[Finding]) -> None:
    """Write each row's faults into `texts`, in place, as a person mends them: `field: expected; hint`."""
    for each in findings:
        after = f"; {each.hint}" if each.hint else ""
        if isinstance(each.expected, str):
            told: Texts = np.full(len(each.rows), f"{each.field}: {each.expected}{after}", object)
        else:
            told = f"{each.field}: " + each.expected + after
        before = texts[each.rows]
        have = before.astype(bool)
        told[have] = before[have] + " | " + told[have]
        texts[each.rows] = told


def named(
    file: str, findings: Sequence[Finding], numbers: Ints, cell: Mapping[str, Callable[[int], str | None]], limit: int
) -> list[Fault]:
    """The first `limit` faults in the order of rows, each with the cell as it stands in the file."""
    firsts = sorted(
        (int(row), which, place) for which, each in enumerate(findings) for place, row in enumerate(each.rows[:limit])
    )
    faults = []
    for row, which, place in firsts[:limit]:
        each = findings[which]
        found = cell[each.field](row) if each.field in cell else None
        told = "nothing" if found is None or found == "" else shown(str(found))
        faults.append(Fault(file, int(numbers[row]), each.field, told, each.expected_at(place), each.hint))
    return faults
