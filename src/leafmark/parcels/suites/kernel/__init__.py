"""What Numba compiles for suites, on top of the packing kernel."""

from pathlib import Path

from leafmark.parcels.compiled import forget_stale
from leafmark.parcels.packing import kernel as packing

forget_stale(Path(__file__).parent, Path(packing.__file__).parent)
