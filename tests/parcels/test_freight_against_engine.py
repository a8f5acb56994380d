"""The set-based sums are the engine's, to the microgram; both are what plain Python makes of the publisher's figures."""

from __future__ import annotations

import datetime as dt
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafmark.factors.model import builtin
from leafmark.parcels.freight import book, sums
from leafmark.parcels.freight.booking import LegUg, _held_together
from leafmark.parcels.freight.legs import read_legs
from leafmark.parcels.freight.tables import FreightError

DAY = dt.date(2026, 6, 1)
MODES = (
    "freight.van.average.diesel", "freight.hgv.average_laden", "freight.van.average.battery_electric", "freight.rail",
    "freight.air.short_haul", "freight.hgv_refrigerated.average_laden", "freight.nowhere",
)  # fmt: skip


def chains_of(chance: random.Random, many: int) -> list[dict[str, Any]]:
    """Legs of chains, sound and unsound: every kind of fault, hubs, dates before all factors, places without one."""
    rows: list[dict[str, Any]] = []
    for chain in range(many):
        count, place = chance.randint(1, 4), "p0"
        for number in range(1, count + 1):
            row: dict[str, Any] = {
                "chain_id": f"c{chain}", "leg_no": number, "from_place": place, "to_place": place, "mass_kg": chance.choice(MASSES)(chance),
                "region": chance.choice(["GB"] * 9 + ["BR", None]),
                "date": chance.choice([dt.date(2023, 5, 1), dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2010, 1, 1), None]),
            }  # fmt: skip
            if number == 2 and chance.random() < 0.4:
                row |= {
                    "kind": "hub", "hub_kwh": chance.uniform(0, 1e6), "solar_generated_kwh": chance.uniform(0, 1e4),
                    "solar_used_kwh": chance.uniform(0, 4e3), "throughput_kg": chance.uniform(1e4, 1e7), "throughput_parcels": 1000.0,
                    "allocation_key": chance.choice(["mass", "parcel", "mass", "parcel", None]),
                    "refrigerant": chance.choice(["refrigerant.r410a", "refrigerant.hfc_134a", "refrigerant.none", None]),
                    "refrigerant_kg": chance.choice([None, 0.0, 3.25]),
                }  # fmt: skip
            else:
                place = chance.choice("abc")
                row |= {
                    "kind": "transport", "to_place": place, "mode": chance.choice(MODES), "distance_km": chance.choice(WAYS)(chance),
                    "distance_type": chance.choice(["sfd", "gcd", "actual", "actual", "actual"]),
                    "distance_adjustment_factor": chance.choice([None, None, 1.05, 1.15, 4.0]),
                }  # fmt: skip
            rows.append(row)
    return rows


MASSES: list[Callable[[random.Random], float | None]] = [
    *[lambda chance: chance.uniform(0, 5e4)] * 20, lambda _: -1.0, lambda _: None, lambda _: float("nan"), lambda _: 1e9,
]  # fmt: skip
WAYS: list[Callable[[random.Random], float | None]] = [
    *[lambda chance: chance.uniform(0, 2e4)] * 20,
    lambda _: -3.0,
    lambda _: None,
]


def test_the_sums_are_the_engines(tmp_path: Path) -> None:
    """`book` raises where one chain differs by a microgram; and everything refused there is refused here, row by row."""
    rows = chains_of(random.Random(20), 1500)
    booked = book(rows, out=tmp_path / "run", known_on=DAY, run_date=DAY)
    quick = sums(rows, known_on=DAY, run_date=DAY)
    assert quick.chains.equals(booked.chains)
    assert quick.refused.equals(booked.refused)
    engine = sum(booked.entries.column("co2e_ug").to_pylist())
    assert engine == sum(quick.chains.column("computed_ug").to_pylist()) > 0
    assert all(run.record["lines_rejected"] == 0 for run in booked.runs.values()), (
        "what is unsound is refused before it is booked"
    )
    assert len(set(booked.refused.column("reason").to_pylist())) >= 10
    complete = quick.chains.column("state").to_pylist().count("complete")
    assert 50 < complete < 1400


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 6))
def test_sums_of_chains(seed: int, many: int) -> None:
    """WTW = TTW + WTT; a chain is the sum of its legs each computed alone; the order of rows does not matter."""
    chance = random.Random(seed)
    rows = chains_of(chance, many)
    made = {c["chain_id"]: c for c in sums(rows, known_on=DAY).chains.to_pylist()}
    for chain in made.values():
        assert chain["computed_ug"] == chain["ttw_ug"] + chain["wtt_ug"]
        assert chain["wtw_ug"] == (chain["computed_ug"] if chain["state"] == "complete" else None)
        assert (chain["refused_legs"] == 0) == (chain["state"] == "complete")
    shuffled = chance.sample(rows, len(rows))
    again = {c["chain_id"]: c for c in sums(shuffled, known_on=DAY).chains.to_pylist()}
    assert again == made
    alone = [{**row, "chain_id": str(n), "leg_no": 1} for n, row in enumerate(rows)]
    each = {c["chain_id"]: c["computed_ug"] for c in sums(alone, known_on=DAY).chains.to_pylist()}
    for name, chain in made.items():
        assert chain["computed_ug"] == sum(each[str(n)] for n, row in enumerate(rows) if row["chain_id"] == name)


