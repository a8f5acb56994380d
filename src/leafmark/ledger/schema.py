"""The schema of a store and its migrations: Alembic carries one text to SQLite and PostgreSQL (`migrations/`).

Opening a store asks it for its revision with one SELECT; Alembic is loaded only where that is not `HEAD`.
"""

from __future__ import annotations

import re
from pathlib import Path

HEAD = "0001"
"""The revision that this code works with."""


VERSION_TABLE = "ledger_version"
UPGRADING = 5_321_684_331
"""Number of the PostgreSQL lock that is held while a schema is made."""


class StoreError(Exception):
    """A store that cannot be used as asked: what was found, what was expected, what to do."""


def no_ledger(address: str) -> StoreError:
    """That there is nothing where a ledger was looked for."""
    return StoreError(f"{address}: there is no ledger; make one with leafmark ledger load TERMS.json --store {address}")


def one_line(error: object) -> str:
    """A database's message, without its line breaks."""
    return " ".join(str(error).split())


def without_password(url: str) -> str:
    """A server's address as it may be shown.

    Raises
    ------
    StoreError : a password with an `@` in it: where it ends nobody can say, and the driver would print the rest as a host.
    """
    if re.match(r"[a-z]+://[^/?]*@[^/?]*@", url):
        raise StoreError("the store's address has two `@` before its path: write one in a password as %40")
    shown = re.sub(r"(://[^:/@]*):[^@]*@", r"\1@", url)
    return re.sub(r"([?&](?:ssl)?password=)[^&]*", r"\1...", shown)


def upgrade(address: str) -> None:
    """Bring a store to `HEAD`: an empty one, or one of an earlier Leafmark. All of it or nothing, and one process at a time.

    Parameters
    ----------
    address : path of a SQLite file, or URL of a PostgreSQL database.

    Raises
    ------
    StoreError : the extra `ledger` is not installed, or the store is of a later Leafmark.
    """
    try:
        from alembic import command
        from alembic.config import Config
        from alembic.util.exc import CommandError
        from sqlalchemy import URL, create_engine, event
        from sqlalchemy.exc import DBAPIError
    except ImportError as error:
        raise StoreError(f"a ledger needs the extra `ledger`: pip install 'leafmark[ledger]' ({error})") from error
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    server = re.match(r"postgres(ql)?://", address)
    url = f"postgresql+psycopg://{address[server.end() :]}" if server else URL.create("sqlite", database=address)
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":  # else its driver begins a transaction only at the first row that is changed
        event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADING})")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(f"the store is not one of this Leafmark ({HEAD}) or an earlier one: {error}") from error
    except DBAPIError as error:
        raise StoreError(f"the store's schema cannot be made: {one_line(error.orig)}") from error
    finally:
        engine.dispose()
