"""The worker as a child of `leafmark serve`: started with it, started again when it dies, stopped with it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GRACE_S = 10.0
"""A job in hand has so long to end; then its worker is killed, and the job is run again at the next start."""
AGAIN_AFTER_S = 1.0


@contextmanager
def worker_beside(workspace: Path) -> Iterator[None]:
    """A worker for as long as the block lasts."""
    stopping = threading.Event()
    watch = threading.Thread(target=_watch, args=(workspace, stopping), name="jobs", daemon=True)
    watch.start()
    try:
        yield
    finally:
        stopping.set()
        watch.join()


def _watch(workspace: Path, stopping: threading.Event) -> None:
    while not stopping.is_set():
        worker = _started(workspace)
        while worker.poll() is None and not stopping.wait(0.2):
            pass
        _stop(worker)
        stopping.wait(AGAIN_AFTER_S)


def _started(workspace: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "leafmark.web.jobs.worker"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        env={**os.environ, "LEAFMARK_WORKSPACE": str(workspace)},
    )  # fmt: skip


def _stop(worker: subprocess.Popen[bytes]) -> None:
    if worker.poll() is None:
        worker.terminate()
        try:
            worker.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
    if worker.stdin:
        worker.stdin.close()
