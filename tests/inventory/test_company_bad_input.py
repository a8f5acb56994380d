"""Bad input of a company: each kind is refused or doubted with its row and rule, the rest is computed, and completeness says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from made_company import company
from made_inventory import lines

from leafmark.inventory.company.completeness import completeness
from leafmark.inventory.company.organisation import CompanyError, read_organisation
from leafmark.inventory.company.prepare import prepare
from leafmark.inventory.company.prepared import Prepared
from leafmark.inventory.reasons import REASONS

METERS = "meter_id,site_id,carrier,unit,expected_months,behind\nmain,office,electricity,kWh,12,\nsub,office,electricity,kWh,,main\n"


def told(prepared: Prepared, effect: str = "refused") -> list[tuple[Any, ...]]:
    """(file, row, field, reason) of the activities' flags."""
    return [
        (row["file"].removeprefix("activities/"), row["row"], row["field"], row["reason"])
        for row in prepared.flags.to_pylist()
        if row["effect"] == effect and row["reason"] != "origin_not_told"
    ]


def made(path: Path, activities: dict[str, str], **more: Any) -> Prepared:
    prepared = prepare(company(path / "c", activities, **more), path / "out")
    assert {row["reason"] for row in prepared.flags.to_pylist()} <= set(REASONS) | {
        "unreadable",
        "missing_value",
        "below_bound",
        "above_bound",
    }
    return prepared


def stand(prepared: Prepared) -> int:
    """Rows that stand, as the groups count them; held to the files written."""
    import pyarrow.parquet as pq

    count = sum(row["rows"] for row in prepared.groups.to_pylist())
    assert count == sum(pq.read_metadata(path).num_rows for path in prepared.inputs.values())
    assert count == sum(prepared.rows.values()) - sum(prepared.refused.values())
    return count


def status(prepared: Prepared, scope: int, grams: list[dict[str, Any]]) -> dict[str, Any]:
    table = completeness(prepared, lines(grams), prepared.flags)
    return next(row for row in table.to_pylist() if row["scope"] == scope)


def test_two_readings_of_a_meter_that_cover_the_same_days(tmp_path: Path) -> None:
    rows = "site_id,meter_id,kwh,date,until\noffice,main,100,2025-01-01,2025-02-01\noffice,main,90,2025-02-01,2025-03-01\noffice,main,30,2025-02-28,2025-03-31\n"
    prepared = made(tmp_path, {"electricity": rows}, meters=METERS.replace("12", ""))
    assert told(prepared) == [("electricity.csv", 3, "meter_id", "overlapping_meters")]
    assert stand(prepared) == 2
    row = status(prepared, 2, [{"scope": 2, "template": "electricity", "statement": "location", "co2e_ug": 5}])
    assert (row["status"], row["refused"], row["why"]) == ("partly", 1, "1 row refused: overlapping_meters 1")


def test_a_long_reading_overlaps_ones_that_are_not_next_to_it(tmp_path: Path) -> None:
    rows = "site_id,meter_id,kwh,date,until\noffice,main,9,2025-01-01,2025-12-31\noffice,main,1,2025-02-01,2025-02-05\noffice,main,1,2025-03-01,2025-03-05\n"
    prepared = made(tmp_path, {"electricity": rows}, meters=METERS.replace("12", ""))
    assert [row for _, row, _, _ in told(prepared)] == [2, 3]


def test_two_readings_of_one_month_of_a_meter_read_by_month(tmp_path: Path) -> None:
    rows = "site_id,meter_id,kwh,date\noffice,main,100,2025-01-01\noffice,main,90,2025-01-15\n"
    prepared = made(tmp_path, {"electricity": rows}, meters=METERS)
    assert told(prepared) == [("electricity.csv", 2, "meter_id", "overlapping_meters")]


def test_a_meter_and_the_meter_it_hangs_behind(tmp_path: Path) -> None:
    rows = "site_id,meter_id,kwh,date,until\noffice,sub,10,2025-01-10,2025-01-20\noffice,main,90,2025-01-01,2025-02-01\noffice,sub,11,2025-02-01,2025-02-03\n"
    prepared = made(tmp_path, {"electricity": rows}, meters=METERS)
    assert told(prepared) == [("electricity.csv", 1, "meter_id", "overlapping_meters")]


def test_a_meter_of_another_site_is_unknown_there(tmp_path: Path) -> None:
    prepared = made(
        tmp_path, {"electricity": "site_id,meter_id,kwh\nplant,main,1\noffice,none,1\noffice,,1\n"}, meters=METERS
    )
    assert told(prepared) == [
        ("electricity.csv", 1, "meter_id", "unknown_meter"),
        ("electricity.csv", 2, "meter_id", "unknown_meter"),
    ]


