"""Fuels of IPCC 2006: CO2 of complete combustion, world defaults by energy (net) and by mass."""

from __future__ import annotations

from leafmark.factors.importers.base import Row, factor_row
from pack.raw import SharedData

# IPCC's names where the same fuel has a key already; the rest take IPCC's.
_NAMES = {
    "motor_gasoline": "petrol", "gas_diesel_oil": "diesel", "residual_fuel_oil": "residual_oil",
    "liquefied_petroleum_gases": "lpg", "other_kerosene": "kerosene", "natural_gas": "natural_gas",
    "anthracite": "coal_anthracite", "lignite": "coal_lignite", "other_bituminous_coal": "coal_bituminous",
    "sub_bituminous_coal": "coal_sub_bituminous", "coking_coal": "coking_coal", "oil": "crude_oil",
}  # fmt: skip
# Left out: biomass, whose CO2 is biogenic, and IPCC's mixed wastes.
_BIOMASS = (
    "biodiesels", "biogasoline", "black_liquor", "charcoal", "isw", "landfill_gas", "msw", "other_biogas",
    "other_liquid_biofuels", "other_prim_solid_biomass", "ow_hazard", "sludge_gas",
)  # fmt: skip
_GUIDELINES_YEAR = 2006


def rows(data: SharedData) -> tuple[list[Row], list[Row]]:
    """Return (factors, sources): unit t, or TJ at net calorific value."""
    factors = []
    for raw in data.rows("ipcc-2006-v2"):
        name = raw["factor_id"].split(":")[1].replace("-", "_")
        if name.startswith(_BIOMASS):
            continue
        by_mass = raw["unit_per"] == "t"
        value = float(f"{float(raw['kgco2e']):.9g}")
        factors.append(
            factor_row(
                key=f"fuel.{_NAMES.get(name, name)}{'.mass' if by_mass else '.energy_net'}",
                theme="fuel",
                name_en=f"{name.replace('_', ' ').capitalize()}, CO2 of complete combustion",
                region="WORLD",
                boundary="direct",
                unit="t" if by_mass else "TJ_net",
                co2e_kg=value,
                co2_kg=value,
                gwp_set="AR5",
                data_year=_GUIDELINES_YEAR,
                valid_from=f"{_GUIDELINES_YEAR}-01-01",
                published_on="2006-12-31",
                gsd=float(raw["gsd"]) if raw["gsd"] else None,
                gsd_basis="published" if raw["gsd"] else None,
                source_id="ipcc-2006-v2",
                locator=raw["source_locator"].split(" (via")[0],
                note="CO2 only, carbon content x 44/12, all carbon oxidised; no end of validity; "
                "spread of the publisher's limits; "
                "published in 2006, day not established",
            )
        )
    return factors, []
