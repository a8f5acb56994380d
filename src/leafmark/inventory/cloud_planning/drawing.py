"""What the chart of a schedule shows: the load by hour of three plans, and the table under it, as plain data."""

from __future__ import annotations

import numpy as np

from leafmark.engine.curves import Curve, Figure
from leafmark.inventory.cloud_planning.plan import loads
from leafmark.inventory.cloud_planning.schedule import Scheduled


def load_figure(found: Scheduled) -> Figure:
    """kW of all regions by hour: as soon as it may, carbon only, and the plan."""
    hours, kw = loads(found)
    across = ((hours - hours[0]) / np.timedelta64(1, "h")).tolist()
    names = list(kw)
    peaks = ", ".join(
        f"{name} {found.peak_kw(runs):,.0f} kW"
        for name, runs in zip(names, (found.before, found.carbon_only, found.after), strict=True)
    )
    return Figure(
        title="Load by hour",
        said=f"Mean kW of each hour from {hours[0]}:00 UTC, for three plans with the same energy. Highest in one region: {peaks}.",
        units=(f"hours from {hours[0]}:00 UTC", "kW"),
        curves=tuple(Curve(name, tuple(zip(across, load.tolist(), strict=True)), dashed=name != "after") for name, load in kw.items()),
        head=("hour (UTC)", *(f"{name}, kW" for name in names)),
        rows=tuple((f"{hour}:00", *(f"{kw[name][n]:,.1f}" for name in names)) for n, hour in enumerate(hours)),
    )  # fmt: skip
