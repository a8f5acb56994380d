"""Rules of one parcel, one order and the whole run: sums, weight, groups, numbers, stock, and that no piece is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leafmark.parcels.checking.columns import number, whole
from leafmark.parcels.checking.plan import NONE, Case, Pieces
from leafmark.parcels.checking.rules import Violations

FILL_SLACK = 1e-9


def check_parcels(case: Case, pieces: Pieces, found: Violations) -> None:
    """Add what is wrong with parcels and orders; `pieces` are those whose row, parcel and carton are known."""
    _known(case, found)
    _numbers(case, found)
    _count(case, found)
    _sums(case, pieces, found)
    _weight(case, pieces, found)
    _together(case, pieces, found)
    _apart(case, pieces, found)
    _mailer_ok(case, pieces, found)
    _stock(case, found)


def _of_parcel(case: Case, parcel: int) -> dict[str, Any]:
    return {"order_id": case.parcels.order_id[parcel].as_py(), "parcel_no": int(case.parcels.parcel_no[parcel])}


def _known(case: Case, found: Violations) -> None:
    for rows, what in ((case.pieces, "placements"), (case.refused, "unpacked")):
        for at in np.flatnonzero(rows.row == NONE).tolist():
            found.add(
                "unknown_row", f"row {at} of {what}", "order_row, order_id and item_id of one row of the orders",
                order_id=rows.order_id[at].as_py(), item_id=rows.item_id[at].as_py(),
                parcel_no=int(case.pieces.parcel_no[at]) if what == "placements" else None,
            )  # fmt: skip
    for parcel in np.flatnonzero(case.parcels.carton == NONE).tolist():
        name = case.parcels.table.column("carton_id")[parcel].as_py()
        found.add("unknown_carton", repr(name), "a carton_id of the cartons", **_of_parcel(case, parcel))
    for piece in np.flatnonzero(case.pieces.parcel == NONE).tolist():
        found.add(
            "unknown_parcel", f"parcel {case.pieces.parcel_no[piece]}", "a parcel of this order in the parcels",
            order_id=case.pieces.order_id[piece].as_py(), parcel_no=int(case.pieces.parcel_no[piece]),
            item_id=case.pieces.item_id[piece].as_py(),
        )  # fmt: skip
    held = np.bincount(case.pieces.parcel[case.pieces.parcel != NONE], minlength=len(case.parcels.carton))
    for parcel in np.flatnonzero(held == 0).tolist():
        found.add("empty_parcel", "no placement", "at least one", **_of_parcel(case, parcel))


def _numbers(case: Case, found: Violations) -> None:
    """Numbers of an order's parcels, sorted, are 1, 2, 3, ..."""
    order = np.lexsort((case.parcels.parcel_no, case.parcels.order))
    code = case.parcels.order[order]
    starts = np.flatnonzero(np.diff(code, prepend=NONE - 1))
    place = np.arange(len(code)) - np.repeat(starts, np.diff(np.append(starts, len(code)))) + 1
    for at in np.flatnonzero(case.parcels.parcel_no[order] != place).tolist():
        parcel = int(order[at])
        found.add("parcel_no", str(case.parcels.parcel_no[parcel]), str(place[at]), **_of_parcel(case, parcel))


def _count(case: Case, found: Violations) -> None:
    """Placements and unpacked pieces of each row are its quantity; a row whose quantity cannot be read is unpacked once."""
    rows = len(case.items.quantity)
    placed = np.bincount(case.pieces.row[case.pieces.row != NONE], minlength=rows)
    named = case.refused.row != NONE
    left = np.bincount(
        case.refused.row[named], np.maximum(case.refused.pieces[named], 0), minlength=rows
    ).astype(np.int64)  # fmt: skip
    told = np.bincount(case.refused.row[named], minlength=rows)
    readable = case.items.quantity > 0
    wrong = np.where(readable, placed + left != case.items.quantity, (placed > 0) | (told != 1))
    for row in np.flatnonzero(wrong).tolist():
        expected = f"{case.items.quantity[row]} together" if readable[row] else "unpacked, once, for its quantity"
        found.add(
            "count", f"{placed[row]} placed, {left[row]} unpacked", expected,
            order_id=case.items.order_id[row].as_py(), item_id=case.items.item_id[row].as_py(),
        )  # fmt: skip


def _contents(case: Case, pieces: Pieces) -> dict[str, NDArray[np.int64]]:
    """Sums of the pieces of each parcel."""
    parcels = len(case.parcels.carton)
    weight = np.bincount(pieces.parcel, np.maximum(case.items.weight_g[pieces.row], 0), minlength=parcels)
    volume = np.bincount(pieces.parcel, case.items.edges_mm[pieces.row].prod(axis=1), minlength=parcels)
    return {
        "pieces": np.bincount(pieces.parcel, minlength=parcels).astype(np.int64),
        "contents_g": weight.astype(np.int64),
        "contents_mm3": volume.astype(np.int64),
    }


def _whole_parcels(case: Case, pieces: Pieces) -> NDArray[np.bool_]:
    """bool [parcels]: the carton and every piece of it are known, so that its sums can be said."""
    all_held = np.bincount(case.pieces.parcel[case.pieces.parcel != NONE], minlength=len(case.parcels.carton))
    known = np.bincount(pieces.parcel, minlength=len(case.parcels.carton))
    return np.asarray((case.parcels.carton != NONE) & (known == all_held), np.bool_)


