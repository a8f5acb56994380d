"""Terms into a store: those it holds stay as they are, new ones get the next numbers, and no posted year changes its book."""

from __future__ import annotations

import datetime as dt

from leafmark.ledger.catalogue import Action, Catalogue, CatalogueError
from leafmark.ledger.columns import stored_day
from leafmark.ledger.store import Transaction

ADD_TERMS = "INSERT INTO terms (terms, programme, action, version, method_id, cap_points, cap_period, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


def load(transaction: Transaction, after: Catalogue, today: dt.date) -> None:
    """Make a catalogue the terms of the store. Acts that others are posting meanwhile are posted before it or after it.

    Raises
    ------
    CatalogueError : terms that the store holds are changed or left out, or a year that has acts moves into an operator's
        inventory or out of it.
    """
    transaction.lock_posting(alone=True)
    newest = transaction.rows("SELECT body FROM catalogue ORDER BY number DESC LIMIT 1")
    before = Catalogue.from_json(newest[0][0]) if newest else Catalogue(())
    rows = transaction.rows("SELECT programme, action, version, body FROM terms")
    held = {tuple(row[:3]): row[3] for row in rows}
    mine = {(each.programme, each.action, each.version): each for each in after.actions}
    for key, body in held.items():
        name = f"action {key[0]}/{key[1]} version {key[2]}"
        if key not in mine:
            raise CatalogueError(f"{name} is left out; terms stay: end them by a version with later days")
        if Action(**Catalogue.action_fields(body)) != mine[key]:
            raise CatalogueError(f"{name} is changed; terms never change: give a new version with later days")
    _same_boundaries(transaction, before, after)
    new = [(key, action) for key, action in mine.items() if key not in held]
    for number, (key, action) in enumerate(new, len(held) + 1):
        terms = (action.method_id, action.cap_points, action.cap_period, Catalogue.action_text(action))
        transaction.rows(ADD_TERMS, (number, *key, *terms))
    last = transaction.rows("SELECT coalesce(max(number), 0) FROM catalogue")[0][0]
    if transaction.rows("SELECT 1 FROM catalogue WHERE sha256 = ?", (after.sha256,)):
        transaction.rows("UPDATE catalogue SET number = ? WHERE sha256 = ?", (last + 1, after.sha256))
    else:
        transaction.rows(
            "INSERT INTO catalogue (sha256, body, loaded_on, number) VALUES (?, ?, ?, ?)",
            (after.sha256, after.to_json(), stored_day(today), last + 1),
        )


def _same_boundaries(transaction: Transaction, before: Catalogue, after: Catalogue) -> None:
    first, now = ({(each.programme, each.action, each.year) for each in one.own} for one in (before, after))
    for programme, action, year in sorted(first ^ now):
        days = (stored_day(dt.date(year, 1, 1)), stored_day(dt.date(year, 12, 31)))
        posted = transaction.rows(
            "SELECT 1 FROM tally WHERE terms IN (SELECT terms FROM terms WHERE programme = ? AND action = ?) "
            "AND cap_from BETWEEN ? AND ? LIMIT 1",
            (programme, action, *days),
        )
        if posted:
            raise CatalogueError(
                f"own boundary {programme}/{action} {year}: acts of that year are posted under the other one; take them back "
                "and post them anew under a new action"
            )
