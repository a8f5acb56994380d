"""The process `leafmark`: what is done before any verb, and only where Leafmark has the process to itself."""

from __future__ import annotations

import importlib.abc
import sys
from collections.abc import Sequence
from types import ModuleType

HELP = frozenset({"-h", "--help", "--version"})


class _NoPandas(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not wanted here", name=name)


def arrow_without_pandas() -> None:
    """Make pyarrow's first array while pandas cannot be found.

    pyarrow imports pandas, where it is installed, at its first array from a list, and remembers whether it could: half
    a second of every command, for conversions that no verb asks for. Pandas itself stays importable afterwards; only
    pyarrow's `to_pandas` and `from_pandas` are gone, so a library must not do this to its caller.
    """
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        import pyarrow

        pyarrow.array([0])
    finally:
        sys.meta_path.remove(finder)


def run() -> None:
    """The script `leafmark`."""
    if not HELP & set(sys.argv):  # help needs no Arrow at all
        arrow_without_pandas()
    from leafmark.cli import main

    main(prog_name="leafmark")
