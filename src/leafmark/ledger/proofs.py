"""Proofs and checkpoints: that a record is in a sealed batch, and one small file a day that names the last links.

A proof reads one batch, up to 10,000 rows; a checkpoint reads the last link of each writer. Redemptions of PostgreSQL stand in
no batch until `seal_redemptions` puts them into one; a checkpoint does that first.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leafmark.ledger import accounts, merkle, seal
from leafmark.ledger.columns import day_of, stored_day
from leafmark.ledger.record import order, record
from leafmark.ledger.rows import RedemptionRow, Row
from leafmark.ledger.schema import StoreError
from leafmark.ledger.store import LINK_COLUMNS, Transaction, link_of

if TYPE_CHECKING:
    from leafmark.ledger.ledger import Ledger

SEALED_ROWS = 10_000
"""Steps of redemptions in one batch."""

UNSEALED = """
SELECT account_id, redemption_id, step, points, reward, day FROM redemption r WHERE NOT EXISTS (
  SELECT 1 FROM redemption_seal s WHERE s.account_id = r.account_id AND s.redemption_id = r.redemption_id AND s.step = r.step)
"""
HEADS = f"""
SELECT {LINK_COLUMNS} FROM batch JOIN (SELECT writer AS of_writer, max(number) AS last FROM batch GROUP BY writer) heads
ON writer = of_writer AND number = last
"""


def prove(ledger: Ledger, account_id: int, event_id: int) -> dict[str, Any]:
    """The way from an event's record to the link of its batch, which `docs/check_proof.py` checks.

    Raises
    ------
    StoreError : the account holds no such event; or its batch does not make its root any more: run `verify`.
    """
    rows = ledger.store.rows
    found = rows("SELECT batch FROM event WHERE account_id = ? AND event_id = ?", (account_id, event_id))
    if not found:
        raise StoreError(f"account {account_id} holds no event {event_id}: expected an id that the ledger accepted")
    batch = found[0][0]
    links = rows(f"SELECT {LINK_COLUMNS}, link FROM batch WHERE batch = ?", (batch,))
    if not links:
        raise StoreError(f"batch {batch} of event {event_id} is not there: run `verify`")
    link, told = link_of(links[0][:-1]), bytes(links[0][-1])
    leaves: list[bytes] = []
    index, line = -1, ""
    for at, row in enumerate(sorted(rows_of_batch(ledger, batch), key=order)):
        text = record(row)
        leaves.append(merkle.leaf_hash(text.encode()))
        if order(row)[:3] == (0, account_id, event_id):
            index, line = at, text
    if index < 0 or merkle.root(leaves) != link.root or link.hash != told:
        raise StoreError(f"batch {link.number} of writer {link.writer} does not make its root any more: run `verify`")
    return seal.proof(link, line, leaves, index)


def rows_of_batch(ledger: Ledger, batch: int) -> list[Row]:
    """All rows of a sealed batch."""
    rows, names, key = ledger.store.rows, ledger.names, (batch,)
    sealed = "(account_id, redemption_id, step) IN (SELECT account_id, redemption_id, step FROM redemption_seal WHERE batch = ?)"
    found: list[Row] = [*accounts.events(rows, names, "batch = ?", key)]
    found += accounts.adjustment_rows(rows, "batch = ?", key)
    found += accounts.redemption_rows(rows, sealed, key)
    found += accounts.share_rows(rows, "batch = ?", key)
    found += accounts.credit_rows(rows, "batch = ?", key)
    return found


def seal_redemptions(ledger: Ledger) -> int:
    """Put steps of redemptions that stand in no batch yet into batches of this writer; how many there were.

    Two may do this at once: a step can be sealed once only, and who comes second tries again without it.
    """
    sealed = 0
    while done := ledger.store.transact(_seal_some):
        sealed += done
    return sealed


def _seal_some(transaction: Transaction) -> int:
    rows = transaction.rows(f"{UNSEALED} ORDER BY account_id, redemption_id, step LIMIT {SEALED_ROWS}")
    for account, redemption, step, points, reward, day in rows:
        transaction.seal_redemption(RedemptionRow(account, redemption, step, points, reward, day_of(day)))
    return len(rows)


def checkpoint(ledger: Ledger, day: dt.date, folder: str | Path | None = None) -> dict[str, Any]:
    """The day's checkpoint: the last link of every writer, and one hash over them.

    A published file never changes, so the first of a day stands: asked again, it is given again, whatever was posted since.
    What came later is in the checkpoint of the next day.

    Parameters
    ----------
    folder : where to write it too, as `checkpoint-YYYY-MM-DD.json`; a reader sees the whole file or none.

    Raises
    ------
    StoreError : no batch was posted yet, or the day is after the ledger's own, or before one that has a checkpoint; or the
        folder has another file of that name.
    """
    made = _stored(ledger.store.rows, day)
    if made is None:
        if day > ledger.today():
            raise StoreError(f"a checkpoint of {day}: expected {ledger.today()} or before, for that day has not come")
        seal_redemptions(ledger)
        made = ledger.store.transact(lambda transaction: _join(transaction, day))
    if folder is not None:
        _write(Path(folder) / f"checkpoint-{day.isoformat()}.json", made)
    return made


def _join(transaction: Transaction, day: dt.date) -> dict[str, Any]:
    last = transaction.rows("SELECT max(day) FROM checkpoint")[0][0]
    if last is not None and day_of(last) > day:
        raise StoreError(f"a checkpoint of {day}: expected a day after {day_of(last)}, which has the last one")
    if made := _stored(transaction.rows, day):
        return made
    heads = [link_of(row) for row in transaction.rows(HEADS)]
    if not heads:
        raise StoreError("a checkpoint of a ledger without batches: post something first")
    made = seal.checkpoint(day, heads)
    transaction.rows("INSERT INTO checkpoint (day, body) VALUES (?, ?)", (stored_day(day), text_of(made)))
    return made


def _stored(rows: accounts.Rows, day: dt.date) -> dict[str, Any] | None:
    found: Sequence[tuple[Any, ...]] = rows("SELECT body FROM checkpoint WHERE day = ?", (stored_day(day),))
    return dict(json.loads(found[0][0])) if found else None


def text_of(checkpoint: dict[str, Any]) -> str:
    """A checkpoint as its file has it."""
    return json.dumps(checkpoint, indent=2, ensure_ascii=True) + "\n"


def _write(path: Path, made: dict[str, Any]) -> None:
    text = text_of(made)
    if path.exists():
        if path.read_text(encoding="utf-8") == text:
            return
        raise StoreError(f"{path}: another checkpoint of that day is there; a published file never changes")
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
