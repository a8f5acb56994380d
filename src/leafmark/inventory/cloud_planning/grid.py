"""Hourly carbon intensity from files: one region a file, or a column `region`.

    timestamp, g_per_kwh (or avg_CI) [, region] [, base_kw]

`timestamp` is the start of the hour, ISO 8601; without an offset it is UTC. An hour that is missing, or whose intensity is empty, stays
NaN: no job can run in it, since not known is not zero.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from leafmark.engine.unreadable import unreadable
from leafmark.inventory.cloud_planning.tables import HOURS_MAX, Grid, Hours, PlanningError, Real

INTENSITY: Final = ("g_per_kwh", "avg_CI")
_EXPECTED: Final = "CSV in UTF-8, or CSV.GZ"
G_PER_KWH_MAX: Final = 3_000.0
"""No grid emits more than 3 kg per kWh; past it a unit is wrong (g per MWh, or kg)."""


def read_grid(files: Iterable[str | Path]) -> Grid:
    """Read files (CSV, also gzip) into one grid; `NAME=FILE` names the region of a file without that column, else its first word does.

    Raises
    ------
    PlanningError : a file cannot be read; an hour occurs twice; regions do not share their hours.
    """
    rows: dict[str, dict[np.datetime64, tuple[float, float]]] = {}
    sources = []
    for given in files:
        name, path = _named(given)
        sources.append(path.name)
        for number, region, hour, intensity, base in _rows(path, name):
            of_region = rows.setdefault(region, {})
            if hour in of_region:
                raise PlanningError(
                    f"{path}: row {number}: {hour} occurs twice for {region}; keep one row an hour and region"
                )
            of_region[hour] = intensity, base
    if not rows:
        raise PlanningError("grid: expected at least one file with hours, found none")
    return _laid_out(rows, tuple(sources))


def _named(given: str | Path) -> tuple[str, Path]:
    text = str(given)
    name, equals, rest = text.partition("=")
    path = Path(rest) if equals and not Path(text).is_file() else Path(text)
    return (name if equals and path != Path(text) else path.name.split(".")[0].split("_")[0]), path


def _rows(path: Path, name: str) -> Iterable[tuple[int, str, np.datetime64, float, float]]:
    try:
        if not path.stat().st_size:
            raise PlanningError(unreadable(path, expected=_EXPECTED))
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            reader = csv.DictReader(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))
            head = reader.fieldnames or []
            column = next((each for each in INTENSITY if each in head), None)
            if column is None or "timestamp" not in head:
                raise PlanningError(
                    f"{path}: expected the columns timestamp and g_per_kwh (or avg_CI), found {', '.join(head) or 'none'}"
                )
            for number, row in enumerate(reader, 1):
                where = f"{path}: row {number}"
                yield (
                    number,
                    (row.get("region") or name).strip(),
                    hour_of(row["timestamp"], f"{where}: timestamp"),
                    _number(row[column], f"{where}: {column}", G_PER_KWH_MAX, np.nan),
                    _number(row.get("base_kw"), f"{where}: base_kw", 1e9, 0.0),
                )
    except (OSError, UnicodeDecodeError, csv.Error, EOFError, zlib.error) as error:
        raise PlanningError(unreadable(path, error, _EXPECTED)) from error


def hour_of(text: str | None, where: str) -> np.datetime64:
    """An instant as a UTC datetime64 of whole hours.

    Raises
    ------
    PlanningError : it is none, or not on the hour.
    """
    try:
        at = datetime.fromisoformat((text or "").strip())
    except ValueError as error:
        raise PlanningError(
            f"{where}: {text!r} is no time; write YYYY-MM-DDTHH:00+00:00, for example 2022-04-11T13:00+00:00"
        ) from error
    if at.tzinfo is not None:
        at = at.astimezone(UTC).replace(tzinfo=None)
    if at.minute or at.second or at.microsecond:
        raise PlanningError(f"{where}: {text!r} is not on the hour (UTC); schedules are made of whole hours")
    return np.datetime64(at, "h")


def _number(text: str | None, where: str, most: float, empty: float) -> float:
    if text is None or not text.strip():
        return empty
    try:
        value = float(text)
    except ValueError as error:
        raise PlanningError(f"{where}: {text!r} is no number; leave it empty where it is not known") from error
    if not 0 <= value <= most:
        raise PlanningError(f"{where}: expected 0 to {most:g}, found {text}")
    return value


def _laid_out(rows: dict[str, dict[np.datetime64, tuple[float, float]]], sources: tuple[str, ...]) -> Grid:
    first = max(min(of_region) for of_region in rows.values())
    last = min(max(of_region) for of_region in rows.values())
    count = int((last - first) / np.timedelta64(1, "h")) + 1
    if count < 1:
        raise PlanningError(f"grid: the regions {', '.join(rows)} share no hour; expected files of the same time")
    if count > HOURS_MAX:
        raise PlanningError(f"grid: expected at most {HOURS_MAX:,} hours (a year), found {count:,}")
    hours: Hours = first + np.arange(count)
    intensity: Real = np.full((len(rows), count), np.nan)
    base: Real = np.zeros((len(rows), count))
    for number, of_region in enumerate(rows.values()):
        for hour, (g_per_kwh, base_kw) in of_region.items():
            at = int((hour - first) / np.timedelta64(1, "h"))
            if 0 <= at < count:
                intensity[number, at], base[number, at] = g_per_kwh, base_kw
    return Grid(tuple(rows), hours, intensity, base, sources)
