"""A job is done once, its progress is seen, and it is never lost."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

from leafmark.web.jobs import run, start
from leafmark.web.jobs.models import Job
from leafmark.web.jobs.start import JobFault, progress
from leafmark.web.people.models import User

SEEN: list[object] = []


def adds(a: int, b: int) -> dict[str, int]:
    progress(1, 4, "adding")
    SEEN.append(Job.objects.filter(done=1, whole=4, what="adding", state="running").count())
    return {"sum": a + b}


def refuses() -> None:
    raise JobFault("bill.csv, row 3, amount: found 'x', expected a number; mend it and ask again")


def breaks() -> None:
    raise ZeroDivisionError("/a/path/of/ours")


@pytest.fixture(autouse=True)
def ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions of this file may be run."""
    monkeypatch.setattr(start, "FUNCTIONS", __name__.split(".")[0])
    SEEN.clear()


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann@leafmark.example")


def ask(function: Callable[..., object], **more: object) -> Job:
    return start.start("verify", f"{__name__}.{function.__name__}", **more)


def test_a_job_is_done_with_its_arguments_and_tells_how_far_it_is(ann: User) -> None:
    job = ask(adds, arguments={"a": 2, "b": 3}, by=ann)
    assert job.state == "waiting"
    assert run.run_waiting() == 1
    job.refresh_from_db()
    assert (job.state, job.result, job.fault) == ("done", {"sum": 5}, "")
    assert SEEN == [1]
    assert job.finished_at is not None
    assert run.run_waiting() == 0


def test_what_the_asker_can_mend_is_said_and_our_insides_are_not(ann: User, client: Client) -> None:
    mended, broken = ask(refuses, by=ann), ask(breaks, by=ann)
    run.run_waiting()
    client.force_login(ann)
    assert "row 3, amount" in client.get(f"/jobs/{mended.pk}/").content.decode()
    page = client.get(f"/jobs/{broken.pk}/").content.decode()
    assert "should not have" in page
    assert "/a/path/of/ours" not in page
    assert "ZeroDivision" not in page


def test_a_form_sent_twice_asks_once(ann: User) -> None:
    token = uuid.uuid4().hex
    assert ask(adds, token=token).pk == ask(adds, token=token).pk
    assert Job.objects.count() == 1


def test_only_our_own_functions_run(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "FUNCTIONS", "leafmark.")
    with pytest.raises(ValueError, match=r"found 'os\.system'"):
        start.start("verify", "os.system", {"command": "true"})


def test_progress_outside_a_job_is_nothing(db: None) -> None:
    progress(1, 2, "nobody asked")
    assert Job.objects.count() == 0


def lose(job: Job, seconds: float) -> None:
    """Leave a job as a worker leaves it that was killed so long ago."""
    Job.objects.filter(pk=job.pk).update(state="running", attempts=1, worker="gone", beat_at=start.before(seconds))
    run.DBTaskResult.objects.filter(id=job.task_id).update(status="RUNNING")


def test_a_lost_job_is_run_again(ann: User) -> None:
    job = ask(adds, arguments={"a": 1, "b": 1})
    lose(job, run.LOST_AFTER_S + 1)
    assert run.recover() == 1
    assert run.recover() == 0
    run.run_waiting()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.result) == ("done", 2, {"sum": 2})


def test_a_job_whose_heart_beats_is_left_alone(ann: User) -> None:
    job = ask(adds)
    lose(job, run.LOST_AFTER_S - 5)
    assert run.recover() == 0
    assert run.recover("gone") == 1


def test_a_lost_job_that_may_not_run_again_is_marked_failed(ann: User, client: Client) -> None:
    job = ask(adds, again=False, by=ann)
    lose(job, 3600)
    run.recover()
    job.refresh_from_db()
    assert (job.state, run.run_waiting()) == ("failed", 0)
    client.force_login(ann)
    assert "Ask for it again" in client.get(f"/jobs/{job.pk}/").content.decode()


def test_a_job_that_kills_its_worker_does_so_three_times_at_most(ann: User) -> None:
    job = ask(adds)
    for attempt in range(1, 10):
        Job.objects.filter(pk=job.pk, state="waiting").update(
            state="running", attempts=attempt, beat_at=start.before(3600)
        )
        run.recover()
        job.refresh_from_db()
        if job.state == "failed":
            break
    assert job.attempts == run.ATTEMPTS_MAX


def test_a_worker_that_was_taken_for_dead_writes_nothing(ann: User) -> None:
    job = ask(adds)
    lose(job, 3600)
    run.recover()
    Job.objects.filter(pk=job.pk).update(state="running", attempts=2)
    assert start.mine(job.pk, 1).update(state="done", result="stale") == 0


def test_a_task_that_was_taken_and_never_begun_is_put_back(ann: User) -> None:
    job = ask(adds, arguments={"a": 1, "b": 1})
    run.DBTaskResult.objects.filter(id=job.task_id).update(status="RUNNING", started_at=start.before(3600))
    assert run.recover() == 1
    job.refresh_from_db()
    assert run.DBTaskResult.objects.get(id=job.task_id).status == "READY"


def test_jobs_are_for_who_asked_and_for_operators_and_auditors(ann: User) -> None:
    job = ask(adds, by=ann)
    for name, roles, status in (
        ("bob", {}, 404), ("ove", {"is_operator": True}, 200), ("ada", {"is_auditor": True}, 200),
    ):  # fmt: skip
        client = Client()
        client.force_login(User.objects.create_user(f"{name}@leafmark.example", **roles))
        assert client.get(f"/jobs/{job.pk}/").status_code == status
        assert (str(job.pk) in client.get("/jobs/").content.decode()) == (status == 200)
    assert Client().get(f"/jobs/{job.pk}/").status_code == 302


