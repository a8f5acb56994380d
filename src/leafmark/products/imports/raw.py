"""What every kind of file becomes first: a header, columns of text, and the number each row has in a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .said import Said

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ragged:
    """A record with another number of cells than the header: as it stood, since nobody can say which cell is which."""

    row: int
    cells: list[str]
    found: int


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file's cells as text. Columns are called by their position, since a header may repeat a name."""

    file: str
    format: str
    header: list[str]
    table: pa.Table
    numbers: Ints
    ragged: tuple[Ragged, ...] = ()
    notes: tuple[Said, ...] = ()
    encoding: str = ""
    separator: str = ""
