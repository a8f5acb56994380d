"""Booked freight: the engine's entries of every sound leg, and the chains and lanes that they add up to.

    out/transport   the run of `freight.transport`: `leafmark explain out/transport CHAIN`
    out/hubs        the run of `freight.hub`, where there are hubs; the inputs of both beside them
    out/chains.parquet, lanes.parquet, refused.parquet

The engine's totals and the set-based ones of `sums` are two computations of one figure; every chain is held against both.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from leafmark.engine import footprint
from leafmark.engine.run_folder import Run
from leafmark.engine.schema import ENTRY_SCHEMA
from leafmark.parcels.factors_used import packs_of
from leafmark.parcels.freight.checks import adjusted
from leafmark.parcels.freight.coefficients import Wanted
from leafmark.parcels.freight.lanes import lanes
from leafmark.parcels.freight.legs import Legs, read_legs
from leafmark.parcels.freight.sums import HUB, TRANSPORT, LegUg, Looked, chains, hub_lines, hub_share, leg_ug
from leafmark.parcels.freight.tables import DISTANCE_TYPES, FreightError


@dataclass(frozen=True)
class Booked:
    """What was booked: the runs by name, their entries, chains, lanes and refused legs."""

    path: Path
    runs: dict[str, Run]
    entries: pa.Table
    chains: pa.Table
    lanes: pa.Table
    refused: pa.Table


def book(
    legs: Any, *, out: str | Path, pack: Any = None, known_on: dt.date | None = None, run_date: dt.date | None = None,
    region: str | None = None, gwp: str = "AR6", gwp_strict: bool = False, progress: Any = None,
) -> Booked:  # fmt: skip
    """Book chains in the inventory, scope 3 category 4; parameters as `sums`, and the folder of the runs.

    Raises
    ------
    FreightError : the table cannot be read as legs, or the two computations differ.
    """
    known, folder = known_on or dt.date.today(), Path(out)
    read = read_legs(legs, run_date=run_date or known, region=region)
    packs = packs_of(pack)
    per_leg = leg_ug(read, Looked(Wanted(tuple(packs), known, gwp, gwp_strict)))
    settings: dict[str, Any] = {
        "pack": packs, "known_on": known, "run_date": run_date or known, "gwp": gwp, "gwp_strict": gwp_strict, "progress": progress,
    }  # fmt: skip
    inputs = {"transport": (TRANSPORT.name, transports(read)), "hubs": (HUB.name, hubs(read))}
    runs = {
        name: footprint(kept(table, folder / f"{name}.parquet"), method=used, out=folder / name, **settings)
        for name, (used, table) in inputs.items()
        if table.num_rows
    }
    entries = pa.concat_tables(
        [run.table("entries").cast(ENTRY_SCHEMA) for run in runs.values()] or [ENTRY_SCHEMA.empty_table()]
    )
    _held_together(read, per_leg, entries)
    by_chain = chains(read, per_leg)
    found = Booked(folder, runs, entries, by_chain, lanes(by_chain), read.refused())
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("chains", "lanes", "refused"):
        pq.write_table(getattr(found, name), folder / f"{name}.parquet")
    return found


def kept(table: pa.Table, path: Path) -> Path:
    """A method's input as a file beside its run: `explain` and `replay` read it again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
    return path


def transports(legs: Legs) -> pa.Table:
    """The input of `freight.transport`: the sound transport legs."""
    at = np.flatnonzero((legs.reason == 0) & ~legs.hub)
    types = pa.array(DISTANCE_TYPES)
    down, up = adjusted(legs)
    return pa.table({
        **_common(legs, at),
        "mode": _words(legs.mode_words, legs.mode[at]),
        "mass_kg": pa.array(legs.mass_kg[at]),
        "distance_km": pa.array(legs.distance_km[at]),
        "distance_type": types.take(pa.array(legs.distance_type[at])),
        "intensity_distance_type": types.take(pa.array(legs.intensity_type[at])),
        "actual_over_planned": pa.array(np.where(down[at], legs.adjustment[at], np.nan), from_pandas=True),
        "planned_to_actual": pa.array(np.where(up[at], legs.adjustment[at], np.nan), from_pandas=True),
    })  # fmt: skip


def hubs(legs: Legs) -> pa.Table:
    """The input of `freight.hub`: a row a kind of energy or leak of every sound hub."""
    tables = []
    lines = hub_lines(legs)
    own, through = hub_share(legs) if lines else (np.zeros(0), np.zeros(0))
    for some in lines:
        keys = pa.array(some.key, pa.string())
        common = _common(legs, some.row)
        common["activity_id"] = pc.binary_join_element_wise(common["activity_id"], keys, "/")
        tables.append(pa.table({
            **common, "key": keys, "amount": pa.array(some.amount), "unit": pa.array([some.unit] * len(some.row), pa.string()),
            "taken": pa.array(own[some.row]), "throughput": pa.array(through[some.row]),
            "allocation_key": pa.array(np.where(legs.by_parcel[some.row], "parcel", "mass"), pa.string()),
        }))  # fmt: skip
    return pa.concat_tables(tables) if tables else pa.table({})


def _common(legs: Legs, at: NDArray[np.int64]) -> dict[str, pa.Array]:
    chain = legs.table.column("chain_id").take(pa.array(at)).cast(pa.string()).combine_chunks()
    chain = chain.chunk(0) if isinstance(chain, pa.ChunkedArray) else chain
    number = pa.array(legs.leg_no[at].astype(np.int64)).cast(pa.string())
    return {
        "chain_id": chain,
        "activity_id": pc.binary_join_element_wise(chain, number, "/"),
        "region": _words(legs.region_words, legs.region[at]),
        "date": pa.array(np.array(legs.days, "datetime64[D]")[legs.day[at]], pa.date32()),
    }


def _words(words: list[str], codes: NDArray[np.int32]) -> pa.Array:
    return pa.array([*words, None], pa.string()).take(pa.array(np.where(codes < 0, len(words), codes)))


def _held_together(legs: Legs, per_leg: LegUg, entries: pa.Table) -> None:
    """Every chain's sum by the engine is the set-based one, tank to wheel and well to tank apart."""
    ids = legs.table.column("chain_id").take(pa.array(legs.starts)).cast(pa.string())
    summed = entries.group_by("subject_id").aggregate([("co2e_ug", "sum")])
    engine = dict(zip(summed.column(0).to_pylist(), summed.column(1).to_pylist(), strict=True))
    own = np.add.reduceat(per_leg.ttw + per_leg.wtt, legs.starts) if legs.rows else np.zeros(0, np.int64)
    for chain, ug in zip(ids.to_pylist(), own.tolist(), strict=True):
        if engine.get(chain, 0) != ug:
            raise FreightError(
                f"chain {chain}: the engine books {engine.get(chain, 0):,} ug and the sum of its legs is {ug:,}: a fault of ours; please "
                "report the legs of this chain."
            )
