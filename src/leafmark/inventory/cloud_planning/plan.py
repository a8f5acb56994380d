"""A schedule as tables: who runs when, the load by hour before and after, and the few figures that matter.

Grams of a row are rounded once to whole micrograms, so that totals are integer sums; the energy before and after is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from leafmark.inventory.cloud_planning.problem import ROUND, Problem, Run
from leafmark.inventory.cloud_planning.schedule import Scheduled

UG_PER_G: Final = 1_000_000
PLAN_SCHEMA: Final = pa.schema([
    pa.field("job_id", pa.string(), nullable=False),
    pa.field("region", pa.string(), nullable=False),
    pa.field("hour", pa.timestamp("s", "UTC"), nullable=False),  # its start
    pa.field("kw", pa.float64(), nullable=False),                # mean of the hour, so kWh too
    pa.field("g_per_kwh", pa.float64(), nullable=False),
    pa.field("co2e_ug", pa.int64(), nullable=False),
])  # fmt: skip
"""A row a job and hour that it runs in."""

CAVEATS: Final = (
    "Intensities are averages of their hour and region; what one more kWh causes (marginal) is another figure and can be the other way round.",
    "Intensities of these hours are known after them: a schedule made ahead rests on a forecast, and saves less.",
    "The peak is the largest mean of an hour; within the hour a job may take its full power.",
)


def plan_table(problem: Problem, runs: Sequence[Run]) -> pa.Table:
    """A plan as `PLAN_SCHEMA`, by job and hour."""
    rows = [
        {
            "job_id": job.job_id, "region": problem.grid.regions[run.region], "hour": problem.grid.hours[run.first + n].astype("datetime64[s]").item(),
            "kw": float(kw), "g_per_kwh": float(problem.grid.g_per_kwh[run.region, run.first + n]),
            "co2e_ug": round(kw * problem.grid.g_per_kwh[run.region, run.first + n] * UG_PER_G),
        }
        for job, run in zip(problem.jobs, runs, strict=True) for n, kw in enumerate(run.kw) if kw > ROUND
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, PLAN_SCHEMA)


def total_ug(table: pa.Table) -> int:
    """Micrograms of a plan's table."""
    return sum(table.column("co2e_ug").to_pylist())


def content(found: Scheduled, refused: Sequence[Any] = ()) -> dict[str, Any]:
    """The figures of a schedule as plain data."""
    plans = {"before": found.before, "carbon_only": found.carbon_only, "after": found.after}
    tables = {name: plan_table(found.problem, runs) for name, runs in plans.items()}
    figures = {
        name: {
            "co2e_ug": total_ug(tables[name]), "kwh": sum(float(run.kw.sum()) for run in runs), "peak_kw": found.peak_kw(runs),
            "peak_at": _peak_at(found.problem, runs),
        }
        for name, runs in plans.items()
    }  # fmt: skip
    return {
        "wish": found.wish, "jobs": len(found.problem.jobs), **figures,
        "bound_co2e_ug": round(found.bound_g * UG_PER_G), "bound_peak_kw": found.bound_kw, "gap": found.gap, "proven": found.proven,
        "refused": [
            {name: getattr(each, name) for name in ("row", "job_id", "field", "reason", "found", "expected")}
            for each in (*refused, *found.problem.refused)
        ],
        "caveats": list(CAVEATS), "sources": list(found.problem.grid.sources), "plan": tables["after"].to_pylist(),
    }  # fmt: skip


def _peak_at(problem: Problem, runs: Sequence[Run]) -> dict[str, str]:
    place, hour = np.unravel_index(int(problem.load(runs).argmax()), problem.cost.shape)
    return {"region": problem.grid.regions[place], "hour": f"{problem.grid.hours[hour]}:00Z"}


def loads(found: Scheduled) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Hours (from the first to the last that any plan uses) and kW of all regions together by plan, for a chart."""
    plans = {"before": found.before, "carbon only": found.carbon_only, "after": found.after}
    sums = {name: found.problem.load(runs).sum(axis=0) for name, runs in plans.items()}
    used = [run for runs in plans.values() for run in runs]
    window = slice(min(run.first for run in used), max(run.first + len(run.kw) for run in used))
    return found.problem.grid.hours[window], {name: kw[window] for name, kw in sums.items()}
