"""What the worker does with a job: run its function, keep its heart beating, write what came of it; and find those lost."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from leafmark.web.jobs.models import DONE, FAILED, RUNNING, WAITING, Job
from leafmark.web.jobs.start import JobFault, Now, before, enqueue, mine

BEAT_S = 2.0
LOST_AFTER_S = 20.0
"""A running job whose heart has not beaten for so long has lost its worker."""
ATTEMPTS_MAX = 3
UNEXPECTED = "unexpected"
"""Stands for a fault whose words would say nothing to who asked; the worker's log has them."""
LOST = "lost"
"""Stands for a worker that died."""

log = logging.getLogger(__name__)
worker_name = ["worker"]


@task()
def run_job(job_id: str) -> None:
    """Run a waiting job. One that is running or finished is left alone."""
    with transaction.atomic():
        now = timezone.now()
        taken = Job.objects.filter(pk=job_id, state=WAITING).update(
            state=RUNNING,
            attempts=F("attempts") + 1,
            started_at=now,
            beat_at=now,
            worker=worker_name[0],
            done=0,
            whole=None,
            what="",
        )
    if not taken:
        return
    job = Job.objects.get(pk=job_id)
    with _running(job):
        ended = _outcome(job)
    mine(job.pk, job.attempts).update(finished_at=timezone.now(), **ended)


def run_waiting() -> int:
    """Run what waits in this process, the oldest first: for tests, and for a site without a worker. Gives how many."""
    found = Job.objects.filter(state=WAITING).order_by("asked_at").values_list("pk", flat=True)
    for each in list(found):
        run_job.call(str(each))
    return len(found)


def _outcome(job: Job) -> dict[str, Any]:
    try:
        return {"state": DONE, "result": import_string(job.function)(**job.arguments)}
    except JobFault as fault:
        return {"state": FAILED, "fault": str(fault), "said": fault.said}
    except Exception:
        log.exception("job %s (%s)", job.pk, job.function)
        return {"state": FAILED, "fault": UNEXPECTED}


@contextmanager
def _running(job: Job) -> Iterator[None]:
    """Mark the job as this process's, and let its heart beat."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(BEAT_S):
            try:
                mine(job.pk, job.attempts).update(beat_at=timezone.now())
            except DatabaseError:  # busy with the job's own transaction: the next beat will do
                log.info("a beat of job %s was missed", job.pk)
        connection.close()

    heart = threading.Thread(target=beat, name="heart", daemon=True)
    Now.job, Now.attempt, Now.told_at = job.pk, job.attempts, 0.0
    heart.start()
    try:
        yield
    finally:
        ended.set()
        heart.join()
        Now.job = None


def recover(dead_worker: str = "") -> int:
    """Let jobs whose worker died wait again, or mark them failed. Gives how many.

    Parameters
    ----------
    dead_worker : one that is known to be dead, whenever its heart beat last.
    """
    found = 0
    dead = Q(beat_at__lt=before(LOST_AFTER_S)) | (Q(worker=dead_worker) if dead_worker else Q())
    for job in Job.objects.filter(Q(state=RUNNING) & dead):
        with transaction.atomic():
            runs_again = job.again and job.attempts < ATTEMPTS_MAX
            to = {"state": WAITING} if runs_again else {"state": FAILED, "fault": LOST, "finished_at": timezone.now()}
            if not mine(job.pk, job.attempts).update(**to):
                continue
            _forget_task(job)
            if runs_again:
                enqueue(job)
            found += 1
    return found + _recover_untaken()


def _recover_untaken() -> int:
    """Jobs whose worker died between taking their task and beginning."""
    waiting = {job.task_id: job for job in Job.objects.filter(state=WAITING)}
    taken = DBTaskResult.objects.filter(id__in=list(waiting), started_at__lt=before(LOST_AFTER_S))
    for each in taken.exclude(status="READY"):
        with transaction.atomic():
            _forget_task(waiting[each.id])
            enqueue(waiting[each.id])
    return len(taken)


def _forget_task(job: Job) -> None:
    DBTaskResult.objects.filter(id=job.task_id, status="RUNNING").update(status="FAILED", finished_at=timezone.now())
