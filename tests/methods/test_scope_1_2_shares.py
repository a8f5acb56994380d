"""The company's share of an activity, and Scope 2 by market: against figures that publishers printed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
from engine_rows import Row, rejected, run_bill

from leafmark.engine.run import Run
from leafmark.factors.model import builtin
from leafmark.inventory.tables import TEMPLATES
from leafmark.methods import LIBRARY, method

KNOWN_ON = dt.date(2026, 6, 1)
IN_2022 = dt.date(2022, 6, 1)


def run_rows(out: Path, name: str, *rows: Row) -> Run:
    return run_bill(out / "run", pa.Table.from_pylist(list(rows)), builtin(), chosen=method(name), known_on=KNOWN_ON)


def by_scope(made: Run) -> dict[tuple[int, int | None], float]:
    """(scope, category) -> kg CO2e."""
    found: dict[tuple[int, int | None], float] = {}
    for entry in made.table("entries").to_pylist():
        place = (entry["scope"], entry["category"])
        found[place] = found.get(place, 0.0) + entry["co2e_ug"] / 1e9
    return found


# UK Government GHG Conversion Factors 2023: natural gas, gross kWh 0.18293, well to tank 0.03021; grid 0.207074 (generated),
# its losses 0.01792, upstream 0.0459, upstream of losses 0.00397; HFC-134a by AR5 1,300 kg CO2e per kg.
@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        ("combustion.direct", {"fuel": "fuel.natural_gas.energy_gross", "amount": 1000.0, "unit": "kWh_gross"},
         {(1, None): 182.93, (3, 3): 30.21}),
        ("refrigerant.leak", {"gas": "refrigerant.hfc_134a", "mass_kg": 2.0}, {(1, None): 2600.0}),
        ("electricity.location", {"kwh": 1000.0}, {(2, None): 207.074, (3, 3): 45.90 + 17.92 + 3.97}),
    ],
)  # fmt: skip
def test_a_share_scales_every_part_and_an_empty_one_is_the_whole(
    tmp_path: Path, name: str, row: Row, expected: dict[tuple[int, int | None], float]
) -> None:
    plain = {"site_id": "depot", "region": "GB", "date": dt.date(2023, 6, 1)} | row
    for share in (None, 1.0, 0.4, 0.0):
        made = run_rows(tmp_path / str(share), name, plain | {"share": share})
        part = 1.0 if share is None else share
        assert by_scope(made) == {place: pytest.approx(kg * part, rel=2e-4) for place, kg in expected.items()}


def test_nobody_holds_more_than_all_or_less_than_nothing(tmp_path: Path) -> None:
    rows = [{"site_id": "a", "kwh": 1.0, "region": "GB", "date": IN_2022, "share": share} for share in (1.01, -0.1)]
    assert [row["reason"] for row in rejected(run_rows(tmp_path, "electricity.location", *rows))] == [
        "above_bound", "below_bound",
    ]  # fmt: skip


def test_every_method_of_an_inventory_takes_a_share_one_way() -> None:
    """The newest version of whatever a company's file may name: `share` at the end, and the whole amount times it."""
    here = {each.id for each in LIBRARY}
    for name in {template.method for template in TEMPLATES} & here | {"electricity.market"}:
        newest = method(name)
        assert newest.subject == "site_id", name
        share = newest.column("share")
        assert share is not None, name
        assert (share.low, share.high, share.required) == (0, 1, False), name
        assert newest.amount.endswith(" * COALESCE(share, 1)"), name


# MEE and NBS, announcements 2024 No. 12 and No. 33, 2025 No. 47: kg CO2 per kWh of the nation, and without the
# non-fossil power that was traded on the market.
CHINA = {2021: (0.5568, 0.5942), 2022: (0.5366, 0.5856), 2023: (0.5306, 0.6096)}


@pytest.mark.parametrize("year", CHINA)
def test_chinas_two_averages_stay_two(tmp_path: Path, year: int) -> None:
    row = {"site_id": "hangzhou", "kwh": 1000.0, "region": "CN", "date": dt.date(year, 6, 1)}
    for key, kg_per_kwh in zip(("electricity.grid", "electricity.grid.residual"), CHINA[year], strict=True):
        made = run_rows(tmp_path / key, "electricity.market", row | {"key": key})
        assert by_scope(made) == {(2, None): pytest.approx(kg_per_kwh * 1000)}


def test_by_market_nothing_stands_in_category_3(tmp_path: Path) -> None:
    row = {"site_id": "depot", "kwh": 1000.0, "region": "GB", "date": dt.date(2023, 6, 1), "key": "electricity.grid"}
    assert by_scope(run_rows(tmp_path, "electricity.market", row)) == {(2, None): pytest.approx(207.074)}


def test_a_fuel_is_no_contract_and_a_contract_without_its_factor_is_none(tmp_path: Path) -> None:
    """The first by the method's own check, the second because no pack of the run has the key."""
    rows = [{"site_id": "depot", "kwh": 1.0, "region": "GB", "date": IN_2022, "key": key}
            for key in ("fuel.diesel", "electricity.contract.wind_farm")]  # fmt: skip
    made = run_rows(tmp_path, "electricity.market", *rows)
    assert [row["reason"] for row in rejected(made)] == ["unknown_key", "unknown_key"]
