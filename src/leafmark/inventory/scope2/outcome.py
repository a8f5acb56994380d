"""The tables that a match gives out, made of what was served and what was found."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from leafmark.inventory.scope2.consumption import Consumption
from leafmark.inventory.scope2.contracts import WH_PER_KWH, Contract, Refusal, row_numbers
from leafmark.inventory.scope2.criteria import CRITERIA, Finding
from leafmark.inventory.scope2.fallback import GRID_KEY, RESIDUAL_KEYS
from leafmark.inventory.scope2.serving import Ints, Numbers
from leafmark.inventory.scope2.tables import CRITERIA_SCHEMA, INSTRUMENTS_SCHEMA, ROWS_SCHEMA, SERVED_SCHEMA
from leafmark.inventory.tables import FLAGS_SCHEMA

Parts = Sequence[tuple[str, Ints, Ints]]
"""(name, groups, watt-hours) of each contract."""
KeyCodes = tuple[Numbers, list[str]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A contract, what it may serve (None: as much as is consumed), what it served, and what was found of it."""

    contract: Contract
    market: str | None
    able_wh: int | None
    used_wh: int
    why: str | None
    findings: Sequence[Finding]


def _together(parts: Parts) -> tuple[Ints, Ints, Ints]:
    """Number of the part, group and watt-hours of all that was served."""
    sizes = [len(groups) for _, groups, _ in parts]
    empty = np.zeros(0, np.int64)
    return (
        np.repeat(np.arange(len(parts), dtype=np.int64), sizes),
        np.concatenate([empty, *(groups for _, groups, _ in parts)]),
        np.concatenate([empty, *(given for _, _, given in parts)]),
    )


def rows_table(met: Consumption, parts: Parts, key_codes: KeyCodes) -> pa.Table:
    """Rows of electricity.market: one for each contract that serves a group, one for what is left; a group of 0 keeps its row of 0."""
    number, groups, wh = _together(parts)
    rest = np.flatnonzero((met.groups.left > 0) | (met.groups.wh == 0))
    keys = [*(name for name, _, _ in parts), *key_codes[1]]
    key = np.concatenate([number, key_codes[0][rest].astype(np.int64) + len(parts)])
    at = np.concatenate([groups, rest])
    amount = np.concatenate([wh, met.groups.left[rest]])
    by_name = np.argsort(np.argsort(np.array(keys, dtype=object), kind="stable"), kind="stable")
    order = np.lexsort((by_name[key], at))
    taken = met.table.select(["group_id", "region", "month"]).take(pa.array(at[order]))
    named = pa.DictionaryArray.from_arrays(pa.array(key[order].astype(np.int32)), pa.array(keys, pa.string()))
    return pa.table(
        [taken.column("group_id"), pa.array(amount[order] / WH_PER_KWH), named.cast(pa.string()), taken.column("region"),
         taken.column("month"), pa.array(np.ones(len(at)))],
        schema=ROWS_SCHEMA,
    )  # fmt: skip


def served_table(met: Consumption, parts: Parts) -> pa.Table:
    """Who was served by what, by contract."""
    number, groups, wh = _together(parts)
    named = pa.DictionaryArray.from_arrays(
        pa.array(number.astype(np.int32)), pa.array([p[0] for p in parts], pa.string())
    )
    taken = met.table.select(SERVED_SCHEMA.names[1:-1]).take(pa.array(groups))
    return pa.table([named.cast(pa.string()), *taken.columns, pa.array(wh)], schema=SERVED_SCHEMA)


def instruments_table(judged: Iterable[Judged], refused: Iterable[Refusal], contracts: pa.Table) -> pa.Table:
    """A row for each contract, those that were refused with as much as could be read of them."""
    rows = [_instrument(each) for each in judged]
    place = {row: at for at, row in enumerate(row_numbers(contracts))}
    for each in refused:
        cells: dict[str, Any] = contracts.slice(place[each.row], 1).to_pylist()[0]
        kwh = cells.get("kwh")
        wh = round(kwh * WH_PER_KWH) if isinstance(kwh, float) and math.isfinite(kwh) and 0 <= kwh <= 1e12 else None
        plain = {name: cells.get(name) for name in INSTRUMENTS_SCHEMA.names if name in cells}
        rows.append(plain | {
            "contract_id": each.contract_id or "", "row": each.row, "contracted_wh": wh, "used_wh": 0, "unused_wh": wh, "why": each.reason,
            "met": [], "not_shown": [], "not_met": [],
        })  # fmt: skip
    return pa.Table.from_pylist(sorted(rows, key=lambda row: row["row"]), schema=INSTRUMENTS_SCHEMA)


