"""Proceeds add up to the cent, no unit of money counts twice, and every rule that is broken names its row."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_bonds import ALLOCATION, BOND, HOLDING, INDICATOR, PROJECT, TRANCHE, bonds_folder, guide_files

from leafmark.inventory import small_tables
from leafmark.inventory.bonds import balances, money, proceeds, read
from leafmark.inventory.bonds.report import allocation_report
from leafmark.inventory.book import InventoryError


def reasons(folder: Path) -> list[tuple[str, int | None, str, str]]:
    return [(each["file"], each["row"], each["reason"], each["effect"]) for each in read(folder).flags.rows]


def test_the_worked_example_adds_up_to_its_net_proceeds_exactly(tmp_path: Path) -> None:
    """US$986.9 M = 451 M + 352 M + 183.9 M told as a sum alone (alizila.com and SCMP, 8 February 2022)."""
    report = allocation_report(read(guide_files("inventory-bonds.md", tmp_path) / "bonds"))
    (bond,) = report["bonds"]
    assert bond["net"] == 98_690_000_000
    assert [each["amount"] for each in bond["categories"]] == [45_100_000_000, 35_200_000_000, 18_390_000_000]
    assert sum(each["amount"] for each in bond["categories"]) == bond["net"] == bond["allocated"]
    assert [each["permille"] for each in bond["categories"][:2]] == [
        457,
        357,
    ]  # 45.7 % and 35.7 %, as the press has them
    assert bond["undisclosed"] == 18_390_000_000
    assert bond["tranches"][0]["nominal"] == 100_000_000_000
    assert (bond["unallocated"], bond["not_told"], report["status"]) == (0, 0, "complete")
    assert report["notes"][0].startswith("12 projects")


def test_a_sound_folder_has_no_flags_and_balances(tmp_path: Path) -> None:
    register = read(bonds_folder(tmp_path))
    assert register.flags.rows == []
    (balance,) = balances(register)
    assert (balance.allocated, balance.held, balance.difference) == (60_000, {"cash": 40_000}, 0)
    assert allocation_report(register)["status"] == "complete"


BROKEN: list[tuple[str, dict[str, Any], tuple[str, int | None, str, str]]] = [
    ("one cent over the proceeds", {"allocations": [ALLOCATION, {**ALLOCATION, "allocation_id": "z", "project_id": "q", "amount": "400.01"}],
      "projects": [PROJECT, {**PROJECT, "project_id": "q", "cost": ""}], "unallocated": [HOLDING]},
     ("allocations.csv", 2, "over_proceeds", "refused")),
    ("one cent over the cost", {"allocations": [ALLOCATION, {**ALLOCATION, "allocation_id": "z", "amount": "200.01"}]},
     ("allocations.csv", 2, "over_cost", "refused")),
    ("two bonds for one project", {
        "bonds": [BOND, {**BOND, "bond_id": "c"}],
        "tranches": [{**TRANCHE, "net_proceeds": "600.00"}, {**TRANCHE, "tranche_id": "u", "bond_id": "c", "net_proceeds": "600.00"}],
        "allocations": [ALLOCATION, {**ALLOCATION, "allocation_id": "z", "tranche_id": "u"}], "unallocated": []},
     ("allocations.csv", 2, "over_cost", "refused")),
    ("two tranches for a project of unknown cost", {
        "projects": [{**PROJECT, "cost": ""}], "tranches": [TRANCHE, {**TRANCHE, "tranche_id": "u", "net_proceeds": "5.00"}],
        "allocations": [ALLOCATION, {**ALLOCATION, "allocation_id": "z", "tranche_id": "u", "amount": "5.00"}]},
     ("allocations.csv", 2, "cost_unknown", "doubted")),
    ("the same row twice under two ids", {"allocations": [{**ALLOCATION, "amount": "300.00"}, {**ALLOCATION, "allocation_id": "z", "amount": "300.00"}]},
     ("allocations.csv", 2, "same_allocation", "refused")),
    ("the same id twice", {"allocations": [ALLOCATION, {**ALLOCATION, "amount": "1.00"}]}, ("allocations.csv", 2, "duplicate_id", "refused")),
    ("half a cent", {"allocations": [{**ALLOCATION, "amount": "600.005"}]}, ("allocations.csv", 1, "not_money", "refused")),
    ("grouped digits", {"tranches": [{**TRANCHE, "net_proceeds": "1,000.00"}]}, ("tranches.csv", 1, "not_money", "refused")),
    ("a negative amount", {"allocations": [{**ALLOCATION, "amount": "-600.00"}]}, ("allocations.csv", 1, "negative_amount", "refused")),
    ("nothing allocated", {"allocations": [{**ALLOCATION, "amount": "0"}]}, ("allocations.csv", 1, "negative_amount", "refused")),
    ("costs that do not come off", {"tranches": [{**TRANCHE, "gross_proceeds": "1010.00", "issuance_costs": "9.99"}]},
     ("tranches.csv", 1, "net_differs", "refused")),
    ("a cost in another currency", {"projects": [{**PROJECT, "currency": "USD"}]}, ("allocations.csv", 1, "other_currency", "refused")),
    ("spent before there was money", {"allocations": [{**ALLOCATION, "allocated_on": "2025-02-28"}]}, ("allocations.csv", 1, "before_issue", "refused")),
    ("spent after the end", {"tranches": [{**TRANCHE, "matures_on": "2025-04-01"}]}, ("allocations.csv", 1, "after_maturity", "refused")),
    ("ended before it began", {"allocations": [{**ALLOCATION, "ended_on": "2025-04-01"}]}, ("allocations.csv", 1, "no_period", "refused")),
    ("a social project of a green bond", {"bonds": [{**BOND, "label": "green"}], "projects": [{**PROJECT, "category": "employment"}]},
     ("allocations.csv", 1, "category_of_another_label", "refused")),
    ("a green project of a social bond", {"bonds": [{**BOND, "label": "social"}]}, ("allocations.csv", 1, "category_of_another_label", "refused")),
    ("refinanced from too long ago", {"allocations": [{**ALLOCATION, "kind": "refinancing", "spent_on": "2023-02-28"}]},
     ("allocations.csv", 1, "past_look_back", "refused")),
    ("refinanced from nobody knows when", {"allocations": [{**ALLOCATION, "kind": "refinancing"}]},
     ("allocations.csv", 1, "missing_value", "refused")),
    ("new, and of last year", {"allocations": [{**ALLOCATION, "spent_on": "2024-12-31"}]}, ("allocations.csv", 1, "new_but_earlier", "doubted")),
    ("no look-back period", {"bonds": [{**BOND, "look_back_years": ""}]}, ("bonds.csv", 1, "no_look_back", "doubted")),
    ("a use nobody told", {"projects": [{**PROJECT, "category": "undisclosed"}]}, ("allocations.csv", 1, "undisclosed_use", "doubted")),
    ("a cent that is nowhere", {"unallocated": [{**HOLDING, "amount": "399.99"}]}, ("unallocated", None, "unbalanced", "doubted")),
    ("a cent too much", {"unallocated": [{**HOLDING, "amount": "400.01"}]}, ("unallocated", None, "unbalanced", "doubted")),
    ("nobody tells what is left", {"unallocated": []}, ("unallocated", None, "unbalanced", "doubted")),
    ("an earlier day that does not balance", {"unallocated": [HOLDING, {**HOLDING, "on": "2025-03-31", "amount": "999.00"}]},
     ("unallocated", None, "unbalanced", "doubted")),
    ("no such bond", {"tranches": [{**TRANCHE, "bond_id": "x"}]}, ("tranches.csv", 1, "unknown_bond", "refused")),
    ("no such tranche", {"allocations": [{**ALLOCATION, "tranche_id": "x"}]}, ("allocations.csv", 1, "unknown_tranche", "refused")),
    ("no such project", {"allocations": [{**ALLOCATION, "project_id": "x"}]}, ("allocations.csv", 1, "unknown_project", "refused")),
    ("no such category", {"projects": [{**PROJECT, "category": "clean_coal"}]}, ("projects.csv", 1, "unknown_word", "refused")),
    ("more aligned than allocated", {"allocations": [{**ALLOCATION, "eu_aligned": "600.01"}]}, ("allocations.csv", 1, "over_amount", "refused")),
    ("an impossible day", {"allocations": [{**ALLOCATION, "allocated_on": "2025-02-30"}]}, ("allocations.csv", 1, "unreadable", "refused")),
    ("a run without an address", {"indicators": [{**INDICATOR, "run_id": "r", "address": ""}]}, ("indicators.csv", 1, "half_cited", "refused")),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rows", "flag"), BROKEN, ids=[each[0] for each in BROKEN])
def test_a_broken_rule_names_its_row(tmp_path: Path, what: str, rows: dict[str, Any], flag: Any) -> None:
    folder = bonds_folder(tmp_path, **rows)
    assert flag in reasons(folder), what
    if flag[3] == "refused" or flag[2] == "unbalanced":
        assert allocation_report(read(folder))["status"] == "draft"


def test_the_last_cent_of_proceeds_and_cost_may_go(tmp_path: Path) -> None:
    rows = [{**ALLOCATION, "amount": "600.00"}, {**ALLOCATION, "allocation_id": "z", "amount": "200.00"}]
    register = read(bonds_folder(tmp_path, allocations=rows, unallocated=[{**HOLDING, "amount": "200.00"}]))
    assert register.flags.rows == []
    assert sum(each.amount for each in register.allocations) == 80_000


def test_what_ended_makes_room_again(tmp_path: Path) -> None:
    rows = [
        {**ALLOCATION, "amount": "800.00", "ended_on": "2025-06-01"},
        {**ALLOCATION, "allocation_id": "z", "amount": "700.00", "allocated_on": "2025-06-01"},
    ]
    held = [{**HOLDING, "amount": "300.00"}, {**HOLDING, "on": "2025-05-31", "amount": "200.00"}]
    register = read(bonds_folder(tmp_path, allocations=rows, unallocated=held))
    assert register.flags.rows == []
    assert [(str(each.on), each.allocated) for each in balances(register)] == [
        ("2025-05-31", 80_000),
        ("2025-12-31", 70_000),
    ]


def test_two_real_allocations_that_are_alike_differ_by_their_document(tmp_path: Path) -> None:
    rows = [{**ALLOCATION, "allocation_id": name, "amount": "300.00", "document": name} for name in "xy"]
    assert reasons(bonds_folder(tmp_path, allocations=rows)) == []


def test_money_in_a_column_of_floats_is_refused_and_in_decimals_is_exact(tmp_path: Path) -> None:
    folder = bonds_folder(tmp_path)
    (folder / "allocations.csv").unlink()
    table = pa.table({name: [value] for name, value in ALLOCATION.items() if name != "amount"})
    pq.write_table(table.append_column("amount", pa.array([600.0])), folder / "allocations.parquet")
    assert ("allocations.parquet", 1, "not_money", "refused") in reasons(folder)
    pq.write_table(
        table.append_column("amount", pa.array(["600.00"]).cast(pa.decimal128(12, 2))), folder / "allocations.parquet"
    )
    assert reasons(folder) == []


def test_a_folder_without_a_needed_file_or_column_says_which(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match=r"bond\.toml"):
        read(tmp_path)
    folder = bonds_folder(tmp_path)
    (folder / "projects.csv").write_text("project_id,name\np,Wind\n")
    with pytest.raises(InventoryError, match="lacks the column category"):
        read(folder)
    (folder / "projects.csv").unlink()
    with pytest.raises(InventoryError, match=r"projects\.csv: there is no such file"):
        read(folder)


@pytest.mark.parametrize(
    ("text", "why"),
    [("issuer = 1", r"issuer is 1; expected a table"), ("[issuer]", "legal name"), ('[issuer]\nname = "I"', "first and the last day"),
     ('[issuer]\nname = "I"\n[report]\nfrom = 2025-02-01\non = 2025-01-31', "first and the last day"), ("[", "not readable as TOML"),
     ('notes = "one"\n[issuer]\nname = "I"', "notes is 'one'; expected a list")],
)  # fmt: skip
def test_settings_of_another_shape_are_said(tmp_path: Path, text: str, why: str) -> None:
    (bonds_folder(tmp_path) / "bond.toml").write_text(text)
    with pytest.raises(InventoryError, match=why):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [("bond_id,name,label,currency\nb,Bond\n", "row 1 has 2 cells"), ("", "is empty"), ("bond_id,bond_id\nb,b\n", "stands twice"),
     ('bond_id,name,label,currency\n"b,Bond,green,EUR\n', "quote may be open")],
)  # fmt: skip
def test_a_file_that_is_no_table_is_said(tmp_path: Path, text: str, why: str) -> None:
    (bonds_folder(tmp_path) / "bonds.csv").write_text(text)
    with pytest.raises(InventoryError, match=why):
        read(tmp_path)


def test_a_tranche_that_raised_nothing_is_none(tmp_path: Path) -> None:
    assert ("tranches.csv", 1, "negative_amount", "refused") in reasons(
        bonds_folder(tmp_path, tranches=[{**TRANCHE, "net_proceeds": "0"}])
    )


def test_a_mark_of_unicode_inside_a_cell_ends_no_row(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,name\n1,one\u2028two\u0085three\n2,x\n", encoding="utf-8")
    found = small_tables.texts(tmp_path / "t.csv", ("id", "name"))
    assert [row["name"] for row in found] == ["one\u2028two\u0085three", "x"]


def test_names_with_colons_are_told_whole(tmp_path: Path) -> None:
    from leafmark.inventory.bonds.showing import page

    rows = {
        "tranches": [{**TRANCHE, "tranche_id": "a:b:c"}],
        "allocations": [{**ALLOCATION, "tranche_id": "a:b:c"}],
        "unallocated": [],
    }
    assert "a:b:c: allocated and unallocated do not add up to the net proceeds on 2025-12-31" in page(
        allocation_report(read(bonds_folder(tmp_path, **rows)))
    )


amounts = st.integers(1, 10**15)


@given(
    st.lists(st.tuples(amounts, st.integers(0, 3), st.integers(1, 28)), max_size=12),
    amounts,
    st.lists(amounts, min_size=4, max_size=4),
)
def test_whatever_comes_no_tranche_and_no_project_takes_too_much(
    tmp_path_factory: pytest.TempPathFactory, given_rows: list[tuple[int, int, int]], net: int, costs: list[int]
) -> None:
    """Against a plain oracle: take each row in order if both sums, made anew, allow it."""
    rows = [
        {**ALLOCATION, "allocation_id": str(at), "amount": money.exact(cents, "EUR"), "project_id": f"p{project}",
         "allocated_on": f"2025-04-{day:02}", "document": str(at)}
        for at, (cents, project, day) in enumerate(given_rows)
    ]  # fmt: skip
    folder = bonds_folder(
        tmp_path_factory.mktemp("b"), allocations=rows or [{**ALLOCATION, "amount": "0"}], unallocated=[],
        tranches=[{**TRANCHE, "net_proceeds": money.exact(net, "EUR")}],
        projects=[{**PROJECT, "project_id": f"p{at}", "cost": money.exact(cost, "EUR")} for at, cost in enumerate(costs)],
    )  # fmt: skip
    register = read(folder)
    taken: list[int] = []
    for at in sorted(range(len(given_rows)), key=lambda one: (given_rows[one][2], one)):
        cents, project, _ = given_rows[at]
        same = sum(given_rows[one][0] for one in taken if given_rows[one][1] == project)
        if cents + sum(given_rows[one][0] for one in taken) <= net and cents + same <= costs[project]:
            taken.append(at)
    assert [each.allocation_id for each in register.allocations] == [str(at) for at in taken]
    (balance,) = balances(register)
    assert balance.allocated + balance.unallocated + balance.difference == net


def test_a_mutant_that_forgets_what_others_financed_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule against counting a unit twice is what stops the second bond: without it the project is financed past its cost."""
    what, rows, flag = BROKEN[2]
    assert flag in reasons(bonds_folder(tmp_path / "sound", **rows)), what
    monkeypatch.setattr(proceeds, "_within_cost", lambda *_: True)
    register = read(bonds_folder(tmp_path / "mutant", **rows))
    assert sum(each.amount for each in register.allocations) > 80_000


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=9))
def test_parts_by_largest_remainder_add_up_and_stay_within_one_of_their_quota(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    if not whole:
        return
    parts = money.largest_remainder(total, weights)
    assert sum(parts) == total
    assert all(abs(part - Fraction(total * weight, whole)) < 1 for part, weight in zip(parts, weights, strict=True))


def test_hamiltons_apportionment_by_hand() -> None:
    """Quotas 4.7, 4.4, 0.9 of 10: floors 4, 4, 0, and the two that are left go to .9 and .7."""
    assert money.largest_remainder(10, [47, 44, 9]) == [5, 4, 1]
    assert money.largest_remainder(-10, [47, 44, 9]) == [-5, -4, -1]
    assert money.largest_remainder(1, [1, 1]) == [1, 0]
    with pytest.raises(ValueError, match="above 0"):
        money.largest_remainder(1, [0])


@given(st.integers(-(10**15), 10**15), st.sampled_from(["USD", "JPY", "KWD"]))
def test_money_survives_being_written(units: int, currency: str) -> None:
    assert money.minor_units(money.exact(units, currency), currency) == units


def test_the_yen_has_no_cents_and_the_dinar_has_mils() -> None:
    assert money.minor_units("12", "JPY") == 12
    assert money.minor_units("1.234", "KWD") == 1234
    with pytest.raises(ValueError, match="at most 0 decimals"):
        money.minor_units("12.5", "JPY")
