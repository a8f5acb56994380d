"""Everything a report says, gathered once: an inventory's totals by `book.sums`, its tables, its factors with their sources.

Cost: lines are read once and brought together first by every column that a total is cut by (`_together`): grams, spreads and counts of
lines of one factor, origin and sign add up, so each total of the smaller table is the same, to the microgram.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine import memory_database
from leafmark.engine.recount import recipe_of
from leafmark.factors.f_gases import FAMILIES, KYOTO, NOT_SPLIT
from leafmark.factors.gwp import GASES, GWP_SETS
from leafmark.factors.gwp import gases as potentials
from leafmark.inventory import beside, f_gases
from leafmark.inventory.book import By, Inventory, InventoryError, Sum, outside_sums, sums
from leafmark.inventory.f_gases import FGases
from leafmark.inventory.factor_sources import Known, factors_of
from leafmark.inventory.report import statements
from leafmark.inventory.tables import LINES_SCHEMA, SCOPE_ROWS

BYS: Final[tuple[By, By]] = ("location", "market")
SHOWN: Final[tuple[tuple[str, By, int], ...]] = (
    ("1", "location", 1),
    ("2l", "location", 2),
    ("2m", "market", 2),
    ("3", "location", 3),
)
"""Scopes as a reader sees them: word, statement, scope. Scope 2 is there twice and never added."""

ZERO: Final = Sum(0, 0, 0, dict.fromkeys(GASES, 0), 0, None, 0)
Row = tuple[int, int | None]
_KEPT: Final = (
    "entity_id", "site_id", "template", "origin", "scope", "category", "statement", "outside", "run_id", "method_id", "method_version",
    "factor_id", "unit",
)  # fmt: skip
_GAS_IN_TONNES: Final = {"co2": "CO2", "ch4_fossil": "CH4_fossil", "ch4_biogenic": "CH4_biogenic", "n2o": "N2O"}


@dataclass(frozen=True)
class Used:
    """A factor with what it came to: grams of either statement, and its amounts in the factor's unit."""

    factor_id: str
    scope: int | None
    template: str
    unit: str
    amount: float | None
    co2e_ug: int


@dataclass(frozen=True)
class Facts:
    """An inventory as its reports need it. Totals are int micrograms CO2e (`Sum`); `By` says how Scope 2 is counted."""

    inventory: Inventory
    said: Mapping[str, Any]
    lines: int
    totals: Mapping[By, Sum]
    scopes: Mapping[By, Mapping[int, Sum]]
    rows: Mapping[By, Mapping[Row, Sum]]
    entities: Mapping[By, Mapping[str, Sum]]
    sites: Mapping[By, Mapping[tuple[str, str], Sum]]
    site_scopes: Mapping[By, Mapping[tuple[str, str, int], Sum]]
    origins: Mapping[tuple[int, int | None, str], Sum]
    outside: Mapping[beside.Place, Sum]
    outside_totals: Mapping[str, Sum]
    f_gases: Mapping[By, Mapping[Row, FGases]]
    energy: Mapping[tuple[str, str], float]
    used: tuple[Used, ...]
    sources: Mapping[str, Known]
    as_published: Mapping[str, int]
    """Micrograms (absolute, by location) whose gases nobody told: they stand by the publisher's own set of potentials; empty: not told."""
    completeness: list[dict[str, Any]]
    flags: pa.Table
    flag_rules: list[dict[str, Any]]
    has_market: bool
    instruments: pa.Table | None
    criteria: pa.Table | None
    removals: pa.Table | None

    @property
    def record(self) -> Mapping[str, Any]:
        """The inventory's record."""
        return self.inventory.record

    def as_published_share(self, *gwp_sets: str) -> float:
        """Share of the grams by location (0 to 1, 0 of no grams) whose gases nobody told: in some sets of potentials, or in all."""
        whole = sum(abs(each.co2e_ug) for each in self.rows["location"].values())
        found = sum(self.as_published.get(each, 0) for each in gwp_sets or self.as_published)
        return min(1.0, found / whole) if whole else 0.0

    def supplier_share(self, row: Row) -> float | None:
        """Share of a category's grams that rests on suppliers' own figures; None of no grams."""
        parts = {origin: each.co2e_ug for (*of, origin), each in self.origins.items() if tuple(of) == row}
        whole = sum(parts.values())
        return parts.get("supplier", 0) / whole if whole else None

    def gas_tonnes(self, gas: str, ug: int) -> float | None:
        """Tonnes of the gas itself, where it is one gas with one potential (IPCC, the inventory's set), or a family of known gases."""
        if gas in KYOTO:
            return self.f_gases_of("location").gas_kg[gas] / 1e3
        name, gwp = _GAS_IN_TONNES.get(gas), str(self.record.get("gwp"))
        return None if name is None or gwp not in GWP_SETS else ug / 1e12 / potentials(gwp)[name]

    def f_gases_of(self, by: By, scope: int | None = None) -> FGases:
        """F-gases by family of a scope, or of all scopes together."""
        return f_gases.added(each for (of, _), each in self.f_gases[by].items() if scope in (None, of))

    def shown_gases(self) -> list[str]:
        """The rows of a table by gas: F-gases by family, those that a report has to name and whatever else there is of them."""
        there = {name for by in BYS for row in self.f_gases[by].values() for name, ug in row.ug.items() if ug}
        families = [name for name in FAMILIES if name in KYOTO or name in there]
        return [name for gas in GASES for name in (families if gas == "f_gases" else [gas])]

    def gas_ug(self, gas: str, by: By, scope: int | None = None) -> int | None:
        """Micrograms of a row of `shown_gases`, of a scope or of all; None where it has no lines, or a line of it has no gases."""
        whole = self.totals[by] if scope is None else self.scopes[by].get(scope)
        if whole is None or whole.gases is None:
            return None
        return self.f_gases_of(by, scope).ug[gas] if gas in FAMILIES else whole.gases[gas]

    def f_gases_not_split(self) -> float:
        """Share of the F-gases that nobody told apart, 0 of no F-gases: of absolute micrograms, so that no credit hides any."""
        each = [row.ug for row in self.f_gases["location"].values()]
        whole = sum(abs(ug) for row in each for ug in row.values())
        return sum(abs(row[NOT_SPLIT]) for row in each) / whole if whole else 0.0


