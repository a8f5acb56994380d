"""Reports that the ledger refused: the ledger keeps none of them, so they are counted here, by day, source and account.

A report that is sent again and refused again counts again. Counts go after KEPT_DAYS.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from leafmark.ledger.ingest import Receipt
from leafmark.ledger.review import Finding
from leafmark.ledger.rows import Act
from leafmark.web.operate.models import Refusal

WATCHED: Final = ("same_act", "conflict", "above_cap")
"""An act that is there under another id; an id with another body; more than can be. Each may be a slip; many are not."""
MANY: Final = 10
"""Refused reports of one account by one source on one day, for one reason."""
KEPT_DAYS: Final = 90
RULE: Final = "refused"
ADD = """
INSERT INTO operate_refusal (day, source, account_id, reason, count) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (day, source, account_id, reason) DO UPDATE SET count = operate_refusal.count + excluded.count
"""


def note(acts: Sequence[Act], receipt: Receipt) -> None:
    """Count what was refused of acts that were posted. `receipt`: with the places of `acts`."""
    counted = Counter(
        (acts[place].source, acts[place].account_id, why.reason)
        for place, _, why in receipt.named
        if why.reason in WATCHED
    )
    if not counted:
        return
    day = timezone.now().date()
    with transaction.atomic(), connection.cursor() as cursor:
        rows = [(day.isoformat(), *key, count) for key, count in sorted(counted.items())]
        cursor.executemany(ADD, rows)
        Refusal.objects.filter(day__lt=day - dt.timedelta(days=KEPT_DAYS)).delete()


def findings() -> Iterator[Finding]:
    """Accounts for which one source had many reports refused on one day."""
    for each in Refusal.objects.filter(count__gte=MANY).order_by("-count"):
        scope = {
            "account_id": each.account_id,
            "reported_on": str(each.day),
            "source": each.source,
            "reason": each.reason,
        }
        yield Finding(RULE, scope, {"refused": each.count}, each.count / MANY)
