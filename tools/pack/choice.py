"""What the pack leaves out of what the publishers give: keys no shop, shopper, warehouse or office meets."""

from __future__ import annotations

import re

from leafmark.factors.importers.base import Row

_FUELS = [
    "agricultural_byproducts",
    "asphalt_and_road_oil",
    "bagasse",
    "bamboo",
    "biodiesel_me_tallow",
    "brown_coal_briquettes",
    "butylene",
    "coal_electricity_generation_home_produced",
    "coal_mixed_coking",
    "coal_tar",
    "coke_oven_lignite_coke",
    "distillate_oil_no_1",
    "distillate_oil_no_4",
    "ethylene",
    "fuel_gas",
    "gas_coke",
    "gas_works_gas",
    "heavy_gas_oils",
    "isobutane",
    "isobutylene",
    "jet_gasoline",
    "natural_gas_liquids",
    "natural_gas_mineral",
    "natural_gasoline",
    "north_american_hardwood",
    "north_american_softwood",
    "oil_shale_tar_sands",
    "orimulsion",
    "other_biomass_gases",
    "other_oil",
    "other_petro_products",
    "other_petroleum_gas",
    "oxygen_steel_furnace_gas",
    "paraffin_waxes",
    "patent_fuel",
    "pentanes_plus",
    "petrochemical_feedstocks",
    "plastics",
    "propylene",
    "refinery_feedstocks",
    "refinery_miscellaneous",
    "rendered_animal_fat",
    "residual_fuel_oil_no_5",
    "shale_oil",
    "solid_byproducts",
    "special_naphtha",
    "straw",
    "unfinished_oils",
    "vegetable_oil",
    "white_spirit_sbp",
]
_WASTES = [
    "aggregates",
    "asbestos",
    "asphalt",
    "asphalt_concrete",
    "asphalt_shingles",
    "average_construction",
    "bricks",
    "clay_bricks",
    "concrete",
    "drywall",
    "fiberglass_insulation",
    "fly_ash",
    "insulation",
    "metals_construction",
    "mineral_oil",
    "plasterboard",
    "soils",
    "structural_steel",
    "vinyl_flooring",
    "wood_flooring",
]
_REFRIGERANTS = [
    "cfc_13",
    "cfc_114",
    "cfc_115",
    "hcfc_21",
    "hcfc_123",
    "hcfc_124",
    "hcfc_225ca",
    "hcfc_225cb",
    "hfc_236cb",
    "hfc_236ea",
    "hfc_245ca",
    "hfc_41",
    "hfc_134",
    "hfc_143",
    "hfc_152",
    "hfc_161",
    "perfluorocyclopropane",
    "pfc_3_1_10",
    "pfc_4_1_12",
    "pfc_5_1_14",
    "pfc_9_1_18",
    "r405a",
    "r500",
    "r503",
    "r504",
    "r511a",
    "r512a",
    "r509a",
]
_LEFT_OUT = re.compile(
    rf"^fuel\.({'|'.join(_FUELS)})(\.|$)|^waste\.\w+\.({'|'.join(_WASTES)})$|^refrigerant\.({'|'.join(_REFRIGERANTS)})$"
    r"|^freight\.sea\.(?!waterborne)\w+\.(?!average$|large_ropax)|^freight\.hgv_refrigerated\.(rigid|artic)_"
    r"|^freight\.sea\.(crude|products|chemical|lng|lpg)_tanker|^material\.(asbestos|soils|asphalt)"
)


def kept(row: Row) -> bool:
    """Say whether a row is part of the pack."""
    return not _LEFT_OUT.match(str(row["key"]))
