"""Several years of one company, each with all versions it ever had.

    base_year.toml   the policy           journal.jsonl   what was filed, noted and recalculated, and why: it only grows
    years/2021-1/    an inventory as it was filed; 2021-2/ after the first recalculation, ...      changes/ID/  lines a change brought

A version is never changed: the journal holds the hash of its lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from leafmark.inventory.book import By, Inventory, InventoryError
from leafmark.inventory.time import journal
from leafmark.inventory.time.journal import Entry
from leafmark.inventory.time.policy import POLICY_FILE, Policy, read_policy

JOURNAL_FILE: Final = "journal.jsonl"
BOTH: Final[tuple[By, ...]] = ("location", "market")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a year: 1 as filed, more after recalculations. Totals in micrograms, by statement of Scope 2."""

    year: int
    number: int
    inventory: Inventory
    at: str
    reasons: tuple[str, ...]
    changes: tuple[str, ...]
    totals_ug: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BaseYear:
    """The base year's figure by one statement: now, and as it was first filed; the mean of its years, rounded down."""

    years: tuple[int, ...]
    by: By
    now_ug: int
    filed_ug: int

    @property
    def recalculated(self) -> bool:
        """Whether it is another than was filed."""
        return self.now_ug != self.filed_ug


@dataclass(frozen=True, slots=True)
class History:
    """A folder of years."""

    path: Path
    policy: Policy
    entries: tuple[Entry, ...]

    @classmethod
    def open(cls, path: str | Path) -> History:
        """Open a history's folder.

        Raises
        ------
        InventoryError : it has no policy, or its journal was changed.
        """
        folder = Path(path)
        return cls(folder, read_policy(folder / POLICY_FILE), tuple(journal.read(folder / JOURNAL_FILE)))

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.path / JOURNAL_FILE

    def years(self) -> tuple[int, ...]:
        """The years that were filed, in order."""
        return tuple(sorted({int(entry.content["year"]) for entry in self.entries if entry.kind == "filed"}))

    def versions(self, year: int) -> tuple[Version, ...]:
        """Every version of a year, the first filed first.

        Raises
        ------
        InventoryError : the year was never filed; a version's lines are not those that the journal knows.
        """
        found = [e for e in self.entries if e.kind in ("filed", "recalculated") and e.content["year"] == year]
        if not found:
            known = ", ".join(map(str, self.years())) or "none"
            raise InventoryError(
                f"{self.path}: {year} was never filed (filed: {known}); leafmark inventory history {self.path} --add INVENTORY"
            )
        return tuple(self._version(entry) for entry in found)

    def newest(self, year: int) -> Version:
        """The version of a year that counts."""
        return self.versions(year)[-1]

    def _version(self, entry: Entry) -> Version:
        content = entry.content
        inventory = Inventory.open(self.path / content["folder"])
        lines = inventory.path / "lines.parquet"
        if journal.sha256_of(lines) != content["lines_sha256"]:
            raise InventoryError(f"{lines}: is not what was written (journal, line {entry.number}); restore it")
        return Version(
            content["year"], content["version"], inventory, entry.at, tuple(content["reasons"]), tuple(content["changes"]),
            content["totals_ug"],
        )  # fmt: skip

    def base(self, by: By) -> BaseYear:
        """The base year's figure.

        Raises
        ------
        InventoryError : a year of it was not filed.
        """
        years = self.policy.years
        missing = [str(year) for year in years if year not in self.years()]
        if missing:
            raise InventoryError(
                f"{self.path}: the base year {', '.join(missing)} was not filed: nothing can be compared with it"
            )
        versions = [self.versions(year) for year in years]
        now, filed = (sum(each[end].totals_ug[by] for each in versions) // len(years) for end in (-1, 0))
        return BaseYear(years, by, now, filed)

    def verify(self) -> int:
        """Read everything again; gives the number of entries.

        Raises
        ------
        InventoryError : the journal or a version's lines were changed.
        """
        for year in self.years():
            self.versions(year)
        return len(History.open(self.path).entries)

    def file(self, inventory: Inventory) -> History:
        """Take in a year's inventory as its first version.

        Raises
        ------
        InventoryError : the year is there already, or differs from the others in company, GWP set or approach.
        """
        year = inventory.year
        if year in self.years():
            raise InventoryError(
                f"{inventory.path}: {year} was filed already; what was wrong with it is a change of kind error, and where counting changed a "
                f"method_change: leafmark inventory recalculate {self.path} CHANGE"
            )
        if self.years():
            other = self.newest(self.years()[0]).inventory
            for what, old, new in (
                ("organisation", other.record["organisation"]["id"], inventory.record["organisation"]["id"]),
                *((field, other.record[field], inventory.record[field]) for field in ("gwp", "approach")),
            ):
                if old != new:
                    raise InventoryError(
                        f"{inventory.path}: {what}: expected {old} as in {other.year}, found {new}: years of a history are alike"
                    )
        return self.write(year, inventory, "filed", {"reasons": ["filed"], "changes": []})

    def write(self, year: int, inventory: Inventory, kind: str, content: Mapping[str, Any], tables: Mapping[str, Any] | None = None) -> History:  # fmt: skip
        """Add a version: its folder first, then its entry. Gives the history with it."""
        number = 1 + sum(1 for e in self.entries if e.kind in ("filed", "recalculated") and e.content["year"] == year)
        folder = Path("years") / f"{year}-{number}"
        kept = {name: inventory.table(name) for name in ("lines", "flags", "completeness")} | dict(tables or {})
        record = {name: value for name, value in inventory.record.items() if name != "schema"} | {"version": number}
        written = Inventory.write(self.path / folder, record, kept)
        entry = {
            "year": year, "version": number, "folder": folder.as_posix(), "lines_sha256": journal.sha256_of(written.path / "lines.parquet"),
            "totals_ug": {by: written.total(by).co2e_ug for by in BOTH}, **content,
        }  # fmt: skip
        journal.append(self.journal, kind, entry)
        return History.open(self.path)
