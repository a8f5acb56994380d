"""From a run to lines of the book: grams once, what stands outside beside them, a lease's move, and no other book."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from leafmark.engine.run import Run, Settings, run
from leafmark.engine.statement import MixedBooksError
from leafmark.factors.model import Pack, builtin
from leafmark.inventory.accounting.lines import lines_of
from leafmark.inventory.book import sums
from leafmark.inventory.company.prepared import GROUPS_SCHEMA
from leafmark.methods import method

KNOWN_ON = dt.date(2026, 6, 1)


@pytest.fixture(scope="module")
def facts() -> Pack:
    return builtin()


def groups(template: str, *rows: tuple[str, str, int | None]) -> pa.Table:
    """Groups by (id, site, the category of Scope 3 that a lease moves them to)."""
    return pa.Table.from_pylist(
        [
            {"group_id": group, "entity_id": "own", "site_id": site, "template": template, "month": dt.date(2023, 3, 1), "rows": 1,
             "origin": "invoiced", "share": 1.0, "held": "owned" if moved is None else "leased_out", "to_category": moved,
             "to_scope": None if moved is None else 3, "upstream_to_category": moved}
            for group, site, moved in rows
        ],
        schema=GROUPS_SCHEMA,
    )  # fmt: skip


def made(facts: Pack, out: Path, name: str, *rows: dict[str, Any]) -> Run:
    table = pa.Table.from_pylist([{"date": dt.date(2023, 3, 5), **row} for row in rows])
    return run(method(name), table, [facts], out, Settings(KNOWN_ON, "AR5", by_factor=True))


def fuel(group: str, key: str, litres: float) -> dict[str, Any]:
    return {"site_id": group, "fuel": key, "amount": litres, "unit": "L", "region": "GB"}


def test_co2_of_biogenic_carbon_stands_outside_the_scopes(tmp_path: Path, facts: Pack) -> None:
    """UK DESNZ 2023, biodiesel ME per litre: 0.16751 kg CO2e direct; the CO2 of its carbon, outside of scopes, 2.43 kg."""
    factor = next(
        f
        for f in facts.search("fuel.biodiesel_me GB")
        if f.boundary == "direct" and f.unit == "L" and f.key == "fuel.biodiesel_me"
    )
    done = made(facts, tmp_path / "run", "combustion.direct@1", fuel("g", "fuel.biodiesel_me", 1000))
    lines = lines_of(done, groups("fuel", ("g", "depot", None)), "fuel", [facts])
    outside = [row for row in lines.to_pylist() if row["outside"]]
    assert [(row["outside"], row["scope"]) for row in outside] == [("biogenic_co2", None)]
    assert outside[0]["co2e_ug"] == round(1000 * (factor.biogenic_co2_kg or 0) * 1e9)
    assert outside[0]["low_ug"] < outside[0]["co2e_ug"] < outside[0]["high_ug"]
    assert sums(lines, (), "location")[()].co2e_ug == done.record["totals"]["co2e_ug"]


def test_a_gas_outside_kyoto_is_in_no_scope(tmp_path: Path, facts: Pack) -> None:
    rows = ({"site_id": "g", "gas": gas, "mass_kg": 2.0} for gas in ("refrigerant.cfc_11", "refrigerant.hfc_134a"))
    done = made(facts, tmp_path / "run", "refrigerant.leak@1", *rows)
    lines = lines_of(done, groups("refrigerants", ("g", "hall", None)), "refrigerants", [facts])
    by_gas = {row["key"]: (row["scope"], row["outside"], row["co2e_ug"]) for row in lines.to_pylist()}
    assert by_gas["refrigerant.cfc_11"] == (None, "other_gases", 2 * 4660 * 10**9)  # AR5 GWP100 of CFC-11
    assert by_gas["refrigerant.hfc_134a"] == (1, None, 2 * 1300 * 10**9)  # AR5 GWP100 of HFC-134a
    assert sums(lines, (), "market")[()].co2e_ug == 2600 * 10**9


def test_a_lease_moves_all_of_a_sites_lines_to_scope_3(tmp_path: Path, facts: Pack) -> None:
    rows = ({"site_id": group, "kwh": 100.0, "region": "GB"} for group in ("mine", "let"))
    done = made(facts, tmp_path / "run", "electricity.location@2", *rows)
    lines = lines_of(
        done, groups("electricity", ("mine", "a", None), ("let", "b", 13)), "electricity", [facts], "location"
    )
    found = {
        (row["site_id"], row["scope"], row["category"], row["statement"])
        for row in lines.to_pylist()
        if not row["outside"]
    }
    assert found == {("a", 2, None, "location"), ("a", 3, 3, "both"), ("b", 3, 13, "both")}
    moved = sums(lines, ("site_id",), "market")
    assert moved["b",].co2e_ug == sums(lines, ("site_id",), "location")["a",].co2e_ug


def test_a_run_of_another_book_and_a_subject_of_no_group_are_refused(tmp_path: Path, facts: Pack) -> None:
    bill = pa.table(
        {"product_id": ["lamp"], "stage": ["materials"], "key": ["material.aluminium"], "amount": [1.0], "unit": ["kg"]}
    )
    product = run(method("product.bill"), bill, [facts], tmp_path / "bill", Settings(KNOWN_ON, "AR5", by_factor=True))
    with pytest.raises(MixedBooksError, match="book product"):
        lines_of(product, groups("purchases", ("lamp", "a", None)), "purchases", [facts])
    done = made(facts, tmp_path / "run", "combustion.direct@1", fuel("g", "fuel.diesel", 1.0))
    with pytest.raises(AssertionError, match="of no group"):
        lines_of(done, groups("fuel", ("other", "a", None)), "fuel", [facts])
