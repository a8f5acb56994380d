"""The factors that parcels are decided with and booked by, as the engine itself would choose them.

    material  kg CO2e per kg of a carton's material, cradle to gate      (method `parcel.packaging`)
    haul      kg CO2e per tonne-kilometre, well to wheel: TTW + WTT + the grid's losses where they are given apart
              (method `freight.tonne_km`)

Both come out of the engine's own look-up (knowledge date, vintage rule, place before country before world, GWP set), so decision
grams and booked grams of one parcel stand on the same figures, and each names the factor's id and source.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from leafmark.engine import lookup
from leafmark.engine.base_units import base_unit
from leafmark.factors import regions, units
from leafmark.factors.model import Pack, builtin
from leafmark.methods import method
from leafmark.methods.model import Method
from leafmark.parcels.cells import ParcelsError

MATERIAL_KEY: Final = "material.corrugated_board"
"""Of a carton that names no material."""

HAUL_KEY: Final = "freight.van.average.diesel"
"""Of a parcel's way that names no vehicle."""

REGION: Final = "GB"
"""Whose factors are taken where no place is named: the built-in pack's materials and freight are UK DESNZ's."""

UG_PER_KG: Final = 1e9


@dataclass(frozen=True)
class MaterialFactor:
    """kg CO2e per kg of a material, cradle to gate; the factor's id and its source (publisher, title, locator)."""

    kg_co2e_per_kg: float
    factor_id: str
    source: str


@dataclass(frozen=True)
class HaulFactor:
    """kg CO2e per tonne-kilometre, well to wheel, by boundary; `factor_ids` are those that were added."""

    kg_co2e_per_tkm: float
    ttw_kg_co2e_per_tkm: float
    wtt_kg_co2e_per_tkm: float
    td_loss_kg_co2e_per_tkm: float
    factor_ids: tuple[str, ...]
    source: str


def material_factors(
    materials: Sequence[str] = (MATERIAL_KEY,),
    *,
    pack: Any = None,
    region: str = REGION,
    known_on: dt.date | None = None,
    on: dt.date | None = None,
    gwp: str = "AR6",
) -> dict[str, MaterialFactor]:
    """The factor of each material key.

    Parameters
    ----------
    materials : factor keys; those of `carton.material`.
    pack : path, `Pack`, or a list of them; the built-in pack by default.
    known_on : only factors known by then; today by default. on : the day they are to serve; `known_on` by default.

    Raises
    ------
    ParcelsError : keys without a factor for the place and day, by name.
    """
    found = _serve("parcel.packaging", materials, pack, region, known_on, on, gwp, "material")
    return {
        key: MaterialFactor(rows["material"][0], rows["material"][1], rows["material"][2])
        for key, rows in found.items()
    }


def haul_factor(
    mode_key: str = HAUL_KEY,
    *,
    pack: Any = None,
    region: str = REGION,
    known_on: dt.date | None = None,
    on: dt.date | None = None,
    gwp: str = "AR6",
) -> HaulFactor:
    """The well-to-wheel factor of a vehicle per tonne-kilometre; parameters as `material_factors`.

    Raises
    ------
    ParcelsError : no factor of that key per tonne-kilometre for the place and day.
    """
    parts = _serve("freight.tonne_km", [mode_key], pack, region, known_on, on, gwp, "haul")[mode_key]
    ttw, wtt = parts["ttw"][0], parts["wtt"][0]
    loss = parts["td_loss"][0] if "td_loss" in parts else 0.0
    ids = tuple(factor_id for _, factor_id, _ in parts.values())
    return HaulFactor(ttw + wtt + loss, ttw, wtt, loss, ids, parts["ttw"][2])


def packs_of(pack: Any) -> list[Pack]:
    """Packs from a path, a `Pack`, or a list of them; the built-in one from None."""
    given = pack if isinstance(pack, list | tuple) else [] if pack is None else [pack]
    return [each if isinstance(each, Pack) else Pack.load(each) for each in given] or [builtin()]


def _serve(
    method_id: str, keys: Sequence[str], pack: Any, region: str, known_on: dt.date | None, on: dt.date | None, gwp: str, what: str,
) -> dict[str, dict[str, tuple[float, str, str]]]:  # fmt: skip
    """Of each key, by part of the method: kg CO2e per kg or per t km, factor id, source; the nearest place's."""
    chosen_method, packs = method(method_id), packs_of(pack)
    known = known_on or dt.date.today()
    day = on or known
    wanted = sorted(set(keys))
    if not regions.known(region):
        raise ParcelsError(
            f"region {region!r} is not in the list of regions; a code such as GB, BR-SP or WORLD is expected."
        )
    chosen = lookup.choose(packs, chosen_method, known, gwp, wanted, False, (day, day))
    chain = list(dict.fromkeys((region, *regions.parents(region), regions.WORLD)))
    rows = [r for r in chosen.table.to_pylist() if r["start"] <= day < r["end"] and r["region"] in chain]
    rows.sort(key=lambda r: chain.index(r["region"]))
    unit = "kg" if what == "material" else "t_km"
    served: dict[str, dict[str, tuple[float, str, str]]] = {}
    for row in rows:
        if chosen.dimensions[row["dim"]] == units.dimension(unit):
            name = chosen_method.parts[row["part"]].name
            ids = chosen.factor_name(row["factor_no"])
            value = row["ug_per_base"] * _to_base(unit) / UG_PER_KG
            served.setdefault(row["key"], {}).setdefault(
                name, (value, ids, _source(packs, chosen.factors[row["factor_no"]][0]))
            )
    _complain(wanted, served, chosen_method, region, day, what, unit)
    return served


def _complain(
    wanted: Sequence[str], served: dict[str, dict[str, tuple[float, str, str]]], used: Method, region: str, day: dt.date, what: str,
    unit: str,
) -> None:  # fmt: skip
    needed = {part.name for part in used.parts if not part.optional}
    absent = [key for key in wanted if not needed <= set(served.get(key, {}))]
    if absent:
        boundaries = " and ".join("+".join(part.recipes[0]) for part in used.parts if not part.optional)
        raise ParcelsError(
            f"no factor of {what} {', '.join(absent)} per {unit} ({boundaries}) for {region} on {day} among those known; "
            "`leafmark factors search` finds keys; another place's has to be named in `region`."
        )


def _to_base(unit: str) -> float:
    """How many of the engine's base units one `unit` is."""
    return units.factor_between(unit, base_unit(units.dimension(unit), unit))


def _source(packs: Sequence[Pack], factor_id: str) -> str:
    pack = next(each for each in packs if factor_id in each.ids)
    factor = pack.factor(factor_id)
    source = pack.source_of(factor)
    return f"{source.publisher}, {source.title}; {factor.locator}"
