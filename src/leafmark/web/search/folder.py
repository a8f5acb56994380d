"""The folder of an index: which generation is current, who may write, and what changes while a new one is built.

    current             the name of the generation that readers open; replaced in one step
    VERSION-RANDOM/     a generation: a tantivy index
    changes             updates made while a generation is built, for it to catch up with; there only meanwhile
    write.lock          held by whoever changes the current generation or puts a new one in its place
    build.lock          held by whoever builds

Both locks are the operating system's (flock) and end with their holder, however it ends: a kill leaves none behind.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from leafmark.web.search.documents import Document, NoIndexError, SearchError
from leafmark.web.search.fields import VERSION

WAIT_S: Final = 60.0
"""Longest wait for another writer; one call's write takes well under a second, a large one some seconds."""
RETRY_S: Final = 0.01

Change = tuple[list[Document], list[str]]
"""Documents put in, ids taken out."""


class Folder:
    """The folder of an index."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.pointer = self.path / "current"
        self._changes = self.path / "changes"

    def current(self) -> Path:
        """The generation that readers open.

        Raises
        ------
        NoIndexError
            There is none, or one that another version of the fields made.
        """
        try:
            name = self.pointer.read_text(encoding="ascii")
        except FileNotFoundError:
            raise NoIndexError(f"{self.path}: there is no search index here; build it from the database") from None
        if not name.startswith(f"{VERSION}-"):
            raise NoIndexError(f"{self.path}: the search index is {name!r}, expected version {VERSION}; build it again")
        return self.path / name

    def new_generation(self) -> Path:
        """An empty folder for a generation to come."""
        path = self.path / f"{VERSION}-{secrets.token_hex(6)}"
        path.mkdir()
        return path

    def put_in_place(self, generation: Path) -> None:
        """Make a whole generation the current one; readers change over with their next search."""
        beside = self.path / "current.new"
        with beside.open("w", encoding="ascii") as file:
            file.write(generation.name)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.pointer)
        _sync(self.path)

    def clean(self) -> None:
        """Remove every generation but the current one: replaced ones, and those of builds that were killed."""
        kept = self.pointer.read_text(encoding="ascii") if self.pointer.exists() else ""
        for path in self.path.iterdir():
            if path.is_dir() and path.name != kept and path.name.split("-")[0].isdigit():
                shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def building(self) -> Iterator[None]:
        """Be the one who builds; every change from here on is kept in `changes` too.

        Raises
        ------
        SearchError
            Someone else is building.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with _locked(self.path / "build.lock", 0, f"{self.path}: another process is building this index; wait for it"):
            with self.writing():
                self._changes.write_bytes(b"")
                self.clean()
            try:
                yield
            finally:
                self._changes.unlink(missing_ok=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one who writes.

        Raises
        ------
        SearchError
            Another writer did not end within a minute.
        """
        reason = f"{self.path}: another process has been writing to this index for {WAIT_S:.0f} s; try again later"
        with _locked(self.path / "write.lock", WAIT_S, reason):
            yield

    def note(self, change: Change) -> None:
        """Keep a change for the build under way, if there is one. Only the writer may."""
        if not self._changes.exists():
            return
        if not _is_locked(self.path / "build.lock"):  # its build was killed
            self._changes.unlink()
            return
        documents, removed = change
        line = json.dumps({"documents": [each._asdict() for each in documents], "removed": removed})
        with self._changes.open("ab") as file:
            # A writer killed here leaves half a line: the next one starts its own.
            file.write(b"\n" + line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def noted(self) -> Iterator[Change]:
        """The changes kept since the build began, in order."""
        for line in self._changes.read_bytes().split(b"\n"):
            change = _change(line)
            if change is not None:
                yield change


def _change(line: bytes) -> Change | None:
    """A kept change; None for an empty line or the half line of a writer that was killed, whose call never returned."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return [_document(each) for each in found["documents"]], found["removed"]


def _document(fields: dict[str, Any]) -> Document:
    return Document(**{**fields, "extra": tuple(fields["extra"])})


@contextmanager
def _locked(path: Path, wait_s: float, otherwise: str) -> Iterator[None]:
    until = time.monotonic() + wait_s
    with path.open("ab") as file:
        while not _taken(file.fileno()):
            if time.monotonic() >= until:
                raise SearchError(otherwise)
            time.sleep(RETRY_S)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_locked(path: Path) -> bool:
    with path.open("ab") as file:
        return not _taken(file.fileno())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
