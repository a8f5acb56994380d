"""Biogenic CO2 by scope and category: where its fuel is counted, in no total, adding up to what stands outside."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_company import company
from made_inventory import lines, made

from leafmark.inventory import beside
from leafmark.inventory.accounting.running import run_inventory
from leafmark.inventory.book import Inventory
from leafmark.inventory.report import workbook
from leafmark.inventory.report.facts import gather
from leafmark.inventory.report.page import page
from leafmark.inventory.report.required import index
from leafmark.inventory.report.words import Words
from leafmark.inventory.summary import summary

FUEL = """\
activity_id,site_id,fuel,amount,unit,region,date,origin
a,office,fuel.biodiesel_me,1000,L,GB,2023-02-01,invoiced
b,office,fuel.biodiesel_me,500,L,GB,2023-03-01,invoiced
c,shop,fuel.biodiesel_me,200,L,GB,2023-02-01,measured
d,office,fuel.natural_gas.energy_gross,1000,kWh_gross,GB,2023-02-01,invoiced
"""
BIODIESEL_KG_PER_L = 2.39
"""CO2 of biogenic carbon, UK DESNZ 2023, outside of scopes, biodiesel ME."""


@pytest.fixture(scope="module")
def burnt(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    """Biodiesel in an own office, Scope 1, and in a shop under an operating lease, which by financial control is category 8."""
    folder = tmp_path_factory.mktemp("burnt")
    company(folder / "company", {"fuel": FUEL}, approach="financial_control", first_day="2023-01-01")
    return run_inventory(folder / "company", folder / "inventory")


def test_biogenic_co2_stands_where_its_fuel_is_counted(burnt: Inventory) -> None:
    content = summary(burnt)
    found = {
        (row["scope"], row["category"]): row["co2e_ug"]
        for row in content["outside_rows"]
        if row["what"] == "biogenic_co2"
    }
    assert found == {(1, None): 1500 * 2390 * 10**6, (3, 8): 200 * 2390 * 10**6}
    assert (
        sum(found.values()) == content["outside"]["biogenic_co2"]["co2e_ug"] == round(1700 * BIODIESEL_KG_PER_L * 1e9)
    )
    scopes = {(row["scope"], row["category"]) for row in content["rows"]}
    assert {(1, None), (3, 8)} <= scopes
    assert all(row["location"]["co2e_ug"] < 10**9 * 1500 for row in content["rows"])  # it is in none of them


def test_the_report_says_it_by_scope_and_category_on_page_and_sheet(burnt: Inventory, tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    facts = gather(burnt)
    states = {item.key: found.state for item, found in index(facts, Words("en"))}
    assert states["cs_biogenic"] == states["s3_biogenic"] == "there"
    section = page(facts).split('<h2 id="outside">')[1].split("</section>")[0]
    assert "8. Upstream leased assets" in section
    assert ">3.585<" in section
    assert ">0.478<" in section
    assert "Total: biogenic CO2" in section
    assert ">4.063<" in section
    workbook.write(facts, tmp_path / "r.xlsx")
    rows = CalamineWorkbook.from_path(tmp_path / "r.xlsx").get_sheet_by_name("Outside the scopes").to_python()[3:]
    assert [row[4] for row in rows] == pytest.approx([3.585, 0.478, 4.063])
    entry = {row["outside"]: row["co2e_ug"] for row in burnt.table("lines").to_pylist() if row["outside"]}
    assert set(entry) == {"biogenic_co2"}


def test_a_line_without_its_like_has_no_scope_and_the_index_says_so(tmp_path: Path) -> None:
    inventory = made(
        tmp_path / "i",
        [{"co2e_ug": 5, "scope": 1}, {"co2e_ug": 7_000_000_000, "scope": None, "outside": "biogenic_co2", "factor_id": "other"}],
    )  # fmt: skip
    facts = gather(inventory)
    assert list(facts.outside) == [("biogenic_co2", None, None, "fuel")]
    states = {item.key: found for item, found in index(facts, Words("en"))}
    assert states["cs_biogenic"].state == "there"
    assert states["s3_biogenic"].state == "partly"
    assert states["s3_biogenic"].why == "biogenic CO2 of 0.007 t is of no known scope or category"


ACTS = st.lists(
    st.fixed_dictionaries({
        "site_id": st.sampled_from("ab"), "factor_id": st.sampled_from("fgh"), "amount": st.sampled_from([None, 1.0, 2.0, 2.5]),
        "month": st.sampled_from([None, dt.date(2023, 1, 1)]), "place": st.sampled_from([(1, None), (3, 8), (3, 13), (2, None)]),
        "memos": st.sets(st.sampled_from(["biogenic_co2", "aviation_non_co2"])),
    }),
    max_size=12,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(ACTS, st.randoms(use_true_random=False))
def test_sums_by_place_are_those_the_lines_were_made_with(acts: list[dict[str, Any]], order: Any) -> None:
    """Lines as a run writes them: memos by factor and amount alone, in any order; alike ones in different places too."""
    rows: list[dict[str, Any]] = []
    expected: dict[tuple[str, int, int | None], int] = {}
    per_unit = {"biogenic_co2": {"f": 3, "g": 5, "h": 7}, "aviation_non_co2": {"f": 11, "g": 13, "h": 17}}
    kept: dict[str, set[str]] = {}
    for act in acts:  # what a factor carries beside its gases is the factor's, not the line's
        kept.setdefault(act["factor_id"], act["memos"])
    for act in acts:
        common = {name: act[name] for name in ("site_id", "factor_id", "amount", "month")}
        scope, category = act["place"]
        rows.append({**common, "scope": scope, "category": category, "co2e_ug": 100})
        for memo in kept[act["factor_id"]]:
            ug = round((act["amount"] or 4) * per_unit[memo][act["factor_id"]] * 10)
            rows.append({**common, "scope": None, "category": None, "outside": memo, "co2e_ug": ug})
            expected[memo, scope, category] = expected.get((memo, scope, category), 0) + ug
    order.shuffle(rows)
    table = lines(rows)
    found: dict[tuple[str, int | None, int | None], int] = {}
    for (what, scope, category, _), total in beside.rows(beside.placed(table)).items():
        found[what, scope, category] = found.get((what, scope, category), 0) + total.co2e_ug
    assert found == expected
    places = beside.places(table).to_pylist()
    assert all(
        (place["scope"] is None) == (row["outside"] is None) for place, row in zip(places, rows_of(table), strict=True)
    )


def rows_of(table: Any) -> list[dict[str, Any]]:
    """Lines as Python sees them."""
    made_of: list[dict[str, Any]] = table.to_pylist()
    return made_of


def test_alike_lines_in_two_categories_meet_one_each() -> None:
    """Met with all their likes, two lines and two memos would be four, and the grams double."""
    both = [{"scope": 1, "category": None}, {"scope": 3, "category": 8}]
    rows = [{**place, "co2e_ug": 1, "amount": 2.0} for place in both]
    rows += [{"scope": None, "category": None, "outside": "biogenic_co2", "co2e_ug": 9, "amount": 2.0}] * 2
    found = {key[1:3]: total.co2e_ug for key, total in beside.rows(beside.placed(lines(rows))).items()}
    assert found == {(1, None): 9, (3, 8): 9}


def test_a_mutant_that_forgets_amounts_and_sites_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A seeded fault: the smaller line has the larger memo, so lines met by their order alone change places."""
    own = {"site_id": "a", "amount": 1.0, "scope": 1, "category": None}
    leased = {"site_id": "b", "amount": 2.0, "scope": 3, "category": 8}
    rows = [{**own, "co2e_ug": 50}, {**leased, "co2e_ug": 10}]
    rows += [
        {**each, "scope": None, "category": None, "outside": "biogenic_co2", "co2e_ug": ug}
        for each, ug in ((own, 3), (leased, 6))
    ]

    def found() -> dict[Any, int]:
        return {key[1:3]: total.co2e_ug for key, total in beside.rows(beside.placed(lines(rows))).items()}

    assert found() == {(1, None): 3, (3, 8): 6}
    monkeypatch.setattr(beside, "_ALIKE", tuple(name for name in beside._ALIKE if name not in ("site_id", "amount")))
    assert found() == {(1, None): 6, (3, 8): 3}
