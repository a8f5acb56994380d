"""packvium: chooses cartons itself, by count, then cost (the carton's mass, or 1 where their number counts), then unused room; its default profile, with support."""

from __future__ import annotations

from packvium import Container, Dimensions, Item, Length, Packer, PackingConfig

TIME_LIMIT_MS = 10_000
"""Ten times its default: it ends by itself long before, and a busy machine does not cut it short."""


def new(cartons, support_share):
    """A packer of orders."""
    config = PackingConfig.balanced(minimum_support_ratio=support_share, time_limit_ms=TIME_LIMIT_MS)
    containers = [
        Container.create(
            carton_id, Dimensions.mm(*map(str, sides)), 0,
            None if max_weight_g is None else f"{max_weight_g} g", cost_minor=cost,
        )
        for carton_id, *sides, cost, max_weight_g in cartons
    ]  # fmt: skip
    index = {carton[0]: number for number, carton in enumerate(cartons)}
    return lambda pieces: until_done(pieces, containers, config, index)


def until_done(pieces, containers, config, index):
    """One order; what it leaves is given to it again, as long as it packs some of it."""
    packed, left = pack(pieces, containers, config, index)
    while left:
        more, rest = pack(left, containers, config, index)
        if not more:
            break
        packed, left = packed + more, rest
    return packed, left


def pack(pieces, containers, config, index):
    """One call; pieces of one row are one item."""
    rows = {}
    for piece in pieces:
        rows.setdefault(piece[0], []).append(piece)
    items = [
        Item.create(str(row), Dimensions.mm(*map(str, same[0][1:4])), f"{same[0][4]} g", quantity=len(same))
        for row, same in rows.items()
    ]
    result = Packer(config).pack(items=items, containers=containers)
    packed = []
    for container in result.containers:
        placements = container.placements or container.expand_placements()
        packed.append((index[container.container.id], [_placed(each) for each in placements]))
    left = [rows[int(each.instance.item.id)][0] for each in result.unpacked]
    return packed, left


def _placed(each):
    corner = [mm(getattr(each.position, axis)) for axis in "xyz"]
    size = [mm(getattr(each.dimensions, side)) for side in ("length", "width", "height")]
    return [int(each.instance.item.id), *corner, *size]


def mm(length):
    """Whole millimetres of a length or of ticks."""
    ticks = getattr(length, "ticks", length)
    return ticks // Length.TICKS_PER_MM
