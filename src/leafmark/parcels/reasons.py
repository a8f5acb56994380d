"""Why a row of the room's tables was refused, or a piece left unpacked: a closed list, in words."""

from __future__ import annotations

from typing import Final

REASONS: Final[dict[str, str]] = {
    # rows of orders and cartons
    "unreadable": "the cell could not be read as its column's type (text in a number, NaN, infinity)",
    "missing_value": "a required cell is empty",
    "not_positive": "a length or a quantity has to be above zero",
    "negative": "a weight, a stock or a demand cannot be below zero; 0 is taken as it stands",
    "too_large": "past the largest figure that is read (20 m, 30 t): a typing error",
    "too_many_pieces": "one order has more than 100,000 pieces: split it",
    "unknown_word": "the word is not one of the closed list",
    "duplicate_id": "the id occurred before in the same table",
    "contradictory_size": "the outer size is smaller than the inner one",
    "contradictory_distance": "rows of one order give different distances",
    # rows of demand, stock and lanes
    "no_distance": "the lane has no distance; the other lanes are used",
    "no_rate": "the lane has no grams per tonne-kilometre; the other lanes are used",
    "no_price": "the lane has no money, and money counts; the other lanes are used",
    "repeated_row": "the row says again, or otherwise, what an earlier row said; the first counts",
    "unknown_warehouse": "no lane starts at this warehouse",
    "weight_differs": "the SKU had another weight or volume in an earlier row",
    # items that cannot be packed
    "larger_than_every_carton": "in no allowed orientation does it fit any carton",
    "heavier_than_every_carton": "it weighs more than any carton that it fits may carry",
    "contradictory_groups": "items to be kept together are also to be kept apart",
    "group_fits_no_carton": "items to be kept together fit no one carton",
    "out_of_stock": "cartons that would hold it are used up",
    # demand that is not met
    "no_lane": "no usable lane leads to the region",
    "not_stocked": "no warehouse with a lane to the region holds the SKU",
    "stock_below_demand": "the warehouses with a lane to the region hold fewer pieces than are wanted",
    "throughput_reached": "the SKU is there, and its warehouses can send no more",
}
"""Code -> what it means."""