def gather(inventory: Inventory, statements_file: Path | None = None, lines: pa.Table | None = None) -> Facts:
    """Read an inventory and add up all that its reports say.

    Raises
    ------
    InventoryError : a table is missing or is not of its schema, or the statements cannot be read.
    """
    said = statements.read(statements_file, inventory.record)
    lines = inventory.table("lines") if lines is None else lines
    lacking = [name for name in LINES_SCHEMA.names if name not in lines.column_names]
    if lacking:
        raise InventoryError(
            f"{inventory.path / 'lines.parquet'}: no column {', '.join(lacking)}; run the inventory again"
        )
    small = _together(lines)
    inside = {by: small.filter(pc.is_in(small["statement"], pa.array(["both", by]))) for by in BYS}

    def cut(*keys: str) -> dict[By, dict[Any, Sum]]:
        found: dict[By, dict[Any, Sum]] = {}
        for by in BYS:
            made = sums(inside[by], keys, by)
            found[by] = {key[0] if len(key) == 1 else key: made[key] for key in sorted(made, key=_order)}
        return found

    used = _used(small)
    known = factors_of(inventory.path, inventory.record, {each.factor_id for each in used})
    parted = f_gases.split(lines, known, inventory.record)
    outside = beside.placed(lines)
    flags = inventory.table("flags")
    return Facts(
        inventory=inventory, said=said, lines=lines.num_rows,
        totals={by: sums(inside[by], (), by).get((), ZERO) for by in BYS}, scopes=cut("scope"), rows=cut("scope", "category"),
        entities=cut("entity_id"), sites=cut("entity_id", "site_id"), site_scopes=cut("entity_id", "site_id", "scope"),
        origins=cut("scope", "category", "origin")["location"], outside=beside.rows(outside), energy=_energy(small), used=used,
        outside_totals={str(key[0]): each for key, each in sorted(outside_sums(outside, ("outside",), "location").items())},
        f_gases={by: f_gases.rows(lines, parted, by) for by in BYS}, sources=known,
        as_published=_untold(inside["location"], known),
        completeness=_completeness(inventory), flags=flags, flag_rules=_flag_rules(flags),
        has_market=bool(set(small["statement"].unique().to_pylist()) & set(BYS)),
        instruments=_if_there(inventory, "instruments"), criteria=_if_there(inventory, "criteria"), removals=_if_there(inventory, "removals"),
    )  # fmt: skip


