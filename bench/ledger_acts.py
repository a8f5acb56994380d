"""Acts for the ledger's benchmark: a stream by day, ten kinds of act in uneven shares, accounts by Zipf's law with 1.2.

Ids and fingerprints are random 64-bit numbers, the hardest case for an index and an archive.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa

from leafmark.ledger import Action, Campaign, Catalogue, OwnBoundary

ACCOUNTS = 1_000_000
ZIPF = 1.2
FIRST_DAY, DAYS = dt.date(2026, 10, 1), 30
TODAY = dt.date(2026, 11, 5)

SHARES = {
    "metro": 0.35, "bus": 0.2, "walking": 0.12, "cycling": 0.1, "e_receipt": 0.1, "packaging_return": 0.05,
    "resale": 0.03, "cutlery": 0.03, "bottle_return": 0.015, "appliance": 0.005,
}  # fmt: skip


def catalogue() -> Catalogue:
    """Ten actions; metro and bus capped by the day, the others by the month."""
    actions = tuple(
        Action(
            programme="market", action=name, version=1, method_id=f"act.{name}@1", unit="act", valid_from=dt.date(2026, 1, 1),
            valid_to=dt.date(2027, 1, 1), evidence_minimum="D", points=1 + len(name) % 5, points_per="act", cap_points=20,
            cap_period="day" if name in ("metro", "bus") else "month", statement="avoided", acceptance_days=60,
            quantity_max=100_000, co2e_mg_max=10**9, reason="the benchmark's",
        ) for name in SHARES
    )  # fmt: skip
    double = Campaign("market", "double", "bus", dt.date(2026, 10, 11), dt.date(2026, 10, 12), 2)
    return Catalogue(
        actions, (double,), (OwnBoundary("market", "marketplace", 2026, "e_receipt", "scope 3 category 1"),)
    )


def acts(seed: int, first: int, count: int, size: int) -> pa.Table:
    """Acts `first` to `first + count` of a stream of `size`."""
    random = np.random.default_rng((seed, first))
    rank = np.zeros(0, np.int64)
    while len(rank) < count:
        drawn = random.zipf(ZIPF, count * 2)
        rank = np.concatenate((rank, drawn[drawn <= ACCOUNTS]))
    account = (rank[:count].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(1)
    ids = np.frombuffer(random.bytes(16 * count), np.int64).reshape(2, count)
    day = (first + np.arange(count)) * DAYS // size - (random.random(count) < 0.1)
    names = list(SHARES)
    what = random.choice(len(names), size=count, p=list(SHARES.values())).astype(np.int32)
    metres = random.integers(500, 30_000, count)

    def one_of(texts: list[str], codes: np.ndarray) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(texts))

    nil = np.zeros(count, np.int32)
    return pa.table({
        "account_id": account.astype(np.int64), "event_id": ids[0], "programme": one_of(["market"], nil),
        "action": one_of(names, what), "method_id": one_of([f"act.{name}@1" for name in names], what),
        "quantity": metres, "occurred_day": pa.array(((FIRST_DAY - dt.date(1970, 1, 1)).days + day).astype(np.int32)).cast(pa.date32()),
        "source": one_of(["gate", "wallet", "partner"], random.integers(0, 3, count)),
        "evidence": one_of(list("ABCD"), random.integers(0, 4, count)), "fingerprint": ids[1], "co2e_mg": metres * 47,
    })  # fmt: skip
