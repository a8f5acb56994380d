"""Batches again from their rows: records in DuckDB's SQL, trees and links by functions that sealing does not use.

    rows -> lines -> leaves      SQL, as docs/proof.md says
    leaves -> roots -> links     here, beside `merkle.py` and `seal.py`, which made what is compared

Cost of 1 million records on one core: lines and leaves 1.3 s, their order 0.7 s, trees 0.6 s.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from leafmark.ledger.columns import day_of

HASH_BYTES = 32
LEAVES_READ = 100_000
_DAY = "(DATE '2000-01-01' + {}::INTEGER)::VARCHAR"
STEPS = ("expired", "given", "pending", "posted", "taken", "void")


def _line(*fields: str) -> str:
    return "concat(chr(0), " + ", chr(9), ".join(fields) + ")"


def _leaf(kind: int, table: str, id_name: str, step: str, *fields: str) -> str:
    """A kind's leaves; an empty field is written as nothing, as `concat` does."""
    rank = f"list_position([{', '.join(map(repr, STEPS))}], {step})" if step else "0"
    return (
        f"SELECT batch, {kind}::TINYINT AS kind, account_id, {id_name} AS id, {rank}::TINYINT AS step, "
        f"unhex(sha256({_line(*fields)})) AS leaf FROM {table}"
    )


ENDS = f"""
CREATE OR REPLACE TABLE line_end AS
SELECT e.*, concat({_DAY.format("occurred_day")}, chr(9), programme, chr(9), action, chr(9), version, chr(9), method_id, chr(9),
  CASE statement WHEN 'A' THEN 'avoided' WHEN 'R' THEN 'participant_reduction' WHEN 'O' THEN 'operator_inventory'
    WHEN 'P' THEN 'points_only' END, chr(9), s.name, chr(9), evidence) AS line_end
FROM (SELECT DISTINCT occurred_day, terms, source, evidence, statement FROM event) e
LEFT JOIN terms t ON t.terms = e.terms LEFT JOIN source s ON s.source = e.source
"""
"""What many events' lines end with, once each."""

LEAVES = f"""
CREATE OR REPLACE TABLE leaf AS
{_leaf(0, "event JOIN line_end USING (occurred_day, terms, source, evidence, statement)", "event_id", "",
       "'event'", "account_id", "event_id", "fingerprint", "quantity", "co2e_mg", "points", "line_end")}
UNION ALL {_leaf(1, "adjustment", "adjustment_id", "", "'adjustment'", "account_id", "adjustment_id", "kind", "event_id",
                 _DAY.format("day"), "co2e_mg", "points", "reason", "lower(hex(body))")}
UNION ALL {_leaf(2, "redemption JOIN redemption_seal USING (account_id, redemption_id, step)", "redemption_id", "step",
                 "'redemption'", "account_id", "redemption_id", "step", "points", _DAY.format("day"), "reward")}
UNION ALL {_leaf(3, "share", "share_id", "step", "'share'", "account_id", "share_id", "step", "event_id", "party", "role",
                 "share_type", "co2e_mg", _DAY.format("day"), "serial")}
UNION ALL SELECT batch, 4::TINYINT, account_id, share_id, number,
  unhex(sha256({_line("'credit'", "account_id", "share_id", "number", "step", "serial", "owner", "registry",
                      _DAY.format("day"))})) FROM credit
"""  # fmt: skip
IN_ORDER = "SELECT batch, leaf FROM leaf ORDER BY batch, kind, account_id, id, step"
RECORDS = ("event", "adjustment", "redemption", "redemption_seal", "share", "credit", "terms", "source")


def make_leaves(database: duckdb.DuckDBPyConnection) -> None:
    """Make table `leaf` of all rows that stand in a batch."""
    database.execute(ENDS)
    database.execute(LEAVES)


def roots(database: duckdb.DuckDBPyConnection) -> dict[int, tuple[int, bytes]]:
    """Records and root of every batch that rows name."""
    found: dict[int, tuple[int, bytes]] = {}
    for batch, leaves in _by_batch(database):
        found[batch] = (len(leaves) // HASH_BYTES, root_of(leaves))
    return found


def _by_batch(database: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, bytes]]:
    last, kept = None, b""
    for piece in database.sql(IN_ORDER).to_arrow_reader(LEAVES_READ):
        numbers = piece.column(0).to_numpy()
        if not len(numbers):
            continue
        data = _bytes_of(piece.column(1))
        starts = [0, *(np.flatnonzero(numbers[1:] != numbers[:-1]) + 1).tolist(), len(numbers)]
        for start, end in itertools.pairwise(starts):
            part = data[start * HASH_BYTES : end * HASH_BYTES]
            number = int(numbers[start])
            if number != last and last is not None:
                yield last, kept
                kept = b""
            last, kept = number, kept + part
    if last is not None:
        yield last, kept


def _bytes_of(leaves: pa.BinaryArray) -> bytes:
    """Leaves one after the other, as they lie in the column."""
    first = int(np.frombuffer(leaves.buffers()[1], np.int32)[leaves.offset])
    return memoryview(leaves.buffers()[2])[first : first + HASH_BYTES * len(leaves)].tobytes()


