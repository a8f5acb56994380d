"""Software Carbon Intensity: a rate per functional unit, SCI = (E x I + M) per R (SCI specification 1.1; ISO/IEC 21031:2024).

    E  kWh of all hardware that was reserved, used or not, with the data centre's overhead
    I  intensity of the grid where it ran: location-based, average or marginal; off the grid, of the system that fed it
    M  the share of the hardware's making: TE x (time reserved / lifetime) x (resources reserved / resources of the host)
    R  the functional unit: a request, a user, an order, an hour

No market-based measure has a place in it: no certificate, no contract, no offset, no removal (clauses *Region-specific carbon intensity*,
*Embodied emissions*, *Market-based measures*, *Exclusions*). So there is no parameter for one, what looks like one is refused, and the run
it is taken from is the location run. The text compared is the Foundation's open specification 1.1; ISO/IEC 21031:2024 is not open and was
not compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from leafmark.inventory.cloud.grids import CONTRACT_KEY

if TYPE_CHECKING:
    from leafmark.inventory.cloud.run import CloudRun

BASES: Final = ("location_average", "location_marginal", "off_grid")
"""What an intensity may be: of the grid that the electricity came from, or of a system that no larger grid feeds."""

Basis = Literal["location_average", "location_marginal", "off_grid"]
_UG_PER_G: Final = 1e6


class SciError(ValueError):
    """What has no place in an SCI: what was found, and the rule."""


@dataclass(frozen=True, slots=True)
class Intensity:
    """g CO2e per kWh of a grid, and how it was taken.

    Raises
    ------
    SciError : a market-based factor, or less than nothing.
    """

    g_per_kwh: float
    basis: Basis = "location_average"

    def __post_init__(self) -> None:
        if self.basis not in BASES:
            raise SciError(
                f"basis {self.basis!r}: SCI takes {' or '.join(BASES)}; certificates, PPAs and offsets have no place in it"
            )
        if self.g_per_kwh < 0:
            raise SciError(
                f"{self.g_per_kwh} g/kWh: an intensity below zero is an offset, which has no place in an SCI"
            )


@dataclass(frozen=True, slots=True)
class Sci:
    """A score: g CO2e per functional unit, and what it is made of, which the specification wants disclosed beside it.

    `without_making`: classes of the boundary whose hardware's making is not in M, though the specification asks for an estimate of all of it.
    """

    functional_unit: str
    units: float
    energy_kwh: float
    operational_g: float
    embodied_g: float
    boundary: tuple[str, ...]
    method: str
    left_out_cost_share: float | None = None
    measured_share: float | None = None
    without_making: tuple[str, ...] = ()

    @property
    def g_per_unit(self) -> float:
        """(O + M) per R."""
        return (self.operational_g + self.embodied_g) / self.units

    @property
    def intensity_g_per_kwh(self) -> float | None:
        """Mean intensity of the energy; None of no energy."""
        return self.operational_g / self.energy_kwh if self.energy_kwh else None


def sci(energy_kwh: float, intensity: Intensity, embodied_g: float, units: float, functional_unit: str = "unit") -> Sci:
    """SCI = (E x I + M) per R of one component.

    Parameters
    ----------
    energy_kwh : of all hardware reserved. embodied_g : M, from `energy.embodied_kg`. units : how many functional units in that time.

    Raises
    ------
    SciError : a figure below zero (an offset), no functional unit, or an intensity that is none of a grid.
    """
    if not isinstance(intensity, Intensity):
        raise SciError(
            f"intensity: expected Intensity(g_per_kwh, basis), found {intensity!r}: a bare number does not say that it is of a grid"
        )
    if energy_kwh < 0 or embodied_g < 0:
        raise SciError("energy or embodied emissions below zero: an offset or a credit has no place in an SCI")
    _units(units)
    return Sci(
        functional_unit,
        units,
        energy_kwh,
        energy_kwh * intensity.g_per_kwh,
        embodied_g,
        (),
        f"E x I + M, {intensity.basis}",
    )


def sci_of(found: CloudRun, functional_unit: str, units: float, by: str = "location") -> Sci:
    """The SCI of a bill: its location run, over so many functional units in the bill's time.

    Parameters
    ----------
    functional_unit : what R is, in words. units : how many of them were served.

    Raises
    ------
    SciError : another statement than location is asked for; no functional unit; hardware of one's own, whose making is in no bill.
    """
    if by != "location":
        raise SciError(
            f"by {by!r}: an SCI is location-based; certificates and contracts belong to the market-based row alone"
        )
    _units(units)
    if found.whose == "own":
        raise SciError(
            "own hardware: a bill does not hold its making; work out M with energy.embodied_kg and use sci()"
        )
    operational = embodied = 0
    for row in found.location.table("by_factor").to_pylist():
        if row["key"].startswith(CONTRACT_KEY) or row["co2e_ug"] < 0:
            raise SciError(
                f"{row['factor_id']}: a contract, or less than nothing, in a location run has no place in an SCI"
            )
        if row["stage"] == "manufacturing":
            embodied += row["co2e_ug"]
        else:
            operational += row["co2e_ug"]
    usage = found.accounted.usage
    vcpu_hours = sum(each.vcpu_hours for each in usage)
    measured = sum(each.vcpu_hours * (each.measured or 0.0) for each in usage)
    costs = found.accounted.rows_and_cost()
    left_out = _left_out([costs[name][1] for name in ("mapped", "unmapped")])
    return Sci(
        functional_unit, units, sum(each.kwh for each in usage), operational / _UG_PER_G, embodied / _UG_PER_G,
        tuple(sorted({each.usage_class for each in usage})), "calculation from a bill by Cloud Carbon Footprint's coefficients; location average",
        left_out, measured / vcpu_hours if vcpu_hours else None, tuple(sorted({each.usage_class for each in usage if each.kwh and not each.servers})),
    )  # fmt: skip


def _left_out(costs: list[dict[str, Decimal]]) -> float | None:
    """Share of usage's cost that is in no figure; None of a bill of several currencies, or of no cost."""
    currencies = {currency for each in costs for currency in each}
    mapped, unmapped = (sum(each.values(), Decimal(0)) for each in costs)
    return float(unmapped / (mapped + unmapped)) if len(currencies) == 1 and mapped + unmapped else None


def _units(units: float) -> None:
    if not units > 0:
        raise SciError(
            f"units: expected more than 0 functional units, found {units!r}: an SCI is a rate, and a total is none"
        )
