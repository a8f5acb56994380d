"""The worker: one process beside the site that does its jobs, one after another.

python -m leafmark.web.jobs.worker      of the workspace that LEAFMARK_WORKSPACE names

It lives as long as its parent: when its standard input ends, it ends. One worker a workspace: a second one waits for the first to go.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import IO

STDIN = 0
POLL_S = 0.5
RECOVER_EVERY_S = 5.0
KEPT_DAYS = 30
LOCK = "jobs.lock"


def main() -> None:
    """Work until stopped."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leafmark.web.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.utils.crypto import get_random_string
    from django_tasks_db.management.commands.db_worker import Worker

    from leafmark.web.jobs import run
    from leafmark.web.parcels import kernel

    threading.Thread(target=_until_parent_ends, daemon=True).start()
    held = _alone(Path(settings.WORKSPACE.folder) / LOCK)
    run.worker_name[0] = f"{socket.gethostname()} {settings.WORKSPACE.folder}"[:200]
    worker = Worker(
        queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=None,
        worker_id=get_random_string(32), excluded_queue_names=[],
    )  # fmt: skip
    worker.configure_signals()
    _prune()
    run.recover(run.worker_name[0])
    kernel.begin()  # compiled once a machine: before somebody waits for it
    _work(worker)
    held.close()


def _work(worker: object) -> None:
    """Run what waits, until a signal stops the worker; it finishes the job it is at."""
    from django.db import DatabaseError, close_old_connections

    from leafmark.web.jobs import run
    from leafmark.web.jobs.models import WAITING, Job

    recovered_at = time.monotonic()
    while worker.running:  # type: ignore[attr-defined]
        close_old_connections()
        try:
            if Job.objects.filter(
                state=WAITING
            ).exists():  # a look takes no lock; the library's own takes an exclusive one
                worker.run()  # type: ignore[attr-defined]
            if time.monotonic() - recovered_at > RECOVER_EVERY_S:
                run.recover()
                recovered_at = time.monotonic()
        except DatabaseError as error:
            print(f"leafmark jobs: the database cannot be used ({error}); trying again", file=sys.stderr, flush=True)
            time.sleep(RECOVER_EVERY_S)
        time.sleep(POLL_S)


def _alone(path: Path) -> IO[str]:
    """Wait until no other worker serves this workspace."""
    held = path.open("a", encoding="ascii")
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(POLL_S)
        else:
            return held


def _until_parent_ends() -> None:
    """End when standard input does: the parent holds its other end, and lets go of it even when it is killed."""
    while os.read(
        STDIN, 1
    ):  # not by sys.stdin: its lock, held while one waits, is a fatal error at the interpreter's end
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _prune() -> None:
    """Forget the tasks (not the jobs) of the months before."""
    from django_tasks_db.models import DBTaskResult

    from leafmark.web.jobs.start import before

    DBTaskResult.objects.finished().filter(finished_at__lt=before(KEPT_DAYS * 86_400)).delete()


if __name__ == "__main__":
    main()
