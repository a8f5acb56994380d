"""A bill's tables: usage with its energy, what has no grams, doubtful rows, and the inventory's lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from leafmark.inventory.cloud.bill import QUANTITY_MAX, Bill
from leafmark.inventory.cloud.bill_columns import CATEGORIES, folded
from leafmark.inventory.cloud.grids import Contract, unmet
from leafmark.inventory.cloud.skus import NOT_USAGE, UNMAPPED
from leafmark.inventory.cloud.usage import Accounted
from leafmark.inventory.tables import FLAGS_SCHEMA, LINES_SCHEMA

if TYPE_CHECKING:
    from leafmark.engine.run_folder import Run
    from leafmark.inventory.cloud.run import CloudRun

TEMPLATE: Final = "cloud"
DAY: Final = "a day or a time such as 2025-03-01 00:00:00"

USAGE_SCHEMA: Final = pa.schema([
    ("usage_id", pa.string()), ("provider", pa.string()), ("service", pa.string()), ("region", pa.string()), ("grid_region", pa.string()),
    ("usage_class", pa.string()), ("period", pa.timestamp("us")), ("machine", pa.string()), ("host", pa.string()), ("quantity", pa.float64()),
    ("unit", pa.string()), ("vcpu_hours", pa.float64()), ("utilisation", pa.float64()), ("measured", pa.float64()),
    ("replication", pa.float64()), ("pue", pa.float64()), ("cpu_kwh", pa.float64()), ("gpu_kwh", pa.float64()), ("memory_kwh", pa.float64()),
    ("storage_kwh", pa.float64()), ("network_kwh", pa.float64()), ("servers", pa.float64()), ("rows", pa.int64()),
    ("cost", pa.decimal128(38, 12)), ("currency", pa.string()), ("assumed", pa.list_(pa.string())),
])  # fmt: skip

LISTED_SCHEMA: Final = pa.schema([
    ("status", pa.string()), ("reason", pa.string()), ("provider", pa.string()), ("service", pa.string()), ("description", pa.string()),
    ("unit", pa.string()), ("rows", pa.int64()), ("cost", pa.decimal128(38, 12)), ("currency", pa.string()), ("first_row", pa.int64()),
])  # fmt: skip


def usage_table(accounted: Accounted) -> pa.Table:
    """Every group of usage with its energy and what was assumed for it."""
    return pa.table(
        {name: [getattr(each, name) for each in accounted.usage] for name in USAGE_SCHEMA.names if name != "assumed"}
        | {"assumed": [list(each.assumed) for each in accounted.usage]},
        schema=USAGE_SCHEMA,
    )


def listed_table(accounted: Accounted) -> pa.Table:
    """What has no grams, with its reason and cost."""
    return pa.table(
        {name: [getattr(each, name) for each in accounted.listed] for name in LISTED_SCHEMA.names}, schema=LISTED_SCHEMA
    )


def flags_of(bill: Bill, accounted: Accounted, contracts: Sequence[Contract], location: Run) -> pa.Table:
    """Doubtful rows one by one, unmapped usage by reason, broken lines, and what the statements stand on."""
    flags = [*_doubtful(bill), *_unmapped(accounted, bill)]
    flags += [
        _flag(str(path), line, "row", "broken_line", message, "a row of as many cells as the header", "refused")
        for path, line, message in bill.broken
    ]
    undated = sum(each.rows for each in accounted.usage if each.period is None)
    if undated:
        told = f"{_rows(undated)} of usage without a day"
        expected = f"{DAY}: the latest factor of the grid stands in, and no year of an inventory is told"
        flags.append(_flag(str(bill.files[0]), None, "start", "missing_value", told, expected, "doubted"))
    flags += [
        _flag(each.file, each.row, "provider", "not_needed", " ".join(filter(None, (each.provider, each.region))),
              "usage of that provider and region in the bill: it covers nothing", "doubted")
        for each in unmet(contracts, ((use.provider, use.region) for use in accounted.usage if use.kwh))
    ]  # fmt: skip
    if not contracts:
        file = str(bill.files[0])
        flags.append(
            _flag(file, None, "", "no_residual_mix", "no contract given", "contracts, or a residual mix", "doubted")
        )
    for row in location.table("rejected").to_pylist():
        flags.append(
            _flag(
                str(bill.files[0]),
                None,
                row["field"],
                row["reason"],
                f"{row['activity_id']}: {row['found']}",
                row["expected"],
                "refused",
            )
        )
    return pa.Table.from_pylist(flags, schema=FLAGS_SCHEMA)


def _doubtful(bill: Bill) -> list[dict[str, Any]]:
    found = []
    before: dict[int, list[int]] = {}
    for path, line, _ in bill.broken:
        before.setdefault(bill.files.index(path), []).append(line - 1)
    for row in bill.doubtful.to_pylist():
        number = row["row_no"]
        for broken in sorted(before.get(row["file"], [])):
            number += broken <= number
        kind = CATEGORIES.get(folded(row["category"] or ""), "other_charge")
        for field, text in (("quantity", row["quantity_text"]), ("cost", row["cost_text"])):
            fault = _fault(field, text, kind)
            if fault:
                found.append(_flag(str(bill.files[row["file"]]), number, field, *fault))
        if row["start_unread"] is not None:
            fault = "unreadable", row["start_unread"], f"{DAY}: counted without one", "doubted"
            found.append(_flag(str(bill.files[row["file"]]), number, "start", *fault))
    return found


def _fault(field: str, text: str | None, kind: str) -> tuple[str, str, str, str] | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        return "unreadable", text, "a number", "refused"
    if field == "quantity" and not abs(value) <= QUANTITY_MAX:
        return "unreadable", text, f"a number of at most {QUANTITY_MAX:g}", "refused"
    if value >= 0:
        return None
    if field == "quantity":
        return "negative_usage", text, "0 or more: a reversal takes no grams away", "refused"
    if kind == "credit_charge":
        return "credit_charge", text, "a credit is money, not hardware", "refused"
    return (
        "negative_cost",
        text,
        "0 or more: the usage counts, whatever it cost",
        "doubted" if kind == "usage" else "refused",
    )


def _unmapped(accounted: Accounted, bill: Bill) -> list[dict[str, Any]]:
    counted: dict[tuple[str, str], int] = {}
    first: dict[tuple[str, str], int] = {}
    for each in accounted.listed:
        at = each.status, each.reason
        counted[at] = counted.get(at, 0) + each.rows
        first[at] = min(first.get(at, each.first_row), each.first_row)
    meanings = {**UNMAPPED, **NOT_USAGE}
    return [
        _flag(str(bill.files[0]), None, "", reason, f"{_rows(rows)}, the first is row {first[status, reason]} of the bill", meanings[reason],
              "refused")
        for (status, reason), rows in sorted(counted.items())
        if status == "unmapped"
    ]  # fmt: skip


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _flag(
    file: str, row: int | None, field: str | None, reason: str, found: str | None, expected: str | None, effect: str
) -> dict[str, Any]:
    return {
        "file": file, "row": row, "activity_id": None, "template": TEMPLATE, "field": field or None, "reason": reason, "found": found,
        "expected": expected, "effect": effect,
    }  # fmt: skip


def lines_of(found: CloudRun, entity_id: str, site_id: str) -> pa.Table:
    """Lines of an inventory (`LINES_SCHEMA`) of a run: location and market, by entity and site; add them to the inventory's own.

    Amounts are as given, not consolidated: a share of ownership is the caller's to apply. The origin is `calculated`: worked out from an
    invoice's amounts by coefficients; `estimated` where the utilisation or the machine is a stand-in.
    """
    origins = _origins(found)
    lines = _statement(
        found.location, {unit: found.statement_of(unit) for unit in ("kWh", "server")}, entity_id, site_id, origins
    )
    if found.market is not None:
        lines += _statement(found.market, {"kWh": "market"}, entity_id, site_id, origins)
    return pa.Table.from_pylist(lines, schema=LINES_SCHEMA)


def _statement(
    run: Run, statements: Mapping[str, str], entity_id: str, site_id: str, origins: Mapping[str, str]
) -> list[dict[str, Any]]:
    method_id, version = run.record["method"]["id"], run.record["method"]["version"]
    return [
        {
            "entity_id": entity_id, "site_id": site_id, "template": TEMPLATE, "month": month_of(row["subject_id"]),
            "origin": origins[row["subject_id"]], "scope": row["scope"], "category": row["category"],
            "statement": statements["server" if row["key"].startswith("cloud.host.") else "kWh"], "outside": None, "run_id": run.id,
            "method_id": method_id, "method_version": version, "key": row["key"], "factor_id": row["factor_id"], "unit": row["unit"],
            "amount": row["amount"], "activities": row["lines"], "co2e_ug": row["co2e_ug"], "sd_ug": row["sd_ug"], "low_ug": row["low_ug"],
            "high_ug": row["high_ug"], "gases": row["gases"],
        }
        for row in run.table("by_factor").to_pylist()
    ]  # fmt: skip


def _origins(found: CloudRun) -> dict[str, str]:
    origins: dict[str, str] = {}
    for each in found.accounted.usage:
        if each.assumed:
            origins[each.usage_id] = "estimated"
        else:
            origins.setdefault(each.usage_id, "calculated")
    return origins


def month_of(usage_id: str) -> dt.date | None:
    """The month at the end of a usage's id."""
    month = usage_id.rsplit("/", 1)[1]
    return None if month == "undated" else dt.date.fromisoformat(f"{month}-01")
