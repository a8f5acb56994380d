"""The bridge from one inventory to another: why the total moved, in parts that add up to the microgram.

Lines are matched by (entity, site, template, key) within a scope and category, and by the factor's boundary, since tank to wheel and well
to tank lie over the same amount. A line's grams are

    G = Q x s x f      Q: amount of its group (template, unit, scope, category, boundary); s: its share of Q; f: grams per unit

and the change of a product of three is split by Shapley's value: each part is the mean of what it does over all orders in which the
three may move. It is exact, has no order of its own, and turns its sign when the years are swapped (L. S. Shapley 1953; for emissions
J. W. Sun 1998 and B. W. Ang 2004, read of, not compared).

    structure  all grams of an entity that only one of the inventories has
    activity   more or less of the group's amount, at the same mix and factors
    mix        the amount went to other sites, fuels, grids or suppliers of the group; a line that began or ended is here and in activity
    factor     other grams per unit by the same method: another vintage or row, the same row revised, or a boundary more or fewer
    method     other grams per unit, and the method or its version is another one
    gwp        the same gases weighed by another set of warming potentials, where the gases are known
    unsplit    no amount in one unit in both years: activity and factor cannot be told apart

Each part of a line is rounded to whole micrograms; what rounding leaves goes to the line's largest part. What an entity that began or
ended is, bought or founded, is not to be seen in two inventories: `leafmark.inventory.time.recalculation` knows, since it was told.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, Final

import duckdb
import pyarrow as pa

from leafmark.engine import memory_database
from leafmark.factors.gwp import gwp
from leafmark.inventory.book import By, Inventory, InventoryError
from leafmark.inventory.time.bridge_sql import LINES_SQL

PARTS: Final = ("structure", "activity", "mix", "factor", "method", "gwp", "unsplit")
"""In the order of a bridge."""
CUTS: Final = ("scope", "category", "entity_id", "site_id", "template", "key")
"""What a bridge may be cut by. `category` comes with its scope."""
ACROSS: Final = ("gwp", "approach")
"""Differences of two inventories that have to be named before their totals are compared."""
_GASES: Final = {"ch4_fossil": "CH4_fossil", "ch4_biogenic": "CH4_biogenic", "n2o": "N2O"}


@dataclass(frozen=True, slots=True)
class Parts:
    """Whole micrograms CO2e of each cause."""

    structure: int
    activity: int
    mix: int
    factor: int
    method: int
    gwp: int
    unsplit: int

    @property
    def change_ug(self) -> int:
        """All causes together."""
        return sum(getattr(self, field.name) for field in fields(self))

    def named(self) -> dict[str, int]:
        """Cause -> micrograms, in order."""
        return {name: getattr(self, name) for name in PARTS}


@dataclass(frozen=True, slots=True)
class Step:
    """A total, or a cut of it, before and after: `before_ug + parts.change_ug == after_ug`."""

    key: tuple[Any, ...]
    before_ug: int
    after_ug: int
    parts: Parts


@dataclass(frozen=True, slots=True)
class Bridge:
    """Two inventories compared by one statement of Scope 2.

    `lines` has a row for each matched, new or gone line, the largest change first: the four keys, scope, category, `state` (matched, new,
    gone; began, ended: with the whole entity; boundary: the key stayed and a boundary of it came or went), `cause` of its factor part
    (vintage, revised, boundary, method or NULL), methods
    and factors of both years, amounts, grams and parts (decimal micrograms).
    """

    by: By
    before: Inventory
    after: Inventory
    total: Step
    steps: tuple[Step, ...]
    cut: tuple[str, ...]
    lines: pa.Table
    began: tuple[str, ...]
    ended: tuple[str, ...]
    gwp_untold_ug: int
    """Grams of either year, in lines that GWP sets differ for, whose gases are not known: what the other set did to them is in factor."""

    def of_state(self, state: str) -> pa.Table:
        """Lines of a state."""
        return self.lines.filter(pa.compute.equal(self.lines["state"], state))


def bridge(before: Inventory, after: Inventory, by: By, cut: tuple[str, ...] = ("scope", "category"), across: Collection[str] = ()) -> Bridge:  # fmt: skip
    """Split the change from `before` to `after`, Scope 2 by location or by market, in total and by columns of `CUTS`.

    Raises
    ------
    InventoryError : the two differ in GWP set or in approach and `across` does not name it; a word is not of its list.
    """
    _comparable(before, after, by, cut, across)
    # In order: floats are then added in the file's, and the same comparison gives the same micrograms.
    connection = memory_database.connect(in_order=True)
    try:
        for name, inventory in (("before_lines", before), ("after_lines", after)):
            connection.register(name, inventory.table("lines"))
        own, other = str(before.record["gwp"]), str(after.record["gwp"])
        connection.execute(_lines_sql(by, own, other))
        total = _steps(connection, ())[0]
        steps = _steps(connection, cut)
        untold = connection.execute("SELECT COALESCE(SUM(untold), 0)::HUGEINT FROM bridge_lines").fetchall()[0][0]
        lines = connection.sql(_SHOWN).to_arrow_table()
        ends = {state: _entities(connection, state) for state in ("began", "ended")}
    finally:
        connection.close()
    found = Bridge(by, before, after, total, tuple(steps), cut, lines, ends["began"], ends["ended"], int(untold))
    _adds_up(found)
    return found


def _comparable(before: Inventory, after: Inventory, by: str, cut: Collection[str], across: Collection[str]) -> None:
    if by not in ("location", "market"):
        raise InventoryError(
            f"by: expected location or market, found {by!r}: the two statements of Scope 2 are compared apart"
        )
    for given, known, what in ((cut, CUTS, "cut"), (across, ACROSS, "across")):
        unknown = [word for word in given if word not in known]
        if unknown:
            raise InventoryError(f"{what}: expected of {', '.join(known)}, found {', '.join(map(repr, unknown))}")
    for field in ACROSS:
        old, new = before.record.get(field), after.record.get(field)
        if old != new and field not in across:
            raise InventoryError(
                f"{before.path} has {field} {old}, {after.path} {new}: totals of the two are not alike; run one of them again, "
                f"or name it (across: {field})"
            )


def _lines_sql(by: By, own: str, other: str) -> str:
    def reweighed(source: str, target: str) -> str:
        """SQL of what a line's CO2e loses when its gases are weighed by the other set."""
        terms = [
            f"COALESCE(SUM(gases.{name}_ug), 0)::DOUBLE * {1 - gwp(target, gas) / gwp(source, gas)!r}"
            for name, gas in _GASES.items()
        ]
        return " + ".join(terms) if source != target else "0::DOUBLE"

    known = "gases IS NOT NULL AND gases.f_gases_ug = 0 AND gases.other_ug = 0 AND gases.unsplit_ug = 0"
    untold = f"SUM(CASE WHEN {known} THEN 0 ELSE abs(co2e_ug::HUGEINT) END)" if own != other else "0"
    return LINES_SQL.format(
        where=f"outside IS NULL AND statement IN ('both', '{by}')", before_loses=reweighed(own, other),
        after_loses=reweighed(other, own), untold=untold,
    )  # fmt: skip


