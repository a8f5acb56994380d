"""The packing kernel in this process: whether it is installed, and whether it is compiled yet.

Numba compiles it once a machine (some tens of seconds) and keeps that in files; a new process loads it from there in a few. No
request waits for either: the first that asks begins it beside the others, and is told to come again.
"""

from __future__ import annotations

import logging
import threading
from importlib.util import find_spec
from typing import Final

INSTALL: Final = "pip install 'leafmark[parcels]'"
COME_AGAIN_S: Final = 20

log = logging.getLogger(__name__)
_lock = threading.Lock()
_warm = threading.Event()
_thread: list[threading.Thread] = []


def installed() -> bool:
    """Whether the packages of the extra `parcels` are there."""
    return find_spec("numba") is not None


def ready() -> bool:
    """Whether packing begins at once in this process; where not, that it soon will is begun."""
    if not _warm.is_set():
        begin()
    return _warm.is_set()


def begin() -> None:
    """Compile or load the kernel beside what else this process does; once."""
    with _lock:
        if not _thread and installed():
            _thread.append(threading.Thread(target=warm, name="packing kernel", daemon=True))
            _thread[0].start()


def warm() -> None:
    """Compile or load the kernel now. A fault is logged, and the next call tries again."""
    from leafmark.parcels.packing import warmup

    try:
        warmup()
        _warm.set()
    except Exception:
        log.exception("the packing kernel could not be compiled")
        with _lock:
            _thread.clear()
