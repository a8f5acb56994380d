"""What planning speaks of: jobs that may wait, hours with a carbon intensity, and how a row or a wish is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Hours = NDArray[np.datetime64]

JOBS_MAX: Final = 20_000
HOURS_MAX: Final = 24 * 366
REASONS: Final[dict[str, str]] = {
    "unreadable": "a cell could not be read as its column's type",
    "missing_value": "a required cell is empty",
    "duplicate_id": "the job_id occurred before in the same file",
    "not_positive": "hours, kWh and kW have to be above 0",
    "two_amounts": "hours and kWh disagree: kWh is not hours x kW",
    "window_too_short": "the job is longer than the time between earliest and latest",
    "outside_grid": "the window reaches past the hours of the grid file",
    "unknown_region": "the grid files have no such region",
    "no_intensity": "no region has enough hours with a carbon intensity in the window (an empty hour is not 0 g)",
}
"""Why a job is left out of a schedule -> in words. The others are scheduled."""


class PlanningError(ValueError):
    """Nothing can be planned: what was found, where, and what to do."""


class NoPlanError(PlanningError):
    """No plan keeps the bound on the peak.

    `job_id`, `hour` (start, UTC) and `region` are where it is tightest; `needed_kw` is what every plan needs at least, and
    `enough_kw` a bound that a plan was found for.
    """

    def __init__(
        self, message: str, job_id: str, hour: np.datetime64, region: str, needed_kw: float, enough_kw: float
    ) -> None:
        super().__init__(message)
        self.job_id, self.hour, self.region, self.needed_kw, self.enough_kw = job_id, hour, region, needed_kw, enough_kw


@dataclass(frozen=True, slots=True)
class Job:
    """Work of `hours` at `power_kw` that may run from `earliest` and has to be done by `latest` (UTC, whole hours).

    `interruptible`: it may stop and go on, or run at part of its power; else it runs through once begun. `regions`: where it may run, one
    for the whole job, the first being where it runs today; none given: the only region. `row`: of the table it was read from.
    """

    job_id: str
    earliest: np.datetime64
    latest: np.datetime64
    hours: float
    power_kw: float
    interruptible: bool = False
    regions: tuple[str, ...] = ()
    row: int = 0

    @property
    def kwh(self) -> float:
        """Energy of the whole job."""
        return self.hours * self.power_kw


@dataclass(frozen=True, slots=True)
class Refused:
    """A row of the jobs that cannot be scheduled; `row` is counted from 1 below the header."""

    row: int
    job_id: str
    field: str
    reason: str
    found: str
    expected: str


@dataclass(frozen=True)
class Grid:
    """Carbon intensity by region and hour: average g CO2e/kWh, NaN where the source has none; and power that is taken anyway.

    `hours` : the start of each hour, UTC, without a gap. `g_per_kwh`, `base_kw` : float64 [regions, hours].
    """

    regions: tuple[str, ...]
    hours: Hours
    g_per_kwh: Real
    base_kw: Real
    sources: tuple[str, ...] = ()
