"""Rows that are right though they lie far from their key's other regions, or are zero: each gets its reason."""

from __future__ import annotations

from collections import defaultdict
from statistics import median

from leafmark.factors.importers.base import Row
from leafmark.factors.units import factor_between

FAR = 30
_REASONS = {
    "electricity.grid": "generation of this grid is almost all hydropower (or other sources without combustion)",
    "freight.rail": "electric and diesel trains of one country",
}


def mark(rows: list[Row]) -> None:
    """Fill `outlier_reason` where the check would ask for one."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[(str(row["key"]), str(row["boundary"]))].append(row)
    for group in groups.values():
        unit = str(group[0]["unit"])
        values = [float(str(row["co2e_kg"])) / factor_between(str(row["unit"]), unit) for row in group]
        middle = median([value for value in values if value] or [0.0])
        for row, value in zip(group, values, strict=True):
            if value == 0 or not middle / FAR <= value <= middle * FAR:
                row["outlier_reason"] = _reason(row, value)


def _reason(row: Row, value: float) -> str:
    key = str(row["key"])
    if key in _REASONS:
        return _REASONS[key]
    if value == 0:
        return "published as zero (rounded, or no emission at this boundary)"
    raise SystemExit(f"{row['factor_id']}: {value} is far from its key's median; say why, or leave it out")
