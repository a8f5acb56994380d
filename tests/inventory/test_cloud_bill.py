"""A bill is read whole: every row counted, unmapped or no usage; the same by the plain twin; in every provider's columns."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_bill import made_bill, twin

from leafmark.inventory.cloud import coefficients
from leafmark.inventory.cloud.bill import _COST, _MONEY, BillError, read_bill
from leafmark.inventory.cloud.bill_columns import COLUMNS, matched
from leafmark.inventory.cloud.energy import EnergyError
from leafmark.inventory.cloud.skus import CLASSES, NOT_USAGE, UNMAPPED
from leafmark.inventory.cloud.usage import Accounted, account
from leafmark.inventory.reasons import REASONS as REASONS_OF_INVENTORY

TABLES = Path(coefficients.__file__).parent


def worked(path: Path, **given_: Any) -> Accounted:
    return account(read_bill([path], given_.pop("measured", None)), **given_)


def by_class(found: Accounted) -> dict[str, float]:
    sums = dict.fromkeys(("compute", "managed", "ssd", "hdd", "network", "servers"), 0.0)
    for each in found.usage:
        sums[each.usage_class] += each.kwh
        sums["servers"] += each.servers
    return sums


def test_the_sample_of_real_rows_is_all_there(shared_data: Path) -> None:
    """1,000 anonymised rows of the FinOps Foundation's FOCUS sample: by rows and, exactly, by cost."""
    path = shared_data / "billing" / "focus_sample.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = worked(path).rows_and_cost()
    assert sum(count for count, _ in found.values()) == len(rows) == 1000
    assert sum(costs["USD"] for _, costs in found.values()) == sum(Decimal(row["BilledCost"]) for row in rows)
    assert all(count > 0 for count, _ in found.values())


def test_the_sample_by_the_plain_twin(shared_data: Path) -> None:
    path = shared_data / "billing" / "focus_sample.csv"
    ours, theirs = by_class(worked(path)), twin(path, TABLES)
    for name, kwh in theirs.items():
        assert ours[name] == pytest.approx(kwh, rel=1e-12), name
        assert kwh > 0, name


