"""Packing as an operation: orders and cartons in, a plan out. It writes nothing: the same request has the same answer."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from ninja import Router

from leafmark.parcels.cells import ParcelsError
from leafmark.parcels.decision import Haul
from leafmark.web.api.auth import Needs
from leafmark.web.api.pack_schemas import PIECES_MAX, WORK_MAX, PackIn, PackOut
from leafmark.web.api.problems import Problem
from leafmark.web.parcels import kernel
from leafmark.web.parcels.factors import materials_of

DETAIL_MAX: Final = 500
"""Characters of an error that an answer shows: it repeats what was sent."""

router = Router(auth=Needs("parcels"))


@router.post("/pack", response=PackOut, operation_id="pack", tags=["parcels"])
def pack(request: HttpRequest, asked: PackIn) -> dict[str, Any]:
    """Pack orders into cartons: which carton, what lies where, decision grams, and what was not packed and why. A refused line stops no other."""
    _bounded(asked)
    if not kernel.installed():
        raise Problem("not-installed", kernel.INSTALL)
    if not kernel.ready():
        raise Problem(
            "busy", "the packer is being made ready in this process; the first time on a machine it is compiled, for a minute or two",
            headers={"Retry-After": str(kernel.COME_AGAIN_S)},
        )  # fmt: skip
    return plan_of(asked)


def plan_of(asked: PackIn) -> dict[str, Any]:
    """The plan as plain values.

    Raises
    ------
    Problem : nothing can be packed with what was sent.
    """
    from leafmark.parcels.packing import cartonize

    haul = None if asked.haul is None else Haul(asked.haul.distance_km, asked.haul.kg_co2e_per_tkm)
    try:
        cartons = [each.dict() for each in asked.cartons]
        plan = cartonize(
            [each.dict() for each in asked.orders], cartons, asked.objective, haul=haul, materials=materials_of(cartons),
            support_share=asked.support_share, threads=1,
        )  # fmt: skip
    except ParcelsError as error:
        raise Problem("invalid", str(error)[:DETAIL_MAX]) from error
    return {
        "method": plan.settings["method"], "objective": asked.objective, "parcels": plan.parcels.to_pylist(),
        "placements": plan.placements.to_pylist(), "unpacked": plan.unpacked.to_pylist(), "refused_cartons": plan.refused_cartons,
    }  # fmt: skip


def _bounded(asked: PackIn) -> None:
    """Pieces and cartons are what takes time: those of lines whose quantity can be read; others are refused line by line."""
    most = min(PIECES_MAX, WORK_MAX // len(asked.cartons))
    if sum(_pieces(each.quantity) for each in asked.orders) > most:
        said = f"expected at most {most} pieces in one request with {len(asked.cartons)} cartons, found more; send orders in parts"
        raise Problem("too-large", said)


def _pieces(quantity: object) -> float:
    try:
        found = float(str(quantity))
    except ValueError:
        return 0.0
    return found if 0 < found < float("inf") else 0.0
