"""How much of a product its rejected lines are, by mass: what decides whether a footprint may stand without them.

    share of a line = its kg / (kg of the accepted inputs + kg of every rejected line)

Inputs are lines of materials, manufacturing and packaging in a unit of mass; what is transported, used or thrown away is
the same mass again and is not counted. A share that cannot be shown is not small: a rejected line without a
sound positive amount in a unit of mass, an input that changed since the run or cannot be read again, give no answer.
ISO 14067:2018, 6.3.4.3 (cut-off criteria: mass, energy or environmental significance).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from leafmark.engine.evaluate import evaluator
from leafmark.engine.inputs import InputError
from leafmark.engine.pinned import open_pinned
from leafmark.engine.run import Run, RunError
from leafmark.engine.subject_lines import InputReader, Line, Rejections, own_lines
from leafmark.factors import units

INPUT_STAGES = ("materials", "manufacturing", "packaging")


def missing_shares(run: Run, product_ids: Iterable[Any]) -> dict[Any, tuple[float, float]]:
    """Give, of each product whose missing mass can be shown, the largest share of one rejected line, and of them all.

    Parameters
    ----------
    run : a finished run of a bill.
    product_ids : as `products.parquet` holds them; those with rejected lines.
    """
    wanted = list(product_ids)
    if not wanted:
        return {}
    try:
        pinned = open_pinned(run)
        reader = InputReader(run, 0, pinned.method.columns, pinned.method.subject)
    except (InputError, RunError):
        return {}
    try:
        if reader.changed:
            return {}
        rejections = Rejections(run, reader)
        try:
            lines = own_lines(reader.find(wanted), rejections.of)
        finally:
            rejections.close()
    finally:
        reader.close()
    read = tuple(evaluator(getattr(pinned.method, name)) for name in ("amount", "unit", "stage"))
    by_product: defaultdict[Any, list[Line]] = defaultdict(list)
    for line in lines:
        by_product[line.row[pinned.method.subject]].append(line)
    found = {product: _shares(own, read) for product, own in by_product.items()}
    return {product: shares for product, shares in found.items() if shares is not None}


def _shares(lines: list[Line], read: tuple[Any, ...]) -> tuple[float, float] | None:
    amount, unit, stage = read
    inputs, missing = 0.0, []
    for line in lines:
        mass = _kilograms(line, amount, unit)
        if line.rejection is not None:
            if mass is None:
                return None
            missing.append(mass)
        elif mass is not None and stage(line.row) in INPUT_STAGES:
            inputs += mass
    whole = inputs + math.fsum(missing)
    return (max(missing) / whole, math.fsum(missing) / whole) if missing and whole > 0 else None


def _kilograms(line: Line, amount: Any, unit: Any) -> float | None:
    """The line's mass; None where it has none: no sound amount above zero, or no unit of mass."""
    if line.row.get("component_id") is not None:
        return None
    try:
        quantity, name = amount(line.row), unit(line.row)
    except (TypeError, ValueError, ArithmeticError):  # a rejected line may hold anything
        return None
    if not isinstance(quantity, (int, float)) or not math.isfinite(quantity) or quantity <= 0:
        return None
    if not isinstance(name, str) or not units.known(name) or units.dimension(name) != units.dimension("kg"):
        return None
    return float(quantity) * units.factor_between(name, "kg")
