"""From a bill to entries and lines: grams by hand and by the plain twin, both statements, hours of a grid, and the SCI."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from made_bill import made_bill

from leafmark.engine.explain import explain
from leafmark.engine.schema import ENTRY_SCHEMA
from leafmark.factors.model import builtin
from leafmark.inventory.book import Inventory, sums
from leafmark.inventory.cloud.energy import embodied_kg
from leafmark.inventory.cloud.grids import GridError, Hourly, hour_key, read_contracts, read_hourly
from leafmark.inventory.cloud.run import CloudRun, run_bill
from leafmark.inventory.cloud.sci import Intensity, Sci, SciError, sci, sci_of
from leafmark.inventory.cloud.summary import cost_share, summary
from leafmark.inventory.cloud.tables import lines_of
from leafmark.inventory.tables import COMPLETENESS_SCHEMA, LINES_SCHEMA

KNOWN = dt.date(2026, 9, 30)
KWH = (
    20 * (0.6129888539040325 + 0.5 * (4.104170352960531 - 0.6129888539040325)) * 1.135 / 1000
    + 10 * 0.000392 * 1.135 * (384 - 75.09995781995782) * 8 / 384
)
"""10 h of m5.large at 50 %: 2 vCPUs of Skylake, and 8 GB of a host of 384 GB, less what its chip was measured with."""


def run(tmp_path: Path, rows: list[dict[str, str]], name: str = "run", **given: Any) -> CloudRun:
    bill = made_bill(tmp_path / f"{name}.csv", rows)
    return run_bill([bill], tmp_path / name, known_on=KNOWN, **given)


def grid(region: str, boundary: str = "direct", year: int = 2023) -> float:
    return float(builtin().factor(f"electricity.grid@{region}:{boundary}:{year}").co2e_kg)


def test_grams_by_hand(tmp_path: Path) -> None:
    found = run(tmp_path, [{}])
    assert found.accounted.usage[0].kwh == pytest.approx(KWH, rel=1e-12)
    by_stage = found.location.record["totals"]["by_stage_ug"]
    direct = builtin().factor("electricity.grid@US-OR:direct:2023")
    assert (
        direct.gwp_set != "AR6"
    )  # restated by gas where the factor has gases, so within a little of the published total
    assert by_stage["use"] == pytest.approx(KWH * grid("US-OR") * 1e9, rel=0.01)
    assert by_stage["manufacturing"] == round(1e9 * embodied_kg(1610.79, 20.0, 35040.0, 1.0, 96.0))


def test_china_takes_the_factor_of_the_province(tmp_path: Path) -> None:
    """MEE's direct factor of Zhejiang, by hand: 8 vCPUs for 10 h at 2.12 W and a PUE of 1.3; never the world's."""
    row = {
        "ProviderName": "Alibaba Cloud",
        "ServiceName": "ECS",
        "ChargeDescription": "ecs.g7.2xlarge",
        "RegionId": "cn-hangzhou",
    }
    found = run(tmp_path, [row])
    kwh = 80 * (0.74 + 0.5 * (3.5 - 0.74)) * 1.3 / 1000
    (line,) = [each for each in lines_of(found, "own", "cloud").to_pylist() if each["unit"] == "kWh"]
    assert line["factor_id"] == "electricity.grid@CN-ZJ:direct:2023"
    assert line["co2e_ug"] == round(kwh * grid("CN-ZJ") * 1e9)


def test_google_takes_its_regions_own_factor(tmp_path: Path) -> None:
    row = {"ProviderName": "Google", "ServiceName": "Compute Engine", "ChargeDescription": "N2 Instance Core running in Oregon",
           "RegionId": "us-west1"}  # fmt: skip
    lines = lines_of(run(tmp_path, [row]), "own", "cloud").to_pylist()
    assert {each["factor_id"] for each in lines if each["unit"] == "kWh"} == {
        "electricity.grid@gcp:us-west1:life_cycle:2024"
    }


def test_entries_are_the_engines_and_explain_themselves(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        [{}, {"ServiceName": "Amazon RDS", "ChargeDescription": "db.r5.large instance hour", "RegionId": "eu-west-2"}],
    )
    assert found.location.table("entries").schema == ENTRY_SCHEMA
    for each in {each.usage_id for each in found.accounted.usage}:
        tree = explain(found.location, each)
        entries = [row["co2e_ug"] for row in found.location.table("entries").to_pylist() if row["subject_id"] == each]
        assert tree["co2e_ug"] == sum(entries)


def test_bought_is_category_1_and_own_is_scope_2(tmp_path: Path) -> None:
    row = {"RegionId": "eu-west-2"}
    bought, own = run(tmp_path, [row], "bought"), run(tmp_path, [row], "own", whose="own")
    assert {(each["scope"], each["category"]) for each in lines_of(bought, "own", "dc").to_pylist()} == {(3, 1)}
    lines = lines_of(own, "own", "dc").to_pylist()
    assert {(each["scope"], each["category"]) for each in lines} == {(2, None), (3, 3)}
    assert not [
        each for each in lines if each["key"].startswith("cloud.host.")
    ]  # capital goods: category 2, when bought
    use = bought.location.record["totals"]["by_stage_ug"]["use"]
    assert sum(each["co2e_ug"] for each in lines) == use


CONTRACTS = "provider,region,share_percent,kg_per_kwh,instrument,source\n"


def test_contracts_are_in_the_market_row_alone(tmp_path: Path) -> None:
    paper = tmp_path / "contracts.csv"
    paper.write_text(f"{CONTRACTS}aws,us-west-2,60,0,certificate,registry 1-99\naws,us-west-2,10,0.05,ppa,contract 7\n")
    plain, found = run(tmp_path, [{}], "plain"), run(tmp_path, [{}], "with", contracts=paper)
    assert found.location.record["totals"]["co2e_ug"] == plain.location.record["totals"]["co2e_ug"]
    lines = lines_of(found, "own", "cloud")
    use = plain.location.record["totals"]["by_stage_ug"]["use"]
    making = plain.location.record["totals"]["by_stage_ug"]["manufacturing"]
    by_location, by_market = (sums(lines, (), by)[()].co2e_ug for by in ("location", "market"))
    assert by_location == use + making
    assert by_market == pytest.approx(0.3 * use + 0.1 * KWH * 0.05e9 + making, abs=3)
    statements = {(each["statement"], each["key"]) for each in lines.to_pylist()}
    assert statements == {
        ("location", "electricity.grid"), ("market", "electricity.grid"), ("market", "electricity.contract.c1"),
        ("market", "electricity.contract.c2"), ("both", "cloud.host.aws.m5"),
    }  # fmt: skip
    without = {each["statement"] for each in lines_of(plain, "own", "cloud").to_pylist()}
    assert without == {"both"}
    assert "no_residual_mix" in plain.flags.column("reason").to_pylist()


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("aws,,60,0,certificate,a\naws,,50,0,certificate,b\n", r"at most 100 .* found 110"),
        ("aws,,60,402,certificate,a\n", "lost decimal point"),
        ("aws,,60,-0.1,offset,a\n", "expected 0 to 3"),
        ("aws,,60,0,certificate,\n", "expected source"),
    ],
)
def test_contracts_that_cannot_be_are_refused(tmp_path: Path, rows: str, what: str) -> None:
    (tmp_path / "c.csv").write_text(CONTRACTS + rows)
    with pytest.raises(GridError, match=what):
        read_contracts(tmp_path / "c.csv")


def test_lines_enter_an_inventory(tmp_path: Path) -> None:
    lines = lines_of(run(tmp_path, [{}, {"ConsumedQuantity": "-3"}]), "own", "cloud")
    assert lines.schema == LINES_SCHEMA
    record = {"organisation": {"id": "own", "name": "Own"}, "year": 2024}
    book = Inventory.write(
        tmp_path / "inventory", record,
        {"lines": lines, "flags": run(tmp_path, [{}], "more").flags, "completeness": COMPLETENESS_SCHEMA.empty_table()},
    )  # fmt: skip
    total = book.total("location")
    assert set(book.rows("market")) == {(3, 1)}
    assert total.low_ug < total.co2e_ug < total.high_ug
    assert total.primary_share == 0
    assert lines.column("month").to_pylist()[0] == dt.date(2024, 9, 1)


def test_hours_of_a_grid_by_hand(tmp_path: Path) -> None:
    """Two rows of one instance, two hours of California in 2022: each hour meets its own intensity."""
    series = tmp_path / "series.csv"
    series.write_text("timestamp,g_per_kwh\n2022-07-04 13:00:00+00:00,100\n2022-07-04 20:00:00+00:00,400\n")
    rows = [{"RegionId": "us-west-1", "ChargePeriodStart": f"2022-07-04 {hour}:00:00"} for hour in (13, 20, 21)]
    found = run(tmp_path, rows, hourly=[read_hourly("US-CA", series)])
    assert (found.hours_met, found.hours_missed) == (2, 1)
    lines = {each["key"]: each for each in lines_of(found, "own", "cloud").to_pylist()}
    assert lines["electricity.grid.h13"]["co2e_ug"] == round(KWH * 0.1 * 1e9)
    assert lines["electricity.grid.h20"]["co2e_ug"] == round(KWH * 0.4 * 1e9)
    assert lines["electricity.grid"]["amount"] == pytest.approx(KWH, abs=1e-6)  # the hour without a figure: the year's
    tree = explain(found.location, found.accounted.usage[0].usage_id)
    assert "2022-07-04 13:00 UTC" in str(tree)


@pytest.mark.parametrize(
    ("name", "region", "cloud_region"), [("CISO", "US-CA", "us-west-1"), ("ERCO", "US-TX", "South Central US")]
)
def test_hours_of_real_grids(shared_data: Path, tmp_path: Path, name: str, region: str, cloud_region: str) -> None:
    """A week of one machine hour by hour against the plain sum over the published series."""
    path = shared_data / "grid_hourly" / f"{name}_2022.csv.gz"
    series = read_hourly(region, path)
    assert 8700 < len(series.g_per_kwh) <= 8760
    provider = "AWS" if region == "US-CA" else "Microsoft"
    words = {"ProviderName": provider, "RegionId": cloud_region, "ConsumedQuantity": "1",
             "ChargeDescription": "m5.large instance hour" if provider == "AWS" else "Standard_D2s_v3"}  # fmt: skip
    hours = [dt.datetime(2022, 3, 1) + dt.timedelta(hours=n) for n in range(168)]
    found = run(tmp_path, [{**words, "ChargePeriodStart": str(hour)} for hour in hours], hourly=[series])
    each = found.accounted.usage[0].kwh
    lines = lines_of(found, "own", "cloud").to_pylist()
    ours = sum(line["co2e_ug"] for line in lines if line["key"].startswith("electricity.grid.h"))
    plain = sum(series.g_per_kwh[hour] * 1e6 * each for hour in hours if hour in series.g_per_kwh)
    assert ours == pytest.approx(plain, abs=168)  # a rounding for each hour
    assert found.hours_met + found.hours_missed == 168


def test_a_series_that_cannot_be_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("timestamp,g_per_kwh\n2022-01-01 00:00:00,402000\n")
    with pytest.raises(GridError, match=r"row 1: .*lost decimal point"):
        read_hourly("US-CA", path)
    with pytest.raises(GridError, match="region of the grid"):
        read_hourly("Atlantis", path)
    path.write_text("hour,co2\n1,2\n")
    with pytest.raises(GridError, match="expected columns timestamp"):
        read_hourly("US-CA", path)
    path.write_text("timestamp,g_per_kwh\nyesterday,100\n")
    with pytest.raises(GridError, match="expected a time"):
        read_hourly("US-CA", path)


def test_hours_have_keys_of_their_own() -> None:
    assert [hour_key(hour) for hour in (0, 23)] == ["electricity.grid.h00", "electricity.grid.h23"]


def test_sci_by_hand() -> None:
    """SCI = (E x I + M) per R: 10 kWh at 400 g, and 28.5 g of the specification's server for an hour, over 8 users."""
    making = 1000 * embodied_kg(1000.0, 1.0, 35040.0, 1.0, 1.0)
    score = sci(10, Intensity(400), making, 8, "user")
    assert score.g_per_unit == pytest.approx((4000 + 1e6 / 35040) / 8)
    parts = [sci(3, Intensity(400), making, 8), sci(7, Intensity(400), 0, 8)]
    assert sum(each.g_per_unit for each in parts) == pytest.approx(score.g_per_unit)  # components of one unit add up


