"""Names of the US EPA hub's fuels, vehicles, materials and routes as keys, the same as the UK's where alike."""

from __future__ import annotations

import re

from leafmark.factors.importers.base import slug

# `mmBtu per X` of table 1: the unit of X and the suffix that its dimension gives the key.
AMOUNTS = {
    "short ton": ("short_ton", ".mass"),
    "scf": ("scf", ".standard_volume"),
    "gallon": ("gal_us", ""),
}
MOBILE_UNITS = {"gallon": "gal_us", "scf": "scf"}
TRANSPORT_UNITS = {
    "vehicle-mile": "vehicle_mile", "ton-mile": "short_ton_mile", "passenger-mile": "passenger_mile",
}  # fmt: skip
FUELS = {
    "motor gasoline": "petrol", "diesel fuel": "diesel", "kerosene-type jet fuel": "jet_kerosene",
    "liquefied petroleum gases (lpg)": "lpg", "compressed natural gas (cng)": "cng",
    "liquefied natural gas (lng)": "lng", "propane gas": "propane_gas", "bituminous": "coal_bituminous",
    "anthracite": "coal_anthracite", "sub-bituminous": "coal_sub_bituminous", "lignite": "coal_lignite",
    "mixed (commercial sector)": "coal_mixed_commercial", "mixed (electric power sector)": "coal_mixed_electric_power",
    "mixed (industrial coking)": "coal_mixed_coking", "mixed (industrial sector)": "coal_mixed_industrial",
    "petroleum coke (solid)": "petroleum_coke", "biodiesel (100%)": "biodiesel", "ethanol (100%)": "bioethanol",
    "used oil": "waste_oils", "distillate fuel oil no. 2": "distillate_oil_no_2",
    "distillate fuel oil no. 1": "distillate_oil_no_1", "distillate fuel oil no. 4": "distillate_oil_no_4",
    "naphtha (<401 deg f)": "naphtha", "other oil (>401 deg f)": "other_oil", "tires": "tyres",
    "wood and wood residuals": "wood_residuals",
}  # fmt: skip
MATERIALS = {
    "aluminum cans": "aluminium_cans", "aluminum ingot": "aluminium_ingot", "steel cans": "steel_cans",
    "hdpe": "plastic_hdpe", "ldpe": "plastic_ldpe", "lldpe": "plastic_lldpe", "pet": "plastic_pet",
    "pp": "plastic_pp", "ps": "plastic_ps", "pvc": "plastic_pvc", "pla": "plastic_pla", "glass": "glass",
    "corrugated containers": "corrugated_board", "mixed plastics": "average_plastics", "mixed msw": "mixed",
    "food waste": "food_and_drink", "tires": "tyres", "yard trimmings": "garden",
}  # fmt: skip
_TRANSPORT = {
    "medium- and heavy-duty truck": "freight.hgv.average_laden", "rail": "freight.rail",
    "waterborne craft": "freight.sea.waterborne_average", "aircraft": "freight.air.average",
    "passenger car": "travel.car.average.unknown_fuel", "light-duty truck": "travel.car.light_truck.unknown_fuel",
    "motorcycle": "travel.motorbike.average", "intercity rail - northeast corridor": "travel.rail.northeast_corridor",
    "intercity rail - other routes": "travel.rail.intercity_other", "intercity rail - national average":
    "travel.rail.national", "commuter rail": "travel.rail.commuter", "bus": "travel.bus.average",
    "transit rail (i.e. subway, tram)": "travel.rail.transit",
    "air travel - short haul (< 300 miles)": "travel.flight.under_300_miles",
    "air travel - medium haul (>= 300 miles, < 2300 miles)": "travel.flight.300_to_2300_miles",
    "air travel - long haul (>= 2300 miles)": "travel.flight.over_2300_miles",
}  # fmt: skip
_ROUTES = {"recycled": "recycling", "landfilled": "landfill", "combusted": "incineration", "composted": "composting"}


def transport_key(label: str, unit: str) -> str:
    """Return the key of a vehicle of tables 8 and 10; footnote letters fall off."""
    name = re.sub(r"(?<=[a-z)]) ?[A-E]$", "", label.strip()).lower()
    key = _TRANSPORT.get(name, f"travel.{slug(name)}")
    if unit == "vehicle_mile" and key.startswith("freight."):
        return f"{key}.per_vehicle_km"
    return key


def route(text: str) -> str:
    """Return a waste route of table 9's header (`LandfilledB`)."""
    name = re.sub(r"(?<=ed)[A-F]$", "", text.strip()).lower()
    if name.startswith("anaerobically digested"):
        return "anaerobic_digestion_dry" if "dry" in name else "anaerobic_digestion_wet"
    return _ROUTES.get(name, slug(name))
