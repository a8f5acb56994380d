"""The bench of allocation: its peer gets the same transports, and its answer is ours; the work is the same on every run."""

from __future__ import annotations

from bench.allocation import transports_of
from bench.allocation_peers import highs
from bench.allocation_work import work

from leafmark.parcels.fulfilment.per_sku import sinks_of, solve
from leafmark.parcels.fulfilment.tables_in import read_problem


def test_highs_finds_the_same_least_cost_on_the_benchs_own_transports() -> None:
    given = work(6)
    problem = read_problem(given.demand, given.stock, given.lanes)
    assert problem.refused.num_rows == 0
    sinks, _ = sinks_of(problem)
    flows = solve(problem, sinks, problem.plain_scale(1, 0))
    assert highs(transports_of(problem, sinks))["co2e_mg"] == flows.bound.sum()


def test_the_work_is_the_same_for_one_seed_and_another_for_another() -> None:
    assert work(3).demand.equals(work(3).demand)
    assert not work(3).demand.equals(work(3, seed=2).demand)
