"""Every refrigerant of the built-in pack that counts in a scope tells its gases, and they weigh what DESNZ publishes."""

from __future__ import annotations

import pytest

from leafmark.factors.gwp import gases, parse_f_gases
from leafmark.factors.model import builtin


def test_all_name_their_gases_and_those_come_to_the_published_figure() -> None:
    """UK DESNZ 2023 prints whole kg CO2e per kg by AR5; composition times potential is within the rounding of that."""
    rows = [row for row in builtin().factors.to_pylist() if row["theme"] == "refrigerant"]
    counted = [row for row in rows if not (row["note"] or "").startswith("outside the Kyoto basket")]
    assert len(counted) >= 40
    potentials = gases("AR5")
    for row in counted:
        if row["f_gases"]:
            named = parse_f_gases(row["f_gases"])
            assert not any(gas.startswith(("CFC", "HCFC")) for gas in named), row["key"]
            weight = sum(potentials[gas] * mass for gas, mass in named.items())
            assert weight == pytest.approx(row["co2e_kg"], abs=0.51), row["key"]
        else:
            assert row["key"] in {f"refrigerant.{gas}" for gas in ("carbon_dioxide", "methane", "nitrous_oxide")}
