"""The ledger of grams and points: every act once, no point lost, and anyone can check that the books balance.

    command x state -> rows        rules.py, pure
    rows -> state                  state.py: the fold of all rows
    batches of rows -> a chain     merkle.py: who was in it can be proved

It knows nobody and computes no grams: acts arrive with theirs, under a catalogue of terms that `actions` loads.
"""

from leafmark.ledger.catalogue import Action, Campaign, Catalogue, CatalogueError, OwnBoundary
from leafmark.ledger.rows import (
    REASONS,
    Accepted,
    Act,
    Amend,
    Conflict,
    Duplicate,
    Erase,
    ExpirePoints,
    MoveCredit,
    Redeem,
    Rejected,
    Settle,
    Share,
    fingerprint,
    id_of,
    time_bucket,
)
from leafmark.ledger.rules import decide
from leafmark.ledger.schema import StoreError
from leafmark.ledger.state import Account, fold

__all__ = [
    "REASONS", "Accepted", "Account", "Act", "Action", "Amend", "Campaign", "Catalogue", "CatalogueError", "Conflict",
    "Duplicate", "Erase", "ExpirePoints", "MoveCredit", "OwnBoundary", "Redeem", "Rejected", "Settle", "Share", "StoreError",
    "decide", "fingerprint", "fold", "id_of", "time_bucket",
]  # fmt: skip
