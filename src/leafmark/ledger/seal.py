"""Sealing: a batch of records becomes a link of its writer's chain; a day's links of all writers one small checkpoint.

    link = SHA-256("leafmark.batch/1" | writer | number | previous link | root | records | terms | day)

A link holds the one before it, so a batch that is changed, left out or put elsewhere breaks every later link. The root is
the Merkle root over the batch's records (`merkle.py`), so one record is proved by a path and not by its batch.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leafmark.ledger import merkle
from leafmark.ledger.record import order, record
from leafmark.ledger.rows import Row

GENESIS = bytes(merkle.HASH_BYTES)
"""What the first link of a chain holds for the one before it."""

_BATCH, _CHECKPOINT = b"leafmark.batch/1", b"leafmark.checkpoint/1"


@dataclass(frozen=True)
class Link:
    """One sealed batch. `terms`: sha256 of the catalogue it was posted under, which names the methods; `day`: the ledger's
    own when it was posted, by which an earlier balance is told.
    """

    writer: str
    number: int
    previous: bytes
    root: bytes
    records: int
    terms: bytes
    day: dt.date

    @property
    def hash(self) -> bytes:
        """The link's own hash."""
        writer = self.writer.encode()
        return hashlib.sha256(b"".join((
            _BATCH, len(writer).to_bytes(2, "big"), writer, self.number.to_bytes(8, "big"), self.previous, self.root,
            self.records.to_bytes(8, "big"), self.terms, self.day.isoformat().encode(),
        ))).digest()  # fmt: skip


def seal(writer: str, last: Link | None, leaves: Sequence[bytes], terms_sha256: str, day: dt.date) -> Link:
    """The next link of a writer's chain, over the leaf hashes of a batch in their order."""
    number, previous = (last.number + 1, last.hash) if last else (1, GENESIS)
    return Link(writer, number, previous, merkle.root(leaves), len(leaves), bytes.fromhex(terms_sha256), day)


def leaves_of(rows: Iterable[Row]) -> list[bytes]:
    """Leaf hashes of a batch's rows, in the batch's order."""
    return [merkle.leaf_hash(record(row).encode()) for row in sorted(rows, key=order)]


def breaks(links: Iterable[Link]) -> list[str]:
    """What is wrong with a writer's chain, in words; nothing if it holds."""
    found, number, previous = [], 1, GENESIS
    for link in links:
        if link.number != number:
            found.append(f"writer {link.writer}: batch {link.number} stands where {number} was expected")
        if link.previous != previous:
            found.append(
                f"writer {link.writer}, batch {link.number}: names {link.previous.hex()[:16]} as the one before, which is "
                f"{previous.hex()[:16]}"
            )
        number, previous = link.number + 1, link.hash
    return found


def checkpoint(day: dt.date, heads: Iterable[Link]) -> dict[str, object]:
    """All writers' last links of a day and one hash over them: the small file to publish."""
    rows = sorted((head.writer, head.number, head.hash.hex()) for head in heads)
    body = json.dumps([day.isoformat(), rows], separators=(",", ":"), ensure_ascii=True).encode()
    return {
        "schema": "leafmark.checkpoint/1",
        "day": day.isoformat(),
        "heads": [{"writer": writer, "batch": number, "hash": digest} for writer, number, digest in rows],
        "sha256": hashlib.sha256(_CHECKPOINT + body).hexdigest(),
    }


def proof(link: Link, line: str, leaves: Sequence[bytes], index: int) -> dict[str, object]:
    """That one record is in a batch: its line, its place, the hashes beside its way, and the link. JSON, hashes in hex."""
    return {
        "schema": "leafmark.proof/1",
        "record": line,
        "index": index,
        "path": [each.hex() for each in merkle.path(leaves, index)],
        "batch": {
            "writer": link.writer, "number": link.number, "previous": link.previous.hex(), "root": link.root.hex(),
            "records": link.records, "terms": link.terms.hex(), "day": link.day.isoformat(), "hash": link.hash.hex(),
        },
    }  # fmt: skip
