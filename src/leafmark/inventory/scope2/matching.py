"""Scope 2 by market: contracts meet consumption, and what no contract serves falls to the residual mix or the grid.

    consumption + contracts --criteria, hierarchy--> who is served by what --> rows of the method electricity.market
                                                                            + a pack of the contracts' own factors

GHG Protocol Scope 2 Guidance (2015), chapters 6 and 7. Contracts serve in one order: by the hierarchy of data (table 6.3), then those
for one site before those for one entity before those of the whole company, then those that expire first, then by id. Nothing is served
twice and no certificate serves twice; what is contracted past the consumption serves nothing. The parts add up to the watt-hour.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from leafmark.factors import regions
from leafmark.factors.model import Pack
from leafmark.inventory.scope2 import consumption as consumed
from leafmark.inventory.scope2 import criteria, serving
from leafmark.inventory.scope2.consumption import Consumption
from leafmark.inventory.scope2.contract_pack import Used, keys_of, pack_of
from leafmark.inventory.scope2.contracts import Contract, read
from leafmark.inventory.scope2.criteria import Finding
from leafmark.inventory.scope2.fallback import GRID_KEY, Fallback
from leafmark.inventory.scope2.markets import market_of
from leafmark.inventory.scope2.outcome import (
    Judged,
    criteria_table,
    flags_table,
    instruments_table,
    rows_table,
    served_table,
)
from leafmark.inventory.scope2.serials import Register
from leafmark.inventory.scope2.serving import Ints, Period
from leafmark.inventory.scope2.tables import USED_BEFORE_SCHEMA

__all__ = ["Matched", "match"]


@dataclass(frozen=True)
class Matched:
    """Consumption met by contracts. Columns: `leafmark.inventory.scope2.tables`; flags: `FLAGS_SCHEMA`.

    `rows` is the input of electricity.market; `pack` holds the contracts' factors, None where none served anything;
    `serials_used` is what next year's `used_before` begins with.
    """

    rows: pa.Table
    served: pa.Table
    instruments: pa.Table
    criteria: pa.Table
    flags: pa.Table
    pack: Pack | None
    serials_used: pa.Table
    consumed_wh: int
    served_wh: int
    residual_wh: int
    grid_wh: int


@dataclass
class _Work:
    """A contract on its way: what it may serve, what was found of it, and what it served."""

    contract: Contract
    market: str | None
    asked: serving.Asked
    wh: int | None
    findings: list[Finding]
    why: str | None = None
    groups: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    given: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def judge(self, *findings: Finding) -> None:
        """Note what was found; a criterion that is not met is why the contract serves nothing."""
        self.findings += findings
        self.why = self.why or next((each.reason for each in findings if each.status == "not_met"), None)


def match(
    consumption: pa.Table,
    contracts: pa.Table,
    *,
    pack: Pack | Sequence[Pack],
    known_on: dt.date,
    markets: Mapping[str, str] | None = None,
    period: Period = "year",
    used_before: pa.Table | None = None,
    files: tuple[str, str] = ("contracts", "electricity"),
) -> Matched:
    """Match consumption to contracts.

    Parameters
    ----------
    consumption : `CONSUMPTION_SCHEMA`: kWh by group and month, consolidated.
    contracts : `COMPANY["contracts"]`; optional columns may be absent.
    pack : the packs of the run, asked for residual mixes.
    known_on : what was published or retired later does not count.
    markets : region -> name of its market, where that is not its country.
    period : how close a certificate's generation has to be to the consumption: in the same calendar year, or the same month. What is
        delivered under a contract without certificates, or by a supplier's tariff, serves its own months in both.
    used_before : serial numbers behind former inventories (`USED_BEFORE_SCHEMA`).
    files : names of the two files, for flags.

    Raises
    ------
    InventoryError : a table lacks a column or has one of another type. Rows that cannot stand are flags, never errors.
    """
    packs = [pack] if isinstance(pack, Pack) else list(pack)
    met = consumed.read(consumption, markets, known_on)
    read_contracts, refused = read(contracts)
    fallback = Fallback(packs, known_on)
    works = [
        _placed(contract, met, market_of(contract.region, markets), known_on, period) for contract in read_contracts
    ]
    _claim_serials(works, used_before)
    for work in sorted(works, key=_order):
        _serve(work, met, period)
    keys = keys_of(read_contracts)
    key_codes = _fallback_keys(met, fallback)
    for work in works:
        work.findings.append(_residual_criterion(work, met, key_codes))
    rows = rows_table(met, [(keys[w.contract.contract_id], w.groups, w.given) for w in works], key_codes)
    left = met.groups.left
    by_grid = np.array([*(key == GRID_KEY for key in key_codes[1]), False])[key_codes[0]]
    judged = [Judged(w.contract, w.market, w.wh, int(w.given.sum()), w.why, w.findings) for w in works]
    used = [_used(w, keys[w.contract.contract_id], met) for w in works if len(w.groups)]
    matched = Matched(
        rows=rows,
        served=served_table(met, [(w.contract.contract_id, w.groups, w.given) for w in works]),
        instruments=instruments_table(judged, refused, contracts),
        criteria=criteria_table(judged),
        flags=flags_table(judged, refused, met, key_codes, files),
        pack=pack_of(used, known_on, files[0]) if used else None,
        serials_used=_serials(works),
        consumed_wh=int(met.groups.wh.sum()),
        served_wh=sum(int(w.given.sum()) for w in works),
        residual_wh=int(left[~by_grid].sum()),
        grid_wh=int(left[by_grid].sum()),
    )
    if matched.served_wh + matched.residual_wh + matched.grid_wh != matched.consumed_wh or (left < 0).any():
        raise AssertionError("what was served and what is left do not add up to what was consumed")
    return matched


def _placed(contract: Contract, met: Consumption, market: str | None, known_on: dt.date, period: Period) -> _Work:
    """A contract with the criteria that its row decides, and those of place and time."""
    number = met.code("market", market)
    asked = serving.asked(
        contract,
        serving.NOBODY if number is None else number,
        met.code("entity_id", contract.entity_id),
        met.code("site_id", contract.site_id),
    )
    work = _Work(contract, market, asked, contract.wh, [])
    work.judge(*criteria.of_the_row(contract, known_on))
    reason = serving.why_nothing(met.groups, contract, asked, period)
    work.judge(
        *criteria.place_and_time(contract, market, reason, "year" if serving.by_year(contract, period) else "month")
    )
    work.why = work.why or reason
    return work


def _claim_serials(works: Sequence[_Work], used_before: pa.Table | None) -> None:
    """Each certificate once: the first contract that could serve by all else has it, in the order of the file."""
    register = Register()
    if used_before is not None:
        for row in used_before.select(USED_BEFORE_SCHEMA.names[:2]).to_pylist():
            register.claim(row["registry"], row["serial"])
    for work in works:
        contract = work.contract
        if work.why is not None:
            work.judge(Finding(criteria.SOLE, "does_not_apply", "not asked: it has nothing to serve"))
            continue
        named, before = register.claim(contract.registry, contract.serial) if contract.serial else (1, 0)
        work.judge(criteria.sole(contract, named, before))
        if work.wh is not None:
            work.wh = work.wh * (named - before) // named


def _order(work: _Work) -> tuple[int, int, dt.date, str]:
    contract = work.contract
    return contract.rank, contract.breadth, contract.valid_to, contract.contract_id


def _serve(work: _Work, met: Consumption, period: Period) -> None:
    if work.why is not None:
        return
    work.groups, work.given = serving.serve(met.groups, work.contract, work.asked, work.wh, period)
    if work.wh is not None and int(work.given.sum()) < work.wh:
        work.why = "not_needed"
    elif work.wh != work.contract.wh:
        work.why = "used_twice"
    elif not len(work.groups):
        work.why = "not_needed"


def _fallback_keys(met: Consumption, fallback: Fallback) -> tuple[serving.Numbers, list[str]]:
    """For each group the number of its fallback key, and the keys."""
    pairs = met.region_code.astype(np.int64) * 1_000_000 + met.groups.month
    distinct, inverse = np.unique(pairs, return_inverse=True)
    names: list[str] = []
    codes = np.zeros(len(distinct), np.int8)
    for at, pair in enumerate(distinct.tolist()):
        region, month = pair // 1_000_000, pair % 1_000_000
        key = fallback.key(met.regions[region] if region >= 0 else None, dt.date(month // 12, month % 12 + 1, 1))
        if key not in names:
            names.append(key)
        codes[at] = names.index(key)
    return codes[inverse.reshape(-1)], names


def _residual_criterion(work: _Work, met: Consumption, key_codes: tuple[serving.Numbers, list[str]]) -> Finding:
    """Criterion 8, of the contract's market in the months of the consumption."""
    number = met.code("market", work.market)
    there = key_codes[0][met.groups.block(number)] if number is not None and number >= 0 else key_codes[0][:0]
    if not len(there):
        return Finding(criteria.RESIDUAL, "does_not_apply", "nothing was consumed in its market")
    if any(key_codes[1][code] == GRID_KEY for code in np.unique(there).tolist()):
        return Finding(
            criteria.RESIDUAL, "met", "no residual mix of the market, for all or some of the months: disclosed here"
        )
    return Finding(criteria.RESIDUAL, "met", "the market's residual mix is in the packs")


def _used(work: _Work, key: str, met: Consumption) -> Used:
    months = met.groups.month[work.groups]
    first, last = int(months.min()), int(months.max()) + 1
    served = [met.regions[code] for code in np.unique(met.region_code[work.groups]).tolist()]
    return Used(
        work.contract, key, _common(served, work.market), dt.date(first // 12, first % 12 + 1, 1), dt.date(last // 12, last % 12 + 1, 1)
    )  # fmt: skip


def _common(served: Sequence[str], market: str | None) -> str:
    """The region of the contract's factor: its market where all it served lies in it, else the world."""
    if market is not None and all(market in (place, *regions.parents(place)) for place in served):
        return market
    return regions.WORLD


def _serials(works: Sequence[_Work]) -> pa.Table:
    """Serial numbers that stand behind this figure: of whole contracts, since what is retired and not needed is gone too."""
    rows = [
        {"registry": work.contract.registry, "serial": work.contract.serial, "year": work.contract.valid_from.year}
        for work in works
        if work.contract.serial and len(work.groups)
    ]
    return pa.Table.from_pylist(rows, schema=USED_BEFORE_SCHEMA)
