"""Televisions and declared footprints: faults put in by hand, and the whole tables counted by another route."""

import csv
import datetime as dt
import gzip
import io
import json
import math
from collections import Counter
from pathlib import Path

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from engine_rows import factor, pack

from leafmark.demo import electronics
from leafmark.demo.electronics import (
    consistent,
    demo_declared_footprints,
    demo_televisions,
    labelled_energy_kwh,
    read_boavizta,
    read_televisions,
)
from leafmark.demo.electronics_lines import declared_lines, television_lines
from leafmark.engine.run import run
from leafmark.engine.settings import Settings
from leafmark.factors.model import builtin
from leafmark.methods.declared import DECLARED, DECLARED_2
from leafmark.methods.use_stage import USE_STAGE
from leafmark.products.from_run import label_from_run
from leafmark.products.i18n import text

TV_HEADER = (
    "Submit_ID,Brand_Reg,Model_No,screensize,Screen_Area,Screen_Tech,Pasv_stnd_power,Avg_mode_power,"
    "Labelled energy consumption (kWh/year),ExpDate,Registration Number\n"
)
PCF_HEADER = (
    "manufacturer,name,subcategory,gwp_total,gwp_use_ratio,yearly_tec,lifetime,use_location,report_date,sources,"
    "gwp_manufacturing_ratio,weight,screen_size,gwp_transport_ratio,gwp_eol_ratio\n"
)
GOOD_TV = "1,SONY,KD-50,125.7,6751,LCD (LED),0.5,100,370,2028-01-01,ATV1\n"
GOOD_PCF = "Acme,Book 13,Laptop,200,0.2,20,4,EU,May 2021,https://acme.example/1.pdf,0.74,1.3,13,0.05,0.01\n"


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_the_label_is_ten_hours_on_and_fourteen_in_standby() -> None:
    assert labelled_energy_kwh(100, 0.5) == pytest.approx(365 * (1.0 + 0.007))
    assert labelled_energy_kwh(100, None) == pytest.approx(365)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (GOOD_TV, None),
        (GOOD_TV.replace(",0.5,", ",-,"), None),  # a dash is missing, not a fault
        (GOOD_TV.replace(",370,", ",37,"), "label and power disagree"),
        (GOOD_TV.replace(",370,", ",740,"), "label and power disagree"),
        (GOOD_TV.replace(",100,", ",-,"), "not positive"),
        (GOOD_TV.replace(",100,", ",0,"), "not positive"),
        (GOOD_TV.replace(",125.7,", ",50 inch,"), "not a number"),
        (GOOD_TV.replace(",125.7,", ",50,"), "area and diagonal disagree"),
        (GOOD_TV.replace(",125.7,", ",1257,"), "out of range"),
        (GOOD_TV.replace(",0.5,", ",5,"), "out of range"),
    ],
)
def test_a_television_that_contradicts_itself(tmp_path: Path, row: str, reason: str | None) -> None:
    televisions, flags = read_televisions(write(tmp_path / "tv.csv", TV_HEADER + row))
    assert len(televisions) == 1
    assert (reason is None and flags == []) or any(flag.reason == reason for flag in flags), flags


def test_a_dash_is_missing_and_never_zero(tmp_path: Path) -> None:
    televisions, _ = read_televisions(write(tmp_path / "tv.csv", TV_HEADER + GOOD_TV.replace(",0.5,", ",-,")))
    assert televisions[0].standby_w is None


def test_broken_utf8_is_flagged_by_row_and_field(tmp_path: Path) -> None:
    broken = GOOD_TV.encode().replace(b"KD-50", b"KD-50\x93x\x94")
    televisions, flags = read_televisions(write(tmp_path / "tv.csv", TV_HEADER.encode() + GOOD_TV.encode() + broken))
    assert [(flag.row, flag.field, flag.reason) for flag in flags] == [(2, "Model_No", "not UTF-8")]
    assert [tv.row for tv in consistent(televisions, flags)] == [1]


