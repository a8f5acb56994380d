"""`leafmark serve`: the site of a workspace."""

from __future__ import annotations

import json
from pathlib import Path

import click

from leafmark.cli.endings import UnusableError, unusable
from leafmark.cli.output import Progress, json_option, note, table

HOST, PORT, WORKERS = "127.0.0.1", 8000, 2


@click.command(short_help="The site: labels, accounts and consoles in a browser.")
@click.option(
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("site"),
    show_default=True,
    help="Folder of the site: database, secret, settings; a demo's folder is one.",
)
@click.option("--host", default=HOST, show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True, help="Port to listen on.")
@click.option(
    "--workers", type=click.IntRange(1, 64), default=WORKERS, show_default=True, help="Processes that answer."
)
@click.option("--prepare-only", is_flag=True, help="Make the workspace ready, and serve nothing.")
@json_option
def serve(workspace: Path, host: str, port: int, workers: int, prepare_only: bool, as_json: bool) -> None:
    """Serve the site of a workspace. At the first start it makes its database, settings and secret.

    \b
    Examples:
      leafmark serve --workspace demo-out
      leafmark serve --workspace site --port 9000
    """
    run(workspace, host, port, workers, prepare_only, as_json)


def site_needs() -> None:
    """End in a sentence where part of the site's extra is not installed."""
    from leafmark.web.workspace import missing_packages

    if lacking := missing_packages():
        raise UnusableError(f"the site needs {', '.join(lacking)}: pip install 'leafmark[web]'")


def run(workspace: Path, host: str, port: int, workers: int, prepare_only: bool = False, as_json: bool = False) -> None:
    """Make a workspace ready and serve it; `leafmark demo` ends with this too."""
    from leafmark.web import serve as site
    from leafmark.web.workspace import WorkspaceError

    site_needs()
    with unusable(WorkspaceError, site.ServeError), Progress() as progress:
        ready = site.prepare(workspace, note, progress, f"http://{host}:{port}")
        logins = site.logins(ready)
    if prepare_only:
        if as_json:
            click.echo(json.dumps({"schema": "leafmark.site/1", "workspace": str(ready.folder)}))
        return
    if logins:
        note(table([("log in as", "address", "password"), *logins]))
    note(f"serving http://{host}:{port}/ (stop with Ctrl-C)")
    with unusable(site.ServeError):
        site.serve(ready, host, port, workers)
