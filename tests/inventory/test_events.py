"""Events on one functional unit: by hand, shared factors that cancel, a break-even that a second run confirms, and staff that is no gram."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.engine.explain import explain
from leafmark.engine.replay import replay
from leafmark.factors.model import builtin
from leafmark.inventory.events import KINDS, Counted, EventError, Setting, count, differences, read_event, span, staff
from leafmark.inventory.events.counting import Entry
from leafmark.inventory.events.tables import REASONS, Event

KNOWN_ON = dt.date(2026, 9, 30)
HEAD = "variant,kind,name,key,amount,unit,persons,mass_kg,distance_km,kwh_per_unit,kg_per_unit,region,with_distance,source\n"
SITE = """\
site,crew,camera,,2,,10,,,,,,,
site,travel,cars,travel.car.average.diesel,400,vehicle_km,5,,,,,,yes,invented
site,hotel,,,1,,10,,,,,,,
site,freight,OB van,freight.hgv.rigid.average_laden,,,,10000,400,,,,yes,
site,generator,,fuel.diesel,100,L,,,,,,,,
site,catering,,,20,item,,,,,2.5,,,
"""
CLOUD = """\
cloud,crew,camera,,2,,4,,,,,,,
cloud,crew,gallery,,1,,5,,,,,,,
cloud,travel,cars,travel.car.average.diesel,400,vehicle_km,2,,,,,,yes,invented
cloud,power,hub,,300,,,,,,,,,
cloud,link,fibre,,1000,GB,,,,0.06,,,,
cloud,cloud,servers,,50,h,,,,0.5,,,,
"""
DIESEL_CAR, HOTEL, RIGID, DIESEL = 0.16983 + 0.04145, 10.4, 0.17819 + 0.04324, 2.51206 + 0.61101
"""UK DESNZ 2023 (hotel 2025), kg CO2e per vehicle-km, room night, t km and litre, AR5: read in the publisher's flat files."""
GRID = 0.207074 + 0.0459 + 0.01792 + 0.00397
"""UK DESNZ 2023: generation, upstream, losses and their upstream, kg per kWh."""


