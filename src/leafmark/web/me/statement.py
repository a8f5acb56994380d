"""A statement of a period, to read and to download: every row of the account by its day, grams and points in columns of their own.

Texts that a spreadsheet would run as a formula get an apostrophe before them.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from leafmark.ledger.catalogue import DAY_MAX, DAY_MIN
from leafmark.ledger.person import SELF_DECLARED
from leafmark.ledger.rows import AdjustmentRow, CreditRow, EventRow, RedemptionRow, Row, ShareRow
from leafmark.web.download import safe
from leafmark.web.me.acts import download
from leafmark.web.me.own import Own, own_page
from leafmark.web.me.words import own_answer

COLUMNS = (
    "day", "kind", "id", "event_id", "programme", "action", "quantity", "unit", "method", "source", "evidence", "estimate", "statement",
    "co2e_mg", "points", "reward", "step", "reason", "party",
)  # fmt: skip
SCHEMA = "leafmark.statement-of-account/1"
FORMATS = ("csv", "json")


@dataclass(frozen=True)
class Period:
    """Days from and to, both included; or the faults of what was asked, by field."""

    since: dt.date
    until: dt.date
    faults: dict[str, str]


@require_safe
@own_page
def statement(request: HttpRequest, own: Own) -> HttpResponse:
    """A period's rows to download; the form with its faults where the days cannot be read."""
    period = period_of(request.GET.get("since"), request.GET.get("until"), own.ledger.today())
    form = request.GET.get("format", "")
    if form in FORMATS and not period.faults:
        name = f"leafmark-statement-{period.since}-{period.until}"
        if form == "csv":
            return download("\ufeff" + as_csv(rows_of(own, period)), "text/csv", f"{name}.csv")
        return download(as_json(own, period), "application/json", f"{name}.json")
    given = {
        "since": request.GET.get("since") or str(period.since),
        "until": request.GET.get("until") or str(period.until),
    }
    values = {"period": period, "given": given}
    return own_answer(request, "me/statement.html", own, values, 400 if period.faults else 200)


def period_of(since: str | None, until: str | None, today: dt.date) -> Period:
    """The days asked for; this year so far where none are."""
    faults: dict[str, str] = {}
    days = {}
    for field, text, default in (("since", since, today.replace(month=1, day=1)), ("until", until, today)):
        try:
            days[field] = dt.date.fromisoformat(text) if text else default
        except ValueError:
            days[field], faults[field] = default, "not_a_day"
        if not DAY_MIN <= days[field] <= DAY_MAX:
            days[field], faults[field] = default, "not_a_day"
    if not faults and days["since"] > days["until"]:
        faults["until"] = "before_since"
    return Period(days["since"], days["until"], faults)


def rows_of(own: Own, period: Period) -> list[dict[str, Any]]:
    """The account's rows of a period as `COLUMNS`; what a row has not is left out."""
    units = {(each.programme, each.action, each.version): each.unit for each in own.ledger.catalogue.actions}
    history = own.ledger.history(own.account_id, period.since, period.until)
    return [told(row, units) for row in history]


def told(row: Row, units: dict[tuple[str, str, int], str]) -> dict[str, Any]:
    """One row of an account by the names of `COLUMNS`. Ids are texts: a spreadsheet rounds numbers of 19 digits."""
    match row:
        case EventRow(act=act):
            return {
                "day": act.occurred_day, "kind": "act", "id": str(act.event_id), "programme": act.programme, "action": act.action,
                "quantity": act.quantity, "unit": units.get((act.programme, act.action, row.version)), "method": act.method_id,
                "source": act.source, "evidence": act.evidence, "statement": row.statement, "co2e_mg": act.co2e_mg,
                "points": row.points, "estimate": "left out of audited totals" if act.evidence == SELF_DECLARED else None,
            }  # fmt: skip
        case AdjustmentRow():
            return {
                "day": row.day, "kind": row.kind, "id": str(row.adjustment_id), "co2e_mg": row.co2e_mg, "points": row.points,
                "event_id": None if row.event_id is None else str(row.event_id), "reason": row.reason,
            }  # fmt: skip
        case RedemptionRow():
            return {"day": row.day, "kind": "redemption", "id": str(row.redemption_id), "step": row.step,
                    "points": row.points, "reward": row.reward}  # fmt: skip
        case ShareRow(share=share):
            return {"day": row.day, "kind": f"share of {share.share_type}", "id": str(share.share_id), "step": row.step,
                    "event_id": str(share.event_id), "co2e_mg": share.co2e_mg, "party": share.party}  # fmt: skip
        case CreditRow():
            return {"day": row.day, "kind": "credit", "id": str(row.share_id), "step": row.step, "party": row.owner}


def as_csv(rows: list[dict[str, Any]]) -> str:
    """Rows as CSV with a line of names."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([safe(row.get(name)) for name in COLUMNS])
    return out.getvalue()


def as_json(own: Own, period: Period) -> str:
    """A statement as JSON, with what the account held at the period's end by what had been posted then."""
    held = own.ledger.balance(own.account_id, period.until)
    content = {
        "schema": SCHEMA, "account_id": str(own.account_id), "since": period.since, "until": period.until,
        "grams_and_points": "two units that are never added; rows by the day of the act, the balance by the day of posting",
        "balance": {name: value for name, value in vars(held).items() if name != "account_id"},
        "rows": rows_of(own, period),
    }  # fmt: skip
    return json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n"
