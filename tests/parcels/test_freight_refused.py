"""What bad legs get: a reason each, the chain incomplete, the other chains as they were."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from leafmark.factors.model import builtin
from leafmark.parcels.cells import ParcelsError
from leafmark.parcels.freight import sums
from leafmark.parcels.freight.known import families, known
from leafmark.parcels.freight.tables import DISTANCE_TYPES, REASONS, TEMPERATURES, FreightError

DAY = dt.date(2026, 6, 1)
LEG: dict[str, Any] = {
    "chain_id": "c", "leg_no": 1, "kind": "transport", "from_place": "a", "to_place": "b", "mode": "freight.van.average.diesel", "mass_kg": 10.0,
    "distance_km": 100.0, "distance_type": "actual", "region": "GB",
}  # fmt: skip
HUB: dict[str, Any] = {
    "chain_id": "c", "leg_no": 1, "kind": "hub", "from_place": "a", "mass_kg": 10.0, "hub_kwh": 1000.0, "throughput_kg": 5000.0,
    "throughput_parcels": 700.0, "allocation_key": "mass", "region": "GB",
}  # fmt: skip
GOOD = {**LEG, "chain_id": "good"}


def leg(**change: Any) -> list[dict[str, Any]]:
    return [{**LEG, **change}]


def hub(**change: Any) -> list[dict[str, Any]]:
    return [{**HUB, **change}]


def two(**change: Any) -> list[dict[str, Any]]:
    return [LEG, {**LEG, "leg_no": 2, "from_place": "b", "to_place": "d", **change}]


CASES: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "no chain": (leg(chain_id=None), "chain_id", "missing_value"),
    "no number": (leg(leg_no=None), "leg_no", "missing_value"),
    "half a number": (leg(leg_no=1.5), "leg_no", "unreadable"),
    "number in words": (leg(leg_no="first"), "leg_no", "unreadable"),
    "no place": (leg(from_place=" "), "from_place", "missing_value"),
    "no place to go": (leg(to_place=None), "to_place", "missing_value"),
    "kind": (leg(kind="teleport"), "kind", "unknown_word"),
    "no vehicle": (leg(mode=None), "mode", "missing_value"),
    "unknown vehicle": (leg(mode="freight.van.nowhere"), "mode", "no_factor"),
    "unknown place": (leg(region="Britain"), "mode", "no_factor"),
    "place without factors": (leg(region="BR"), "mode", "no_factor"),
    "before all factors": (leg(date=dt.date(1999, 1, 1)), "mode", "no_factor"),
    "no such day": (leg(date="2025-02-30"), "date", "unreadable"),
    "no mass": (leg(mass_kg=None), "mass_kg", "missing_value"),
    "negative mass": (leg(mass_kg=-0.1), "mass_kg", "negative"),
    "NaN mass": (leg(mass_kg=float("nan")), "mass_kg", "unreadable"),
    "infinite mass": (leg(mass_kg=float("inf")), "mass_kg", "unreadable"),
    "huge mass": (leg(mass_kg=1e12), "mass_kg", "too_large"),
    "mass in words": (leg(mass_kg="heavy"), "mass_kg", "unreadable"),
    "more than a line holds": (leg(mass_kg=4e8, distance_km=45_000.0), "mass_kg", "too_large"),
    "no distance": (leg(distance_km=None), "distance_km", "missing_distance"),
    "negative distance": (leg(distance_km=-1.0), "distance_km", "negative"),
    "round the earth twice": (leg(distance_km=80_000.0), "distance_km", "too_large"),
    "no type": (leg(distance_type=None), "distance_type", "missing_value"),
    "unknown type": (leg(distance_type="road"), "distance_type", "unknown_word"),
    "planned under actual, no factor": (leg(distance_type="sfd"), "distance_adjustment_factor", "missing_adjustment"),
    "actual under planned, no factor": (
        leg(mode="freight.air.short_haul", distance_type="actual"), "distance_adjustment_factor", "missing_adjustment"),
    "shortest under great circle": (
        leg(mode="freight.air.short_haul", distance_type="sfd", distance_adjustment_factor=1.1), "distance_type", "distance_type_differs"),
    "adjusted twice": (leg(distance_adjustment_factor=1.05), "distance_adjustment_factor", "needless_adjustment"),
    "shorter than the shortest": (leg(distance_type="sfd", distance_adjustment_factor=0.9), "distance_adjustment_factor", "negative"),
    "four times the shortest": (leg(distance_type="sfd", distance_adjustment_factor=4.0), "distance_adjustment_factor", "too_large"),
    "another type than the pack's": (leg(intensity_distance_type="sfd"), "intensity_distance_type", "distance_type_differs"),
    "a type nobody knows": (leg(mode="own.van"), "intensity_distance_type", "missing_intensity_type"),
    "temperature": (leg(temperature="tropical"), "temperature", "unknown_word"),
    "cold goods in a warm van": (leg(temperature="refrigerated"), "temperature", "temperature_differs"),
    "another fuel": (leg(fuel="battery_electric"), "fuel", "fuel_differs"),
    "default called primary": (leg(data_type="primary"), "data_type", "data_type_differs"),
    "tonne-km by the parcel": (leg(allocation_key="parcel"), "allocation_key", "allocation_differs"),
    "leg twice": (two(leg_no=1), "leg_no", "duplicate_leg"),
    "a leg is missing": (two(leg_no=3), "leg_no", "gap_in_legs"),
    "begins at 2": (leg(leg_no=2), "leg_no", "gap_in_legs"),
    "begins at 0": (leg(leg_no=0), "leg_no", "gap_in_legs"),
    "does not connect": (two(from_place="c"), "from_place", "not_connected"),
    "a hub that moves": (hub(to_place="b"), "to_place", "not_connected"),
    "hub without key": (hub(allocation_key=None), "allocation_key", "missing_value"),
    "hub without throughput": (hub(throughput_kg=None), "throughput_kg", "missing_value"),
    "hub without parcels": (hub(allocation_key="parcel", throughput_parcels=None), "throughput_parcels", "missing_value"),
    "nothing through": (hub(throughput_kg=0.0), "throughput_kg", "not_positive"),
    "more than went through": (hub(throughput_kg=5.0), "throughput_kg", "too_large"),
    "negative kWh": (hub(hub_kwh=-5.0), "hub_kwh", "negative"),
    "no figure at all": (hub(hub_kwh=None), "hub_kwh", "no_hub_figure"),
    "leak of nothing": (hub(refrigerant_kg=1.0), "refrigerant", "missing_value"),
    "leak of what": (hub(refrigerant_kg=1.0, refrigerant="refrigerant.air"), "refrigerant", "no_factor"),
    "more sun used than generated": (hub(solar_generated_kwh=10.0, solar_used_kwh=11.0), "solar_used_kwh", "solar_twice"),
    "sun used and sold": (
        hub(solar_generated_kwh=10.0, solar_used_kwh=6.0, solar_exported_kwh=5.0), "solar_used_kwh", "solar_twice"),
    "sun nobody generated": (hub(solar_used_kwh=6.0), "solar_used_kwh", "solar_twice"),
    "more sun used than power": (hub(solar_generated_kwh=9e3, solar_used_kwh=2e3), "solar_used_kwh", "solar_twice"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_bad_leg_has_its_reason(case: str) -> None:
    rows, name, reason = CASES[case]
    made = sums([GOOD, *rows], known_on=DAY)
    assert [(r["field"], r["reason"], r["row"]) for r in made.refused.to_pylist()] == [(name, reason, len(rows))]
    good, *others = made.chains.to_pylist()
    assert (good["chain_id"], good["state"]) == ("good", "complete")
    # 10 kg over 100 km: 1 tkm of 0.6313 (AR5; restated 0.6314) + 0.15095
    assert good["wtw_ug"] == pytest.approx(0.78225e9, rel=1e-3)
    (bad,) = others
    assert (bad["state"], bad["wtw_ug"], bad["refused_legs"]) == ("incomplete", None, 1)
    assert bad["computed_ug"] == (good["wtw_ug"] if len(rows) == 2 else 0)


def test_every_reason_is_given_by_a_case() -> None:
    given = {reason for _, _, reason in CASES.values()}
    assert given == set(REASONS) - {""}


def test_every_reason_stands_in_the_docs() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "freight.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", page.partition("## Reasons")[2], flags=re.MULTILINE))
    assert rows == {code: text for code, text in REASONS.items() if code}


def test_zero_is_not_missing() -> None:
    (chain,) = sums(leg(mass_kg=0.0, distance_km=0.0), known_on=DAY).chains.to_pylist()
    assert (chain["state"], chain["wtw_ug"]) == ("complete", 0)
    (still,) = sums(hub(hub_kwh=0.0), known_on=DAY).chains.to_pylist()
    assert (still["state"], still["wtw_ug"]) == ("complete", 0)


def test_own_sun_is_taken_off_once() -> None:
    """A hub all of whose power is its own sun emits nothing; half of it, half."""
    whole, half, none = (
        sums(hub(solar_generated_kwh=1000.0, solar_used_kwh=used), known_on=DAY).chains.to_pylist()[0]["wtw_ug"]
        for used in (0.0, 500.0, 1000.0)
    )
    assert none == 0
    assert abs(whole - 2 * half) <= 8
    sold = sums(hub(solar_generated_kwh=1000.0, solar_exported_kwh=1000.0), known_on=DAY).chains.to_pylist()[0][
        "wtw_ug"
    ]
    assert sold == whole, "what is sold is no credit"


@pytest.mark.parametrize("column", ["empty_share", "load_factor", "return_trip"])
def test_empty_running_has_no_column(column: str) -> None:
    with pytest.raises(FreightError, match=f"{column} is inside the intensity"):
        sums(leg(**{column: 0.3}), known_on=DAY)


def test_a_table_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(FreightError, match="mass_kg is missing"):
        sums([{k: v for k, v in LEG.items() if k != "mass_kg"}], known_on=DAY)
    with pytest.raises(ParcelsError, match="cannot be read"):
        sums(tmp_path / "nothing.parquet", known_on=DAY)
    empty = pa.Table.from_pylist([LEG]).slice(0, 0)
    assert sums(empty, known_on=DAY).chains.num_rows == 0


def test_csv_and_dictionaries_and_decimals_are_one(tmp_path: Path) -> None:
    rows = [*two(), *[{**HUB, "chain_id": "h"}]]
    table = pa.Table.from_pylist([{**dict.fromkeys(k for r in rows for k in r), **row} for row in rows])
    from pyarrow import csv

    csv.write_csv(table, tmp_path / "legs.csv")
    coded = pa.table({n: table.column(n).dictionary_encode() if table.column(n).type == pa.string() else table.column(n)
                      for n in table.column_names})  # fmt: skip
    plain = sums(table, known_on=DAY).chains
    assert plain.column("state").to_pylist() == ["complete", "complete"]
    assert sums(tmp_path / "legs.csv", known_on=DAY).chains.equals(plain)
    assert sums(coded, known_on=DAY).chains.equals(plain)


def test_every_family_of_the_pack_that_serves_has_a_kind_of_kilometre() -> None:
    """Each key with tank-to-wheel and well-to-tank per tonne-km is known, by data with a source; none is known that is not there."""
    have: dict[str, set[str]] = {}
    for factor in builtin().factors.select(["key", "boundary", "unit"]).to_pylist():
        if factor["key"].startswith("freight.") and factor["unit"] == "t_km":
            have.setdefault(factor["key"], set()).add(factor["boundary"])
    served = [key for key, boundaries in have.items() if {"ttw", "wtt"} <= boundaries]
    assert len(served) > 40
    assert [key for key in served if not known(key).distance_type] == []
    for family in families():
        assert any(key == family.key or key.startswith(f"{family.key}.") for key in served), family.key
        assert family.distance_type in DISTANCE_TYPES
        assert family.temperature in TEMPERATURES
        assert family.source
        assert family.evidence
    assert known("own.van").distance_type == ""
    assert known("freight.vanish").distance_type == ""
