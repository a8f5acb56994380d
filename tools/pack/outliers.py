"""Rows that are right though they lie far from their key's other regions, or are zero: each by its id, with its reason.

No key and no theme is excused as a whole: a lost decimal point in the next release of a publisher would pass with it.
"""

from __future__ import annotations

from collections import defaultdict
from statistics import median

from leafmark.factors.importers.base import Row
from leafmark.factors.units import factor_between

FAR = 30
REASONS = {
    "electricity.grid@gcp:northamerica-northeast1:life_cycle:2024": "Montreal: nearly all of Quebec's electricity is "
    "hydropower; 2 g/kWh as Google publishes it",
}
"""`factor_id` -> why its zero, or its distance from the median, is right."""


def mark(rows: list[Row]) -> None:
    """Fill `outlier_reason` of the rows of `REASONS`; a reason that the importer of the row knows stands.

    Raises
    ------
    SystemExit
        A row is zero or outside 1/30 to 30 x its key's median and has no reason, or a reason has no such row (any more).
    """
    found: dict[str, float] = {}
    unsaid: list[str] = []
    for group in _groups(rows):
        unit = str(group[0]["unit"])
        values = [float(str(row["co2e_kg"])) / factor_between(str(row["unit"]), unit) for row in group]
        middle = median([value for value in values if value] or [0.0])
        for row, value in zip(group, values, strict=True):
            if value == 0 or not middle / FAR <= value <= middle * FAR:
                found[str(row["factor_id"])] = value
                row["outlier_reason"] = row["outlier_reason"] or REASONS.get(str(row["factor_id"]))
                if not row["outlier_reason"]:
                    unsaid.append(f"{row['factor_id']}: {value:.6g}")
    if unsaid:
        raise SystemExit(
            "zero, or far from the key's median: a lost decimal point, or a missing figure written as 0? Leave the row "
            "out, or write why it is right in REASONS of tools/pack/outliers.py:\n" + "\n".join(unsaid)
        )
    if idle := sorted(REASONS.keys() - found.keys()):
        raise SystemExit(f"no outlier (any more), take them out of REASONS of tools/pack/outliers.py: {idle}")


def _groups(rows: list[Row]) -> list[list[Row]]:
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[(str(row["key"]), str(row["boundary"]))].append(row)
    return list(groups.values())
