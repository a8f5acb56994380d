"""Deferrable jobs from a table: sound ones, and refused rows with their reasons.

job_id, earliest, latest, power_kw, hours (or kwh) [, interruptible] [, regions: A|B]
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from leafmark.engine.unreadable import FAULTS, unreadable
from leafmark.inventory.cloud_planning.grid import hour_of
from leafmark.inventory.cloud_planning.tables import JOBS_MAX, Job, PlanningError, Refused

NEEDED: Final = ("job_id", "earliest", "latest", "power_kw")
YES, NO = ("yes", "true", "1"), ("no", "false", "0", "")
AGREE: Final = 1e-6
"""Relative difference up to which hours x kW and kWh are one figure."""


class _RowError(ValueError):
    def __init__(self, field: str, reason: str, found: object, expected: str) -> None:
        super().__init__(reason)
        self.parts = field, reason, str(found), expected


def read_jobs(source: Any) -> tuple[list[Job], list[Refused]]:
    """Read a CSV or Parquet path, or rows as mappings.

    Raises
    ------
    PlanningError : the table as a whole cannot be read.
    """
    jobs: list[Job] = []
    refused: list[Refused] = []
    seen: set[str] = set()
    for number, row in enumerate(_rows(source), 1):
        if number > JOBS_MAX:
            raise PlanningError(f"jobs: expected at most {JOBS_MAX:,} rows, found more; schedule them in parts")
        try:
            job = _job(row, number)
            if job.job_id in seen:
                raise _RowError("job_id", "duplicate_id", job.job_id, "each job once")
            seen.add(job.job_id)
            jobs.append(job)
        except _RowError as error:
            refused.append(Refused(number, _text(row, "job_id"), *error.parts))
    return jobs, refused


def _rows(source: Any) -> Iterable[Mapping[str, Any]]:
    if not isinstance(source, str | Path):
        return list(source)
    path = Path(source)
    try:
        if path.suffix == ".parquet":
            rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        else:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
    except (*FAULTS, csv.Error) as error:
        raise PlanningError(unreadable(path, error)) from error
    if not path.stat().st_size:
        raise PlanningError(unreadable(path))
    lacking = [name for name in NEEDED if rows and name not in rows[0]]
    if lacking:
        raise PlanningError(
            f"{path}: expected the columns {', '.join(NEEDED)} and hours or kwh; without: {', '.join(lacking)}"
        )
    return rows


def _job(row: Mapping[str, Any], number: int) -> Job:
    name = _text(row, "job_id")
    if not name:
        raise _RowError("job_id", "missing_value", "", "an id")
    try:
        earliest, latest = (hour_of(_text(row, field), field) for field in ("earliest", "latest"))
    except PlanningError as error:
        field = str(error).partition(":")[0]
        raise _RowError(
            field, "unreadable", _text(row, field), "YYYY-MM-DDTHH:00, on the hour, UTC or with an offset"
        ) from error
    power = _positive(row, "power_kw")
    hours, kwh = (_positive(row, field, optional=True) for field in ("hours", "kwh"))
    if hours is None and kwh is None:
        raise _RowError("hours", "missing_value", "", "hours or kwh")
    if hours is not None and kwh is not None and abs(hours * (power or 0) - kwh) > AGREE * kwh:
        raise _RowError(
            "kwh", "two_amounts", kwh, f"hours x power_kw = {hours * (power or 0):g}, or one of the two left empty"
        )
    assert power is not None
    length = hours if hours is not None else (kwh or 0) / power
    between = (latest - earliest).astype(int)
    if length > between + 1e-9:
        raise _RowError("latest", "window_too_short", f"{between} h", f"at least {length:g} h after earliest")
    regions = tuple(each.strip() for each in _text(row, "regions").split("|") if each.strip())
    return Job(name, earliest, latest, length, power, _yes(row, "interruptible"), regions, number)


def _text(row: Mapping[str, Any], field: str) -> str:
    value = row.get(field)
    return "" if value is None else str(value).strip()


def _positive(row: Mapping[str, Any], field: str, optional: bool = False) -> float | None:
    text = _text(row, field)
    if not text:
        if optional:
            return None
        raise _RowError(field, "missing_value", "", "a number above 0")
    try:
        value = float(text)
    except ValueError as error:
        raise _RowError(field, "unreadable", text, "a number, with a point for decimals") from error
    if not 0 < value < 1e12:
        raise _RowError(field, "not_positive", text, "a number above 0")
    return value


def _yes(row: Mapping[str, Any], field: str) -> bool:
    text = _text(row, field).lower()
    if text not in (*YES, *NO):
        raise _RowError(field, "unreadable", text, "yes or no")
    return text in YES
