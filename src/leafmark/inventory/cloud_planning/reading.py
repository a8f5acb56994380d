"""What-ifs from a TOML file: a load now, and any number of changes to it.

    [now]                       it_kwh, pue, g_per_kwh [, wue_l_per_kwh] [, refrigerant = {gas, charge_kg, leak_per_year}]
    [[what_if]] kind = "load"            name, and any of the fields of [now], it_ratio, pue_ratio: another region, another cooling
    [[what_if]] kind = "storage"         capacity_kwh, cycles_per_year, efficiency, embodied_kg_per_kwh, life_years, charged_g_per_kwh [, displaced_g_per_kwh]
    [[what_if]] kind = "consolidation"   machines, remaining, given_up, utilisation, idle_w, full_w, embodied_kg, life_years

A number is `{value, low, high, source}`, or `{fact = "..."}` for one of `facts.csv`, or bare, which says that it has no range. What a change
does not name stays as it is now, and is then the same draw on both sides.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from leafmark.engine import lookup
from leafmark.engine.schema import UG_PER_KG, Z95
from leafmark.factors import regions
from leafmark.factors.model import Pack
from leafmark.inventory.cloud_planning.quantities import Kind, Quantity, Report, fact
from leafmark.inventory.cloud_planning.tables import PlanningError
from leafmark.inventory.cloud_planning.what_if import Leak, Load, consolidation, loads, storage
from leafmark.methods import method

UNITS: Final[dict[str, tuple[str, Kind]]] = {
    "it_kwh": ("kWh", "plain"), "pue": ("ratio", "above_one"), "g_per_kwh": ("g/kWh", "plain"), "wue_l_per_kwh": ("L/kWh", "plain"),
    "it_ratio": ("ratio", "plain"), "pue_ratio": ("ratio", "plain"), "charge_kg": ("kg", "plain"), "leak_per_year": ("share", "plain"),
    "capacity_kwh": ("kWh", "plain"), "cycles_per_year": ("cycles", "plain"), "efficiency": ("share", "below_one"),
    "embodied_kg_per_kwh": ("kg/kWh", "plain"), "life_years": ("a", "plain"), "charged_g_per_kwh": ("g/kWh", "plain"),
    "displaced_g_per_kwh": ("g/kWh", "plain"), "utilisation": ("share", "plain"), "idle_w": ("W", "plain"), "full_w": ("W", "plain"),
    "embodied_kg": ("kg", "plain"),
}  # fmt: skip
_LOAD: Final = ("it_kwh", "pue", "g_per_kwh", "wue_l_per_kwh", "it_ratio", "pue_ratio")
_STORAGE: Final = (
    "capacity_kwh",
    "cycles_per_year",
    "efficiency",
    "embodied_kg_per_kwh",
    "life_years",
    "charged_g_per_kwh",
)
_MACHINES: Final = ("utilisation", "idle_w", "full_w", "embodied_kg", "life_years")
_NO_SOURCE: Final = "given, without a range or source"


def read_what_ifs(file: str | Path, packs: Sequence[Pack], known_on: dt.date, gwp: str = "AR6") -> list[Report]:
    """The reports of a file.

    Raises
    ------
    PlanningError : it cannot be read, or a number is missing or cannot be.
    """
    path = Path(file)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanningError(f"{path}: not TOML in UTF-8 ({error})") from error
    now, changes = content.get("now"), content.get("what_if")
    if not isinstance(now, dict) or not isinstance(changes, list) or not changes:
        raise PlanningError(f"{path}: expected a table [now] and at least one [[what_if]]")
    gases = _Gases(packs, known_on, gwp)
    try:
        load = _load("now", now, None, gases)
        return [_report(f"what_if[{n}]", change, load, gases) for n, change in enumerate(changes)]
    except PlanningError as error:
        raise PlanningError(f"{path}: {error}") from error


class _Gases:
    """kg CO2e per kg of a refrigerant, as the method `refrigerant.leak` would meet it."""

    def __init__(self, packs: Sequence[Pack], known_on: dt.date, gwp: str) -> None:
        self._packs, self._known_on, self._gwp = packs, known_on, gwp

    def of(self, gas: str) -> Quantity:
        """Its global warming potential with the pack's spread."""
        leak, day = method("refrigerant.leak"), self._known_on
        chosen = lookup.choose(self._packs, leak, self._known_on, self._gwp, [gas], window=(day, day))
        rows = [
            row
            for row in chosen.table.to_pylist()
            if row["region"] == regions.WORLD and row["start"] <= day < row["end"]
        ]
        if not rows:
            raise PlanningError(
                f"gas: {gas!r} has no factor; expected a key such as refrigerant.r410a (leafmark factors search refrigerant)"
            )
        kg, sd = rows[0]["ug_per_base"] / UG_PER_KG, rows[0]["rel_sd"]
        sigma = float(np.sqrt(np.log1p(sd * sd)))
        return Quantity(
            gas, kg, kg * float(np.exp(-Z95 * sigma)), kg * float(np.exp(Z95 * sigma)), "kg/kg",
            f"{chosen.factor_name(rows[0]['factor_no'])}, GWP set {self._gwp}", "open",
        )  # fmt: skip


