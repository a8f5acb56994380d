"""Global warming potentials over 100 years: what a kilogram of a gas weighs in kilograms of CO2.

Four sets: `SAR`, `AR4`, `AR5`, `AR6`, from the public-domain (CC0) package `globalwarmingpotentials`, which transcribes
IPCC's tables. What it does not hold is added here, with its place:

- AR6 methane: fossil 29.8, non-fossil 27.0 (IPCC AR6 WG I, table 7.15); its undivided methane is 27.9 (table 7.SM.7).
- AR5 methane: 28 for both, as national inventories and UK DESNZ use it; 30 for fossil methane (IPCC AR5 WG I, table
  8.A.1, note) only with `fossil_distinguished`, where the publisher says it counted so.
- SAR and AR4 know one methane: 21 and 25.
- Two hydrofluoroolefins: AR6 WG I table 7.SM.7 gives HFC-1234yf 0.501 and HFC-1234ze(E) 1.37; AR5 table 8.A.1 gives
  "< 1" for both, counted as 1, its upper bound. Earlier reports did not assess them.
- Hydrocarbons in blends (`HC290`, `HC600a`, ...): no set of the four gives them more than 0.1; they count 0.

Restating is a conversion, not a filter: CO2e is recomputed where gas masses are known, else taken as published and
marked native.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

GWP_SETS = ("SAR", "AR4", "AR5", "AR6")
UNSTATED = "unstated"
GAS_COLUMNS = {"co2_kg": "CO2", "ch4_fossil_kg": "CH4_fossil", "ch4_biogenic_kg": "CH4_biogenic", "n2o_kg": "N2O"}
_MAX_GASES_PER_FACTOR = 40

_ADDED = {
    "SAR": {"CH4_fossil": 21.0, "CH4_biogenic": 21.0},
    "AR4": {"CH4_fossil": 25.0, "CH4_biogenic": 25.0},
    "AR5": {"CH4_fossil": 28.0, "CH4_biogenic": 28.0, "HFC1234yf": 1.0, "HFC1234zeE": 1.0},
    "AR6": {"CH4_fossil": 29.8, "CH4_biogenic": 27.0, "HFC1234yf": 0.501, "HFC1234zeE": 1.37},
}
_AR5_FOSSIL_METHANE_DISTINGUISHED = 30.0
_HYDROCARBONS = ("HC290", "HC600", "HC600a", "HC601a")


class GwpError(ValueError):
    """A GWP set, a gas or a list of gases is not known. The message says what is expected."""


@cache
def gases(gwp_set: str) -> dict[str, float]:
    """Return the GWP100 of every gas of a set, kg CO2e per kg.

    Raises
    ------
    GwpError
        The set is not one of SAR, AR4, AR5, AR6.
    """
    if gwp_set not in GWP_SETS:
        raise GwpError(f"GWP set {gwp_set!r} is not known; expected one of {', '.join(GWP_SETS)}")
    import globalwarmingpotentials

    published = {gas: float(value) for gas, value in globalwarmingpotentials.data[f"{gwp_set}GWP100"].items()}
    return {"CO2": 1.0, **published, **dict.fromkeys(_HYDROCARBONS, 0.0), **_ADDED[gwp_set]}


def gwp(gwp_set: str, gas: str, *, fossil_distinguished: bool = False) -> float:
    """Return the GWP100 of a gas or a refrigerant blend, kg CO2e per kg.

    Parameters
    ----------
    gwp_set : str
        `SAR`, `AR4`, `AR5` or `AR6`.
    gas : str
        A name of `globalwarmingpotentials` (`HFC134a`), `CH4_fossil`, `CH4_biogenic`, or a blend (`R-410A`, `R410A`).
    fossil_distinguished : bool
        AR5 only: the publisher gives fossil methane its own value, 30.

    Raises
    ------
    GwpError
        The set does not hold the gas.
    """
    values = gases(gwp_set)
    if gas in values:
        if fossil_distinguished and gwp_set == "AR5" and gas == "CH4_fossil":
            return _AR5_FOSSIL_METHANE_DISTINGUISHED
        return values[gas]
    parts = _blends().get(_blend_name(gas))
    if parts is None:
        raise GwpError(f"gas {gas!r} is not in GWP set {gwp_set}; names are as in `globalwarmingpotentials`")
    missing = [part for part in parts if part not in values]
    if missing:
        raise GwpError(f"blend {gas!r} holds {', '.join(missing)}, which GWP set {gwp_set} does not assess")
    return sum(values[part] * fraction for part, fraction in parts.items())


def _blend_name(name: str) -> str:
    match = re.match(r"^R[- ]?(\d{3})([A-Za-z]?)$", name.strip())
    return f"R-{match[1]}{match[2].upper()}" if match else name


@cache
def _blends() -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    text = (resources.files(__package__) / "blends.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        table.setdefault(row["blend"], {})[row["gas"]] = float(row["mass_fraction"])
    return table


def blend(name: str) -> dict[str, float]:
    """Return the composition of a refrigerant blend: kg of each gas in a kg (ANSI/ASHRAE Standard 34, nominal).

    Raises
    ------
    GwpError
        The blend is not in `blends.csv`.
    """
    parts = _blends().get(_blend_name(name))
    if parts is None:
        raise GwpError(f"blend {name!r} is not known; known are {', '.join(_blends())}")
    return dict(parts)


def is_gas(gas: str) -> bool:
    """Say whether any of the four sets assesses a gas."""
    return any(gas in gases(gwp_set) for gwp_set in GWP_SETS)


def parse_f_gases(text: str) -> dict[str, float]:
    """Read the column `f_gases`: `HFC134a=1.0;HFC32=0.5` to kg of each gas per unit.

    Raises
    ------
    GwpError
        A part is not `NAME=kg`, a gas is unknown or repeated, or a mass is not a finite number >= 0.
    """
    masses: dict[str, float] = {}
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if len(parts) > _MAX_GASES_PER_FACTOR:
        raise GwpError(f"{len(parts)} gases in one factor; at most {_MAX_GASES_PER_FACTOR}")
    for part in parts:
        gas, separator, mass_text = (piece.strip() for piece in part.partition("="))
        if not separator:
            raise GwpError(f"{part!r} is not NAME=kg")
        if not is_gas(gas) or gas.startswith("CH4") or gas in ("CO2", "N2O"):
            raise GwpError(f"gas {gas!r} is not a named F-gas of globalwarmingpotentials (HFC134a, SF6, NF3, CF4, ...)")
        if gas in masses:
            raise GwpError(f"gas {gas!r} is named twice")
        try:
            mass_kg = float(mass_text)
        except ValueError:
            raise GwpError(f"mass {mass_text!r} of {gas} is not a number") from None
        if not 0 <= mass_kg < float("inf"):
            raise GwpError(f"mass {mass_text!r} of {gas} is not a finite number >= 0")
        masses[gas] = mass_kg
    return masses


def _floats(columns: Any, name: str) -> npt.NDArray[np.float64]:
    """Return a column of a pyarrow Table or a mapping as doubles, NaN where missing."""
    column = columns[name]
    if hasattr(column, "to_numpy") and hasattr(column, "null_count"):
        import pyarrow as pa

        return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
    return np.asarray([np.nan if value is None else value for value in column], dtype=np.float64)


def _texts(columns: Any, name: str) -> npt.NDArray[np.object_]:
    column = columns[name]
    values = column.to_pylist() if hasattr(column, "to_pylist") else list(column)
    return np.asarray(["" if value is None else value for value in values], dtype=object)


def _f_gas_co2e(texts: npt.NDArray[np.object_], gwp_set: str) -> npt.NDArray[np.float64]:
    """Return kg CO2e of the column `f_gases`; NaN where the set does not assess one of the gases."""
    values = gases(gwp_set)
    distinct, inverse = np.unique(texts.astype(str), return_inverse=True)
    sums = [
        sum(values.get(gas, np.nan) * mass_kg for gas, mass_kg in parse_f_gases(str(text)).items()) for text in distinct
    ]
    return np.asarray(sums, dtype=np.float64)[inverse]


def restate(table_columns: Any, gwp_set: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Restate factors to one GWP set.

    Formula, where gas masses exist: `co2e = sum over gases of mass x GWP100(set) + other_co2e_kg`. A factor already in
    the set keeps its published total to the digit; a total-only factor of another set, or one with a gas the set does
    not assess (NF3 in SAR), is taken as published and marked native.

    Parameters
    ----------
    table_columns : pyarrow.Table or mapping of str to sequence
        Columns `co2e_kg, co2_kg, ch4_fossil_kg, ch4_biogenic_kg, n2o_kg, f_gases, other_co2e_kg, gwp_set`; n rows.
    gwp_set : str
        The set asked for: SAR, AR4, AR5 or AR6.

    Returns
    -------
    co2e_kg : float64 array of n
        kg CO2e per unit. Where `other_co2e_kg` is filled, that part stays native: see `native_part`.
    native : bool array of n
        True where the factor is used as published although its set is another.

    Raises
    ------
    GwpError
        The set or a gas is not known.
    """
    values = gases(gwp_set)
    published = _floats(table_columns, "co2e_kg")
    same_set = _texts(table_columns, "gwp_set") == gwp_set
    f_gas_texts = _texts(table_columns, "f_gases")
    masses = {gas: _floats(table_columns, column) for column, gas in GAS_COLUMNS.items()}
    has_gases = (f_gas_texts != "") | np.any([~np.isnan(mass) for mass in masses.values()], axis=0)
    recomputed = np.nan_to_num(_floats(table_columns, "other_co2e_kg")) + _f_gas_co2e(f_gas_texts, gwp_set)
    for gas, mass in masses.items():
        recomputed = recomputed + np.nan_to_num(mass) * values[gas]
    restated = ~same_set & has_gases & ~np.isnan(recomputed)
    native = (~same_set & ~restated).astype(np.bool_)
    return np.where(restated, recomputed, published), native


