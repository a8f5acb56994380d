"""Packing: which cartons an order goes into, and where each piece lies.

    orders x cartons -> one carton, the cheapest that holds everything; else the cheapest split found -> plan

Kernels are compiled by Numba at first use and kept; `warmup` does it beforehand.
"""

from leafmark.parcels.cells import ParcelsError
from leafmark.parcels.packing.cartonize import cartonize
from leafmark.parcels.packing.plan import Plan
from leafmark.parcels.packing.reading import read_cartons, read_orders
from leafmark.parcels.packing.warming import warmup
from leafmark.parcels.tables import OBJECTIVES, Objective

__all__ = ["OBJECTIVES", "Objective", "ParcelsError", "Plan", "cartonize", "read_cartons", "read_orders", "warmup"]
