"""Plans of the console's room of parcels, for its tests: packed by the real packer, in a workspace of their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from operators import fresh

from leafmark.web.jobs import run as jobs
from leafmark.web.parcels.models import PackingPlan

ORDERS = (
    "order_id,item_id,quantity,length_mm,width_mm,height_mm,weight_g,fragile\n"
    '77,mug,6,120,90,100,350,\n77,book,2,240,170,30,600,\n<b>&"x",plate,1,200,200,30,500,true\n78,piano,1,1500,600,1200,200000,\n'
    "79,mug,nine,120,90,100,350,\n"
)
CARTONS = "carton_id,inner_length_mm,inner_width_mm,inner_height_mm,tare_g,cost\nS,200,150,120,90,0.2\nM,300,230,240,180,0.4\nL,0,1,1,1,1\n"
ASKED = {"objective": "co2e", "distance_km": "120", "kg_co2e_per_tkm": "0.782"}


def files(orders: str = ORDERS, cartons: str = CARTONS) -> dict[str, Any]:
    """What the form sends, as Django's client takes it."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    return {
        "orders": SimpleUploadedFile("may orders.csv", orders.encode()), "cartons": SimpleUploadedFile("cartons.csv", cartons.encode()),
    }  # fmt: skip


def packed(client: Any, **sent: Any) -> PackingPlan:
    """A plan that was asked for and made."""
    answer = client.post("/operate/parcels/", {**ASKED, **(sent or files()), "token": fresh()})
    assert answer.status_code == 302, answer.content.decode()
    jobs.run_waiting()
    return PackingPlan.objects.select_related("job").first()  # type: ignore[return-value]


@pytest.fixture
def parcels_site(settings: Any, tmp_path: Path) -> Path:
    """A workspace of its own."""
    settings.WORKSPACE = replace(settings.WORKSPACE, folder=tmp_path)
    return tmp_path
