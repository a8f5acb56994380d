"""What Numba compiles for suites, on top of the packing kernel."""

from pathlib import Path

from leafmark.parcels.packing import kernel as packing


def _forget_stale() -> None:
    """Throw away compiled kernels older than any of their sources, those of packing among them: Numba looks at each function's own file."""
    here = Path(__file__).parent
    sources = [*here.glob("*.py"), *Path(packing.__file__).parent.glob("*.py")]
    newest = max(path.stat().st_mtime for path in sources)
    for index in (here / "__pycache__").glob("*.nbi"):
        if index.stat().st_mtime < newest:
            index.unlink(missing_ok=True)


_forget_stale()
