"""`leafmark serve`: the site of a workspace, made ready and served by granian.

    migrate -> static files -> runs that the workspace names onto the shelf -> granian, a process a core

A demo's folder is a workspace: its `shelves.json` names runs and their catalogues.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from leafmark.web.workspace import Workspace, WorkspaceError, open_workspace

SERVED: Final = "LEAFMARK_SITE_SERVED"
"""The variable that tells its workers that they are `leafmark serve`'s."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
THREADS = 4
"""Of each process. Pages wait for little but the database; more threads only fight for the interpreter."""

Say = Callable[[str], None]


class ServeError(Exception):
    """The site cannot be served; the message says why and what to do."""


def prepare(
    folder: Path, say: Say, progress: Callable[[int, int, str], None] | None = None, address: str | None = None
) -> Workspace:
    """Bring a workspace up to date: settings, secret, tables, static files, products. Doing it again changes nothing.

    Parameters
    ----------
    address : where it will be served on this machine. It is the origin, unless settings name one that others reach.

    Raises
    ------
    WorkspaceError, ServeError : the folder cannot be used.
    """
    say("tables")
    workspace = open_site(folder, address)
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)
    _shelves(workspace, say, progress)
    from leafmark.web.experiment.closing import close_all
    from leafmark.web.shelf.finding import bring_up_to_date

    say("search index")
    bring_up_to_date(progress)
    _erasures(say)
    close_all()
    if workspace.https and not workspace.proxies:
        say(
            f"no proxies named in {workspace.folder / 'site.toml'}: readers have one address, so log-ins are limited by name alone"
        )
    return workspace


def open_site(folder: Path, address: str | None = None) -> Workspace:
    """Take a folder as this process's site, with its tables up to date. `address` as for `prepare`.

    Raises
    ------
    WorkspaceError : the folder cannot be used.
    """
    os.environ["LEAFMARK_WORKSPACE"] = str(folder.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leafmark.web.settings")
    workspace = open_workspace(folder.resolve())
    if address and not workspace.https and urlsplit(workspace.origin).hostname in LOOPBACK:
        os.environ["LEAFMARK_ORIGIN"] = address
        workspace = open_workspace(folder.resolve())
    import django
    from django.core.management import call_command
    from django.db import OperationalError

    django.setup()
    try:
        call_command("migrate", verbosity=0)
    except OperationalError as error:
        where = "the PostgreSQL that `database` names" if workspace.database else workspace.site_db
        raise WorkspaceError(f"{where} cannot be used: {str(error).strip()}") from error
    return workspace


def logins(workspace: Workspace) -> list[tuple[str, str, str]]:
    """Role, address and password of a demo's log-ins; none where the workspace is no demo's. After `prepare`."""
    from leafmark.web.people.demo_logins import demo_logins

    return [(each.role, each.email, each.password) for each in demo_logins(workspace.folder)]


def _erasures(say: Say) -> None:
    """Finish what a stop left half-way: a person who asked to be forgotten is."""
    from leafmark.web.me.models import Erasure

    if not Erasure.objects.filter(done_at__isnull=True).exists():
        return
    from leafmark.web.books import close, ledger
    from leafmark.web.me.erasure import finish_all

    say("erasures")
    finish_all(ledger())
    close()  # each process that answers opens its own


def _shelves(workspace: Workspace, say: Say, progress: Callable[[int, int, str], None] | None) -> None:
    """Publish the runs that a demo names, once each."""
    from leafmark.web.operate.rules.known import frozen_rules
    from leafmark.web.shelf.fill import fill
    from leafmark.web.shelf.models import Run

    for shelf in _named(workspace.folder):
        run = workspace.folder / shelf["run"]
        run_id = json.loads((run / "run.json").read_text(encoding="utf-8"))["run_id"]
        if Run.objects.filter(run_id=run_id).exists():
            continue
        say(f"publishing {shelf['run']}")
        fill(
            run, workspace.folder / shelf["catalogue"], dt.date.fromisoformat(shelf["on_date"]),
            workspace=workspace.folder, evidence=shelf.get("evidence"), savings=shelf.get("savings"),
            benchmark=workspace.folder / shelf["benchmark"] if "benchmark" in shelf else None, progress=progress,
            rules=frozen_rules(),
        )  # fmt: skip


def _named(folder: Path) -> list[dict[str, Any]]:
    path = folder / "shelves.json"
    if not path.exists():
        return []
    try:
        return list(json.loads(path.read_text(encoding="utf-8"))["shelves"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ServeError(f"{path}: cannot be read ({error}); make the demo again, or remove the file") from error


def serve(workspace: Workspace, host: str, port: int, workers: int) -> None:
    """Serve until stopped.

    Raises
    ------
    ServeError : the address is taken, or open to others without https.
    """
    if host not in LOOPBACK and not workspace.https:
        raise ServeError(
            f"--host {host} is open to others and the origin {workspace.origin} is not https: passwords would travel in the clear; "
            f"put a proxy with TLS before it and set origin in {workspace.folder / 'site.toml'}"
        )
    _free(host, port)
    from django.db import connections

    from leafmark.web import books

    books.close()  # each process that answers opens its own
    connections.close_all()
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from leafmark.web.jobs.beside import worker_beside

    os.environ[SERVED] = "1"
    with worker_beside(workspace.folder):
        Server(
            "leafmark.web.wsgi:application", address=host, port=port, interface=Interfaces.WSGI, workers=workers,
            blocking_threads=THREADS, backpressure=256, websockets=False, log_access=False, log_level=LogLevels.warning,
        ).serve()  # fmt: skip


def _free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            raise ServeError(f"{host}:{port} cannot be used ({error.strerror}); name another --port") from error
