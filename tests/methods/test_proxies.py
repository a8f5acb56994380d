"""A life-cycle factor in Scope 2 is a flagged proxy: in run.json, in the statement, in an explanation.

DESIGN: "a life-cycle factor there is a flagged proxy and nothing upstream is added".
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from engine_rows import Row, factor, pack, run_bill

from leafmark.cli import main
from leafmark.engine import summary
from leafmark.engine.explain import explain
from leafmark.engine.explain_html import page
from leafmark.engine.explain_text import text
from leafmark.engine.proxies import SENTENCE, possible
from leafmark.engine.replay import replay
from leafmark.engine.run import Run
from leafmark.methods import LIBRARY, method

IN_2024 = dt.date(2024, 7, 1)
KG = 10**9


def grid(region: str, boundary: str, kg: float) -> Row:
    return factor("electricity.grid", region=region, boundary=boundary, unit="kWh", co2e_kg=kg, theme="grid", gsd=1.1)


FACTS = pack(grid("DE", "life_cycle", 0.4), grid("GB", "direct", 0.2), grid("GB", "upstream", 0.05))


def sites(folder: Path, *regions: str, name: str = "electricity.location") -> Run:
    """1,000 kWh at a site in each region."""
    rows = [{"site_id": n, "kwh": 1000.0, "region": region, "date": IN_2024} for n, region in enumerate(regions)]
    folder.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), folder / "sites.parquet")
    return run_bill(folder / "run", folder / "sites.parquet", FACTS, chosen=method(name), chunk_lines=2)


@pytest.mark.parametrize("name", ["electricity.location@1", "electricity.location@2"])
def test_a_run_says_how_much_of_it_is_proxy(tmp_path: Path, name: str) -> None:
    """2 x 400 kg of life cycle beside 200 kg generated and 50 kg upstream: 800 of 1,050 kg."""
    made = sites(tmp_path, "DE", "GB", "DE", name=name)
    assert made.record["totals"]["proxy"] == {"co2e_ug": 800 * KG, "share": pytest.approx(800 / 1050), "lines": 2}
    (told,) = (row for row in summary.rows(summary.facts(made)) if row[0] == "proxy")
    assert told == ("proxy", "2 lines", f"76.19% of the total: {SENTENCE}")
    assert replay(made.path)["same"]


def test_a_direct_factor_is_none(tmp_path: Path) -> None:
    made = sites(tmp_path, "GB")
    assert made.record["totals"]["proxy"] == {"co2e_ug": 0, "share": 0.0, "lines": 0}
    assert not [row for row in summary.rows(summary.facts(made)) if row[0] == "proxy"]
    shown = CliRunner().invoke(main, ["statement", str(made.path)])
    assert "proxy" not in shown.stdout


def test_a_statement_flags_it_in_the_row_and_beside(tmp_path: Path) -> None:
    made, other = sites(tmp_path / "a", "DE", "GB"), sites(tmp_path / "b", "GB")
    shown = CliRunner().invoke(main, ["statement", str(made.path), str(other.path)])
    assert "Purchased energy, 50.00% of it by a flagged proxy" in shown.stdout
    assert f"flagged proxy: 400 kg, 44.44% of the total, 1 line: {SENTENCE}" in shown.stdout
    content = json.loads(CliRunner().invoke(main, ["statement", str(made.path), str(other.path), "--json"]).stdout)
    assert content["proxy"] == {"co2e_ug": 400 * KG, "share": pytest.approx(400 / 900), "lines": 1}


def test_an_explanation_flags_the_line(tmp_path: Path) -> None:
    made = sites(tmp_path, "DE", "GB")
    proxy, direct = explain(made.path, 0), explain(made.path, 1)
    assert [line["proxy"] for stage in proxy["stages"] for line in stage["lines"]] == [True]
    assert [line["proxy"] for stage in direct["stages"] for line in stage["lines"]] == [False, False]
    for shown in (text(proxy), page(proxy)):
        assert f"flagged proxy: {SENTENCE}" in shown
    assert "proxy" not in text(direct)


def test_a_life_cycle_outside_scope_2_is_no_proxy(tmp_path: Path) -> None:
    """A use stage takes everything upstream, so a life-cycle factor is what it asks for."""
    rows = [{"product_id": 1, "kwh_per_year": 100.0, "lifetime_years": 10.0, "region": "DE", "date": IN_2024}]
    made = run_bill(tmp_path / "run", pa.Table.from_pylist(rows), FACTS, chosen=method("appliance.use"))
    assert made.record["totals"]["co2e_ug"] == 400 * KG
    assert "proxy" not in made.record["totals"]
    drawn = {
        "electricity.location",
        "electricity.market",
        "cloud.own",
    }  # a hall of one's own draws power in Scope 2 too
    assert {each.id for each in LIBRARY if possible(each)} == drawn
