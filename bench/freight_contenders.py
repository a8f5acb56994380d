"""The same work by pandas and polars, and the machine's limit: reading the file and adding one column up.

Both peers join factors by mode, adjust planned distances, round each part to whole micrograms and sum by chain; they check nothing, name
no refused leg and do not look whether a chain connects. `sums` does.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.freight_legs import DAY, MODES


def factors() -> dict[str, tuple[float, float, float]]:
    """Micrograms per tonne-km of each mode (ttw, wtt, td_loss), as the engine chooses them for the bench's year."""
    from leafmark.parcels.factors_used import haul_factor

    out = {}
    for mode in MODES:
        f = haul_factor(mode, known_on=DAY)
        out[mode] = (
            f.ttw_kg_co2e_per_tkm * 1e9,
            f.wtt_kg_co2e_per_tkm * 1e9,
            f.td_loss_kg_co2e_per_tkm * 1e9,
        )
    return out


def ours(path: Path) -> int:
    from leafmark.parcels.freight import sums

    return int(sum(sums(path, known_on=DAY).chains.column("wtw_ug").to_numpy()))


def pandas(path: Path) -> int:
    import numpy as np
    import pandas as pd

    legs = pd.read_parquet(path)
    table = pd.DataFrame.from_dict(factors(), orient="index", columns=["ttw", "wtt", "loss"])
    legs = legs.merge(table, left_on="mode", right_index=True, how="left")
    tkm = legs.mass_kg / 1000 * legs.distance_km * legs.distance_adjustment_factor.fillna(1.0)
    legs["ug"] = sum(np.floor(tkm * legs[part] + 0.5).astype("int64") for part in ("ttw", "wtt", "loss"))
    return int(legs.groupby("chain_id", sort=False).ug.sum().sum())


def polars(path: Path) -> int:
    import polars as pl

    table = pl.DataFrame([{"mode": m, "ttw": a, "wtt": b, "loss": c} for m, (a, b, c) in factors().items()])
    tkm = pl.col("mass_kg") / 1000 * pl.col("distance_km") * pl.col("distance_adjustment_factor").fill_null(1.0)
    ug = sum((tkm * pl.col(part) + 0.5).floor().cast(pl.Int64) for part in ("ttw", "wtt", "loss"))
    made = (
        pl.scan_parquet(path).join(table.lazy(), on="mode", how="left").group_by("chain_id").agg(ug.sum().alias("ug"))
    )
    return int(made.select(pl.col("ug").sum()).collect().item())


def scan(path: Path) -> int:
    """The machine's limit: the columns that any answer needs are read, and one is added up."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    needed = ["chain_id", "mode", "mass_kg", "distance_km"]
    return int(pc.sum(pq.read_table(path, columns=needed, read_dictionary=["mode"]).column("mass_kg")).as_py())


if __name__ == "__main__":
    print(globals()[sys.argv[1]](Path(sys.argv[2])))
