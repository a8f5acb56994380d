"""Another scheme over labels that are there: counts by hand, and the same grade as the one grading function gives."""

from __future__ import annotations

from datetime import date

from leafmark.products import get_scheme
from leafmark.products.benchmarks import freeze
from leafmark.products.footprint import footprint_from
from leafmark.products.scheme_change import Label, SchemeChange
from leafmark.products.schemes import CERTIFICATION, Evidence

DAY = date(2026, 11, 1)
PERCENTILE = get_scheme("leafmark.percentile")


def label(number: int, **catalogue: object) -> Label:
    grams = number * 1_000_000
    row = {
        "product_id": str(number),
        "co2e_ug": grams,
        "low_ug": grams,
        "high_ug": grams,
        "materials_ug": grams,
        "status": "complete",
    }
    about = {"category": "milk", "functional_unit": "1 kg", "boundary": "cradle_to_gate", **catalogue}
    return Label(str(number), row, about, "m@1", "AR6", ("declared", None))


LABELS = [label(number) for number in range(1, 101)]
TABLE = freeze(
    (footprint_from(each.row, each.catalogue, method_version="m@1", gwp_set="AR6") for each in LABELS),
    table_id="leafmark.category", version="2026.1", frozen_on=DAY, run_hash="x",
)  # fmt: skip


def evidence(but: str = "", **changes: object) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(each, PERCENTILE.id, PERCENTILE.version, date(2027, 1, 1), url="https://x.example", issued_by="Body",
                 independent_of=frozenset({"owner", "trader"}), **changes)
        for each in CERTIFICATION if each != but
    )  # fmt: skip


def asked(labels: list[Label], pieces: tuple[Evidence, ...], scheme: object = PERCENTILE) -> SchemeChange:
    found = SchemeChange()
    found.add(labels, scheme, TABLE, pieces, DAY)  # type: ignore[arg-type]
    return found


def test_a_hundred_products_in_order_fill_the_classes_by_their_limits() -> None:
    """Classes end below the places 10, 30, 70 and 90 of 100; of 1..100 the deciles are 10, 20, ..., the least 1 and the greatest 100."""
    found = asked(LABELS, evidence())
    by_letter = {after[1]: count for (_, _, after), count in found.counts.items()}
    assert by_letter == {"A": 9, "B": 20, "C": 40, "D": 20, "E": 11}
    assert (found.changed, found.labels) == (100, 100)
    assert found.examples["milk", ("declared", None), ("graded", "A")] == ["1", "2", "3", "4", "5"]


def test_without_the_evidence_nothing_changes_and_the_reason_is_said() -> None:
    found = asked(LABELS, evidence("third_party_monitoring"))
    assert found.changed == 0
    assert found.reasons == {("evidence_missing", "third_party_monitoring"): 100}
    assert asked(LABELS, ()).reasons == {("evidence_missing", "public_terms"): 100}


def test_another_basis_and_another_category_stay_declared() -> None:
    labels = [label(5, functional_unit="1 L"), label(6, category="oats"), label(7)]
    found = asked(labels, evidence())
    assert found.changed == 1
    assert {reason for reason, _ in found.reasons} == {"not_comparable", "benchmark_missing"}


def test_the_declared_scheme_takes_letters_away() -> None:
    graded = [
        Label(each.name, each.row, each.catalogue, each.method_version, each.gwp_set, ("graded", "A"))
        for each in LABELS[:3]
    ]
    found = asked(graded, (), get_scheme("leafmark.declared"))
    assert found.counts == {("milk", ("graded", "A"), ("declared", None)): 3}
