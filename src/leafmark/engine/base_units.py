"""The unit that all amounts of a dimension go through on their way to a factor, and the units of an input as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import pyarrow as pa

from leafmark.factors import units


def base_unit(dimension: str, like: str) -> str:
    """A unit of `dimension` that all amounts go through: the shortest-named unit, the same in every run."""
    return _base_units().get(dimension, like)


@lru_cache(maxsize=1)
def _base_units() -> dict[str, str]:
    bases: dict[str, str] = {}
    preferred = ("kg", "kWh", "kWh_net", "kWh_gross", "m3", "km", "t_km", "passenger_km", "vehicle_km", "item", "h")
    for unit in (*preferred, *sorted(units.unit_names(), key=lambda name: (len(name), name))):
        if units.known(unit):
            bases.setdefault(units.dimension(unit), unit)
    return bases


def unit_table(names: Iterable[str], dimensions: Sequence[str]) -> pa.Table:
    """Rows (unit, to_base float64, dim int16) for the units of an input; dim -1: known, but no factor has it."""
    rows: list[tuple[str, float, int]] = []
    for name in sorted(set(names)):
        if units.known(name):
            dimension = units.dimension(name)
            number = dimensions.index(dimension) if dimension in dimensions else -1
            rows.append((name, units.factor_between(name, base_unit(dimension, name)), number))
    return pa.table({
        "unit": pa.array([row[0] for row in rows], pa.string()),
        "to_base": pa.array([row[1] for row in rows], pa.float64()),
        "dim": pa.array([row[2] for row in rows], pa.int16()),
    })  # fmt: skip
