"""An event's rows to grams by the engine: a run a method, a subject a variant, an entry a row and part.

    out/travel.business/   the run: `leafmark explain out/travel.business VARIANT`; its input beside it, so that it replays

Nothing here multiplies an amount by a factor.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from leafmark.engine.run import run
from leafmark.engine.run_folder import Run
from leafmark.engine.settings import Settings
from leafmark.factors.model import Pack
from leafmark.inventory.events.tables import KINDS, SPREAD, Activity, Event, Refused
from leafmark.methods import method

DECLARED: Final = "declared."
"""Factor ids of figures that a supplier gave: one for all of them, though each supplier has an error of its own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Micrograms of one row by one factor, and the factor's relative standard deviation; `error` names what is drawn once.

    amount_gsd : of the row's amount, 1 where it is taken as given; all entries of the row (`activity_id`) have its one error.
    """

    variant: str
    kind: str
    name: str
    error: str
    factor_id: str
    co2e_ug: int
    relative_sd: float
    with_distance: bool
    activity_id: str = ""
    amount_gsd: float = 1.0


@dataclass(frozen=True)
class Counted:
    """All entries of an event, the rows refused (the reader's and the engine's), and the runs by method."""

    event: Event
    entries: tuple[Entry, ...]
    refused: tuple[Refused, ...]
    runs: dict[str, Run]

    def complete(self, variant: str) -> bool:
        """Whether no row of a variant was refused: a total without a row would be greener than it is."""
        return all(each.variant != variant for each in self.refused)

    def total_ug(self, variant: str, kind: str | None = None) -> int:
        """Micrograms of a variant, or of one kind in it."""
        return sum(each.co2e_ug for each in self.entries if each.variant == variant and kind in (None, each.kind))


@dataclass(frozen=True, slots=True)
class Setting:
    """Packs, knowledge date and GWP set of a count."""

    packs: tuple[Pack, ...]
    known_on: dt.date
    gwp: str = "AR6"


def count(event: Event, setting: Setting, out: str | Path, progress: Any = None, factor: float = 1.0) -> Counted:
    """Count an event into a folder of runs.

    factor : the distance to the venue, as a multiple of the event's own: journeys and freight that go with it are stretched.
    """
    folder = Path(out)
    entries: list[Entry] = []
    refused = list(event.refused)
    runs: dict[str, Run] = {}
    for name in dict.fromkeys(kind.method for kind in KINDS.values() if kind.method):
        rows = [each for each in event.activities if KINDS[each.kind].method == name]
        if not rows:
            continue
        done = _run(name, rows, setting, folder, progress, factor)
        runs[name] = done
        by_id = {each.activity_id: each for each in rows}
        entries += _entries(done, by_id)
        refused += _rejected(done, rows)
    return Counted(event, tuple(entries), tuple(refused), runs)


def _run(name: str, rows: Sequence[Activity], setting: Setting, folder: Path, progress: Any, factor: float) -> Run:
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"{name}.parquet"
    pq.write_table(pa.Table.from_pylist([_INPUT[name](each, factor) | _common(each) for each in rows]), source)
    settings = Settings(setting.known_on, setting.gwp, run_date=setting.known_on, lines=True, by_factor=True)
    return run(method(name), source, list(setting.packs), folder / name, settings, progress=progress)


def _common(row: Activity) -> dict[str, Any]:
    return {"site_id": row.variant, "activity_id": row.activity_id, "region": row.region, "date": row.date}


def _stretch(row: Activity, factor: float) -> float:
    return factor if row.with_distance else 1.0


def _travel(row: Activity, factor: float) -> dict[str, Any]:
    unit = row.unit or "room_night"
    return {
        "key": row.key,
        "amount": row.number("amount") * _stretch(row, factor),
        "unit": unit,
        "travellers": row.number("persons"),
    }


def _purchase(row: Activity, _: float) -> dict[str, Any]:
    return {
        "key": row.key or None, "amount": row.number("amount") * row.number("persons"), "unit": row.unit,
        "supplier_kg_per_unit": row.numbers.get("kg_per_unit"),
    }  # fmt: skip


def _freight(row: Activity, factor: float) -> dict[str, Any]:
    return {
        "mode": row.key,
        "mass_kg": row.number("mass_kg"),
        "distance_km": row.number("distance_km") * _stretch(row, factor),
    }


def _burnt(row: Activity, _: float) -> dict[str, Any]:
    return {"fuel": row.key, "amount": row.number("amount"), "unit": row.unit}


def _drawn(row: Activity, _: float) -> dict[str, Any]:
    return {"kwh": row.number("amount") * row.number("kwh_per_unit")}


_INPUT: Final[dict[str, Callable[[Activity, float], dict[str, Any]]]] = {
    "travel.business": _travel, "purchase.goods": _purchase, "freight.upstream": _freight, "combustion.direct": _burnt,
    "electricity.location": _drawn,
}  # fmt: skip


def _entries(done: Run, rows: dict[str, Activity]) -> list[Entry]:
    spread: dict[tuple[str, str], tuple[int, int]] = {}
    for each in done.table("by_factor").to_pylist():
        place = str(each["subject_id"]), str(each["factor_id"])
        ug, sd = spread.get(place, (0, 0))
        spread[place] = ug + int(each["co2e_ug"]), sd + int(each["sd_ug"])
    out = []
    for each in done.table("entries").to_pylist():
        row, factor = rows[each["activity_id"]], str(each["factor_id"])
        ug, sd = spread[str(each["subject_id"]), factor]
        error = f"{factor}/{row.name}" if factor.startswith(DECLARED) else factor
        out.append(
            Entry(
                row.variant,
                row.kind,
                row.name,
                error,
                factor,
                int(each["co2e_ug"]),
                sd / ug if ug else 0.0,
                row.with_distance,
                row.activity_id,
                row.number(SPREAD),
            )
        )
    assert sum(each.co2e_ug for each in out) == int(done.record["totals"]["co2e_ug"] or 0), (
        f"{done.path}: entries do not add up to the run"
    )
    return out


def _rejected(done: Run, rows: Sequence[Activity]) -> list[Refused]:
    return [
        Refused(rows[int(each["row"]) - 1].row, rows[int(each["row"]) - 1].variant, each["field"] or "", each["reason"], each["found"] or "", each["expected"] or "")
        for each in done.table("rejected").to_pylist()
    ]  # fmt: skip
