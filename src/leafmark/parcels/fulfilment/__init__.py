"""Fulfilment: which warehouse ships what, least grams and cost; and where to hold stock.

    demand x stock x lanes --allocate--> shipments + unmet + refused, and nearest | online | clairvoyant side by side
                           --pareto----> the curve of cost against grams
    stock x forecast x lanes --place---> where to hold the same stock

Decision grams (`leafmark.parcels.decision`), never posted to a book. docs/fulfilment.md.
"""

from pathlib import Path

from leafmark.parcels.compiled import forget_stale
from leafmark.parcels.fulfilment.allocating import SCHEMA, Allocation, Service, allocate
from leafmark.parcels.fulfilment.pareto import pareto
from leafmark.parcels.fulfilment.placing import Placement, place
from leafmark.parcels.fulfilment.reading import FulfilmentError
from leafmark.parcels.fulfilment.rules import RULES
from leafmark.parcels.fulfilment.warming import warmup

__all__ = [
    "RULES",
    "SCHEMA",
    "Allocation",
    "FulfilmentError",
    "Placement",
    "Service",
    "allocate",
    "pareto",
    "place",
    "warmup",
]

forget_stale(Path(__file__).parent)