def test_sci_of_a_bill(tmp_path: Path) -> None:
    paper = tmp_path / "contracts.csv"
    paper.write_text(f"{CONTRACTS}aws,,100,0,certificate,registry 1-99\n")
    rows = [{}, {"ChargeDescription": "a request", "ConsumedUnit": "Requests", "BilledCost": "0.04"}]
    plain, green = run(tmp_path, rows, "plain"), run(tmp_path, rows, "green", contracts=paper)
    score = sci_of(plain, "order", 5)
    total = plain.location.record["totals"]["co2e_ug"]
    assert score.g_per_unit == pytest.approx(total / 1e6 / 5)
    assert score.left_out_cost_share == pytest.approx(0.04)
    assert sci_of(green, "order", 5) == score  # all of its power is certified, and the score is the same


def test_sci_counts_what_is_reserved_and_idle(tmp_path: Path) -> None:
    busy, idle = (
        sci_of(run(tmp_path, [{}], name, utilisation=use), "hour", 10) for name, use in (("busy", 1.0), ("idle", 0.0))
    )
    assert 0 < idle.operational_g < busy.operational_g
    assert idle.embodied_g == busy.embodied_g > 0


def test_sci_says_whose_making_is_not_in_it(tmp_path: Path) -> None:
    """SCI 1.1, embodied emissions: an estimate of all hardware in the boundary shall be in M. No table here has that of disks and wires."""
    disk = {
        "ChargeDescription": "$0.0928 per GB-month of General Purpose (gp3) provisioned storage",
        "ConsumedUnit": "GB-Months",
    }
    assert sci_of(run(tmp_path, [{}], "machine"), "order", 5).without_making == ()
    score = sci_of(run(tmp_path, [{}, disk], "disk"), "order", 5)
    assert (score.boundary, score.without_making) == (("compute", "ssd"), ("ssd",))


