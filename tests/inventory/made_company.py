"""Company folders made by hand for tests: a small sound one, of which a test changes what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

TOML = """
[organisation]
id = "own"
name = "Own Company"

[year]
first_day = {first_day}
months = 12

[inventory]
approach = "{approach}"
gwp = "AR5"
currency = "USD"
known_on = 2026-06-30
"""
FILES = {
    "entities.csv": "entity_id,name,region\nown,Own Company,GB\nsub,A Subsidiary,GB\nventure,A Venture,CN\nother,Others,US\n",
    "ownership.csv": "owner_id,entity_id,share_percent,financial_control,operational_control,accounted_as,valid_from,valid_to\n"
    "own,sub,80,true,true,,,\nsub,venture,50,false,false,joint_venture,,\n",
    "sites.csv": "site_id,entity_id,name,region,held,valid_from,valid_to\n"
    "office,own,Office,GB,owned,,\nplant,sub,Plant,GB,,,\nworks,venture,Works,CN,,,\nshop,own,Shop,GB,operating_lease,,\n",
}


def company(
    path: Path,
    activities: Mapping[str, str] | None = None,
    approach: str = "operational_control",
    first_day: str = "2025-01-01",
    **tables: str,
) -> Path:
    """A company folder; `activities` and `tables` by name without `.csv`, a table given replaces the one above."""
    (path / "activities").mkdir(parents=True, exist_ok=True)
    (path / "company.toml").write_text(TOML.format(approach=approach, first_day=first_day), encoding="utf-8")
    for name, text in {**FILES, **{f"{name}.csv": text for name, text in tables.items()}}.items():
        (path / name).write_text(text, encoding="utf-8")
    for name, text in (activities or {}).items():
        (path / "activities" / f"{name}.csv").write_text(text, encoding="utf-8")
    return path
