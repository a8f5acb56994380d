"""Keys: made, found, revoked. A key is `lmk_PREFIX_SECRET`; the secret has 256 random bits, so a plain hash hides it."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from typing import Final

from django.utils import timezone

from leafmark.ledger.catalogue import is_name
from leafmark.web.api.models import CLIENT_MAX, PER_MINUTE, ApiKey
from leafmark.web.shelf.models import Brand

SCOPES: Final = {
    "shelf": "read products, footprints and labels; of a brand also those that are not published",
    "explain": "read the lines, factors and sources behind a figure",
    "claims": "check texts",
    "events": "post acts",
    "balances": "look accounts up and read what they hold",
    "redemptions": "redeem points, and end redemptions",
    "experiments": "put people into the arms of holdout tests, and post what they chose",
    "parcels": "pack orders into cartons; nothing is kept or read",
}
"""Scope -> what it opens."""
OF_OPERATOR: Final = frozenset({"balances", "redemptions", "experiments"})
"""Scopes that no brand's key may have: accounts are the consumers', and a brand counts no choices of its own products."""
PER_MINUTE_MAX: Final = 100_000
_WRITTEN: Final = re.compile(r"lmk_([A-Za-z0-9]{8})_[A-Za-z0-9_-]{43}")
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
_NOBODY: Final = "0" * 64


class KeyRefusedError(ValueError):
    """A key that may not be made, or is not there; the message says why and what to do."""


def make_key(
    client: str,
    scopes: Sequence[str],
    brand: str | None = None,
    days: int | None = None,
    per_minute: int = PER_MINUTE,
) -> tuple[ApiKey, str]:
    """A new key, and what its client is to send: shown now and never again.

    Parameters
    ----------
    client : name of the program that uses it; the source of the acts it posts.
    brand : slug of the brand whose key it is; the operator's where None.
    days : how long it stands; for good where None.
    per_minute : requests a minute.

    Raises
    ------
    KeyRefusedError : a scope or the brand is unknown, a brand's key asks for accounts, or the client is somebody else's.
    """
    _check(client, scopes, brand, per_minute)
    owner = None if brand is None else Brand.objects.filter(slug=brand).first()
    if brand is not None and owner is None:
        raise KeyRefusedError(f"brand {brand!r}: there is none; expected the slug that its products' addresses have")
    other = ApiKey.objects.filter(client=client).exclude(brand=owner).first()
    if other is not None:
        whose = f"brand {other.brand.slug}" if other.brand else "the operator"
        raise KeyRefusedError(f"client {client!r} is a client of {whose}; name this one otherwise")
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(8))
    text = f"lmk_{prefix}_{secrets.token_urlsafe(32)}"
    expires_at = None if days is None else timezone.now() + dt.timedelta(days=days)
    key = ApiKey.objects.create(
        client=client, brand=owner, prefix=prefix, sha256=_hash(text), scopes=sorted(set(scopes)),
        per_minute=per_minute, expires_at=expires_at,
    )  # fmt: skip
    return key, text


def _check(client: str, scopes: Sequence[str], brand: str | None, per_minute: int) -> None:
    if not is_name(client) or len(client) > CLIENT_MAX:
        raise KeyRefusedError(
            f"client {client[:90]!r}: expected 1 to {CLIENT_MAX} characters without tabs or line breaks"
        )
    unknown = sorted(set(scopes) - SCOPES.keys())
    if unknown or not scopes:
        raise KeyRefusedError(f"scope {', '.join(unknown) or 'none'}: expected one or more of {', '.join(SCOPES)}")
    if brand is not None and (closed := sorted(OF_OPERATOR & set(scopes))):
        raise KeyRefusedError(
            f"scope {', '.join(closed)}: is of operator's keys alone: accounts and choices are no brand's"
        )
    if not 1 <= per_minute <= PER_MINUTE_MAX:
        raise KeyRefusedError(f"{per_minute} requests a minute: expected 1 to {PER_MINUTE_MAX}")


def find_key(text: str) -> ApiKey | None:
    """The key that a client sent, if it stands. What is compared takes as long whether it is known or not."""
    written = _WRITTEN.fullmatch(text)
    key = ApiKey.objects.select_related("brand").filter(prefix=written.group(1)).first() if written else None
    same = hmac.compare_digest(key.sha256 if key else _NOBODY, _hash(text))
    return key if key is not None and same and key.stands else None


def revoke_key(prefix: str) -> ApiKey:
    """End a key now. Doing it again changes nothing.

    Raises
    ------
    KeyRefusedError : no key has that prefix.
    """
    key = ApiKey.objects.filter(prefix=prefix).first()
    if key is None:
        raise KeyRefusedError(f"no key {prefix!r}; `leafmark api-key list` shows their prefixes")
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
    return key


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
