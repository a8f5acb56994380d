"""A pack's next version against the one that counts now: which factors it adds, removes and changes, and by how much.

A changed factor is of one or more kinds, by the columns in which it differs; its relative change is of kg CO2e, brought to one
unit where the unit changed too.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leafmark.factors import units
from leafmark.factors.columns import FACTOR_COLUMNS

if TYPE_CHECKING:
    from leafmark.factors.model import Factor, Pack

KINDS: Final = ("value", "unit", "region", "validity", "spread", "source", "other")
_COLUMNS: Final = {
    "value": ("co2e_kg", "co2_kg", "ch4_fossil_kg", "ch4_biogenic_kg", "n2o_kg", "f_gases", "other_co2e_kg", "biogenic_co2_kg",
              "removal_co2_kg", "land_use_change_co2e_kg", "aviation_non_co2_kg", "gwp_set"),
    "unit": ("unit",),
    "region": ("region",),
    "validity": ("valid_from", "valid_to", "published_on", "superseded_on", "data_year"),
    "spread": ("gsd", "gsd_basis"),
    "source": ("source_id", "locator"),
}  # fmt: skip
KIND_OF: Final = {column.name: "other" for column in FACTOR_COLUMNS} | {
    name: kind for kind, names in _COLUMNS.items() for name in names
}
"""Column of a factor -> the kind of change that it is."""

ADDED, REMOVED, CHANGED = STATES = ("added", "removed", "changed")


@dataclass(frozen=True, slots=True)
class Revised:
    """One factor that is not the same in both. A side that lacks it is None.

    `kinds` and `columns`: what differs, of a changed one. `relative`: after / before - 1 of its kg CO2e per unit; None where a
    side is lacking, before is 0, or the units measure different things.
    """

    factor_id: str
    state: str
    kinds: tuple[str, ...]
    columns: tuple[str, ...]
    before: Factor | None
    after: Factor | None
    relative: float | None


@dataclass(frozen=True)
class Revision:
    """All that differs, the greatest relative change first, then those without one by state and id."""

    rows: tuple[Revised, ...]
    same: int
    sources: int
    """Sources added, removed or changed."""

    def counts(self) -> dict[str, int]:
        """How many factors are added, removed and changed, and changed in each kind; one may be changed in several."""
        states = Counter(row.state for row in self.rows)
        kinds = Counter(kind for row in self.rows for kind in row.kinds)
        return {**{state: states[state] for state in STATES}, **{kind: kinds[kind] for kind in KINDS}}

    def ids(self, *states: str) -> frozenset[str]:
        """The factors of some states."""
        return frozenset(row.factor_id for row in self.rows if row.state in states)

    @property
    def known_from(self) -> dt.date | None:
        """The day by which all that was added or changed had been published; None where nothing was."""
        return max((row.after.published_on for row in self.rows if row.after is not None), default=None)


def revise(before: Pack | None, after: Pack) -> Revision:
    """Hold a pack against the one before it; against none, all of it is added."""
    if before is None:
        rows: Iterable[Revised] = (
            Revised(each, ADDED, (), (), None, after.factor(each), None) for each in sorted(after.ids)
        )
        return Revision(tuple(rows), 0, len(after.sources))
    found = before.diff(after)
    columns: dict[str, list[str]] = {}
    for change in found.changed:
        columns.setdefault(change.id, []).append(change.field)
    made = [_changed(each, names, before.factor(each), after.factor(each)) for each, names in columns.items()]
    made += [Revised(each, ADDED, (), (), None, after.factor(each), None) for each in found.added]
    made += [Revised(each, REMOVED, (), (), before.factor(each), None, None) for each in found.removed]
    made.sort(key=lambda row: (row.relative is None, -abs(row.relative or 0), STATES.index(row.state), row.factor_id))
    sources = {change.id for change in found.sources_changed}
    return Revision(
        tuple(made), len(before.ids & after.ids) - len(columns),
        len(found.sources_added) + len(found.sources_removed) + len(sources),
    )  # fmt: skip


def _changed(factor_id: str, names: list[str], before: Factor, after: Factor) -> Revised:
    kinds = {KIND_OF[name] for name in names}
    return Revised(
        factor_id, CHANGED, tuple(kind for kind in KINDS if kind in kinds), tuple(names), before, after,
        relative_change(before, after),
    )  # fmt: skip


def relative_change(before: Factor, after: Factor) -> float | None:
    """After / before - 1 of kg CO2e for the same amount; None where that cannot be said."""
    try:
        amount = units.factor_between(before.unit, after.unit)  # so many of after's unit are one of before's
    except units.UnitError:
        return None
    return after.co2e_kg * amount / before.co2e_kg - 1 if before.co2e_kg else None


def keys_of_both(pack: Pack, others: Iterable[Pack]) -> list[str]:
    """Keys of a pack that another one holds too: a run takes a key from one pack alone."""
    own = set(pack.factors.column("key").to_pylist())
    return sorted(own & {key for other in others for key in other.factors.column("key").to_pylist()})
