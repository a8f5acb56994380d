"""Rows that a client sent, as acts of the ledger; or why a row is none. Every cell has its kind before the ledger sees it.

Ids are numbers, or texts: a whole number of 64 bits is that number, any other text is hashed to one, so an act has the same id
whatever stands beside it in its batch and whichever form it came in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from leafmark.ledger.catalogue import is_name
from leafmark.ledger.ingest import Receipt
from leafmark.ledger.ledger import Ledger
from leafmark.ledger.privacy import accounts_of
from leafmark.ledger.rows import INT64_MAX, Act, Rejected, fingerprint, id_given
from leafmark.web.api.auth import Client
from leafmark.web.api.problems import shown
from leafmark.web.me.consent import without_consent
from leafmark.web.operate.review import refusals

_NUMBER: Final = f"a whole number from -{INT64_MAX} to {INT64_MAX}"
_TEXT: Final = "a text of 1 to 255 characters, without tabs or line breaks"
_ID: Final = "a whole number of 64 bits, or a text that names it"
_DAY: Final = "a day of the calendar, YYYY-MM-DD"
_CONSENT: Final = "a source that this consumer lets credit her: she says so at /me/"
_PARTNER_EVIDENCE: Final = "B, C or D: what a brand's client says is at best a partner's word"


class _Unusable(Exception):
    """A row that is no act."""

    def __init__(self, reason: str, field: str, found: object, expected: str) -> None:
        self.why = Rejected(reason, field, shown(found), expected)
        super().__init__(reason)


def post(ledger: Ledger, client: Client, rows: Sequence[Mapping[str, Any]]) -> Receipt:
    """Post rows as a client's acts: each once; a row that is refused stops no other."""
    accounts = _accounts(ledger, client, rows)
    acts: list[Act] = []
    places: list[int] = []
    receipt = Receipt()
    for place, row in enumerate(rows):
        try:
            acts.append(_act(row, client, accounts))
            places.append(place)
        except _Unusable as fault:
            receipt.refuse(place, "rejected", fault.why)
    withheld = without_consent(ledger, ((act.account_id, act.source) for act in acts))
    for place, act in zip(places, acts, strict=True):
        if (act.account_id, act.source) in withheld:
            receipt.refuse(place, "rejected", Rejected("no_consent", "source", client.name, _CONSENT))
    kept = [pair for pair in zip(places, acts, strict=True) if (pair[1].account_id, pair[1].source) not in withheld]
    places, acts = [place for place, _ in kept], [act for _, act in kept]
    if acts:
        posted = ledger.ingest(acts)
        refusals.note(acts, posted)
        posted.named = [(places[row], outcome, _told(why, client)) for row, outcome, why in posted.named]
        receipt.add(posted, 0)
    receipt.rows = len(rows)
    receipt.named.sort(key=lambda each: each[0])
    return receipt


def _accounts(ledger: Ledger, client: Client, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    if not client.is_operator:
        return {}
    named = sorted({str(each) for row in rows if is_name(each := row.get("subject"))})
    return accounts_of(ledger, named) if named else {}


def _act(row: Mapping[str, Any], client: Client, accounts: Mapping[str, int]) -> Act:
    account = _account(row, client, accounts)
    texts = {name: _text(row, name) for name in ("programme", "action", "method_id", "evidence")}
    source = row.get("source", client.name)
    if source not in (None, client.name):
        raise _Unusable("unknown_word", "source", source, f"{client.name}, the source of this key, or none")
    if texts["evidence"] not in tuple("ABCD"):
        raise _Unusable("unknown_evidence", "evidence", texts["evidence"], "one of A, B, C, D")
    if texts["evidence"] == "A" and not client.is_operator:
        raise _Unusable("unknown_word", "evidence", "A", _PARTNER_EVIDENCE)
    return Act(
        account, _id(row, "event_id"), texts["programme"], texts["action"], texts["method_id"], _number(row, "quantity"),
        _day(row), client.name, texts["evidence"], _mark(row, account, texts["action"]), _number(row, "co2e_mg"),  # type: ignore[arg-type]
    )  # fmt: skip


def _account(row: Mapping[str, Any], client: Client, accounts: Mapping[str, int]) -> int:
    if row.get("account_id") is not None or "subject" not in row:
        return _id(row, "account_id", _whole)
    if not client.is_operator:
        raise _Unusable(
            "missing", "account_id", "a subject", "an account's number: only the operator's clients name subjects"
        )
    subject = _text(row, "subject")
    if subject not in accounts:
        raise _Unusable("missing", "account_id", "a subject without an account", "a subject that has one")
    return accounts[subject]


def _mark(row: Mapping[str, Any], account: int, action: str) -> int:
    if row.get("fingerprint") is not None:
        return _id(row, "fingerprint")
    return fingerprint(account, action, _text(row, "document"), _text(row, "bucket"))


def _text(row: Mapping[str, Any], name: str) -> str:
    value = _given(row, name, _TEXT)
    if not is_name(value):
        raise _Unusable("bad_text", name, value, _TEXT)
    return str(value)


def _number(row: Mapping[str, Any], name: str) -> int:
    value = _given(row, name, _NUMBER)
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > INT64_MAX:
        raise _Unusable("not_a_number", name, value, _NUMBER)
    return value


def _whole(text: str) -> int:
    number = id_given(text)
    if text != str(number):
        raise ValueError(text)
    return number


def _id(row: Mapping[str, Any], name: str, read: Callable[[str], int] = id_given) -> int:
    value = _given(row, name, _ID)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    try:
        number = read(value) if isinstance(value, str) and value else value
    except ValueError as error:  # no number, or characters that UTF-8 has not
        raise _Unusable("not_a_number", name, ascii(value), _ID if read is id_given else _NUMBER) from error
    if isinstance(number, bool) or not isinstance(number, int) or abs(number) > INT64_MAX:
        raise _Unusable("not_a_number", name, value, _ID if read is id_given else _NUMBER)
    return number


def _day(row: Mapping[str, Any]) -> dt.date:
    value = _given(row, "occurred_day", _DAY)
    if isinstance(value, str) and len(value) == len("YYYY-MM-DD"):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError as error:
            raise _Unusable("not_a_day", "occurred_day", value, _DAY) from error
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise _Unusable("not_a_day", "occurred_day", value, _DAY)
    return value


def _given(row: Mapping[str, Any], name: str, expected: str) -> Any:
    value = row.get(name)
    if value is None:
        raise _Unusable("missing", name, "nothing", expected)
    if isinstance(value, dict | list):
        raise _Unusable("bad_text", name, type(value).__name__, expected)
    return value


def _told(why: Rejected, client: Client) -> Rejected:
    """A refusal without what another client reported: a brand's client learns nothing of it."""
    if client.is_operator:
        return why
    if why.reason == "same_act":
        return Rejected(why.reason, why.field, "another event", why.expected)
    if why.reason == "conflict" and "source" in why.field.split(", "):
        return Rejected(why.reason, "event_id", "an id in use", "an id that no other client of the account has used")
    return why
