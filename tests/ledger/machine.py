"""Whole lives of a few accounts, step by step: any books that answer commands are held to an account kept by hand.

The oracle shares no code with the rules: it keeps every command that was accepted and works each balance out anew, from
all of them, by the sentences of the issue. A store, or a mutant of one, is a `Books`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from typing import Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from terms import CATALOGUE, CHANNEL, METRO, RECEIPT, TODAY, WALK

from leafmark.ledger import Account, Act, Action, Amend, Redeem, Settle, decide, fingerprint, id_of
from leafmark.ledger.rows import Accepted, Command, Conflict, Duplicate, Outcome, Rejected

NAMES = ("ann", "bob")
TERMS = (METRO, RECEIPT, CHANNEL, WALK)


class Books(Protocol):
    """What is tested: the twin in memory, a store, or a mutant."""

    def post(self, command: Command) -> Outcome:
        """Answer a command and keep what it makes."""

    def balance(self, account_id: int) -> tuple[int, int]:
        """Grams minted in mg, and points available."""

    def close(self) -> None:
        """Let go."""


class Twin:
    """The rules over accounts in memory."""

    def __init__(self) -> None:
        self.accounts: dict[int, Account] = defaultdict(Account)

    def post(self, command: Command, today: dt.date = TODAY) -> Outcome:
        account = self.accounts[command.account_id]
        outcome = decide(account, command, CATALOGUE, today)
        if isinstance(outcome, Accepted):
            for row in outcome.rows:
                account.add(row)
        return outcome

    def balance(self, account_id: int) -> tuple[int, int]:
        account = self.accounts[account_id]
        return account.minted_mg, account.points

    def close(self) -> None:
        pass


class ByHand:
    """The oracle of one account."""

    def __init__(self) -> None:
        self.acts: dict[int, Act] = {}
        self.gone: set[int] = set()
        self.held: dict[int, int] = {}

    def balance(self) -> tuple[int, int]:
        mg, earned = 0, defaultdict(int)
        for event_id, act in self.acts.items():
            if event_id in self.gone:
                continue
            if act.action not in ("e_receipt", "channel"):  # in the operator's inventory already; points only
                mg += act.co2e_mg
            period = {"metro": act.occurred_day, "channel": act.occurred_day.year}.get(
                act.action, (act.occurred_day.year, act.occurred_day.month)
            )
            each = {"metro": 7, "e_receipt": 2, "channel": act.quantity, "walk": 3 * (act.co2e_mg // 1_000_000)}[
                act.action
            ]
            if act.action == "metro" and act.occurred_day == dt.date(2026, 11, 11):
                each = each * 3 // 2
            earned[act.action, period] += each if act.co2e_mg >= 0 and act.quantity else 0
        cap = {"metro": 20, "e_receipt": 9, "channel": 500, "walk": 10}
        return mg, sum(min(cap[action], points) for (action, _), points in earned.items()) - sum(self.held.values())


class Lives(RuleBasedStateMachine):
    """Acts, twice and changed and by another partner, taken back, spent and given back."""

    make: type[Books] = Twin

    @initialize()
    def begin(self) -> None:
        self.books = self.make()
        self.by_hand = {id_of(name): ByHand() for name in NAMES}
        self.posted: list[Command] = []

    @rule(who=st.sampled_from(NAMES), terms=st.sampled_from(TERMS), ride=st.integers(0, 11), day=st.integers(9, 13),
          size=st.integers(-1, 4))  # fmt: skip
    def act(self, who: str, terms: Action, ride: int, day: int, size: int) -> None:
        occurred = dt.date(2026, 11, day)
        mg = {"channel": 0, "walk": size * 1_300_000, "e_receipt": abs(size) * 3_000}.get(terms.action, size * 15_000)
        act = Act(
            id_of(who), id_of(f"{who}{terms.action}{ride}"), "city", terms.action, terms.method_id,
            1 if terms.action == "e_receipt" else abs(size), occurred, "gate", "A",
            fingerprint(id_of(who), terms.action, f"document {ride}", ""), mg,
        )  # fmt: skip
        known = self.by_hand[act.account_id].acts.get(act.event_id)
        outcome = self.books.post(act)
        if known is None:
            assert isinstance(outcome, Accepted), outcome
            self.by_hand[act.account_id].acts[act.event_id] = act
            self.posted.append(act)
        else:
            assert isinstance(outcome, Duplicate if known == act else Conflict), outcome

    @rule(data=st.data())
    def again(self, data: st.DataObject) -> None:
        if self.posted:
            assert isinstance(self.books.post(data.draw(st.sampled_from(self.posted))), Duplicate)

    @rule(data=st.data())
    def by_another_partner(self, data: st.DataObject) -> None:
        acts = [each for each in self.posted if isinstance(each, Act)]
        if acts:
            act = data.draw(st.sampled_from(acts))
            outcome = self.books.post(replace(act, event_id=id_of(f"other {act.event_id}"), source="wallet"))
            assert isinstance(outcome, Rejected), outcome
            assert outcome.reason == "same_act"

    @rule(data=st.data(), kind=st.sampled_from(["reversal", "fraud"]))
    def take_back(self, data: st.DataObject, kind: str) -> None:
        acts = [each for each in self.posted if isinstance(each, Act)]
        if acts:
            act = data.draw(st.sampled_from(acts))
            gone = self.by_hand[act.account_id].gone
            back = Amend(act.account_id, id_of(f"{kind} {act.event_id}"), kind, act.event_id, "so it was")
            outcome = self.books.post(back)
            if act.event_id not in gone:
                assert isinstance(outcome, Accepted), outcome
                self.posted.append(back)
            else:
                assert isinstance(outcome, Duplicate | Rejected), outcome
            gone.add(act.event_id)

    @rule(who=st.sampled_from(NAMES), reward=st.integers(0, 4), points=st.integers(0, 30))
    def redeem(self, who: str, reward: int, points: int) -> None:
        account_id, redemption_id = id_of(who), id_of(f"{who} reward {reward} {points}")
        hand = self.by_hand[account_id]
        known, available = redemption_id in hand.held, hand.balance()[1]
        outcome = self.books.post(Redeem(account_id, redemption_id, points, f"reward {reward}"))
        if known:
            assert isinstance(outcome, Duplicate), outcome
        elif 0 < points <= available:
            assert isinstance(outcome, Accepted), outcome
            hand.held[redemption_id] = points
        else:
            assert isinstance(outcome, Rejected), outcome

    @rule(data=st.data(), who=st.sampled_from(NAMES), step=st.sampled_from(["posted", "void", "expired"]))
    def settle(self, data: st.DataObject, who: str, step: str) -> None:
        hand = self.by_hand[id_of(who)]
        if hand.held:
            redemption_id = data.draw(st.sampled_from(sorted(hand.held)))
            outcome = self.books.post(Settle(id_of(who), redemption_id, step))
            if isinstance(outcome, Accepted) and step != "posted":
                hand.held[redemption_id] = 0

    @invariant()
    def every_balance_is_that_kept_by_hand(self) -> None:
        for account_id, hand in getattr(self, "by_hand", {}).items():
            assert self.books.balance(account_id) == hand.balance()

    def teardown(self) -> None:
        if hasattr(self, "books"):
            self.books.close()
