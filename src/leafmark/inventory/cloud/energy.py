"""The energy and the embodied emissions of rented computing: pure formulas, for a number or for an array of them.

    CPU       kWh = (min W + utilisation x (max W - min W)) x vCPU h x replication x PUE / 1000
    memory    kWh = GB h beyond what the CPU's coefficients hold x 0.000392 x replication x PUE
    storage   kWh = TB h x 1.2 (SSD) or 0.65 (HDD) W/TB x replication x PUE / 1000
    network   kWh = GB x 0.001 x PUE
    embodied  kg  = TE x (time reserved / lifetime) x (resources reserved / resources of the host)

Cloud Carbon Footprint, methodology (Apache-2.0); the embodied share is that of the SCI specification 1.1 (ISO/IEC 21031:2024), M = TE x
TS x RS. Hours are hours *reserved*: what is rented and idle draws the least watts of its processor, and is counted. A PUE below 1 or a
utilisation that is no share is a fault of the caller's and raises; figures of a bill are checked where the bill is read.
"""

from __future__ import annotations

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Amount = TypeVar("Amount", float, NDArray[np.float64])

W_PER_KW: Final = 1000.0
GB_PER_TB: Final = 1000.0
HOURS_PER_MONTH: Final = 730.0
"""Hours of a billing month: 8,760 / 12, as the providers price a GB-month."""

VCPUS_PER_CHIP_MAX: Final = 96.0
"""One chip is taken to hold at most 96 vCPUs (Cloud Carbon Footprint, core/src/memory)."""


class EnergyError(ValueError):
    """A coefficient that cannot be: what was found, and what was expected."""


def cpu_watts(utilisation: Amount, min_watts: Amount, max_watts: Amount) -> Amount:
    """Watts of a vCPU at a utilisation (0 to 1): linear between idle and full load, float64 as given.

    Raises
    ------
    EnergyError : a utilisation outside 0 to 1, or a full load below idle.
    """
    if not np.all((np.asarray(utilisation) >= 0) & (np.asarray(utilisation) <= 1)):
        raise EnergyError(f"utilisation: expected a share from 0 to 1 (50 % is 0.5), found {utilisation!r}")
    if not np.all(np.asarray(min_watts) <= np.asarray(max_watts)):
        raise EnergyError(
            f"watts: expected full load not below idle, found {min_watts!r} W idle and {max_watts!r} W at full load"
        )
    return min_watts + utilisation * (max_watts - min_watts)


def cpu_kwh(
    vcpu_hours: Amount, utilisation: Amount, min_watts: Amount, max_watts: Amount, pue: Amount, replication: float = 1.0
) -> Amount:
    """kWh of reserved vCPU-hours, the data centre's overhead in it. GPUs alike, by GPU-hours and their watts."""
    _pue(pue)
    return cpu_watts(utilisation, min_watts, max_watts) * vcpu_hours * pue * replication / W_PER_KW


def memory_kwh(gb_hours: Amount, kwh_per_gb_hour: float, pue: Amount, replication: Amount | float = 1.0) -> Amount:
    """kWh of GB-hours of memory: only of those that the CPU's coefficients do not hold already (`memory_beyond_gb`)."""
    _pue(pue)
    return gb_hours * kwh_per_gb_hour * pue * replication


def storage_kwh(
    tb_hours: Amount, watts_per_tb: Amount | float, pue: Amount, replication: Amount | float = 1.0
) -> Amount:
    """kWh of terabyte-hours stored, every copy that the service keeps counted."""
    _pue(pue)
    return tb_hours * watts_per_tb * pue * replication / W_PER_KW


def network_kwh(gb: Amount, kwh_per_gb: float, pue: Amount) -> Amount:
    """kWh of gigabytes moved between data centres and out of them."""
    _pue(pue)
    return gb * kwh_per_gb * pue


def tb_hours(gb_months: Amount) -> Amount:
    """TB h of GB-months: a month of 730 hours."""
    return gb_months * HOURS_PER_MONTH / GB_PER_TB


def memory_beyond_gb(
    memory_gb: float, host_memory_gb: float, host_vcpus: float, gb_per_chip: float, host_chips: float = 0
) -> float:
    """GB of an instance's memory that the CPU's coefficients do not hold: its share, by memory, of what its host has beyond them.

    The coefficients were measured on machines with `gb_per_chip` of memory for each chip; `host_chips` 0 takes one for each 96 vCPUs.
    As Cloud Carbon Footprint (core/src/memory) for a host of one chip; for more, theirs spreads the excess of one chip over the memory
    of the whole host, ours that of all chips.
    """
    chips = host_chips or -(-host_vcpus // VCPUS_PER_CHIP_MAX)
    beyond = host_memory_gb - chips * gb_per_chip
    return max(0.0, beyond) * memory_gb / host_memory_gb if host_memory_gb else 0.0


def embodied_kg(
    total_kg: Amount, hours_reserved: Amount, lifetime_hours: float, reserved: Amount, of_host: Amount
) -> Amount:
    """kg CO2e of a host's making that fall to a reservation: M = TE x (TiR / EL) x (RR / ToR).

    Parameters
    ----------
    total_kg : of the whole host, made once. reserved, of_host : vCPUs reserved, and of the whole host.
    """
    return total_kg * host_share(hours_reserved, lifetime_hours, reserved, of_host)


def host_share(hours_reserved: Amount, lifetime_hours: float, reserved: Amount, of_host: Amount) -> Amount:
    """How many whole hosts, over their whole life, a reservation is: time share x resource share.

    Raises
    ------
    EnergyError : more is reserved than a host has.
    """
    if not np.all(np.asarray(reserved) <= np.asarray(of_host)):
        raise EnergyError(f"reserved: expected at most the host's {of_host!r}, found {reserved!r}")
    return hours_reserved / lifetime_hours * (reserved / of_host)


def _pue(pue: Amount) -> None:
    if not np.all(np.asarray(pue) >= 1):
        raise EnergyError(
            f"PUE: expected 1 or more (all energy of the data centre over that of its machines), found {pue!r}"
        )
