"""What one unit of a factor emits at a place and day: looked up as the method `packaging.reuse` looks it up, boundaries and vintage alike.

So a pool's grams and the acts of its returned boxes meet the same factors, and agree to the microgram.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leafmark.engine.base_units import base_unit
from leafmark.engine.lookup import Lookup, choose
from leafmark.factors import regions, units
from leafmark.factors.model import Pack, acts, builtin
from leafmark.methods.packaging_reuse import PACKAGING_REUSE


class PriceError(ValueError):
    """No factor for a key at a place and day: `reason` is of the room's list."""

    def __init__(self, reason: str, found: str, expected: str) -> None:
        super().__init__(f"{found}: expected {expected}")
        self.reason, self.found, self.expected = reason, found, expected


@dataclass(frozen=True)
class Price:
    """Micrograms of CO2e for one `unit` of `key`, standard deviation over mean of it, and where it comes from.

    `factor` names the factor or the factors added (`a + b`); two amounts with one `factor` share its error.
    """

    key: str
    unit: str
    ug_per_unit: float
    rel_sd: float
    factor: str
    boundary: str
    region: str


class Prices:
    """Factors for some keys on a day.

    Parameters
    ----------
    keys : all that will be asked for.
    on_day : the day that the figures are for. known_on : only what was published by then.
    packs : default the built-in pack and the pack `acts`.
    """

    def __init__(
        self, keys: Iterable[str], on_day: dt.date, known_on: dt.date, gwp: str = "AR6", packs: Sequence[Pack] | None = None
    ) -> None:  # fmt: skip
        found = choose(
            [builtin(), acts()] if packs is None else packs,
            PACKAGING_REUSE,
            known_on,
            gwp,
            set(keys),
            window=(on_day, on_day),
        )
        self.on_day, self._known = on_day, set(found.keys)
        self._at = {
            (row["key"], row["region"]): (row, found)
            for row in found.table.to_pylist()
            if row["start"] <= on_day < row["end"]
        }

    def of(self, key: str, unit: str, region: str) -> Price:
        """The price of `key` in `unit`: of the region, else of the nearest place that holds it.

        Raises
        ------
        PriceError : no such key, none at the place and day, or none in this unit.
        """
        if key not in self._known:
            raise PriceError("unknown_key", key, "a key of the packs: see `leafmark factors search`")
        chain = dict.fromkeys((region, *regions.parents(region), regions.WORLD))
        for place in chain:
            if (key, place) in self._at:
                row, lookup = self._at[key, place]
                return _price(key, unit, place, row, lookup)
        raise PriceError(
            "no_factor",
            f"{key} in {region} on {self.on_day}",
            "a factor of the place and day: name a factor_region, or give a pack of your own",
        )


def _price(key: str, unit: str, place: str, row: dict[str, object], lookup: Lookup) -> Price:
    dimension, number = int(str(row["dim"])), int(str(row["factor_no"]))
    known = lookup.dimensions[dimension]
    if units.dimension(unit) != known:
        raise PriceError("unknown_key", f"{key} is per {lookup.dimension_units[dimension]}", f"a factor per {unit}")
    per_base = units.factor_between(unit, base_unit(known, unit))
    return Price(
        key, unit, float(str(row["ug_per_base"])) * per_base, float(str(row["rel_sd"])), lookup.factor_name(number),
        " + ".join(lookup.boundaries[number]), place,
    )  # fmt: skip
