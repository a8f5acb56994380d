"""The engine against brute force: any pack, any bill, the same micrograms, statuses and rejections."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import tempfile
from pathlib import Path
from typing import Any

import oracle
import pytest
from engine_rows import BILL, KNOWN_ON, Row, bill, factor, line, pack, products, run_bill
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leafmark.engine.inputs import InputError
from leafmark.methods import Vintage
from leafmark.methods.bill import STAGES

KEYS = {
    "material.board": ("kg", ("kg", "g", "t", "lb"), ("cradle_to_gate", "cradle_to_retail")),
    "electricity.grid": ("kWh", ("kWh", "MJ", "MWh"), ("direct", "upstream", "td_loss", "td_loss_upstream", "life_cycle")),
    "freight.hgv": ("t_km", ("t_km", "kg_km"), ("ttw", "wtt", "wtw")),
}  # fmt: skip
PLACES = ("CN-ZJ", "CN", "GB", "WORLD")
DAY = dt.timedelta(1)
YEARS = range(2008, 2026)
STARTS = st.sampled_from([(1, 1), (2, 28), (2, 29), (3, 1), (7, 16), (12, 31)])
SOME_STARTS = st.lists(st.tuples(st.sampled_from(YEARS), STARTS), min_size=2, max_size=5)
KG = st.integers(0, 5000).map(lambda n: n / 1e6)
REVISED = st.sampled_from([None, None, KNOWN_ON - DAY, KNOWN_ON, KNOWN_ON + DAY])


@st.composite
def periods(draw: st.DrawFn) -> list[tuple[dt.date, dt.date | None]]:
    """Disjoint valid periods with gaps, some adjacent, the last perhaps open; starts on any day, leap days too."""
    cuts = sorted({
        dt.date(year, month, 28 if (month, number) == (2, 29) and year % 4 else number)
        for year, (month, number) in draw(SOME_STARTS)
    })  # fmt: skip
    spans: list[tuple[dt.date, dt.date | None]] = list(itertools.pairwise(cuts))
    kept = [span for span in spans if draw(st.booleans())]
    if draw(st.booleans()) and cuts:
        kept.append((cuts[-1], None))
    return kept


PERIODS = periods()


@st.composite
def factor_rows(draw: st.DrawFn) -> list[Row]:
    rows: list[Row] = []
    for key, (unit, _, boundaries) in KEYS.items():
        for place in PLACES:
            if not draw(st.booleans()):
                continue
            for boundary in boundaries:
                for start, end in draw(PERIODS):
                    cells = {"region": place, "boundary": boundary, "unit": unit, "valid_from": start, "valid_to": end}
                    revised = draw(REVISED)
                    rows.append(factor(key, co2e_kg=draw(KG), superseded_on=revised, **cells))
                    if revised:
                        rows.append(factor(key, co2e_kg=draw(KG), published_on=revised, **cells))
    return rows or [factor()]


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Row], list[Row], Vintage]:
    rows = draw(factor_rows())
    vintage = draw(
        st.sampled_from([Vintage("nearest", 10), Vintage("nearest", 1), Vintage("latest", 3), Vintage("exact", 0)])
    )
    edges = {day for row in rows for day in (row["valid_from"], row["valid_to"]) if day}
    middles = {a + (b - a) // 2 + n * DAY for a in edges for b in edges if a < b for n in (-1, 0, 1)}
    reach = {oracle.shift(day, n * vintage.reach_years) for day in edges for n in (-1, 1)}
    near = sorted({day + n * DAY for day in edges | reach for n in (-1, 0, 1)} | middles)
    lines = []
    for number in range(draw(st.integers(1, 12))):
        product = draw(st.integers(1, 4))
        key, (_, units, _) = draw(st.sampled_from(sorted(KEYS.items())))
        cells: dict[str, Any] = {
            "stage": draw(st.sampled_from([*STAGES, "materials", "use", "usage", None])),
            "key": draw(st.sampled_from([key] * 8 + ["material.unobtainium"])),
            "unit": draw(st.sampled_from([*units * 3, "furlong", "m3"])),
            "amount": draw(st.sampled_from([0.0, 1.0, 0.1, 2.5, 12.25, 99.999, 0.001, -1.5, -0.0])),
            "kind": draw(st.sampled_from([None, "credit"])),
            "region": draw(st.sampled_from([None, *PLACES, "CN-ZJ", "CN-SH", "GB-SCT", "FR", "Narnia"])),
            "date": draw(st.none() | st.sampled_from(near)),
            "component_id": None,
        }
        if draw(st.integers(0, 4)) == 0:
            inner = draw(st.sampled_from([product + 1, product + 2, 4, 9] if draw(st.integers(0, 9)) else [1, product]))
            unit = draw(st.sampled_from(["item"] * 5 + ["kg"]))
            amount = draw(st.sampled_from([1.0, 2.0, 0.5, 0.0, -1.0]))
            cells |= {"component_id": inner, "key": None, "unit": unit, "amount": amount}
            cells["stage"] = draw(st.sampled_from([*STAGES] * 2 + ["usage"]))
        lines.append(line(product, activity_id=str(number), **cells))
    return rows, lines, vintage


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases())
def test_run_equals_brute_force(case: tuple[list[Row], list[Row], Vintage]) -> None:
    rows, lines, vintage = case
    method = dataclasses.replace(BILL, vintage=vintage)
    known = pack(*rows)
    with tempfile.TemporaryDirectory() as folder:
        try:
            expected, rejections = oracle.bill_run(method, known.factors.to_pylist(), lines, KNOWN_ON)
        except oracle.Cycle:
            with pytest.raises(InputError, match="contain each other"):
                run_bill(Path(folder) / "run", bill(lines), known, chosen=method)
            return
        made = run_bill(Path(folder) / "run", bill(lines), known, chosen=method)
        found = {
            product: {name: row[name] for name in expected[product]} for product, row in products(made).items()
        }  # fmt: skip
        assert found == expected
        assert made.record["lines_rejected"] == rejections


@pytest.mark.parametrize(("amount", "ug"), [(0.5, 1), (1.5, 2), (2.5, 3), (0.49, 0), (-0.5, -1), (-2.5, -3), (0.0, 0)])
def test_halves_round_away_from_zero_per_line(tmp_path: Path, amount: float, ug: int) -> None:
    tiny = factor(co2e_kg=1e-9)
    two = [line(amount=amount, kind="credit"), line(amount=amount, kind="credit")]
    made = run_bill(tmp_path / "run", bill(two), pack(tiny))
    assert products(made)[1]["co2e_ug"] == 2 * ug  # each line is rounded once; their sum is not rounded again
    assert oracle.bill_run(BILL, [tiny | {"superseded_on": None}], two, KNOWN_ON)[0][1]["co2e_ug"] == 2 * ug
