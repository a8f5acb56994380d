"""The checker against plain Python, over random plans: tight ones that hold, the same moved by a millimetre, and heaps that do not."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_by_hand import Row, Spec, carton, item

from leafmark.parcels.checking import pairs
from leafmark.parcels.checking.pairs import contacts, overlapping
from leafmark.parcels.checking.pieces import loads_g
from leafmark.parcels.checking.plan import Pieces
from leafmark.parcels.tables import ORIENTATIONS, ROTATIONS

Cuboid = tuple[tuple[int, int, int], tuple[int, int, int]]


def cut(low: tuple[int, int, int], size: tuple[int, int, int], pieces: int, random: Random) -> list[Cuboid]:
    """A box cut straight through, again and again: cuboids that fill it without a gap."""
    axes = [axis for axis in range(3) if size[axis] > 1]
    if pieces == 1 or not axes:
        return [(low, size)]
    axis = random.choice(axes)
    at = random.randrange(1, size[axis])
    near, far, start = list(size), list(size), list(low)
    near[axis], far[axis], start[axis] = at, size[axis] - at, low[axis] + at
    left = random.randrange(1, pieces)
    return cut(low, tuple(near), left, random) + cut(tuple(start), tuple(far), pieces - left, random)  # type: ignore[arg-type]


@st.composite
def tight(draw: st.DrawFn) -> Spec:
    """Two parcels, each a carton filled to the last cubic millimetre: valid however much support is asked."""
    random = Random(draw(st.integers(0, 2**32)))
    size = tuple(draw(st.integers(2, 60)) for _ in range(3))
    spec = Spec([], [carton("box", size)], {("o", 1): "box", ("o", 2): "box"}, [])
    for number in (1, 2):
        for low, edges in cut((0, 0, 0), size, draw(st.integers(1, 30)), random):
            orientation = random.randrange(6)
            own = [0, 0, 0]
            for axis in range(3):
                own[ORIENTATIONS[orientation][axis]] = edges[axis]
            rotation = random.choice([word for word, allowed in ROTATIONS.items() if orientation in allowed])
            spec.placed.append(("o", number, len(spec.orders), low, orientation))
            spec.orders.append(item("o", f"i{len(spec.orders)}", own, random.randrange(0, 5000), rotation=rotation))
    return spec  # fmt: skip


@settings(max_examples=60)
@given(tight())
def test_a_carton_cut_into_pieces_holds(spec: Spec):
    assert spec.check(support_share=1.0) == []


@settings(max_examples=60)
@given(tight(), st.data())
def test_a_tight_carton_does_not_bear_one_coordinate_changed(spec: Spec, data: st.DataObject):
    """Each is full: whatever is moved or grows leaves the carton or another piece's room; what shrinks is no more its item."""
    tables = spec.tables()
    row = data.draw(st.sampled_from(tables["placements"]))
    column = data.draw(st.sampled_from(["x_mm", "y_mm", "z_mm", "along_x_mm", "along_y_mm", "along_z_mm"]))
    row[column] += data.draw(st.sampled_from([-2, -1, 1, 2]))
    broken = {each["rule"] for each in spec.check(tables, support_share=1.0)}
    assert broken & ({"size"} if column.startswith("along") else {"outside", "overlap"})


def heap(random: Random, count: int, span: int) -> list[Cuboid]:
    """Cuboids anywhere on a coarse grid, so that many touch and many overlap."""
    return [
        (
            (random.randrange(span), random.randrange(span), random.randrange(span)),
            (random.randrange(1, 5), random.randrange(1, 5), random.randrange(1, 4)),
        )
        for _ in range(count)
    ]


def as_pieces(cuboids: list[Cuboid], parcel: list[int]) -> Pieces:
    count = len(cuboids)
    low = np.array([each[0] for each in cuboids], np.int64).reshape(-1, 3)
    size = np.array([each[1] for each in cuboids], np.int64).reshape(-1, 3)
    none = np.zeros(count, np.int64)
    return Pieces(None, None, none, none, np.array(parcel, np.int64), none, low, size, none)


def shared(one: Cuboid, other: Cuboid, axis: int) -> int:
    """Length of an axis that two cuboids have in common."""
    (a, da), (b, db) = (one[0][axis], one[1][axis]), (other[0][axis], other[1][axis])
    return max(0, min(a + da, b + db) - max(a, b))


def area_on(above: Cuboid, below: Cuboid) -> int:
    if below[0][2] + below[1][2] != above[0][2]:
        return 0
    return shared(above, below, 0) * shared(above, below, 1)


