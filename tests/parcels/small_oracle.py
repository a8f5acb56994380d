"""Brute force: every placement of a few small pieces, on the grid of whole units, with every rule. The kernel's answers are held to it.

It reads a rule as `leafmark.parcels.tables` states it and nothing else: no extreme points, no order of pieces, no pruning but by what a
rule forbids outright. Pieces are placed from the bottom up, so whatever carries a piece lies before it, and a plan is judged whole. Of
n pieces in a carton of V unit cells it looks at up to n! (6 V)^n placements; five pieces in a few dozen cells are seconds.

Corners on the whole grid lose nothing: edges are whole numbers, and any plan can be pushed to the near walls and the floor without
breaking inside, overlap or weight. Support, fragility and loads can change when pieces are pushed sideways, so these are judged on
every grid corner, not only on pushed ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

Corner = tuple[int, int, int]
Size = tuple[int, int, int]


@dataclass(frozen=True)
class Piece:
    """One piece: edges as (length, width, height), and what is asked of it."""

    size: Size
    weight_g: int = 0
    rotation: str = "any"
    fragile: bool = False
    max_load_g: int | None = None


@dataclass(frozen=True)
class Box:
    """A rigid carton; `worth` is what the least is sought of."""

    size: Size
    max_weight_g: int | None = None
    worth: float = 0.0


@dataclass(frozen=True)
class Placed:
    """A piece with its lower and its upper corner."""

    piece: Piece
    low: Corner
    high: Corner


def fits(pieces: Sequence[Piece], box: Box, support_share: float = 0.75) -> bool:
    """Whether all pieces can lie in the box at once, by every rule."""
    return placement(pieces, box, support_share) is not None


def best_carton(pieces: Sequence[Piece], boxes: Sequence[Box], support_share: float = 0.75) -> int | None:
    """Index of the box worth least that holds all pieces, the first of equals; None where none does."""
    for index in sorted(range(len(boxes)), key=lambda each: (boxes[each].worth, each)):
        if fits(pieces, boxes[index], support_share):
            return index
    return None


def most_volume(pieces: Sequence[Piece], box: Box, support_share: float = 0.75) -> int:
    """Most volume of any subset of the pieces that fits: what a full container is measured by."""
    subsets = ([piece for at, piece in enumerate(pieces) if bits >> at & 1] for bits in range(1 << len(pieces)))
    by_volume = sorted(((sum(map(volume, each)), each) for each in subsets), key=lambda pair: -pair[0])
    return next(found for found, each in by_volume if fits(each, box, support_share))


def placement(pieces: Sequence[Piece], box: Box, support_share: float = 0.75) -> list[Placed] | None:
    """One plan of all pieces in the box, or None."""
    if box.max_weight_g is not None and sum(piece.weight_g for piece in pieces) > box.max_weight_g:
        return None
    if sum(map(volume, pieces)) > box.size[0] * box.size[1] * box.size[2]:
        return None
    share = Fraction(str(support_share))
    for order in sorted(set(permutations(pieces)), key=repr):
        found = _place([], list(order), box, share)
        if found is not None:
            return found
    return None


def volume(piece: Piece) -> int:
    """Cells of a piece."""
    return piece.size[0] * piece.size[1] * piece.size[2]


def turned(piece: Piece) -> set[Size]:
    """Sizes along x, y and z that its rotation allows."""
    length, width, height = piece.size
    if piece.rotation == "fixed":
        return {(length, width, height)}
    if piece.rotation == "upright":
        return {(length, width, height), (width, length, height)}
    return set(permutations(piece.size))  # type: ignore[arg-type]


def _place(placed: list[Placed], left: list[Piece], box: Box, share: Fraction) -> list[Placed] | None:
    """Place the first of `left` everywhere it may lie, no lower than the last, and go on."""
    if not left:
        return placed if loads_hold(placed) else None
    for one in _places(left[0], box, placed[-1].low[2] if placed else 0):
        if not any(_overlap(one, other) for other in placed) and _carried(one, placed, share):
            found = _place([*placed, one], left[1:], box, share)
            if found is not None:
                return found
    return None


def _places(piece: Piece, box: Box, lowest: int) -> Iterator[Placed]:
    for dx, dy, dz in sorted(turned(piece)):
        for z in range(lowest, box.size[2] - dz + 1):
            for y in range(box.size[1] - dy + 1):
                for x in range(box.size[0] - dx + 1):
                    yield Placed(piece, (x, y, z), (x + dx, y + dy, z + dz))


def _common(one: Placed, other: Placed, axis: int) -> int:
    return max(0, min(one.high[axis], other.high[axis]) - max(one.low[axis], other.low[axis]))


def _overlap(one: Placed, other: Placed) -> bool:
    return all(_common(one, other, axis) for axis in range(3))


def _contact(above: Placed, below: Placed) -> int:
    """Cells of area in which one stands on the other."""
    return _common(above, below, 0) * _common(above, below, 1) if below.high[2] == above.low[2] else 0


def _carried(one: Placed, placed: Sequence[Placed], share: Fraction) -> bool:
    """Whether enough of its base rests on something, and on nothing fragile."""
    resting = [(_contact(one, other), other) for other in placed]
    if any(area and other.piece.fragile for area, other in resting):
        return False
    base = (one.high[0] - one.low[0]) * (one.high[1] - one.low[1])
    return one.low[2] == 0 or sum(area for area, _ in resting) >= share * base


def loads_hold(placed: Sequence[Placed]) -> bool:
    """Whether no piece carries more than it may: what rests on it, and what that carries, by shares of contact area."""
    load = [Fraction(0)] * len(placed)
    for i in sorted(range(len(placed)), key=lambda each: -placed[each].low[2]):
        contact = [_contact(placed[i], other) for other in placed]
        for j, area in enumerate(contact):
            if area:
                load[j] += (placed[i].piece.weight_g + load[i]) * Fraction(area, sum(contact))
    limits = [each.piece.max_load_g for each in placed]
    return all(limit is None or found <= limit for found, limit in zip(load, limits, strict=True))
