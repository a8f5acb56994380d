"""UK Government GHG Conversion Factors (BEIS, DESNZ): the flat file, xls or xlsx, of any year.

The flat file is one long sheet, a number per row: `kg CO2e` first, then the parts of it due to CO2, CH4 and N2O. Four
rows make one factor here. The header row is found by its column names (years differ in rows above it and in columns).
What a row is (key, boundary, unit) is in `desnz_keys`.

Numbers are kept as the workbook shows them, five decimals: its cells hold more digits only because the parts were
rescaled from AR4 to AR5, and everyone cites the shown figure. UK electricity is the one figure the publisher gives
with six (0.207074 kg/kWh in 2023).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from leafmark.factors.fault import Fault
from leafmark.factors.gwp import gases, parse_f_gases
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
    source_row,
)
from leafmark.factors.importers.desnz_keys import Item, Meaning, meaning_of
from leafmark.factors.importers.opening import nameless_cell, sheets
from leafmark.factors.importers.spread import with_spread

DECIMALS_SHOWN = 5
DECIMALS_SHOWN_ELECTRICITY = 6
# From the 2023 edition on the factors use AR5; before, AR4 (2023 methodology paper, section 1). A change in mid-series.
FIRST_AR5_YEAR = 2023
# First publication of an edition; the 2023 flat file is its update (version 1.1).
PUBLISHED_ON = {2021: "2021-06-02", 2023: "2023-06-28", 2025: "2025-06-10"}
_LANDFILL_GAS = (
    "printed as 0, not left empty, in the flat files of 2021, 2022 and 2023: the gas is burnt at the landfill where it "
    "arises, no chain of supply lies before it"
)
PRINTED_ZEROS = {
    ("fuel.landfill_gas.energy_net", "wtt"): _LANDFILL_GAS,
    ("fuel.landfill_gas.mass", "wtt"): _LANDFILL_GAS,
}
"""(key, boundary) -> why a printed zero is right; any other zero is left for `leafmark factors check` to ask about."""
_LANDING = "https://www.gov.uk/government/publications/greenhouse-gas-reporting-conversion-factors-"
_LEVELS = ("Scope", "Level 1", "Level 2", "Level 3", "Level 4", "Column Text", "UOM")
_GASES = {"CO2": "co2", "CH4": "ch4", "N2O": "n2o"}
_MAX_HEADER_ROW = 60
_RESTATED = "the same figure in another unit or scope"
_NOT_GAS = "energy, not gas"
_NO_FIGURE = "no figure published"


@dataclass(slots=True)
class _Group:
    """The up to four rows of the file that make one factor; values in kg CO2e per unit."""

    item: Item
    row: int
    row_id: str
    parts: dict[str, float] = field(default_factory=dict)


def read(path: Path) -> Imported:
    """Read a flat file.

    Returns
    -------
    Imported
        One factor per (category, unit), region GB (hotels: the country), kg CO2e per unit; gases in kg of gas.

    Raises
    ------
    UnreadableFile
        No sheet has a header row with `Level 1`, `GHG/Unit` and a `GHG Conversion Factor YEAR` column.
    """
    path = Path(path)
    header_row, columns, year, cells = find_table(path)
    imported = Imported(sources=[_source(path, year)])
    groups = _groups(path.name, header_row, columns, cells, imported)
    gwp_set = "AR5" if year >= FIRST_AR5_YEAR else "AR4"
    biogenic = {(g.item.level_3.lower(), g.item.unit): g.parts["co2"] for g in groups if _is_memo(g)}
    taken: dict[str, int] = {}
    for group in sorted((g for g in groups if not _is_memo(g)), key=lambda g: g.item.is_restatement):
        meaning = meaning_of(group.item)
        if meaning is None:
            imported.skip(_RESTATED if group.item.is_restatement else _NOT_GAS)
            continue
        row = _factor(group, meaning, year, gwp_set, biogenic)
        factor_id = str(row["factor_id"])
        if factor_id in taken:
            imported.skip(_RESTATED)
            continue
        taken[factor_id] = group.row
        imported.rows.append(with_spread(row))
    _split_aviation(imported.rows)
    return imported


def find_table(path: Path) -> tuple[int, dict[str, int], int, list[list[object]]]:
    """Return (header row, column positions, year, all rows) of the first sheet that has the header.

    Raises
    ------
    UnreadableFile
        No sheet has it.
    """
    for cells in sheets(path):
        for index, row in enumerate(cells[:_MAX_HEADER_ROW]):
            found = {str(cell).strip(): at for at, cell in enumerate(row) if str(cell).strip()}
            value = next((n for n in found if re.match(r"GHG Conversion Factor (19|20)\d\d", n)), None)
            if value and {"Level 1", "GHG/Unit", "UOM"} <= found.keys():
                columns = {**found, "value": found[value]}
                return index, columns, int(value.split()[3]), cells
    raise UnreadableFile(
        f"{path.name}: no header row with 'Level 1', 'UOM', 'GHG/Unit' and 'GHG Conversion Factor YEAR' in the first "
        f"{_MAX_HEADER_ROW} rows of any sheet; is this the flat file, not the condensed or full set?"
    )


def _groups(
    file: str, header_row: int, columns: dict[str, int], cells: list[list[object]], imported: Imported
) -> list[_Group]:
    groups: dict[Item, _Group] = {}
    for index, item, gas_text, row in _items(header_row, columns, cells):
        surplus = nameless_cell(file, index, cells[header_row], row)
        if surplus is not None:
            imported.faults.append(surplus)
            continue
        if gas_text.startswith("kWh"):
            imported.skip(_NOT_GAS)
            continue
        if not gas_text and not str(row[columns["value"]]).strip():
            imported.skip(_NO_FIGURE)
            continue
        gas_match = re.fullmatch(r"kg CO2e(?: of (CO2|CH4|N2O)(?: per unit)?)?", gas_text)
        if gas_match is None:
            imported.faults.append(Fault(file, index, "GHG/Unit", gas_text, "kg CO2e, or kg CO2e of CO2, CH4 or N2O"))
            continue
        try:
            value = number(row[columns["value"]])
        except ValueError:
            found = str(row[columns["value"]])
            imported.faults.append(Fault(file, index, "GHG Conversion Factor", found, "a number, or an empty cell"))
            continue
        if value is None:
            imported.skip(_NO_FIGURE)
            continue
        row_id = str(row[columns["ID"]]).strip() if "ID" in columns else f"row {index}"
        gas = _GASES[gas_match[1]] if gas_match[1] else "co2e"
        group = groups.setdefault(item, _Group(item, index, row_id))
        if gas in group.parts:
            imported.faults.append(Fault(file, index, "GHG/Unit", gas_text, f"once; already in row {group.row}"))
            continue
        group.parts[gas] = value
    complete = []
    for group in groups.values():
        if "co2e" in group.parts or _is_memo(group):
            complete.append(group)
        else:
            imported.faults.append(Fault(file, group.row, "kg CO2e", "no row", "a total beside the gases"))
    return complete


def _items(
    header_row: int, columns: dict[str, int], cells: list[list[object]]
) -> Iterator[tuple[int, Item, str, list[object]]]:
    for index, row in enumerate(cells[header_row + 1 :], start=header_row + 2):
        texts = [re.sub(r"\s+", " ", str(row[columns[level]])).strip() if level in columns else "" for level in _LEVELS]
        if not texts[1] or texts[0].upper() == "END":
            continue
        yield index, Item(*texts), str(row[columns["GHG/Unit"]]).strip(), row


def _is_memo(group: _Group) -> bool:
    return group.item.scope.lower().startswith("outside") and "co2" in group.parts


def _factor(group: _Group, meaning: Meaning, year: int, gwp_set: str, biogenic: dict[tuple[str, str], float]) -> Row:
    decimals = DECIMALS_SHOWN_ELECTRICITY if meaning.six_decimals else DECIMALS_SHOWN
    total = round(group.parts["co2e"], decimals)
    split: dict[str, Value] = {}
    if meaning.gas_of_one_kg.endswith("_kg"):
        split[meaning.gas_of_one_kg] = 1.0
    elif meaning.gas_of_one_kg and _blend_agrees(meaning.gas_of_one_kg, gwp_set, total):
        split["f_gases"] = meaning.gas_of_one_kg
    elif group.parts.keys() >= {"co2", "ch4", "n2o"} and _parts_agree(group.parts, total) and not meaning.with_rf:
        split["co2_kg"] = round(group.parts["co2"], DECIMALS_SHOWN)
        split["ch4_fossil_kg"] = _significant(group.parts["ch4"] / METHANE_GWP[gwp_set])
        split["n2o_kg"] = _significant(group.parts["n2o"] / NITROUS_OXIDE_GWP[gwp_set])
    memo = biogenic.get((group.item.level_3.lower(), group.item.unit)) if meaning.boundary == "direct" else None
    known = year in PUBLISHED_ON
    zero_reason = PRINTED_ZEROS.get((meaning.key, meaning.boundary)) if total == 0 else None
    notes = [meaning.note] if meaning.note else []
    if not known:
        notes.append(f"published in {year}, day not established: the year's last day is used")
    return factor_row(
        key=meaning.key, theme=meaning.theme, name_en=meaning.name, region=meaning.region, boundary=meaning.boundary,
        unit=meaning.unit, co2e_kg=total, **split, biogenic_co2_kg=memo, gwp_set=gwp_set, data_year=year,
        **calendar_year(year), published_on=PUBLISHED_ON.get(year, f"{year}-12-31"), source_id=f"desnz-{year}",
        locator=f"flat file {year}, sheet 'Factors by Category', {_row_text(group)}", outlier_reason=zero_reason,
        note="; ".join(notes) or None,
    )  # fmt: skip


def _row_text(group: _Group) -> str:
    return group.row_id if group.row_id.startswith("row") else f"ID {group.row_id} (row {group.row})"


def _parts_agree(parts: dict[str, float], total: float) -> bool:
    """Say whether CO2 + CH4 + N2O is the total within 1 %, as the pack format asks of a row with gases."""
    return abs(parts["co2"] + parts["ch4"] + parts["n2o"] - total) <= 0.01 * abs(total)


def _blend_agrees(f_gases: str, gwp_set: str, total: float) -> bool:
    known = gases(gwp_set)
    parts = parse_f_gases(f_gases)
    return parts.keys() <= known.keys() and abs(
        sum(known[gas] * mass for gas, mass in parts.items()) - total) <= 0.01 * total  # fmt: skip


def _significant(value: float) -> float:
    return float(f"{value:.6g}")


def _split_aviation(rows: list[Row]) -> None:
    """Put the non-CO2 effect of flights (with RF minus without RF) into the memo column of the row without it."""
    totals = {(row["key"], row["boundary"]): row["co2e_kg"] for row in rows}
    for row in rows:
        with_rf = totals.get((f"{row['key']}.with_rf", row["boundary"]))
        if isinstance(with_rf, float) and isinstance(row["co2e_kg"], float) and row["boundary"] == "ttw":
            row["aviation_non_co2_kg"] = round(with_rf - row["co2e_kg"], DECIMALS_SHOWN)


def _source(path: Path, year: int) -> Row:
    publisher = "UK Department for Energy Security and Net Zero" if year >= 2023 else "UK BEIS"
    return source_row(
        path,
        {
            "source_id": f"desnz-{year}",
            "publisher": publisher,
            "title": f"UK Government GHG Conversion Factors for Company Reporting {year}, flat file",
            "year": year,
            "url": f"{_LANDING}{year}",
            "licence": "OGL-UK-3.0",
            "licence_class": "open",
            "note": "Contains public sector information licensed under the Open Government Licence v3.0",
        },
    )
