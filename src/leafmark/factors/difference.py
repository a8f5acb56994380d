"""What changed between two packs, row by row and cell by cell: no correction of a publisher goes in unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leafmark.factors.columns import FACTOR_COLUMNS, SOURCE_COLUMNS

if TYPE_CHECKING:
    from leafmark.factors.model import Pack


@dataclass(frozen=True, slots=True)
class Change:
    """One cell of one factor or source that differs."""

    id: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class PackDiff:
    """The difference of two packs, everything sorted by id: what the second adds, removes and changes."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]
    sources_added: tuple[str, ...]
    sources_removed: tuple[str, ...]
    sources_changed: tuple[Change, ...]

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)


def compare(before: Pack, after: Pack) -> PackDiff:
    """Compare two packs by factor id and source id."""
    factor_names = [column.name for column in FACTOR_COLUMNS]
    source_names = [column.name for column in SOURCE_COLUMNS]
    return PackDiff(
        *_compare(_factor_rows(before), _factor_rows(after), factor_names),
        *_compare(_source_rows(before), _source_rows(after), source_names),
    )


def _factor_rows(pack: Pack) -> dict[str, Mapping[str, Any]]:
    return {row["factor_id"]: row for row in pack.factors.to_pylist()}


def _source_rows(pack: Pack) -> dict[str, Mapping[str, Any]]:
    names = [column.name for column in SOURCE_COLUMNS]
    return {key: {name: getattr(source, name) for name in names} for key, source in pack.sources.items()}


def _compare(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]], names: list[str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Change, ...]]:
    changes = [
        Change(key, name, before[key][name], after[key][name])
        for key in sorted(before.keys() & after.keys())
        for name in names
        if before[key][name] != after[key][name]
    ]
    return tuple(sorted(after.keys() - before.keys())), tuple(sorted(before.keys() - after.keys())), tuple(changes)
