"""Official classes of appliances: China's grades and Australia's stars, against what others published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from leafmark.products import Footprint, footprint_from, get_scheme, grade, parse_scheme

from .conftest import ON, catalogue, evidence, product

STARS = get_scheme("au.gems-2013.televisions")
CHINA = get_scheme("cn.gb24850-2020.televisions")
CHINA_LCD = get_scheme("cn.gb24850-2013.lcd")

REGISTER = [
    ("ATV5253", 11466.84, 220, 8.358511625413506, "8"),
    ("ATV4451", 11478.122496000002, 295, 7.048050502129969, "7"),
    ("ZTV0209", 2743.14, 90, 6.70735204082141, "6"),
    ("ZTV0233", 8228, 279, 5.90674249183239, "5.5"),
    ("ZTV0361", 2736.7112736, 131, 5.01670791097681, "5"),
    ("ZTV0236", 4412.28, 214, 4.59689375342633, "4.5"),
    ("ZTV0207", 4753.71638784, 240, 4.37275531152964, "4"),
    ("ZTV0302", 1528.845746, 115, 3.66011346442136, "3.5"),
    ("ZTV0208", 6754.867344, 444, 3.01653607679942, "3"),
    ("ZTV0385", 1000.8599999999999, 110, 2.6479697041952663, "2.5"),
    ("ZTV0298", 8233.29, 608, 2.41853602378862, "2"),
    ("ATV4291", 20200.7, 1660, 1.7265120677230028, "1.5"),
    ("ATV4197", 11477.9975, 1054, 1.341487937254744, "1"),
]
"""Models of the Australian register as downloaded on 8 September 2025: registration, screen area in cm2, labelled kWh a
year, its own "Star Rating Index" and stars. The first approved model of each number of stars."""


def television(**about: Any) -> Footprint:
    return footprint_from(product(), catalogue(category="television", **about))


@pytest.mark.parametrize(("registration", "area", "kwh", "index", "stars"), REGISTER)
def test_the_stars_are_those_the_register_publishes(
    registration: str, area: float, kwh: float, index: float, stars: str
) -> None:
    found = grade(television(screen_area_cm2=area, kwh_per_year=kwh), STARS, None, evidence(STARS), ON)
    assert (found.letter, found.reason) == (stars, "graded"), registration
    assert found.index == pytest.approx(index, abs=1e-9)
    published = grade(television(official_index=str(index)), STARS, None, evidence(STARS), ON)
    assert published.letter == stars


def test_a_published_index_goes_before_a_computed_one() -> None:
    _, area, kwh, _, stars = REGISTER[0]
    about = {"screen_area_cm2": area, "kwh_per_year": kwh}
    assert grade(television(**about), STARS, None, evidence(STARS), ON).letter == stars != "2"
    assert grade(television(**about, official_index="2.4"), STARS, None, evidence(STARS), ON).letter == "2"


@pytest.mark.parametrize(
    "about",
    [{}, {"kwh_per_year": 94.0}, {"screen_area_cm2": 1296.0}, {"kwh_per_year": "-", "screen_area_cm2": 1296.0},
     {"kwh_per_year": 0, "screen_area_cm2": 1296.0}, {"kwh_per_year": float("nan"), "screen_area_cm2": 1296.0}],
)  # fmt: skip
def test_no_stars_are_made_up_from_a_missing_figure(about: dict[str, Any]) -> None:
    found = grade(television(**about), STARS, None, evidence(STARS), ON)
    assert (found.letter, found.reason) == (None, "index_missing")


def test_a_figure_that_is_no_number_is_named() -> None:
    with pytest.raises(ValueError, match="kwh_per_year: expected a number, found 'much'"):
        television(kwh_per_year="much")


def test_stars_need_the_register_s_record() -> None:
    about = {"screen_area_cm2": 1296.0, "kwh_per_year": 94.0}
    assert grade(television(**about), STARS, None, [], ON).reason == "evidence_missing"


@pytest.mark.parametrize(
    ("index", "letter"),
    [
        ("4.0", "1"),
        ("3.99", "2"),
        ("3.0", "2"),
        ("2.0", "3"),
        ("1.99", "4"),
        ("1.5", "4"),
        ("1.0", "5"),
        ("0.99", None),
    ],
)
def test_china_2020_grades_by_energy_efficiency_and_more_is_better(index: str, letter: str | None) -> None:
    """Limits 4.0, 3.0, 2.0, 1.5 (OLED), 1.0 (8K): china-led.net, 27 July 2020; 4.0 and 3.0 by waiet.cn as well."""
    found = grade(television(official_index=index), CHINA, None, evidence(CHINA), ON)
    assert (found.letter, found.reason) == (letter, "graded" if letter else "below_classes")


@pytest.mark.parametrize(
    ("scheme_id", "category", "limits"),
    [("cn.gb24850-2013.lcd", "television", ("2.7", "2.0", "1.3")),
     ("cn.gb24850-2013.plasma", "plasma_television", ("2.0", "1.6", "1.2"))],
)  # fmt: skip
def test_china_2013_grades_until_the_next_standard(scheme_id: str, category: str, limits: tuple[str, ...]) -> None:
    """LCD 2.7, 2.0, 1.3 and plasma 2.0, 1.6, 1.2: Marbridge Daily, 15 May 2013."""
    scheme = get_scheme(scheme_id)
    for place, limit in enumerate(limits, 1):
        sold = replace(television(official_index=limit), basis=replace(television().basis, category=category))
        pieces = [replace(each, expires_on=date(2030, 1, 1)) for each in evidence(scheme)]
        assert grade(sold, scheme, None, pieces, date(2021, 7, 31)).letter == str(place)
        assert grade(sold, scheme, None, pieces, date(2021, 8, 1)).reason == "not_in_force"
    assert CHINA.valid_from == CHINA_LCD.valid_to


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("at_least = 3.0", "at_least = 5.0", "must fall"),
        ("at_least = 3.0", "below = 3.0", "found both"),
        ('kind = "official_class"', 'kind = "index"', "more is never better"),
    ],
)
def test_a_faulty_table_of_floors_is_refused(old: str, new: str, said: str) -> None:
    text = """
id = "x"
version = "1"
kind = "official_class"
title = "X"
states = ["graded", "declared"]
valid_from = 2021-08-01
source = { title = "T", clause = "C", url = "https://example.org" }
classes = [{ letter = "1", at_least = 4.0 }, { letter = "2", at_least = 3.0 }]
"""
    assert parse_scheme(text).letters == ("1", "2")
    with pytest.raises(ValueError, match=said):
        parse_scheme(text.replace(old, new, 1))


@pytest.mark.parametrize("rule", ["base_kwh = 0", "reduction = 1.0", "reduction = 0"])
def test_a_faulty_rule_for_an_index_is_refused(rule: str) -> None:
    field = rule.split()[0]
    values = {"base_kwh": "65.41", "base_kwh_per_cm2": "0.0934", "reduction": "0.2"} | {field: rule.split()[-1]}
    inline = ", ".join(f"{name} = {value}" for name, value in values.items())
    text = (
        'id = "x"\nversion = "1"\nkind = "official_class"\ntitle = "X"\nstates = ["graded"]\nvalid_from = 2021-08-01\n'
        'source = { title = "T", clause = "C", url = "https://example.org" }\n'
        'classes = [{ letter = "2", at_least = 2 }, { letter = "1", at_least = 1 }]\n'
        f"index = {{ {inline} }}\n"
    )
    with pytest.raises(ValueError, match="index: expected base_kwh > 0"):
        parse_scheme(text)
