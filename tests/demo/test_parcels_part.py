"""The demo's parcels: packed, checked and drawn, whichever orders are at hand; left out with a reason where the packer is not installed."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pyarrow.compute as pc
import pytest

from leafmark.demo import parcels
from leafmark.demo.report_parcels import parcels as section
from leafmark.demo.summary import WIDTH, _parcels

DAY = dt.date(2026, 11, 1)


def nothing(_done: int, _whole: int, _what: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture(params=[parcels.SAMPLE, parcels.PRINT_SHOP])
def data(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Which orders are at hand."""
    pytest.importorskip("numba", reason="packing needs the extra `parcels`")
    if request.param == parcels.SAMPLE:
        monkeypatch.setenv("LEAFMARK_SHARED_DATA", str(tmp_path))
    elif parcels.data_at_hand()[0] != parcels.PRINT_SHOP:
        pytest.skip("the print shop's orders are not at hand: set LEAFMARK_SHARED_DATA")
    return str(request.param)


def test_every_piece_is_packed_or_named_and_each_plan_holds(data: str, tmp_path: Path) -> None:
    found, pictures = parcels.make_parcels(tmp_path, DAY, nothing)
    _, orders, _ = parcels.data_at_hand()
    assert (found["data"], found["order_lines"]) == (data, orders.num_rows)
    pieces = pc.sum(orders.column("quantity")).as_py()
    for each in found["by_objective"]:
        assert each["violations"] == 0
        assert each["unpacked_rows"] > 0 or each["pieces"] == pieces
        assert each["decision_co2e_mg"] == each["packaging_co2e_mg"] + each["haul_co2e_mg"]
    least = {each["objective"]: each for each in found["by_objective"]}
    assert min(least.values(), key=lambda each: each["decision_co2e_mg"]) == least["co2e"]
    assert min(each["parcels"] for each in found["by_objective"]) == least["count"]["parcels"]
    assert len(pictures) == len(found["shown"]) > 1
    for each, picture in zip(found["shown"], pictures, strict=True):
        assert (tmp_path / each["slip"]).read_text(encoding="utf-8").startswith("<!doctype html>")
        assert len(set(re.findall(r'data-piece="(\d+)"', picture))) == each["pieces"]
    text = section({"parcels": found}, pictures)
    assert ("invented orders" in text) == (data == parcels.SAMPLE)
    assert "booked nowhere" in text
    assert "our own assumption" in text
    goes = {
        row
        for slip in found["shown"]
        for row in re.findall(r"([0-9,.]+) km", (tmp_path / slip["slip"]).read_text(encoding="utf-8"))
    }
    least, most = found["distance_km"]["min"], found["distance_km"]["max"]
    assert all(least <= float(km.replace(",", "")) <= most for km in goes)
    assert (least == most) == ("The orders name no place" in text) == (data == parcels.PRINT_SHOP)
    assert "<script" not in text
    assert " style=" not in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert len(_parcels(found)) <= WIDTH


@pytest.mark.parametrize("data", [parcels.SAMPLE], indirect=True)
def test_a_plan_that_breaks_a_rule_is_said_to(data: str, tmp_path: Path) -> None:
    found, pictures = parcels.make_parcels(tmp_path, DAY, nothing)
    found["by_objective"][1]["violations"] = 3
    assert "3 breaches" in section({"parcels": found}, pictures)
    assert "check: 3" in _parcels(found)


def test_without_the_packer_the_part_is_left_out_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcels, "find_spec", lambda name: None)
    found, pictures = parcels.make_parcels(tmp_path, DAY, nothing)
    assert found == {"installed": False, "install": parcels.INSTALL}
    assert "leafmark[parcels]" in section({"parcels": found}, pictures)
    assert "leafmark[parcels]" in _parcels(found)