def _order(key: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple((each is not None, each) if not isinstance(each, str) else (True, each) for each in key)


def _together(lines: pa.Table) -> pa.Table:
    """Lines that differ in month or key alone, as one: of one factor, origin and sign, so sums and spreads stay what they were."""
    cut = ", ".join(_KEPT)
    by_gas = ", ".join(f"{gas}_ug := SUM(gases.{gas}_ug)::BIGINT" for gas in GASES)
    plain = {"key": "''", "month": "NULL::DATE", "low_ug": "0::BIGINT", "high_ug": "0::BIGINT"}
    made = {
        "amount": "SUM(amount)", "activities": "SUM(activities)::BIGINT", "co2e_ug": "SUM(co2e_ug)::BIGINT", "sd_ug": "SUM(sd_ug)::BIGINT",
        "own_sd_ug": "round(sqrt(SUM(own_sd_ug::DOUBLE * own_sd_ug)))::BIGINT",
        "gases": f"CASE WHEN bool_and(gases IS NOT NULL) THEN struct_pack({by_gas}) END", **plain,
    }  # fmt: skip
    columns = ", ".join(f"{made[name]} AS {name}" if name in made else name for name in LINES_SCHEMA.names)
    # One sum may leave int64 micrograms (9.2 Mt) though each line is inside: such an inventory is cut finer, by blocks of its lines.
    largest = max((abs(value) for value in (_extent(lines, "co2e_ug"), _extent(lines, "sd_ug"))), default=0)
    block = max(1, (2**62) // max(largest, 1))
    with memory_database.connect() as connection:
        connection.register("given", lines)
        return connection.sql(
            f"""SELECT {columns} FROM (SELECT *, co2e_ug < 0 AS credit, row_number() OVER () // {block} AS block FROM given)
                GROUP BY {cut}, credit, block ORDER BY {cut}, credit, block"""
        ).to_arrow_table()


def _extent(lines: pa.Table, column: str) -> int:
    found: dict[str, int | None] = pc.min_max(lines[column]).as_py()
    return max(abs(found["min"] or 0), abs(found["max"] or 0))


def _energy(small: pa.Table) -> dict[tuple[str, str], float]:
    """Energy bought, by activity file and unit: amounts of Scope 2 by location."""
    found: dict[tuple[str, str], float] = {}
    for row in _each(small, "scope", "statement", "outside", "template", "unit", "amount"):
        if (
            row["scope"] == 2
            and row["statement"] in ("both", "location")
            and not row["outside"]
            and row["amount"] is not None
        ):
            key = (row["template"], row["unit"] or "")
            found[key] = math.fsum((found.get(key, 0.0), row["amount"]))
    return dict(sorted(found.items()))


def _used(small: pa.Table) -> tuple[Used, ...]:
    found: dict[tuple[str, int | None, str, str], tuple[float | None, int]] = {}
    for row in _each(small, "factor_id", "scope", "template", "unit", "amount", "co2e_ug"):
        key = (row["factor_id"], row["scope"], row["template"], row["unit"] or "")
        amount, ug = found.get(key, (None, 0))
        if row["amount"] is not None:
            amount = (amount or 0.0) + row["amount"]
        found[key] = (amount, ug + row["co2e_ug"])
    made = [Used(*key, *each) for key, each in found.items()]
    return tuple(sorted(made, key=lambda each: (-abs(each.co2e_ug), each.factor_id, each.template, each.scope or 0)))


def _untold(inside: pa.Table, known: Mapping[str, Known]) -> dict[str, int]:
    """Micrograms of what no publisher tells the gases of, by the set of potentials it stands in; "" where that is not told either.

    What a total has beyond its gases is `other`: gases besides where the factor gives such a figure, else the rounding of the total.
    """
    with memory_database.connect() as connection:
        connection.register("inside", inside)
        rows = connection.sql(
            """SELECT factor_id, SUM(ABS(CASE WHEN gases IS NULL THEN co2e_ug ELSE gases.unsplit_ug END)::HUGEINT) AS unsplit,
                 SUM(ABS(COALESCE(gases.other_ug, 0))::HUGEINT) AS other FROM inside WHERE outside IS NULL GROUP BY factor_id"""
        ).fetchall()
    found: dict[str, int] = {}
    for factor_id, unsplit, other in rows:
        parts = recipe_of(factor_id)
        rounded = all(each in known and not known[each].other_co2e_kg for each in parts)
        untold = int(unsplit) + (0 if rounded else int(other))
        sets = {known[each].gwp_set if each in known else "" for each in parts}
        if untold:
            gwp = sets.pop() if len(sets) == 1 else ""
            found[gwp] = found.get(gwp, 0) + untold
    return dict(sorted(found.items()))


def _each(table: pa.Table, *columns: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.select(list(columns)).to_pylist()
    return rows


def _completeness(inventory: Inventory) -> list[dict[str, Any]]:
    place = {row: number for number, row in enumerate(SCOPE_ROWS)}
    rows = inventory.table("completeness").to_pylist()
    return sorted(rows, key=lambda row: (place.get((row["scope"], row["category"]), 99), row["what"]))


def _flag_rules(flags: pa.Table) -> list[dict[str, Any]]:
    """Rules with their rows and the first of them, the most frequent first."""
    if not flags.num_rows:
        return []
    with memory_database.connect() as connection:
        connection.register("flags", flags)
        return list(
            connection.sql("""
                SELECT reason, effect, COUNT(*) AS rows, arg_min({file: file, "row": "row", field: field, found: found},
                    (file, COALESCE("row", 0), COALESCE(field, ''))) AS first
                FROM flags GROUP BY reason, effect ORDER BY rows DESC, reason, effect""")
            .to_arrow_table()
            .to_pylist()
        )


def _if_there(inventory: Inventory, name: str) -> pa.Table | None:
    return inventory.table(name) if (inventory.path / f"{name}.parquet").is_file() else None
