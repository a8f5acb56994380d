"""Rules of one piece: its shape, its place, what carries it and what it carries.

The load of a piece i, in grams, is

    load_i = sum over pieces j that rest on i of (weight_j + load_j) x area_ji / sum over k that j rests on of area_jk

with area_ji the area in which j's base touches i's top: a piece hands what it weighs and what it carries to the pieces beneath it, by
their shares of its contact. What a piece has on the floor of the carton it hands to the floor. A piece that rests on nothing hands on
nothing (it breaks the support rule).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from leafmark.parcels.checking.pairs import Contacts, overlapping
from leafmark.parcels.checking.plan import NONE, Case, Pieces
from leafmark.parcels.checking.rules import Violations
from leafmark.parcels.tables import ORIENTATIONS

LOAD_SLACK_G: Final = 1e-6
"""Loads are split into fractions of a gram: sums of them are compared with this slack."""
SHARE_SLACK: Final = 1e-9
"""The support share is a decimal fraction; areas are whole."""


def check_pieces(case: Case, pieces: Pieces, touching: Contacts, support_share: float, found: Violations) -> None:
    """Add what is wrong with single pieces; `pieces` are those whose row, parcel and carton are known."""
    _shape(case, pieces, found)
    _place(case, pieces, found)
    _support(pieces, touching, support_share, found)
    _fragile(case, pieces, touching, found)
    _load(case, pieces, touching, found)


def _add(found: Violations, rule: str, pieces: Pieces, piece: int, what: str, expected: str) -> None:
    found.add(
        rule, what, expected, order_id=pieces.order_id[piece].as_py(), parcel_no=int(pieces.parcel_no[piece]),
        item_id=pieces.item_id[piece].as_py(),
    )  # fmt: skip


def _text(lengths_mm: NDArray[np.int64]) -> str:
    return " x ".join(str(length) for length in lengths_mm.tolist()) + " mm"


def _corner(pieces: Pieces, piece: int) -> str:
    return f"{_text(pieces.size_mm[piece])} at ({', '.join(str(at) for at in pieces.low_mm[piece].tolist())})"


def _shape(case: Case, pieces: Pieces, found: Violations) -> None:
    known = (pieces.orientation >= 0) & (pieces.orientation < len(ORIENTATIONS))
    which = np.where(known, pieces.orientation, 0)
    turned = known & case.items.allowed[pieces.row, which]
    for piece in np.flatnonzero(~turned).tolist():
        words = ", ".join(str(each) for each in np.flatnonzero(case.items.allowed[pieces.row[piece]]).tolist())
        _add(
            found, "orientation", pieces, piece, str(pieces.orientation[piece]), f"one of {words}" if words else "none"
        )
    edges = case.items.edges_mm[pieces.row]
    expected = np.take_along_axis(edges, np.array(ORIENTATIONS)[which], axis=1)
    for piece in np.flatnonzero(known & (pieces.size_mm != expected).any(axis=1)).tolist():
        what = f"{_text(expected[piece])} in orientation {pieces.orientation[piece]}"
        _add(found, "size", pieces, piece, _text(pieces.size_mm[piece]), what)


def _place(case: Case, pieces: Pieces, found: Violations) -> None:
    carton = case.parcels.carton[pieces.parcel]
    inner = case.cartons.inner_mm[carton]
    below = (pieces.low_mm < 0).any(axis=1)
    past = (pieces.high_mm > inner).any(axis=1) & ~case.cartons.mailer[carton]
    for piece in np.flatnonzero(below | past).tolist():
        _add(found, "outside", pieces, piece, _corner(pieces, piece), f"inside {_text(inner[piece])}")
    _mailers(case, pieces, found)
    for piece, other in overlapping(pieces).tolist():
        what = f"{_corner(pieces, piece)} and {pieces.item_id[other].as_py()}, {_corner(pieces, other)}"
        _add(found, "overlap", pieces, piece, what, "no room in common")


def _mailers(case: Case, pieces: Pieces, found: Violations) -> None:
    """A flat bag L x W closes round contents l x w x h if l + h <= L and w + h <= W, either way round, and h is not too thick.

    Each side of the bag has to span the contents' length and half their thickness at both ends.
    """
    in_mailer = case.cartons.mailer[case.parcels.carton[pieces.parcel]]
    if not in_mailer.any():
        return
    farthest = np.zeros((len(case.parcels.carton), 3), np.int64)
    np.maximum.at(farthest, pieces.parcel[in_mailer], pieces.high_mm[in_mailer])
    for parcel in np.unique(pieces.parcel[in_mailer]).tolist():
        length, width, height = farthest[parcel].tolist()
        bag_length, bag_width, thickest = case.cartons.inner_mm[case.parcels.carton[parcel]].tolist()
        along = length + height <= bag_length and width + height <= bag_width
        across = width + height <= bag_length and length + height <= bag_width
        if not (along or across) or height > thickest:
            found.add(
                "outside", f"contents of {length} x {width} x {height} mm",
                f"length and width each with the thickness inside {bag_length} x {bag_width} mm, thickness {thickest} mm or less",
                order_id=case.parcels.order_id[parcel].as_py(), parcel_no=int(case.parcels.parcel_no[parcel]),
            )  # fmt: skip


def _support(pieces: Pieces, touching: Contacts, support_share: float, found: Violations) -> None:
    base = pieces.size_mm[:, 0] * pieces.size_mm[:, 1]
    carried = np.bincount(touching.above, touching.area_mm2, minlength=len(base))
    share = np.where(pieces.low_mm[:, 2] == 0, 1.0, carried / np.maximum(base, 1))
    for piece in np.flatnonzero(share < support_share - SHARE_SLACK).tolist():
        _add(
            found,
            "support",
            pieces,
            piece,
            f"{share[piece]:.4f}, {_corner(pieces, piece)}",
            f"{support_share:g} or more",
        )


def _fragile(case: Case, pieces: Pieces, touching: Contacts, found: Violations) -> None:
    broken = case.items.fragile[pieces.row[touching.below]]
    below, first = np.unique(touching.below[broken], return_index=True)
    for piece, above in zip(below.tolist(), touching.above[broken][first].tolist(), strict=True):
        what = f"{pieces.item_id[above].as_py()} rests on it"
        _add(found, "fragile", pieces, piece, what, "nothing on it")


def loads_g(weight_g: NDArray[np.int64], touching: Contacts) -> NDArray[np.float64]:
    """float64 [pieces]: what each piece carries, after the module's rule; as many rounds as the highest stack has pieces."""
    contact = np.bincount(touching.above, touching.area_mm2, minlength=len(weight_g))
    share = touching.area_mm2 / contact[touching.above] if len(touching.above) else np.zeros(0)
    handed: NDArray[np.float64] = weight_g.astype(np.float64)
    total = np.zeros(len(weight_g))
    while True:
        handed = np.bincount(touching.below, handed[touching.above] * share, minlength=len(weight_g)).astype(np.float64)
        if not handed.any():
            return total
        total += handed


def _load(case: Case, pieces: Pieces, touching: Contacts, found: Violations) -> None:
    limit = case.items.max_load_g[pieces.row]
    if not (limit != NONE).any():
        return
    load = loads_g(np.maximum(case.items.weight_g[pieces.row], 0), touching)
    for piece in np.flatnonzero((limit != NONE) & (load > limit + LOAD_SLACK_G)).tolist():
        _add(found, "load", pieces, piece, f"{load[piece]:.1f} g", f"{limit[piece]} g or less")
