"""Global Trade Item Numbers and the GS1 Digital Link address a label's QR code carries.

A GTIN has 8, 12, 13 or 14 digits; the last is a check digit (GS1 General Specifications, section 7.9: weights 3 and 1
from the right, the sum with the check digit a multiple of 10). A code that fails is no GTIN: there is then no link and
no QR, and none is ever invented.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

LENGTHS: Final = (8, 12, 13, 14)
SEPARATORS: Final = str.maketrans("", "", " -")


def gtin14(code: object) -> str | None:
    """Give `code` as 14 digits, zero-filled, or None where it is no valid GTIN.

    Blanks and hyphens between digits are dropped. All zeros passes the check sum but names nothing: None. A float is
    refused (spreadsheets lose digits that way).
    """
    if code is None or isinstance(code, bool | float):
        return None
    digits = str(code).strip().translate(SEPARATORS)
    if not digits.isascii() or not digits.isdigit() or len(digits) not in LENGTHS or not digits.strip("0"):
        return None
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return digits.zfill(14) if weighted % 10 == 0 else None


def digital_link(base: str | None, code: object) -> str | None:
    """Give the GS1 Digital Link of a product, `BASE/01/GTIN14`, or None without a base or a valid GTIN.

    `base` is a setting: the address of the resolver, http or https (GS1 Digital Link Standard: URI Syntax 1.4).

    Raises
    ------
    ValueError
        If `base` is no http(s) address or carries a query or fragment.
    """
    if not base:
        return None
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"link base: expected an http(s) address without query or fragment, found {base!r}")
    number = gtin14(code)
    return f"{base.rstrip('/')}/01/{number}" if number else None


def spaced(number: str) -> str:
    """Give 14 digits as people read them under a code: `(01) 0690 0000 0000 07`."""
    return "(01) " + " ".join(number[place : place + 4] for place in range(0, 14, 4))
