"""Acts that deserve a look: plain rules over the ledger's own rows, each finding with the figures that raised it.

A finding accuses nobody: it says that something is unusual, by which figures, and which acts they are. It names accounts by
their random ids, and asks nobody who stands behind them. Acts that were taken back raise nothing.

    many_in_a_day   an account with MANY_IN_A_DAY acts or more on one day
    above_cap       what the acts of a cap's period earn is FAR_ABOVE_CAP times the cap or more
    burst           a source with BURST_ACTS acts or more on one day, and BURST_TIMES its usual day (the median of its days) or more
    one_for_many    one act (same source, id, day, quantity, grams) reported for several accounts
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from leafmark.ledger.columns import day_of, stored_day
from leafmark.ledger.rules import months_later

if TYPE_CHECKING:
    from leafmark.ledger.ledger import Ledger

MANY_IN_A_DAY: Final = 30
"""Acts of one account on one day: a person who takes ten trips and gets a receipt for each has twenty."""
FAR_ABOVE_CAP: Final = 5
BURST_ACTS: Final = 100
BURST_TIMES: Final = 10
BURST_DAYS: Final = 7
"""Days of a source before it has a usual day."""
ACTS_MAX: Final = 200
"""Acts of one finding that are named."""

STANDS: Final = (
    "NOT EXISTS (SELECT 1 FROM adjustment a WHERE a.account_id = e.account_id AND a.event_id = e.event_id "
    "AND a.kind IN ('reversal', 'fraud'))"
)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Finding:
    """What a rule found.

    scope : what it is about, which stays the same when it is found again (account, day, source, terms, event).
    figures : what raised it, whole numbers. excess : how many times its threshold; findings are looked at in this order.
    """

    rule: str
    scope: dict[str, Any]
    figures: dict[str, int] = field(default_factory=dict)
    excess: float = 1

    @property
    def key(self) -> str:
        """The same for what is found again, whatever its figures are by then."""
        return _hash([self.rule, self.scope])

    @property
    def stamp(self) -> str:
        """Another one as soon as a figure is another."""
        return _hash([self.key, self.figures])


def findings(ledger: Ledger, say: Say | None = None) -> list[Finding]:
    """All findings, those furthest past their threshold first. Reads every act once for each rule."""
    found: list[Finding] = []
    for name, rule in RULES.items():
        if say:
            say(name)
        found += rule.ask(ledger)
    return sorted(found, key=lambda each: (-each.excess, each.key))


def acts_of(ledger: Ledger, finding: Finding) -> list[tuple[int, int]]:
    """Account and event id of the acts that a finding's scope holds and that stand, at most ACTS_MAX."""
    scope = finding.scope
    where = [_IN_SCOPE[name] for name in _IN_SCOPE if name in scope]
    key = [_stored(name, scope[name]) for name in _IN_SCOPE if name in scope]
    if "until" not in scope and "day" in scope:
        where[where.index(_IN_SCOPE["day"])] = "e.occurred_day = ?"
    sql = f"SELECT e.account_id, e.event_id FROM event e WHERE {' AND '.join([*where, STANDS])} ORDER BY e.account_id, e.event_id LIMIT ?"
    return [(account, event) for account, event in ledger.store.rows(sql, [*key, ACTS_MAX])]


_IN_SCOPE: Final = {
    "account_id": "e.account_id = ?", "event_id": "e.event_id = ?", "terms": "e.terms = ?", "quantity": "e.quantity = ?",
    "co2e_mg": "e.co2e_mg = ?", "source": "e.source = (SELECT source FROM source WHERE name = ?)", "day": "e.occurred_day >= ?",
    "until": "e.occurred_day < ?",
}  # fmt: skip
"""What a scope names -> which acts those are. A day without an end is that day alone."""


def _stored(name: str, value: Any) -> Any:
    return stored_day(dt.date.fromisoformat(value)) if name in ("day", "until") else value