def published() -> dict[str, list[float]]:
    """Micrograms per tonne-km of each mode: the pack's rows of 2025 as they stand, TTW, WTT and losses."""
    pack = builtin()
    ids = {mode: [f"{mode}@GB:{boundary}:2025" for boundary in ("ttw", "wtt", "td_loss")] for mode in MODES[:4]}
    return {
        mode: [pack.factor(name).co2e_kg * 1e9 for name in names if name in pack.ids] for mode, names in ids.items()
    }


def plain(row: dict[str, Any], factors: dict[str, list[float]]) -> int:
    """TTW + WTT micrograms of one leg, by plain Python."""
    return sum(int(row["mass_kg"] / 1000 * row["distance_km"] * factor + 0.5) for factor in factors[row["mode"]])


def test_many_legs_against_plain_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """24,000 legs, then in no order: every chain is what a loop makes of the published figures."""
    monkeypatch.setattr(
        sys.modules["leafmark.parcels.freight.sums"], "BLOCK_LEGS", 1000
    )  # many blocks, two threads, chains across their edges
    chance = random.Random(3)
    rows = []
    for chain in range(8_000):
        place = "a"
        for number in (1, 2, 3):
            rows.append({
                "chain_id": f"c{chain}", "leg_no": number, "from_place": place, "to_place": (place := chance.choice("abcdef")),
                "mode": chance.choice(MODES[:4]), "mass_kg": chance.uniform(0, 40), "distance_km": chance.uniform(0, 900),
                "distance_type": "actual", "region": "GB",
            })  # fmt: skip
    table = pa.Table.from_pylist(rows)
    factors = published()
    expected = np.array([plain(row, factors) for row in rows]).reshape(-1, 3).sum(axis=1)
    # The GWP conversion of gases with a split of their own goes through kg of each gas: a unit in the last place, so 3 ug a leg.
    made = sums(table, known_on=DAY, gwp="AR5")
    assert made.refused.num_rows == 0
    assert np.abs(np.array(made.chains.column("wtw_ug")) - expected).max() <= 9
    mixed = table.take(pa.array(chance.sample(range(len(rows)), len(rows))))
    by_id = dict(zip(made.chains.column("chain_id").to_pylist(), made.chains.column("wtw_ug").to_pylist(), strict=True))
    again = sums(mixed, known_on=DAY, gwp="AR5").chains
    assert dict(zip(again.column("chain_id").to_pylist(), again.column("wtw_ug").to_pylist(), strict=True)) == by_id


def test_a_microgram_too_many_is_found(tmp_path: Path) -> None:
    """A seeded mutant: the two computations are really held together."""
    row = {
        "chain_id": "c", "leg_no": 1, "from_place": "a", "to_place": "b", "mode": MODES[0], "mass_kg": 5.0, "distance_km": 9.0,
        "distance_type": "actual", "region": "GB",
    }  # fmt: skip
    booked = book([row], out=tmp_path / "run", known_on=DAY)
    legs = read_legs([row], run_date=DAY)
    ug = booked.chains.column("ttw_ug").to_numpy(), booked.chains.column("wtt_ug").to_numpy()
    _held_together(legs, LegUg(*ug), booked.entries)
    with pytest.raises(FreightError, match="a fault of ours"):
        _held_together(legs, LegUg(ug[0] + 1, ug[1]), booked.entries)
