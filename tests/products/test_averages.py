"""The average of a category's estimates: its mean, and a range in which one factor's error is the same in every product."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.engine.sentences import LANGS
from leafmark.products.averages import Estimate, average, basis_key, units_of
from leafmark.products.footprint import Z95, Footprint, footprint_from
from leafmark.products.purposes import purposes

KG = 10**9


def estimate(grams_ug: int, gsd: float, units: float = 1.0, factor: str | None = "f", name: str = "p") -> Estimate:
    """A lognormal of that mean and geometric standard deviation."""
    sigma = math.log(gsd)
    low, high = (round(grams_ug * math.exp(-(sigma**2) / 2 + sign * Z95 * sigma)) for sign in (-1, 1))
    row = {"product_id": name, "status": "complete", "co2e_ug": grams_ug, "materials_ug": grams_ug,
           "low_ug": min(low, grams_ug), "high_ug": max(high, grams_ug)}  # fmt: skip
    footprint = footprint_from(row, {"category": "milk", "boundary": "cradle_to_retail", "category_estimate": True})
    return Estimate(footprint, units, factor)


def test_products_of_one_factor_average_to_the_factor_with_its_own_range() -> None:
    """3.15 kg/kg whatever the package, so the mean is 3.15 and its range the factor's: no package makes it surer."""
    found = average([estimate(round(3.15 * KG * kg), 1.5, kg) for kg in (0.25, 0.5, 1, 2, 4)])
    assert found is not None
    assert (found.count, found.mean_ug) == (5, round(3.15 * KG))
    sigma = math.log(1.5)
    assert found.low_ug == pytest.approx(3.15 * KG * math.exp(-(sigma**2) / 2 - Z95 * sigma), rel=1e-6)
    assert found.high_ug == pytest.approx(3.15 * KG * math.exp(-(sigma**2) / 2 + Z95 * sigma), rel=1e-6)


def test_two_factors_are_surer_together_than_either() -> None:
    """Independent errors of equal size: the mean's deviation is 1 / sqrt 2 of each."""
    one, two = estimate(KG, 1.3, factor="a"), estimate(KG, 1.3, factor="b")
    alone, both = average([one]), average([one, two])
    assert alone is not None
    assert both is not None
    relative = math.sqrt(math.expm1(math.log(1.3) ** 2)) / math.sqrt(2)
    sigma = math.sqrt(math.log1p(relative**2))
    assert both.high_ug == pytest.approx(KG * math.exp(-(sigma**2) / 2 + Z95 * sigma), rel=1e-6)
    assert both.high_ug - both.low_ug < alone.high_ug - alone.low_ug


def test_a_doubt_about_a_package_s_mass_is_none_about_its_grams_per_kg() -> None:
    sure, doubtful = estimate(KG, 1.2), estimate(2 * KG, 3.0, 2.0)
    assert average([sure, doubtful]) == average([sure, estimate(2 * KG, 1.2, 2.0)])


def test_unknown_figures_are_left_out_and_none_at_all_is_no_average() -> None:
    row = {"product_id": "x", "status": "rejected", "co2e_ug": None}
    unknown = Estimate(footprint_from(row, {}), 1.0, "f")
    assert average([unknown]) is None
    found = average([unknown, estimate(KG, 1.2)])
    assert found is not None
    assert found.count == 1


@given(
    st.lists(
        st.tuples(st.integers(1, 10**13), st.floats(1, 4), st.floats(0.01, 100), st.sampled_from("abc")),
        min_size=1,
        max_size=20,
    )
)
def test_the_mean_lies_in_its_range_and_among_the_products(rows: list[tuple[int, float, float, str]]) -> None:
    found = average([estimate(ug, gsd, units, factor) for ug, gsd, units, factor in rows])
    assert found is not None
    assert found.low_ug <= found.mean_ug <= found.high_ug
    each = [ug / units for ug, _, units, _ in rows]
    assert min(each) - 1 <= found.mean_ug <= max(each) + 1


def test_the_unit_is_what_the_catalogue_states() -> None:
    assert units_of({"mass_kg": 0.5}, "kg") == 0.5
    assert units_of({"mass_kg": None, "count_amount": 0.9, "count_unit": "kg"}, "kg") == 0.9
    assert units_of({"count_amount": 3, "count_unit": "piece"}, "kg") is None
    assert units_of({"mass_kg": 0.5}, "piece") is None
    assert units_of({"mass_kg": 0}, "kg") is None


def made(**about: object) -> Footprint:
    row = {"product_id": "p", "status": "complete", "co2e_ug": 1, "materials_ug": 1}
    return footprint_from(row, about, method_version="product.bill@2", gwp_set="AR6")


def test_categories_share_all_of_their_basis_but_what_they_are() -> None:
    milk = basis_key(made(category="milk", functional_unit="a litre of milk", boundary="cradle_to_retail").basis)
    assert milk == basis_key(made(category="oats", boundary="cradle_to_retail").basis)
    assert milk != basis_key(made(category="milk", boundary="cradle_to_plate").basis)
    assert milk != basis_key(made(category="milk", boundary="cradle_to_retail", use_region="FR").basis)


def test_every_purpose_is_named_and_cited() -> None:
    table = purposes()
    assert table.url.startswith("https://")
    for each in table.by_code.values():
        assert each.classes.startswith("0")
        assert set(each.names) == set(LANGS)