def root_of(leaves: bytes) -> bytes:
    """Root of a tree over leaf hashes that lie one after the other."""
    sha256, pair = hashlib.sha256, 2 * HASH_BYTES
    while len(leaves) > HASH_BYTES:
        whole = len(leaves) // pair * pair
        above = [sha256(b"\x01" + leaves[at : at + pair]).digest() for at in range(0, whole, pair)]
        leaves = b"".join([*above, leaves[whole:]])
    return leaves or sha256(b"").digest()


def link_of(batch: dict[str, Any]) -> bytes:
    """Hash of a batch's link from the columns of its row, as docs/proof.md says it."""
    writer = batch["writer"].encode()
    parts = (
        b"leafmark.batch/1", len(writer).to_bytes(2, "big"), writer, (batch["number"] % 2**64).to_bytes(8, "big"),
        batch["previous"], batch["root"], (batch["records"] % 2**64).to_bytes(8, "big"), bytes.fromhex(batch["catalogue"]),
        day_of(batch["posted_on"]).isoformat().encode(),
    )  # fmt: skip
    return hashlib.sha256(b"".join(parts)).digest()


Fault = tuple[int | None, str, str]
"""Batch, what was found, what was expected."""


def faults_of_chains(batches: Iterable[dict[str, Any]]) -> Iterator[Fault]:
    """What is wrong with the links of all writers, each against its own row and against the one before it."""
    for chain in _chains(batches).values():
        number, previous = 0, bytes(HASH_BYTES)
        for batch in chain:
            number += 1
            if batch["number"] != number:
                yield batch["batch"], f"stands as number {batch['number']} of its writer", f"number {number}"
                number = batch["number"]
            if batch["previous"] != previous:
                yield batch["batch"], f"names {_short(batch['previous'])} as the link before", _short(previous)
            try:
                link = link_of(batch)
            except ValueError as error:
                yield batch["batch"], f"its row makes no link ({error})", "a catalogue's sha256 in hex"
                link = b""
            if link and batch["link"] != link:
                yield batch["batch"], f"link {_short(batch['link'])}", f"{_short(link)}, which its row makes"
            if batch["body"] is not None and len(batch["body"]) != HASH_BYTES:
                yield batch["batch"], f"a body of {len(batch['body'])} bytes", f"none or {HASH_BYTES}"
            previous = batch["link"]


def steps_back(batches: Iterable[dict[str, Any]]) -> Iterator[tuple[str, int, int]]:
    """Where a writer's clock went back: writer, number of the batch, days."""
    for writer, chain in _chains(batches).items():
        for before, batch in itertools.pairwise(chain):
            if batch["posted_on"] < before["posted_on"]:
                yield writer, batch["number"], before["posted_on"] - batch["posted_on"]


def faults_of_checkpoint(checkpoint: Any, links: dict[tuple[str, int], bytes]) -> Iterator[tuple[str, str]]:
    """What is wrong with a checkpoint, or with the store beside it: found, expected."""
    try:
        day, heads = checkpoint["day"], [_head(each) for each in checkpoint["heads"]]
        body = json.dumps([day, [list(each) for each in sorted(heads)]], separators=(",", ":")).encode()
        told = checkpoint["sha256"]
    except (KeyError, TypeError) as error:
        yield f"a checkpoint that cannot be read ({type(error).__name__}: {error})", "day, heads and sha256"
        return
    made = hashlib.sha256(b"leafmark.checkpoint/1" + body).hexdigest()
    if told != made:
        yield f"checkpoint of {day} has sha256 {str(told)[:16]}", f"{made[:16]}, which its heads make"
    rest = {**checkpoint, "heads": [sorted(each) for each in checkpoint["heads"]]}
    whole = {
        "schema": "leafmark.checkpoint/1",
        "day": day,
        "heads": [["batch", "hash", "writer"]] * len(heads),
        "sha256": told,
    }
    if rest != whole:
        yield f"checkpoint of {day} reads {json.dumps(rest)}", json.dumps(whole)
    for writer, number, digest in heads:
        link = links.get((writer, number))
        if link is None:
            yield (
                f"the store is older than the checkpoint of {day}: batch {number} of writer {writer} is missing",
                "every batch that was acknowledged; post again what came after this store's last batch",
            )
        elif link.hex() != digest:
            yield (
                f"batch {number} of writer {writer} has link {link.hex()[:16]}",
                f"{str(digest)[:16]}, as published on {day}",
            )


def _head(head: Any) -> tuple[str, int, str]:
    """Writer, number and link of one of a checkpoint's heads.

    Raises
    ------
    KeyError, TypeError : one is missing, or of another kind.
    """
    found = head["writer"], head["batch"], head["hash"]
    if [type(each) for each in found] != [str, int, str]:
        raise TypeError(
            f"a head of writer {found[0]!r}, batch {found[1]!r}, hash {found[2]!r}: expected text, number, text"
        )
    return found


def _chains(batches: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    chains: dict[str, list[dict[str, Any]]] = {}
    for batch in sorted(batches, key=lambda each: (each["writer"], each["number"], each["batch"])):
        chains.setdefault(batch["writer"], []).append(batch)
    return chains


def _short(digest: bytes) -> str:
    return digest.hex()[:16] or "nothing"
