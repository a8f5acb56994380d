"""Holding a run's folder: one process at a time works in it, and a run that came to nothing leaves nothing in it.

What is worth keeping of an unfinished run are its finished chunks. A run refused before its first one (a bill with a
cycle, a file that breaks off, packs that contradict each other) takes its own files away again, and one killed that
early does not stop another run from taking the folder over.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from leafmark.engine.backends import RunError, told
from leafmark.engine.inputs import InputError
from leafmark.engine.lookup import FactorChoiceError
from leafmark.factors.fault import PackError

if sys.platform != "win32":
    import fcntl

_REFUSALS = (InputError, FactorChoiceError, PackError, RunError, OSError)
"""What a person mends before the next try; whoever stops a run (Ctrl-C) starts the same one again."""


@contextmanager
def held(out: Path) -> Iterator[None]:
    """Make the folder, if it is not there, and hold it for this process; of a run that is refused leave nothing behind.

    Raises
    ------
    RunError
        Another process works in it, or it cannot be made.
    """
    made = not out.exists()
    with told():
        out.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(out, os.O_RDONLY)
    try:
        _lock(descriptor, out)
        try:
            yield
        except _REFUSALS:
            shutil.rmtree(out / "staging", ignore_errors=True)
            if is_worthless(out):
                forget(out)
            raise
    finally:
        if made:
            with suppress(OSError):  # not empty: the run is there
                out.rmdir()
        os.close(descriptor)


def _lock(descriptor: int, out: Path) -> None:
    """Lock the folder until the descriptor is closed, by this program or, if that is killed, by the system."""
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise RunError(
            f"{out}: another process is working in this folder; wait until it is done, or choose another --out"
        ) from error
    except OSError:  # a network's file system without locks
        return


def is_worthless(out: Path) -> bool:
    """Whether the folder holds a run that was begun and has not finished a single chunk."""
    record = _record(out)
    return record is not None and record.get("status") == "running" and not any((out / "chunks").glob("[0-9]*.json"))


def forget(out: Path, but: str = "") -> None:
    """Take a begun run's own files away, except the folder `but`; whatever else lies there stays."""
    record = _record(out) or {}
    packs = [f"packs/{pack['id']}{half}" for pack in record.get("packs", ()) for half in ("", ".tmp")]
    for scratch in ("staging", "chunks", *packs):
        if scratch != but:
            shutil.rmtree(out / scratch, ignore_errors=True)
    with suppress(OSError):
        (out / "packs").rmdir()
    for name in ("run.tmp", "run.json"):  # last: what says whose the rest is
        (out / name).unlink(missing_ok=True)


def _record(out: Path) -> dict[str, Any] | None:
    with suppress(OSError, ValueError):
        content = json.loads((out / "run.json").read_text(encoding="utf-8"))
        return content if isinstance(content, dict) else None
    return None
