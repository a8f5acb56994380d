"""Category 3 is in only where upstream and losses of all that was burnt or bought are: the rest is named (Scope 3 Standard, table 5.4)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from made_inventory import lines

from leafmark.inventory.company.completeness import completeness
from leafmark.inventory.tables import FLAGS_SCHEMA


def parts(
    site: str, template: str, key: str, region: str, activities: int, *boundaries: str, first: str = "direct"
) -> list[dict[str, Any]]:
    """Lines of an activity: its Scope 1 or 2, and its parts of category 3."""
    scope = 1 if template == "fuel" else 2
    own = {"site_id": site, "template": template, "key": key, "activities": activities, "co2e_ug": 10**9}
    rows = [{**own, "scope": scope, "factor_id": f"{key}@{region}:{first}:2023"}]
    return rows + [
        {**own, "scope": 3, "category": 3, "factor_id": f"{key}@{region}:{boundary}:2023"} for boundary in boundaries
    ]


LONDON = parts("london", "electricity", "electricity.grid", "GB", 4, "upstream", "td_loss", "td_loss_upstream")
HANGZHOU = parts("hangzhou", "electricity", "electricity.grid", "CN-ZJ", 12)
LYON = parts("lyon", "electricity", "electricity.grid", "FR", 7, first="life_cycle")
DIESEL = parts("london", "fuel", "fuel.diesel", "GB", 3, "wtt")
AMERICAN = parts("boston", "fuel", "fuel.diesel", "US", 5)
HEAT = parts("london", "heat", "heat.district", "GB", 2, "upstream", "td_loss")
LOSSLESS = parts("oslo", "heat", "heat.district", "NO", 1, "upstream")


def energy_row(rows: list[dict[str, Any]], *exclusions: dict[str, Any]) -> dict[str, Any]:
    prepared: Any = SimpleNamespace(exclusions=exclusions)
    table = completeness(prepared, lines(rows), FLAGS_SCHEMA.empty_table()).to_pylist()
    return next(row for row in table if (row["scope"], row["category"]) == (3, 3))


def test_all_of_it_is_in_where_every_publisher_has_it() -> None:
    found = energy_row([*LONDON, *DIESEL, *HEAT, *LYON])  # a life-cycle proxy has upstream and losses in it
    assert (found["status"], found["why"], found["activities"]) == ("included", None, 9)


def test_what_no_factor_has_is_counted_and_named() -> None:
    found = energy_row([*LONDON, *HANGZHOU, *DIESEL, *AMERICAN, *LOSSLESS])
    assert found["status"] == "partly"
    assert found["why"] == ("no factor of all of upstream and losses: electricity 12, fuel 5, heat 1")


def test_nothing_of_it_is_missing_and_not_unsaid() -> None:
    found = energy_row(HANGZHOU)
    assert (found["status"], found["activities"]) == ("missing", 0)
    assert "electricity 12" in found["why"]
    excluded = {
        "scope": 3,
        "category": 3,
        "entity_id": None,
        "what": "upstream",
        "why": "the Ministry publishes none",
        "share_percent": None,
    }
    assert (energy_row(HANGZHOU, excluded)["status"], energy_row(HANGZHOU, excluded)["why"]) == (
        "excluded", "the Ministry publishes none",
    )  # fmt: skip


def test_the_statement_by_market_asks_for_nothing_more() -> None:
    market = [
        {**row, "statement": "market", "factor_id": "electricity.contract.x"} for row in LONDON if row["scope"] == 2
    ]
    assert energy_row([*LONDON, *market])["status"] == "included"
