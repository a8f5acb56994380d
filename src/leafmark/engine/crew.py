"""Chunks side by side: each core takes one chunk after the other, with one thread in it.

Two threads in one aggregation of a million groups cost half as much again as one, and half a chunk's work is not
parallel at all; two chunks beside each other cost what they cost one after the other, in half the time. Memory holds
as many chunks as there are workers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

from leafmark.engine.backends import Backend

_BETWEEN_INTERRUPTS_S = 0.05


def each(
    backend: Backend, numbers: Sequence[int], work: Callable[[Backend, int], None], done: Callable[[], None]
) -> None:
    """Do `work(worker, number)` for every number, several at once where the backend can; `done` after each.

    Raises
    ------
    The first error of any worker, after the others were stopped. What they had finished stays.
    """
    workers = backend.crew(len(numbers))
    if len(workers) == 1:
        for number in numbers:
            work(workers[0], number)
            done()
        return
    left, lock, stop = list(reversed(numbers)), threading.Lock(), threading.Event()

    def take(worker: Backend) -> None:
        while not stop.is_set():
            with lock:
                if not left:
                    return
                number = left.pop()
            work(worker, number)
            with lock:
                done()

    with ThreadPoolExecutor(len(workers)) as pool:
        tasks = [pool.submit(take, worker) for worker in workers]
        try:
            wait(tasks, return_when=FIRST_EXCEPTION)
        finally:  # an error, or Ctrl-C while waiting: none may go on
            stop.set()
            while not all(task.done() for task in tasks):
                for worker in workers:  # again and again: one between two statements is not interrupted in its next
                    worker.interrupt()
                wait(tasks, timeout=_BETWEEN_INTERRUPTS_S)
    for task in tasks:
        if task.done() and (error := task.exception()) is not None and not worker_was_stopped(error):
            raise error
    for task in tasks:
        task.result()


def worker_was_stopped(error: BaseException) -> bool:
    """Whether a worker failed only because another one had."""
    import duckdb

    return isinstance(error, duckdb.InterruptException)
