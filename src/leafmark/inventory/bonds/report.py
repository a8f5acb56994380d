"""The allocation report and the impact report, as data: what ICMA's guidelines ask an issuer to tell, bond by bond.

Green Bond Principles (June 2021), 3. Management of Proceeds and 4. Reporting; Sustainability Bond Guidelines (June 2021); Handbook
Harmonised Framework for Impact Reporting (June 2024). What they ask was read in summaries and contents; their wording was not compared.

Amounts stand as whole minor units and as exact texts. Bonds are never added to each other: they may be of several currencies.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from leafmark.inventory.bonds import money
from leafmark.inventory.bonds.categories import CATEGORIES, UNDISCLOSED
from leafmark.inventory.bonds.impact import Result, results, shares
from leafmark.inventory.bonds.proceeds import Balance, balances
from leafmark.inventory.bonds.reading import Allocation, Register, Tranche
from leafmark.inventory.bonds.tables import KINDS

ALLOCATION_SCHEMA: Final = "leafmark.bonds.allocation/1"
IMPACT_SCHEMA: Final = "leafmark.bonds.impact/1"


def allocation_report(register: Register) -> dict[str, Any]:
    """The allocation report.

    Returns
    -------
    `schema, issuer, framework, period, status` (`complete`, or `draft` with `open`: what stands against it)`, bonds, reviews, flags`. Of
    each bond: `net, allocated, unallocated, not_told` in minor units, with `tranches, held, categories, kinds, projects`.
    """
    found = {each.tranche_id: each for each in balances(register) if each.on == register.on}
    bonds = [_bond(register, bond_id, found) for bond_id in register.bonds]
    return {
        "schema": ALLOCATION_SCHEMA, **_head(register), **_status(register, _against(register, balances(register))),
        "bonds": bonds, "reviews": _reviews(register), "flags": list(register.flags.rows),
    }  # fmt: skip


def impact_report(register: Register, runs: str | Path | None = None) -> dict[str, Any]:
    """The impact report: `schema, issuer, framework, period, status, open, runs_checked, bonds, reviews, flags`.

    Of each bond `results`: `indicator_id, project_id, indicator, unit, from, until, result, baseline, method, whole, share, part, tranches,
    run_id, address, cited, entries_ug`; and `sums`: parts of one indicator, unit, period and kind of result, added.
    """
    return impact_report_of(register, results(register, runs), runs is not None)


def impact_report_of(register: Register, found: list[Result], runs_checked: bool) -> dict[str, Any]:
    """The impact report of results that were made before."""
    wrong = [f"cited:{each.indicator_id}" for each in found if each.cited in ("missing", "differs")]
    unchecked = [f"not_checked:{each.indicator_id}" for each in found if each.cited == "not_checked"]
    return {
        "schema": IMPACT_SCHEMA, **_head(register), **_status(register, [*_against(register, balances(register)), *wrong, *unchecked]),
        "runs_checked": runs_checked,
        "bonds": [_bond_results(register, bond_id, found) for bond_id in register.bonds],
        "reviews": _reviews(register), "flags": [*register.flags.rows, *(flag for each in found for flag in each.flags)],
    }  # fmt: skip


def _head(register: Register) -> dict[str, Any]:
    return {
        "issuer": dict(register.settings["issuer"]),
        "framework": dict(register.settings.get("framework", {})),
        "notes": list(register.settings.get("notes", [])),
        "period": {"from": register.first.isoformat(), "on": register.on.isoformat()},
    }


def _status(register: Register, against: list[str]) -> dict[str, Any]:
    return {"status": "draft" if against else "complete", "open": against}


def _against(register: Register, found: Iterable[Balance]) -> list[str]:
    """What keeps a report a draft: a tranche that does not balance, on any day told; a row that was refused."""
    unbalanced = [f"unbalanced:{each.tranche_id}:{each.on}" for each in found if each.difference]
    return [*unbalanced, *(f"refused:{each['file']}:{each['row']}" for each in register.flags.refused)]


def _bond(register: Register, bond_id: str, found: dict[str, Balance]) -> dict[str, Any]:
    row = register.bonds[bond_id]
    currency = row.text("currency")
    tranches = [each for each in register.tranches.values() if each.bond_id == bond_id]
    standing = [each for each in _of(register, tranches) if each.counts_on(register.on)]
    there = [found[each.tranche_id] for each in tranches if each.tranche_id in found]
    net, allocated, unallocated = (
        sum(getattr(each, name) for each in there) for name in ("net", "allocated", "unallocated")
    )
    held: dict[str, int] = {}
    for balance in there:
        for place, amount in balance.held.items():
            held[place] = held.get(place, 0) + amount
    return {
        "bond_id": bond_id, "name": row.text("name"), "label": row.text("label"), "isin": row["isin"], "source": row["source"],
        "currency": currency, "decimals": money.decimals(currency),
        "look_back_years": None if row["look_back_years"] is None else str(row["look_back_years"]),
        "net": net, "allocated": allocated, "unallocated": unallocated, "not_told": net - allocated - unallocated,
        "net_exact": money.exact(net, currency),
        "tranches": [_tranche(each, found.get(each.tranche_id)) for each in tranches],
        "held": [{"held_in": place, "amount": amount} for place, amount in held.items()],
        "categories": _categories(register, standing, unallocated, net - allocated - unallocated),
        "kinds": {kind: sum(each.amount for each in standing if each.kind == kind) for kind in KINDS},
        "projects": [_project(register, project_id, standing) for project_id in _in_order(each.project_id for each in standing)],
        "undisclosed": sum(each.amount for each in standing if register.projects[each.project_id].category == UNDISCLOSED),
    }  # fmt: skip


def _of(register: Register, tranches: list[Tranche]) -> list[Allocation]:
    names = {each.tranche_id for each in tranches}
    return [each for each in register.allocations if each.tranche_id in names]


def _in_order(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _tranche(tranche: Tranche, balance: Balance | None) -> dict[str, Any]:
    return {
        "tranche_id": tranche.tranche_id, "isin": tranche.row["isin"], "issued_on": tranche.issued_on.isoformat(),
        "matures_on": None if tranche.matures_on is None else tranche.matures_on.isoformat(), "nominal": tranche.nominal,
        "gross": tranche.gross, "costs": tranche.costs, "net": tranche.net,
        "allocated": balance.allocated if balance else 0, "unallocated": balance.unallocated if balance else 0,
        "difference": balance.difference if balance else tranche.net, "source": tranche.row["source"],
    }  # fmt: skip


def _categories(
    register: Register, standing: list[Allocation], unallocated: int, not_told: int
) -> list[dict[str, Any]]:
    """The split of the net proceeds by category, what is unallocated, and what nobody told; tenths of a per cent add up to 1,000."""
    sums: dict[str, int] = {}
    for each in standing:
        category = register.projects[each.project_id].category
        sums[category] = sums.get(category, 0) + each.amount
    order = [code for code in CATEGORIES if code in sums]
    parts = [(code, CATEGORIES[code].kind, sums[code]) for code in order]
    parts += [("unallocated", "unallocated", unallocated)] if unallocated else []
    parts += [("not_told", "not_told", not_told)] if not_told > 0 else []
    tenths = money.permille([amount for *_, amount in parts])
    return [
        {"category": code, "kind": kind, "amount": amount, "permille": tenth}
        for (code, kind, amount), tenth in zip(parts, tenths, strict=True)
    ]


def _project(register: Register, project_id: str, standing: list[Allocation]) -> dict[str, Any]:
    project, row = register.projects[project_id], register.projects[project_id].row
    mine = [each for each in standing if each.project_id == project_id]
    amount = sum(each.amount for each in mine)
    return {
        "project_id": project_id, "name": row.text("name"), "category": project.category, "region": row["region"],
        "description": row["description"], "projects": None if row["projects"] is None else int(row["projects"]),
        "amount": amount, "in_period": sum(each.amount for each in mine if each.allocated_on >= register.first),
        "cost": project.cost, "share": None if project.cost is None else str(Fraction(amount, project.cost)),
        "kinds": {kind: sum(each.amount for each in mine if each.kind == kind) for kind in KINDS},
        "spent_from": min((each.spent_on.isoformat() for each in mine if each.spent_on), default=None),
        "allocations": [each.allocation_id for each in mine],
        "sources": _in_order(each.row["source"] for each in mine if each.row["source"]),
    }  # fmt: skip


def _bond_results(register: Register, bond_id: str, found: list[Result]) -> dict[str, Any]:
    row = register.bonds[bond_id]
    tranches = [each.tranche_id for each in register.tranches.values() if each.bond_id == bond_id]
    financed = {each.project_id for each in _of(register, [register.tranches[name] for name in tranches])}
    told = [_result(register, each, tranches) for each in found if each.project_id in financed]
    sums: dict[tuple[str, ...], Decimal] = {}
    for each in told:
        if each["part"] is not None:
            key = tuple(each[name] for name in ("indicator", "unit", "from", "until", "result"))
            sums[key] = sums.get(key, Decimal(0)) + Decimal(each["part"])
    return {
        "bond_id": bond_id, "name": row.text("name"), "label": row.text("label"), "results": told,
        "sums": [
            {**dict(zip(("indicator", "unit", "from", "until", "result"), key, strict=True)), "part": format(value, "f")}
            for key, value in sums.items()
        ],
        "without_share": [each["indicator_id"] for each in told if each["part"] is None],
    }  # fmt: skip


def _result(register: Register, result: Result, tranches: list[str]) -> dict[str, Any]:
    row = next(each.row for each in register.indicators if each.indicator_id == result.indicator_id)
    by = shares(register, result.project_id, register.on)
    mine = None if result.parts is None else {name: result.parts[name] for name in tranches if name in result.parts}
    share = None if by is None else sum((by[name] for name in tranches if name in by), Fraction(0))
    return {
        "indicator_id": result.indicator_id, "project_id": result.project_id,
        "project": register.projects[result.project_id].row.text("name"), "indicator": row.text("indicator"), "unit": row.text("unit"),
        "from": row["from"].isoformat(), "until": row["until"].isoformat(), "result": row.text("result"), "baseline": row["baseline"],
        "method": row.text("method"), "whole": format(result.value, "f"), "share": None if share is None else str(share),
        "part": None if mine is None else format(sum(mine.values(), Decimal(0)), "f"),
        "tranches": None if mine is None else {name: format(value, "f") for name, value in mine.items()},
        "run_id": row["run_id"], "address": row["address"], "cited": result.cited, "entries_ug": result.entries_ug,
        "source": row["source"],
    }  # fmt: skip


def _reviews(register: Register) -> list[dict[str, Any]]:
    return [
        {name: (value.isoformat() if hasattr(value, "isoformat") else value) for name, value in row.cells.items()}
        for row in register.reviews
    ]
