"""Inventories attacked: folders that are somebody else's, runs killed between two steps, numbers and entries that cannot be."""

from __future__ import annotations

import datetime as dt
import math
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from synthetic_company import ACTS, YEAR, Act, pack, write_company

from leafmark.engine.explain import Explainer
from leafmark.engine.replay import replay
from leafmark.engine.run import RunError, open_run
from leafmark.inventory.accounting.running import Given, run_inventory
from leafmark.inventory.book import Inventory, InventoryError

KG = 10**9
FREIGHT_AND_WASTE = ACTS[8:10]


def made(tmp_path: Path, acts: Sequence[Act] = FREIGHT_AND_WASTE, **options: Any) -> Inventory:
    return run_inventory(write_company(tmp_path / "company", acts, **options), tmp_path / "inventory", packs=[pack()])


def kg(inventory: Inventory, by: Any = "location") -> dict[tuple[int, int | None], float]:
    return {place: value.co2e_ug / KG for place, value in inventory.rows(by).items()}


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("mark", ["inventory.json", "unfinished"])
def test_somebody_elses_folder_is_never_thrown_away(tmp_path: Path, mark: str, replace: bool) -> None:
    company = write_company(tmp_path / "company", FREIGHT_AND_WASTE)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / mark).write_text('{"swords": 2}', encoding="utf-8")
    (theirs / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(InventoryError, match=r"thesis\.txt|inventory\.json"):
        run_inventory(company, theirs, packs=[pack()], replace=replace)
    assert sorted(each.name for each in theirs.iterdir()) == sorted([mark, "thesis.txt"])


def test_what_a_person_put_beside_an_inventory_is_not_thrown_away_with_it(tmp_path: Path) -> None:
    inventory = made(tmp_path)
    (inventory.path / "notes.txt").write_text("ask the auditor", encoding="utf-8")
    with pytest.raises(InventoryError, match=r"notes\.txt"):
        run_inventory(tmp_path / "company", inventory.path, packs=[pack()], replace=True)
    assert kg(Inventory.open(inventory.path)) == kg(inventory)


def test_a_run_killed_between_its_record_and_its_seal_is_no_inventory_and_is_begun_again(tmp_path: Path) -> None:
    company = write_company(tmp_path / "company", FREIGHT_AND_WASTE)
    out = tmp_path / "inventory"
    code = (
        "import os, signal, sys; sys.path.insert(0, sys.argv[3])\nfrom synthetic_company import pack\n"
        "from leafmark.inventory import book\nfrom leafmark.inventory.accounting.running import run_inventory\n"
        "book.seal = lambda folder: os.kill(os.getpid(), signal.SIGKILL)\nrun_inventory(sys.argv[1], sys.argv[2], packs=[pack()])\n"
    )
    died = subprocess.run([sys.executable, "-c", code, str(company), str(out), os.path.dirname(__file__)], check=False)
    assert died.returncode == -signal.SIGKILL
    assert (out / "inventory.json").is_file()
    with pytest.raises(InventoryError, match="was killed"):
        Inventory.open(out)
    again = run_inventory(company, out, packs=[pack()])
    assert (out / "SHA256SUMS").is_file()
    assert kg(again) == kg(made(tmp_path / "other"))


@pytest.mark.parametrize("text", ["[]", '"inventory"', "{}", '{"schema": "leafmark.inventory/1"}', "", "{"])
def test_a_record_that_is_not_whole_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "inventory.json").write_text(text, encoding="utf-8")
    with pytest.raises(InventoryError, match=r"inventory\.json|expected an inventory of schema"):
        Inventory.open(tmp_path)


def test_a_table_that_is_damaged_is_told_by_its_file(tmp_path: Path) -> None:
    inventory = made(tmp_path)
    (inventory.path / "lines.parquet").write_bytes(b"PAR1")
    with pytest.raises(InventoryError, match=r"lines\.parquet: damaged"):
        inventory.total("location")


def venture(spans: Sequence[tuple[float, str | None, str | None]]) -> dict[str, list[dict[str, Any]]]:
    """A plant of an entity that is owned by a share that changes."""
    return {
        "entities": [{"entity_id": each, "name": each, "region": "GB"} for each in ("own", "jv")],
        "ownership": [
            {"owner_id": "own", "entity_id": "jv", "share_percent": share, "financial_control": False,
             "operational_control": False, "valid_from": first, "valid_to": after}
            for share, first, after in spans
        ],
        "sites": [{"site_id": "plant", "entity_id": "jv", "name": "Plant", "region": "GB"}],
    }  # fmt: skip


