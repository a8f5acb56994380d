"""A PostgreSQL server of our own for a test session: on a socket in a short folder, by another user where we are root."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


def binaries() -> Path:
    """Where the server's programs are."""
    on_path = shutil.which("postgres")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True)
    for folder in found:
        if all((folder / name).exists() for name in ("initdb", "postgres", "pg_ctl")):
            return folder
    pytest.skip("needs a PostgreSQL server: apt-get install postgresql")


@dataclass
class Server:
    """A server: how to reach it, kill it and start it again."""

    folder: Path
    bin: Path
    options: dict[str, Any] = field(default_factory=dict)
    settings: str = "-c shared_buffers=256MB -c max_wal_size=2GB -c fsync=off"
    """Without fsync: tests kill processes, and what a process handed to the system outlives it."""
    made: int = 0

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://owner@/{database}?host={self.folder}"

    def new_database(self, template: str = "template1") -> str:
        """The address of a database that is empty, or as its template."""
        import psycopg

        self.made += 1
        name = f"ledger_{self.made}_{os.getpid()}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database that `new_database` made."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {url.partition('@/')[2].partition('?')[0]}")

    def copy_of(self, url: str) -> str:
        """The address of a copy of a database that nobody has open."""
        return self.new_database(template=url.partition("@/")[2].partition("?")[0])

    def start(self) -> None:
        """Start it; after a kill the first start may find the old lock, so again."""
        for _ in range(5):
            done = self._run(
                "pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-w", "-t", "60", "-o",
                f"-c listen_addresses='' -k {self.folder} -c max_connections=80 {self.settings}",
                "start",
            )  # fmt: skip
            if done.returncode == 0:
                return
            time.sleep(1)
        raise RuntimeError((self.folder / "log").read_text()[-2000:])

    def start_if_down(self) -> None:
        """Start it unless it runs, and wait until it has recovered."""
        import psycopg

        if self._run("pg_ctl", "-D", self.folder / "data", "status").returncode:
            self.start()
        for _ in range(200):
            try:
                psycopg.connect(self.url()).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise RuntimeError((self.folder / "log").read_text()[-2000:])

    def stop(self) -> None:
        """Stop it at once."""
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")

    def kill(self) -> None:
        """Kill -9 the postmaster and all it started, as a power cut would."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (pid, *map(int, children)):
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for each in (pid, *map(int, children)):
            while Path(f"/proc/{each}").exists() and " Z " not in Path(f"/proc/{each}/stat").read_text():
                time.sleep(0.01)

    def _run(self, program: str, *arguments: Any) -> subprocess.CompletedProcess[str]:
        with (self.folder / "commands.log").open("a") as log:  # never a pipe: the server would keep it open
            return subprocess.run(
                [self.bin / program, *arguments],
                stdout=log,
                stderr=log,
                text=True,
                check=False,
                cwd=self.folder,
                **self.options,
            )


@contextmanager
def running_server(where: Path = Path("/tmp"), settings: str = "") -> Iterator[Server]:
    """A fresh server in a folder of its own, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="leafmark-pg-", dir=where))  # short: a socket's path has 107 characters
    options: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres" if _known("postgres") else "nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    server = Server(folder, binaries(), options)
    server.settings = settings or server.settings
    try:
        made = server._run(
            "initdb", "-D", folder / "data", "-U", "owner", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"
        )
        assert made.returncode == 0, (folder / "commands.log").read_text()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