def test_sci_off_the_grid_takes_the_systems_own_factor() -> None:
    """SCI 1.1, region-specific carbon intensity: what no larger grid feeds has the factor of its system."""
    score = sci(2, Intensity(650, "off_grid"), 0, 1)
    assert score.g_per_unit == 1300
    assert "off_grid" in score.method


@pytest.mark.parametrize("basis", ["market", "residual_mix", "certificate", "offset"])
def test_sci_takes_no_market_factor(basis: Any) -> None:
    with pytest.raises(SciError, match="no place in it"):
        Intensity(20, basis)


def test_sci_takes_no_offset_by_any_way(tmp_path: Path) -> None:
    found = run(tmp_path, [{}])
    with pytest.raises(SciError, match="offset"):
        sci(10, Intensity(400), -5000, 8)
    with pytest.raises(SciError, match="offset"):
        Intensity(-1)
    with pytest.raises(SciError, match="of a grid"):
        sci(10, 400.0, 0, 8)  # type: ignore[arg-type]
    with pytest.raises(SciError, match="location-based"):
        sci_of(found, "order", 5, by="market")
    for name in ("offset_g", "certificates", "removals_g"):
        with pytest.raises(TypeError):
            sci(10, Intensity(400), 0, 8, **{name: 1})
    with pytest.raises(SciError, match="a rate"):
        sci_of(found, "order", 0)
    assert not {"offset", "market", "certificate"} & set(Sci.__annotations__)


