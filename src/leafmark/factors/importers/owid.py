"""Our World in Data: carbon intensity of electricity generation (Ember, Energy Institute), the grapher's CSV.

Columns `Entity, Code, Year, Carbon intensity of electricity ...`: grams of CO2e per kWh *generated*, over the life
cycle of the plants, a country (or the world) and year per row. Grid losses are not in it. Groups of countries have no
code and become no factor. A country's past years are revised with every release; the file's own hash is the release.
"""

from __future__ import annotations

import csv
import datetime
from functools import cache
from importlib import resources
from pathlib import Path

from leafmark.factors.fault import Fault
from leafmark.factors.importers.base import (
    Imported,
    Row,
    UnreadableFile,
    calendar_year,
    factor_row,
    number,
    source_row,
)
from leafmark.factors.importers.opening import csv_table, record
from leafmark.factors.importers.spread import with_spread

KEY = "electricity.grid"
SOURCE_ID = "ember-owid"
_GRAMS_PER_KG = 1000
_WORLD = "OWID_WRL"
_KOSOVO = "OWID_KOS"

LOW_BUT_RIGHT = {
    ("LS", 2008, 17.24): "Lesotho generates from hydropower alone: 17 to 36 g/kWh in every year of this series",
}
"""(region, year, grams of CO2e per kWh) -> why a figure below 1/30 of the median is right; another figure is asked for
again."""


def read(path: Path, *, published_on: datetime.date | None = None) -> Imported:
    """Read the CSV; unit kWh, boundary life_cycle, total only (the publisher splits no gases).

    Parameters
    ----------
    published_on : date, optional
        When this release came out; without it, the last day of the year after the newest full year in the file.

    Raises
    ------
    UnreadableFile
        The header has no Code, Year and `Carbon intensity` column.
    """
    path = Path(path)
    header, lines = csv_table(path)
    value_column = next((at for at, name in enumerate(header) if name.lower().startswith("carbon intensity")), None)
    if value_column is None or not {"Code", "Year"} <= set(header):
        raise UnreadableFile(f"{path.name}: expected columns Entity, Code, Year, Carbon intensity of electricity ...")
    imported = Imported()
    for row, cells in enumerate(lines, start=2):
        named = record(path.name, row, header, cells, imported.faults) if any(cells) else None
        if named is not None:
            _read_row(path.name, row, named, header[value_column], imported)
    newest = max((int(str(row["data_year"])) for row in imported.rows), default=datetime.date.today().year)
    known_on = published_on or datetime.date(newest + 1, 12, 31)
    imported.rows = [{**with_spread(factor), "published_on": known_on.isoformat()} for factor in imported.rows]
    imported.sources.append(_source(path, known_on.year))
    return imported


def _read_row(file: str, row: int, cells: dict[str, str], value_name: str, imported: Imported) -> None:
    code, year_text = cells.get("Code", ""), cells.get("Year", "")
    if not code:
        imported.skip("group of countries")
        return
    region = "WORLD" if code == _WORLD else _regions().get(code)
    if region is None and code.startswith("OWID_"):
        imported.skip("group of countries")
        return
    if region is None:
        imported.faults.append(Fault(file, row, "Code", code, "ISO 3166-1 alpha-3, OWID_WRL or OWID_KOS"))
        return
    if not year_text.isdigit():
        imported.faults.append(Fault(file, row, "Year", year_text, "a year"))
        return
    try:
        grams = number(cells.get(value_name))
    except ValueError:
        imported.faults.append(Fault(file, row, value_name, str(cells.get(value_name)), "grams of CO2e per kWh"))
        return
    if grams is None:
        imported.skip("no figure published")
        return
    if grams == 0:  # the Central African Republic from 2013 on, Burundi to 2012: hydropower alone has 23 to 28
        expected = "grams above 0: no generation has a life cycle without any, so this is a missing figure"
        imported.faults.append(Fault(file, row, value_name, "0", expected))
        return
    year = int(year_text)
    imported.rows.append(
        factor_row(
            key=KEY,
            theme="grid",
            name_en=f"Grid electricity, {cells['Entity']}, life cycle of generation",
            region=region,
            boundary="life_cycle",
            unit="kWh",
            co2e_kg=round(grams / _GRAMS_PER_KG, 8),
            gwp_set="unstated",
            data_year=year,
            **calendar_year(year),
            source_id=SOURCE_ID,
            outlier_reason=LOW_BUT_RIGHT.get((region, year, grams)),
            locator=f"row {row}: Code={code}, Year={year}",
            note="per kWh generated: grid losses are not in it",
        )
    )


@cache
def _regions() -> dict[str, str]:
    """Return ISO alpha-2 codes by alpha-3; Kosovo has a user-assigned code."""
    text = (resources.files("leafmark.factors") / "regions.csv").read_text(encoding="utf-8")
    codes = {row["alpha3"]: row["region"] for row in csv.DictReader(text.splitlines()) if row["alpha3"]}
    return {**codes, _KOSOVO: "XK"}


def _source(path: Path, year: int) -> Row:
    return source_row(
        path,
        {
            "source_id": SOURCE_ID,
            "publisher": "Ember, Energy Institute; processed by Our World in Data",
            "title": "Carbon intensity of electricity generation (grapher CSV)",
            "year": year,
            "url": "https://ourworldindata.org/grapher/carbon-intensity-electricity",
            "licence": "CC-BY-4.0",
            "licence_class": "open",
            "note": "Life-cycle grams of CO2e per kWh generated; past years are revised with each release",
        },
    )