def plain_load(piece: int, cuboids: list[Cuboid], parcel: list[int], weight: list[int]) -> Fraction:
    """The documented rule as a recursion in fractions."""
    total = Fraction(0)
    for j, above in enumerate(cuboids):
        area = area_on(above, cuboids[piece]) if parcel[j] == parcel[piece] else 0
        if area:
            whole = sum(area_on(above, cuboids[k]) for k in range(len(cuboids)) if parcel[k] == parcel[j])
            total += (weight[j] + plain_load(j, cuboids, parcel, weight)) * Fraction(area, whole)
    return total


@pytest.mark.parametrize("portion", [1, 7, 2_000_000])
@pytest.mark.parametrize("seed", range(12))
def test_meetings_and_loads_are_those_of_plain_python(seed: int, portion: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pairs, "PAIRS_MAX", portion)
    random = Random(seed)
    cuboids = heap(random, 40, 9)
    parcel = [random.randrange(3) for _ in cuboids]
    weight = [random.randrange(1000) for _ in cuboids]
    pieces = as_pieces(cuboids, parcel)
    together = [pair for pair in combinations(range(len(cuboids)), 2) if parcel[pair[0]] == parcel[pair[1]]]
    expected = {pair for pair in together if all(shared(cuboids[pair[0]], cuboids[pair[1]], axis) for axis in range(3))}
    found = {tuple(sorted(pair)) for pair in overlapping(pieces).tolist()}
    assert found <= expected
    named = set(overlapping(pieces)[:, 0].tolist())
    assert all(one in named or other in named for one, other in expected)  # no pair goes unnamed
    touching = contacts(pieces)
    given_areas = zip(touching.above.tolist(), touching.below.tolist(), touching.area_mm2.tolist(), strict=True)
    rests = {(i, j): area_on(cuboids[i], cuboids[j]) for pair in together for i, j in (pair, pair[::-1])}
    assert {(i, j): area for i, j, area in given_areas} == {pair: area for pair, area in rests.items() if area}
    loads = loads_g(np.array(weight), touching)
    for piece in range(len(cuboids)):
        assert loads[piece] == pytest.approx(float(plain_load(piece, cuboids, parcel, weight)), abs=1e-6)


def test_all_that_lies_above_comes_down_to_the_floor():
    """A pyramid of 1,140 dice: what the floor carries is everything."""
    edge, levels = 20, 18
    cuboids = [
        ((x * edge + z * edge // 2, y * edge + z * edge // 2, z * edge), (edge, edge, edge))
        for z in range(levels)
        for x in range(levels - z)
        for y in range(levels - z)
    ]
    pieces = as_pieces(cuboids, [0] * len(cuboids))
    weight = np.full(len(cuboids), 7)
    loads = loads_g(weight, contacts(pieces))
    floor = pieces.low_mm[:, 2] == 0
    assert (loads + weight)[floor].sum() == pytest.approx(7 * len(cuboids))
    assert len(overlapping(pieces)) == 0


def test_ten_thousand_pieces_of_one_parcel_are_checked():
    """And one of them, moved by a millimetre, is found."""
    edge, side = 10, 22
    spec = Spec([item("o", "die", (edge,) * 3, 1, quantity=side**3)], [carton("box", (edge * side,) * 3)], {}, [])
    spec.carton_of[("o", 1)] = "box"
    spec.placed = [
        ("o", 1, 0, (x * edge, y * edge, z * edge), 0) for z in range(side) for y in range(side) for x in range(side)
    ]
    assert spec.check(support_share=1.0) == []
    moved: list[Row] = spec.tables()["placements"]
    moved[5000]["x_mm"] -= 1
    tables = spec.tables() | {"placements": moved}
    assert {each["rule"] for each in spec.check(tables)} == {"overlap"}


def test_pieces_light_years_away_are_outside_and_no_crash():
    """Coordinates at both ends of an int32, alone and across the carton."""
    spec = Spec([item("o", "die", (10, 10, 10), 1, quantity=3)], [carton("box", (50, 50, 50))], {("o", 1): "box"}, [])
    far = 2**31 - 11
    spec.placed = [("o", 1, 0, (-(2**31), far, far), 0), ("o", 1, 0, (far, 0, 0), 0), ("o", 1, 0, (0, 0, 0), 0)]
    found = spec.check()
    assert [each["rule"] for each in found] == ["outside", "outside", "support"]
    tables = spec.tables()
    tables["placements"][0] |= {"x_mm": -(2**31), "along_x_mm": 2**31 - 1}
    assert {each["rule"] for each in spec.check(tables)} == {"outside", "size", "support"}


def test_a_heap_of_pieces_in_one_place_is_told_piece_by_piece():
    count = 500
    spec = Spec([item("o", "die", (9, 9, 9), 1, quantity=count)], [carton("box", (99, 99, 99))], {("o", 1): "box"}, [])
    spec.placed = [("o", 1, 0, (0, 0, 0), 0)] * count
    assert [each["rule"] for each in spec.check()] == ["overlap"] * (count - 1)