def test_measured_utilisation_by_the_plain_twin(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "billing" / "focus_sample.csv"
    with path.open(encoding="utf-8", newline="") as file:
        resources = sorted({row["ResourceId"] for row in csv.DictReader(file) if row["ResourceType"] == "instance"})
    use = {each: (number % 11) / 10 for number, each in enumerate(resources) if number % 3}
    table = tmp_path / "use.csv"
    table.write_text(
        "resource_id,utilisation_percent\n" + "".join(f"{each},{100 * share:g}\n" for each, share in use.items())
    )
    ours, theirs = by_class(worked(path, measured=table)), twin(path, TABLES, use)
    for name, kwh in theirs.items():
        assert ours[name] == pytest.approx(kwh, rel=1e-12), name
    assert ours["compute"] != pytest.approx(by_class(worked(path))["compute"])


def test_a_column_of_utilisation_that_was_taken_for_assumed_would_show(tmp_path: Path) -> None:
    """By hand: m5.large, 10 h at 20 % measured: 2 vCPUs x (0.61299 + 0.2 x 3.49118) W x 10 h x 1.135, memory beyond besides."""
    path = made_bill(tmp_path / "bill.csv", [{}, {"ResourceId": "i-2"}])
    (tmp_path / "use.csv").write_text("resource_id,utilisation_percent\ni-1,20\n")
    found = worked(path, measured=tmp_path / "use.csv").usage[0]
    assert found.measured == 0.5
    assert found.utilisation == pytest.approx((0.2 + 0.5) / 2)
    one, other = (20 * (0.6129888539 + share * 3.4911814991) * 1.135 / 1000 for share in (0.2, 0.5))
    assert found.cpu_kwh == pytest.approx(one + other)
    assert found.memory_kwh == pytest.approx(20 * 0.000392 * 1.135 * (384 - 75.09995782) * 8 / 384)
    assert found.assumed == ("utilisation",)


def test_what_is_no_usage_makes_no_grams_and_takes_none(tmp_path: Path) -> None:
    plain = worked(made_bill(tmp_path / "a.csv", [{}]))
    more: list[dict[str, str]] = [
        {"ChargeCategory": "Tax", "BilledCost": "3"},
        {"ChargeCategory": "Purchase", "BilledCost": "99"},
        {"ChargeCategory": "Adjustment", "BilledCost": "-1"},
        {"ChargeCategory": "Credit", "BilledCost": "-5"},
        {"ChargeClass": "Correction", "ConsumedQuantity": "7"},
        {"CommitmentDiscountStatus": "Unused", "ConsumedQuantity": "NULL", "BilledCost": "2"},
        {"ConsumedQuantity": "-10", "BilledCost": "-0.96"},
        {"ChargeCategory": "Gift"},
    ]
    found = worked(made_bill(tmp_path / "b.csv", [{}, *more]))
    assert [each.kwh for each in found.usage] == [each.kwh for each in plain.usage]
    reasons = Counter(each.reason for each in found.listed)
    assert reasons == Counter(
        [
            "tax_charge",
            "purchase_charge",
            "adjustment_charge",
            "credit_charge",
            "correction_charge",
            "unused_commitment",
            "negative_usage",
            "other_charge",
        ]
    )
    assert {each.status for each in found.listed} == {"not_usage"}


def test_a_negative_cost_beside_usage_is_flagged_and_the_usage_counts(tmp_path: Path) -> None:
    bill = read_bill([made_bill(tmp_path / "a.csv", [{}, {"BilledCost": "-0.5"}])])
    assert [row["row_no"] for row in bill.doubtful.to_pylist()] == [2]
    assert sum(each.kwh for each in account(bill).usage) == pytest.approx(
        2 * account(read_bill([made_bill(tmp_path / "b.csv", [{}])])).usage[0].kwh
    )


def test_usage_under_a_commitment_counts_once(tmp_path: Path) -> None:
    """FOCUS: the purchase is a row, the usage it covers another, what was not used a third. AWS' own report has a negation besides."""
    rows = [
        {
            "ChargeCategory": "Purchase",
            "ChargeDescription": "savings plan",
            "ConsumedQuantity": "NULL",
            "BilledCost": "50",
        },
        {"CommitmentDiscountStatus": "Used", "BilledCost": "0"},
        {"CommitmentDiscountStatus": "Unused", "ConsumedQuantity": "NULL", "BilledCost": "0"},
        {"ChargeCategory": "SavingsPlanNegation", "BilledCost": "-0.96"},
    ]
    found = worked(made_bill(tmp_path / "a.csv", rows))
    assert [each.quantity for each in found.usage] == [10]
    assert sum(each.rows for each in found.listed) == 3


def test_an_unused_reservation_is_hardware_that_stands_by(tmp_path: Path) -> None:
    """FOCUS 1.1, CapacityReservationStatus: reserved hardware draws its idle watts, and no utilisation is assumed; an unused commitment
    discount is money alone."""
    rows = [{}, {"CapacityReservationStatus": "Used"}, {"CapacityReservationStatus": "Unused"}]
    found = worked(made_bill(tmp_path / "a.csv", rows))
    (idle,) = [each for each in found.usage if each.utilisation == 0]
    (plain, used) = [each for each in found.usage if each.utilisation != 0]
    assert (idle.quantity, idle.measured, idle.assumed) == (10, 1, ())
    assert idle.cpu_kwh == pytest.approx(20 * 0.6129888539040325 * 1.135 / 1000)  # 10 h of two vCPUs of a Skylake, idle
    assert plain.kwh == used.kwh > idle.kwh > 0
    assert idle.servers == plain.servers > 0


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"ConsumedQuantity": "NULL"}, "missing_quantity"),
        ({"ConsumedQuantity": "ten"}, "unreadable"),
        ({"BilledCost": "much"}, "unreadable"),
        ({"ConsumedUnit": "NULL"}, "missing_unit"),
        ({"RegionId": "atlantis-1", "RegionName": "Atlantis"}, "unknown_region"),
        ({"ProviderName": "Oracle"}, "unknown_provider"),
    ],
)
def test_usage_that_cannot_be_worked_out_says_why(tmp_path: Path, row: dict[str, str], why: str) -> None:
    found = worked(made_bill(tmp_path / "a.csv", [{}, row]))
    assert [(each.status, each.reason, each.rows) for each in found.listed] == [("unmapped", why, 1)]
    assert len(found.usage) == 1


def test_a_region_that_is_everywhere_takes_the_world_and_says_so(tmp_path: Path) -> None:
    (each,) = worked(made_bill(tmp_path / "a.csv", [{"RegionId": "global"}])).usage
    assert each.grid_region == "WORLD"
    assert "region" in each.assumed


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
def test_the_same_of_every_kind_of_file(shared_data: Path, tmp_path: Path, ending: str) -> None:
    source = shared_data / "billing" / "focus_sample.csv"
    path = tmp_path / f"bill.{ending}"
    if ending == "parquet":
        with source.open(encoding="utf-8", newline="") as file:
            rows = [
                {key: None if value in ("NULL", "") else value for key, value in row.items()}
                for row in csv.DictReader(file)
            ]
        table = pa.Table.from_pylist(rows)
        for name, kind in (("ConsumedQuantity", pa.float64()), ("BilledCost", pa.decimal128(38, 12))):
            table = table.set_column(table.schema.names.index(name), name, table.column(name).cast(kind))
        pq.write_table(table, path)
    else:
        text = "\ufeff" + source.read_text(encoding="utf-8")
        path.write_bytes(gzip.compress(text.encode()) if ending == "csv.gz" else text.encode())
    found, plain = worked(path), worked(source)
    assert found.rows_and_cost() == plain.rows_and_cost()
    assert by_class(found) == pytest.approx(by_class(plain), rel=1e-12)