def _instrument(each: Judged) -> dict[str, Any]:
    contract = each.contract
    by_status = {
        status: sorted(finding.criterion for finding in each.findings if finding.status == status)
        for status in ("met", "not_shown", "not_met")
    }
    own = (
        "contract_id",
        "row",
        "kind",
        "region",
        "technology",
        "registry",
        "serial",
        "valid_from",
        "valid_to",
        "retired_on",
        "kg_per_kwh",
    )
    return {name: getattr(contract, name) for name in own} | by_status | {
        "market": each.market, "contracted_wh": contract.wh, "used_wh": each.used_wh,
        "unused_wh": None if contract.wh is None else contract.wh - each.used_wh, "why": each.why,
    }  # fmt: skip


def criteria_table(judged: Iterable[Judged]) -> pa.Table:
    """Every criterion of every contract that could be read."""
    rows = [
        {"contract_id": each.contract.contract_id, "row": each.contract.row, "criterion": f.criterion, "status": f.status, "reason": f.said}
        for each in judged
        for f in sorted(each.findings, key=lambda finding: finding.criterion)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=CRITERIA_SCHEMA)


def flags_table(
    judged: Iterable[Judged], refused: Iterable[Refusal], met: Consumption, key_codes: KeyCodes, files: tuple[str, str]
) -> pa.Table:
    """What was refused or doubted, in the order of files and rows."""
    flags = [
        _flag(files[0], each.row, each.contract_id, each.field, each.reason, each.found, each.expected, each.effect)
        for each in refused
    ]
    for each in judged:
        flags += _flags_of(each, files[0])
    flags.sort(key=lambda flag: (flag["row"], flag["reason"]))
    flags += [
        _flag(files[1], row, None, field, reason, found, expected, "refused")
        for row, reason, field, found, expected in met.refused
    ]
    if met.undated:
        found = f"{met.undated:,} {'group' if met.undated == 1 else 'groups'} without a month"
        flags.append(
            _flag(
                files[1],
                None,
                None,
                "month",
                "missing_value",
                found,
                "a month: no contract serves what has none",
                "doubted",
            )
        )
    return pa.Table.from_pylist(flags + _without_residual(met, key_codes, files[1]), schema=FLAGS_SCHEMA)


def _flags_of(each: Judged, file: str) -> list[dict[str, Any]]:
    contract = each.contract
    flags = []
    for finding in each.findings:
        if finding.reason is not None:  # not met, or met in part
            flags.append(_flag(
                file, contract.row, contract.contract_id, finding.field, finding.reason, finding.found or finding.said,
                CRITERIA[finding.criterion], "refused",
            ))  # fmt: skip
    unshown = [finding for finding in each.findings if finding.status == "not_shown"]
    if unshown and each.used_wh:
        flags.append(_flag(
            file, contract.row, contract.contract_id, unshown[0].field, "criterion_not_shown", "; ".join(f.said for f in unshown),
            "; ".join(f"{f.criterion}: {CRITERIA[f.criterion]}" for f in unshown), "doubted",
        ))  # fmt: skip
    if each.why == "not_needed" and each.able_wh is not None:
        over = each.able_wh - each.used_wh
        flags.append(_flag(
            file, contract.row, contract.contract_id, "kwh", "not_needed", f"{over / WH_PER_KWH:g} kWh of {each.able_wh / WH_PER_KWH:g}",
            "consumption in its market and period, of its site or entity, that nothing before it serves", "refused",
        ))  # fmt: skip
    return flags


def _without_residual(met: Consumption, key_codes: KeyCodes, file: str) -> list[dict[str, Any]]:
    """A flag for each region whose fallback is the grid's average."""
    if GRID_KEY not in key_codes[1]:
        return []
    grid = (key_codes[0] == key_codes[1].index(GRID_KEY)) & (met.groups.left > 0)
    code = met.region_code[grid].astype(np.int64) + 1
    wh = np.zeros(len(met.regions) + 1, np.int64)
    np.add.at(wh, code, met.groups.left[grid])
    flags = []
    for place in np.flatnonzero(wh).tolist():
        name = met.regions[place - 1] if place else "no region"
        found = f"{name}: {int(wh[place]) / WH_PER_KWH:g} kWh by the grid's average"
        flags.append(
            _flag(
                file,
                None,
                None,
                "region",
                "no_residual_mix",
                found,
                f"a factor {RESIDUAL_KEYS[0]} of the market",
                "doubted",
            )
        )
    return flags


def _flag(
    file: str, row: int | None, name: str | None, field: str | None, reason: str, found: str | None, expected: str, effect: str
) -> dict[str, Any]:  # fmt: skip
    return {
        "file": file, "row": row, "activity_id": name, "template": None, "field": field, "reason": reason, "found": found,
        "expected": expected, "effect": effect,
    }  # fmt: skip
