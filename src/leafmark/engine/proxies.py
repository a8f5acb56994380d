"""Flagged proxies: life-cycle factors of electricity that stand in Scope 2 for want of a direct one.

Scope 2 is the emission of generation alone (GHG Protocol Scope 2 Guidance, 2015, 6); a life-cycle factor holds the
fuel's upstream, the plant and often the losses too, which belong to category 3. So where one stands in, Scope 2 is too
large by that, category 3 lacks it, and whoever reads the figure is told how much of it that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from leafmark.methods.model import Method, Part

_SCOPE = 2
_BOUNDARY = "life_cycle"

SENTENCE = (
    "a life-cycle factor in Scope 2, for want of a direct one: its upstream is in it, and none is added in category 3"
)


def is_proxy(part: Part, boundaries: Iterable[str]) -> bool:
    """Whether a part of a line that met factors of these boundaries is a proxy."""
    return part.scope == _SCOPE and _BOUNDARY in boundaries


def possible(method: Method) -> bool:
    """Whether a line of this method can be a proxy at all."""
    return any(is_proxy(part, recipe) for part in method.parts for recipe in part.recipes)


def found(
    method: Method, boundaries: Sequence[Sequence[str]], totals: pa.Table, total_ug: int | None
) -> dict[str, Any]:
    """What of a run is proxy: micrograms, their share of the total (None of a total of 0, or of none), and lines.

    Parameters
    ----------
    boundaries : of each factor number.
    totals : the run's sums with the columns part_no, factor_no, ug and lines.
    """
    ug = lines = 0
    columns = (totals.column(name).to_pylist() for name in ("part_no", "factor_no", "ug", "lines"))
    for part_no, factor_no, part_ug, part_lines in zip(*columns, strict=True):
        if is_proxy(method.parts[part_no], boundaries[factor_no]):
            ug += int(part_ug)
            lines += int(part_lines)
    return {"co2e_ug": ug, "share": ug / total_ug if total_ug else None, "lines": lines}
