"""Who sees what: a unit's arm by a keyed hash. It is the same whenever it is asked for, and nobody without the key can foresee it."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

LABEL: Final = "label"
HOLDOUT: Final = "holdout"
ARMS: Final = (LABEL, HOLDOUT)
"""With figures and labels as always; without them."""
BITS: Final = 64


def arm_of(salt: bytes, unit: str, held_out: int) -> str:
    """The arm of a unit.

    Parameters
    ----------
    salt : the experiment's own secret, so that arms of two experiments have nothing to do with each other.
    held_out : per cent of all units that are to be without labels.
    """
    drawn = int.from_bytes(_hash(salt, "arm", unit)[: BITS // 8], "big")
    return HOLDOUT if drawn * 100 < held_out << BITS else LABEL


def mark_of(salt: bytes, unit: str) -> str:
    """What a unit is kept under, 32 hexadecimal digits: without the salt nobody gets from it to the unit, nor to its arm."""
    return _hash(salt, "mark", unit).hex()[:32]


def _hash(salt: bytes, purpose: str, unit: str) -> bytes:
    return hmac.new(salt, f"{purpose}\x1f{unit}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
