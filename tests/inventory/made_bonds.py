"""Folders of bonds made by hand for tests: a small sound one whose rows tests replace, and the documentation's worked example."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

GUIDES = Path(__file__).parents[2] / "docs"

BOND: dict[str, Any] = {
    "bond_id": "b",
    "name": "Bond",
    "label": "sustainability",
    "currency": "EUR",
    "look_back_years": "2",
}
TRANCHE: dict[str, Any] = {"tranche_id": "t", "bond_id": "b", "issued_on": "2025-03-01", "net_proceeds": "1000.00"}
PROJECT: dict[str, Any] = {
    "project_id": "p",
    "name": "Wind",
    "category": "renewable_energy",
    "cost": "800.00",
    "currency": "EUR",
}
ALLOCATION: dict[str, Any] = {
    "allocation_id": "a", "tranche_id": "t", "project_id": "p", "amount": "600.00", "allocated_on": "2025-04-01", "kind": "new",
}  # fmt: skip
HOLDING: dict[str, Any] = {"tranche_id": "t", "on": "2025-12-31", "held_in": "cash", "amount": "400.00"}
INDICATOR: dict[str, Any] = {
    "indicator_id": "i", "project_id": "p", "indicator": "emissions avoided", "unit": "t CO2e", "value": "100", "from": "2025-01-01",
    "until": "2026-01-01", "result": "expected", "method": "grid average",
}  # fmt: skip


def bonds_folder(
    path: Path,
    *,
    bonds: Iterable[Mapping[str, Any]] = (BOND,),
    tranches: Iterable[Mapping[str, Any]] = (TRANCHE,),
    projects: Iterable[Mapping[str, Any]] = (PROJECT,),
    allocations: Iterable[Mapping[str, Any]] = (ALLOCATION,),
    unallocated: Iterable[Mapping[str, Any]] = (HOLDING,),
    indicators: Iterable[Mapping[str, Any]] = (),
    reviews: Iterable[Mapping[str, Any]] = (),
    settings: str = "",
) -> Path:
    """A folder of these rows, reporting on 2025."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "bond.toml").write_text(
        f'[issuer]\nname = "Issuer"\ncontact = "https://example.org"\n[report]\nfrom = 2025-01-01\non = 2025-12-31\n{settings}',
        encoding="utf-8",
    )
    tables = {
        "bonds": bonds, "tranches": tranches, "projects": projects, "allocations": allocations, "unallocated": unallocated,
        "indicators": indicators, "reviews": reviews,
    }  # fmt: skip
    for name, rows in tables.items():
        write(path / f"{name}.csv", list(rows))
    return path


def write(file: Path, rows: list[Mapping[str, Any]]) -> None:
    """A CSV of these rows; none of none."""
    if not rows:
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    with file.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, names)
        writer.writeheader()
        writer.writerows(rows)


def guide_files(guide: str, folder: Path) -> Path:
    """The files that a page of the documentation prints, written out."""
    text = (GUIDES / guide).read_text(encoding="utf-8")
    for name, content in re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", text, flags=re.DOTALL):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder
