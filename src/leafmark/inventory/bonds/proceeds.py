"""Where the proceeds went: each allocation judged, and the balance of every tranche on every day that is told.

    allocated(day) + held(day) = net proceeds        to the minor unit, or the tranche is unbalanced and its report a draft

Allocations are taken in the order of their days and of the file. A sum of standing allocations only grows on a day on which one begins,
so it is enough to look at each as it begins: if it would take its tranche past its proceeds, or its project past its cost, it is refused,
and those after it may still fit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leafmark.inventory.bonds import money
from leafmark.inventory.bonds.categories import CATEGORIES, LABELS, UNDISCLOSED
from leafmark.inventory.small_tables import Flags

if TYPE_CHECKING:
    from leafmark.inventory.bonds.reading import Allocation, Project, Register, Tranche


def judged(
    given: Sequence[Allocation], tranches: Mapping[str, Tranche], projects: Mapping[str, Project], flags: Flags
) -> Iterator[Allocation]:
    """The allocations that may stand, in the order of their days; the others are flagged."""
    standing: list[Allocation] = []
    seen: dict[tuple[object, ...], Allocation] = {}
    for each in sorted(given, key=lambda one: (one.allocated_on, one.row.number)):
        tranche, project = tranches[each.tranche_id], projects[each.project_id]
        same = (each.tranche_id, each.project_id, each.amount, each.allocated_on, each.row["document"])
        if same in seen:
            flags.add(each.row, "allocation_id", "same_allocation", each.allocation_id,
                      f"another row than {seen[same].allocation_id}; two real ones differ in `document`")  # fmt: skip
        elif (
            _in_its_time(each, tranche, flags)
            and _of_its_label(each, tranche, project, flags)
            and _within_look_back(each, tranche, flags)
            and _within_proceeds(each, tranche, standing, flags)
            and _within_cost(each, tranche, project, standing, flags)
        ):
            seen[same] = each
            standing.append(each)
            yield each


def _in_its_time(each: Allocation, tranche: Tranche, flags: Flags) -> bool:
    if each.allocated_on < tranche.issued_on:
        flags.add(
            each.row, "allocated_on", "before_issue", each.allocated_on, f"{tranche.issued_on} or later: the issue"
        )
        return False
    if tranche.matures_on and each.allocated_on >= tranche.matures_on:
        flags.add(each.row, "allocated_on", "after_maturity", each.allocated_on, f"a day before {tranche.matures_on}")
        return False
    if each.ended_on and each.ended_on <= each.allocated_on:
        flags.add(each.row, "ended_on", "no_period", each.ended_on, f"a day after {each.allocated_on}")
        return False
    return True


def _of_its_label(each: Allocation, tranche: Tranche, project: Project, flags: Flags) -> bool:
    kind = CATEGORIES[project.category].kind
    if kind == UNDISCLOSED:
        flags.add(
            each.row, "project_id", "undisclosed_use", project.project_id, "the category and the project", "doubted"
        )
        return True
    if kind in LABELS[tranche.label]:
        return True
    flags.add(each.row, "project_id", "category_of_another_label", project.category,
              f"a {' or '.join(LABELS[tranche.label])} category: the bond is {tranche.label}")  # fmt: skip
    return False


def _within_look_back(each: Allocation, tranche: Tranche, flags: Flags) -> bool:
    spent = each.spent_on
    if each.kind == "new" and spent and spent.year < tranche.issued_on.year:
        flags.add(each.row, "kind", "new_but_earlier", f"new, spent on {spent}",
                  f"refinancing: spent before {tranche.issued_on.year}, the year of issuance", "doubted")  # fmt: skip
        return True
    if each.kind != "refinancing":
        return True
    if spent is None:
        flags.add(each.row, "spent_on", "missing_value", "nothing", "the day of the expenditure that is refinanced")
        return False
    if tranche.look_back_years is None:
        return True
    earliest = months_before(tranche.issued_on, int(tranche.look_back_years * 12))
    if spent < earliest:
        flags.add(each.row, "spent_on", "past_look_back", spent,
                  f"{earliest} or later: {tranche.look_back_years:f} years before the issue")  # fmt: skip
        return False
    return True


def _within_proceeds(each: Allocation, tranche: Tranche, standing: Sequence[Allocation], flags: Flags) -> bool:
    left = tranche.net - sum(
        one.amount for one in standing if one.tranche_id == each.tranche_id and one.counts_on(each.allocated_on)
    )
    if each.amount <= left:
        return True
    flags.add(each.row, "amount", "over_proceeds", each.row["amount"],
              f"at most {money.exact(left, tranche.currency)}: what is left of {tranche.tranche_id}'s net proceeds")  # fmt: skip
    return False


def _within_cost(
    each: Allocation, tranche: Tranche, project: Project, standing: Sequence[Allocation], flags: Flags
) -> bool:
    others = {one.tranche_id for one in standing if one.project_id == each.project_id} - {each.tranche_id}
    if project.cost is None:
        if others:
            flags.add(each.row, "project_id", "cost_unknown", f"{project.project_id}, financed by {', '.join(sorted(others))} too",
                      "the project's cost, to see that no unit of it counts twice", "doubted")  # fmt: skip
        return True
    if project.currency != tranche.currency:
        flags.add(each.row, "project_id", "other_currency", f"a cost in {project.currency}",
                  f"the cost in {tranche.currency}, the bond's currency")  # fmt: skip
        return False
    taken = [one for one in standing if one.project_id == each.project_id and one.counts_on(each.allocated_on)]
    left = project.cost - sum(one.amount for one in taken)
    if each.amount <= left:
        return True
    takers = sorted({one.tranche_id for one in taken})
    flags.add(each.row, "amount", "over_cost", each.row["amount"],
              f"at most {money.exact(left, tranche.currency)}: what {', '.join(takers) or 'nobody'} left of the project's cost")  # fmt: skip
    return False


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day of the month so many months earlier, or the month's last."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    for last in range(day.day, 27, -1):
        try:
            return dt.date(year, month + 1, last)
        except ValueError:
            continue
    return dt.date(year, month + 1, day.day)


@dataclass(frozen=True, slots=True)
class Balance:
    """A tranche at the end of a day, in minor units: `allocated + held = net` where it balances."""

    tranche_id: str
    on: dt.date
    currency: str
    net: int
    allocated: int
    held: dict[str, int]

    @property
    def unallocated(self) -> int:
        """What is held, by the issuer's own table."""
        return sum(self.held.values())

    @property
    def difference(self) -> int:
        """Net proceeds that are neither allocated nor held; below zero: more than there were. 0 where it balances."""
        return self.net - self.allocated - self.unallocated