def test_ownership_over_100_percent(tmp_path: Path) -> None:
    ownership = "owner_id,entity_id,share_percent,financial_control,operational_control\nown,sub,70,true,true\nother,sub,40,false,false\n"
    prepared = made(tmp_path, {"electricity": "site_id,kwh\nplant,100\n"}, ownership=ownership, approach="equity_share")
    assert told(prepared) == [("ownership.csv", 2, "share_percent", "over_owned")]
    assert prepared.groups.column("share").to_pylist() == [0.7]


def test_a_monthly_meter_with_eleven_months_is_doubted_and_said(tmp_path: Path) -> None:
    months = "".join(f"office,main,100,2025-{month:02}-01\n" for month in range(1, 13) if month != 7)
    prepared = made(tmp_path, {"electricity": f"site_id,meter_id,kwh,date\n{months}"}, meters=METERS)
    assert told(prepared, "doubted") == [("meters.csv", 1, "meter_id", "missing_months")]
    flag = next(row for row in prepared.flags.to_pylist() if row["reason"] == "missing_months")
    assert flag["found"] == "main: 11 months, none of 2025-07"
    assert stand(prepared) == 11
    row = status(prepared, 2, [{"scope": 2, "template": "electricity", "statement": "location", "co2e_ug": 5}])
    assert (row["status"], row["why"]) == ("partly", "1 meter lacks months")


def test_a_reading_over_three_months_serves_them_all(tmp_path: Path) -> None:
    quarters = "".join(
        f"office,main,100,2025-{m:02}-01,{2025 + (m == 10)}-{(m + 2) % 12 + 1:02}-01\n" for m in (1, 4, 7, 10)
    )
    prepared = made(tmp_path, {"electricity": f"site_id,meter_id,kwh,date,until\n{quarters}"}, meters=METERS)
    assert told(prepared, "doubted") == []
    assert stand(prepared) == 4


@pytest.mark.parametrize("months", ["11", "13", "0", "true", '"12"'])
def test_a_reporting_year_that_has_not_twelve_months(tmp_path: Path, months: str) -> None:
    folder = company(tmp_path / "c")
    file = folder / "company.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("months = 12", f"months = {months}"), encoding="utf-8")
    with pytest.raises(CompanyError, match=r"company.toml: year.months: found .*, expected 12 \(short_year\)"):
        read_organisation(folder)


def test_an_activity_outside_the_boundary(tmp_path: Path) -> None:
    sites = (
        "site_id,entity_id,name,region,valid_from,valid_to\noffice,own,O,GB,2025-03-01,2025-09-01\nfar,other,F,US,,\n"
    )
    rows = "site_id,kwh,date\nfar,1,2025-04-01\noffice,2,2025-02-28\noffice,4,2025-03-01\noffice,8,2025-08-31\noffice,16,2025-09-01\n"
    prepared = made(tmp_path, {"electricity": rows}, sites=sites)
    assert [(row, reason) for _, row, _, reason in told(prepared)] == [
        (1, "outside_boundary"),
        (2, "outside_boundary"),
        (5, "outside_boundary"),
    ]
    assert sum(row["kwh"] for row in prepared.consumption.to_pylist()) == 12


def test_an_activity_outside_the_year_and_one_across_its_end(tmp_path: Path) -> None:
    rows = "site_id,kwh,date,until\noffice,1,2024-12-31,\noffice,2,2025-12-15,2026-01-15\noffice,4,2024-12-15,2025-01-15\noffice,8,2026-01-01,\noffice,16,2025-12-31,2026-01-01\noffice,32,2025-03-02,2025-03-01\noffice,64,,2025-03-01\n"
    prepared = made(tmp_path, {"electricity": rows})
    assert [(row, reason) for _, row, _, reason in told(prepared)] == [
        (1, "outside_year"), (2, "across_years"), (3, "across_years"), (4, "outside_year"), (6, "period_backwards"), (7, "missing_value"),
    ]  # fmt: skip
    assert stand(prepared) == 1


def test_a_fiscal_year_has_its_own_ends(tmp_path: Path) -> None:
    rows = "site_id,kwh,date,until\noffice,1,2025-03-31,\noffice,2,2025-04-01,\noffice,4,2026-03-31,\noffice,8,2026-03-01,2026-04-02\n"
    prepared = made(tmp_path, {"electricity": rows}, first_day="2025-04-01")
    assert [(row, reason) for _, row, _, reason in told(prepared)] == [(1, "outside_year"), (4, "across_years")]
    assert [str(row["month"]) for row in prepared.groups.to_pylist()] == ["2025-04-01", "2026-03-01"]


