"""Units convert only within what they measure; net is never gross, money of a year never another year's."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.factors import units
from leafmark.factors.units import (
    UnitError,
    canonical,
    dimension,
    factor_between,
    is_money,
    known,
    money_parts,
    price_ratio,
    unit_names,
)

PUBLISHERS_UNITS = [
    "kWh", "kWh_net", "kWh_gross", "GJ_net", "GJ_gross", "TJ_net", "mmBtu_gross", "L", "m3", "t", "kg", "t_km", "km",
    "mile", "passenger_km", "passenger_mile", "vehicle_km", "vehicle_mile", "short_ton", "short_ton_mile", "gal_us",
    "scf", "item", "room_night", "night", "USD_2021_purchaser", "USD_2021_producer", "CNY_2022_purchaser", "fte_hour",
    "ML", "person_trip", "receipt", "meal", "m2", "m2_year", "server", "vcpu_hour", "GB_month",
]  # fmt: skip


@pytest.mark.parametrize("unit", PUBLISHERS_UNITS)
def test_every_unit_a_publisher_uses_is_known(unit: str) -> None:
    assert known(unit)
    assert canonical(unit) == unit
    assert factor_between(unit, unit) == 1.0


@pytest.mark.parametrize(
    ("unit_from", "unit_to", "ratio"),
    [
        ("kWh", "MJ", 3.6),
        ("GJ_net", "kWh_net", 1000 / 3.6),
        ("short_ton", "kg", 907.18474),  # NIST SP 811, B.8
        ("gal_us", "L", 3.785411784),
        ("mile", "km", 1.609344),
        ("short_ton_mile", "t_km", 0.90718474 * 1.609344),
        ("mmBtu_gross", "GJ_gross", 1.05505585262),
        ("ML", "m3", 1000.0),
        ("toe_net", "GJ_net", 41.868),
        ("dozen", "item", 12.0),
        ("oz", "g", 28.349523125),
        ("GB_month", "GB_hour", 730.5),
    ],
)
def test_conversions_equal_the_published_constants(unit_from: str, unit_to: str, ratio: float) -> None:
    assert factor_between(unit_from, unit_to) == pytest.approx(ratio, rel=1e-15)


@pytest.fixture(scope="module")
def peer() -> Any:
    """pint, given the same definitions: another reader of them, with arithmetic of its own."""
    registry: Any = pint.UnitRegistry(None, non_int_type=Fraction, cache_folder=None)
    for line in units._BASE_DEFINITIONS.strip().splitlines():
        registry.define(line)
    for suffix, kind in units._ENERGY_KINDS.items():
        registry.define(f"J{suffix} = [{kind}]")
        for name, joules in units._ENERGY_JOULES.items():
            if name != "J":
                registry.define(f"{name}{suffix} = {joules.numerator}/{joules.denominator} * J{suffix}")
    return registry


def test_every_unit_and_every_pair_is_as_pint_says(peer: Any) -> None:
    measured = {name: dict(peer.get_dimensionality(name)) for name in unit_names()}
    pairs = 0
    for first in unit_names():
        assert dict(units._measures()[first].powers) == measured[first]
        for second in unit_names():
            assert (dimension(first) == dimension(second)) == (measured[first] == measured[second])
            if measured[first] == measured[second]:
                assert factor_between(first, second) == float(peer.convert(Fraction(1), first, second))
                pairs += 1
    assert pairs > 1400


@pytest.mark.parametrize(
    ("own", "base", "published"),
    [
        ("lb", "kg", "pound"), ("oz", "kg", "ounce"), ("short_ton", "kg", "short_ton"), ("long_ton", "kg", "long_ton"), ("t", "kg", "metric_ton"),
        ("inch", "m", "inch"), ("ft", "m", "foot"), ("mile", "m", "mile"), ("nautical_mile", "m", "nautical_mile"), ("ha", "m2", "hectare"),
        ("gal_us", "m3", "gallon"), ("gal_uk", "m3", "imperial_gallon"), ("quart_us", "m3", "quart"), ("pint_us", "m3", "pint"),
        ("fl_oz_us", "m3", "fluid_ounce"), ("bbl", "m3", "oil_barrel"), ("ft3", "m3", "cubic_foot"), ("L", "m3", "litre"),
        ("kcal", "J", "international_calorie"), ("Btu", "J", "international_british_thermal_unit"), ("toe", "J", "tonne_of_oil_equivalent"), ("kWh", "J", "kilowatt_hour"),
        ("week", "s", "week"), ("year", "s", "julian_year"),
    ],
)  # fmt: skip
def test_constants_are_those_that_pint_publishes(own: str, base: str, published: str) -> None:
    """An oracle with its own list of constants."""
    registry: Any = pint.get_application_registry()
    times = 1000 if own == "kcal" else 1
    ours = factor_between(own, base)
    theirs = (
        registry.Quantity(times, published).to(registry.Unit({"m2": "m**2", "m3": "m**3"}.get(base, base))).magnitude
    )
    assert ours == pytest.approx(theirs, rel=1e-9)


def test_trap_4_net_never_converts_to_gross() -> None:
    for pair in [("kWh_net", "kWh_gross"), ("GJ_gross", "GJ_net"), ("kWh", "kWh_net"), ("kWh", "kWh_gross")]:
        with pytest.raises(UnitError, match="calorific value"):
            factor_between(*pair)


def test_trap_8_money_needs_year_and_price_basis() -> None:
    with pytest.raises(UnitError, match="USD_2021_purchaser"):
        dimension("USD")
    with pytest.raises(UnitError, match="price basis"):
        dimension("USD_2021")
    with pytest.raises(UnitError, match="price_ratio"):
        factor_between("USD_2021_purchaser", "USD_2022_purchaser")
    with pytest.raises(UnitError, match="price basis"):
        factor_between("USD_2021_purchaser", "USD_2021_producer")
    with pytest.raises(UnitError, match="exchange rate"):
        factor_between("USD_2021_purchaser", "EUR_2021_purchaser")
    assert money_parts("USD2021-purchaser") == ("USD", 2021, "purchaser")
    assert is_money("USD_2021_producer")
    assert not is_money("kg")
    with pytest.raises(UnitError, match="not money"):
        money_parts("kg")


@pytest.mark.parametrize(
    ("spelling", "unit"), [("t.km", "t_km"), ("kWh-gcv", "kWh_gross"), ("mmBtu-hhv", "mmBtu_gross"), ("litres", "L")]
)
def test_publishers_spellings_lead_to_one_name(spelling: str, unit: str) -> None:
    assert canonical(spelling) == unit


@pytest.mark.parametrize(("wrong", "proposed"), [("kwhh", "kWh"), ("pasenger_km", "passenger_km"), ("TONNE", "t")])
def test_an_unknown_unit_is_an_error_that_proposes(wrong: str, proposed: str) -> None:
    assert not known(wrong)
    with pytest.raises(UnitError, match=proposed):
        dimension(wrong)


def test_an_expression_is_not_a_unit() -> None:
    for text in ("kg*2", "kg/m3", "kkWh", "", "3 kg", "kg; drop"):
        assert not known(text)


def test_distances_of_unlike_things_differ() -> None:
    names = ["km", "passenger_km", "vehicle_km", "t_km", "room_night", "person_night", "night", "scf", "m3", "item"]
    assert len({dimension(name) for name in names}) == len(names)
    assert dimension("t_km") == "mass_distance"
    assert dimension("L") == dimension("m3") == "volume"


@given(st.sampled_from(unit_names()), st.sampled_from(unit_names()), st.sampled_from(unit_names()))
def test_conversion_is_an_equivalence_that_multiplies(first: str, second: str, third: str) -> None:
    if not dimension(first) == dimension(second) == dimension(third):
        return
    there = factor_between(first, second)
    assert there * factor_between(second, first) == pytest.approx(1.0, rel=1e-15)
    assert there * factor_between(second, third) == pytest.approx(factor_between(first, third), rel=1e-15)


@given(st.sampled_from(unit_names()), st.sampled_from(unit_names()))
def test_units_convert_exactly_when_their_dimensions_are_equal(first: str, second: str) -> None:
    try:
        factor_between(first, second)
    except UnitError:
        assert dimension(first) != dimension(second)
    else:
        assert dimension(first) == dimension(second)


def test_a_thousand_pairs_seen_before_cost_a_look_up_each() -> None:
    mass = [name for name in unit_names() if dimension(name) in ("mass", "volume", "energy")]
    pairs = [(a, b) for a in mass for b in mass if dimension(a) == dimension(b)][:1000]
    for pair in pairs:
        factor_between(*pair)
    before = factor_between.cache_info().misses
    start = time.process_time()
    for pair in pairs:
        factor_between(*pair)
    assert factor_between.cache_info().misses == before
    assert time.process_time() - start < 1.0


def test_prices_follow_the_published_index() -> None:
    # BLS CPI-U annual averages: 2017 245.120, 2021 270.970.
    assert price_ratio("USD", 2017, 2021) == pytest.approx(270.970 / 245.120, rel=1e-15)
    assert price_ratio("USD", 2021, 2021) == 1.0
    with pytest.raises(UnitError, match="2010 to 2024"):
        price_ratio("USD", 1999, 2021)
    with pytest.raises(UnitError, match="there is one for USD"):
        price_ratio("XTS", 2017, 2021)