def test_one_spelling_per_brand(tmp_path: Path) -> None:
    names = ["SONY", "Sony", "sony ", "LG", "SAMSUNG ELECTRONICS", "Samsung", "SAMSUNG"]
    rows = "".join(GOOD_TV.replace("SONY", name) for name in names)
    televisions, _ = read_televisions(write(tmp_path / "tv.csv", TV_HEADER + rows))
    assert [tv.brand for tv in televisions] == ["Sony", "Sony", "Sony", "LG", "Samsung", "Samsung", "Samsung"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (GOOD_PCF, None),
        (GOOD_PCF.replace(",0.05,0.01", ",,"), None),  # phases not stated: usable, not whole
        (GOOD_PCF.replace(",200,", ",0,"), "not positive"),
        (GOOD_PCF.replace(",200,", ",-,"), "not positive"),
        (GOOD_PCF.replace(",0.74,", ",0.84,"), "phases do not add up to 1"),
        (GOOD_PCF.replace(",0.74,", ",7.4,"), "a share outside 0 to 1"),
        (GOOD_PCF.replace(",0.74,", ",0.9,").replace(",0.05,0.01", ",,"), "phases add up to more than 1"),
        (GOOD_PCF.replace(",4,EU", ",40,EU"), "absurd lifetime"),
        (GOOD_PCF.replace(",4,EU", ",0,EU"), "absurd lifetime"),
        (GOOD_PCF.replace(",1.3,13,", ",15.6,13,"), "absurd weight"),
        (GOOD_PCF.replace(",1.3,13,", ",1.3,0,"), "absurd screen size"),
        (GOOD_PCF.replace(",1.3,13,", ",1.3,13 in,"), "not a number"),
        (GOOD_PCF.replace(",20,4", ",1,4"), "energy and use phase disagree"),
        (GOOD_PCF + GOOD_PCF, "listed twice"),
    ],
)
def test_a_footprint_that_contradicts_itself(tmp_path: Path, row: str, reason: str | None) -> None:
    footprints, flags = read_boavizta(write(tmp_path / "pcf.csv", PCF_HEADER + row))
    assert footprints
    assert (reason is None and flags == []) or any(flag.reason == reason for flag in flags), flags


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def test_the_whole_register_counted_by_another_route(shared_data: Path) -> None:
    path = shared_data / "televisions" / "au_e3_televisions_2025.csv.gz"
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode("utf-8", "replace"))))
    televisions, flags = read_televisions(path)
    assert len(televisions) == len(rows) == 4_856
    label = 0
    for row in rows:
        on, standby = number(row["Avg_mode_power"]), number(row["Pasv_stnd_power"]) or 0
        assert on is not None
        kwh = float(row["Labelled energy consumption (kWh/year)"])
        label += not 0.97 <= kwh / (on * 3.65 + standby * 5.11) <= 1.25
    reasons = Counter(flag.reason for flag in flags)
    assert reasons["label and power disagree"] == label == 75
    assert reasons == {"label and power disagree": 75, "area and diagonal disagree": 7, "out of range": 5}
    assert sum(tv.standby_w is None for tv in televisions) == sum(row["Pasv_stnd_power"] == "-" for row in rows) == 838
    assert len({tv.brand for tv in televisions}) < len({row["Brand_Reg"] for row in rows}) == 108
    assert len(consistent(televisions, flags)) == 4_769


def test_the_whole_of_boavizta_counted_by_another_route(shared_data: Path) -> None:
    path = shared_data / "boavizta" / "boavizta-data-us.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    footprints, flags = read_boavizta(path)
    assert len(footprints) == len(rows) == 1_226
    names = ("gwp_use_ratio", "gwp_manufacturing_ratio", "gwp_transport_ratio", "gwp_eol_ratio")
    whole = [row for row in rows if all(row[name] for name in names)]
    sums = [round(sum(float(row[name]) for name in names), 9) for row in whole]
    reasons = Counter(flag.reason for flag in flags)
    assert reasons["phases do not add up to 1"] == sum(not 0.98 <= total <= 1.02 for total in sums) == 112
    assert sum(footprint.whole for footprint in footprints) == len(whole) == 444
    screens = [float(row["screen_size"]) for row in rows if row["screen_size"]]
    assert reasons["absurd screen size"] == sum(not 3 <= inches <= 100 for inches in screens) == 62
    assert reasons["not positive"] == 0
    # Three ThinkPads weigh their screen size or so: 11.6, 15.6 and 15.6 kg.
    assert sorted(flag.found for flag in flags if flag.reason == "absurd weight") == ["11.6 kg", "15.6 kg", "15.6 kg"]
    # Printers whose declared use phase holds the paper, servers, and a Chromecast.
    assert reasons["energy and use phase disagree"] == 25
    assert len(consistent(footprints, flags)) == len(rows) - len({flag.row for flag in flags}) == 1_025


