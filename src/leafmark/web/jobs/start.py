"""Ask for a job; tell how far it is from within it."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from leafmark.web.jobs.models import RUNNING, Job

TOLD_EVERY_S = 0.3
"""Progress is written no more often: each time is a write to the site's database."""
FUNCTIONS = "leafmark."
WHAT_MAX = 200


class JobFault(Exception):
    """Why a job could not be done, in words for the person who asked: which file, what was found, what to do.

    words : in English. said : code and values, for readers of other languages: `{"site": KEY, "values": {...}}` of the site's strings,
    or a sentence of an import (`products.imports.said`); None where there are no other words.
    """

    def __init__(self, words: str, said: Mapping[str, Any] | None = None) -> None:
        super().__init__(words)
        self.said = None if said is None else dict(said)


class Now:
    """The job that this process runs; there is one at a time."""

    job: uuid.UUID | None = None
    attempt = 0
    told_at = 0.0


def start(
    name: str, function: str, arguments: Mapping[str, Any] | None = None, by: Any = None, *, token: str | None = None,
    again: bool = True,
) -> Job:  # fmt: skip
    """Ask for a job; it begins when the worker is free, and when the transaction around this call is committed.

    Parameters
    ----------
    name : `jobs.name.NAME` of the strings says it in words.
    function : dotted path of a function of leafmark; called with `arguments` as keywords, it returns plain JSON values.
        It may be run twice (its worker may die at its end), and must give the same then. It raises `JobFault` for what
        the person who asked can mend.
    arguments : plain JSON values.
    by : the user who asks, or None.
    token : of the form that asks; asking twice with one token gives the first job again.
    again : whether it is run again when its worker died; else it is marked failed.

    Raises
    ------
    ValueError : the function is none of leafmark's.
    """
    if not function.startswith(FUNCTIONS):
        raise ValueError(f"function: expected a path within leafmark, found {function!r}")
    try:
        with transaction.atomic():
            job = Job.objects.create(
                name=name, function=function, arguments=dict(arguments or {}), by=by, token=token, again=again
            )
            enqueue(job)
            return job
    except IntegrityError:
        if token is None:
            raise
        return Job.objects.get(token=token)


def enqueue(job: Job) -> None:
    """Put a waiting job's task before the worker."""
    from leafmark.web.jobs.run import run_job

    job.task_id = uuid.UUID(run_job.enqueue(str(job.pk)).id)
    job.save(update_fields=["task_id"])


def progress(done: int, whole: int | None, what: str) -> None:
    """Tell how far the job is that calls this; elsewhere it does nothing. `whole` is None where nobody knows it.

    What a job writes is seen when its own transaction is committed: tell it outside of one.
    """
    if Now.job is None:
        return
    now = time.monotonic()
    if now - Now.told_at < TOLD_EVERY_S and done != whole:
        return
    Now.told_at = now
    mine(Now.job, Now.attempt).update(done=done, whole=whole, what=what[:WHAT_MAX], beat_at=timezone.now())


def mine(job: uuid.UUID, attempt: int) -> Any:
    """The row of a job, as long as it is this attempt's."""
    return Job.objects.filter(pk=job, attempts=attempt, state=RUNNING)


def before(seconds: float) -> dt.datetime:
    """So long ago."""
    return timezone.now() - dt.timedelta(seconds=seconds)


__all__ = ["JobFault", "Now", "before", "enqueue", "mine", "progress", "start"]