NATIVE = {
    "aws": ("lineItem/UsageAmount", "pricing/unit", "lineItem/UnblendedCost", "lineItem/LineItemDescription", "product/ProductName",
            "product/regionCode", "lineItem/LineItemType", "lineItem/UsageStartDate"),
    "google": ("usage.amount", "usage.unit", "cost", "sku.description", "service.description", "location.region", "cost_type",
               "usage_start_time"),
    "azure": ("Quantity", "UnitOfMeasure", "CostInBillingCurrency", "MeterName", "MeterCategory", "ResourceLocation", "ChargeType", "Date"),
    "alibaba": ("用量", "用量单位", "应付金额", "计费项", "产品名称", "地域", "ItemType", "账单日期"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("provider", "description", "service", "region", "kind", "vcpu_hours"),
    [
        ("aws", "$0.096 per On Demand Linux m5.large Instance Hour", "Amazon EC2", "us-west-2", "Usage", 20),
        ("google", "N2 Instance Core running in Oregon", "Compute Engine", "us-west1", "regular", 10),
        ("azure", "D11 v2/DS11 v2", "Virtual Machines", "USEast2", "Usage", 20),
        ("alibaba", "ecs.g7.2xlarge", "云服务器 ECS", "华东1（杭州）", "PayAsYouGoBill", 80),
    ],
)  # fmt: skip
def test_columns_of_the_providers_own_exports(
    tmp_path: Path, provider: str, description: str, service: str, region: str, kind: str, vcpu_hours: float
) -> None:
    cells = (
        "10",
        "小时" if provider == "alibaba" else "hour",
        "4.20",
        description,
        service,
        region,
        kind,
        "2024-09-03",
    )
    path = tmp_path / "native.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([NATIVE[provider], cells])
    (each,) = worked(path, provider={"google": "gcp"}.get(provider, provider)).usage
    assert each.vcpu_hours == vcpu_hours
    assert each.grid_region != "WORLD"
    assert each.cost == Decimal("4.2")


def test_columns_of_focus_1_0_to_1_2() -> None:
    """Names of the three releases: 1.1 adds SkuMeter and SkuPriceDetails, 1.2 renames none of those that are read."""
    one = [
        "BilledCost",
        "ChargeDescription",
        "ConsumedQuantity",
        "ConsumedUnit",
        "ServiceName",
        "RegionId",
        "ChargePeriodStart",
        "ProviderName",
    ]
    assert set(matched(one)) == {"cost", "description", "quantity", "unit", "service", "region", "start", "provider"}
    later = matched([*one, "SkuMeter", "SkuPriceDetails", "CapacityReservationStatus"])
    assert (later["sku_meter"], later["sku_details"]) == ("SkuMeter", "SkuPriceDetails")
    assert matched(["EffectiveCost", "BilledCost"])["cost"] == "BilledCost"
    assert matched(["line_item_usage_amount"])["quantity"] == "line_item_usage_amount"
    assert all(theirs for theirs in COLUMNS.values())


def test_priced_quantity_stands_in_where_nothing_was_consumed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "ProviderName,ServiceName,ChargeDescription,RegionId,ConsumedQuantity,ConsumedUnit,PricingQuantity,PricingUnit,BilledCost\n"
        "AWS,Amazon EC2,m5.large,us-west-2,NULL,NULL,5,Hours,1\n"
    )
    (each,) = worked(path).usage
    assert (each.quantity, each.unit) == (5, "Hours")


def test_a_broken_line_is_listed_and_the_rest_read(tmp_path: Path) -> None:
    path = made_bill(tmp_path / "a.csv", [{}, {"BilledCost": "-1"}])
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1], "half,a,line", lines[2]]) + "\n")
    bill = read_bill([path])
    assert [(line, "COLUMNS" in why) for _, line, why in bill.broken] == [(3, True)]
    assert bill.rows == 2


def test_several_bills_are_one(tmp_path: Path) -> None:
    one, two = made_bill(tmp_path / "a.csv", [{}] * 3), made_bill(tmp_path / "b.csv", [{"BilledCost": "-1"}])
    bill = read_bill([one, two])
    assert bill.rows == 4
    assert [(row["file"], row["row_no"]) for row in bill.doubtful.to_pylist()] == [(1, 1)]