def test_two_shares_that_print_alike_are_one_group_and_no_gram_counts_twice(tmp_path: Path) -> None:
    """A third on the fifth of June, and a third as the mean of 0 and two thirds: the same to every digit that an id shows."""
    third = 100 / 3
    spans = [(third, None, "2024-06-10"), (0, "2024-06-10", "2024-06-20"), (2 * third, "2024-06-20", None)]
    days = (("2024-06-05", "2024-06-06"), ("2024-06-10", "2024-06-30"), ("2024-06-15", "2024-06-25"))
    acts = [replace(ACTS[0], site="plant", more={"date": first, "until": after}) for first, after in days]
    inventory = made(tmp_path, acts, tables=venture(spans), approach="equity_share")
    assert kg(inventory)[1, None] == pytest.approx(2500, rel=1e-9)
    ids = inventory.table("groups").column("group_id").to_pylist()
    assert len(ids) == len(set(ids))


def electricity(folder: Path, kwh: Sequence[float]) -> None:
    """A file of invoices of one site and month, as Parquet holds what no CSV does."""
    count = len(kwh)
    columns = {"site_id": ["office"] * count, "kwh": list(kwh), "origin": ["invoiced"] * count}
    days = pa.array([dt.date(YEAR, 6, 1)] * count, pa.date32())
    pq.write_table(pa.table({**columns, "date": days}), folder / "activities" / "electricity.parquet")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e300, -5.0, 2e11])
def test_an_amount_that_cannot_be_takes_no_other_out_of_the_statement_by_market(tmp_path: Path, bad: float) -> None:
    company = write_company(tmp_path / "company", FREIGHT_AND_WASTE)
    electricity(company, [1000.0, bad])
    inventory = run_inventory(company, tmp_path / "inventory", packs=[pack()])
    assert (kg(inventory)[2, None], kg(inventory, "market")[2, None]) == (400, 400)
    refused = [row for row in inventory.table("flags").to_pylist() if row["effect"] == "refused"]
    assert [(row["file"], row["row"]) for row in refused] == [("activities/electricity.parquet", 2)]


def test_what_the_run_by_market_refuses_is_a_flag(tmp_path: Path) -> None:
    """A region that nobody knows is refused by both runs: each says so of what it read."""
    lost = replace(ACTS[3], more={"region": "Atlantis"})
    inventory = made(tmp_path, (ACTS[3], lost))
    assert (kg(inventory)[2, None], kg(inventory, "market")[2, None]) == (4000, 4000)
    refused = [row for row in inventory.table("flags").to_pylist() if row["effect"] == "refused"]
    assert [(row["file"], row["reason"]) for row in refused] == [
        ("activities/electricity.csv", "unknown_region"),
        ("prepared/electricity_market.parquet", "unknown_region"),
    ]
    assert refused[1]["activity_id"] == "office · 2024-06 · measured"


def test_a_suppliers_own_spread_is_in_every_total_and_squared_line_by_line(tmp_path: Path) -> None:
    """A figure of a supplier with a GSD of 3, at two sites: each line's range is its own; their total's is by hand, Fenton 1960."""
    of_supplier = {"amount": 100, "unit": "item", "supplier_kg_per_unit": 3, "supplier_gsd": 3}
    acts = [Act("purchases", of_supplier, {(3, 1): 300}, site=site, origin="supplier") for site in ("office", "own")]
    inventory = made(tmp_path, acts)
    lines = inventory.table("lines").to_pylist()
    assert len(lines) == 2
    of_site = inventory.sums(("site_id",), "location")
    for line in lines:
        found = of_site[line["site_id"],]
        assert (found.low_ug, found.high_ug) == pytest.approx((line["low_ug"], line["high_ug"]), rel=1e-6)
    mean, factor_sd = 600.0, 2 * lines[0]["sd_ug"] / KG  # the factor errs in both lines alike
    own = 2 * 300**2 * (math.exp(math.log(3) ** 2) - 1)  # each supplier's figure errs by itself
    s = math.sqrt(math.log(1 + (factor_sd**2 + own) / mean**2))
    total = inventory.total("location")
    assert total.low_ug / KG == pytest.approx(mean * math.exp(-s * s / 2 - 1.959964 * s), rel=1e-5)
    assert total.high_ug / KG == pytest.approx(mean * math.exp(-s * s / 2 + 1.959964 * s), rel=1e-5)


