"""A company with every scope and category, whose inventory is known by construction: through the files, the engine and the book."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from synthetic_company import ACTS, YEAR, Act, expected_kg, pack, write_company

from leafmark.engine.explain import Explainer
from leafmark.engine.replay import replay
from leafmark.engine.run import open_run
from leafmark.inventory.accounting.running import Given, run_inventory
from leafmark.inventory.book import Inventory, InventoryError
from leafmark.inventory.tables import SCOPE_ROWS, TEMPLATES

KG = 10**9


def made(tmp_path: Path, acts: Sequence[Act] = ACTS, **options: Any) -> Inventory:
    return run_inventory(write_company(tmp_path / "company", acts, **options), tmp_path / "inventory", packs=[pack()])


def kg(inventory: Inventory, by: Any = "location") -> dict[tuple[int, int | None], float]:
    return {place: value.co2e_ug / KG for place, value in inventory.rows(by).items()}


def reasons(inventory: Inventory) -> list[str]:
    return sorted(inventory.table("flags").column("reason").to_pylist())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    """The inventory of all acts."""
    return made(tmp_path_factory.mktemp("whole"))


def test_every_scope_and_category_has_the_kilograms_it_was_built_with(whole: Inventory) -> None:
    assert {act.template for act in ACTS} >= {
        template.name for template in TEMPLATES if not template.name.startswith("logistics")
    }
    assert set(expected_kg()) == set(SCOPE_ROWS)
    inventory = whole
    assert kg(inventory) == pytest.approx(expected_kg(), abs=1e-9)
    assert inventory.total("location").co2e_ug == round(sum(expected_kg().values()) * KG)
    assert reasons(inventory) == ["no_residual_mix"]  # the market falls to the grid, and says so
    completeness = inventory.table("completeness").to_pylist()
    assert [(row["scope"], row["category"]) for row in completeness] == list(SCOPE_ROWS)
    partly = [row["why"] for row in completeness if row["status"] not in ("included", "estimated")]
    assert partly == ["no factor of all of upstream and losses: heat 1"]  # the pack's heat has losses alone


def test_without_contracts_the_market_falls_to_the_grid_and_both_statements_agree(whole: Inventory) -> None:
    assert kg(whole, "market") == pytest.approx(kg(whole), abs=1e-9)


@pytest.mark.parametrize(("certified_kwh", "market_kg"), [(4_000, 1000 + 2400), (10_000, 1000), (25_000, 1000)])
def test_certificates_miss_equal_and_exceed_the_consumption(
    tmp_path: Path, certified_kwh: float, market_kg: float
) -> None:
    """10,000 kWh at 0.4 kg by location; certified ones count 0, heat's 1,000 kg stand in both."""
    contract = {
        "contract_id": "wind", "kind": "certificate", "region": "GB", "valid_from": dt.date(YEAR, 1, 1), "valid_to": dt.date(YEAR + 1, 1, 1),
        "kwh": certified_kwh, "kg_per_kwh": 0, "technology": "wind", "registry": "REGO", "serial": "1-25000",
        "retired_on": dt.date(YEAR, 12, 1), "entity_id": "own", "site_id": None, "source": "certificate",
    }  # fmt: skip
    inventory = made(
        tmp_path, [each for each in ACTS if each.template in ("electricity", "heat")], tables={"contracts": [contract]}
    )
    assert kg(inventory)[2, None] == pytest.approx(5000)
    assert kg(inventory, "market")[2, None] == pytest.approx(market_kg)
    assert kg(inventory, "market")[3, 3] == pytest.approx(
        kg(inventory)[3, 3]
    )  # upstream and losses are owed either way
    used = inventory.table("instruments").to_pylist()[0]
    assert used["used_wh"] == 1000 * min(certified_kwh, 10_000)
    assert ("not_needed" in reasons(inventory)) == (certified_kwh > 10_000)


def test_a_certificate_serves_one_year(tmp_path: Path) -> None:
    contract = {
        "contract_id": "wind", "kind": "certificate", "region": "GB", "valid_from": dt.date(YEAR, 1, 1), "valid_to": dt.date(YEAR + 1, 1, 1),
        "kwh": 10_000, "kg_per_kwh": 0, "technology": "wind", "registry": "REGO", "serial": "1-10000", "retired_on": dt.date(YEAR, 12, 1),
    }  # fmt: skip
    drawn = [each for each in ACTS if each.template == "electricity"]
    first = made(tmp_path, drawn, tables={"contracts": [contract]})
    assert kg(first, "market")[2, None] == 0
    again = run_inventory(tmp_path / "company", tmp_path / "again", packs=[pack()], before=[first.path])
    assert kg(again, "market")[2, None] == pytest.approx(4000)
    (flag,) = (each for each in again.table("flags").to_pylist() if each["reason"] == "used_twice")
    assert (flag["file"], flag["row"]) == ("contracts.csv", 1)


