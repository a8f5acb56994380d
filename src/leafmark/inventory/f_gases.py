"""The F-gases of an inventory's lines by family: HFCs, PFCs, SF6, NF3.

    lines (one figure of F-gases each) x the gases that the line's factor names, by the inventory's set of potentials -> a figure a family

A line is grams by one factor, or one recipe of factors, so its F-gases are mixed as the factor's are: each gas's mass times its potential.
Each line is split once, by largest remainder in whole micrograms; so families add up to the line's F-gases, and every total of a
family is the sum of its lines, however they are cut. Only lines that have F-gases are touched: cost for n of them, O(n).

Lines of another room are split where its run tells that each entry is by the one factor that it names, in this inventory's set and of its
packs (`accounting.given_factors`). Not split stay the others (an entry names its dominant factor alone, and its F-gases may be
another's), and lines whose factor is in no pack of the inventory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine import memory_database
from leafmark.engine.recount import recipe_of
from leafmark.engine.sum_measures import divided
from leafmark.factors.f_gases import FAMILIES, KYOTO, NOT_SPLIT, Part, parts
from leafmark.factors.gwp import GWP_SETS
from leafmark.factors.units import factor_between
from leafmark.inventory.book import By, Inventory
from leafmark.inventory.factor_sources import Known, factors_of

COLUMNS: Final = tuple(f"{family}_ug" for family in FAMILIES)
"""int64 micrograms CO2e of each family; they add up to a line's `gases.f_gases_ug`, and are NULL where it has no gases."""
_KG: Final = tuple(f"{family}_kg" for family in KYOTO)
UG_PER_KG: Final = 1e9


@dataclass(frozen=True, slots=True)
class FGases:
    """A figure of F-gases: micrograms CO2e of each of `FAMILIES`, all there, and kg of the gases of each of `KYOTO`."""

    ug: Mapping[str, int]
    gas_kg: Mapping[str, float]

    @property
    def co2e_ug(self) -> int:
        """All families together."""
        return sum(self.ug.values())


NONE: Final = FGases(dict.fromkeys(FAMILIES, 0), dict.fromkeys(KYOTO, 0.0))
Row = tuple[int, int | None]


def added(figures: Any) -> FGases:
    """Several figures as one; of none it is 0."""
    each = list(figures)
    return FGases(
        {name: sum(one.ug[name] for one in each) for name in FAMILIES},
        {name: math.fsum(one.gas_kg[name] for one in each) for name in KYOTO},
    )


def split(lines: pa.Table, known: Mapping[str, Known], record: Mapping[str, Any]) -> pa.Table:
    """Each line's F-gases by family, in the lines' order.

    Parameters
    ----------
    lines : `LINES_SCHEMA`. known : the factors of lines with F-gases, by id (`factors_of`). record : the inventory's.

    Returns
    -------
    `COLUMNS` int64, and kg of the gases of each family of `KYOTO`, float64 (`hfcs_kg`, ...).
    """
    whole = pc.struct_field(lines["gases"].combine_chunks(), "f_gases_ug")
    f_gases_ug = pc.fill_null(whole, 0).to_numpy(zero_copy_only=False)
    ug = {name: np.zeros(lines.num_rows, np.int64) for name in FAMILIES}
    kg = {name: np.zeros(lines.num_rows) for name in KYOTO}
    places = np.flatnonzero(f_gases_ug)
    mixed = _mixes(lines.take(pa.array(places)), known, record)
    for place, mix in zip(places.tolist(), mixed, strict=True):
        figure = int(f_gases_ug[place])
        for part, share in zip(mix.parts, mix.shares(figure), strict=True):
            ug[part.family][place] = share
            if part.family in kg:
                kg[part.family][place] = share / UG_PER_KG * mix.gas_per_co2e[part.family]
    unknown = pc.is_null(whole).to_numpy(zero_copy_only=False)
    return pa.table({
        **{f"{name}_ug": pa.array(values, mask=unknown) for name, values in ug.items()},
        **{f"{name}_kg": pa.array(values, mask=unknown) for name, values in kg.items()},
    })  # fmt: skip


