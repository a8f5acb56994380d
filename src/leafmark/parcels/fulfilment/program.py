"""Linear and integer programs by HiGHS (Huangfu and Hall, Mathematical Programming Computation 10, 2018), from arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from leafmark.parcels.fulfilment.problem import Real, Whole
from leafmark.parcels.fulfilment.reading import FulfilmentError

SECONDS_MAX = 120.0
FEASIBLE = 2
"""HiGHS' code of a solution that keeps all rows."""


@dataclass(frozen=True)
class Entries:
    """Entry n is `value[n]` at (`row[n]`, `column[n]`)."""

    row: Whole
    column: Whole
    value: Real


@dataclass(frozen=True)
class Solved:
    """Values of the columns, and what one more of a row's limit is worth (0 where columns are whole)."""

    value: Real
    dual: Real
    objective: float


class Program:
    """Columns of 0 or more over rows that each lie in [low, high]; columns may be added later, and it goes on where it was.

    Raises
    ------
    FulfilmentError : HiGHS is not installed.
    """

    def __init__(self, low: ArrayLike, high: ArrayLike) -> None:
        low = np.asarray(low, np.float64)
        try:
            import highspy
        except ModuleNotFoundError as error:
            raise FulfilmentError(
                "limits that tie SKUs together need HiGHS: install Leafmark's extra `parcels`, or leave the limits out"
            ) from error

        class Quiet(highspy.Highs):
            def enableCallbacks(self) -> None:
                """HiGHS prints its name to stdout where callbacks are on, whatever its options; none is used."""

        self._states = highspy.HighsModelStatus
        # Threads are left as they are: HiGHS refuses another number than the first program of the process had.
        self._model: Any = Quiet()  # type: ignore[no-untyped-call]
        for option, value in (
            ("output_flag", False), ("log_to_console", False), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0),
            ("primal_feasibility_tolerance", 1e-9), ("dual_feasibility_tolerance", 1e-9),
        ):  # fmt: skip
            self._model.setOptionValue(option, value)
        self._rows, nothing = len(low), np.zeros(0)
        index = nothing.astype(np.int32)
        self._model.addRows(len(low), low, np.asarray(high, np.float64), 0, index, index, nothing)

    def add(self, cost: Real, entries: Entries, most: Real | None = None) -> None:
        """More columns, each from 0 to `most`; `entries.column` counts from 0."""
        order = np.lexsort((entries.row, entries.column))
        starts = np.searchsorted(entries.column[order], np.arange(len(cost)))
        most = np.full(len(cost), np.inf) if most is None else most
        self._model.addCols(
            len(cost), cost, np.zeros(len(cost)), most, len(order), starts.astype(np.int32), entries.row[order].astype(np.int32),
            entries.value[order],
        )  # fmt: skip

    def least(self, whole: bool = False, seconds: float = SECONDS_MAX) -> Solved | None:
        """Make the cost least; None where nothing keeps all rows. `whole`: in whole numbers, the best found in the time.

        Raises
        ------
        FulfilmentError : HiGHS gives up.
        """
        columns = self._model.getNumCol()
        if whole:
            kinds = np.ones(columns, np.uint8)
            self._model.changeColsIntegrality(columns, np.arange(columns, dtype=np.int32), kinds)
        self._model.setOptionValue("time_limit", self._model.getRunTime() + seconds)
        self._model.run()
        status, info, found = self._model.getModelStatus(), self._model.getInfo(), self._model.getSolution()
        if status in (self._states.kInfeasible, self._states.kUnboundedOrInfeasible):
            return None
        if status != self._states.kOptimal and not (whole and info.primal_solution_status == FEASIBLE):
            raise FulfilmentError(f"HiGHS ended with {self._model.modelStatusToString(status)}; expected an optimum")
        dual = np.zeros(self._rows) if whole else np.asarray(found.row_dual, np.float64)
        return Solved(np.asarray(found.col_value, np.float64), dual, float(info.objective_function_value))
