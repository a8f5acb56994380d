"""The fullest load of a small container, by trying everything: cells one after another, each left empty or the corner of a box.

A box's first cell, in the order of z, y, x, is its low corner; so every load on the grid is met exactly once. With whole
millimetres no load off the grid is fuller: pushing every box towards the origin puts it on the grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

Box = tuple[tuple[int, int, int], tuple[bool, bool, bool], int]
"""(edges, whether each may stand upright, quantity)."""


def fullest(size: tuple[int, int, int], boxes: Sequence[Box], supported: bool = False) -> int:
    """Most volume that fits, cells. `supported`: whole bases stand on the floor or on boxes."""
    along, across, up = size
    ways = [
        sorted({tuple(edges[i] for i in p) for p in permutations(range(3)) if upright[p[2]]})
        for edges, upright, _ in boxes
    ]
    cells = [(x, y, z) for z in range(up) for y in range(across) for x in range(along)]
    number = {cell: i for i, cell in enumerate(cells)}
    everything = (1 << len(cells)) - 1
    best = 0

    def mask(x: int, y: int, z: int, edges: tuple[int, ...]) -> int:
        found = 0
        for k in range(edges[2]):
            for j in range(edges[1]):
                for i in range(edges[0]):
                    found |= 1 << number[x + i, y + j, z + k]
        return found

    def go_on(cell: int, taken: int, filled: int, left: tuple[int, ...], room: int) -> None:
        nonlocal best
        best = max(best, filled)
        while cell < len(cells) and taken >> cell & 1:
            cell += 1
        if cell == len(cells) or filled + min(room, sum(n * a * b * c for n, ((a, b, c), _, _) in zip(left, boxes, strict=True))) <= best:  # fmt: skip
            return
        x, y, z = cells[cell]
        for kind, have in enumerate(left):
            if not have:
                continue
            for edges in ways[kind]:
                if x + edges[0] > along or y + edges[1] > across or z + edges[2] > up:
                    continue
                box = mask(x, y, z, edges)
                base = mask(x, y, z - 1, (edges[0], edges[1], 1)) if z else 0
                if box & taken or (supported and base & ~held(taken)):
                    continue
                volume = edges[0] * edges[1] * edges[2]
                go_on(
                    cell + 1, taken | box, filled + volume, (*left[:kind], have - 1, *left[kind + 1 :]), room - volume
                )
        # The cell stays empty: it is taken, by nothing that could hold a box up.
        empty.append(cell)
        go_on(cell + 1, taken | 1 << cell, filled, left, room - 1)
        empty.pop()

    def held(taken: int) -> int:
        return taken & ~sum(1 << cell for cell in empty)

    empty: list[int] = []
    go_on(0, 0, 0, tuple(quantity for _, _, quantity in boxes), len(cells))
    assert best <= everything.bit_length()
    return best
