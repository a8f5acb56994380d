"""One function grades: which state, which letter, and why not."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import leafmark.products
from leafmark.products import Evidence, Footprint, Scheme, footprint_from, get_scheme, grade
from leafmark.products.grading import REASONS
from leafmark.products.schemes import CERTIFICATION

from .conftest import KG, ON, TABLE, catalogue, evidence, product

PERCENTILE = get_scheme("leafmark.percentile")
INDEX = get_scheme("leafmark.index")
DECLARED = get_scheme("leafmark.declared")
EU = get_scheme("eu.2019-2013.displays")
ROW = TABLE.rows[0]


def machine(kg: float = 412, *, about: dict[str, Any] | None = None, **changes: Any) -> Footprint:
    row = product(
        **({"co2e_ug": round(kg * KG)} if "use_ug" not in changes else {}), low_ug=None, high_ug=None, **changes
    )
    return footprint_from(row, catalogue(**(about or {})), method_version="product.bill@1.0", gwp_set="AR6")


def outcome(footprint: Footprint, scheme: Scheme = INDEX, pieces: list[Evidence] | None = None, on: date = ON) -> Any:
    return grade(footprint, scheme, ROW, evidence(scheme) if pieces is None else pieces, on)


@pytest.mark.parametrize(
    ("ratio", "letter"),
    [("0.5999", "A"), ("0.60", "B"), ("0.8499", "B"), ("0.85", "C"), ("1.1499", "C"), ("1.15", "D"), ("1.50", "E")],
)
def test_the_index_is_footprint_over_median_and_limits_are_exclusive(ratio: str, letter: str):
    footprint = replace(machine(), co2e_ug=int(Fraction(ratio) * 10**15))
    found = grade(footprint, INDEX, replace(ROW, deciles_ug=(10**15,) * 9), evidence(INDEX), ON)
    assert (found.state, found.letter) == ("graded", letter)
    assert found.index == pytest.approx(float(ratio))


def test_the_percentile_scheme_reads_the_place_in_the_category():
    letters = [
        outcome(replace(machine(), co2e_ug=v), PERCENTILE).letter for v in (ROW.min_ug, *ROW.deciles_ug, ROW.max_ug)
    ]
    assert letters == ["A", "B", "B", "C", "C", "C", "C", "D", "D", "E", "E"]


@given(st.integers(-(10**15), 10**16), st.integers(0, 10**15), st.sampled_from([INDEX, PERCENTILE]))
def test_more_grams_never_make_a_better_letter(value: int, more: int, scheme: Scheme):
    one, other = (outcome(replace(machine(), co2e_ug=v), scheme) for v in (value, value + more))
    assert scheme.letters.index(one.letter) <= scheme.letters.index(other.letter)


@pytest.mark.parametrize("requirement", CERTIFICATION)
@pytest.mark.parametrize("scheme", [INDEX, PERCENTILE], ids=lambda s: s.id)
def test_no_letter_without_each_piece_of_evidence(scheme: Scheme, requirement: str):
    pieces = [e for e in evidence(scheme) if e.requirement != requirement]
    found = outcome(machine(), scheme, pieces)
    assert (found.state, found.letter, found.reason, found.detail) == (
        "declared",
        None,
        "evidence_missing",
        requirement,
    )


@pytest.mark.parametrize("requirement", CERTIFICATION)
def test_evidence_holds_through_its_last_day_and_not_a_day_more(requirement: str):
    pieces = [replace(e, expires_on=ON) if e.requirement == requirement else e for e in evidence(INDEX)]
    assert outcome(machine(), INDEX, pieces, ON).state == "graded"
    late = outcome(machine(), INDEX, pieces, ON + timedelta(days=1))
    assert (late.state, late.letter, late.reason) == ("declared", None, "evidence_expired")


@pytest.mark.parametrize(
    "changes",
    [
        {"issued_by": ""},
        {"issued_by": " example TRADER "},
        {"issued_by": "Example Owner"},
        {"independent_of": frozenset({"owner"})},
    ],
)
def test_monitoring_by_owner_or_trader_or_nobody_is_no_monitoring(changes: dict[str, Any]):
    scheme = replace(INDEX, owner="Example Owner")
    footprint = machine(about={"trader": "Example Trader"})
    pieces = [replace(e, **changes) if e.requirement == "third_party_monitoring" else e for e in evidence(scheme)]
    found = outcome(footprint, scheme, pieces)
    assert (found.state, found.reason) == ("declared", "evidence_not_independent")
    assert outcome(footprint, scheme).state == "graded"


def test_evidence_of_another_version_or_without_a_document_does_not_count():
    for changes in ({"scheme_version": "2025.1"}, {"scheme_id": "leafmark.percentile"}, {"url": None}):
        assert outcome(machine(), INDEX, evidence(INDEX, **changes)).reason == "evidence_missing"


@pytest.mark.parametrize("scheme", [INDEX, PERCENTILE, DECLARED], ids=lambda s: s.id)
def test_a_rejected_line_makes_the_product_unknown_whatever_the_scheme(scheme: Scheme):
    for footprint in (machine(status="unknown", rejected_lines=2), machine(rejected_lines=2)):
        found = outcome(footprint, scheme)
        assert (found.state, found.letter, found.reason, found.detail) == ("unknown", None, "rejected_lines", "2")
    assert outcome(machine(rejected_lines=2, within_cut_off=True), INDEX).state == "graded"
    row = product()
    del row["status"]
    assert outcome(footprint_from(row, catalogue())).state == "unknown"


@pytest.mark.parametrize("scheme", [INDEX, PERCENTILE, DECLARED], ids=lambda s: s.id)
def test_a_category_estimate_is_never_graded(scheme: Scheme):
    found = outcome(machine(about={"category_estimate": True}), scheme)
    assert (found.state, found.letter, found.index) == ("category_estimate", None, None)


def test_a_partial_footprint_is_never_graded_against_whole_ones():
    found = outcome(machine(use_ug=None))
    assert (found.state, found.reason) == ("declared", "partial_footprint")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"functional_unit": "1 wash"}, "functional_unit"),
        ({"category_rules": "pcr@2"}, "category_rules"),
        ({"lifetime_years": 12}, "lifetime_years"),
        ({"use_region": "CN"}, "use_region"),
    ],
)
def test_another_basis_is_refused_with_the_differing_field(changes: dict[str, Any], field: str):
    found = outcome(machine(about=changes))
    assert (found.state, found.letter, found.reason, found.detail) == ("declared", None, "not_comparable", field)


def test_a_missing_or_foreign_or_zero_benchmark_gives_no_letter():
    cases = {None: "benchmark_missing", replace(ROW, table_version="2025.1"): "benchmark_differs"}
    cases[replace(ROW, deciles_ug=(0,) * 9)] = "reference_not_positive"
    for row, reason in cases.items():
        found = grade(machine(), INDEX, row, evidence(INDEX), ON)
        assert (found.state, found.letter, found.reason) == ("declared", None, reason)


def test_outside_its_dates_and_categories_a_scheme_gives_no_letter():
    assert outcome(machine(), on=date(2025, 6, 1)).reason == "not_in_force"
    assert outcome(machine(), replace(INDEX, categories=("kettle",))).state == "not_applicable"
    assert outcome(machine(), replace(INDEX, category_rules_id="pcr@9")).reason == "category_rules_differ"


@pytest.mark.parametrize(
    ("named", "followed", "state"),
    [
        ("pcr", "pcr@2", "graded"),  # the rules' id: any version of them
        ("pcr@2", "pcr@2", "graded"),
        ("pcr@2", "pcr@3", "declared"),
        ("pcr", "pcrs@2", "declared"),
        ("pcr@2", "pcr", "declared"),
        ("pcr", None, "declared"),
    ],
)
def test_a_scheme_names_category_rules_by_id_or_by_id_and_version(named: str, followed: str | None, state: str):
    """A catalogue says `id@version`; `category_rules_id` held against that as it stands could never be an id."""
    footprint = machine(about={"category_rules": followed})
    row = replace(ROW, basis=footprint.basis)
    scheme = replace(INDEX, category_rules_id=named)
    found = grade(footprint, scheme, row, evidence(scheme), ON)
    assert (found.state, found.reason) == (state, "graded" if state == "graded" else "category_rules_differ")


@pytest.mark.parametrize(("index", "letter"), [("0.2999", "A"), ("0.30", "B"), ("0.8999", "F"), ("0.90", "G")])
def test_an_official_class_comes_from_the_published_index_and_its_record(index: str, letter: str):
    television = machine(about={"category": "television", "official_index": index})
    assert grade(television, EU, None, evidence(EU), ON).letter == letter
    assert grade(television, EU, None, [], ON).reason == "evidence_missing"


@pytest.mark.parametrize("index", [None, "", "-", "NaN", "-0.1", "Infinity"])
def test_no_official_class_is_made_up_from_a_missing_index(index: str | None):
    television = machine(about={"category": "television", "official_index": index})
    found = grade(television, EU, None, evidence(EU), ON)
    assert (found.letter, found.reason) == (None, "index_missing")


def test_grades_are_made_in_one_place_only():
    rooms = Path(leafmark.products.__file__).parent
    makers = {
        source.name
        for source in rooms.glob("*.py")
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Grade"
    }
    assert makers == {"grading.py"}


def test_every_reason_given_in_the_code_is_in_the_closed_list():
    tree = ast.parse(Path(leafmark.products.grading.__file__).read_text(encoding="utf-8"))
    calls = [
        n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "Grade"
    ]
    given_reasons = {c.args[2].value for c in calls if len(c.args) > 2 and isinstance(c.args[2], ast.Constant)}
    assert given_reasons
    assert given_reasons <= set(REASONS)
