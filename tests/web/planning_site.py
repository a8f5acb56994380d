"""A brand with products of real bills, and the people who look at its console."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from leafmark.web.shelf.models import Brand

DAY = dt.date(2026, 11, 1)
BILL = """product_id,stage,key,amount,unit,region,amount_gsd,kind
KETTLE,materials,material.steel_cans,0.6,kg,GB,,
KETTLE,materials,material.plastic_pp,250,g,GB,1.3,
KETTLE,manufacturing,electricity.grid,1.5,kWh,CN,,
KETTLE,packaging,material.corrugated_board,0.2,kg,GB,,
KETTLE,transport,freight.sea.container_ship.average,18,t_km,GB,,
KETTLE,use,electricity.grid,500,kWh,DE,,
KETTLE,end_of_life,waste.landfill.mixed,1.05,kg,US,,
CUP,materials,material.glass,0.3,kg,GB,,
CUP,packaging,material.corrugated_board,0.05,kg,GB,,
PLATE,materials,material.glass,0.5,kg,GB,,
BOX,materials,material.no_such_thing,0.5,kg,GB,,
SPOON,materials,material.steel_cans,0.05,kg,GB,,
JAR,materials,material.glass,0.1,kg,GB,,
"""
CATALOGUE = """product_id,name,brand,sector,category,functional_unit,lifetime_years,use_region,kwh_per_year,declared_unit
KETTLE,Kettle 1.7 L,Mill,home,kettle,boiling water for 5 years,5,DE,100,piece
CUP,Cup,Mill,home,cup,a cup,,,,
PLATE,Plate,Mill,home,cup,a cup,,,,
BOX,"<b onclick=""x"">Box</b>",Mill,home,cup,a cup,,,,
SPOON,Spoon of another,Other,home,cup,a cup,,,,
JAR,Jar of another,Other,home,cup,a cup,,,,
"""


@pytest.fixture(scope="session")
def mill_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of the brand's products, with one that another brand has."""
    from leafmark import engine

    folder = tmp_path_factory.mktemp("mill")
    (folder / "bill.csv").write_text(BILL)
    (folder / "catalogue.csv").write_text(CATALOGUE)
    engine.footprint(folder / "bill.csv", out=folder / "run", known_on=DAY)
    return folder


@pytest.fixture
def mill(db: None, mill_run: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Brand:
    """The brand with its products published, on a day on which its wizard takes the same factors."""
    from leafmark.web.brand.planning import claims_page, targets_page, wizard
    from leafmark.web.shelf.fill import fill
    from leafmark.web.shelf.models import Brand

    settings.WORKSPACE = replace(settings.WORKSPACE, folder=mill_run)
    fill(mill_run / "run", mill_run / "catalogue.csv", DAY, workspace=mill_run)
    for room in (wizard, claims_page, targets_page):
        monkeypatch.setattr(room, "today", lambda: DAY)
    return Brand.objects.get(slug="mill")


@pytest.fixture
def planners(mill: Brand) -> Callable[..., Client]:
    """A logged-in browser of a new user: `planners("mei", brand)`, `planners("otto", is_operator=True)`."""

    from leafmark.web.people.models import Membership, User

    def made(name: str, brand: Brand | None = None, **fields: bool) -> Client:
        user = User.objects.create_user(f"{name}@example.org", "a long enough word", **fields)
        if brand is not None:
            Membership.objects.create(user=user, brand=brand)
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return made


@pytest.fixture
def mei(planners: Callable[..., Client], mill: Brand) -> Client:
    """A member of the brand."""
    return planners("mei", mill)
