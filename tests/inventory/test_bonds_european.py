"""The European templates serve European Green Bonds alone, and say which items of the annexes are missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from made_bonds import ALLOCATION, BOND, HOLDING, INDICATOR, PROJECT, TRANCHE, bonds_folder

from leafmark.inventory.bonds import read
from leafmark.inventory.bonds.european import DESIGNATION, NotEuropeanError, european_report, items
from leafmark.inventory.bonds.report import allocation_report
from leafmark.inventory.bonds.showing import page

EU = {**BOND, "label": "european_green", "look_back_years": "3"}
ALIGNED = {**ALLOCATION, "eu_aligned": "600.00", "nature": "capex"}
WIND = {**PROJECT, "eu_activity": "4.3 Electricity generation from wind power", "nace": "D35.11", "eu_objective": "climate_mitigation",
        "eu_criteria": "Delegated Regulation (EU) 2021/2139"}  # fmt: skip
PRE = {
    "bond_id": "b",
    "kind": "pre_issuance_review",
    "reviewer": "R",
    "reviewed_on": "2025-02-01",
    "opinion": "positive",
}
SETTINGS = '[eu]\npublished_on = 2026-02-01\nsafeguards = "confirmed"\nwebsite = "https://example.org/eugb"\n'
COSTS = {**TRANCHE, "gross_proceeds": "1010.00", "issuance_costs": "10.00"}


def folder(path: Path, **rows: Any) -> Path:
    given: dict[str, Any] = {
        "bonds": [EU],
        "tranches": [COSTS],
        "projects": [WIND],
        "allocations": [ALIGNED],
        "reviews": [PRE],
        "settings": SETTINGS,
    }
    return bonds_folder(path, **{**given, **rows})


def test_a_complete_allocation_report_has_every_required_item_of_annex_ii(tmp_path: Path) -> None:
    report = european_report(read(folder(tmp_path)), "allocation")
    assert report["open"] == []
    told = {each["item"]: each["value"] for each in report["items"]}
    assert told["designation"] == DESIGNATION.format(bonds="This bond uses")
    assert told["flexibility"] is None  # nothing outside the criteria, so nothing to state
    assert told["issuance_costs"] == "t: EUR 10"
    assert [each["item"] for each in report["items"]] == [each.item for each in items(2)]


def test_table_a_by_hand(tmp_path: Path) -> None:
    """600 of 800, in two allocations, one before the period: 100 refinanced of 2024, 500 new in the period."""
    rows = [
        {
            **ALIGNED,
            "amount": "100.00",
            "eu_aligned": "100.00",
            "allocated_on": "2025-03-01",
            "kind": "refinancing",
            "spent_on": "2024-06-01",
        },
        {**ALIGNED, "allocation_id": "n", "amount": "500.00", "eu_aligned": "500.00"},
    ]
    path = folder(tmp_path, allocations=rows)
    (path / "bond.toml").write_text((path / "bond.toml").read_text().replace("from = 2025-01-01", "from = 2025-03-15"))
    report = european_report(read(path), "allocation")
    (column,) = report["table_a"]
    assert (column["2.1"], column["2.2"], column["2.3"]) == (60_000, 50_000, "75.00 %")
    assert (column["3.1"], column["3.2"]) == ({"new": "83.33 %", "refinancing": "16.67 %"}, {"new": "100.00 %"})
    assert (column["5.1"], column["5.2"], column["5.3"], column["5.4"]) == (60_000, "100.00 %", 50_000, "100.00 %")
    assert (column["7.1"], column["7.2"], column["4.2"]) == (50_000, 0, "D35.11")
    assert report["totals"]["EUR"]["allocated"] == 60_000
    assert report["totals"]["EUR"]["aligned_capex"] == 50_000


@pytest.mark.parametrize("label", ["green", "social", "sustainability"])
@pytest.mark.parametrize("kind", ["factsheet", "allocation", "impact"])
def test_every_other_bond_is_refused_with_the_article(tmp_path: Path, label: str, kind: str) -> None:
    project = {**WIND, "category": "employment"} if label == "social" else WIND
    register = read(folder(tmp_path, bonds=[{**EU, "label": label}], projects=[project]))
    with pytest.raises(NotEuropeanError, match=rf"b \({label}\).*article 3"):
        european_report(register, kind)
    assert allocation_report(register)["status"] == "complete"


REFUSED = [
    ("not told what is aligned", {"allocations": [ALLOCATION]}, "do not say how much"),
    ("no point of article 5 named", {"allocations": [{**ALIGNED, "eu_aligned": "599.99"}]}, r"article 5\(1\)"),
    ("a cent over 15 %", {"allocations": [{**ALIGNED, "eu_aligned": "449.99", "eu_article_5": "a"}]}, "at most 15 %"),
    ("old running costs", {"allocations": [{**ALIGNED, "nature": "opex", "kind": "refinancing", "spent_on": "2022-02-28"}],
                           "bonds": [{**EU, "look_back_years": "9"}]}, r"article 4\(1\), point \(c\)"),
    ("a portfolio", {"settings": SETTINGS + 'approach = "portfolio"\n'}, "Table B"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rows", "why"), REFUSED, ids=[each[0] for each in REFUSED])
def test_what_the_articles_do_not_let_pass_is_refused(
    tmp_path: Path, what: str, rows: dict[str, Any], why: str
) -> None:
    with pytest.raises(NotEuropeanError, match=why):
        european_report(read(folder(tmp_path, **rows)), "allocation")


def test_15_percent_exactly_passes_and_states_the_flexibility(tmp_path: Path) -> None:
    row = {**ALIGNED, "eu_aligned": "450.00", "eu_article_5": "a"}
    report = european_report(read(folder(tmp_path, allocations=[row])), "allocation")
    told = {each["item"]: each["value"] for each in report["items"]}
    assert told["flexibility"].endswith("Section 4 of this allocation report.")


def test_several_bonds_are_stated_in_the_plural(tmp_path: Path) -> None:
    """Annexes I to III, section 2: the statements have a form for one bond and one for several."""
    rows: dict[str, Any] = {
        "bonds": [EU, {**EU, "bond_id": "c", "name": "Bond C"}],
        "tranches": [COSTS, {**COSTS, "tranche_id": "u", "bond_id": "c"}],
        "allocations": [{**ALIGNED, "eu_aligned": "450.00", "eu_article_5": "a"}],
        "reviews": [PRE, {**PRE, "bond_id": "c"}],
        "unallocated": [HOLDING, {**HOLDING, "tranche_id": "u", "amount": "1000.00"}],
    }
    told = {
        each["item"]: each["value"] for each in european_report(read(folder(tmp_path, **rows)), "allocation")["items"]
    }
    assert told["designation"].startswith("These bonds use the designation ‘European Green Bond’ or ‘EuGB’")
    assert told["flexibility"].startswith("These European Green Bonds make use of the flexibility")


def test_a_revised_report_says_so_in_its_title(tmp_path: Path) -> None:
    """Annexes II and III: where the report is revised, the title shall reflect this; article 11(5) revises an allocation report."""
    plain = european_report(read(folder(tmp_path / "a")), "allocation")
    revised = european_report(
        read(folder(tmp_path / "b", settings=SETTINGS + "revised_on = 2026-05-01\n")), "allocation"
    )
    assert (plain["revised"], revised["revised"]) == (False, True)
    assert "(Annex II), revised" in page(revised)
    assert ", revised" not in page(plain)
    assert "（附件二），修訂版" in page(revised, "zh-Hant")


@pytest.mark.parametrize(
    ("kind", "rows", "missing"),
    [("allocation", {"reviews": []}, "review:b:pre_issuance_review"),
     ("allocation", {"reviews": [{**PRE, "opinion": "negative"}]}, "review:b:pre_issuance_review"),
     ("allocation", {"settings": "[eu]\n"}, "missing:safeguards"),
     ("allocation", {"tranches": [TRANCHE]}, "missing:issuance_costs"),
     ("allocation", {"unallocated": [{**HOLDING, "amount": "1.00"}]}, "unbalanced:t:2025-12-31"),
     ("allocation", {"tranches": [{**COSTS, "gross_proceeds": "610.00", "net_proceeds": "600.00"}], "unallocated": []},
      "review:b:post_issuance_review"),
     ("impact", {"indicators": [INDICATOR]}, "not_fully_allocated:b"),
     ("factsheet", {}, "missing:minimum_share")],
)  # fmt: skip
def test_what_is_missing_keeps_the_document_a_draft(
    tmp_path: Path, kind: str, rows: dict[str, Any], missing: str
) -> None:
    report = european_report(read(folder(tmp_path, **rows)), kind)
    assert report["status"] == "draft"
    assert missing in report["open"]


def test_an_impact_report_of_all_that_was_allocated(tmp_path: Path) -> None:
    settings = SETTINGS + 'strategy = "part of the plan for 2030"\n'
    report = european_report(read(folder(
        tmp_path, tranches=[{**COSTS, "gross_proceeds": "610.00", "net_proceeds": "600.00"}], unallocated=[], settings=settings,
        indicators=[INDICATOR],
    )), "impact")  # fmt: skip
    assert report["open"] == []
    told = {each["item"]: each["value"] for each in report["items"]}
    assert told["impact_aggregate"] == "emissions avoided: 75 t CO2e (2025-01-01, 2026-01-01, expected)"
    assert told["aligned_share"] == "b: 100.00 %"
