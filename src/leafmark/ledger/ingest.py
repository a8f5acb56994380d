"""One batch into a store: who is new, who was here before, who collides; then tallies and a sealed link.

Answers are those of `rules.decide` over the acts one by one in their order. A batch without doubles, which is the common
one, is a single insert; where acts of a batch share an id or a fingerprint, the first of each goes in, the store is asked
about the rest, and so on until none is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa

from leafmark.ledger.catalogue import Action
from leafmark.ledger.columns import EventColumns, TallyColumns, day_of, event_columns, tally_columns
from leafmark.ledger.intake import Int64s, rows_of
from leafmark.ledger.prepare import Bools, Prepared
from leafmark.ledger.rows import Act, Rejected
from leafmark.ledger.rules import differing_fields

UNKNOWN = -1
"""Number of a source that only refused acts name."""
REFUSED_KEPT_MAX = 100_000
"""Refused rows that a receipt names one by one; beyond, it only counts them."""


@dataclass
class Receipt:
    """What became of acts: accepted + duplicates + conflicts + rejected = rows."""

    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    rejected: int = 0
    batches: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    named: list[tuple[int, str, Rejected]] = field(default_factory=list)

    def refused(self) -> pa.Table:
        """Rows that were in conflict or rejected: row (from 0), outcome, reason, field, found, expected."""
        return rows_of(self.named)

    def refuse(self, row: int, outcome: str, why: Rejected) -> None:
        """Count a row that did not go in, and name it."""
        if outcome == "conflict":
            self.conflicts += 1
        else:
            self.rejected += 1
        self.reasons[why.reason] = self.reasons.get(why.reason, 0) + 1
        if len(self.named) < REFUSED_KEPT_MAX:
            self.named.append((row, outcome, why))

    def add(self, other: Receipt, from_row: int) -> None:
        """Take in the receipt of a batch that began at a row."""
        for name in ("rows", "accepted", "duplicates", "conflicts", "rejected", "batches"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for reason, count in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + count
        room = max(0, REFUSED_KEPT_MAX - len(self.named))
        self.named += [(from_row + row, outcome, why) for row, outcome, why in other.named[:room]]


@dataclass(frozen=True)
class Found:
    """Events that a store holds. `asked`: to which of the questions each is the answer."""

    asked: Int64s
    events: EventColumns


class EventTable(Protocol):
    """What ingesting asks of a store, inside a transaction."""

    expect_known: bool
    """Whether the last batch held many acts that were there before: then the store is asked first."""

    def insert_events(self, events: EventColumns) -> Bools:
        """Add events whose ids and fingerprints differ among themselves; True where one went in, False where it is there."""

    def known_by_id(self, account_id: Int64s, event_id: Int64s) -> Found:
        """The events under some ids."""

    def known_by_fingerprint(self, account_id: Int64s, fingerprint: Int64s) -> Found:
        """The events under some fingerprints."""

    def erased_among(self, account_id: Int64s) -> set[int]:
        """Those of some accounts that were erased."""

    def add_tallies(self, tallies: TallyColumns) -> None:
        """Add to the tallies."""


@dataclass(frozen=True)
class Names:
    """A store's numbers for terms and sources."""

    terms: dict[tuple[str, str, int], int]
    sources: dict[str, int]
    actions: dict[int, Action]

    def act(self, events: EventColumns, at: int) -> Act:
        """An event that a store holds, as the act it was."""
        terms = self.actions[int(events.terms[at])]
        source = next(name for name, number in self.sources.items() if number == events.source[at])
        return Act(
            int(events.account_id[at]), int(events.event_id[at]), terms.programme, terms.action, terms.method_id,
            int(events.quantity[at]), day_of(int(events.occurred_day[at])), source, events.evidence[at].decode(),
            int(events.fingerprint[at]), int(events.co2e_mg[at]),
        )  # fmt: skip


