"""A folder of bonds, read: every row becomes a part of the register, or a flag that says which rule it broke."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

from leafmark.inventory import small_tables
from leafmark.inventory.bonds import money
from leafmark.inventory.bonds.categories import CATEGORIES, LABELS, NATURES, OBJECTIVES
from leafmark.inventory.bonds.tables import BONDS, KINDS, NEEDED, OPINIONS, RESULTS, REVIEWS, SETTINGS_FILE
from leafmark.inventory.book import InventoryError
from leafmark.inventory.small_tables import Flags, Row

Rows = Mapping[str, Row]
Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Tranche:
    """What one tranche of a bond raised, in minor units of the bond's currency."""

    tranche_id: str
    bond_id: str
    label: str
    currency: str
    issued_on: dt.date
    matures_on: dt.date | None
    nominal: int | None
    gross: int | None
    costs: int | None
    net: int
    look_back_years: Decimal | None
    row: Row


@dataclass(frozen=True, slots=True)
class Project:
    """A project, or a group of them that is told as one."""

    project_id: str
    category: str
    cost: int | None
    currency: str | None
    row: Row


@dataclass(frozen=True, slots=True)
class Allocation:
    """Proceeds of a tranche that a project took, from a day on, until it ends."""

    allocation_id: str
    tranche_id: str
    project_id: str
    amount: int
    allocated_on: dt.date
    ended_on: dt.date | None
    kind: str
    spent_on: dt.date | None
    nature: str | None
    aligned: int | None
    article_5: str | None
    row: Row

    def counts_on(self, day: dt.date) -> bool:
        """Whether it stands at the end of a day."""
        return self.allocated_on <= day and (self.ended_on is None or day < self.ended_on)


@dataclass(frozen=True, slots=True)
class Holding:
    """Proceeds not allocated, where they were at the end of a day."""

    tranche_id: str
    on: dt.date
    held_in: str
    amount: int


@dataclass(frozen=True, slots=True)
class Indicator:
    """A project's result over a period, in units of its own last decimal place."""

    indicator_id: str
    project_id: str
    value: Decimal
    row: Row


@dataclass(frozen=True, slots=True)
class Register:
    """All that stands of a folder of bonds. `first` and `on`: first and last day of the reporting period."""

    folder: Path
    settings: Mapping[str, Any]
    first: dt.date
    on: dt.date
    bonds: Rows
    tranches: Mapping[str, Tranche]
    projects: Mapping[str, Project]
    allocations: tuple[Allocation, ...]
    holdings: tuple[Holding, ...]
    indicators: tuple[Indicator, ...]
    reviews: tuple[Row, ...]
    flags: Flags


def read(folder: str | Path) -> Register:
    """Read and judge a folder of bonds.

    Raises
    ------
    InventoryError : the folder lacks a needed file or column, or `bond.toml` its issuer or reporting period.
    """
    from leafmark.inventory.bonds.proceeds import balances, flag_unbalanced, judged

    path, flags = Path(folder), Flags()
    settings = small_tables.settings(path, SETTINGS_FILE, ("issuer", "framework", "report", "eu"), ("notes",))
    first, on = _period(path, settings)
    found = {name: small_tables.rows(path, name, columns, flags, name in NEEDED) for name, columns in BONDS.items()}
    bonds = {
        key: row for key, row in small_tables.unique(found["bonds"], "bond_id", flags).items() if _bond(row, flags)
    }
    tranches = _each(
        small_tables.unique(found["tranches"], "tranche_id", flags), lambda row: _tranche(row, bonds, flags)
    )
    projects = _each(small_tables.unique(found["projects"], "project_id", flags), lambda row: _project(row, flags))
    given = _each(
        small_tables.unique(found["allocations"], "allocation_id", flags),
        lambda row: _allocation(row, tranches, projects, flags),
    )
    holdings = [_holding(row, tranches, flags) for row in found["unallocated"]]
    indicators = _each(
        small_tables.unique(found["indicators"], "indicator_id", flags), lambda row: _indicator(row, projects, flags)
    )
    register = Register(
        path, settings, first, on, bonds, tranches, projects,
        tuple(judged(list(given.values()), tranches, projects, flags)), tuple(each for each in holdings if each),
        tuple(indicators.values()), tuple(row for row in found["reviews"] if _review(row, bonds, flags)), flags,
    )  # fmt: skip
    flag_unbalanced(balances(register), flags)
    return register


