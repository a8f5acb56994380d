"""The state machine over the rules in memory, and that it catches books with a fault in them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from machine import Books, Lives, Twin
from terms import CATALOGUE, TODAY

from leafmark.ledger import Redeem, decide
from leafmark.ledger.rows import Accepted, Command, Duplicate, EventRow, Outcome, RedemptionRow, Rejected
from leafmark.ledger.state import cap_key

LIVES = settings(max_examples=50, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
HUNT = settings(LIVES, max_examples=400, database=None)
"""A mutant is to be found, not to be found in few steps."""


def lives_of(books: type[Books]) -> type[Lives]:
    return type("LivesOfBooks", (Lives,), {"make": books})


def test_lives_in_memory() -> None:
    run_state_machine_as_test(lives_of(Twin), settings=LIVES)


class AddsOnReplay(Twin):
    """A repeated act is answered rightly, and counted again."""

    def post(self, command: Command) -> Outcome:
        outcome = super().post(command)
        if isinstance(outcome, Duplicate) and isinstance(outcome.first[0], EventRow):
            self.accounts[command.account_id].held -= outcome.first[0].points
        return outcome


class LogsDeclined(Twin):
    """A redemption for which points lack is refused, and kept all the same."""

    def post(self, command: Command) -> Outcome:
        outcome = super().post(command)
        if isinstance(command, Redeem) and isinstance(outcome, Rejected) and outcome.reason == "not_enough":
            self.accounts[command.account_id].add(
                RedemptionRow(
                    command.account_id, command.redemption_id, "pending", command.points, command.reward, TODAY
                )
            )
        return outcome


class CapByOrder(Twin):
    """An act that would pass the cap earns nothing, instead of what is left under it."""

    def post(self, command: Command) -> Outcome:
        account = self.accounts[command.account_id]
        outcome = decide(account, command, CATALOGUE, TODAY)
        if isinstance(outcome, Accepted):
            for row in outcome.rows:
                if isinstance(row, EventRow):
                    held = account.tallies.get(cap_key(row))
                    if (held.points if held else 0) + row.points > row.cap_points:
                        row = replace(row, points=0)
                account.add(row)
        return outcome


@pytest.mark.parametrize("mutant", [AddsOnReplay, LogsDeclined, CapByOrder])
def test_a_mutant_is_caught(mutant: type[Books]) -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(lives_of(mutant), settings=HUNT)