def test_the_shipped_televisions() -> None:
    rows = demo_televisions()
    assert 150 <= len(rows) <= 200
    assert len({row["brand"] for row in rows}) >= 25
    assert len({row["registration"] for row in rows}) == len(rows)
    sizes = sorted(float(row["screen_cm"]) for row in rows)
    assert sizes[0] < 60
    assert sizes[-1] > 200
    for row in rows:
        standby = float(row["standby_w"]) if row["standby_w"] else None
        computed = labelled_energy_kwh(float(row["on_w"]), standby)
        assert 0.97 <= float(row["labelled_kwh_per_year"]) / computed <= 1.25, row
    assert any(row["standby_w"] == "" for row in rows)  # missing stays missing


def _rows(folder: Path) -> list[dict[str, str]]:
    with gzip.open(folder / "au_e3_televisions_2025.csv.gz", "rt", encoding="latin-1") as file:
        return list(csv.DictReader(file))


def test_the_shipped_televisions_are_the_register_s(shared_data: Path) -> None:
    register, _ = read_televisions(shared_data / "televisions" / "au_e3_televisions_2025.csv.gz")
    known = {(tv.registration, tv.model): tv for tv in register}
    areas = {row["Registration Number"]: row["Screen_Area"] for row in _rows(shared_data / "televisions")}
    for row in demo_televisions():
        tv = known[row["registration"], row["model"]]
        assert float(row["screen_area_cm2"]) == pytest.approx(float(areas[row["registration"]]), abs=0.051)
        assert float(row["on_w"]) == pytest.approx(tv.on_w, rel=1e-5)
        assert float(row["labelled_kwh_per_year"]) == tv.kwh_per_year
        assert row["registration_expires"] == tv.registration_expires


def test_the_shipped_footprints_are_few_whole_cited_and_attributed() -> None:
    rows = demo_declared_footprints()
    assert 30 <= len(rows) <= 40
    assert len({row["manufacturer"] for row in rows}) >= 5
    assert {row["kind"] for row in rows} >= {"Laptop", "Monitor", "Smartphone", "Tablet"}
    for row in rows:
        shares = [float(row[f"{phase}_share"]) for phase in ("manufacturing", "transport", "use", "eol")]
        assert sum(shares) == pytest.approx(1, abs=0.02)
        assert min(shares) > 0
        assert row["sheet"].startswith("https://")
    head = (Path(electronics.__file__).parent / "declared_footprints.csv").read_text().split("manufacturer,")[0]
    for words in ("as listed by Boavizta", "Open Database License (ODbL) 1.0", "Leafmark has read none of the sheets"):
        assert words in head


def test_the_shipped_footprints_are_boavizta_s(shared_data: Path) -> None:
    listed, _ = read_boavizta(shared_data / "boavizta" / "boavizta-data-us.csv")
    known = {(item.name, item.sheet, item.total_kg) for item in listed}
    for row in demo_declared_footprints():
        assert (row["name"], row["sheet"], float(row["total_kg"])) in known