GASES = ("co2", "ch4_fossil", "ch4_biogenic", "n2o", "f_gases", "other", "unsplit")
"""What a factor's CO2e is made of; `other` is what a publisher gives beside its gases, `unsplit` a total without gases."""


def by_gas(
    table_columns: Any, gwp_set: str, co2e_kg: npt.NDArray[np.float64], native: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return the kg CO2e per unit of each of `GASES`, n x 7, in the GWP set; a row adds up to `co2e_kg`.

    `co2e_kg` and `native` are what `restate` gives for the same rows and set.
    A total that stands as published although its set is another is `unsplit`, and so is one without gas masses.
    """
    values = gases(gwp_set)
    texts = _texts(table_columns, "f_gases")
    masses = {gas: _floats(table_columns, column) for column, gas in GAS_COLUMNS.items()}
    known = (texts != "") | np.any([~np.isnan(mass) for mass in masses.values()], axis=0)
    split = np.column_stack([
        *(np.nan_to_num(mass) * values[gas] for gas, mass in masses.items()), _f_gas_co2e(texts, gwp_set),
    ])  # fmt: skip
    told = known & ~native & ~np.isnan(split).any(axis=1)
    split = np.where(told[:, None], split, 0.0)
    rest = co2e_kg - split.sum(axis=1)
    return np.column_stack([split, np.where(told, rest, 0.0), np.where(told, 0.0, rest)])


def native_part(table_columns: Any, gwp_set: str) -> npt.NDArray[np.float64]:
    """Return the kg CO2e per unit that stay in a factor's own set when it is restated: all of a native row, else other.

    Every total prints this share, so that nobody takes a mixed sum for a restated one.
    """
    co2e_kg, native = restate(table_columns, gwp_set)
    other = np.nan_to_num(_floats(table_columns, "other_co2e_kg"))
    same_set = _texts(table_columns, "gwp_set") == gwp_set
    return np.where(native, co2e_kg, np.where(same_set, 0.0, other))


def total_from_gases(row: Mapping[str, float | None], f_gases: str, gwp_set: str, *, fossil_30: bool = False) -> float:
    """Return kg CO2e of one row's gas masses in one set, without `other_co2e_kg`.

    Raises
    ------
    GwpError
        The set does not assess one of the gases.
    """
    total = sum(
        mass_kg * gwp(gwp_set, gas, fossil_distinguished=fossil_30)
        for column, gas in GAS_COLUMNS.items()
        if (mass_kg := row.get(column)) is not None
    )
    return float(total + sum(mass_kg * gwp(gwp_set, gas) for gas, mass_kg in parse_f_gases(f_gases).items()))
