"""One table of another room's entries at its place: the company's part of each line, where a lease puts it, and what is in no figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Literal

from leafmark.inventory.accounting.consolidating import part_of
from leafmark.inventory.accounting.entries import Cell, EntryTable
from leafmark.inventory.accounting.given_bill import unmapped
from leafmark.inventory.accounting.given_factors import factors_said
from leafmark.inventory.book import InventoryError
from leafmark.inventory.company.completeness import Row
from leafmark.inventory.company.flags import flag
from leafmark.inventory.company.leases import LeaseEffect, lease_effect
from leafmark.inventory.company.prepared import Prepared
from leafmark.inventory.company.rows import SHARE_DIGITS
from leafmark.inventory.company.shares_by_day import Place
from leafmark.inventory.tables import Approach, Statement
from leafmark.methods import LIBRARY

Figures = Literal["whole", "consolidated"]
ORIGIN: Final = "calculated"
_WITH_SHARE: Final = {
    (each.id, each.version) for each in LIBRARY if any(column.name == "share" for column in each.columns)
}
"""Methods whose rows may have a share of their own."""


@dataclass(frozen=True, slots=True)
class Given:
    """Entries that another room or tool made, and whose they are.

    Attributes
    ----------
    entity_id, site_id : an entity of the company, and a site or fleet of it, or the entity itself.
    template : the name of the room or tool.
    statement : which of the Scope 2 statements their Scope 2 is in: both, where nothing by market was made of them.
    figures : `whole`: all that the place emits, of which the company's share is taken; `consolidated`: the company's share already;
        None: whole, where their method knows no share.
    """

    path: Path
    entity_id: str
    site_id: str
    template: str
    statement: Statement = "both"
    figures: Figures | None = None


class OfPlace:
    """One table of entries at its place."""

    def __init__(self, given: Given, place: Place, prepared: Prepared, table: EntryTable) -> None:
        self.given, self.place, self.table = given, place, table
        self.first, self.after = prepared.from_day, prepared.until_day
        approach: Approach = prepared.company.approach
        self.moved: LeaseEffect = lease_effect(place.held, approach)
        self.flags: list[dict[str, Any]] = []
        self.lost: dict[Row, dict[str, int]] = {}
        self.twin_counts = False
        """Whether a table by location says what is lost of the same room and place: this one, by market, would say it again."""
        self.factors = factors_said(given.path)
        self.gwp = prepared.gwp
        self.dates = table.dates()
        self.monthly = all(day is None or day.day == 1 for day in self.dates)
        self.shares: list[Fraction] = []

    def lines(self, twin: Given | None) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The company's part of them, as rows of `LINES_SCHEMA` with `part`, the number of their share; and what is recorded."""
        given = self.given
        self.twin_counts = twin is not None and given.statement == "market"
        self._same_potentials()
        numbers = {day: self._number(self._share(day)) for day in self.dates if self._of_year(day)}
        self._ask_for_figures()
        whole = self.table.lines(
            {day: 0 for day in self.dates if day not in numbers} | {day: n + 1 for day, n in numbers.items()},
            given.entity_id, given.site_id, given.template, ORIGIN, given.statement,
        ).to_pylist()  # fmt: skip
        other: set[Cell] = set()
        if twin is not None:
            with EntryTable(twin.path) as table:
                other = table.places()
        self._refuse("outside_year", "date", [row for row in whole if not row["part"]])
        whole = [row for row in whole if row["part"]]
        outside = [row for row in whole if not self.shares[row["part"] - 1]]
        self._refuse("outside_boundary", "site_id", outside)
        whole = [row for row in whole if self.shares[row["part"] - 1]]
        self._doubt_undated(whole)
        kept = [row for row in (self._in_statement(row, twin, other) for row in whole) if row is not None]
        self._say_unmapped(kept)
        lines = [part_of(row, self._factor(row)) for row in kept]
        return lines, self._said(kept, lines)

    def _of_year(self, day: dt.date | None) -> bool:
        """By month: entries of a month in which a fiscal year begins are its own."""
        return day is None or self.first.replace(day=1) <= day < self.after

    def _share(self, day: dt.date | None) -> Fraction:
        if day is None:
            return self.place.share()
        after = (day + dt.timedelta(days=32)).replace(day=1) if self.monthly else day + dt.timedelta(days=1)
        if self.place.changes(day, after):
            share = self.place.share(day, after)
            self.flags.append(
                flag("share_changes", str(self.given.path), None, "date", f"{day:%Y-%m}: {float(share * 100):.10g} %",
                     "a row for the days before and one for those after", "doubted", self.given.template)
            )  # fmt: skip
        return self.place.share(day, after)

    def _number(self, share: Fraction) -> int:
        if share not in self.shares:
            self.shares.append(share)
        return self.shares.index(share)

    def _factor(self, row: Mapping[str, Any]) -> Fraction:
        return Fraction(1) if self.given.figures == "consolidated" else self.shares[row["part"] - 1]

    def _ask_for_figures(self) -> None:
        """Refuse to guess whether a share is in the figures already."""
        partial = [share for share in self.shares if 0 < share < 1]
        own = [f"{name}@{version}" for name, version in self.table.methods() if (name, version) in _WITH_SHARE]
        if partial and own and self.given.figures is None:
            given = self.given
            raise InventoryError(
                f"{given.path}: {_percent(partial[0])} % of {given.site_id} is the company's, and rows of {own[0]} may have a share of their own, "
                f"so it is not known whether these grams are all of the place's or the company's part; say {given.template}:whole= or "
                f"{given.template}:consolidated="
            )

    def _same_potentials(self) -> None:
        """Grams by two reports' warming potentials do not add up."""
        made = self.factors.get("gwp")
        if made is not None and made != self.gwp:
            raise InventoryError(
                f"{self.given.path}: its grams are by the warming potentials of {made}, the inventory's by those of {self.gwp}, and the two do "
                f'not add up; make it again with --gwp {self.gwp}, or say gwp = "{made}" in company.toml'
            )

    def _lose(self, row: Row, reason: str, count: int) -> None:
        """Count what is in no figure, once."""
        if not self.twin_counts:
            reasons = self.lost.setdefault(row, {})
            reasons[reason] = reasons.get(reason, 0) + count

    def _doubt_undated(self, rows: list[dict[str, Any]]) -> None:
        count = sum(row["activities"] for row in rows if row["month"] is None)
        if count:
            self.flags.append(
                flag("missing_value", str(self.given.path), None, "date", f"{count:,} {_entries(count)} without a day",
                     f"days from {self.first} to before {self.after}", "doubted", self.given.template)
            )  # fmt: skip

    def _say_unmapped(self, kept: list[dict[str, Any]]) -> None:
        """Usage of a bill that has no grams makes the categories incomplete that its entries are in."""
        if self.twin_counts:
            return
        cells = {(row["scope"], row["category"]) for row in kept}
        for flagged, reason, count in unmapped(self.given.path, self.given.template):
            self.flags.append(flagged)
            for cell in cells:
                self._lose(cell, reason, count)

    def _refuse(self, reason: str, field: str, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        months = [row["month"] for row in rows if row["month"] is not None]
        since = f" from {min(months):%Y-%m}" if months else ""
        count = sum(row["activities"] for row in rows)
        found = f"{count:,} {_entries(count)}{since}"
        for row in rows:
            self._lose((row["scope"], row["category"]), reason, row["activities"])
        expected = (
            f"days from {self.first} to before {self.after}"
            if reason == "outside_year"
            else "a site within the boundary by the company's approach on that day"
        )
        self.flags.append(
            flag(reason, str(self.given.path), None, field, found, expected, template=self.given.template)
        )

    def _in_statement(self, row: dict[str, Any], twin: Given | None, other: set[Cell]) -> dict[str, Any] | None:
        """A line where the lease and the statements put it; None: its twin by location has it.

        What two tables of one room have both, one by location and one by market, is in one statement each, whatever its scope.
        """
        both = twin is not None and (row["scope"], row["category"], row["stage"]) in other
        if row["scope"] < 3 and self.moved.category is not None:
            if both and self.given.statement == "market":
                return None  # Scope 3 is by location
            return {**row, "scope": 3, "category": self.moved.category, "statement": "both"}
        statement = self.given.statement if both or (twin and self.given.statement == "market") else row["statement"]
        category = row["category"]
        if category == 3 and self.moved.upstream_category is not None:
            category = self.moved.upstream_category
        return {**row, "category": category, "statement": statement}

    def _said(self, whole: list[dict[str, Any]], lines: list[dict[str, Any]]) -> dict[str, Any]:
        by_share: dict[Fraction, list[int]] = {}
        for before, after in zip(whole, lines, strict=True):
            so_far = by_share.setdefault(self.shares[before["part"] - 1], [0, 0, 0])
            for n, value in enumerate((before["activities"], before["co2e_ug"], after["co2e_ug"])):
                so_far[n] += value
        given = self.given
        return {
            "template": given.template, "entity_id": given.entity_id, "site_id": given.site_id, "held": self.place.held,
            "statement": given.statement, "figures": given.figures or "whole", "run_ids": sorted({row["run_id"] for row in lines}),
            **self.factors,
            "shares": [
                {"share": str(share), "entries": count, "given_ug": before, "co2e_ug": after}
                for share, (count, before, after) in sorted(by_share.items())
            ],
        }  # fmt: skip

    def groups(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A group for each month and share, told as those of activity rows are."""
        counted: dict[tuple[dt.date | None, int], int] = {}
        for line in lines:
            at = line["month"], line["part"]
            counted[at] = counted.get(at, 0) + line["activities"]
        found = []
        for (month, part), count in counted.items():
            share = self.shares[part - 1]
            parts = [self.given.site_id, "no date" if month is None else f"{month:%Y-%m}", ORIGIN]
            parts += [f"{_percent(share)} %"] if share < 1 else []
            moved = 3 if self.moved.category is not None else None
            found.append({
                "group_id": " · ".join(parts), "template": self.given.template, "entity_id": self.given.entity_id,
                "site_id": self.given.site_id, "month": month, "origin": ORIGIN, "share": float(share), "held": self.place.held,
                "to_scope": moved, "to_category": self.moved.category, "upstream_to_category": self.moved.upstream_category, "rows": count,
            })  # fmt: skip
        return found


def _entries(count: int) -> str:
    return "entry" if count == 1 else "entries"


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.{SHARE_DIGITS}g}"
