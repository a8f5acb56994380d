"""A bill's run: entries of `cloud.usage` (or `cloud.own`) by location and by market, and what they are made of, in a folder.

    out/location, market   the engine's runs: `leafmark explain out/location ID`; their inputs beside them
    out/usage.parquet      energy and hosts of every group of the bill, with utilisation, PUE, copies and what was assumed
    out/unlisted.parquet   what has no grams, with its reason and cost
    out/flags.parquet      doubtful rows, in the inventory's schema
    out/cloud.json         the summary

Entries are of their months (or days, where hours are met), for an inventory that takes them; where a row of the bill tells no day, none is,
since the engine would give that row the day of the run.

The market run is there where contracts are given: it meets them with the part of the electricity that they cover and the grid with the
rest. Without contracts both statements are one, and the lines say `both`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from leafmark.engine.run import run as engine_run
from leafmark.engine.run_folder import Run
from leafmark.engine.settings import Settings
from leafmark.factors.model import Pack, builtin
from leafmark.inventory.cloud.bill import read_bill
from leafmark.inventory.cloud.grids import (
    Contract,
    Hourly,
    contract_pack,
    covering,
    hour_key,
    hourly_pack,
    read_contracts,
)
from leafmark.inventory.cloud.tables import flags_of, listed_table, usage_table
from leafmark.inventory.cloud.usage import WORLD, Accounted, Usage, account
from leafmark.methods import method

Whose = Literal["bought", "own"]
METHODS: Final[Mapping[Whose, str]] = {"bought": "cloud.usage", "own": "cloud.own"}
GRID_KEY: Final = "electricity.grid"
HOSTS: Final = Path(__file__).parent / "hosts"

_INPUT: Final = pa.schema([
    ("usage_id", pa.string()), ("key", pa.string()), ("amount", pa.float64()), ("unit", pa.string()), ("stage", pa.string()),
    ("region", pa.string()), ("date", pa.date32()), ("activity_id", pa.string()),
])  # fmt: skip


@dataclass(frozen=True)
class CloudRun:
    """A bill that was worked out: what it was, and its runs by statement. `whose` says who owns the hardware."""

    path: Path
    whose: Whose
    accounted: Accounted
    location: Run
    market: Run | None
    flags: pa.Table
    hours_met: int
    hours_missed: int

    def statement_of(self, unit: str | None) -> str:
        """Which statements a line of the location run is in: the making of hosts is in both."""
        return "both" if self.market is None or unit == "server" else "location"


def run_bill(
    files: Sequence[str | Path],
    out: str | Path,
    *,
    whose: Whose = "bought",
    utilisation_file: str | Path | None = None,
    utilisation: float | None = None,
    provider: str = "",
    hourly: Sequence[Hourly] = (),
    contracts: str | Path | None = None,
    packs: Sequence[Pack] = (),
    known_on: dt.date | None = None,
    gwp: str = "AR6",
    progress: Callable[[int, int, str], None] | None = None,
) -> CloudRun:
    """Work out bills and book them.

    Parameters
    ----------
    files : one export or several. whose : `bought` is Scope 3 category 1, `own` Scope 2 (its making is category 2, and is left out).
    utilisation_file : CSV or Parquet of `resource_id, utilisation_percent`. utilisation : 0 to 1, of what is not measured; 0.5 by default.
    provider : of rows that name none. hourly : series of grids. contracts : CSV of certificates, for the market-based row alone.

    Raises
    ------
    BillError, GridError, EnergyError, RunError : what was found, where, and what to do.
    """
    folder = Path(out)
    bill = read_bill(files, utilisation_file, "hour" if hourly else "month")
    accounted = account(bill, utilisation, provider)
    certificates = read_contracts(contracts) if contracts is not None else []
    dated = all(each.period is not None for each in accounted.usage)
    settings = Settings(known_on or dt.date.today(), gwp, lines=dated, by_factor=True)
    series = {each.region: each for each in hourly}
    lines = _lines(accounted.usage, series, whose, [])
    own: list[Pack] = [*(packs or [builtin()]), Pack.load(HOSTS)]
    if lines.hours:
        own.append(hourly_pack(hourly, lines.hours, folder / "packs" / "hourly"))
    used = method(METHODS[whose])
    folder.mkdir(parents=True, exist_ok=True)
    location = engine_run(
        used, _kept(lines.table, folder / "location.parquet"), own, folder / "location", settings, progress=progress
    )
    market = None
    if certificates and contracts is not None:
        by_market = _lines([each for each in accounted.usage if each.kwh], series, whose, certificates, making=False)
        pack = contract_pack(certificates, contracts, folder / "packs" / "contracts")
        source = _kept(by_market.table, folder / "market.parquet")
        market = engine_run(used, source, [*own, pack], folder / "market", settings, progress=progress)
    flags = flags_of(bill, accounted, certificates, location)
    found = CloudRun(folder, whose, accounted, location, market, flags, len(lines.hours), lines.missed)
    pq.write_table(usage_table(accounted), folder / "usage.parquet")
    pq.write_table(listed_table(accounted), folder / "unlisted.parquet")
    pq.write_table(flags, folder / "flags.parquet")
    return found


@dataclass(frozen=True)
class _Lines:
    table: pa.Table
    hours: set[tuple[str, dt.datetime]]
    missed: int


def _lines(
    usage: Sequence[Usage],
    series: Mapping[str, Hourly],
    whose: Whose,
    contracts: Sequence[Contract],
    making: bool = True,
) -> _Lines:
    """The method's input: electricity by usage, hour and contract, and hosts; sums of what is alike, so a bill of any size is short."""
    sums: dict[tuple[str, str, str, str | None, dt.date | None], float] = {}
    hours: set[tuple[str, dt.datetime]] = set()
    missed = 0

    def add(each: Usage, key: str, amount: float, unit: str, region: str | None, day: dt.date | None) -> None:
        at = (each.usage_id, key, unit, region, day)
        sums[at] = sums.get(at, 0.0) + amount

    for each in usage:
        grid = None if each.grid_region == WORLD else each.grid_region
        month = each.period.date().replace(day=1) if each.period else None
        key, day = GRID_KEY, month
        own = series.get(each.grid_region)
        if own is not None and each.period is not None and each.kwh:
            if each.hourly and each.period in own.g_per_kwh:
                key, day = hour_key(each.period.hour), each.period.date()
                hours.add((each.grid_region, each.period))
            else:
                missed += 1
        left = 1.0
        for contract in covering(contracts, each.provider, each.region) if each.kwh else ():
            add(each, contract.key, each.kwh * contract.share, "kWh", None, month)
            left -= contract.share
        if left > 1e-12:
            add(each, key, each.kwh * left, "kWh", grid, day)
        if making and whose == "bought" and each.servers:
            add(each, f"cloud.host.{each.provider}.{each.host}", each.servers, "server", None, month)
    rows = [
        {
            "usage_id": usage_id, "key": key, "amount": amount, "unit": unit, "stage": "manufacturing" if unit == "server" else "use", "region": region, "date": day,
            "activity_id": "/".join(filter(None, (usage_id, key, region, str(day or "")))),
        }
        for (usage_id, key, unit, region, day), amount in sums.items()
    ]  # fmt: skip
    return _Lines(pa.Table.from_pylist(rows, schema=_INPUT), hours, missed)


def _kept(table: pa.Table, path: Path) -> Path:
    """The method's input as a file beside its run: `explain` and `replay` read it again."""
    pq.write_table(table, path)
    return path