_SHOWN: Final = """
    SELECT entity_id, site_id, template, key, scope, NULLIF(category, 0)::TINYINT AS category, boundary, state, cause, unit, amount0 AS amount_before,
      amount1 AS amount_after, methods0 AS methods_before, methods1 AS methods_after, factors0 AS factors_before, factors1 AS factors_after,
      ug0::DECIMAL(38,0) AS before_ug, ug1::DECIMAL(38,0) AS after_ug,
      structure::DECIMAL(38,0) AS structure_ug, activity::DECIMAL(38,0) AS activity_ug, mix::DECIMAL(38,0) AS mix_ug,
      factor::DECIMAL(38,0) AS factor_ug, method::DECIMAL(38,0) AS method_ug, gwp::DECIMAL(38,0) AS gwp_ug, unsplit::DECIMAL(38,0) AS unsplit_ug
    FROM bridge_lines ORDER BY abs(ug1 - ug0) DESC, entity_id, site_id, template, key, scope, category, boundary"""


def _steps(connection: duckdb.DuckDBPyConnection, cut: tuple[str, ...]) -> list[Step]:
    keys = ("scope", *(each for each in cut if each != "scope")) if "category" in cut else cut
    chosen = "".join("NULLIF(category, 0), " if key == "category" else f"{key}, " for key in keys)
    sums = ", ".join(f"COALESCE(SUM({name}), 0)::HUGEINT" for name in ("ug0", "ug1", *PARTS))
    group = f"GROUP BY ALL ORDER BY {', '.join(f'{n} NULLS FIRST' for n in range(1, len(keys) + 1))}" if keys else ""
    rows = connection.execute(f"SELECT {chosen}{sums} FROM bridge_lines {group}").fetchall()
    count = len(keys)
    return [
        Step(tuple(row[:count]), int(row[count]), int(row[count + 1]), Parts(*map(int, row[count + 2 :])))
        for row in rows
    ]


def _entities(connection: duckdb.DuckDBPyConnection, state: str) -> tuple[str, ...]:
    rows = connection.execute(
        "SELECT DISTINCT entity_id FROM bridge_lines WHERE state = ? ORDER BY 1", [state]
    ).fetchall()
    return tuple(row[0] for row in rows)


def _adds_up(found: Bridge) -> None:
    """Hold the bridge to the book's own totals, and every step to its ends."""
    book = (found.before.total(found.by).co2e_ug, found.after.total(found.by).co2e_ug)
    ends = (found.total.before_ug, found.total.after_ug)
    broken = [
        step.key for step in (found.total, *found.steps) if step.before_ug + step.parts.change_ug != step.after_ug
    ]
    if book != ends or broken or sum(step.parts.change_ug for step in found.steps) != found.total.parts.change_ug:
        raise AssertionError(f"the bridge does not add up: book {book}, ends {ends}, steps {broken}")
