"""What a change to computing would do in a year: pure formulas over quantities, each a `Report` of before, after and difference.

    electricity   kWh of the machines x PUE x g/kWh / 1000
    water         kWh of the machines x WUE                        litres at the site; litres are never turned into grams
    refrigerant   charge x leakage a year x GWP                    grams, beside the electricity
    storage       E out x (g/kWh displaced)  against  E out / efficiency x (g/kWh charged) + embodied / life
    consolidation n x hours x (idle W + utilisation x (full W - idle W)) x PUE;  embodied only of machines that are given up

A figure is location-based: certificates and offsets are not in it, and a market-based one is another report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from leafmark.inventory.cloud.energy import cpu_kwh, cpu_watts
from leafmark.inventory.cloud_planning.quantities import Draw, Measures, Quantity, Report, compare
from leafmark.inventory.cloud_planning.tables import PlanningError, Real

HOURS_PER_YEAR: Final = 8760.0
G_PER_KG: Final = 1000.0
AVERAGE: Final = "Grid intensities are averages; what a kWh more or less causes (marginal) is another figure."


@dataclass(frozen=True, slots=True)
class Leak:
    """Refrigerant of a cooling: its charge in kg, the share that leaks in a year, and kg CO2e a kg."""

    charge_kg: Quantity
    leak_per_year: Quantity
    kg_per_kg: Quantity

    def kg(self, draw: Draw) -> Real:
        """kg CO2e in a year."""
        return draw(self.charge_kg) * draw(self.leak_per_year) * draw(self.kg_per_kg)


@dataclass(frozen=True, slots=True)
class Load:
    """A year of machines somewhere: kWh of the machines themselves, PUE, and g/kWh; WUE and refrigerant where they are known.

    it_ratio, pue_ratio : by what a published comparison says the first two change, where they were not measured: liquid cooling takes fans
    out of the machines, so PUE alone shows the smaller part of what it does.
    """

    it_kwh: Quantity
    pue: Quantity
    g_per_kwh: Quantity
    wue_l_per_kwh: Quantity | None = None
    leak: Leak | None = None
    it_ratio: Quantity | None = None
    pue_ratio: Quantity | None = None

    def machine_kwh(self, draw: Draw) -> Real:
        """kWh of the machines."""
        return draw(self.it_kwh) * (1.0 if self.it_ratio is None else draw(self.it_ratio))

    def kwh(self, draw: Draw) -> Real:
        """kWh at the meter."""
        pue = draw(self.pue) * (1.0 if self.pue_ratio is None else draw(self.pue_ratio))
        return self.machine_kwh(draw) * np.maximum(pue, 1.0)

    def electricity_kg(self, draw: Draw) -> Real:
        """kg CO2e of the electricity."""
        return self.kwh(draw) * draw(self.g_per_kwh) / G_PER_KG


def loads(title: str, now: Load, then: Load, notes: tuple[str, ...] = ()) -> Report:
    """Two loads: another region, another cooling, or both.

    Water and refrigerant are compared where both sides know them; where one does not, the report says so and has no such row: not known is
    not 0.
    """
    water = now.wue_l_per_kwh is not None and then.wue_l_per_kwh is not None
    said = [AVERAGE, *notes]
    if not water and (now.wue_l_per_kwh or then.wue_l_per_kwh):
        said.append("Water is not compared: one side's WUE is not known.")
    if (now.leak is None) != (then.leak is None):
        said.append("One side's refrigerant is not known: the total is of electricity alone.")
    leaks = now.leak is not None and then.leak is not None

    def figures(draw: Draw) -> Measures:
        out: Measures = {"energy, kWh": (now.kwh(draw), then.kwh(draw))}
        electricity = now.electricity_kg(draw), then.electricity_kg(draw)
        total = electricity
        out["electricity, kg CO2e"] = electricity
        if now.leak is not None and then.leak is not None:
            out["refrigerant, kg CO2e"] = (now.leak.kg(draw), then.leak.kg(draw))
            total = electricity[0] + out["refrigerant, kg CO2e"][0], electricity[1] + out["refrigerant, kg CO2e"][1]
        out["total, kg CO2e"] = total
        if now.wue_l_per_kwh is not None and then.wue_l_per_kwh is not None:
            out["water, L"] = (
                now.machine_kwh(draw) * draw(now.wue_l_per_kwh),
                then.machine_kwh(draw) * draw(then.wue_l_per_kwh),
            )
        return out

    if leaks or water:
        said.append("Litres are litres: no water is counted as grams.")
    return compare(title, figures, said)


def storage(
    capacity_kwh: Quantity, cycles_per_year: Quantity, efficiency: Quantity, embodied_kg_per_kwh: Quantity, life_years: Quantity,
    charged_g_per_kwh: Quantity, displaced_g_per_kwh: Quantity,
) -> Report:  # fmt: skip
    """A battery that takes power at one intensity and gives it at another, by the year.

    capacity_kwh : that goes in and out of it in a cycle (depth of discharge taken off). charged : of the power it takes, e.g. what a wind
    farm would have been curtailed by, or its own life cycle. displaced : of the power that is not drawn from the grid for it.
    """

    def out_kwh(draw: Draw) -> Real:
        return draw(capacity_kwh) * draw(cycles_per_year)

    def figures(draw: Draw) -> Measures:
        given = out_kwh(draw)
        taken = given / draw(efficiency)
        before = given * draw(displaced_g_per_kwh) / G_PER_KG
        charging = taken * draw(charged_g_per_kwh) / G_PER_KG
        embodied = draw(capacity_kwh) * draw(embodied_kg_per_kwh) / draw(life_years)
        nothing = np.zeros_like(embodied)
        return {
            "energy, kWh": (given, taken),
            "electricity, kg CO2e": (before, charging),
            "battery, kg CO2e": (nothing, embodied),
            "total, kg CO2e": (before, charging + embodied),
        }

    least = (
        charged_g_per_kwh.value / efficiency.value
        + embodied_kg_per_kwh.value / life_years.value / cycles_per_year.value * G_PER_KG
    )
    return compare(
        "renewable power stored in a battery", figures,
        [AVERAGE, f"It pays where the power displaced is above {least:.3g} g/kWh: g/kWh charged / efficiency + embodied / kWh given in its life."],
    )  # fmt: skip


def consolidation(
    machines: int, remaining: int, given_up: int, utilisation: Quantity, idle_w: Quantity, full_w: Quantity, pue: Quantity,
    g_per_kwh: Quantity, embodied_kg: Quantity, life_years: Quantity, utilisation_max: float = 0.9, hours: float = HOURS_PER_YEAR,
) -> Report:  # fmt: skip
    """The same work on fewer machines, each busier, by the linear power model of `cloud.energy`.

    utilisation : of each machine now, as a share. given_up : of the machines not used any more, those that really go: only theirs is an
    embodied saving; one that stands idle or switched off has been made all the same.

    Raises
    ------
    PlanningError : the work does not fit, or more is given up than is freed.
    """
    if not 0 < remaining <= machines or not 0 <= given_up <= machines - remaining:
        raise PlanningError(
            f"machines: expected 0 < remaining <= {machines} and given_up <= those freed, found remaining {remaining}, given up {given_up}"
        )
    busier = utilisation.value * machines / remaining
    if busier > utilisation_max + 1e-9:
        raise PlanningError(
            f"remaining: {remaining} machines would run at {busier:.0%}; expected at most {utilisation_max:.0%}, so at least "
            f"{int(np.ceil(utilisation.value * machines / utilisation_max - 1e-9))} machines"
        )

    def figures(draw: Draw) -> Measures:
        share = np.minimum(
            draw(utilisation), remaining / machines
        )  # no draw has more work than the machines that stay can do
        idle, full = draw(idle_w), np.maximum(draw(full_w), draw(idle_w))
        before, after = (
            cpu_kwh(np.asarray(count * hours), part, idle, full, draw(pue))
            for count, part in ((machines, share), (remaining, share * machines / remaining))
        )
        made = draw(embodied_kg) / draw(life_years)
        power = (before * draw(g_per_kwh) / G_PER_KG, after * draw(g_per_kwh) / G_PER_KG)
        embodied = (made * machines, made * (machines - given_up))
        return {
            "energy, kWh": (before, after),
            "electricity, kg CO2e": power,
            "embodied, kg CO2e": embodied,
            "total, kg CO2e": (power[0] + embodied[0], power[1] + embodied[1]),
        }

    watts = (
        float(cpu_watts(utilisation.value, idle_w.value, full_w.value)),
        float(cpu_watts(min(busier, 1.0), idle_w.value, full_w.value)),
    )
    kept = machines - remaining - given_up
    return compare(
        f"{machines:,} machines become {remaining:,}", figures,
        [
            AVERAGE, f"A machine draws {watts[0]:.0f} W now and {watts[1]:.0f} W then; the freed ones draw nothing.",
            f"{given_up:,} machines are given up and {kept:,} kept without work: nothing embodied is saved by those.",
        ],
    )  # fmt: skip


def shifting(before_g: float, after_g: float, kwh: float, intensity: Quantity) -> Report:
    """Jobs moved in time (`schedule`): the same kWh, the grams of two plans, and one error of the intensities in both.

    intensity : a factor about 1 by which the hourly intensities may be off, all together.
    """

    def figures(draw: Draw) -> Measures:
        off = draw(intensity)
        return {
            "energy, kWh": (np.full_like(off, kwh), np.full_like(off, kwh)),
            "total, kg CO2e": (before_g / G_PER_KG * off, after_g / G_PER_KG * off),
        }

    return compare("jobs moved in time", figures, [AVERAGE])
