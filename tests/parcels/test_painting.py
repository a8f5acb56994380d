"""The painter is right: whatever is painted later is not behind what it covers, for any boxes that share no space.

The oracle shares no code with the painter: it shoots rays along the line of sight through points of the picture, and asks which box
each meets nearest to the eye.
"""

from __future__ import annotations

import graphlib
import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from drawn_parcels import INNER, PINWHEEL, Box, cut_up
from hypothesis import given, settings
from hypothesis import strategies as st

from leafmark.parcels.drawing import painting
from leafmark.parcels.drawing.projection import pulled_apart, turned


def along_the_ray(box: Sequence[int], point: Sequence[float]) -> tuple[float, float] | None:
    """Where the ray point + t (1, 1, 1) is inside a box, or None."""
    enters = max(box[axis] - point[axis] for axis in range(3))
    leaves = min(box[3 + axis] - point[axis] for axis in range(3))
    return (enters, leaves) if leaves - enters > 1e-6 else None


def painted_wrongly(parts: Sequence[painting.Part], draw: random.Random, rays: int = 60) -> list[tuple[int, int]]:
    """(painted last, nearest to the eye) of every ray for which they differ."""
    boxes = [(*part.low, *part.high) for part in parts]
    wrong = []
    for _ in range(rays):
        start = draw.choice(boxes)
        point = [draw.uniform(start[axis], start[3 + axis]) for axis in range(3)]
        met = [(n, found) for n, box in enumerate(boxes) if (found := along_the_ray(box, point))]
        last, nearest = max(n for n, _ in met), max(met, key=lambda each: each[1][1])[0]
        if last != nearest:
            wrong.append((last, nearest))
    return wrong


def as_array(boxes: Sequence[Box]) -> painting.Boxes:
    return np.array(boxes, np.int64).reshape(-1, 6)


@settings(max_examples=settings().max_examples * 3 // 2, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 3), st.integers(0, 90))
def test_nothing_is_painted_over_by_what_lies_behind_it(seed: int, turns: int, apart: int) -> None:
    draw = random.Random(seed)
    boxes, _ = turned(as_array(cut_up(draw)), INNER, turns)
    assert not painted_wrongly(painting.paint_order(pulled_apart(boxes, apart)), draw)


def bars(draw: random.Random) -> list[Box]:
    """Long bars along all axes, put where they share no space with those before: rings are common among them."""
    found: list[Box] = []
    for _ in range(60):
        size = [draw.randrange(4, 12) for _ in range(3)]
        size[draw.randrange(3)] = draw.randrange(40, 80)
        low = [draw.randrange(0, 100 - each) if each < 100 else 0 for each in size]
        box = (low[0], low[1], low[2], low[0] + size[0], low[1] + size[1], low[2] + size[2])
        if all(any(box[a] >= other[3 + a] or other[a] >= box[3 + a] for a in range(3)) for other in found):
            found.append(box)
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_bars_that_hide_each_other_in_rings(seed: int) -> None:
    draw = random.Random(seed)
    boxes = bars(draw)
    parts = painting.paint_order(as_array(boxes))
    assert not painted_wrongly(parts, draw, rays=200)
    volume = dict.fromkeys(range(len(boxes)), 0)
    for part in parts:
        volume[part.box] += int(np.prod(np.array(part.high) - np.array(part.low)))
    assert volume == {n: (b[3] - b[0]) * (b[4] - b[1]) * (b[5] - b[2]) for n, b in enumerate(boxes)}


def test_a_ring_is_cut() -> None:
    before = painting.hides(as_array(PINWHEEL))
    assert [bool(before[a, b]) for a, b in ((0, 1), (1, 2), (2, 0))] == [True] * 3 or [
        bool(before[b, a]) for a, b in ((0, 1), (1, 2), (2, 0))
    ] == [True] * 3
    parts = painting.paint_order(as_array(PINWHEEL))
    assert len(parts) > 3
    assert not painted_wrongly(parts, random.Random(1), rays=2_000)


MUTANTS: dict[str, Callable[[painting.Boxes], list[int]]] = {
    "by the far corner": lambda boxes: list(np.argsort(boxes[:, :3].sum(axis=1), kind="stable")),
    "by the middle": lambda boxes: list(np.argsort(boxes.sum(axis=1), kind="stable")),
    "by height": lambda boxes: list(np.lexsort((boxes[:, 0] + boxes[:, 1], boxes[:, 2]))),
}
"""Orders that look right and are not."""


@pytest.mark.parametrize("order", MUTANTS.values(), ids=MUTANTS)
def test_the_oracle_sees_orders_that_are_wrong(order: Callable[[painting.Boxes], list[int]]) -> None:
    wrong = 0
    for seed in range(30):
        draw = random.Random(seed)
        boxes = as_array(cut_up(draw))
        parts = [painting.Part(n, tuple(boxes[n, :3]), tuple(boxes[n, 3:])) for n in map(int, order(boxes))]
        wrong += bool(painted_wrongly(parts, draw, rays=200))
    assert wrong > 0


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_a_piece_is_placed_after_what_it_stands_on_and_lies_open_when_it_is_placed(seed: int) -> None:
    boxes = cut_up(random.Random(seed))
    order = painting.placing_order(as_array(boxes))
    assert sorted(order) == list(range(len(boxes)))
    at = {box: n for n, box in enumerate(order)}
    for a, below in enumerate(boxes):
        for b, above in enumerate(boxes):
            share = all(below[axis] < above[3 + axis] and above[axis] < below[3 + axis] for axis in (0, 1))
            if share and below[5] <= above[2]:
                assert at[a] < at[b], (below, above)
    before = painting.hides(as_array(boxes))
    waits = before | painting.lies_below(as_array(boxes))
    graph = graphlib.TopologicalSorter({n: set(map(int, np.flatnonzero(waits[:, n]))) for n in range(len(boxes))})
    try:
        graph.prepare()
    except graphlib.CycleError:
        return
    assert not any(before[later, earlier] for n, later in enumerate(order) for earlier in order[:n])


def test_a_ring_is_placed_from_the_bottom() -> None:
    assert [PINWHEEL[n][2] for n in painting.placing_order(as_array(PINWHEEL))] == [0, 60, 80]


def test_four_quarter_turns_are_none() -> None:
    boxes = as_array(cut_up(random.Random(7)))
    again, inner = boxes, INNER
    for _ in range(4):
        again, inner = turned(again, inner, 1)
    assert (again == boxes).all()
    assert inner == INNER
    assert painting.paint_order(boxes[:0]) == []
