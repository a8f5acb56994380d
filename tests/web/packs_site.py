"""A workspace with a published run and packs to choose from, for tests of the operator's packs."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site_settings

from leafmark import engine
from leafmark.factors.model import Pack, builtin

DAY = dt.date(2026, 11, 1)
BILL = (
    "product_id,stage,key,amount,unit\negg,materials,food.eggs,2,kg\nmilk,materials,food.milk,1,kg\n"
    "mix,materials,food.milk,9,kg\nmix,materials,food.eggs,0.001,kg\n"
)
CATALOGUE = "product_id,name,brand,sector,category,boundary,functional_unit\n" + "".join(
    f"{each},{each},Farm,food,{each},cradle_to_retail,1 kg\n" for each in ("egg", "milk", "mix")
)


def write_pack(folder: Path, times: float, key: str = "food.eggs", **fields: str) -> Pack:
    """The built-in pack with one key's factors multiplied."""
    pack = builtin()
    rows = [
        row | {"co2e_kg": row["co2e_kg"] * times, "other_co2e_kg": None} if row["key"] == key else row
        for row in pack.factors.to_pylist()
    ]
    about = {
        "id": pack.id,
        "version": "2027.01",
        "title": "Eggs <b>anew</b>",
        "licence_note": "l",
        "gwp_note": "g",
        **fields,
    }
    sources = [{name: getattr(each, name) for name in each.__slots__} for each in pack.sources.values()]
    made = Pack.from_rows(about, rows, sources)
    made.write(folder)
    return made


def write_small(folder: Path, key: str, pack_id: str = "mills") -> Pack:
    """A pack of one factor."""
    row = next(row for row in builtin().factors.to_pylist() if row["key"] == "food.eggs")
    row = {**row, "key": key, "factor_id": row["factor_id"].replace("food.eggs", key)}
    source = builtin().sources[row["source_id"]]
    made = Pack.from_rows(
        {"id": pack_id, "version": "1", "title": "Mills", "licence_note": "l", "gwp_note": "g"}, [row],
        [{name: getattr(source, name) for name in source.__slots__}],
    )  # fmt: skip
    made.write(folder)
    return made


@pytest.fixture(scope="session")
def eggs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three products with its catalogue, and four packs: `eggs` (twice as much), `mills`, `clash`, `broken`."""
    folder = tmp_path_factory.mktemp("packs-site")
    (folder / "bill.csv").write_text(BILL)
    (folder / "catalogue.csv").write_text(CATALOGUE)
    engine.footprint(folder / "bill.csv", out=folder / "run", known_on=DAY)
    write_pack(folder / "packs" / "eggs", 2)
    write_small(folder / "packs" / "mills", "food.mill_board")
    write_small(folder / "packs" / "clash", "food.eggs", "clash")
    (folder / "packs" / "broken").mkdir()
    (folder / "packs" / "broken" / "pack.toml").write_text('id = "<script>"\n')
    return folder


@pytest.fixture
def packs_site(db: None, settings: Any, eggs: Path, tmp_path: Path) -> Path:
    """A workspace of its own in which the run of `eggs` is published."""
    import shutil

    from leafmark.web.shelf.fill import fill

    for name in ("run", "packs"):
        shutil.copytree(eggs / name, tmp_path / name)
    settings.WORKSPACE = dataclasses.replace(site_settings.WORKSPACE, folder=tmp_path)
    fill(tmp_path / "run", eggs / "catalogue.csv", DAY, workspace=tmp_path)
    return tmp_path
