"""Scope 2 by market on cases worked by hand: contracts that exceed, equal and miss consumption, the hierarchy, and what is refused."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from engine_rows import factor, run_bill
from engine_rows import pack as pack_of
from market_cases import (
    CHINA_2023,
    CONTRACT_TYPES,
    KNOWN_ON,
    by_key,
    certificate,
    day,
    matched,
    reasons,
    residuals,
    used,
    used_kwh,
)

from leafmark.engine import pinned
from leafmark.engine.explain import explain
from leafmark.factors.model import Pack, builtin
from leafmark.inventory.book import InventoryError
from leafmark.inventory.scope2 import match
from leafmark.inventory.scope2.tables import CONSUMPTION_SCHEMA, USED_BEFORE_SCHEMA
from leafmark.methods import method
from leafmark.methods.model import Column, Method


def by_market() -> Method:
    """Purchased electricity whose key is a column: what electricity.market does with the rows."""
    plain = method("electricity.location")
    return dataclasses.replace(
        plain,
        columns=(*plain.columns, Column("key", "text")),
        key="key",
        parts=plain.parts[:1],
        id="test.electricity.market",
    )


@pytest.mark.parametrize(
    ("contracted", "served", "left", "grams", "surplus"),
    [(1500.0, 1000.0, 0.0, 0.0, 500.0), (1000.0, 1000.0, 0.0, 0.0, 0.0), (400.0, 400.0, 600.0, 600 * CHINA_2023 * 1000, 0.0)],
    ids=["exceed", "equal", "miss"],
)  # fmt: skip
def test_certificates_that_exceed_equal_and_miss_consumption(
    tmp_path: Path, contracted: float, served: float, left: float, grams: float, surplus: float
) -> None:
    found = matched([used(kwh=1000.0)], [certificate(kwh=contracted)])
    assert found.served_wh == served * 1000
    assert found.residual_wh == left * 1000
    instrument = found.instruments.to_pylist()[0]
    assert (instrument["used_wh"], instrument["unused_wh"]) == (served * 1000, surplus * 1000)
    assert instrument["why"] == ("not_needed" if surplus else None)
    assert ("not_needed" in reasons(found).get("GEC-1", set())) == bool(surplus)
    assert found.pack is not None
    run = run_bill(
        tmp_path / "run",
        found.rows.drop_columns(["share"]),
        [residuals(), found.pack],
        chosen=by_market(),
        known_on=KNOWN_ON,
    )
    assert run.record["totals"]["co2e_ug"] == round(grams * 1e6)


def test_a_figure_leads_to_its_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinned, "LIBRARY", (*pinned.LIBRARY, by_market()))
    found = matched(
        [used(kwh=1000.0)], [certificate("GEC/2023 №7", kwh=400.0, kg_per_kwh=0.02, technology="solar", serial="70-79")]
    )
    assert found.pack is not None
    rows = found.rows.drop_columns(["share"])
    found.pack.write(tmp_path / "pack")
    pack = Pack.load(tmp_path / "pack")  # it stands the checks of any pack
    run = run_bill(tmp_path / "run", rows, [residuals(), pack], chosen=by_market(), known_on=KNOWN_ON)
    assert run.record["totals"]["co2e_ug"] == round((400 * 0.02 + 600 * CHINA_2023) * 1e9)
    text = str(explain(run, "a", given=rows))
    assert "GEC/2023 №7" in text
    source = pack.sources["contract-gec_2023_no7"]
    assert source.licence_class == "private"
    assert source.publisher == "GEC"
    assert source.note is not None
    assert "serial 70-79" in source.note


def test_the_hierarchy_is_certificates_then_contracts_then_the_suppliers_rate_then_a_residual_mix() -> None:
    ppa = certificate("ppa", 200.0, kind="ppa", serial=None, retired_on=None, source="contract of 2021")
    tariff = certificate(
        "tariff", 300.0, kind="supplier", serial=None, retired_on=None, kg_per_kwh=0.4, source="supplier's disclosure"
    )
    mix = certificate("mix", None, kind="residual", serial=None, retired_on=None, kg_per_kwh=0.7)
    found = matched([used(kwh=1000.0)], [mix, tariff, ppa, certificate("c", 100.0)])
    assert used_kwh(found) == {"mix": 400.0, "tariff": 300.0, "ppa": 200.0, "c": 100.0}
    assert found.residual_wh == found.grid_wh == 0
    short = matched([used(kwh=250.0)], [mix, tariff, ppa, certificate("c", 100.0)])
    assert used_kwh(short) == {"mix": 0.0, "tariff": 0.0, "ppa": 150.0, "c": 100.0}


def test_a_site_comes_before_its_entity_before_the_company_and_what_expires_first_before_the_rest() -> None:
    rows = [used("a", 100.0), used("b", 100.0, site_id="depot"), used("c", 100.0, entity_id="sub", site_id="shop")]
    contracts = [
        certificate("company", 50.0),
        certificate("early", 60.0, valid_to=day("2023-07")),
        certificate("entity", 150.0, entity_id="own"),
        certificate("site", 100.0, site_id="office"),
    ]
    served = {
        (row["contract_id"], row["group_id"]): row["wh"] // 1000 for row in matched(rows, contracts).served.to_pylist()
    }
    assert served == {("site", "a"): 100, ("entity", "b"): 100, ("early", "c"): 60, ("company", "c"): 40}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"region": "DE"}, "wrong_market"),
        ({"region": "EU"}, "wrong_market"),
        ({"valid_from": day("2021-01"), "valid_to": day("2022-01")}, "wrong_period"),
        ({"retired_on": None}, "not_retired"),
        ({"retired_on": KNOWN_ON + dt.timedelta(days=1)}, "not_retired"),
        ({"retired_on": day("2022-12")}, "not_retired"),  # before it was generated
        ({"site_id": "nowhere"}, "not_needed"),
        ({"kwh": None}, "missing_value"),
        ({"kwh": float("nan")}, "unreadable"),
        ({"kwh": -1.0}, "below_bound"),
        ({"kg_per_kwh": None}, "missing_value"),
        ({"kind": "promise"}, "unknown_word"),
        ({"region": "China"}, "unknown_region"),
        ({"valid_to": day("2023-01")}, "wrong_period"),
    ],
)
def test_what_cannot_stand_serves_nothing_and_says_why(cells: dict[str, Any], reason: str) -> None:
    found = matched([used(kwh=1000.0)], [certificate("bad", **cells), certificate("good", 300.0)])
    assert used_kwh(found) == {"bad": 0.0, "good": 300.0}
    assert reason in reasons(found)["bad"]
    assert found.instruments.to_pylist()[0]["why"] == reason
    assert by_key(found) == {"electricity.contract.good": 300.0, "electricity.grid.residual": 700.0}


def test_a_certificate_used_twice_counts_once() -> None:
    contracts = [
        certificate("one", 100.0, serial="GO-1000 - GO-1099"),
        certificate("half", 100.0, serial="GO1050-GO1149"),  # the first 50 are those of `one`
        certificate("again", 100.0, serial="GO-1000-1099"),
        certificate("elsewhere", 100.0, serial="GO-1000-1099", registry="another"),
    ]
    found = matched([used(kwh=1000.0)], contracts)
    assert used_kwh(found) == {"one": 100.0, "half": 50.0, "again": 0.0, "elsewhere": 100.0}
    assert reasons(found)["half"] == reasons(found)["again"] == {"used_twice"}
    assert "one" not in reasons(found)


def test_a_certificate_of_a_former_years_inventory_is_used_twice() -> None:
    first = matched([used(kwh=1000.0)], [certificate("one", 100.0, serial="1-100")])
    assert first.serials_used.to_pylist() == [{"registry": "GEC", "serial": "1-100", "year": 2023}]
    contracts = [certificate("two", 100.0, serial="51-150")]
    assert used_kwh(matched([used()], contracts, used_before=first.serials_used)) == {"two": 50.0}
    assert used_kwh(matched([used()], contracts, used_before=USED_BEFORE_SCHEMA.empty_table())) == {"two": 100.0}


def test_a_row_that_could_not_serve_takes_no_serial_numbers_from_one_that_can() -> None:
    contracts = [certificate("bad", 100.0, serial="1-100", region="DE"), certificate("good", 100.0, serial="1-100")]
    assert used_kwh(matched([used()], contracts)) == {"bad": 0.0, "good": 100.0}


def test_a_month_is_nearer_than_a_year() -> None:
    rows = [used("jan", 100.0, month=day("2023-01")), used("mar", 100.0, month=day("2023-03"))]
    march = certificate("march", 150.0, valid_from=day("2023-03"), valid_to=day("2023-04"))
    by_year = {row["group_id"]: row["wh"] for row in matched(rows, [march]).served.to_pylist()}
    assert by_year == {"mar": 100_000, "jan": 50_000}  # its own month first
    by_month = matched(rows, [march], period="month")
    assert {row["group_id"]: row["wh"] for row in by_month.served.to_pylist()} == {"mar": 100_000}
    assert reasons(by_month)["march"] == {"not_needed"}


def test_what_is_delivered_under_a_contract_serves_only_while_it_lasts() -> None:
    rows = [used("jan", 100.0, month=day("2023-01")), used("mar", 100.0, month=day("2023-03"))]
    tariff = certificate("tariff", None, kind="supplier", serial=None, retired_on=None, valid_from=day("2023-03"))
    assert {row["group_id"] for row in matched(rows, [tariff]).served.to_pylist()} == {"mar"}


def test_a_market_is_a_country_unless_said() -> None:
    rows = [used("zj", 100.0), used("de", 100.0, region="DE"), used("fr", 100.0, region="FR")]
    cert = certificate("go", 300.0, region="FR")
    assert {row["group_id"] for row in matched(rows, [cert]).served.to_pylist()} == {"fr"}
    one = {"DE": "EECS", "FR": "EECS"}
    joint = matched(rows, [cert], markets=one)
    assert {row["group_id"] for row in joint.served.to_pylist()} == {"de", "fr"}
    assert joint.pack is not None
    assert joint.pack.factors.column("region").to_pylist() == ["WORLD"]  # so that the look-up finds it from both
    apart = matched(rows, [certificate("cn", 100.0)], markets={"CN-ZJ": "Zhejiang"})
    assert reasons(apart)["cn"] == {"wrong_market"}


def test_without_a_residual_mix_the_grid_stands_in_and_says_so() -> None:
    found = matched([used(), used("gb", 500.0, region="GB")], [])
    assert by_key(found) == {"electricity.grid.residual": 1000.0, "electricity.grid": 500.0}
    (flag,) = found.flags.to_pylist()
    assert (flag["reason"], flag["effect"]) == ("no_residual_mix", "doubted")
    assert "GB: 500 kWh" in flag["found"]
    assert found.pack is None


def test_a_residual_mix_past_the_methods_reach_is_none() -> None:
    assert by_key(matched([used(month=day("2026-12"))], [])) == {"electricity.grid.residual": 1000.0}
    assert by_key(matched([used(month=day("2027-01"))], [])) == {"electricity.grid": 1000.0}
    assert by_key(matched([used(month=day("2022-12"))], [])) == {"electricity.grid": 1000.0}


def test_a_criterion_that_the_row_cannot_show_is_doubted_and_serves() -> None:
    bare = certificate("bare", 100.0, serial=None)
    burnt = certificate("burnt", 100.0, technology="biomass")
    found = matched([used()], [bare, burnt])
    assert used_kwh(found) == {"bare": 100.0, "burnt": 100.0}
    assert reasons(found) == {"bare": {"criterion_not_shown"}, "burnt": {"criterion_not_shown"}}
    assert [row["not_shown"] for row in found.instruments.to_pylist()] == [[2], [1]]


def test_every_contract_answers_every_criterion() -> None:
    kinds = [certificate(kind, 10.0, kind=kind) for kind in ("certificate", "ppa", "supplier", "residual")]
    found = matched([used()], [*kinds, certificate("de", region="DE"), certificate("late", retired_on=None)])
    answers: dict[str, list[int]] = {}
    for row in found.criteria.to_pylist():
        answers.setdefault(row["contract_id"], []).append(row["criterion"])
        assert row["reason"]
    assert all(numbers == list(range(1, 9)) for numbers in answers.values())
    assert len(answers) == 6


def test_criterion_4_tells_when_it_was_redeemed() -> None:
    """Table 7.1, criterion 4: issued and redeemed as close as possible to the period of the consumption."""
    found = matched([used()], [certificate("one", 10.0)])
    (said,) = [row["reason"] for row in found.criteria.to_pylist() if row["criterion"] == 4]
    assert "generated from 2023-" in said
    assert "redeemed on 2024-02-01" in said


def test_bad_consumption_is_returned_and_the_rest_is_served() -> None:
    rows = [used("a", 100.0), used("b", None), used("c", -5.0), used("d", float("inf")), used("zero", 0.0)]
    found = matched(rows, [certificate("one", 60.0)])
    assert {flag["reason"] for flag in found.flags.to_pylist()} == {"missing_value", "negative_amount", "unreadable"}
    assert {row["site_id"]: row["kwh"] for row in found.rows.to_pylist() if row["key"] == "electricity.grid.residual"} == {
        "a": 40.0, "zero": 0.0,
    }  # fmt: skip


def test_consumption_without_a_known_region_is_served_by_nothing() -> None:
    found = matched([used("a", 100.0, region=None), used("b", 100.0, region="Atlantis")], [certificate("one", 60.0)])
    assert used_kwh(found) == {"one": 0.0}
    assert [row["region"] for row in found.rows.to_pylist()] == [None, "Atlantis"]  # the engine gives its own reason


def test_a_table_without_its_columns_says_which() -> None:
    with pytest.raises(InventoryError, match="no column group_id"):
        match(pa.table({"kwh": [1.0]}), pa.table({}), pack=residuals(), known_on=KNOWN_ON)
    consumption = pa.Table.from_pylist([used()])
    with pytest.raises(InventoryError, match="no column contract_id"):
        match(consumption, pa.table({"kind": ["ppa"]}), pack=residuals(), known_on=KNOWN_ON)


def test_keys_of_like_ids_differ() -> None:
    found = matched([used(kwh=1000.0)], [certificate("A-1", 10.0), certificate("a.1", 20.0), certificate("绿证", 30.0)])
    assert by_key(found) == {
        "electricity.contract.a_1": 10.0, "electricity.contract.a_1_row_2": 20.0, "electricity.contract.row_3": 30.0,
        "electricity.grid.residual": 940.0,
    }  # fmt: skip


def test_chinas_fallback_is_the_ministrys_factor_without_market_traded_non_fossil_power(tmp_path: Path) -> None:
    """0.5942 (2021), 0.5856 (2022) and 0.6096 (2023) kg CO2/kWh, by the built-in pack; a later year takes the newest."""
    years = {2021: 0.5942, 2022: 0.5856, 2023: 0.6096, 2024: 0.6096}
    rows = [used(str(year), 1000.0, month=dt.date(year, 3, 1), region="CN-ZJ") for year in years]
    found = matched(rows, [], builtin())
    assert by_key(found) == {"electricity.grid.residual": 4000.0}
    run = run_bill(
        tmp_path / "run", found.rows.drop_columns(["share"]), builtin(), chosen=by_market(), known_on=KNOWN_ON
    )
    by_year = {row["subject_id"]: row["co2e_ug"] for row in run.table("entries").to_pylist()}
    assert by_year == {str(year): round(rate * 1e12) for year, rate in years.items()}


def test_a_short_key_serves_a_companys_own_residual_mix() -> None:
    mine = pack_of(
        factor(
            "electricity.residual", region="GB", boundary="direct", unit="kWh", theme="grid", valid_from=day("2023-01")
        )
    )
    assert by_key(matched([used(region="GB")], [], mine)) == {"electricity.residual": 1000.0}


def test_consumption_without_a_month_is_served_by_nothing_and_kept() -> None:
    found = matched([used("a", 100.0, month=None), used("b", 50.0)], [certificate("one", 500.0)])
    assert used_kwh(found) == {"one": 50.0}
    assert by_key(found) == {"electricity.contract.one": 50.0, "electricity.grid.residual": 100.0}
    assert "missing_value" in reasons(found)[None]


def test_rows_are_named_as_the_file_counts_them() -> None:
    contracts = pa.Table.from_pylist(
        [certificate("bad", kind="promise"), certificate("late", retired_on=None)], schema=CONTRACT_TYPES
    )
    table = contracts.append_column("_row", pa.array([4, 9]))
    found = match(pa.Table.from_pylist([used()], schema=CONSUMPTION_SCHEMA), table, pack=residuals(), known_on=KNOWN_ON)
    assert [(flag["row"], flag["reason"]) for flag in found.flags.to_pylist()] == [
        (4, "unknown_word"),
        (9, "not_retired"),
    ]
    assert [(row["row"], row["contract_id"]) for row in found.instruments.to_pylist()] == [(4, "bad"), (9, "late")]


def test_the_guides_example_is_what_it_says() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "inventory-scope-2.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", guide, flags=re.DOTALL)[0], names)
    assert by_key(names["found"]) == {"electricity.contract.gec_1": 400.0, "electricity.grid.residual": 600.0}
    assert "| 600 | 365.76 |" in guide
    assert pytest.approx(365.76) == 600 * CHINA_2023