SLOW = """
import time
from pathlib import Path
from leafmark.web.jobs.start import progress

def slow(mark, seconds):
    with open(mark, "a") as file:
        file.write("begun\\n")
    progress(1, 2, "half way")
    time.sleep(seconds)
    return "done"
"""
ASK = """
import os, sys, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from leafmark.web.jobs import start
start.FUNCTIONS = "slow_job"
print(start.start("verify", "slow_job.slow", {"mark": sys.argv[1], "seconds": float(sys.argv[2])}).pk.hex)
"""


class Site:
    """A workspace of its own, with a worker that can be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.mark = folder / "site", folder / "mark"
        (folder / "slow_job.py").write_text(SLOW)
        self.environment = {
            **os.environ, "LEAFMARK_WORKSPACE": str(self.folder), "DJANGO_SETTINGS_MODULE": "leafmark.web.settings",
            "PYTHONPATH": os.pathsep.join([str(folder), *sys.path]),
        }  # fmt: skip

    def ask(self, seconds: float) -> str:
        command = [sys.executable, "-c", ASK, str(self.mark), str(seconds)]
        asked = subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True)
        return asked.stdout.strip()

    def worker(self, stderr: int | None = None) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "leafmark.web.jobs.worker"]
        return subprocess.Popen(command, env=self.environment, stdin=subprocess.PIPE, stderr=stderr)

    def state(self, job: str) -> tuple[object, ...]:
        with sqlite3.connect(self.folder / "site.db", timeout=30) as database:
            row = database.execute("SELECT state, attempts, done, result FROM jobs_job WHERE id = ?", [job]).fetchone()
        database.close()
        return tuple(row)

    def wait(self, job: str, state: str, done: int = 0) -> tuple[object, ...]:
        for _ in range(600):
            found = self.state(job)
            if found[0] == state and int(str(found[2])) >= done:
                return found
            time.sleep(0.1)
        raise AssertionError(f"{job}: {found}, not {state}")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def workers() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for each in started:
        each.kill()
        each.wait()
        if each.stdin:
            each.stdin.close()


def test_a_worker_killed_in_mid_job_loses_nothing(site: Site, workers: list[subprocess.Popen[bytes]]) -> None:
    job = site.ask(60)
    workers.append(site.worker())
    site.wait(job, "running", done=1)
    workers[0].send_signal(signal.SIGKILL)
    workers[0].wait()
    assert site.state(job)[:2] == ("running", 1)
    with sqlite3.connect(site.folder / "site.db", timeout=30) as database:
        database.execute("UPDATE jobs_job SET arguments = ?", [json.dumps({"mark": str(site.mark), "seconds": 0})])
    database.close()
    workers.append(site.worker())
    assert site.wait(job, "done")[1:] == (2, 1, '"done"')
    assert site.mark.read_text() == "begun\nbegun\n"


def test_a_worker_ends_with_its_parent(site: Site, workers: list[subprocess.Popen[bytes]]) -> None:
    """Its parent holds the other end of its standard input, and lets go of it even when it is killed."""
    job = site.ask(0)
    workers.append(site.worker())
    site.wait(job, "done")
    workers[0].stdin.close()
    assert workers[0].wait(20) == 0


def test_a_second_worker_waits_for_the_first(site: Site, workers: list[subprocess.Popen[bytes]]) -> None:
    first = site.ask(0)
    workers.append(site.worker())
    site.wait(first, "done")
    workers.append(site.worker())
    second = site.ask(0)
    site.wait(second, "done")
    workers[0].send_signal(signal.SIGKILL)
    workers[0].wait()
    third = site.ask(0)
    assert site.wait(third, "done")
    assert site.mark.read_text() == "begun\n" * 3


def test_serve_starts_a_worker_again_and_stops_it(site: Site) -> None:
    """A worker that dies is replaced; at the end none is left."""
    from leafmark.web.jobs import beside

    site.ask(0)
    before = dict(os.environ)
    os.environ.update(site.environment)
    try:
        with beside.worker_beside(site.folder):
            pids = site_workers(site)
            (first,) = pids
            os.kill(first, signal.SIGKILL)
            (second,) = site_workers(site, other_than=first)
            assert second != first
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert site_workers(site, wait=False) == set()


def site_workers(site: Site, other_than: int = 0, wait: bool = True) -> set[int]:
    """The workers of a workspace, as the system knows them."""
    for _ in range(200):
        found = set()
        for each in Path("/proc").glob("[0-9]*"):
            try:
                line, environment = (each / "cmdline").read_bytes(), (each / "environ").read_bytes()
            except OSError:
                continue
            if b"leafmark.web.jobs.worker" in line and str(site.folder).encode() in environment:
                found.add(int(each.name))
        found.discard(other_than)
        if found or not wait:
            break
        time.sleep(0.1)
    return found


def test_a_worker_that_is_told_to_end_ends_quietly(site: Site) -> None:
    """Its parent holds its input open, and no lock of it may be a fatal error when the interpreter ends."""
    done = site.ask(0)
    with site.worker(subprocess.PIPE) as worker:
        site.wait(done, "done")
        worker.terminate()
        assert worker.stderr is not None
        said = worker.stderr.read().decode()
        assert worker.wait(20) in (0, -signal.SIGTERM)
    assert "Fatal" not in said, said
