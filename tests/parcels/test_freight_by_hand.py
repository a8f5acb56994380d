"""Chains computed by hand, with the publisher's figures of 2025 in its own GWP set; docs/freight.md prints the same ones."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from leafmark.engine.explain import explain
from leafmark.parcels.freight import book, great_circle_km, intensity, network, sums
from leafmark.parcels.freight.tables import FreightError

DAY = dt.date(2026, 6, 1)
DOCS = Path(__file__).resolve().parents[2] / "docs" / "freight.md"

CHAIN: list[dict[str, Any]] = [
    {
        "chain_id": "order-1", "leg_no": 1, "kind": "transport", "from_place": "Leeds", "to_place": "Hub", "mode": "freight.van.average.diesel",
        "mass_kg": 12.0, "distance_km": 25.0, "distance_type": "actual", "region": "GB",
    },
    {
        "chain_id": "order-1", "leg_no": 2, "kind": "hub", "from_place": "Hub", "mass_kg": 12.0, "hub_kwh": 400_000.0,
        "solar_generated_kwh": 120_000.0, "solar_used_kwh": 100_000.0, "solar_exported_kwh": 20_000.0, "throughput_kg": 9_000_000.0,
        "allocation_key": "mass", "region": "GB",
    },
    {
        "chain_id": "order-1", "leg_no": 3, "kind": "transport", "from_place": "Hub", "to_place": "Bath", "mode": "freight.hgv.average_laden",
        "mass_kg": 12.0, "distance_km": 300.0, "distance_type": "sfd", "distance_adjustment_factor": 1.05, "region": "GB",
    },
]  # fmt: skip
"""A van, a hub, a lorry whose planned distance is brought to the actual one of its intensity."""


def test_three_legs_with_a_hub(tmp_path: Path) -> None:
    """By hand:

    van    0.012 t x 25 km = 0.3 tkm:   0.3 x 0.6313 = 0.18939 kg, and 0.3 x 0.15095 = 0.045285 kg
    hub    (400,000 - 100,000) kWh x 12 / 9,000,000 = 0.4 kWh: x 0.177 = 0.0708 kg, and x (0.0459 + 0.01853 + 0.00397) = 0.02736 kg
    lorry  0.012 t x 300 km x 1.05 = 3.78 tkm: 3.78 x 0.10163 = 0.3841614 kg, and 3.78 x 0.02359 = 0.0891702 kg
    """
    made = book(CHAIN, out=tmp_path / "run", known_on=DAY, gwp="AR5")
    (chain,) = made.chains.to_pylist()
    assert chain["state"] == "complete"
    assert chain["tonne_km"] == pytest.approx(4.08, rel=1e-12)
    assert chain["ttw_ug"] == 189_390_000 + 70_800_000 + 384_161_400
    assert chain["wtt_ug"] == 45_285_000 + 27_360_000 + 89_170_200
    assert chain["wtw_ug"] == chain["ttw_ug"] + chain["wtt_ug"] == 806_166_600
    assert {(e["book"], e["scope"], e["category"]) for e in made.entries.to_pylist()} == {("inventory", 3, 4)}
    assert "806.1666" in DOCS.read_text(encoding="utf-8")


def test_the_entries_explain_themselves(tmp_path: Path) -> None:
    made = book(CHAIN, out=tmp_path / "run", known_on=DAY, gwp="AR5")
    said = str(explain(made.runs["transport"].path, "order-1"))
    assert "freight.van.average.diesel@GB:ttw:2025" in said


def test_an_actual_distance_under_a_planned_intensity(tmp_path: Path) -> None:
    """An own intensity per tonne-km of the shortest feasible distance; 210 km driven, 5 % more than planned: 200 km count."""
    from leafmark.factors.model import builtin
    from leafmark.parcels.freight import intensity_pack

    own = intensity(
        "own.van.north", fuel=30_000, km=250_000, payload_t=1.2, load_factor=0.5, empty_share=0.2, ttw_kg_per_unit=2.5,
        wtt_kg_per_unit=0.6, distance_type="sfd", distance_adjustment_factor=1.05, period=(dt.date(2025, 1, 1), dt.date(2026, 1, 1)),
    )  # fmt: skip
    # 1.2 t x 0.5 x 250,000 km x 0.8 loaded / 1.05 = 114,285.714... tkm; 75,000 kg and 18,000 kg of CO2e
    assert own.ttw_kg_per_tkm == pytest.approx(75_000 / (120_000 / 1.05), rel=1e-12)
    assert own.wtt_kg_per_tkm == pytest.approx(0.1575, rel=1e-12)
    leg = {
        "chain_id": "c", "leg_no": 1, "from_place": "a", "to_place": "b", "mode": "own.van.north", "mass_kg": 500.0, "distance_km": 210.0,
        "distance_type": "actual", "intensity_distance_type": "sfd", "distance_adjustment_factor": 1.05, "data_type": "primary",
        "region": "GB",
    }  # fmt: skip
    packs = [builtin(), intensity_pack([own], region="GB", known_on=dt.date(2026, 2, 1))]
    made = book([leg], out=tmp_path / "run", known_on=DAY, pack=packs)
    (chain,) = made.chains.to_pylist()
    # 0.5 t x 210 km / 1.05 = 100 tkm: 65.625 kg and 15.75 kg
    assert (chain["ttw_ug"], chain["wtt_ug"]) == (65_625_000_000, 15_750_000_000)
    assert "81.375" in DOCS.read_text(encoding="utf-8")


def test_empty_running_is_counted_once() -> None:
    """Half of the kilometres empty doubles the figure; a leg that would bring it in again is refused, column and all."""
    period = (dt.date(2025, 1, 1), dt.date(2026, 1, 1))

    def made(empty: float) -> float:
        return intensity(
            "own.x", fuel=100, km=1000, payload_t=10, load_factor=1, empty_share=empty, ttw_kg_per_unit=2.5, wtt_kg_per_unit=0.5, period=period,
        ).wtw_kg_per_tkm  # fmt: skip

    assert made(0.5) == pytest.approx(2 * made(0.0), rel=1e-12)
    assert made(0.0) == pytest.approx(0.03, rel=1e-12)
    with pytest.raises(FreightError, match="empty_share is inside the intensity"):
        sums([{**CHAIN[0], "empty_share": 0.2}], known_on=DAY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("payload_t", 0.0),
        ("load_factor", 1.2),
        ("empty_share", 1.0),
        ("fuel", float("nan")),
        ("km", 0.0),
        ("distance_type", "road"),
    ],
)
def test_an_intensity_of_nonsense_is_refused(name: str, value: Any) -> None:
    good: dict[str, Any] = {
        "fuel": 100.0, "km": 1000.0, "payload_t": 10.0, "load_factor": 0.6, "empty_share": 0.2, "ttw_kg_per_unit": 2.5, "wtt_kg_per_unit": 0.5,
        "period": (dt.date(2025, 1, 1), dt.date(2026, 1, 1)),
    }  # fmt: skip
    with pytest.raises(FreightError, match=name):
        intensity("own.x", **{**good, name: value})


USED: list[dict[str, Any]] = [
    {
        "stage": "collection",
        "key": "fuel.diesel",
        "amount": 20_000.0,
        "unit": "L",
        "throughput": 400_000.0,
        "region": "GB",
    },
    {
        "stage": "sorting",
        "key": "electricity.grid",
        "amount": 60_000.0,
        "unit": "kWh",
        "throughput": 400_000.0,
        "region": "GB",
    },
    {
        "stage": "line_haul",
        "key": "fuel.diesel",
        "amount": 50_000.0,
        "unit": "L",
        "throughput": 400_000.0,
        "region": "GB",
    },
    {
        "stage": "last_mile",
        "key": "fuel.diesel",
        "amount": 90_000.0,
        "unit": "L",
        "throughput": 380_000.0,
        "region": "GB",
    },
]


def test_a_parcel_network_by_the_parcel(tmp_path: Path) -> None:
    """Litres a parcel: 0.05 + 0.125 + 0.236842...; kWh a parcel: 0.15. Diesel 2023: 2.51206 and 0.61101 kg/L (DESNZ)."""
    run = network(USED, [{"parcel_id": "p1"}, {"parcel_id": "p2", "taken": 3.0}], out=tmp_path / "net", known_on=DAY, gwp="AR5",
                  run_date=dt.date(2025, 12, 1))  # fmt: skip
    by = {r["product_id"]: r["co2e_ug"] for r in run.table("products").to_pylist()}
    litres = 20_000 / 400_000 + 50_000 / 400_000 + 90_000 / 380_000
    kg = litres * (2.51206 + 0.61101) + 0.15 * (0.177 + 0.0459 + 0.01853 + 0.00397)
    assert by["p1"] == pytest.approx(kg * 1e9, abs=10)
    assert by["p2"] == pytest.approx(3 * by["p1"], abs=20)
    assert f"{kg * 1000:.3f}" in DOCS.read_text(encoding="utf-8")


def test_the_shares_of_all_parcels_are_the_period(tmp_path: Path) -> None:
    """Twenty parcels that are the whole throughput take all of its litres: 300 L of diesel at 2.51206 + 0.61101."""
    used = [{**USED[0], "amount": 300.0, "throughput": 20.0}]
    run = network(used, [{"parcel_id": str(n)} for n in range(20)], out=tmp_path / "net", known_on=DAY, gwp="AR5")
    assert run.record["totals"]["co2e_ug"] == pytest.approx(300 * 3.12307 * 1e9, abs=40)


def test_parcels_cannot_take_more_than_went_through(tmp_path: Path) -> None:
    with pytest.raises(FreightError, match="take 3 of a throughput of 2"):
        network(
            [{**USED[0], "throughput": 2.0}],
            [{"parcel_id": str(n)} for n in range(3)],
            out=tmp_path / "net",
            known_on=DAY,
        )
    with pytest.raises(FreightError, match="by mass each parcel's own mass"):
        network(USED, [{"parcel_id": "p"}], out=tmp_path / "net", allocation_key="mass", known_on=DAY)


def test_great_circles() -> None:
    """A quarter of the meridian is 6371.0088 pi / 2; Paris to London by the published 343.5 km; nothing is nothing."""
    assert great_circle_km(0, 0, 90, 0) == pytest.approx(10_007.557, abs=1e-3)
    assert great_circle_km(48.8566, 2.3522, 51.5074, -0.1278) == pytest.approx(343.5, abs=0.3)
    assert great_circle_km(10, 10, 10, 10) == 0
    assert great_circle_km(0, -179.5, 0, 179.5) == pytest.approx(6371.0088 * 3.141592653589793 / 180, rel=1e-9)
    assert great_circle_km(91, 0, 0, 0) != great_circle_km(91, 0, 0, 0)  # NaN


def test_a_great_circle_from_coordinates() -> None:
    leg = {
        "chain_id": "c", "leg_no": 1, "from_place": "PAR", "to_place": "LON", "mode": "freight.air.short_haul", "mass_kg": 1000.0,
        "distance_type": "gcd", "from_latitude": 48.8566, "from_longitude": 2.3522, "to_latitude": 51.5074, "to_longitude": -0.1278,
        "region": "GB",
    }  # fmt: skip
    (chain,) = sums([leg], known_on=DAY).chains.to_pylist()
    assert chain["tonne_km"] == pytest.approx(343.5, abs=0.3)