def test_purchased_freight_as_fuel_and_as_tonne_kilometres(tmp_path: Path) -> None:
    freight = "site_id,mode,mass_kg,distance_km,date,carrier,distance_type,intensity_distance_type\noffice,freight.hgv.average_laden,1000,100,2025-05-10,Hauliers,sfd,sfd\noffice,freight.hgv.average_laden,-1,100,2025-06-10,Hauliers,sfd,sfd\n"
    fuel = "site_id,fuel,amount,unit,date,carrier\noffice,fuel.diesel,40,L,2025-05-20,Hauliers\noffice,fuel.diesel,41,L,2025-06-20,Hauliers\noffice,fuel.diesel,42,L,2025-05-20,\noffice,fuel.diesel,43,L,2025-05-20,Others\nplant,fuel.diesel,44,L,2025-05-20,Hauliers\n"
    prepared = made(tmp_path, {"freight": freight, "fuel": fuel})
    # of June the freight itself is refused, so its fuel stands
    assert told(prepared) == [
        ("fuel.csv", 1, "carrier", "counted_twice"),
        ("freight.csv", 2, "mass_kg", "negative_amount"),
    ]


@pytest.mark.parametrize(
    "key",
    [
        "offset.vcs.forest",
        "carbon_credit",
        "removal credit (DAC)",
        "VCUs 2021",
        "碳信用",
        "ccer.forest",
        "fuel.offsets",
    ],
)
def test_an_offset_as_an_activity(tmp_path: Path, key: str) -> None:
    prepared = made(tmp_path, {"fuel": f"site_id,fuel,amount,unit\noffice,{key},40,t\noffice,fuel.diesel,1,L\n"})
    assert told(prepared) == [("fuel.csv", 1, "fuel", "offset_in_inventory")]
    assert stand(prepared) == 1


@pytest.mark.parametrize(
    "key", ["fuel.diesel", "cover.verse", "material.offset_paper", "offset printing", "silver", "electricity.grid"]
)
def test_words_that_only_hold_such_letters_are_no_offsets(tmp_path: Path, key: str) -> None:
    assert told(made(tmp_path, {"fuel": f"site_id,fuel,amount,unit\noffice,{key},40,t\n"})) == []


def test_fuel_of_logistics_is_a_double_of_freight_too_but_its_other_keys_are_not(tmp_path: Path) -> None:
    freight = (
        "site_id,mode,mass_kg,distance_km,date,carrier\noffice,freight.hgv.average_laden,1000,100,2025-05-10,Hauliers\n"
    )
    hub = "site_id,key,amount,unit,date,carrier\noffice,fuel.diesel,40,L,2025-05-20,Hauliers\noffice,electricity.grid,40,kWh,2025-05-20,Hauliers\n"
    prepared = made(tmp_path, {"freight": freight, "logistics": hub})
    assert told(prepared) == [("logistics.csv", 1, "carrier", "counted_twice")]


@pytest.mark.parametrize(
    ("freight", "fuel"),
    [
        ("2025-06-01,2025-09-01,DHL", "2025-07-15,,DHL"),  # a quarter's freight, a day's fuel
        ("2025-07-15,,DHL", "2025-06-01,2025-09-01,DHL"),
        (",,DHL", "2025-07-15,,DHL"),  # a row without a date is of the whole year
        ("2025-07-15,,DHL", ",,DHL"),
        ("2025-07-15,,DHL", "2025-07-20,,dhl "),
    ],
)
def test_a_carrier_is_one_carrier_over_all_the_months_of_a_row(tmp_path: Path, freight: str, fuel: str) -> None:
    carried = f"site_id,mode,mass_kg,distance_km,date,until,carrier\noffice,freight.hgv.average_laden,1,1,{freight}\n"
    burnt = f"site_id,fuel,amount,unit,date,until,carrier\noffice,fuel.diesel,9,L,2025-05-31,,DHL\noffice,fuel.diesel,9,L,{fuel}\n"
    prepared = made(tmp_path, {"freight": carried, "fuel": burnt})
    may = [("fuel.csv", 1, "carrier", "counted_twice")] if freight.startswith(",") else []
    assert told(prepared) == [*may, ("fuel.csv", 2, "carrier", "counted_twice")]


def test_a_reading_that_is_refused_takes_no_days_from_another(tmp_path: Path) -> None:
    """A credit note, a misspelt origin and a submeter's: what is in no figure makes nothing twice."""
    rows = "site_id,meter_id,kwh,date,until,origin\noffice,main,-9,2025-01-01,2025-02-01,measured\noffice,main,100,2025-01-01,2025-02-01,measured\noffice,main,80,2025-03-01,2025-04-01,guess\noffice,sub,70,2025-03-01,2025-04-01,measured\noffice,main,60,2025-01-31,2025-02-02,measured\n"
    prepared = made(tmp_path, {"electricity": rows}, meters=METERS.replace("12", ""))
    assert told(prepared) == [
        ("electricity.csv", 1, "kwh", "negative_amount"),
        ("electricity.csv", 3, "origin", "unknown_word"),
        ("electricity.csv", 5, "meter_id", "overlapping_meters"),
    ]
    assert prepared.consumption.column("kwh").to_pylist() == [100.0, 70.0]