def test_what_stands_between_words_is_in_no_word(tmp_path: Path) -> None:
    path = made_bill(tmp_path / "a.csv", [{"RegionId": "eu-west-1"}, {"RegionId": "eu-\x1fwest-1"}])
    with pytest.raises(BillError, match=r"a\.csv: row 2, .*U\+001F"):
        read_bill([path])


def test_what_is_no_bill_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,amount\na,1\n")
    with pytest.raises(BillError, match=r"a\.csv: no column for service.*ConsumedQuantity.*found name, amount"):
        read_bill([path])
    with pytest.raises(BillError, match="no such file"):
        read_bill([tmp_path / "none.csv"])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("resource_id,utilisation_percent\ni-1,120\n", "expected 0 to 100"),
        ("resource_id,utilisation_percent\ni-1,-1\n", "expected 0 to 100"),
        ("resource_id,utilisation_percent\ni-1,20\ni-1,30\n", "two rows"),
        ("resource,percent\ni-1,20\n", "resource_id, utilisation_percent"),
    ],
)
def test_a_wrong_table_of_utilisation_is_refused(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "use.csv"
    path.write_text(text)
    with pytest.raises(BillError, match=what):
        read_bill([made_bill(tmp_path / "a.csv", [{}])], path)


def test_an_assumed_utilisation_is_a_share(tmp_path: Path) -> None:
    with pytest.raises(EnergyError):
        worked(made_bill(tmp_path / "a.csv", [{}]), utilisation=50.0)


_CELLS = {
    "ProviderName": ["AWS", "Microsoft", "Oracle"],
    "ChargeDescription": ["m5.large Instance Hour", "data transfer out", "gp3 storage", "requests", "db.r5.large"],
    "ConsumedUnit": ["Hours", "GB", "GB-Mo", "Requests", "NULL"],
    "ConsumedQuantity": ["0", "1.5", "-2", "NULL", "ten", "1e6"],
    "BilledCost": ["0", "1.000000000001", "-3.3", "NULL", "1e3"],
    "ChargeCategory": ["Usage", "Tax", "Credit", "Purchase", "Adjustment"],
    "ChargeClass": ["NULL", "Correction"],
    "CommitmentDiscountStatus": ["NULL", "Used", "Unused"],
    "RegionId": ["us-west-2", "eu-central-1", "global", "atlantis"],
}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.fixed_dictionaries({name: st.sampled_from(values) for name, values in _CELLS.items()}),
        min_size=1,
        max_size=25,
    )
)
def test_rows_and_cost_always_add_up_and_nothing_is_negative(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    found = worked(made_bill(tmp_path / "a.csv", rows))
    accounts = found.rows_and_cost()
    assert sum(count for count, _ in accounts.values()) == len(rows)
    cost = sum((Decimal(row["BilledCost"]) for row in rows if row["BilledCost"] != "NULL"), Decimal(0))
    assert sum((each for _, costs in accounts.values() for each in costs.values()), Decimal(0)) == cost
    for each in found.usage:
        assert each.kwh >= 0
        assert each.servers >= 0
        assert each.usage_class in CLASSES


def test_reasons_are_the_inventorys_or_the_engines() -> None:
    from leafmark.engine.schema import REASONS

    assert {*UNMAPPED, *NOT_USAGE} <= {*REASONS_OF_INVENTORY, *REASONS}


def test_seeded_mutants_fail_what_holds_them(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A room that let reversals through would have negative energy; one that lost a group, or its PUE, would not meet bill and twin."""
    from leafmark.inventory.cloud import usage

    path = made_bill(tmp_path / "a.csv", [{}, {"ConsumedQuantity": "-50"}])
    with monkeypatch.context() as patch:
        patch.setattr(usage, "_not_usage", lambda group: "")
        assert min(each.kwh for each in worked(path).usage) < 0
    real = shared_data / "billing" / "focus_sample.csv"
    with monkeypatch.context() as patch:
        patch.setattr(usage, "pue", lambda provider, region="": 1.0)
        assert by_class(worked(real))["compute"] != pytest.approx(twin(real, TABLES)["compute"], rel=1e-3)
    bill = read_bill([real])
    del bill.groups[0]
    assert sum(count for count, _ in account(bill).rows_and_cost().values()) < bill.rows


@given(st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=15).map(str),
    st.decimals(-2_000_000, 2_000_000, places=13).map(str),
    st.floats().map(str), st.text("0123456789.-+eE ", max_size=24),
))  # fmt: skip
def test_a_cost_is_read_alike_whichever_way(text: str) -> None:
    """Small costs go by a decimal of 64 bits; no digit and no refusal differs from one of 128."""
    either = duckdb.sql(f"SELECT {_MONEY} FROM (SELECT $text AS cost_text)", params={"text": text}).fetchall()
    assert either == duckdb.sql(f"SELECT TRY_CAST($text AS {_COST})", params={"text": text}).fetchall()