def event_in(folder: Path, rows: str = SITE + CLOUD, **fields: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    given = {
        "name": '"match"',
        "programme_hours": 2,
        "base": '"site"',
        "region": '"GB"',
        "date": '"2023-06-30"',
        "distance_km": 200,
    } | fields
    (folder / "event.toml").write_text(
        "".join(f"{name} = {value}\n" for name, value in given.items() if value is not None), encoding="utf-8"
    )
    (folder / "activities.csv").write_text(HEAD + rows, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def setting() -> Setting:
    return Setting((builtin(),), KNOWN_ON, "AR5")


def counted(folder: Path, setting: Setting, rows: str = SITE + CLOUD, **fields: object) -> Counted:
    return count(read_event(event_in(folder, rows, **fields)), setting, folder / "runs")


@pytest.fixture(scope="module")
def match(tmp_path_factory: pytest.TempPathFactory, setting: Setting) -> Counted:
    return counted(tmp_path_factory.mktemp("match"), setting)


def test_every_kind_by_hand_and_by_its_method(match: Counted) -> None:
    assert not match.refused
    by_hand = {
        ("site", "travel"): 400 * 5 * DIESEL_CAR, ("site", "hotel"): 10 * HOTEL, ("site", "freight"): 10 * 400 * RIGID,
        ("site", "generator"): 100 * DIESEL, ("site", "catering"): 20 * 2.5, ("cloud", "travel"): 400 * 2 * DIESEL_CAR,
        ("cloud", "power"): 300 * GRID, ("cloud", "link"): 1000 * 0.06 * GRID, ("cloud", "cloud"): 50 * 0.5 * GRID,
    }  # fmt: skip
    for (variant, kind), kg in by_hand.items():
        assert match.total_ug(variant, kind) == pytest.approx(kg * 1e9, rel=1e-6), (variant, kind)
    for variant in ("site", "cloud"):
        parts = {kind: match.total_ug(variant, kind) for kind in KINDS}
        assert match.total_ug(variant) == sum(parts.values())
        assert parts["crew"] == 0


def test_every_figure_explains_itself_and_can_be_made_again(match: Counted) -> None:
    run = match.runs["combustion.direct"]
    assert explain(run, "site")["co2e_ug"] == match.total_ug("site", "generator")
    assert replay(run)["same"]


def test_a_range_is_the_one_that_the_engines_run_has(match: Counted) -> None:
    totals = match.runs["combustion.direct"].record["totals"]
    found = span(each for each in match.entries if each.kind == "generator")
    assert found.co2e_ug == totals["co2e_ug"]
    assert (found.low_ug, found.high_ug) == (
        pytest.approx(totals["low_ug"], rel=1e-6),
        pytest.approx(totals["high_ug"], rel=1e-6),
    )


def test_staff_is_people_and_days_and_never_a_gram(match: Counted) -> None:
    site, cloud = (staff(match.event.activities, name) for name in ("site", "cloud"))
    assert (site.persons, site.days, cloud.persons, cloud.days) == (10, 20, 9, 13)
    assert cloud.roles == (("camera", 4, 8), ("gallery", 5, 5))
    assert not [each for each in match.entries if each.kind == "crew"]
    fewer = differences(match)["cloud"]
    assert fewer is not None
    assert fewer.relation == "lower"


def test_what_variants_share_is_drawn_once(tmp_path: Path, setting: Setting) -> None:
    rows = "a,travel,cars,travel.car.average.diesel,100,vehicle_km,,,,,,,,\nb,travel,cars,travel.car.average.diesel,99,vehicle_km,,,,,,,,\n"
    found = counted(tmp_path, setting, rows, base='"a"', distance_km=None)
    one = differences(found)["b"]
    assert one is not None
    assert one.lower_share == 1  # the same cars: one factor's error on both sides
    alone = span(each for each in found.entries if each.variant == "a")
    assert alone.high_ug - alone.low_ug > 10 * abs(
        one.span.co2e_ug
    )  # each alone is known far worse than the difference


def test_the_break_even_distance_is_confirmed_by_a_second_run(tmp_path: Path, setting: Setting) -> None:
    rows = "".join(f"{line}\n" for line in (SITE + CLOUD).splitlines() if ",travel," in line or ",power," in line)
    found = counted(tmp_path, setting, rows)
    one = differences(found)["cloud"]
    assert one is not None
    even = one.even
    assert even is not None
    assert even.km == pytest.approx(
        200 * 300 * GRID / (1200 * DIESEL_CAR), rel=1e-6
    )  # the hub's power against three cars' journeys
    assert even.low_km < even.km < even.high_km
    assert even.why == "beyond it cloud emits less"
    again = count(found.event, setting, tmp_path / "even", factor=even.km / 200)
    assert again.total_ug("site") == pytest.approx(again.total_ug("cloud"), abs=len(again.entries))
    nearer = count(found.event, setting, tmp_path / "near", factor=even.km / 400)
    assert nearer.total_ug("cloud") > nearer.total_ug("site")  # next door, the cloud is worse
    assert found.total_ug("cloud") < found.total_ug("site")


def test_remote_can_be_worse_and_says_so(tmp_path: Path, setting: Setting) -> None:
    flown = "cloud,travel,hub crew flown in,travel.flight.short_haul.economy,2500,passenger_km,12,,,,,,,\n"
    one = differences(counted(tmp_path, setting, SITE.splitlines()[1] + "\n" + flown))["cloud"]
    assert one is not None
    assert one.span.co2e_ug > 0
    assert one.relation == "higher"
    assert one.even is not None
    assert one.even.why == "beyond it site emits less" or one.even.km is not None


def test_a_variant_with_a_refused_row_is_not_compared(tmp_path: Path, setting: Setting) -> None:
    bad = "cloud,travel,tram,travel.tram.nowhere,5,passenger_km,1,,,,,,,\ncloud,dance,,,1,,,,,,,,,\ncloud,power,,,-1,,,,,,,,,\ncloud,link,,,5,GB,,,,,,,,\ncloud,power,,,1e13,,,,,,,,,\n"
    found = counted(tmp_path, setting, SITE.splitlines()[1] + "\n" + bad)
    assert {(each.row, each.reason) for each in found.refused} == {
        (2, "unknown_key"), (3, "unknown_word"), (4, "below_bound"), (5, "missing_value"), (6, "above_bound"),
    }  # fmt: skip
    assert differences(found) == {"cloud": None}
    assert found.complete("site")
    assert not found.complete("cloud")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("programme_hours", None, "programme_hours: missing"), ("programme_hours", 0, "expected a number above 0"),
        ("programme_hours", 1e-320, "expected a number above 0"), ("base", '"moon"', "no variant"),
        ("distance_km", None, "distance_km: missing"), ("audience", 5, "no field of an event"), ("name", "[", "not TOML"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_read_says_what_to_do(tmp_path: Path, field: str, value: object, said: str) -> None:
    with pytest.raises(EventError, match=said):
        read_event(event_in(tmp_path, **{field: value}))


parts = st.tuples(st.integers(0, 10**12), st.integers(0, 10**12))


@given(parts, parts, st.floats(1, 5000))
def test_the_break_even_is_where_both_totals_meet(
    site: tuple[int, int], cloud: tuple[int, int], distance: float
) -> None:
    entries = tuple(
        Entry(name, "travel" if going else "power", "x", f"factor {going}", f"factor {going}", ug, 0.1, bool(going))
        for name, both in (("site", site), ("cloud", cloud)) for going, ug in enumerate(both)
    )  # fmt: skip
    made = Counted(Event("e", 1, "site", (), (), distance), entries, (), {})

    def at(variant: tuple[int, int], km: float) -> float:
        return variant[0] + variant[1] * km / distance

    from leafmark.inventory.events.comparing import _difference

    even = _difference(made, "cloud", "site").even
    assert even is not None
    if even.km is None:
        assert all((at(site, km) - at(cloud, km)) * (site[0] - cloud[0]) >= 0 for km in (0.0, distance, 100 * distance))
    else:
        assert at(site, even.km) == pytest.approx(at(cloud, even.km), rel=1e-6, abs=1)
        beyond = at(cloud, 2 * even.km + 1) < at(site, 2 * even.km + 1)
        assert even.why == f"beyond it {'cloud' if beyond else 'site'} emits less"


def test_every_reason_has_its_words_and_an_entry_in_the_guide() -> None:
    root = Path(__file__).parents[2]
    page = (root / "docs" / "inventory-events.md").read_text(encoding="utf-8")
    code = (root / "src" / "leafmark" / "inventory" / "events" / "reading.py").read_text(encoding="utf-8")
    assert {reason for reason in REASONS if f'"{reason}"' not in code} == set()
    assert {reason for reason in REASONS if f"`{reason}`" not in page} == set()
    assert {kind for kind in KINDS if f"`{kind}`" not in page} == set()
