"""Places: sites, fleets and entities with the company's share of them, day by day where it changes in the year.

An activity names a site or a fleet; one of the whole entity names the entity, unless a site has its id.

A place whose share is the same all year (nearly every one) is a row of `places`. One that changes, since it or its owner came or went, has
a row a day in `days` besides: the share, a number of the stretch it lies in, and the sum of the shares of the days before, so that a period
over a change takes the mean share of its days by two look-ups.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import pyarrow as pa

from leafmark.inventory.company.flags import flag
from leafmark.inventory.company.folder import Company
from leafmark.inventory.company.ownership import Segment, read_ownership, segments
from leafmark.inventory.company.shares_by_day import Place
from leafmark.inventory.tables import LEASES

PLACES_SCHEMA: Final = pa.schema([
    pa.field("place_no", pa.int32(), nullable=False),
    pa.field("place_id", pa.string(), nullable=False),
    pa.field("entity_id", pa.string(), nullable=False),
    pa.field("place_region", pa.string()),
    pa.field("held", pa.string(), nullable=False),
    pa.field("share", pa.float64(), nullable=False),    # of a place that varies: 0, and never used
    pa.field("varies", pa.bool_(), nullable=False),
    pa.field("whole_share", pa.float64(), nullable=False),  # mean over the year: of a row without a date
])  # fmt: skip
DAYS_SCHEMA: Final = pa.schema([
    pa.field("place_no", pa.int32(), nullable=False),
    pa.field("day", pa.date32(), nullable=False),
    pa.field("stretch", pa.int32(), nullable=False),
    pa.field("share", pa.float64(), nullable=False),
    pa.field("before", pa.float64(), nullable=False),   # sum of the shares of the year's days before this one
])  # fmt: skip


@dataclass(frozen=True)
class Places:
    """The company's places as tables, and by id; `segments` the year cut where ownership changes; `flags` what was refused or doubted."""

    places: pa.Table
    days: pa.Table
    segments: list[Segment]
    flags: list[dict[str, Any]]
    by_id: dict[str, Place]


def unique(
    rows: Iterable[Mapping[str, Any]], field: str, flags: list[dict[str, Any]], seen: set[str]
) -> list[Mapping[str, Any]]:
    """Rows whose id did not come before; the others are flagged. `seen` gains the ids."""
    kept = []
    for row in rows:
        if row[field] in seen:
            flags.append(flag("duplicate_id", row["_file"], row["_row"], field, row[field], "an id of its own"))
        else:
            seen.add(row[field])
            kept.append(row)
    return kept


def places(company: Company) -> Places:
    """The shares of all sites and fleets in the reporting year."""
    who = company.organisation
    flags: list[dict[str, Any]] = []
    entities = {row["entity_id"] for row in unique(company.tables["entities"], "entity_id", flags, set())}
    if who.id not in entities:
        flags.append(
            flag(
                "unknown_entity",
                "company.toml",
                None,
                "organisation.id",
                who.id,
                "an entity_id of entities",
                effect="doubted",
            )
        )
    edges, of_ownership = read_ownership(company.tables["ownership"], entities | {who.id})
    flags += of_ownership
    cut = segments(who.id, edges, who.approach, who.from_day, who.until_day)
    rows: list[dict[str, Any]] = []
    days: list[dict[str, Any]] = []
    by_id: dict[str, Place] = {}
    seen: set[str] = set()
    for table, field in (("sites", "site_id"), ("fleets", "fleet_id")):
        for row in unique(company.tables[table], field, flags, seen):
            fault = _fault(row, entities | {who.id})
            if fault:
                flags.append(fault)
                continue
            stretches = _stretches(row, cut)
            place, of_days = _place(len(rows), row, field, stretches, (who.until_day - who.from_day).days)
            rows.append(place)
            days += of_days
            by_id[row[field]] = Place(row[field], row["entity_id"], place["held"], tuple(stretches))
    for entity in company.tables[
        "entities"
    ]:  # what no site tells of: commuting, investments, purchases of the whole entity
        if entity["entity_id"] not in seen:
            seen.add(entity["entity_id"])
            whole = {**entity, "held": None, "valid_from": None, "valid_to": None}
            stretches = _stretches(whole, cut)
            place, of_days = _place(len(rows), whole, "entity_id", stretches, (who.until_day - who.from_day).days)
            rows.append(place)
            days += of_days
            by_id[entity["entity_id"]] = Place(
                entity["entity_id"], entity["entity_id"], place["held"], tuple(stretches)
            )
    return Places(
        pa.Table.from_pylist(rows, schema=PLACES_SCHEMA),
        pa.Table.from_pylist(days, schema=DAYS_SCHEMA),
        cut,
        flags,
        by_id,
    )


def _fault(row: Mapping[str, Any], entities: set[str]) -> dict[str, Any] | None:
    def refused(reason: str, field: str, found: Any, expected: str) -> dict[str, Any]:
        return flag(reason, row["_file"], row["_row"], field, found, expected)

    if row["entity_id"] not in entities:
        return refused("unknown_entity", "entity_id", row["entity_id"], "an entity_id of entities")
    if row["held"] is not None and row["held"] not in LEASES:
        return refused("unknown_word", "held", row["held"], f"one of {', '.join(LEASES)}, or empty: owned")
    if row["valid_from"] and row["valid_to"] and row["valid_to"] <= row["valid_from"]:
        return refused("period_backwards", "valid_to", row["valid_to"], f"a day after valid_from, {row['valid_from']}")
    return None


def _stretches(row: Mapping[str, Any], cut: list[Segment]) -> list[tuple[dt.date, dt.date, Fraction]]:
    """The year in stretches of one share each: that of the entity while the place is ours, else 0; equal neighbours joined."""
    first, after = row["valid_from"] or dt.date.min, row["valid_to"] or dt.date.max
    found: list[tuple[dt.date, dt.date, Fraction]] = []
    for segment in cut:
        inner = sorted(
            {segment.first, segment.after, *(day for day in (first, after) if segment.first < day < segment.after)}
        )
        for start, end in itertools.pairwise(inner):
            share = segment.shares.get(row["entity_id"], Fraction(0)) if first <= start < after else Fraction(0)
            if found and found[-1][2] == share:
                found[-1] = (found[-1][0], end, share)
            else:
                found.append((start, end, share))
    return found


def _place(
    number: int, row: Mapping[str, Any], field: str, stretches: list[tuple[dt.date, dt.date, Fraction]], year_days: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    varies = len(stretches) > 1
    whole = sum(((end - start).days * share for start, end, share in stretches), Fraction(0)) / year_days
    place = {
        "place_no": number, "place_id": row[field], "entity_id": row["entity_id"], "place_region": row["region"],
        "held": row["held"] or LEASES[0], "share": 0.0 if varies else float(stretches[0][2]), "varies": varies, "whole_share": float(whole),
    }  # fmt: skip
    days = []
    before = Fraction(0)
    for stretch, (start, end, share) in enumerate(stretches if varies else []):
        for offset in range((end - start).days):
            day = start + dt.timedelta(days=offset)
            days.append(
                {"place_no": number, "day": day, "stretch": stretch, "share": float(share), "before": float(before)}
            )
            before += share
    return place, days
