"""The saving panel: arithmetic by hand, range against an independent Monte Carlo, sign, and its words."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.products import LANGS, svg
from leafmark.products.i18n import text

from .conftest import KG, make, saving


def test_the_saving_is_the_difference_times_years_times_grid():
    panel = saving()
    assert panel.avoided_ug == round((190 - 121) * 10 * 0.25 * KG)  # 172.5 kg
    assert panel.low_ug < panel.avoided_ug < panel.high_ug


def test_a_shared_grid_factor_alone_scales_the_whole_difference():
    sigma = math.log(1.1)
    panel = saving()
    low, high = (172.5 * KG * math.exp(s * 1.959964 * sigma - sigma**2 / 2) for s in (-1, 1))
    assert panel.low_ug == pytest.approx(low, rel=1e-6)
    assert panel.high_ug == pytest.approx(high, rel=1e-6)


def test_the_range_with_three_errors_agrees_with_a_monte_carlo_of_200_000_draws():
    panel = saving(kwh_gsd=1.08, reference_kwh_gsd=1.15)
    rng = np.random.default_rng(7)

    def draw(mean: float, gsd: float) -> np.ndarray:
        sigma = math.log(gsd)
        return mean * rng.lognormal(-(sigma**2) / 2, sigma, 200_000)

    drawn = draw(0.25, 1.1) * 10 * (draw(190, 1.15) - draw(121, 1.08))
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert panel.low_ug / KG == pytest.approx(low, abs=4)
    assert panel.high_ug / KG == pytest.approx(high, abs=4)
    assert panel == saving(kwh_gsd=1.08, reference_kwh_gsd=1.15)


def test_a_product_that_uses_more_has_a_negative_saving_and_says_more():
    panel = saving(kwh_per_year=250.0)
    assert panel.avoided_ug < 0
    assert panel.low_ug < panel.avoided_ug < panel.high_ug < 0
    sentence = make(saving=panel)
    assert "150 kg CO₂e more than the reference (124 – 180)" in svg(sentence, "en", "full")


@given(
    st.floats(0, 1e5),
    st.floats(0, 1e5),
    st.floats(0, 50),
    st.floats(0, 2),
    st.floats(1, 3),
    st.floats(1, 2),
    st.floats(1, 2),
)
def test_low_value_high_always(theirs: float, ours: float, years: float, grid: float, g: float, u: float, r: float):
    panel = saving(
        reference_kwh_per_year=theirs, kwh_per_year=ours, years=years, grid_kg_per_kwh=grid, grid_gsd=g, kwh_gsd=u,
        reference_kwh_gsd=r,
    )  # fmt: skip
    assert panel.low_ug <= panel.avoided_ug <= panel.high_ug


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reference_model": ""}, "reference_model"),
        ({"use": ""}, "use"),
        ({"grid_factor_id": ""}, "grid_factor_id"),
        ({"kwh_per_year": float("nan")}, "kwh_per_year"),
        ({"kwh_per_year": -1.0}, "kwh_per_year"),
        ({"years": 101.0}, "years"),
        ({"grid_gsd": 0.9}, "grid_gsd"),
    ],
)
def test_a_claim_without_its_counterfactual_or_out_of_bounds_is_refused(changes: dict[str, object], said: str):
    with pytest.raises(ValueError, match=said):
        saving(**changes)


@pytest.mark.parametrize("lang", LANGS)
def test_more_than_the_reference_is_never_called_avoided_or_a_saving(lang: str):
    worse, better = make(saving=saving(kwh_per_year=250.0)), make(saving=saving())
    drawn = svg(worse, lang, "full")
    for key in ("saving.heading", "saving.apart"):
        assert text(lang, key) not in drawn
        assert text(lang, key) in svg(better, lang, "full")
        assert text(lang, f"{key}_adds") in drawn
        assert text(lang, f"{key}_adds") not in svg(better, lang, "full")
    told = worse.to_json()["saving"]
    assert (told["kind"], told["statement"][lang]) == ("additional", text(lang, "saving.apart_adds"))
    assert better.to_json()["saving"]["kind"] == "avoided"


def test_the_panel_says_in_every_language_that_it_is_no_part_of_the_footprint():
    label, plain = make(saving=saving()), make()
    for lang in LANGS:
        assert text(lang, "saving.apart") in svg(label, lang, "full")
    assert label.co2e_ug == plain.co2e_ug
    assert [s.percent for s in label.stages] == [s.percent for s in plain.stages]
    assert "not part of the footprint" in label.to_json()["saving"]["statement"]["en"]
