"""The booked grams of a packing plan, beside the grams it was decided by.

    packaging   tare / uses x material factor           method parcel.packaging, scope 3 category 1
    freight     (contents + tare) x distance x factor   method freight.transport, scope 3 category 4, allocated by mass

Decision grams are marginal: they count the room a parcel takes, so that the optimiser sees what a better carton is worth. Booked grams
are what the methods and their allocation key give, and they alone are posted. They are two views of one parcel: shown side by side,
never added.

Not booked here: bringing back a reusable piece and washing it (freight and electricity of their own; the decision has them as the
carton's `return_co2e_mg`), and a carton's end of life.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leafmark.engine import footprint
from leafmark.engine.run_folder import Run
from leafmark.engine.schema import ENTRY_SCHEMA
from leafmark.methods import method
from leafmark.parcels.cells import ParcelsError, as_table
from leafmark.parcels.factors_used import HAUL_KEY, MATERIAL_KEY, packs_of
from leafmark.parcels.freight.booking import Booked as BookedFreight
from leafmark.parcels.freight.booking import book, kept
from leafmark.parcels.tables import PARCELS_SCHEMA

ALLOCATION_KEY: Final = "mass"
PACKAGING: Final = method("parcel.packaging@1")

SIDE_BY_SIDE_SCHEMA: Final = pa.schema(
    [
        pa.field("order_id", pa.string(), nullable=False),
        pa.field("parcel_no", pa.int32(), nullable=False),
        pa.field("carton_id", pa.string(), nullable=False),
        pa.field("gross_g", pa.int64(), nullable=False),
        pa.field("distance_km", pa.float64()),
        pa.field("decision_packaging_co2e_mg", pa.int64(), nullable=False),  # decided by; never posted
        pa.field("decision_haul_co2e_mg", pa.int64(), nullable=False),
        pa.field("booked_packaging_co2e_ug", pa.int64()),  # posted; missing where refused, never 0
        pa.field("booked_freight_co2e_ug", pa.int64()),
        pa.field("allocation_key", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True)
class BookedPlan:
    """Entries of both methods, the table of both kinds of grams (`SIDE_BY_SIDE_SCHEMA`), and what was refused."""

    entries: pa.Table
    side_by_side: pa.Table
    packaging: Run | None
    freight: BookedFreight
    rejected_packaging: pa.Table


def booked(
    parcels: Any, cartons: Any, *, out: str | Path, route: Sequence[dict[str, Any]] | None = None, distance_km: float | None = None,
    mode: str = HAUL_KEY, distance_type: str = "actual", distance_adjustment_factor: float | None = None, region: str | None = "GB",
    pack: Any = None, known_on: dt.date | None = None, run_date: dt.date | None = None, gwp: str = "AR6", progress: Any = None,
) -> BookedPlan:  # fmt: skip
    """Book a plan's parcels.

    Parameters
    ----------
    parcels : a plan's parcels (`PARCELS_SCHEMA`). cartons : the cartons it chose from (`carton_id`, `material`, `use_count`).
    route : legs of a chain as in `freight.tables.LEGS_SCHEMA`, without chain, number and mass, the same for every parcel; a transport
        without a distance goes the parcel's own `distance_km`. None: one leg of `mode` over the parcel's own distance.
    distance_km : of parcels without one. distance_type, distance_adjustment_factor : of those distances.
    region : whose factors; the built-in pack's materials and freight are GB's.

    Raises
    ------
    ParcelsError : a column is missing, or a parcel names a carton that is not there.
    """
    plan, known = as_table(parcels, "parcels"), known_on or dt.date.today()
    absent = [
        name for name in ("order_id", "parcel_no", "carton_id", "contents_g", "tare_g") if name not in plan.column_names
    ]
    if absent:
        raise ParcelsError(
            f"parcels: {', '.join(absent)} missing; a plan's table of parcels is expected ({', '.join(PARCELS_SCHEMA.names[:7])})."
        )
    ids = pc.binary_join_element_wise(
        plan.column("order_id").cast(pa.string()), plan.column("parcel_no").cast(pa.string()), "#"
    )
    settings: dict[str, Any] = {
        "pack": packs_of(pack),
        "known_on": known,
        "run_date": run_date or known,
        "gwp": gwp,
        "progress": progress,
    }
    folder = Path(out)
    carton_lines = _packaging(plan, as_table(cartons, "cartons"), ids, region)
    packaging = _book_packaging(carton_lines, folder, settings)
    one_leg = {
        "kind": "transport", "from_place": "warehouse", "to_place": "customer", "mode": mode, "distance_type": distance_type,
        "distance_adjustment_factor": distance_adjustment_factor,
    }  # fmt: skip
    freight = book(_legs(plan, ids, route or [one_leg], distance_km), out=folder / "freight", region=region, **settings)
    tables = [freight.entries, *([packaging.table("entries").cast(ENTRY_SCHEMA)] if packaging else [])]
    rejected = packaging.table("rejected") if packaging else pa.table({})
    side = _side_by_side(plan, ids, distance_km, packaging, freight)
    pq.write_table(side, folder / "side_by_side.parquet")
    return BookedPlan(pa.concat_tables(tables), side, packaging, freight, rejected)


def _book_packaging(lines: pa.Table, folder: Path, settings: dict[str, Any]) -> Run | None:
    if not lines.num_rows:
        return None
    return footprint(
        kept(lines, folder / "packaging.parquet"), method=PACKAGING.name, out=folder / "packaging", **settings
    )


def _packaging(plan: pa.Table, cartons: pa.Table, ids: pa.ChunkedArray, region: str | None) -> pa.Table:
    """The input of `parcel.packaging`: a row a parcel."""
    names = cartons.column("carton_id").cast(pa.string()).combine_chunks()
    at = pc.index_in(plan.column("carton_id").cast(pa.string()), value_set=names)
    if at.null_count:
        lost = plan.column("carton_id").filter(pc.is_null(at)).unique().to_pylist()[:3]
        raise ParcelsError(
            f"parcels: carton {', '.join(map(str, lost))} is not in the table of cartons ({cartons.num_rows} rows)."
        )

    def of(name: str, missing: Any, kind: pa.DataType) -> pa.ChunkedArray:
        if name not in cartons.column_names:
            return pa.chunked_array([pa.array([missing] * plan.num_rows, kind)])
        return pc.fill_null(cartons.column(name).cast(kind).take(at), missing)

    return pa.table({
        "parcel_id": ids, "activity_id": ids, "material": of("material", MATERIAL_KEY, pa.string()),
        "mass_kg": pc.divide(plan.column("tare_g").cast(pa.float64()), 1000.0), "use_count": of("use_count", 1.0, pa.float64()),
        "region": pa.array([region] * plan.num_rows, pa.string()),
    })  # fmt: skip


def _legs(plan: pa.Table, ids: pa.ChunkedArray, route: Sequence[dict[str, Any]], distance_km: float | None) -> pa.Table:
    """The route's legs for every parcel, the parcels together leg by leg; `read_legs` puts them in order."""
    grams = pc.add(plan.column("contents_g"), plan.column("tare_g"))
    mass = pc.divide(grams.cast(pa.float64()), 1000.0)
    own = _distance(plan, distance_km)
    tables = []
    for number, leg in enumerate(route, start=1):
        fixed = {
            name: value
            for name, value in leg.items()
            if value is not None and name not in ("chain_id", "leg_no", "mass_kg")
        }
        columns: dict[str, Any] = {name: pa.array([value] * plan.num_rows) for name, value in fixed.items()}
        if leg.get("kind") != "hub" and "distance_km" not in fixed:
            columns["distance_km"] = own
        tables.append(
            pa.table(
                {"chain_id": ids, "leg_no": pa.array([number] * plan.num_rows, pa.int64()), "mass_kg": mass, **columns}
            )
        )
    return pa.concat_tables(tables, promote_options="default")


