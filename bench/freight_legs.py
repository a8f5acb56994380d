"""Legs of chains for the bench: fixed seed, three legs a chain in four of five (van, lorry, van), one in two hubs of the rest."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SEED = 20261127
MODES = (
    "freight.van.average.diesel", "freight.hgv.average_laden", "freight.van.average.battery_electric", "freight.hgv.artic.average_laden",
    "freight.rail",
)  # fmt: skip
PLACES = 600
FACTOR = 1.05


def legs(chains: int) -> pa.Table:
    """Three transport legs a chain: place, hub, hub, place; every fourth lorry's distance is planned and adjusted."""
    chance = np.random.default_rng(SEED)
    rows = chains * 3
    number = np.tile(np.arange(1, 4), chains)
    stops = chance.integers(0, PLACES, (chains, 4))
    names = pa.array([f"place {n:03}" for n in range(PLACES)])
    mode = np.where(number == 2, chance.choice([1, 3, 4], rows), chance.choice([0, 2], rows))
    planned = (number == 2) & (chance.random(rows) < 0.25)
    chain_id = np.repeat(np.array([f"order-{n:08}" for n in range(chains)]), 3)

    def coded(codes: np.ndarray, words: pa.Array) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), words).cast(pa.string())

    return pa.table({
        "chain_id": pa.array(chain_id, pa.string()),
        "leg_no": pa.array(number),
        "from_place": coded(stops[:, :3].reshape(-1), names),
        "to_place": coded(stops[:, 1:].reshape(-1), names),
        "mode": coded(mode, pa.array(MODES)),
        "mass_kg": pa.array(np.repeat(np.round(chance.lognormal(0.5, 1.0, chains), 3), 3)),
        "distance_km": pa.array(np.round(chance.uniform(3, 800, rows), 1)),
        "distance_type": coded(planned.astype(np.int64), pa.array(["actual", "sfd"])),
        "distance_adjustment_factor": pa.array(np.where(planned, FACTOR, np.nan), from_pandas=True),
        "region": coded(np.zeros(rows, np.int64), pa.array(["GB"])),
        "date": pa.array(np.datetime64("2025-01-01") + np.repeat(chance.integers(0, 360, chains), 3), pa.date32()),
    })  # fmt: skip


def file_of(chains: int, folder: Path) -> Path:
    """The legs as Parquet."""
    path = folder / f"legs-{chains}.parquet"
    if not path.exists():
        pq.write_table(legs(chains), path, row_group_size=1 << 20)
    return path


DAY = dt.date(2026, 6, 1)
