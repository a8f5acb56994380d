"""What is wrong with which rows of a column, kept as arrays: named one by one only where somebody will read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leafmark.factors.fault import Fault
from leafmark.factors.reading import shown

from .raw import Bools, Ints
from .said import ENGLISH, Said, in_language, say

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows of one column with one kind of fault.

    rows : positions in the table, ascending. expected : for all of them, or a `Said` for each. hint : what to do.
    """

    field: str
    rows: Ints
    expected: Said | Texts
    hint: Said | None = None

    def expected_at(self, place: int) -> Said:
        """What was expected in the row at this place of `rows`."""
        found: Said = self.expected if isinstance(self.expected, Said) else self.expected[place]
        return found


def finding(field: str, mask: Bools, expected: Said, hint: Said | None = None) -> list[Finding]:
    """The finding of a mask over all rows; none where it is empty."""
    rows = np.flatnonzero(mask).astype(np.int64)
    return [Finding(field, rows, expected, hint)] if len(rows) else []


def add_texts(texts: Texts, findings: Sequence[Finding], lang: str = ENGLISH) -> None:
    """Write each row's faults into `texts`, in place, as a person mends them: `field: expected; hint`, in a language."""
    for each in findings:
        after = f"; {in_language(each.hint, lang)}" if each.hint else ""
        if isinstance(each.expected, Said):
            told: Texts = np.full(len(each.rows), f"{each.field}: {in_language(each.expected, lang)}{after}", object)
        else:
            told = f"{each.field}: " + _each_in(each.expected, lang) + after
        before = texts[each.rows]
        have = before.astype(bool)
        told[have] = before[have] + " | " + told[have]
        texts[each.rows] = told


def _each_in(said: Texts, lang: str) -> Texts:
    """Sentences in a language; rows share a sentence where their cells do, so each is formed once."""
    formed: dict[int, str] = {}
    for one in said:
        if id(one) not in formed:
            formed[id(one)] = in_language(one, lang)
    return np.array([formed[id(one)] for one in said], object)


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
        told = say("nothing") if found is None or found == "" else shown(str(found))
        faults.append(Fault(file, int(numbers[row]), each.field, told, each.expected_at(place), each.hint or ""))
    return faults