def entries(tmp_path: Path, act: Act = ACTS[8], **cells: Any) -> Path:
    """A file of the entries of a run, with some cells of every row changed."""
    table = pq.read_table(made(tmp_path / "elsewhere", (act,)).path / "runs" / act.template / "entries.parquet")
    rows = [row | cells for row in table.to_pylist()]
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), tmp_path / "given.parquet")
    return tmp_path / "given.parquet"


def with_entries(tmp_path: Path, *given: Given) -> Inventory:
    company = write_company(tmp_path / "company", ACTS[9:10])
    return run_inventory(company, tmp_path / "inventory", packs=[pack()], given=given)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"scope": 4}, "nowhere in an inventory"), ({"category": 16}, "nowhere in an inventory"),
        ({"category": None}, "nowhere in an inventory"), ({"scope": 1}, "nowhere in an inventory"),
        ({"factor_id": None}, "where they come from"), ({"low_ug": None}, "no range"), ({"low_ug": 2**60}, "no range"),
    ],
)  # fmt: skip
def test_entries_that_stand_nowhere_are_refused_by_what_they_lack(
    tmp_path: Path, cells: dict[str, Any], told: str
) -> None:
    with pytest.raises(InventoryError, match=told):
        with_entries(tmp_path, Given(entries(tmp_path, **cells), "own", "office", "parcels"))


def test_entries_of_another_year_are_refused_with_a_flag(tmp_path: Path) -> None:
    path = entries(tmp_path, date=dt.date(YEAR - 5, 1, 1))
    inventory = with_entries(tmp_path, Given(path, "own", "office", "parcels"))
    assert kg(inventory) == {(3, 5): 100}
    (told,) = inventory.table("flags").to_pylist()
    assert (told["reason"], told["effect"], told["file"]) == ("outside_year", "refused", str(path))


def test_entries_of_scope_2_are_in_both_statements_unless_they_are_of_one(tmp_path: Path) -> None:
    path = entries(tmp_path, ACTS[3])
    both = with_entries(tmp_path / "both", Given(path, "own", "office", "cloud"))
    assert kg(both)[2, None] == kg(both, "market")[2, None] == 4000
    one = with_entries(tmp_path / "one", Given(path, "own", "office", "cloud", "location"))
    assert (2, None) not in kg(one, "market")


def test_a_range_of_entries_that_touches_nought_is_not_lost_in_the_total(tmp_path: Path) -> None:
    path = entries(tmp_path, co2e_ug=100 * KG, low_ug=0, high_ug=900 * KG)
    found = with_entries(tmp_path, Given(path, "own", "office", "parcels")).rows("location")[3, 4]
    assert found.high_ug - found.low_ug > 300 * KG


def test_entries_are_counted_once_and_for_an_entity_of_the_company(tmp_path: Path) -> None:
    path = entries(tmp_path)
    with pytest.raises(InventoryError, match="given twice"):
        with_entries(tmp_path / "a", *(Given(path, "own", "office", name) for name in ("parcels", "again")))
    with pytest.raises(InventoryError, match="entity 'nobody'"):
        with_entries(tmp_path / "b", Given(path, "nobody", "office", "parcels"))
    inventory = made(tmp_path / "c")
    with pytest.raises(InventoryError, match="made anew"):
        run_inventory(
            tmp_path / "c" / "company", inventory.path, packs=[pack()], replace=True,
            given=[Given(inventory.path / "runs" / "freight", "own", "office", "parcels")],
        )  # fmt: skip
    assert kg(Inventory.open(inventory.path)) == kg(inventory)


def test_a_folder_that_was_moved_explains_and_replays_as_before(tmp_path: Path) -> None:
    inventory = made(tmp_path / "here", (ACTS[3], *FREIGHT_AND_WASTE))
    group = inventory.table("groups").column("group_id")[0].as_py()
    moved = shutil.move(inventory.path, tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "here")
    for run in inventory.record["runs"]:
        assert replay(moved / run["folder"])["same"], run
    assert "10000" in str(Explainer(open_run(moved / "runs" / "electricity")).explain(group))


def test_an_input_that_is_another_file_of_the_same_name_is_not_taken_for_it(tmp_path: Path) -> None:
    inventory = made(tmp_path / "here")
    moved = shutil.move(inventory.path, tmp_path / "elsewhere")
    (moved / "prepared" / "waste.parquet").write_bytes((moved / "prepared" / "freight.parquet").read_bytes())
    with pytest.raises(RunError, match="is not there"):
        replay(moved / "runs" / "waste")