def balances(register: Register) -> list[Balance]:
    """Every tranche on every day on which what it held was told, and on the report's own day.

    Proceeds that nobody tells of are no balance: a day without a row of `unallocated` has to be fully allocated.
    """
    found = []
    for tranche in register.tranches.values():
        days = {
            each.on for each in register.holdings if each.tranche_id == tranche.tranche_id and each.on <= register.on
        }
        found += [_balance(register, tranche, day) for day in sorted({*days, register.on}) if tranche.issued_on <= day]
    return found


def _balance(register: Register, tranche: Tranche, day: dt.date) -> Balance:
    allocated = sum(
        each.amount for each in register.allocations if each.tranche_id == tranche.tranche_id and each.counts_on(day)
    )
    held: dict[str, int] = {}
    for each in register.holdings:
        if each.tranche_id == tranche.tranche_id and each.on == day:
            held[each.held_in] = held.get(each.held_in, 0) + each.amount
    return Balance(tranche.tranche_id, day, tranche.currency, tranche.net, allocated, held)


def flag_unbalanced(found: Sequence[Balance], flags: Flags) -> None:
    """A flag for each balance that does not hold."""
    for balance in found:
        if balance.difference:
            told = {
                name: money.exact(getattr(balance, name), balance.currency)
                for name in ("allocated", "unallocated", "net", "difference")
            }
            flags.add(
                None, "amount", "unbalanced", f"allocated {told['allocated']} + unallocated {told['unallocated']} on {balance.on}",
                f"net proceeds {told['net']}: {told['difference']} is not told", "doubted", file="unallocated", about=balance.tranche_id,
            )  # fmt: skip