def _each(given: Rows, make: Callable[[Row], Kind | None]) -> dict[str, Kind]:
    made = ((key, make(row)) for key, row in given.items())
    return {key: each for key, each in made if each is not None}


def _period(folder: Path, settings: Mapping[str, Any]) -> tuple[dt.date, dt.date]:
    file = folder / SETTINGS_FILE
    report = settings.get("report", {})
    if not settings.get("issuer", {}).get("name"):
        raise InventoryError(f"{file}: lacks [issuer] name; expected the legal name of the issuer")
    first, on = (report.get(name) for name in ("from", "on"))
    if type(first) is not dt.date or type(on) is not dt.date or on < first:
        raise InventoryError(
            f"{file}: [report] from {first!r}, on {on!r}; expected the first and the last day of the period, e.g. on = 2022-01-31"
        )
    return first, on


def _one_of(row: Row, name: str, words: Sequence[str], flags: Flags) -> bool:
    value = row[name]
    if value is None or value in words:
        return True
    flags.add(row, name, "unknown_word", value, " or ".join(words))
    return False


def _known(row: Row, name: str, there: Mapping[str, Any], reason: str, flags: Flags) -> bool:
    if row.text(name) in there:
        return True
    flags.add(row, name, reason, row[name], f"one of its table: {', '.join(list(there)[:5])}")
    return False


def _money(row: Row, name: str, currency: str, flags: Flags, least: int | None = 0) -> tuple[bool, int | None]:
    """Whether the cell may stand, and its minor units; an empty one may, as None."""
    if row[name] is None:
        return True, None
    try:
        units = money.minor_units(row[name], currency)
    except ValueError as fault:
        flags.add(row, name, "not_money", row[name], str(fault))
        return False, None
    if least is not None and units < least:
        flags.add(
            row, name, "negative_amount", row[name], "an amount above 0; what no longer counts gets an `ended_on`"
        )
        return False, None
    return True, units


def _bond(row: Row, flags: Flags) -> bool:
    if not money.is_currency(row.text("currency")):
        flags.add(row, "currency", "unknown_word", row["currency"], "an ISO 4217 code such as USD")
        return False
    if row["look_back_years"] is None:
        flags.add(
            row,
            "look_back_years",
            "no_look_back",
            "nothing",
            "the issuer's look-back period for refinancing",
            "doubted",
        )
    return _one_of(row, "label", tuple(LABELS), flags)


def _tranche(row: Row, bonds: Rows, flags: Flags) -> Tranche | None:
    if not _known(row, "bond_id", bonds, "unknown_bond", flags):
        return None
    bond = bonds[row.text("bond_id")]
    currency = bond.text("currency")
    amounts = {}
    for name in ("nominal", "gross_proceeds", "issuance_costs", "net_proceeds"):
        fine, amounts[name] = _money(row, name, currency, flags, least=int(name == "net_proceeds"))
        if not fine:
            return None
    gross, costs, net = (amounts[name] for name in ("gross_proceeds", "issuance_costs", "net_proceeds"))
    assert net is not None
    if gross is not None and costs is not None and gross - costs != net:
        flags.add(row, "net_proceeds", "net_differs", row["net_proceeds"],
                  f"gross proceeds less issuance costs: {money.exact(gross - costs, currency)}")  # fmt: skip
        return None
    return Tranche(
        row.text("tranche_id"), row.text("bond_id"), bond.text("label"), currency, row["issued_on"], row["matures_on"],
        amounts["nominal"], gross, costs, net, bond["look_back_years"], row,
    )  # fmt: skip


def _project(row: Row, flags: Flags) -> Project | None:
    if not _one_of(row, "category", tuple(CATEGORIES), flags) or not _one_of(row, "eu_objective", OBJECTIVES, flags):
        return None
    if not _one_of(row, "eu_kind", ("enabling", "transitional"), flags):
        return None
    if row["cost"] is None:
        return Project(row.text("project_id"), row.text("category"), None, None, row)
    if not money.is_currency(row.text("currency")):
        flags.add(row, "currency", "unknown_word", row["currency"], "the currency of the cost, an ISO 4217 code")
        return None
    fine, cost = _money(row, "cost", row.text("currency"), flags, least=1)
    return Project(row.text("project_id"), row.text("category"), cost, row.text("currency"), row) if fine else None


def _allocation(
    row: Row, tranches: Mapping[str, Tranche], projects: Mapping[str, Project], flags: Flags
) -> Allocation | None:
    if not (
        _known(row, "tranche_id", tranches, "unknown_tranche", flags)
        and _known(row, "project_id", projects, "unknown_project", flags)
        and _one_of(row, "kind", KINDS, flags)
        and _one_of(row, "nature", NATURES, flags)
        and _one_of(row, "eu_article_5", ("a", "b"), flags)
    ):
        return None
    currency = tranches[row.text("tranche_id")].currency
    fine, amount = _money(row, "amount", currency, flags, least=1)
    fine_too, aligned = _money(row, "eu_aligned", currency, flags)
    if not fine or not fine_too or amount is None:
        return None
    if aligned is not None and aligned > amount:
        flags.add(row, "eu_aligned", "over_amount", row["eu_aligned"], f"at most the amount, {row['amount']}")
        return None
    return Allocation(
        row.text("allocation_id"), row.text("tranche_id"), row.text("project_id"), amount, row["allocated_on"],
        row["ended_on"], row.text("kind"), row["spent_on"], row["nature"], aligned, row["eu_article_5"], row,
    )  # fmt: skip


def _holding(row: Row, tranches: Mapping[str, Tranche], flags: Flags) -> Holding | None:
    if not _known(row, "tranche_id", tranches, "unknown_tranche", flags):
        return None
    fine, amount = _money(row, "amount", tranches[row.text("tranche_id")].currency, flags)
    if not fine or amount is None:
        return None
    return Holding(row.text("tranche_id"), row["on"], row.text("held_in"), amount)


_PLACES_MAX: Final = 12


def _indicator(row: Row, projects: Mapping[str, Project], flags: Flags) -> Indicator | None:
    if not _known(row, "project_id", projects, "unknown_project", flags) or not _one_of(row, "result", RESULTS, flags):
        return None
    if row["until"] <= row["from"]:
        flags.add(row, "until", "no_period", row["until"], f"a day after {row['from']}")
        return None
    if bool(row["run_id"]) != bool(row["address"]):
        flags.add(row, "address", "half_cited", row["address"] or row["run_id"], "both run_id and address, or neither")
        return None
    try:
        if isinstance(row["value"], float):
            raise ValueError
        value = Decimal(row.text("value"))
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -_PLACES_MAX:
            raise ValueError
    except (ArithmeticError, ValueError):
        flags.add(row, "value", "unreadable", row["value"], f"an exact decimal of at most {_PLACES_MAX} places")
        return None
    return Indicator(row.text("indicator_id"), row.text("project_id"), value, row)


def _review(row: Row, bonds: Rows, flags: Flags) -> bool:
    return (
        _known(row, "bond_id", bonds, "unknown_bond", flags)
        and _one_of(row, "kind", REVIEWS, flags)
        and _one_of(row, "opinion", OPINIONS, flags)
    )
