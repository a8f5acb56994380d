"""Compiled kernels that no longer are what their sources say.

Numba keeps a compiled function by the date of its own file; one that calls a function of another file would go on with that one's
old code.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def forget_stale(folder: Path, *called: Path) -> None:
    """Throw away the compiled kernels of a folder that are older than any source in it, or in the folders that they call.

    Several processes may do so at once: what another has thrown away is gone, which is all that was wanted.
    """
    newest = max(path.stat().st_mtime for each in (folder, *called) for path in each.glob("*.py"))
    for index in (folder / "__pycache__").glob("*.nbi"):
        with suppress(FileNotFoundError):
            if index.stat().st_mtime < newest:
                index.unlink()
