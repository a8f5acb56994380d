"""Cloud planning: what a change to computing would do to its grams, and a schedule of what can wait.

moving, cooling, storage, consolidation   a load now, a load then -> before, after, difference with range, and what was assumed
schedule                                  jobs x hourly intensity -> a plan with least grams under a bound on the peak

from leafmark.inventory.cloud_planning import read_grid, read_jobs, schedule
"""

from leafmark.inventory.cloud_planning.grid import read_grid
from leafmark.inventory.cloud_planning.jobs import read_jobs
from leafmark.inventory.cloud_planning.plan import PLAN_SCHEMA, content, plan_table
from leafmark.inventory.cloud_planning.schedule import Scheduled, schedule
from leafmark.inventory.cloud_planning.tables import Grid, Job, NoPlanError, PlanningError, Refused

__all__ = [
    "PLAN_SCHEMA", "Grid", "Job", "NoPlanError", "PlanningError", "Refused", "Scheduled", "content", "plan_table", "read_grid", "read_jobs",
    "schedule",
]  # fmt: skip