class _Mix:
    """What the F-gases of a factor, or a recipe of factors, are made of."""

    def __init__(self, made_of: tuple[Part, ...]) -> None:
        self.parts = made_of or (Part(NOT_SPLIT, Fraction(), Fraction(1)),)
        scale = math.lcm(*(part.co2e_kg.denominator for part in self.parts))
        self.weights = [int(part.co2e_kg * scale) for part in self.parts]
        self.gas_per_co2e = {part.family: float(part.gas_kg / part.co2e_kg) for part in self.parts}

    def shares(self, figure_ug: int) -> list[int]:
        """A figure's families in whole micrograms; a credit is split as the charge that it takes back."""
        if len(self.parts) == 1:
            return [figure_ug]
        sign = -1 if figure_ug < 0 else 1
        return [sign * share for share in divided(abs(figure_ug), self.weights)]


def _mixes(lines: pa.Table, known: Mapping[str, Known], record: Mapping[str, Any]) -> list[_Mix]:
    """The mix of each line; worked out once for each factor and unit."""
    own = {str(run["run_id"]) for run in record.get("runs", ())} | set(_told_by_others(record))
    gwp = str(record.get("gwp"))
    nobody = _Mix(())
    found: dict[tuple[str, str | None], _Mix] = {}
    mixes = []
    for run_id, factor_id, unit in zip(
        *(lines[name].to_pylist() for name in ("run_id", "factor_id", "unit")), strict=True
    ):
        if run_id not in own or gwp not in GWP_SETS:
            mixes.append(nobody)
            continue
        if (factor_id, unit) not in found:
            found[factor_id, unit] = _mix(factor_id, unit, known, gwp)
        mixes.append(found[factor_id, unit])
    return mixes


def _told_by_others(record: Mapping[str, Any]) -> Iterator[str]:
    """Runs of other rooms whose entries are each by the one factor that they name, a factor of the inventory's own packs."""
    packs = {str(pack.get("sha256")) for pack in record.get("packs", ())}
    for given in record.get("given", ()):
        alike = (
            given.get("gwp") == record.get("gwp") and {str(pack["sha256"]) for pack in given.get("packs", ())} <= packs
        )
        if given.get("one_factor_each") and alike:
            yield str(given["run_id"])


def _mix(factor_id: str, unit: str | None, known: Mapping[str, Known], gwp: str) -> _Mix:
    """The mix of one recipe; of several factors each weighs by how much of it is in a unit of the line's amount."""
    names = recipe_of(factor_id)
    if any(name not in known for name in names):
        return _Mix(())
    factors = [known[name] for name in names]
    if len(factors) == 1:
        return _Mix(parts([(factors[0].f_gases, Fraction(1))], gwp))
    if unit is None:
        return _Mix(())
    return _Mix(parts([(each.f_gases, Fraction(factor_between(unit, each.unit))) for each in factors], gwp))


def factors_with(lines: pa.Table) -> set[str]:
    """The factors, or recipes, of lines that have F-gases."""
    whole = pc.struct_field(lines["gases"].combine_chunks(), "f_gases_ug")
    has = pc.fill_null(pc.not_equal(whole, 0), False)
    return set(lines["factor_id"].filter(has).unique().to_pylist())


def of_lines(inventory: Inventory, lines: pa.Table) -> pa.Table:
    """`split`, with the factors read from the packs that the inventory's runs pinned."""
    wanted = factors_with(lines)
    known = factors_of(inventory.path, inventory.record, wanted) if wanted else {}
    return split(lines, known, inventory.record)


def rows(lines: pa.Table, parted: pa.Table, by: By) -> dict[Row, FGases]:
    """F-gases of every scope and category that has any, Scope 2 by location or by market; without what stands outside the scopes.

    `parted` is what `split` gives for the lines.
    """
    has: npt.NDArray[np.bool_] = np.any([pc.fill_null(parted[name], 0).to_numpy() != 0 for name in COLUMNS], axis=0)
    if not has.any():
        return {}
    few = lines.select(["scope", "category", "statement", "outside"]).filter(pa.array(has))
    names = (*COLUMNS, *_KG)
    for name in names:
        few = few.append_column(name, parted[name].filter(pa.array(has)))
    sums = ", ".join([f"SUM({name})::HUGEINT" for name in COLUMNS] + [f"fsum({name})" for name in _KG])
    with memory_database.connect() as connection:
        connection.register("few", few)
        found = connection.execute(
            f"SELECT scope, category, {sums} FROM few WHERE outside IS NULL AND statement IN ('both', '{by}') "
            "GROUP BY scope, category ORDER BY scope, category NULLS FIRST"
        ).fetchall()
    return {
        (scope, category): FGases(
            dict(zip(FAMILIES, map(int, values[: len(COLUMNS)]), strict=True)),
            dict(zip(KYOTO, values[len(COLUMNS) :], strict=True)),
        )
        for scope, category, *values in found
    }
