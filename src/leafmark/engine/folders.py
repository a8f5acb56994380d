"""Where a run lives that nobody gave a folder: `$LEAFMARK_HOME/runs/ID`, the id being known before the work starts."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from leafmark.engine.input_databases import is_database
from leafmark.engine.inputs import InputError, Source, open_input, sha256_file
from leafmark.engine.run import home, identity
from leafmark.engine.settings import Settings
from leafmark.factors.model import Pack
from leafmark.methods.model import Column, Method


def folder_of(
    method: Method, inputs: Sequence[tuple[Any, tuple[Column, ...]]], packs: Sequence[Pack], settings: Settings
) -> Path:
    """The folder of the run that these inputs (with the columns read from each), packs and settings make."""
    sources = [_digest(source, columns) for source, columns in inputs]
    return home() / "runs" / identity(method, sources, packs, settings)


def _digest(source: Any, columns: tuple[Column, ...]) -> Source:
    """What identifies an input: a file's bytes; a database's table has to be read."""
    if isinstance(source, str | os.PathLike) and not is_database(os.fspath(source)):
        path = Path(source)
        if not path.exists():
            raise InputError(f"{path}: no such file or folder")
        return Source(str(path), "", (), frozenset(), sha256_file(path), 0)
    with tempfile.TemporaryDirectory(prefix="leafmark-") as staging:
        return open_input(source, columns, Path(staging))
