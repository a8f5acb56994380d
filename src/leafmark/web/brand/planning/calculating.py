"""Figures of bills by the engine's own path: a run in a folder that is gone afterwards, and what each line of it met.

Several bills go into one run, so that what is compared was made by one method, packs and day. A run of some forty lines takes a few
tenths of a second; the last ones are kept.
"""

from __future__ import annotations

import datetime as dt
import math
import tempfile
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from leafmark.engine import footprint
from leafmark.engine.line_factors import LineFactors
from leafmark.engine.settings import Settings
from leafmark.engine.vintage import relative_sd
from leafmark.factors.model import Pack
from leafmark.methods import method
from leafmark.products.whatif import LineResult
from leafmark.web.brand.planning.state import Line
from leafmark.web.operate.packs.active import active_packs

METHOD: Final = "product.bill"
MEMORY: Final = "256MB"
KEPT: Final = 64
SEPARATOR: Final = ":"
_SCHEMA = pa.schema([
    ("product_id", pa.string()), ("activity_id", pa.string()), ("stage", pa.string()), ("key", pa.string()),
    ("amount", pa.float64()), ("unit", pa.string()), ("region", pa.string()), ("date", pa.date32()),
    ("kind", pa.string()), ("amount_gsd", pa.float64()), ("primary", pa.bool_()),
])  # fmt: skip

Lines = tuple[tuple[str, Line], ...]
"""Lines under their names."""
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Entry:
    """A line's entry: signed micrograms CO2e, the factors it met, and where; `facts` as an explanation has them."""

    name: str
    line: Line
    co2e_ug: int
    factors: str
    factor_sd: float
    place: str
    fell_back: bool
    gap_years: int
    facts: tuple[dict[str, Any], ...]

    def result(self) -> LineResult:
        """What a difference needs of it."""
        own = 0.0 if self.line.gsd is None else relative_sd(math.log(self.line.gsd))
        return LineResult(self.name, self.factors, self.co2e_ug, self.factor_sd, own)


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is in no figure: a reason of the engine's list, and where it stands."""

    name: str
    field: str
    reason: str
    found: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A bill's footprint: the row of the run, its entries, and the lines that were refused. Unknown where there are any."""

    row: dict[str, Any]
    entries: tuple[Entry, ...]
    refused: tuple[Refused, ...]

    @property
    def known(self) -> bool:
        """Whether every line is in it."""
        return not self.refused and self.row.get("co2e_ug") is not None


@dataclass(frozen=True, slots=True)
class Calculated:
    """Figures by the name of their bill, and the record of the run that made them."""

    figures: dict[str, Figure]
    record: dict[str, Any]


Packs = tuple[Pack, ...]


@lru_cache(maxsize=2)
def factors_of(day: dt.date, packs: Packs) -> LineFactors:
    """The choice of factors of a day, kept warm."""
    return LineFactors(list(packs), method(METHOD), Settings(day))


def prepare(key: str, day: dt.date, packs: Packs) -> None:
    """Choose a key's factors for all its places at once."""
    with _lock:
        factors_of(day, packs).prepare([key])


def serves(key: str, region: str, day: dt.date, packs: Packs) -> bool:
    """Whether a key has a factor for a place, or for one that it lies in."""
    with _lock:
        return factors_of(day, packs).meet(key, region or "WORLD", day, 0) is not None


def calculate(bills: Mapping[str, Lines], day: dt.date) -> Calculated:
    """The figures of some bills, as known on a day, with the packs that the operator let in. A bill without a line has no figure."""
    return _calculate(tuple(bills.items()), day, active_packs())


@lru_cache(maxsize=KEPT)
def _calculate(bills: tuple[tuple[str, Lines], ...], day: dt.date, packs: Packs) -> Calculated:
    rows = [_row(bill, name, line) for bill, lines in bills for name, line in lines]
    with _lock, tempfile.TemporaryDirectory(prefix="leafmark-wizard-") as folder:
        table = pa.Table.from_pylist(rows, schema=_SCHEMA)
        run = footprint(table, out=Path(folder) / "run", pack=list(packs), method=METHOD, known_on=day, lines=True,
                        memory_limit=MEMORY, threads=1)  # fmt: skip
        products = {str(row["product_id"]): row for row in run.table("products").to_pylist()}
        entries, refused = (
            _entries(run.table("entries"), dict(bills), factors_of(day, packs), day),
            _refused(run.table("rejected")),
        )
    figures = {
        bill: Figure(products.get(bill, {"product_id": bill}), tuple(entries[bill]), tuple(refused[bill]))
        for bill, _ in bills
    }
    return Calculated(figures, run.record)


def _row(bill: str, name: str, line: Line) -> dict[str, Any]:
    return {
        "product_id": bill, "activity_id": f"{bill}{SEPARATOR}{name}", "stage": line.stage, "key": line.key, "amount": line.amount,
        "unit": line.unit, "region": line.region or None, "date": line.day, "kind": "credit" if line.credit else None,
        "amount_gsd": line.gsd, "primary": line.primary or None,
    }  # fmt: skip


def _entries(table: pa.Table, bills: dict[str, Lines], chosen: LineFactors, day: dt.date) -> dict[str, list[Entry]]:
    lines = {bill: dict(named) for bill, named in bills.items()}
    found = defaultdict(list)
    for row in table.select(["activity_id", "factor_id", "co2e_ug"]).to_pylist():
        bill, _, name = row["activity_id"].partition(SEPARATOR)
        line = lines[bill][name]
        met = chosen.meet(line.key, line.region or "WORLD", line.day or day, 0)
        assert met is not None
        assert " + ".join(met.factor_ids) == row["factor_id"], "what a line met is what the run says"
        facts = tuple({"factor_id": each, **chosen.used(each).facts} for each in met.factor_ids)
        found[bill].append(Entry(name, line, row["co2e_ug"], row["factor_id"], met.rel_sd, met.place, met.level > 0, met.gap_years, facts))  # fmt: skip
    return found


def _refused(table: pa.Table) -> dict[str, list[Refused]]:
    found = defaultdict(list)
    for row in table.to_pylist():
        bill, _, name = str(row["activity_id"]).partition(SEPARATOR)
        found[bill].append(Refused(name, row["field"], row["reason"], str(row["found"] or "")))
    return found