def _distance(plan: pa.Table, distance_km: float | None) -> pa.ChunkedArray:
    if "distance_km" not in plan.column_names:
        return pa.chunked_array([pa.array([distance_km] * plan.num_rows, pa.float64())])
    own = plan.column("distance_km").cast(pa.float64())
    return own if distance_km is None else pc.fill_null(own, distance_km)


def _side_by_side(
    plan: pa.Table, ids: pa.ChunkedArray, distance_km: float | None, packaging: Run | None, freight: BookedFreight
) -> pa.Table:
    made = packaging.table("products") if packaging else None
    cartons = (
        dict(zip(*(made.column(name).to_pylist() for name in (made.column_names[0], "co2e_ug")), strict=True))
        if made
        else {}
    )
    carried = dict(
        zip(freight.chains.column("chain_id").to_pylist(), freight.chains.column("wtw_ug").to_pylist(), strict=True)
    )
    keys = ids.to_pylist()

    def decided(name: str) -> pa.ChunkedArray | pa.Array:
        return plan.column(name) if name in plan.column_names else pa.array([0] * plan.num_rows, pa.int64())

    return pa.table(
        [
            plan.column("order_id").cast(pa.string()), plan.column("parcel_no").cast(pa.int32()), plan.column("carton_id").cast(pa.string()),
            pc.add(plan.column("contents_g"), plan.column("tare_g")).cast(pa.int64()), _distance(plan, distance_km),
            decided("packaging_co2e_mg"), decided("haul_co2e_mg"), pa.array([cartons.get(k) for k in keys], pa.int64()),
            pa.array([carried.get(k) for k in keys], pa.int64()), pa.array([ALLOCATION_KEY] * plan.num_rows),
        ],
        schema=SIDE_BY_SIDE_SCHEMA,
    )  # fmt: skip
