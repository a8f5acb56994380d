"""How the kernels are compiled.

Both forms keep what they compiled beside the package. A division by zero gives infinity, as in NumPy: no kernel divides by what may be
zero, and the check for it takes time. Kernels copy arrays in loops: an assignment of slices brings in code for all shapes, and
its error texts, which took a third of the time to compile.
"""

from __future__ import annotations

from typing import Any

from numba import njit


def outer(function: Any) -> Any:
    """Compile what Python calls."""
    return njit(cache=True, error_model="numpy")(function)


def inner(function: Any) -> Any:
    """Compile what only other kernels call: without the wrappers for Python and C."""
    return njit(cache=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
