"""A plan made, as a job: the files that were sent, through the packer, into tables beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leafmark.parcels.cells import ParcelsError
from leafmark.parcels.decision import Haul
from leafmark.parcels.sample import sample_cartons, sample_orders
from leafmark.web.failures import without_folders
from leafmark.web.jobs.start import JobFault, progress
from leafmark.web.parcels.factors import materials_of
from leafmark.web.parcels.kernel import INSTALL, installed
from leafmark.web.parcels.models import PackingPlan

if TYPE_CHECKING:
    from leafmark.parcels.packing import Plan

ROWS_MAX: Final = 200_000
"""Order lines of one plan."""
PIECES_MAX: Final = 1_000_000
CARTONS_MAX: Final = 500
TABLES: Final = ("parcels", "placements", "unpacked", "cartons")
ORDERS, CARTONS, BOOKED = "orders", "cartons", "booked"
UG_OF_MG: Final = 1000


def pack_plan(plan: str) -> dict[str, Any]:
    """Pack a plan's orders, and keep its tables and its summary.

    Raises
    ------
    JobFault : the files cannot be used, the packer is not installed, or the plan was removed.
    """
    found = PackingPlan.objects.filter(pk=plan).first()
    if found is None:
        raise JobFault("the plan was removed", {"site": "parcels.fault.removed", "values": {}})
    if not installed():
        raise JobFault(
            f"the packer is not installed: {INSTALL}", {"site": "parcels.fault.install", "values": {"install": INSTALL}}
        )
    progress(0, None, "kernel")
    from leafmark.parcels.packing import cartonize

    try:
        orders, cartons = tables_of(found)
        made = cartonize(
            orders, cartons, found.objective, haul=Haul(found.distance_km, found.kg_co2e_per_tkm), materials=materials_of(cartons),
            progress=lambda done, whole: progress(done, whole, "orders"),
        )  # fmt: skip
    except ParcelsError as error:
        raise JobFault(without_folders(str(error)).replace(f"parcels/{found.pk.hex}/", "")) from error
    for name in TABLES:
        pq.write_table(getattr(made, name), found.folder / f"{name}.made.parquet", compression="zstd")
    pq.write_table(orders, found.folder / "orders.made.parquet", compression="zstd")
    progress(0, None, "booking")
    book_plan(found.folder, made)
    summary = {
        **made.summary(),
        "booked_co2e_mg": booked_mg(found.folder),
        "refused_cartons": made.refused_cartons,
        "order_rows": orders.num_rows,
    }
    PackingPlan.objects.filter(pk=plan).update(summary=json.loads(json.dumps(summary, default=_plain)))
    return {"plan": str(found.pk)}


def book_plan(folder: Path, made: Plan) -> None:
    """Book the plan's parcels by the methods of freight and packaging into `booked` of its folder, and keep both kinds of grams.

    Booked grams take the pack's own factor of an average van by the tonne-kilometre, whatever the plan was decided by.
    """
    from leafmark.parcels.booked import SIDE_BY_SIDE_SCHEMA, booked

    if made.parcels.num_rows:
        side = booked(made.parcels, made.cartons, out=folder / "booked").side_by_side
    else:
        side = SIDE_BY_SIDE_SCHEMA.empty_table()
    pq.write_table(side, folder / f"{BOOKED}.made.parquet", compression="zstd")


def booked_mg(folder: Path, order_id: str | None = None, parcel_no: int | None = None) -> int | None:
    """mg CO2e booked for a plan, or for one of its parcels; None where a part of it was refused or nothing was booked."""
    path = folder / f"{BOOKED}.made.parquet"
    if not path.is_file():
        return None  # a plan made before plans were booked
    one = None if order_id is None else [("order_id", "==", order_id), ("parcel_no", "==", parcel_no)]
    side = pq.read_table(path, columns=["booked_packaging_co2e_ug", "booked_freight_co2e_ug"], filters=one)
    if not side.num_rows or any(column.null_count for column in side.columns):
        return None
    return round(sum(pc.sum(column).as_py() for column in side.columns) / UG_OF_MG)


def tables_of(found: PackingPlan) -> tuple[pa.Table, pa.Table]:
    """Orders and cartons as they were sent, or the sample.

    Raises
    ------
    ParcelsError : a file cannot be read, or has more than is taken.
    """
    from leafmark.parcels.cells import as_table

    orders = as_table(found.folder / f"{ORDERS}.csv", ORDERS) if found.orders_name else sample_orders()
    cartons = as_table(found.folder / f"{CARTONS}.csv", CARTONS) if found.cartons_name else sample_cartons()
    for name, table, most in ((ORDERS, orders, ROWS_MAX), (CARTONS, cartons, CARTONS_MAX)):
        if table.num_rows > most:
            raise ParcelsError(
                f"{name}: found {table.num_rows:,} rows; expected at most {most:,} in one plan: send them in parts"
            )
    if (pieces := _pieces(orders)) > PIECES_MAX:
        raise ParcelsError(
            f"orders: found {pieces:,} pieces; expected at most {PIECES_MAX:,} in one plan: send them in parts"
        )
    return orders, cartons


def _pieces(orders: pa.Table) -> int:
    """Pieces of all lines whose quantity is a whole number; others are refused line by line."""
    if "quantity" not in orders.column_names:
        return 0
    texts = (str(each) for each in orders.column("quantity").to_pylist())
    return sum(int(text) for text in texts if text.isdecimal() and len(text) <= len(str(PIECES_MAX)))


def _plain(value: Any) -> Any:
    """NumPy's numbers and paths as JSON has them."""
    return value.item() if hasattr(value, "item") else str(value)


def made_tables(folder: Path, order_id: str | None = None) -> dict[str, pa.Table]:
    """A plan's tables; of one order where its id is given (cartons and orders whole)."""
    one = None if order_id is None else [("order_id", "==", order_id)]
    return {
        name: pq.read_table(folder / f"{name}.made.parquet", filters=one if name in ("parcels", "placements") else None)
        for name in (*TABLES, ORDERS)
    }
