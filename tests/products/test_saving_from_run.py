"""The saving panel by the command line: two televisions of the Australian register, in use on one grid."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from leafmark.cli import main
from leafmark.engine import footprint
from leafmark.products.saving_from_run import Reference, saving_from_run, savings_from_run

LINES = """\
product_id,kwh_per_year,lifetime_years,region,date
ATV1,94,7,AU,2026-11-01
ATV2,131,7,AU,2026-11-01
ATV3,131,7,FR,2026-11-01
ATV4,131,9,AU,2026-11-01
"""
NAMES = """\
product_id,name,category,lifetime_years,screen_area_cm2,kwh_per_year
ATV1,Thrifty 55,television,7,1296,94
ATV2,Thirsty 55,television,7,2737,131
ATV3,French 55,television,7,2737,131
ATV4,Lasting 55,television,9,2737,131
"""
GRID = 0.55383
"""kgCO2e/kWh, Australia 2024, life cycle: Ember and Energy Institute by Our World in Data, row AUS 2024."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saving")
    (folder / "tv.csv").write_text(LINES, encoding="utf-8")
    (folder / "names.csv").write_text(NAMES, encoding="utf-8")
    done = CliRunner().invoke(
        main,
        [
            "footprint",
            str(folder / "tv.csv"),
            "--method",
            "appliance.use",
            "--known-on",
            "2026-11-01",
            "--out",
            str(folder / "run"),
        ],
    )
    assert done.exit_code == 0, done.stderr
    return folder


def label(run: Path, *more: str) -> Result:
    return CliRunner().invoke(
        main,
        [
            "label",
            "ATV1",
            "--run",
            str(run / "run"),
            "--catalogue",
            str(run / "names.csv"),
            "--on",
            "2026-11-24",
            *more,
        ],
    )


def test_the_saving_is_the_difference_in_kwh_times_the_years_and_the_published_grid(run: Path) -> None:
    plain, done = json.loads(label(run, "--json").stdout), label(run, "--reference", "ATV2", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    saving = told["saving"]
    assert saving["avoided_ug"] == pytest.approx((131 - 94) * 7 * GRID * 1e9, abs=1)
    assert saving["low_ug"] < saving["avoided_ug"] < saving["high_ug"]
    assert (saving["reference_kwh_per_year"], saving["kwh_per_year"], saving["years"]) == (131, 94, 7)
    assert saving["grid_region"] == "AU"
    assert plain["saving"] is None
    assert told["co2e_ug"] == plain["co2e_ug"]  # apart from the footprint: nothing of it changes


@pytest.mark.parametrize("lang", ["en", "zh-Hant", "zh-Hans"])
def test_the_panel_names_the_reference(run: Path, lang: str) -> None:
    assert "Thirsty 55" in label(run, "--reference", "ATV2", "--lang", lang).stdout


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "use for 7 years"), ("zh-Hans", "使用 7 年，按目前电网计"), ("zh-Hant", "使用 7 年，按目前電網計")],
)
def test_the_use_it_assumes_is_said_in_the_label_s_language(run: Path, lang: str, said: str) -> None:
    drawn = label(run, "--reference", "ATV2", "--lang", lang).stdout
    assert said in drawn
    assert ("today" in drawn) == (lang == "en")


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("ATV1", "expected another product"),
        ("ATV3", "reference ATV3 FR"),
        ("ATV4", "ATV1 has 7, reference ATV4 9"),
        ("ATV9", "no product 'ATV9'"),
    ],
)
def test_models_that_cannot_be_compared_are_refused(run: Path, reference: str, said: str) -> None:
    done = label(run, "--reference", reference)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_saving_without_a_period_is_refused(run: Path) -> None:
    (run / "short.csv").write_text("product_id,name\nATV1,A\nATV2,B\n", encoding="utf-8")
    done = label(run, "--reference", "ATV2", "--catalogue", str(run / "short.csv"))
    assert done.exit_code == 2
    assert "lifetime_years: a saving names its period" in done.stderr


def test_products_whose_ids_read_like_addresses_are_compared_as_products(tmp_path: Path) -> None:
    rows = {
        "product_id": ["total", "stage:use"], "kwh_per_year": [94.0, 131.0], "lifetime_years": [7.0, 7.0],
        "region": ["AU", "AU"], "date": [dt.date(2026, 11, 1)] * 2,
    }  # fmt: skip
    pq.write_table(pa.table(rows), tmp_path / "tv.parquet")
    made = footprint(
        tmp_path / "tv.parquet", method="appliance.use", known_on=dt.date(2026, 11, 1), out=tmp_path / "run"
    )
    about = {"name": "Thirsty 55", "lifetime_years": 7}
    panel = saving_from_run(made.path, "total", "stage:use", about, about)
    assert (panel.kwh_per_year, panel.reference_kwh_per_year) == (94.0, 131.0)


def test_many_savings_of_a_run_are_the_single_ones_and_say_why(run: Path) -> None:
    about = {"ATV1": {"name": "Thrifty 55", "lifetime_years": 7}, "ATV2": {"name": "Thirsty 55", "lifetime_years": 7}}
    why = {"en": "the middle one of 30 models", "zh-Hans": "30 款中居中的一款", "zh-Hant": "30 款中居中的一款"}
    found = savings_from_run(run / "run", {"ATV1": Reference("ATV2", why), "ATV2": Reference("ATV1")}, about)
    alone = saving_from_run(run / "run", "ATV1", "ATV2", about["ATV1"], about["ATV2"])
    assert found["ATV1"] == dataclasses.replace(alone, reference_why=why)
    assert found["ATV2"].avoided_ug == -alone.avoided_ug
    assert found["ATV2"].kind == "additional"


def test_a_reference_that_the_catalogue_lacks_is_named(run: Path) -> None:
    with pytest.raises(ValueError, match="'ATV2': the catalogue has no such product"):
        savings_from_run(run / "run", {"ATV1": Reference("ATV2")}, {"ATV1": {"lifetime_years": 7}})