def test_sci_of_own_hardware_needs_its_making(tmp_path: Path) -> None:
    with pytest.raises(SciError, match="own hardware"):
        sci_of(run(tmp_path, [{}], whose="own"), "order", 5)


def test_the_summary_adds_up(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "billing" / "focus_sample.csv"
    found = run_bill([path], tmp_path / "run", known_on=KNOWN)
    told = summary(found)
    total = found.location.record["totals"]["co2e_ug"]
    for cut in ("service", "region", "class"):
        assert sum(row["use_ug"] + row["making_ug"] for row in told[cut]) == total
        assert sum(row["rows"] for row in told[cut]) == told["rows"]["mapped"]
    assert sum(row["rows"] for row in told["unmapped"]) == told["rows"]["unmapped"]
    assert sum(row["rows"] for row in told["not_usage"]) == told["rows"]["not_usage"]
    assert sum(line["co2e_ug"] for line in lines_of(found, "own", "cloud").to_pylist()) == total
    shares = [
        cost_share(found, each.currency, each.cost) for each in found.accounted.listed if each.status == "unmapped"
    ]
    assert sum(row["cost_share"] for row in told["unmapped"]) == pytest.approx(sum(share or 0 for share in shares))
    assert sum(share or 0 for share in shares) == pytest.approx(4.01533295963 / (4.01533295963 + 19.00856506946))
    with path.open(encoding="utf-8", newline="") as file:
        negative = [number for number, row in enumerate(csv.DictReader(file), 1) if float(row["BilledCost"]) < 0]
    flagged = {row["row"] for row in found.flags.to_pylist() if row["row"] and row["field"] == "cost"}
    assert flagged == set(negative)
    assert all(ug >= 0 for ug in found.location.table("entries").column("co2e_ug").to_pylist())


def test_a_hosts_pack_beside_a_pack_of_ones_own(tmp_path: Path) -> None:
    series = Hourly("DE", tmp_path / "none", "direct", {})
    found = run(tmp_path, [{"RegionId": "eu-central-1"}], hourly=[series])
    assert (found.hours_met, found.hours_missed) == (0, 1)
    assert pa.types.is_int64(lines_of(found, "own", "cloud").schema.field("co2e_ug").type)


def test_half_hours_of_a_grid_are_their_hours_mean(tmp_path: Path) -> None:
    """Great Britain's grid publishes half hours: 100 and 300 g are an hour of 200, and a time twice is refused with its row."""
    path = tmp_path / "half.csv"
    path.write_text("timestamp,g_per_kwh\n2025-03-01 13:00,100\n2025-03-01 13:30,300\n2025-03-01 14:00,50\n")
    assert read_hourly("GB", path).g_per_kwh == {
        dt.datetime(2025, 3, 1, 13): 200.0,
        dt.datetime(2025, 3, 1, 14): 50.0,
    }
    path.write_text("timestamp,g_per_kwh\n2025-10-26 01:00:00+01:00,100\n2025-10-26 00:00:00+00:00,300\n")
    with pytest.raises(GridError, match=r"row 2: .*expected each time once"):
        read_hourly("GB", path)


@pytest.mark.parametrize(
    ("start", "end"),
    [("2025-03-01 00:00:00", "2025-03-02 00:00:00"), ("2025-03-01", "NULL"), ("2025-03-01", "2025-03-02")],
)
def test_a_day_has_no_hour_of_its_own(tmp_path: Path, start: str, end: str) -> None:
    """A day's 24 hours at midnight's 1,000 g would be five times too much: such a row takes the year's figure, and is counted."""
    series = tmp_path / "series.csv"
    series.write_text("timestamp,g_per_kwh\n2025-03-01 00:00,1000\n")
    row = {"RegionId": "eu-west-2", "ChargePeriodStart": start}
    bill = made_bill(tmp_path / "day.csv", [row])
    header, cells = bill.read_text().splitlines()
    bill.write_text(f"{header},ChargePeriodEnd\n{cells},{end}\n")
    plain = run(tmp_path, [row], "plain")
    found = run_bill([bill], tmp_path / "day", known_on=KNOWN, hourly=[read_hourly("GB", series)])
    assert (found.hours_met, found.hours_missed) == (0, 1)
    assert found.location.record["totals"]["co2e_ug"] == plain.location.record["totals"]["co2e_ug"]


def test_a_contract_names_a_provider_by_any_of_its_names_and_tells_where_it_meets_nothing(tmp_path: Path) -> None:
    paper = tmp_path / "contracts.csv"
    paper.write_text(
        f"{CONTRACTS}Amazon Web Services,US West (Oregon),60,0,ppa,contract 7\naws,eu-west-3,50,0,ppa,contract 8\n"
    )
    found = run(tmp_path, [{}], contracts=paper)
    keys = {each["key"] for each in lines_of(found, "own", "cloud").to_pylist() if each["statement"] == "market"}
    assert keys == {"electricity.grid", "electricity.contract.c1"}
    flags = [each for each in found.flags.to_pylist() if each["reason"] == "not_needed"]
    assert [(each["file"], each["row"], each["found"]) for each in flags] == [("contracts.csv", 2, "aws eu-west-3")]
    paper.write_text(f"{CONTRACTS}aws,,60%,0,ppa,contract 7\n")
    with pytest.raises(GridError, match=r"row 1: share_percent: expected a number such as 60, found '60%'"):
        read_contracts(paper)


def test_a_start_that_is_no_time_is_told_with_its_row(tmp_path: Path) -> None:
    found = run(tmp_path, [{}, {"ChargePeriodStart": "13/02/2025"}, {"ChargePeriodStart": "NULL"}])
    flags = [each for each in found.flags.to_pylist() if each["field"] == "start"]
    assert [(each["row"], each["reason"], each["found"], each["effect"]) for each in flags] == [
        (2, "unreadable", "13/02/2025", "doubted"),
        (None, "missing_value", "2 rows of usage without a day", "doubted"),
    ]


@pytest.mark.parametrize(
    ("name", "text"), [("Date", "09/03/2024"), ("BillingDate", "20240903"), ("Date", "2024-09-03")]
)
def test_days_of_the_providers_own_exports(tmp_path: Path, name: str, text: str) -> None:
    """Azure's cost and usage details write month/day/year in `Date`; anywhere else such a text could be a day of March."""
    bill = made_bill(tmp_path / "own.csv", [{"ChargePeriodStart": text}])
    bill.write_text(bill.read_text().replace("ChargePeriodStart", name))
    found = run_bill([bill], tmp_path / "own", known_on=KNOWN)
    assert [each.period for each in found.accounted.usage] == [dt.datetime(2024, 9, 1)]


@pytest.mark.parametrize(("quantity", "reason"), [("1e300", "unreadable"), ("1e15", "above_bound")])
def test_a_quantity_that_cannot_be_hides_no_other_row(tmp_path: Path, quantity: str, reason: str) -> None:
    """Rows of one service, region and month are summed: one that is past all bounds is listed alone, and the kilowatt-hours are those of the others."""
    wild = {"ConsumedQuantity": quantity, "ChargeDescription": "$0.192 per On Demand Linux m5.xlarge Instance Hour"}
    plain, found = run(tmp_path, [{}], "plain"), run(tmp_path, [{}, wild], "wild")
    assert found.location.record["totals"]["co2e_ug"] == plain.location.record["totals"]["co2e_ug"]
    assert summary(found)["kwh"] == pytest.approx(KWH, rel=1e-12)
    assert [(each["reason"], each["rows"]) for each in summary(found)["unmapped"]] == [(reason, 1)]
