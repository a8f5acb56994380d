"""The packing kernel: what Numba compiles, and the flat arrays that it works on.

arrays -> room (the next piece) -> filling, searching (one carton, one recipe) -> choosing (one order, one carton) -> splitting
    (several) -> running (many orders) | wrapping
"""

from pathlib import Path


def _forget_stale() -> None:
    """Throw away compiled kernels older than any of their sources.

    Numba keeps a compiled function by the date of its own file; one that calls a function of another file would go on with that
    one's old code.
    """
    here = Path(__file__).parent
    newest = max(path.stat().st_mtime for path in here.glob("*.py"))
    for index in (here / "__pycache__").glob("*.nbi"):
        if index.stat().st_mtime < newest:
            index.unlink(missing_ok=True)


_forget_stale()
