"""Parcels are decided and booked on the factors the engine takes: published figures, named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from leafmark.engine import footprint
from leafmark.parcels.cells import ParcelsError
from leafmark.parcels.factors_used import haul_factor, material_factors

DAY = dt.date(2026, 6, 1)


def test_published_figures_of_uk_desnz_2025() -> None:
    """Vans, average, diesel: 0.6313 tank to wheel and 0.15095 well to tank; board, primary: 1,199.72542 kg a tonne."""
    van = haul_factor(known_on=DAY, gwp="AR5")
    assert (van.ttw_kg_co2e_per_tkm, van.wtt_kg_co2e_per_tkm) == pytest.approx((0.6313, 0.15095), rel=1e-12)
    assert van.kg_co2e_per_tkm == pytest.approx(0.78225, rel=1e-12)
    assert van.factor_ids == ("freight.van.average.diesel@GB:ttw:2025", "freight.van.average.diesel@GB:wtt:2025")
    board = material_factors(known_on=DAY)["material.corrugated_board"]
    assert board.kg_co2e_per_kg == pytest.approx(1.19972542, rel=1e-12)
    assert board.factor_id == "material.corrugated_board@GB:cradle_to_gate:2025"
    assert "ID=19_506_5156_15_1" in board.source


def test_an_electric_van_has_its_losses() -> None:
    """0.21992 + 0.05633 + 0.02084, the publisher's three figures, in its own GWP set."""
    van = haul_factor("freight.van.average.battery_electric", known_on=DAY, gwp="AR5")
    assert van.kg_co2e_per_tkm == pytest.approx(0.29709, rel=1e-4)
    assert van.td_loss_kg_co2e_per_tkm == pytest.approx(0.02084, rel=1e-4)


def test_what_was_known_then() -> None:
    """Before the edition of June 2025 the one of 2023 stood."""
    assert haul_factor(known_on=dt.date(2025, 1, 1), gwp="AR5").ttw_kg_co2e_per_tkm == pytest.approx(0.5706, rel=1e-4)


def test_decided_and_booked_by_one_figure(tmp_path: Path) -> None:
    """1 t over 1 km, and 1 kg of board: the engine's run says what the look-up said, to the microgram."""
    van = haul_factor(known_on=DAY)
    row = {"shipment_id": "s", "mode": "freight.van.average.diesel", "mass_kg": 1e3, "distance_km": 1.0, "region": "GB"}
    made = footprint(pa.Table.from_pylist([row]), method="freight.tonne_km", known_on=DAY, out=tmp_path / "f")
    ug = sum(made.table("entries").column("co2e_ug").to_pylist())
    assert ug == round(van.ttw_kg_co2e_per_tkm * 1e9) + round(van.wtt_kg_co2e_per_tkm * 1e9)
    carton = {
        "parcel_id": "p",
        "material": "material.corrugated_board",
        "mass_kg": 1.0,
        "use_count": 4.0,
        "region": "GB",
    }
    made = footprint(pa.Table.from_pylist([carton]), method="parcel.packaging", known_on=DAY, out=tmp_path / "p")
    entry = made.table("entries").to_pylist()[0]
    assert (entry["co2e_ug"], entry["scope"], entry["category"], entry["book"]) == (299_931_355, 3, 1, "inventory")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: haul_factor("freight.van.nope", known_on=DAY), "freight.van.nope"),
        (lambda: haul_factor(known_on=DAY, region="BR"), "for BR"),
        (lambda: haul_factor(known_on=DAY, region="Brasil"), "'Brasil'"),
        (lambda: material_factors(["material.corrugated_board", "x"], known_on=DAY), "material x per kg"),
        (lambda: material_factors(["freight.van.average.diesel"], known_on=DAY), "per kg"),
    ],
)
def test_no_factor_is_an_error_that_names_it(call: Callable[[], object], said: str) -> None:
    with pytest.raises(ParcelsError, match=said):
        call()
