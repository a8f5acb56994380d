"""A fault: one thing wrong with a pack, said so that a person can mend it. A pack is refused with all its faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_FAULTS_SHOWN = 50


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of one cell, row or file.

    `row` counts as a spreadsheet does, the header being row 1; 0 is the file itself. `field` is the column, or empty
    for a whole row.
    """

    file: str
    row: int
    field: str
    found: str
    expected: str
    hint: str = ""

    def __str__(self) -> str:
        place = self.file + (f" row {self.row}" if self.row else "") + (f", {self.field}" if self.field else "")
        return f"{place}: found {self.found}, expected {self.expected}" + (f"; {self.hint}" if self.hint else "")


class PackError(ValueError):
    """A pack cannot be used; `faults` holds every reason."""

    def __init__(self, folder: str, faults: Sequence[Fault]) -> None:
        self.folder = folder
        self.faults = tuple(faults)
        lines = [f"  {fault}" for fault in self.faults[:_FAULTS_SHOWN]]
        if len(self.faults) > _FAULTS_SHOWN:
            lines.append(f"  ... and {len(self.faults) - _FAULTS_SHOWN} more: leafmark factors check {folder}")
        count = f"{len(self.faults)} fault" + ("s" if len(self.faults) != 1 else "")
        super().__init__("\n".join([f"pack {folder} has {count}:", *lines]))
