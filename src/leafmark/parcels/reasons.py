"""Why a row of the room's tables was refused, or a piece left unpacked: a closed list, in words."""

from __future__ import annotations

from typing import Final

PACKING: Final[dict[str, str]] = {
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
    # items that cannot be packed
    "larger_than_every_carton": "in no allowed orientation does it fit any carton",
    "heavier_than_every_carton": "it weighs more than any carton that it fits may carry",
    "contradictory_groups": "items to be kept together are also to be kept apart",
    "group_fits_no_carton": "items to be kept together fit no one carton",
    "out_of_stock": "cartons that would hold it are used up",
}
"""What packing says: code -> what it means."""

REASONS: Final[dict[str, str]] = {
    **PACKING,
    # rows of demand, stock and lanes
    "no_distance": "the lane has no distance; the other lanes are used",
    "no_rate": "the lane has no grams per tonne-kilometre; the other lanes are used",
    "no_price": "the lane has no money, and money counts; the other lanes are used",
    "repeated_row": "the row says again, or otherwise, what an earlier row said; the first counts",
    "unknown_warehouse": "no lane starts at this warehouse",
    "weight_differs": "the SKU had another weight or volume in an earlier row",
    # demand that is not met
    "no_lane": "no usable lane leads to the region",
    "not_stocked": "no warehouse with a lane to the region holds the SKU",
    "stock_below_demand": "the warehouses with a lane to the region hold fewer pieces than are wanted",
    "throughput_reached": "the SKU is there, and its warehouses can send no more",
    # items of a container's load
    "no_orientation": "its rotation and its upright marks leave no way to lay it",
    "larger_than_container": "in no allowed orientation does it fit the container",
    "heavier_than_container": "it weighs more than the container may carry",
    "not_kept_by_load": "the row asks for what a load does not look after: fragile, max_load_g, keep_with, apart_from",
    "left_out": "it would fit the empty container, but the fullest load found has no room for it",
    # pools of reusable boxes and what befalls them
    "unknown_pool": "no such pool in the table of pools, or its own row was refused",
    "event_before_purchase": "the box has not been bought: its first event has to be `buy`",
    "bought_twice": "the box was bought before",
    "already_out": "the box is out: it cannot go out twice",
    "not_out": "the box is not out: it cannot come back",
    "not_returned": "the box has not come back: there is nothing to clean",
    "not_cleaned": "the box has come back and is not clean: it cannot go out in this pool",
    "box_out": "the box is out: it can be returned or lost, and nothing else",
    "box_lost": "the box is lost: it can only be returned, if it is found",
    "box_retired": "the box was taken out of use: nothing befalls it any more",
    "duplicate_event": "the same event of the same box and day stands before it, and it cannot happen twice in a row",
    "more_than_stock": "the period takes out of a state more boxes than there are",
    "counted_twice": "the pool gives both events and counts",
    "unknown_key": "no pack has a factor of that key, or none in that unit",
    "no_factor": "no factor of the key for the place and day",
    "unlike_boundary": "the two sides of a comparison have factors of different boundaries, or only one of them an end of life",
}
"""Code -> what it means."""