def test_a_negative_amount(tmp_path: Path) -> None:
    prepared = made(
        tmp_path, {"refrigerants": "site_id,gas,mass_kg\noffice,refrigerant.r410a,-0.1\noffice,refrigerant.r410a,0\n"}
    )
    assert told(prepared) == [("refrigerants.csv", 1, "mass_kg", "negative_amount")]
    assert stand(prepared) == 1


def test_a_currency_without_a_rate_on_the_day(tmp_path: Path) -> None:
    rates = "currency,per_usd,valid_from,valid_to,source\nEUR,0.9,2025-01-01,2025-07-01,bank\nEUR,0.8,2025-06-01,2025-08-01,bank\n"
    rows = "site_id,fuel,amount,unit,date\noffice,spend.x,9,EUR,2025-06-30\noffice,spend.x,9,EUR,2025-07-01\noffice,spend.x,9,CHF,2025-02-01\noffice,spend.x,9,USD,2025-02-01\n"
    prepared = made(tmp_path, {"fuel": rows}, rates=rates)
    assert told(prepared) == [
        ("rates.csv", 2, "currency", "duplicate_id"), ("fuel.csv", 2, "unit", "no_rate"), ("fuel.csv", 3, "unit", "no_rate"),
    ]  # fmt: skip
    assert stand(prepared) == 2


def test_cells_that_cannot_be_read(tmp_path: Path) -> None:
    rows = "site_id,kwh,date\noffice,12;5,2025-01-01\noffice,1,32.13.2025\noffice,2,2025-01-02\n"
    prepared = made(tmp_path, {"electricity": rows})
    assert told(prepared) == [("electricity.csv", 1, "kwh", "unreadable"), ("electricity.csv", 2, "date", "unreadable")]
    assert stand(prepared) == 1


def test_ids_that_occur_twice_across_files(tmp_path: Path) -> None:
    first, second = (
        "activity_id,site_id,kwh\na,office,1\nb,office,2\n",
        "activity_id,site_id,kwh\nc,office,4\na,office,8\n,office,16\n,office,32\n",
    )
    prepared = made(tmp_path, {"electricity-1": first, "electricity-2": second})
    assert told(prepared) == [("electricity-2.csv", 2, "activity_id", "duplicate_id")]
    assert stand(prepared) == 5


def test_the_same_file_twice_and_a_file_that_is_none(tmp_path: Path) -> None:
    text = "site_id,kwh\noffice,1\n"
    prepared = made(
        tmp_path, {"electricity-1": text, "electricity-2": text, "electricity-3": "site,kw\n1,2\n", "holiday": text}
    )
    assert [(file, reason) for file, _, _, reason in told(prepared)] == [
        ("holiday.csv", "unknown_template"), ("electricity-2.csv", "same_file_twice"), ("electricity-3.csv", "unreadable_file"),
    ]  # fmt: skip
    assert stand(prepared) == 1


def test_unknown_sites_words_and_rows_without_a_site(tmp_path: Path) -> None:
    prepared = made(
        tmp_path,
        {"electricity": "site_id,kwh,origin\nnowhere,1,measured\noffice,1,guessed\n,1,measured\noffice,1,measured\n"},
    )
    assert told(prepared) == [
        ("electricity.csv", 1, "site_id", "unknown_site"), ("electricity.csv", 2, "origin", "unknown_word"), ("electricity.csv", 3, "site_id", "missing_value"),
    ]  # fmt: skip


def test_sites_that_cannot_stand_take_their_activities_with_them(tmp_path: Path) -> None:
    sites = "site_id,entity_id,name,region,held\noffice,own,O,GB,\noffice,own,Again,GB,\nghost,nobody,G,GB,\nodd,own,X,GB,rented\n"
    prepared = made(tmp_path, {"electricity": "site_id,kwh\noffice,1\nghost,2\nodd,4\n"}, sites=sites)
    assert told(prepared) == [
        ("sites.csv", 2, "site_id", "duplicate_id"), ("sites.csv", 3, "entity_id", "unknown_entity"), ("sites.csv", 4, "held", "unknown_word"),
        ("electricity.csv", 2, "site_id", "unknown_site"), ("electricity.csv", 3, "site_id", "unknown_site"),
    ]  # fmt: skip


def test_flags_have_the_schema_and_every_reason_of_ours_is_in_words(tmp_path: Path) -> None:
    prepared = made(tmp_path, {"electricity": "site_id,kwh\nnowhere,1\n"})
    assert isinstance(prepared.flags, pa.Table)
    assert prepared.refused == {"electricity": 1}
    assert prepared.inputs == {}
