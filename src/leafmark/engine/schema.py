"""The entry's schema, the closed lists, and the constants of the arithmetic.

An entry is one line's result in whole micrograms of CO2e. Everything below is integer once a line is rounded, so sums
do not depend on the order in which threads, chunks or machines add them.
"""

from __future__ import annotations

import pyarrow as pa

from leafmark.engine.gases import GASES_TYPE
from leafmark.methods.bill import STAGES

UG_PER_KG = 1_000_000_000
"""Micrograms in a kilogram."""

Z95 = 1.959963984540054
"""97.5th percentile of the standard normal: the two-sided 95 % range."""

LINE_UG_MAX = 1e18
"""One line may hold 1 Mt: past it a sum of lines could leave int64 micrograms (9.2 Mt); rejected as `too_large`."""

SD_UG_MAX = 9e18
"""A line's standard deviation, which may be larger than the line itself, has to fit int64 micrograms too."""

REASONS: dict[str, str] = {
    "unreadable": "the cell could not be read as its column's type (text in a number, an impossible date, NaN, infinity)",
    "broken_text": "the cell is not valid UTF-8",
    "missing_value": "a required cell is empty",
    "below_bound": "the value lies below the method's sanity bound for that column",
    "above_bound": "the value lies above the method's sanity bound for that column",
    "negative_amount": "a negative amount that does not say it is a credit",
    "unknown_stage": "the stage is not one of the closed list",
    "unknown_key": "no factor of that key in the packs of this run",
    "unknown_unit": "the unit is not in the list of units",
    "unit_mismatch": "the unit does not convert to the factor's unit",
    "unknown_region": "the region is not in the list of regions",
    "no_factor": "the key has no factor for the place, its country or the world in a boundary the method takes",
    "date_out_of_reach": "the factor exists, but the date lies past the reach of the method's vintage rule",
    "too_large": "the result is more than the 1 Mt that one line may hold",
    "duplicate_id": "the activity_id occurred before in the same input",
    "unknown_product": "the product is not in the catalogue, or a component is not in the bill",
    "no_tier": "neither mass, count nor spend leads to a factor for this line",
    "inconsistent_shares": "the phase shares do not add up to 1",
    "not_positive": "the figure must be above zero",
}
"""Reason code -> what it means. Closed: `docs/reasons.md` is made from it and a test holds the two together."""

WHAT_TO_DO: dict[str, str] = {
    "unreadable": "`12,5` in `amount`: write `12.5`. Missing is an empty cell, `-`, `NA`, `N/A` or `null`; any other word is unreadable",
    "broken_text": "`caf\\xe9` in `key`: save the file as UTF-8",
    "missing_value": "`unit` is empty: fill it in, and never with a 0 for what is not known",
    "below_bound": "`-3` in `kwh`: a meter does not run backwards; net out a correction before, in the month it belongs to",
    "above_bound": "`5e9` in `amount`: most often grams written as kilograms; `expected` gives the bound and its reason",
    "negative_amount": "`-2` of recycled aluminium: write `credit` in `kind` if it is meant",
    "unknown_stage": "`usage` in `stage`: write `use`",
    "unknown_key": "`fuel.deisel`: `expected` proposes `fuel.diesel`; `leafmark factors search diesel` finds keys by name; "
    "a key of your own needs its pack: `--pack mine`",
    "unknown_unit": "`gallon`: `expected` proposes `gal_us` or `gal_uk`; which it is, you must know",
    "unit_mismatch": "2 `item` of a material counted by mass: give the mass; `expected` names the factor's unit",
    "unknown_region": "`Germany`: `expected` proposes `DE`; a line without a region takes the world's factor",
    "no_factor": "`expected` says which of these it is. *Only another boundary*: electricity of `AU` with `td_loss` alone has "
    "no generation to count; add the factor in a pack of your own. *Known later*: `--known-on` with the day it "
    "names, or later. *Superseded*: an earlier `--known-on`. *Not to be restated*: run without "
    "`--gwp-strict`, and the total says which share stands as published. *Only other regions*: write one of "
    "them in `region` if it stands for yours",
    "date_out_of_reach": "a line of 2009 where the oldest factor is of 2021: add an older factor in a pack of your "
    "own; a line left out would make its product greener than it is",
    "too_large": "a shipment of `1e9` t over `1e6` km: a unit or a decimal point is wrong; split what is real into several lines",
    "duplicate_id": "two lines `invoice-17`: one was exported twice; two real ones need two ids",
    "unknown_product": "order of `sku-9` that the catalogue lacks: add its row, or mend the id",
    "no_tier": "a product with a mass and no `mass_key`: fill in the key, or a count, or a `spend_key` with `spend` in the lines",
    "inconsistent_shares": "shares 0.7, 0.2 and 0.2: mend them by the maker's sheet, never by scaling",
    "not_positive": "`0` in `total_kg`: a sheet without a figure is no footprint of 0; leave the product out, or find its figure",
}
"""Reason code -> an example, and what to do about it: the other half of `docs/reasons.md`."""

ENTRY_SCHEMA = pa.schema([
    ("run_id", pa.string()), ("activity_id", pa.string()), ("subject_id", pa.string()), ("date", pa.date32()),
    ("book", pa.string()), ("scope", pa.int8()), ("category", pa.int8()), ("stage", pa.string()),
    ("method_id", pa.string()), ("method_version", pa.int32()), ("factor_id", pa.string()), ("factor_level", pa.int8()),
    ("tier", pa.string()), ("co2e_ug", pa.int64()), ("low_ug", pa.int64()), ("high_ug", pa.int64()),
    ("gases", GASES_TYPE),
])  # fmt: skip
"""Columns of `entries.parquet`; int64 micrograms of CO2e, signed."""

BY_FACTOR_SCHEMA = pa.schema([
    ("subject_id", pa.string()), ("scope", pa.int8()), ("category", pa.int8()), ("stage", pa.string()), ("part", pa.string()),
    ("key", pa.string()), ("factor_id", pa.string()), ("factor_level", pa.int8()), ("lines", pa.int64()),
    ("amount", pa.float64()), ("unit", pa.string()), ("co2e_ug", pa.int64()), ("sd_ug", pa.int64()), ("own_sd_ug", pa.int64()),
    ("low_ug", pa.int64()), ("high_ug", pa.int64()), ("gases", GASES_TYPE),
])  # fmt: skip
"""Columns of `by_factor.parquet`: the amount in the base unit of its dimension, rounded line by line to its millionth; `sd_ug` is by the
factor and adds up within it, `own_sd_ug` is the amounts' own error and is squared before it is added."""

__all__ = [
    "BY_FACTOR_SCHEMA",
    "ENTRY_SCHEMA",
    "LINE_UG_MAX",
    "REASONS",
    "SD_UG_MAX",
    "STAGES",
    "UG_PER_KG",
    "WHAT_TO_DO",
    "Z95",
]
