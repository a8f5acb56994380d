"""The packing kernel: what Numba compiles, and the flat arrays that it works on.

arrays -> room (the next piece) -> filling, searching (one carton, one recipe) -> choosing (one order, one carton) -> splitting
    (several) -> running (many orders) | wrapping
"""

from pathlib import Path

from leafmark.parcels.compiled import forget_stale

forget_stale(Path(__file__).parent)
