"""Merkle trees as in RFC 6962, section 2.1: leaf = SHA-256(0x00 | record), node = SHA-256(0x01 | left | right).

The tree of n leaves splits at the largest power of two below n, so no leaf is ever doubled and no two lists of records
share a root. A path of about log2(n) hashes proves that one record is among them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

LEAF, NODE = b"\x00", b"\x01"
HASH_BYTES = 32


def leaf_hash(record: bytes) -> bytes:
    """Hash of one record."""
    return hashlib.sha256(LEAF + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two hashes side by side."""
    return hashlib.sha256(NODE + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Root of a tree over leaf hashes; of none, SHA-256 of nothing (RFC 6962, 2.1).

    Level by level, an odd last hash moves up as it is: the same tree as the RFC's recursion, in n - 1 hashes.
    """
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes beside the way from leaf `index` to the root, lowest first (RFC 6962, 2.1.1).

    Raises
    ------
    IndexError : there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} of {len(leaves)}: expected 0 to {len(leaves) - 1}")
    level, beside = list(leaves), []
    while len(level) > 1:
        other = index ^ 1
        if other < len(level):
            beside.append(level[other])
        level, index = _above(level), index // 2
    return beside


def root_of_path(leaf: bytes, index: int, count: int, beside: Sequence[bytes]) -> bytes | None:
    """The root that a path leads to, or None if its length is not that of leaf `index` of `count`."""
    if not 0 <= index < count:
        return None
    found, used, last = leaf, 0, count - 1
    while last:
        if index % 2 or index < last:
            if used == len(beside):
                return None
            found = node_hash(beside[used], found) if index % 2 else node_hash(found, beside[used])
            used += 1
        index, last = index // 2, last // 2
    return found if used == len(beside) else None


def _above(level: Sequence[bytes]) -> list[bytes]:
    sha256 = hashlib.sha256  # `node_hash` written out: a tree of 10,000 records takes 9,999 of these
    pairs = [sha256(NODE + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs
