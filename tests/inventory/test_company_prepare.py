"""Prepared activities: the set-based pass against the same rules row by row in plain Python; groups, regions, money and where rows stand."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_company import company

from leafmark.engine import footprint
from leafmark.factors.units import price_ratio
from leafmark.inventory.company.prepare import prepare
from leafmark.inventory.tables import FLAGS_SCHEMA

FIRST, AFTER = dt.date(2025, 1, 1), dt.date(2026, 1, 1)
DATED = """\
owner_id,entity_id,share_percent,financial_control,operational_control,accounted_as,valid_from,valid_to
own,sub,60,true,true,,,2025-05-10
own,sub,90,true,true,,2025-05-10,
sub,venture,50,false,false,joint_venture,2025-02-15,2025-11-20
"""
SITES = "site_id,entity_id,name,region,held,valid_from,valid_to\noffice,own,O,GB,,,\nplant,sub,P,GB,,,\nworks,venture,W,CN,,,2025-10-01\nyard,own,Y,US,,2025-06-15,\nfar,other,F,US,,,\n"


def plain_share(site: str, day: dt.date) -> float:
    """The company's equity in a site on a day, as the tables above say it: by hand."""
    sub = 60 if day < dt.date(2025, 5, 10) else 90
    venture = sub * 50 / 100 if dt.date(2025, 2, 15) <= day < dt.date(2025, 11, 20) else 0
    percent = {
        "office": 100, "plant": sub, "works": venture if day < dt.date(2025, 10, 1) else 0, "yard": 100 if day >= dt.date(2025, 6, 15) else 0,
        "far": 0,
    }[site]  # fmt: skip
    return percent / 100


def plain(row: dict[str, Any]) -> tuple[str | None, float | None]:
    """(reason, share) of a row, by the rules in words."""
    if row["site_id"] not in ("office", "plant", "works", "yard", "far"):
        return "unknown_site", None
    day, until = row["date"], row["until"]
    if day is None:
        first, after = FIRST, AFTER
    else:
        first, after = day, until or day + dt.timedelta(1)
        if until is not None and until <= day:
            return "period_backwards", None
        if first >= AFTER or after <= FIRST:
            return "outside_year", None
        if first < FIRST or after > AFTER:
            return "across_years", None
    if row["kwh"] < 0:
        return "negative_amount", None
    days = [first + dt.timedelta(n) for n in range((after - first).days)]
    share = sum(plain_share(row["site_id"], each) for each in days) / len(days)
    return (None, share) if share > 0 else ("outside_boundary", None)


def random_rows(seed: int, count: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        day = FIRST + dt.timedelta(chance.randrange(-20, 385)) if chance.random() < 0.9 else None
        until = day + dt.timedelta(chance.randrange(-3, 90)) if day is not None and chance.random() < 0.5 else None
        rows.append({
            "activity_id": f"a{number}", "site_id": chance.choice(["office", "plant", "works", "yard", "far", "moon"]),
            "kwh": chance.choice([-1.0, 0.0, 2.5, 1000.0]), "date": day, "until": until, "origin": chance.choice(["measured", "estimated", None]),
        })  # fmt: skip
    return rows


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shares_and_refusals_are_those_of_the_rules_row_by_row(tmp_path: Path, seed: int) -> None:
    rows = random_rows(seed, 600)
    folder = company(tmp_path / "c", approach="equity_share", ownership=DATED, sites=SITES)
    schema = pa.schema([
        ("activity_id", pa.string()), ("site_id", pa.string()), ("kwh", pa.float64()), ("date", pa.date32()), ("until", pa.date32()),
        ("origin", pa.string()),
    ])  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows[:250], schema=schema), folder / "activities" / "electricity-1.parquet")
    pq.write_table(pa.Table.from_pylist(rows[250:], schema=schema), folder / "activities" / "electricity-2.parquet")
    prepared = prepare(folder, tmp_path / "out")
    expected = {row["activity_id"]: plain(row) for row in rows}
    refused = {row["activity_id"]: row["reason"] for row in prepared.flags.to_pylist() if row["effect"] == "refused"}
    assert refused == {name: reason for name, (reason, _) in expected.items() if reason}
    written = {row["activity_id"]: row for row in pq.read_table(prepared.inputs["electricity"]).to_pylist()}
    assert set(written) == {name for name, (reason, _) in expected.items() if reason is None}
    for name, row in written.items():
        assert row["share"] == pytest.approx(expected[name][1], abs=1e-12), name
        given = rows[int(name[1:])]
        assert row["source_row"] == (int(name[1:]) if int(name[1:]) < 250 else int(name[1:]) - 250) + 1
        month = "no date" if given["date"] is None else given["date"].strftime("%Y-%m")
        assert row["site_id"].startswith(f"{given['site_id']} · {month} · {given['origin'] or 'calculated'}")
    groups = {row["group_id"]: row for row in prepared.groups.to_pylist()}
    assert len(groups) == prepared.groups.num_rows, "an id of a group is its own"
    assert {row["site_id"] for row in written.values()} == set(groups)
    assert all(groups[row["site_id"]]["share"] == row["share"] for row in written.values())
    kwh = sum(row["kwh"] * row["share"] for row in written.values())
    assert sum(row["kwh"] for row in prepared.consumption.to_pylist()) == pytest.approx(kwh)


def test_a_period_over_a_change_of_share_takes_the_mean_of_its_days_and_says_so(tmp_path: Path) -> None:
    folder = company(
        tmp_path / "c", {"electricity": "site_id,kwh,date,until,origin\nplant,310,2025-05-01,2025-06-01,measured\nplant,1,2025-04-01,2025-05-01,measured\n"},
        approach="equity_share", ownership=DATED, sites=SITES,
    )  # fmt: skip
    prepared = prepare(folder, tmp_path / "out")
    shares = prepared.groups.column("share").to_pylist()
    assert shares == pytest.approx([0.6, (9 * 0.6 + 22 * 0.9) / 31])
    doubts = [(row["row"], row["reason"]) for row in prepared.flags.to_pylist() if row["effect"] == "doubted"]
    assert doubts == [(1, "share_changes")]


def test_ids_shares_and_regions_are_filled_and_an_entity_may_stand_for_a_site(tmp_path: Path) -> None:
    rows = "site_id,kwh,region,date\nplant,10,,2025-03-04\nplant,20,CN-ZJ,2025-03-05\nsub,40,,\n"
    prepared = prepare(company(tmp_path / "c", {"electricity": rows}, approach="equity_share"), tmp_path / "out")
    written = pq.read_table(prepared.inputs["electricity"]).to_pylist()
    assert [(row["region"], row["share"]) for row in written] == [("GB", 0.8), ("CN-ZJ", 0.8), ("GB", 0.8)]
    assert [row["site_id"] for row in written] == [
        "plant · 2025-03 · calculated · 80 %", "plant · 2025-03 · calculated · 80 %", "sub · no date · calculated · 80 %",
    ]  # fmt: skip
    assert [(row["region"], row["kwh"]) for row in prepared.consumption.to_pylist()] == [
        ("CN-ZJ", 16.0),
        ("GB", 8.0),
        ("GB", 32.0),
    ]


def test_an_empty_text_of_parquet_is_missing_as_in_csv(tmp_path: Path) -> None:
    folder = company(tmp_path / "c")
    table = pa.table(
        {
            "site_id": ["office", "works"],
            "kwh": [1.0, 2.0],
            "region": ["", "US"],
            "origin": ["", "measured"],
            "meter_id": ["", ""],
            "activity_id": ["", ""],
        }
    )
    pq.write_table(table, folder / "activities" / "electricity.parquet")
    prepared = prepare(company(tmp_path / "c", approach="equity_share"), tmp_path / "out")
    written = pq.read_table(prepared.inputs["electricity"]).to_pylist()
    assert [(row["region"], row["activity_id"]) for row in written] == [("GB", None), ("US", None)]
    assert prepared.groups.column("origin").to_pylist() == ["calculated", "measured"]


