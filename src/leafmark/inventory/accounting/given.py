"""Entries of other rooms taken into a company's inventory: whose they are, which part of them is the company's, and where a lease puts them.

    entries (whole) --by day--> the place's share on that day --> lines, the company's part of each; days outside the boundary are refused

An entry table knows nothing of the company, so its place is named with it, and the place is one of the company's tables: its share by the
approach and its dates, and how it is held, count as for an activity row at that place. The share is applied once: where the method of the
entries has a column `share`, the rows they were made of may have had it, and it has to be said whether they did (`Given.figures`).

An entry is of its day. Where every entry of a table is of the first day of a month (a bill's months), it is of that month: the mean share
of its days, and a doubt where the share changes within it. Entries without a day are of the year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from leafmark.inventory.accounting.entries import EntryTable
from leafmark.inventory.accounting.given_place import Given, OfPlace
from leafmark.inventory.book import InventoryError
from leafmark.inventory.company.completeness import Row
from leafmark.inventory.company.flags import flags_table
from leafmark.inventory.company.prepared import GROUPS_SCHEMA, Prepared
from leafmark.inventory.company.shares_by_day import Place
from leafmark.inventory.tables import LINES_SCHEMA


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of given entries: lines, flags, a group (`GROUPS_SCHEMA`) for each month and share, and what the record says of them.

    `lost`: entries and rows of a bill that are in no figure, by scope and category, and by reason.
    """

    lines: pa.Table
    flags: pa.Table
    groups: pa.Table
    record: list[dict[str, Any]]
    lost: Mapping[Row, Mapping[str, int]]


def once(given: Sequence[Given], out: Path) -> None:
    """Entries are counted once, and none lies in the folder that is about to be emptied.

    Raises
    ------
    InventoryError : one of them is not so.
    """
    seen: set[Path] = set()
    for each in given:
        path = each.path.resolve()
        path = path.parent if path.name == "entries.parquet" else path
        if path in seen:
            raise InventoryError(f"{each.path}: its entries were given twice; give them once")
        if path.is_relative_to(out.resolve()):
            raise InventoryError(
                f"{each.path}: lies in {out}, which is made anew; keep entries of other rooms elsewhere"
            )
        seen.add(path)


def taken(given: Sequence[Given], prepared: Prepared, entities: Iterable[str]) -> Taken:
    """Given entries as the company's.

    Raises
    ------
    InventoryError : an entity or a place is not the company's, it is not known whether the share is in the figures already, or the entries
        are in other warming potentials.
    """
    known = {*entities, prepared.company.id}
    rows: list[dict[str, Any]] = []
    flags: list[dict[str, Any]] = []
    groups: list[dict[str, Any]] = []
    record = []
    lost: dict[Row, dict[str, int]] = {}
    for each in given:
        place = _place(each, prepared, known)
        with EntryTable(each.path) as table:
            found = OfPlace(each, place, prepared, table)
            lines, said = found.lines(_twin(each, given))
            rows += lines
            groups += found.groups(lines)
            flags += found.flags
            record.append(said)
            for row, reasons in found.lost.items():
                for reason, count in reasons.items():
                    lost.setdefault(row, {})[reason] = lost.get(row, {}).get(reason, 0) + count
    return Taken(
        pa.Table.from_pylist(rows, schema=LINES_SCHEMA),
        flags_table(flags),
        pa.Table.from_pylist(groups, schema=GROUPS_SCHEMA),
        record,
        lost,
    )


def _place(given: Given, prepared: Prepared, entities: set[str]) -> Place:
    if given.entity_id not in entities:
        raise InventoryError(
            f"{given.path}: given for the entity {given.entity_id!r}; expected an entity_id of entities"
        )
    place = prepared.places.get(given.site_id)
    if place is None:
        raise InventoryError(
            f"{given.path}: given for the site {given.site_id!r}, which no table of the company has, so it is not known which share of it "
            f"is the company's; expected a site_id of sites, a fleet_id of fleets, or {given.entity_id!r} for the whole entity"
        )
    if place.entity_id != given.entity_id:
        raise InventoryError(
            f"{given.path}: given for {given.entity_id}/{given.site_id}, but {given.site_id!r} is of {place.entity_id!r}; say whose it is"
        )
    return place


def _twin(given: Given, every: Sequence[Given]) -> Given | None:
    """The same room's entries of the other statement, of the same place."""
    for each in every:
        same = (each.template, each.entity_id, each.site_id) == (given.template, given.entity_id, given.site_id)
        if same and {each.statement, given.statement} == {"location", "market"}:
            return each
    return None
