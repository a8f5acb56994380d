"""US EPA Supply Chain GHG Emission Factors (USEEIO), by NAICS-6: the CSV with all gases in one, v1.1 on.

kg CO2e per dollar *of a year at purchaser's price*; price year and basis come from the file's own unit text. A row of
the file gives the factor without margins, the margins (transport, wholesale, retail) and their sum. A buyer at a shop
pays purchaser's price, so the key `spend.naics_XXXXXX` is the sum; `spend.naics_XXXXXX.without_margins` is the rest.
"""

from __future__ import annotations

import re
from pathlib import Path

from leafmark.factors.fault import Fault
from leafmark.factors.importers.base import (
    Imported,
    Row,
    UnreadableFile,
    Value,
    calendar_year,
    factor_row,
    number,
    source_row,
)
from leafmark.factors.importers.opening import csv_table, record
from leafmark.factors.importers.spread import with_spread

SOURCE_ID = "useeio-sef-1.2"
GHG_DATA_YEAR = 2019  # v1.2: greenhouse gas data of 2019, dollars of 2021 (EPA ScienceHub, doi 10.23719/1528686)
_COLUMNS = {
    ".without_margins": "Supply Chain Emission Factors without Margins",
    "": "Supply Chain Emission Factors with Margins",
}
_UNIT = re.compile(r"kg CO2e/(\d{4}) USD, (purchaser|producer) price")


def read(path: Path) -> Imported:
    """Read the CSV of all gases.

    Raises
    ------
    UnreadableFile
        The header has no NAICS code, GHG, unit and factor columns.
    """
    path = Path(path)
    header, lines = csv_table(path)
    code_column = next((name for name in header if name.startswith("NAICS Code")), None)
    title_column = next((name for name in header if name.startswith("NAICS Title")), None)
    if code_column is None or title_column is None or not {"GHG", "Unit", *_COLUMNS.values()} <= set(header):
        raise UnreadableFile(f"{path.name}: expected EPA's columns NAICS Code, NAICS Title, GHG, Unit and the factors")
    imported = Imported(sources=[_source(path)])
    for row, values in enumerate(lines, start=2):
        cells = record(path.name, row, header, values, imported.faults) if any(values) else None
        if cells is None:
            continue
        if cells.get("GHG") != "All GHGs":
            imported.skip("single gas: the file of all gases is read")
            continue
        _read_row(path.name, row, cells, code_column, title_column, imported)
    imported.rows = [with_spread(factor) for factor in imported.rows]
    return imported


def _read_row(file: str, row: int, cells: dict[str, str], code_name: str, title_name: str, imported: Imported) -> None:
    code, unit = cells[code_name].strip(), _UNIT.fullmatch(cells["Unit"].strip())
    if not re.fullmatch(r"\d{6}", code):
        imported.faults.append(Fault(file, row, code_name, code, "a NAICS code of six digits"))
        return
    if unit is None:
        imported.faults.append(
            Fault(file, row, "Unit", cells["Unit"], "kg CO2e/YEAR USD, purchaser price", "a price year and basis")
        )
        return
    price_year = int(unit[1])
    for suffix, column in _COLUMNS.items():
        try:
            value = number(cells.get(column))
        except ValueError:
            value = None
        if value is None or value < 0:
            imported.faults.append(Fault(file, row, column, str(cells.get(column)), "a number >= 0"))
            continue
        margins = "without margins" if suffix else "with margins"
        cell: dict[str, Value] = {
            "key": f"spend.naics_{code}{suffix}",
            "name_en": f"{cells[title_name].strip()}, {margins}",
            "co2e_kg": value,
            "locator": f"NAICS {code}, row {row}, {column!r}",
        }
        imported.rows.append(
            factor_row(
                **cell,
                theme="spend",
                region="US",
                boundary="supply_chain",
                unit=f"USD_{price_year}_{unit[2]}",
                gwp_set="AR4",
                data_year=GHG_DATA_YEAR,
                **calendar_year(price_year),
                published_on="2023-12-31",
                source_id=SOURCE_ID,
                note=f"USEEIO sector {cells.get('Reference USEEIO Code', '').strip()}; published "
                "in 2023, day not established: the year's last day is used",
            )
        )


def _source(path: Path) -> Row:
    return source_row(
        path,
        {
            "source_id": SOURCE_ID,
            "publisher": "US EPA, Office of Research and Development",
            "title": "Supply Chain GHG Emission Factors v1.2 by NAICS-6 (greenhouse gases of 2019, dollars of 2021)",
            "year": 2023,
            "url": "https://doi.org/10.23719/1528686",
            "licence": "US public domain",
            "licence_class": "open",
            "note": "Purchaser's price of 2021; F-gases are in the total",
        },
    )
