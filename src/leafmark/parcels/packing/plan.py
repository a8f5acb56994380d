"""A plan: parcels, where each piece lies, and what could not be packed and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Plan:
    """What `cartonize` returns; schemas in `leafmark.parcels.tables`.

    `refused_cartons` lists rows of the cartons table that were left out; `settings` says by what the plan was made.
    """

    parcels: pa.Table
    placements: pa.Table
    unpacked: pa.Table
    cartons: pa.Table
    refused_cartons: list[dict[str, Any]]
    settings: dict[str, Any]

    def summary(self) -> dict[str, Any]:
        """Totals of the plan: plain numbers, grams and mm3 as whole numbers; decision grams are never booked."""
        parcels = self.parcels
        inner, contents = _sum(parcels, "inner_mm3"), _sum(parcels, "contents_mm3")
        used = parcels.group_by("carton_id").aggregate([("order_id", "count")]).sort_by("carton_id").to_pylist()
        reasons = pc.value_counts(self.unpacked.column("reason")).to_pylist()
        return {
            "orders": len(pc.unique(parcels.column("order_id"))),
            "parcels": parcels.num_rows,
            "pieces": self.placements.num_rows,
            "unpacked_rows": self.unpacked.num_rows,
            "unpacked_by_reason": {r["values"]: r["counts"] for r in sorted(reasons, key=lambda r: str(r["values"]))},
            "fill": contents / inner if inner else None,
            "fill_mean_of_parcels": pc.mean(parcels.column("fill")).as_py(),
            "packaging_kg": _sum(parcels, "tare_g") / 1e3,
            "contents_kg": _sum(parcels, "contents_g") / 1e3,
            "decision_co2e_mg": _sum(parcels, "decision_co2e_mg"),
            "packaging_co2e_mg": _sum(parcels, "packaging_co2e_mg"),
            "haul_co2e_mg": _sum(parcels, "haul_co2e_mg"),
            "cost": None if parcels.column("cost").null_count else float(np.sum(np.asarray(parcels.column("cost")))),
            "cartons": {row["carton_id"]: row["order_id_count"] for row in used},
            **self.settings,
        }


def _sum(table: pa.Table, column: str) -> int:
    return int(pc.sum(table.column(column)).as_py() or 0)
