"""Who an account is, and what its acts tell of a person: beside the ledger, and erased without touching it.

    identity       account id <-> subject (a customer number, an address)       erasable
    account_key    account id -> 32 random bytes                                erasable
    detail         account id, event id -> AES-256-GCM of JSON                  unreadable without the key
    all the rest   a random account id, a day, an action, grams, points         sealed, and stays

The ledger's rows name nobody, so erasing a person deletes three rows and posts one (`rules.Erase`: her points end), all in
one transaction, and every seal still holds. The account id is random and not made from the subject: whoever knows her
address cannot work it out. A detail is bound to its event by its associated data and cannot be moved to another.
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from leafmark.ledger.accounts import Rows
from leafmark.ledger.catalogue import TEXT_MAX, is_name
from leafmark.ledger.columns import stored_day
from leafmark.ledger.rows import INT64_MAX, Erase, Outcome
from leafmark.ledger.schema import StoreError
from leafmark.ledger.store import Transaction

if TYPE_CHECKING:
    from leafmark.ledger.ledger import Ledger

KEY_BYTES, NONCE_BYTES = 32, 12
DETAIL_BYTES_MAX = 16_384
NESTING_MAX = 8
AT_ONCE = 1_000
"""Subjects that one statement looks up or adds."""

T = TypeVar("T")

_COORDINATE_WORDS = frozenset((
    "lat", "lats", "latitude", "latitudes", "lon", "lng", "lons", "longitude", "longitudes", "coordinate", "coordinates", "coord",
    "coords", "geo", "gps", "geohash", "geojson", "geolocation", "geometry", "geopoint", "latlng", "latlon", "lonlat", "wgs84",
))  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+[0-9]*")
_DEGREES = r"[-+]?\d{1,3}\.\d{3,}"
_PAIR = re.compile(rf"(geo:)?\s*{_DEGREES}\s*[,;\s]\s*{_DEGREES}\b")
_POINT_DECIMALS = 3
"""Degrees with three decimals name a street; a price or a weight seldom comes as a pair of such numbers."""


class PrivacyError(ValueError):
    """A subject or a detail that may not be kept: what was found, what was expected."""


def open_account(ledger: Ledger, subject: str) -> int:
    """The account of a subject, opened if there is none.

    Parameters
    ----------
    subject : what the operator calls the person by, 1 to 255 characters. It is kept in `identity` alone.

    Raises
    ------
    PrivacyError : the subject is empty, too long, or has a tab or a line break in it.
    """
    return open_accounts(ledger, (subject,))[0]


def open_accounts(ledger: Ledger, subjects: Sequence[str]) -> list[int]:
    """The accounts of subjects, in their order, in one transaction; opened where there are none."""
    for subject in subjects:
        if not is_name(subject):
            raise PrivacyError(
                f"subject {str(subject)[:60]!r}: expected 1 to {TEXT_MAX} characters without tabs or line breaks"
            )

    def work(transaction: Transaction) -> list[int]:
        found = _known(transaction.rows, subjects)
        new = [subject for subject in dict.fromkeys(subjects) if subject not in found]
        for some in _chunks(new):
            ids = _free(transaction, len(some))
            rows = [
                (account, subject, stored_day(transaction.today)) for account, subject in zip(ids, some, strict=True)
            ]
            places = ", ".join(["(?, ?, ?)"] * len(rows))
            transaction.rows(
                f"INSERT INTO identity (account_id, subject, opened_on) VALUES {places}",
                [cell for row in rows for cell in row],
            )
            found |= dict(zip(some, ids, strict=True))
        return [found[subject] for subject in subjects]

    return ledger.store.transact(work)


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def _known(rows: Rows, subjects: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in _chunks(subjects):
        places = ", ".join("?" * len(some))
        found |= dict(rows(f"SELECT subject, account_id FROM identity WHERE subject IN ({places})", some))
    return found


def _free(transaction: Transaction, count: int) -> list[int]:
    """Random positive ids that no account has, nor an erased one had."""
    while True:
        ids = [1 + secrets.randbelow(INT64_MAX) for _ in range(count)]
        places = ", ".join("?" * count)
        taken = (
            transaction.rows(f"SELECT 1 FROM {table} WHERE account_id IN ({places}) LIMIT 1", ids)
            for table in ("identity", "erased", "balance", "tally")
        )
        if len(set(ids)) == count and not any(taken):
            return ids


def name_account(ledger: Ledger, account_id: int, subject: str) -> None:
    """Say whose an account is that was credited before anybody was named. The same again changes nothing.

    Raises
    ------
    PrivacyError : the subject is no name or has another account; the account has another subject, or was erased.
    """
    if not is_name(subject):
        raise PrivacyError(f"subject {subject[:60]!r}: expected 1 to {TEXT_MAX} characters without tabs or line breaks")

    def work(transaction: Transaction) -> None:
        transaction.lock(account_id)
        if transaction.rows("SELECT 1 FROM erased WHERE account_id = ?", (account_id,)):
            raise PrivacyError(f"account {account_id} was erased: it names nobody any more; open another")
        found = transaction.rows(
            "SELECT account_id, subject FROM identity WHERE account_id = ? OR subject = ?", (account_id, subject)
        )
        if [tuple(row) for row in found] == [(account_id, subject)]:
            return
        if found:
            raise PrivacyError(
                f"account {account_id} or its subject is named otherwise already: one account, one subject"
            )
        transaction.rows(
            "INSERT INTO identity (account_id, subject, opened_on) VALUES (?, ?, ?)",
            (account_id, subject, stored_day(transaction.today)),
        )

    ledger.store.transact(work)


def account_of(ledger: Ledger, subject: str) -> int | None:
    """The account of a subject; None where it has none, or was erased."""
    found = ledger.store.rows("SELECT account_id FROM identity WHERE subject = ?", (subject,))
    return int(found[0][0]) if found else None


def accounts_of(ledger: Ledger, subjects: Sequence[str]) -> dict[str, int]:
    """The accounts of those subjects that have one."""
    return _known(ledger.store.rows, subjects)


def has_account(ledger: Ledger, account_id: int) -> bool:
    """Whether an account was opened or has rows; one that was erased still has them."""
    tables = ("identity", "tally", "balance", "erased")
    asked = " UNION ALL ".join(f"SELECT 1 FROM {table} WHERE account_id = ?" for table in tables)
    return bool(ledger.store.rows(f"{asked} LIMIT 1", (account_id,) * len(tables)))


def subject_of(ledger: Ledger, account_id: int) -> str | None:
    """The subject of an account; None where the account was opened without one, or was erased."""
    found = ledger.store.rows("SELECT subject FROM identity WHERE account_id = ?", (account_id,))
    return str(found[0][0]) if found else None


def subjects_of(ledger: Ledger, account_ids: Sequence[int]) -> dict[int, str]:
    """The subjects of those accounts that have one."""
    found: dict[int, str] = {}
    for some in _chunks(account_ids):
        places = ", ".join("?" * len(some))
        found |= dict(
            ledger.store.rows(f"SELECT account_id, subject FROM identity WHERE account_id IN ({places})", some)
        )
    return found


def put_detail(ledger: Ledger, account_id: int, event_id: int, detail: Mapping[str, Any]) -> None:
    """Keep what an event tells of a person (times, places by name, order numbers), encrypted; again is instead.

    Parameters
    ----------
    detail : as JSON takes it, at most 16 KiB.

    Raises
    ------
    PrivacyError : a field is a coordinate and the ledger was not opened with `coordinates_allowed`; the detail is no JSON or
        too long; the account holds no such event, or was erased.
    """
    if not ledger.coordinates_allowed and (found := coordinate_in(detail)):
        raise PrivacyError(
            f"detail: {found} is a coordinate, and coordinates are not kept unless asked for; name the place (a station, a "
            "city), or open the ledger with coordinates_allowed=True"
        )
    try:
        plain = json.dumps(detail, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise PrivacyError(f"detail: not what JSON can hold ({error})") from error
    if len(plain) > DETAIL_BYTES_MAX:
        raise PrivacyError(f"detail: {len(plain):,} bytes of JSON, expected at most {DETAIL_BYTES_MAX:,}")

    def work(transaction: Transaction) -> None:
        transaction.lock(account_id)
        if transaction.rows("SELECT 1 FROM erased WHERE account_id = ?", (account_id,)):
            raise PrivacyError(f"account {account_id} was erased: nothing more is kept of it")
        if not transaction.rows("SELECT 1 FROM event WHERE account_id = ? AND event_id = ?", (account_id, event_id)):
            raise PrivacyError(f"account {account_id} holds no event {event_id}; post the act before its detail")
        key = _key(transaction, account_id)
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + _cipher(key).encrypt(nonce, plain, _bound_to(account_id, event_id))
        transaction.rows(
            "INSERT INTO detail (account_id, event_id, sealed) VALUES (?, ?, ?) "
            "ON CONFLICT (account_id, event_id) DO UPDATE SET sealed = excluded.sealed",
            (account_id, event_id, sealed),
        )

    ledger.store.transact(work)


def detail(ledger: Ledger, account_id: int, event_id: int) -> dict[str, Any] | None:
    """What is kept of an event; None where nothing is, or the account was erased.

    Raises
    ------
    PrivacyError : the stored bytes are not what was put there for this event.
    """
    from cryptography.exceptions import InvalidTag

    found = ledger.store.rows(
        "SELECT k.secret, d.sealed FROM detail d JOIN account_key k ON k.account_id = d.account_id "
        "WHERE d.account_id = ? AND d.event_id = ?",
        (account_id, event_id),
    )
    if not found:
        return None
    (secret, sealed), = ((bytes(secret), bytes(sealed)) for secret, sealed in found)  # fmt: skip
    try:
        plain = _cipher(secret).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound_to(account_id, event_id))
    except InvalidTag as error:
        raise PrivacyError(
            f"detail of event {event_id}, account {account_id}: the stored bytes were changed, or belong to another event"
        ) from error
    content: dict[str, Any] = json.loads(plain)
    return content


def erase(ledger: Ledger, account_id: int, adjustment_id: int) -> Outcome:
    """Forget a person: her points end, and her identity, key and details are gone when this returns.

    The same call again gives the first answer, and wipes again what an interrupted one may have left in the file; so does one
    with another id, though it is refused.

    Raises
    ------
    StoreError : erased, but another process is reading the SQLite file, so that old pages of it could not be wiped yet. It
        names the account by its id, since her subject leads nowhere any more.
    """
    outcome = ledger.post(Erase(account_id, adjustment_id))
    try:
        ledger.store.wipe()
    except (StoreError, sqlite3.Error) as error:
        raise StoreError(
            f"{error}. Her subject is forgotten already, so name the account by its id: leafmark ledger erase {account_id}"
        ) from error
    return outcome


def coordinate_in(content: object, path: str = "", depth: int = 0) -> str | None:
    """The first thing in a detail that is a coordinate by its name or by its look."""
    if depth > NESTING_MAX:
        raise PrivacyError(f"detail: {path} lies more than {NESTING_MAX} levels deep")
    if isinstance(content, Mapping):
        for name, value in content.items():
            inside = f"{path}.{name}" if path else str(name)
            if {word.lower() for word in _WORD.findall(str(name))} & _COORDINATE_WORDS:
                return inside
            if found := coordinate_in(value, inside, depth + 1):
                return found
    elif isinstance(content, str):
        return f"{path} ({content[:40]!r})" if _PAIR.search(content) else None
    elif isinstance(content, Sequence) and not isinstance(content, bytes):
        if len(content) in (2, 3) and all(isinstance(each, float) and _is_degrees(each) for each in content):
            return f"{path} ({list(content)})"
        return next((found for each in content if (found := coordinate_in(each, path, depth + 1))), None)
    return None


def _is_degrees(value: float) -> bool:
    return abs(value) <= 180 and len(str(value).partition(".")[2]) >= _POINT_DECIMALS


def _key(transaction: Transaction, account_id: int) -> bytes:
    found = transaction.rows("SELECT secret FROM account_key WHERE account_id = ?", (account_id,))
    if found:
        return bytes(found[0][0])
    key = secrets.token_bytes(KEY_BYTES)
    transaction.rows("INSERT INTO account_key (account_id, secret) VALUES (?, ?)", (account_id, key))
    return key


def _cipher(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _bound_to(account_id: int, event_id: int) -> bytes:
    return b"leafmark.detail/1" + account_id.to_bytes(8, "big", signed=True) + event_id.to_bytes(8, "big", signed=True)
