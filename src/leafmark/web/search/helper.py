"""A second process that folds the next batch while this one writes the last: a third of a build's work is folding.

The two take strict turns over pipes (a batch out, the batch before it back), so neither can wait for the other to read, and a
helper whose master is killed reads the end of its input and ends. If it cannot be had, the folding is done here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import IO, Final

from leafmark.web.search.documents import Document
from leafmark.web.search.fields import lines
from leafmark.web.search.text import words_and_runs

ALONE_BATCHES: Final = 4
"""Smaller builds are over before a helper has read its dictionaries."""
LENGTH_BYTES: Final = 8

Batch = list[Document]


def ahead(batches: Iterable[Batch]) -> Iterator[tuple[Batch, str]]:
    """Each batch with its folded lines."""
    last: Batch | None = None
    with Helper() as helper:
        for number, batch in enumerate(batches):
            asked = lines(batch)
            if last is not None:
                folded = helper.answer()
            if number == ALONE_BATCHES:
                helper.start()
            helper.ask(asked)
            if last is not None:
                yield last, folded
            last = batch
        if last is not None:
            yield last, helper.answer()


class Helper(AbstractContextManager["Helper"]):
    """Folds what it is asked, here or, once started, in a process of its own. One question is answered before the next."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = ""

    def start(self) -> None:
        """Go on in a process of its own, if the system gives one."""
        code = "from leafmark.web.search.helper import serve; serve()"
        with suppress(OSError):
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,  # an interrupt at the terminal is the master's to hear
            )

    def ask(self, text: str) -> None:
        """Give it lines to fold."""
        self._asked = text
        if self._process is not None:
            try:
                _send(_open(self._process.stdin), text)
            except OSError:
                self._stop()

    def answer(self) -> str:
        """The folded lines."""
        if self._process is not None:
            found = _receive(_open(self._process.stdout))
            if found is not None:
                return found
            self._stop()
        return words_and_runs(self._asked)

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    _open(pipe).close()

    def __exit__(self, *_: object) -> None:
        self._stop()


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _send(pipe: IO[bytes], text: str) -> None:
    content = text.encode()
    pipe.write(len(content).to_bytes(LENGTH_BYTES, "big") + content)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> str | None:
    """The next text; None at the end, or where it breaks off."""
    length = int.from_bytes(pipe.read(LENGTH_BYTES), "big")
    content = pipe.read(length)
    return content.decode() if length and len(content) == length else None


def serve() -> None:
    """Fold until the input ends."""
    while (asked := _receive(sys.stdin.buffer)) is not None:
        _send(sys.stdout.buffer, words_and_runs(asked))
