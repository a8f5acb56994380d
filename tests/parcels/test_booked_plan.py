"""The booked grams of a plan: by hand, beside the decision grams, never added to them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from leafmark.engine.explain import explain
from leafmark.parcels.booked import SIDE_BY_SIDE_SCHEMA, booked
from leafmark.parcels.cells import ParcelsError

DAY = dt.date(2026, 6, 1)
PARCELS: list[dict[str, Any]] = [
    {"order_id": "o1", "parcel_no": 1, "carton_id": "box", "contents_g": 2000, "tare_g": 300, "distance_km": 100.0,
     "packaging_co2e_mg": 359_918, "haul_co2e_mg": 200_000},
    {"order_id": "o1", "parcel_no": 2, "carton_id": "tote", "contents_g": 1000, "tare_g": 900, "distance_km": None,
     "packaging_co2e_mg": 1, "haul_co2e_mg": 2},
]  # fmt: skip
CARTONS: list[dict[str, Any]] = [
    {"carton_id": "box", "material": None, "use_count": None},
    {"carton_id": "tote", "material": "material.plastic_pp", "use_count": 20.0},
]


def test_a_plan_by_hand(tmp_path: Path) -> None:
    """box: 0.3 kg x 1.19972542 = 359.917626 g; 0.0023 t x 100 km = 0.23 tkm x (0.6313 + 0.15095) = 179.9175 g.

    tote: 0.9 / 20 kg x 2.57757172; 0.0019 t x 50 km = 0.095 tkm x 0.78225 = 74.31375 g.
    """
    made = booked(PARCELS, CARTONS, out=tmp_path / "b", distance_km=50.0, known_on=DAY, gwp="AR5")
    box, tote = made.side_by_side.to_pylist()
    assert box["booked_packaging_co2e_ug"] == 359_917_626
    assert tote["booked_packaging_co2e_ug"] == round(0.9 / 20 * 2.57757172e9)
    assert (box["booked_freight_co2e_ug"], tote["booked_freight_co2e_ug"]) == (179_917_500, 74_313_750)
    assert (box["decision_packaging_co2e_mg"], box["decision_haul_co2e_mg"]) == (359_918, 200_000)
    assert {row["allocation_key"] for row in (box, tote)} == {"mass"}
    entries = made.entries.to_pylist()
    assert {(e["book"], e["scope"], e["category"], e["method_id"]) for e in entries} == {
        ("inventory", 3, 1, "parcel.packaging"), ("inventory", 3, 4, "freight.transport"),
    }  # fmt: skip
    total = sum(row[n] for row in (box, tote) for n in ("booked_packaging_co2e_ug", "booked_freight_co2e_ug"))
    assert sum(e["co2e_ug"] for e in entries) == total


def test_the_two_kinds_of_grams_are_never_added() -> None:
    names = SIDE_BY_SIDE_SCHEMA.names
    assert [n for n in names if "co2e" in n and not n.startswith(("decision_", "booked_"))] == []
    assert not {"co2e_ug", "total_co2e_ug", "decision_co2e_mg"} & set(names)


def test_both_runs_explain_themselves(tmp_path: Path) -> None:
    made = booked(PARCELS, CARTONS, out=tmp_path / "b", distance_km=50.0, known_on=DAY)
    assert made.packaging is not None
    assert "material.corrugated_board@GB:cradle_to_gate:2025" in str(explain(made.packaging.path, "o1#1"))
    assert "freight.van.average.diesel@GB:wtt:2025" in str(explain(made.freight.runs["transport"].path, "o1#1"))


def test_a_route_with_a_hub_by_the_parcel(tmp_path: Path) -> None:
    """20 km by van, a thousandth of 1,000 kWh, then the parcel's own way by lorry."""
    route = [
        {"kind": "transport", "from_place": "w", "to_place": "h", "mode": "freight.van.average.diesel", "distance_km": 20.0, "distance_type": "actual"},
        {"kind": "hub", "from_place": "h", "hub_kwh": 1000.0, "throughput_parcels": 1000.0, "allocation_key": "parcel"},
        {"kind": "transport", "from_place": "h", "to_place": "c", "mode": "freight.hgv.average_laden", "distance_type": "actual"},
    ]  # fmt: skip
    made = booked(PARCELS[:1], CARTONS, out=tmp_path / "b", route=route, known_on=DAY, gwp="AR5")
    (row,) = made.side_by_side.to_pylist()
    kg = 0.0023 * 20 * 0.78225 + 1 * (0.177 + 0.0459 + 0.01853 + 0.00397) + 0.0023 * 100 * (0.10163 + 0.02359)
    assert row["booked_freight_co2e_ug"] == pytest.approx(kg * 1e9, abs=5)


def test_what_cannot_be_booked_is_missing_and_named(tmp_path: Path) -> None:
    cartons = [CARTONS[0], {"carton_id": "tote", "material": "material.unobtainium", "use_count": 20.0}]
    made = booked(PARCELS, cartons, out=tmp_path / "b", known_on=DAY)
    box, tote = made.side_by_side.to_pylist()
    assert (tote["booked_packaging_co2e_ug"], tote["booked_freight_co2e_ug"]) == (None, None)
    assert None not in (box["booked_packaging_co2e_ug"], box["booked_freight_co2e_ug"])
    assert [r["reason"] for r in made.rejected_packaging.to_pylist()] == ["unknown_key"]
    assert [(r["chain_id"], r["reason"]) for r in made.freight.refused.to_pylist()] == [("o1#2", "missing_distance")]


def test_a_table_that_is_no_plan(tmp_path: Path) -> None:
    with pytest.raises(ParcelsError, match="carton tote is not in the table"):
        booked(PARCELS, CARTONS[:1], out=tmp_path / "b", known_on=DAY)
    with pytest.raises(ParcelsError, match="tare_g missing"):
        booked([{k: v for k, v in PARCELS[0].items() if k != "tare_g"}], CARTONS, out=tmp_path / "b", known_on=DAY)
