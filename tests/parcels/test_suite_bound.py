"""The answer is never below the best suite, the bound never above: held to all subsets, and to HiGHS."""

from __future__ import annotations

from itertools import pairwise

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from suite_cases import CREW, Table, sizes_table, tables

from leafmark.parcels.suites.bound import Cuts, bound_of, cheapest_bids
from leafmark.parcels.suites.instance import Crew, make_instance
from leafmark.parcels.suites.interchange import best_exchange, best_to_add, serve
from leafmark.parcels.suites.path import best_path


def optimum_by_highs(table: Table, k: int) -> int:
    """The p-median problem as a mixed-integer program: y_j carton stocked, x_ij order i in it, u_i in none."""
    rows, cartons = table.price.shape
    program = highspy._core._Highs()
    program.setOptionValue("output_flag", False)
    program.setOptionValue("mip_rel_gap", 0.0)
    for j in range(cartons):
        program.addVar(0.0, 1.0)
        program.changeColIntegrality(j, highspy.HighsVarType.kInteger)
    pairs = [(i, j) for i in range(rows) for j in range(cartons) if table.fit[i, j]]
    served: list[list[int]] = [[] for _ in range(rows)]
    for place, (i, j) in enumerate([*pairs, *((i, -1) for i in range(rows))]):
        program.addVar(0.0, 1.0)
        column = cartons + place
        price = table.price[i, j] if j >= 0 else table.unheld[i]
        program.changeColCost(column, float(price * table.orders[i]))
        served[i].append(column)
        if j >= 0:
            program.addRow(0.0, np.inf, 2, np.array([j, column], np.int32), np.array([1.0, -1.0]))
    for columns in served:
        program.addRow(1.0, 1.0, len(columns), np.array(columns, np.int32), np.ones(len(columns)))
    program.addRow(0.0, float(k), cartons, np.arange(cartons, dtype=np.int32), np.ones(cartons))
    program.run()
    assert program.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return round(program.getInfo().objective_function_value)


@pytest.mark.parametrize(
    ("seed", "rows", "cartons", "k"), [(1, 60, 20, 3), (2, 60, 20, 6), (3, 90, 25, 5), (4, 40, 30, 8)]
)
def test_the_best_suite_lies_between_bound_and_answer_and_the_answer_is_near(
    seed: int, rows: int, cartons: int, k: int
) -> None:
    table = sizes_table(seed, rows, cartons)
    optimum = optimum_by_highs(table, k)
    step = best_path(table.instance(), k, CREW)[-1]
    assert step.bound <= optimum <= step.total
    assert step.total <= 1.015 * optimum
    assert step.total == table.paid(step.suite)