def _sums(case: Case, pieces: Pieces, found: Violations) -> None:
    table, carton, sums = case.parcels.table, case.parcels.carton, _contents(case, pieces)
    known = _whole_parcels(case, pieces)
    inner = case.cartons.inner_mm[carton].prod(axis=1)
    expected = sums | {
        "tare_g": case.cartons.tare_g[carton],
        "inner_mm3": inner,
        "outer_mm3": case.cartons.outer_mm[carton].prod(axis=1),
        "void_mm3": inner - sums["contents_mm3"],
    }
    for name, right in expected.items():
        given = whole(table, name, NONE)
        _unequal(case, name, given, right, known & (given != right), found)
    fill, right_fill = number(table, "fill"), sums["contents_mm3"] / np.where(known, inner, 1)
    _unequal(case, "fill", fill, right_fill, known & ~(np.abs(fill - right_fill) <= FILL_SLACK), found)
    _decision(case, table, found)
    cost, right_cost = number(table, "cost"), case.cartons.cost[carton]
    told = known & ~np.isnan(cost)
    _unequal(case, "cost", cost, right_cost, told & ~(np.abs(cost - right_cost) <= 1e-9 * np.abs(cost)), found)


def _decision(case: Case, table: pa.Table, found: Violations) -> None:
    """A parcel's decision grams are those of its carton and of its way; a plan may leave all three out."""
    names = ("packaging_co2e_mg", "haul_co2e_mg", "decision_co2e_mg")
    if not all(name in table.column_names for name in names):
        return
    carton, way, both = (whole(table, name, NONE) for name in names)
    _unequal(case, "decision_co2e_mg", both, carton + way, both != carton + way, found)


def _unequal(
    case: Case, name: str, given: NDArray[Any], right: NDArray[Any], wrong: NDArray[np.bool_], found: Violations
) -> None:
    for parcel in np.flatnonzero(wrong).tolist():
        found.add("sums", f"{name} {given[parcel]}", f"{name} {right[parcel]}", **_of_parcel(case, parcel))


def _weight(case: Case, pieces: Pieces, found: Violations) -> None:
    weight = _contents(case, pieces)["contents_g"]
    limit = np.where(case.parcels.carton == NONE, NONE, case.cartons.max_weight_g[case.parcels.carton])
    for parcel in np.flatnonzero((limit != NONE) & (weight > limit)).tolist():
        found.add("weight", f"{weight[parcel]} g", f"{limit[parcel]} g or less", **_of_parcel(case, parcel))


def _spread(group: NDArray[np.int64], value: NDArray[np.int64]) -> dict[int, list[int]]:
    """Group -> its values, sorted, of groups with more than one."""
    both = np.unique(np.stack([group, value], axis=1), axis=0)
    which, count = np.unique(both[:, 0], return_counts=True)
    return {int(each): both[both[:, 0] == each, 1].tolist() for each in which[count > 1]}


def _together(case: Case, pieces: Pieces, found: Violations) -> None:
    mark = case.items.keep_with[pieces.row]
    marked = mark != NONE
    if not marked.any():
        return
    orders = int(case.items.order.max()) + 1
    for group, parcels in _spread((mark * orders + pieces.order)[marked], pieces.parcel[marked]).items():
        piece = int(np.flatnonzero(marked & (mark * orders + pieces.order == group))[0])
        numbers = ", ".join(str(case.parcels.parcel_no[parcel]) for parcel in parcels)
        found.add(
            "keep_with", f"parcels {numbers}", "one parcel",
            order_id=pieces.order_id[piece].as_py(), item_id=pieces.item_id[piece].as_py(),
        )  # fmt: skip


def _apart(case: Case, pieces: Pieces, found: Violations) -> None:
    mark = case.items.apart_from[pieces.row]
    marked = mark != NONE
    if not marked.any():
        return
    for parcel, marks in _spread(pieces.parcel[marked], mark[marked]).items():
        names = [
            pieces.item_id[int(np.flatnonzero((pieces.parcel == parcel) & (mark == each))[0])].as_py() for each in marks
        ]
        found.add("apart_from", " and ".join(map(str, names)), "items of one mark", **_of_parcel(case, parcel))


def _mailer_ok(case: Case, pieces: Pieces, found: Violations) -> None:
    wrong = case.cartons.mailer[case.parcels.carton[pieces.parcel]] & ~case.items.mailer_ok[pieces.row]
    for piece in np.flatnonzero(wrong).tolist():
        found.add(
            "mailer", "in a mailer", "a rigid carton: mailer_ok is not set",
            item_id=pieces.item_id[piece].as_py(), **_of_parcel(case, int(pieces.parcel[piece])),
        )  # fmt: skip


def _stock(case: Case, found: Violations) -> None:
    used = np.bincount(case.parcels.carton[case.parcels.carton != NONE], minlength=len(case.cartons.stock))
    for carton in np.flatnonzero((case.cartons.stock != NONE) & (used > case.cartons.stock)).tolist():
        found.add(
            "stock",
            f"{case.cartons.carton_id[carton]} used {used[carton]} times",
            f"{case.cartons.stock[carton]} or less",
        )
