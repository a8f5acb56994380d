"""Parcels: the right carton, the right warehouse, fewer grams per parcel.

    orders x cartons -> parcels -> decision grams (to choose by) | entries (to book, by the engine's methods)

Decision grams are marginal and never posted; booked grams come from the methods of freight and packaging. Names are imported when
they are asked for, since some bring a compiler with them:

from leafmark import parcels
plan = parcels.cartonize("orders.csv", "cartons.csv")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from leafmark.parcels.checking import check
    from leafmark.parcels.containers import load
    from leafmark.parcels.fulfilment import allocate, pareto, place
    from leafmark.parcels.packing import cartonize
    from leafmark.parcels.packing.wrap import wrap
    from leafmark.parcels.suites import suite

_FROM: Final = {
    "allocate": "fulfilment", "cartonize": "packing", "check": "checking", "load": "containers", "pareto": "fulfilment",
    "place": "fulfilment", "suite": "suites", "wrap": "packing.wrap",
}  # fmt: skip
"""Name -> the module of the room that has it."""

__all__ = ["allocate", "cartonize", "check", "load", "pareto", "place", "suite", "wrap"]


def __getattr__(name: str) -> Any:
    if name in _FROM:
        return getattr(import_module(f"leafmark.parcels.{_FROM[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