class Ingest:
    """One prepared batch on its way into a store."""

    def __init__(self, prepared: Prepared, table: EventTable, names: Names) -> None:
        self.prepared, self.table, self.names = prepared, table, names
        self.receipt = Receipt(rows=len(prepared.intake), batches=1)
        self.unsettled = np.ones(len(prepared.intake), np.bool_)
        self.terms_ids = [names.terms[each.programme, each.action, each.version] for each in prepared.actions]
        self.source_ids = [names.sources.get(each, UNKNOWN) for each in prepared.intake.texts["source"].values]

    def run(self) -> tuple[Receipt, EventColumns | None]:
        """Post it; what went in, in the order of its records, is for the caller to seal."""
        table, pending = self.table, np.flatnonzero(self.prepared.allowed)
        pending = self._without_erased(pending)
        if table.expect_known:
            pending = self._answer(pending)
        taken: list[EventColumns] = []
        while len(pending):
            events = self._columns(_firsts(self.prepared, pending))
            went_in = table.insert_events(events)
            taken.append(events if went_in.all() else events.take(went_in))
            self.unsettled[taken[-1].row] = False
            pending = pending[self.unsettled[pending]]
            pending = self._answer(pending)
        accepted = (
            taken[0] if len(taken) == 1 else self._columns(np.concatenate([each.row for each in taken] or [_NONE]))
        )
        self._refuse(accepted)
        self.receipt.accepted = len(accepted)
        table.expect_known = self.receipt.duplicates > self.receipt.rows // 20
        if not len(accepted):
            return self.receipt, None
        table.add_tallies(tally_columns(self.prepared, accepted))
        return self.receipt, accepted

    def _columns(self, rows: Int64s) -> EventColumns:
        return event_columns(self.prepared, rows, self.terms_ids, self.source_ids)

    def _answer(self, rows: Int64s) -> Int64s:
        """Answer the acts that the store knows, by id or else by fingerprint; the others are returned."""
        taken, rows = self.prepared.intake, self._answer_ids(rows)
        if len(rows):
            # of one id only its first: what a later one is told depends on whether that one goes in
            firsts = _firsts_by(taken.account_id, taken.event_id, rows)
            found = self.table.known_by_fingerprint(taken.account_id[firsts], taken.fingerprint[firsts])
            for row, event_id in zip(firsts[found.asked].tolist(), found.events.event_id.tolist(), strict=True):
                if (
                    event_id != taken.event_id[row]
                ):  # else it came from another writer between the two questions: ask again
                    why = Rejected(
                        "same_act", "fingerprint", str(event_id), "an act that no event of the account holds"
                    )
                    self._refuse_row(row, why)
            rows = rows[self.unsettled[rows]]
        return rows

    def _answer_ids(self, rows: Int64s) -> Int64s:
        if len(rows):
            taken = self.prepared.intake
            self._same_id(rows, self.table.known_by_id(taken.account_id[rows], taken.event_id[rows]))
        return rows[self.unsettled[rows]]

    def _same_id(self, rows: Int64s, found: Found) -> None:
        """Acts whose id the store knows: the same body is a duplicate, another a conflict."""
        asked = rows[found.asked]
        mine, theirs = self._columns(asked), found.events
        place = np.empty(len(asked), np.int64)  # `_columns` puts rows in the order of their keys
        place[np.argsort(asked)] = np.argsort(mine.row)
        same = self.prepared.allowed[asked]
        for name in ("fingerprint", "co2e_mg", "quantity", "occurred_day", "terms", "source", "evidence"):
            same &= getattr(mine, name)[place] == getattr(theirs, name)
        self.receipt.duplicates += int(same.sum())
        self.unsettled[asked[same]] = False
        for n in np.flatnonzero(~same).tolist():
            row, first = int(asked[n]), self.names.act(theirs, n)
            act = self.prepared.intake.act(row)
            differing = differing_fields(first, act)
            self.unsettled[row] = False
            if not differing:  # its terms would refuse it today, and took it when it came
                self.receipt.duplicates += 1
                continue
            was, now = (", ".join(f"{name} {getattr(each, name)}" for name in differing) for each in (first, act))
            self.receipt.refuse(
                row, "conflict", Rejected("conflict", ", ".join(differing), now, f"as first posted: {was}")
            )

    def _without_erased(self, rows: Int64s) -> Int64s:
        gone = self.table.erased_among(self.prepared.intake.account_id[rows]) if len(rows) else set()
        if gone:
            rows = self._answer_ids(rows)
            for row in rows[np.isin(self.prepared.intake.account_id[rows], list(gone))].tolist():
                account = str(self.prepared.intake.account_id[row])
                self._refuse_row(row, Rejected("account_erased", "account_id", account, "an account that stands"))
        return rows[self.unsettled[rows]]

    def _refuse(self, accepted: EventColumns) -> None:
        """Acts that their terms refuse, but for those whose id is known: those are answered as the first time.

        One that a later act of the same batch has the id of came before it, so it is refused.
        """
        taken = self.prepared.intake
        rows = np.array(sorted(self.prepared.refused.keys() - taken.faults.keys()), np.int64)
        if len(rows):
            found = self.table.known_by_id(taken.account_id[rows], taken.event_id[rows])
            came = {(account, event): row for account, event, row in zip(
                accepted.account_id.tolist(), accepted.event_id.tolist(), accepted.row.tolist(), strict=True)}  # fmt: skip
            keys = zip(found.events.account_id.tolist(), found.events.event_id.tolist(), strict=True)
            before = np.array([came.get(key, -1) for key in keys], np.int64) < rows[found.asked]
            self._same_id(rows, Found(found.asked[before], found.events.take(before)))
        for row, why in sorted(self.prepared.refused.items()):
            if self.unsettled[row]:
                self._refuse_row(row, why)

    def _refuse_row(self, row: int, why: Rejected) -> None:
        self.receipt.refuse(row, "rejected", why)
        self.unsettled[row] = False


_NONE = np.zeros(0, np.int64)


def _firsts(prepared: Prepared, rows: Int64s) -> Int64s:
    """The acts that no earlier one of these shares its id or fingerprint with."""
    taken = prepared.intake
    account = taken.account_id[rows]
    first = np.ones(len(rows), np.bool_)
    for key in (taken.event_id[rows], taken.fingerprint[rows]):
        order = np.lexsort((rows, key, account))
        again = np.zeros(len(rows), np.bool_)
        again[1:] = (account[order][1:] == account[order][:-1]) & (key[order][1:] == key[order][:-1])
        first[order[again]] = False
    return rows[first]


def _firsts_by(account: Int64s, key: Int64s, rows: Int64s) -> Int64s:
    """Of some rows, those that no earlier one of them shares its account and key with."""
    order = np.lexsort((rows, key[rows], account[rows]))
    again = np.zeros(len(rows), np.bool_)
    one, other = rows[order][1:], rows[order][:-1]
    again[order[1:]] = (account[one] == account[other]) & (key[one] == key[other])
    return rows[~again]
