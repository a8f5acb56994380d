"""A process that posts acts and redeems until it is killed: `posting_child.py ADDRESS WRITER SEED BATCHES`.

It says `batch N` after each acknowledged batch and `redeemed N` after each acknowledged redemption. What it posts depends on
the seed alone, so another one posts the same again. Every batch overlaps the one before it.
"""

from __future__ import annotations

import datetime as dt
import random
import sys

from terms import CATALOGUE, TODAY, an_act

from leafmark.ledger import Act, fingerprint, id_of
from leafmark.ledger.ledger import open_ledger
from leafmark.ledger.rows import Accepted, Duplicate
from leafmark.ledger.schema import StoreError

BATCH_ACTS, OWNERS = 60, 7


def batch_of(seed: int, number: int) -> list[Act]:
    """Acts of a batch: a third of them were in the one before."""
    acts = []
    for n in range(number * BATCH_ACTS * 2 // 3, number * BATCH_ACTS * 2 // 3 + BATCH_ACTS):
        chance = random.Random(f"{seed} {n}")
        owner = id_of(f"owner {chance.randrange(OWNERS)}")
        acts.append(an_act(f"{seed} {n}", account_id=owner, fingerprint=fingerprint(owner, "metro", f"{seed} {n}", ""),
                           occurred_day=dt.date(2026, 11, 1 + n % 15), co2e_mg=chance.randrange(1, 60_000)))  # fmt: skip
    return acts


def redemption_of(number: int) -> tuple[int, int]:
    """Account and redemption id."""
    return id_of(f"owner {number % OWNERS}"), id_of(f"reward {number}")


def main() -> int:
    address, writer, seed, batches = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    try:
        with open_ledger(address, writer, lambda: TODAY) as ledger:
            ledger.load(CATALOGUE)
            print("open", flush=True)
            for number in range(batches):
                ledger.ingest(batch_of(seed, number))
                print(f"batch {number}", flush=True)
                outcome = ledger.redeem(*redemption_of(number), 1, "pen")
                if isinstance(outcome, Accepted | Duplicate):
                    print(f"redeemed {number}", flush=True)
    except StoreError as error:
        print(f"store: {error}", flush=True)
        return 3
    print("done", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
