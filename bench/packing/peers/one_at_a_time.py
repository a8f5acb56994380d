"""Cartons for a packer that fills one box: the smallest that holds everything; else the fullest, and on with what is left."""

from __future__ import annotations


def cartons_for(pieces, cartons, fill):
    """Pack an order by a function that fills one carton.

    Parameters
    ----------
    pieces : [[row, length, width, height, weight_g], ...]. cartons : as in `work`.
    fill(pieces, carton) : gives (placed, pieces left); never places what is not there.

    Returns
    -------
    [(carton index, placed)], pieces left over because no carton took any of them.
    """
    by_volume = sorted(range(len(cartons)), key=lambda each: _volume(cartons[each][1:4]))
    packed, left = [], pieces
    while left:
        volume, weight = sum(_volume(piece[1:4]) for piece in left), sum(piece[4] for piece in left)
        tried = {}
        for index in by_volume:
            carton = cartons[index]
            if volume <= _volume(carton[1:4]) and (carton[5] is None or weight <= carton[5]):
                tried[index] = fill(left, carton)
                if not tried[index][1]:
                    break
        else:
            for index in by_volume:
                if index not in tried:
                    tried[index] = fill(left, cartons[index])
        best = max(tried, key=lambda each: (_filled(tried[each][0]), -_volume(cartons[each][1:4])))
        whole = [index for index in tried if not tried[index][1]]
        placed, rest = tried[whole[0] if whole else best]
        if not placed:
            return packed, left
        packed.append((whole[0] if whole else best, placed))
        left = rest
    return packed, []


def _volume(sides):
    return sides[0] * sides[1] * sides[2]


def _filled(placed):
    return sum(_volume(each[4:7]) for each in placed)
