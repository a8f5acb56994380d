"""`leafmark load`: what fills a container, in words, as JSON and in files, and what cannot be read."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from newcomer import Call

ROOM = "1200x800x1000"
WORK = ("--work", "500", "--seconds", "600")


def test_all_that_fits_is_loaded(call: Call) -> None:
    """6 x 600 x 400 x 300 + 10 x 900 x 150 x 150 + 8 x 300 x 250 x 400 mm3 = 874.5 l of 960: all of it is loaded, or said to be left."""
    found = json.loads(call("load", "cargo.csv", ROOM, *WORK, "--json").stdout)
    volume = sum(p["along_x_mm"] * p["along_y_mm"] * p["along_z_mm"] for p in found["placements"])
    assert found["fill"] == pytest.approx(volume / 960e6)
    assert found["value_max"] == 874.5e6
    assert found["pieces"] + sum(no["pieces"] for no in found["unpacked"]) == 24
    assert found["weight_g"] == sum(
        {"crate": 12_000, "tube": 3_000, "lamp": 2_500}[p["item_id"]] for p in found["placements"]
    )
    assert {p["along_z_mm"] for p in found["placements"] if p["item_id"] == "crate"} == {300}
    assert {p["along_z_mm"] for p in found["placements"] if p["item_id"] == "tube"} == {150}


def test_a_limit_and_support_are_kept(call: Call) -> None:
    found = json.loads(
        call("load", "cargo.csv", ROOM, *WORK, "--support", "1", "--max-weight", "30000", "--json").stdout
    )
    assert 0 < found["weight_g"] <= 30_000


def test_what_stays_behind_is_told_with_its_reason(call: Call, folder: Path) -> None:
    with (folder / "cargo.csv").open("a", encoding="utf-8") as file:
        file.write("mast,1,5000,10,10,1,any,,,\nhat,1,0,10,10,1,any,,,\n")
    done = call("load", "cargo.csv", ROOM, *WORK, "--out", "loaded")
    assert done.exit_code == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "3 mast 1 in no allowed orientation does it fit the container (length_mm is 5000 x 10 x 10" in said
    assert (
        "4 hat 1 a length or a quantity has to be above zero (length_mm is 0; expected a whole number above 0" in said
    )
    assert "written: " in done.stderr
    placed = list(csv.DictReader((folder / "loaded" / "placements.csv").read_text(encoding="utf-8").splitlines()))
    assert f"{len(placed)} pieces fill " in done.stdout
    assert json.loads((folder / "loaded" / "load.json").read_text())["pieces"] == len(placed)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cargo.csv", "box"), "container 'box': expected one of 20ft"),
        (("cargo.csv", "0x1x1"), "length_mm is 0"),
        (("spring.csv", ROOM), "spring.csv: the column item_id is missing"),
        (("nowhere.csv", ROOM), "does not exist"),
    ],
)
def test_what_cannot_be_used_is_said(call: Call, arguments: tuple[str, str], said: str) -> None:
    done = call("load", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
