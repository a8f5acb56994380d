"""py3dbp: fills one bin at a time, largest piece first; it knows weight, no support."""

from __future__ import annotations

from one_at_a_time import cartons_for
from py3dbp import Bin, Item, Packer


def new(cartons, support_share):
    """A packer of orders."""
    return lambda pieces: cartons_for(pieces, cartons, fill)


def fill(pieces, carton):
    """One carton; whole millimetres, so no decimals."""
    packer = Packer()
    _, length, width, height, _, max_weight_g = carton
    packer.add_bin(Bin("carton", length, width, height, 10**9 if max_weight_g is None else max_weight_g))
    for number, (_, *sides, weight_g) in enumerate(pieces):
        packer.add_item(Item(number, *sides, weight_g))
    packer.pack(bigger_first=True, number_of_decimals=0)
    placed, taken = [], set()
    for item in packer.bins[0].items:
        taken.add(item.name)
        corner, size = [int(at) for at in item.position], [int(edge) for edge in item.get_dimension()]
        placed.append([pieces[item.name][0], *corner, *size])
    return placed, [piece for number, piece in enumerate(pieces) if number not in taken]