def test_equity_share_counts_a_joint_venture_by_its_share_and_control_not_at_all(tmp_path: Path) -> None:
    venture: dict[str, list[dict[str, Any]]] = {
        "entities": [
            {"entity_id": "own", "name": "Own", "region": "GB"},
            {"entity_id": "jv", "name": "Venture", "region": "GB"},
        ],
        "ownership": [
            {
                "owner_id": "own",
                "entity_id": "jv",
                "share_percent": 40,
                "financial_control": False,
                "operational_control": False,
            }
        ],
        "sites": [
            {"site_id": "office", "entity_id": "own", "name": "Office", "region": "GB"},
            {"site_id": "plant", "entity_id": "jv", "name": "Plant", "region": "GB"},
        ],
    }
    acts = (*ACTS[:5], *(replace(act, site="plant") for act in ACTS[:5]))
    by_equity = made(tmp_path / "equity", acts, tables=venture, approach="equity_share")
    assert kg(by_equity) == pytest.approx(expected_kg(acts, {"plant": 0.4}), abs=1e-9)
    by_control = made(tmp_path / "control", acts, tables=venture)
    assert kg(by_control) == pytest.approx(expected_kg(acts, {"plant": 0}), abs=1e-9)
    assert "outside_boundary" in reasons(by_control)


def test_a_line_goes_back_to_its_row_and_every_run_replays(whole: Inventory) -> None:
    inventory = whole
    for run in inventory.record["runs"]:
        folder = inventory.path / run["folder"]
        assert replay(folder)["same"], run
    line = next(row for row in inventory.table("lines").to_pylist() if row["template"] == "waste")
    group = next(
        row["group_id"]
        for row in inventory.table("groups").to_pylist()
        if (row["template"], row["site_id"]) == ("waste", line["site_id"])
    )
    told = Explainer(open_run(inventory.path / "runs" / "waste")).explain(group)
    assert "100" in str(told)
    assert "by construction" in str(told)


def test_a_bad_row_is_refused_with_its_file_and_row_and_the_rest_is_computed(tmp_path: Path) -> None:
    bad = replace(ACTS[9], cells={"key": "waste.papier", "amount": 5, "unit": "t"})
    inventory = made(tmp_path, (ACTS[3], ACTS[9], bad))
    assert kg(inventory) == pytest.approx(expected_kg((ACTS[3], ACTS[9])), abs=1e-9)
    (flag,) = (each for each in inventory.table("flags").to_pylist() if each["reason"] != "no_residual_mix")
    assert (flag["reason"], flag["effect"], flag["template"], flag["row"]) == ("unknown_key", "refused", "waste", 2)
    assert flag["file"].endswith("waste.csv")
    waste = next(row for row in inventory.table("completeness").to_pylist() if row["category"] == 5)
    assert waste["refused"] == 1
    assert waste["status"] != "included"


def test_a_finished_inventory_is_not_overwritten_and_entries_of_another_room_come_in(tmp_path: Path) -> None:
    acts = ACTS[8:10]
    first = made(tmp_path, acts)
    with pytest.raises(InventoryError, match="finished inventory"):
        run_inventory(tmp_path / "company", tmp_path / "inventory", packs=[pack()])
    given = Given(first.path / "runs" / "freight", "own", "office", "parcels")
    again = run_inventory(tmp_path / "company", tmp_path / "second", packs=[pack()], given=[given])
    assert again.total("market").co2e_ug == first.total("market").co2e_ug + 1200 * KG
    replaced = run_inventory(tmp_path / "company", tmp_path / "second", packs=[pack()], replace=True)
    assert replaced.total("market").co2e_ug == first.total("market").co2e_ug


def test_a_run_killed_in_the_middle_is_begun_again(tmp_path: Path) -> None:
    acts = ACTS[8:10]
    company = write_company(tmp_path / "company", acts)
    out = tmp_path / "inventory"
    code = (
        "import sys; sys.path.insert(0, sys.argv[3])\nfrom synthetic_company import pack\n"
        "from leafmark.inventory.accounting.running import run_inventory\nimport os, signal\n"
        "def stop(done, whole, what):\n    if what == 'waste': os.kill(os.getpid(), signal.SIGKILL)\n"
        "run_inventory(sys.argv[1], sys.argv[2], packs=[pack()], progress=stop)\n"
    )
    died = subprocess.run([sys.executable, "-c", code, str(company), str(out), os.path.dirname(__file__)], check=False)
    assert died.returncode == -signal.SIGKILL
    with pytest.raises(InventoryError, match="no inventory"):
        Inventory.open(out)
    assert kg(run_inventory(company, out, packs=[pack()])) == pytest.approx(expected_kg(acts), abs=1e-9)
