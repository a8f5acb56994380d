"""What a row of the UK flat file is: its key, boundary, unit and name.

One table of rules by `Level 1`, the same for every edition; the publisher's changes of wording between editions
(`WTT- business travel (air)`, `WTT- business travel- air`) are folded first. Three kinds of rows become no factor:
energy per kilometre, the same figure per mile (`UOM` of miles, million litres) and the same figure under another scope
(`Passenger vehicles`, `Managed assets`, `Delivery vehicles`): the scope is the reporting company's question, not the
factor's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from leafmark.factors.importers.base import slug
from leafmark.factors.importers.desnz_gases import gas_of
from leafmark.factors.importers.desnz_hotels import HOTEL_REGIONS

UNITS = {
    "tonnes": "t", "kg": "kg", "litres": "L", "cubic metres": "m3", "kWh": "kWh", "kWh (Net CV)": "kWh_net",
    "kWh (Gross CV)": "kWh_gross", "GJ": "GJ_net", "tonne.km": "t_km", "passenger.km": "passenger_km",
    "km": "vehicle_km", "Room per night": "room_night", "per FTE Working Hour": "fte_hour",
}  # fmt: skip
_SAME_IN_ANOTHER_UNIT = {"miles", "million litres"}
_RESTATED = (
    "passenger vehicles", "delivery vehicles", "managed assets- vehicles", "managed assets- electricity",
    "uk electricity for evs",
)  # fmt: skip
_FUEL_SUFFIX = {"L": "", "m3": "", "t": ".mass", "kg": ".mass", "kWh_net": ".energy_net", "GJ_net": ".energy_net",
                "kWh_gross": ".energy_gross", "kWh": ".energy_net"}  # fmt: skip
_FUELS = {
    "diesel (average biofuel blend)": "diesel", "diesel (100% mineral diesel)": "diesel_mineral",
    "petrol (average biofuel blend)": "petrol", "petrol (100% mineral petrol)": "petrol_mineral",
    "natural gas (100% mineral blend)": "natural_gas_mineral", "burning oil": "kerosene",
    "aviation turbine fuel": "jet_kerosene", "aviation spirit": "aviation_gasoline",
    "processed fuel oils - residual oil": "residual_oil", "processed fuel oils - distillate oil": "distillate_oil",
    "coal (electricity generation - home produced coal only)": "coal_electricity_generation_home_produced",
    "biodiesel me (from used cooking oil)": "biodiesel_me_used_cooking_oil",
    "biodiesel me (from tallow)": "biodiesel_me_tallow", "biomethane (liquified)": "biomethane_liquefied",
}  # fmt: skip
_MATERIALS = {
    "paper and board: board": "corrugated_board", "paper and board: paper": "paper",
    "paper and board: mixed": "paper_and_board_mixed", "metal: aluminium cans and foil (excl. forming)": "aluminium",
    "metal: steel cans": "steel_cans", "metal: mixed cans": "mixed_cans", "metal: scrap metal": "scrap_metal",
    "metals": "metals_construction", "wood": "wood", "compost derived from garden waste": "compost_garden_waste",
    "compost derived from food and garden waste": "compost_food_and_garden_waste",
    "electrical items - it": "electrical_items_it", "household residual waste": "mixed",
    "commercial and industrial waste": "commercial_and_industrial", "organic: food and drink waste": "food_and_drink",
    "organic: garden waste": "garden", "organic: mixed food and garden waste": "food_and_garden",
}  # fmt: skip
_NOT_IN_MATERIAL = re.compile(r"\s*\((incl|excl)\. forming\)|^plastics: (?=average)", re.IGNORECASE)
_SOURCES = {"primary material production": "", "closed-loop source": ".closed_loop", "open-loop source": ".open_loop",
            "re-used": ".reused"}  # fmt: skip
_ROUTES = {"re-use": "reuse", "open-loop": "recycling_open_loop", "closed-loop": "recycling_closed_loop",
           "combustion": "energy_recovery",
           "incineration with energy recovery": "energy_recovery", "composting": "composting", "landfill": "landfill",
           "anaerobic digestion": "anaerobic_digestion"}  # fmt: skip
_HAULS = {"domestic": "domestic", "short-haul": "short_haul", "long-haul": "long_haul",
          "international": "international"}  # fmt: skip
_LAND = {
    "local bus (not london)": "bus.local_not_london", "local london bus": "bus.local_london",
    "average local bus": "bus.local_average", "coach": "coach", "national rail": "rail.national",
    "international rail": "rail.international", "light rail and tram": "rail.light",
    "london underground": "rail.underground", "regular taxi": "taxi.regular", "black cab": "taxi.black_cab",
    "foot passenger": "ferry.foot_passenger", "car passenger": "ferry.car_passenger",
    "average (all passenger)": "ferry.average", "average (all passengers)": "ferry.average",
}  # fmt: skip
_POWERTRAIN = {"plug-in hybrid electric vehicle": "plug_in_hybrid", "battery electric vehicle": "battery_electric",
               "unknown": "unknown_fuel", "hybrid": "hybrid"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """The columns of the flat file that say what a row is."""

    scope: str
    level_1: str
    level_2: str
    level_3: str
    level_4: str
    column_text: str
    unit: str

    @property
    def is_restatement(self) -> bool:
        """Whether the row repeats another row's figure in another unit or under another scope."""
        return self.unit in _SAME_IN_ANOTHER_UNIT or self.level_1.lower().startswith(_RESTATED)

    @property
    def details(self) -> list[str]:
        """The filled levels below level 2 (`kWh` in level 4 is the unit again)."""
        return [text for text in (self.level_3, self.level_4, self.column_text) if text and text != "kWh"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a row is in Leafmark's words."""

    key: str
    theme: str
    boundary: str
    unit: str
    name: str
    region: str = "GB"
    note: str = ""
    gas_of_one_kg: str = ""
    with_rf: bool = False
    six_decimals: bool = False


def meaning_of(item: Item) -> Meaning | None:
    """Return what a row is, or None where it becomes no factor (see the module's docstring).

    Unknown categories get a key of their slugs under the theme that `Level 1` names: a new category of a new edition
    is not lost.
    """
    if item.unit not in UNITS or (item.is_restatement and not _is_electricity(item)):
        return None
    level_1 = re.sub(r"[()]", "", item.level_1.lower().replace(" (", "- "))
    is_wtt = level_1.startswith("wtt")
    for start, rule in _RULES:
        if level_1.removeprefix("wtt- ").removeprefix("wtt-").startswith(start):
            return rule(item, UNITS[item.unit], is_wtt)
    return Meaning(f"other.{slug(item.level_1)}.{_slugs(item.details)}", "material", "direct", UNITS[item.unit],
                   _name(item))  # fmt: skip


def _is_electricity(item: Item) -> bool:
    return item.level_1.lower() == "managed assets- electricity"


def _slugs(texts: list[str]) -> str:
    return ".".join(slug(text) for text in texts)


def _name(item: Item) -> str:
    words = ", ".join([item.level_2.removeprefix("WTT- "), *item.details])
    return words[0].upper() + words[1:] + (" (well to tank)" if item.level_1.startswith("WTT") else "")


def _fuel(item: Item, unit: str, is_wtt: bool) -> Meaning:
    fuel = _FUELS.get(item.level_3.lower(), slug(item.level_3))
    if unit == "kWh":  # biomass and biogas: net calorific value, by the publisher's methodology paper
        unit = "kWh_net"
    after = " (well to tank)" if is_wtt else ""
    basis = {".energy_net": ", net calorific value", ".energy_gross": ", gross calorific value"}
    suffix = _FUEL_SUFFIX[unit]
    note = ""
    if "ioenergy" in item.level_1:
        note = "CO2 of biogenic carbon is in biogenic_co2_kg; the total is CH4 and N2O" if not is_wtt else ""
    return Meaning(f"fuel.{fuel}{suffix}", "fuel", "wtt" if is_wtt else "direct", unit,
                   f"{item.level_3}{basis.get(suffix, '')}{after}", note=note)  # fmt: skip


def _refrigerant(item: Item, unit: str, is_wtt: bool) -> Meaning | None:
    text = item.column_text.lower()
    if text.startswith("emissions including only non-kyoto"):
        return None
    kyoto = item.level_2.lower().startswith(("kyoto", "blends"))
    if kyoto == text.startswith("total"):
        return None
    gas = item.level_3.split(" = ")[0].rstrip("*")
    name = re.sub(r"^(CFC|HCFC)-(\w+)/R\w+$", r"\1-\2", gas)
    gas = gas.replace("I0mee", "10mee")
    name = re.sub(r"^(?:\w[\w ]*)\((PFC-[\w-]+|SF6)\)$", r"\1", name)
    note = "" if kyoto else "outside the Kyoto basket: reported apart from Scope 1"
    if item.level_2 == "Blends":
        note = "Kyoto gases of the blend only; its CFC and HCFC parts are not in the figure"
    return Meaning(f"refrigerant.{slug(name)}", "refrigerant", "direct", unit, item.level_3.rstrip("*"),
                   region="WORLD", note=note, gas_of_one_kg=gas_of(name))  # fmt: skip


def _electricity(item: Item, unit: str, is_wtt: bool) -> Meaning | None:
    level_2 = item.level_2.lower()
    if "overseas" in level_2:
        return None
    lost = "t&d" in level_2
    boundary = ("td_loss_upstream" if lost else "upstream") if is_wtt else ("td_loss" if lost else "direct")
    words = {"direct": "generation", "upstream": "upstream of generation (well to tank)", "td_loss": "grid losses",
             "td_loss_upstream": "upstream of grid losses (well to tank)"}  # fmt: skip
    managed = "from the row of managed assets, the same figure" if _is_electricity(item) else ""
    return Meaning("electricity.grid", "grid", boundary, unit, f"Grid electricity, UK, {words[boundary]}", note=managed,
                   six_decimals=boundary == "direct")  # fmt: skip


def _transmission(item: Item, unit: str, is_wtt: bool) -> Meaning | None:
    return _heat(item, unit, is_wtt) if "heat" in item.level_2.lower() else _electricity(item, unit, is_wtt)


def _heat(item: Item, unit: str, is_wtt: bool) -> Meaning:
    lost = "distribution" in item.level_2.lower()
    kind = "district" if lost else slug(item.level_3.split()[0])
    boundary = ("td_loss_upstream" if lost else "upstream") if is_wtt else ("td_loss" if lost else "direct")
    note = "5 % distribution loss" if lost else ""
    return Meaning(f"heat.{kind}", "grid", boundary, unit, f"Heat and steam, {kind}", note=note)


def _water(item: Item, unit: str, is_wtt: bool) -> Meaning:
    supply = item.level_2.lower().endswith("supply")
    return Meaning("water.supply" if supply else "water.treatment", "water",
                   "cradle_to_gate" if supply else "end_of_life", unit, item.level_2)  # fmt: skip


def _material_slug(text: str) -> str:
    key = text.lower().strip()
    return _MATERIALS.get(key) or slug(_NOT_IN_MATERIAL.sub("", text).replace("Plastics: ", "plastic "))


def _material(item: Item, unit: str, is_wtt: bool) -> Meaning:
    origin = item.column_text or item.details[-1]
    suffix = _SOURCES.get(origin.lower(), "." + slug(origin))
    notes = []
    if item.level_3.lower() == "paper and board: board":
        notes.append("average board: 78 % corrugated, 22 % cartonboard by the publisher's notes")
    if suffix == ".closed_loop":
        notes.append("recycled content: never beside an end-of-life credit for the same recycling")
    return Meaning(f"material.{_material_slug(item.level_3)}{suffix}", "material", "cradle_to_gate", unit,
                   f"{item.level_3}, {origin.lower()}", note="; ".join(notes))  # fmt: skip


def _waste(item: Item, unit: str, is_wtt: bool) -> Meaning:
    route_text = item.column_text or item.details[-1]
    route = _ROUTES.get(route_text.lower(), slug(route_text))
    collected = route not in {"landfill", "composting", "anaerobic_digestion"}
    note = "transport to the facility only: the next user's account holds the rest" if collected else ""
    return Meaning(f"waste.{route}.{_material_slug(item.level_3)}", "waste", "end_of_life", unit,
                   f"{item.level_3}, {route_text.lower()}", note=note)  # fmt: skip


def _flight(item: Item, unit: str, is_wtt: bool) -> Meaning:
    haul = next(key for text, key in _HAULS.items() if item.level_3.lower().startswith(text))
    with_rf = item.column_text.lower() == "with rf" or item.details[-1].lower() == "with rf"
    freight = unit == "t_km"
    cabin = "" if freight else "." + slug(item.level_4.lower().removesuffix(" class").removesuffix(" passenger"))
    key = f"freight.air.{haul}" if freight else f"travel.flight.{haul}{cabin}"
    note = "distance includes the publisher's 8 % uplift over great circle in the factor"
    if with_rf:
        note += "; CO2e with aviation's non-CO2 effects (factor 1.7 on CO2): use it alone, not with the memo column"
    return Meaning(key + (".with_rf" if with_rf else ""), "freight" if freight else "travel",
                   "wtt" if is_wtt else "ttw", unit, _name(item), note=note, with_rf=with_rf)  # fmt: skip


def _land(item: Item, unit: str, is_wtt: bool) -> Meaning:
    level_2, boundary = item.level_2.lower().removeprefix("wtt- "), "wtt" if is_wtt else "ttw"
    note = ""
    if item.level_1.lower().startswith("uk electricity t&d"):
        boundary = "td_loss"
    if level_2.startswith("cars"):
        size = slug(item.level_3.removesuffix(" car"))
        kind = size if "size" in level_2 else f"segment_{size}"
        power = _POWERTRAIN.get(item.details[-1].lower(), slug(item.details[-1]))
        key = f"car.{kind}.{power}"
        if power in {"battery_electric", "plug_in_hybrid"} and boundary == "ttw":
            note = "electricity at the power station included; its grid losses are the rows of boundary td_loss"
    elif level_2.startswith("motorbike"):
        key = f"motorbike.{slug(item.level_3)}"
    else:
        key = _LAND.get(item.level_3.lower(), f"{slug(level_2)}.{slug(item.level_3)}")
        if unit == "vehicle_km":
            key += ".per_vehicle_km"
    return Meaning(f"travel.{key}", "travel", boundary, unit, _name(item), note=note)


def _freight(item: Item, unit: str, is_wtt: bool) -> Meaning | None:
    level_2, boundary = item.level_2.lower().removeprefix("wtt- "), "wtt" if is_wtt else "ttw"
    if item.level_1.lower().startswith("uk electricity t&d"):
        boundary = "td_loss"
    if level_2.endswith("freight flights"):
        return _flight(item, unit, is_wtt)
    if level_2.startswith("hgv"):
        body = _hgv_body(item.level_3)
        share = re.fullmatch(r"(\d+)% laden", item.details[-1].lower())
        laden = f"laden_{share[1]}" if share else slug(item.details[-1])
        key = f"hgv{'_refrigerated' if 'refrigerated' in level_2 else ''}{body}.{laden}"
    elif level_2.startswith("van"):
        power = _POWERTRAIN.get(item.details[-1].lower(), slug(item.details[-1]))
        key = f"van.{slug(item.level_3.split(' (')[0])}.{power}"
    elif level_2 == "rail":
        key = "rail"
    else:
        ship = slug(item.level_3)
        key = f"sea.{ship}.{slug(item.details[-1])}" if len(item.details) > 1 else f"sea.{ship}"
    if unit == "vehicle_km":
        key += ".per_vehicle_km"
    return Meaning(f"freight.{key}", "freight", boundary, unit, _name(item))


def _hgv_body(text: str) -> str:
    lowered = text.lower()
    if lowered == "all hgvs":
        return ""
    if lowered in {"all rigids", "all artics"}:
        return ".rigid" if "rigid" in lowered else ".artic"
    kind, _, weight = lowered.partition(" (")
    low, _, high = re.sub(r"[>)\s]|tonnes|t(?=\)|$)", "", weight).partition("-")
    span = f"{slug(low)}_to_{slug(high)}t" if high else f"over_{slug(low)}t"
    return f".{'rigid' if kind == 'rigid' else 'artic'}_{span}"


def _electric_vehicle(item: Item, unit: str, is_wtt: bool) -> Meaning | None:
    return _land(item, unit, is_wtt) if item.level_2.lower().startswith("cars") else _freight(item, unit, is_wtt)


def _hotel(item: Item, unit: str, is_wtt: bool) -> Meaning | None:
    place = item.level_3
    region = HOTEL_REGIONS.get(place)
    if region is None:
        return Meaning(f"travel.hotel.{slug(place)}", "travel", "supply_chain", unit, f"Hotel night, {place}")
    key = "travel.hotel.london" if place == "UK (London)" else "travel.hotel"
    return Meaning(key, "travel", "supply_chain", unit, f"Hotel night, {place}", region=region)


def _homeworking(item: Item, unit: str, is_wtt: bool) -> Meaning:
    kind = "total" if "+" in item.level_2 else slug(item.level_2)
    return Meaning(f"homeworking.{kind}", "travel", "direct", unit, f"Homeworking, {item.level_2.lower()}")


_RULES = (
    ("fuels", _fuel), ("bioenergy", _fuel), ("refrigerant", _refrigerant), ("uk electricity t&d", _electric_vehicle),
    ("uk electricity", _electricity), ("uk & overseas elec", _electricity),
    ("managed assets- electricity", _electricity),
    ("transmission", _transmission), ("heat", _heat), ("water", _water), ("material use", _material),
    ("waste disposal", _waste), ("business travel- air", _flight), ("business travel", _land),
    ("pass vehs", _land), ("freighting goods", _freight), ("delivery vehs", _freight), ("hotel", _hotel),
    ("homeworking", _homeworking),
)  # fmt: skip
