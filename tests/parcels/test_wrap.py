"""Wrapping: least surface, by hand and against brute force over whole-unit arrangements."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from small_oracle import Box, Piece, fits
from test_cartonize import item

from leafmark.parcels.packing.wrap import wrap


def surface(size: tuple[int, int, int]) -> int:
    return 2 * (size[0] * size[1] + size[1] * size[2] + size[0] * size[2])


def test_cubes_make_a_cube() -> None:
    (found,) = wrap([item("1", 10, 10, 10, quantity=8)]).wrappings.to_pylist()
    assert (found["length_mm"], found["width_mm"], found["height_mm"], found["surface_mm2"]) == (20, 20, 20, 2400)


def test_no_box_of_less_surface_holds_the_pieces() -> None:
    """Every cuboid of less surface is asked by brute force; three pieces, so that it stays small."""
    draws, missed = random.Random(3), 0
    for _ in range(12):
        sizes = [(draws.randint(1, 3), draws.randint(1, 3), draws.randint(1, 2)) for _ in range(3)]
        (found,) = wrap([item("1", *s, item=n) for n, s in enumerate(sizes)]).wrappings.to_pylist()
        size = (found["length_mm"], found["width_mm"], found["height_mm"])
        pieces = [Piece(s) for s in sizes]
        assert fits(pieces, Box(size))
        smaller = [
            (x, y, z) for x in range(1, 10) for y in range(1, x + 1) for z in range(1, 7)
            if surface((x, y, z)) < found["surface_mm2"] and x * y * z >= sum(a * b * c for a, b, c in sizes)
        ]  # fmt: skip
        missed += any(fits(pieces, Box(s)) for s in smaller)
    assert missed == 0


def test_pieces_lie_inside_and_apart_marks_are_not_asked() -> None:
    orders = [item("1", 30, 20, 10, 5, apart_from=str(n), item=n) for n in range(3)] + [item("2", 0, 1, 1)]
    found = wrap(orders)
    (one,) = found.wrappings.to_pylist()
    assert one["pieces"] == found.placements.num_rows == 15
    for low, along, whole in (
        ("x_mm", "along_x_mm", "length_mm"),
        ("y_mm", "along_y_mm", "width_mm"),
        ("z_mm", "along_z_mm", "height_mm"),
    ):
        reach = pa.compute.add(found.placements.column(low), found.placements.column(along))
        assert pa.compute.max(reach).as_py() == one[whole]
    assert [r["reason"] for r in found.unpacked.to_pylist()] == ["not_positive"]


def test_a_fixed_piece_stays_as_it_is() -> None:
    (found,) = wrap([item("1", 30, 20, 10, rotation="fixed")]).wrappings.to_pylist()
    assert (found["length_mm"], found["width_mm"], found["height_mm"]) == (30, 20, 10)
    assert found["surface_mm2"] == pytest.approx(surface((30, 20, 10)))
