"""What the ledger's verbs share: the store they name, the ids they take, and how an answer of the rules is told."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from leafmark.cli.endings import CHECK_FAILED, CheckFailedError, UnusableError
from leafmark.cli.output import Decorated, emit, json_option

if TYPE_CHECKING:
    from leafmark.ledger.ledger import Ledger
    from leafmark.ledger.rows import Outcome


def on_store(command: Decorated) -> Decorated:
    """Give a verb `--store`, `--writer` and `--json`."""
    for option in (
        json_option,
        click.option("--writer", default="main", show_default=True, metavar="NAME",
                     help="Chain that batches are sealed on; give each machine its own."),
        click.option("--store", envvar="LEAFMARK_LEDGER", required=True, metavar="PATH_OR_URL",
                     help="SQLite file, or postgresql://user@host/database.  [default: LEAFMARK_LEDGER of the environment]"),
    ):  # fmt: skip
        command = option(command)
    return command


class IdCommand(click.Command):
    """A verb whose arguments may be ids below zero, which look like options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; a whole number below zero is no option."""
        ctx.ignore_unknown_options = any(re.fullmatch(r"-\d+", each) for each in args)
        return super().parse_args(ctx, args)


class Id(click.ParamType[int]):
    """A whole number, or any text, which is hashed to one."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the id."""
        from leafmark.ledger.catalogue import is_utf8
        from leafmark.ledger.rows import id_given

        if not str(value) or not is_utf8(str(value)):
            self.fail("an id is a whole number or a text of UTF-8, and not empty", param, ctx)
        return value if isinstance(value, int) else id_given(value)


class Name(click.ParamType[str]):
    """A text that can stand in a record."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the text."""
        from leafmark.ledger.catalogue import is_name

        if not is_name(value):
            self.fail("expected 1 to 255 characters of UTF-8 without tabs or line breaks", param, ctx)
        return str(value)


class Month(click.ParamType[dt.date]):
    """A month as YYYY-MM."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Read the month: its first day."""
        from leafmark.ledger.catalogue import DAY_MAX, DAY_MIN

        if isinstance(value, dt.date):
            return value
        try:
            month = dt.datetime.strptime(value, "%Y-%m").date()
        except ValueError:
            self.fail(f"{value!r} is no month; write YYYY-MM, for example 2026-09", param, ctx)
        if not DAY_MIN <= month <= DAY_MAX:
            self.fail(f"a ledger holds no acts of {value}; expected {DAY_MIN:%Y-%m} to {DAY_MAX:%Y-%m}", param, ctx)
        return month


@contextmanager
def opened(store: str, writer: str, make: bool = False) -> Iterator[Ledger]:
    """The ledger of `--store`. Only `make` makes one where there is none, so that a slip of the pen is no empty ledger."""
    from leafmark.ledger.ledger import open_ledger

    try:
        with open_ledger(store, writer, make=make) as ledger:
            yield ledger
    except Exception as error:
        if not _of_the_database(error):
            raise
        from leafmark.ledger.schema import one_line, without_password

        raise UnusableError(
            f"{without_password(store)}: {one_line(error)}; run the same command again, it posts nothing twice"
        ) from error


def _of_the_database(error: Exception) -> bool:
    """Whether the database, its machine or what it holds failed, and not a statement of ours."""
    import sqlite3

    if isinstance(error, sqlite3.Error):
        return not isinstance(error, sqlite3.ProgrammingError)
    psycopg = sys.modules.get("psycopg")
    return psycopg is not None and isinstance(error, (psycopg.OperationalError, psycopg.IntegrityError))


def account(ledger: Ledger, given: str) -> int:
    """The account that a subject, or a number, names; it must be there."""
    from leafmark.ledger.catalogue import TEXT_MAX, is_name
    from leafmark.ledger.privacy import account_of
    from leafmark.ledger.rows import INT64_MAX

    if not is_name(given):
        raise UnusableError(
            f"account {given[:60]!r}: expected a subject of 1 to {TEXT_MAX} characters of UTF-8 without tabs or line breaks, or "
            "an account's number"
        )
    found = account_of(ledger, given)
    if found is not None:
        return found
    if re.fullmatch(r"-?[0-9]{1,19}", given):
        number = int(given)
        if abs(number) > INT64_MAX:
            raise UnusableError(
                f"no account {given!r} in {ledger.store.address}: no subject of that name, and as a number past the last one, "
                f"{INT64_MAX}; `leafmark ledger open SUBJECT` shows the number of an account"
            )
        for table in ("tally", "balance", "identity", "erased"):
            if ledger.store.rows(f"SELECT 1 FROM {table} WHERE account_id = ? LIMIT 1", (number,)):
                return number
    raise UnusableError(
        f"no account {given!r} in {ledger.store.address}; `leafmark ledger open {given}` opens one for a subject of that name"
    )


def tell(outcome: Outcome, as_json: bool, text: Callable[[], str]) -> None:
    """Show an answer of the rules; end with status 1 where it is a refusal."""
    from leafmark.cli.ledger.words import row_content
    from leafmark.ledger.rows import REASONS, WHAT_TO_DO, Accepted, Conflict, Duplicate, Rejected

    content: dict[str, Any] = {"schema": "leafmark.ledger.outcome/1", "outcome": type(outcome).__name__.lower()}
    match outcome:
        case Accepted(rows) | Duplicate(rows):
            content["rows"] = [row_content(row) for row in rows]
            first = "" if isinstance(outcome, Accepted) else "done before, nothing was added\n"
            emit(content, as_json, lambda: first + text())
            return
        case Conflict(fields):
            names = ", ".join(fields)
            content |= {"reason": "conflict", "fields": list(fields), "what_to_do": WHAT_TO_DO["conflict"]}
            sentence = f"refused: {REASONS['conflict']} ({names} differ); {WHAT_TO_DO['conflict']}"
        case Rejected(reason, field, found, expected):
            content |= {"reason": reason, "field": field, "found": found, "expected": expected,
                        "what_to_do": WHAT_TO_DO[reason]}  # fmt: skip
            sentence = (
                f"refused: {REASONS[reason]}; {field} is {found}, expected {expected}. What to do: {WHAT_TO_DO[reason]}"
            )
    if as_json:
        emit({**content, "error": sentence, "exit_status": CHECK_FAILED}, True, "")
    raise CheckFailedError(sentence)