def test_the_engine_reads_the_shipped_electronics(tmp_path: Path) -> None:
    """Every television meets one grid factor, a plausible one; every declared footprint comes out as declared."""
    settings = Settings(known_on=dt.date(2026, 9, 1), run_date=dt.date(2025, 9, 8))
    televisions, declared = television_lines(lifetime_years=7), declared_lines()
    assert len(set(declared["product_id"].to_pylist())) == declared.num_rows
    used = run(USE_STAGE, televisions, [builtin()], tmp_path / "tv", settings)
    assert (used.record["lines_in"], used.record["lines_rejected"]) == (televisions.num_rows, 0)
    products = pq.read_table(used.path / "products.parquet").to_pylist()
    kwh = dict(zip(televisions["product_id"].to_pylist(), televisions["kwh_per_year"].to_pylist(), strict=True))
    per_kwh = {round(product["co2e_ug"] / kwh[product["product_id"]] / 7 / 1e9, 9) for product in products}
    assert len(per_kwh) == 1  # one grid for all
    assert 0.2 < per_kwh.pop() < 1.0  # kg per kWh of an Australian socket
    unit = pack(factor("declared.co2e", boundary="unit", co2e_kg=1.0, valid_from=dt.date(1990, 1, 1), valid_to=None))
    stated = run(DECLARED, declared, [unit], tmp_path / "declared", settings)
    assert stated.record["lines_rejected"] == 0
    totals = dict(zip(declared["product_id"].to_pylist(), declared["total_kg"].to_pylist(), strict=True))
    for product in pq.read_table(stated.path / "products.parquet").to_pylist():
        assert product["co2e_ug"] == pytest.approx(totals[product["product_id"]] * 1e9, abs=4)


def test_a_makers_stated_error_is_the_range_of_its_figure(tmp_path: Path) -> None:
    """Dell states one standard deviation: XPS 9720, 524 kg +- 23.3 %. Expected: the lognormal of that mean and deviation."""
    made = run(DECLARED_2, declared_lines(), [builtin()], tmp_path / "run", Settings(dt.date(2026, 9, 1)))
    rows = {row["product_id"]: row for row in made.table("products").to_pylist()}
    s2 = math.log1p(0.233**2)
    for end, sign in (("low_ug", -1), ("high_ug", 1)):
        expected = 524e9 * math.exp(-s2 / 2 + sign * 1.959964 * math.sqrt(s2))
        assert rows["Dell XPS 9720"][end] == pytest.approx(expected, rel=1e-6), end
    stated = {row["product_id"] for row in declared_lines().to_pylist() if row["phase_gsd"] is not None}
    assert len(stated) == 6
    assert all(name.startswith("Dell ") for name in stated)


def test_stated_errors_are_those_boavizta_lists(shared_data: Path) -> None:
    """`gwp_error_ratio` of the shared table, for each of the demo's rows that has one."""
    text = (shared_data / "boavizta" / "boavizta-data-us.csv").read_text(encoding="utf-8")
    listed = {
        (row["manufacturer"], row["name"].strip()): row["gwp_error_ratio"]
        for row in csv.DictReader(io.StringIO(text, newline=""))
    }
    for row in demo_declared_footprints():
        assert row["error_ratio"] == listed.get((row["manufacturer"], row["name"]), ""), row["name"]


@pytest.mark.parametrize("lang", ["en", "zh-Hans", "zh-Hant"])
def test_a_declared_laptop_of_the_whole_life_is_called_so(tmp_path: Path, lang: str) -> None:
    table = declared_lines()
    laptop = next(row for row in table.to_pylist() if row["kind"] == "Laptop")
    pa_csv.write_csv(table, tmp_path / "declared.csv")
    run(DECLARED_2, table, [builtin()], tmp_path / "run", Settings(dt.date(2026, 9, 1)))
    asked = (tmp_path / "run", laptop["product_id"], "leafmark.declared", tmp_path / "declared.csv", lang, "full")
    drawn, told = (label_from_run(*asked, form, dt.date(2026, 11, 24))[0] for form in ("svg", "json"))
    assert isinstance(drawn, str)
    assert text(lang, "boundary.cradle_to_grave") in drawn
    assert text(lang, "boundary.partial") not in drawn
    assert text(lang, "stages.unassessed", stages="").strip() not in drawn
    assert text(lang, "stages.packaging") in drawn
    assert json.loads(told)["source_url"] == laptop["sheet"]
