"""Terms and acts that the ledger's tests share."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from leafmark.ledger import Act, Action, Campaign, Catalogue, OwnBoundary, fingerprint, id_of

TODAY = dt.date(2026, 11, 20)
ANN = id_of("ann")

METRO = Action(
    programme="city", action="metro", version=1, method_id="trip.public_transport@1", unit="m",
    valid_from=dt.date(2026, 1, 1), valid_to=dt.date(2027, 1, 1), evidence_minimum="C", points=7, points_per="act",
    cap_points=20, cap_period="day", statement="avoided", acceptance_days=60, quantity_max=200_000, co2e_mg_max=60_000_000,
    reason="no metro line is longer",
)  # fmt: skip
RECEIPT = replace(
    METRO, action="e_receipt", method_id="receipt.paper@1", unit="receipt", evidence_minimum="B", points=2, cap_points=9,
    cap_period="month", quantity_max=1, co2e_mg_max=20_000, reason="a receipt weighs a few grams",
)  # fmt: skip
CHANNEL = replace(
    METRO, action="channel", method_id="none", unit="order", statement="points_only", points=1, points_per="quantity",
    cap_points=500, cap_period="year", quantity_max=1000, co2e_mg_max=0, reason="no grams are minted",
)  # fmt: skip
WALK = replace(
    METRO, action="walk", method_id="trip.walk@1", evidence_minimum="D", points=3, points_per="kg", cap_points=10,
    cap_period="month",
)  # fmt: skip
LOT = replace(CHANNEL, action="lot", cap_period="month", cap_points=10_000)
"""Points by the month, past no cap."""

CATALOGUE = Catalogue(
    (METRO, RECEIPT, CHANNEL, WALK, LOT),
    campaigns=(Campaign("city", "double", "metro", dt.date(2026, 11, 11), dt.date(2026, 11, 12), 3, 2),),
    own=(OwnBoundary("city", "marketplace", 2026, "e_receipt", "scope 3 category 1"),),
    points_months=12,
)


def an_act(name: str, terms: Action = METRO, **changes: Any) -> Act:
    """An act of Ann's, by a name that makes its ids."""
    act = Act(
        account_id=ANN, event_id=id_of(name), programme="city", action=terms.action, method_id=terms.method_id, quantity=1,
        occurred_day=dt.date(2026, 11, 3), source="gate", evidence="A",
        fingerprint=fingerprint(ANN, terms.action, name, "2026-11-03"),
        co2e_mg=0 if terms.statement == "points_only" else 15_000,
    )  # fmt: skip
    return replace(act, **changes)
