"""The brute-force oracle itself, on cases that are plain by hand, and its plans before the checker."""

from __future__ import annotations

from random import Random

import pytest
from plan_by_hand import Spec, carton, item
from small_oracle import Box, Piece, best_carton, fits, most_volume, placement

from leafmark.parcels.tables import ORIENTATIONS, ROTATIONS

DIE = Piece((1, 1, 1))


def test_what_fills_a_box_fits_and_one_cell_more_does_not():
    assert fits([Piece((2, 1, 1))] * 4, Box((2, 2, 2)))
    assert not fits([*[Piece((2, 1, 1))] * 4, DIE], Box((2, 2, 2)))
    assert fits([], Box((1, 1, 1)))


def test_volume_alone_does_not_make_a_fit():
    """Five slabs of 2 x 2 x 1 are 20 of 27 cells and go in; two cubes of 2 are 16 of 27 and do not."""
    assert fits([Piece((2, 2, 1))] * 5, Box((3, 3, 3)), support_share=0)
    assert not fits([Piece((2, 2, 2))] * 2, Box((3, 3, 3)), support_share=0)


def test_turning_is_allowed_as_the_item_says():
    lying, box = Piece((1, 1, 3)), Box((3, 1, 1))
    assert fits([lying], box)
    assert not fits([Piece((1, 1, 3), rotation="upright")], box)
    flat = Piece((1, 3, 1), rotation="upright")
    assert fits([flat], box)
    assert not fits([Piece((1, 3, 1), rotation="fixed")], box)


def test_support_is_a_share_of_the_base():
    """A lid of four cells on a post of three or two: 75 % rests in the one case, 50 % in the other."""
    lid, box = Piece((4, 1, 1), rotation="fixed"), Box((4, 1, 2))
    three, two = Piece((3, 1, 1), rotation="fixed"), Piece((2, 1, 1), rotation="fixed")
    tall = Box((4, 1, 2))
    assert fits([lid, three], box)
    assert fits([lid, two], box)  # the post goes on the lid
    heavy_lid = Piece((4, 1, 1), rotation="fixed", fragile=True)
    assert fits([heavy_lid, three], tall)
    assert not fits([heavy_lid, two], tall)
    assert fits([heavy_lid, two], tall, support_share=0.5)


def test_nothing_rests_on_what_is_fragile():
    glass = Piece((2, 1, 1), rotation="upright", fragile=True)
    brick = Piece((2, 1, 1), rotation="upright")
    assert fits([glass, brick], Box((2, 1, 2)))  # the glass on top
    assert not fits([glass, glass], Box((2, 1, 2)))
    assert fits([glass, glass], Box((2, 2, 1)))


def test_weight_is_of_all_pieces():
    heavy = Piece((1, 1, 1), weight_g=600)
    assert fits([heavy, heavy], Box((2, 1, 1), max_weight_g=1200))
    assert not fits([heavy, heavy], Box((2, 1, 1), max_weight_g=1199))


def test_loads_are_handed_down():
    """A stack of three: the lowest carries both others, wherever they lie."""
    top, middle, box = Piece((1, 1, 1), 300, max_load_g=0), Piece((1, 1, 1), 200, max_load_g=300), Box((1, 1, 3))
    assert fits([top, middle, Piece((1, 1, 1), 900, max_load_g=500)], box)
    assert not fits([top, middle, Piece((1, 1, 1), 900, max_load_g=499)], box)
    # A plank of 300 g on two posts hands 150 g to each.
    plank, weak = Piece((2, 1, 1), 300, rotation="fixed", max_load_g=0), Piece((1, 1, 1), 1, max_load_g=150)
    assert fits([plank, weak, weak], Box((2, 1, 2)))
    weaker = Piece((1, 1, 1), 1, max_load_g=149)
    assert not fits([plank, weaker, weaker], Box((2, 1, 2)))


def test_the_best_carton_is_the_one_worth_least_that_holds():
    boxes = [Box((3, 3, 3), worth=3), Box((2, 2, 2), worth=2), Box((4, 1, 1), worth=1), Box((2, 2, 3), worth=2)]
    assert best_carton([DIE], boxes) == 2
    assert best_carton([Piece((2, 2, 1))], boxes) == 1
    assert best_carton([Piece((2, 2, 2)), DIE], boxes) == 3
    assert best_carton([Piece((5, 1, 1))], boxes) is None


def test_the_most_that_goes_in():
    assert most_volume([Piece((2, 2, 2)), Piece((2, 2, 2)), Piece((3, 1, 1))], Box((3, 3, 3))) == 11
    assert most_volume([Piece((4, 1, 1))], Box((3, 3, 3))) == 0


def _drawn(random: Random) -> Piece:
    size = (random.randint(1, 3), random.randint(1, 2), random.randint(1, 2))
    limit = random.choice([None, 50, 150])
    return Piece(size, random.randrange(100), random.choice(list(ROTATIONS)), random.random() < 0.2, limit)


@pytest.mark.parametrize("seed", range(8))
def test_its_plans_hold_before_the_checker(seed: int):
    """Two readings of the same rules, written apart: what one finds valid, so does the other."""
    random = Random(seed)
    box, found = Box((3, 3, 3), 1000), None
    while found is None:
        found = placement([_drawn(random) for _ in range(4)], box)
    spec = Spec([], [carton("box", box.size, max_weight_g=1000)], {("o", 1): "box"}, [])
    for placed in found:
        own, size = placed.piece, tuple(b - a for a, b in zip(placed.low, placed.high, strict=True))
        turns = [o for o in ROTATIONS[own.rotation] if tuple(own.size[axis] for axis in ORIENTATIONS[o]) == size]
        spec.placed.append(("o", 1, len(spec.orders), placed.low, turns[0]))
        flags = {"rotation": own.rotation, "fragile": own.fragile, "max_load_g": own.max_load_g}
        spec.orders.append(item("o", f"i{len(spec.orders)}", own.size, own.weight_g, **flags))
    assert spec.check() == []
