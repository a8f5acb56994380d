"""`leafmark api-key`: keys of the programs that use a site's API."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from leafmark.cli.endings import unusable
from leafmark.cli.output import Decorated, emit, json_option, note, table
from leafmark.cli.serve import site_needs

SCOPES = ("shelf", "explain", "claims", "events", "balances", "redemptions", "experiments", "parcels")
"""As `leafmark.web.api.keys.SCOPES`, which a help need not load Django for; a test holds the two together."""


def _on_site(work: Decorated) -> Callable[[Decorated], Decorated] | Decorated:
    where = click.option(
        "--workspace",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path("site"),
        show_default=True,
        help="Folder of the site.",
    )
    return where(json_option(work))


@click.group("api-key", short_help="Keys of the programs that use a site's API.")
def api_key() -> None:
    """Make, list and revoke the keys by which programs use the API of a site (docs/api.md).

    \b
    Examples:
      leafmark api-key create till --scope events --workspace demo-out
      leafmark api-key list --workspace demo-out
    """


@api_key.command(short_help="Make a key. It is shown once.")
@click.argument("client")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="What it opens; repeat for more."
)
@click.option("--brand", help="The brand whose data alone it sees, by its slug; else it is the operator's.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it stands; for good if not given.")
@click.option(
    "--per-minute",
    type=click.IntRange(1, 100_000),
    default=600,
    show_default=True,
    help="Requests it may send in a minute.",
)
@_on_site
def create(
    client: str,
    scopes: tuple[str, ...],
    brand: str | None,
    days: int | None,
    per_minute: int,
    workspace: Path,
    as_json: bool,
) -> None:
    """Make a key for the program CLIENT, whose name is the source of the acts it posts.

    The key is shown now and never again; only its hash is kept. Keys of one client share its name, so that a new one can take an
    old one's place.

    \b
    Examples:
      leafmark api-key create till --scope events --workspace demo-out
      leafmark api-key create aiwa --brand aiwa --scope shelf --days 365 --workspace demo-out
    """
    _opened(workspace)
    from leafmark.web.api.keys import KeyRefusedError, make_key

    with unusable(KeyRefusedError):
        key, text = make_key(client, scopes, brand, days, per_minute)
    note("shown once: keep it where only the program reads it")
    emit({"schema": "leafmark.api_key/1", "key": text, **_shown(key)}, as_json, text)


@api_key.command("list", short_help="The keys, without their secrets.")
@_on_site
def list_keys(workspace: Path, as_json: bool) -> None:
    """List the keys: prefix, client, whose, scopes, until when, when last used.

    \b
    Example:
      leafmark api-key list --workspace demo-out
    """
    site = _opened(workspace)
    from leafmark.web.api.models import ApiKey
    from leafmark.web.api.use import last_used

    used = last_used(site.folder)
    keys = [
        {**_shown(key), "last_used": used[key.pk].isoformat() if key.pk in used else None}
        for key in ApiKey.objects.select_related("brand").order_by("client", "made_at")
    ]

    def text() -> str:
        rows = [("prefix", "client", "of", "scopes", "a minute", "until", "last used")]
        for key in keys:
            until = "revoked" if key["revoked_at"] else (key["expires_at"] or "for good")[:10]
            rows.append((
                key["prefix"], key["client"], key["brand"] or "operator", ", ".join(key["scopes"]), str(key["per_minute"]), until,
                (key["last_used"] or "never")[:16],
            ))  # fmt: skip
        return table(rows, right=(4,))

    emit({"schema": "leafmark.api_keys/1", "keys": keys}, as_json, text)


@api_key.command(short_help="End a key now.")
@click.argument("prefix")
@_on_site
def revoke(prefix: str, workspace: Path, as_json: bool) -> None:
    """End the key PREFIX, the eight characters after `lmk_`, as `leafmark api-key list` shows them.

    \b
    Example:
      leafmark api-key revoke h3VwkPxa --workspace demo-out
    """
    _opened(workspace)
    from leafmark.web.api.keys import KeyRefusedError, revoke_key

    with unusable(KeyRefusedError):
        key = revoke_key(prefix)
    emit(
        {"schema": "leafmark.api_key/1", **_shown(key)}, as_json, f"{key.prefix} of {key.client} opens nothing any more"
    )


def _opened(workspace: Path) -> Any:
    """The site of a folder, with its tables."""
    from leafmark.web.serve import open_site
    from leafmark.web.workspace import WorkspaceError

    site_needs()
    with unusable(WorkspaceError):
        return open_site(workspace)


def _shown(key: Any) -> dict[str, Any]:
    moments = {name: getattr(key, name) for name in ("made_at", "expires_at", "revoked_at")}
    return {
        "prefix": key.prefix, "client": key.client, "brand": key.brand.slug if key.brand else None, "scopes": key.scopes,
        "per_minute": key.per_minute, **{name: each.isoformat() if each else None for name, each in moments.items()},
    }  # fmt: skip
