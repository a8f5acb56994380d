"""A parcel network by the parcel, after the published scope of EN 17837:2023 (method `parcel.network`).

    grams of a parcel = sum over stages ( energy of the stage in the period x factor x the parcel's share )

The share is one parcel over the parcels of the stage, unless another key is stated. The whole network's energy is spread: the shares of
all parcels of a period add up to the period's emissions, which is the test of any allocation.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from leafmark.engine import footprint
from leafmark.engine.run_folder import Run
from leafmark.methods import method
from leafmark.parcels.cells import as_table
from leafmark.parcels.factors_used import packs_of
from leafmark.parcels.freight.booking import kept
from leafmark.parcels.freight.tables import FreightError

NETWORK: Final = method("parcel.network@1")
STAGES: Final = ("collection", "sorting", "line_haul", "last_mile", "sites")
USED_COLUMNS: Final = ("stage", "key", "amount", "unit", "throughput")
PARCEL_COLUMNS: Final = ("parcel_id", "taken")


def network(
    used: Any, parcels: Any, *, out: str | Path, allocation_key: str = "parcel", pack: Any = None, known_on: dt.date | None = None,
    run_date: dt.date | None = None, region: str | None = None, gwp: str = "AR6",
) -> Run:  # fmt: skip
    """Grams of each parcel of a network, as a run of the engine.

    The lines lie beside the run's folder, so that `explain` finds them.

    Parameters
    ----------
    used : rows `stage, key, amount, unit, throughput` (region optional): what each stage used in the period, and what went through it,
        in parcels, kg or m3 as `allocation_key` says.
    parcels : rows `parcel_id`, and `taken` where the key is not the parcel: the parcel's own kg or m3; an order of several parcels has
        their number in `taken`.
    allocation_key : parcel, mass or volume, of all stages.

    Raises
    ------
    FreightError : a column is missing, or the parcels take more than a stage's throughput.
    """
    stages, each = as_table(used, "network"), as_table(parcels, "parcels")
    for table, name, needed in ((stages, "network", USED_COLUMNS), (each, "parcels", PARCEL_COLUMNS[:1])):
        absent = [column for column in needed if column not in table.column_names]
        if absent:
            raise FreightError(
                f"{name}: {', '.join(absent)} missing; found {', '.join(table.column_names) or 'no column'}."
            )
    if allocation_key != "parcel" and "taken" not in each.column_names:
        raise FreightError(
            f"parcels: `taken` is missing: by {allocation_key} each parcel's own {allocation_key} has to be given."
        )
    known = known_on or dt.date.today()
    lines = _lines(stages.to_pylist(), each.to_pylist(), allocation_key, region)
    path = kept(lines, Path(out).with_name(f"{Path(out).name}-lines.parquet"))
    return footprint(
        path, method=NETWORK.name, out=out, pack=packs_of(pack), known_on=known, run_date=run_date or known, gwp=gwp
    )


def _lines(
    stages: list[dict[str, Any]], parcels: list[dict[str, Any]], allocation_key: str, region: str | None
) -> pa.Table:
    one = 1.0 if allocation_key == "parcel" else None
    rows = [
        {
            **{name: stage[name] for name in USED_COLUMNS}, "parcel_id": parcel["parcel_id"], "allocation_key": allocation_key,
            "taken": one if parcel.get("taken") is None else parcel["taken"], "region": stage.get("region") or region,
            "activity_id": f"{parcel['parcel_id']}/{number}",
        }
        for parcel in parcels
        for number, stage in enumerate(stages, start=1)
    ]  # fmt: skip
    _whole(stages, rows)
    for row in rows:
        for name in ("amount", "taken", "throughput"):
            row[name] = (
                None if row[name] is None else str(row[name])
            )  # as text: the engine reads, or refuses by the cell
    names = (
        "parcel_id",
        "stage",
        "key",
        "amount",
        "unit",
        "taken",
        "throughput",
        "allocation_key",
        "region",
        "activity_id",
    )
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})


def _whole(stages: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    """What all parcels take is at most what went through a stage."""
    for number, stage in enumerate(stages, start=1):
        try:
            taken = sum(
                float(row["taken"])
                for row in rows
                if row["activity_id"].endswith(f"/{number}") and row["taken"] is not None
            )
            through = float(stage["throughput"])
        except (TypeError, ValueError):
            continue  # refused by the engine, by the cell
        if taken > through * (1 + 1e-12):
            raise FreightError(
                f"network, row {number} ({stage['stage']}): the parcels take {taken:g} of a throughput of {through:g}; give the stage's whole "
                "throughput of the period, this shipper's and all others'."
            )
