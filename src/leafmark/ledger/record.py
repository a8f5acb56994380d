"""The canonical line of a row: what is hashed, sealed and proved. `docs/proof.md` says it for other languages.

A record is one line of UTF-8 without its end: the row's kind and its fields in a fixed order with a tab between. Whole
numbers are written in decimal, days as YYYY-MM-DD, hashes in hex; what is not there is empty. No field holds a tab or a
line break, so equal rows have equal lines and different rows different ones, and a person can read what was proved.
"""

from __future__ import annotations

from leafmark.ledger.rows import AdjustmentRow, CreditRow, EventRow, RedemptionRow, Row, ShareRow

KINDS = ("event", "adjustment", "redemption", "share", "credit")
"""In the order in which a batch's records stand; within a kind by account, id and step (of a credit its number, ten digits)."""


def record(row: Row) -> str:
    """The canonical line of a row.

    Raises
    ------
    ValueError : a text of the row holds a tab or a line break.
    """
    match row:
        case EventRow():
            act = row.act
            line = event_line(
                act.account_id, act.event_id, act.fingerprint, act.quantity, act.co2e_mg, row.points,
                event_terms(act.occurred_day.isoformat(), act.programme, act.action, row.version, act.method_id,
                            row.statement, act.source, act.evidence),
            )  # fmt: skip
        case AdjustmentRow():
            line = _line("adjustment", row.account_id, row.adjustment_id, row.kind, row.event_id, row.day, row.co2e_mg,
                         row.points, row.reason, row.body.hex())  # fmt: skip
        case RedemptionRow():
            line = _line("redemption", row.account_id, row.redemption_id, row.step, row.points, row.day, row.reward)
        case ShareRow():
            share = row.share
            line = _line("share", share.account_id, share.share_id, row.step, share.event_id, share.party, share.role,
                         share.share_type, share.co2e_mg, row.day, share.serial)  # fmt: skip
        case CreditRow():
            line = _line("credit", row.account_id, row.share_id, row.number, row.step, row.serial, row.owner, row.registry,
                         row.day)  # fmt: skip
    if line.count("\t") != FIELDS[line.partition("\t")[0]] or "\n" in line or "\r" in line:
        raise ValueError(f"a text with a tab or a line break in it: {line!r}")
    return line


FIELDS = {"event": 14, "adjustment": 9, "redemption": 6, "share": 10, "credit": 8}
"""Fields after the kind."""


def event_line(account_id: int, event_id: int, mark: int, quantity: int, co2e_mg: int, points: int, terms: str) -> str:
    """An event's line, from its numbers and what `event_terms` makes of the rest."""
    return f"event\t{account_id}\t{event_id}\t{mark}\t{quantity}\t{co2e_mg}\t{points}\t{terms}"


def event_terms(
    day: str, programme: str, action: str, version: int, method_id: str, statement: str, source: str, evidence: str
) -> str:
    """The end of an event's line, which many events of a batch share."""
    return f"{day}\t{programme}\t{action}\t{version}\t{method_id}\t{statement}\t{source}\t{evidence}"


def order(row: Row) -> tuple[int, int, int, str]:
    """Where a row stands in its batch."""
    match row:
        case EventRow():
            return 0, row.act.account_id, row.act.event_id, ""
        case AdjustmentRow():
            return 1, row.account_id, row.adjustment_id, ""
        case RedemptionRow():
            return 2, row.account_id, row.redemption_id, row.step
        case ShareRow():
            return 3, row.share.account_id, row.share.share_id, row.step
        case CreditRow():
            return 4, row.account_id, row.share_id, f"{row.number:010}"


def _line(*fields: object) -> str:
    return "\t".join("" if field is None else str(field) for field in fields)
