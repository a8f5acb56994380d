"""A pack of factors: facts with their sources, immutable once loaded, known by its hash.

A pack on disk is a folder of `pack.toml`, `factors.csv` and `sources.csv`. In memory it is one Arrow table, which the
engine joins as it is, and a dictionary of sources; `Factor` objects are made one by one, for people. The hash is over
the sorted canonical rows, so that order, quoting, line endings and the spelling of a number (`0.50`, `5e-1`) do not
change a pack, and any change of a fact does. `pack.toml` is outside the hash: a title is no fact.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from leafmark.factors.columns import (
    FACTOR_COLUMNS,
    FACTOR_SCHEMA,
    PACK_FIELDS,
    SOURCE_COLUMNS,
    Column,
)
from leafmark.factors.fault import Fault, PackError
from leafmark.factors.gwp import parse_f_gases

if TYPE_CHECKING:
    from leafmark.factors.difference import PackDiff

__all__ = ["FACTOR_COLUMNS", "SOURCE_COLUMNS", "Factor", "Fault", "Pack", "PackError", "Source", "acts", "builtin"]

_BUILTIN_FOLDER = Path(__file__).parent / "packs" / "leafmark"
_ACTS_FOLDER = Path(__file__).parent / "packs" / "acts"
_HASH_SCHEMA = "leafmark.pack/1"


@dataclass(frozen=True, slots=True)
class Source:
    """Who published a fact, where, when and under what licence: one row of `sources.csv`."""

    source_id: str
    publisher: str
    title: str
    year: int
    url: str | None
    licence: str
    licence_class: str
    file_sha256: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """What one unit of something emits: one row of `factors.csv`.

    Masses are kg per `unit`; `co2e_kg` is the arithmetic mean in the native GWP set; `gsd` is a geometric standard
    deviation; the two pairs of dates are half open. None is missing, never zero.
    """

    factor_id: str
    key: str
    theme: str
    name_en: str
    name_zh: str | None
    region: str
    boundary: str
    unit: str
    co2e_kg: float
    co2_kg: float | None
    ch4_fossil_kg: float | None
    ch4_biogenic_kg: float | None
    n2o_kg: float | None
    f_gases: str | None
    other_co2e_kg: float | None
    biogenic_co2_kg: float | None
    removal_co2_kg: float | None
    land_use_change_co2e_kg: float | None
    aviation_non_co2_kg: float | None
    gwp_set: str
    data_year: int
    valid_from: datetime.date
    valid_to: datetime.date | None
    published_on: datetime.date
    superseded_on: datetime.date | None
    gsd: float
    gsd_basis: str
    source_id: str
    locator: str
    outlier_reason: str | None
    note: str | None

    @property
    def f_gas_masses_kg(self) -> dict[str, float]:
        """kg of each named F-gas per unit."""
        return parse_f_gases(self.f_gases or "")


@dataclass(frozen=True, eq=False)
class Pack:
    """A versioned set of factors and sources.

    Attributes
    ----------
    id, version, title, licence_note, gwp_note : str
        The fields of `pack.toml`.
    factors : pyarrow.Table
        The columns of `FACTOR_COLUMNS`, in order: string, float64, int32 and date32; null is missing.
    sources : dict of str to Source
        By `source_id`.
    """

    id: str
    version: str
    title: str
    licence_note: str
    gwp_note: str
    factors: pa.Table
    sources: dict[str, Source]

    @classmethod
    def load(cls, path: str | Path) -> Pack:
        """Read and check a pack folder.

        Raises
        ------
        PackError
            With all faults at once, if there is one.
        """
        from leafmark.factors import checked

        before = checked.fingerprint(Path(path))
        pack = checked.recall(Path(path)) or cls._checked(Path(path))
        pack.__dict__["_origin"] = Path(path), before
        return pack

    @classmethod
    def _checked(cls, path: Path) -> Pack:
        from leafmark.factors import checked
        from leafmark.factors.check import inspect

        inspection = inspect(path)
        if inspection.faults:
            raise PackError(str(path), inspection.faults)
        pack = cls.from_rows(inspection.fields, inspection.factor_rows, inspection.source_rows)
        checked.remember(path, pack)
        return pack

    @classmethod
    def from_rows(
        cls, fields: Mapping[str, str], factors: Iterable[Mapping[str, Any]], sources: Iterable[Mapping[str, Any]]
    ) -> Pack:
        """Make a pack of typed rows (text, float, int, date, None) without checking them: write it and `load` it."""
        rows = [{column.name: row.get(column.name) for column in FACTOR_COLUMNS} for row in factors]
        cells: list[dict[str, Any]] = [
            {column.name: row.get(column.name) for column in SOURCE_COLUMNS} for row in sources
        ]
        named = [Source(**source) for source in cells]
        return cls(
            **{name: fields[name] for name in PACK_FIELDS},
            factors=pa.Table.from_pylist(rows, schema=FACTOR_SCHEMA),
            sources={source.source_id: source for source in named},
        )

    def write(self, path: str | Path) -> None:
        """Write the pack as a folder: its own files if it was loaded from unchanged ones, else canonically.

        Canonically: rows sorted by id, LF line ends, numbers as the shortest text that reads back. Both have one hash.
        """
        from leafmark.factors import checked

        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        if checked.copy(self.__dict__.get("_origin"), folder):
            return
        toml = "".join(f"{name} = {json.dumps(getattr(self, name), ensure_ascii=False)}\n" for name in PACK_FIELDS)
        (folder / "pack.toml").write_text(toml, encoding="utf-8", newline="\n")
        _write_table(folder / "factors.csv", FACTOR_COLUMNS, self.factors.sort_by("factor_id").to_pylist())
        sources = [_source_row(self.sources[source_id]) for source_id in sorted(self.sources)]
        _write_table(folder / "sources.csv", SOURCE_COLUMNS, sources)

    @cached_property
    def hash(self) -> str:
        """sha256, in hex, over the canonical sorted rows of factors and sources: the pack's identity."""
        digest = hashlib.sha256(f"{_HASH_SCHEMA}\n".encode())
        sources = [_source_row(source) for source in self.sources.values()]
        for columns, rows in ((FACTOR_COLUMNS, self.factors.to_pylist()), (SOURCE_COLUMNS, sources)):
            digest.update((",".join(column.name for column in columns) + "\n").encode())
            for line in sorted(_canonical(columns, row) for row in rows):
                digest.update(line + b"\n")
        return digest.hexdigest()

    @cached_property
    def _rows_by_id(self) -> dict[str, int]:
        return {factor_id: row for row, factor_id in enumerate(self.factors.column("factor_id").to_pylist())}

    @property
    def ids(self) -> Set[str]:
        """The ids of the pack's factors."""
        return self._rows_by_id.keys()

    def factor(self, factor_id: str) -> Factor:
        """Return one factor.

        Raises
        ------
        KeyError
            The pack holds no such factor; the message proposes close ids.
        """
        row = self._rows_by_id.get(factor_id)
        if row is None:
            import difflib

            close = difflib.get_close_matches(factor_id, self._rows_by_id, n=3)
            proposal = (
                f"; did you mean {' or '.join(close)}?" if close else f"; try leafmark factors search {factor_id}"
            )
            raise KeyError(f"pack {self.id} {self.version} has no factor {factor_id!r}{proposal}")
        return self._factor_at(row)

    def _factor_at(self, row: int) -> Factor:
        return Factor(**self.factors.slice(row, 1).to_pylist()[0])

    def source_of(self, factor: Factor) -> Source:
        """Return the source a factor cites."""
        return self.sources[factor.source_id]

    @cached_property
    def _search_index(self) -> Any:
        from leafmark.factors.search import SearchIndex

        return SearchIndex(self.factors)

    def search(self, text: str, limit: int = 50) -> list[Factor]:
        """Find factors by key, English or Chinese name and region, best first; case and accents do not matter."""
        rows = pa.array(self._search_index.find(text, limit), pa.int64())
        return [Factor(**cells) for cells in self.factors.take(rows).to_pylist()]

    def diff(self, other: Pack) -> PackDiff:
        """Say what `other` adds, removes and changes against this pack."""
        from leafmark.factors.difference import compare

        return compare(self, other)


def builtin() -> Pack:
    """Load the pack inside the package.

    Raises
    ------
    PackError
        The packaged files are damaged.
    """
    return Pack.load(_BUILTIN_FOLDER)


def acts() -> Pack:
    """Load the pack of published figures on green acts, most of them of licence class cite-only.

    Raises
    ------
    PackError
        The packaged files are damaged.
    """
    return Pack.load(_ACTS_FOLDER)


def _source_row(source: Source) -> dict[str, Any]:
    return {field.name: getattr(source, field.name) for field in fields(Source)}


def _cell(value: Any) -> str:
    """Return the one text of a value: repr of a double (-0.0 is 0.0), ISO date, empty for missing."""
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value + 0.0)
    return str(value)


def _canonical(columns: tuple[Column, ...], row: Mapping[str, Any]) -> bytes:
    return json.dumps([_cell(row[column.name]) for column in columns], ensure_ascii=False).encode()


def _write_table(path: Path, columns: tuple[Column, ...], rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        writer.writerows([_cell(row[column.name]) for column in columns] for row in rows)
