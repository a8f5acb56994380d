"""Chains by lane: from where to where, how many, tonne-kilometres, grams."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

LANES_COLUMNS = (
    "from_place", "to_place", "chains", "incomplete_chains", "tonne_km", "ttw_ug", "wtt_ug", "wtw_ug", "ug_per_chain", "g_per_tonne_km",
)  # fmt: skip


def lanes(chains: pa.Table) -> pa.Table:
    """A row a lane, the heaviest first; sums are of its complete chains, the others are counted beside them.

    Columns: from_place, to_place, chains (complete), incomplete_chains, tonne_km, ttw_ug, wtt_ug, wtw_ug, ug_per_chain (whole, rounded
    down), g_per_tonne_km (missing where nothing was carried).
    """
    whole = pc.equal(chains.column("state"), "complete")
    counted = chains.append_column("whole", pc.cast(whole, pa.int64())).append_column(
        "short", pc.cast(pc.invert(whole), pa.int64())
    )
    for name in ("tonne_km", "ttw_ug", "wtt_ug"):
        zero = pa.scalar(0, counted.column(name).type)
        counted = counted.set_column(
            counted.column_names.index(name), name, pc.if_else(whole, pc.fill_null(counted.column(name), zero), zero)
        )
    by = counted.group_by(["from_place", "to_place"]).aggregate(
        [(name, "sum") for name in ("whole", "short", "tonne_km", "ttw_ug", "wtt_ug")]
    )
    ttw, wtt = (np.asarray(by.column(f"{name}_ug_sum"), np.int64) for name in ("ttw", "wtt"))
    many, tonne_km = np.asarray(by.column("whole_sum"), np.int64), np.asarray(by.column("tonne_km_sum"), np.float64)
    wtw = ttw + wtt
    none, still = many == 0, tonne_km == 0
    table = pa.table(
        [
            by.column("from_place"), by.column("to_place"), pa.array(many), by.column("short_sum"), pa.array(tonne_km), pa.array(ttw),
            pa.array(wtt), pa.array(wtw), pa.array(wtw // np.where(none, 1, many), mask=none),
            pa.array(wtw / 1e6 / np.where(still, 1, tonne_km), mask=still),
        ],
        names=list(LANES_COLUMNS),
    )  # fmt: skip
    return table.sort_by([("wtw_ug", "descending"), ("from_place", "ascending"), ("to_place", "ascending")])
