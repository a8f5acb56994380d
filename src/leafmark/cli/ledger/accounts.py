"""`leafmark ledger open | balance | history | redeem | post | void | reverse | expire | erase`: one account at a time."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any

import click

from leafmark.cli.inputs import Day
from leafmark.cli.ledger.store import Id, IdCommand, Month, Name, account, on_store, opened, tell
from leafmark.cli.ledger.words import balance_text, content_of, history_text, row_content
from leafmark.cli.output import Progress, emit, table, waiting

if TYPE_CHECKING:
    from leafmark.ledger.ledger import Ledger

account_argument = click.argument("account_name", metavar="ACCOUNT")


@click.command("open", short_help="The account of a subject, opened if there is none.")
@click.argument("subjects", nargs=-1, required=True, metavar="SUBJECT...", type=Name())
@on_store
def open_(subjects: tuple[str, ...], store: str, writer: str, as_json: bool) -> None:
    """Open accounts for SUBJECTS, your names for people, and show their account ids; those that have one keep it.

    The id is random and says nothing of the person. The name is kept in one table, which `erase` empties of it.

    \b
    Example:
      leafmark ledger open carl --store shop.db
    """
    from leafmark.ledger.privacy import open_accounts

    with opened(store, writer) as ledger:
        found = [(name, str(each)) for name, each in zip(subjects, open_accounts(ledger, subjects), strict=True)]
    content = {"schema": "leafmark.ledger.accounts/1", "accounts": [{"subject": n, "account_id": i} for n, i in found]}
    emit(content, as_json, lambda: found[0][1] if len(found) == 1 else table(found, right=(1,)))


@click.command(cls=IdCommand, short_help="What an account holds, now or at the end of a day.")
@account_argument
@click.option("--at", type=Day(), metavar="DAY", help="As posted by the end of this day.  [default: now]")
@on_store
def balance(account_name: str, at: dt.date | None, store: str, writer: str, as_json: bool) -> None:
    """Show the points and grams of ACCOUNT. Grams of each statement stand apart and are never added.

    \b
    Example:
      leafmark ledger balance ann --store shop.db
    """
    with opened(store, writer) as ledger:
        held = ledger.balance(account(ledger, account_name), at)
    content = {"schema": "leafmark.ledger.balance/1", **content_of(held), "at": at and at.isoformat()}
    emit(content, as_json, lambda: balance_text(held))


@click.command(cls=IdCommand, short_help="An account's rows of some days.")
@account_argument
@click.option("--since", type=Day(), metavar="DAY", help="From this day on.  [default: the first]")
@click.option("--until", type=Day(), metavar="DAY", help="Up to and with this day.  [default: the last]")
@on_store
def history(
    account_name: str, since: dt.date | None, until: dt.date | None, store: str, writer: str, as_json: bool
) -> None:
    """List what was posted to ACCOUNT by day: acts, corrections, redemptions, shares.

    \b
    Example:
      leafmark ledger history ann --since 2026-01-01 --store shop.db
    """
    from leafmark.ledger.catalogue import DAY_MAX, DAY_MIN

    with opened(store, writer) as ledger:
        account_id = account(ledger, account_name)
        rows = ledger.history(account_id, since or DAY_MIN, until or DAY_MAX)
    content = {
        "schema": "leafmark.ledger.history/1",
        "account_id": str(account_id),
        "rows": [row_content(row) for row in rows],
    }
    emit(content, as_json, lambda: history_text(rows) if rows else "nothing was posted in those days")


@click.command(cls=IdCommand, short_help="Hold points for a reward.")
@account_argument
@click.argument("redemption_id", metavar="ID", type=Id())
@click.argument("points", type=int)
@click.argument("reward", type=Name())
@on_store
def redeem(
    account_name: str, redemption_id: int, points: int, reward: str, store: str, writer: str, as_json: bool
) -> None:
    """Hold POINTS of ACCOUNT for REWARD under your ID; `post` spends them, `void` gives them back.

    The same ID sent again is charged once.

    \b
    Examples:
      leafmark ledger redeem ann mug-1 5 mug --store shop.db
      leafmark ledger redeem ann cap-1 2 cap --store shop.db
    """
    with opened(store, writer) as ledger:
        account_id = account(ledger, account_name)
        outcome = ledger.redeem(account_id, redemption_id, points, reward)
        left = ledger.balance(account_id).points
    tell(outcome, as_json, lambda: f"{points:,} points held for {reward}; {left:,} points are left")


def _settle(step: Any, account_name: str, redemption_id: int, store: str, writer: str, as_json: bool) -> None:
    with opened(store, writer) as ledger:
        account_id = account(ledger, account_name)
        outcome = ledger.settle(account_id, redemption_id, step)
        left = ledger.balance(account_id).points
    done = "spent" if step == "posted" else "given back"
    tell(outcome, as_json, lambda: f"points {done}; {left:,} points are left")


@click.command(cls=IdCommand, short_help="Spend the points of a redemption.")
@account_argument
@click.argument("redemption_id", metavar="ID", type=Id())
@on_store
def post(account_name: str, redemption_id: int, store: str, writer: str, as_json: bool) -> None:
    """Spend the points that redemption ID of ACCOUNT holds: the reward was given.

    \b
    Example:
      leafmark ledger post ann mug-1 --store shop.db
    """
    _settle("posted", account_name, redemption_id, store, writer, as_json)


@click.command(cls=IdCommand, short_help="Give the points of a redemption back.")
@account_argument
@click.argument("redemption_id", metavar="ID", type=Id())
@on_store
def void(account_name: str, redemption_id: int, store: str, writer: str, as_json: bool) -> None:
    """Give the points that redemption ID of ACCOUNT holds back: the reward was not given.

    \b
    Example:
      leafmark ledger void ann cap-1 --store shop.db
    """
    _settle("void", account_name, redemption_id, store, writer, as_json)


@click.command(cls=IdCommand, short_help="Take an act back whole.")
@account_argument
@click.argument("event_id", metavar="EVENT", type=Id())
@click.argument("reason", type=Name())
@click.option("--fraud", is_flag=True, help="The act was faked. Points already spent make the account owe them.")
@click.option(
    "--id", "adjustment_id", type=Id(), metavar="ID", help="Your id of the reversal.  [default: made of EVENT]"
)
@on_store
def reverse(
    account_name: str, event_id: int, reason: str, fraud: bool, adjustment_id: int | None, store: str, writer: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Take EVENT of ACCOUNT back, with its grams, points and impact shares. The rows stay, and so does the REASON.

    \b
    Example:
      leafmark ledger reverse ann ride-2 "ticket refunded" --store shop.db
    """
    from leafmark.ledger.rows import id_of

    with opened(store, writer) as ledger:
        account_id = account(ledger, account_name)
        made = id_of(f"reversal of {event_id}") if adjustment_id is None else adjustment_id
        outcome = ledger.reverse(account_id, made, event_id, reason, "fraud" if fraud else "reversal")
        left = ledger.balance(account_id).points
    tell(outcome, as_json, lambda: f"taken back; {left:,} points are left")


