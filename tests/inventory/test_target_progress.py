"""Targets: paths by the book, actuals and gaps by hand, trends by an independent fit, bad words refused by name."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_inventory import made

from leafmark.inventory.book import InventoryError
from leafmark.inventory.targets import Progress, contraction_percent, path_figure, progress, project, read_targets
from leafmark.inventory.targets.pathways import Points, path_of
from leafmark.inventory.targets.projection import t_975
from leafmark.inventory.time import LANGS, History, read_change, recalculate

T = 10**12
POLICY = 'years = [2021]\nreason = "the first year with good data"\nthreshold_percent = 5\n'
TARGET = """\
[[target]]
id = "operations"
name = "Own operations"
kind = "absolute"
base_year = 2021
target_year = 2030
scopes = [1, 2]
statement = "market"
pathway = "linear"
reduction_percent = 90
"""
ORDERS = """
[[denominator]]
name = "orders"
unit = "order"
source = "the order system"
values = { 2021 = 1000, 2022 = 1250 }
"""


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Scope 1: 100 t, 90, 80; Scope 2 by location 50 each, by market 40, 20, 0; Scope 3: 1,000 in categories 1 and 4."""
    folder = tmp_path / "history"
    folder.mkdir()
    (folder / "base_year.toml").write_text(POLICY, encoding="utf-8")
    found = History.open(folder)
    for year, fuel, market in ((2021, 100, 40), (2022, 90, 20), (2023, 80, 0)):
        rows = [
            {"co2e_ug": fuel * T}, {"scope": 2, "statement": "location", "co2e_ug": 50 * T}, {"scope": 2, "statement": "market", "co2e_ug": market * T},
            {"scope": 3, "category": 1, "co2e_ug": 900 * T}, {"scope": 3, "category": 4, "entity_id": "post", "co2e_ug": 100 * T},
        ]  # fmt: skip
        found = found.file(made(tmp_path / str(year), rows, year))
    return found


def held(history: History, text: str) -> Progress:
    file = history.path / "targets.toml"
    file.write_text(text, encoding="utf-8")
    (target,) = read_targets(file)
    return progress(history, target)


def test_actual_path_and_gap_by_hand(history: History) -> None:
    """140 t fall by 90 % in nine years: 14 t a year. 2022 is 110 against 126, 2023 is 80 against 112."""
    found = held(history, TARGET)
    assert (found.base_ug, found.goal_ug) == (140 * T, 14 * T)
    shown = {year.year: (year.path_ug, year.actual_ug, year.gap_ug) for year in found.years}
    assert shown[2022] == (126 * T, 110 * T, -16 * T)
    assert shown[2023] == (112 * T, 80 * T, -32 * T)
    assert shown[2024] == (98 * T, None, None)
    assert (found.on_path, found.newest.year if found.newest else None) == (True, 2023)
    assert (found.projection.why_not, found.projection.projected) == ("too_few_years", ())


def test_the_statement_scopes_categories_and_entities_of_a_target_are_kept(history: History) -> None:
    assert held(history, TARGET.replace("market", "location")).base_ug == 150 * T
    for more, tonnes in (("", 1140), ("categories = [4]", 240), ('entities = ["post"]', 100)):
        assert held(history, TARGET.replace("[1, 2]", "[1, 2, 3]") + more).base_ug == tonnes * T


