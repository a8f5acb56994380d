"""`leafmark ledger ...`: accounts of grams and points, one verb each, over SQLite or PostgreSQL."""

from __future__ import annotations

import click

from leafmark.cli.ledger.accounts import balance, erase, expire, history, open_, post, redeem, reverse, void
from leafmark.cli.ledger.acts import figures, ingest, load, terms
from leafmark.cli.ledger.proving import checkpoint, export, prove, rebuild, replay, verify
from leafmark.cli.ledger.shares import credit, share, shares


@click.group(short_help="Accounts of grams and points that nobody can fake or lose.")
def ledger() -> None:
    """Accounts of grams and points: every act once, under its terms, sealed so that anyone can check.

    The store is a SQLite file or a PostgreSQL address; name it by --store, or once by LEAFMARK_LEDGER.

    An ACCOUNT is a subject (your name for a person, see `open`) or an account id. Any other id may be a whole number or
    a text; a text is hashed, so the same text is the same id.

    Exit status 1 where the rules refuse what was asked; the reason and what to do stand on stderr.

    \b
    Examples:
      leafmark ledger load terms.json --store shop.db
      leafmark ledger ingest acts.csv --open --store shop.db
      leafmark ledger balance ann --store shop.db
    """


for verb in (
    balance, checkpoint, credit, erase, expire, export, figures, history, ingest, load, open_, post, prove, rebuild, redeem,
    replay, reverse, share, shares, terms, verify, void,
):  # fmt: skip
    ledger.add_command(verb)
