"""A run's table by factor: it adds up to the run, its amounts are the input's, and the run's range can be made of it again."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_rows import run_bill

from leafmark.engine.closing import total_range
from leafmark.engine.replay import replay
from leafmark.engine.run import Run, Settings, run
from leafmark.engine.verify import verify
from leafmark.factors.gwp import GASES
from leafmark.factors.model import Pack, builtin
from leafmark.factors.units import factor_between
from leafmark.methods import method

KNOWN_ON = dt.date(2026, 6, 1)
LITRES = ("fuel.diesel", "fuel.petrol", "fuel.biodiesel_me")


@pytest.fixture(scope="module")
def facts() -> Pack:
    return builtin()


def burnt(rows: int, seed: int = 4) -> pa.Table:
    random = np.random.default_rng(seed)
    return pa.table({
        "site_id": [f"site-{n}" for n in random.integers(0, 7, rows)],
        "fuel": [LITRES[n] for n in random.integers(0, 3, rows)],
        "amount": random.uniform(0, 900, rows), "unit": ["L"] * rows, "region": ["GB"] * rows,
        "date": [dt.date(2023, 1, 1) + dt.timedelta(int(day)) for day in random.integers(0, 365, rows)],
    })  # fmt: skip


def made(table: pa.Table, facts: Pack, out: Path, chunk_lines: int | None = None, **options: bool) -> Run:
    settings = Settings(KNOWN_ON, "AR5", by_factor=True, **options)
    return run(method("combustion.direct"), table, [facts], out, settings, chunk_lines=chunk_lines)


def test_it_adds_up_to_the_run_by_grams_gases_and_range(tmp_path: Path, facts: Pack) -> None:
    done = made(burnt(2_000), facts, tmp_path / "run", chunk_lines=400)
    rows = done.table("by_factor").to_pylist()
    assert sum(row["co2e_ug"] for row in rows) == done.record["totals"]["co2e_ug"]
    groups: dict[str, list[int]] = {}
    for row in rows:
        group = groups.setdefault(row["factor_id"], [0, 0, 0])
        group[0] += row["co2e_ug"]
        group[1] += row["sd_ug"]
    again = total_range({(n, False): group for n, group in enumerate(groups.values())})
    assert again == {name: done.record["totals"][name] for name in again}
    for row in rows:
        assert sum(row["gases"][f"{gas}_ug"] for gas in GASES) == row["co2e_ug"]
        assert row["low_ug"] <= row["co2e_ug"] <= row["high_ug"]


def test_its_amounts_are_the_inputs(tmp_path: Path, facts: Pack) -> None:
    table = burnt(500)
    done = made(table, facts, tmp_path / "run")
    expected: dict[tuple[str, str], list[float]] = {}
    for row in table.to_pylist():
        expected.setdefault((row["site_id"], row["fuel"]), []).append(row["amount"])
    found = [row for row in done.table("by_factor").to_pylist() if row["part"] == "combustion"]
    assert len(found) == len(expected)
    for row in found:
        litres = expected[row["subject_id"], row["key"]]
        assert row["lines"] == len(litres)
        assert row["amount"] * factor_between(row["unit"], "L") == pytest.approx(sum(litres), abs=1e-3 * len(litres))


def test_it_replays_and_changes_no_other_run(tmp_path: Path, facts: Pack) -> None:
    done = made(burnt(300), facts, tmp_path / "with", no_entries=True)
    table = tmp_path / "burnt.parquet"
    pq.write_table(burnt(300), table)
    of_file = run(
        method("combustion.direct"), str(table), [facts], tmp_path / "file", Settings(KNOWN_ON, "AR5", by_factor=True)
    )
    report = replay(of_file)
    assert report["same"]
    assert "by_factor" in report["tables"]
    plain = run_bill(
        tmp_path / "plain", burnt(300), facts, chosen=method("combustion.direct"), known_on=KNOWN_ON, gwp="AR5"
    )
    assert "by_factor" not in plain.record
    assert not (plain.path / "by_factor.parquet").exists()
    assert plain.record["totals"] == done.record["totals"]
    assert plain.id != done.id


def test_verify_holds_the_table_to_the_products(tmp_path: Path, facts: Pack) -> None:
    done = made(burnt(300), facts, tmp_path / "run")
    assert verify(done)["sound"]
    file = done.path / "by_factor.parquet"
    table = pq.read_table(file)
    moved = pa.array([table.column("co2e_ug")[0].as_py() + 1, *table.column("co2e_ug").to_pylist()[1:]], pa.int64())
    pq.write_table(table.set_column(table.schema.get_field_index("co2e_ug"), "co2e_ug", moved), file)
    found = verify(done)
    assert not found["sound"]
    assert {each["check"] for each in found["faults"]} == {"sums by factor"}


def test_amounts_own_errors_are_kept_apart_from_the_factors(tmp_path: Path, facts: Pack) -> None:
    sold = pa.table({
        "site_id": ["shop"] * 3, "units_sold": [10.0, 20.0, 5.0], "kg_per_unit": [3.0, 2.0, 9.0], "kg_gsd": [1.2, 1.5, None],
        "date": [dt.date(2023, 1, 1)] * 3,
    })  # fmt: skip
    done = run(method("product.sold"), sold, [facts], tmp_path / "run", Settings(KNOWN_ON, "AR5", by_factor=True))
    rows = done.table("by_factor").to_pylist()
    stated = next(row for row in rows if row["key"] == "declared.co2e")
    by_hand = [mean * math.sqrt(math.exp(math.log(gsd) ** 2) - 1) for mean, gsd in ((30e9, 1.2), (40e9, 1.5))]
    assert stated["sd_ug"] == 0
    assert stated["own_sd_ug"] == pytest.approx(math.hypot(*by_hand), rel=1e-9)
    variance = sum(row["own_sd_ug"] ** 2 for row in rows)
    groups = {(n, False): [row["co2e_ug"], row["sd_ug"], 0] for n, row in enumerate(rows)}
    groups[0, False][2] = variance
    totals = done.record["totals"]
    assert total_range(groups) == pytest.approx(
        {name: totals[name] for name in ("co2e_ug", "low_ug", "high_ug")}, rel=1e-9
    )
