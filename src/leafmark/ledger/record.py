"""The canonical bytes of a row: what is hashed, signed off and proved. `docs/proof.md` says them for other languages.

A record is a kind byte and its fields in a fixed order: ids and hashes as they are, whole numbers as eight bytes big
endian in two's complement, days as the number of days since 1970-01-01, texts as two bytes of length and UTF-8. Nothing
is optional but by a text of no length, so equal rows have equal bytes and different rows different ones.
"""

from __future__ import annotations

import datetime as dt
import struct

from leafmark.ledger.rows import AdjustmentRow, EventRow, RedemptionRow, Row, ShareRow

TEXT_BYTES_MAX = 0xFFFF
NO_ID = bytes(16)
_EPOCH = dt.date(1970, 1, 1).toordinal()
_NUMBERS = {count: struct.Struct(f">{count}q") for count in range(1, 8)}


def record(row: Row) -> bytes:
    """The canonical bytes of a row.

    Raises
    ------
    ValueError : a text is longer than 65,535 bytes, or an id is not of 16 bytes.
    """
    match row:
        case EventRow():
            return _event(row)
        case AdjustmentRow():
            return b"".join((
                b"A", _id(row.account_id), _id(row.adjustment_id), _text(row.kind), _id(row.event_id or NO_ID),
                _numbers(days(row.day), row.co2e_mg, row.shown_mg, row.earned, row.points, days(row.month)),
                _text(row.reason), row.body,
            ))  # fmt: skip
        case RedemptionRow():
            return b"".join((
                b"R", _id(row.account_id), _id(row.redemption_id), _text(row.step), _numbers(row.points, days(row.day)),
                _text(row.reward),
            ))  # fmt: skip
        case ShareRow():
            share = row.share
            return b"".join((
                b"S", _id(share.account_id), _id(share.share_id), _id(share.event_id), _text(share.party),
                _text(share.role), _text(share.share_type), _numbers(row.co2e_mg, days(row.day)), _text(share.serial or ""),
            ))  # fmt: skip


def _event(row: EventRow) -> bytes:
    act = row.act
    return b"".join((
        b"E", _id(act.account_id), _id(act.event_id), _text(act.programme), _text(act.action), _text(act.method_id),
        _text(act.source), _text(act.evidence), _id(act.fingerprint), _text(row.statement),
        _numbers(row.version, act.quantity, days(act.occurred_day), row.co2e_mg, row.shown_mg, row.earned, row.points),
        _numbers(days(row.cap_from)),
    ))  # fmt: skip


def days(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def _numbers(*values: int) -> bytes:
    return _NUMBERS[len(values)].pack(*values)


def _id(value: bytes) -> bytes:
    if len(value) != len(NO_ID):
        raise ValueError(f"id {value.hex()}: {len(value)} bytes, expected {len(NO_ID)}")
    return value


def _text(value: str) -> bytes:
    encoded = value.encode()
    if len(encoded) > TEXT_BYTES_MAX:
        raise ValueError(f"text of {len(encoded)} bytes, expected at most {TEXT_BYTES_MAX}: {value[:40]}...")
    return len(encoded).to_bytes(2, "big") + encoded
