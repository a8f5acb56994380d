"""Linear and mixed-integer programs by HiGHS (Huangfu and Hall, Mathematical Programming Computation 10, 2018), from arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from leafmark.inventory.cloud_planning.tables import PlanningError, Real, Whole

FEASIBLE: Final = 2
"""HiGHS' code of a solution that keeps all rows."""


@dataclass(frozen=True)
class Model:
    """Least `cost` x, `low` <= x <= `high`, `row_low` <= A x <= `row_high`; columns of `whole` in whole numbers.

    A comes by columns: entry n is `value[n]` in row `row[n]`, and column c has the entries from `start[c]` to `start[c + 1]`.
    """

    cost: Real
    low: Real
    high: Real
    whole: np.ndarray[Any, np.dtype[np.bool_]]
    start: Whole
    row: Whole
    value: Real
    row_low: Real
    row_high: Real


@dataclass(frozen=True)
class Answer:
    """Values of the columns (None: none found), the objective, what no solution can go below, and what a row's limit is worth.

    `infeasible`: proven that nothing keeps all rows. `dual` is 0 where columns are whole.
    """

    value: Real | None
    objective: float
    bound: float
    infeasible: bool
    dual: Real


def solve(model: Model, seconds: float, relaxed: bool = False, gap: float = 0.0, start: Real | None = None) -> Answer:
    """Solve a model; `relaxed`: without the wish for whole numbers. Whole numbers stop at `gap` (relative) or after `seconds`.

    Raises
    ------
    PlanningError : HiGHS is not installed, or gives up.
    """
    try:
        import highspy
    except ModuleNotFoundError as error:
        raise PlanningError(
            "schedules with a bound on the peak need HiGHS: install Leafmark's extra `inventory`"
        ) from error

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> None:
            """HiGHS prints its name to stdout where callbacks are on, whatever its options; none is used."""

    engine: Any = Quiet()  # type: ignore[no-untyped-call]
    # Threads are left as they are: HiGHS refuses another number than the first program of the process had.
    for option, value in (
        ("output_flag", False), ("log_to_console", False), ("mip_rel_gap", gap), ("mip_abs_gap", 0.0),
        ("mip_feasibility_tolerance", 1e-9), ("primal_feasibility_tolerance", 1e-9), ("dual_feasibility_tolerance", 1e-9),
    ):  # fmt: skip
        engine.setOptionValue(option, value)
    whole = bool(model.whole.any()) and not relaxed
    if whole:
        engine.setOptionValue("time_limit", max(seconds, 0.01))
    none = np.zeros(0, np.int32)
    engine.addRows(len(model.row_low), model.row_low, model.row_high, 0, none, none, np.zeros(0))
    columns = len(model.cost)
    engine.addCols(
        columns, model.cost, model.low, model.high, len(model.row), model.start[:-1].astype(np.int32),
        model.row.astype(np.int32), model.value,
    )  # fmt: skip
    if whole:
        engine.changeColsIntegrality(columns, np.arange(columns, dtype=np.int32), model.whole.astype(np.uint8))
        if start is not None:
            given = highspy.HighsSolution()
            given.col_value = start.tolist()
            engine.setSolution(given)
    engine.run()
    states, status, info = highspy.HighsModelStatus, engine.getModelStatus(), engine.getInfo()
    nothing = np.zeros(len(model.row_low))
    if status in (states.kInfeasible, states.kUnboundedOrInfeasible):
        return Answer(None, np.inf, np.inf, True, nothing)
    found = info.primal_solution_status == FEASIBLE
    if status != states.kOptimal and not whole:
        raise PlanningError(f"HiGHS ended with {engine.modelStatusToString(status)}; expected an optimum")
    solution = engine.getSolution()
    objective = float(info.objective_function_value) if found else np.inf
    return Answer(
        np.asarray(solution.col_value, np.float64) if found else None,
        objective,
        float(info.mip_dual_bound) if whole else objective,
        False,
        nothing if whole else np.asarray(solution.row_dual, np.float64),
    )
