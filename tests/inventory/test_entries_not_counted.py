"""What of another room's entries is in no figure, or in it with a doubt, the inventory says: its flags, and its completeness table."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from made_bill import made_bill
from synthetic_company import ACTS, YEAR, pack, write_company
from test_entries_owned_in_part import bill, entry, flags, made, tables

from leafmark.engine.run import Settings, run
from leafmark.factors.model import builtin
from leafmark.inventory.accounting.given_bill import unmapped
from leafmark.inventory.accounting.running import Given, run_inventory
from leafmark.inventory.book import Inventory, InventoryError
from leafmark.inventory.cloud.run import run_bill
from leafmark.inventory.cloud.summary import summary
from leafmark.inventory.tables import Statement
from leafmark.methods import method


def services(inventory: Inventory) -> dict[str, Any]:
    """The row of services bought of the completeness table."""
    (row,) = [
        each
        for each in inventory.table("completeness").to_pylist()
        if (each["scope"], each["category"], each["what"]) == (3, 1, "goods and services bought")
    ]
    return row


def test_an_entry_without_a_day_is_doubted(tmp_path: Path) -> None:
    inventory = made(tmp_path, Given(bill(tmp_path, entry(date=None), entry()), "sub", "hall", "cloud"))
    assert flags(inventory) == [("missing_value", "doubted", "1 entry without a day")]


def test_entries_of_another_year_make_their_category_incomplete(tmp_path: Path) -> None:
    late = entry(date=dt.date(YEAR + 1, 1, 1))
    inventory = made(tmp_path, Given(bill(tmp_path, late, late, entry()), "sub", "hall", "cloud"))
    row = services(inventory)
    assert (row["status"], row["refused"], row["why"]) == ("partly", 2, "2 rows refused: outside_year 2")


def test_a_twin_by_market_counts_nothing_again(tmp_path: Path) -> None:
    late = entry(date=dt.date(YEAR + 1, 1, 1))
    location, market = (bill(tmp_path, late, entry(), name=name) for name in ("location", "market"))
    both = [Given(path, "sub", "hall", "cloud", path.stem) for path in (location, market)]  # type: ignore[arg-type]
    assert services(made(tmp_path, *both))["refused"] == 1


def test_usage_of_a_bill_without_grams_makes_services_incomplete(tmp_path: Path) -> None:
    """Two rows of nobody's machine beside one that counts: the bill lists them, and so must the inventory that takes its entries."""
    strange = {
        "ChargeDescription": "thing hours",
        "ServiceName": "Some Service",
        "ResourceType": "thing",
        "BilledCost": "2.50",
    }
    rows: list[dict[str, str]] = [{"ChargePeriodStart": f"{YEAR}-06-03 07:00:00"}, strange, strange]
    made_bill(tmp_path / "bill.csv", rows)
    found = run_bill([tmp_path / "bill.csv"], tmp_path / "cloud", gwp="AR5")
    (reason,) = {each.reason for each in found.accounted.listed}
    location = tmp_path / "cloud" / "location"
    summed = {reason: sum(each.rows for each in found.accounted.listed)}
    assert summed == {reason: 2}
    (tmp_path / "cloud" / "cloud.json").write_text(json.dumps(summary(found)))
    company = write_company(tmp_path / "company", ACTS[9:10], tables(), "equity_share")
    inventory = run_inventory(
        company, tmp_path / "inventory", packs=[pack()], given=[Given(location, "sub", "hall", "cloud")]
    )
    row = services(inventory)
    assert (row["status"], row["refused"], row["why"]) == ("partly", 2, f"2 rows refused: {reason} 2")
    told = [each for each in inventory.table("flags").to_pylist() if each["reason"] == reason]
    assert [(each["effect"], each["found"]) for each in told] == [("refused", "aws Some Service: 2 ×, 5 USD")]


def of_a_bill(tmp_path: Path, *starts: str) -> Inventory:
    """An inventory that takes a real bill's entries, of rows that begin then."""
    made_bill(tmp_path / "bill.csv", [{"ChargePeriodStart": each} for each in starts])
    run_bill([tmp_path / "bill.csv"], tmp_path / "cloud", gwp="AR5")
    return made(tmp_path, Given(tmp_path / "cloud" / "location", "sub", "hall", "cloud"))


def test_a_real_bill_has_its_months(tmp_path: Path) -> None:
    inventory = of_a_bill(tmp_path, f"{YEAR}-06-03 07:00:00", f"{YEAR + 1}-01-01 00:00:00")
    months = {row["month"] for row in inventory.table("lines").to_pylist() if row["template"] == "cloud"}
    assert months == {dt.date(YEAR, 6, 1)}
    assert [(reason, effect) for reason, effect, _ in flags(inventory)] == [("outside_year", "refused")]


def test_of_a_bill_with_a_row_that_tells_no_day_no_entry_has_one(tmp_path: Path) -> None:
    """The engine would give it the day of the run, which is nobody's."""
    inventory = of_a_bill(tmp_path, f"{YEAR}-06-03 07:00:00", "soon")
    months = {row["month"] for row in inventory.table("lines").to_pylist() if row["template"] == "cloud"}
    assert months == {None}
    assert [(reason, effect) for reason, effect, _ in flags(inventory)] == [("missing_value", "doubted")]


@pytest.mark.parametrize("statements", [("location", "market"), ("market",)])
def test_a_bill_of_two_statements_tells_its_unmapped_usage_once(
    tmp_path: Path, statements: tuple[Statement, ...]
) -> None:
    lacking = {
        "reason": "no_machine",
        "provider": "aws",
        "service": "Some Service",
        "rows": 2,
        "cost": "5",
        "currency": "USD",
    }
    (tmp_path / "cloud.json").write_text(json.dumps({"unmapped": [lacking]}))
    given = []
    for by in statements:
        (tmp_path / by).mkdir()
        given.append(Given(bill(tmp_path / by, entry(), name="entries"), "sub", "hall", "cloud", by))
    inventory = made(tmp_path, *given)
    assert flags(inventory) == [("no_machine", "refused", "aws Some Service: 2 ×, 5 USD")]
    assert services(inventory)["refused"] == 2


def test_where_no_bill_stands_nothing_is_unmapped(tmp_path: Path) -> None:
    assert not list(unmapped(bill(tmp_path, entry()), "cloud"))


def test_grams_by_other_warming_potentials_are_not_added(tmp_path: Path) -> None:
    source = pa.table({
        "site_id": ["hall"], "fuel": ["fuel.diesel"], "amount": [1.0], "unit": ["L"], "region": ["GB"], "date": [dt.date(2023, 6, 1)],
    })  # fmt: skip
    run(method("combustion.direct"), source, [builtin()], tmp_path / "run", Settings(dt.date(2024, 1, 1), "AR6"))
    with pytest.raises(InventoryError, match=r"AR6.*AR5.*--gwp AR5"):
        made(tmp_path, Given(tmp_path / "run", "sub", "hall", "fuel"))