def _many(ledger: Ledger) -> Iterator[Finding]:
    sql = (
        f"SELECT e.account_id, e.occurred_day, COUNT(*), COUNT(DISTINCT e.source) FROM event e WHERE {STANDS} "
        "GROUP BY e.account_id, e.occurred_day HAVING COUNT(*) >= ?"
    )
    for account, day, acts, sources in ledger.store.rows(sql, [MANY_IN_A_DAY]):
        scope = {"account_id": account, "day": str(day_of(day))}
        yield Finding("many_in_a_day", scope, {"acts": acts, "sources": sources}, acts / MANY_IN_A_DAY)


def _above_cap(ledger: Ledger) -> Iterator[Finding]:
    sql = (
        "SELECT account_id, terms, cap_from, cap_points, points FROM tally "
        "WHERE cap_points > 0 AND points >= cap_points * ?"
    )
    for account, terms, begins, cap, points in ledger.store.rows(sql, [FAR_ABOVE_CAP]):
        action, first = ledger.names.actions[terms], day_of(begins)
        until = {
            "day": first + dt.timedelta(1), "month": months_later(first, 1), "year": months_later(first, 12),
        }[action.cap_period]  # fmt: skip
        scope = {
            "account_id": account, "terms": terms, "programme": action.programme, "action": action.action, "day": str(first),
            "until": str(until),
        }  # fmt: skip
        yield Finding("above_cap", scope, {"earned": points, "cap": cap}, points / cap / FAR_ABOVE_CAP)


def _bursts(ledger: Ledger) -> Iterator[Finding]:
    sql = (
        "SELECT s.name, e.occurred_day, COUNT(*), COUNT(DISTINCT e.account_id) FROM event e "
        f"JOIN source s ON s.source = e.source WHERE {STANDS} GROUP BY s.name, e.occurred_day"
    )
    of: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for source, occurred, acts, accounts in ledger.store.rows(sql):
        of[source].append((occurred, acts, accounts))
    for source, days in of.items():
        if len(days) < BURST_DAYS:
            continue
        usual = median(acts for _, acts, _ in days)
        for day, acts, accounts in days:
            if acts >= max(BURST_ACTS, BURST_TIMES * usual):
                figures = {"acts": acts, "usual": round(usual), "accounts": accounts, "days": len(days)}
                excess = acts / max(1, usual) / BURST_TIMES
                yield Finding("burst", {"source": source, "day": str(day_of(day))}, figures, excess)


def _shared(ledger: Ledger) -> Iterator[Finding]:
    sql = (
        "SELECT e.event_id, s.name, e.occurred_day, e.quantity, e.co2e_mg, COUNT(*) FROM event e "
        f"JOIN source s ON s.source = e.source WHERE {STANDS} "
        "GROUP BY e.event_id, s.name, e.occurred_day, e.quantity, e.co2e_mg HAVING COUNT(*) > 1"
    )
    for event, source, day, quantity, mg, accounts in ledger.store.rows(sql):
        scope = {"event_id": event, "source": source, "day": str(day_of(day)), "quantity": quantity, "co2e_mg": mg}
        yield Finding("one_for_many", scope, {"accounts": accounts}, accounts / 2)


@dataclass(frozen=True)
class Rule:
    """A rule, and the thresholds that it asks by, as a sentence about it may name them."""

    ask: Callable[[Ledger], Iterator[Finding]]
    thresholds: dict[str, int] = field(default_factory=dict)


RULES: Final = {
    "many_in_a_day": Rule(_many, {"many": MANY_IN_A_DAY}),
    "above_cap": Rule(_above_cap, {"times_cap": FAR_ABOVE_CAP}),
    "burst": Rule(_bursts, {"burst_acts": BURST_ACTS, "burst_times": BURST_TIMES, "burst_days": BURST_DAYS}),
    "one_for_many": Rule(_shared),
}
"""By name, in the order in which they are asked."""


def _hash(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:24]
