"""One database connection for each thread."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class _Closes(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=_Closes)


class _Life:
    """Lives as long as a thread's connection is to."""


class PerThread(Generic[C]):
    """A connection for each thread that asks, closed when its thread ends, the store is closed, or nobody has it any more."""

    def __init__(self, connect: Callable[[], C]) -> None:
        self._connect, self._local = connect, threading.local()
        self._ends: list[weakref.finalize[..., _Life]] = []
        self._lock = threading.Lock()

    def get(self) -> C:
        """This thread's connection."""
        found: C | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = self._connect()
            self._local.life = life = _Life()
            with self._lock:
                self._ends = [each for each in self._ends if each.alive] + [weakref.finalize(life, found.close)]
        return found

    def drop(self) -> None:
        """Let go of this thread's connection: the next one asked for is another."""
        self._local.connection = self._local.life = None

    def close(self) -> None:
        """Close all."""
        with self._lock:
            for end in self._ends:
                end()
