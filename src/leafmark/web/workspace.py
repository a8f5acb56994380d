"""A site's folder: its database, its secret, its settings, the runs it shows and the ledger of its consumers.

DIR/site.db        people, products, publications (unless `database` names a PostgreSQL)
DIR/ledger.db      acts and points (unless `ledger` names a PostgreSQL)
DIR/search/        the search index, which can always be made again from the database
DIR/secret.key     signs sessions and forms; made at the first start, for the owner's eyes only
DIR/site.toml      settings; made at the first start, to be edited
"""

from __future__ import annotations

import os
import secrets
import tomllib
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from leafmark.products.markets import markets

SETTINGS = "site.toml"
SECRET = "secret.key"
SECRET_BYTES = 48
TEMPLATE = """\
# Settings of this Leafmark site. Changes are taken at the next start.

# Where readers reach it. https makes cookies secure and sets HSTS; QR codes and embedded labels lead here.
origin = "http://127.0.0.1:8000"

# The market that a reader who has not chosen one is shown: one of eu, uk, us, cn, hk, tw, au.
market = "eu"

# Proxies before the site, as addresses or networks with commas: of these alone X-Forwarded-For is believed. A site behind TLS names its proxy.
# proxies = "127.0.0.1, 10.0.0.0/8"

# A PostgreSQL for the site's tables, or for the ledger, as postgresql://user@host/name; else both lie in this folder.
# database = ""
# ledger = ""
"""


KNOWN = ("origin", "market", "database", "ledger", "proxies")
Network = IPv4Network | IPv6Network

NEEDED = ("alembic", "axes", "cryptography", "django", "django_tasks_db", "granian", "jinja2", "ninja", "opencc", "rjieba",
          "sqlalchemy", "tantivy", "whitenoise")  # fmt: skip
"""Packages of the extra `web`, as they are imported."""


def missing_packages() -> list[str]:
    """What of the extra `web` is not installed."""
    return [name for name in NEEDED if find_spec(name) is None]


class WorkspaceError(Exception):
    """The folder cannot be a site's; the message says which file, what was found and what to do."""


@dataclass(frozen=True)
class Workspace:
    """A site's folder and what its settings say."""

    folder: Path
    origin: str = "http://127.0.0.1:8000"
    market: str = "eu"
    database: str = ""
    ledger_url: str = ""
    hosts: tuple[str, ...] = field(default=())
    proxies: tuple[Network, ...] = field(default=())

    @property
    def site_db(self) -> Path:
        """The SQLite file of the site's own tables."""
        return self.folder / "site.db"

    @property
    def search(self) -> Path:
        """Folder of the search index."""
        return self.folder / "search"

    @property
    def ledger(self) -> str:
        """Address of the consumers' ledger."""
        return self.ledger_url or str(self.folder / "ledger.db")

    @property
    def https(self) -> bool:
        """Whether readers reach the site by https."""
        return self.origin.startswith("https://")

    @property
    def allowed_hosts(self) -> list[str]:
        """Names under which the site answers."""
        named = urlsplit(self.origin).hostname or "127.0.0.1"
        local = ("localhost", "127.0.0.1", "[::1]") if not self.https else ()
        return list(dict.fromkeys((named, *local, *self.hosts)))

    def secret(self) -> str:
        """The key that signs sessions and forms; made once, and nobody else may read it.

        Raises
        ------
        WorkspaceError : the file is damaged.
        """
        path = self.folder / SECRET
        if not path.exists():
            half = path.with_name(f"{SECRET}.{os.getpid()}.{secrets.token_hex(4)}")
            descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as out:
                out.write(secrets.token_urlsafe(SECRET_BYTES))
                out.flush()
                os.fsync(out.fileno())
            try:
                os.link(half, path)  # of two that start at once one is first, and both take its key
            except FileExistsError:
                pass
            finally:
                half.unlink()
        found = path.read_text(encoding="ascii", errors="replace").strip()
        if len(found) < SECRET_BYTES:
            raise WorkspaceError(
                f"{path}: found {len(found)} characters, expected {SECRET_BYTES} or more; remove it and start again: "
                "everybody will have to log in anew"
            )
        return found


def open_workspace(folder: Path, make: bool = True) -> Workspace:
    """Read a site's settings, and make the folder and them where they are missing.

    The environment comes before the file: LEAFMARK_ORIGIN, LEAFMARK_MARKET, LEAFMARK_DATABASE, LEAFMARK_LEDGER, LEAFMARK_PROXIES and
    LEAFMARK_HOSTS (both with commas).

    Raises
    ------
    WorkspaceError : the folder or its settings cannot be used.
    """
    path = folder / SETTINGS
    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.write_text(TEMPLATE, encoding="utf-8")
        said = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise WorkspaceError(f"{path}: cannot be used ({error}); mend it, or name another --workspace") from error
    for name in KNOWN:
        said[name] = os.environ.get(f"LEAFMARK_{name.upper()}") or said.get(name, "")
    hosts = os.environ.get("LEAFMARK_HOSTS", "").split(",")
    return _checked(folder, path, said, tuple(host.strip() for host in hosts if host.strip()))


def _checked(folder: Path, path: Path, said: dict[str, Any], hosts: tuple[str, ...]) -> Workspace:
    unknown = sorted(said.keys() - set(KNOWN))
    if unknown:
        raise WorkspaceError(f"{path}: unknown setting {unknown[0]!r}; expected {', '.join(KNOWN[:-1])} or {KNOWN[-1]}")
    for name, value in said.items():
        if not isinstance(value, str):
            raise WorkspaceError(f"{path}: {name}: expected text in quotes, found {value!r}")
    origin = said["origin"].rstrip("/") or Workspace.origin
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise WorkspaceError(f"{path}: origin: expected http(s)://host[:port], found {origin!r}")
    market = said["market"] or Workspace.market
    if market not in markets():
        raise WorkspaceError(f"{path}: market: expected one of {', '.join(markets())}, found {market!r}")
    return Workspace(folder, origin, market, said["database"], said["ledger"], hosts, _networks(path, said["proxies"]))


def _networks(path: Path, text: str) -> tuple[Network, ...]:
    found = []
    for each in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(ip_network(each, strict=False))
        except ValueError:
            raise WorkspaceError(
                f"{path}: proxies: expected addresses or networks with commas, as 127.0.0.1, 10.0.0.0/8; found {each!r}"
            ) from None
    return tuple(found)
