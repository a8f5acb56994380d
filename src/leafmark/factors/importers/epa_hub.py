"""US EPA GHG Emission Factors Hub: one sheet of numbered tables, xlsx.

Read are table 1 (stationary combustion), 2 (mobile CO2), 6 (eGRID subregions), 7 (steam), 8 (freight), 9 (waste by
route) and 10 (travel); tables 3 to 5 (gases per mile by model year) and 11, 12 (GWPs) are no factors of an activity and
are counted as skipped. A table ends at its `Source` row. Units stay the publisher's (short tons, gallons, scf, miles);
electricity is turned from lb/MWh into kg/kWh. Table 9 states AR4 in every edition; the rest use the GWP that the top
of the sheet gives for CH4 (25: AR4, 28: AR5).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from leafmark.factors.fault import Fault
from leafmark.factors.importers import epa_hub_keys as keys
from leafmark.factors.importers.base import (
    METHANE_GWP,
    NITROUS_OXIDE_GWP,
    Imported,
    Row,
    UnreadableFile,
    Value,
    calendar_year,
    factor_row,
    number,
    slug,
    source_row,
)
from leafmark.factors.importers.opening import Cells, nameless_cell, sheets
from leafmark.factors.importers.spread import with_spread

_POUND_KG = 0.45359237  # exact: international pound
_KWH_PER_MWH = 1000
_KG_PER_TONNE = 1000
_G_PER_KG = 1000
_MODIFIED = re.compile(r"Last Modified:\s*(?:(\d{1,2})\s+)?([A-Z][a-z]+)\s+(?:(\d{1,2}),\s*)?(\d{4})")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_GRID_YEARS_BEFORE_EDITION = 2  # the hub of 2024 holds eGRID2022, as its source line says
_READ = {"1", "2", "6", "7", "8", "9", "10"}
# EPA replaced this release's allocation of road emissions to vehicle types: a passenger car at 0.1752 kg/mile.
_BAD_ROAD_RELEASE = "2024-02-13"
_BAD_ROAD = ("passenger car", "light-duty truck")


def read(path: Path) -> Imported:
    """Read the hub.

    Raises
    ------
    UnreadableFile
        No sheet with `Last Modified:` and numbered tables.
    """
    path = Path(path)
    cells = find_sheet(path)
    published_on, gwp_set = _edition(path, cells)
    year = int(published_on[:4])
    imported = Imported(sources=[_source(path, year, published_on)])
    reader = _Reader(path.name, year, published_on, gwp_set, imported)
    for table, rows in _tables(cells):
        if table not in _READ:
            imported.skip(f"table {table}: no factor of an activity", len(rows))
            continue
        reader.read_table(table, rows)
    imported.rows = [with_spread(factor) for factor in imported.rows]
    return imported


def find_sheet(path: Path) -> list[Cells]:
    for rows in sheets(path):
        if any(_MODIFIED.search(str(cell)) for row in rows[:20] for cell in row):
            return rows
    raise UnreadableFile(f"{path.name}: no sheet says 'Last Modified: MONTH DAY, YEAR' in its first 20 rows")


def _edition(path: Path, cells: list[Cells]) -> tuple[str, str]:
    """Return (day of the release, GWP set)."""
    match = next(m for row in cells[:20] for cell in row if (m := _MODIFIED.search(str(cell))))
    day = match[1] or match[3] or "1"
    published_on = f"{match[4]}-{_MONTHS.index(match[2]) + 1:02d}-{int(day):02d}"
    methane = next((row[at + 1] for row in cells[:20] for at, cell in enumerate(row) if cell == "CH4"), None)
    for gwp_set, value in METHANE_GWP.items():
        if methane == value:
            return published_on, gwp_set
    raise UnreadableFile(f"{path.name}: the GWP of CH4 above table 1 is {methane!r}, expected one of {METHANE_GWP}")


def _tables(cells: list[Cells]) -> Iterator[tuple[str, list[tuple[int, Cells]]]]:
    """Yield (table number, its rows with sheet row numbers) up to each table's Source row."""
    current, open_table = "", False
    rows: list[tuple[int, Cells]] = []
    margin = min((at for row in cells for at, cell in enumerate(row) if str(cell).strip() == "Table 1"), default=0)
    for index, row in enumerate((row[margin:] for row in cells), start=1):
        match = re.fullmatch(r"Table (\d+)", str(row[0]).strip())
        if match:
            if current:
                yield current, rows
            current, rows, open_table = match[1], [], True
        elif re.match(r"(Source|Notes?)\s*:", str(row[1]).strip() if len(row) > 1 else ""):
            open_table = False
        elif open_table and current and any(str(cell).strip() for cell in row):
            rows.append((index, row[1:]))
    if current:
        yield current, rows


def _header(rows: list[tuple[int, Cells]]) -> Cells:
    """Return what stands above a table's first row of numbers: all texts of each column, joined."""
    above = itertools.takewhile(lambda cells: not any(isinstance(c, int | float) for c in cells), (c for _, c in rows))
    names = ["".join(map(str, column)) for column in zip(*above, strict=False)]
    return ["label", *names[1:]]  # table 7 leaves its first column without a name


