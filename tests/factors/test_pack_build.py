"""What stops the build of the built-in pack, and what its citations promise."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from leafmark.factors.model import builtin

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def outliers() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pack_outliers", ROOT / "tools" / "pack" / "outliers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def built(**changed: dict[str, Any]) -> list[dict[str, Any]]:
    """The built-in pack's rows as the build has them before outliers are marked, some changed by their id."""
    rows = builtin().factors.to_pylist()
    assert changed.keys() <= {row["factor_id"] for row in rows}
    return [{**row, **changed.get(row["factor_id"], {})} for row in rows if row["theme"] != "declared"]


@pytest.mark.parametrize("kg", [0.0, 0.0004, 402.0])
@pytest.mark.parametrize("grid", ["electricity.grid@DE:life_cycle:2023", "electricity.grid@NO:life_cycle:2023"])
def test_a_lost_decimal_point_or_a_zero_of_any_grid_stops_the_build(outliers: ModuleType, grid: str, kg: float) -> None:
    """Once every grid far from the median was called hydropower by the build itself."""
    with pytest.raises(SystemExit, match=f"{grid}: {kg:.6g}"):
        outliers.mark(built(**{grid: {"co2e_kg": kg}}))


def test_a_reason_without_its_outlier_stops_the_build(outliers: ModuleType) -> None:
    usual = {factor_id: {"co2e_kg": 0.3, "outlier_reason": None} for factor_id in outliers.REASONS}
    with pytest.raises(SystemExit, match="take them out"):
        outliers.mark(built(**usual))


def test_each_outlier_of_the_pack_is_known_here_by_its_id() -> None:
    marked = {row["factor_id"]: row for row in builtin().factors.to_pylist() if row["outlier_reason"]}
    assert marked.keys() == {
        "electricity.grid@gcp:northamerica-northeast1:life_cycle:2024",
        "fuel.landfill_gas.energy_net@GB:wtt:2023",
        "fuel.landfill_gas.mass@GB:wtt:2023",
    }
    assert "Quebec" in marked["electricity.grid@gcp:northamerica-northeast1:life_cycle:2024"]["outlier_reason"]


def test_trap_11_no_grid_has_a_life_cycle_of_zero() -> None:
    """Ember gives 0 for the Central African Republic, where grids of hydropower alone have 23 to 28 g/kWh."""
    grids = [row for row in builtin().factors.to_pylist() if row["key"] == "electricity.grid"]
    assert not [row["factor_id"] for row in grids if row["region"] == "CF"]
    assert min(row["co2e_kg"] for row in grids if row["source_id"] == "ember-owid") > 0.01


# The two annexes of which the pack cites the file by its sha256, as printed: kg CO2 (2023) or CO2e (2024) per kWh.
ANNEX_TABLES = {
    ("mee-cn-2023", "1"): "0.5306",
    ("mee-cn-2023", "2"): "0.6361 0.5122 0.5500 0.5271 0.5543 0.4042 0.2472",
    ("mee-cn-2023", "3"): "0.5554 0.6796 0.6516 0.6634 0.6479 0.4878 0.4671 0.5229 0.5737 0.5827 0.4974 0.6553 0.4211 "
    "0.5836 0.6191 0.5897 0.4044 0.4976 0.4419 0.4476 0.3648 0.5581 0.1564 0.5683 0.1333 0.6335 0.4471 0.1796 0.6187 "
    "0.6021",
    ("mee-cn-2023", "4"): "0.6096",
    ("mee-cn-2023", "5"): "0.8273",
    ("mee-cn-2024", "1"): "0.5777",
    ("mee-cn-2024", "2"): "0.9240 0.4503 0.0141 0.0065 0.0324 0.0520 0.0312 0.0404",
    ("mee-cn-2024", "3"): "0.0046 0.0327",
}


def test_a_row_that_cites_an_annex_by_its_file_stands_in_the_table_it_names() -> None:
    pack = builtin()
    annexes = {name for name, source in pack.sources.items() if name.startswith("mee-cn") and source.file_sha256}
    assert annexes == {source_id for source_id, _ in ANNEX_TABLES}
    cited: dict[tuple[str, str], list[float]] = {}
    for row in pack.factors.to_pylist():
        if row["source_id"] in annexes:
            table = row["locator"].partition("table ")[2].partition(",")[0]
            cited.setdefault((row["source_id"], table), []).append(row["co2e_kg"])
    printed = {place: sorted(map(float, text.split())) for place, text in ANNEX_TABLES.items()}
    assert {place: sorted(values) for place, values in cited.items()} == printed


def test_the_footprint_factor_of_2023_cites_its_own_announcement() -> None:
    row = builtin().factor("electricity.delivered@CN:life_cycle:2023")
    source = builtin().sources[row.source_id]
    assert (source.source_id, source.file_sha256) == ("mee-cn-footprint-2023", None)
    assert "2025 No. 3" in source.title
    assert "17100H3502023C" in row.locator
    assert str(row.published_on) == "2025-01-31"
