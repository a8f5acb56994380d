"""What a refused value should have been: closest names, and why a key has no factor for a place.

Worked out once, at the end of a run, on the distinct values among its refused lines; so neither an accepted line nor an
engine pays for it, and chunks cannot disagree. Of more than `DISTINCT_MAX` distinct cases the first in the order of their
text are told, and the others keep the general sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from leafmark.engine.closest import Closest
from leafmark.engine.no_factor import NoFactor
from leafmark.engine.settings import Settings
from leafmark.factors import regions, units
from leafmark.factors.model import Pack
from leafmark.methods.model import Method

DISTINCT_MAX = 1_000
"""Distinct cases told apart in one run: some milliseconds each at most."""

_ADVISED = ("unknown_unit", "unknown_region", "unknown_key", "no_factor", "unit_mismatch")
_BETWEEN = "\x1f"
"""Between the parts of a case; the found text, which may hold anything, comes last."""


class Advice:
    """Says more in `expected` of refused lines; called with them by `closing.keep_rejected`."""

    def __init__(self, packs: Sequence[Pack], method: Method, settings: Settings) -> None:
        self.packs, self.method, self.settings = packs, method, settings

    def __call__(self, rejected: pa.Table) -> pa.Table:
        """The lines with their `expected` as far as it can be told, else as it was."""
        concerned = pc.is_in(rejected.column("reason"), value_set=pa.array(_ADVISED))
        if not pc.any(concerned).as_py():
            return rejected
        lines = rejected.filter(concerned)
        parts = [pc.fill_null(lines.column(name), "") for name in ("reason", "about", "place", "found")]
        case_of = pc.binary_join_element_wise(*parts, _BETWEEN)
        distinct = pc.unique(case_of)
        few = distinct.take(pc.bottom_k_unstable(distinct, DISTINCT_MAX))
        told = pa.array(self._told([case.split(_BETWEEN, 3) for case in few.to_pylist()]), pa.string())
        said = pc.coalesce(told.take(pc.index_in(case_of, value_set=few)), lines.column("expected"))
        expected = pc.replace_with_mask(
            rejected.column("expected").combine_chunks(), concerned.combine_chunks(), said.combine_chunks()
        )
        return rejected.set_column(rejected.column_names.index("expected"), "expected", expected)

    def _told(self, cases: Sequence[Sequence[str]]) -> list[str | None]:
        without = NoFactor(
            self.packs, self.method, self.settings, {case[1] for case in cases if case[0] == "no_factor"}
        )
        unit_of = _units(self.packs, {case[1] for case in cases if case[0] == "unit_mismatch"})
        keys = _nearest(_keys(self.packs)) if any(reason == "unknown_key" for reason, *_ in cases) else None
        told: list[str | None] = []
        for reason, about, place, found in cases:
            if reason == "no_factor":
                told.append(without.why(about, place))
            elif reason == "unit_mismatch":
                told.append(f"a unit that converts to the factor's, {' or '.join(unit_of[about])}" if about else None)
            elif reason == "unknown_unit":
                told.append(f"a unit of the list; {units.proposal(found)}")
            elif reason == "unknown_region":
                told.append(f"a region of the list, or none; {regions.proposal(found)}")
            else:
                close = keys.to(found) if keys else []
                more = f"did you mean {' or '.join(close)}?" if close else "leafmark factors search finds one by name"
                told.append(f"a factor key of the packs; {more}")
        return told


def _keys(packs: Sequence[Pack]) -> frozenset[str]:
    return frozenset(key for pack in packs for key in pc.unique(pack.factors.column("key")).to_pylist())


@lru_cache(maxsize=4)
def _nearest(keys: frozenset[str]) -> Closest:
    """The index of a pack's keys: a third of what a small run costs, and the next run of the process asks the same packs."""
    return Closest(keys)


def _units(packs: Sequence[Pack], keys: set[str]) -> dict[str, list[str]]:
    """The units of each key's factors."""
    found: dict[str, set[str]] = {key: set() for key in keys}
    asked = pa.array(sorted(keys), pa.string())
    for pack in packs:
        table = pack.factors.filter(pc.is_in(pack.factors.column("key"), value_set=asked))
        for row in table.group_by(["key", "unit"]).aggregate([]).to_pylist():
            found[row["key"]].add(row["unit"])
    return {key: sorted(names) for key, names in found.items()}