def _load(where: str, given: Mapping[str, Any], now: Load | None, gases: _Gases) -> Load:
    unknown = set(given) - {*_LOAD, "refrigerant", "kind", "name"}
    if unknown:
        raise PlanningError(
            f"{where}: {', '.join(sorted(unknown))}: no field of a load; expected of {', '.join((*_LOAD, 'refrigerant'))}"
        )
    fields = {name: _number(where, given, name) if name in given else getattr(now, name, None) for name in _LOAD}
    lacking = [name for name in ("it_kwh", "pue", "g_per_kwh") if fields[name] is None]
    if lacking:
        raise PlanningError(
            f"{where}: {', '.join(lacking)}: missing; no default is published that would stand for your own"
        )
    leak = now.leak if now is not None else None
    if "refrigerant" in given:
        gas = given["refrigerant"]
        if not isinstance(gas, dict) or not isinstance(gas.get("gas"), str):
            raise PlanningError(f"{where}.refrigerant: expected gas, charge_kg and leak_per_year")
        inner = f"{where}.refrigerant"
        leak = Leak(_number(inner, gas, "charge_kg"), _number(inner, gas, "leak_per_year"), gases.of(gas["gas"]))
    it_kwh, pue, intensity, wue, it_ratio, pue_ratio = (fields[name] for name in _LOAD)
    assert it_kwh is not None
    assert pue is not None
    assert intensity is not None
    return Load(it_kwh, pue, intensity, wue, leak, it_ratio, pue_ratio)


def _number(where: str, given: Mapping[str, Any], field: str) -> Quantity:
    unit, kind = UNITS[field]
    raw, name = given.get(field), f"{where}.{field}"
    if raw is None:
        raise PlanningError(f"{name}: missing; give {{value, low, high, source}}")
    if isinstance(raw, dict) and "fact" in raw:
        return fact(str(raw["fact"]))
    if isinstance(raw, bool) or not isinstance(raw, int | float | dict):
        raise PlanningError(f"{name}: expected a number, {{value, low, high, source}} or {{fact}}, found {raw!r}")
    if not isinstance(raw, dict):
        return Quantity(name, float(raw), float(raw), float(raw), unit, _NO_SOURCE, kind=kind)
    try:
        value = float(raw["value"])
        low, high = float(raw.get("low", value)), float(raw.get("high", value))
        source = str(raw["source"])
    except (KeyError, TypeError, ValueError) as error:
        raise PlanningError(
            f"{name}: expected value, low, high (numbers) and source (a text), found {raw!r}"
        ) from error
    return Quantity(name, value, low, high, unit, source, kind=kind)


def _report(where: str, given: Any, now: Load, gases: _Gases) -> Report:
    kinds = ("load", "storage", "consolidation")
    if not isinstance(given, dict) or given.get("kind") not in kinds:
        raise PlanningError(
            f"{where}.kind: expected one of {', '.join(kinds)}, found {given.get('kind') if isinstance(given, dict) else given!r}"
        )
    if given["kind"] == "load":
        return loads(str(given.get("name", "another load")), now, _load(where, given, now, gases))
    if given["kind"] == "storage":
        displaced = _number(where, given, "displaced_g_per_kwh") if "displaced_g_per_kwh" in given else now.g_per_kwh
        capacity, cycles, efficiency, embodied, life, charged = (_number(where, given, name) for name in _STORAGE)
        return storage(capacity, cycles, efficiency, embodied, life, charged, displaced)
    utilisation, idle, full, embodied, life = (_number(where, given, name) for name in _MACHINES)
    whole = {}
    for name in ("machines", "remaining", "given_up"):
        if isinstance(given.get(name), bool) or not isinstance(given.get(name), int):
            raise PlanningError(f"{where}.{name}: expected a whole number, found {given.get(name)!r}")
        whole[name] = given[name]
    return consolidation(
        whole["machines"],
        whole["remaining"],
        whole["given_up"],
        utilisation,
        idle,
        full,
        now.pue,
        now.g_per_kwh,
        embodied,
        life,
    )
