"""Where a run's pinned packs lie, and what a folder says that holds the record of a run alone.

A pack lies in `packs/ID` of the run's own folder. Where several runs were put together to be handed on, it may lie once for all of them in
`packs/ID-HASH` of a folder above; it is the pinned one only if its whole hash is the recorded one, as in the run's own folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

LEVELS: Final = 4
"""Folders above a run in which packs that runs share are looked for."""
LEFT_OUT_FILE: Final = "left-out.txt"
"""In a run's folder: why its tables are not in this copy of it, and what to do. Whoever made the copy wrote it."""
_LEFT_OUT_CHARS_MAX: Final = 2000
_HASH_CHARS: Final = 16


def shared_name(pack_id: str, digest: str) -> str:
    """The folder of a pack among those that runs share."""
    return f"{pack_id}-{digest[:_HASH_CHARS]}"


def pack_folder(run: Path, recorded: Mapping[str, Any]) -> Path:
    """The folder of a pinned pack; that within the run where there is none.

    Parameters
    ----------
    run : the run's folder.
    recorded : the pack's `id` and `sha256` in `run.json`.
    """
    own = run / "packs" / str(recorded["id"])
    name = shared_name(str(recorded["id"]), str(recorded["sha256"]))
    if own.is_dir() or name != Path(name).name:
        return own
    above = (folder / "packs" / name for folder in list(run.resolve().parents)[:LEVELS])
    return next((folder for folder in above if folder.is_dir()), own)


def left_out(run: Path) -> str:
    """What the copy of a run says of the tables that are not in it, as one line; empty where it says nothing."""
    path = run / LEFT_OUT_FILE
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return " ".join(file.read(_LEFT_OUT_CHARS_MAX).split())
