"""What a unit of a key emits at a place and on a day, as dense arrays: the engine's own look-up, without its tables.

    coefficient[key, place, day, part]   micrograms CO2e per unit; NaN where the engine meets no factor

Spans are laid from the widest place to the nearest, a mandatory part without a factor takes the whole line away, and a part that
stands beside a boundary goes where the first part's recipe lacks it: the three rules of `leafmark.engine.codes`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leafmark.engine import lookup
from leafmark.engine.base_units import base_unit
from leafmark.factors import regions, units
from leafmark.factors.model import Pack
from leafmark.methods.model import Method


@dataclass(frozen=True)
class Wanted:
    """Packs, knowledge date and GWP set of a computation."""

    packs: tuple[Pack, ...]
    known_on: dt.date
    gwp: str = "AR6"
    gwp_strict: bool = False


def coefficients(
    method: Method, wanted: Wanted, keys: Sequence[str], places: Sequence[str], days: Sequence[dt.date], unit: str
) -> NDArray[np.float64]:
    """float64 [keys, places + 1, days, parts]; the last place is that of lines without a region: the world.

    Parameters
    ----------
    keys, places : distinct words. days : distinct dates. unit : of the amounts.
    """
    out = np.full((len(keys), len(places) + 1, len(days), len(method.parts)), np.nan)
    if not len(keys) or not len(days):
        return out
    chosen = lookup.choose(
        wanted.packs, method, wanted.known_on, wanted.gwp, keys, wanted.gwp_strict, (min(days), max(days))
    )
    dimension = units.dimension(unit)
    to_base = units.factor_between(unit, base_unit(dimension, unit))
    key_of = {key: n for n, key in enumerate(keys)}
    direct = np.zeros(out.shape[:3], np.bool_)
    calendar = np.array(days, "datetime64[D]")
    spans: dict[str, list[dict[str, Any]]] = {}
    for span in chosen.table.to_pylist():
        spans.setdefault(span["region"], []).append(span)
    for place_no, place in enumerate([*places, regions.WORLD]):
        if not regions.known(place):
            continue
        for each in reversed(list(dict.fromkeys((place, *regions.parents(place), regions.WORLD)))):
            for span in spans.get(each, []):
                then = (calendar >= np.datetime64(span["start"])) & (calendar < np.datetime64(span["end"]))
                fits = chosen.dimensions[span["dim"]] == dimension
                value = to_base * span["ug_per_base"] if fits else np.nan
                out[key_of[span["key"]], place_no, then, span["part"]] = value
                if span["part"] == 0:
                    direct[key_of[span["key"]], place_no, then] = "direct" in chosen.boundaries[span["factor_no"]]
    for number, part in enumerate(method.parts):
        if part.beside == "direct":
            out[..., number] = np.where(direct, out[..., number], np.nan)
    mandatory = [n for n, part in enumerate(method.parts) if not part.optional]
    out[np.isnan(out[..., mandatory]).any(axis=-1)] = np.nan
    return out


def micrograms(amount: NDArray[np.float64], coefficient: NDArray[np.float64]) -> NDArray[np.int64]:
    """round(amount x coefficient), halves up, as the engine's ROUND does of figures that are 0 or more; 0 of NaN."""
    raw = np.nan_to_num(amount * coefficient)
    whole = np.floor(raw)
    out: NDArray[np.int64] = (whole + (raw - whole >= 0.5)).astype(np.int64)
    return out
