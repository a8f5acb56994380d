"""How large a file may be, and the one error for a file that cannot be read at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .said import Said, say


class ImportRefusedError(ValueError):
    """A file of which no row can be read: which file, what was found, what was expected, what to do."""

    def __init__(self, said: Said) -> None:
        super().__init__(str(said))
        self.said = said


def refusal(code: str, file: Path | str, /, **values: Any) -> ImportRefusedError:
    """The error for a file, by the code of its sentence (`refused.CODE` of `strings/*.toml`)."""
    return ImportRefusedError(say(f"refused.{code}", file=str(file), **values))


@dataclass(frozen=True, slots=True)
class Limits:
    """What an import may cost; past a limit the file is refused before the memory is taken.

    bytes_max : size of the file as it is given.
    inflated_bytes_max : size of a workbook's parts, or of a Parquet file's texts, once they are unpacked.
    columns_max, rows_max : of the table; rows without the header.
    sheet_cells_max : width x height of a workbook's used area: readers hold the empty cells inside it, too.
    cell_chars_max : characters of one cell; 32,767 is what a spreadsheet holds (Microsoft, Excel specifications).
    faults_named : faults named one by one; all are counted, and every rejected row is in the file of rejected rows.
    """

    bytes_max: int = 1 << 29
    inflated_bytes_max: int = 1 << 30
    columns_max: int = 1_000
    rows_max: int = 5_000_000
    sheet_cells_max: int = 20_000_000
    cell_chars_max: int = 32_767
    faults_named: int = 100


DEFAULT_LIMITS = Limits()
