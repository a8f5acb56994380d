"""Acts that the tests of this room share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa

from leafmark.actions import KINDS, Credited

DAY = dt.date(2026, 5, 3)
KNOWN = dt.date(2026, 11, 1)

INPUTS: dict[str, dict[str, Any]] = {
    "metro": {"amount": 10.0, "unit": "km"},
    "bus": {"amount": 10.0, "unit": "km"},
    "train": {"amount": 80.0, "unit": "km"},
    "shared_bike": {"amount": 3.0, "unit": "km"},
    "cycling": {"amount": 5.0, "unit": "km", "mode": "own_bike"},
    "walking": {"amount": 2.0, "unit": "km"},
    "resale": {
        "amount": 1.0, "unit": "item", "new_key": "declared.co2e", "new_amount": 60.0, "new_unit": "kg",
        "refurbishment_kwh": 0.5, "packaging_key": "material.corrugated_board", "packaging_kg": 0.1, "parcel_kg": 0.4,
        "distance_km": 100.0, "platform_kwh": 0.01, "old_extra_kwh_per_year": 0.0, "remaining_life_years": 2.0,
    },
    "packaging_reuse": {
        "amount": 1.0, "unit": "item", "single_use_key": "material.corrugated_board", "single_use_kg": 0.3,
        "reusable_key": "material.plastic_pp", "reusable_kg": 0.8, "use_count": 20.0, "return_km": 30.0, "washing_kwh": 0.02,
    },
    "bottle_return": {
        "amount": 4.0, "unit": "item", "material": "plastic_pet", "bottle_kg": 0.025, "collection_rate": 0.6,
        "process_yield": 0.7, "substitution_ratio": 0.9, "machine_kwh": 0.01,
    },
    "packaging_take_back": {
        "amount": 2.5, "unit": "kg", "material": "plastic_ldpe_and_lldpe", "collection_rate": 0.1, "process_yield": 0.7,
        "substitution_ratio": 0.8, "collection_km": 12.0, "sorting_kwh": 0.05,
    },
    "e_receipt": {"amount": 1.0, "unit": "receipt"},
    "e_invoice": {"amount": 1.0, "unit": "receipt"},
    "appliance_in_use": {
        "amount": 1.0, "unit": "year", "reference_kwh_per_year": 300.0, "actual_kwh_per_year": 180.0,
        "reference": "register of the test", "reference_from": dt.date(2024, 1, 1), "reference_to": dt.date(2027, 1, 1),
    },
    "appliance_at_sale": {
        "amount": 1.0, "unit": "item", "reference_kwh_per_year": 300.0, "actual_kwh_per_year": 180.0,
        "reference": "register of the test", "reference_from": dt.date(2024, 1, 1), "reference_to": dt.date(2029, 5, 3),
        "lifetime_years": 10.0,
    },
    "no_cutlery": {
        "amount": 2.0, "unit": "item", "material_key": "material.plastic_pp", "set_kg": 0.012, "given_by_default": True,
    },
    "channel_purchase": {"amount": 1.0, "unit": "order"},
}  # fmt: skip
"""One sound act of every kind, in Great Britain."""


def act(action: str, name: str = "", /, **changes: Any) -> dict[str, Any]:
    """A sound act with some inputs changed; `name` is its id."""
    row = {
        "activity_id": name or action, "account_id": 4_611_686_018_427_387_905, "action": action, "document": f"doc-{name or action}",
        "date": DAY, "evidence": "A", "source": "gate", "region": "GB", **INPUTS[action],
    }  # fmt: skip
    return row | changes


EVERY = [act(kind.action) for kind in KINDS if kind.minting != "ex_ante"]


def table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Acts as Arrow, a column for each input that any of them has."""
    rows = list(rows)
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})


class Outcome:
    """What became of some acts: milligrams and micrograms by id, reasons by id."""

    def __init__(self, done: Credited) -> None:
        self.done = done
        self.events = done.table("events").to_pylist()
        self.reasons = {row["activity_id"]: row["reason"] for row in done.table("rejected").to_pylist()}
        self.refused = {row["activity_id"]: row for row in done.table("rejected").to_pylist()}
        entries = done.table("entries").to_pylist()
        self.ug: dict[str, int] = {}
        for row in entries:
            self.ug[row["subject_id"]] = self.ug.get(row["subject_id"], 0) + row["co2e_ug"]
        self.entries = entries


Ran = Callable[..., Outcome]
