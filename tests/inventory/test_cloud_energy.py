"""The formulas against figures that Cloud Carbon Footprint's own tests expect, and against the SCI specification's example.

Source of the expected figures: cloud-carbon-footprint/cloud-carbon-footprint @b7a049c, packages/core/src: compute, storage, networking,
memory and embodiedEmissions, each `__tests__/*.test.ts` (Apache-2.0; facts only). Emissions there are tonnes, at tonnes per kWh.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.inventory.cloud.energy import (
    EnergyError,
    cpu_kwh,
    embodied_kg,
    host_share,
    memory_beyond_gb,
    memory_kwh,
    network_kwh,
    storage_kwh,
    tb_hours,
)

US_EAST_1 = 0.000415755
"""t CO2e per kWh in those tests."""


def same(found: float, published: float) -> bool:
    """To the last digits of a double: the order of multiplications is not part of the claim."""
    return math.isclose(found, published, rel_tol=1e-14, abs_tol=0)


@pytest.mark.parametrize(
    ("vcpu_hours", "replication", "t_per_kwh", "kwh", "tonnes"),
    [
        (1.0, 2.0, US_EAST_1, 0.0016741249999999998, 6.960258393749999e-07),
        (1.0, 1.0, 0.000928, 0.0008370624999999999, 7.76794e-07),
    ],
)
def test_compute(vcpu_hours: float, replication: float, t_per_kwh: float, kwh: float, tonnes: float) -> None:
    found = cpu_kwh(vcpu_hours, 0.01, 0.71, 3.46, 1.135, replication)  # a utilisation of 1 %
    assert same(found, kwh)
    assert same(found * t_per_kwh, tonnes)


@pytest.mark.parametrize(
    ("hours", "watts", "replication", "kwh", "tonnes"),
    [
        (1.0, 1.2, 1, 0.001362, 5.6625831e-07),
        (1.0, 0.65, 1, 0.00073775, 3.0672325125e-07),
        (2.0, 1.2, 1, 0.002724, 0.00000113251662),
        (1.0, 0.65, 2, 0.0014755, 0.0000006134465025),
        (2.0, 0.65, 2, 0.002951, 0.000001226893005),
    ],
)
def test_storage(hours: float, watts: float, replication: float, kwh: float, tonnes: float) -> None:
    found = storage_kwh(hours, watts, 1.135, replication)
    assert same(found, kwh)
    assert same(found * US_EAST_1, tonnes)


@pytest.mark.parametrize(
    ("pue", "t_per_kwh", "kwh", "tonnes"), [(1.135, US_EAST_1, 11350, 4.71881925), (1.09, 0.000109, 10900, 1.1881)]
)
def test_network(pue: float, t_per_kwh: float, kwh: float, tonnes: float) -> None:
    found = network_kwh(1e7, 0.001, pue)
    assert same(found, kwh)
    assert same(found * t_per_kwh, tonnes)


@pytest.mark.parametrize(
    ("gb_hours", "pue", "replication", "t_per_kwh", "kwh", "tonnes"),
    [
        (90.0, 1.11, 2.0, 0.000479, 0.0783216, 0.0000375160464),
        (80.0, 1.135, 1.0, US_EAST_1, 0.035593599999999996, 0.000014798217168),
    ],
)
def test_memory(gb_hours: float, pue: float, replication: float, t_per_kwh: float, kwh: float, tonnes: float) -> None:
    found = memory_kwh(gb_hours, 0.000392, pue, replication)
    assert same(found, kwh)
    assert same(found * t_per_kwh, tonnes)


def test_memory_beyond_the_processors_own() -> None:
    """core/src/memory/__tests__/helpers.test.ts: one chip, host of 10 GB, 5 GB measured; 20 GB for 20 h are 200 GB h."""
    assert memory_beyond_gb(20, 10, 96, 5) * 20 == 200
    assert memory_beyond_gb(0, 1, 96, 2) == 0


def test_memory_beyond_of_two_chips_is_that_of_the_host() -> None:
    """By hand: 2 chips of 100 GB in a host of 300 GB leave 100 GB; an instance with a tenth of the memory has 10 of them."""
    assert memory_beyond_gb(30, 300, 192, 100) == pytest.approx(10)
    assert memory_beyond_gb(30, 300, 48, 100, host_chips=2) == pytest.approx(10)


def test_embodied_share() -> None:
    """EmbodiedEmissionsEstimator: 24 h of 35,040 h, 1 vCPU of 96, host of 1.7957 t; the kWh there are these tonnes at 0.000454 t/kWh."""
    tonnes = embodied_kg(1.7957, 24.0, 35040.0, 1.0, 96.0)
    assert same(tonnes, 0.000012811786529680366)
    assert same(tonnes / 0.000454, 0.028219794118238693)


def test_embodied_share_of_the_specification() -> None:
    """SCI specification 1.1, embodied emissions: 1,000 kg over four years, reserved for an hour, is around 28 g."""
    grams = 1000 * embodied_kg(1000.0, 1.0, 4 * 365 * 24.0, 1.0, 1.0)
    assert round(grams) in (28, 29)
    assert grams == pytest.approx(1e6 / 35040)


@given(st.floats(0, 1), st.floats(0.1, 5), st.floats(0, 10), st.floats(0, 1e6), st.floats(1, 3))
def test_energy_lies_between_idle_and_full_load(use: float, idle: float, more: float, hours: float, pue: float) -> None:
    kwh = cpu_kwh(hours, use, idle, idle + more, pue)
    assert idle * hours * pue / 1000 * (1 - 1e-12) <= kwh <= (idle + more) * hours * pue / 1000 * (1 + 1e-12)


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=9), st.floats(0, 1))
def test_an_array_is_its_numbers(hours: list[float], use: float) -> None:
    together: np.ndarray = cpu_kwh(np.array(hours), use, 0.7, 3.5, 1.2)  # type: ignore[type-var]
    assert together.tolist() == [cpu_kwh(each, use, 0.7, 3.5, 1.2) for each in hours]


def test_shares_of_a_host_add_up_to_it() -> None:
    """Everything reserved for the whole life is the whole host: nothing of the making is lost or counted twice."""
    parts = sum(host_share(hours, 35040.0, vcpus, 96.0) for hours in (35040.0,) for vcpus in (2.0, 30.0, 64.0))
    assert parts == pytest.approx(1)
    assert sum(embodied_kg(1610.79, 35040.0, 35040.0, v, 96.0) for v in (2.0, 30.0, 64.0)) == pytest.approx(1610.79)


def test_a_month_has_730_hours() -> None:
    assert tb_hours(1000.0) == 730


def test_impossible_coefficients_are_refused() -> None:
    with pytest.raises(EnergyError, match=r"50 % is 0\.5"):
        cpu_kwh(1.0, 50.0, 0.7, 3.5, 1.1)
    with pytest.raises(EnergyError, match="not below idle"):
        cpu_kwh(1.0, 0.5, 3.5, 0.7, 1.1)
    with pytest.raises(EnergyError, match="PUE"):
        network_kwh(1.0, 0.001, 0.9)
    with pytest.raises(EnergyError, match="at most the host"):
        host_share(1.0, 35040.0, 97.0, 96.0)