@click.command(cls=IdCommand, short_help="End the points of a month and of those before it.")
@click.argument("month", type=Month())
@click.argument("account_name", metavar="[ACCOUNT]", required=False)
@on_store
def expire(month: dt.date, account_name: str | None, store: str, writer: str, as_json: bool) -> None:
    """End the points that were earned in MONTH (YYYY-MM) or before and not spent, of ACCOUNT or of all.

    The terms say how many months points last; a month that is not due is refused. Once more ends nothing twice.

    \b
    Example:
      leafmark ledger expire 2015-03 --store shop.db
    """
    from leafmark.ledger.expiry import expire_all
    from leafmark.ledger.rows import Accepted

    with opened(store, writer) as ledger, Progress() as progress:
        only = None if account_name is None else [account(ledger, account_name)]
        found = expire_all(ledger, month, only, progress)
    if found.refused is not None:
        tell(found.refused, as_json, lambda: "")
    content = {"schema": "leafmark.ledger.expiry/1", "outcome": Accepted.__name__.lower(), "through_month": f"{month:%Y-%m}",
               "accounts": found.accounts, "accounts_with_points_ended": found.ended_accounts, "points": found.points}  # fmt: skip
    emit(content, as_json, lambda: f"{found.points:,} points of {month:%Y-%m} and before ended, in {found.ended_accounts:,} of "
         f"{found.accounts:,} accounts")  # fmt: skip


@click.command(cls=IdCommand, short_help="Forget a person: identity, key and details; the chain still holds.")
@account_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@on_store
def erase(account_name: str, yes: bool, store: str, writer: str, as_json: bool) -> None:
    """End the points of ACCOUNT and delete who it is, its key and its details. This cannot be undone.

    Its rows stay and name nobody. In SQLite the bytes are gone from the file when this returns; docs/ledger.md says what
    PostgreSQL and backups need.

    \b
    Example:
      leafmark ledger erase bob --yes --store shop.db
    """
    from leafmark.ledger.rows import id_of

    with opened(store, writer) as ledger:
        account_id = account(ledger, account_name)
        if not yes:
            _ask(ledger, account_id)
        with waiting("wiping what names the account"):
            outcome = ledger.erase(account_id, id_of("erasure"))
    tell(outcome, as_json, lambda: f"account {account_id} names nobody any more; its points ended, its rows stay")


def _ask(ledger: Ledger, account_id: int) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("erasing cannot be undone; add --yes where nobody can be asked")
    points = ledger.balance(account_id).points
    click.confirm(
        f"Forget account {account_id} with its {points:,} points? This cannot be undone", abort=True, err=True
    )
