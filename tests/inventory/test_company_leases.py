"""Leases: the four cases of appendix F by three approaches, and what they do to groups and to consumption."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_company import company

from leafmark.inventory.company.leases import lease_effect
from leafmark.inventory.company.prepare import prepare
from leafmark.inventory.tables import APPROACHES, Approach

APPENDIX_F = {  # (held, approach by ownership or by operational control) -> category of Scope 3, or None: Scope 1 and 2
    ("owned", False): None, ("owned", True): None,
    ("finance_lease", False): None, ("finance_lease", True): None,          # lessee, finance lease: Scope 1 and 2 by any
    ("operating_lease", False): 8, ("operating_lease", True): None,         # lessee, operating lease
    ("finance_leased_out", False): 13, ("finance_leased_out", True): 13,    # lessor, finance lease: Scope 3 by any
    ("leased_out", False): None, ("leased_out", True): 13,                  # lessor, operating lease
}  # fmt: skip


@pytest.mark.parametrize("approach", APPROACHES)
@pytest.mark.parametrize("held", ["owned", "finance_lease", "operating_lease", "leased_out", "finance_leased_out"])
def test_appendix_f(held: str, approach: Approach) -> None:
    assert lease_effect(held, approach).category == APPENDIX_F[held, approach == "operational_control"]


def test_lessor_and_lessee_never_both_count_an_asset_in_scope_1_and_2() -> None:
    for approach in APPROACHES:
        for lessee, lessor in (("operating_lease", "leased_out"), ("finance_lease", "finance_leased_out")):
            in_scope = [lease_effect(held, approach).category is None for held in (lessee, lessor)]
            assert sum(in_scope) == 1, (approach, lessee)


def test_an_unknown_word_says_which_are_known() -> None:
    with pytest.raises(ValueError, match="finance_lease"):
        lease_effect("rented", "equity_share")


def test_a_lease_moves_energy_but_not_what_is_scope_3_anyway(tmp_path: Path) -> None:
    folder = company(
        tmp_path / "c",
        {
            "electricity": "site_id,kwh\nshop,100\noffice,50\n",
            "fuel": "site_id,fuel,amount,unit\nshop,fuel.diesel,5,L\n",
        },
        approach="financial_control",
    )
    prepared = prepare(folder, tmp_path / "out")
    moved = {
        (row["template"], row["site_id"]): (row["to_scope"], row["to_category"]) for row in prepared.groups.to_pylist()
    }
    assert moved == {("electricity", "shop"): (3, 8), ("electricity", "office"): (None, None), ("fuel", "shop"): (3, 8)}
    assert [row["site_id"] for row in prepared.consumption.to_pylist()] == ["office"]