class _Reader:
    """Turns the rows of one edition's tables into factors."""

    def __init__(self, file: str, year: int, published_on: str, gwp_set: str, imported: Imported) -> None:
        self.file, self.year, self.published_on = file, year, published_on
        self.gwp_set, self.imported = gwp_set, imported
        self.taken: set[str] = set()

    def read_table(self, table: str, rows: list[tuple[int, Cells]]) -> None:
        """Read one table by its own layout."""
        layouts = {"1": self._stationary, "2": self._mobile, "6": self._grid, "7": self._steam, "8": self._transport,
                   "9": self._waste, "10": self._transport}  # fmt: skip
        header = _header(rows)
        surplus = {row: nameless_cell(self.file, row, header, cells) for row, cells in rows}
        self.imported.faults += filter(None, surplus.values())
        layouts[table](table, [(row, cells) for row, cells in rows if surplus[row] is None])

    def _add(
        self, table: str, row: int, key: str, name: str, theme: str, boundary: str, unit: str, **cells: Value
    ) -> None:
        if key + boundary + str(cells.get("region", "US")) in self.taken:
            self.imported.skip("already read from another table")
            return
        self.taken.add(key + boundary + str(cells.get("region", "US")))
        values: Row = {"region": "US", "gwp_set": self.gwp_set, "data_year": self.year, **calendar_year(self.year)}
        values.update(cells)
        self.imported.rows.append(
            factor_row(
                key=key,
                theme=theme,
                name_en=name,
                boundary=boundary,
                unit=unit,
                published_on=self.published_on,
                source_id=f"epa-hub-{self.year}",
                locator=f"Table {table}, row {row}: {name}",
                **values,
            )
        )

    def _numbers(self, row: int, cells: Cells, fields: list[tuple[int, str]]) -> list[float] | None:
        """Return the numbers of some cells; None, with a fault for each that is none."""
        values = []
        for at, name in fields:
            try:
                value = number(cells[at])
            except ValueError:
                value = None
            if value is None:
                self.imported.faults.append(Fault(self.file, row, name, repr(cells[at]), "a number"))
                return None
            values.append(value)
        return values

    def _total(self, co2_kg: float, ch4_kg: float, n2o_kg: float) -> float:
        total = co2_kg + ch4_kg * METHANE_GWP[self.gwp_set] + n2o_kg * NITROUS_OXIDE_GWP[self.gwp_set]
        return float(f"{total:.9g}")

    def _stationary(self, table: str, rows: list[tuple[int, Cells]]) -> None:
        amount, biomass = "", False
        for row, cells in rows:
            label = str(cells[0]).strip()
            if str(cells[1]).startswith("mmBtu per "):
                amount = str(cells[1]).removeprefix("mmBtu per ")
            elif not str(cells[2]).strip():
                biomass = label.lower().startswith("biomass")
            elif label and label != "Fuel Type":
                fuel = keys.FUELS.get(label.lower(), slug(label))
                self._fuel_per(table, row, label, f"{fuel}.energy_gross", "mmBtu_gross", cells[2:5], biomass)
                unit, suffix = keys.AMOUNTS[amount]
                if str(cells[5]).strip():
                    self._fuel_per(table, row, label, fuel + suffix, unit, cells[5:8], biomass)

    def _fuel_per(self, table: str, row: int, label: str, key: str, unit: str, cells: Cells, biomass: bool) -> None:
        values = self._numbers(row, cells, [(0, "CO2 Factor"), (1, "CH4 Factor"), (2, "N2O Factor")])
        if values is None:
            return
        co2, ch4, n2o = values[0], values[1] / _G_PER_KG, values[2] / _G_PER_KG
        carbon: Row = {"co2_kg": co2, "ch4_fossil_kg": ch4, "n2o_kg": n2o}
        note = "gross (higher) calorific value" if unit.endswith("_gross") else None
        if biomass and "peat" not in label.lower():
            carbon = {"ch4_biogenic_kg": ch4, "n2o_kg": n2o, "biogenic_co2_kg": co2}
            note, co2 = "CO2 of biogenic carbon is in biogenic_co2_kg", 0.0
        name = f"{label}, stationary combustion"
        self._add(table, row, f"fuel.{key}", name, "fuel", "direct", unit,
                  co2e_kg=self._total(co2, ch4, n2o), note=note, **carbon)  # fmt: skip

    def _mobile(self, table: str, rows: list[tuple[int, Cells]]) -> None:
        for row, cells in rows:
            label, unit = str(cells[0]).strip(), keys.MOBILE_UNITS.get(str(cells[2]).strip())
            if unit is None:
                continue
            values = self._numbers(row, cells, [(1, "kg CO2 per unit")])
            if values is None:
                continue
            biogenic = "100%" in label
            suffix = ".standard_volume" if unit == "scf" else ""
            key = f"fuel.{keys.FUELS.get(label.lower(), slug(label))}{suffix}"
            if biogenic:
                self.imported.skip("biofuel: CO2 alone is biogenic, table 1 has its other gases")
                continue
            self._add(table, row, key, f"{label}, mobile combustion", "fuel", "direct", unit, co2e_kg=values[0],
                      co2_kg=values[0], note="CO2 only: CH4 and N2O depend on the vehicle")  # fmt: skip

    def _grid(self, table: str, rows: list[tuple[int, Cells]]) -> None:
        for row, cells in rows:
            acronym = str(cells[0]).strip()
            if not re.fullmatch(r"[A-Z]{4}|US Average", acronym):
                continue
            values = self._numbers(row, cells, [(2, "CO2 Factor"), (3, "CH4 Factor"), (4, "N2O Factor")])
            if values is None:
                continue
            co2, ch4, n2o = (float(f"{value * _POUND_KG / _KWH_PER_MWH:.9g}") for value in values)
            grid_year = self.year - _GRID_YEARS_BEFORE_EDITION
            region = "US" if acronym == "US Average" else f"egrid:{acronym}"
            name = f"Grid electricity, {str(cells[1]).strip()}, total output"
            self._add(table, row, "electricity.grid", name, "grid", "direct", "kWh", region=region,
                      co2e_kg=self._total(co2, ch4, n2o), co2_kg=co2, ch4_fossil_kg=ch4, n2o_kg=n2o,
                      data_year=grid_year, **calendar_year(grid_year), note="lb/MWh turned into kg/kWh")  # fmt: skip

    def _steam(self, table: str, rows: list[tuple[int, Cells]]) -> None:
        for row, cells in rows:
            if str(cells[0]).strip() != "Steam and Heat":
                continue
            values = self._numbers(row, cells, [(1, "CO2 Factor"), (2, "CH4 Factor"), (3, "N2O Factor")])
            if values is not None:
                co2, ch4, n2o = values[0], values[1] / _G_PER_KG, values[2] / _G_PER_KG
                self._add(table, row, "heat.steam", "Steam and heat", "grid", "direct", "mmBtu",
                          co2e_kg=self._total(co2, ch4, n2o), co2_kg=co2, ch4_fossil_kg=ch4, n2o_kg=n2o,
                          note="natural gas at 80 % efficiency assumed by the publisher")  # fmt: skip

    def _transport(self, table: str, rows: list[tuple[int, Cells]]) -> None:
        for row, cells in rows:
            label, unit = str(cells[0]).strip(), keys.TRANSPORT_UNITS.get(str(cells[4]).strip())
            if unit is None:
                continue
            if self.published_on == _BAD_ROAD_RELEASE and label.lower().startswith(_BAD_ROAD):
                expected = "a later release: EPA replaced this one's road rows"
                self.imported.faults.append(Fault(self.file, row, "CO2 Factor", str(cells[1]), expected))
                continue
            values = self._numbers(row, cells, [(1, "CO2 Factor"), (2, "CH4 Factor"), (3, "N2O Factor")])
            if values is None:
                continue
            key = keys.transport_key(label, unit)
            co2, ch4, n2o = values[0], values[1] / _G_PER_KG, values[2] / _G_PER_KG
            self._add(table, row, key, re.sub(r"(?<=[a-z)]) ?[A-E]$", "", label), key.split(".")[0], "ttw", unit,
                      co2e_kg=self._total(co2, ch4, n2o), co2_kg=float(f"{co2:.9g}"), ch4_fossil_kg=float(f"{ch4:.9g}"),
                      n2o_kg=float(f"{n2o:.9g}"))  # fmt: skip

    def _waste(self, table: str, rows: list[tuple[int, Cells]]) -> None:
        routes: list[tuple[int, str]] = []
        for row, cells in rows:
            label = str(cells[0]).strip()
            if label == "Material":
                routes = [(at, str(cell).strip()) for at, cell in enumerate(cells) if at and str(cell).strip()]
                continue
            for at, route_text in routes if label else []:
                if str(cells[at]).strip() in {"NA", ""}:
                    self.imported.skip("no figure published")
                    continue
                values = self._numbers(row, cells, [(at, route_text)])
                if values is None:
                    continue
                key = f"waste.{keys.route(route_text)}.{keys.MATERIALS.get(label.lower(), slug(label))}"
                route_name = re.sub(r"(?<=ed)[A-F]$", "", route_text).lower()
                self._add(table, row, key, f"{label}, {route_name}", "waste", "end_of_life", "short_ton",
                          co2e_kg=float(f"{values[0] * _KG_PER_TONNE:.6g}"), gwp_set="AR4",
                          note="per short ton, as published; transport in it, no avoided burden")  # fmt: skip


def _source(path: Path, year: int, published_on: str) -> Row:
    return source_row(
        path,
        {
            "source_id": f"epa-hub-{year}",
            "publisher": "US EPA, Center for Corporate Climate Leadership",
            "title": f"GHG Emission Factors Hub, modified {published_on}",
            "year": year,
            "url": "https://www.epa.gov/climateleadership/ghg-emission-factors-hub",
            "licence": "US public domain",
            "licence_class": "open",
            "note": "Road rows of passenger cars and light trucks of 13 February 2024 were replaced by EPA"
            if published_on == _BAD_ROAD_RELEASE
            else None,
        },
    )