@settings(max_examples=settings().max_examples * 3 // 2)
@given(tables(), st.integers(1, 4))
def test_every_suite_on_the_way_is_bracketed(table: Table, k: int) -> None:
    k = min(k, table.price.shape[1])
    steps = best_path(table.instance(), k, CREW)
    for step in steps:
        assert step.bound <= table.best(len(step.suite)) <= step.total == table.paid(step.suite)
    totals = [int((table.unheld * table.orders).sum()), *(step.total for step in steps)]
    assert all(more <= fewer for fewer, more in pairwise(totals))
    if len(steps) < k:  # another size saved nothing
        assert totals[-1] == table.best(k)


@settings(max_examples=2 * settings().max_examples)
@given(tables(), st.integers(0, 6), st.data())
def test_any_bids_give_a_bound(table: Table, k: int, data: st.DataObject) -> None:
    bids = data.draw(st.lists(st.integers(0, 200), min_size=len(table.unheld), max_size=len(table.unheld)))
    bound, _ = bound_of(table.instance(), k, np.array(bids, np.int64), CREW)
    assert bound <= table.best(min(k, table.price.shape[1]))


@settings(max_examples=60)
@given(tables(), st.integers(1, 4))
def test_the_bound_stays_one_when_there_is_nothing_to_steer_by(table: Table, k: int) -> None:
    """Whatever total it is told to aim at, too high or too low, what comes out is below the best suite."""
    cuts = Cuts(table.instance(), CREW)
    for aim in (0, 10**9, table.best(k)):
        assert cuts.bound(k, [0], aim, 0.0).value <= table.best(k)


def test_a_bound_that_forgets_the_most_worthy_carton_is_caught() -> None:
    """The seeded mutant: the sum over one carton too few. The bracket above would fail on the first instance."""
    table = sizes_table(1, 60, 20)
    optimum = optimum_by_highs(table, 3)
    cuts = Cuts(table.instance(), CREW)
    found = cuts.bound(3, [0, 1, 2], optimum, 0.0)
    mutant = found.value + int(found.worth.max())
    assert found.value <= optimum < mutant


@given(tables(cartons=5), st.data())
def test_the_best_exchange_and_the_best_addition_are_those_of_trying_all(table: Table, data: st.DataObject) -> None:
    cartons = table.price.shape[1]
    suite = data.draw(st.lists(st.integers(0, cartons - 1), unique=True, min_size=1, max_size=cartons))
    instance = table.instance()
    served = serve(instance, suite, CREW)
    now = table.paid(tuple(suite))
    assert served.total == now
    others = [j for j in range(cartons) if j not in suite]
    if others:
        swapped = {
            (j, s): now - table.paid((*suite[:s], j, *suite[s + 1 :])) for j in others for s in range(len(suite))
        }
        taken_in, place, saved = best_exchange(instance, suite, served, CREW)
        assert saved == max(swapped.values()) == swapped[taken_in, place]
    carton, saved = best_to_add(instance, served, CREW)
    assert saved == max(now - table.paid((*suite, j)) for j in range(cartons)) == now - table.paid((*suite, carton))


@settings(max_examples=80)
@given(tables(), st.integers(1, 3))
def test_a_dominated_candidate_is_never_needed(table: Table, k: int) -> None:
    """A twin of carton 0 that holds less and costs one more changes no optimum, and no suite uses it in place of carton 0."""
    twin = Table(
        np.concatenate([table.price, table.price[:, :1] + 1], axis=1),
        np.concatenate([table.fit, table.fit[:, :1] & (np.arange(len(table.unheld)) % 2 == 0)[:, None]], axis=1),
        table.unheld,
        table.orders,
    )
    dominated = table.price.shape[1]
    assert twin.best(k) == table.best(k)
    for step in best_path(twin.instance(), min(k, dominated), CREW):
        if dominated in step.suite and 0 not in step.suite:
            assert twin.paid(tuple(j for j in step.suite if j != dominated)) == step.total  # nobody uses it


def test_answers_do_not_depend_on_the_threads() -> None:
    table = sizes_table(5, 400, 40)
    with Crew(1) as alone, Crew(3) as three:
        rows = np.arange(len(table.unheld))
        first = best_path(make_instance(table.price, table.fit, rows, table.unheld, table.orders, alone), 7, alone)
        assert first == best_path(
            make_instance(table.price, table.fit, rows, table.unheld, table.orders, three), 7, three
        )


def test_the_suite_of_one_size_does_not_depend_on_how_many_are_asked_for() -> None:
    instance = sizes_table(6, 300, 40).instance()
    suites = [step.suite for step in best_path(instance, 9, CREW)]
    assert [step.suite for step in best_path(instance, 5, CREW)] == suites[:5]


def test_bids_of_the_cheapest_carton_bound_a_suite_of_all() -> None:
    table = sizes_table(7, 50, 10)
    instance = table.instance()
    bound, worth = bound_of(instance, 10, cheapest_bids(instance), CREW)
    assert bound == table.paid(tuple(range(10)))
    assert not worth.any()


def test_totals_past_exact_sums_are_refused() -> None:
    huge = np.full((1, 1), 2**60, np.int64)
    with pytest.raises(OverflowError, match="summed exactly"):
        make_instance(huge, huge > 0, np.zeros(1, np.int64), huge[0], np.array([10]), CREW)