def test_money_becomes_dollars_of_2021_and_keeps_what_it_was(tmp_path: Path) -> None:
    rates = "currency,per_usd,valid_from,valid_to,source\nEUR,0.8,2023-01-01,2024-01-01,bank\nEUR,0.9,2024-01-01,2025-01-01,bank\n"
    rows = "site_id,fuel,amount,unit,date\noffice,spend.a,900,EUR,2024-05-01\noffice,spend.a,800,EUR_2023_purchaser,2024-05-01\noffice,spend.a,5,USD,\noffice,spend.a,7,USD_2021_purchaser,2024-05-01\noffice,fuel.diesel,3,L,2024-05-01\n"
    folder = company(tmp_path / "c", {"fuel": rows}, rates=rates, first_day="2024-01-01")
    written = pq.read_table(prepare(folder, tmp_path / "out").inputs["fuel"]).to_pylist()
    assert [row["unit"] for row in written] == ["USD_2021_purchaser"] * 4 + ["L"]
    index_2024, index_2023, index_2021 = 313.689, 304.702, 270.970  # US CPI-U, annual averages
    by_hand = [
        900 / 0.9 * index_2021 / index_2024,
        800 / 0.8 * index_2021 / index_2023,
        5 * index_2021 / index_2024,
        7,
        3,
    ]
    assert [row["amount"] for row in written] == pytest.approx(by_hand)
    assert [(row["given_amount"], row["given_unit"]) for row in written] == [
        (900, "EUR"), (800, "EUR_2023_purchaser"), (5, "USD"), (None, None), (None, None),
    ]  # fmt: skip


def test_money_past_the_price_index_takes_its_last_year_and_is_doubted(tmp_path: Path) -> None:
    folder = company(
        tmp_path / "c", {"fuel": "site_id,fuel,amount,unit,date,origin\noffice,spend.a,10,USD,2025-05-01,invoiced\n"}
    )
    prepared = prepare(folder, tmp_path / "out")
    assert [(row["reason"], row["effect"], row["found"]) for row in prepared.flags.to_pylist()] == [
        ("no_price_index", "doubted", "2025")
    ]
    (row,) = pq.read_table(prepared.inputs["fuel"]).to_pylist()
    assert row["amount"] == pytest.approx(10 * price_ratio("USD", 2024, 2021))


def test_the_engine_runs_what_is_prepared_and_its_rejections_are_told_in_the_users_file(tmp_path: Path) -> None:
    rows = "activity_id,site_id,fuel,amount,unit,date,origin\nx,nowhere,fuel.diesel,1,L,2025-01-01,invoiced\ny,office,fuel.deisel,10,L,2025-01-01,invoiced\nz,plant,fuel.diesel,100,L,2025-01-01,invoiced\n"
    prepared = prepare(company(tmp_path / "c", {"fuel": rows}, approach="equity_share"), tmp_path / "out")
    run = footprint(
        prepared.inputs["fuel"], method="combustion.direct", out=tmp_path / "run", known_on=prepared.known_on, gwp="AR5"
    )
    told = prepared.told("fuel", run.table("rejected"))
    assert told.schema == FLAGS_SCHEMA
    (flag,) = told.to_pylist()
    assert (flag["file"], flag["row"], flag["activity_id"], flag["reason"], flag["field"]) == (
        "activities/fuel.csv",
        2,
        "y",
        "unknown_key",
        "fuel",
    )
    whole = footprint(
        pa.table({"site_id": ["a"], "fuel": ["fuel.diesel"], "amount": [100.0], "unit": ["L"], "region": ["GB"], "date": [dt.date(2025, 1, 1)]}),
        method="combustion.direct", out=tmp_path / "whole", known_on=prepared.known_on, gwp="AR5",
    )  # fmt: skip
    assert run.record["totals"]["co2e_ug"] == pytest.approx(0.8 * whole.record["totals"]["co2e_ug"], abs=2)


def test_the_same_company_is_prepared_to_the_same_bytes(tmp_path: Path) -> None:
    folder = company(tmp_path / "c", approach="equity_share", ownership=DATED, sites=SITES)
    table = pa.Table.from_pylist([{**row, "origin": row["origin"] or "proxy"} for row in random_rows(7, 3000)])
    pq.write_table(table, folder / "activities" / "electricity.parquet", row_group_size=500)

    def digest(out: str, threads: int) -> str:
        return hashlib.sha256(
            prepare(folder, tmp_path / out, threads=threads).inputs["electricity"].read_bytes()
        ).hexdigest()

    assert digest("one", 1) == digest("two", 2) == digest("one", 2)


def test_a_company_without_activities_is_ready_and_empty(tmp_path: Path) -> None:
    prepared = prepare(company(tmp_path / "c"), tmp_path / "out")
    assert (prepared.inputs, prepared.groups.num_rows, prepared.flags.num_rows) == ({}, 0, 0)
