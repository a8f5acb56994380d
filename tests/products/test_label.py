"""Label data: what is said and what is withheld, and the JSON form."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafmark.methods import LIBRARY
from leafmark.methods import Method as MethodOfRun
from leafmark.products import Equivalence, footprint_from, freeze, get_scheme, grade, label_data
from leafmark.products.footprint import probability_below
from leafmark.products.label import percents
from leafmark.products.method_named import method_named
from leafmark.products.sentences import Sentences

from .conftest import KG, METHOD, ON, STAGE_COLUMNS, TABLE, catalogue, evidence, make, product

EU = get_scheme("eu.2019-2013.displays")
USE_ONLY = {f"{stage}_ug": None for stage in ("materials", "manufacturing", "packaging", "transport", "end_of_life")}


def test_shares_add_up_to_a_hundred():
    label = make()
    assert [(s.stage, s.percent) for s in label.stages] == [
        ("materials", 19), ("manufacturing", 7), ("packaging", 1), ("transport", 2), ("use", 68), ("end_of_life", 3),
    ]  # fmt: skip


@given(st.lists(st.integers(-(10**12), 10**15), min_size=1, max_size=6))
def test_rounded_shares_sum_as_the_parts_do_and_none_is_off_by_one(parts: list[int]):
    whole = sum(parts)
    if whole <= 0:
        return
    found = percents(parts, whole)
    assert sum(found) == 100
    assert all(abs(share - part * 100 / whole) < 1 + 1e-6 for share, part in zip(found, parts, strict=True))


def test_null_is_not_zero_and_a_missing_stage_makes_a_part_of_the_life_cycle():
    assert make(product_changes={"transport_ug": 0}).boundary == "cradle_to_grave"
    partial = make(product_changes={"transport_ug": None}, catalogue_changes={"boundary": "cradle_to_grave"})
    assert partial.boundary == "partial"
    assert (partial.comparison, partial.comparison_refused) == (None, "boundary")
    assert make(product_changes=USE_ONLY).boundary == "use_only"


def test_an_unknown_product_shows_no_figure_and_no_shares():
    label = make("leafmark.percentile", product_changes={"status": "unknown", "rejected_lines": 3})
    assert (label.co2e_ug, label.low_ug, label.high_ug, label.primary_percent) == (None, None, None, None)
    assert (label.comparison, label.grade.state) == (None, "unknown")
    assert {s.percent for s in label.stages} == {None}


def test_a_category_estimate_carries_its_flag_and_is_not_compared():
    label = make("leafmark.percentile", catalogue_changes={"category_estimate": True})
    assert (label.grade.state, label.grade.letter, label.comparison) == ("category_estimate", None, None)
    assert label.to_json()["flag"]["en"] == "Typical of this category, not measured for this product"


@pytest.mark.parametrize(
    ("kg", "low", "high", "relation"),
    [
        (412, 338, 497, "below"), (930, 800, 1090, "above"), (500, 350, 700, "similar"), (534, 534, 534, "similar"),
        (420, 300, 575, "similar"),
    ],
)  # fmt: skip
def test_lower_is_said_only_where_it_is_95_percent_sure(kg: int, low: int, high: int, relation: str):
    label = make(product_changes={"co2e_ug": kg * KG, "low_ug": low * KG, "high_ug": high * KG})
    assert label.comparison is not None
    assert label.comparison.relation == relation


@given(st.floats(1.01, 4), st.integers(10**6, 10**15), st.floats(0.2, 5))
def test_the_probability_agrees_with_the_range_it_is_read_from(gsd: float, value: int, ratio: float):
    row = product(co2e_ug=value, low_ug=int(value / gsd), high_ug=int(value * gsd))
    footprint = footprint_from(row, catalogue())
    low, high = (probability_below(footprint, int(value * bound)) for bound in (ratio, ratio * 1.1))
    assert 0 <= low <= high <= 1


@pytest.mark.parametrize("gtin", [None, "", "9506000134353", "not a gtin"])
def test_without_a_valid_gtin_there_is_no_link(gtin: object):
    label = make(catalogue_changes={"gtin": gtin})
    assert (label.gtin, label.link) == (None, None)


def test_without_a_base_address_there_is_no_link():
    assert make(base=None).link is None
    assert make().link == "https://id.example.org/01/09506000134352"


def test_a_grade_ends_with_its_evidence():
    assert make("leafmark.percentile").valid_until == date(2027, 6, 30)
    assert make().valid_until == date(2027, 11, 30)
    assert make("leafmark.percentile", certified=False).grade.reason == "evidence_missing"


def test_an_official_class_stands_apart_and_the_footprint_stays_declared():
    about = {"category": "television", "official_index": "0.68"}
    for label in (
        make(catalogue_changes=about, official_scheme=EU, more_evidence=evidence(EU)),
        make("eu.2019-2013.displays", catalogue_changes=about),
    ):
        assert (label.grade.state, label.grade.letter) == ("declared", None)
        assert label.official is not None
        assert (label.official.letter, label.official.clause) == ("E", "Annex II, part A, table 1")
    assert make(catalogue_changes=about, official_scheme=EU).official is None


def test_an_equivalence_is_well_to_wheel_or_nothing():
    with pytest.raises(ValueError, match="wtw"):
        Equivalence(1650, "travel.car.petrol", "ttw")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"low_ug": 500 * KG}, "low <= value <= high"),
        ({"high_ug": 1}, "low <= value <= high"),
        ({"co2e_ug": 412.5}, "whole micrograms"),
        ({"co2e_ug": 412 * KG, "use_ug": 281 * KG + 1}, "add up to"),
    ],
)
def test_rows_that_contradict_themselves_are_refused(changes: dict[str, Any], said: str):
    with pytest.raises(ValueError, match=said):
        make(product_changes=changes)


def test_a_boundary_without_a_meaning_is_refused():
    with pytest.raises(ValueError, match="cradle_to_grave"):
        make(catalogue_changes={"boundary": "whole"})


def test_json_has_its_schema_and_reads_back_as_numbers_and_dates():
    body = json.loads(json.dumps(make("leafmark.index").to_json(), allow_nan=False))
    assert body["schema"] == "leafmark.label/1"
    assert (body["co2e_ug"], body["grade"]["letter"], body["valid_until"]) == (412 * KG, "B", "2027-06-30")
    assert body["method"] == {"id": "product.bill", "version": "1.0", "standard": "ISO 14067:2018", "reference": ""}


@pytest.mark.parametrize(
    ("native_ug", "percent", "said"),
    [
        (None, None, "· AR6"),
        (0, 0, "· AR6"),
        (412 * KG, 100, "· GWP as published"),
        (103 * KG, 25, "· AR6, 25% with GWP as published"),
        (1, 1, "· AR6, 1% with GWP as published"),
        (412 * KG - 1, 99, "· AR6, 99% with GWP as published"),
    ],
)
def test_a_figure_not_restated_does_not_say_it_is(native_ug: int | None, percent: int | None, said: str) -> None:
    label = make(product_changes={"gwp_native_ug": native_ug})
    assert label.gwp_native_percent == percent
    assert Sentences(label, "en").method.endswith(said)


@pytest.mark.parametrize(
    ("boundary", "says"), [("cradle_to_retail", "cradle to shop"), ("cradle_to_plate", "cradle to plate")]
)
def test_a_figure_booked_unsplit_gives_no_stage_its_whole(boundary: str, says: str) -> None:
    changes = dict.fromkeys(STAGE_COLUMNS) | {"materials_ug": 3 * KG, "primary_ug": None}
    label = make(product_changes=changes, catalogue_changes={"boundary": boundary}, compared=False)
    assert Sentences(label, "en").boundary == says
    assert label.unsplit
    assert [share.percent for share in label.stages] == [None] * 6
    words = Sentences(label, "en")
    assert words.unsplit in words.description
    assert not any("Materials" in said for said in words.description)
    assert not make().unsplit


DECLARED = {"materials_ug": None, "packaging_ug": None, "manufacturing_ug": 111 * KG}
INSIDE = {"boundary": "cradle_to_grave", "inside_manufacturing": "materials; packaging"}


@pytest.mark.parametrize("lang", ["en", "zh-Hans", "zh-Hant"])
def test_stages_that_a_maker_books_inside_making_are_assessed(lang: str) -> None:
    label = make(product_changes=DECLARED, catalogue_changes=INSIDE)
    words = Sentences(label, lang)
    assert (label.boundary, label.inside_manufacturing) == ("cradle_to_grave", ("materials", "packaging"))
    assert words.unassessed == ""
    for stage in ("manufacturing", "materials", "packaging"):
        assert words.say(f"stages.{stage}") in words.inside
    assert words.inside in words.description
    assert sum(share.percent or 0 for share in label.stages) == 100
    apart = make(product_changes=DECLARED, catalogue_changes={"boundary": "cradle_to_grave"})
    assert (apart.boundary, Sentences(apart, lang).inside) == ("partial", "")
    assert Sentences(apart, lang).unassessed


def test_a_whole_with_stages_inside_making_compares_with_wholes() -> None:
    assert make(product_changes=DECLARED, catalogue_changes=INSIDE).comparison is not None
    assert make(product_changes=DECLARED).comparison_refused == "boundary"


@pytest.mark.parametrize(
    ("product_changes", "inside", "said"),
    [
        (DECLARED, "materials;use", "expected materials, packaging, transport, joined by ';', found 'materials;use'"),
        (DECLARED, "transport", "names transport, which has 8000000000 ug of its own"),
    ],
)
def test_what_cannot_be_inside_making_is_refused(product_changes: dict[str, Any], inside: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make(product_changes=product_changes, catalogue_changes={"inside_manufacturing": inside})


def test_an_unknown_product_has_nothing_inside_making() -> None:
    nothing = dict.fromkeys(STAGE_COLUMNS) | {"co2e_ug": None, "low_ug": None, "high_ug": None, "status": "unknown"}
    label = make(product_changes=nothing, catalogue_changes=INSIDE)
    assert (label.grade.state, label.inside_manufacturing) == ("unknown", ())


@pytest.mark.parametrize("until", ["2026-11-22", date(2020, 1, 1), datetime(2026, 11, 22, 23)])
def test_an_expired_figure_has_no_label_and_no_letter(until: object) -> None:
    with pytest.raises(ValueError, match=r"valid_until 202\d-\d\d-\d\d is before the day of the label, 2026-11-23"):
        make("leafmark.percentile", catalogue_changes={"valid_until": until})
    footprint = footprint_from(
        product(), catalogue(valid_until=until), method_version="product.bill@1.0", gwp_set="AR6"
    )
    scheme = get_scheme("percentile")
    outcome = grade(footprint, scheme, TABLE.for_basis(footprint.basis), evidence(scheme), ON)
    assert (outcome.state, outcome.letter, outcome.reason) == ("unknown", None, "expired")
    assert outcome.detail == str(until)[:10]
    table = freeze([footprint], table_id="t", version="1", frozen_on=ON, run_hash="0", count_min=1)
    assert (table.rows, table.left_out) == ((), (("expired", 1),))


def test_a_figure_holds_through_its_last_day() -> None:
    assert make("leafmark.percentile", catalogue_changes={"valid_until": ON}).grade.letter == "C"
    assert make(catalogue_changes={"valid_until": str(ON)}).valid_until == ON


def test_a_day_without_a_meaning_is_refused() -> None:
    with pytest.raises(ValueError, match="valid_until: expected YYYY-MM-DD, found 'next year'"):
        make(catalogue_changes={"valid_until": "next year"})


def test_evidence_that_was_renewed_does_not_end_the_label_in_the_past() -> None:
    scheme = get_scheme("percentile")
    old = evidence(scheme, expires_on=date(2025, 1, 1))
    assert make("leafmark.percentile", more_evidence=old).valid_until == date(2027, 6, 30)


def test_a_scheme_ends_a_label_on_its_last_day_in_force_and_not_once_it_is_over() -> None:
    footprint = product(), catalogue(valid_until=None)
    for on_date, last in ((date(2026, 12, 30), date(2026, 12, 31)), (date(2027, 1, 1), None)):
        scheme = replace(get_scheme("declared"), valid_to=date(2027, 1, 1))
        label = label_data(*footprint, scheme, method=METHOD, factor_vintage="2026.2", on_date=on_date)
        assert label.valid_until == last


@pytest.mark.parametrize("column", ["source_url", "sheet"])
def test_a_declared_figure_names_the_maker_s_sheet(column: str) -> None:
    address = "https://maker.example.org/pcf.pdf"
    assert make(catalogue_changes={column: address}).to_json()["source_url"] == address
    assert make().to_json()["source_url"] == ""


@pytest.mark.parametrize(
    ("notes", "said"), [("one text", ("one text",)), (None, ()), ("", ()), (["a", "b"], ("a", "b"))]
)
def test_a_csv_s_note_is_one_note(notes: object, said: tuple[str, ...]) -> None:
    assert make(catalogue_changes={"notes": notes}).notes == said


OF_PRODUCTS = [each for each in LIBRARY if each.book == "product"]  # a run of another book makes no label


@pytest.mark.parametrize("each", OF_PRODUCTS, ids=lambda each: each.name)
def test_a_label_cites_what_its_method_does(each: MethodOfRun) -> None:
    named = method_named({"id": each.id, "version": each.version, "hash": each.hash})
    assert named.reference == each.reference
    assert named.standard
    assert each.reference.startswith(named.standard)
    assert named.standard in Sentences(replace(make(), method=named), "en").method
    assert method_named({"id": each.id, "version": each.version, "hash": "of another"}).standard == ""
