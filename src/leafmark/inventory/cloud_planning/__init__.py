"""Cloud planning: what a change to computing would do to its grams, and a schedule of what can wait.

moving, cooling, storage, consolidation   a load now, a load then -> before, after, difference with range, and what was assumed
schedule                                  jobs x hourly intensity -> a plan with least grams under a bound on the peak

from leafmark.inventory.cloud_planning import read_grid, read_jobs, schedule
"""

from leafmark.inventory.cloud_planning.grid import read_grid
from leafmark.inventory.cloud_planning.jobs import read_jobs
from leafmark.inventory.cloud_planning.plan import PLAN_SCHEMA, content, plan_table
from leafmark.inventory.cloud_planning.quantities import Quantity, Report, Row, compare, fact, facts
from leafmark.inventory.cloud_planning.reading import read_what_ifs
from leafmark.inventory.cloud_planning.schedule import Scheduled, schedule
from leafmark.inventory.cloud_planning.tables import Grid, Job, NoPlanError, PlanningError, Refused
from leafmark.inventory.cloud_planning.what_if import Leak, Load, consolidation, loads, shifting, storage

__all__ = [
    "PLAN_SCHEMA", "Grid", "Job", "Leak", "Load", "NoPlanError", "PlanningError", "Quantity", "Refused", "Report", "Row", "Scheduled",
    "compare", "consolidation", "content", "fact", "facts", "loads", "plan_table", "read_grid", "read_jobs", "read_what_ifs", "schedule",
    "shifting", "storage",
]  # fmt: skip
