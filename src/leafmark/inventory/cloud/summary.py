"""A bill in a few tables: grams by service, region and class; what has no grams, by its share of the cost; what was assumed."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from leafmark.inventory.book import By, sums
from leafmark.inventory.cloud.run import CloudRun
from leafmark.inventory.cloud.skus import NOT_USAGE, UNMAPPED
from leafmark.inventory.cloud.tables import lines_of
from leafmark.inventory.cloud.usage import Listed, Usage

CUTS: Final = ("service", "region", "class")
WHOSE: Final = {
    "bought": "Scope 3 category 1 (services bought): the provider runs the hardware, so none of it is Scope 2",
    "own": "Scope 2 (own data centre), upstream and losses in Scope 3 category 3; the making of own hardware is category 2, not here",
}


def summary(found: CloudRun) -> dict[str, Any]:
    """All of it, as JSON: grams in micrograms, cost exact as text, shares None where there is nothing to share."""
    accounts, lines = found.accounted.rows_and_cost(), lines_of(found, "", "")
    return {
        "whose": WHOSE[found.whose],
        "rows": {name: rows for name, (rows, _) in accounts.items()},
        "cost": {
            name: {currency: _money(cost) for currency, cost in costs.items()} for name, (_, costs) in accounts.items()
        },
        "kwh": sum(each.kwh for each in found.accounted.usage),
        "totals": _totals(lines, found.market is not None),
        "statements": "location and market apart"
        if found.market
        else "one: no contract was given, the grid's average stands in both",
        **{cut: _cut(found, cut) for cut in CUTS},
        "unmapped": [
            {**each, "cost_share": cost_share(found, each["currency"], Decimal(each["cost"]))}
            for each in listed(found.accounted.listed, "unmapped")
        ],
        "not_usage": listed(found.accounted.listed, "not_usage"),
        "utilisation": _utilisation(found),
        "assumed": _assumed(found.accounted.usage),
        "hours": {"met": found.hours_met, "missed": found.hours_missed},
        "flags": found.flags.num_rows,
    }


def listed(parts: Iterable[Listed], status: str) -> list[dict[str, Any]]:
    """What has no grams, by reason and service, with its cost; the dearest first."""
    parts = list(parts)
    found: dict[tuple[str, str, str, str], tuple[int, Decimal]] = {}
    for each in parts:
        if each.status == status:
            at = each.reason, each.provider, each.service, each.currency
            rows, cost = found.get(at, (0, Decimal(0)))
            found[at] = rows + each.rows, cost + each.cost
    meanings = {**UNMAPPED, **NOT_USAGE}
    return [
        {"reason": reason, "meaning": meanings[reason], "provider": provider, "service": service, "rows": rows, "cost": _money(cost), "currency": currency}
        for (reason, provider, service, currency), (rows, cost) in sorted(found.items(), key=lambda item: (-item[1][1], item[0]))
    ]  # fmt: skip


def cost_share(found: CloudRun, currency: str, cost: Decimal) -> float | None:
    """Share of the bill's usage (mapped and unmapped) in a currency; None where that is nothing."""
    accounts = found.accounted.rows_and_cost()
    usage = sum((accounts[name][1].get(currency, Decimal(0)) for name in ("mapped", "unmapped")), Decimal(0))
    return float(cost / usage) if usage else None


def _totals(lines: pa.Table, apart: bool) -> dict[By, dict[str, int]]:
    """Both statements; one figure where no contract sets them apart."""
    location = _total(lines, "location")
    return {"location": location, "market": _total(lines, "market") if apart else dict(location)}


def _total(lines: pa.Table, by: By) -> dict[str, int]:
    """Micrograms of a statement with their 95 % range (of the factors alone): its electricity, and the making of hosts, in both."""
    parts = {key[0]: each.co2e_ug for key, each in sums(lines, ("unit",), by).items()}
    total = sums(lines, (), by).get(())
    low, high = (total.low_ug, total.high_ug) if total else (0, 0)
    making = parts.get("server", 0)
    return {
        "co2e_ug": sum(parts.values()),
        "low_ug": low,
        "high_ug": high,
        "use_ug": sum(parts.values()) - making,
        "making_ug": making,
    }


def _cut(found: CloudRun, cut: str) -> list[dict[str, Any]]:
    """One row for each service, region or class: rows, cost, kWh and grams of both statements."""
    words = {each.usage_id: _word(each, cut) for each in found.accounted.usage}
    rows: dict[str, dict[str, Any]] = {}
    for each in found.accounted.usage:
        row = rows.setdefault(
            words[each.usage_id], {"rows": 0, "cost": {}, "kwh": 0.0, "use_ug": 0, "making_ug": 0, "market_use_ug": 0}
        )
        row["rows"] += each.rows
        row["kwh"] += each.kwh
        row["cost"][each.currency] = row["cost"].get(each.currency, Decimal(0)) + each.cost
    for run, name in ((found.location, ""), (found.market or found.location, "market_")):
        for entry in run.table("entries").select(["subject_id", "stage", "co2e_ug"]).to_pylist():
            making = entry["stage"] == "manufacturing"
            if not (making and name):
                rows[words[entry["subject_id"]]][f"{name}use_ug" if not making else "making_ug"] += entry["co2e_ug"]
    return [
        {cut: word, **row, "cost": {currency: _money(cost) for currency, cost in row["cost"].items()}}
        for word, row in sorted(rows.items(), key=lambda item: (-item[1]["use_ug"] - item[1]["making_ug"], item[0]))
    ]


def _word(each: Usage, cut: str) -> str:
    if cut == "service":
        return f"{each.provider}: {each.service}"
    return (
        (f"{each.provider}:{each.region}" if each.region else f"{each.provider}: anywhere")
        if cut == "region"
        else each.usage_class
    )


def _utilisation(found: CloudRun) -> dict[str, float | None]:
    usage = [each for each in found.accounted.usage if each.vcpu_hours]
    hours = sum(each.vcpu_hours for each in usage)
    if not hours:
        return {"vcpu_hours": 0.0, "measured_share": None, "mean": None, "assumed": found.accounted.assumed_utilisation}
    return {
        "vcpu_hours": hours,
        "measured_share": sum(each.vcpu_hours * (each.measured or 0.0) for each in usage) / hours,
        "mean": sum(each.vcpu_hours * (each.utilisation or 0.0) for each in usage) / hours,
        "assumed": found.accounted.assumed_utilisation,
    }


def _assumed(usage: Iterable[Usage]) -> dict[str, float]:
    """Share of the kWh that rests on each stand-in; shares overlap."""
    usage = list(usage)
    total = sum(each.kwh for each in usage)
    found: dict[str, float] = {}
    for each in usage:
        for name in each.assumed:
            found[name] = found.get(name, 0.0) + each.kwh
    return {name: kwh / total for name, kwh in sorted(found.items(), key=lambda item: -item[1])} if total else {}


def _money(cost: Decimal) -> str:
    return f"{cost.normalize():f}" if cost else "0"
