"""The publishers' own tables, read cell by cell and not through the importers: what a figure should be."""

from __future__ import annotations

import csv
from functools import cache
from typing import Any

from engine_rows import shared_data
from python_calamine import CalamineWorkbook

AR5_METHANE, AR5_NITROUS_OXIDE = 28, 265
_GASES = {"co2": "kg CO2e of CO2 per unit", "ch4": "kg CO2e of CH4 per unit", "n2o": "kg CO2e of N2O per unit"}
SHOWN = 5
"""Decimals that the UK's sheet shows; the pack holds what is shown."""


@cache
def _sheet(file: str, sheet: str) -> list[list[Any]]:
    return CalamineWorkbook.from_path(shared_data("publishers", file)).get_sheet_by_name(sheet).to_python()


@cache
def _uk_2023() -> dict[tuple[Any, ...], Any]:
    """(level 1, 2, 3, 4, column text, unit, gas) -> factor, of the flat file of 2023."""
    rows = _sheet("desnz-2023-flat-file.xlsx", "Factors by Category")[6:]
    return {tuple(str(cell).strip() for cell in row[2:9]): row[9] for row in rows}


def uk(*levels: str, unit: str, gas: str = "kg CO2e") -> float:
    """A factor of UK DESNZ 2023, kg CO2e per unit, as shown. `levels`: level 1 to 4 and column text."""
    whole = [*levels, *[""] * (5 - len(levels))]
    return round(float(_uk_2023()[(*whole, unit, gas)]), SHOWN)


def uk_gases(*levels: str, unit: str) -> dict[str, float]:
    """kg CO2e of each gas per unit, AR5, with all the digits of the sheet."""
    whole = [*levels, *[""] * (5 - len(levels))]
    return {gas: float(_uk_2023()[(*whole, unit, name)]) for gas, name in _GASES.items()}


@cache
def _hub() -> list[list[Any]]:
    return [[cell for cell in row if cell != ""] for row in _sheet("epa-hub-2024.xlsx", "Emission Factors Hub")]


def hub(name: str, after: str) -> list[Any]:
    """The first row of US EPA's hub of 2024 with that name below the table that is named `after`."""
    start = next(n for n, row in enumerate(_hub()) if row[:1] == [after])
    return next(row[1:] for row in _hub()[start:] if row and str(row[0]).strip() == name)


@cache
def spend(naics: str) -> float:
    """kg CO2e with margins per dollar of 2021, US EPA's supply-chain factors v1.2."""
    with shared_data("publishers", "epa-supply-chain-v1.2.csv").open(encoding="utf-8-sig", newline="") as lines:
        row = next(row for row in csv.DictReader(lines) if row["NAICS Code 2017"] == naics)
    return float(row["Supply Chain Emission Factors with Margins"])
