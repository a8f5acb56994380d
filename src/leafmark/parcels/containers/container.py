"""The container that a load goes into."""

from __future__ import annotations

import re
from dataclasses import dataclass
from numbers import Integral
from typing import Final

from leafmark.parcels.tables import DIMENSION_MM_MAX, WEIGHT_G_MAX


class ContainerError(ValueError):
    """The container, or what is asked of its load, cannot be used as given."""


@dataclass(frozen=True)
class Container:
    """The inside of a container.

    Parameters
    ----------
    length_mm, width_mm, height_mm : inner edges, whole mm, 1 to `DIMENSION_MM_MAX`.
    max_weight_g : most that its contents may weigh, whole grams, 1 to `WEIGHT_G_MAX`; None has no limit.
    container_id : its name in the tables of the load.

    Raises
    ------
    ContainerError : a figure is out of its range.
    """

    length_mm: int
    width_mm: int
    height_mm: int
    max_weight_g: int | None = None
    container_id: str = "container"

    def __post_init__(self) -> None:
        """Check every figure against its range."""
        for name in ("length_mm", "width_mm", "height_mm", "max_weight_g"):
            found, most = getattr(self, name), WEIGHT_G_MAX if name == "max_weight_g" else DIMENSION_MM_MAX
            if name == "max_weight_g" and found is None:
                continue
            if isinstance(found, bool) or not isinstance(found, Integral) or not 1 <= int(found) <= most:
                raise ContainerError(f"container: {name} is {found!r}; expected a whole number from 1 to {most:,}")
            object.__setattr__(self, name, int(found))  # a NumPy integer would overflow in a volume

    @property
    def size(self) -> tuple[int, int, int]:
        """Inner edges along x, y and z, mm."""
        return self.length_mm, self.width_mm, self.height_mm

    @property
    def inner_mm3(self) -> int:
        """Inner volume, mm3."""
        return self.length_mm * self.width_mm * self.height_mm


FREIGHT: Final = {
    "20ft": (5_867, 2_330, 2_350),
    "40ft": (11_998, 2_330, 2_350),
    "40ft-high": (11_998, 2_330, 2_655),
}
"""Least inner edges of ISO series 1 freight containers 1CC, 1AA and 1AAA, mm (ISO 668:2020, table of minimum internal dimensions:
height is the outer one less 241 mm). Many are some centimetres larger inside: measure yours."""


def container_named(text: str, max_weight_g: int | None = None) -> Container:
    """A container from a name of `FREIGHT`, or from its inner edges in mm as in `5867x2330x2350`.

    Raises
    ------
    ContainerError : the text is neither, or an edge is out of its range.
    """
    edges = FREIGHT.get(text)
    if edges is None:
        found = re.fullmatch(r"(\d{1,9})[x×](\d{1,9})[x×](\d{1,9})", text.strip().lower())
        if found is None:
            names = ", ".join(FREIGHT)
            raise ContainerError(f"container {text!r}: expected one of {names}, or inner mm as in 5867x2330x2350")
        edges = (int(found[1]), int(found[2]), int(found[3]))
    return Container(*edges, max_weight_g, text)