def test_an_intensity_is_grams_by_its_denominator(history: History) -> None:
    """140 t by 1,000 orders are 140 kg an order; 110 t by 1,250 are 88. 2023 has no orders, and so no intensity."""
    text = TARGET.replace("absolute", "intensity").replace("= 90", '= 50\ndenominator = "orders"') + ORDERS
    found = held(history, text)
    assert (found.base_ug, found.goal_ug) == (T * 140 // 1000, T * 70 // 1000)
    assert [year.actual_ug for year in found.years][:3] == [T * 140 // 1000, T * 88 // 1000, None]
    assert found.lacking == (2023,)


def test_a_recalculated_base_moves_the_path_and_the_old_one_is_shown(history: History, tmp_path: Path) -> None:
    made(tmp_path / "bought", [{"entity_id": "C", "co2e_ug": 60 * T}], 2021)
    change = tmp_path / "c.toml"
    change.write_text(
        'id = "c"\nkind = "acquisition"\ndate = 2022-01-01\nreason = "r"\nsource = "s"\nentity_id = "C"\n[add]\n2021 = "bought"\n',
        encoding="utf-8",
    )
    history, outcome = recalculate(history, read_change(change))
    assert outcome.significant
    found = held(history, TARGET)
    assert (found.base_ug, found.base_filed_ug, found.goal_ug) == (200 * T, 140 * T, 20 * T)


def test_contraction_counts_from_2020_for_a_late_base_year() -> None:
    """42 % by 2030, from 2020 and from a later base year alike (RR = LAR x (TY - 2020)); an early base year has its own years besides."""
    assert contraction_percent(2020, 2030) == contraction_percent(2022, 2030) == Decimal("42.0")
    assert contraction_percent(2018, 2030) == Decimal("50.4")
    assert contraction_percent(2015, 2050) == 100
    late = path_of("contraction", 2022, 1000, 2030, None, {})
    assert (late.path_ug(2022), late.path_ug(2026), late.goal_ug) == (1000, 790, 580)


def test_contraction_is_a_pathway_of_absolute_targets(history: History) -> None:
    found = held(history, TARGET.replace('"linear"\nreduction_percent = 90', '"contraction"'))
    assert found.goal_ug == Fraction(140 * T) * (1 - Fraction(42, 100))


@given(st.integers(1, 10**22), st.dictionaries(st.integers(2022, 2040), st.integers(0, 100).map(Decimal), min_size=1))
def test_a_path_of_points_goes_through_them_and_straight_between(base_ug: int, points: dict[int, Decimal]) -> None:
    path = Points(2021, base_ug, points)
    assert path.path_ug(2021) == path.path_ug(2000) == base_ug
    for year, percent in points.items():
        assert path.path_ug(year) == int(base_ug * (1 - Fraction(percent) / 100))
    known = sorted({2021: Decimal(0), **points}.items())
    for year in range(2021, max(points) + 1):
        expected = np.interp(
            year, [each for each, _ in known], [float(base_ug * (1 - percent / 100)) for _, percent in known]
        )
        assert path.path_ug(year) == pytest.approx(expected, rel=1e-9, abs=1)


def test_students_t_is_the_distributions() -> None:
    """The density is added up by Simpson's rule: 97.5 % of it lies below each of the table's values, and of those past the table."""
    for freedom in (1, 2, 3, 5, 10, 30, 31, 60):
        end = t_975(freedom)
        scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)
        at = np.linspace(0, end, 20_001)
        density = scale * (1 + at**2 / freedom) ** (-(freedom + 1) / 2)
        area = (at[1] / 3) * (density[0] + density[-1] + 4 * density[1:-1:2].sum() + 2 * density[2:-1:2].sum())
        assert 0.5 + area == pytest.approx(0.975, abs=2e-5)


def test_a_trend_is_the_least_squares_one_with_its_prediction_interval() -> None:
    """Against numpy's own fit, and the interval by the matrix form x0' (X'X)^-1 x0."""
    actuals = {2019: 105.0, 2020: 96.0, 2021: 99.0, 2022: 90.0, 2023: 84.0}
    found = project(actuals, [2024, 2030], "linear")
    x, y = np.array(list(actuals)), np.array(list(actuals.values()))
    slope, start = np.polyfit(x - 2019, y, 1)
    design = np.column_stack([np.ones(5), x - 2019])
    s2 = ((y - design @ [start, slope]) ** 2).sum() / 3
    for each in found.projected:
        at = np.array([1, each.year - 2019])
        half = 3.182 * math.sqrt(s2 * (1 + at @ np.linalg.inv(design.T @ design) @ at))
        assert each.middle_ug == pytest.approx(start + slope * (each.year - 2019))
        assert (each.low_ug, each.high_ug) == pytest.approx((each.middle_ug - half, each.middle_ug + half))


def test_a_constant_rate_goes_on_and_never_falls_below_nothing() -> None:
    found = project({2020 + n: 1000 * 0.9**n for n in range(5)}, [2025, 2060])
    assert found.percent_a_year == pytest.approx(-10)
    assert found.projected[0].middle_ug == pytest.approx(1000 * 0.9**5)
    assert found.projected[1].low_ug > 0


def test_too_few_years_and_a_zero_have_no_trend_of_rates() -> None:
    assert project({2020: 1.0, 2021: 1.0, 2022: 1.0}, [2023]).why_not == "too_few_years"
    zero = {2020: 3.0, 2021: 2.0, 2022: 1.0, 2023: 0.0}
    assert project(zero, [2024]).why_not == "not_positive"
    assert project(zero, [2024], "linear").projected[0].middle_ug == pytest.approx(-1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("target_year = 2030", "target_year = 2021", "target_year: expected a year after the base year 2021"),
        ("target_year = 2030", "target_year = 20300", "expected 1990 to 2100"),
        ("base_year = 2021", "", "base_year: missing"), ('statement = "market"', "", "statement: missing"),
        ('statement = "market"', 'statement = "both"', "expected one of location, market"),
        ("scopes = [1, 2]", "scopes = []", "scopes: missing"), ("scopes = [1, 2]", "scopes = [4]", "have an ambition of their own"),
        ("scopes = [1, 2]", "scopes = [1]\ncategories = [1]", "with scope 3"), ("= 90", "= 0", "more than 0 and at most 100"),
        ("= 90", "= 101", "at most 100"), ("= 90", "= nan", "expected a number"), ('"linear"', '"contraction"', "leave it out"),
        ('"linear"\nreduction_percent = 90', '"custom"', "points: expected by the pathway custom"),
        ('"linear"\nreduction_percent = 90', '"custom"\npoints = {2025 = 10}', "the last of them in the target year"),
        ('"absolute"', '"intensity"', "denominator: expected by an intensity target only"),
        ('"absolute"', '"relative"', "expected one of absolute, intensity"), ("reduction_percent = 90", 'reduction_percent = 90\ncolour = "x"', "no such field"),
    ],
)  # fmt: skip
def test_a_target_that_says_nothing_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    file = tmp_path / "targets.toml"
    assert old in TARGET
    file.write_text(TARGET.replace(old, new), encoding="utf-8")
    with pytest.raises(InventoryError, match=message):
        read_targets(file)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2021 = 1000", "2021 = 0", "2021: expected more than 0 order, found 0"), ("2021 = 1000", "2021 = -5", "found -5"),
        ('name = "orders"', 'name = "revenue"', "currency and price_year"), ('source = "the order system"', "", "source: missing"),
        ("2021 = 1000, 2022 = 1250", "", "values: missing"),
    ],
)  # fmt: skip
def test_a_denominator_of_nothing_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    file = tmp_path / "targets.toml"
    file.write_text(TARGET + ORDERS.replace(old, new), encoding="utf-8")
    with pytest.raises(InventoryError, match=message):
        read_targets(file)


def test_a_base_year_that_was_not_filed_or_has_nothing_is_refused(history: History) -> None:
    with pytest.raises(InventoryError, match="base year 2020 was not filed"):
        held(history, TARGET.replace("base_year = 2021", "base_year = 2020"))
    with pytest.raises(InventoryError, match="nothing can fall"):
        held(history, TARGET + 'entities = ["nobody"]')
    lacking = TARGET.replace("absolute", "intensity").replace("= 90", '= 50\ndenominator = "orders"') + ORDERS.replace(
        "2021 = 1000, ", ""
    )
    with pytest.raises(InventoryError, match="no amount for the base year 2021"):
        held(history, lacking)


def test_the_chart_says_what_the_figures_are_in_every_language(history: History) -> None:
    found = held(history, TARGET)
    for lang in LANGS:
        figure = path_figure(found, lang)
        assert figure.rows[2][:4] == ("2023", "112", "80.0", "\u221232.0")
        assert "80.0 t" in figure.said
        assert figure.svg.count("<polyline") > 3
        assert "style=" not in figure.svg
        assert "script" not in figure.html()
