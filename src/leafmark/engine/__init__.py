"""The engine: runs methods over tables. Arrow (or a path, pandas, polars) in, a run folder and Arrow out.

from leafmark.engine import footprint
run = footprint("bill.parquet", out="out")
run.table("products")
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leafmark.engine.backends import Backend
    from leafmark.engine.run import Progress, Run
    from leafmark.factors.model import Pack


def _packs(pack: Any) -> list[Pack]:
    from leafmark.factors.model import Pack, builtin

    given = pack if isinstance(pack, list | tuple) else [] if pack is None else [pack]
    return [each if isinstance(each, Pack) else Pack.load(each) for each in given] or [builtin()]


def _engine(memory_limit: str, threads: int | None) -> Callable[[Path], Backend]:
    from leafmark.engine.backends import DuckDB

    return lambda spill: DuckDB(spill, memory_limit, threads)


def footprint(
    bill: Any,
    *,
    out: str | Path,
    pack: Any = None,
    method: str = "product.bill",
    known_on: dt.date | None = None,
    gwp: str = "AR6",
    gwp_strict: bool = False,
    run_date: dt.date | None = None,
    lines: bool = False,
    no_entries: bool = False,
    engine: Callable[[Path], Backend] | None = None,
    memory_limit: str = "2GB",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Footprints of a bill of activities (or of any other method's input) as a run folder.

    Parameters
    ----------
    bill : path, `DATABASE::TABLE`, Arrow, pandas or polars with the method's columns (`leafmark methods show METHOD`).
    out : the run's folder; a killed run of the same work goes on there.
    pack : path or `Pack`, or a list of them; the built-in pack by default.
    known_on : only factors known by then; today by default.
    engine : makes another backend than DuckDB from a folder for spill files.

    Raises
    ------
    InputError, PackError, FactorChoiceError, RunError : each says what was found, where, and what to do.
    """
    from leafmark.engine.run import run
    from leafmark.engine.settings import Settings
    from leafmark.methods import method as find

    settings = Settings(known_on or dt.date.today(), gwp, gwp_strict, run_date, lines, no_entries)
    backend = engine or _engine(memory_limit, threads)
    return run(find(method), bill, _packs(pack), out, settings, engine=backend, progress=progress)


def orders(
    lines: Any,
    *,
    catalogue: Any,
    out: str | Path,
    pack: Any = None,
    known_on: dt.date | None = None,
    gwp: str = "AR6",
    gwp_strict: bool = False,
    no_entries: bool = False,
    engine: Callable[[Path], Backend] | None = None,
    memory_limit: str = "2GB",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Grams of order lines per order, day and category; parameters as `footprint`, and the catalogue's columns."""
    from leafmark.engine.order_lines import orders as run_orders
    from leafmark.engine.settings import Settings

    settings = Settings(known_on or dt.date.today(), gwp, gwp_strict, no_entries=no_entries)
    backend = engine or _engine(memory_limit, threads)
    return run_orders(lines, catalogue, _packs(pack), out, settings, engine=backend, progress=progress)
