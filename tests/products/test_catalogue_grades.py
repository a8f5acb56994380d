"""A whole catalogue gets the grades that its products get one by one."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from engine_rows import bill, factor, line, pack, run_bill
from hypothesis import given
from hypothesis import strategies as st

from leafmark.cli import main
from leafmark.products import Scheme, footprint_from, get_scheme, grade, grade_catalogue

from .conftest import KG, ON, TABLE, catalogue, evidence, product

SCHEMES = [
    get_scheme(name)
    for name in ("declared", "percentile", "index", "eu.2019-2013.displays", "au.gems-2013.televisions")
]
VERSION = "product.bill@1.0"

ABOUT = st.fixed_dictionaries(
    {
        "category": st.sampled_from(["washing_machine", "television", None]),
        "category_estimate": st.booleans(),
        "lifetime_years": st.sampled_from([10, 11]),
        "valid_until": st.sampled_from([None, "2026-11-22", "2026-11-23"]),
        "official_index": st.sampled_from([None, "0.3", "0.55", "5.2", "-"]),
        "kwh_per_year": st.sampled_from([None, 94.0, 300.0]),
        "screen_area_cm2": st.sampled_from([None, 1296.0, 8000.0]),
    }
)
PRODUCT = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["complete", "complete", "complete", "unknown"]),
        "rejected_lines": st.sampled_from([0, 0, 0, 2]),
        "co2e_ug": st.one_of(st.integers(-10, 1500).map(lambda kg: kg * KG), st.integers(100 * KG, 900 * KG)),
    }
)


def table(rows: list[dict[str, Any]], fields: tuple[str, ...] | None = None) -> pa.Table:
    return pa.Table.from_pylist([{name: row.get(name) for name in fields or row} for row in rows])


@given(st.lists(st.tuples(PRODUCT, ABOUT), min_size=1, max_size=60), st.sampled_from(SCHEMES), st.booleans())
def test_all_at_once_is_one_by_one(
    cases: list[tuple[dict[str, Any], dict[str, Any]]], scheme: Scheme, proven: bool
) -> None:
    products = [
        product(**changes, low_ug=None, high_ug=None, product_id=f"p{n}") for n, (changes, _) in enumerate(cases)
    ]
    shelf = [
        {name: value for name, value in catalogue(**about).items() if not isinstance(value, dict)}
        | {"product_id": f"p{n}"}
        for n, (_, about) in enumerate(cases)
    ]
    pieces = evidence(scheme) if proven and scheme.kind != "declared" else []
    at_once = grade_catalogue(
        table(products), table(list(reversed(shelf)), tuple(shelf[0])), scheme, method_version=VERSION, gwp_set="AR6", on_date=ON,
        benchmarks=TABLE, evidence=pieces,
    ).to_pylist()  # fmt: skip
    for row, about, found in zip(products, shelf, at_once, strict=True):
        footprint = footprint_from(row, about, method_version=VERSION, gwp_set="AR6")
        one = grade(footprint, scheme, TABLE.for_basis(footprint.basis), pieces, ON)
        assert (found["product_id"], found["co2e_ug"]) == (row["product_id"], row["co2e_ug"])
        assert (found["state"], found["letter"], found["reason"], found["detail"]) == (
            one.state, one.letter, one.reason, one.detail,
        )  # fmt: skip


def test_every_letter_of_a_scheme_is_given_on_the_way_up() -> None:
    scheme = get_scheme("percentile")
    row = TABLE.rows[0]
    grams = sorted({row.min_ug - 1, row.min_ug, *row.deciles_ug, row.max_ug, row.max_ug + 1})
    products = table([product(co2e_ug=value, low_ug=None, high_ug=None, product_id=n) for n, value in enumerate(grams)])
    shelf = [{name: value for name, value in catalogue().items() if not isinstance(value, dict)} for _ in grams]
    found = grade_catalogue(
        products, table([about | {"product_id": n} for n, about in enumerate(shelf)]), scheme, method_version=VERSION,
        gwp_set="AR6", on_date=ON, benchmarks=TABLE, evidence=evidence(scheme),
    )  # fmt: skip
    letters = found.column("letter").to_pylist()
    assert letters == sorted(letters)
    assert set(letters) == set("ABCDE")


def test_no_products_have_no_grades() -> None:
    none = table([product()]).slice(0, 0)
    found = grade_catalogue(none, None, get_scheme("declared"), method_version=VERSION, gwp_set="AR6", on_date=ON)
    assert found.num_rows == 0


def test_a_product_twice_in_the_catalogue_is_named() -> None:
    shelf = pa.table({"product_id": ["wm-1", "wm-2", "wm-2"]})
    with pytest.raises(ValueError, match="product wm-2 stands twice"):
        grade_catalogue(
            table([product()]), shelf, get_scheme("declared"), method_version=VERSION, gwp_set="AR6", on_date=ON
        )


def test_the_verb_counts_and_writes(tmp_path: Path) -> None:
    run_bill(
        tmp_path / "run", bill([line(1, stage="use"), line(2, stage="use", unit="furlong")]), pack(factor(gsd=1.2))
    )
    done = CliRunner().invoke(main, ["grade", str(tmp_path / "run"), "--on", "2026-11-24", "--json"])
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["products"], told["states"]) == (2, {"declared": 1, "unknown": 1})
    assert told["reasons"] == {"scheme_declares": 1, "rejected_lines": 1}
    written = pq.read_table(told["file"])
    states = zip(written.column("product_id").to_pylist(), written.column("state").to_pylist(), strict=True)
    assert dict(states) == {1: "declared", 2: "unknown"}  # in the run's own order, which is no figure
    assert written.num_rows == 2
    assert written.schema.metadata[b"leafmark.graded_on"] == str(date(2026, 11, 24)).encode()
    assert not list((tmp_path / "run").glob("*.part"))


def test_a_catalogue_without_ids_is_refused(tmp_path: Path) -> None:
    run_bill(tmp_path / "run", bill([line(1, stage="use")]), pack(factor(gsd=1.2)))
    (tmp_path / "names.csv").write_text("sku,name\n1,Lamp\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["grade", str(tmp_path / "run"), "--catalogue", str(tmp_path / "names.csv")])
    assert done.exit_code == 2
    assert "expected a column product_id, found sku, name" in done.stderr
